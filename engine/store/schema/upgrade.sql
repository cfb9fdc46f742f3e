-- What an older version of the schema holds, brought into the shape of this one. Runs before history.sql, which makes
-- what is missing; does nothing where there is nothing, or nothing old.
SET LOCAL ROLE rekon_owner;

-- Version 3: rows name their run by its place in the chain, transitions are known by application and run.
DO $upgrade$
DECLARE
    name text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('rekon.transition_answer')
                                              AND attname = 'transition_id' AND NOT attisdropped) THEN
        RETURN;
    END IF;
    ALTER TABLE rekon.run ADD COLUMN run integer UNIQUE CHECK (run > 0);
    UPDATE rekon.run r SET run = n.place
    FROM (SELECT run_id, row_number() OVER (ORDER BY night, number) AS place FROM rekon.run) n
    WHERE n.run_id = r.run_id;
    ALTER TABLE rekon.run ALTER COLUMN run SET NOT NULL;

    ALTER TABLE rekon.transition_answer RENAME TO transition_answer_2;
    ALTER TABLE rekon.transition_answer_2 DROP CONSTRAINT transition_answer_pkey;
    CREATE TABLE rekon.transition_answer AS
    SELECT r.run, t.application_id, a.attempt, a.answer, a.why
    FROM rekon.transition_answer_2 a
    JOIN rekon.transition t ON t.id = a.transition_id
    JOIN rekon.run r ON r.run_id = t.run_id
    ORDER BY r.run, t.application_id, a.attempt;
    DROP TABLE rekon.transition_answer_2;
    ALTER TABLE rekon.transition_answer
        ALTER COLUMN run SET NOT NULL, ALTER COLUMN application_id SET NOT NULL,
        ALTER COLUMN attempt SET NOT NULL, ALTER COLUMN answer SET NOT NULL, ALTER COLUMN why SET NOT NULL,
        ADD CHECK (attempt > 0), ADD CHECK (answer IN ('confirmed', 'refused', 'failed')),
        ADD PRIMARY KEY (run, application_id, attempt);

    CREATE FUNCTION pg_temp.run_of(wanted text) RETURNS integer LANGUAGE sql STABLE AS
        'SELECT run FROM rekon.run WHERE run_id = wanted';
    FOREACH name IN ARRAY ARRAY['outcome', 'allocation', 'transition', 'file', 'case_event', 'decision', 'notice'] LOOP
        IF to_regclass('rekon.' || name) IS NOT NULL THEN
            EXECUTE format('ALTER TABLE rekon.%I ALTER COLUMN run_id TYPE integer USING pg_temp.run_of(run_id)', name);
            EXECUTE format('ALTER TABLE rekon.%I RENAME COLUMN run_id TO run', name);
        END IF;
    END LOOP;
    DROP INDEX rekon.transition_application;
    ALTER TABLE rekon.transition DROP CONSTRAINT transition_pkey, ADD PRIMARY KEY (application_id, run);
    IF to_regclass('rekon.notice') IS NOT NULL THEN
        DROP INDEX rekon.notice_run, rekon.notice_application;
        ALTER TABLE rekon.notice DROP CONSTRAINT notice_pkey, ADD PRIMARY KEY (application_id, run, id);
    END IF;
END
$upgrade$;
RESET ROLE;
