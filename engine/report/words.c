#include "report/words.h"

typedef struct pair {
    const char *id, *en;
} pair;

static const pair words[RK_WORDS] = {
    [RK_WORD_NIL] = {"nihil", "nil"},
    [RK_WORD_TOTAL] = {"TOTAL", "TOTAL"},
    [RK_WORD_FILTERED] = {"Tersaring", "Filtered"},
    [RK_WORD_UNAVAILABLE] = {"tidak tersedia", "not available"},
    [RK_WORD_NO_OFFICE] = {"TANPA KANTOR", "WITHOUT OFFICE"},
    [RK_WORD_OFFICE] = {"Kantor Imigrasi", "Immigration Office"},
    [RK_WORD_NATION] = {"Nasional", "National"},
    [RK_WORD_FINAL] = {"FINAL", "FINAL"},
    [RK_WORD_PROVISIONAL] = {"SEMENTARA", "PROVISIONAL"},
    [RK_WORD_RECONSTRUCTED] = {"direkonstruksi dari berkas lama", "reconstructed from old files"},
    [RK_WORD_REVISION] = {"Revisi", "Revision"},
    [RK_WORD_RUN] = {"Run", "Run"},
    [RK_WORD_AS_OF] = {"Diketahui s.d.", "As known on"},
    [RK_WORD_PAGE] = {"Halaman", "Page"},
    [RK_WORD_OF] = {"dari", "of"},
    [RK_WORD_AGREES] = {"COCOK, nihil selisih", "AGREES, no differences"},
    [RK_WORD_DIFFERENCES] = {"selisih", "differences"},
    [RK_WORD_INCOMPLETE] = {"kanal belum lengkap", "channels incomplete"},
    [RK_WORD_UNBALANCED] = {"mutasi tidak seimbang", "movements do not balance"},
    [RK_WORD_CHECK_ROLL] = {"Kontrol: jumlah (+) dan (−) terhadap (=)",
                            "Check: (+) and (−) against (=)"},
    [RK_WORD_CHECK_NATION] = {"Kontrol: kantor − nasional", "Check: offices − national"},
    [RK_WORD_CHECK_LIST] = {"Kontrol: daftar − ringkasan", "Check: list − summary"},
    [RK_WORD_OTHER_DAYS] = {"Di luar total: diterima malam ini, tanggal buku hari lain",
                            "Not in the total: received tonight, booked on other days"},
    [RK_WORD_SEE] = {"lihat daftar", "see the list"},
    [RK_WORD_NO_ROWS] = {"nihil", "nil"},
    [RK_WORD_LOCAL_TIME] = {"Waktu dalam", "Times in"},
    [RK_WORD_MIXED_TIME] = {"Waktu setempat kantor masing-masing", "Local time of each office"},
    [RK_WORD_CONTINUED] = {"Lanjutan pada lembar", "Continued on sheet"},
    [RK_WORD_CODE] = {"Kode", "Code"},
    [RK_WORD_NOTHING_YET] = {"belum ada", "nothing yet"},
    [RK_WORD_WAITS_FOR] = {"menunggu", "waits for"},
    [RK_WORD_RUN_ID] = {"ID run", "Run id"},
    [RK_WORD_HEAD_BEFORE] = {"Run sebelumnya", "Head before"},
    [RK_WORD_FIRST_RUN] = {"tidak ada (run pertama)", "none (first run)"},
    [RK_WORD_PROGRAM] = {"Versi program", "Program version"},
    [RK_WORD_NIGHT] = {"Hari pembukuan", "Business day"},
    [RK_WORD_STATUS] = {"Status laporan", "Status of the book"},
    [RK_WORD_BILLER] = {"Instansi", "Biller"},
    [RK_WORD_FILES] = {"Berkas yang diterima malam ini", "Files received tonight"},
    [RK_WORD_RULES] = {"Aturan yang berlaku", "Rules in force"},
    [RK_WORD_FILE] = {"Berkas", "File"},
    [RK_WORD_CHANNEL] = {"Kanal", "Channel"},
    [RK_WORD_ENTRIES] = {"Baris", "Entries"},
    [RK_WORD_REJECTS] = {"Ditolak", "Rejects"},
    [RK_WORD_SUM] = {"Jumlah (Rp)", "Sum (Rp)"},
    [RK_WORD_FATE] = {"Perlakuan", "Fate"},
    [RK_WORD_WHY] = {"Sebab", "Why"},
    [RK_WORD_DIGEST] = {"SHA-256", "SHA-256"},
    [RK_WORD_NAME] = {"Kantor", "Office"},
    [RK_WORD_PROVINCE] = {"Provinsi", "Province"},
    [RK_WORD_ZONE] = {"Zona", "Zone"},
    [RK_WORD_COMPLETE] = {"Lengkap s.d.", "Complete up to"},
    [RK_WORD_NEW] = {"Baru", "New"},
    [RK_WORD_OLDEST] = {"Tertua (hari)", "Oldest (days)"},
    [RK_WORD_LIST] = {"Daftar", "List"},
    [RK_WORD_CORRECTIONS] = {"Koreksi", "Corrections"},
    [RK_WORD_CORRECTIONS_TITLE] = {"KOREKSI ATAS LAPORAN SEBELUMNYA",
                                   "CORRECTIONS OF THE BOOK BEFORE"},
    [RK_WORD_REPORT_DAY] = {"Tanggal laporan", "Day of the book"},
    [RK_WORD_SHEET] = {"Lembar", "Sheet"},
    [RK_WORD_PLACE] = {"Baris/kolom", "Row/column"},
    [RK_WORD_CELL] = {"Sel", "Cell"},
    [RK_WORD_BEFORE] = {"Semula", "Before"},
    [RK_WORD_AFTER] = {"Menjadi", "After"},
    [RK_WORD_DIFFERENCE] = {"Selisih", "Difference"},
    [RK_WORD_CAUSE] = {"Sebab", "Cause"},
};

static const pair causes[RK_CAUSES] = {
    [RK_CAUSE_NONE] = {"tidak tercatat", "not recorded"},
    [RK_CAUSE_STATEMENT] = {"rekening koran", "statement"},
    [RK_CAUSE_CORRECTION] = {"rekening koran yang diterima kemudian", "statement accepted later"},
    [RK_CAUSE_DECISION] = {"keputusan", "decision"},
    [RK_CAUSE_APPLICATION] = {"data permohonan", "application data"},
    [RK_CAUSE_TIME] = {"lewat waktu", "time passed"},
    [RK_CAUSE_OUTAGE] = {"gangguan", "outage"},
    [RK_CAUSE_TARIFF] = {"tarif", "tariff"},
    [RK_CAUSE_RULE] = {"aturan", "rule"},
    [RK_CAUSE_PROGRAM] = {"versi program", "program version"},
};

static const pair outcomes[RK_OUTCOMES] = {
    [RK_MATCHED] = {"Cocok", "Matched"},
    [RK_LATE] = {"Terlambat", "Late"},
    [RK_UNDERPAID] = {"Kurang bayar", "Underpaid"},
    [RK_OVERPAID] = {"Lebih bayar", "Overpaid"},
    [RK_DUPLICATE] = {"Bayar ganda", "Duplicate"},
    [RK_REVERSED] = {"Dibatalkan", "Reversed"},
    [RK_REVERSAL] = {"Pembatalan", "Reversal"},
    [RK_SETTLEMENT] = {"Pelimpahan", "Settlement"},
    [RK_SUGGESTED] = {"Usulan", "Suggested"},
    [RK_AMBIGUOUS] = {"Taksa", "Ambiguous"},
    [RK_UNIDENTIFIED] = {"Belum teridentifikasi", "Unidentified"},
    [RK_NOT_DUE] = {"Tidak terutang", "Not due"},
    [RK_OTHER_RECEIPT] = {"Penerimaan lain", "Other receipt"},
    [RK_IGNORED] = {"Diabaikan", "Ignored"},
};

static const pair states[RK_STATES] = {
    [RK_STATE_NONE] = {"Belum dikenal", "Not known"},
    [RK_STATE_AWAITING] = {"Menunggu bayar", "Awaiting"},
    [RK_STATE_PAID] = {"Dibayar", "Paid"},
    [RK_STATE_PAID_LATE] = {"Dibayar terlambat", "Paid late"},
    [RK_STATE_UNDERPAID] = {"Kurang bayar", "Underpaid"},
    [RK_STATE_EXPIRED] = {"Kedaluwarsa", "Expired"},
    [RK_STATE_REINSTATED] = {"Dipulihkan", "Reinstated"},
    [RK_STATE_WAIVED] = {"Bebas biaya", "Waived"},
    [RK_STATE_CANCELLED] = {"Batal", "Cancelled"},
    [RK_STATE_PAYMENT_REVERSED] = {"Pembayaran dibatalkan", "Payment reversed"},
};

static const pair statuses[RK_STATUSES] = {
    [RK_STATUS_SUBMITTED] = {"Diajukan", "Submitted"},
    [RK_STATUS_CANCELLED] = {"Batal", "Cancelled"},
    [RK_STATUS_RESCHEDULED] = {"Dijadwal ulang", "Rescheduled"},
    [RK_STATUS_ATTENDED] = {"Hadir", "Attended"},
    [RK_STATUS_REFUSED] = {"Ditolak", "Refused"},
    [RK_STATUS_ISSUED] = {"Terbit", "Issued"},
    [RK_STATUS_COLLECTED] = {"Diambil", "Collected"},
    [RK_STATUS_DELIVERED] = {"Dikirim", "Delivered"},
};

static const pair verdicts[RK_VERDICTS] = {
    [RK_VERDICT_MATCH] = {"Match", "Match"},
    [RK_VERDICT_PARTIAL] = {"Partial Match", "Partial Match"},
    [RK_VERDICT_UNMATCH] = {"Unmatch", "Unmatch"},
};

static const pair reasons[RK_REASONS] = {
    [RK_REASON_TAKES_BACK] = {"Membatalkan pembayaran", "Takes a payment back"},
    [RK_REASON_NOTHING_TO_REVERSE] = {"Pembayaran asal tidak ditemukan",
                                      "Its payment is not known"},
    [RK_REASON_NEAR_CODE] = {"Kode mirip satu permohonan", "Code near that of one application"},
    [RK_REASON_SEVERAL_NEAR] = {"Kode mirip beberapa permohonan", "Code near those of several"},
    [RK_REASON_DECISION_STALE] = {"Dasar keputusan telah berubah",
                                  "The ground of a decision has changed"},
    [RK_REASON_SEVERAL_GLUED] = {"Kode beberapa permohonan dalam angka panjang",
                                 "Codes of several in longer numbers"},
    [RK_REASON_EXACT] = {"Tepat jumlah dan waktu", "Right amount, in time"},
    [RK_REASON_TIME_UNKNOWN] = {"Tepat, jam tak diketahui", "Right amount, time unknown"},
    [RK_REASON_AFTER_DEADLINE] = {"Dibayar setelah batas waktu", "Paid after the deadline"},
    [RK_REASON_LESS] = {"Kurang dari tagihan", "Less than due"},
    [RK_REASON_MORE] = {"Lebih dari tagihan", "More than due"},
    [RK_REASON_PAID_BEFORE] = {"Sudah lunas sebelumnya", "Already paid in full"},
    [RK_REASON_PARTS] = {"Bagian dari pembayaran bertahap", "Part of a payment in parts"},
    [RK_REASON_WAIVED] = {"Tidak terutang: bebas biaya", "Nothing due: waived"},
    [RK_REASON_CANCELLED] = {"Tidak terutang: permohonan batal", "Nothing due: cancelled"},
    [RK_REASON_NO_CODE] = {"Tanpa kode billing", "No billing code"},
    [RK_REASON_UNKNOWN_CODE] = {"Kode billing tidak dikenal", "No application has this code"},
    [RK_REASON_SEVERAL_CODES] = {"Beberapa kode billing dalam keterangan",
                                 "Several billing codes in the narrative"},
    [RK_REASON_SEVERAL_APPLICATIONS] = {"Kode billing dipakai beberapa permohonan",
                                        "Several applications have this code"},
    [RK_REASON_IGNORED_BY_RULE] = {"Diabaikan menurut aturan", "Ignored by rule"},
    [RK_REASON_DECIDED] = {"Keputusan petugas", "Decided by a person"},
    [RK_REASON_UNMATCHED] = {"Pencocokan dibatalkan petugas", "Match taken back by a person"},
    [RK_REASON_WINDOW_OPEN] = {"Batas waktu belum lewat", "Deadline not passed"},
    [RK_REASON_NOT_PAID] = {"Tidak dibayar tepat waktu", "Not paid by the deadline"},
    [RK_REASON_HELD] = {"Ditahan: bukti belum lengkap", "Held: evidence is still missing"},
    [RK_REASON_LATE_EVIDENCE] = {"Bukti bayar tepat waktu datang kemudian",
                                 "Payment in time seen after the lapse"},
    [RK_REASON_NO_DEADLINE] = {"Tanpa batas waktu", "No deadline applies"},
    [RK_REASON_DUE_UNKNOWN] = {"Tagihan tidak diketahui", "Amount due is not known"},
    [RK_REASON_CURRENCY] = {"Mata uang lain", "Another currency"},
    [RK_REASON_REVERSED] = {"Ditarik kembali oleh mutasi kemudian", "Taken back by a later entry"},
    [RK_REASON_NEGATIVE] = {"Uang keluar", "Money going out"},
    [RK_REASON_TOLERATED] = {"Jumlah dalam batas toleransi", "Amount within the tolerance"},
    [RK_REASON_GROUP] = {"Dibayar sekaligus satu kelompok", "Paid for a group"},
    [RK_REASON_GROUP_LATE] = {"Dibayar sekaligus satu kelompok, terlambat",
                              "Paid for a group, late"},
    [RK_REASON_SEVERAL_SUMS] = {"Jumlah cocok dengan beberapa susunan anggota kelompok",
                                "Several sets of the group have this sum"},
    [RK_REASON_KEYS_DIFFER] = {"Kunci menunjuk permohonan yang berbeda",
                               "Its keys name different applications"},
    [RK_REASON_SEVERAL_PAYMENTS] = {"Beberapa pembayaran mungkin yang dibatalkan",
                                    "Several payments may be what it takes back"},
    [RK_REASON_GAVE_UP] = {"Terlalu banyak kemungkinan", "Too many possibilities"},
    [RK_REASON_REOPENED] = {"Dibuka kembali oleh petugas", "Opened again by a person"},
    [RK_REASON_LAPSED] = {"Dikedaluwarsakan oleh petugas", "A person let it lapse"},
    [RK_REASON_SPARED] = {"Tepat waktu: batas waktu terhenti karena gangguan",
                          "In time: an outage stopped the clock"},
    [RK_REASON_PAUSED] = {"Batas waktu terhenti karena gangguan yang belum selesai",
                          "An outage that is not over stops the clock"},
};

static const pair actions[RK_OUTCOMES] = {
    [RK_LATE] = {"Periksa bukti bayar", "Check the evidence"},
    [RK_UNDERPAID] = {"Minta pelunasan", "Ask for the rest"},
    [RK_OVERPAID] = {"Catat kelebihan; koreksi", "Note the excess; correct"},
    [RK_DUPLICATE] = {"Catat bayar ganda; koreksi", "Note the duplicate; correct"},
    [RK_SUGGESTED] = {"Pastikan calon permohonan", "Confirm the candidate"},
    [RK_AMBIGUOUS] = {"Pilih permohonan yang benar", "Choose the application"},
    [RK_UNIDENTIFIED] = {"Telusuri penyetor di kanal", "Trace the payer"},
    [RK_NOT_DUE] = {"Periksa permohonan; koreksi", "Check the application"},
};

static const pair case_statuses[] = {
    [RK_CASE_NONE] = {"", ""},
    [RK_CASE_NEW] = {"Baru", "New"},
    [RK_CASE_PERSISTING] = {"Berlanjut", "Persisting"},
    [RK_CASE_CLOSED] = {"Selesai", "Closed"},
};

static const pair fates[RK_FATES] = {
    [RK_FATE_ACCEPTED] = {"diterima", "accepted"},
    [RK_FATE_QUARANTINED] = {"karantina", "quarantined"},
    [RK_FATE_HELD] = {"ditahan", "held"},
    [RK_FATE_SAME] = {"sama, dilewati", "same, skipped"},
    [RK_FATE_WAITING] = {"menunggu harinya", "waits for its day"},
    [RK_FATE_UNKNOWN] = {"tidak dikenal", "unknown"},
    [RK_FATE_DISCARDED] = {"dibuang menurut keputusan", "discarded by decision"},
    [RK_FATE_IGNORED] = {"diabaikan menurut aturan", "ignored by a rule"},
};

static const pair dimensions[RK_DIMENSIONS] = {
    [RK_DIM_OFFICE] = {"Kode", "Code"},
    [RK_DIM_CHANNEL] = {"Kanal", "Channel"},
    [RK_DIM_SERVICE] = {"Layanan", "Service"},
    [RK_DIM_VALIDITY] = {"Masa berlaku", "Validity"},
    [RK_DIM_PURPOSE] = {"Tujuan", "Purpose"},
    [RK_DIM_SOURCE] = {"Asal permohonan", "Source"},
    [RK_DIM_KIND] = {"Jenis permohonan", "Kind of request"},
    [RK_DIM_SEX] = {"Jenis kelamin", "Sex"},
    [RK_DIM_HELD_BY] = {"Ditahan oleh", "Held by"},
    [RK_DIM_OUTCOME] = {"Jenis", "Kind"},
    [RK_DIM_STATE] = {"Status bayar", "State"},
    [RK_DIM_FROM_STATE] = {"Status semula", "State before"},
    [RK_DIM_STATUS] = {"Status layanan", "Service status"},
    [RK_DIM_PROVINCE] = {"Provinsi", "Province"},
    [RK_DIM_ZONE] = {"Zona", "Zone"},
    [RK_DIM_CHANNEL_KIND] = {"Jenis kanal", "Kind of channel"},
    [RK_DIM_VERDICT] = {"Verdict", "Verdict"},
    [RK_DIM_DAY] = {"Tanggal", "Day"},
    [RK_DIM_MONTH] = {"Bulan", "Month"},
};

static const struct {
    const char *name;
    pair shown;
} columns[] = {
    {"no", {"No.", "No."}},
    {"case_id", {"ID kasus", "Case"}},
    {"outcome", {"Hasil", "Outcome"}},
    {"kind", {"Jenis", "Kind"}},
    {"working_age", {"Umur (hari kerja)", "Age (working days)"}},
    {"age", {"Umur (hari)", "Age (days)"}},
    {"paid", {"Waktu bayar", "Paid"}},
    {"booked_on", {"Tanggal buku", "Booked on"}},
    {"channel", {"Kanal", "Channel"}},
    {"billing_code", {"Kode billing", "Billing code"}},
    {"reference", {"Referensi", "Reference"}},
    {"application", {"No. permohonan", "Application"}},
    {"office", {"Kantor", "Office"}},
    {"service", {"Layanan", "Service"}},
    {"received", {"Diterima (Rp)", "Received (Rp)"}},
    {"due", {"Seharusnya (Rp)", "Due (Rp)"}},
    {"difference", {"Selisih (Rp)", "Difference (Rp)"}},
    {"reason", {"Sebab", "Reason"}},
    {"action", {"Tindakan disarankan", "Advised action"}},
    {"follow_up", {"Tindak lanjut", "Follow-up"}},
    {"status", {"Status kasus", "Case status"}},
    {"submitted", {"Diajukan", "Submitted"}},
    {"deadline", {"Batas bayar", "Deadline"}},
    {"state", {"Status", "State"}},
    {"held_by", {"Ditahan oleh", "Held by"}},
    {"outage", {"Gangguan", "Outage"}},
    {"file", {"Berkas", "File"}},
    {"line", {"Baris", "Line"}},
    {"entry", {"Entri", "Entry"}},
    {"digest", {"SHA-256", "SHA-256"}},
    {"entries", {"Baris", "Entries"}},
    {"rejects", {"Ditolak", "Rejects"}},
    {"sum", {"Jumlah (Rp)", "Sum (Rp)"}},
    {"fate", {"Perlakuan", "Fate"}},
    {"why", {"Sebab", "Why"}},
};

static rk_slice shown(const pair *pairs, size_t count, size_t i, rk_language language)
{
    if (i >= count || !pairs[i].id)
        return (rk_slice){"", 0};
    return rk_slice_of(language == RK_ENGLISH ? pairs[i].en : pairs[i].id);
}

rk_slice rk_word(rk_word_id word, rk_language language)
{
    return shown(words, RK_WORDS, word, language);
}

rk_slice rk_shown_outcome(rk_outcome outcome, rk_language language)
{
    return shown(outcomes, RK_OUTCOMES, outcome, language);
}

rk_slice rk_shown_state(rk_state state, rk_language language)
{
    return shown(states, RK_STATES, state, language);
}

rk_slice rk_shown_verdict(rk_verdict verdict, rk_language language)
{
    return shown(verdicts, RK_VERDICTS, verdict, language);
}

rk_slice rk_shown_status(rk_status status, rk_language language)
{
    return shown(statuses, RK_STATUSES, status, language);
}

rk_slice rk_shown_reason(rk_reason reason, rk_language language)
{
    return shown(reasons, RK_REASONS, reason, language);
}

rk_slice rk_shown_case(rk_case_status status, rk_language language)
{
    return shown(case_statuses, sizeof case_statuses / sizeof *case_statuses, status, language);
}

rk_slice rk_shown_cause(rk_cause_kind kind, rk_language language)
{
    return shown(causes, RK_CAUSES, kind, language);
}

rk_slice rk_shown_fate(rk_file_fate fate, rk_language language)
{
    return shown(fates, RK_FATES, fate, language);
}

rk_slice rk_shown_dimension(rk_dimension dimension, rk_language language)
{
    return shown(dimensions, RK_DIMENSIONS, dimension, language);
}

rk_slice rk_shown_action(rk_outcome outcome, rk_language language)
{
    return shown(actions, RK_OUTCOMES, outcome, language);
}

rk_slice rk_shown_lapse(rk_state state, bool held, rk_language language)
{
    static const pair expired = {"Kedaluwarsa (diajukan)", "Expired (requested)"};
    static const pair reinstated = {"Dipulihkan (diajukan)", "Reinstated (requested)"};
    static const pair kept = {"Ditahan", "Held"};
    if (held)
        return shown(&kept, 1, 0, language);
    if (state == RK_STATE_EXPIRED)
        return shown(&expired, 1, 0, language);
    if (state == RK_STATE_REINSTATED)
        return shown(&reinstated, 1, 0, language);
    return rk_shown_state(state, language);
}

rk_slice rk_shown_column(rk_slice name, rk_language language)
{
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (rk_slice_is(name, columns[i].name))
            return shown(&columns[i].shown, 1, 0, language);
    return (rk_slice){"", 0};
}

void rk_put_long_day(rk_buffer *out, rk_day day, rk_language language)
{
    static const pair days[] = {{"Senin", "Monday"},   {"Selasa", "Tuesday"}, {"Rabu", "Wednesday"},
                                {"Kamis", "Thursday"}, {"Jumat", "Friday"},   {"Sabtu", "Saturday"},
                                {"Minggu", "Sunday"}};
    static const pair months[] = {
        {"Januari", "January"}, {"Februari", "February"}, {"Maret", "March"},
        {"April", "April"},     {"Mei", "May"},           {"Juni", "June"},
        {"Juli", "July"},       {"Agustus", "August"},    {"September", "September"},
        {"Oktober", "October"}, {"November", "November"}, {"Desember", "December"}};
    rk_civil civil = rk_civil_of(day);
    rk_buffer_slice(out, shown(days, 7, (size_t)rk_weekday(day), language));
    rk_buffer_printf(out, ", %d ", civil.day);
    rk_buffer_slice(out, shown(months, 12, (size_t)civil.month - 1, language));
    rk_buffer_printf(out, " %d", civil.year);
}
