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
    [RK_WORD_FINDINGS] = {"temuan", "findings"},
    [RK_WORD_DIFFERENCE_ONE] = {"selisih", "difference"},
    [RK_WORD_INCOMPLETE_ONE] = {"kanal belum lengkap", "channel incomplete"},
    [RK_WORD_FINDING_ONE] = {"temuan", "finding"},
    [RK_WORD_COLUMN_MISSING] = {"kolom tidak diisi sumber: ", "the source has no column: "},
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
    [RK_WORD_BOOK] = {"Berkas", "Book"},
    [RK_WORD_NUMBER] = {"No.", "No."},
    [RK_WORD_SLOT_FREE] = {"bebas", "free"},
    [RK_WORD_SLOT_KEPT] = {"tetap", "kept"},
    [RK_WORD_SLOT_BACK] = {"diminta kembali", "asked back"},
    [RK_WORD_SLOT_TAKEN_BY] = {"dipakai", "taken by"},
    [RK_WORD_STATEMENT_MISSING] = {"Mutasi kanal belum lengkap sampai batas bayar",
                                   "The channel's statements do not reach the deadline"},
    [RK_WORD_DECISION_AWAITED] = {"Menunggu keputusan atas kasus", "Waits for a decision on case"},
    [RK_WORD_SPARED_WAITING] = {"Terhindar karena gangguan: menunggu bayar",
                                "Spared by an outage: waiting"},
    [RK_WORD_SPARED_PAID] = {", sudah dibayar", ", paid"},
    [RK_WORD_SPARED_BACK] = {", dipulihkan", ", reinstated"},
    [RK_WORD_REINSTATED] = {" · Dipulihkan oleh bukti:", " · Reinstated by evidence:"},
    [RK_WORD_HELD] = {" · Ditahan:", " · Held:"},
    [RK_WORD_REOPENED] = {" · Dibuka kembali oleh petugas:", " · Opened again by a person:"},
    [RK_WORD_LAPSED] = {" · Kedaluwarsa:", " · Expired:"},
    [RK_WORD_OPEN] = {"buka", "open"},
    [RK_WORD_NOT_SAID] = {"tidak diisi", "not given"},
    [RK_WORD_DELIVERED] = {"lengkap", "complete"},
    [RK_WORD_NOT_YET] = {"belum", "not yet"},
    [RK_WORD_SET_ASIDE] = {"karantina", "quarantined"},
    [RK_WORD_NOT_EXPECTED] = {"–", "–"},
    [RK_WORD_HOLIDAY] = {"libur", "holiday"},
    [RK_WORD_LATEST_FILE] = {"Berkas malam ini", "Files tonight"},
    [RK_WORD_OTHERS] = {"Lainnya", "Others"},
    [RK_WORD_NO_FEE] = {"Di luar tarif", "Outside the tariff"},
    [RK_WORD_SHARE] = {"%", "%"},
    [RK_WORD_CHANGE] = {"naik/turun", "change"},
    [RK_WORD_GROWTH] = {"naik/turun %", "change %"},
    [RK_WORD_RANK] = {"Peringkat", "Rank"},
    [RK_WORD_ALL] = {"Jumlah", "All"},
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
    [RK_WORD_SOFT_ROWS] =
        {"Huruf miring: SEMENTARA, rekening koran untuk kantor itu belum lengkap",
         "In italics: PROVISIONAL, statements that tell of the office are missing"},
    [RK_WORD_RULES_DIGEST] = {"Aturan (SHA-256)", "Rules (SHA-256)"},
    [RK_WORD_RULES_SINCE] = {"Terhadap run sebelumnya", "Against the run before"},
    [RK_WORD_RULES_SAME] = {"tidak berubah", "unchanged"},
    [RK_WORD_RULES_CHANGED] = {"berubah", "changed"},
    [RK_WORD_RULES_ADDED] = {"baru", "new"},
    [RK_WORD_RULES_GONE] = {"tidak dipakai lagi", "no longer used"},
    [RK_WORD_DIGEST_SHORT] = {"SHA-256 (awal)", "SHA-256 (start)"},
    [RK_WORD_SHORT] = {"Kurang (−) / lebih limpah (Rp)", "Short (−) / over (Rp)"},
    [RK_WORD_SHORT_SINCE] = {"Umur tertua (hari)", "Oldest (days)"},
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
    [RK_REASON_BEFORE_SUBMISSION] = {"Dibayar sebelum permohonan diajukan",
                                     "Paid before it was submitted"},
    [RK_REASON_SEVERAL_HAVE_KEY] = {"Beberapa permohonan memiliki kuncinya",
                                    "Several applications have its key"},
    [RK_REASON_PAYOUT] = {"Pelimpahan dari kanal", "A channel pays over what it took"},
    [RK_REASON_OTHER_KEY] = {"Kode billing tidak dikenal, kunci lain milik satu permohonan",
                             "Unknown billing code, another key is one application's"},
    [RK_REASON_RULE_SUGGESTS] = {"Diserahkan kepada petugas menurut aturan",
                                 "Left to a person by rule"},
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

static const pair findings[RK_FINDINGS] = {
    [RK_TARIFF_DIFFERS] = {"Tagihan tidak sesuai tarif", "Bill differs from tariff"},
    [RK_ISSUED_UNPAID] = {"Terbit, belum dibayar", "Issued, not paid"},
    [RK_PAID_NOT_ISSUED] = {"Dibayar, belum terbit", "Paid, not issued"},
    [RK_ATTENDED_UNPAID] = {"Hadir, belum dibayar", "Attended, not paid"},
    [RK_ISSUED_TWICE] = {"Nomor dokumen ganda", "Document number used twice"},
    [RK_NOT_COLLECTED] = {"Tidak diambil", "Not collected"},
    [RK_UNKNOWN_OFFICE] = {"Kantor tidak dikenal", "Unknown office"},
    [RK_SLOT_CONFLICT] = {"Slot dipakai dua pemohon", "Slot taken twice"},
    [RK_NIK_WARNING] = {"NIK tidak wajar", "Implausible NIK"},
    [RK_MISSING_IN_SOURCE] = {"Hilang dari sumber permohonan", "Missing in the source"},
    [RK_NOT_APPLIED] = {"Perubahan ditolak sistem permohonan", "Refused by the booking system"},
    [RK_CONTROL_FAILED] = {"Kontrol rekening koran gagal", "A statement's control failed"},
    [RK_HOLD_STAYS] = {"Penahanan berlanjut, perlu keputusan", "A hold stays: decide"},
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
    [RK_DIM_FEE] = {"Nama biaya", "Fee"},
    [RK_DIM_RATE] = {"Biaya (Rp)", "Rate (Rp)"},
    [RK_DIM_WEEK] = {"Minggu", "Week"},
    [RK_DIM_MONTH] = {"Bulan", "Month"},
    [RK_DIM_AGE] = {"Umur", "Age"},
    [RK_DIM_NIK_CHECK] = {"Pemeriksaan NIK", "NIK check"},
    [RK_DIM_QUEUE] = {"Antrean", "Queue"},
    [RK_DIM_SLOT] = {"Slot", "Slot"},
    [RK_DIM_ATTENDANCE] = {"Kehadiran", "Attendance"},
    [RK_DIM_MOVED] = {"Jadwal ulang", "Rescheduled"},
    [RK_DIM_PART] = {"Bagian pelimpahan", "Part of the settlement"},
};

static const pair columns[RK_COLUMNS] = {
    [RK_COLUMN_NO] = {"No.", "No."},
    [RK_COLUMN_CASE] = {"ID kasus", "Case"},
    [RK_COLUMN_OUTCOME] = {"Hasil", "Outcome"},
    [RK_COLUMN_KIND] = {"Jenis", "Kind"},
    [RK_COLUMN_WORKING_AGE] = {"Umur (hari kerja)", "Age (working days)"},
    [RK_COLUMN_AGE] = {"Umur (hari)", "Age (days)"},
    [RK_COLUMN_PAID] = {"Waktu bayar", "Paid"},
    [RK_COLUMN_BOOKED] = {"Tanggal buku", "Booked on"},
    [RK_COLUMN_CHANNEL] = {"Kanal", "Channel"},
    [RK_COLUMN_CODE] = {"Kode billing", "Billing code"},
    [RK_COLUMN_REFERENCE] = {"Referensi", "Reference"},
    [RK_COLUMN_APPLICATION] = {"No. permohonan", "Application"},
    [RK_COLUMN_OFFICE] = {"Kantor", "Office"},
    [RK_COLUMN_PROVINCE] = {"Provinsi", "Province"},
    [RK_COLUMN_SERVICE] = {"Layanan", "Service"},
    [RK_COLUMN_RECEIVED] = {"Diterima (Rp)", "Received (Rp)"},
    [RK_COLUMN_DUE] = {"Seharusnya (Rp)", "Due (Rp)"},
    [RK_COLUMN_DIFFERENCE] = {"Selisih (Rp)", "Difference (Rp)"},
    [RK_COLUMN_REASON] = {"Sebab", "Reason"},
    [RK_COLUMN_ACTION] = {"Tindakan disarankan", "Advised action"},
    [RK_COLUMN_FOLLOW_UP] = {"Tindak lanjut", "Follow-up"},
    [RK_COLUMN_STATUS] = {"Status kasus", "Case status"},
    [RK_COLUMN_SUBMITTED] = {"Diajukan", "Submitted"},
    [RK_COLUMN_DEADLINE] = {"Batas bayar", "Deadline"},
    [RK_COLUMN_STATE] = {"Status", "State"},
    [RK_COLUMN_HELD_BY] = {"Ditahan oleh", "Held by"},
    [RK_COLUMN_FILE] = {"Berkas", "File"},
    [RK_COLUMN_LINE] = {"Baris", "Line"},
    [RK_COLUMN_ENTRY] = {"Entri", "Entry"},
    [RK_COLUMN_DIGEST] = {"SHA-256", "SHA-256"},
    [RK_COLUMN_ENTRIES] = {"Baris", "Entries"},
    [RK_COLUMN_REJECTS] = {"Ditolak", "Rejects"},
    [RK_COLUMN_SUM] = {"Jumlah (Rp)", "Sum (Rp)"},
    [RK_COLUMN_FATE] = {"Perlakuan", "Fate"},
    [RK_COLUMN_WHY] = {"Sebab", "Why"},
    [RK_COLUMN_ACCOUNT] = {"Rekening", "Account"},
    [RK_COLUMN_CANDIDATES] = {"Calon permohonan", "Candidates"},
    [RK_COLUMN_VALIDITY] = {"Masa berlaku", "Validity"},
    [RK_COLUMN_PURPOSE] = {"Tujuan", "Purpose"},
    [RK_COLUMN_EVIDENCE] = {"Bukti", "Evidence"},
    [RK_COLUMN_APPOINTMENT] = {"Jadwal", "Appointment"},
    [RK_COLUMN_OUTAGE] = {"Gangguan", "Outage"},
    [RK_COLUMN_SLOT] = {"Slot", "Slot"},
    [RK_COLUMN_COUNT] = {"Jumlah", "Number"},
    [RK_COLUMN_DAY] = {"Tanggal", "Day"},
    [RK_COLUMN_SAID] = {"Keterangan", "Source says"},
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

rk_slice rk_shown_finding(rk_finding_kind kind, rk_language language)
{
    return shown(findings, RK_FINDINGS, kind, language);
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

rk_slice rk_shown_visit(rk_dimension dimension, int32_t key, rk_language language)
{
    static const pair queues[RK_QUEUES] = {{"tidak diisi", "not given"},
                                           {"dengan jadwal", "booked"},
                                           {"datang langsung", "walk-in"},
                                           {"prioritas", "priority"},
                                           {"hotline", "hotline"}};
    static const pair uses[RK_SLOT_USES] = {{"–", "–"},
                                            {"terpakai", "taken"},
                                            {"kembali tepat waktu", "given back in time"},
                                            {"kembali terlambat", "given back too late"},
                                            {"dipindah", "moved"}};
    static const pair attendances[RK_ATTENDANCES] = {
        {"tidak diisi", "not given"}, {"tidak hadir", "absent"}, {"hadir", "attended"}};
    static const pair moves[RK_MOVES] = {
        {"tidak diisi", "not given"}, {"tetap", "as booked"}, {"dijadwal ulang", "rescheduled"}};
    static const pair niks[RK_NIKS] = {
        {"tidak diisi", "not given"}, {"wajar", "plausible"}, {"tidak wajar", "implausible"}};
    static const pair parts[RK_SETTLEDS] = {{"–", "–"},
                                            {"dibayar", "paid"},
                                            {"potongan", "fee"},
                                            {"diharapkan", "expected"},
                                            {"diterima", "arrived"}};
    size_t i = (size_t)key;
    switch (dimension) {
    case RK_DIM_QUEUE:
        return shown(queues, RK_QUEUES, i, language);
    case RK_DIM_SLOT:
        return shown(uses, RK_SLOT_USES, i, language);
    case RK_DIM_ATTENDANCE:
        return shown(attendances, RK_ATTENDANCES, i, language);
    case RK_DIM_MOVED:
        return shown(moves, RK_MOVES, i, language);
    case RK_DIM_PART:
        return shown(parts, RK_SETTLEDS, i, language);
    default:
        return shown(niks, RK_NIKS, i, language);
    }
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

rk_slice rk_shown_column(rk_column_id column, rk_language language)
{
    return shown(columns, RK_COLUMNS, column, language);
}

rk_slice rk_shown_over(rk_over over, rk_language language)
{
    static const pair overs[] = {
        [RK_OVER_PERIOD] = {"", ""},
        [RK_OVER_BEFORE] = {"periode lalu", "period before"},
        [RK_OVER_WEEK] = {"s.d. minggu ini", "week to date"},
        [RK_OVER_MONTH] = {"s.d. bulan ini", "month to date"},
        [RK_OVER_QUARTER] = {"s.d. triwulan ini", "quarter to date"},
        [RK_OVER_HALF] = {"s.d. semester ini", "half-year to date"},
        [RK_OVER_YEAR] = {"s.d. tahun ini", "year to date"},
        [RK_OVER_WHOLE_MONTH] = {"sebulan", "whole month"},
        [RK_OVER_WHOLE_QUARTER] = {"setriwulan", "whole quarter"},
        [RK_OVER_WHOLE_HALF] = {"sesemester", "whole half-year"},
        [RK_OVER_WHOLE_YEAR] = {"setahun", "whole year"},
    };
    return shown(overs, sizeof overs / sizeof *overs, over, language);
}

typedef struct known_value {
    const char *value;
    pair shown;
} known_value;

static rk_slice shown_value(const known_value *values, size_t count, rk_slice value,
                            rk_language language)
{
    for (size_t i = 0; i < count; i++)
        if (rk_slice_is(value, values[i].value))
            return shown(&values[i].shown, 1, 0, language);
    return value;
}

rk_slice rk_shown_charge(rk_slice charge, rk_language language)
{
    static const known_value charges[] = {
        {"hilang", {"Biaya beban paspor hilang", "Charge for a lost passport"}},
        {"rusak", {"Biaya beban paspor rusak", "Charge for a damaged passport"}},
        {"percepatan", {"Layanan percepatan (selesai hari yang sama)", "Same-day service"}},
    };
    return shown_value(charges, sizeof charges / sizeof *charges, charge, language);
}

rk_slice rk_shown_value(rk_dimension dimension, rk_slice value, rk_language language)
{
    static const known_value validities[] = {{"5", {"5 tahun", "5 years"}},
                                             {"10", {"10 tahun", "10 years"}}};
    static const known_value sexes[] = {
        {"L", {"Laki-laki", "Men"}},    {"P", {"Perempuan", "Women"}},
        {"M", {"Laki-laki", "Men"}},    {"F", {"Perempuan", "Women"}},
        {"male", {"Laki-laki", "Men"}}, {"female", {"Perempuan", "Women"}}};
    static const known_value sources[] = {{"m-paspor", {"M-Paspor", "M-Paspor"}},
                                          {"walk-in", {"Datang langsung", "Walk-in"}},
                                          {"priority", {"Prioritas", "Priority"}},
                                          {"hotline", {"Telepon", "Hotline"}}};
    static const known_value kinds[] = {{"new", {"Baru", "New"}},
                                        {"baru", {"Baru", "New"}},
                                        {"replacement", {"Penggantian", "Replacement"}},
                                        {"penggantian", {"Penggantian", "Replacement"}}};
    static const known_value purposes[] = {
        {"wisata", {"Wisata", "Tourism"}},   {"tourism", {"Wisata", "Tourism"}},
        {"umrah", {"Umrah", "Umrah"}},       {"haji", {"Haji", "Hajj"}},
        {"hajj", {"Haji", "Hajj"}},          {"berobat", {"Berobat", "Medical"}},
        {"medical", {"Berobat", "Medical"}}, {"belajar", {"Belajar", "Study"}},
        {"study", {"Belajar", "Study"}},     {"bekerja", {"Bekerja", "Work"}},
        {"work", {"Bekerja", "Work"}},       {"kerja", {"Bekerja", "Work"}},
    };
#define KNOWN(values) shown_value(values, sizeof values / sizeof *values, value, language)
    return dimension == RK_DIM_VALIDITY  ? KNOWN(validities)
           : dimension == RK_DIM_SEX     ? KNOWN(sexes)
           : dimension == RK_DIM_SOURCE  ? KNOWN(sources)
           : dimension == RK_DIM_KIND    ? KNOWN(kinds)
           : dimension == RK_DIM_PURPOSE ? KNOWN(purposes)
                                         : value;
#undef KNOWN
}

static const pair months[] = {
    {"Januari", "January"}, {"Februari", "February"}, {"Maret", "March"},
    {"April", "April"},     {"Mei", "May"},           {"Juni", "June"},
    {"Juli", "July"},       {"Agustus", "August"},    {"September", "September"},
    {"Oktober", "October"}, {"November", "November"}, {"Desember", "December"}};

void rk_put_plain_day(rk_buffer *out, rk_day day, rk_language language)
{
    rk_civil civil = rk_civil_of(day);
    rk_buffer_printf(out, "%d ", civil.day);
    rk_buffer_slice(out, shown(months, 12, (size_t)civil.month - 1, language));
    rk_buffer_printf(out, " %d", civil.year);
}

void rk_put_short_day(rk_buffer *out, rk_day day, rk_language language)
{
    static const pair days[] = {{"Sen", "Mon"}, {"Sel", "Tue"}, {"Rab", "Wed"}, {"Kam", "Thu"},
                                {"Jum", "Fri"}, {"Sab", "Sat"}, {"Min", "Sun"}};
    if (day == RK_NO_DAY)
        return;
    rk_civil civil = rk_civil_of(day);
    rk_buffer_slice(out, shown(days, 7, (size_t)rk_weekday(day), language));
    rk_buffer_printf(out, " %02d/%02d", civil.day, civil.month);
}

void rk_put_period(rk_buffer *out, rk_days days, rk_language language)
{
    static const char *const roman[] = {"I", "II", "III", "IV"};
    rk_civil civil = rk_civil_of(days.from);
    bool english = language == RK_ENGLISH;
    switch (days.kind) {
    case RK_PERIOD_DAY:
        rk_put_long_day(out, days.from, language);
        break;
    case RK_PERIOD_WEEK: {
        rk_buffer name = {0};
        rk_days_put(&name, days);
        rk_buffer_printf(out, "%s %.*s", english ? "Week" : "Minggu", (int)(name.len - 6),
                         name.bytes + 6);
        rk_buffer_printf(out, " %.*s", 4, name.bytes);
        rk_buffer_free(&name);
        break;
    }
    case RK_PERIOD_MONTH:
        rk_buffer_slice(out, shown(months, 12, (size_t)civil.month - 1, language));
        rk_buffer_printf(out, " %d", civil.year);
        break;
    case RK_PERIOD_QUARTER:
        rk_buffer_printf(out, "%s %s %d", english ? "Quarter" : "Triwulan",
                         roman[(civil.month - 1) / 3], civil.year);
        break;
    case RK_PERIOD_HALF:
        rk_buffer_printf(out, "%s %s %d", english ? "Half-year" : "Semester",
                         roman[civil.month > 6], civil.year);
        break;
    case RK_PERIOD_YEAR:
        rk_buffer_printf(out, "%s %d", english ? "Year" : "Tahun", civil.year);
        break;
    default:
        rk_put_plain_day(out, days.from, language);
        rk_buffer_text(out, english ? " to " : " s/d ");
        rk_put_plain_day(out, days.until, language);
        break;
    }
}

void rk_put_ages(rk_buffer *out, int32_t from, int32_t until, rk_language language)
{
    const char *days = language == RK_ENGLISH ? "days" : "hari";
    if (until == INT32_MAX)
        rk_buffer_printf(out, "> %d %s", from - 1, days);
    else
        rk_buffer_printf(out, "%d–%d %s", from, until, days);
}

void rk_put_long_day(rk_buffer *out, rk_day day, rk_language language)
{
    static const pair days[] = {{"Senin", "Monday"},   {"Selasa", "Tuesday"}, {"Rabu", "Wednesday"},
                                {"Kamis", "Thursday"}, {"Jumat", "Friday"},   {"Sabtu", "Saturday"},
                                {"Minggu", "Sunday"}};
    rk_civil civil = rk_civil_of(day);
    rk_buffer_slice(out, shown(days, 7, (size_t)rk_weekday(day), language));
    rk_buffer_printf(out, ", %d ", civil.day);
    rk_buffer_slice(out, shown(months, 12, (size_t)civil.month - 1, language));
    rk_buffer_printf(out, " %d", civil.year);
}
