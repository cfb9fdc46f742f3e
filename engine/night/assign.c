/* Decisions that give an application an office: the source names one that the register does not know. They
 * stand until the source says otherwise. */
#include <stdlib.h>

#include "night/night.h"
#include "tally/office.h"

static const char instead[] = "instead of ";

static rk_slice text_of(const rk_night *night, rk_text text)
{
    return rk_texts_get(&night->world.texts, text);
}

static bool is_assignment(const rk_night *night, size_t row)
{
    const rk_decided *d = &night->carried.decided;
    const rk_names *names = &night->world.names;
    return rk_slice_is(rk_names_text(names, d->kind[row]), "assign_office") &&
           rk_slice_is(rk_names_text(names, d->effect[row]), "applied");
}

/* What the source said when the application was given an office before; false: it was not. */
static bool was_assigned(const rk_night *night, rk_slice application, rk_slice *code)
{
    const rk_decided *d = &night->carried.decided;
    for (size_t row = 0; row < d->batch.count; row++)
        if (is_assignment(night, row) &&
            rk_slice_equal(text_of(night, d->subject[row]), application)) {
            *code = text_of(night, d->owner[row]);
            return true;
        }
    return false;
}

void rk_night_decide_office(rk_night *night, size_t decision, uint32_t application)
{
    rk_applications *a = &night->world.applications;
    const rk_decision_rows *d = &night->history.decisions;
    rk_name office = rk_names_find(&night->world.names, text_of(night, d->object[decision]));
    rk_slice code;
    if (application == RK_NO_ROW) {
        rk_night_effect(night, decision, "stale", "no application has the id of its subject");
        return;
    }
    if (!office || office == RK_NAME_FULL || office == night->rules.offices.none ||
        rk_office_or_none(&night->rules, office) != office) {
        rk_night_effect(night, decision, "stale", "the register has no such office");
        return;
    }
    code = rk_names_text(&night->world.names, a->office[application]);
    bool has_none =
        rk_office_or_none(&night->rules, a->office[application]) == night->rules.offices.none;
    if (!was_assigned(night, text_of(night, d->subject[decision]), &code) && !has_none) {
        rk_night_effect(night, decision, "stale", "the application has an office");
        return;
    }
    a->office[application] = office;
    rk_night_effect(night, decision, "applied",
                    rk_arena_printf(&night->world.arena, "%s%.*s", instead, RK_FMT(code)));
}

rk_text rk_night_assigned_instead(rk_night *night, rk_text why)
{
    rk_slice said = text_of(night, why), prefix = {instead, sizeof instead - 1};
    if (!rk_slice_starts(said, prefix))
        return 0;
    return rk_texts_add(&night->world.texts,
                        (rk_slice){said.at + prefix.len, said.len - prefix.len});
}

typedef struct assignment {
    rk_slice application;
    size_t row; /* of what is decided */
} assignment;

static int by_application(const void *a, const void *b)
{
    return rk_slice_compare(((const assignment *)a)->application,
                            ((const assignment *)b)->application);
}

/* The source still says what it said, or what was decided; or the decision has lost its ground. */
static void assign(rk_night *night, size_t decided, size_t application)
{
    rk_applications *a = &night->world.applications;
    const rk_decided *d = &night->carried.decided;
    rk_slice says = rk_names_text(&night->world.names, a->office[application]);
    rk_slice office = text_of(night, d->object[decided]);
    if (rk_slice_equal(says, office))
        return;
    if (rk_slice_equal(says, text_of(night, d->owner[decided])))
        a->office[application] = rk_names_add(&night->world.names, office);
    else
        rk_night_turn_stale(
            night, decided,
            rk_arena_printf(&night->world.arena, "the booking system says %.*s now", RK_FMT(says)));
}

void rk_night_assign_offices(rk_night *night)
{
    const rk_applications *a = &night->world.applications;
    const rk_decided *d = &night->carried.decided;
    size_t count = 0;
    assignment *all = rk_alloc(d->batch.count + 1, sizeof *all);
    for (size_t row = 0; row < d->batch.count; row++)
        if (is_assignment(night, row))
            all[count++] = (assignment){text_of(night, d->subject[row]), row};
    qsort(all, count, sizeof *all, by_application);
    for (size_t row = 0; count && row < a->batch.count; row++) {
        assignment wanted = {.application = text_of(night, a->id[row])};
        const assignment *found = bsearch(&wanted, all, count, sizeof *all, by_application);
        if (found)
            assign(night, found->row, row);
    }
    free(all);
}
