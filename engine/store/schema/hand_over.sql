-- One set: the transitions whose turn it is. The order of rows makes lock order the same every time.
WITH ready AS MATERIALIZED (
    SELECT p.*
    FROM pending p
    WHERE p.turn = $1::bigint
      AND NOT EXISTS (
          SELECT FROM pending e
          WHERE e.application_id = p.application_id AND e.turn < p.turn
            AND NOT EXISTS (
                SELECT FROM rekon.transition_answer x
                WHERE x.transition_id = e.id AND x.answer <> 'failed'))
    ORDER BY p.application_id
), asked AS MATERIALIZED (
    SELECT id, attempts, rekon.try_apply(id, application_id, from_state, to_state, reason) AS said
    FROM ready
), stored AS (
    INSERT INTO rekon.transition_answer (transition_id, attempt, answer, why)
    SELECT id, attempts + 1, split_part(said, ':', 1),
           CASE WHEN strpos(said, ':') > 0 THEN ltrim(substr(said, strpos(said, ':') + 1)) ELSE '' END
    FROM asked
    RETURNING answer
)
SELECT count(*) FILTER (WHERE answer = 'confirmed'),
       count(*) FILTER (WHERE answer = 'refused'),
       count(*) FILTER (WHERE answer = 'failed')
FROM stored
