-- Transitions of nights from $1 on that the booking system has refused for good, unless it confirmed a later
-- one of the same application.
SELECT t.application_id, t.office, r.night, t.to_state, a.why, t.id
FROM rekon.transition_answer a
JOIN rekon.transition t USING (run, application_id)
JOIN rekon.run r USING (run)
WHERE a.answer = 'refused' AND a.why <> 'reconstructed: not handed over' AND r.night >= $1::date
  AND NOT EXISTS (SELECT FROM rekon.transition later
                  JOIN rekon.transition_answer b USING (run, application_id)
                  WHERE later.application_id = t.application_id AND later.run > t.run AND b.answer = 'confirmed')
ORDER BY t.application_id COLLATE "C", r.night, r.number
