#!/usr/bin/python3
"""test_crash: a run that is killed anywhere, and run again, ends as if nothing had happened.

    tests/test_crash.py             each failpoint at its first and its last hit; faults of disk and folders
    tests/test_crash.py campaign    every hit of every failpoint, pairs of kills, kills at random times, and
                                    strace as the witness that no step on the disk lies between failpoints

An installation is brought to the state before its second night: one night committed, and an inbox with
statements, decisions, and files that will be quarantined, held, skipped, left for later and left for a person.
A run that nobody disturbs gives the reference and the list of failpoints it passes. Then, for each of them: the
same installation again, killed there with SIGKILL, looked at as it lies, run again, and compared with the
reference: all rows of all tables, all files by their bytes.

REKON (with failpoints), REKON_GENERATE, REKON_TEST_DB (superuser) and TMPDIR come from tests/run.sh.
"""
import collections
import concurrent.futures
import os
import queue
import random
import re
import resource
import shutil
import signal
import sys
import threading
import time
import traceback

from crash_kit import FIRST, PREFIX, SECOND, TABLES, WORK, Failed, Site, hold, prepare, walk

WORKERS = 2
# What `rekon init` makes: relations, functions and columns, each with who may do what.
OBJECTS_SQL = """
    CREATE TEMPORARY VIEW spaces AS SELECT oid FROM pg_namespace WHERE nspname IN ('rekon', 'rekon_source');
    SELECT 'relation', c.oid::regclass, c.relkind, c.relacl FROM pg_class c
    WHERE relnamespace IN (SELECT oid FROM spaces) ORDER BY 2;
    SELECT 'function', p.oid::regprocedure, md5(p.prosrc), p.proacl FROM pg_proc p
    WHERE pronamespace IN (SELECT oid FROM spaces) ORDER BY 2;
    SELECT 'column', attrelid::regclass, attname, attnum, atttypid::regtype, attacl FROM pg_attribute a
    JOIN pg_class c ON c.oid = attrelid AND relkind IN ('r', 'v')
    WHERE relnamespace IN (SELECT oid FROM spaces) ORDER BY 2, 4;"""


# ---- the reference ----

class Reference:
    """One state, one command, and what comes of it when nobody disturbs."""

    def __init__(self, site, state, *command, log_env=None):
        self.state, self.command = state, command
        self.log = WORK / f'points-{state}-{command[0]}'
        site.restore(state)
        self.before = site.content()
        done = site.rekon(*command, log=self.log)
        hold(done.returncode in (0, 1), f'{command} ends with {done.returncode}: {done.said}')
        self.code, self.said = done.returncode, done.said
        self.after = site.content()
        self.points = self.log.read_text(encoding='ascii').split()
        again = site.rekon(*command)
        self.code_again = again.returncode
        hold(site.content() == self.after, f'{command} once more changes something: {again.said}')
        self.hits = collections.Counter(self.points)

    def first_and_last(self):
        return [f'{point}:{hit}' for point, hits in self.hits.items() for hit in sorted({1, hits})]

    def every(self):
        return [f'{point}:{hit}' for point, hits in self.hits.items() for hit in range(1, hits + 1)]


def differences(found, wanted):
    told = []
    for group in TABLES:
        a, b = getattr(found, group), getattr(wanted, group)
        told += [f'row too much: {row}' for row in a if row not in b]
        told += [f'row missing: {row}' for row in b if row not in a]
        if not told and a != b:
            told.append(f'rows twice in {group}')
    for path in sorted(found.files.keys() | wanted.files.keys()):
        a, b = found.files.get(path, 'nothing'), wanted.files.get(path, 'nothing')
        if a != b:
            told.append(f'{path}: {a[:12]} instead of {b[:12]}')
    return told


def same(found, wanted, when):
    told = differences(found, wanted)
    hold(not told, f'{when}: ' + '\n    '.join(told[:12]))


def look_between(found, reference):
    """As a killed run left it. Gives whether the night is committed."""
    before, after = reference.before, reference.after
    if reference.command[0] == 'import':
        hold(found in (before, after), 'half a file of applications is in the database')
        return found == after
    hold(found.schema == before.schema, 'the schema changed')
    committed = found.night == after.night and after.night != before.night
    hold(committed or found.night == before.night, 'half a night is in the database')
    hold(found.answers == before.answers or (committed and found.answers == after.answers),
         'half a hand-over is in the database, or one before its night')
    for path, what in found.part('output').items():
        if what == 'folder' or path.endswith('.tmp'):
            continue
        hold(after.files.get(path) == what, f'{path} is not what an undisturbed run writes')
        hold(committed or before.files.get(path) == what, f'{path} is published, but its night is not committed')
    for path, what in found.part('archive/nights').items():
        hold(after.files.get(path) == what, f'{path} is not what an undisturbed run writes')
    for path in ('archive/head', 'archive/published'):
        allowed = {before.files.get(path)} | ({after.files.get(path)} if committed else set())
        hold(found.files.get(path) in allowed, f'{path} is ahead of the database')
    hold(committed or found.part('archive/nights') == before.part('archive/nights'), 'an uncommitted night is marked')
    look_at_inbox(found, before, committed)
    return committed


def look_at_inbox(found, before, committed):
    """No file of the inbox is gone, and none is moved before its night is committed."""
    lying = collections.Counter(what for path, what in found.part('inbox').items() if what != 'folder')
    lay = collections.Counter(what for path, what in before.part('inbox').items() if what != 'folder')
    hold(lying == lay, 'a file of the inbox is gone, or there twice')
    if not committed:
        hold(found.part('inbox') == before.part('inbox'), 'a file left the inbox before its night was committed')


# ---- cases ----

def killed(site, reference, point, env=None):
    done = site.rekon(*reference.command, kill=point, env=env or {})
    hold(done.returncode == -signal.SIGKILL, f'not killed, but ended with {done.returncode}: {done.said}')


def finish(site, reference):
    """Looks at what a disturbed run left, runs again, and compares."""
    committed = look_between(site.content(), reference)
    done = site.rekon(*reference.command)
    wanted = reference.code_again if committed else reference.code
    same(site.content(), reference.after, f'run again ({done.returncode}, {done.said.splitlines()[-1:]})')
    hold(done.returncode == wanted, f'run again: exit {done.returncode}, not {wanted}: {done.said}')


def kill_once(site, reference, point, env=None):
    site.restore(reference.state)
    killed(site, reference, point, env)
    finish(site, reference)


def kill_twice(site, reference, first, second):
    site.restore(reference.state)
    killed(site, reference, first)
    site.psql.wait_until_left(site.name)
    killed(site, reference, second)
    finish(site, reference)


def kill_at(site, reference, seconds):
    site.restore(reference.state)
    site.rekon(*reference.command, timer=seconds)
    finish(site, reference)


def points_of_recovery(site, reference, first, log):
    """The failpoints that a run passes after one that was killed at `first`."""
    site.restore(reference.state)
    killed(site, reference, first)
    site.psql.wait_until_left(site.name)
    site.rekon(*reference.command, log=log)
    points = collections.Counter(log.read_text(encoding='ascii').split())
    log.unlink()
    return points


def reply_lost(site, reference):
    """The server commits, the answer never arrives: the night is settled by its run id. The hand-over's
    reply is lost as well; that one is left for the next run."""
    site.restore(reference.state)
    done = site.rekon(*reference.command, env={'REKON_LOSE_COMMIT': '1'})
    hold('committed=yes published=' in done.said, f'the lost reply was not settled: {done.said}')
    hold(done.returncode == 5, f'exit {done.returncode}: {done.said}')
    finish(site, reference)


def points_after_lost_reply(site, reference):
    """Failpoints that only a run passes whose commit was not answered, with the hit to kill at."""
    log = WORK / 'points-lost'
    site.restore(reference.state)
    site.rekon(*reference.command, log=log, env={'REKON_LOSE_COMMIT': '1'})
    seen, found = collections.Counter(), {}
    settling = False
    for point in log.read_text(encoding='ascii').split():
        seen[point] += 1
        if settling and point not in found:
            found[point] = f'{point}:{seen[point]}'
        settling = settling or point == 'sql.commit.replied'
    return list(found.values())


def sealed_right(site, reference):
    """What the reference run left is whole, and can be made again from its seals."""
    site.restore(reference.state)
    site.rekon(*reference.command)
    verified = site.rekon('verify')
    hold(verified.returncode == 0 and ' 0 differences' in verified.said, verified.said)
    for night in (FIRST, SECOND):
        again = site.rekon('rerun', '--date', night)
        hold(again.returncode == 0 and 'identical' in again.said, again.said)
    answered = site.psql.ask("""SELECT count(*), count(DISTINCT t.application_id), count(a.answer)
        FROM rekon.transition t JOIN rekon.run r USING (run)
        LEFT JOIN rekon.transition_answer a ON a.run = t.run AND a.application_id = t.application_id AND a.answer = 'confirmed'
        WHERE r.night = '2024-03-05';""", site.name)[0].split('|')
    hold(len(set(answered)) == 1 and int(answered[0]) > 5,
         f'transitions, applications, answers: {answered}, which should be one number')


def still_told(site, reference):
    """A run that was killed after its commit could not say that files wait for a person: the next one does."""
    site.restore(reference.state)
    (site.folder / 'inbox/catatan.txt').unlink()
    killed(site, reference, 'sql.commit.done:1')
    site.psql.wait_until_left(site.name)
    done = site.rekon(*reference.command)
    hold(done.returncode == 1 and 'next=rekon-status' in done.said, f'exit {done.returncode}: {done.said}')


def told_once(reference):
    """One notice for each application and kind, and the same in the file of the night: a run that was killed
    and run again is compared with these rows and bytes."""
    notices = [row.split('|', 1)[1] for row in reference.after.night if row.startswith('rekon.notice|')
               and row not in reference.before.night]
    told = [(*row.strip('()').split(',')[2:4], row.split(',')[9]) for row in notices]
    hold(len(told) > 2 and len(set(told)) == len(told), f'notices: {told}')
    hold(f'output/pemberitahuan/pemberitahuan-{SECOND}-1.csv' in reference.after.files, 'no file of notices')


def covers_all_kinds(reference):
    """The reference is worth its name only if its inbox holds something of every kind."""
    told_once(reference)
    for what in ('quarantined', 'held', 'accepted'):
        hold(any(f',{what},' in row for row in reference.after.night if row.startswith('rekon.file|')
                 and row not in reference.before.night), f'no file is {what}')
    for what in (',applied,', ',stale,'):
        hold(any(what in row for row in reference.after.night if row.startswith('rekon.decision|')),
             f'no decision is{what}')
    inbox = {path for path in reference.after.part('inbox') if '/done' not in path}
    hold(inbox == {'inbox/catatan.txt', 'inbox/BCA_0123456789_20240306.csv.part', 'inbox/POSREKON_20240306.txt'},
         f'the inbox holds {inbox}')
    hold(f'inbox/done/{SECOND}-1/TOKOPEDIA_20240304.csv' in reference.after.files, 'the file sent again is there')
    hold('exists' not in reference.said and reference.code == 1, reference.said)


def init_killed(site, point):
    site.psql.ask(f'SET client_min_messages = warning; DROP DATABASE IF EXISTS {site.name} WITH (FORCE); '
                  f'CREATE DATABASE {site.name} TEMPLATE template0;')
    shutil.rmtree(site.folder, ignore_errors=True)
    shutil.copytree(WORK / 'blank', site.folder)
    for folder in ('inbox', 'output', 'archive'):
        shutil.rmtree(site.folder / folder)
    site.set_database(PREFIX + 'blank')
    config = site.folder / 'rekon.yaml'
    config.write_text(config.read_text(encoding='utf-8').replace('user=rekon_night', 'user=postgres'),
                      encoding='utf-8')
    log = WORK / 'points-init'
    done = site.rekon('init', kill=point, log=None if point else log)
    if point:
        hold(done.returncode == -signal.SIGKILL, f'not killed: {done.returncode} {done.said}')
        site.psql.wait_until_left(site.name)
        done = site.rekon('init')
    hold(done.returncode == 0, done.said)
    found = (site.psql.ask(OBJECTS_SQL, site.name), walk(site.folder))
    return found if point else (found, log.read_text(encoding='ascii').split())


# ---- faults ----

def limit_files(size):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def disk_full(site, reference, size):
    """No file may grow beyond `size`: each write fails there, as on a full disk."""
    site.restore(reference.state)
    done = site.rekon(*reference.command, preexec_fn=limit_files(size), restore_signals=False)
    hold(done.returncode == 6, f'exit {done.returncode}: {done.said}')
    hold(re.search(r'could not \w+.* ".*":? ', done.said), f'the error does not say so: {done.said}')
    finish(site, reference)


def output_refused(site, reference, spoil, says):
    """The night is committed, nothing is published, and the next run publishes."""
    site.restore(reference.state)
    output = site.folder / 'output'
    spoil(output)
    done = site.rekon(*reference.command)
    bring_back(output)
    hold(done.returncode == 6, f'exit {done.returncode}: {done.said}')
    hold(re.search(says, done.said), f'the error does not say so: {done.said}')
    hold(re.search(r'committed=yes published=0/\d+ next=run-again', done.said), done.said)
    finish(site, reference)


def move_away(output):
    output.rename(output.with_name('elsewhere'))


def spoil_with_mode(output):
    """A folder in which nothing may be made. Modes do not bind root, but nobody makes folders in /sys."""
    move_away(output)
    if os.getuid() == 0:
        output.symlink_to('/sys')
    else:
        output.mkdir(0o555)


def bring_back(output):
    if output.is_dir() and not output.is_symlink():
        output.rmdir()
    if output.is_symlink() or output.is_file():
        output.unlink()
    output.with_name('elsewhere').rename(output)


def spoil_with_file(output):
    move_away(output)
    output.write_text('a file\n', encoding='utf-8')


def spoil_with_link(output):
    move_away(output)
    output.symlink_to('not-mounted/output')


def output_missing(site, reference):
    """It is made again. What was published there is the business of whoever removed it."""
    site.restore(reference.state)
    shutil.rmtree(site.folder / 'output')
    done = site.rekon(*reference.command)
    hold(done.returncode == reference.code, f'exit {done.returncode}: {done.said}')
    new = {path: what for path, what in reference.after.part('output').items()
           if what != 'folder' and path not in reference.before.files}
    found = {path: what for path, what in site.content().part('output').items() if what != 'folder'}
    hold(found == new, f'published: {sorted(found)}')


IN_NAMESPACE = ('unshare', '--mount', *(() if os.getuid() == 0 else ('--map-root-user',)), 'sh', '-c')


def output_disk_full(site, reference, kilobytes):
    """The output folder is a disk of its own, and full; once there is room, the next run publishes."""
    site.restore(reference.state)
    mount = f'mount -t tmpfs -o size={kilobytes}k none "{site.folder}/output" && exec "$@"'
    done = site.rekon(*reference.command, prefix=(*IN_NAMESPACE, mount, 'sh'))
    hold(done.returncode == 6, f'exit {done.returncode}: {done.said}')
    hold('No space left on device' in done.said, f'the error does not say so: {done.said}')
    finish(site, reference)


def archive_disk_small(site, reference):
    site.restore(reference.state)
    archive = site.folder / 'archive'
    mount = (f'cp -a "{archive}" "{site.folder}/kept" && mount -t tmpfs -o size=20m none "{archive}" && '
             f'cp -a "{site.folder}/kept/." "{archive}" && rm -r "{site.folder}/kept" && exec "$@"')
    done = site.rekon(*reference.command, prefix=(*IN_NAMESPACE, mount, 'sh'))
    hold(done.returncode == 6 and re.search(r'has \d+ MiB free, tonight needs \d+ MiB', done.said),
         f'exit {done.returncode}: {done.said}')
    finish(site, reference)


# ---- strace as witness ----

CALLS = ('openat,open,creat,write,pwrite64,writev,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,'
         'fsync,fdatasync,syncfs,ftruncate,link,symlink,sendto,sendmsg')


def steps_seen(site, trace, log):
    """The steps of a trace in order: ('point', name) or (kind, path)."""
    folder = str(site.folder)
    for line in trace.read_text(encoding='utf-8', errors='replace').splitlines():
        line = re.sub(r'^(\[pid +)?\d+\]? +', '', line)
        call, _, rest = line.partition('(')
        if ' = -1 ' in line or call.startswith(('---', '+++', '<')):
            continue
        if str(log) in line:
            if call == 'write':
                yield 'point', re.search(r'"(.*?)\\n"', rest).group(1)
        elif call in ('openat', 'open', 'creat'):
            path = re.search(r'"(.*?)"', rest).group(1)
            if 'O_CREAT' in rest and path.startswith(folder):
                yield 'create', path
        elif call in ('sendto', 'sendmsg'):
            if r'"X\0\0\0\4"' not in rest:  # the session ends
                yield 'send', ''
        elif call in ('write', 'pwrite64', 'writev', 'fsync', 'fdatasync', 'syncfs', 'ftruncate'):
            path = re.search(r'\d+<(.*?)>', rest)
            if path and path.group(1).startswith(folder):
                yield call, path.group(1)
        elif folder in rest:
            yield call, re.findall(r'"(.*?)"', rest)[-1]


def no_step_between_points(site, reference):
    """Between two neighbouring failpoints lies at most one step: one file's writes, one rename, one fsync, one
    message to the server. Where a workbook is packed, the library's own temporary files are one step."""
    trace, log = WORK / 'trace', WORK / 'points-trace'
    site.restore(reference.state)
    command = list(reference.command)
    command[command.index('--threads') + 1] = '1'
    done = site.rekon(*command, log=log, prefix=('strace', '-f', '-y', '-s', '300', '-o', trace, '-e', CALLS))
    hold(done.returncode == reference.code, done.said)
    kinds = collections.Counter()
    open_steps, last = [], 'begin'
    wrong = []
    for kind, path in steps_seen(site, trace, log):
        if kind == 'point':
            if len(open_steps) > 1:
                wrong.append(f'{last} .. {path}: {open_steps}')
            open_steps, last = [], path
            continue
        kinds[kind] += 1
        step = ('workbook', '') if '/staging/books/' in path else (kind, path.removeprefix(f'{site.folder}/'))
        if not open_steps or open_steps[-1] != step:
            open_steps.append(step)
    hold(not open_steps, f'after the last point: {open_steps}')
    hold(not wrong, f'{len(wrong)} stretches hold several steps:\n    ' + '\n    '.join(wrong[:20]))
    hold(kinds['fsync'] > 20 and kinds['rename'] > 10 and kinds['send'] > 20, f'strace saw only {kinds}')
    print(f'strace: {sum(kinds.values())} steps, each between two failpoints: {dict(kinds)}')
    synced_before_commit(site, trace, log)


def synced_before_commit(site, trace, log):
    """When COMMIT is sent, every object and the manifest is on the disk: synced, renamed, its folder synced."""
    dirty = {}
    for kind, path in steps_seen(site, trace, log):
        archived = '/archive/' in path and '/staging/' not in path
        if kind == 'point' and path == 'sql.commit.sent':
            hold(not dirty, f'not on the disk at the commit: {dirty}')
            return
        if kind == 'create' and archived:
            dirty[path] = 'written'
        elif kind in ('fsync', 'fdatasync'):
            dirty.pop(path, None)
            for name in [name for name in dirty if dirty[name] == 'renamed' and os.path.dirname(name) == path]:
                dirty.pop(name)
        elif kind.startswith('rename') and archived:
            hold(path + '.tmp' not in dirty, f'{path} is renamed before it is synced')
            dirty[path] = 'renamed'
        elif kind.startswith('mkdir') and archived:
            dirty[path] = 'renamed'
    raise Failed('there was no commit')


# ---- all of it ----

class Board:
    """Cases to do, by some workers at once."""

    def __init__(self):
        self.sites = queue.Queue()
        for number in range(WORKERS):
            self.sites.put(Site(f'worker_{number}'))
        self.passed, self.failed = 0, 0
        self.lock = threading.Lock()

    def do(self, name, case, *arguments):
        site = self.sites.get()
        try:
            case(site, *arguments)
            said = None
        except Failed as failure:
            said = str(failure)
        except Exception:
            said = traceback.format_exc()
        finally:
            self.sites.put(site)
        with self.lock:
            self.passed += said is None
            self.failed += said is not None
            if said is not None:
                print(f'FAILED {name}: {said}', flush=True)

    def do_all(self, title, cases):
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            for case in cases:
                pool.submit(self.do, f'{title}: {case[0]}', *case[1:])
        print(f'{title}: {len(cases)} cases, {time.monotonic() - began:.1f} s', flush=True)

    def ask(self, function, *arguments):
        site = self.sites.get()
        try:
            return function(site, *arguments)
        finally:
            self.sites.put(site)

    def close(self):
        while not self.sites.empty():
            self.sites.get().close()


def faults(reference):
    cases = [(f'files up to {size} bytes', disk_full, reference, size)
             for size in (0, 100, 300, 700, 1500, 3000, 5000, 7000)]
    says = r'could not .*"[^"]*output[^"]*": '
    cases += [
        ('a folder that may not be written', output_refused, reference, spoil_with_mode,
         says + '(Permission denied|Operation not permitted|Read-only file system)'),
        ('a file where the folder should be', output_refused, reference, spoil_with_file, says + 'Not a directory'),
        ('a folder that is not mounted', output_refused, reference, spoil_with_link, says + 'No such file'),
        ('no output folder', output_missing, reference),
    ]
    return cases


def check_init(board):
    wanted, points = board.ask(init_killed, None)

    def init_as_ever(site, point):
        hold(init_killed(site, point) == wanted, 'init again ends otherwise than init alone')
    hits = collections.Counter(points)
    board.do_all('init', [(f'{point}:{hit}', init_as_ever, f'{point}:{hit}')
                          for point, most in hits.items() for hit in sorted({1, most})])


def check(board):
    """What `make check` runs."""
    night = board.ask(Reference, 'second', 'run', '--date', SECOND, '--threads', '2')
    print(f'{len(night.hits)} failpoints, {len(night.points)} hits in a night')
    board.do_all('reference', [
        ('sealed', sealed_right, night), ('all kinds', lambda site: covers_all_kinds(night)),
        ('what waits is still told', still_told, night), ('a lost reply to COMMIT', reply_lost, night)])
    board.do_all('killed once', [(point, kill_once, night, point) for point in night.first_and_last()])
    lost = board.ask(points_after_lost_reply, night)
    board.do_all('killed after a lost reply', [
        (point, kill_once, night, point, {'REKON_LOSE_COMMIT': '1'}) for point in lost
        if point.split(':')[0] not in night.hits])
    again = board.ask(points_of_recovery, night, 'sql.commit.done:1', WORK / 'points-again')
    names = list(again)[:list(again).index('published.done') + 1]
    board.do_all('killed again in recovery', [
        (name, kill_twice, night, 'sql.commit.done:1', f'{name}:{again[name]}') for name in names])
    board.do_all('faults', faults(night))
    applications = WORK / 'generated' / f'applications-{FIRST}.csv'
    imported = board.ask(Reference, 'blank', 'import', 'applications', str(applications))
    board.do_all('import', [(point, kill_once, imported, point) for point in imported.every()])
    check_init(board)
    return night


def campaign(board):
    """What `make check-crash` runs besides."""
    night = check(board)
    random.seed(int(os.environ.get('REKON_SEED', '1')))
    board.do_all('witness', [('strace', no_step_between_points, night)])
    board.do_all('full disks', [(f'{size} KiB', output_disk_full, night, size) for size in (8, 16, 24, 32)] +
                 [('archive', archive_disk_small, night)])
    done = set(night.first_and_last())
    board.do_all('every hit', [(point, kill_once, night, point) for point in night.every() if point not in done])
    first = board.ask(Reference, 'first', 'run', '--date', FIRST, '--threads', '2')
    board.do_all('the first night', [(point, kill_once, first, point) for point in first.first_and_last()])
    pairs = []
    for number, point in enumerate(night.hits):
        hits = board.ask(points_of_recovery, night, f'{point}:1', WORK / f'points-{number}')
        for second in random.sample(sorted(hits), min(4, len(hits))):
            pairs.append((f'{point}:1', f'{second}:{random.randint(1, hits[second])}'))
    board.do_all('killed twice', [(f'{a} {b}', kill_twice, night, a, b) for a, b in pairs])
    site = board.sites.get()
    site.restore('second')
    began = time.monotonic()
    site.rekon(*night.command)
    length = time.monotonic() - began
    board.sites.put(site)
    times = [random.uniform(0, length * 1.1) for _ in range(200)]
    board.do_all('killed at random times', [(f'{when:.3f} s', kill_at, night, when) for when in times])


def main():
    prepare()
    board = Board()
    try:
        (campaign if sys.argv[1:] == ['campaign'] else check)(board)
    finally:
        for state in ('blank', 'first', 'second'):
            board.ask(lambda site, name: site.psql.drop(name), PREFIX + state)
        board.close()
    print(f'{board.passed} passed, {board.failed} failed')
    return 1 if board.failed or not board.passed else 0


if __name__ == '__main__':
    sys.exit(main())
