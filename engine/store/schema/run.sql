-- The last in the chain; who inserts holds the lock, and a second successor of a run is refused.
INSERT INTO rekon.run (run_id, night, number, previous, manifest, program, run)
SELECT $1, DATE '1970-01-01' + $2::integer, $3::integer, $4, $5, $6, coalesce(max(run), 0) + 1 FROM rekon.run
RETURNING run
