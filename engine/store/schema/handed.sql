-- Nothing waits: the next hand-over begins behind the last run.
INSERT INTO rekon.handed
SELECT max(run) FROM rekon.run
HAVING max(run) > (SELECT coalesce(max(run), 0) FROM rekon.handed)
