"""crash_kit: installations that are brought to a state, kept, restored, and looked at as a whole.

In:  Site('worker_1').restore('second')     Out: database and folder as they were before the second night
A state is a database that serves as template and a folder. REKON, REKON_GENERATE, REKON_TEST_DB (superuser)
and TMPDIR come from tests/run.sh.
"""
import collections
import hashlib
import os
import pathlib
import re
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
REKON = os.environ['REKON']
GENERATE = os.environ['REKON_GENERATE']
SUPERUSER = os.environ['REKON_TEST_DB']
MAINTENANCE = re.search(r'dbname=(\S+)', SUPERUSER).group(1)
WORK = pathlib.Path(os.environ.get('TMPDIR', '/tmp')) / 'crash'
FIRST, SECOND = '2024-03-04', '2024-03-05'
PREFIX = 'rekon_crash_'


class Failed(Exception):
    """What does not hold."""


def hold(condition, what):
    if not condition:
        raise Failed(what)


# ---- PostgreSQL ----

class Psql:
    """One psql that is kept open."""

    def __init__(self):
        self.process = subprocess.Popen(
            ['psql', '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=0', '-d', SUPERUSER], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def ask(self, sql, database=None):
        if database:
            self.ask(f'\\connect {database}')
        self.process.stdin.write(f'{sql}\n\\echo -- over --\n')
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line == '-- over --\n':
                break
            lines.append(line.rstrip('\n'))
        hold(not any(re.match(r'(ERROR|FATAL|PANIC|psql: error)', line) for line in lines), '\n'.join(lines))
        if database:
            self.ask(f'\\connect {MAINTENANCE}')
        return lines

    def drop(self, database):
        self.ask(f'SET client_min_messages = warning; DROP DATABASE IF EXISTS {database} WITH (FORCE);')

    def copy(self, database, template):
        self.drop(database)
        self.ask(f'CREATE DATABASE {database} TEMPLATE {template};')

    def wait_until_left(self, database):
        """The server may still be at work on what a killed client sent."""
        self.ask(f"""DO $$ BEGIN
            WHILE EXISTS (SELECT FROM pg_stat_activity WHERE datname = '{database}') LOOP
                PERFORM pg_sleep(0.005), pg_stat_clear_snapshot();
            END LOOP; END $$;""")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


TABLES = {
    # what the commit of the night writes, all or nothing
    'night': ['rekon.run', 'rekon.outcome', 'rekon.allocation', 'rekon.transition', 'rekon.file',
              'rekon.case_event', 'rekon.decision', 'rekon.notice'],
    # what the hand-over writes, all or nothing
    'answers': ['rekon.transition_answer', 'rekon.handed', 'rekon_source.applied', 'rekon_source.booking'],
    'schema': ['rekon.schema_version'],
}
TABLES_SQL = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('rekon', 'rekon_source');"


# ---- installations ----

class Content(collections.namedtuple('Content', 'night answers schema files')):
    """Rows as sorted text by group of tables; files by path: the digest of their bytes, folders: 'folder'."""

    def part(self, folder):
        return {path: what for path, what in self.files.items() if path.startswith(folder + '/')}


def walk(folder):
    found = {}
    for root, folders, names in os.walk(folder):
        for name in folders:
            found[os.path.relpath(os.path.join(root, name), folder)] = 'folder'
        for name in names:
            path = os.path.join(root, name)
            with open(path, 'rb') as file:
                found[os.path.relpath(path, folder)] = hashlib.sha256(file.read()).hexdigest()
    found.pop('rekon.yaml', None)
    return found


class Site:
    """An installation of its own: a database and a folder, restored from a kept state before each case."""

    def __init__(self, name):
        self.name = PREFIX + name
        self.folder = WORK / name
        self.psql = Psql()

    def restore(self, state):
        self.psql.copy(self.name, PREFIX + state)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(WORK / state, self.folder, symlinks=True)  # keeps the times: they are sealed
        self.set_database(PREFIX + state)

    def set_database(self, old):
        config = self.folder / 'rekon.yaml'
        config.write_text(config.read_text(encoding='utf-8').replace(f'dbname={old} ', f'dbname={self.name} '),
                          encoding='utf-8')

    def keep(self, state):
        self.psql.copy(PREFIX + state, self.name)
        shutil.rmtree(WORK / state, ignore_errors=True)
        shutil.copytree(self.folder, WORK / state, symlinks=True)
        config = WORK / state / 'rekon.yaml'
        config.write_text(config.read_text(encoding='utf-8').replace(f'dbname={self.name} ',
                                                                     f'dbname={PREFIX}{state} '), encoding='utf-8')

    def rekon(self, *arguments, kill=None, log=None, prefix=(), timer=None, **more):
        """Runs rekon; gives the finished process. `kill` is a failpoint, `timer` seconds until SIGKILL."""
        environment = dict(os.environ)
        for name, value in (('REKON_FAILPOINT', kill), ('REKON_FAILPOINT_LOG', log)):
            environment.pop(name, None)
            if value:
                environment[name] = str(value)
        environment.update(more.pop('env', {}))
        process = subprocess.Popen([*prefix, REKON, *arguments, '--config', str(self.folder / 'rekon.yaml')],
                                   text=True, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        try:
            process.said = ''.join(process.communicate(timeout=timer or 120))
        except subprocess.TimeoutExpired:
            process.kill()
            process.said = ''.join(process.communicate())
            hold(timer, f'{arguments} hangs: {process.said}')
        return process

    def content(self):
        self.psql.wait_until_left(self.name)
        tables = [table for group in TABLES.values() for table in group]
        sql = ''.join(f"SELECT '{table}', t FROM {table} t ORDER BY t::text COLLATE \"C\";" for table in tables)
        rows = self.psql.ask(f"SET client_encoding = 'UTF8'; {sql}", self.name)
        groups = {group: [row for row in rows if row.split('|')[0] in names] for group, names in TABLES.items()}
        return Content(files=walk(self.folder), **groups)

    def close(self):
        self.psql.drop(self.name)
        self.psql.close()


def put(path, text):
    path.write_text(text, encoding='utf-8')
    os.utime(path, (1709600000, 1709600000))


def deliver(site, generated, night):
    for file in sorted((generated / 'inbox' / night).iterdir()):
        shutil.copy2(file, site.folder / 'inbox')


def fill_first_inbox(site, generated):
    deliver(site, generated, FIRST)
    put(site.folder / 'inbox/POSREKON_20240303.txt',  # its trailer is wrong: quarantined
        'HPOSREKON  20240303\nD3041220240303091502PNBP820240303000123000000350000000000000123\n'
        'T00000002000000000350000\n')


def fill_second_inbox(site, generated):
    """Something of every kind that an inbox may hold."""
    inbox = site.folder / 'inbox'
    deliver(site, generated, SECOND)
    again = inbox / f'TOKOPEDIA_{FIRST.replace("-", "")}.csv'
    shutil.copy2(generated / 'inbox' / FIRST / again.name, again)  # the same file again
    post = 'POSREKON_20240304.txt'  # the same name, other content: held
    put(inbox / post, (generated / 'inbox' / FIRST / post).read_text(encoding='utf-8')
        .replace('000000010000', '000000020000').replace('1310000\n', '1320000\n'))
    put(inbox / 'POSREKON_20240305.txt',  # its trailer is wrong: quarantined
        'HPOSREKON  20240305\nD3041220240305091502PNBP820240305000123000000350000000000000123\n'
        'T00000001000000000360000\n')
    shutil.copy2(generated / f'inbox/2024-03-06/POSREKON_20240306.txt', inbox)  # waits for its night
    put(inbox / 'catatan.txt', 'ditulis tangan\n')  # of no channel: left where it is
    put(inbox / 'BCA_0123456789_20240306.csv.part', 'No. Rekening')  # still arriving
    case, = site.psql.ask("SELECT case_id FROM rekon.case_event WHERE kind = 'unidentified' "
                          'ORDER BY 1 LIMIT 1;', site.name)
    paid, = site.psql.ask("SELECT application_id FROM rekon_source.booking WHERE payment_state = 'expired' "
                          'ORDER BY 1 LIMIT 1;', site.name)
    digest, = site.psql.ask("SELECT digest FROM rekon.file WHERE fate = 'quarantined';", site.name)
    put(inbox / 'decisions-2024-03-05.csv',
        'decision_id,kind,subject,object,reason,made_by,checked_by,made_at\n'
        f'K-1,match,{case},{paid},struk dilihat,ani,budi,2024-03-05T09:00:00+07:00\n'
        f'K-2,accept_file,{digest},,angka dihitung ulang,ani,budi,2024-03-05T09:05:00+07:00\n'
        'K-3,match,K-0000000000-1,P-1,tidak ada,ani,budi,2024-03-05T09:10:00+07:00\n')


def prepare():
    """Keeps three states: `blank` (after init), `first` and `second` (before these nights)."""
    generated = WORK / 'generated'
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    subprocess.run([GENERATE, '--seed', '7', '--applications', '60', '--nights', '3', '--start', FIRST,
                    '--offices', 'palembang,sampit,jayapura', '--noise', 'demo', '--out', generated], check=True)
    site = Site('making')
    for rules in ('rules', 'reports'):  # somebody may edit them meanwhile
        shutil.copytree(HERE.parent / rules, WORK / rules)
    subprocess.run([HERE / 'cluster.sh', 'site', site.name, site.folder, f'start: {FIRST}',
                    f'rules: {WORK}/rules', f'reports: {WORK}/reports'], check=True, stdout=subprocess.DEVNULL)
    site.keep('blank')
    hold(site.rekon('import', 'applications', generated / f'applications-{FIRST}.csv').returncode == 0, 'import')
    fill_first_inbox(site, generated)
    site.keep('first')
    made = site.rekon('run', '--date', FIRST)
    hold(made.returncode == 1, f'the first night ends with {made.returncode}: {made.said}')
    site.rekon('import', 'applications', generated / f'applications-{SECOND}.csv')
    fill_second_inbox(site, generated)
    site.keep('second')
    site.close()
