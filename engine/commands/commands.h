/*
 * commands: what the program can be asked to do; one table, one file a command.
 *
 * In:  "match"        Out: {name, function, one line of help, usage}
 * A command returns the exit code (base/error.h); on a code above RK_WAITING err says why.
 */
#ifndef RK_COMMANDS_COMMANDS_H
#define RK_COMMANDS_COMMANDS_H

#include "base/error.h"

/* `now` is the clock, read once by main.c: microseconds UTC. */
typedef rk_code rk_command_run(int argc, char **argv, int64_t now, rk_error *err);

typedef struct rk_command {
    const char *name;
    rk_command_run *run; /* argv[0] is the command's name */
    const char *summary;
    const char *usage; /* options, one a line */
} rk_command;

/* Ended by a NULL name. */
extern const rk_command rk_commands[];

rk_command_run rk_command_check;
rk_command_run rk_command_diff;
rk_command_run rk_command_explain;
rk_command_run rk_command_export;
rk_command_run rk_command_import;
rk_command_run rk_command_init;
rk_command_run rk_command_match;
rk_command_run rk_command_read;
rk_command_run rk_command_report;
rk_command_run rk_command_rerun;
rk_command_run rk_command_run_nights;
rk_command_run rk_command_status;
rk_command_run rk_command_verify;

#endif
