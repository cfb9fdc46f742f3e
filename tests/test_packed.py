#!/usr/bin/python3
"""test_packed: statements as they are delivered: .gz, .zip, UTF-16, ISO-8859-1; and what is refused.

Runs `rekon read` on files made here; the same statement must be read of each form.
"""
import gzip
import io
import json
import os
import pathlib
import struct
import subprocess
import tempfile
import unittest
import warnings
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
REKON = os.environ.get('REKON', str(ROOT / 'build' / 'rekon'))
NAME = 'BCA_0123456789_20240305.csv'
TEXT = """No. Rekening,=,'0123456789
Mata Uang,=,IDR

Tanggal,Keterangan,Cabang,Jumlah,,Saldo
'05/03/2024,SETORAN 820240305000123 ANDRÉ €,'0000,350000.00,CR,1350000.00
Saldo Awal,=,1000000.00
Kredit,=,350000.00
Debet,=,0.00
Saldo Akhir,=,1350000.00
"""
PLAIN = TEXT.encode()


def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # of the same name twice
        with zipfile.ZipFile(out, 'w', method) as archive:
            for name, content in members:
                archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


class Packed(unittest.TestCase):
    def read(self, name, content, *more):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.write_bytes(content)
            done = subprocess.run([REKON, 'read', str(path), '--config', str(ROOT / 'rekon.yaml'), *more],
                                  capture_output=True, check=False, timeout=60)
        lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
        return done.returncode, lines, done.stderr.decode()

    def check_read(self, name, content, narrative='SETORAN 820240305000123 ANDRÉ €'):
        code, lines, said = self.read(name, content)
        self.assertEqual(code, 0, said)
        entries = [line for line in lines if line['type'] == 'entry']
        self.assertEqual(len(entries), 1)
        self.assertEqual(entries[0]['amount'], '350000')
        self.assertEqual(entries[0]['references'].get('billing_code'), '820240305000123')
        self.assertEqual(entries[0]['narrative'], narrative)
        self.assertEqual(lines[0]['account'], '0123456789')

    def check_refused(self, name, content, reason):
        """No entry of it counts, and the reason is said."""
        code, lines, said = self.read(name, content)
        self.assertNotEqual(code, 0)
        self.assertEqual([line for line in lines if line['type'] == 'entry'], [])
        told = said + ' '.join(error for line in lines for error in line.get('errors', []))
        self.assertIn(reason, told)

    def test_packed__plain(self):
        self.check_read(NAME, PLAIN)

    def test_packed__character_sets(self):
        self.check_read(NAME, b'\xef\xbb\xbf' + PLAIN)
        self.check_read(NAME, TEXT.encode('cp1252'))
        self.check_read(NAME, b'\xff\xfe' + TEXT.encode('utf-16-le'))
        self.check_read(NAME, b'\xfe\xff' + TEXT.encode('utf-16-be'))
        self.check_read(NAME, b'\xff\xfe' + TEXT.replace('€', '\U0001f600').encode('utf-16-le'),
                        'SETORAN 820240305000123 ANDRÉ \U0001f600')

    def test_packed__broken_utf16_is_marked(self):
        half = TEXT.encode('utf-16-le').replace('€'.encode('utf-16-le'), struct.pack('<H', 0xd800))
        self.check_read(NAME, b'\xff\xfe' + half, 'SETORAN 820240305000123 ANDRÉ \ufffd')

    def test_packed__gzip(self):
        self.check_read(NAME + '.gz', gzip.compress(PLAIN))
        self.check_read(NAME, gzip.compress(PLAIN))
        self.check_read(NAME + '.gz', gzip.compress(b'\xff\xfe' + TEXT.encode('utf-16-le')))

    def test_packed__zip(self):
        self.check_read(NAME + '.zip', zipped([(NAME, PLAIN)]))
        self.check_read('unduhan.zip', zipped([(NAME, PLAIN)]))
        self.check_read('BCA_0123456789_20240305.csv.zip', zipped([('mutasi.csv', PLAIN)]))
        self.check_read(NAME + '.zip', zipped([(NAME, PLAIN)], zipfile.ZIP_STORED))

    def test_packed__damaged(self):
        good = gzip.compress(PLAIN, mtime=0)
        self.check_refused(NAME + '.gz', good[:-9], 'cut short')
        self.check_refused(NAME + '.gz', good[:20], 'cut short')
        for at in range(0, len(good), 4):  # the checksum, or the header, or the content: never accepted otherwise
            bad = good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1:]
            code, lines, _ = self.read(NAME + '.gz', bad)
            entries = [line for line in lines if line['type'] == 'entry']
            self.assertTrue(code == 0 and len(entries) == 1 and at < 10 or code != 0 and not entries, at)
        self.check_refused(NAME + '.gz', good + b'more', 'bytes follow')
        self.check_refused(NAME + '.gz', good + good, 'bytes follow')
        self.check_refused(NAME + '.gz', gzip.compress(good), 'packed more than once')
        self.check_refused(NAME + '.zip', zipped([(NAME, good)]), 'packed more than once')
        self.check_refused(NAME + '.zip', zipped([(NAME, PLAIN)])[:-20], 'zip archive')

    def test_packed__several_parts(self):
        self.check_refused(NAME + '.zip', zipped([(NAME, PLAIN), ('x.csv', PLAIN)]), 'parts')
        self.check_refused(NAME + '.zip', zipped([(NAME, PLAIN), (NAME, PLAIN)]), '')
        self.check_refused(NAME + '.zip', zipped([]), 'empty')

    def test_packed__names_that_are_paths(self):
        for name in ('../' + NAME, '/etc/' + NAME, 'a/' + NAME, '..\\' + NAME, 'C:' + NAME, '.' + NAME, 'a/'):
            self.check_refused(NAME + '.zip', zipped([(name, PLAIN)]), 'path')

    def test_packed__bombs(self):
        # 20 MiB of one row repeated: about 700 times smaller when packed
        rows = PLAIN + b"'05/03/2024,X,'0000,0.00,CR,1350000.00\n" * (20 << 20 >> 5)
        self.check_refused(NAME + '.gz', gzip.compress(rows, 9), 'is larger than')
        self.check_refused(NAME + '.zip', zipped([(NAME, rows)]), 'is larger than')


if __name__ == '__main__':
    unittest.main()
