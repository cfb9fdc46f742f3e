#!/usr/bin/python3
"""seeds.py FOLDER: the first inputs of the fuzzers, one folder a target, made of the golden cases.

Where the corpora are (REKON_CORPORA, or ../shared/corpora beside the checkout; see test_corpora.py), their
statements too.
"""
import gzip
import io
import os
import pathlib
import re
import sys
import zipfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def channels():
    """format -> [(channel, pattern of its names)], in the order in which the engine has them."""
    found = {}
    for path in sorted((ROOT / 'rules' / 'channels').glob('*.yaml')):
        rule = yaml.safe_load(path.read_text())
        found.setdefault(rule['read']['format'], []).append((rule['channel'], rule['files']['name']))
    return found


def letter_of(name, rules):
    for i, (_, pattern) in enumerate(rules):
        if re.fullmatch(pattern.replace('(?<', '(?P<'), name):
            return bytes([ord('A') + i])
    return None


def packed(content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('mutasi.csv', content)
    return [gzip.compress(content, mtime=0), out.getvalue(),
            b'\xff\xfe' + content.decode().encode('utf-16-le')]


def main():
    out = pathlib.Path(sys.argv[1])
    count = 0

    def put(target, content):
        nonlocal count
        folder = out / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f'seed-{count:04}').write_bytes(content)
        count += 1

    formats = channels()
    for path in sorted((ROOT / 'tests' / 'golden').glob('*/input/*')):
        content = path.read_bytes()
        if path.name == 'applications.csv':
            put('fuzz_applications', content)
            continue
        put('fuzz_cutter', b'\x00\x10' + content)
        for form in ('delimited', 'fixed', 'mt940', 'camt'):
            letter = letter_of(path.name, formats.get(form, []))
            if not letter:
                continue
            put(f'fuzz_{form}', letter + content)
            if form == 'delimited':
                for other in packed(content):
                    put('fuzz_delimited', letter + other)
    corpora = pathlib.Path(os.environ.get('REKON_CORPORA', ROOT.parent / 'shared' / 'corpora'))
    for form in ('mt940', 'camt'):
        for path in sorted(corpora.glob(f'{form}-*/*')):
            if not path.name.endswith('.json') and path.stat().st_size < 65536:
                put(f'fuzz_{form}', b'A' + path.read_bytes())


if __name__ == '__main__':
    main()
