/* What the booking system tells people tomorrow: one notice for each change that concerns them. */
#include <stdio.h>

#include "night/night.h"

typedef enum notice_kind {
    LAPSED,
    REINSTATED,
    PAID_LATE,
    UNDERPAID,
    DUPLICATE,
    OUTAGE
} notice_kind;

typedef struct wording {
    const char *name, *id, *en; /* %s: the billing code */
} wording;

static const wording wordings[] = {
    [LAPSED] = {"lapsed",
                "Permohonan Anda dengan kode billing %s kedaluwarsa karena pembayaran tidak "
                "diterima sampai "
                "batas waktu. Bila Anda sudah membayar, hubungi kantor imigrasi dengan membawa "
                "bukti bayar.",
                "Your application with billing code %s has lapsed: no payment was received by the "
                "deadline. If "
                "you have paid, contact the immigration office with your receipt."},
    [REINSTATED] =
        {"reinstated",
         "Pembayaran Anda untuk kode billing %s ternyata tepat waktu. Permohonan Anda dipulihkan; "
         "mohon maaf atas kekeliruan ini.",
         "Your payment for billing code %s was in time after all. Your application is reinstated; "
         "we "
         "apologise."},
    [PAID_LATE] = {"paid_late",
                   "Pembayaran Anda untuk kode billing %s diterima setelah batas waktu. Hubungi "
                   "kantor imigrasi "
                   "untuk tindak lanjut.",
                   "Your payment for billing code %s was received after the deadline. Contact the "
                   "immigration "
                   "office."},
    [UNDERPAID] =
        {"underpaid",
         "Pembayaran Anda untuk kode billing %s kurang dari tagihan. Hubungi kantor imigrasi untuk "
         "pelunasan.",
         "Your payment for billing code %s is less than the amount due. Contact the immigration "
         "office to pay the rest."},
    [DUPLICATE] =
        {"duplicate",
         "Kode billing %s terbayar lebih dari satu kali. Pembayaran pertama berlaku; untuk yang "
         "berikutnya hubungi kantor imigrasi.",
         "Billing code %s was paid more than once. The first payment counts; contact the "
         "immigration "
         "office about the other."},
    [OUTAGE] = {"outage",
                "Karena gangguan layanan, batas waktu pembayaran kode billing %s diperpanjang.",
                "Because of an outage, the deadline for paying billing code %s is extended."},
};

static rk_text text_of(rk_night *night, notice_kind kind, uint64_t code)
{
    rk_buffer text = {0};
    char digits[32];
    const wording *w = &wordings[kind];
    rk_slice rest = rk_slice_of(night->settings.language == RK_INDONESIAN ? w->id : w->en);
    const char *place = memchr(rest.at, '%', rest.len);
    snprintf(digits, sizeof digits, "%015llu", (unsigned long long)code);
    rk_buffer_slice(&text, rk_slice_between(rest.at, place));
    rk_buffer_text(&text, code ? digits : "-");
    rk_buffer_slice(&text, rk_slice_between(place + 2, rest.at + rest.len));
    rk_text kept = rk_texts_add(&night->world.texts, rk_buffer_all(&text));
    rk_buffer_free(&text);
    return kept;
}

/* The same id when the same night is run again; another one in every other run. */
static rk_text id_of(rk_night *night, notice_kind kind, rk_slice application, rk_slice entry)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_buffer text = {0};
    rk_digest_put(&night->manifest.run, &text);
    rk_buffer_printf(&text, "\tnotice\t%s\t%.*s\t%.*s", wordings[kind].name, RK_FMT(application),
                     RK_FMT(entry));
    rk_digest digest = rk_digest_of(rk_buffer_all(&text));
    rk_buffer_free(&text);
    return rk_texts_add(&night->world.texts, rk_slice_of(rk_digest_hex(&digest, hex)));
}

/* `entry`: RK_NO_ROW, or the one that the notice is about. */
static void add(rk_night *night, notice_kind kind, size_t application, uint32_t entry)
{
    rk_world *w = &night->world;
    const rk_applications *a = &w->applications;
    rk_notice_rows *rows = &night->history.notices;
    rk_buffer name = {0};
    if (entry != RK_NO_ROW)
        rk_entry_name_put(w, entry, &name);
    size_t row = rk_batch_append(&rows->batch);
    rows->id[row] =
        id_of(night, kind, rk_texts_get(&w->texts, a->id[application]), rk_buffer_all(&name));
    rows->kind[row] = rk_names_add(&w->names, rk_slice_of(wordings[kind].name));
    rows->application_id[row] = a->id[application];
    rows->office[row] = a->office[application];
    rows->billing_code[row] = a->code[application];
    rows->amount_due[row] = a->due_minor[application];
    rows->amount_paid[row] =
        entry == RK_NO_ROW ? a->paid_minor[application] : w->entries.amount_minor[entry];
    rows->deadline[row] = a->deadline[application];
    rows->entry[row] = rk_texts_add(&w->texts, rk_buffer_all(&name));
    rows->text[row] = text_of(night, kind, a->code[application]);
    rk_buffer_free(&name);
}

/* An outage gave it more time than it had the night before, and it still waits. */
static bool is_spared_now(const rk_world *w, size_t row)
{
    const rk_applications *now = &w->applications, *old = &w->before.applications;
    bool waits = now->reason[row] == RK_REASON_SPARED || now->reason[row] == RK_REASON_PAUSED;
    if (now->state[row] != RK_STATE_AWAITING || !waits)
        return false;
    return row >= old->batch.count || old->deadline[row] != now->deadline[row] ||
           (old->reason[row] != RK_REASON_SPARED && old->reason[row] != RK_REASON_PAUSED);
}

static void tell_application(rk_night *night, size_t row)
{
    const rk_world *w = &night->world;
    uint8_t state = w->applications.state[row];
    bool carried = row < w->before.applications.batch.count;
    bool changed = !carried || w->before.applications.state[row] != state;
    if (is_spared_now(w, row))
        add(night, OUTAGE, row, RK_NO_ROW);
    else if (changed && state == RK_STATE_EXPIRED)
        add(night, LAPSED, row, RK_NO_ROW);
    else if (changed && state == RK_STATE_REINSTATED)
        add(night, REINSTATED, row, RK_NO_ROW);
    else if (changed && state == RK_STATE_PAID_LATE)
        add(night, PAID_LATE, row, RK_NO_ROW);
    else if (changed && state == RK_STATE_UNDERPAID)
        add(night, UNDERPAID, row, RK_NO_ROW);
}

void rk_night_write_notices(rk_night *night)
{
    const rk_world *w = &night->world;
    const rk_entries *e = &w->entries;
    for (size_t row = 0; row < w->applications.batch.count; row++)
        tell_application(night, row);
    for (size_t row = 0; row < e->batch.count; row++) {
        bool was =
            row < w->before.entries.batch.count && w->before.entries.outcome[row] == RK_DUPLICATE;
        if (e->outcome[row] == RK_DUPLICATE && !was && e->application[row] != RK_NO_ROW)
            add(night, DUPLICATE, e->application[row], (uint32_t)row);
    }
}

static void put_money(rk_buffer *out, rk_money minor)
{
    if (minor != RK_NO_MONEY)
        rk_money_put(out, minor, 2);
}

/* One line a notice, for a booking system that reads files. */
void rk_night_put_notices(const rk_night *night, rk_buffer *out)
{
    const rk_notice_rows *rows = &night->history.notices;
    const rk_texts *texts = &night->world.texts;
    const rk_names *names = &night->world.names;
    rk_buffer_text(
        out, "notice_id,kind,application_id,office,billing_code,amount_due,amount_paid,deadline,"
             "entry,text\n");
    for (size_t row = 0; row < rows->batch.count; row++) {
        const rk_office *office =
            rk_office_on(&night->rules.offices, rows->office[row], night->day);
        rk_buffer_slice(out, rk_texts_get(texts, rows->id[row]));
        rk_buffer_char(out, ',');
        rk_buffer_slice(out, rk_names_text(names, rows->kind[row]));
        rk_buffer_char(out, ',');
        rk_buffer_csv(out, rk_texts_get(texts, rows->application_id[row]));
        rk_buffer_char(out, ',');
        rk_buffer_csv(out, rk_names_text(names, rows->office[row]));
        rk_buffer_char(out, ',');
        if (rows->billing_code[row])
            rk_buffer_printf(out, "%015llu", (unsigned long long)rows->billing_code[row]);
        rk_buffer_char(out, ',');
        put_money(out, rows->amount_due[row]);
        rk_buffer_char(out, ',');
        put_money(out, rows->amount_paid[row]);
        rk_buffer_char(out, ',');
        rk_moment_put(out, rows->deadline[row], office ? office->zone : night->settings.zone);
        rk_buffer_char(out, ',');
        rk_buffer_slice(out, rk_texts_get(texts, rows->entry[row]));
        rk_buffer_char(out, ',');
        rk_buffer_csv(out, rk_texts_get(texts, rows->text[row]));
        rk_buffer_char(out, '\n');
    }
}
