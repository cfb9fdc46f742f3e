#!/bin/bash
# The shared job on FOLDER (see README.md); the result must be that of a peer (EXPECTED), or of job.py.
#
#   tests/bench/shared.sh FOLDER [EXPECTED.csv]
set -euo pipefail

bench=$(cd "$(dirname "$0")" && pwd)
root=$bench/../..
folder=$1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
applications=$folder/rekon-applications.csv
if [ ! -f "$applications" ]; then
    sed '1s/.*/application_id,office,billing_code,service,amount_due,submitted_at,applicant,status_there/' \
        "$folder/applications.csv" >"$applications.new"
    mv "$applications.new" "$applications"
fi
statements=("$folder"/{bank.csv,marketplace.csv,post.txt,minimarket.psv})
cat "$applications" "${statements[@]}" >/dev/null # into the page cache
for tables in summary summary,entries,applications,rejects; do
    echo "rekon match --write $tables"
    /usr/bin/python3 "$bench/measured.py" "$root/build/rekon" match --config "$root/rekon.yaml" \
        --rules "$bench/rules" --applications "$applications" --statements "${statements[@]}" \
        --out "$out/rekon" --write "$tables"
done
if [ $# -gt 1 ]; then
    cp "$2" "$out/expected.csv"
else
    /usr/bin/python3 "$bench/job.py" "$folder" >"$out/expected.csv"
fi
/usr/bin/python3 "$bench/job.py" --of "$out/rekon/summary.csv" >"$out/given.csv"
cmp "$out/expected.csv" "$out/given.csv"
echo "the same result: $(($(wc -l <"$out/given.csv") - 1)) rows"
