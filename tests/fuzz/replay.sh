#!/bin/bash
# tests/fuzz/replay.sh: every tests/fuzz/fuzz_NAME.c reads all of testdata/fuzz/NAME/ under the sanitizers.
set -u
cd "$(dirname "$0")/../.." || exit 1
n=0
for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    corpus=testdata/fuzz/${name#fuzz_}
    n=$((n + 1))
    if ! CCACHE_NOHASHDIR=1 make -s -j2 CC='ccache gcc' B=build/asan SAN=address,undefined CFLAGS='-O1 -g' "build/asan/$name" >"/tmp/$name.$$" 2>&1; then
        echo "not ok $n - $name does not build"
        tail -5 "/tmp/$name.$$" >&2
    elif [ ! -d "$corpus" ]; then
        echo "not ok $n - $name has no corpus in $corpus"
    elif timeout 300 "build/asan/$name" "$corpus"/* >"/tmp/$name.$$" 2>&1; then
        echo "ok $n - $name reads $(ls "$corpus" | wc -l) files"
    else
        echo "not ok $n - $name"
        tail -20 "/tmp/$name.$$" >&2
    fi
    rm -f "/tmp/$name.$$"
done
echo "1..$n"
