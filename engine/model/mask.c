#include "model/mask.h"

#include <strings.h>

/* Sorted by nothing but kin: looked at a few times a line, for people. */
static const char *const bank_words[] = {
    /* direction, money */
    "CR",
    "DB",
    "KR",
    "DR",
    "D",
    "K",
    "C",
    "RC",
    "RD",
    "IDR",
    "RP",
    "SALDO",
    "AWAL",
    "AKHIR",
    "MUTASI",
    "KREDIT",
    "DEBET",
    "DEBIT",
    "CREDIT",
    "AMOUNT",
    "FEE",
    "JUMLAH",
    "TOTAL",
    "NILAI",
    /* what was done */
    "SETORAN",
    "SETOR",
    "TUNAI",
    "TRANSFER",
    "TRSF",
    "TRF",
    "TARIK",
    "TARIKAN",
    "BAYAR",
    "PEMBAYARAN",
    "BILL",
    "PAYMENT",
    "PAY",
    "PAID",
    "PURCHASE",
    "KLIRING",
    "RTGS",
    "SKN",
    "BI",
    "FAST",
    "ATM",
    "EDC",
    "QRIS",
    "QR",
    "SWITCHING",
    "BUNGA",
    "PAJAK",
    "BIAYA",
    "ADM",
    "ADMIN",
    "ADMINISTRASI",
    "KOREKSI",
    "PEMBATALAN",
    "BATAL",
    "REVERSAL",
    "REVERSE",
    "REFUND",
    "RETUR",
    "PENYESUAIAN",
    "PELIMPAHAN",
    "SETTLEMENT",
    "PAYOUT",
    "DISBURSEMENT",
    "PEMINDAHAN",
    "PINDAH",
    "BUKU",
    "NOTA",
    "KOLEKTIF",
    "KIRIM",
    "ONGKOS",
    "KURIR",
    "DENDA",
    "IZIN",
    "TINGGAL",
    /* with what, for what */
    "BANK",
    "BANKING",
    "EBANKING",
    "MBANKING",
    "E",
    "M",
    "MOBILE",
    "INTERNET",
    "IBANK",
    "VA",
    "VIRTUAL",
    "ACCOUNT",
    "REKENING",
    "REK",
    "NO",
    "NOREK",
    "KODE",
    "CODE",
    "BILLING",
    "BILLER",
    "MPN",
    "PNBP",
    "SIMPONI",
    "NTPN",
    "NTB",
    "NTP",
    "STAN",
    "REF",
    "REFF",
    "REFERENSI",
    "ID",
    "INV",
    "INVOICE",
    "ORDER",
    "PASPOR",
    "PASSPORT",
    "IMIGRASI",
    "KANTOR",
    "NEGARA",
    "KAS",
    "PENERIMAAN",
    "BENDAHARA",
    "PERMOHONAN",
    "LAYANAN",
    "KE",
    "DARI",
    "DI",
    "UNTUK",
    "OLEH",
    "DAN",
    "AN",
    "A",
    "N",
    "TGL",
    "TANGGAL",
    "JAM",
    "WIB",
    "WITA",
    "WIT",
    "CABANG",
    "CAB",
    "KCP",
    "KCU",
    "KK",
    "UNIT",
    "TELLER",
    "LOKET",
    "MPL",
    "PPH",
    "PPN",
    /* who: institutions */
    "BCA",
    "BRI",
    "BNI",
    "BSI",
    "BTN",
    "BTPN",
    "MANDIRI",
    "CIMB",
    "DANA",
    "OVO",
    "GOPAY",
    "FINNET",
    "ESPAY",
    "INDOMARET",
    "ALFAMART",
    "TOKOPEDIA",
    "BUKALAPAK",
    "POS",
    "POSPAY",
    "INDONESIA",
    "REKON",
    /* state */
    "SUCCESS",
    "SUKSES",
    "BERHASIL",
    "GAGAL",
    "FAILED",
    "PENDING",
    "PEND",
    "OK",
    "SUSPECT",
    "NONREF",
    "NTRF",
    "NMSC",
    "NCHG",
    "NCLR",
    "BOOK",
    "PDNG",
    "INFO",
    "PRD",
    "T",
    "H",
    /* months */
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MEI",
    "MAY",
    "JUN",
    "JUL",
    "AGU",
    "AUG",
    "SEP",
    "OKT",
    "OCT",
    "NOV",
    "DES",
    "DEC",
};

static bool is_letter(char c)
{
    unsigned char u = (unsigned char)c;
    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_bank_word(rk_slice word)
{
    for (size_t i = 0; i < sizeof bank_words / sizeof *bank_words; i++)
        if (strlen(bank_words[i]) == word.len && strncasecmp(bank_words[i], word.at, word.len) == 0)
            return true;
    return false;
}

/* Whether `word` stands in `text` as a word. */
static bool holds_word(rk_slice text, rk_slice word)
{
    const char *end = text.at + text.len;
    for (const char *at = text.at; at && (size_t)(end - at) >= word.len; at++) {
        bool begins = at == text.at || !is_letter(at[-1]);
        bool ends = at + word.len == end || !is_letter(at[word.len]);
        if (begins && ends && strncasecmp(at, word.at, word.len) == 0)
            return true;
    }
    return false;
}

/* One star for each character behind the first, five at most: the length tells nobody. */
static void put_masked(rk_slice word, rk_buffer *out)
{
    size_t first = rk_utf8_sequence(word.at, word.at + word.len), stars = 0;
    rk_buffer_bytes(out, word.at, first ? first : 1);
    for (size_t i = first ? first : 1; i < word.len && stars < 5; i++)
        if (((unsigned char)word.at[i] & 0xc0) != 0x80) {
            rk_buffer_char(out, '*');
            stars++;
        }
}

void rk_mask_names(rk_slice text, rk_slice known, rk_buffer *out)
{
    size_t i = 0;
    bool in_tag = false;
    while (i < text.len) {
        size_t from = i;
        bool digits = in_tag; /* a tag of XML is no name */
        while (i < text.len && (is_letter(text.at[i]) || is_digit(text.at[i])))
            digits |= is_digit(text.at[i++]);
        rk_slice word = {text.at + from, i - from};
        if (word.len > 1 && !digits && !is_bank_word(word) && !holds_word(known, word))
            put_masked(word, out);
        else
            rk_buffer_slice(out, word);
        if (i < text.len) {
            in_tag = text.at[i] == '<' || (in_tag && text.at[i] != '>');
            rk_buffer_char(out, text.at[i++]);
        }
    }
}
