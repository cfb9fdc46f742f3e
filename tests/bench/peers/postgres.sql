-- The shared job over the tables that postgres.sh loaded.
SET timezone = 'Asia/Jakarta';
SET max_parallel_workers_per_gather = 2;
SET work_mem = '2GB';
SET hash_mem_multiplier = 2.0;
SET client_min_messages = warning;
CREATE UNLOGGED TABLE line AS
SELECT 0 AS channel, substring(narrative FROM '(?<!\d)8\d{14}(?!\d)')::bigint AS code, credit::bigint AS amount,
       extract(epoch FROM (day + clock)::timestamptz)::bigint AS paid
FROM bank
UNION ALL
SELECT 1, nullif(code, '')::bigint, replace(net, ',', '')::bigint + replace(fee, ',', '')::bigint,
       extract(epoch FROM paid)::bigint
FROM marketplace
UNION ALL
SELECT 2, nullif(trim(substr(line, 21, 15)), '')::bigint, substr(line, 36, 12)::bigint,
       extract(epoch FROM (substr(line, 7, 8) || 'T' || substr(line, 15, 6))::timestamp::timestamptz)::bigint
FROM post
UNION ALL
SELECT 3, nullif(code, '')::bigint, amount::bigint, extract(epoch FROM paid::timestamptz)::bigint
FROM minimarket WHERE tag = 'D';
ANALYZE line;
ANALYZE application (code, office);
CREATE UNLOGGED TABLE twice AS -- codes paid more than once, with the place of the first payment
SELECT code, min(paid * 4 + channel) AS earliest FROM line WHERE code IS NOT NULL GROUP BY code HAVING count(*) > 1;
ANALYZE twice;
SET enable_sort = off; -- the planner cannot know that there are few groups: it shall hash them
COPY (
SELECT coalesce(office, '-') COLLATE "C" AS office,
       (ARRAY['bank', 'marketplace', 'post', 'minimarket'])[channel + 1] COLLATE "C" AS channel,
       (ARRAY['matched', 'late', 'amount_mismatch', 'duplicate', 'unknown'])[class] COLLATE "C" AS class, lines, amount
FROM (
    SELECT a.office, l.channel,
           CASE WHEN a.code IS NULL THEN 5
                WHEN t.code IS NOT NULL AND l.paid * 4 + l.channel <> t.earliest THEN 4
                WHEN l.amount <> a.due THEN 3
                WHEN l.paid < extract(epoch FROM a.submitted)::bigint
                     OR l.paid > extract(epoch FROM a.submitted)::bigint + 259200 THEN 2
                ELSE 1 END AS class,
           count(*) AS lines, sum(l.amount)::bigint AS amount
    FROM line l LEFT JOIN application a ON a.code = l.code LEFT JOIN twice t ON t.code = l.code
    GROUP BY 1, 2, 3) counted
ORDER BY 1, 2, 3
) TO STDOUT (FORMAT csv, HEADER);
