"""duckdb_sql: duckdb.sql with its places filled; `decisions`: every decision is written too."""

import os
from pathlib import Path

SUMMARY = """SELECT office, ['bank', 'marketplace', 'post', 'minimarket'][channel + 1] AS channel, class,
       count(*) AS lines, sum(amount)::BIGINT AS amount
FROM decided GROUP BY office, decided.channel, class ORDER BY 1, 2, 3"""


def text(data, out, decisions):
    sql = (Path(__file__).parent / "duckdb.sql").read_text(encoding="utf-8")
    copied = f") TO '{out}' (HEADER, DELIMITER ',');"
    if decisions:
        sql = sql.replace("@DECIDE@", "CREATE TEMP TABLE decided AS").replace("@SUMMARY@", "SELECT * FROM decided;")
        sql += (f"COPY (\n{SUMMARY}\n{copied}\n"
                f"COPY (SELECT channel, code, application_id, amount, class FROM decided) TO '{out}.decisions' (HEADER);\n")
    else:
        sql = sql.replace("@DECIDE@", "COPY (").replace("@SUMMARY@", f"{SUMMARY}\n{copied}")
    return sql.replace("@DATA@", str(data)).replace("@THREADS@", str(len(os.sched_getaffinity(0))))

