#include "raw_kit.h"

#define DOCUMENT(inside) \
    "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">" \
    "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>" inside "</BkToCstmrStmt></Document>"
#define STATEMENT(inside) \
    DOCUMENT("<Stmt><Id>S1</Id><ElctrncSeqNb>5</ElctrncSeqNb><Acct><Id><IBAN>NL1</IBAN></Id>" \
             "<Ccy>IDR</Ccy></Acct>" inside "</Stmt>")
#define BALANCE(code, amount, more) \
    "<Bal><Tp><CdOrPrtry><Cd>" code "</Cd></CdOrPrtry></Tp><Amt Ccy=\"IDR\">" amount "</Amt>" more \
    "</Bal>"
#define ENTRY(amount, sign, more) \
    "<Ntry><Amt Ccy=\"IDR\">" amount "</Amt><CdtDbtInd>" sign "</CdtDbtInd>" more "</Ntry>"

typedef struct row {
    const char *text, *said, *error;
} row;

static void expect_all(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect(rk_camt_read, rk_slice_of(rows[i].text), rows[i].said, rows[i].error);
}

#define EXPECT_ALL(rows) expect_all(rows, sizeof rows / sizeof *rows)

static void test_camt__gives_statements_and_balances(void **state)
{
    (void)state;
    static const row rows[] = {
        {"", "", NULL},
        {STATEMENT(""), "S1 NL1|5|IDR| - - - -\nZ1 -\n", NULL},
        {STATEMENT("<FrToDt><FrDtTm>2024-03-05T00:00:00+07:00</FrDtTm>"
                   "<ToDtTm>2024-03-06T00:00:00:000</ToDtTm></FrToDt>" BALANCE(
                       "OPBD", "10.5", "<CdtDbtInd>DBIT</CdtDbtInd>") BALANCE("OPAV", "77", "")
                       BALANCE("CLBD", "3", "<Dt><Dt>2024-03-05</Dt></Dt>")),
         "S1 NL1|5|IDR| -1050 300 2024-03-05 2024-03-06\nZ1 300\n", NULL},
        {STATEMENT(BALANCE("PRCD", "1", "")), "S1 NL1|5|IDR| 100 - - -\nZ1 -\n", NULL},
        {STATEMENT(BALANCE("OPBD", "1,5", "")),
         "R1 a balance whose amount cannot be read: \"1,5\"\nS1 NL1|5|IDR| - - - -\nZ1 -\n", NULL},
        {STATEMENT(BALANCE("OPBD", "1", "<CdtDbtInd>?</CdtDbtInd>")),
         "R1 a balance neither CRDT nor DBIT: \"1\"\nS1 NL1|5|IDR| - - - -\nZ1 -\n", NULL},
        {"<m><H>x</H><d:Document xmlns:d='u'><d:BkToCstmrDbtCdtNtfctn><d:Ntfctn><d:Acct><d:Id>"
         "<d:Othr><d:Id>7</d:Id></d:Othr></d:Id></d:Acct></d:Ntfctn></d:BkToCstmrDbtCdtNtfctn>"
         "</d:Document></m>",
         "S1 7||| - - - -\nZ1 -\n", NULL},
        {"<Document><BkToCstmrAcctRptV01><Rpt/><Rpt/></BkToCstmrAcctRptV01></Document>",
         "S1 ||| - - - -\nZ1 -\nS1 ||| - - - -\nZ1 -\n", NULL},
        /* the same names elsewhere are something else */
        {STATEMENT("<SplmtryData><Ntry><Amt>1</Amt></Ntry><Bal/><Stmt/></SplmtryData>"),
         "S1 NL1|5|IDR| - - - -\nZ1 -\n", NULL},
        {DOCUMENT(""), "", "there is no statement, report or notification in it"},
    };
    EXPECT_ALL(rows);
}

static void test_camt__gives_one_entry_for_each_ntry(void **state)
{
    (void)state;
    static const row rows[] = {
        {STATEMENT(ENTRY("1.50", "CRDT", "<Sts>BOOK</Sts>") "\n" ENTRY(
             "2", "DBIT", "<RvslInd>true</RvslInd><Sts><Cd>PDNG</Cd></Sts>")),
         "S1 NL1|5|IDR| - - - -\nE1 - - 150 | | \nP2 - - -200 | | \nZ2 -\n", NULL},
        {STATEMENT(ENTRY("8.5", "CRDT",
                         "<NtryRef>N</NtryRef><BookgDt><DtTm>2024-03-05T23:30:00-05:00</DtTm>"
                         "</BookgDt><ValDt><Dt>2024-03-06</Dt></ValDt><AcctSvcrRef>A</AcctSvcrRef>"
                         "<BkTxCd><Prtry><Cd>544</Cd></Prtry></BkTxCd>"
                         "<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>"
                         "<TxDtls><Refs><EndToEndId>E</EndToEndId><Prtry><Tp>x</Tp></Prtry></Refs>"
                         "<AmtDtls><InstdAmt><Amt Ccy=\"USD\">9</Amt></InstdAmt>"
                         "<TxAmt><Amt Ccy=\"IDR\">3.5</Amt></TxAmt></AmtDtls>"
                         "<RmtInf><Ustrd>a</Ustrd><Ustrd>b &lt;</Ustrd><Strd><CdtrRefInf><Ref>RF1"
                         "</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
                         "<TxDtls><Amt Ccy=\"JPY\">5</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
                         "<AddtlTxInf>c</AddtlTxInf></TxDtls></NtryDtls>"
                         "<AddtlNtryInf>all</AddtlNtryInf>")),
         "S1 NL1|5|IDR| - - - -\n"
         "E1 2024-03-05 2024-03-06 850 | NtryRef=N AcctSvcrRef=A BkTxCd=544 AddtlNtryInf=all | "
         "a\nb <\n"
         "D 350 | EndToEndId=E Ref=RF1 | a\nb <\n"
         "D -5 | | c\n"
         "Z1 -\n",
         NULL},
        /* a narrative is found where there is one */
        {STATEMENT(ENTRY("1", "CRDT",
                         "<AddtlNtryInf> all </AddtlNtryInf><NtryDtls><TxDtls>"
                         "<AddtlTxInf>part</AddtlTxInf></TxDtls></NtryDtls>")),
         "S1 NL1|5|IDR| - - - -\nE1 - - 100 | | all\nD - | | part\nZ1 -\n", NULL},
        {STATEMENT(ENTRY("1", "CRDT",
                         "<NtryDtls><TxDtls><AddtlTxInf>part</AddtlTxInf></TxDtls>"
                         "</NtryDtls>")),
         "S1 NL1|5|IDR| - - - -\nE1 - - 100 | | part\nD - | | part\nZ1 -\n", NULL},
    };
    EXPECT_ALL(rows);
}

static void test_camt__names_what_cannot_be_read(void **state)
{
    (void)state;
    static const row rows[] = {
        {STATEMENT(ENTRY("1", "", "")),
         "S1 NL1|5|IDR| - - - -\nX1 an entry without CRDT or DBIT\nZ1 -\n", NULL},
        {STATEMENT(ENTRY("", "CRDT", "")),
         "S1 NL1|5|IDR| - - - -\nX1 an entry without amount\nZ1 -\n", NULL},
        {STATEMENT(ENTRY("-1", "CRDT", "")),
         "S1 NL1|5|IDR| - - - -\nX1 an entry whose amount cannot be read\nZ1 -\n", NULL},
        {STATEMENT(ENTRY("1.005", "CRDT", "")),
         "S1 NL1|5|IDR| - - - -\nX1 an entry whose amount cannot be read\nZ1 -\n", NULL},
        {STATEMENT(ENTRY("1", "CRDT",
                         "<ValDt><Dt>2023-02-29</Dt></ValDt>"
                         "<BookgDt><Dt>5.3.2024</Dt></BookgDt>")),
         "S1 NL1|5|IDR| - - - -\nR1 a value date that does not exist: \"2023-02-29\"\n"
         "R1 a booking date that does not exist: \"5.3.2024\"\nE1 - - 100 | | \nZ1 -\n",
         NULL},
        {STATEMENT(ENTRY("1", "CRDT", "") BALANCE("OPBD", "1", "")),
         "S1 NL1|5|IDR| - - - -\nE1 - - 100 | | \n"
         "R1 an opening balance behind the entries: \"1\"\nZ1 -\n",
         NULL},
    };
    EXPECT_ALL(rows);
}

static void test_camt__refuses_what_is_no_plain_xml(void **state)
{
    (void)state;
    static const row rows[] = {
        {"<!DOCTYPE D><D/>", "", "a document type declaration is refused"},
        {"<!DOCTYPE D [<!ENTITY a 'b'>]><D>&a;</D>", "", "a document type declaration is refused"},
        {"<!DOCTYPE D SYSTEM 'file:///etc/passwd'><D/>", "",
         "a document type declaration is refused"},
        {"<D>&a;</D>", "", "not well-formed XML: undefined entity"},
        {"<D><BkToCstmrStmt><Stmt>", "", "not well-formed XML: no element found"},
        {"x", "", "not well-formed XML: syntax error"},
        {"<?xml version='1.0' encoding='x-nothing'?><D/>", "",
         "not well-formed XML: unknown encoding"},
    };
    EXPECT_ALL(rows);
}

static void test_camt__reads_the_encodings_that_banks_declare(void **state)
{
    (void)state;
    static const char *const heads[] = {"windows-1252", "ISO-8859-1"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        rk_buffer text = {0};
        rk_buffer_printf(&text, "<?xml version='1.0' encoding='%s'?>", heads[i]);
        rk_buffer_text(&text, "<D><BkToCstmrStmt><Stmt><Ntry><Amt Ccy='IDR'>1</Amt><CdtDbtInd>CRDT"
                              "</CdtDbtInd><AddtlNtryInf>\xe9</AddtlNtryInf></Ntry></Stmt>"
                              "</BkToCstmrStmt></D>");
        expect(rk_camt_read, rk_buffer_all(&text),
               "S1 ||| - - - -\nE1 - - 100 | | \xc3\xa9\nZ1 -\n", NULL);
        rk_buffer_free(&text);
    }
}

static void test_camt__stops_when_the_sink_says_so(void **state)
{
    (void)state;
    written w = {.stop_after = 2};
    rk_error err = {0};
    rk_slice text =
        RK_S(STATEMENT(ENTRY("1", "CRDT", "") ENTRY("2", "CRDT", "") ENTRY("3", "CRDT", "")));
    assert_false(write_down(rk_camt_read, text, &w, &err));
    assert_int_equal(w.entries, 2);
    assert_string_equal(err.message, ""); /* why is the sink's affair */
    rk_buffer_free(&w.out);
}

static const char *const pieces[] = {
    "<Ntry>",     "</Ntry>",      "<TxDtls>",    "</TxDtls>",
    "<Bal>",      "</Stmt>",      "<Stmt>",      "CRDT",
    "&amp;",      "&#0;",         "&#x10FFFF;",  "<![CDATA[",
    "]]>",        "<!--",         "-->",         "\xe9",
    "<Ustrd>",    "</Ustrd>",     "Ccy=\"JPY\"", "99999999999999999999",
    "2024-02-30", "<Sts>x</Sts>", "-",           "<Amt Ccy=\"IDR\">1</Amt>",
};

static void test_camt__survives_damage(void **state)
{
    (void)state;
    static const char text[] =
        STATEMENT("<FrToDt><FrDtTm>2024-03-05T00:00:00+07:00</FrDtTm></FrToDt>" BALANCE(
            "OPBD", "10.5", "<CdtDbtInd>DBIT</CdtDbtInd>")
                      BALANCE("CLBD", "3", "") "\n" ENTRY(
                          "1.5", "CRDT",
                          "<Sts><Cd>BOOK</Cd></Sts><ValDt><Dt>2024-03-05</Dt></ValDt>"
                          "<NtryDtls><TxDtls><Refs><EndToEndId>E</EndToEndId></Refs><Amt "
                          "Ccy=\"IDR\">1</Amt><RmtInf>"
                          "<Ustrd>a</Ustrd><Ustrd>b</Ustrd></RmtInf></TxDtls><TxDtls></TxDtls></"
                          "NtryDtls>") "\n" ENTRY("2", "DBIT",
                                                  "<BookgDt><DtTm>2024-03-05T01:02:03Z</DtTm></"
                                                  "BookgDt>"));
    damage_and_read(rk_camt_read, rk_slice_of(text), pieces, sizeof pieces / sizeof *pieces, 5000);
}

/* head, then part until the text has `bytes`, then tail. */
static void fill(rk_buffer *text, const char *head, const char *part, const char *tail,
                 size_t bytes)
{
    rk_buffer_clear(text);
    rk_buffer_text(text, head);
    while (text->len < bytes)
        rk_buffer_text(text, part);
    rk_buffer_text(text, tail);
}

static void test_camt__takes_hostile_files_in_bounded_time_and_memory(void **state)
{
    (void)state;
    static const struct {
        const char *head, *part, *tail, *error;
    } cases[] = {
        {"<D>", "<a>", "", "elements are nested deeper than 64"},
        {"<D><", "x", "/></D>", "a tag of more than 4194304 bytes"},
        {"<D a='", "x", "'/></D>", "a tag of more than 4194304 bytes"},
        {"<D a='", "&lt;", "'/></D>", "a tag of more than 4194304 bytes"},
        {"<D>", "x", "</D>", "there is no statement, report or notification in it"},
        {"<D><!--", "x", "--></D>", "a tag of more than 4194304 bytes"},
        {"<D><BkToCstmrStmt><Stmt><Id>", "x", "</Id></Stmt></BkToCstmrStmt></D>",
         "a text of more than 1048576 bytes"},
        {"<D><BkToCstmrStmt><Stmt>", "<Id>123456789</Id>", "</Stmt></BkToCstmrStmt></D>",
         "a statement says more than 65536 bytes about itself"},
        {"<D><BkToCstmrStmt><Stmt>", BALANCE("CLBD", "1", ""), "</Stmt></BkToCstmrStmt></D>", NULL},
        {"<D><BkToCstmrStmt>", "<Stmt/>", "</BkToCstmrStmt></D>", NULL},
        {"<D><BkToCstmrStmt><Stmt>", "<Ntry/>", "</Stmt></BkToCstmrStmt></D>", NULL},
        {"<D><BkToCstmrStmt><Stmt><Ntry><NtryDtls>", "<TxDtls/>",
         "</NtryDtls></Ntry></Stmt></BkToCstmrStmt></D>", NULL},
        {"<D><BkToCstmrStmt><Stmt><Ntry><NtryDtls><TxDtls><RmtInf>", "<Ustrd>abc</Ustrd>",
         "</RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></D>", NULL},
    };
    rk_buffer text = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        written w = {.quiet = true};
        rk_error err = {0};
        alarm(60); /* quadratic would take hours */
        fill(&text, cases[i].head, cases[i].part, cases[i].tail, 6 << 20);
        bool good = write_down(rk_camt_read, rk_buffer_all(&text), &w, &err);
        assert_string_equal(err.message, cases[i].error ? cases[i].error : "");
        assert_int_equal(good, cases[i].error == NULL);
    }
    alarm(0);
    rk_buffer_free(&text);
}

/* Long tags and comments lie across the pieces in which a document is fed. */
static void test_camt__reads_tags_longer_than_a_piece(void **state)
{
    (void)state;
    enum { LONG = 900 * 1024 };
    rk_buffer text = {0};
    rk_buffer_text(&text, "<?xml version='1.0'?>");
    for (int i = 0; i < LONG * 3; i++)
        rk_buffer_char(&text, ' ');
    rk_buffer_text(&text, "<D>");
    for (int round = 0; round < 6; round++) {
        rk_buffer_text(&text, round % 2 ? "<!--" : "<a b='");
        for (int i = 0; i < LONG; i++)
            rk_buffer_char(&text, 'x');
        rk_buffer_text(&text, round % 2 ? "-->" : "'/>");
    }
    rk_buffer_text(&text,
                   "<BkToCstmrStmt><Stmt>" ENTRY("2", "CRDT", "") "</Stmt></BkToCstmrStmt></D>");
    expect(rk_camt_read, rk_buffer_all(&text), "S1 ||| - - - -\nE1 - - 200 | | \nZ1 -\n", NULL);
    rk_buffer_free(&text);
}

static void test_camt__caps_the_parts_of_an_entry(void **state)
{
    (void)state;
    rk_buffer text = {0};
    written w = {0};
    rk_error err = {0};
    rk_buffer_text(&text, "<D><BkToCstmrStmt><Stmt>\n<Ntry><Amt Ccy='IDR'>1</Amt><CdtDbtInd>CRDT"
                          "</CdtDbtInd>");
    for (int i = 0; i <= RK_RAW_DETAILS_MAX; i++)
        rk_buffer_text(&text, "<TxDtls><RmtInf><Ustrd>a</Ustrd></RmtInf></TxDtls>");
    rk_buffer_text(&text, "</Ntry>" ENTRY("2", "CRDT", "") "</Stmt></BkToCstmrStmt></D>");
    assert_true(write_down(rk_camt_read, rk_buffer_all(&text), &w, &err));
    rk_buffer_char(&w.out, '\0');
    assert_string_equal(w.out.bytes, "S1 ||| - - - -\nX2 an entry of more than 100000 parts\n"
                                     "E2 - - 200 | | \nZ2 -\n");
    rk_buffer_free(&w.out);
    rk_buffer_free(&text);
}

static void test_camt__reads_many_entries_and_parts(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    rk_buffer text = {0};
    written w = {.quiet = true};
    rk_error err = {0};
    rk_buffer_text(&text, "<D><BkToCstmrStmt><Stmt>");
    for (int i = 0; i < MANY; i++)
        rk_buffer_text(&text, ENTRY("1", "CRDT", "<ValDt><Dt>2024-03-05</Dt></ValDt>") "\n");
    rk_buffer_text(&text, "<Ntry><Amt Ccy='IDR'>1</Amt><CdtDbtInd>CRDT</CdtDbtInd><NtryDtls>");
    for (int i = 0; i < MANY; i++)
        rk_buffer_text(&text, "<TxDtls><Amt Ccy='IDR'>0.01</Amt></TxDtls>");
    rk_buffer_text(&text, "</NtryDtls></Ntry></Stmt></BkToCstmrStmt></D>");
    assert_true(write_down(rk_camt_read, rk_buffer_all(&text), &w, &err));
    assert_int_equal(w.entries, MANY + 1);
    assert_int_equal(w.details, MANY);
    assert_int_equal(w.faults + w.remarks, 0);
    assert_true(w.passed > text.len >> 19);
    rk_buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_camt__gives_statements_and_balances),
        cmocka_unit_test(test_camt__gives_one_entry_for_each_ntry),
        cmocka_unit_test(test_camt__names_what_cannot_be_read),
        cmocka_unit_test(test_camt__refuses_what_is_no_plain_xml),
        cmocka_unit_test(test_camt__reads_the_encodings_that_banks_declare),
        cmocka_unit_test(test_camt__stops_when_the_sink_says_so),
        cmocka_unit_test(test_camt__survives_damage),
        cmocka_unit_test(test_camt__takes_hostile_files_in_bounded_time_and_memory),
        cmocka_unit_test(test_camt__reads_tags_longer_than_a_piece),
        cmocka_unit_test(test_camt__caps_the_parts_of_an_entry),
        cmocka_unit_test(test_camt__reads_many_entries_and_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
