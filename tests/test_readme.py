#!/usr/bin/python3
"""test_readme: the channel that the README makes from nothing is one, and so are copies of the generic banks for
the formats without balances.

The YAML, the file and the commands are taken from README.md as they stand there.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REKON = os.environ.get("REKON", str(ROOT / "build" / "rekon"))

MT942 = """:20:INTRADAY1
:25:0011223344
:28C:5/1
:34F:IDR0,
:13D:2403051200+0700
:61:2403050305C350000,NTRFNONREF//B4E07
:86:SETORAN TUNAI 820240305000123 BUDI
:61:2403050305D6500,NTRFNONREF//B4E08
:86:BIAYA ADM
:90D:1IDR6500,
:90C:1IDR350000,
-
"""
CAMT = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{number}.001.08"><{message}>
<GrpHdr><MsgId>1</MsgId></GrpHdr><{part}><Id>N1</Id><Acct><Id><Othr><Id>0011223344</Id></Othr></Id><Ccy>IDR</Ccy></Acct>
<Ntry><Amt Ccy="IDR">350000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><DtTm>2024-03-05T10:15:00+07:00</DtTm></BookgDt><AcctSvcrRef>X1</AcctSvcrRef>
<NtryDtls><TxDtls><RmtInf><Ustrd>SETORAN TUNAI 820240305000123 BUDI</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
</{part}></{message}></Document>
"""


class Readme(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="readme-"))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(ROOT / "rules", self.folder / "rules")
        shutil.copytree(ROOT / "reports", self.folder / "reports")
        shutil.copy(ROOT / "rekon.yaml", self.folder)
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        self.story = text[text.index("### One more, from nothing"):]

    def block(self, kind):
        return re.search(rf"```{kind}\n(.*?)```", self.story, re.DOTALL)[1]

    def run_it(self, *words, code=0):
        done = subprocess.run([REKON, *words], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def entries(self, *words, code=0):
        lines = [json.loads(line) for line in self.run_it(*words, code=code).splitlines()]
        return [(line["references"].get("billing_code"), line["amount"]) for line in lines
                if line["type"] == "entry"], lines[-1]

    def test_the_channel_made_from_nothing(self):
        yaml = self.block("yaml")
        self.assertLess(len(yaml.splitlines()), 30)
        name = re.search(r"A bank sends `(.*?)`", self.story)[1]
        (self.folder / "rules" / re.search(r"Save this as `rules/(.*?)`", self.story)[1]).write_text(yaml)
        (self.folder / name).write_text(self.block("csv"))
        check, read = (line.split()[1:] for line in self.block("sh").splitlines())
        self.assertIn("rules are in order", self.run_it(*check))
        entries, result = self.entries(*read)
        self.assertEqual(entries, [("820240305000123", "350000"), (None, "-6500")])
        self.assertEqual((result["controls"], result["errors"]), ("accepted", []))
        (self.folder / name).write_text(self.block("csv").replace("10.343.500", "10.343.501"))
        entries, result = self.entries(*read, code=1)
        self.assertEqual((entries, result["controls"]), ([], "quarantined"))

    def copy(self, source, channel, name):
        """A generic bank for another message: its own name and files, no controls."""
        text = (self.folder / "rules/channels" / f"{source}.yaml").read_text()
        text = re.sub(r"(?m)^channel: .*$", f"channel: {channel}", text)
        text = re.sub(r"(?m)^files: .*$", lambda _: f"files: {{name: '{name}'}}", text)
        text = re.sub(r"(?m)^controls: .*$\n", "", text)
        (self.folder / "rules/channels" / f"{channel}.yaml").write_text(text)

    def test_mt942(self):
        self.copy("mt940-bank", "mt942-bank", r"MT942_(?<day>\d{8})\.sta")
        (self.folder / "MT942_20240305.sta").write_text(MT942)
        self.run_it("check")
        entries, result = self.entries("read", "MT942_20240305.sta", "--channel", "mt942-bank")
        self.assertEqual(entries, [("820240305000123", "350000"), (None, "-6500")])
        self.assertEqual(result["controls"], "accepted")

    def test_camt_of_accounts_and_notifications(self):
        for number, message, part in (("052", "BkToCstmrAcctRpt", "Rpt"), ("054", "BkToCstmrDbtCdtNtfctn", "Ntfctn")):
            self.copy("camt053-bank", f"camt{number}-bank", rf"camt\.{number}_(?<day>\d{{8}})\.xml")
            name = f"camt.{number}_20240305.xml"
            (self.folder / name).write_text(CAMT.format(number=number, message=message, part=part))
            self.run_it("check")
            entries, result = self.entries("read", name, "--channel", f"camt{number}-bank")
            self.assertEqual(entries, [("820240305000123", "350000")])
            self.assertEqual(result["controls"], "accepted")


if __name__ == "__main__":
    unittest.main()
