#!/bin/bash
# make bench: how fast, beside what others do with the same files on this machine. tests/bench/README.md says how
# to read it.
#
#   SIZES="1e5 1e6"   of the shared job; 1e7 needs 5 GB below build/ and some minutes
#   RUNS=3            runs of each program; medians are told
#   NIGHT_SIZE=1e6    applications of the night against SQL
#   LAPSES=1e6        applications that lapse in one night (as NIGHT_SIZE)
#   NIGHTS=30         nights that are made again; a year is 365
#   PARTS="..."       which parts: shared night ordinary books reruns reading scale
#
# Exit 1 when a result is wrong, never because something is slow. Data are made once and kept in build/bench.
set -euo pipefail

cd "$(dirname "$0")/.."
sizes=${SIZES:-1e5 1e6}
runs=${RUNS:-3}
python=/usr/bin/python3
bad=0
trap 'REKON_CLUSTER=pg-bench tests/cluster.sh stop' EXIT

"$python" -c 'import sys; sys.path.insert(0, "tests/bench"); sys.dont_write_bytecode = True; import kit; print(kit.machine())'
for part in ${PARTS:-shared night ordinary books reruns reading scale}; do
    echo
    case $part in
    shared) "$python" tests/bench/shared.py --sizes "$sizes" --runs "$runs" || bad=1 ;;
    night) "$python" tests/bench/night.py --runs "$runs" --size "${NIGHT_SIZE:-1e6}" \
        --lapses "${LAPSES:-${NIGHT_SIZE:-1e6}}" || bad=1 ;;
    ordinary) "$python" tests/bench/ordinary.py --runs "$runs" || bad=1 ;;
    books) "$python" tests/bench/books.py --runs "$runs" || bad=1 ;;
    reruns) "$python" tests/bench/reruns.py --runs "$runs" --nights "${NIGHTS:-30}" || bad=1 ;;
    reading) "$python" tests/bench/reading.py build/bench/reading 200 || bad=1 ;;
    scale) "$python" tests/bench/scale.py --sizes "$("$python" -c \
        "print(','.join(str(int(float(size))) for size in '$sizes'.split()))")" || bad=1 ;;
    *)
        echo "bench: no part is called $part" >&2
        bad=1
        ;;
    esac
done
exit $bad
