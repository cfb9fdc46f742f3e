-- Transitions without a final answer, in the order in which they were decided. `turn` counts within an
-- application: a later transition is handed over only after the earlier one has its final answer.
CREATE TEMPORARY TABLE pending ON COMMIT DROP AS
SELECT t.id, t.application_id, t.from_state, t.to_state, t.reason,
       coalesce(a.attempts, 0)::integer AS attempts,
       row_number() OVER (PARTITION BY t.application_id ORDER BY r.night, r.number, t.id) AS turn
FROM rekon.transition t
JOIN rekon.run r ON r.run_id = t.run_id
LEFT JOIN (
    SELECT transition_id, max(attempt) AS attempts, bool_or(answer <> 'failed') AS final
    FROM rekon.transition_answer
    GROUP BY transition_id
) a ON a.transition_id = t.id
WHERE a.final IS NOT TRUE
