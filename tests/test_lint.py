#!/usr/bin/python3
"""test_lint: each rule of tests/lint.py finds what it is there to find, and a clean tree passes."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

LINT = pathlib.Path(__file__).resolve().parent / 'lint.py'
LONG = 'int rk_f(void)\n{\n' + '    f();\n' * 60 + '}\n'

# what is wrong, where, the file's text, what must be said
CASES = [
    ('upwards', 'model/a.c', '#include "config/rules.h"\n', 'model may not include config'),
    ('sideways', 'match/a.c', '#include "expire/expire.h"\n', 'match may not include expire'),
    ('command from stage', 'store/a.c', '#include "commands/commands.h"\n', 'store may not include commands'),
    ('unknown folder', 'misc/a.c', 'int a;\n', 'misc has no layer'),
    ('without a folder', 'base/a.c', '#include "rules.h"\n', 'from a folder without a layer'),
    ('sql elsewhere', 'seal/a.c', '#include "head.sql.inc"\n', 'SQL belongs to store'),
    ('library elsewhere', 'seal/a.c', '#include <libpq-fe.h>\n', 'is included in store/postgres.c alone'),
    ('library in a header', 'config/yaml.h', '/* y */\n#include <yaml.h>\n', 'no library shows in a header'),
    ('unknown library', 'base/a.c', '#include <curl/curl.h>\n', 'neither a standard header nor a known library'),
    ('banned', 'base/a.c', 'int a = atoi(b);\n', 'atoi() is not used here'),
    ('banned in a call', 'base/a.c', 'f(g, strcpy (a, b));\n', 'strcpy() is not used here'),
    ('printing', 'match/a.c', 'printf("x");\n', 'printf() is not used here'),
    ('exit', 'commands/a.c', 'exit(1);\n', 'exit() is not used here'),
    ('the clock', 'expire/a.c', 'x = time(NULL);\n', 'time() is not used here'),
    ('the environment', 'store/a.c', 'x = getenv("A");\n', 'getenv() is not used here'),
    ('an excuse without a reason', 'store/a.c', '/* lint: getenv: */\nx = getenv("A");\n', 'getenv() is not'),
    ('an excuse for something else', 'store/a.c', '/* lint: exit: why */\nx = getenv("A");\n', 'getenv() is not'),
    ('the disk without failpoints', 'seal/a.c', 'x = rename(a, b);\n', 'rename() is not used here'),
    ('long function', 'base/a.c', LONG, 'function of 62 lines'),
    ('long file', 'base/a.c', 'int a;\n' * 800, '800 lines'),
    ('trailing space', 'base/a.c', 'int a; \n', 'space at the end'),
    ('bare header', 'base/a.h', '#ifndef A\n', 'a header opens with a paragraph'),
]

CLEAN = {
    'main.c': '#include <stdio.h>\n#include "commands/commands.h"\n#include "version.h"\nvoid f(void)\n{\n    exit(1);\n}\n',
    'version.h': '/* version */\n',
    'store/postgres.c': '#include <libpq-fe.h>\n#include "store/store.h"\n#include "head.sql.inc"\n',
    'base/a.c': '/* printf("x") and atoi(1) in a comment */\nconst char *a = "strcpy(";\nint b = x.time(1) + my_exit(2);\n'
                '/* lint: getenv: the tests ask */\nint c = f(getenv("A"));\n',
    'base/b.c': '/* lint: long: one table */\n' + LONG,
    'base/c.c': LONG.replace('    f();\n', '', 2) + 'int a;\n' * 700,
}


def lint(files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root) / 'engine' / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding='utf-8')
        return subprocess.run([sys.executable, LINT, root], capture_output=True, text=True, check=False)


class Lint(unittest.TestCase):
    def test_clean_tree_passes(self):
        result = lint(CLEAN)
        self.assertEqual((result.stdout, result.returncode), ('', 0))

    def test_each_rule_finds_its_case(self):
        for what, name, text, said in CASES:
            with self.subTest(what):
                result = lint({**CLEAN, name: text})
                self.assertEqual(result.returncode, 1)
                self.assertIn(said, result.stdout)
                self.assertTrue(result.stdout.startswith(f'engine/{name}:'), result.stdout)
                self.assertEqual(result.stdout.count('\n'), 1, result.stdout)

    def test_a_library_belongs_to_one_file(self):
        result = lint({'seal/a.c': '#include <zstd.h>\n', 'base/b.c': '#include <zstd.h>\n'})
        self.assertEqual(result.stdout.count('a library is included in one file'), 2)


if __name__ == '__main__':
    unittest.main()
