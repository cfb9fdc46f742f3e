// node polars.js DATA OUT: the shared job in Polars. Times: microseconds of the local clock.
'use strict';
const pl = require('nodejs-polars');
const [data, out] = process.argv.slice(2);
const { col, lit } = pl;
const columns = text => Object.fromEntries(text.split(' ').map(word => word.split(':'))
  .map(([name, type]) => [name, type === 'n' ? pl.Int64 : pl.Utf8]));
const moment = (text, format) => text.str.strptime(pl.Datetime('ms'), format).cast(pl.Int64);
const line = (channel, code, amount, paid) =>
  [lit(channel).cast(pl.Int64).as('channel'), code.cast(pl.Int64, false).as('code'), amount.as('amount'), paid.as('paid')];

const bank = pl.scanCSV(`${data}/bank.csv`,
  { schema: columns('day clock branch reference narrative debit credit balance') })
  .select(...line(0, col('narrative').str.extract('(?:^|\\D)(8\\d{14})(?:\\D|$)', 1),
    col('credit').cast(pl.Float64).cast(pl.Int64),
    moment(pl.concatString([col('day'), col('clock')], ' '), '%d/%m/%Y %H:%M:%S')));
const marketplace = pl.scanCSV(`${data}/marketplace.csv`, { schema: columns('order buyer code net fee paid_at state') })
  .select(...line(1, col('code'),
    col('net').str.replaceAll(',', '', true).cast(pl.Int64).plus(col('fee').str.replaceAll(',', '', true).cast(pl.Int64)),
    moment(col('paid_at').str.slice(0, 19), '%Y-%m-%dT%H:%M:%S')));
const post = pl.scanCSV(`${data}/post.txt`,
  { hasHeader: false, sep: '\x01', quoteChar: '\x02', schema: columns('line') })
  .select(...line(2, col('line').str.slice(20, 15), col('line').str.slice(35, 12).cast(pl.Int64),
    moment(col('line').str.slice(6, 14), '%Y%m%d%H%M%S')));
const minimarket = pl.scanCSV(`${data}/minimarket.psv`,
  { hasHeader: false, sep: '|', quoteChar: '\x02', schema: columns('tag store receipt code amount paid_at state') })
  .filter(col('tag').eq(lit('D')))
  .select(...line(3, col('code'), col('amount').cast(pl.Int64), moment(col('paid_at'), '%Y-%m-%d %H:%M:%S')));
const applications = pl.scanCSV(`${data}/applications.csv`,
  { schema: columns('id office code:n service due:n submitted_at applicant status') })
  .select(col('code'), col('office'), col('due'),
    moment(col('submitted_at').str.slice(0, 19), '%Y-%m-%dT%H:%M:%S').as('submitted'));

(async () => {
  const engine = 'streaming';
  const lines = (await pl.concat([bank, marketplace, post, minimarket])
    .withColumn(col('paid').mul(4).plus(col('channel')).cast(pl.Int64).as('place')).collectSync({ engine })).lazy();
  const twice = lines.filter(col('code').isNotNull()).groupBy(['code'], false)
    .agg(pl.len().as('count'), col('place').min().as('earliest')).filter(col('count').gt(1)).select('code', 'earliest');
  const decided = lines.join(applications, { on: 'code', how: 'left' }).join(twice, { on: 'code', how: 'left' })
    .select(col('office').fillNull(lit('-')).as('office'), col('channel'), col('amount'),
      pl.when(col('due').isNull()).then(lit('unknown'))
        .when(col('earliest').isNotNull().and(col('place').neq(col('earliest')))).then(lit('duplicate'))
        .when(col('amount').neq(col('due'))).then(lit('amount_mismatch'))
        .when(col('paid').lt(col('submitted')).or(col('paid').gt(col('submitted').plus(259200000000).cast(pl.Int64))))
        .then(lit('late')).otherwise(lit('matched')).as('class'));
  const channel = pl.when(col('channel').eq(0)).then(lit('bank')).when(col('channel').eq(1)).then(lit('marketplace'))
    .when(col('channel').eq(2)).then(lit('post')).otherwise(lit('minimarket'));
  const summary = decided.groupBy(['office', 'channel', 'class'], false)
    .agg(pl.len().as('lines'), col('amount').sum().as('amount'))
    .select(col('office'), channel.as('channel'), col('class'), col('lines'), col('amount')).collectSync({ engine });
  summary.sort(['office', 'channel', 'class']).writeCSV(out);
})().catch(error => { console.error(error.message); process.exit(1); });
