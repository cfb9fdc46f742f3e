/*
 * report_load: what the loaders of measures, blocks and workbooks share; nobody else includes it.
 *
 * In:  `where: {outcome: [late]}`, `columns: [+paid]`       Out: rk_where, rk_block_column
 */
#ifndef RK_CONFIG_REPORT_LOAD_H
#define RK_CONFIG_REPORT_LOAD_H

#include "config/load.h"

extern const rk_schema rk_where_schema, rk_block_schema;
extern const rk_value rk_value_dimension; /* rk_dimension */

typedef struct rk_where_list {
    rk_where *items;
    size_t count;
} rk_where_list;

/* where: and not: as one list. */
void rk_load_wheres(const rk_load *load, const rk_where_list *where, const rk_where_list *not_where,
                    rk_where **items, size_t *count);

#define RK_WHERE_ROWS(type) \
    {"where", \
     &rk_value_map, \
     offsetof(type, where) + offsetof(rk_where_list, items), \
     .count_offset = offsetof(type, where) + offsetof(rk_where_list, count), \
     .of = &rk_where_schema, \
     .doc = "{dimension: [values]}: all must hold"}, \
    { \
        "not", &rk_value_map, offsetof(type, not_where) + offsetof(rk_where_list, items), \
            .count_offset = offsetof(type, not_where) + offsetof(rk_where_list, count), \
            .of = &rk_where_schema, .doc = "{dimension: [values]}: none may hold" \
    }

/* The number of the measure; fails at `node` with the nearest name. */
bool rk_load_measure_number(const rk_load *load, const rk_node *node, rk_slice name, size_t *number,
                            rk_error *err);

/* A block before its filters are joined. */
typedef struct rk_block_draft {
    rk_block block;
    rk_where_list where, not_where;
} rk_block_draft;

/* The i-th of a list; a single value is a list of one. */
static inline const rk_node *rk_node_item(const rk_node *node, size_t i)
{
    return node->kind == RK_NODE_SEQUENCE ? node->items[i] : node;
}

static inline size_t rk_node_items(const rk_node *node)
{
    return node->kind == RK_NODE_SEQUENCE ? node->count : 1;
}

/* Takes a leading '-' off: the largest first. */
static inline bool rk_take_descending(rk_slice *name)
{
    bool descending = name->len > 1 && name->at[0] == '-';
    if (descending)
        *name = (rk_slice){name->at + 1, name->len - 1};
    return descending;
}

#endif
