# awk -v KIND=bank|marketplace|post|minimarket|applications -f normal.awk FILE
# lines: code seconds channel amount     applications: code office amount seconds     ("-": no code)
function days(year, month, day,   late) {
    late = int((14 - month) / 12)
    year += 4800 - late
    month += 12 * late - 3
    return day + int((153 * month + 2) / 5) + 365 * year + int(year / 4) - int(year / 100) + int(year / 400) - 2472633
}
function moment(year, month, day, hour, minute, second,   key) {
    key = year month day
    if (!(key in SEEN)) SEEN[key] = days(year + 0, month + 0, day + 0) * 86400
    return SEEN[key] + hour * 3600 + minute * 60 + second
}
function iso(text) {
    return moment(substr(text, 1, 4), substr(text, 6, 2), substr(text, 9, 2),
                  substr(text, 12, 2), substr(text, 15, 2), substr(text, 18, 2))
}
BEGIN {
    FS = KIND == "minimarket" ? "|" : KIND == "marketplace" ? "\"" : KIND == "post" ? "\001" : ","
    d7 = "[0-9][0-9][0-9][0-9][0-9][0-9][0-9]"
    CODE = "(^|[^0-9])8" d7 d7 "([^0-9]|$)"
}
KIND == "applications" { if (NR > 1) printf "%s %s %s %.0f\n", $3, $2, $5, iso($6); next }
KIND == "bank" {
    if (NR == 1) next
    said = $5
    for (i = 6; i <= NF - 3; i++) said = said "," $i # a quoted narrative may hold commas
    code = "-"
    if (match(said, CODE)) { code = substr(said, RSTART, RLENGTH); gsub(/[^0-9]/, "", code) }
    printf "%s %.0f 0 %.0f\n", code, moment(substr($1, 7, 4), substr($1, 4, 2), substr($1, 1, 2),
        substr($2, 1, 2), substr($2, 4, 2), substr($2, 7, 2)), $(NF - 1)
    next
}
KIND == "marketplace" { # order,"name",code,"net","fee",time,state
    if (NR == 1) next
    code = $3; net = $4; fee = $6
    gsub(/,/, "", code); gsub(/,/, "", net); gsub(/,/, "", fee)
    printf "%s %.0f 1 %.0f\n", code == "" ? "-" : code, iso(substr($7, 2)), net + fee
    next
}
KIND == "post" {
    code = substr($0, 21, 15)
    printf "%s %.0f 2 %.0f\n", code ~ / / ? "-" : code, moment(substr($0, 7, 4), substr($0, 11, 2),
        substr($0, 13, 2), substr($0, 15, 2), substr($0, 17, 2), substr($0, 19, 2)), substr($0, 36, 12)
    next
}
KIND == "minimarket" { if ($1 == "D") printf "%s %.0f 3 %.0f\n", $4 == "" ? "-" : $4, iso($6), $5 }
