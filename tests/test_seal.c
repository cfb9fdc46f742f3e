/* What is sealed comes back unchanged, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/compress.h"
#include "base/file.h"
#include "seal/closing.h"
#include "seal/columns.h"
#include "seal/keys.h"
#include "seal/lines.h"
#include "seal/manifest.h"

typedef struct folder {
    rk_archive archive;
    rk_arena arena;
} folder;

static int make_folder(void **state)
{
    rk_error err;
    folder *f = rk_alloc(1, sizeof *f);
    const char *base = getenv("TMPDIR");
    char *path = rk_arena_printf(&f->arena, "%s/seal.XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(path));
    f->archive.folder = path;
    assert_true(rk_archive_make(&f->archive, &err));
    *state = f;
    return 0;
}

static int remove_folder(void **state)
{
    rk_error err;
    folder *f = *state;
    assert_true(rk_folder_remove(f->archive.folder, &err));
    rk_arena_free(&f->arena);
    free(f);
    return 0;
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return *seed >> 33;
}

/* ---- archive ---- */

static void test_archive__gives_back_what_was_put(void **state)
{
    folder *f = *state;
    rk_error err;
    rk_ref first, second;
    rk_buffer out = {0};
    assert_true(rk_archive_put(&f->archive, RK_S("hello"), &first, &err));
    assert_true(rk_archive_put(&f->archive, RK_S("hello"), &second, &err));
    assert_memory_equal(&first, &second, sizeof first);
    assert_true(rk_archive_get(&f->archive, &first, &out, &err));
    assert_true(rk_archive_get_content(&f->archive, &first.content, &out, &err));
    assert_true(rk_slice_is(rk_buffer_all(&out), "hellohello"));
    rk_buffer_free(&out);
}

static void test_archive__names_the_object_that_is_altered_or_missing(void **state)
{
    folder *f = *state;
    rk_error err;
    rk_ref ref;
    char hex[RK_DIGEST_HEX + 1];
    rk_buffer frame = {0}, out = {0};
    assert_true(rk_archive_put(&f->archive, RK_S("a sealed text of some length"), &ref, &err));
    rk_digest_hex(&ref.content, hex);
    const char *path =
        rk_arena_printf(&f->arena, "%s/objects/%.2s/%s.zst", f->archive.folder, hex, hex + 2);
    assert_true(rk_file_read(path, 4096, &frame, &err));
    for (size_t i = 0; i < frame.len; i++) { /* every byte, one bit each */
        frame.bytes[i] ^= 1;
        assert_true(rk_file_write(path, rk_buffer_all(&frame), 0600, "test", &err));
        assert_false(rk_archive_get(&f->archive, &ref, &out, &err));
        assert_int_equal(err.code, RK_DIFFERENT);
        assert_non_null(strstr(err.message, hex + 2));
        frame.bytes[i] ^= 1;
    }
    assert_true(rk_file_remove(path, &err));
    assert_false(rk_archive_get(&f->archive, &ref, &out, &err));
    assert_non_null(strstr(err.message, "is missing"));
    rk_buffer_free(&frame);
    rk_buffer_free(&out);
}

static void test_archive__a_rerun_writes_nothing(void **state)
{
    folder *f = *state;
    rk_error err;
    rk_ref written, worked_out;
    rk_archive reading = {.folder = f->archive.folder, .read_only = true};
    rk_slice *names;
    size_t count;
    assert_true(rk_archive_put(&reading, RK_S("only worked out"), &worked_out, &err));
    assert_true(rk_folder_list(rk_path_join(&f->arena, reading.folder, RK_S("objects")), 10,
                               &f->arena, &names, &count, &err));
    assert_int_equal(count, 0);
    assert_true(rk_archive_put(&f->archive, RK_S("only worked out"), &written, &err));
    assert_memory_equal(&written, &worked_out, sizeof written);
}

static void test_compress__refuses_bombs_and_tails(void **state)
{
    (void)state;
    rk_error err;
    rk_buffer zeros = {0}, frame = {0}, out = {0};
    memset(rk_buffer_room(&zeros, 1 << 20), 0, 1 << 20);
    zeros.len = 1 << 20;
    rk_compress(rk_buffer_all(&zeros), &frame);
    assert_false(rk_decompress(rk_buffer_all(&frame), 1 << 19, &out, &err));
    assert_true(rk_decompress(rk_buffer_all(&frame), 1 << 20, &out, &err));
    assert_int_equal(out.len, 1 << 20);
    rk_buffer_char(&frame, 'x');
    assert_false(rk_decompress(rk_buffer_all(&frame), 1 << 20, &out, &err));
    rk_buffer_free(&zeros);
    rk_buffer_free(&frame);
    rk_buffer_free(&out);
}

/* ---- columns ---- */

static void fill_facts(rk_facts *facts, rk_names *names, size_t count, uint64_t seed)
{
    char text[24];
    rk_facts_init(facts, 4);
    for (size_t i = 0; i < count; i++) {
        size_t row = rk_facts_add(facts);
        snprintf(text, sizeof text, "office %llu", (unsigned long long)(next_random(&seed) % 50));
        facts->kind[row] = (uint8_t)(1 + next_random(&seed) % 4);
        facts->office[row] = rk_names_add(names, rk_slice_of(text));
        facts->received_on[row] = (rk_day)(next_random(&seed) % 20000);
        facts->count[row] = (rk_money)next_random(&seed) - 1000000;
        facts->amount[row] = (rk_money)next_random(&seed);
    }
}

static void test_columns__equal_batches_give_equal_bytes_under_other_numbers(void **state)
{
    (void)state;
    rk_error err;
    rk_names names = {0}, others = {0};
    rk_texts texts = {0}, other_texts = {0};
    rk_facts facts, back;
    rk_buffer first = {0}, second = {0};
    fill_facts(&facts, &names, 1000, 7);
    rk_columns_encode(&facts.batch, &names, &texts, &first);
    rk_names_add(&others, RK_S("something that came before"));
    rk_facts_init(&back, 4);
    assert_true(rk_columns_decode(rk_buffer_all(&first), &back.batch, &others, &other_texts, &err));
    assert_int_equal(back.batch.count, 1000);
    for (size_t row = 0; row < 1000; row++) {
        assert_true(rk_slice_equal(rk_names_text(&names, facts.office[row]),
                                   rk_names_text(&others, back.office[row])));
        assert_true(facts.amount[row] == back.amount[row]);
    }
    rk_columns_encode(&back.batch, &others, &other_texts, &second);
    assert_true(rk_slice_equal(rk_buffer_all(&first), rk_buffer_all(&second)));
    rk_batch_free(&facts.batch);
    rk_batch_free(&back.batch);
    rk_names_free(&names);
    rk_names_free(&others);
    rk_texts_free(&texts);
    rk_texts_free(&other_texts);
    rk_buffer_free(&first);
    rk_buffer_free(&second);
}

/* Any damage is refused or gives a batch; it never reads or writes outside. */
static void test_columns__damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    rk_error err;
    rk_names names = {0};
    rk_texts texts = {0};
    rk_facts facts;
    rk_buffer bytes = {0};
    uint64_t seed = 11;
    fill_facts(&facts, &names, 30, 3);
    rk_columns_encode(&facts.batch, &names, &texts, &bytes);
    for (int i = 0; i < 3000; i++) {
        rk_names own = {0};
        rk_texts own_texts = {0};
        rk_facts back;
        size_t length = i % 3 ? bytes.len : (size_t)(next_random(&seed) % bytes.len);
        char *damaged = rk_alloc(length + 1, 1);
        memcpy(damaged, bytes.bytes, length);
        for (int n = 0; n < 4 && length; n++)
            damaged[next_random(&seed) % length] = (char)next_random(&seed);
        rk_facts_init(&back, 4);
        bool good =
            rk_columns_decode((rk_slice){damaged, length}, &back.batch, &own, &own_texts, &err);
        /* RK_INVALID: a column's name is another one now */
        assert_true(good || err.code == RK_DIFFERENT || err.code == RK_INVALID);
        rk_batch_free(&back.batch);
        rk_names_free(&own);
        rk_texts_free(&own_texts);
        free(damaged);
    }
    rk_batch_free(&facts.batch);
    rk_names_free(&names);
    rk_texts_free(&texts);
    rk_buffer_free(&bytes);
}

/* ---- keys ---- */

static void test_keys__meet_exactly_where_a_key_is_shared(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (int round = 0; round < 200; round++) {
        rk_keys stored = {0}, asked = {0};
        rk_buffer bytes = {0};
        bool expected = false, damaged;
        for (int i = 0; i < 40; i++)
            rk_keys_add(&stored, next_random(&seed) % 5000 * (round % 7 ? 1 : 0x123456789abcull));
        for (int i = 0; i < 4; i++)
            rk_keys_add(&asked, next_random(&seed) % 5000 * (round % 7 ? 1 : 0x123456789abcull));
        for (size_t i = 0; i < stored.count; i++)
            for (size_t j = 0; j < asked.count; j++)
                expected |= stored.items[i] == asked.items[j];
        rk_keys_sort(&stored);
        rk_keys_sort(&asked);
        rk_keys_encode(&stored, &bytes);
        assert_int_equal(rk_keys_meet(&asked, rk_buffer_all(&bytes), &damaged), expected);
        assert_false(damaged);
        rk_keys_free(&stored);
        rk_keys_free(&asked);
        rk_buffer_free(&bytes);
    }
}

/* ---- manifests ---- */

static void fill_manifest(rk_manifest *m)
{
    rk_ref ref = {.content = rk_digest_of(RK_S("x")), .stored = rk_digest_of(RK_S("y")), .size = 7};
    *m = (rk_manifest){
        .night = 19787, .number = 2, .program = RK_S("0.1.0"), .mode = RK_S("nightly")};
    m->previous = rk_digest_of(RK_S("before"));
    m->previous_run = rk_digest_of(RK_S("run before"));
    rk_manifest_set(m, RK_S("zone"), RK_S("25200"));
    rk_manifest_set(m, RK_S("biller"), RK_S("Imigrasi\t100%\nbaris"));
    rk_manifest_add(m, RK_ITEM_STATEMENT, RK_S("a name\twith a tab.csv"), &ref)->extra =
        RK_S("2024-03-05T00:00:00+00:00");
    rk_manifest_add(m, RK_ITEM_WORKBOOK, RK_S("palembang/harian.xlsx"), &ref);
    m->run = rk_manifest_run_id(m);
}

static void test_manifest__comes_back_whole_whatever_files_are_called(void **state)
{
    (void)state;
    rk_error err;
    rk_arena arena = {0};
    rk_manifest m, back;
    rk_buffer first = {0}, second = {0};
    fill_manifest(&m);
    rk_manifest_put(&m, &first);
    assert_true(rk_manifest_parse(rk_buffer_all(&first), &arena, &back, &err));
    assert_true(rk_slice_is(back.items[0].name, "a name\twith a tab.csv"));
    assert_true(rk_slice_is(rk_manifest_setting(&back, "biller"), "Imigrasi\t100%\nbaris"));
    rk_digest run = rk_manifest_run_id(&back);
    assert_true(rk_digest_equal(&run, &m.run));
    rk_manifest_put(&back, &second);
    assert_true(rk_slice_equal(rk_buffer_all(&first), rk_buffer_all(&second)));
    rk_manifest_free(&m);
    rk_manifest_free(&back);
    rk_buffer_free(&first);
    rk_buffer_free(&second);
    rk_arena_free(&arena);
}

static void test_manifest__a_cut_one_is_refused(void **state)
{
    (void)state;
    rk_error err;
    rk_arena arena = {0};
    rk_manifest m, back;
    rk_buffer bytes = {0};
    fill_manifest(&m);
    rk_manifest_put(&m, &bytes);
    for (size_t length = 0; length + 1 < bytes.len; length++) {
        assert_false(rk_manifest_parse((rk_slice){bytes.bytes, length}, &arena, &back, &err));
        rk_manifest_free(&back);
    }
    rk_manifest_free(&m);
    rk_buffer_free(&bytes);
    rk_arena_free(&arena);
}

static void test_manifest__the_run_id_is_that_of_the_inputs_alone(void **state)
{
    (void)state;
    rk_manifest m;
    fill_manifest(&m);
    rk_digest before = rk_manifest_run_id(&m);
    m.items[0].extra = RK_S("2030-01-01T00:00:00+00:00"); /* when it arrived */
    m.items[0].ref.stored = rk_digest_of(RK_S("another zstd"));
    m.items[1].ref.content = rk_digest_of(RK_S("another workbook"));
    rk_digest same = rk_manifest_run_id(&m);
    assert_true(rk_digest_equal(&before, &same));
    m.items[0].ref.content = rk_digest_of(RK_S("another statement"));
    rk_digest other = rk_manifest_run_id(&m);
    assert_false(rk_digest_equal(&before, &other));
    rk_manifest_free(&m);
}

static void test_mark__a_night_lies_in_pending_until_it_is_committed(void **state)
{
    folder *f = *state;
    rk_error err;
    rk_manifest m;
    rk_mark mark;
    rk_digest digest;
    rk_night_name *nights;
    size_t count;
    fill_manifest(&m);
    assert_true(rk_archive_mark(&f->archive, &mark, &err) && !mark.any);
    assert_true(rk_archive_pend(&f->archive, &m, &digest, &err));
    assert_true(rk_archive_nights(&f->archive, "nights", &f->arena, &nights, &count, &err));
    assert_int_equal(count, 0);
    for (int again = 0; again < 2; again++)
        assert_true(rk_archive_commit(&f->archive, m.night, m.number, &err));
    assert_true(rk_archive_mark(&f->archive, &mark, &err) && mark.any);
    assert_true(rk_digest_equal(&mark.manifest, &digest) && rk_digest_equal(&mark.run, &m.run));
    assert_true(rk_archive_nights(&f->archive, "nights", &f->arena, &nights, &count, &err));
    assert_true(count == 1 && nights[0].night == m.night && nights[0].number == 2);
    rk_manifest_free(&m);
}

/* ---- the closing state ---- */

enum { DAYS = 5, A_DAY = 20 };

static rk_text add_text(rk_world *w, const char *format, int n)
{
    char text[32];
    snprintf(text, sizeof text, format, n);
    return rk_texts_add(&w->texts, rk_slice_of(text));
}

static void begin_world(rk_world *w)
{
    *w = (rk_world){0};
    rk_batch_init(&w->applications.batch, rk_application_columns, rk_application_column_count, 64,
                  rk_application_all());
    rk_batch_init(&w->entries.batch, rk_entry_columns, rk_entry_column_count, 64, rk_entry_all());
    rk_batch_init(&w->before.applications.batch, rk_application_columns,
                  rk_application_column_count, 4, rk_application_all());
    rk_batch_init(&w->before.entries.batch, rk_entry_columns, rk_entry_column_count, 4,
                  rk_entry_all());
}

/* Twenty applications a day over five days; every second one paid by an entry; one open entry. */
static void fill_world(rk_world *w)
{
    begin_world(w);
    rk_file *file = rk_files_add(&w->files);
    file->digest = rk_digest_of(RK_S("statement"));
    file->name = RK_S("statement.csv");
    w->new_file_count = 1;
    for (int i = 0; i < DAYS * A_DAY; i++) {
        size_t row = rk_batch_append(&w->applications.batch);
        w->applications.id[row] = add_text(w, "P-%04d", i);
        w->applications.code[row] = 820240305000000ull + (uint64_t)i;
        w->applications.submitted_at[row] = rk_day_begin(19787 + i / A_DAY, 0) + i * RK_SECOND;
        w->applications.state[row] = (uint8_t)(i % 2       ? RK_STATE_PAID
                                               : i < A_DAY ? RK_STATE_AWAITING
                                                           : RK_STATE_EXPIRED);
        if (i % 2 == 0)
            continue;
        size_t entry = rk_batch_append(&w->entries.batch);
        w->entries.ordinal[entry] = (uint32_t)i + 1;
        w->entries.code[entry] = w->applications.code[row];
        w->entries.application[entry] = (uint32_t)row;
    }
    size_t open = rk_batch_append(&w->entries.batch);
    w->entries.ordinal[open] = 1000;
    w->entries.code[open] = 799999999999999ull;
    w->entries.application[open] = RK_NO_ROW;
}

static rk_ref save(folder *f, const rk_world *w, const rk_closing *opening, rk_day night,
                   size_t *added)
{
    rk_error err;
    rk_carried carried;
    rk_history history;
    rk_ref root;
    rk_carried_init(&carried);
    rk_history_init(&history);
    rk_closing_after after = {.opening = opening,
                              .world = w,
                              .carried = &carried,
                              .files = &history.files,
                              .tonight = {.night = night, .number = 1},
                              .night = night,
                              .number = 1,
                              .memory_days = 400,
                              .start = 19787,
                              .since = 12345};
    assert_true(rk_closing_save(&f->archive, &after, &root, added, &err));
    rk_carried_free(&carried);
    rk_history_free(&history);
    return root;
}

static void open_books(folder *f, const rk_ref *root, rk_world *w, rk_closing *closing)
{
    rk_error err;
    rk_carried carried;
    begin_world(w);
    rk_closing_init(closing);
    rk_carried_init(&carried);
    assert_true(rk_closing_open(&f->archive, root, w, closing, &carried, &err));
    rk_carried_free(&carried);
}

static void test_closing__loads_only_the_segments_that_are_touched(void **state)
{
    folder *f = *state;
    rk_error err;
    rk_world w, next;
    rk_closing none, closing;
    size_t added;
    fill_world(&w);
    rk_closing_init(&none);
    rk_ref root = save(f, &w, &none, 19791, &added);
    assert_int_equal(added, DAYS + 1);
    open_books(f, &root, &next, &closing);
    assert_true(closing.start == 19787 && closing.since == 12345 && closing.segment_count == 6);
    rk_wanted wanted = {.awaiting = true, .open_day = RK_NO_DAY};
    rk_keys_add(&wanted.codes, w.applications.code[63]);
    assert_true(rk_closing_load(&f->archive, &closing, &wanted, &next, &err));
    assert_int_equal(next.before.applications.batch.count,
                     2 * A_DAY); /* the first day, the fourth */
    assert_int_equal(next.before.entries.batch.count, A_DAY);
    for (size_t i = 0; i < next.before.entries.batch.count; i++) {
        uint32_t application = next.before.entries.application[i];
        assert_true(next.before.applications.code[application] == next.before.entries.code[i]);
        assert_true(rk_digest_equal(&next.files.items[next.before.entries.file[i]].digest,
                                    &w.files.items[0].digest));
    }
    rk_wanted_free(&wanted);
    wanted = (rk_wanted){.open_day = RK_NO_DAY};
    rk_keys_add(&wanted.ids, rk_key_of_id(RK_S("P-0099")));
    rk_keys_add(&wanted.entries, rk_key_of_entry(rk_digest_short(&w.files.items[0].digest), 1000));
    rk_keys_sort(&wanted.entries);
    assert_true(rk_closing_load(&f->archive, &closing, &wanted, &next, &err));
    assert_int_equal(next.before.applications.batch.count, 3 * A_DAY);
    assert_int_equal(next.before.entries.batch.count, A_DAY + A_DAY / 2 + 1);
    rk_wanted_free(&wanted);
    rk_closing_free(&closing);
    rk_world_free(&w);
    rk_world_free(&next);
}

/* The same books saved again, after loading a part of them, are the same objects. */
static void test_closing__an_unchanged_segment_is_the_same_object(void **state)
{
    folder *f = *state;
    rk_error err;
    rk_world w, next;
    rk_closing none, closing, after;
    size_t added;
    fill_world(&w);
    rk_closing_init(&none);
    rk_ref root = save(f, &w, &none, 19791, &added);
    open_books(f, &root, &next, &closing);
    rk_wanted wanted = {.awaiting = true, .open_day = 19791};
    rk_wanted_add_day(&wanted, 19789);
    assert_true(rk_closing_load(&f->archive, &closing, &wanted, &next, &err));
    rk_known *before = &next.before;
    for (size_t i = 0; i < before->applications.batch.count; i++)
        rk_batch_copy_row(&before->applications.batch, i, &next.applications.batch,
                          rk_batch_append(&next.applications.batch));
    for (size_t i = 0; i < before->entries.batch.count; i++)
        rk_batch_copy_row(&before->entries.batch, i, &next.entries.batch,
                          rk_batch_append(&next.entries.batch));
    next.applications.state[0] = RK_STATE_CANCELLED;
    rk_ref changed = save(f, &next, &closing, 19792, &added);
    assert_int_equal(added, 3); /* the two days and the open entries */
    rk_world last;
    open_books(f, &changed, &last, &after);
    assert_int_equal(after.segment_count, closing.segment_count);
    size_t same = 0;
    for (size_t i = 0; i < after.segment_count; i++)
        same += memcmp(&after.segments[i].body, &closing.segments[i].body, sizeof(rk_ref)) == 0;
    assert_int_equal(same, after.segment_count - 1);
    rk_wanted_free(&wanted);
    rk_closing_free(&closing);
    rk_closing_free(&after);
    rk_world_free(&w);
    rk_world_free(&next);
    rk_world_free(&last);
}

static void test_keys__many_are_sorted_once_each(void **state)
{
    (void)state;
    rk_keys keys = {0};
    uint64_t x = 1;
    for (int i = 0; i < 3000; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        rk_keys_add(&keys, x >> (i % 5 * 13)); /* of all lengths */
        rk_keys_add(&keys, x >> (i % 5 * 13));
        rk_keys_add(&keys, 19800 + (uint64_t)(i % 40)); /* days: most bytes are the same */
    }
    rk_keys_sort(&keys);
    assert_in_range(keys.count, 2900, 3040);
    for (size_t i = 1; i < keys.count; i++)
        assert_true(keys.items[i - 1] < keys.items[i]);
    assert_true(rk_keys_have(&keys, 19839) && rk_keys_have(&keys, x >> (2999 % 5 * 13)));
    rk_keys_free(&keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_archive__gives_back_what_was_put, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_archive__names_the_object_that_is_altered_or_missing,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_archive__a_rerun_writes_nothing, make_folder,
                                        remove_folder),
        cmocka_unit_test(test_keys__many_are_sorted_once_each),
        cmocka_unit_test(test_compress__refuses_bombs_and_tails),
        cmocka_unit_test(test_columns__equal_batches_give_equal_bytes_under_other_numbers),
        cmocka_unit_test(test_columns__damaged_bytes_do_no_harm),
        cmocka_unit_test(test_keys__meet_exactly_where_a_key_is_shared),
        cmocka_unit_test(test_manifest__comes_back_whole_whatever_files_are_called),
        cmocka_unit_test(test_manifest__a_cut_one_is_refused),
        cmocka_unit_test(test_manifest__the_run_id_is_that_of_the_inputs_alone),
        cmocka_unit_test_setup_teardown(test_mark__a_night_lies_in_pending_until_it_is_committed,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_closing__loads_only_the_segments_that_are_touched,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_closing__an_unchanged_segment_is_the_same_object,
                                        make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
