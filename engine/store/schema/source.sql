-- Schema rekon_source: what rekon asks of the booking system. A site with a booking system of its own
-- replaces the view `application` and the function `apply` (asked for each transition), or `apply_all` (asked for
-- thousands at a time, as long as `apply` still hands to it); what a site put there is never replaced here.
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

    IF to_regprocedure('rekon_source.apply_all(text[], text[], text[], text[], text[])') IS NULL THEN
        -- Locks the applications (no two of the same), looks again, answers each in its place: 'confirmed' or
        -- 'refused: why'. It does not touch updated_at: rekon knows what it decided and need not see the
        -- application again for it.
        CREATE FUNCTION rekon_source.apply_all(
            ids text[], application_ids text[], from_states text[], to_states text[], reasons text[])
        RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
        DECLARE
            answers text[];
        BEGIN
            PERFORM FROM rekon_source.booking b WHERE b.application_id = ANY (application_ids)
            ORDER BY b.application_id FOR UPDATE;
            -- a statement of its own: it sees what was locked as it is now
            WITH asked AS MATERIALIZED (
                SELECT a.*,
                       CASE WHEN b.application_id IS NULL THEN 'refused: no such application'
                            WHEN d.id IS NOT NULL THEN 'confirmed'
                            WHEN b.status = 'cancelled' AND a.to_state <> 'cancelled'
                                THEN 'refused: the booking is cancelled'
                            WHEN a.to_state = 'expired' AND (b.attended_at IS NOT NULL OR b.issued_on IS NOT NULL
                                    OR b.status IN ('attended', 'issued', 'collected', 'delivered'))
                                THEN 'refused: the applicant has attended'
                            ELSE 'confirmed' END AS answer,
                       d.id IS NULL AS fresh
                FROM unnest(ids, application_ids, from_states, to_states, reasons) WITH ORDINALITY
                     AS a (id, application_id, from_state, to_state, reason, place)
                LEFT JOIN rekon_source.booking b ON b.application_id = a.application_id
                LEFT JOIN rekon_source.applied d ON d.id = a.id
            ), kept AS (
                INSERT INTO rekon_source.applied
                SELECT id, application_id, from_state, to_state, reason FROM asked
                WHERE fresh AND answer = 'confirmed' ORDER BY id
            ), written AS (
                UPDATE rekon_source.booking b SET payment_state = a.to_state FROM asked a
                WHERE a.fresh AND a.answer = 'confirmed' AND b.application_id = a.application_id
            )
            SELECT array_agg(answer ORDER BY place) INTO answers FROM asked;
            RETURN answers;
        END
        $body$;
        REVOKE ALL ON FUNCTION rekon_source.apply_all(text[], text[], text[], text[], text[]) FROM PUBLIC;
    END IF;
    -- What earlier versions shipped is replaced too; what a site wrote is not.
    IF to_regprocedure('rekon_source.apply(text, text, text, text, text)') IS NULL
       OR EXISTS (SELECT FROM pg_proc WHERE oid = to_regprocedure('rekon_source.apply(text, text, text, text, text)')
                                        AND md5(prosrc) = 'e4f73b58a58b9f6c9d92a5939f64ec4e') THEN
        -- One at a time, by the same rules. rekon asks apply_all for as long as this function does.
        CREATE OR REPLACE FUNCTION rekon_source.apply(
            id text, application_id text, from_state text, to_state text, reason text)
        RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
            SELECT (rekon_source.apply_all(ARRAY[id], ARRAY[application_id], ARRAY[from_state], ARRAY[to_state],
                                           ARRAY[reason]))[1]
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
    IF NOT has_function_privilege('rekon_night',
                                  'rekon_source.apply_all(text[], text[], text[], text[], text[])', 'EXECUTE') THEN
        GRANT EXECUTE ON FUNCTION rekon_source.apply_all(text[], text[], text[], text[], text[]) TO rekon_night;
    END IF;
END
$grants$;
