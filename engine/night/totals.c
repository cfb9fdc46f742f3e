#include "night/totals.h"

#include <stdio.h>

#include "model/fact.h"
#include "model/outcome.h"
#include "model/state.h"
#include "model/world.h"
#include "seal/closing.h"
#include "seal/columns.h"

enum { GROUPS = 256 };

/* By kind of fact, then state or kind of case. */
typedef struct totals {
    __int128 count[2][GROUPS], amount[2][GROUPS];
} totals;

static void add(totals *t, const rk_facts *f)
{
    for (size_t row = 0; row < f->batch.count; row++) {
        bool is_case = f->kind[row] == RK_FACT_CASE;
        if (!is_case && f->kind[row] != RK_FACT_APPLICATION)
            continue;
        uint8_t group = is_case ? f->outcome[row] : f->state[row];
        t->count[is_case][group] += f->count[row];
        t->amount[is_case][group] += f->amount[row];
    }
}

static bool read_facts(const rk_archive *archive, const rk_ref *ref, totals *t, rk_error *err)
{
    rk_world world = {0};
    rk_facts facts;
    rk_buffer bytes = {0};
    rk_facts_init(&facts, 64);
    bool good =
        rk_archive_get(archive, ref, &bytes, err) &&
        rk_columns_decode(rk_buffer_all(&bytes), &facts.batch, &world.names, &world.texts, err);
    if (good)
        add(t, &facts);
    rk_batch_free(&facts.batch);
    rk_world_free(&world);
    rk_buffer_free(&bytes);
    return good;
}

/* What stands in a closing state. */
static bool read_stock(const rk_archive *archive, const rk_item *root, totals *t, rk_error *err)
{
    rk_arena arena = {0};
    rk_closing closing;
    rk_closing_init(&closing);
    bool good = !root || (rk_closing_read(archive, &root->ref, &arena, &closing, err) &&
                          read_facts(archive, &closing.stock, t, err));
    rk_closing_free(&closing);
    rk_arena_free(&arena);
    return good;
}

static long long shown(__int128 value)
{
    return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : (long long)value;
}

static size_t compare(const totals *made, const totals *left, const char *night,
                      rk_totals_tell *tell, void *context)
{
    char line[320];
    size_t different = 0;
    for (int is_case = 0; is_case < 2; is_case++)
        for (int group = 0; group < GROUPS; group++) {
            if (made->count[is_case][group] == left->count[is_case][group] &&
                made->amount[is_case][group] == left->amount[is_case][group])
                continue;
            const char *name = is_case             ? "open cases"
                               : group < RK_STATES ? rk_state_name((rk_state)group)
                                                   : "applications";
            snprintf(
                line, sizeof line,
                "nights/%s: control totals: %s (%d): what stood before and its facts make %lld "
                "of %lld, it left %lld of %lld",
                night, name, group, shown(made->count[is_case][group]),
                shown(made->amount[is_case][group]), shown(left->count[is_case][group]),
                shown(left->amount[is_case][group]));
            tell(context, line);
            different++;
        }
    return different;
}

bool rk_totals_check(const rk_archive *archive, const rk_night_name *night, rk_totals_tell *tell,
                     void *context, size_t *differences, rk_error *err)
{
    rk_manifest m = {0};
    rk_digest digest;
    rk_arena arena = {0};
    totals made = {0}, left = {0};
    bool good = rk_archive_manifest(archive, "nights", night->night, night->number, &arena, &m,
                                    &digest, err);
    const rk_item *facts = good ? rk_manifest_item(&m, RK_ITEM_FACTS) : NULL;
    const rk_item *closing = good ? rk_manifest_item(&m, RK_ITEM_CLOSING) : NULL;
    if (good && (!facts || !closing))
        good = rk_fail(err, RK_DIFFERENT, "a manifest without facts or closing state");
    good = good && read_stock(archive, rk_manifest_item(&m, RK_ITEM_OPENING), &made, err) &&
           read_facts(archive, &facts->ref, &made, err) && read_stock(archive, closing, &left, err);
    if (good)
        *differences += compare(&made, &left, rk_manifest_name(night->night, night->number, &arena),
                                tell, context);
    rk_manifest_free(&m);
    rk_arena_free(&arena);
    return good;
}
