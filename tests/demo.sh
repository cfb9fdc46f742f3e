#!/bin/bash
# make demo: seven consecutive nights of six offices in three time zones, on the private PostgreSQL.
# Everything it makes is in demo/; running it again begins anew.
set -euo pipefail

cd "$(dirname "$0")/.."
folder=demo
start=2024-03-04
offices=palembang,sampit,jakarta-selatan,tangerang,denpasar,jayapura
rm -rf "$folder"
mkdir -p "$folder"

build/fixtures/generate --seed 7 --applications 3000 --nights 7 --start "$start" --offices "$offices" \
    --noise demo --out "$folder/generated"
cp -r rules "$folder/rules"
tests/cluster.sh site rekon "$folder" "start: $start" "rules: rules"

# Only Palembang's quota is in print; those of the others are made up for this demo.
for office in sampit jakarta-selatan tangerang denpasar jayapura; do
    echo "- {office: $office, from: 2022-01-26, working_days: yes, count: 60}" >>"$folder/rules/quotas.yaml"
done

# In this week the payment service is out of order for three days; that is written down late, so who
# lapsed in between waits again, or is reinstated by a payment that was in time after all.
outage_known=2024-03-08
outage() {
    cat >>"$folder/rules/outages.yaml" <<'YAML'

- outage: contoh-maret-2024
  label: {id: Gangguan pembayaran 6-9 Maret 2024 (contoh), en: 'Outage of payments, 6 to 9 March 2024 (example)'}
  from: '2024-03-06 09:00:00'
  until: '2024-03-09 08:00:00'
  functions: [payment]
YAML
}

rekon() {
    build/rekon "$@" --config "$folder/rekon.yaml"
}

# Exit 1 means that something waits for an operator: in this data it does, on purpose.
for day in "$folder"/generated/inbox/*/; do
    night=$(basename "$day")
    echo
    echo "== night of $night"
    if [ "$night" = "$outage_known" ]; then
        echo 'the outage of 6 to 9 March is written down now'
        outage
    fi
    rekon import applications "$folder/generated/applications-$night.csv"
    find "$day" -type f -exec cp -p {} "$folder/inbox/" \;
    rekon run --date "$night" || [ $? = 1 ]
done

ask() {
    psql -X -q -At -F '  ' -d "$(tests/cluster.sh connection rekon postgres)" -c "$1"
}

# The last word on each entry, application and case.
echo
echo '== what the seven nights say'
ask "WITH said AS (
         SELECT DISTINCT ON (o.entry) o.outcome, o.amount
         FROM rekon.outcome o JOIN rekon.run r USING (run)
         ORDER BY o.entry, r.night DESC, r.number DESC)
     SELECT 'matched:  ' || count(*) FILTER (WHERE outcome = 'matched') || ' of ' || count(*) ||
            ' entries, Rp' || translate(to_char(coalesce(sum(amount) FILTER (WHERE outcome = 'matched'), 0) / 100,
                                        'FM999,999,999,999'), ',', '.')
     FROM said"
ask "WITH said AS (
         SELECT DISTINCT ON (t.application_id) t.to_state
         FROM rekon.transition t JOIN rekon.run r USING (run)
         ORDER BY t.application_id, r.night DESC, r.number DESC, t.id)
     SELECT 'lapsed:   ' || count(*) FILTER (WHERE to_state = 'expired') || ' bookings; ' ||
            count(*) FILTER (WHERE to_state = 'reinstated') || ' reinstated by evidence that came late'
     FROM said"
ask "SELECT 'spared:   ' || count(*) FILTER (WHERE from_state = 'expired' AND to_state = 'awaiting') ||
            ' bookings wait again because of the outage, ' ||
            count(*) FILTER (WHERE to_state IN ('paid', 'reinstated')) || ' paid in time only because of it'
     FROM rekon.transition WHERE reason = 'in time: an outage stopped the clock'"
ask "SELECT 'notices:  ' || coalesce(string_agg(n || ' ' || kind, ', ' ORDER BY n DESC, kind), 'none')
     FROM (SELECT kind, count(*) AS n FROM rekon.notice GROUP BY kind) s"
ask "WITH said AS (
         SELECT DISTINCT ON (c.case_id) c.kind, c.status
         FROM rekon.case_event c JOIN rekon.run r USING (run)
         ORDER BY c.case_id, r.night DESC, r.number DESC, (c.status = 'closed') DESC)
     SELECT 'waits for a person:  ' || coalesce(string_agg(n || ' ' || kind, ', ' ORDER BY n DESC, kind), 'nothing')
     FROM (SELECT kind, count(*) AS n FROM said WHERE status <> 'closed' GROUP BY kind) s"
echo
echo '== the first night again, from the archive alone'
rekon rerun --date "$start" 2>/dev/null

# The first day whose money is not what its night said.
for revised in $(find "$folder/output/nasional" -name 'nasional-*.r2.xlsx' | sort); do
    day=${revised##*/nasional-}
    day=${day%.r2.xlsx}
    why=$(rekon diff "$day" "$night" --office nasional | sed -n '/^booked on/,$p')
    if grep -q '^    statement' <<<"$why"; then
        printf '\n== why the books of %s are not what they were: a statement came late\n%s\n\n' "$day" "$why"
        break
    fi
done

echo
echo 'who was spared, and why: sheet Kedaluwarsa of the books of 8 to 10 March; what to tell them: demo/output/pemberitahuan'
echo 'how full the days are, and who came: sheet Kuota of the monthly books; slots that two have: sheet Temuan'
echo 'open in LibreOffice or Excel:'
find "$folder/output" -path "*/nasional/*$night*.xlsx" -o -path "*/palembang/*$night*.xlsx" | sort | sed 's/^/    /'
echo "    ($(find "$folder/output" -name '*.xlsx' | wc -l) workbooks in all)"
echo 'then: build/rekon status --config demo/rekon.yaml; the database stays up until `make stop`'
