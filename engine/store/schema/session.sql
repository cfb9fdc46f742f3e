-- What a session is, whatever the environment, the role or the server says.
SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false),
       pg_catalog.set_config('TimeZone', 'UTC', false),
       pg_catalog.set_config('DateStyle', 'ISO, YMD', false),
       pg_catalog.set_config('IntervalStyle', 'postgres', false),
       pg_catalog.set_config('bytea_output', 'hex', false),
       pg_catalog.set_config('extra_float_digits', '1', false),
       pg_catalog.set_config('standard_conforming_strings', 'on', false),
       pg_catalog.set_config('default_transaction_isolation', 'read committed', false),
       pg_catalog.set_config('default_transaction_read_only', 'off', false),
       pg_catalog.set_config('row_security', 'on', false),
       pg_catalog.set_config('statement_timeout', '0', false),
       pg_catalog.set_config('lock_timeout', '0', false),
       pg_catalog.set_config('idle_in_transaction_session_timeout', '0', false),
       -- plain statements over plain tables: compiling them costs more than it saves
       pg_catalog.set_config('jit', 'off', false),
       -- a commit that is reported must have reached the disk
       pg_catalog.set_config('synchronous_commit',
                             CASE pg_catalog.current_setting('synchronous_commit')
                                 WHEN 'off' THEN 'on'
                                 WHEN 'local' THEN 'on'
                                 ELSE pg_catalog.current_setting('synchronous_commit')
                             END, false)
