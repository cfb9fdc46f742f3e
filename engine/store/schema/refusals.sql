-- Transitions whose last answer is not a confirmation, the newest nights first.
SELECT t.application_id, t.to_state, a.answer, a.why, r.night = (SELECT max(night) FROM rekon.run)
FROM rekon.transition_answer a
JOIN rekon.transition t USING (run, application_id)
JOIN rekon.run r USING (run)
WHERE a.answer <> 'confirmed' AND a.why <> 'reconstructed: not handed over'
  AND NOT EXISTS (SELECT FROM rekon.transition_answer later
                  WHERE later.run = a.run AND later.application_id = a.application_id AND later.attempt > a.attempt)
ORDER BY r.night DESC, r.number DESC, t.application_id
LIMIT 20
