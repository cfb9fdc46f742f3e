#!/bin/bash
# The private PostgreSQL 15 cluster of this checkout: demo, tests and bench run on it.
#
#   tests/cluster.sh start               makes it when it is new, starts it when it is down
#   tests/cluster.sh stop                ends it; the data stay
#   tests/cluster.sh running             exit 0 when it answers
#   tests/cluster.sh remove              ends it and removes the data
#   tests/cluster.sh database NAME       an empty database NAME (an older one is dropped)
#   tests/cluster.sh site NAME FOLDER ['key: value'...]   an installation: empty database NAME, rekon.yaml
#                                        in FOLDER for the role rekon_night, `rekon init` as superuser
#   tests/cluster.sh connection NAME [ROLE]   the libpq connection string; ROLE: postgres (superuser)
#
# It listens on a Unix socket in a folder of mode 0700 and on nothing else. PostgreSQL refuses to run
# as root, so root runs it as an unprivileged user. Where that user cannot reach build/, or the socket's
# path would be too long for the system (107 bytes), a short private folder under /tmp is used instead.
# build/pg.env says which. REKON_CLUSTER=NAME is a cluster of its own beside it, in build/NAME, with the settings of
# tests/bench/NAME.conf where there is one. Clusters that packages made are neither used nor touched.
set -euo pipefail

cd "$(dirname "$0")/.."
checkout=$PWD
cluster=${REKON_CLUSTER:-pg} # its folder in build/; what `make bench` compares with SQL runs on one of its own
bin=/usr/lib/postgresql/15/bin
port=5433 # names the socket file; no TCP port is opened
fail() {
    echo "cluster: $*" >&2
    exit 1
}

if [ "$(id -u)" != 0 ]; then
    user=$(id -un)
    as_user() { "$@"; }
else
    user=nobody
    getent passwd postgres >/dev/null && user=postgres
    # in "/": that user may not be let into the present folder
    as_user() { (cd / && runuser -u "$user" -- env -i PATH=/usr/bin:/bin LANG=C.UTF-8 "$@"); }
fi

# The folder that holds data/ and socket/: build/pg, or a short one.
choose_home() {
    local hash
    home=$checkout/build/$cluster
    if [[ $home =~ ^[A-Za-z0-9._/-]+$ ]] && ((${#home} + 21 <= 107)) &&
        as_user test -x "$checkout/build" -a -r "$checkout/build"; then
        return
    fi
    hash=$(printf '%s %s' "$user" "$checkout${REKON_CLUSTER:+ $cluster}" | sha256sum)
    home=/tmp/rekon-${hash:0:12}
}

# A folder of ours alone: somebody else's under that name is refused, not used.
make_home() {
    if [ "$home" = "$checkout/build/$cluster" ]; then
        mkdir -p "$home"
        [ "$(id -u)" != 0 ] || chown "$user" "$home"
        chmod 700 "$home"
    else
        as_user mkdir -m 700 "$home" 2>/dev/null || true
    fi
    [ -d "$home" ] && [ ! -L "$home" ] && [ "$(stat -c '%U %a' "$home")" = "$user 700" ] ||
        fail "\"$home\" is not a private folder of $user"
}

running() {
    "$bin/pg_isready" -q -h "$home/socket" -p "$port"
}

# initdb writes beside the final name, so that a killed one leaves nothing half made.
make_data() {
    [ -f "$home/data/PG_VERSION" ] && return
    as_user rm -rf "$home/data.new" "$home/data"
    as_user "$bin/initdb" -D "$home/data.new" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
        >"$checkout/build/$cluster.initdb.log" 2>&1 ||
        fail "initdb failed, see build/$cluster.initdb.log"
    as_user mv "$home/data.new" "$home/data"
}

# A pid file left by a machine that died may name a process that is now something else.
drop_stale_pid() {
    local pid=
    [ -f "$home/data/postmaster.pid" ] && pid=$(head -n 1 "$home/data/postmaster.pid")
    if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$home/data" ]; then
        return
    fi
    rm -f "$home/data/postmaster.pid" "$home/socket/.s.PGSQL.$port" "$home/socket/.s.PGSQL.$port.lock"
}

settings() {
    [ ! -f "tests/bench/$cluster.conf" ] || sed -n 's/^\([a-z_]*\) *= *\([^ ]*\).*/-c \1=\2/p' "tests/bench/$cluster.conf" | tr '\n' ' '
}

start() {
    mkdir -p build
    choose_home
    exec 9>"build/$cluster.lock"
    flock 9
    if ! running; then
        make_home
        make_data 9>&-
        drop_stale_pid
        as_user mkdir -p "$home/socket"
        as_user "$bin/pg_ctl" start -s -w -t 60 -D "$home/data" -l "$home/server.log" -o "-p $port \
            -c listen_addresses= -c unix_socket_directories=$home/socket -c unix_socket_permissions=0700 \
            -c shared_buffers=256MB -c max_wal_size=2GB -c timezone=UTC -c log_timezone=UTC $(settings)" \
            </dev/null 9>&- || {
            tail -n 5 "$home/server.log" >&2 || true
            fail "could not start, see $home/server.log"
        }
    fi
    printf 'REKON_PG_HOST=%s\nREKON_PG_PORT=%s\nREKON_PG_USER=%s\n' "$home/socket" "$port" "$user" >"build/$cluster.env"
}

# `make stop` may be run by somebody who moved between folders: what was recorded counts.
recorded_home() {
    choose_home
    [ -f "build/$cluster.env" ] && home=$(sed -n 's/^REKON_PG_HOST=\(.*\)\/socket$/\1/p' "build/$cluster.env")
    [ -n "$home" ] || choose_home
}

stop() {
    recorded_home
    [ -f "$home/data/postmaster.pid" ] || return 0
    drop_stale_pid
    [ -f "$home/data/postmaster.pid" ] || return 0
    as_user "$bin/pg_ctl" stop -s -w -m fast -D "$home/data"
}

connection() {
    recorded_home
    echo "host=$home/socket port=$port dbname=$1 user=${2:-rekon_night}"
}

database() {
    recorded_home
    "$bin/psql" -X -q -v ON_ERROR_STOP=1 -v name="$1" -d "$(connection postgres postgres)" <<'SQL'
SET client_min_messages = warning;
DROP DATABASE IF EXISTS :"name" WITH (FORCE);
CREATE DATABASE :"name" TEMPLATE template0;
SQL
}

# The repository's rekon.yaml with another database, absolute folders of rules, and the keys given.
write_config() {
    local connection=$1 line
    shift
    sed -E "s|^database:.*|database: $connection|; s|^(rules\|reports): *(.*)|\1: $checkout/\2|" rekon.yaml |
        while IFS= read -r line; do
            [[ " $* " == *" ${line%%:*}: "* ]] || printf '%s\n' "$line"
        done
    [ $# = 0 ] || printf '%s\n' "$@"
}

# `rekon init` needs a role that may create roles; the nights run as one that may only add history.
site() {
    local name=$1 folder=$2
    shift 2
    mkdir -p "$folder"
    database "$name"
    write_config "$(connection "$name" postgres)" "$@" >"$folder/init.yaml"
    "${REKON:-build/rekon}" init --config "$folder/init.yaml"
    rm "$folder/init.yaml"
    write_config "$(connection "$name")" "$@" >"$folder/rekon.yaml"
}

case "${1:-} $#" in
'start 1') start ;;
'stop 1') stop ;;
'running 1') recorded_home && running ;;
'remove 1')
    stop
    recorded_home
    rm -rf "$home" "build/$cluster.env"
    ;;
'database 2') database "$2" ;;
'connection 2' | 'connection 3') connection "$2" "${3:-}" ;;
site\ [3-9])
    shift
    site "$@"
    ;;
*)
    sed -n '2,/^set/{s/^# \{0,1\}//;/^set/!p}' "$0" >&2
    exit 2
    ;;
esac
