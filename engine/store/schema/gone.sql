-- Which of these applications ($1, an array of ids) the source does not have.
SELECT id
FROM unnest($1::text[]) AS asked (id)
WHERE NOT EXISTS (SELECT FROM rekon_source.application a WHERE a.application_id::text = asked.id)
ORDER BY id COLLATE "C"
