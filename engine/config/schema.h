/*
 * schema: files of the rules described by tables; one loader validates and binds them all.
 *
 * In:  a node tree, a table of rows {key, value, needed, offset, ...}
 * Out: the struct filled; or RK_INVALID: an unknown, repeated or missing key, a wrong type or a bad
 *      value, with its place, the line and a hint
 * What a row says is all there is to say about a key: `rekon check --schema` writes the same tables as
 * JSON Schema. Rows are bound in the order of the table, so a later row may rely on an earlier one.
 */
#ifndef RK_CONFIG_SCHEMA_H
#define RK_CONFIG_SCHEMA_H

#include "base/regex.h"
#include "config/yaml.h"
#include "model/moment.h"
#include "model/names.h"

struct rk_rules;
struct rk_schema;
struct rk_key;

/* What setters see beside the struct they fill. */
typedef struct rk_load {
    const rk_source *source;
    rk_arena *arena;
    rk_names *names;        /* NULL in settings */
    struct rk_rules *rules; /* what was loaded before; NULL in settings */
    void *about;            /* what this kind of file shares among its parts: the channel, ... */
} rk_load;

/* One of a closed set. */
typedef struct rk_choice {
    const char *word; /* NULL ends the table */
    int value;
} rk_choice;

/* What stands where row->of describes the parts. */
typedef enum rk_shape {
    RK_SHAPE_ONE,  /* a mapping of row->of */
    RK_SHAPE_LIST, /* a list of them */
    RK_SHAPE_MAP,  /* {key: value}, by the two rows of row->of */
} rk_shape;

/* How one kind of value is checked and stored. */
typedef struct rk_value {
    const char *expected; /* "a day such as 2024-03-05"; NULL: the choices of the row */
    const char *json;     /* its JSON Schema; NULL: worked out from the row and the shape */
    /* Stores the value of `node` into the struct `into` at row->offset. */
    bool (*set)(const rk_load *load, const struct rk_key *row, const rk_node *node, void *into,
                rk_error *err);
    rk_shape shape;
} rk_value;

typedef struct rk_key {
    const char *name;
    const rk_value *value;
    size_t offset;
    bool needed;
    size_t count_offset;        /* lists: of their size_t count */
    const rk_choice *choices;   /* choices, words */
    const struct rk_schema *of; /* mappings, lists, maps */
    int64_t least, most;        /* integers */
    const char *doc;            /* one line for people */
} rk_key;

typedef struct rk_schema {
    const char *doc;
    size_t size; /* of the struct; 0: a part of the struct around it, which is not cleared */
    const rk_key *keys;
    size_t key_count;
    const char *shorthand;     /* the key that a value stands for which is no mapping; or NULL */
    void (*begin)(void *into); /* sets defaults that are not zero */
    /* Checks that take more than one key; `node` is the whole. */
    bool (*end)(const rk_load *load, const rk_node *node, void *into, rk_error *err);
} rk_schema;

#define RK_KEYS(table) .keys = (table), .key_count = sizeof(table) / sizeof *(table)

/* Where the row's value goes. */
#define RK_INTO(type, into, row) ((type *)(void *)((char *)(into) + (row)->offset))

extern const rk_value rk_value_text;      /* rk_slice, not empty */
extern const rk_value rk_value_any_text;  /* rk_slice, may be '' */
extern const rk_value rk_value_name;      /* rk_name, interned */
extern const rk_value rk_value_choice;    /* int or an enum */
extern const rk_value rk_value_word;      /* rk_slice, one of the choices */
extern const rk_value rk_value_yes;       /* bool */
extern const rk_value rk_value_integer;   /* int, least..most */
extern const rk_value rk_value_size;      /* uint32_t, least..most */
extern const rk_value rk_value_rupiah;    /* rk_money, >= 0, of 2 decimals */
extern const rk_value rk_value_day;       /* rk_day */
extern const rk_value rk_value_local;     /* rk_local */
extern const rk_value rk_value_zone;      /* rk_zone */
extern const rk_value rk_value_clock;     /* int32_t seconds after midnight */
extern const rk_value rk_value_character; /* char, one printable byte or a tab */
extern const rk_value rk_value_texts;     /* rk_slice * and count; one text is a list of one */
extern const rk_value rk_value_names;     /* rk_name * and count; one name is a list of one */
extern const rk_value rk_value_mapping;   /* the struct of row->of */
extern const rk_value rk_value_list;      /* pointer and count of row->of */
extern const rk_value rk_value_map;       /* the same from {key: value}: row->of has two rows, the
                                           * first for the key, the second for the value */
extern const rk_value rk_value_label;     /* rk_label: {id:, en:} or one text */
extern const rk_value rk_value_pattern;   /* rk_regex *, searched */
extern const rk_value rk_value_whole_pattern; /* rk_regex *, of the whole text */

/* Binds a mapping (or the shorthand) into `into`, which is cleared. */
bool rk_schema_bind(const rk_load *load, const rk_schema *schema, const rk_node *node, void *into,
                    rk_error *err);

/* Binds a sequence of mappings; *items are in the arena. An empty list is an error. */
bool rk_schema_bind_list(const rk_load *load, const rk_schema *schema, const rk_node *node,
                         void *items, size_t *count, rk_error *err);

/* A scalar with text in it, or an error that says what the row expects. */
bool rk_schema_scalar(const rk_load *load, const rk_key *row, const rk_node *node, rk_slice *text,
                      rk_error *err);

/* "from" must be a day such as 2024-03-05, not "yesterday". */
bool rk_schema_bad(const rk_load *load, const rk_key *row, const rk_node *node, rk_error *err);

/* rk_node_fail with the source of `load`. */
#define rk_load_fail(load, node, err, ...) rk_node_fail((load)->source, (node), (err), __VA_ARGS__)

/* The value under `key`, or the mapping itself, as the place of an error. */
const rk_node *rk_node_at(const rk_node *mapping, const char *key);

/* The nearest of several words by edit distance, if it is near enough to be meant. */
typedef struct rk_nearest {
    rk_slice wanted;
    rk_slice best;
    size_t distance;
} rk_nearest;

rk_nearest rk_nearest_to(rk_slice wanted);
void rk_nearest_try(rk_nearest *nearest, rk_slice candidate);
/* did you mean "x"?, when there is one. Returns false. */
bool rk_nearest_hint(const rk_nearest *nearest, rk_error *err);

/* The schema of a file by its name ("offices.yaml", "channels/bca.yaml", "reports/harian.yaml",
 * "rekon.yaml"), NULL when no such file is known; *is_list says that the file is a list of them. */
const rk_schema *rk_schema_of_file(rk_slice name, bool *is_list);

/* Appends JSON Schema (draft 2020-12) of a file of this schema. */
struct rk_buffer;
void rk_schema_put_json(const rk_schema *schema, bool is_list, struct rk_buffer *out);

#endif
