-- COPY takes no parameters, so the bounds of a snapshot travel as settings of its transaction.
SELECT set_config('rekon.since', $1, true),
       set_config('rekon.before', $2, true),
       -- the rows are sorted on the server
       set_config('work_mem', '256MB', true)
