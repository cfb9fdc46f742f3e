SELECT coalesce(max(turn), 0), count(*) FROM pending
