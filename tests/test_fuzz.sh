#!/bin/bash
# Each fuzzer of tests/fuzz for some seconds on the golden cases and what it makes of them.
#
#   tests/test_fuzz.sh [SECONDS]     default 4, for each
#
# Inputs that were worth keeping stay in build/fuzz/corpus, so a longer run goes on where the last one
# ended; an input that breaks something is named and left in build/fuzz/found.
set -uo pipefail

cd "$(dirname "$0")/.."
seconds=${1:-4}
passed=0
failed=0
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0
rm -rf build/fuzz/seeds
/usr/bin/python3 tests/fuzz/seeds.py build/fuzz/seeds || exit 1
mkdir -p build/fuzz/found
for source in tests/fuzz/fuzz_*.c; do
    target=$(basename "$source" .c)
    mkdir -p "build/fuzz/corpus/$target" "build/fuzz/seeds/$target"
    if "build/fuzz/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -print_final_stats=1 -verbosity=0 -artifact_prefix="build/fuzz/found/$target-" \
        "build/fuzz/corpus/$target" "build/fuzz/seeds/$target" >"build/fuzz/$target.log" 2>&1; then
        echo "$target: $(awk '/number_of_executed_units/ { print $2 }' "build/fuzz/$target.log") inputs"
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        tail -n 30 "build/fuzz/$target.log"
        echo "$target: FAILED, see build/fuzz/$target.log"
    fi
done
echo "$passed passed, $failed failed"
((failed == 0))
