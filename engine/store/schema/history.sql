-- Schema rekon: the history of all nights. Append-only: nobody is granted UPDATE, DELETE or TRUNCATE.
-- Columns of the copied tables are run_id and the columns of model/history.h, by name. No sequence and
-- no now(): the same nights give the same rows. Money is in minor units (sen). Empty text is '', an
-- empty day, moment, amount or code is NULL.
SET LOCAL ROLE rekon_owner;

CREATE TABLE IF NOT EXISTS rekon.schema_version (
    version integer PRIMARY KEY
);
INSERT INTO rekon.schema_version VALUES (1), (2) ON CONFLICT DO NOTHING;

-- A chain: each run names the one before it, the first names ''; a second successor is refused.
CREATE TABLE IF NOT EXISTS rekon.run (
    run_id text COLLATE "C" PRIMARY KEY CHECK (run_id ~ '^[0-9a-f]{64}$'),
    night date NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    previous text COLLATE "C" NOT NULL UNIQUE,
    manifest text COLLATE "C" NOT NULL CHECK (manifest ~ '^[0-9a-f]{64}$'),
    program text COLLATE "C" NOT NULL,
    UNIQUE (night, number)
);

-- No foreign keys to run: a night copies up to millions of rows, all in the transaction of their run,
-- and nothing is ever deleted.
CREATE TABLE IF NOT EXISTS rekon.outcome (
    run_id text COLLATE "C" NOT NULL,
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
    PRIMARY KEY (entry, run_id)
);

CREATE TABLE IF NOT EXISTS rekon.allocation (
    run_id text COLLATE "C" NOT NULL,
    entry text COLLATE "C" NOT NULL,
    application_id text COLLATE "C" NOT NULL,
    amount bigint,
    role text COLLATE "C" NOT NULL
);
CREATE INDEX IF NOT EXISTS allocation_application ON rekon.allocation (application_id);

-- The outbox. Systems elsewhere poll it.
CREATE TABLE IF NOT EXISTS rekon.transition (
    run_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" PRIMARY KEY,
    application_id text COLLATE "C" NOT NULL,
    office text COLLATE "C" NOT NULL,
    from_state text COLLATE "C" NOT NULL,
    to_state text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    deadline timestamptz,
    evidence text COLLATE "C" NOT NULL
);
CREATE INDEX IF NOT EXISTS transition_application ON rekon.transition (application_id);

-- What the site's function said, one row an attempt; confirmed and refused are final.
CREATE TABLE IF NOT EXISTS rekon.transition_answer (
    transition_id text COLLATE "C" NOT NULL,
    attempt integer NOT NULL CHECK (attempt > 0),
    answer text COLLATE "C" NOT NULL CHECK (answer IN ('confirmed', 'refused', 'failed')),
    why text COLLATE "C" NOT NULL,
    PRIMARY KEY (transition_id, attempt)
);

CREATE TABLE IF NOT EXISTS rekon.file (
    run_id text COLLATE "C" NOT NULL,
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
    run_id text COLLATE "C" NOT NULL,
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
    run_id text COLLATE "C" NOT NULL,
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
    run_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    application_id text COLLATE "C" NOT NULL,
    office text COLLATE "C" NOT NULL,
    billing_code text COLLATE "C",
    amount_due bigint,
    amount_paid bigint,
    deadline timestamptz,
    entry text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL
);
CREATE INDEX IF NOT EXISTS notice_run ON rekon.notice (run_id);
CREATE INDEX IF NOT EXISTS notice_application ON rekon.notice (application_id);

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

REVOKE ALL ON ALL TABLES IN SCHEMA rekon FROM PUBLIC, rekon_night, rekon_reader;
REVOKE ALL ON FUNCTION rekon.try_apply(text, text, text, text, text) FROM PUBLIC, rekon_reader;
GRANT USAGE ON SCHEMA rekon TO rekon_night, rekon_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA rekon TO rekon_night, rekon_reader;
GRANT INSERT ON rekon.run, rekon.outcome, rekon.allocation, rekon.transition, rekon.transition_answer,
    rekon.file, rekon.case_event, rekon.decision, rekon.notice TO rekon_night;
GRANT EXECUTE ON FUNCTION rekon.try_apply(text, text, text, text, text) TO rekon_night;
RESET ROLE;
