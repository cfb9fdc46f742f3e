-- A reconstructed night tells the booking system nothing: what it finds is long past.
INSERT INTO rekon.transition_answer (run, application_id, attempt, answer, why)
SELECT run, application_id, 1, 'refused', 'reconstructed: not handed over'
FROM rekon.transition
WHERE run = $1::integer
ORDER BY application_id
