-- A reconstructed night tells the booking system nothing: what it finds is long past.
INSERT INTO rekon.transition_answer (transition_id, attempt, answer, why)
SELECT id, 1, 'refused', 'reconstructed: not handed over' FROM rekon.transition WHERE run_id = $1
