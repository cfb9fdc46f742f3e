#!/usr/bin/python3
"""reading.py FOLDER [MEGABYTES]: how fast delimited statements are read, and what memory camt and MT940 take.

Makes files in FOLDER: one of Indomaret of MEGABYTES (default 500), read by two threads and compared with the
speed at which two processes read the same file from the page cache; and statements of 10, 100 and 1000 MB in
camt.053 and MT940, of which the peak of the memory that is the program's own is told.
"""
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
REKON = ROOT / "build" / "rekon"
SIZES = (10, 100, 1000)


def indomaret(path, size):
    row = b"D|T0412|20240305|%06d|82024%010d|350000|2500|%06d|00\n"
    count = size * 10 ** 6 // len(row % (0, 0, 0))
    with open(path, "wb") as file:
        file.write(b"H|REKON|20240305\n")
        for first in range(0, count, 100000):
            last = min(first + 100000, count)
            file.write(b"".join(row % (n % 24 * 10000 + n % 60 * 100, n, n % 10 ** 6) for n in range(first, last)))
        file.write(b"T|%d|%d\n" % (count, count * 350000))


def repeated(path, size, head, entry, foot, amount):
    """Entries enough for the size; the closing balance is their sum."""
    count = size * 10 ** 6 // len(entry)
    with open(path, "wb") as file:
        file.write(head)
        for first in range(0, count, 10000):
            file.write(entry * min(10000, count - first))
        file.write(foot % (count * amount))


def mt940(path, size):
    entry = (b":61:2403050305C350000,NTRFNONREF//B4E07XM00J000023\n"
             b":86:SETORAN TUNAI 820240305000123 BUDI\n")
    repeated(path, size, b":20:STMT\n:25:0011223344\n:28C:5/1\n:60F:C240304IDR0,\n", entry,
             b":62F:C240305IDR%d,\n-\n", 350000)


def camt(path, size):
    entry = (b'<Ntry><Amt Ccy="IDR">350000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>'
             b'2024-03-05</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>SETORAN 820240305000123</Ustrd></RmtInf>'
             b'</TxDtls></NtryDtls></Ntry>\n')
    balance = (b'<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy="IDR">%s</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
               b'<Dt><Dt>2024-03-05</Dt></Dt></Bal>\n')
    head = (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId>'
            b'</GrpHdr><Stmt><Id>1</Id><Acct><Id><Othr><Id>0011223344</Id></Othr></Id><Ccy>IDR</Ccy></Acct>\n')
    repeated(path, size, head + balance % (b"OPBD", b"0"), entry,
             balance % (b"CLBD", b"%d") + b"</Stmt></BkToCstmrStmt></Document>\n", 350000)


def made(path, write, size):
    if not path.exists():
        write(path.with_suffix(".part"), size)
        path.with_suffix(".part").rename(path)
    with open(path, "rb") as file:  # into the page cache
        while file.read(1 << 24):
            pass
    return path


def cached_speed(path):
    """Bytes a second of two processes that read the halves of the file over again."""
    size = path.stat().st_size
    begun = time.monotonic()
    halves = [subprocess.Popen(["dd", f"if={path}", "of=/dev/null", "bs=1M", f"skip={part * (size >> 21)}",
                                f"count={size >> 21}", "status=none"]) for part in (0, 1)]
    for half in halves:
        half.wait()
    return size / (time.monotonic() - begun)


def reading_speed(path, folder):
    (folder / "applications.csv").write_text(
        "application_id,office,service,billing_code,amount_due,submitted_at\n"
        "P-1,palembang,paspor-biasa,820240305000123,350000,2024-03-05T08:00:00+07:00\n")
    done = subprocess.run([REKON, "match", "--applications", folder / "applications.csv", "--statements", path,
                           "--out", folder / "out", "--threads", "2", "--config", ROOT / "rekon.yaml",
                           "--write", "summary"], capture_output=True, text=True, check=True)
    read = re.search(r"stage=read .* entries=(\d+) .*ms=(\d+)", done.stdout + done.stderr)
    return path.stat().st_size / (int(read[2]) / 1000), int(read[1]) / (int(read[2]) / 1000)


def own_memory(*words):
    """Peak of the memory that belongs to the program alone (not pages of the file), in MB, and the seconds."""
    begun = time.monotonic()
    with open(os.devnull, "wb") as nothing:
        running = subprocess.Popen([str(word) for word in words], stdout=nothing)
    peak, ended = 0, threading.Event()

    def watch():
        nonlocal peak
        while not ended.wait(0.01):
            try:
                text = Path(f"/proc/{running.pid}/status").read_text()
            except OSError:
                return
            found = re.search(r"RssAnon:\s+(\d+)", text)
            peak = max(peak, int(found[1]) if found else 0)
    watcher = threading.Thread(target=watch)
    watcher.start()
    code = running.wait()
    ended.set()
    watcher.join()
    if code:
        raise SystemExit(f"{' '.join(map(str, words))}: exit {code}")
    return peak / 1024, time.monotonic() - begun


def main():
    folder = Path(sys.argv[1])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    folder.mkdir(parents=True, exist_ok=True)
    path = made(folder / "IDMREKON_20240305.txt", indomaret, size)
    limit = cached_speed(path)
    speed, entries = max(reading_speed(path, folder) for _ in range(3))
    print(f"delimited, 2 threads: {speed / 1e9:.2f} GB/s, {entries / 1e6:.1f} million entries/s "
          f"(best of 3; the page cache gives {limit / 1e9:.2f} GB/s)")
    for name, write in (("mt940", mt940), ("camt", camt)):
        for megabytes in SIZES:
            if megabytes > 2 * size:
                continue
            path = made(folder / f"{name}-{megabytes}", write, megabytes)
            memory, seconds = own_memory(REKON, "read", path, "--format", name)
            print(f"{name}, {megabytes} MB: {memory:.1f} MB of its own, {megabytes / seconds:.0f} MB/s")
            path.unlink()


if __name__ == "__main__":
    main()
