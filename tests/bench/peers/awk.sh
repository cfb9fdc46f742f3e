#!/bin/bash
# awk.sh DATA OUT: the shared job with awk, sort and join.
set -euo pipefail
export LC_ALL=C
here=$(dirname "$0") data=$1 out=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
awk=$(command -v mawk || command -v awk)
sorted() { sort --parallel="$(nproc)" -S 2G -T "$folder" "$@"; }

mkfifo "$folder/lines" "$folder/applications"
for file in bank.csv marketplace.csv post.txt minimarket.psv; do
    "$awk" -v KIND="${file%%.*}" -f "$here/normal.awk" "$data/$file"
done | sorted -k1,1 -k2,2n -k3,3n >"$folder/lines" &
"$awk" -v KIND=applications -f "$here/normal.awk" "$data/applications.csv" | sorted -k1,1 >"$folder/applications" &
join -a 1 -e - -o 0,1.2,1.3,1.4,2.2,2.3,2.4 "$folder/lines" "$folder/applications" | "$awk" '
    {
        class = $5 == "-" ? "unknown" : $1 == last ? "duplicate" : $4 != $6 ? "amount_mismatch" : \
            ($2 < $7 || $2 > $7 + 259200) ? "late" : "matched"
        last = $1
        key = $5 SUBSEP $3 SUBSEP class
        lines[key]++
        amount[key] += $4
    }
    END {
        split("bank marketplace post minimarket", channel, " ")
        for (key in lines) {
            split(key, part, SUBSEP)
            printf "%s,%s,%s,%.0f,%.0f\n", part[1], channel[part[2] + 1], part[3], lines[key], amount[key]
        }
    }' | { echo office,channel,class,lines,amount; sort -t, -k1,1 -k2,2 -k3,3; } >"$out"
wait
