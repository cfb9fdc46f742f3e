#include "seal/closing.h"

#include <stdlib.h>

#include "seal/columns.h"
#include "seal/lines.h"

static const char *const home_names[] = {"applications", "open"};

void rk_closing_init(rk_closing *closing)
{
    *closing =
        (rk_closing){.start = RK_NO_DAY, .since = RK_NO_MOMENT, .source_newest = RK_NO_MOMENT};
}

void rk_closing_free(rk_closing *closing)
{
    free(closing->segments);
    free(closing->lists);
    free(closing->facts);
    free(closing->entry_segment);
    rk_closing_init(closing);
}

#define COLUMN(name, type, member) \
    { \
        name, type, offsetof(rk_open_rejects, member), 0 \
    }

static const rk_column reject_columns[] = {
    COLUMN("digest", RK_TYPE_TEXT, digest),   COLUMN("name", RK_TYPE_TEXT, name),
    COLUMN("channel", RK_TYPE_NAME, channel), COLUMN("line", RK_TYPE_U32, line),
    COLUMN("reason", RK_TYPE_TEXT, reason),   COLUMN("amount", RK_TYPE_MONEY, amount),
    COLUMN("code", RK_TYPE_CODE, code),       COLUMN("from", RK_TYPE_DAY, from),
    COLUMN("until", RK_TYPE_DAY, until),
};

static void init_rejects(rk_open_rejects *rejects)
{
    size_t count = sizeof reject_columns / sizeof *reject_columns;
    rk_batch_init(&rejects->batch, reject_columns, count, 16, ((uint64_t)1 << count) - 1);
}

#define OUTAGE(name, type, member) \
    { \
        name, type, offsetof(rk_known_outages, member), 0 \
    }

const rk_column rk_known_outage_columns[] = {
    OUTAGE("what", RK_TYPE_TEXT, what),
    OUTAGE("from", RK_TYPE_MOMENT, from),
    OUTAGE("until", RK_TYPE_MOMENT, until),
};
const size_t rk_known_outage_column_count =
    sizeof rk_known_outage_columns / sizeof *rk_known_outage_columns;

void rk_known_outages_init(rk_known_outages *outages)
{
    rk_batch_init(&outages->batch, rk_known_outage_columns, rk_known_outage_column_count, 16,
                  ((uint64_t)1 << rk_known_outage_column_count) - 1);
}

static const rk_column revision_columns[] = {
    {"workbook", RK_TYPE_NAME, offsetof(rk_revisions, workbook), 0},
    {"office", RK_TYPE_NAME, offsetof(rk_revisions, office), 0},
    {"from", RK_TYPE_DAY, offsetof(rk_revisions, from), 0},
    {"until", RK_TYPE_DAY, offsetof(rk_revisions, until), 0},
    {"number", RK_TYPE_U32, offsetof(rk_revisions, number), 0},
    {"night", RK_TYPE_DAY, offsetof(rk_revisions, night), 0},
};

void rk_carried_init(rk_carried *carried)
{
    rk_known_outages_init(&carried->outages);
    rk_batch_init(&carried->revisions.batch, revision_columns,
                  sizeof revision_columns / sizeof *revision_columns, 16, UINT64_MAX);
    rk_follow_rows_init(&carried->accounts);
    init_rejects(&carried->rejects);
    rk_decided_init(&carried->decided);
    rk_findings_init(&carried->findings);
    rk_freed_init(&carried->freed);
    rk_seen_init(&carried->seen);
    uint64_t all = ((uint64_t)1 << rk_case_column_count) - 1;
    rk_file_rows_init(&carried->files);
    rk_batch_init(&carried->cases.batch, rk_case_columns, rk_case_column_count, 64, all);
    rk_facts_init(&carried->stock, 64);
    rk_coverage_init(&carried->coverage);
}

void rk_carried_free(rk_carried *carried)
{
    rk_batch_free(&carried->files.batch);
    rk_batch_free(&carried->cases.batch);
    rk_batch_free(&carried->stock.batch);
    rk_batch_free(&carried->coverage.batch);
    rk_batch_free(&carried->rejects.batch);
    rk_batch_free(&carried->outages.batch);
    rk_batch_free(&carried->decided.batch);
    rk_batch_free(&carried->revisions.batch);
    rk_batch_free(&carried->accounts.batch);
    rk_batch_free(&carried->findings.batch);
    rk_batch_free(&carried->freed.batch);
    rk_batch_free(&carried->seen.batch);
}

void rk_wanted_free(rk_wanted *wanted)
{
    rk_keys_free(&wanted->codes);
    rk_keys_free(&wanted->ids);
    rk_keys_free(&wanted->entries);
    rk_keys_free(&wanted->days);
    rk_keys_free(&wanted->slips);
}

static uint64_t key_of_day(rk_day day)
{
    return (uint64_t)((int64_t)day + ((int64_t)1 << 31));
}

void rk_wanted_add_day(rk_wanted *wanted, rk_day day)
{
    rk_keys_add(&wanted->days, key_of_day(day));
}

void rk_keys_add_reference(rk_keys *codes, const rk_world *world, const rk_entries *entries,
                           size_t row, bool other)
{
    rk_money amount = entries->amount_minor[row];
    rk_slice reference = rk_texts_get(&world->texts, entries->reference[row]);
    bool may_be = amount > 0 || (amount < 0 && !entries->code[row]);
    if (!may_be || entries->outcome[row] == RK_IGNORED || !rk_reference_names(reference))
        return;
    rk_keys_add(codes, rk_key_of_reference(rk_names_text(&world->names, entries->channel[row]),
                                           other ? -amount : amount, reference));
}

static void add_alternative(rk_keys *codes, rk_alt_key kind, rk_slice text)
{
    uint64_t hash = rk_alt_key_hash(kind, text);
    if (hash)
        rk_keys_add(codes, rk_key_of_alternative(hash));
}

void rk_keys_add_alternatives(rk_keys *codes, const rk_world *world, const rk_entries *entries,
                              size_t row)
{
    rk_alt_key kind;
    rk_slice text, rest = {"", 0};
    if (entries->keys)
        rest = rk_texts_get(&world->texts, entries->keys[row]);
    while (rk_alt_keys_next(&rest, &kind, &text))
        add_alternative(codes, kind, text);
}

void rk_keys_add_alternatives_of(rk_keys *codes, const rk_world *world, const rk_applications *of,
                                 size_t row)
{
    const rk_text *columns[RK_ALT_KEYS] = {of->ntpn, of->virtual_account, of->application_number};
    for (unsigned kind = 0; kind < RK_ALT_KEYS; kind++)
        if (columns[kind] && columns[kind][row])
            add_alternative(codes, (rk_alt_key)kind,
                            rk_texts_get(&world->texts, columns[kind][row]));
}

void rk_keys_add_windows(rk_keys *codes, rk_slice windows)
{
    uint64_t code;
    bool whole;
    while (rk_windows_next(&windows, &code, &whole))
        rk_keys_add(codes, code);
}

/* ---- the root ---- */

static void read_segment(rk_line *line, rk_segment *segment)
{
    rk_slice home = rk_line_text(line);
    *segment = (rk_segment){0};
    segment->home =
        rk_slice_is(home, home_names[RK_HOME_OPEN]) ? RK_HOME_OPEN : RK_HOME_APPLICATIONS;
    line->good &= rk_slice_is(home, home_names[segment->home]);
    segment->day = rk_line_day(line);
    segment->applications = (uint32_t)rk_line_u64(line);
    segment->awaiting = (uint32_t)rk_line_u64(line);
    segment->entries = (uint32_t)rk_line_u64(line);
    segment->body = rk_line_ref(line);
    segment->codes = rk_line_ref(line);
    segment->ids = rk_line_ref(line);
    segment->keys = rk_line_ref(line);
}

static void read_list(rk_line *line, rk_file_list *list)
{
    list->night = rk_line_day(line);
    list->number = (int)rk_line_u64(line);
    list->ref = rk_line_ref(line);
}

static void add_segment(rk_closing *closing, size_t *capacity, rk_line *line)
{
    closing->segments =
        rk_grow(closing->segments, capacity, closing->segment_count + 1, sizeof *closing->segments);
    read_segment(line, &closing->segments[closing->segment_count++]);
}

static void add_list(rk_closing *closing, size_t *capacity, rk_line *line)
{
    closing->lists =
        rk_grow(closing->lists, capacity, closing->list_count + 1, sizeof *closing->lists);
    read_list(line, &closing->lists[closing->list_count++]);
}

static void add_facts(rk_closing *closing, size_t *capacity, rk_line *line)
{
    closing->facts =
        rk_grow(closing->facts, capacity, closing->fact_count + 1, sizeof *closing->facts);
    rk_fact_list *list = &closing->facts[closing->fact_count++];
    *list = (rk_fact_list){.detail_from = RK_NO_DAY, .detail_until = RK_NO_DAY};
    list->night = rk_line_day(line);
    list->number = (int)rk_line_u64(line);
    list->ref = rk_line_ref(line);
    list->from = rk_line_day(line);
    list->until = rk_line_day(line);
}

/* Of the run whose facts stand in the line before. */
static void read_detail(rk_closing *closing, rk_line *line)
{
    if (closing->fact_count == 0) {
        line->good = false;
        return;
    }
    rk_fact_list *list = &closing->facts[closing->fact_count - 1];
    list->detail = rk_line_ref(line);
    list->detail_from = rk_line_day(line);
    list->detail_until = rk_line_day(line);
    list->cases = rk_line_ref(line);
    list->stock = rk_line_ref(line);
}

static void read_found(rk_closing *closing, rk_line *line)
{
    if (closing->fact_count == 0)
        line->good = false;
    else
        closing->facts[closing->fact_count - 1].findings = rk_line_ref(line);
}

static void read_issued(rk_closing *closing, rk_line *line)
{
    if (closing->fact_count == 0) {
        line->good = false;
        return;
    }
    closing->facts[closing->fact_count - 1].issued_keys = rk_line_ref(line);
    closing->facts[closing->fact_count - 1].issued = rk_line_ref(line);
}

/* Room of the lists that grow while a root is read. */
typedef struct rooms {
    size_t segments, lists, facts;
} rooms;

static bool read_line(rk_closing *closing, rk_line *line, rooms *room)
{
    rk_slice what = rk_line_text(line);
    if (rk_slice_is(what, "start"))
        closing->start = rk_line_day(line);
    else if (rk_slice_is(what, "source")) {
        closing->since = rk_line_i64(line);
        closing->source_count = rk_line_u64(line);
        closing->source_newest = rk_line_i64(line);
    } else if (rk_slice_is(what, "cases"))
        closing->cases = rk_line_ref(line);
    else if (rk_slice_is(what, "stock"))
        closing->stock = rk_line_ref(line);
    else if (rk_slice_is(what, "coverage"))
        closing->coverage = rk_line_ref(line);
    else if (rk_slice_is(what, "rejects"))
        closing->rejects = rk_line_ref(line);
    else if (rk_slice_is(what, "outages"))
        closing->outages = rk_line_ref(line);
    else if (rk_slice_is(what, "decided"))
        closing->decided = rk_line_ref(line);
    else if (rk_slice_is(what, "revisions"))
        closing->revisions = rk_line_ref(line);
    else if (rk_slice_is(what, "accounts"))
        closing->accounts = rk_line_ref(line);
    else if (rk_slice_is(what, "findings"))
        closing->findings = rk_line_ref(line);
    else if (rk_slice_is(what, "freed"))
        closing->freed = rk_line_ref(line);
    else if (rk_slice_is(what, "seen"))
        closing->seen = rk_line_ref(line);
    else if (rk_slice_is(what, "files"))
        add_list(closing, &room->lists, line);
    else if (rk_slice_is(what, "segment"))
        add_segment(closing, &room->segments, line);
    else if (rk_slice_is(what, "facts"))
        add_facts(closing, &room->facts, line);
    else if (rk_slice_is(what, "detail"))
        read_detail(closing, line);
    else if (rk_slice_is(what, "found"))
        read_found(closing, line);
    else if (rk_slice_is(what, "issued"))
        read_issued(closing, line);
    else
        return false;
    return line->good && line->at == line->count;
}

static bool read_root(rk_slice bytes, rk_closing *closing, rk_error *err)
{
    rk_line line;
    rooms room = {0};
    rk_line_next(&bytes, &line);
    if (!rk_line_format(&line, "rekon-closing", "a closing state", RK_CLOSING_FORMAT, err))
        return false;
    while (rk_line_next(&bytes, &line))
        if (!read_line(closing, &line, &room))
            return rk_fail(err, RK_DIFFERENT,
                           "closing state with an unknown or broken line \"%.*s\"",
                           RK_FMT(line.cells[0]));
    return true;
}

/* The content of an object, kept in the arena of the run. */
static bool fetch(const rk_archive *archive, const rk_ref *ref, rk_arena *arena, rk_slice *bytes,
                  rk_error *err)
{
    rk_buffer content = {0};
    if (!rk_archive_get(archive, ref, &content, err)) {
        rk_buffer_free(&content);
        return false;
    }
    *bytes = rk_arena_slice(arena, rk_buffer_all(&content));
    rk_buffer_free(&content);
    return true;
}

static bool fetch_batch(const rk_archive *archive, const rk_ref *ref, rk_world *world,
                        rk_batch *batch, rk_error *err)
{
    rk_slice bytes;
    return fetch(archive, ref, &world->arena, &bytes, err) &&
           rk_columns_decode(bytes, batch, &world->names, &world->texts, err);
}

/* What stands now is what the last run left, also where that was sealed before each run had its own. */
static void note_last_run(rk_closing *closing)
{
    if (closing->fact_count == 0)
        return;
    rk_fact_list *last = &closing->facts[closing->fact_count - 1];
    last->cases = closing->cases;
    last->stock = closing->stock;
    last->findings = closing->findings;
}

bool rk_closing_read(const rk_archive *archive, const rk_ref *root, rk_arena *arena,
                     rk_closing *closing, rk_error *err)
{
    rk_slice bytes;
    if (!fetch(archive, root, arena, &bytes, err) || !read_root(bytes, closing, err))
        return false;
    note_last_run(closing);
    return true;
}

bool rk_closing_open(const rk_archive *archive, const rk_ref *root, rk_world *world,
                     rk_closing *closing, rk_carried *carried, rk_error *err)
{
    if (!rk_closing_read(archive, root, &world->arena, closing, err))
        return false;
    for (size_t i = 0; i < closing->list_count; i++)
        if (!fetch_batch(archive, &closing->lists[i].ref, world, &carried->files.batch, err))
            return false;
    return fetch_batch(archive, &closing->cases, world, &carried->cases.batch, err) &&
           fetch_batch(archive, &closing->stock, world, &carried->stock.batch, err) &&
           fetch_batch(archive, &closing->coverage, world, &carried->coverage.batch, err) &&
           fetch_batch(archive, &closing->rejects, world, &carried->rejects.batch, err) &&
           (closing->outages.size == 0 ||
            fetch_batch(archive, &closing->outages, world, &carried->outages.batch, err)) &&
           (closing->decided.size == 0 ||
            fetch_batch(archive, &closing->decided, world, &carried->decided.batch, err)) &&
           (closing->revisions.size == 0 ||
            fetch_batch(archive, &closing->revisions, world, &carried->revisions.batch, err)) &&
           (closing->accounts.size == 0 ||
            fetch_batch(archive, &closing->accounts, world, &carried->accounts.batch, err)) &&
           (closing->findings.size == 0 ||
            fetch_batch(archive, &closing->findings, world, &carried->findings.batch, err)) &&
           (closing->freed.size == 0 ||
            fetch_batch(archive, &closing->freed, world, &carried->freed.batch, err)) &&
           (closing->seen.size == 0 ||
            fetch_batch(archive, &closing->seen, world, &carried->seen.batch, err));
}

static bool visit_run(const rk_fact_list *run, rk_ref_visit *visit, void *context, rk_error *err)
{
    return visit(context, "facts", &run->ref, err) &&
           (run->detail.size == 0 || (visit(context, "detail", &run->detail, err) &&
                                      visit(context, "cases", &run->cases, err) &&
                                      visit(context, "stock", &run->stock, err))) &&
           (run->findings.size == 0 || visit(context, "findings", &run->findings, err)) &&
           (run->issued.size == 0 || (visit(context, "issued", &run->issued_keys, err) &&
                                      visit(context, "issued", &run->issued, err)));
}

bool rk_closing_visit(const rk_archive *archive, const rk_ref *root, rk_ref_visit *visit,
                      void *context, rk_error *err)
{
    rk_closing closing;
    rk_buffer bytes = {0};
    rk_closing_init(&closing);
    bool good =
        visit(context, "closing", root, err) && rk_archive_get(archive, root, &bytes, err) &&
        read_root(rk_buffer_all(&bytes), &closing, err) &&
        visit(context, "cases", &closing.cases, err) &&
        visit(context, "stock", &closing.stock, err) &&
        visit(context, "coverage", &closing.coverage, err) &&
        visit(context, "rejects", &closing.rejects, err) &&
        (closing.outages.size == 0 || visit(context, "outages", &closing.outages, err)) &&
        (closing.decided.size == 0 || visit(context, "decided", &closing.decided, err)) &&
        (closing.revisions.size == 0 || visit(context, "revisions", &closing.revisions, err)) &&
        (closing.accounts.size == 0 || visit(context, "accounts", &closing.accounts, err)) &&
        (closing.findings.size == 0 || visit(context, "findings", &closing.findings, err)) &&
        (closing.freed.size == 0 || visit(context, "freed", &closing.freed, err)) &&
        (closing.seen.size == 0 || visit(context, "seen", &closing.seen, err));
    for (size_t i = 0; good && i < closing.list_count; i++)
        good = visit(context, "files", &closing.lists[i].ref, err);
    for (size_t i = 0; good && i < closing.fact_count; i++)
        good = visit_run(&closing.facts[i], visit, context, err);
    for (size_t i = 0; good && i < closing.segment_count; i++) {
        const rk_segment *s = &closing.segments[i];
        good = visit(context, "segment", &s->body, err) &&
               visit(context, "codes", &s->codes, err) && visit(context, "ids", &s->ids, err) &&
               visit(context, "keys", &s->keys, err);
    }
    rk_buffer_free(&bytes);
    rk_closing_free(&closing);
    return good;
}

bool rk_closing_night(const rk_archive *archive, const rk_ref *root, rk_day *night, int *number,
                      rk_error *err)
{
    rk_closing closing;
    rk_buffer bytes = {0};
    rk_closing_init(&closing);
    bool good =
        rk_archive_get(archive, root, &bytes, err) &&
        read_root(rk_buffer_all(&bytes), &closing, err) &&
        (closing.fact_count > 0 || rk_fail(err, RK_DIFFERENT, "a closing state without a night"));
    if (good) {
        *night = closing.facts[closing.fact_count - 1].night;
        *number = closing.facts[closing.fact_count - 1].number;
    }
    rk_buffer_free(&bytes);
    rk_closing_free(&closing);
    return good;
}

/* ---- segments ---- */

static bool meets(const rk_archive *archive, const rk_keys *keys, const rk_ref *ref, bool *met,
                  rk_error *err)
{
    rk_buffer bytes = {0};
    bool damaged = false;
    if (*met || keys->count == 0 || ref->size == 0)
        return true;
    bool good = rk_archive_get(archive, ref, &bytes, err);
    *met = good && rk_keys_meet(keys, rk_buffer_all(&bytes), &damaged);
    rk_buffer_free(&bytes);
    return good && (!damaged || rk_fail(err, RK_DIFFERENT, "damaged key set in the closing state"));
}

static bool is_wanted(const rk_archive *archive, const rk_segment *segment, const rk_wanted *wanted,
                      bool *met, rk_error *err)
{
    *met = (wanted->awaiting && segment->awaiting > 0) ||
           (segment->home == RK_HOME_OPEN && segment->day == wanted->open_day);
    uint64_t day = key_of_day(segment->day);
    for (size_t i = 0; segment->home == RK_HOME_APPLICATIONS && i < wanted->days.count; i++)
        *met |= wanted->days.items[i] == day;
    return meets(archive, &wanted->codes, &segment->codes, met, err) &&
           (segment->home != RK_HOME_OPEN ||
            meets(archive, &wanted->slips, &segment->codes, met, err)) &&
           meets(archive, &wanted->ids, &segment->ids, met, err) &&
           meets(archive, &wanted->entries, &segment->keys, met, err);
}

/* The row of world->files with this digest; added from `rows` when it is new. */
static uint32_t file_row(rk_world *world, const rk_file_rows *rows, size_t row)
{
    rk_digest digest;
    if (!rk_digest_parse(rk_texts_get(&world->texts, rows->digest[row]), &digest))
        return RK_NO_ROW;
    for (size_t i = 0; i < world->files.count; i++)
        if (rk_digest_equal(&world->files.items[i].digest, &digest))
            return (uint32_t)i;
    rk_file *file = rk_files_add(&world->files);
    file->digest = digest;
    file->name = rk_texts_get(&world->texts, rows->name[row]);
    file->channel = rows->channel[row];
    file->account = rows->account[row];
    file->fate = RK_FATE_ACCEPTED;
    return (uint32_t)world->files.count - 1;
}

/* Rows of the segment count its own files and applications; make them those of the world. */
static bool adopt(rk_world *world, const rk_file_rows *files, size_t first_entry,
                  size_t first_application, rk_error *err)
{
    rk_entries *entries = &world->before.entries;
    size_t applications = world->before.applications.batch.count - first_application;
    uint32_t *map = rk_alloc(files->batch.count, sizeof *map);
    bool good = true;
    for (size_t i = 0; i < files->batch.count; i++) {
        map[i] = file_row(world, files, i);
        good &= map[i] != RK_NO_ROW;
    }
    for (size_t row = first_entry; good && row < entries->batch.count; row++) {
        uint32_t application = entries->application[row];
        good = entries->file[row] < files->batch.count &&
               (application == RK_NO_ROW || application < applications);
        if (!good)
            break;
        entries->file[row] = map[entries->file[row]];
        if (application != RK_NO_ROW)
            entries->application[row] = application + (uint32_t)first_application;
    }
    free(map);
    return good || rk_fail(err, RK_DIFFERENT, "a segment of the closing state contradicts itself");
}

static bool load_segment(const rk_archive *archive, rk_closing *closing, size_t i, rk_world *world,
                         rk_error *err)
{
    rk_slice bytes, applications, entries, files;
    rk_file_rows rows;
    rk_known *before = &world->before;
    size_t first_entry = before->entries.batch.count;
    size_t first_application = before->applications.batch.count;
    if (!fetch(archive, &closing->segments[i].body, &world->arena, &bytes, err))
        return false;
    if (!rk_columns_cut_part(&bytes, &applications) || !rk_columns_cut_part(&bytes, &entries) ||
        !rk_columns_cut_part(&bytes, &files))
        return rk_fail(err, RK_DIFFERENT, "a segment of the closing state is cut short");
    rk_file_rows_init(&rows);
    bool good =
        rk_columns_decode(applications, &before->applications.batch, &world->names, &world->texts,
                          err) &&
        rk_columns_decode(entries, &before->entries.batch, &world->names, &world->texts, err) &&
        rk_columns_decode(files, &rows.batch, &world->names, &world->texts, err) &&
        adopt(world, &rows, first_entry, first_application, err);
    rk_batch_free(&rows.batch);
    closing->segments[i].loaded = true;
    closing->entry_segment = rk_grow(closing->entry_segment, &closing->entry_capacity,
                                     before->entries.batch.count, sizeof(uint32_t));
    for (size_t row = first_entry; row < before->entries.batch.count; row++)
        closing->entry_segment[row] = (uint32_t)i;
    return good;
}

bool rk_closing_load(const rk_archive *archive, rk_closing *closing, const rk_wanted *wanted,
                     rk_world *world, rk_error *err)
{
    for (size_t i = 0; i < closing->segment_count; i++) {
        bool met;
        if (closing->segments[i].loaded)
            continue;
        if (!is_wanted(archive, &closing->segments[i], wanted, &met, err) ||
            (met && !load_segment(archive, closing, i, world, err)))
            return false;
    }
    return true;
}

/* ---- search ---- */

static bool show_segment(const rk_archive *archive, const rk_segment *segment,
                         rk_segment_visit *visit, void *context, rk_error *err)
{
    rk_segment copy = *segment;
    rk_closing one = {.segments = &copy, .segment_count = 1};
    rk_world world = {.new_file_count = 0};
    rk_known_init(&world.before);
    bool good = load_segment(archive, &one, 0, &world, err) && visit(context, &world, err);
    free(one.entry_segment);
    rk_world_free(&world);
    return good;
}

bool rk_closing_search(const rk_archive *archive, const rk_closing *closing, rk_slice needle,
                       rk_segment_visit *visit, void *context, rk_error *err)
{
    bool good = true;
    for (size_t i = 0; good && i < closing->segment_count; i++) {
        rk_buffer bytes = {0};
        good = rk_archive_get(archive, &closing->segments[i].body, &bytes, err);
        bool holds = good && (needle.len == 0 ||
                              (bytes.len && memmem(bytes.bytes, bytes.len, needle.at, needle.len)));
        rk_buffer_free(&bytes);
        if (holds)
            good = show_segment(archive, &closing->segments[i], visit, context, err);
    }
    return good;
}
