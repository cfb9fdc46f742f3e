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
