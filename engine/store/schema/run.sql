INSERT INTO rekon.run (run_id, night, number, previous, manifest, program)
VALUES ($1, DATE '1970-01-01' + $2::integer, $3::integer, $4, $5, $6)
