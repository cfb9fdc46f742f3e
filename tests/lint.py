#!/usr/bin/env python3
"""Checks what the compiler does not: how the tree hangs together and what functions may not do.

In:  the tree below the folder given as argument (default: the checkout)
Out: one line "path:line: problem" for each problem; exit 1 when there is any

A rule may be set aside where a comment says why, on the same line or the one before:
    /* lint: getenv: the test builds ask whether to lose the reply */
For a long function that comment stands anywhere in the comment before it: "lint: long: one switch".
"""
import pathlib
import re
import sys

# Includes point one way: from a higher number to a lower one, or into the own folder.
LAYERS = {'version': 0, 'base': 1, 'model': 2, 'config': 3}
LAYERS.update(dict.fromkeys(['collect', 'statement', 'snapshot', 'terms', 'match', 'expire', 'tally',
                             'report', 'seal', 'store'], 4))
LAYERS.update({'night': 5, 'nightly': 6, 'commands': 7, 'main': 8})

# Third-party headers and the one file that may include each.
LIBRARIES = [
    (r'libpq-fe\.h|libpq/.*|postgres.*\.h', 'store/postgres.c'),
    (r'xlsxwriter.*', 'report/xlsx.c'),
    (r'yaml\.h', 'config/yaml.c'),
    (r'pcre2.*', 'base/regex.c'),
    (r'expat.*', None),  # None: any one file
    (r'zstd.*', None),
    (r'openssl/.*', 'base/digest.c'),
    (r'zip\.h', None),
    (r'zlib\.h', None),
]

STANDARD = set('''
assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg
stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype
dirent fcntl fnmatch ftw getopt glob libgen poll pthread pwd sched strings sys/file sys/mman sys/resource
sys/select sys/sendfile sys/socket sys/stat sys/statvfs sys/time sys/types sys/uio sys/un sys/wait
sys/random sys/ioctl sys/syscall termios unistd linux/fs omp immintrin emmintrin malloc endian byteswap
'''.split())

# function -> files (folders end in '/') that may call it
BANNED = {
    **dict.fromkeys('strtok strtok_r atoi atol atoll atof sscanf vsscanf strcpy strncpy strcat strncat '
                    'sprintf vsprintf gets alloca system popen tmpnam mktemp strptime'.split(), []),
    **dict.fromkeys('exit _exit quick_exit'.split(), ['main.c']),
    **dict.fromkeys('printf vprintf puts putchar perror'.split(), ['main.c', 'commands/', 'base/log.c']),
    **dict.fromkeys('fprintf vfprintf fputs fputc putc'.split(), ['main.c', 'commands/', 'base/log.c']),
    **dict.fromkeys('time gettimeofday clock_gettime'.split(), ['main.c', 'base/log.c']),
    **dict.fromkeys('localtime localtime_r gmtime strftime mktime setlocale tzset'.split(), ['main.c']),
    **dict.fromkeys('getenv secure_getenv'.split(), ['main.c', 'base/failpoint.c']),
    # each step on the disk passes a failpoint there; base/output.c writes the files of `rekon match`
    **dict.fromkeys('open creat fopen rename renameat unlink unlinkat rmdir mkdir mkdirat mkdtemp mkstemp tmpfile '
                    'truncate ftruncate fsync fdatasync syncfs'.split(),
                    ['base/file.c', 'base/failpoint.c', 'base/output.c']),
    **dict.fromkeys('rand random rand_r drand48 srand'.split(), []),
    **dict.fromkeys('setjmp longjmp'.split(), []),
}
FUNCTION_LINES = 60
FILE_LINES = 800

problems = []


def problem(path, line, text):
    problems.append((str(path), line, text))


def blank(match):
    """Keeps the line breaks of a comment or string, drops the rest."""
    return re.sub(r'[^\n]', ' ', match.group())


def code_of(text):
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text,
                  flags=re.S)


def excused(lines, number, rule):
    """A comment on the line or the one before sets the rule aside and says why."""
    near = '\n'.join(lines[max(0, number - 2):number])
    return re.search(r'lint: ' + re.escape(rule) + r': \w', near) is not None


def layer_of(part):
    return LAYERS.get(part)


def check_include(path, inside, number, name, own):
    """A project include: `inside` is the path below engine/, `own` its folder (main, nightly for files)."""
    folder = name.split('/')[0] if '/' in name else name.rsplit('.', 1)[0]
    if name.endswith('.sql.inc'):
        if own != 'store':
            problem(path, number, 'SQL belongs to store')
        return
    if layer_of(folder) is None:
        problem(path, number, f'include of "{name}" from a folder without a layer')
    elif folder != own and LAYERS[folder] >= LAYERS[own]:
        problem(path, number, f'{own} may not include {folder}: includes point one way')


def check_library(path, inside, number, name, users):
    stem = name[:-2] if name.endswith('.h') else name
    if stem in STANDARD:
        return
    for pattern, home in LIBRARIES:
        if re.fullmatch(pattern, name):
            if path.suffix == '.h':
                problem(path, number, f'<{name}>: no library shows in a header')
            elif home and inside != home:
                problem(path, number, f'<{name}> is included in {home} alone')
            else:
                users.setdefault(pattern, {})[inside] = (path, number)
            return
    problem(path, number, f'<{name}> is neither a standard header nor a known library')


def check_includes(path, inside, lines, users):
    own = inside.split('/')[0] if '/' in inside else inside.rsplit('.', 1)[0]
    if layer_of(own) is None:
        problem(path, 1, f'{own} has no layer: see LAYERS in tests/lint.py')
        return
    for number, line in enumerate(lines, 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match and match.group(1) == '"':
            check_include(path, inside, number, match.group(2), own)
        elif match:
            check_library(path, inside, number, match.group(2), users)


def check_banned(path, inside, code, lines):
    for number, line in enumerate(code.split('\n'), 1):
        for match in re.finditer(r'(?<![\w.>])([a-z_]\w*)\s*\(', line):
            name = match.group(1)
            if name not in BANNED:
                continue
            allowed = any(inside == place or (place.endswith('/') and inside.startswith(place))
                          for place in BANNED[name])
            if not allowed and not excused(lines, number, name):
                problem(path, number, f'{name}() is not used here')


def check_functions(path, lines):
    """clang-format puts the brace of a function, and of nothing else with code in it, at column 0."""
    begin = None
    for number, line in enumerate(lines, 1):
        if line == '{':
            begin = number
        elif line.startswith('}') and begin:
            length = number - begin + 1
            head = '\n'.join(lines[max(0, begin - 12):begin])
            if length > FUNCTION_LINES and not re.search(r'lint: long: \w', head):
                problem(path, begin, f'function of {length} lines, {FUNCTION_LINES} fit on a screen')
            begin = None


def check_text(path, lines):
    if len(lines) >= FILE_LINES:
        problem(path, len(lines), f'{len(lines)} lines, a file has less than {FILE_LINES}')
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            problem(path, number, 'space at the end of the line')


def check_header(path, lines):
    if not lines or not lines[0].startswith('/*'):
        problem(path, 1, 'a header opens with a paragraph: what for, an example, what always holds')


def main(root):
    users = {}
    for folder in ('engine', 'tests', 'fixtures', 'cron'):
        for path in sorted((root / folder).rglob('*')):
            if path.suffix not in ('.c', '.h', '.sql', '.sh', '.py') or not path.is_file():
                continue
            text = path.read_text(encoding='utf-8')
            lines = text.split('\n')[:-1] if text.endswith('\n') else text.split('\n')
            shown = path.relative_to(root)
            check_text(shown, lines)
            if path.suffix not in ('.c', '.h'):
                continue
            check_functions(shown, lines)
            if folder != 'engine':
                continue
            inside = str(path.relative_to(root / 'engine'))
            check_includes(shown, inside, lines, users)
            check_banned(shown, inside, code_of(text), lines)
            if path.suffix == '.h':
                check_header(shown, lines)
    for files in users.values():
        if len(files) > 1:
            for path, number in files.values():
                problem(path, number, 'a library is included in one file, this one in: ' +
                        ', '.join(sorted(files)))
    for path, number, text in sorted(problems):
        print(f'{path}:{number}: {text}')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)))
