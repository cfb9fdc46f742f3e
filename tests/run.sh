#!/bin/bash
# Runs every suite, one line each, and ends with the counts of all of them.
#
#   tests/run.sh                  all: format, lint, tests/test_*.c, .sh and .py, the C suites once more
#                                 under the sanitizers
#   tests/run.sh test_store ...   the suites of these names
#
# A suite is an executable of cmocka, a script that ends with "N passed, N failed" or with unittest's lines,
# or anything else, which counts as one test by its exit code. Output goes to build/log/SUITE.log.
# Each suite has a folder of its own in TMPDIR and, when its source names REKON_TEST_DB, an empty
# database: that variable is its superuser's connection string. What a suite lacks makes it fail; nothing
# is skipped. JOBS suites run at once (default: one for each processor).
set -uo pipefail

cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
unset TZ
export REKON=$PWD/build/test/rekon               # with failpoints
export REKON_SHIPPED=$PWD/build/rekon            # without
export REKON_SANITIZED=$PWD/build/sanitize/rekon # with failpoints, under ASan and UBSan
export REKON_GENERATE=$PWD/build/fixtures/generate
export ASAN_OPTIONS=abort_on_error=0:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
wanted=" $* "
jobs=${JOBS:-$(nproc)}
started=()
mkdir -p build/log
rm -f build/log/*.counts

# Counts what a log says: sets ok and bad. A runner that ended badly without a failed test failed once.
count() {
    local log=$1 status=$2
    read -r ok bad < <(awk '
        /^\[  PASSED  \] [0-9]+ test/ { ok += $4 }
        /^\[  FAILED  \] [0-9]+ test/ { bad += $4 }
        /^\[  SKIPPED \] [0-9]+ test/ { bad += $4 }
        /^[0-9]+ passed, [0-9]+ failed$/ { ok += $1; bad += $3 }
        /^Ran [0-9]+ tests? in / { ran += $2 }
        /^FAILED \(/ { line = $0; gsub(/[^0-9]+/, " ", line); n = split(line, part, " ");
                       for (i = 1; i <= n; i++) wrong += part[i] }
        /^OK \(skipped=/ { line = $0; gsub(/[^0-9]+/, " ", line); wrong += line }
        END { print ok + ran - wrong, bad + wrong }' "$log")
    if ((ok + bad == 0)); then
        ((status == 0)) && ok=1 || bad=1
    elif ((status != 0 && bad == 0)); then
        bad=1
    fi
}

# run_suite NAME SOURCE COMMAND...: its log, its counts in build/log/NAME.counts, and what is printed of it.
run_suite() {
    local name=$1 source=$2 began=$EPOCHREALTIME status=0 ok bad mark=ok
    shift 2
    local log=build/log/$name.log database=rekon_test_${name//-/_}
    export TMPDIR=$PWD/build/tmp/$name
    rm -rf "$TMPDIR"
    mkdir -p "$TMPDIR"
    unset REKON_TEST_DB
    if grep -qsE 'REKON_TEST_DB|store_kit\.h' "$source"; then
        tests/cluster.sh database "$database" >"$log" 2>&1 || status=1
        REKON_TEST_DB=$(tests/cluster.sh connection "$database" postgres)
        export REKON_TEST_DB
    fi
    if ((status == 0)); then
        timeout --kill-after=10 1500 "$@" >"$log" 2>&1 </dev/null || status=$?
    fi
    count "$log" "$status"
    ((bad == 0)) || mark=FAILED
    echo "$ok $bad" >"build/log/$name.counts"
    printf '%-7s %-34s %4d passed %3d failed %6.1f s\n' "$mark" "$name" "$ok" "$bad" \
        "$(awk "BEGIN { print $EPOCHREALTIME - $began }")"
    if ((bad > 0)); then
        grep -v '^\[ *\(RUN\|OK\) ' "$log" | tail -n 40 | sed 's/^/        /'
    else
        rm -rf "$TMPDIR"
    fi
}

# suite NAME SOURCE COMMAND...: starts it when fewer than $jobs run; what it prints comes in one piece.
suite() {
    [[ $wanted = '  ' || $wanted = *" $1 "* ]] || return 0
    while (($(jobs -pr | wc -l) >= jobs)); do wait -n; done
    started+=("$1")
    { said=$(run_suite "$@") && echo "$said"; } &
}

# The cluster is left as it was found.
tests/cluster.sh running || trap 'tests/cluster.sh stop' EXIT
tests/cluster.sh start || exit 1

suite format '' make -s --no-print-directory format-check
suite lint '' make -s --no-print-directory lint
for source in tests/test_*.c; do
    name=$(basename "$source" .c)
    suite "$name" "$source" "build/test/$name"
done
for source in tests/test_*.sh; do
    [ -e "$source" ] && suite "$(basename "$source")" "$source" bash "$source"
done
for source in tests/test_*.py; do
    [ -e "$source" ] && suite "$(basename "$source")" "$source" /usr/bin/python3 "$source"
done
for source in tests/test_*.c; do
    name=$(basename "$source" .c)
    suite "$name-sanitized" "$source" "build/sanitize/$name"
done

wait
((${#started[@]} > 0)) || {
    echo "no suite is called$wanted" >&2
    exit 2
}
passed=0
failed=0
for name in "${started[@]}"; do
    read -r ok bad <"build/log/$name.counts" || { ok=0 bad=1 && echo "FAILED  $name: it left no counts"; }
    passed=$((passed + ok))
    failed=$((failed + bad))
done
echo
echo "$passed passed, $failed failed"
((failed == 0))
