#!/bin/bash
# The private cluster and the set-up: started twice, killed, copied, in folders where it cannot live.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# In a short folder of its own: the length of paths is part of the test.
work=$(mktemp -d /tmp/rekon-test.XXXXXX)
chmod 755 "$work"
passed=0
failed=0

check() {
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: $what"
    fi
}

new_checkout() {
    mkdir -p "$1/tests"
    cp "$here/cluster.sh" "$1/tests/"
}

ask() {
    psql -X -At -d "$("$1/tests/cluster.sh" connection postgres postgres)" -c "$2" 2>&1
}

home_of() {
    sed -n 's/^REKON_PG_HOST=//p' "$1/build/pg.env"
}

cleanup() {
    for checkout in "$work"/* "$work"/closed/*; do
        [ -x "$checkout/tests/cluster.sh" ] && "$checkout/tests/cluster.sh" remove 9>&-
    done
    rm -rf "$work"
}
trap cleanup EXIT

test_plain() {
    local plain=$work/plain pid
    new_checkout "$plain"
    check 'nothing runs before it is started' bash -c "! $plain/tests/cluster.sh running"
    check 'it starts' "$plain/tests/cluster.sh" start
    check 'it lives in build/pg' [ "$(home_of "$plain")" = "$plain/build/pg/socket" ]
    check 'it is version 15' grep -q '^15\.' <<<"$(ask "$plain" 'SHOW server_version')"
    check 'it listens on no address' [ -z "$(ask "$plain" 'SHOW listen_addresses')" ]
    check 'nobody else reaches its socket' [ "$(stat -c %a "$plain/build/pg")" = 700 ]
    check 'its text is UTF-8 in byte order' [ "$(ask "$plain" "SELECT pg_encoding_to_char(encoding) || ' ' || datcollate
        FROM pg_database WHERE datname = 'postgres'")" = 'UTF8 C.UTF-8' ]
    pid=$(head -n 1 "$plain/build/pg/data/postmaster.pid")
    check 'it does not run as root' [ "$(stat -c %u "/proc/$pid")" != 0 ]
    check 'starting it again is fine' "$plain/tests/cluster.sh" start
    check 'and it is the same one' [ "$(head -n 1 "$plain/build/pg/data/postmaster.pid")" = "$pid" ]
    "$plain/tests/cluster.sh" database 'odd name'
    check 'a database can be made again' "$plain/tests/cluster.sh" database 'odd name'
    # as after a power cut: no shutdown, and the pid belongs to somebody else by now
    kill -KILL "$pid"
    while [ -e "/proc/$pid" ]; do sleep 0.05; done
    sed -i "1s/.*/$$/" "$plain/build/pg/data/postmaster.pid"
    check 'it starts after it was killed' "$plain/tests/cluster.sh" start
    check 'it stops' "$plain/tests/cluster.sh" stop
    check 'it is down then' bash -c "! $plain/tests/cluster.sh running"
    check 'stopping it again is fine' "$plain/tests/cluster.sh" stop
    check 'it starts once more' "$plain/tests/cluster.sh" start
    check 'with its data' [ "$(ask "$plain" "SELECT count(*) FROM pg_database WHERE datname = 'odd name'")" = 1 ]
    "$plain/tests/cluster.sh" remove
    check 'nothing is left of it' [ ! -e "$plain/build/pg" ]
}

# elsewhere CHECKOUT WHY
elsewhere() {
    local home
    new_checkout "$1"
    check "$2: it starts" "$1/tests/cluster.sh" start
    home=$(home_of "$1")
    check "$2: it lives in a short folder" grep -qE '^/tmp/rekon-[0-9a-f]{12}/socket$' <<<"$home"
    check "$2: which is private" [ "$(stat -c %a "${home%/socket}")" = 700 ]
    check "$2: it answers" [ "$(ask "$1" 'SELECT 1')" = 1 ]
    check "$2: it stops" "$1/tests/cluster.sh" stop
    "$1/tests/cluster.sh" remove
    check "$2: nothing is left of it" [ ! -e "${home%/socket}" ]
}

test_elsewhere() {
    local long
    long=$work/$(printf 'x%.0s' {1..80})
    elsewhere "$long" 'a long path'
    elsewhere "$work/odd name" 'a path with a space'
    if [ "$(id -u)" = 0 ]; then # others run it as themselves and reach what they own
        mkdir -m 700 "$work/closed"
        elsewhere "$work/closed/checkout" 'a closed folder'
    fi
}

test_setup() {
    local fakes=$work/fakes
    mkdir -p "$fakes"
    check 'nothing is installed when nothing is missing' "$here/setup.sh"
    # a machine that lacks two packages, and an apt-get that only writes down what it is asked
    cat >"$fakes/dpkg-query" <<'SH'
#!/bin/sh
shift 2
for package; do
    case $package in
    cron) ;;
    locales) echo "config-files $package" ;;
    *) echo "installed $package" ;;
    esac
done
SH
    printf '#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >>"%s/asked"\n' "$fakes" >"$fakes/apt-get"
    printf '#!/bin/sh\necho "sudo" >>"%s/asked"\nexec "$@"\n' "$fakes" >"$fakes/sudo"
    chmod +x "$fakes"/*
    PATH=$fakes:$PATH "$here/setup.sh" >/dev/null
    check 'only what is missing is installed' grep -qx \
        'noninteractive install -y -q --no-install-recommends cron locales' "$fakes/asked"
    check 'the lists are brought up to date before' grep -q ' update -q$' "$fakes/asked"
    printf '#!/bin/sh\necho 1000\n' >"$fakes/id"
    chmod +x "$fakes/id"
    PATH=$fakes:$PATH "$here/setup.sh" >/dev/null
    check 'a user installs with sudo' grep -qx sudo "$fakes/asked"
}

test_plain
test_elsewhere
test_setup
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
