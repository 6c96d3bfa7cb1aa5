#!/bin/sh
# registry.sh FILE PREFIX SOURCE...: writes FILE with a line X(name) for each SOURCE named PREFIXname.c, in order.
# The file is touched only when the list changes, so that nothing is rebuilt for nothing.
set -eu
file=$1 prefix=$2
shift 2
list=$(for source in "$@"; do
    name=${source##*/}
    name=${name#"$prefix"}
    echo "X(${name%.c})"
done)
mkdir -p "$(dirname "$file")"
[ -f "$file" ] && [ "$(cat "$file")" = "$list" ] || printf '%s\n' "$list" >"$file"
