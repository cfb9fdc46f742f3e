#!/bin/bash
# make bench: how fast, beside what others do with the same files on this machine. tests/bench/README.md says how
# to read it.
#
#   SIZES="1e5 1e6"   of the shared job; 1e7 needs 5 GB below build/ and some minutes
#   RUNS=3            runs of each program; medians are told
#   PARTS="..."       which parts: shared reading scale
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
for part in ${PARTS:-shared reading scale}; do
    echo
    case $part in
    shared) "$python" tests/bench/shared.py --sizes "$sizes" --runs "$runs" || bad=1 ;;
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
