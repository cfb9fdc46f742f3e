#!/bin/bash
# postgres.sh DATA OUT CONNECTION: the shared job as SQL; two sessions load, as a COPY is one process's work.
set -euo pipefail
here=$(dirname "$0") data=$1 out=$2
psql=(psql -qX -v ON_ERROR_STOP=1 -d "$3")
"${psql[@]}" <<'SQL'
SET client_min_messages = warning;
DROP TABLE IF EXISTS application, bank, marketplace, post, minimarket, line, twice;
CREATE UNLOGGED TABLE application (id text, office text, code bigint, service text, due bigint,
                                   submitted timestamptz, applicant text, status text);
CREATE UNLOGGED TABLE bank (day date, clock time, branch text, reference text, narrative text, debit text,
                            credit numeric, balance text);
CREATE UNLOGGED TABLE marketplace (order_no text, buyer text, code text, net text, fee text, paid timestamptz,
                                   state text);
CREATE UNLOGGED TABLE post (line text);
CREATE UNLOGGED TABLE minimarket (tag text, store text, receipt text, code text, amount text, paid text, state text);
SQL
"${psql[@]}" -c "\\copy application FROM '$data/applications.csv' csv header" &
one=$!
"${psql[@]}" <<SQL &
SET datestyle = 'ISO, DMY';
\\copy bank FROM '$data/bank.csv' csv header
\\copy marketplace FROM '$data/marketplace.csv' csv header
\\copy post FROM '$data/post.txt' (format text, delimiter E'\\x01')
\\copy minimarket FROM '$data/minimarket.psv' csv delimiter '|' quote E'\\x02'
SQL
other=$!
wait $one
wait $other
"${psql[@]}" -f "$here/postgres.sql" >"$out"
