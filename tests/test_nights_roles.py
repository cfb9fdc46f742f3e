#!/usr/bin/python3
"""test_nights_roles: what each role of the database may not do, tried one act at a time; and whom the files of
an installation let in."""

import unittest

import nights_kit as kit
from nights_kit import DAY, application, code, paid

TABLES = ("run", "outcome", "allocation", "transition", "transition_answer", "file", "case_event", "decision",
          "schema_version", "handed")
DENIED = "permission denied"


class Roles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = kit.Site("roles")
        cls.site.applications(application("P-1", code(1), "01:00"), application("P-2", code(2), "02:00"))
        cls.site.quiet(DAY, put={"indomaret": [paid("02:00:00", code(1), 350000), paid("02:00:00", code(7), 9)]})
        cls.site.command("run", "--date", DAY)
        cls.before = cls.everything()

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    @classmethod
    def everything(cls):
        return {table: cls.site.sql(f"SELECT t::text FROM rekon.{table} t ORDER BY 1") for table in TABLES}

    def refused(self, role, statement, why=DENIED):
        with self.assertRaises(AssertionError, msg=f"{role}: {statement}") as refusal:
            self.site.sql(f"SET ROLE {role}; {statement}")
        self.assertIn(why, str(refusal.exception), f"{role}: {statement}")

    def test_roles__nobody_changes_history(self):
        for role in ("rekon_night", "rekon_reader"):
            for table in TABLES:
                column = self.site.sql("SELECT column_name FROM information_schema.columns WHERE table_schema = "
                                       f"'rekon' AND table_name = '{table}' ORDER BY ordinal_position")[0][0]
                for act in (f"UPDATE rekon.{table} SET {column} = {column}", f"DELETE FROM rekon.{table}",
                            f"TRUNCATE rekon.{table}"):
                    self.refused(role, act)
                self.refused(role, f"DROP TABLE rekon.{table}", "must be owner")
                self.refused(role, f"ALTER TABLE rekon.{table} ADD extra text", "must be owner")
                self.refused(role, f"CREATE RULE r AS ON INSERT TO rekon.{table} DO INSTEAD NOTHING", "must be owner")
                for privilege in ("UPDATE", "DELETE", "TRUNCATE"):  # a warning, and nothing is granted
                    self.assertEqual(self.site.sql(f"SET ROLE {role}; GRANT {privilege} ON rekon.{table} TO {role}; "
                                                   f"SELECT has_table_privilege('{role}', 'rekon.{table}', "
                                                   f"'{privilege}')"), [("f",)])
        self.assertEqual(self.everything(), self.before)

    def test_roles__the_night_adds_history_and_no_version(self):
        self.refused("rekon_night", "INSERT INTO rekon.schema_version VALUES (99)")
        self.site.sql("BEGIN; SET ROLE rekon_night; INSERT INTO rekon.transition_answer VALUES (1, 'x', 1, 'failed', ''); "
                      "INSERT INTO rekon.handed VALUES (1000); ROLLBACK")
        self.assertEqual(self.everything(), self.before)

    def test_roles__the_reader_writes_nowhere(self):
        for table in TABLES:
            self.assertGreaterEqual(len(self.site.sql(f"SET ROLE rekon_reader; SELECT * FROM rekon.{table}")), 0)
            self.refused("rekon_reader", f"INSERT INTO rekon.{table} SELECT * FROM rekon.{table}")
        for act in ("INSERT INTO rekon_source.booking (application_id) VALUES ('x')",
                    "UPDATE rekon_source.booking SET status = 'cancelled'", "DELETE FROM rekon_source.booking",
                    "INSERT INTO rekon_source.applied SELECT * FROM rekon_source.applied",
                    "SELECT rekon_source.apply('x', 'P-1', 'awaiting', 'expired', '')",
                    "SELECT rekon_source.apply_all('{x}', '{P-1}', '{awaiting}', '{expired}', '{\"\"}')",
                    "SELECT rekon.try_apply_all('{x}', '{P-1}', '{awaiting}', '{expired}', '{\"\"}')",
                    "SELECT rekon.try_apply('x', 'P-1', 'awaiting', 'expired', '')"):
            self.refused("rekon_reader", act)
        self.site.sql("SET ROLE rekon_reader; SELECT * FROM rekon_source.booking")

    def test_roles__the_night_changes_no_decision_of_the_booking_system(self):
        for act in ("UPDATE rekon_source.booking SET payment_state = 'paid'", "DELETE FROM rekon_source.booking",
                    "TRUNCATE rekon_source.booking", "INSERT INTO rekon_source.applied SELECT 'x', '', '', '', ''",
                    "DELETE FROM rekon_source.applied"):
            self.refused("rekon_night", act)

    def test_roles__neither_makes_things_in_the_schemas(self):
        for role in ("rekon_night", "rekon_reader"):
            for schema in ("rekon", "rekon_source"):
                self.refused(role, f"CREATE TABLE {schema}.mine (x text)")
                self.refused(role, f"CREATE FUNCTION {schema}.mine() RETURNS text LANGUAGE sql AS $$ SELECT '' $$")
            self.refused(role, "CREATE ROLE somebody", DENIED)
            self.refused(role, "GRANT rekon_owner TO CURRENT_USER", "must have admin option")
            self.refused(role, "ALTER FUNCTION rekon.try_apply(text, text, text, text, text) OWNER TO CURRENT_USER",
                         "must be owner")

    def test_roles__membership(self):
        """Neither role is the owner, and the owner does not log in."""
        rows = self.site.sql("SELECT rolname, rolcanlogin, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication "
                             "OR rolbypassrls FROM pg_roles WHERE rolname LIKE 'rekon\\_%' ORDER BY 1")
        self.assertEqual(rows, [("rekon_night", "t", "f"), ("rekon_owner", "f", "f"), ("rekon_reader", "f", "f")])
        for role in ("rekon_night", "rekon_reader"):
            self.assertEqual(self.site.sql(f"SELECT pg_has_role('{role}', 'rekon_owner', 'MEMBER')"), [("f",)])

    def test_roles__init_as_the_night_is_refused(self):
        ran = self.site.command("init", "--from-archive")
        self.assertEqual(ran.code, 5, ran.err)
        self.assertEqual(self.everything(), self.before)


if __name__ == "__main__":
    unittest.main()
