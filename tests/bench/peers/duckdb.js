// node duckdb.js FILE.sql: runs its statements in DuckDB's node module, in memory.
'use strict';
const fs = require('fs');
const { DuckDBInstance } = require('@duckdb/node-api');
(async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const text = fs.readFileSync(process.argv[2], 'utf8').replace(/--.*$/gm, '');
  for (const statement of text.split(';'))
    if (statement.trim()) await connection.run(statement);
  connection.closeSync();
})().catch(error => { console.error(error.message); process.exit(1); });
