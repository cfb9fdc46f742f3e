#include <stdlib.h>

#include "seal/closing.h"
#include "seal/columns.h"
#include "seal/lines.h"

/* One segment to be written: the rows of the world that live in it. */
typedef struct group {
    rk_home home;
    rk_day day;
    uint32_t *applications, *entries;
    size_t application_count, entry_count, application_capacity, entry_capacity;
} group;

typedef struct saving {
    const rk_archive *archive;
    const rk_closing_after *after;
    const rk_closing *opening;
    const rk_world *world;
    rk_day oldest; /* what is older is forgotten */
    group *groups;
    size_t group_count, group_capacity;
    rk_segment *segments; /* of the new root */
    size_t segment_count, segment_capacity;
    size_t added;
} saving;

static group *find_group(saving *s, rk_home home, rk_day day)
{
    for (size_t i = s->group_count; i > 0; i--)
        if (s->groups[i - 1].home == home && s->groups[i - 1].day == day)
            return &s->groups[i - 1];
    s->groups = rk_grow(s->groups, &s->group_capacity, s->group_count + 1, sizeof *s->groups);
    s->groups[s->group_count] = (group){.home = home, .day = day};
    return &s->groups[s->group_count++];
}

static rk_day day_of_application(const saving *s, size_t row)
{
    return rk_day_at(s->world->applications.submitted_at[row], s->after->zone);
}

/* An entry lives with its application; without one, in the open segment it came from, else tonight's. */
static group *group_of_entry(saving *s, size_t row)
{
    uint32_t application = s->world->entries.application[row];
    if (application != RK_NO_ROW)
        return find_group(s, RK_HOME_APPLICATIONS, day_of_application(s, application));
    if (row < s->world->before.entries.batch.count) {
        const rk_segment *from = &s->opening->segments[s->opening->entry_segment[row]];
        if (from->home == RK_HOME_OPEN)
            return find_group(s, RK_HOME_OPEN, from->day);
    }
    return find_group(s, RK_HOME_OPEN, s->after->night);
}

static void group_rows(saving *s)
{
    for (size_t i = 0; i < s->opening->segment_count; i++)
        if (s->opening->segments[i].loaded)
            find_group(s, s->opening->segments[i].home, s->opening->segments[i].day);
    for (size_t row = 0; row < s->world->applications.batch.count; row++) {
        group *g = find_group(s, RK_HOME_APPLICATIONS, day_of_application(s, row));
        g->applications = rk_grow(g->applications, &g->application_capacity,
                                  g->application_count + 1, sizeof *g->applications);
        g->applications[g->application_count++] = (uint32_t)row;
    }
    for (size_t row = 0; row < s->world->entries.batch.count; row++) {
        group *g = group_of_entry(s, row);
        g->entries =
            rk_grow(g->entries, &g->entry_capacity, g->entry_count + 1, sizeof *g->entries);
        g->entries[g->entry_count++] = (uint32_t)row;
    }
}

/* ---- rows in canonical order ---- */

static int by_id(const void *a, const void *b, void *context)
{
    const rk_world *world = context;
    const rk_text *ids = world->applications.id;
    return rk_slice_compare(rk_texts_get(&world->texts, ids[*(const uint32_t *)a]),
                            rk_texts_get(&world->texts, ids[*(const uint32_t *)b]));
}

static int by_entry(const void *a, const void *b, void *context)
{
    const rk_world *world = context;
    const rk_entries *e = &world->entries;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = rk_digest_compare(&world->files.items[e->file[x]].digest,
                                  &world->files.items[e->file[y]].digest);
    return order ? order : (e->ordinal[x] > e->ordinal[y]) - (e->ordinal[x] < e->ordinal[y]);
}

static void sort_group(const saving *s, group *g)
{
    if (g->application_count)
        qsort_r(g->applications, g->application_count, sizeof(uint32_t), by_id,
                (void *)(uintptr_t)s->world);
    if (g->entry_count)
        qsort_r(g->entries, g->entry_count, sizeof(uint32_t), by_entry,
                (void *)(uintptr_t)s->world);
}

/* Place of an application within its sorted group. */
static uint32_t place_of(const saving *s, const group *g, uint32_t application)
{
    const uint32_t *found = NULL;
    size_t low = 0, high = g->application_count;
    while (low < high && !found) {
        size_t middle = low + (high - low) / 2;
        int order = by_id(&g->applications[middle], &application, (void *)(uintptr_t)s->world);
        if (order == 0)
            found = &g->applications[middle];
        else if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return found ? (uint32_t)(found - g->applications) : RK_NO_ROW;
}

/* ---- one segment's bytes ---- */

static uint64_t columns_there(const rk_batch *batch)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < batch->column_count; i++)
        if (rk_batch_column(batch, i))
            bits |= (uint64_t)1 << i;
    return bits;
}

static void put_applications(const saving *s, const group *g, rk_buffer *out)
{
    rk_applications part;
    const rk_batch *all = &s->world->applications.batch;
    rk_batch_init(&part.batch, rk_application_columns, rk_application_column_count,
                  g->application_count, columns_there(all));
    for (size_t i = 0; i < g->application_count; i++)
        rk_batch_copy_row(all, g->applications[i], &part.batch, i);
    part.batch.count = g->application_count;
    rk_columns_put_part(&part.batch, &s->world->names, &s->world->texts, out);
    rk_batch_free(&part.batch);
}

/* The files of a segment in the order of its entries, with what is needed to name them. */
static uint32_t local_file(const saving *s, rk_file_rows *files, rk_texts *texts, uint32_t *last,
                           uint32_t file)
{
    const rk_file *source = &s->world->files.items[file];
    char hex[RK_DIGEST_HEX + 1];
    if (*last == file)
        return (uint32_t)files->batch.count - 1;
    *last = file;
    size_t row = rk_batch_append(&files->batch);
    rk_digest_hex(&source->digest, hex);
    files->digest[row] = rk_texts_add(texts, rk_slice_of(hex));
    files->name[row] = rk_texts_add(texts, source->name);
    files->channel[row] = source->channel;
    files->account[row] = source->account;
    return (uint32_t)row;
}

static void put_entries(const saving *s, const group *g, rk_buffer *out)
{
    rk_entries part;
    rk_file_rows files;
    rk_texts texts = {0};
    uint32_t last = RK_NO_ROW;
    const rk_batch *all = &s->world->entries.batch;
    uint64_t columns = columns_there(all);
    rk_batch_init(&part.batch, rk_entry_columns, rk_entry_column_count, g->entry_count, columns);
    rk_file_rows_init(&files);
    for (size_t i = 0; i < g->entry_count; i++) {
        rk_batch_copy_row(all, g->entries[i], &part.batch, i);
        part.file[i] = local_file(s, &files, &texts, &last, part.file[i]);
        if (part.application[i] != RK_NO_ROW)
            part.application[i] = place_of(s, g, part.application[i]);
    }
    part.batch.count = g->entry_count;
    rk_columns_put_part(&part.batch, &s->world->names, &s->world->texts, out);
    rk_columns_put_part(&files.batch, &s->world->names, &texts, out);
    rk_batch_free(&part.batch);
    rk_batch_free(&files.batch);
    rk_texts_free(&texts);
}

static bool seal_keys(const saving *s, rk_keys *keys, rk_ref *ref, rk_error *err)
{
    rk_buffer bytes = {0};
    rk_keys_sort(keys);
    rk_keys_encode(keys, &bytes);
    bool good = rk_archive_put(s->archive, rk_buffer_all(&bytes), ref, err);
    rk_buffer_free(&bytes);
    rk_keys_free(keys);
    return good;
}

static bool seal_key_sets(const saving *s, const group *g, rk_segment *segment, rk_error *err)
{
    rk_keys codes = {0}, ids = {0}, keys = {0};
    const rk_world *w = s->world;
    for (size_t i = 0; i < g->application_count; i++) {
        uint32_t row = g->applications[i];
        if (w->applications.code[row])
            rk_keys_add(&codes, w->applications.code[row]);
        rk_keys_add_alternatives_of(&codes, w, &w->applications, row);
        rk_keys_add(&ids, rk_key_of_id(rk_texts_get(&w->texts, w->applications.id[row])));
        if (w->applications.group_id && w->applications.group_id[row])
            rk_keys_add(&ids,
                        rk_key_of_group(rk_texts_get(&w->texts, w->applications.group_id[row])));
    }
    for (size_t i = 0; i < g->entry_count; i++) {
        uint32_t row = g->entries[i];
        if (w->entries.code[row])
            rk_keys_add(&codes, w->entries.code[row]);
        rk_keys_add_alternatives(&codes, w, &w->entries, row);
        if (s->after->references)
            rk_keys_add_reference(&codes, w, &w->entries, row, false);
        rk_keys_add_windows(&codes, rk_texts_get(&w->texts, w->entries.windows[row]));
        rk_keys_add(&keys,
                    rk_key_of_entry(rk_digest_short(&w->files.items[w->entries.file[row]].digest),
                                    w->entries.ordinal[row]));
    }
    bool good = seal_keys(s, &codes, &segment->codes, err);
    good = seal_keys(s, &ids, &segment->ids, err) && good;
    return seal_keys(s, &keys, &segment->keys, err) && good;
}

static rk_segment *add_segment(saving *s, const rk_segment *segment)
{
    s->segments =
        rk_grow(s->segments, &s->segment_capacity, s->segment_count + 1, sizeof *s->segments);
    s->segments[s->segment_count] = *segment;
    return &s->segments[s->segment_count++];
}

/* Such an entry holds the lapse of the applications it may belong to, every night anew. */
static bool holds_lapses(const rk_entries *entries, uint32_t row)
{
    return entries->outcome[row] == RK_AMBIGUOUS || entries->outcome[row] == RK_SUGGESTED;
}

static bool save_group(saving *s, group *g, rk_error *err)
{
    rk_buffer bytes = {0};
    rk_segment segment = {.home = g->home,
                          .day = g->day,
                          .applications = (uint32_t)g->application_count,
                          .entries = (uint32_t)g->entry_count};
    if (g->application_count + g->entry_count == 0)
        return true; /* all that lived here has moved */
    sort_group(s, g);
    for (size_t i = 0; i < g->application_count; i++)
        segment.awaiting += s->world->applications.state[g->applications[i]] == RK_STATE_AWAITING;
    for (size_t i = 0; i < g->entry_count; i++)
        segment.awaiting += holds_lapses(&s->world->entries, g->entries[i]);
    put_applications(s, g, &bytes);
    put_entries(s, g, &bytes);
    bool good = rk_archive_put(s->archive, rk_buffer_all(&bytes), &segment.body, err) &&
                seal_key_sets(s, g, &segment, err);
    rk_buffer_free(&bytes);
    add_segment(s, &segment);
    s->added++;
    return good;
}

/* ---- the root ---- */

static int by_home_and_day(const void *a, const void *b)
{
    const rk_segment *x = a, *y = b;
    if (x->home != y->home)
        return x->home < y->home ? -1 : 1;
    return (x->day > y->day) - (x->day < y->day);
}

static void put_segment(rk_buffer *out, const rk_segment *s)
{
    rk_buffer_printf(out, "segment\t%s", s->home == RK_HOME_OPEN ? "open" : "applications");
    rk_line_put_day(out, s->day);
    rk_buffer_printf(out, "\t%u\t%u\t%u", s->applications, s->awaiting, s->entries);
    rk_line_put_ref(out, &s->body);
    rk_line_put_ref(out, &s->codes);
    rk_line_put_ref(out, &s->ids);
    rk_line_put_ref(out, &s->keys);
    rk_buffer_char(out, '\n');
}

static void put_moment(rk_buffer *out, rk_moment at)
{
    rk_buffer_char(out, '\t');
    if (at == RK_NO_MOMENT)
        rk_buffer_char(out, '-');
    else
        rk_buffer_i64(out, at);
}

static void put_header(rk_buffer *out, const rk_closing_after *after)
{
    rk_buffer_printf(out, "rekon-closing\t%d\nstart", RK_CLOSING_FORMAT);
    rk_line_put_day(out, after->start);
    rk_buffer_text(out, "\nsource");
    put_moment(out, after->since);
    rk_buffer_char(out, '\t');
    rk_buffer_u64(out, after->source_count);
    put_moment(out, after->source_newest);
    rk_buffer_char(out, '\n');
}

static bool put_batch(const saving *s, rk_buffer *out, const rk_batch *batch, rk_ref *ref,
                      rk_error *err)
{
    rk_buffer bytes = {0};
    rk_columns_encode(batch, &s->world->names, &s->world->texts, &bytes);
    bool good = rk_archive_put(s->archive, rk_buffer_all(&bytes), ref, err);
    rk_line_put_ref(out, ref);
    rk_buffer_char(out, '\n');
    rk_buffer_free(&bytes);
    return good;
}

static bool put_if_any(const saving *s, rk_buffer *out, const char *what, const rk_batch *batch,
                       rk_error *err)
{
    rk_ref ref;
    if (batch->count == 0)
        return true;
    rk_buffer_text(out, what);
    return put_batch(s, out, batch, &ref, err);
}

static bool put_carried(const saving *s, rk_buffer *out, rk_fact_list *tonight, rk_error *err)
{
    rk_ref ref;
    const rk_carried *carried = s->after->carried;
    rk_buffer_text(out, "cases");
    if (!put_batch(s, out, &carried->cases.batch, &tonight->cases, err))
        return false;
    rk_buffer_text(out, "stock");
    if (!put_batch(s, out, &carried->stock.batch, &tonight->stock, err))
        return false;
    rk_buffer_text(out, "coverage");
    if (!put_batch(s, out, &carried->coverage.batch, &ref, err))
        return false;
    rk_buffer_text(out, "rejects");
    if (!put_batch(s, out, &carried->rejects.batch, &ref, err))
        return false;
    rk_buffer_text(out, "outages");
    if (!put_batch(s, out, &carried->outages.batch, &ref, err))
        return false;
    rk_buffer_text(out, "decided");
    if (!put_batch(s, out, &carried->decided.batch, &ref, err))
        return false;
    if (carried->findings.batch.count) {
        rk_buffer_text(out, "findings");
        if (!put_batch(s, out, &carried->findings.batch, &tonight->findings, err))
            return false;
    }
    return put_if_any(s, out, "revisions", &carried->revisions.batch, err) &&
           put_if_any(s, out, "accounts", &carried->accounts.batch, err) &&
           put_if_any(s, out, "freed", &carried->freed.batch, err) &&
           put_if_any(s, out, "seen", &carried->seen.batch, err);
}

static void put_run(rk_buffer *out, const char *what, rk_day night, int number)
{
    rk_buffer_text(out, what);
    rk_line_put_day(out, night);
    rk_buffer_printf(out, "\t%d", number);
}

static bool put_file_lists(const saving *s, rk_buffer *out, rk_error *err)
{
    for (size_t i = 0; i < s->opening->list_count; i++) {
        const rk_file_list *list = &s->opening->lists[i];
        if (list->night < s->oldest)
            continue;
        put_run(out, "files", list->night, list->number);
        rk_line_put_ref(out, &list->ref);
        rk_buffer_char(out, '\n');
    }
    if (s->after->files->batch.count == 0)
        return true;
    rk_ref ref;
    put_run(out, "files", s->after->night, s->after->number);
    return put_batch(s, out, &s->after->files->batch, &ref, err);
}

void rk_facts_span(const rk_facts *facts, rk_day *from, rk_day *until)
{
    const rk_day *columns[] = {facts->received_on, facts->submitted_on, facts->paid_on,
                               facts->booked_on, facts->visit_on};
    *from = *until = RK_NO_DAY;
    for (size_t row = 0; row < facts->batch.count; row++)
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
            rk_day day = columns[i][row];
            if (day == RK_NO_DAY)
                continue;
            *from = *from == RK_NO_DAY || day < *from ? day : *from;
            *until = day > *until ? day : *until;
        }
}

static void put_facts(rk_buffer *out, const rk_fact_list *list)
{
    put_run(out, "facts", list->night, list->number);
    rk_line_put_ref(out, &list->ref);
    rk_line_put_day(out, list->from);
    rk_line_put_day(out, list->until);
    rk_buffer_char(out, '\n');
    if (list->detail.size) { /* 0: sealed before details were kept */
        rk_buffer_text(out, "detail");
        rk_line_put_ref(out, &list->detail);
        rk_line_put_day(out, list->detail_from);
        rk_line_put_day(out, list->detail_until);
        rk_line_put_ref(out, &list->cases);
        rk_line_put_ref(out, &list->stock);
        rk_buffer_char(out, '\n');
    }
    if (list->findings.size) {
        rk_buffer_text(out, "found");
        rk_line_put_ref(out, &list->findings);
        rk_buffer_char(out, '\n');
    }
    if (list->issued.size) {
        rk_buffer_text(out, "issued");
        rk_line_put_ref(out, &list->issued_keys);
        rk_line_put_ref(out, &list->issued);
        rk_buffer_char(out, '\n');
    }
}

static void put_fact_lists(const saving *s, const rk_fact_list *tonight, rk_buffer *out)
{
    for (size_t i = 0; i < s->opening->fact_count; i++)
        if (s->opening->facts[i].night >= s->oldest)
            put_facts(out, &s->opening->facts[i]);
    put_facts(out, tonight);
}

static bool save_root(saving *s, rk_ref *root, rk_error *err)
{
    rk_buffer out = {0};
    rk_fact_list tonight = s->after->tonight;
    put_header(&out, s->after);
    bool good = put_carried(s, &out, &tonight, err) && put_file_lists(s, &out, err);
    put_fact_lists(s, &tonight, &out);
    if (s->segment_count)
        qsort(s->segments, s->segment_count, sizeof *s->segments, by_home_and_day);
    for (size_t i = 0; i < s->segment_count; i++)
        put_segment(&out, &s->segments[i]);
    good = good && rk_archive_put(s->archive, rk_buffer_all(&out), root, err);
    if (s->after->text)
        rk_buffer_slice(s->after->text, rk_buffer_all(&out));
    rk_buffer_free(&out);
    return good;
}

static void keep_untouched(saving *s)
{
    for (size_t i = 0; i < s->opening->segment_count; i++) {
        const rk_segment *segment = &s->opening->segments[i];
        if (!segment->loaded && (segment->day >= s->oldest || segment->awaiting > 0))
            add_segment(s, segment);
    }
}

bool rk_closing_save(const rk_archive *archive, const rk_closing_after *after, rk_ref *root,
                     size_t *added, rk_error *err)
{
    saving s = {.archive = archive,
                .after = after,
                .opening = after->opening,
                .world = after->world,
                .oldest = after->night - after->memory_days};
    bool good = true;
    keep_untouched(&s);
    group_rows(&s);
    for (size_t i = 0; i < s.group_count; i++) {
        good = good && save_group(&s, &s.groups[i], err);
        free(s.groups[i].applications);
        free(s.groups[i].entries);
    }
    good = good && save_root(&s, root, err);
    *added = s.added;
    free(s.groups);
    free(s.segments);
    return good;
}
