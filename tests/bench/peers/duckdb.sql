-- The shared job in DuckDB. @DATA@ and @OUT@ are replaced; @DECIDED@ is the summary's source.
-- Times are seconds of the local clock (+07:00) since 1970.
SET threads = @THREADS@;
SET preserve_insertion_order = false;
CREATE TEMP TABLE line AS
SELECT 0::UTINYINT AS channel,
       TRY_CAST(regexp_extract(narrative, '(?:^|\D)(8\d{14})(?:\D|$)', 1) AS BIGINT) AS code,
       CAST(credit AS BIGINT) AS amount,
       CAST(epoch_us(trx_date + trx_time) // 1000000 AS BIGINT) AS paid
FROM read_csv('@DATA@/bank.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
              dateformat = '%d/%m/%Y', columns = {'trx_date': 'DATE', 'trx_time': 'TIME', 'branch': 'VARCHAR',
              'reference': 'VARCHAR', 'narrative': 'VARCHAR', 'debit': 'VARCHAR', 'credit': 'DECIMAL(18,2)',
              'balance': 'VARCHAR'})
UNION ALL
SELECT 1, TRY_CAST(code AS BIGINT),
       CAST(replace(net, ',', '') AS BIGINT) + CAST(replace(fee, ',', '') AS BIGINT),
       epoch_us(paid_at) // 1000000 + 25200
FROM read_csv('@DATA@/marketplace.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
              columns = {'order_no': 'VARCHAR', 'buyer': 'VARCHAR', 'code': 'VARCHAR', 'net': 'VARCHAR',
              'fee': 'VARCHAR', 'paid_at': 'TIMESTAMPTZ', 'state': 'VARCHAR'})
UNION ALL
SELECT 2, TRY_CAST(line[21:35] AS BIGINT), CAST(line[36:47] AS BIGINT),
       epoch_us(CAST(line[7:10] || '-' || line[11:12] || '-' || line[13:14] || ' ' || line[15:16] || ':' ||
                     line[17:18] || ':' || line[19:20] AS TIMESTAMP)) // 1000000
FROM read_csv('@DATA@/post.txt', header = false, auto_detect = false, delim = '\x01', quote = '', escape = '',
              columns = {'line': 'VARCHAR'})
UNION ALL
SELECT 3, TRY_CAST(code AS BIGINT), CAST(amount AS BIGINT), epoch_us(CAST(paid_at AS TIMESTAMP)) // 1000000
FROM read_csv('@DATA@/minimarket.psv', header = false, auto_detect = false, delim = '|', quote = '', escape = '',
              columns = {'tag': 'VARCHAR', 'store': 'VARCHAR', 'receipt': 'VARCHAR', 'code': 'VARCHAR',
              'amount': 'VARCHAR', 'paid_at': 'VARCHAR', 'state': 'VARCHAR'})
WHERE tag = 'D';

@DECIDE@
WITH application AS (
  SELECT application_id, code, office, due, epoch_us(submitted_at) // 1000000 + 25200 AS submitted
  FROM read_csv('@DATA@/applications.csv', header = true, auto_detect = false, delim = ',', quote = '"',
                escape = '"', columns = {'application_id': 'VARCHAR', 'office': 'VARCHAR', 'code': 'BIGINT',
                'service': 'VARCHAR', 'due': 'BIGINT', 'submitted_at': 'TIMESTAMPTZ', 'applicant': 'VARCHAR',
                'status': 'VARCHAR'})
), twice AS ( -- codes paid more than once, with the place of the first payment
  SELECT code, min(paid * 4 + channel) AS earliest FROM line WHERE code IS NOT NULL GROUP BY code
  HAVING count(*) > 1
), decided AS (
  SELECT coalesce(a.office, '-') AS office, l.channel, l.code, l.amount, a.application_id,
         CASE WHEN a.code IS NULL THEN 'unknown'
              WHEN t.code IS NOT NULL AND l.paid * 4 + l.channel <> t.earliest THEN 'duplicate'
              WHEN l.amount <> a.due THEN 'amount_mismatch'
              WHEN l.paid < a.submitted OR l.paid > a.submitted + 259200 THEN 'late'
              ELSE 'matched' END AS class
  FROM line l LEFT JOIN application a ON a.code = l.code LEFT JOIN twice t ON t.code = l.code
)
@SUMMARY@
