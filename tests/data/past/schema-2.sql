-- The schema of version 2, as that program made it: rekon, then rekon_source. Never changed again.
BEGIN;
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
-- Schema rekon_source: what rekon asks of the booking system. A site with a booking system of its own
-- replaces the view `application` and the function `apply`; whatever is there is never replaced here.
-- The others keep their applications in the table `booking`, filled by `rekon import`.
-- The view's columns and their meaning are those of the CSV of applications: amount_due in rupiah.
SET LOCAL ROLE rekon_owner;

CREATE TABLE IF NOT EXISTS rekon_source.booking (
    application_id text COLLATE "C" PRIMARY KEY,
    office text COLLATE "C" NOT NULL,
    service text COLLATE "C" NOT NULL,
    billing_code text COLLATE "C" CHECK (billing_code ~ '^[0-9]{15}$'),
    amount_due numeric(20, 2),
    submitted_at timestamptz NOT NULL,
    billed_at timestamptz,
    updated_at timestamptz NOT NULL,
    status text COLLATE "C",
    status_at timestamptz,
    source text COLLATE "C",
    channel text COLLATE "C",
    priority text COLLATE "C",
    purpose text COLLATE "C",
    kind text COLLATE "C",
    validity text COLLATE "C",
    sex text COLLATE "C",
    charges text COLLATE "C",
    group_id text COLLATE "C",
    alt_keys text COLLATE "C",
    ntpn text COLLATE "C",
    virtual_account text COLLATE "C",
    application_number text COLLATE "C",
    appointment_on date,
    attended_at timestamptz,
    document_no text COLLATE "C",
    issued_on date,
    collected_on date,
    delivered_on date,
    refused_on date,
    nik_check text COLLATE "C",
    slot text COLLATE "C",
    rescheduled_from date,
    -- what rekon decided about the payment; written by apply() alone, not part of the view
    payment_state text COLLATE "C"
);
-- Columns of later versions, for a table of before.
ALTER TABLE rekon_source.booking
    ADD COLUMN IF NOT EXISTS slot text COLLATE "C",
    ADD COLUMN IF NOT EXISTS rescheduled_from date;
-- Columns that came later.
ALTER TABLE rekon_source.booking ADD COLUMN IF NOT EXISTS ntpn text COLLATE "C",
    ADD COLUMN IF NOT EXISTS virtual_account text COLLATE "C",
    ADD COLUMN IF NOT EXISTS application_number text COLLATE "C";
CREATE INDEX IF NOT EXISTS booking_updated_at ON rekon_source.booking (updated_at);

-- Transitions that apply() has carried out: what makes it idempotent.
CREATE TABLE IF NOT EXISTS rekon_source.applied (
    id text COLLATE "C" PRIMARY KEY,
    application_id text COLLATE "C" NOT NULL,
    from_state text COLLATE "C" NOT NULL,
    to_state text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL
);

DO $missing$
BEGIN
    IF to_regclass('rekon_source.application') IS NULL THEN
        CREATE VIEW rekon_source.application AS
        SELECT application_id, office, service, billing_code, amount_due, submitted_at, billed_at,
               updated_at, status, status_at, source, channel, priority, purpose, kind, validity, sex,
               charges, group_id, alt_keys, ntpn, virtual_account, application_number, appointment_on,
               attended_at, document_no, issued_on, collected_on, delivered_on, refused_on, nik_check, slot, rescheduled_from
        FROM rekon_source.booking;
    END IF;

    IF to_regprocedure('rekon_source.apply(text, text, text, text, text)') IS NULL THEN
        -- Locks the application, looks again, answers 'confirmed' or 'refused: why'. It does not touch
        -- updated_at: rekon knows what it decided and need not see the application again for it.
        CREATE FUNCTION rekon_source.apply(
            id text, application_id text, from_state text, to_state text, reason text)
        RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
        DECLARE
            booking rekon_source.booking%ROWTYPE;
        BEGIN
            SELECT b.* INTO booking FROM rekon_source.booking b
            WHERE b.application_id = apply.application_id FOR UPDATE;
            IF NOT FOUND THEN
                RETURN 'refused: no such application';
            END IF;
            IF EXISTS (SELECT FROM rekon_source.applied a WHERE a.id = apply.id) THEN
                RETURN 'confirmed';
            END IF;
            IF booking.status = 'cancelled' AND to_state <> 'cancelled' THEN
                RETURN 'refused: the booking is cancelled';
            END IF;
            IF to_state = 'expired' AND (booking.attended_at IS NOT NULL OR booking.issued_on IS NOT NULL
                    OR booking.status IN ('attended', 'issued', 'collected', 'delivered')) THEN
                RETURN 'refused: the applicant has attended';
            END IF;
            UPDATE rekon_source.booking b SET payment_state = apply.to_state
            WHERE b.application_id = apply.application_id;
            INSERT INTO rekon_source.applied VALUES (id, application_id, from_state, to_state, reason);
            RETURN 'confirmed';
        END
        $body$;
        REVOKE ALL ON FUNCTION rekon_source.apply(text, text, text, text, text) FROM PUBLIC;
    END IF;
END
$missing$;

-- The importing role may write what comes from outside, not what apply() decided.
REVOKE ALL ON rekon_source.booking, rekon_source.applied FROM PUBLIC, rekon_night, rekon_reader;
GRANT USAGE ON SCHEMA rekon_source TO rekon_night, rekon_reader;
GRANT SELECT ON rekon_source.booking, rekon_source.applied TO rekon_night, rekon_reader;
GRANT INSERT (application_id, office, service, billing_code, amount_due, submitted_at, billed_at,
              updated_at, status, status_at, source, channel, priority, purpose, kind, validity, sex,
              charges, group_id, alt_keys, ntpn, virtual_account, application_number, appointment_on,
              attended_at, document_no, issued_on, collected_on, delivered_on, refused_on, nik_check, slot, rescheduled_from),
      UPDATE (application_id, office, service, billing_code, amount_due, submitted_at, billed_at,
              updated_at, status, status_at, source, channel, priority, purpose, kind, validity, sex,
              charges, group_id, alt_keys, ntpn, virtual_account, application_number, appointment_on,
              attended_at, document_no, issued_on, collected_on, delivered_on, refused_on, nik_check, slot, rescheduled_from)
    ON rekon_source.booking TO rekon_night;
RESET ROLE;

-- As the caller: a view or function that a site put there may have another owner.
DO $grants$
BEGIN
    IF NOT has_table_privilege('rekon_night', 'rekon_source.application', 'SELECT') THEN
        GRANT SELECT ON rekon_source.application TO rekon_night;
    END IF;
    IF NOT has_function_privilege('rekon_night', 'rekon_source.apply(text, text, text, text, text)', 'EXECUTE') THEN
        GRANT EXECUTE ON FUNCTION rekon_source.apply(text, text, text, text, text) TO rekon_night;
    END IF;
END
$grants$;
COMMIT;
