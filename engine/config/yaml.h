/*
 * yaml: a YAML document as a tree of nodes that know their place.
 *
 * In:  bytes of "a: [1, 2]\n", name "rules/x.yaml"
 * Out: mapping with key "a" (line 1, column 1) -> sequence of two scalars
 * Built from libyaml's events, never its documents, with caps: 32 levels, 200,000 nodes, 4 MiB of
 * input, 1,000 keys a mapping, no anchors, aliases, tags or directives, one document, no repeated key.
 * All memory is in the arena.
 */
#ifndef RK_CONFIG_YAML_H
#define RK_CONFIG_YAML_H

#include "base/error.h"
#include "base/memory.h"

typedef enum rk_node_kind { RK_NODE_SCALAR, RK_NODE_SEQUENCE, RK_NODE_MAPPING } rk_node_kind;

typedef struct rk_node {
    rk_node_kind kind;
    bool quoted;            /* a scalar in quotes is always text */
    size_t line, column;    /* from 1 */
    rk_slice text;          /* scalar */
    struct rk_node **items; /* sequence; mapping: values */
    struct rk_node **keys;  /* mapping: scalars, same count */
    size_t count;
} rk_node;

/* A source file of the rules: its name, its bytes, and the path that messages print. */
typedef struct rk_source {
    rk_slice name;
    rk_slice bytes;
    rk_slice path; /* where it was read; empty: the name is printed */
} rk_source;

/* NULL after filling err (RK_INVALID) with place, excerpt and hint. */
rk_node *rk_yaml_parse(const rk_source *source, rk_arena *arena, rk_error *err);

/* The value under `key` of a mapping, or NULL. */
rk_node *rk_node_get(const rk_node *mapping, const char *key);

/* Fills err (RK_INVALID) with the place of `node`, the line itself and the message. Returns false. */
bool rk_node_fail(const rk_source *source, const rk_node *node, rk_error *err, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));

#endif
