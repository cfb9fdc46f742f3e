SELECT run_id, manifest, night - DATE '1970-01-01', number
FROM rekon.run
ORDER BY night DESC, number DESC
LIMIT 1
