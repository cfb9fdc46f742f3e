#!/usr/bin/python3
"""pandas_job.py DATA OUT: the shared job in pandas (Debian: python3-pandas). Times: seconds of the local clock."""

import sys

import numpy
import pandas

data, out = sys.argv[1:3]


def seconds(texts, pattern):
    return pandas.to_datetime(texts, format=pattern).to_numpy("datetime64[s]").astype("int64")


def iso(texts):
    return texts.str.slice(0, 19).to_numpy("datetime64[s]").astype("int64")


def codes(texts):
    return pandas.to_numeric(texts, errors="coerce").fillna(0).astype("int64")


def bank():
    t = pandas.read_csv(f"{data}/bank.csv", usecols=["trx_date", "trx_time", "narrative", "credit"],
                        dtype={"trx_date": str, "trx_time": str, "narrative": str, "credit": "float64"})
    day = t.trx_date.astype("category")  # few days: each is read once
    start = seconds(pandas.Series(day.cat.categories), "%d/%m/%Y")[day.cat.codes.to_numpy()]
    digit = t.trx_time.to_numpy("U8").view("U1").reshape(-1, 8).view("u4").astype("int64") - 48
    clock = (digit[:, 0] * 10 + digit[:, 1]) * 3600 + (digit[:, 3] * 10 + digit[:, 4]) * 60 \
        + digit[:, 6] * 10 + digit[:, 7]
    code = codes(t.narrative.str.extract(r"(?:^|\D)(8\d{14})(?:\D|$)", expand=False))
    return pandas.DataFrame({"channel": 0, "code": code, "amount": t.credit.astype("int64"), "paid": start + clock})


def marketplace():
    t = pandas.read_csv(f"{data}/marketplace.csv", header=0, usecols=["code", "net", "fee", "paid_at"],
                        names=["order", "buyer", "code", "net", "fee", "paid_at", "state"], thousands=",",
                        dtype={"code": str, "paid_at": str})
    return pandas.DataFrame({"channel": 1, "code": codes(t.code), "amount": t.net + t.fee, "paid": iso(t.paid_at)})


def post():
    t = pandas.read_csv(f"{data}/post.txt", header=None, names=["line"], sep="\x01", quoting=3, dtype=str).line
    return pandas.DataFrame({"channel": 2, "code": codes(t.str.slice(20, 35)),
                             "amount": t.str.slice(35, 47).astype("int64"),
                             "paid": seconds(t.str.slice(6, 20), "%Y%m%d%H%M%S")})


def minimarket():
    t = pandas.read_csv(f"{data}/minimarket.psv", header=None, sep="|", quoting=3, dtype=str,
                        names=["tag", "store", "receipt", "code", "amount", "paid_at", "state"],
                        usecols=["tag", "code", "amount", "paid_at"])
    t = t[t.tag == "D"]
    return pandas.DataFrame({"channel": 3, "code": codes(t.code), "amount": t.amount.astype("int64"),
                             "paid": t.paid_at.to_numpy("datetime64[s]").astype("int64")})


def applications():
    t = pandas.read_csv(f"{data}/applications.csv", header=0, usecols=["office", "code", "due", "submitted"],
                        names=["id", "office", "code", "service", "due", "submitted", "applicant", "status"],
                        dtype={"office": "category", "code": "int64", "due": "int64", "submitted": str})
    t["submitted"] = iso(t.submitted)
    return t


lines = pandas.concat([bank(), marketplace(), post(), minimarket()], ignore_index=True)
lines["place"] = lines.paid * 4 + lines.channel
known = lines[lines.code != 0]
earliest = known[known.code.duplicated(keep=False)].groupby("code").place.min().rename("earliest")
all_of_it = lines.merge(applications(), on="code", how="left").merge(earliest, left_on="code", right_index=True, how="left")
all_of_it["class"] = numpy.select(
    [all_of_it.due.isna(), all_of_it.earliest.notna() & (all_of_it.place != all_of_it.earliest),
     all_of_it.amount != all_of_it.due,
     (all_of_it.paid < all_of_it.submitted) | (all_of_it.paid > all_of_it.submitted + 259200)],
    ["unknown", "duplicate", "amount_mismatch", "late"], "matched")
all_of_it["office"] = all_of_it.office.cat.add_categories("-").fillna("-")
summary = all_of_it.groupby(["office", "channel", "class"], observed=True).amount.agg(["size", "sum"]).reset_index()
summary["channel"] = summary.channel.map({0: "bank", 1: "marketplace", 2: "post", 3: "minimarket"})
summary.columns = ["office", "channel", "class", "lines", "amount"]
summary["office"] = summary.office.astype(str)
summary.sort_values(["office", "channel", "class"]).to_csv(out, index=False)
