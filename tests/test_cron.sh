#!/bin/bash
# The nightly job as cron starts it: an empty environment, /bin/sh, the folder "/".
#
#   tests/test_cron.sh           the crontab's line, run the way cron runs it
#   tests/test_cron.sh daemon    under a real cron daemon in a mount namespace of its own (root; one minute)
#
# REKON_SHIPPED is the program, REKON_TEST_DB an empty database. A stand-in for the program shows what
# environment it got and ends as it is told; its table of exit codes is the real one.
set -uo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
rekon=${REKON_SHIPPED:-$here/build/rekon}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# check WHAT COMMAND...: counts whether the command holds.
check() {
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: $what"
        sed 's/^/    log: /' "$work/night.log" 2>/dev/null | tail -n 20
        sed 's/^/    out: /' "$work/out" 2>/dev/null | tail -n 20
    fi
}

says() {
    grep -qF -- "$2" "$1"
}

says_not() {
    ! grep -qF -- "$2" "$1"
}

# The command of the crontab's first line, with this checkout's wrapper and this test's files.
command_line() {
    awk '$1 ~ /^[0-9]+$/ { for (i = 7; i <= NF; i++) printf "%s ", $i; exit }' "$here/cron/rekon" |
        sed "s|/usr/local/bin/rekon-night|$here/cron/rekon-night|
             s|/etc/rekon/rekon.yaml|$work/site/rekon.yaml|; s|/var/log/rekon/night.log|$work/night.log|"
}

# as_cron PROGRAM: sets code; what was printed is in $work/out.
as_cron() {
    rm -f "$work/night.log"
    (cd / && env -i HOME=/ LOGNAME="$(id -un)" SHELL=/bin/sh PATH=/usr/bin:/bin REKON="$1" \
        sh -c "$(command_line)") >"$work/out" 2>&1
    code=$?
}

make_stand_in() {
    mkdir -p "$work/site"
    cat >"$work/stand-in" <<SH
#!/bin/sh
[ "\$1" = --exit-codes ] && exec "$rekon" --exit-codes
echo "arguments: \$*"
echo "folder: \$(pwd)"
echo 'rekon stage=read files=0' >&2
env | sort
. "$work/ending"
SH
    chmod +x "$work/stand-in"
}

test_environment() {
    echo 'exit 0' >"$work/ending"
    as_cron "$work/stand-in"
    check 'a good run ends with 0' [ "$code" = 0 ]
    check 'a good run prints nothing' [ ! -s "$work/out" ]
    check 'the configuration is passed on' says "$work/night.log" "arguments: run --config $work/site/rekon.yaml"
    check 'it runs in the folder of the configuration' says "$work/night.log" "folder: $work/site"
    check 'the locale is set' says "$work/night.log" 'LC_ALL=C.UTF-8'
    check 'the path is set' says "$work/night.log" 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin'
    check 'home is a home' says "$work/night.log" "HOME=$(getent passwd "$(id -u)" | cut -d: -f6)"
    check 'the lines of the stages are in the log' says "$work/night.log" 'rekon stage=read files=0'
    check 'the first line says when it began' grep -qE \
        '^[0-9-]{10}T[0-9:]{8}[+-][0-9]{4} rekon-night begin config=/' "$work/night.log"
    check 'the last line says how it ended' [ "$(tail -n 1 "$work/night.log" | cut -d' ' -f2-)" = \
        'rekon-night end exit=0 meaning="done"' ]
    check 'nobody else reads the log' [ "$(stat -c %a "$work/night.log")" = 600 ]
}

test_appends() {
    echo 'exit 0' >"$work/ending"
    as_cron "$work/stand-in"
    "$here/cron/rekon-night" "$work/site/rekon.yaml" "$work/night.log" >/dev/null 2>&1 # the real program
    check 'a second run is appended' [ "$(grep -c 'rekon-night begin' "$work/night.log")" = 2 ]
}

# Every code of the program's own table comes through, with its words.
test_exit_codes() {
    local number meaning action
    "$rekon" --exit-codes >"$work/codes"
    check 'the table has all nine codes' [ "$(cut -f1 "$work/codes" | tr '\n' ' ')" = '0 1 2 3 4 5 6 7 70 ' ]
    while IFS=$'\t' read -r number meaning action; do
        echo "exit $number" >"$work/ending"
        as_cron "$work/stand-in"
        check "exit code $number comes through" [ "$code" = "$number" ]
        check "exit code $number is in the log" says "$work/night.log" "end exit=$number meaning=\"$meaning\""
        [ "$number" = 0 ] && continue
        check "exit code $number says what happened" says "$work/out" "exit code $number: $meaning"
        check "exit code $number says what to do" says "$work/out" "what to do: $action"
        check "exit code $number shows the last lines" says "$work/out" 'rekon stage=read files=0'
    done <"$work/codes"
    echo 'exit 42' >"$work/ending"
    as_cron "$work/stand-in"
    check 'an unknown code comes through' [ "$code" = 42 ]
    check 'an unknown code is said to be unknown' says "$work/out" 'does not know'
}

test_trouble() {
    echo 'kill -KILL $$' >"$work/ending"
    as_cron "$work/stand-in"
    check 'a killed run ends with 137' [ "$code" = 137 ]
    check 'a killed run may be run again' says "$work/out" 'running again is safe'
    as_cron /nonexistent/rekon
    if [ -x "$here/build/rekon" ]; then
        check 'a wrong REKON falls back to the program of the checkout' says_not "$work/out" 'could not be started'
    fi
    cp "$here/cron/rekon-night" "$work/alone"
    REKON=/nonexistent/rekon "$work/alone" "$work/site/rekon.yaml" "$work/night.log" >"$work/out" 2>&1
    code=$?
    check 'a missing program ends with 127' [ "$code" = 127 ]
    check 'a missing program is named' says "$work/out" '"/nonexistent/rekon" could not be started'
    echo 'exit 1' >"$work/ending"
    REKON=$work/stand-in "$here/cron/rekon-night" "$work/site/rekon.yaml" /dev/null/night.log >"$work/out" 2>&1
    code=$?
    check 'without a log the night is run all the same' [ "$code" = 1 ]
    check 'without a log its lines are printed' says "$work/out" 'rekon stage=read files=0'
}

# A whole installation: the real program on a real database, with nothing in its inbox.
write_site() {
    printf 'database: %s\ninbox: inbox\narchive: archive\noutput: output\nrules: %s\nreports: %s\n' \
        "$1" "$here/rules" "$here/reports" >"$work/site/rekon.yaml"
}

test_real_night() {
    write_site "host=/nonexistent dbname=rekon user=rekon_night"
    as_cron "$rekon"
    check 'without a database the exit code is 5' [ "$code" = 5 ]
    check 'without a database it says what to do' says "$work/out" 'bring PostgreSQL back'
    write_site "${REKON_TEST_DB:?is not set: start this through tests/run.sh}"
    "$rekon" init --config "$work/site/rekon.yaml" >"$work/out" 2>&1
    check 'init works' [ $? = 0 ]
    write_site "$REKON_TEST_DB user=rekon_night"
    as_cron "$rekon"
    check 'a night without statements is done' [ "$code" -le 1 ]
    check 'it is committed' grep -qE 'run=[0-9-]+ .*committed=yes' "$work/night.log"
}

# The crontab itself under a real daemon; /etc/cron.d and all else it reads is replaced in a namespace.
test_daemon() {
    echo 'exit 0' >"$work/ending"
    mkdir -p "$work/cron.d" "$work/spool"
    {
        echo "REKON=$work/stand-in"
        grep -E '^[A-Z]+=' "$here/cron/rekon" | sed 's/^MAILTO=.*/MAILTO=""/'
        echo "* * * * * $(id -un) $(command_line)"
    } >"$work/cron.d/rekon"
    chmod 644 "$work/cron.d/rekon"
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount --pid --fork --kill-child bash -c '
        mount --bind "$1/cron.d" /etc/cron.d && mount --bind "$1/spool" /var/spool/cron/crontabs &&
        mount --bind /dev/null /etc/crontab && mount -t tmpfs none /run || exit 1
        timeout 130 cron -f &
        for i in $(seq 125); do grep -qs "night end" "$1/night.log" && exit 0; sleep 1; done
        exit 1' bash "$work" >"$work/out" 2>&1
    check 'cron runs the job' [ $? = 0 ]
    check 'with the environment that it needs' says "$work/night.log" 'LC_ALL=C.UTF-8'
    check 'and it ends well' says "$work/night.log" 'end exit=0'
}

make_stand_in
if [ "${1:-}" = daemon ]; then
    test_daemon
else
    test_environment
    test_appends
    test_exit_codes
    test_trouble
    test_real_night
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
