#include "commands/check_tests.h"

#include "match/match.h"
#include "model/world.h"
#include "terms/terms.h"

static uint64_t code_of(rk_slice text)
{
    uint64_t code = 0;
    return rk_slice_to_u64(text, &code) ? code : 0;
}

static rk_text add_text(rk_world *world, rk_slice text)
{
    return text.len ? rk_texts_add(&world->texts, text) : 0;
}

static void add_applications(const rk_rule_test *test, rk_zone zone, rk_world *world)
{
    rk_applications *a = &world->applications;
    rk_batch_init(&a->batch, rk_application_columns, rk_application_column_count, 16,
                  rk_application_all());
    for (size_t i = 0; i < test->application_count; i++) {
        const rk_test_application *from = &test->applications[i];
        size_t row = rk_batch_append(&a->batch);
        a->id[row] = add_text(world, from->id);
        a->code[row] = code_of(from->code);
        a->due_minor[row] = from->due_minor;
        a->submitted_at[row] = rk_local_at(from->submitted, zone);
        a->source[row] = from->source;
        a->status[row] = (uint8_t)(from->status ? from->status : RK_STATUS_SUBMITTED);
        a->group_id[row] = add_text(world, from->group_id);
        a->alt_keys[row] = add_text(world, from->alt_keys);
        a->ntpn[row] = add_text(world, from->keys[RK_ALT_NTPN]);
        a->virtual_account[row] = add_text(world, from->keys[RK_ALT_VIRTUAL_ACCOUNT]);
        a->application_number[row] = add_text(world, from->keys[RK_ALT_APPLICATION_NUMBER]);
    }
}

static rk_text add_keys(rk_world *world, const rk_test_entry *from)
{
    rk_buffer text = {0};
    for (unsigned kind = 0; kind < RK_ALT_KEYS; kind++) {
        if (from->keys[kind].len == 0)
            continue;
        rk_buffer_char(&text, rk_alt_key_letter((rk_alt_key)kind));
        rk_buffer_slice(&text, from->keys[kind]);
        rk_buffer_char(&text, '\n');
    }
    rk_text keys = add_text(world, rk_buffer_all(&text));
    rk_buffer_free(&text);
    return keys;
}

static void add_entries(const rk_rule_test *test, rk_zone zone, rk_world *world)
{
    rk_entries *e = &world->entries;
    rk_batch_init(&e->batch, rk_entry_columns, rk_entry_column_count, 16,
                  rk_entry_all() | RK_ENTRY_BIT(keys));
    rk_files_add(&world->files)->fate = RK_FATE_ACCEPTED;
    for (size_t i = 0; i < test->entry_count; i++) {
        const rk_test_entry *from = &test->entries[i];
        size_t row = rk_batch_append(&e->batch);
        e->ordinal[row] = e->line[row] = (uint32_t)i + 1;
        e->channel[row] = from->channel;
        e->paid_from[row] = rk_local_at(from->paid, zone);
        e->paid_until[row] =
            from->until.at == RK_NO_MOMENT ? e->paid_from[row] : rk_local_at(from->until, zone);
        e->booked_on[row] = rk_day_at(e->paid_from[row], zone);
        e->amount_minor[row] = from->debit ? -from->amount_minor : from->amount_minor;
        e->code[row] = code_of(from->code);
        e->keys[row] = add_keys(world, from);
        e->reference[row] = add_text(world, from->reference);
        e->application[row] = RK_NO_ROW;
    }
}

static rk_slice id_of(const rk_world *world, size_t entry)
{
    uint32_t row = world->entries.application[entry];
    return row == RK_NO_ROW ? (rk_slice){"", 0}
                            : rk_texts_get(&world->texts, world->applications.id[row]);
}

static void put_verdict(rk_outcome outcome, rk_slice application, rk_buffer *out)
{
    rk_buffer_text(out, rk_outcome_name(outcome));
    if (application.len)
        rk_buffer_printf(out, " of %.*s", RK_FMT(application));
}

static bool is_expected(const rk_world *world, const rk_test_entry *entry, size_t row)
{
    return world->entries.outcome[row] == (uint8_t)entry->outcome &&
           (entry->application.len == 0 || rk_slice_equal(entry->application, id_of(world, row)));
}

static void fail(const rk_source *source, const rk_rule_test *test, size_t row,
                 const rk_world *world, rk_buffer *out)
{
    const rk_test_entry *entry = &test->entries[row];
    rk_buffer expected = {0}, got = {0};
    rk_error err;
    put_verdict((rk_outcome)entry->outcome, entry->application, &expected);
    put_verdict((rk_outcome)world->entries.outcome[row], id_of(world, row), &got);
    rk_node_fail(source, entry->node, &err, "\"%.*s\": expected %.*s, got %.*s (%s)",
                 RK_FMT(test->name), RK_FMT(rk_buffer_all(&expected)), RK_FMT(rk_buffer_all(&got)),
                 rk_reason_text((rk_reason)world->entries.reason[row]));
    rk_error_print(&err, out);
    rk_buffer_free(&expected);
    rk_buffer_free(&got);
}

/* The number of its payments that end otherwise. */
static size_t run_test(const rk_rules *rules, const rk_source *source, const rk_rule_test *test,
                       rk_zone zone, rk_buffer *out)
{
    rk_world world = {.new_file_count = 1};
    size_t failures = 0;
    add_applications(test, zone, &world);
    add_entries(test, zone, &world);
    rk_terms_set(rules, zone, &world, 0, 1);
    rk_match_run(rules, &world, 1);
    for (size_t row = 0; row < test->entry_count; row++)
        if (!is_expected(&world, &test->entries[row], row)) {
            fail(source, test, row, &world, out);
            failures++;
        }
    rk_world_free(&world);
    return failures;
}

bool rk_check_tests(const rk_rules *rules, const rk_sources *sources, rk_zone zone, size_t *count,
                    rk_buffer *out, rk_error *err)
{
    const rk_source *source = NULL;
    size_t failed = 0;
    *count = 0;
    for (size_t i = 0; i < sources->count; i++)
        if (rk_slice_is(sources->items[i].name, "matching.yaml"))
            source = &sources->items[i];
    for (size_t i = 0; source && i < rules->matching.count; i++)
        for (size_t j = 0; j < rules->matching.items[i].test_count; j++, ++*count)
            failed += run_test(rules, source, &rules->matching.items[i].tests[j], zone, out) > 0;
    return failed == 0 || rk_fail(err, RK_INVALID, "%zu of %zu rule tests fail", failed, *count);
}
