-- Schema rekon: the history of all nights. Append-only: nobody is granted UPDATE, DELETE or TRUNCATE.
-- Columns of the copied tables are `run` (the place of the run in the chain, from 1) and the columns of
-- model/history.h, by name. No sequence and no now(): the same nights give the same rows. Money is in minor
-- units (sen). Empty text is '', an empty day, moment, amount or code is NULL.
-- A night's rows arrive sorted by what their table is sought by, so that an index grows at one place after
-- the other. BRIN: rows lie in the order of their runs.
SET LOCAL ROLE rekon_owner;

CREATE TABLE IF NOT EXISTS rekon.schema_version (
    version integer PRIMARY KEY
);
INSERT INTO rekon.schema_version VALUES (1), (2), (3) ON CONFLICT DO NOTHING;

-- A chain: each run names the one before it, the first names ''; a second successor is refused.
CREATE TABLE IF NOT EXISTS rekon.run (
    run_id text COLLATE "C" PRIMARY KEY CHECK (run_id ~ '^[0-9a-f]{64}$'),
    night date NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    previous text COLLATE "C" NOT NULL UNIQUE,
    manifest text COLLATE "C" NOT NULL CHECK (manifest ~ '^[0-9a-f]{64}$'),
    program text COLLATE "C" NOT NULL,
    run integer NOT NULL UNIQUE CHECK (run > 0),
    UNIQUE (night, number)
);

-- No foreign keys to run: a night copies up to millions of rows, all in the transaction of their run,
-- and nothing is ever deleted.
CREATE TABLE IF NOT EXISTS rekon.outcome (
    run integer NOT NULL,
    entry text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL,
    office text COLLATE "C" NOT NULL,
    booked_on date,
    paid_from timestamptz,
    paid_until timestamptz,
    amount bigint,
    currency text COLLATE "C" NOT NULL,
    billing_code text COLLATE "C",
    outcome text COLLATE "C" NOT NULL,
    rule text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    application_id text COLLATE "C" NOT NULL,
    before text COLLATE "C" NOT NULL,
    cause text COLLATE "C" NOT NULL,
    PRIMARY KEY (entry, run)
);

CREATE TABLE IF NOT EXISTS rekon.allocation (
    run integer NOT NULL,
    entry text COLLATE "C" NOT NULL,
    application_id text COLLATE "C" NOT NULL,
    amount bigint,
    role text COLLATE "C" NOT NULL
);
CREATE INDEX IF NOT EXISTS allocation_application ON rekon.allocation (application_id);

-- The outbox. Systems elsewhere poll it: by run, as the column says which are new. `id` is what the site's
-- function knows a transition by.
CREATE TABLE IF NOT EXISTS rekon.transition (
    run integer NOT NULL,
    id text COLLATE "C" NOT NULL,
    application_id text COLLATE "C" NOT NULL,
    office text COLLATE "C" NOT NULL,
    from_state text COLLATE "C" NOT NULL,
    to_state text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    deadline timestamptz,
    evidence text COLLATE "C" NOT NULL,
    PRIMARY KEY (application_id, run)
);
CREATE INDEX IF NOT EXISTS transition_run ON rekon.transition USING brin (run);

-- What the site's function said, one row an attempt; confirmed and refused are final.
CREATE TABLE IF NOT EXISTS rekon.transition_answer (
    run integer NOT NULL,
    application_id text COLLATE "C" NOT NULL,
    attempt integer NOT NULL CHECK (attempt > 0),
    answer text COLLATE "C" NOT NULL CHECK (answer IN ('confirmed', 'refused', 'failed')),
    why text COLLATE "C" NOT NULL,
    PRIMARY KEY (run, application_id, attempt)
);
CREATE INDEX IF NOT EXISTS transition_answer_open ON rekon.transition_answer (run, application_id)
    WHERE answer <> 'confirmed';

-- A run up to which every transition has its final answer: none of them is looked at again.
CREATE TABLE IF NOT EXISTS rekon.handed (
    run integer PRIMARY KEY
);

CREATE TABLE IF NOT EXISTS rekon.file (
    run integer NOT NULL,
    digest text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    fate text COLLATE "C" NOT NULL,
    covers_from date,
    covers_until date,
    entries integer NOT NULL CHECK (entries >= 0),
    rejects integer NOT NULL CHECK (rejects >= 0),
    amount bigint,
    why text COLLATE "C" NOT NULL
);
CREATE INDEX IF NOT EXISTS file_digest ON rekon.file (digest);

CREATE TABLE IF NOT EXISTS rekon.case_event (
    run integer NOT NULL,
    case_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    office text COLLATE "C" NOT NULL,
    entry text COLLATE "C" NOT NULL,
    application_id text COLLATE "C" NOT NULL,
    amount bigint,
    decision_id text COLLATE "C" NOT NULL
);
CREATE INDEX IF NOT EXISTS case_event_case ON rekon.case_event (case_id);

CREATE TABLE IF NOT EXISTS rekon.decision (
    run integer NOT NULL,
    decision_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    object text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    made_by text COLLATE "C" NOT NULL,
    checked_by text COLLATE "C" NOT NULL,
    made_at timestamptz,
    effect text COLLATE "C" NOT NULL,
    why text COLLATE "C" NOT NULL
);
CREATE INDEX IF NOT EXISTS decision_id ON rekon.decision (decision_id);

-- What the booking system tells applicants; it polls the table, or reads the file of each night.
CREATE TABLE IF NOT EXISTS rekon.notice (
    run integer NOT NULL,
    id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    application_id text COLLATE "C" NOT NULL,
    office text COLLATE "C" NOT NULL,
    billing_code text COLLATE "C",
    amount_due bigint,
    amount_paid bigint,
    deadline timestamptz,
    entry text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL,
    PRIMARY KEY (application_id, run, id)
);
CREATE INDEX IF NOT EXISTS notice_run ON rekon.notice USING brin (run);

-- Asks the site's function and turns whatever happens into an answer: an error undoes what that one
-- call did and nothing else. An answer that is neither confirmed nor refused is an error too.
CREATE OR REPLACE FUNCTION rekon.try_apply(
    id text, application_id text, from_state text, to_state text, reason text)
RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    answer text;
BEGIN
    answer := rekon_source.apply(id, application_id, from_state, to_state, reason);
    IF answer IS NULL OR answer !~ '^(confirmed$|refused(:|$))' THEN
        RAISE EXCEPTION 'the site''s function answered %', coalesce(quote_literal(left(answer, 200)), 'nothing');
    END IF;
    RETURN left(answer, 1000);
EXCEPTION WHEN OTHERS THEN
    RETURN left('failed: ' || SQLERRM, 1000);
END
$body$;

-- The answers to many transitions of as many applications, in their order. Where the site's `apply` is the one that
-- asks `apply_all`, that is asked, once; should it fail, each transition is asked for alone, which tells whose fault
-- it was.
CREATE OR REPLACE FUNCTION rekon.try_apply_all(
    ids text[], application_ids text[], from_states text[], to_states text[], reasons text[])
RETURNS text[] LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    answers text[];
BEGIN
    IF EXISTS (SELECT FROM pg_proc
               WHERE oid = to_regprocedure('rekon_source.apply(text, text, text, text, text)')
                 AND prosrc LIKE '%rekon\_source.apply\_all(%') THEN
        BEGIN
            answers := rekon_source.apply_all(ids, application_ids, from_states, to_states, reasons);
            IF cardinality(answers) = cardinality(ids) AND NOT EXISTS (
                    SELECT FROM unnest(answers) AS a (answer)
                    WHERE answer IS NULL OR answer !~ '^(confirmed$|refused(:|$))') THEN
                RETURN ARRAY(SELECT left(answer, 1000)
                             FROM unnest(answers) WITH ORDINALITY AS a (answer, place) ORDER BY place);
            END IF;
            RAISE EXCEPTION 'not an answer to each';
        EXCEPTION WHEN OTHERS THEN
            NULL;
        END;
    END IF;
    RETURN ARRAY(SELECT rekon.try_apply(id, application_id, from_state, to_state, reason)
                 FROM unnest(ids, application_ids, from_states, to_states, reasons)
                      AS a (id, application_id, from_state, to_state, reason));
END
$body$;

REVOKE ALL ON ALL TABLES IN SCHEMA rekon FROM PUBLIC, rekon_night, rekon_reader;
REVOKE ALL ON FUNCTION rekon.try_apply(text, text, text, text, text),
    rekon.try_apply_all(text[], text[], text[], text[], text[]) FROM PUBLIC, rekon_reader;
GRANT USAGE ON SCHEMA rekon TO rekon_night, rekon_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA rekon TO rekon_night, rekon_reader;
GRANT INSERT ON rekon.run, rekon.outcome, rekon.allocation, rekon.transition, rekon.transition_answer,
    rekon.handed, rekon.file, rekon.case_event, rekon.decision, rekon.notice TO rekon_night;
GRANT EXECUTE ON FUNCTION rekon.try_apply(text, text, text, text, text),
    rekon.try_apply_all(text[], text[], text[], text[], text[]) TO rekon_night;
RESET ROLE;
