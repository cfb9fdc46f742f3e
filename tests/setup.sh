#!/bin/sh
# Installs the Debian packages that are missing, and only those.
#
# In:  a new Debian 12, as root or as a user with sudo
# Out: everything that building, testing and the demo need; nothing else of the machine is touched
# When nothing is missing it only asks dpkg-query, which takes milliseconds.
set -eu

needed='
    gcc libc6-dev libgomp1
    libpq-dev libxlsxwriter-dev libpcre2-dev libyaml-dev libexpat1-dev libzstd-dev libssl-dev
    libzip-dev zlib1g-dev
    postgresql-15 postgresql-client-15
    libcmocka-dev clang libclang-rt-14-dev clang-format cron locales tzdata util-linux procps
    python3 python3-openpyxl python3-yaml libreoffice-calc
'

command -v dpkg-query >/dev/null || {
    echo 'setup: not a Debian machine: install the packages that tests/setup.sh names by hand' >&2
    exit 0
}

# shellcheck disable=SC2086 # the list is meant to be split
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $needed 2>/dev/null || true)
missing=
for package in $needed; do
    case "
$installed
" in
    *"
installed $package
"*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null; then
    as_root=sudo
else
    echo "setup: packages are missing, and neither root nor sudo is at hand:$missing" >&2
    exit 1
fi

echo "setup: installing$missing"
# A failed update is no reason to stop: the packages may be in the cache.
$as_root apt-get update -q || echo 'setup: could not update the package lists, trying anyway' >&2
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing </dev/null
