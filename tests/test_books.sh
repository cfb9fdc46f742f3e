#!/bin/bash
# The books that `rekon match --write workbooks` makes of generated data, opened by openpyxl and LibreOffice:
# no complaint, every formula's stored value is what LibreOffice works out, every sheet prints on A4.
# Indonesian and English, a day with all kinds of trouble and a day on which nothing happened.
set -euo pipefail

cd "$(dirname "$0")/.."
work=${TMPDIR:-/tmp}/books
rm -rf "$work"
mkdir -p "$work/inbox"

make_books() { # FOLDER [OPTION...] -- STATEMENT...
    local out=$1 options=()
    shift
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    "$REKON" match --config "$work/rekon.yaml" --applications "$work/generated/applications.csv" \
        --statements "$@" --write workbooks "${options[@]}" --out "$out" 2>"$out.log" || [ $? = 1 ]
}

"$REKON_GENERATE" --seed 11 --applications 400 --nights 3 --start 2024-03-04 \
    --offices palembang,jayapura --noise demo --out "$work/generated" >/dev/null
printf 'H|REKON|20240306\nT|0|0\n' >"$work/inbox/IDMREKON_20240306.txt"
for language in id en; do
    sed "s/^language: .*/language: $language/; s|^rules: .*|rules: $PWD/rules|; s|^reports: .*|reports: $PWD/reports|" \
        rekon.yaml >"$work/rekon.yaml"
    mapfile -t statements < <(find "$work/generated/inbox" -type f | sort)
    make_books "$work/full-$language" -- "${statements[@]}"
    make_books "$work/asked-$language" --period 2024-Q1 --report penerimaan -- "${statements[@]}"
    make_books "$work/asked-$language" --period 2024-W10 --report selisih -- "${statements[@]}"
done
make_books "$work/quiet" -- "$work/inbox/IDMREKON_20240306.txt"
# One office's books of the periods are enough beside all of the day's.
find "$work" -name 'bulanan-*' -o -name 'penerimaan-*' -o -name 'selisih-*' | grep -v '/palembang/\|/tanpa-kantor/' |
    xargs rm -f
tests/look_at_books.py "$work"
