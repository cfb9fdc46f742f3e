-- rekon_owner owns everything and logs in nowhere; rekon_night runs the night and may only add history;
-- rekon_reader reads. Who may log in as rekon_night is the business of pg_hba.conf: it has no password.
DO $$
DECLARE
    wanted text[] := ARRAY['rekon_owner', 'NOLOGIN', 'rekon_night', 'LOGIN', 'rekon_reader', 'NOLOGIN'];
BEGIN
    FOR i IN 1 .. 3 LOOP
        BEGIN
            IF pg_catalog.to_regrole(wanted[2 * i - 1]) IS NULL THEN
                EXECUTE pg_catalog.format('CREATE ROLE %I %s', wanted[2 * i - 1], wanted[2 * i]);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another session made it at this moment
        END;
    END LOOP;
    IF NOT pg_catalog.pg_has_role(CURRENT_USER, 'rekon_owner', 'MEMBER') THEN
        EXECUTE pg_catalog.format('GRANT rekon_owner TO %I', CURRENT_USER);
    END IF;
END
$$;
CREATE SCHEMA IF NOT EXISTS rekon AUTHORIZATION rekon_owner;
CREATE SCHEMA IF NOT EXISTS rekon_source AUTHORIZATION rekon_owner;
