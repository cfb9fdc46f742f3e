-- One set: the transitions whose turn it is, some thousands in each question to the site. The order of rows makes
-- lock order the same every time.
WITH ready AS MATERIALIZED (
    SELECT p.*, (row_number() OVER (ORDER BY p.application_id) - 1) / 16000 AS portion
    FROM pending p
    WHERE p.turn = $1::bigint
      AND NOT EXISTS (
          SELECT FROM pending e
          WHERE e.application_id = p.application_id AND e.turn < p.turn
            AND NOT EXISTS (
                SELECT FROM rekon.transition_answer x
                WHERE x.run = e.run AND x.application_id = e.application_id AND x.answer <> 'failed'))
), portions AS MATERIALIZED (
    SELECT portion, array_agg(run ORDER BY application_id) AS runs,
           array_agg(application_id ORDER BY application_id) AS application_ids,
           array_agg(attempts ORDER BY application_id) AS attempts,
           array_agg(id ORDER BY application_id) AS ids,
           array_agg(from_state ORDER BY application_id) AS from_states,
           array_agg(to_state ORDER BY application_id) AS to_states,
           array_agg(reason ORDER BY application_id) AS reasons
    FROM ready
    GROUP BY portion
    ORDER BY portion
), asked AS MATERIALIZED (
    SELECT runs, application_ids, attempts,
           rekon.try_apply_all(ids, application_ids, from_states, to_states, reasons) AS said
    FROM portions
), stored AS (
    INSERT INTO rekon.transition_answer (run, application_id, attempt, answer, why)
    SELECT a.run, a.application_id, a.attempts + 1, split_part(a.said, ':', 1),
           CASE WHEN strpos(a.said, ':') > 0 THEN ltrim(substr(a.said, strpos(a.said, ':') + 1)) ELSE '' END
    FROM asked, unnest(asked.runs, asked.application_ids, asked.attempts, asked.said)
                AS a (run, application_id, attempts, said)
    RETURNING answer
)
SELECT count(*) FILTER (WHERE answer = 'confirmed'),
       count(*) FILTER (WHERE answer = 'refused'),
       count(*) FILTER (WHERE answer = 'failed')
FROM stored
