#!/bin/bash
# night_load.sh DATA CONNECTION: the statements into tables; two sessions, as a COPY is one process's work.
set -euo pipefail
data=$1
psql=(psql -qX -v ON_ERROR_STOP=1 -d "$2")
"${psql[@]}" <<SQL &
SET datestyle = 'ISO, DMY';
\\copy plain.bank FROM '$data/bank.csv' csv header
SQL
one=$!
"${psql[@]}" <<SQL &
\\copy plain.marketplace FROM '$data/marketplace.csv' csv header
\\copy plain.post FROM '$data/post.txt' (format text, delimiter E'\\x01')
\\copy plain.minimarket FROM '$data/minimarket.psv' csv delimiter '|' quote E'\\x02'
SQL
other=$!
wait $one
wait $other
