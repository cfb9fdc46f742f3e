-- The night in SQL, tuned: what was loaded is read, matched with the view, judged, and written as history in one
-- transaction, into tables with the indexes that rekon's have. No books, no facts, no archive.
SET timezone = 'Asia/Jakarta';
SET max_parallel_workers_per_gather = 2;
SET work_mem = '1GB';
SET hash_mem_multiplier = 2.0;
SET client_min_messages = warning;
SET jit = off;
CREATE UNLOGGED TABLE plain.line AS
SELECT l.*, 'f' || channel || ':' || row_number() OVER (PARTITION BY channel) AS entry
FROM (
    SELECT 0 AS channel, substring(narrative FROM '(?<!\d)8\d{14}(?!\d)') AS code, (credit * 100)::bigint AS amount,
           (day + clock)::timestamptz AS paid
    FROM plain.bank
    UNION ALL
    SELECT 1, nullif(code, ''), (replace(net, ',', '')::bigint + replace(fee, ',', '')::bigint) * 100, paid
    FROM plain.marketplace
    UNION ALL
    SELECT 2, nullif(trim(substr(line, 21, 15)), ''), substr(line, 36, 12)::bigint * 100,
           (substr(line, 7, 8) || 'T' || substr(line, 15, 6))::timestamp::timestamptz
    FROM plain.post
    UNION ALL
    SELECT 3, nullif(code, ''), amount::bigint * 100, paid::timestamptz
    FROM plain.minimarket WHERE tag = 'D') l;
ANALYZE plain.line;
BEGIN;
CREATE TEMPORARY TABLE application ON COMMIT DROP AS -- the snapshot: what was touched
SELECT application_id, office, billing_code AS code, (amount_due * 100)::bigint AS due, submitted_at,
       submitted_at + interval '72 hours' AS deadline
FROM rekon_source.application
WHERE updated_at > '-infinity' AND submitted_at < '2026-10-07 00:00+07';
ANALYZE application (code);
CREATE TEMPORARY TABLE twice ON COMMIT DROP AS
SELECT code, min(extract(epoch FROM paid) * 4 + channel) AS earliest
FROM plain.line WHERE code IS NOT NULL GROUP BY code HAVING count(*) > 1;
ANALYZE twice;
CREATE TEMPORARY TABLE decided ON COMMIT DROP AS
SELECT l.*, a.application_id, a.office, a.due, a.deadline,
       CASE WHEN a.code IS NULL THEN 'unidentified'
            WHEN t.code IS NOT NULL AND extract(epoch FROM l.paid) * 4 + l.channel <> t.earliest THEN 'duplicate'
            WHEN l.amount < a.due THEN 'underpaid'
            WHEN l.amount > a.due THEN 'overpaid'
            WHEN l.paid > a.deadline THEN 'late'
            ELSE 'matched' END AS outcome
FROM plain.line l LEFT JOIN application a ON a.code = l.code LEFT JOIN twice t ON t.code = l.code;
INSERT INTO plain.run VALUES (repeat('a', 64), '2026-10-06', 1, '', repeat('b', 64), 'sql', 1);
INSERT INTO plain.outcome
SELECT 1, entry, (ARRAY['bank', 'marketplace', 'post', 'minimarket'])[channel + 1], coalesce(office, '-'),
       paid::date, paid, paid, amount, 'IDR', code, outcome, CASE WHEN application_id IS NULL THEN '' ELSE 'billing-code' END,
       CASE outcome WHEN 'matched' THEN 'right amount, in time' WHEN 'late' THEN 'paid after the deadline'
                    WHEN 'underpaid' THEN 'less than due' WHEN 'overpaid' THEN 'more than due'
                    WHEN 'duplicate' THEN 'already paid in full'
                    ELSE 'no application has this billing code' END,
       coalesce(application_id, ''), '', ''
FROM decided ORDER BY entry COLLATE "C"; -- as its index is, so that it grows at its end
INSERT INTO plain.allocation
SELECT 1, entry, application_id, amount, 'payment' FROM decided
WHERE application_id IS NOT NULL AND outcome <> 'duplicate' ORDER BY application_id COLLATE "C";
INSERT INTO plain.transition
SELECT 1, encode(sha256(convert_to(application_id || entry, 'UTF8')), 'hex'), application_id, office,
       'awaiting', CASE outcome WHEN 'late' THEN 'paid_late' WHEN 'underpaid' THEN 'underpaid' ELSE 'paid' END,
       outcome, deadline, entry
FROM decided WHERE application_id IS NOT NULL AND outcome <> 'duplicate' ORDER BY application_id COLLATE "C";
INSERT INTO plain.case_event
SELECT 1, 'K-' || entry, outcome, 'new', coalesce(office, '-'), entry, coalesce(application_id, ''), amount, ''
FROM decided WHERE outcome <> 'matched';
COMMIT;
