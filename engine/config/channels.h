/*
 * channels: what the three files that load a channel share; nobody else includes it.
 *
 * In:  read: {entry: {fields: [day, amount]}}, map: {amount: amount}
 * Out: fields 0 and 1 of the channel; amount.field = 1
 */
#ifndef RK_CONFIG_CHANNELS_H
#define RK_CONFIG_CHANNELS_H

#include "config/load.h"

/* rk_load.about while a channel is loaded. */
typedef struct rk_channel_load {
    rk_channel *channel;
    rk_record_kind kind; /* of the record whose fields are being bound */
} rk_channel_load;

/* Parts of rk_channel itself (size 0: nothing is cleared). */
extern const rk_schema rk_read_schema, rk_map_schema, rk_extracts_schema;

extern const rk_value rk_value_field;      /* int: number of a field that a record defines */
extern const rk_value rk_value_fields;     /* rk_field_list: one or several of them */
extern const rk_value rk_value_day_format; /* rk_slice: of %Y %y %m %b %d and literals */
extern const rk_value rk_value_flag;       /* bool, by the choices of the row */

/* Checks formats, parted by " or ", of %Y %y %m %b %d %H %I %p %M %S %z %% and literals; fails at
 * `node`. */
bool rk_load_format(const rk_load *load, const rk_key *row, const rk_node *node, rk_slice format,
                    bool *has_clock, bool *has_zone, rk_error *err);

/* The number of field `name` in the channel, RK_NO_FIELD when there is none. */
int rk_channel_field(const rk_channel *channel, rk_slice name);

/* The same, failing at `node` with the nearest name. */
bool rk_load_field(const rk_load *load, const rk_node *node, rk_slice name, int *field,
                   rk_error *err);

#endif
