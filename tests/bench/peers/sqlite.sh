#!/bin/bash
# sqlite.sh DATA OUT: the shared job in the sqlite3 shell, in memory. It has no regular expressions that say what
# they found: awk takes the code out of the narrative.
set -euo pipefail
here=$(dirname "$0") data=$1 out=$2
awk=$(command -v mawk || command -v awk)
sqlite3 -init /dev/null -batch :memory: <<SQL
PRAGMA journal_mode = off;
PRAGMA temp_store = memory;
PRAGMA threads = 2;
CREATE TABLE application (id TEXT, office TEXT, code INTEGER PRIMARY KEY, service TEXT, due INTEGER, submitted TEXT,
                          applicant TEXT, status TEXT);
CREATE TABLE bank (code INTEGER, paid INTEGER, channel INTEGER, amount INTEGER);
CREATE TABLE marketplace (order_no TEXT, buyer TEXT, code INTEGER, net TEXT, fee TEXT, paid TEXT, state TEXT);
CREATE TABLE post (line TEXT);
CREATE TABLE minimarket (tag TEXT, store TEXT, receipt TEXT, code INTEGER, amount INTEGER, paid TEXT, state TEXT);
.mode csv
.import --csv --skip 1 $data/applications.csv application
.import --csv --skip 1 $data/marketplace.csv marketplace
.separator " " "\n"
.import "|LC_ALL=C $awk -v KIND=bank -f $here/normal.awk $data/bank.csv" bank
.mode ascii
.separator "\001" "\n"
.import $data/post.txt post
.separator "|" "\n"
.import $data/minimarket.psv minimarket
CREATE TABLE line AS
    SELECT channel, iif(code = '-', NULL, code) AS code, amount, paid FROM bank
    UNION ALL SELECT 1, iif(code = '', NULL, code),
        CAST(replace(net, ',', '') AS INTEGER) + CAST(replace(fee, ',', '') AS INTEGER),
        unixepoch(substr(paid, 1, 19)) FROM marketplace
    UNION ALL SELECT 2, iif(substr(line, 21, 1) = ' ', NULL, CAST(substr(line, 21, 15) AS INTEGER)),
        CAST(substr(line, 36, 12) AS INTEGER),
        unixepoch(substr(line, 7, 4) || '-' || substr(line, 11, 2) || '-' || substr(line, 13, 2) || ' ' ||
                  substr(line, 15, 2) || ':' || substr(line, 17, 2) || ':' || substr(line, 19, 2)) FROM post
    UNION ALL SELECT 3, iif(code = '', NULL, code), amount, unixepoch(paid) FROM minimarket WHERE tag = 'D';
CREATE TABLE twice (code INTEGER PRIMARY KEY, earliest INTEGER);
INSERT INTO twice
    SELECT code, min(paid * 4 + channel) FROM line WHERE code IS NOT NULL GROUP BY code HAVING count(*) > 1;
.headers off
.mode csv
.separator "," "\n"
.output $out
.print office,channel,class,lines,amount
SELECT office, CASE channel WHEN 0 THEN 'bank' WHEN 1 THEN 'marketplace' WHEN 2 THEN 'post' ELSE 'minimarket' END AS name,
    class, count(*), sum(amount)
FROM (SELECT coalesce(a.office, '-') AS office, l.channel, l.amount,
          CASE WHEN a.code IS NULL THEN 'unknown'
               WHEN t.code IS NOT NULL AND l.paid * 4 + l.channel <> t.earliest THEN 'duplicate'
               WHEN l.amount <> a.due THEN 'amount_mismatch'
               WHEN l.paid < unixepoch(substr(a.submitted, 1, 19))
                    OR l.paid > unixepoch(substr(a.submitted, 1, 19)) + 259200 THEN 'late'
               ELSE 'matched' END AS class
      FROM line l LEFT JOIN application a ON a.code = l.code LEFT JOIN twice t ON t.code = l.code)
GROUP BY office, channel, class ORDER BY office, name, class;
SQL
