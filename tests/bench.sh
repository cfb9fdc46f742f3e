#!/bin/bash
# make bench: how fast each stage is, and how much memory the program takes at most.
#
#   tests/bench.sh [APPLICATIONS]     default 1000000, with about as many entries, over seven nights
#
# First files against files (`rekon match`), then one night on the private PostgreSQL with everything in
# its inbox. The data are made once and kept in build/bench. See tests/bench/README.md.
set -euo pipefail

cd "$(dirname "$0")/.."
many=${1:-1000000}
data=$PWD/build/bench/$many
if [ ! -f "$data/done" ]; then
    rm -rf "$data"
    mkdir -p "$data"
    build/fixtures/generate --seed 1 --applications "$many" --nights 7 --start 2024-03-04 --offices all \
        --noise clean --out "$data"
    touch "$data/done"
fi
mapfile -t statements < <(find "$data/inbox" -type f | sort)
cat "$data/applications.csv" "${statements[@]}" >/dev/null # into the page cache

measured() {
    /usr/bin/python3 tests/bench/measured.py "$@"
}

echo "$many applications, $(nproc) processors"
for tables in summary summary,entries,applications,rejects; do
    echo "files against files (rekon match --write $tables):"
    measured build/rekon match --applications "$data/applications.csv" --statements "${statements[@]}" \
        --out "$data/out" --as-at 2024-03-11T00:00:00+07:00 --write "$tables"
done

echo 'time per entry as their number grows, 5 % of them hard:'
/usr/bin/python3 tests/bench/scale.py

echo 'reading (rekon match, rekon read):'
/usr/bin/python3 tests/bench/reading.py build/bench/reading $((many >= 1000000 ? 500 : many / 2000 + 1))

echo 'import into PostgreSQL (rekon import):'
rm -rf "$data/site"
tests/cluster.sh site rekon_bench "$data/site" 'start: 2024-03-04' >/dev/null
measured build/rekon import applications "$data/applications.csv" --config "$data/site/rekon.yaml"

echo 'one night (rekon run):'
cp -p "${statements[@]}" "$data/site/inbox/"
measured build/rekon run --date 2024-03-10 --config "$data/site/rekon.yaml"
rm -rf "$data/site" "$data/out"
