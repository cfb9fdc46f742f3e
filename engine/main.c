#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "commands/commands.h"
#include "version.h"

static void on_exhausted(void)
{
    static const char message[] = "rekon: out of memory; running again is safe\n";
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
        _exit(RK_BUG);
    _exit(RK_FILE);
}

static void print_help(FILE *out)
{
    fprintf(out,
            "rekon %s: matches what channels say was paid against applications\n\n"
            "usage: rekon COMMAND [OPTION...]\n\n",
            RK_VERSION);
    for (const rk_command *c = rk_commands; c->name; c++)
        fprintf(out, "  %-8s %s\n", c->name, c->summary);
    fprintf(out, "\nEvery command takes --config FILE (default ./rekon.yaml, then\n"
                 "/etc/rekon/rekon.yaml), --rules DIR, --reports DIR, --threads N and --help.\n");
}

static void print_command_help(const rk_command *command)
{
    printf(
        "rekon %s: %s\n\n%s  --config FILE       default ./rekon.yaml, then /etc/rekon/rekon.yaml\n"
        "  --rules DIR         instead of the configuration's\n"
        "  --reports DIR       instead of the configuration's\n"
        "  --threads N         default: all processors\n",
        command->name, command->summary, command->usage);
}

/* The one table of exit codes, for the manual and the cron wrapper: code, meaning, action. */
static void print_exit_codes(void)
{
    size_t count;
    const rk_exit *exits = rk_exits(&count);
    for (size_t i = 0; i < count; i++)
        printf("%d\t%s\t%s\n", exits[i].code, exits[i].meaning, exits[i].action);
}

static const rk_command *find_command(const char *name)
{
    for (const rk_command *c = rk_commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

static bool asks_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return true;
    return false;
}

static void print_error(const rk_error *err)
{
    rk_buffer text = {0};
    rk_error_print(err, &text);
    fprintf(stderr, "rekon: %.*s", (int)text.len, text.bytes);
    rk_buffer_free(&text);
}

/* The only look at the clock. */
static int64_t microseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int run_command(const rk_command *command, int argc, char **argv)
{
    rk_error err = {0};
    if (asks_help(argc, argv)) {
        print_command_help(command);
        return RK_DONE;
    }
    rk_code code = command->run(argc, argv, microseconds_now(), &err);
    if (code > RK_WAITING)
        print_error(&err);
    if (fflush(stdout) != 0 && code <= RK_WAITING) {
        fprintf(stderr, "rekon: could not write to standard output\n");
        code = RK_FILE;
    }
    return (int)code;
}

int main(int argc, char **argv)
{
    rk_memory_on_exhausted(on_exhausted);
    if (argc < 2) {
        print_help(stderr);
        return RK_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return RK_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("rekon %s\n", RK_VERSION);
        return RK_DONE;
    }
    if (strcmp(argv[1], "--exit-codes") == 0) {
        print_exit_codes();
        return RK_DONE;
    }
    const rk_command *command = find_command(argv[1]);
    if (!command) {
        fprintf(stderr, "rekon: unknown command \"%s\"; see rekon --help\n", argv[1]);
        return RK_USAGE;
    }
    return run_command(command, argc - 1, argv + 1);
}
