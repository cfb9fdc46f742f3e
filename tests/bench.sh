#!/bin/bash
# make bench: how fast each stage is, and how much memory the program takes at most.
#
#   tests/bench.sh [APPLICATIONS]     default 1000000, with about as many entries, over seven nights
#
# First files against files (`rekon match`), then one night on the private PostgreSQL with everything in
# its inbox. The data are made once and kept in build/bench.
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

# measured COMMAND...: the command's stage lines as rates, then its time and peak memory.
measured() {
    /usr/bin/python3 - "$@" <<'PY'
import re
import resource
import subprocess
import sys
import time

began = time.monotonic()
run = subprocess.run(sys.argv[1:], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
took = time.monotonic() - began
for line in run.stderr.splitlines():
    stage = re.search(r'stage=(\S+)(.*) ms=(\d+)$', line)
    if not stage:
        continue
    numbers = [int(n) for n in re.findall(r'\b(?:applications|entries|touched|facts|rows|workbooks)=(\d+)', stage.group(2))]
    ms = int(stage.group(3))
    rate = f'{max(numbers) * 1000 // max(ms, 1):>12,} lines/s' if numbers else ' ' * 20
    print(f'  {stage.group(1):<12}{ms:>8} ms {rate}  {stage.group(2).strip()}')
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f'  {"all":<12}{took * 1000:>8.0f} ms   peak memory {peak // 1024} MiB, exit {run.returncode}')
if run.returncode > 1:
    sys.exit(run.stderr)
PY
}

echo "$many applications, $(nproc) processors"
echo 'files against files (rekon match):'
mapfile -t statements < <(find "$data/inbox" -type f | sort)
measured build/rekon match --applications "$data/applications.csv" --statements "${statements[@]}" \
    --out "$data/out" --as-at 2024-03-11T00:00:00+07:00

echo 'import into PostgreSQL (rekon import):'
rm -rf "$data/site"
tests/cluster.sh site rekon_bench "$data/site" 'start: 2024-03-04'
measured build/rekon import applications "$data/applications.csv" --config "$data/site/rekon.yaml"

echo 'one night (rekon run):'
cp -p "${statements[@]}" "$data/site/inbox/"
measured build/rekon run --date 2024-03-10 --config "$data/site/rekon.yaml"
rm -rf "$data/site"
