#!/usr/bin/python3
"""adversary: thousands of tiny dense worlds, made to go wrong; the engine and the reference must agree.

    adversary.py [--worlds N] [--seed S] [--rekon build/rekon] [--keep DIR]

A world has up to 30 applications whose codes differ by one digit, by a swap, or not at all, with few
amounts and few times, so that nearly everything ties; groups; and entries that pay them, mistype them, pay
twice, in parts, for several at once, and take back. Worlds are far apart from each other, so hundreds are
decided in one run; one that differs is run alone and made smaller for as long as it still differs.
"""

import argparse
import csv
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

import corners  # noqa: E402
import measure  # noqa: E402

TOGETHER = 250
DUES = ("350000", "350000", "350000", "650000", "700000", "0", "")
AMOUNTS = (350000, 350000, 350000, 650000, 700000, 1000000, 1050000, 175000, 300000, 50000, 2501)
SUBMITTED = ("09:00:00", "10:00:00", "10:00:00", "10:00:01", "09:59:59", "12:00:00", "13:00:00", "22:00:00")
PAID = ("08:59:59", "10:00:00", "10:30:00", "10:30:00", "11:59:59", "12:00:00", "12:00:01", "14:59:59",
        "15:00:00", "23:59:59", "00:00:00")
REFERENCES = ("1", "2", "3", "4", "5", "")  # of each world its own; and some that name nothing
CHANNELS = ("bca", "bni", "bni", "gerbang", "gerbang", "gerbang", "indomaret", "lhp", "mandiri", "pos", "tokopedia")
BANKS = ("bca", "bni", "mandiri")
# What looks like a marketplace's payout: only a credit of one account, by the very words, is one.
PAYOUTS = ("TRSF CR TOKOPEDIA PAYOUT {code}", "TOKOPEDIA PAYOUT", "XTOKOPEDIA PAYOUT {code}", "TOKOPEDIA  PAYOUT {code}",
           "BUNGA TOKOPEDIA PAYOUT", "PELIMPAHAN TOKOPEDIA PAYOUT {code}", "tokopedia payout {code}")
KEYS = ("ntpn", "virtual_account", "application_number")
NAMES = {**corners.NAMES, "bni": "BNI_0123456789_{ymd}.csv", "mandiri": "MANDIRI_1020005555555_{ymd}.csv",
         "lhp": "LHP_{ymd}.csv", "gerbang": "GERBANG_{ymd}.csv"}
HEADS = {**corners.HEADS, "bni": "Post Date,Branch,Journal No.,Description,Amount,Db/Cr,Balance\n",
         "mandiri": "Account No,Date,Val. Date,Transaction Code,Description,Description,Reference No.,"
                    "Debit,Credit\n",
         "gerbang": "Waktu;Ref;NTPN;VA;No Permohonan;Kode Billing;Jumlah;D/K;Uraian\n",
         "lhp": "Tanggal Buku;NTPN;NTB;Kode Billing;Jumlah\n"}
COLUMNS = ("application_id", "office", "service", "billing_code", "amount_due", "submitted_at", "billed_at",
           "status", "status_at", "source", "group_id", *KEYS)
DAYS = (4, 5, 6)


# ---- one world ----------------------------------------------------------------------------------

def mistyped(draw, code):
    at = draw.randrange(8, len(code)) if draw.random() < 0.8 else draw.randrange(1, 4)
    if draw.random() < 0.05:
        return draw.choice("0123456") + code[1:]
    kind = draw.choice(("replace", "swap", "lose", "double"))
    if kind == "replace":
        return code[:at] + draw.choice("0123456789") + code[at + 1:]
    if kind == "swap":
        return code[:at - 1] + code[at] + code[at - 1] + code[at + 1:]
    return code[:at] + code[at + 1:] if kind == "lose" else code[:at] + code[at] + code[at:]


def code_of(draw, world, codes):
    """A new code: like one that is there, as often as not."""
    if codes and draw.random() < 0.8:
        code = draw.choice(codes)
        for _ in range(draw.choice((0, 1, 1, 1, 2))):
            other = mistyped(draw, code)
            code = other if len(other) == 15 else code
        return code
    return "8" + "".join(digit * 2 for digit in f"{world:03}") + f"{draw.randrange(100):08}"


def reference_of(draw, world):
    number = draw.choice(REFERENCES)
    return "00000000" if draw.random() < 0.1 else number and f"{world:05}{number:0>3}"


def key_of(draw, world, kind):
    """One of few that the world has, or one that is none; nobody's as often as not."""
    number = draw.randrange(6)
    if draw.random() < 0.05:
        return draw.choice(("0000000000000000", "-", "8888888888888888", "0", "A B"))
    if kind == "ntpn":
        return f"{world:04}7A0000000{number:03}"
    return f"{world + 1:04}000{number:03}" if kind == "virtual_account" else f"PMH-{world}-{number:04}"


def written(draw, kind, key):
    """As it is, or as people and programs write it."""
    way = draw.randrange(8)
    if way == 0:
        return key.lower()
    if way == 1:
        return f"{key[:4]} {key[4:]}"
    if way == 2:
        return f"{key[:5]}-{key[5:]}."
    return "00" + key if way == 3 and kind == "virtual_account" else key


def make_world(seed, world):
    draw = random.Random(f"{seed}:{world}")
    applications, codes = [], []
    for number in range(draw.choice((1, 2, 3, 5, 8, 30))):
        codes.append(code_of(draw, world, codes))
        cancelled = draw.random() < 0.08
        group = draw.choice("AB") if draw.random() < 0.35 else ""
        submitted = f"2024-03-0{draw.choice((4, 4, 4, 5))}T{draw.choice(SUBMITTED)}+07:00"
        applications.append({
            "application_id": f"W{world:03}-{number:02}", "office": draw.choice(("palembang", "tangerang")),
            "service": "paspor-biasa", "billing_code": codes[-1], "amount_due": draw.choice(DUES),
            "submitted_at": submitted, "billed_at": submitted,
            "status": "cancelled" if cancelled else "submitted",
            "status_at": draw.choice(("2024-03-04T10:30:00+07:00", "2024-03-04T12:00:00+07:00", ""))
            if cancelled else "",
            "source": "walk-in" if draw.random() < 0.1 else "m-paspor",
            "group_id": f"G{world:03}{group}" if group else "",
            **{kind: written(draw, kind, key_of(draw, world, kind)) if draw.random() < 0.6 else ""
               for kind in KEYS}})
        if draw.random() < 0.2:
            applications[-1]["billing_code"] = ""
    entries = []
    for _ in range(draw.choice((1, 2, 4, 8, 20, 40))):
        code = draw.choice(codes)
        if draw.random() < 0.3:
            code = mistyped(draw, code)
        channel = draw.choice(CHANNELS)
        amount = draw.choice(AMOUNTS)
        if channel in (*BANKS, "gerbang") and draw.random() < 0.25:
            amount = -amount
        if draw.random() < (0.5 if amount < 0 else 0.04):
            code = ""
        if channel == "gerbang" and draw.random() < 0.5:
            code = ""
        if channel == "pos":
            code = code[:15]
        entries.append({"world": world, "channel": channel, "day": draw.choice((4, 4, 4, 5, 6)),
                        "clock": draw.choice(PAID), "amount": amount, "code": code,
                        "reference": reference_of(draw, world), "order": draw.random(),
                        "in_text": draw.random() < 0.2,
                        "keys": [written(draw, kind, key_of(draw, world, kind)) if draw.random() < 0.5 else ""
                                 for kind in KEYS],
                        "parted": draw.randrange(1, 15) if draw.random() < 0.15 else 0,
                        "glued": "12" if channel in BANKS and draw.random() < 0.05 else "",
                        "payout": draw.choice(PAYOUTS) if channel in BANKS and draw.random() < 0.08 else "",
                        "beside": draw.choice(codes) if channel in BANKS and draw.random() < 0.1 else ""})
    return {"world": world, "applications": applications, "entries": entries}


# ---- many of them in files ----------------------------------------------------------------------

def line_of(channel, day, entry, balance, number):
    amount, code = entry["amount"], entry["code"]
    if channel in BANKS and entry["parted"]:
        code = f"{code[:entry['parted']]} {code[entry['parted']:]}"
    text = f"SETORAN {entry['glued']}{code} {entry['beside'] and 'DAN ' + entry['beside'] + ' '}X"
    if entry["payout"]:
        text = entry["payout"].format(code=code)
    if channel == "bca":
        return f"'{day:02}/03/2024,{text},'0000,{abs(amount)}.00,{'DB' if amount < 0 else 'CR'},{balance}.00\n"
    if channel == "bni":
        return (f"{day:02}/03/24 {entry['clock'].replace(':', '.')},0123,{entry['reference']},{text},"
                f"{abs(amount)}.00,{'D' if amount < 0 else 'K'},{balance}.00\n")
    if channel == "mandiri":
        debit, credit = (f"{-amount}.00", ".00") if amount < 0 else (".00", f"{amount}.00")
        first, second = ("SETORAN", f"{code} X") if not entry["payout"] else ("KR", text)
        return (f"1020005555555,{day:02}/03/24,{day:02}/03/24,8813,{first},{second},{entry['reference']},"
                f"{debit},{credit}\n")
    if channel == "gerbang":
        keys, text = list(entry["keys"]), ""
        if entry["in_text"]:
            text = f"NTPN {keys[0]} VA {keys[1]} X"
            keys[0] = keys[1] = ""
        return (f"{day:02}/03/2024 {entry['clock']};{entry['reference']};{';'.join(keys)};{code};{abs(amount)};"
                f"{'D' if amount < 0 else 'K'};{text}\n")
    if channel == "lhp":
        return f"2024-03-{day:02};{entry['reference']};1;{code};{amount}\n"
    if channel == "pos":
        clock = entry["clock"].replace(":", "")
        return f"D30000202403{day:02}{clock}PNBP{code:15}{amount:012}{number:012}\n"
    return corners.line_of(channel, day, entry["clock"], amount, code, text, balance, number)


def foot_of(channel, count, moved, gone, balance):
    if channel == "bca":
        return (f"Saldo Awal,=,0.00\nKredit,=,{moved}.00\nDebet,=,{gone}.00\n"
                f"Saldo Akhir,=,{balance}.00\n")
    return corners.FEET.get(channel, "").format(count=count, total=balance)


def write(worlds, folder):
    """Writes the files; gives (file, line) -> world."""
    places = {}
    (folder / "inbox").mkdir(parents=True)
    with open(folder / "applications.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for world in worlds:
            writer.writerows(world["applications"])
    entries = sorted((entry for world in worlds for entry in world["entries"]), key=lambda e: e["order"])
    for channel in HEADS:
        for day in DAYS:
            ymd, balance, moved, gone = f"202403{day:02}", 0, 0, 0
            name = NAMES[channel].format(ymd=ymd)
            content, count = HEADS[channel].format(ymd=ymd), 0
            for entry in entries:
                if (entry["channel"], entry["day"]) != (channel, day):
                    continue
                count += 1
                balance += entry["amount"]
                moved += max(entry["amount"], 0)
                gone += max(-entry["amount"], 0)
                places[name, str(content.count("\n") + 1)] = entry["world"]
                content += line_of(channel, day, entry, balance, count)
            (folder / "inbox" / name).write_text(content + foot_of(channel, count, moved, gone, balance),
                                                 encoding="utf-8")
    return places


# ---- the two against each other -----------------------------------------------------------------

def rows(path, *key):
    with open(path, encoding="utf-8", newline="") as file:
        return {tuple(row[column] for column in key): row for row in csv.DictReader(file)}


def decide(worlds, given, folder):
    places = write(worlds, folder)
    files = sorted((folder / "inbox").iterdir())
    inputs = ["--applications", folder / "applications.csv", "--statements", *files]
    measure.run(given.rekon, "match", *inputs, "--out", folder / "out", "--config", ROOT / "rekon.yaml",
                "--rules", given.rules, "--write", "summary,entries,applications,rejects", codes=(0, 1))
    measure.run(sys.executable, ROOT / "tests" / "reference.py", *inputs, "--out", folder / "ref")
    return places


def compare(worlds, given):
    """World -> what differs in it, in words."""
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top)
        places = decide(worlds, given, folder)
        found = {}
        for name, key in (("entries.csv", ("file", "line")), ("applications.csv", ("application_id",)),
                          ("allocations.csv", ("entry", "application_id", "role"))):
            engine, reference = (rows(folder / side / name, *key) for side in ("out", "ref"))
            for row in sorted(engine.keys() | reference.keys()):
                one, other = engine.get(row, {}), reference.get(row, {})
                columns = [c for c in {**one, **other} if one.get(c) != other.get(c)]
                if not columns:
                    continue
                world = places[row] if name == "entries.csv" else int((one or other)["application_id"][1:4])
                found.setdefault(world, []).append(
                    f"{name} {' '.join(row)}: " + "; ".join(
                        f"{c} is {one.get(c)!r}, by the reference {other.get(c)!r}" for c in columns))
        return found


def smaller(world, given):
    """The world with as little as still differs."""
    again = True
    while again:
        again = False
        for part in ("entries", "applications"):
            for item in list(world[part]):
                less = {**world, part: [other for other in world[part] if other is not item]}
                if less["applications"] and compare([less], given):
                    world, again = less, True
    return world


def show(world, faults):
    for a in world["applications"]:
        print("    " + " ".join(f"{a[c] or '-'}" for c in COLUMNS if c not in ("service", "billed_at")))
    for e in sorted(world["entries"], key=lambda e: e["order"]):
        print(f"    {e['channel']} {e['day']} {e['clock']} {e['amount']} {e['glued']}{e['code']} "
              f"{'parted at ' + str(e['parted']) if e['parted'] else ''} "
              f"ref {e['reference'] or '-'}")
    for fault in faults:
        print(f"    ! {fault}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--worlds", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shown", type=int, default=5)
    parser.add_argument("--rekon", default=str(ROOT / "build" / "rekon"))
    given = parser.parse_args()
    failed, entries = 0, 0
    with tempfile.TemporaryDirectory() as top:
        given.rules = measure.rules_with_channels(Path(top, "rules"))
        for first in range(0, given.worlds, TOGETHER):
            worlds = [make_world(f"{given.seed}:{first}", n) for n in range(min(TOGETHER, given.worlds - first))]
            entries += sum(len(world["entries"]) for world in worlds)
            differ = compare(worlds, given)
            for number in sorted(differ)[:max(0, given.shown - failed)]:
                world = smaller(worlds[number], given)
                print(f"world {given.seed}:{first}:{number}")
                show(world, compare([world], given).get(number, differ[number]))
            failed += len(differ)
    print(f"adversary: {given.worlds} worlds, {entries} entries, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
