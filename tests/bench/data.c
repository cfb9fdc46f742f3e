/*
 * data SEED N FOLDER: the files of the shared job (see README.md): N applications, N lines of statements.
 *
 * In:  ./data 42 1000000 build/bench/shared/1e6
 * Out: applications.csv, bank.csv, marketplace.csv, post.txt, minimarket.psv, and truth.csv, which says what
 *      each line was meant to be: channel,kind,lines,amount
 * Every byte is a function of SEED and the number of the application or line, so the same words give the same
 * files everywhere. Of 10,000 lines 9,450 are right, 50 late, 200 of another amount, 100 a second payment, 100
 * without a code or with one that nobody has, 100 with a digit mistyped. It shares nothing with the engine.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 100, MOST = 90000000, DAYS = 28, DAY = 86400, WINDOW = 72 * 3600, OFFICES = 130 };
enum { RECORD = 1024, CODE_DIGITS = 15 };
enum {
    NUMBERS = 100000000,
    FACTOR = 73939133,
    OFFSET = 40226701,
    BACK = 34267797
}; /* FACTOR * BACK is 1 */
enum {
    FIRST_DAY = 1,
    MONTH = 9,
    YEAR = 2026
}; /* SPAN and WINDOW stay in this month and the next */

enum kind { RIGHT, LATE, AMOUNT, AGAIN, UNKNOWN, TYPO, KINDS };
enum channel { BANK, MARKETPLACE, POST, MINIMARKET, CHANNELS };

static const char *const kind_names[KINDS] = {"ok",        "late",    "amount",
                                              "duplicate", "unknown", "typo"};
static const char *const channel_names[CHANNELS] = {"bank", "marketplace", "post", "minimarket"};

static const struct {
    const char *name;
    uint32_t amount;
} services[] = {{"PASPOR-48-BIASA", 350000},        {"PASPOR-48-ELEKTRONIK", 650000},
                {"PASPOR-ELEKTRONIK-10TH", 950000}, {"PERCEPATAN", 1000000},
                {"IZIN-TINGGAL-KUNJUNGAN", 500000}, {"IZIN-TINGGAL-TERBATAS", 2700000},
                {"SURAT-KETERANGAN", 55000},        {"PENGGANTIAN-HILANG", 1350000}};
static const char *const given[] = {"ADI",   "BAYU", "CITRA", "DIAN", "ELOK",  "FITRI",
                                    "GALIH", "HANA", "IRMA",  "JOKO", "KETUT", "LINA",
                                    "MEGA",  "NOVA", "OKI",   "PANDU"};
static const char *const family[] = {
    "ANGGRAINI", "BASUKI",  "CAHYONO", "DAMANIK", "EFENDI",   "FIRDAUS", "GUNAWAN", "HARAHAP",
    "ISKANDAR",  "JAELANI", "KURNIA",  "LAKSONO", "MANURUNG", "NUGROHO", "OKTAVIA", "PURBA"};

static uint64_t seed, many;
static uint64_t stride,
    first; /* line i pays application (i * stride + first) % many: each one once */

/* ---- numbers out of seed, purpose and place ---- */

static uint64_t stir(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

enum purpose { /* one stream of numbers each */
               OF_SERVICE = 1,
               OF_TIME,
               OF_OFFICE,
               OF_GIVEN,
               OF_FAMILY,
               OF_KIND,
               OF_CHANNEL,
               OF_PAYMENT,
               OF_DELAY,
               OF_SIGN,
               OF_CODE,
               OF_PLACE,
               OF_DIGIT,
               OF_PHRASE,
               OF_NOISE,
               OF_REFERENCE,
               OF_BRANCH,
               OF_FEE,
               OF_EARLIER
};

static uint64_t drawn(enum purpose purpose, uint64_t place)
{
    return stir(stir(seed + (uint64_t)purpose * 0x2545f4914f6cdd1du) ^ place);
}

static uint32_t below(enum purpose purpose, uint64_t place, uint32_t limit)
{
    return (uint32_t)(((drawn(purpose, place) >> 32) * limit) >> 32);
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* ---- writing ---- */

typedef struct writer {
    FILE *file;
    char record[RECORD];
    size_t length;
} writer;

static void fail(const char *what)
{
    fprintf(stderr, "data: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void start(writer *w, const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    w->length = 0;
    w->file = fopen(path, "wb");
    if (!w->file || setvbuf(w->file, NULL, _IOFBF, 1 << 20))
        fail(path);
}

static void finish(writer *w)
{
    if (fclose(w->file))
        fail("write");
}

static void end_record(writer *w)
{
    w->record[w->length++] = '\n';
    if (fwrite(w->record, 1, w->length, w->file) != w->length)
        fail("write");
    w->length = 0;
}

static void text(writer *w, const char *words)
{
    size_t length = strlen(words);
    memcpy(w->record + w->length, words, length);
    w->length += length;
}

/* At least `width` digits; a comma before every third one when `grouped`. */
static void digits(writer *w, uint64_t value, int width, int grouped)
{
    char back[48];
    int length = 0;
    for (int count = 0; value || count < width || count == 0; count++, value /= 10) {
        if (grouped && count && count % 3 == 0)
            back[length++] = ',';
        back[length++] = (char)('0' + value % 10);
    }
    while (length)
        w->record[w->length++] = back[--length];
}

static void number(writer *w, uint64_t value, int width)
{
    digits(w, value, width, 0);
}

typedef struct clock_time {
    unsigned year, month, day, hour, minute, second;
} clock_time;

/* Seconds since the first day 00:00, on the local clock (+07:00): September, then October. */
static clock_time clock_of(uint64_t seconds)
{
    unsigned day = FIRST_DAY + (unsigned)(seconds / DAY), within = (unsigned)(seconds % DAY);
    unsigned later = day > 30;
    return (clock_time){YEAR,          MONTH + later,    later ? day - 30 : day,
                        within / 3600, within / 60 % 60, within % 60};
}

static void day_text(writer *w, clock_time at, const char *between)
{
    number(w, at.year, 4);
    text(w, between);
    number(w, at.month, 2);
    text(w, between);
    number(w, at.day, 2);
}

static void time_text(writer *w, clock_time at, const char *between)
{
    number(w, at.hour, 2);
    text(w, between);
    number(w, at.minute, 2);
    text(w, between);
    number(w, at.second, 2);
}

static void iso_text(writer *w, clock_time at)
{
    day_text(w, at, "-");
    text(w, "T");
    time_text(w, at, ":");
    text(w, "+07:00");
}

/* ---- applications ---- */

static uint32_t amount_of(uint64_t application)
{
    return services[below(OF_SERVICE, application, 8)].amount;
}

static uint64_t uploaded(uint64_t application)
{
    return application * (DAYS * (uint64_t)DAY) / many + below(OF_TIME, application, 900);
}

/* The small numbers are the large offices. */
static unsigned office_of(uint64_t application)
{
    uint64_t u = below(OF_OFFICE, application, 1 << 16);
    return 101 + 7 * (unsigned)(OFFICES * u * u >> 32);
}

/* 8, day of the upload, and a number that is its own among all: the factor has no divisor of NUMBERS. */
static uint64_t code_of(uint64_t application)
{
    clock_time at = clock_of(uploaded(application));
    uint64_t day = (at.year % 100) * 10000 + at.month * 100 + at.day;
    return 800000000000000u + day * NUMBERS + (application * FACTOR + OFFSET) % NUMBERS;
}

static void name_text(writer *w, uint64_t application, int reversed)
{
    const char *one = given[below(OF_GIVEN, application, 16)];
    const char *other = family[below(OF_FAMILY, application, 16)];
    text(w, reversed ? other : one);
    text(w, reversed ? ", " : " ");
    text(w, reversed ? one : other);
}

static void write_applications(const char *folder)
{
    writer w;
    start(&w, folder, "applications.csv");
    text(&w, "application_id,office,billing_code,service,amount_due,submitted_at,applicant,status_"
             "there");
    end_record(&w);
    for (uint64_t a = 0; a < many; a++) {
        text(&w, "A");
        number(&w, a + 1, 9);
        text(&w, ",");
        number(&w, office_of(a), 4);
        text(&w, ",");
        number(&w, code_of(a), CODE_DIGITS);
        text(&w, ",");
        text(&w, services[below(OF_SERVICE, a, 8)].name);
        text(&w, ",");
        number(&w, amount_of(a), 0);
        text(&w, ",");
        iso_text(&w, clock_of(uploaded(a)));
        text(&w, ",");
        name_text(&w, a, 0);
        text(&w, ",PENDING");
        end_record(&w);
    }
    finish(&w);
}

/* ---- payments ---- */

typedef struct payment {
    uint64_t line, application, code, amount, at;
    enum kind kind;
} payment;

static enum kind kind_of(uint64_t line)
{
    static const struct {
        uint32_t below;
        enum kind kind;
    } parts[] = {{9450, RIGHT}, {9500, LATE},    {9700, AMOUNT},
                 {9800, AGAIN}, {9900, UNKNOWN}, {10000, TYPO}};
    uint32_t share = below(OF_KIND, line, 10000);
    size_t i = 0;
    while (share >= parts[i].below)
        i++;
    return parts[i].kind;
}

static enum channel channel_of(uint64_t line)
{
    uint32_t share = below(OF_CHANNEL, line, 100);
    return share < 50 ? BANK : share < 70 ? MARKETPLACE : share < 85 ? POST : MINIMARKET;
}

/* Whether an application has the code: its number says which one it would be. */
static int lives(uint64_t code)
{
    uint64_t number = code % NUMBERS + NUMBERS - OFFSET;
    uint64_t application = number % NUMBERS * BACK % NUMBERS;
    return application < many && code_of(application) == code;
}

/* One digit of the last 14 is another, and nobody has that code. */
static uint64_t mistyped(uint64_t code, uint64_t line)
{
    uint64_t wrong = code;
    for (uint64_t attempt = 0; wrong == code || lives(wrong); attempt++) {
        uint64_t unit = 1, place = line + attempt * MOST;
        for (uint32_t i = below(OF_PLACE, place, CODE_DIGITS - 1); i; i--)
            unit *= 10;
        uint64_t digit = code / unit % 10;
        wrong = code - digit * unit + (digit + 1 + below(OF_DIGIT, place, 9)) % 10 * unit;
    }
    return wrong;
}

/* The line whose payment a second one repeats: one that was right. */
static uint64_t earlier_line(uint64_t line)
{
    uint64_t other = line;
    for (unsigned attempt = 0; attempt < 100 && kind_of(other) != RIGHT; attempt++)
        other = stir(drawn(OF_EARLIER, line) + attempt) % many;
    return other;
}

static payment payment_of(uint64_t line)
{
    payment p = {.line = line, .kind = kind_of(line)};
    uint64_t model = p.kind == AGAIN ? earlier_line(line) : line;
    p.application = (model * stride + first) % many;
    p.code = code_of(p.application);
    p.amount = amount_of(p.application);
    p.at = uploaded(p.application) + 60 + below(OF_PAYMENT, model, WINDOW - 120);
    if (p.kind == LATE)
        p.at = uploaded(p.application) + WINDOW + 1 + below(OF_DELAY, line, 5 * DAY);
    else if (p.kind == AMOUNT)
        p.amount = below(OF_SIGN, line, 2) ? p.amount + 50000 : p.amount - 5000;
    else if (p.kind == AGAIN)
        p.at += 60 + below(OF_DELAY, line, 36000);
    else if (p.kind == TYPO)
        p.code = mistyped(p.code, line);
    else if (p.kind == UNKNOWN) /* 899...: no day begins so */
        p.code =
            below(OF_SIGN, line, 2) ? 0 : 899000000000000u + drawn(OF_CODE, line) % 100000000000u;
    return p;
}

static void code_text(writer *w, uint64_t code)
{
    if (code)
        number(w, code, CODE_DIGITS);
}

/* Six phrases of banks; some hold runs of digits that are longer or shorter than a code, one a comma. */
static void narrative(writer *w, const payment *p, clock_time at)
{
    uint64_t noise = drawn(OF_NOISE, p->line);
    switch (below(OF_PHRASE, p->line, 6)) {
    case 0:
        text(w, "TRF E-CHANNEL CR ");
        number(w, at.day * 100 + at.month, 4);
        text(w, "/FTX/WS");
        number(w, noise % 100000, 5);
        text(w, " ");
        code_text(w, p->code);
        text(w, " ");
        name_text(w, p->application, 0);
        return;
    case 1:
        text(w, "SETOR TUNAI PNBP/");
        code_text(w, p->code);
        text(w, "/KANIM ");
        number(w, office_of(p->application), 4);
        text(w, " TELLER ");
        number(w, noise % 10000, 4);
        return;
    case 2:
        text(w, "\"BIFAST CR DARI 014 ");
        number(w, noise % 10000000000u, 10);
        text(w, " ");
        name_text(w, p->application, 0);
        text(w, ", BAYAR#");
        code_text(w, p->code);
        text(w, "# PASPOR\"");
        return;
    case 3:
        text(w, "VA 9880");
        number(w, noise % 100000000000000u, 14);
        text(w, " BILLING:");
        code_text(w, p->code);
        text(w, " REF 8");
        number(w, (noise >> 9) % 1000000000000000u, 15);
        return;
    case 4:
        text(w, "KR LLG BANK ");
        day_text(w, at, "");
        text(w, " REF 8");
        number(w, noise % 1000000000000000u, 15);
        text(w, " ");
        code_text(w, p->code);
        text(w, "/IDR ");
        name_text(w, p->application, 0);
        return;
    default:
        text(w, "TRANSFER DARI ");
        name_text(w, p->application, 0);
        text(w, " KODE BILLING ");
        code_text(w, p->code);
        text(w, " HP 08");
        number(w, noise % 10000000000u, 10);
    }
}

static void bank_line(writer *w, const payment *p, clock_time at, uint64_t balance)
{
    number(w, at.day, 2);
    text(w, "/");
    number(w, at.month, 2);
    text(w, "/");
    number(w, at.year, 4);
    text(w, ",");
    time_text(w, at, ":");
    text(w, ",");
    number(w, below(OF_BRANCH, p->line, 10000), 4);
    text(w, ",FT");
    number(w, drawn(OF_REFERENCE, p->line) % 1000000000000u, 12);
    text(w, ",");
    narrative(w, p, at);
    text(w, ",0.00,");
    number(w, p->amount, 0);
    text(w, ".00,");
    number(w, balance, 0);
    text(w, ".00");
    end_record(w);
}

static void marketplace_line(writer *w, const payment *p, clock_time at)
{
    uint32_t fee = 2500 + 500 * below(OF_FEE, p->line, 4);
    text(w, "INV/");
    day_text(w, at, "");
    text(w, "/MPL/");
    number(w, drawn(OF_REFERENCE, p->line) % 10000000000u, 10);
    text(w, ",\"");
    name_text(w, p->application, 1);
    text(w, "\",");
    code_text(w, p->code);
    text(w, ",\"");
    digits(w, p->amount - fee, 0, 1);
    text(w, "\",\"");
    digits(w, fee, 0, 1);
    text(w, "\",");
    iso_text(w, at);
    text(w, ",SETTLED");
    end_record(w);
}

static void blanks_up_to(writer *w, size_t length)
{
    while (w->length < length)
        text(w, " ");
}

/* 6 office, 14 time, 15 code, 12 amount, 30 name, 12 receipt */
static void post_line(writer *w, const payment *p, clock_time at)
{
    number(w, below(OF_BRANCH, p->line, 1000000), 6);
    day_text(w, at, "");
    time_text(w, at, "");
    code_text(w, p->code);
    blanks_up_to(w, 35);
    number(w, p->amount, 12);
    name_text(w, p->application, 0);
    blanks_up_to(w, 77);
    number(w, drawn(OF_REFERENCE, p->line) % 1000000000000u, 12);
    end_record(w);
}

static void minimarket_line(writer *w, const payment *p, clock_time at)
{
    text(w, "D|");
    number(w, below(OF_BRANCH, p->line, 20000), 5);
    text(w, "|");
    number(w, drawn(OF_REFERENCE, p->line) % 1000000000000u, 12);
    text(w, "|");
    code_text(w, p->code);
    text(w, "|");
    number(w, p->amount, 0);
    text(w, "|");
    day_text(w, at, "-");
    text(w, " ");
    time_text(w, at, ":");
    text(w, "|OK");
    end_record(w);
}

typedef struct sums {
    uint64_t lines, amount;
} sums;

static void write_truth(const char *folder, sums truth[CHANNELS][KINDS])
{
    writer w;
    start(&w, folder, "truth.csv");
    fprintf(w.file, "channel,kind,lines,amount\n");
    for (int c = 0; c < CHANNELS; c++)
        for (int k = 0; k < KINDS; k++)
            fprintf(w.file, "%s,%s,%" PRIu64 ",%" PRIu64 "\n", channel_names[c], kind_names[k],
                    truth[c][k].lines, truth[c][k].amount);
    finish(&w);
}

static void write_heads(writer w[CHANNELS])
{
    text(&w[BANK], "trx_date,trx_time,branch,reference,narrative,debit,credit,balance");
    end_record(&w[BANK]);
    text(&w[MARKETPLACE], "order_no,\"buyer, name\",billing_code,net_amount,fee,paid_at,state");
    end_record(&w[MARKETPLACE]);
    text(&w[MINIMARKET], "H|MINIMARKET|20261001|IDR|V2||");
    end_record(&w[MINIMARKET]);
}

static void write_statements(const char *folder)
{
    static const char *const files[CHANNELS] = {"bank.csv", "marketplace.csv", "post.txt",
                                                "minimarket.psv"};
    static writer w[CHANNELS];
    sums truth[CHANNELS][KINDS] = {0}, all[CHANNELS] = {0};
    for (int c = 0; c < CHANNELS; c++)
        start(&w[c], folder, files[c]);
    write_heads(w);
    for (uint64_t line = 0; line < many; line++) {
        payment p = payment_of(line);
        enum channel c = channel_of(line);
        clock_time at = clock_of(p.at);
        truth[c][p.kind].lines++;
        truth[c][p.kind].amount += p.amount;
        all[c].lines++;
        all[c].amount += p.amount;
        if (c == BANK)
            bank_line(&w[c], &p, at, all[c].amount);
        else if (c == MARKETPLACE)
            marketplace_line(&w[c], &p, at);
        else if (c == POST)
            post_line(&w[c], &p, at);
        else
            minimarket_line(&w[c], &p, at);
    }
    text(&w[MINIMARKET], "T|");
    number(&w[MINIMARKET], all[MINIMARKET].lines, 0);
    text(&w[MINIMARKET], "|");
    number(&w[MINIMARKET], all[MINIMARKET].amount, 0);
    text(&w[MINIMARKET], "||||");
    end_record(&w[MINIMARKET]);
    for (int c = 0; c < CHANNELS; c++)
        finish(&w[c]);
    write_truth(folder, truth);
}

int main(int count, char **words)
{
    if (count != 4 || (many = strtoull(words[2], NULL, 10)) < LEAST || many > MOST) {
        fprintf(stderr, "usage: data SEED N FOLDER     N from %d to %d\n", LEAST, MOST);
        return 2;
    }
    seed = stir(strtoull(words[1], NULL, 10));
    stride = many / 8 * 5 | 1;
    while (common_divisor(stride, many) != 1)
        stride += 2;
    first = stir(seed) % many;
    write_applications(words[3]);
    write_statements(words[3]);
    return 0;
}
