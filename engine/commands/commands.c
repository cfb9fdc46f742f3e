#include "commands/commands.h"

#include <stddef.h>

const rk_command rk_commands[] = {
    {"run", rk_command_run_nights, "close the day: read, match, let lapse, report, seal, commit",
     "  --date D            one night\n"
     "  --from D --to D     several nights, in order\n"
     "                      without either: each night after the last one, up to yesterday\n"
     "  --reconstructed     nights after the fact, from old files: manifests and books say so,\n"
     "                      and the booking system is told nothing\n"
     "  --arrivals FILE     with it: when each file arrived, as CSV: file,arrived_at; a file is\n"
     "                      a name or a SHA-256; default: the time of its last change\n"},
    {"match", rk_command_match, "match files against files: no database, nothing recorded",
     "  --applications FILE             applications as CSV\n"
     "  --statements [CHANNEL=]PATH...  statement files; the channel from the name if not given\n"
     "  --out DIR                       where the results go\n"
     "  --as-at TIME                    judge as at this moment (RFC 3339)\n"
     "  --write LIST                    summary,entries,applications,rejects,workbooks (default: "
     "all\n"
     "                                  but workbooks; entries writes allocations and links "
     "too)\n"
     "  --period P                      of the workbooks: 2024-03-05, 2024-W10, 2024-03, 2024-Q1,\n"
     "                                  2024-H1, 2024, 2024-03-01..2024-03-15; default: those due\n"
     "  --report R                      this workbook alone\n"},
    {"read", rk_command_read, "show one statement as JSON lines",
     "  FILE                a statement file; MT940, MT942 and camt are told by their content\n"
     "  --channel C         read it by the rules of this channel\n"
     "  --format F          mt940, camt: as it says by itself, without any rules;\n"
     "                      rows: each record of a CSV file as a JSON array\n"
     "  --delimiter C       rows: between fields (default: a comma; \\t is a tab)\n"
     "  --comment TEXT      rows: leave out lines that begin with it\n"},
    {"import", rk_command_import, "bring applications from CSV into PostgreSQL",
     "  applications FILE   at offices without a booking system of their own\n"},
    {"report", rk_command_report, "books of a period, as known now or on any day, from the archive",
     "  --period P          2024-03-05, 2024-W10, 2024-03, 2024-Q1, 2024-H1, 2024, or a range\n"
     "                      2024-03-01..2024-03-15\n"
     "  --as-of D           as known after the last run of night D, or after run D-N\n"
     "                      (default: the last run; then the reports are those of today)\n"
     "  --report R          this workbook (default: all of this kind of period)\n"
     "  --office O          this office alone, or nasional (default: all)\n"
     "  --archive DIR       or a file of rekon export; default: that of the configuration\n"
     "  --out DIR           where the books go (default: here)\n"},
    {"diff", rk_command_diff,
     "why books differ between two nights: each figure, its cause, the money",
     "  A B                 days or runs (2024-03-05, 2024-03-05-1), the earlier one first\n"
     "  A --rules now       one night by the rules that were sealed, and by those of the\n"
     "                      configuration\n"
     "  --period P          the books of this period (default: the day of A)\n"
     "  --report R          this workbook (default: all of this kind of period)\n"
     "  --office O          this office alone, or nasional (default: all)\n"
     "  --cell CELL         C14, Ringkasan!C14 or palembang/harian!Ringkasan!C14: this one alone,\n"
     "                      where the book as known after B has it\n"
     "  --csv FILE          the same as a table\n"
     "  --workbook FILE     the same as a workbook, with all lines\n"
     "  --archive DIR       or a file of rekon export; default: that of the configuration\n"},
    {"rerun", rk_command_rerun, "run a past night again from the archive and compare",
     "  --date D            the night\n"
     "  --number N          which run of it (default: the last)\n"
     "  --run ID            the run with this id, or the first digits of one\n"
     "  --from D --to D     every run of these nights, side by side\n"
     "  --rules now         by the rules and reports of the configuration; needs --out\n"
     "  --archive DIR       or a file of rekon export; default: that of the configuration\n"
     "  --out DIR           keep the workbooks made again here\n"},
    {"export", rk_command_export, "nights of the archive as one file, with all that they need",
     "  --date D            every run of this night\n"
     "  --from D --to D     of these nights\n"
     "  --out FILE          what rerun, verify, report, diff and explain take as --archive FILE\n"
     "  --archive DIR       default: that of the configuration\n"},
    {"explain", rk_command_explain,
     "why an item ended as it did: its whole story, from the archive",
     "  ITEM                a case, finding, entry, billing code, application, NTPN, NTB or\n"
     "                      bank reference; or an amount and its date: 350000@2024-03-05\n"
     "  --date D            as known after the last night up to D (default: the newest)\n"
     "  --json              for machines\n"
     "  --all --json        every application and entry that the night judged, one a line\n"
     "  --archive DIR       or a file of rekon export; default: that of the configuration\n"},
    {"verify", rk_command_verify, "check every file of the archive, and the chain of its nights",
     "  --date D            one night (default: all)\n"
     "  --archive DIR       or a file of rekon export; default: that of the configuration\n"
     "  --mend DIR          first bring back what is missing or altered from this copy\n"},
    {"status", rk_command_status, "last nights, watermarks, and what waits for whom",
     "  --max-age 26h       exit 1 when the last night is older\n"},
    {"check", rk_command_check, "check rules and reports",
     "  --schema            the JSON Schema of every file, for editors\n"},
    {"init", rk_command_init, "make schema, roles and folders",
     "  --from-archive      give the database every night that the archive holds\n"
     "  --forget            with it: take nights out of the database that the archive has lost\n"},
    {NULL, NULL, NULL, NULL},
};
