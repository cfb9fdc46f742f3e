#!/bin/bash
# Installs the programs that `make bench` compares with; one that is not there is only left out.
set -euo pipefail
cd "$(dirname "$0")/../../.."
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get install -y -q --no-install-recommends sqlite3 mawk coreutils python3-pandas nodejs npm </dev/null
mkdir -p build/bench/peers
cp tests/bench/peers/package.json build/bench/peers/
npm install --prefix build/bench/peers --no-audit --no-fund
