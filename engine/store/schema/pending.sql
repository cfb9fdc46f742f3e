-- Transitions without a final answer, in the order in which they were decided. `turn` counts within an
-- application: a later transition is handed over only after the earlier one has its final answer.
CREATE TEMPORARY TABLE pending ON COMMIT DROP AS
WITH done AS (
    SELECT coalesce(max(run), 0) AS run FROM rekon.handed
)
SELECT t.run, t.application_id, t.id, t.from_state, t.to_state, t.reason,
       coalesce(a.attempts, 0)::integer AS attempts,
       row_number() OVER (PARTITION BY t.application_id ORDER BY t.run) AS turn
FROM rekon.transition t
LEFT JOIN (
    SELECT run, application_id, max(attempt) AS attempts, bool_or(answer <> 'failed') AS final
    FROM rekon.transition_answer
    WHERE run > (SELECT run FROM done)
    GROUP BY run, application_id
) a USING (run, application_id)
WHERE t.run > (SELECT run FROM done) AND a.final IS NOT TRUE
