#!/bin/bash
# tests/lint.sh [CHECK...]: what can be said of the sources without running them, a TAP line a check.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
B=${B#"$PWD/"}
# What clang-tidy and cppcheck said of a file is kept until the file, what it includes, or the checks change.
KEPT=${AIWF_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/aiwf-tools}/lint
export B KEPT

# Each layer and the layers it may include; a folder always includes its own files.
layers='
base
doc: base
net: base doc
conf: base doc net
tui: base
wait: base tui
openstack: base doc net conf tui wait
kube: base doc net conf tui wait
metrics: base doc net conf tui wait
local: base doc net conf tui wait
serverless: base doc net conf tui wait openstack kube metrics local
train: base doc net conf tui wait openstack kube metrics local
model: base doc net conf tui wait openstack kube metrics local serverless
cluster: base doc net conf tui wait openstack kube metrics local
workflow: base doc net conf tui wait openstack kube metrics local serverless train model place
gpu: base doc net conf tui wait openstack kube metrics local serverless train model
bench: base doc net conf tui wait openstack kube metrics local serverless train model
doctor: base doc net conf tui wait openstack kube metrics local
pool: base doc net conf tui wait openstack kube metrics local serverless train model
place: base doc net conf tui wait openstack kube metrics local serverless train model
top: base doc net conf tui wait openstack kube metrics local serverless train model
why: base doc net conf tui wait openstack kube metrics local serverless train cluster workflow
'
# A library's header has one owner.
owners='
curl/curl.h lib/net/
yaml.h lib/doc/
cJSON.h lib/doc/
jq.h lib/doc/
jv.h lib/doc/
libsmartcols.h lib/doc/
curses.h lib/tui/
ncurses.h lib/tui/
readline/readline.h cmd/
http_parser.h lib/local/
nettle/nettle-meta.h lib/base/
check.h tests/
'

report() { # NAME: stdin is what is wrong; nothing is fine
    local text
    text=$(cat)
    if [ -z "$text" ]; then
        echo "ok - $1"
    else
        echo "not ok - $1"
        sed "s/^/# /" <<<"$text" >&2
    fi
}

check_layers() {
    local line name allowed
    while read -r line; do
        [ -n "$line" ] || continue
        name=${line%%:*} allowed=" ${line#*:} $name "
        [ -d "lib/$name" ] || continue
        grep -nE '^#include "[a-z_]+/' "lib/$name"/*.[ch] 2>/dev/null | while IFS=: read -r file at text; do
            used=$(sed -E 's/^#include "([a-z_]+)\/.*/\1/' <<<"$text")
            case $allowed in *" $used "*) ;; *) [ "$used" = gen ] || echo "$file:$at includes $used/, which is not below $name/" ;; esac
        done
    done <<<"$layers" | report "a layer includes only layers under it"
    find lib -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | while read -r name; do
        grep -qE "^$name(:|\$)" <<<"$layers" || echo "lib/$name is in no layer of tests/lint.sh"
    done | report "every folder of lib is a layer"
    grep -nE '^#include "cmd' lib -r | report "no library includes a command"
}

check_symbols() {
    # The linker's word for the same: an undefined symbol of a layer is not defined in a higher one. Only
    # objects whose source is still there count.
    [ -d "$B/lib" ] || return 0
    local line name allowed
    objects() { local source; for source in "$@"; do [ -e "$source" ] && echo "$B/${source%.c}.o"; done; }
    nm -A --defined-only $(objects lib/*/*.c cmd/*.c) 2>/dev/null | awk '$3 ~ /^[TDRBC]$/ || $2 ~ /^[TDRBC]$/ {sub(/:.*/, "", $1); n = split($1, p, "/"); print $NF, p[n-1]}' | sort -u >"$B/symbols.txt"
    while read -r line; do
        [ -n "$line" ] || continue
        name=${line%%:*} allowed=" ${line#*:} $name "
        [ -d "lib/$name" ] || continue
        nm -u $(objects "lib/$name"/*.c) | awk 'NF == 2 && $1 == "U" {print $2}' | sort -u | join - "$B/symbols.txt" | while read -r symbol owner; do
            case $allowed in *" $owner "*) ;; *) echo "lib/$name uses $symbol of $owner" ;; esac
        done
    done <<<"$layers" | report "no object uses a symbol of a higher layer"
}

check_owners() {
    local header owner
    while read -r header owner; do
        [ -n "$header" ] || continue
        grep -rnE "^#include [<\"](.*/)?$header[>\"]" lib cmd --include='*.[ch]' 2>/dev/null | grep -v "^$owner"
    done <<<"$owners" | report "a library's header is included by its owner only"
}

check_headers() {
    local header
    find lib cmd -name '*.h' ! -name banned.h | sort | while read -r header; do
        ${CC:-gcc} -std=c17 -D_GNU_SOURCE -Ilib -Icmd -I"$B" -fsyntax-only -x c -include lib/base/banned.h $(pkg-config --cflags libcurl smartcols ncursesw 2>/dev/null) "$header" 2>&1 | grep -E 'error|warning: (impl|decl)' | head -2
    done | report "every header compiles alone"
}

check_text() {
    git grep -nIE 'TODO|FIXME|[^Xu]XXX[^X]|not implemented|unimplemented' -- cmd lib ':!*.md' | report "nothing is left for later"
    git grep -nIE '\b(system|popen)\(' -- lib cmd | report "no shell is started by a string"
    git ls-files -- cmd lib | xargs grep -nP '\t' --include='*.[ch]' 2>/dev/null | head -5 | report "no tabs in C"
}

# A machine whose Go is older takes this one for all of them, and no newer.
check_bed_go() {
    sed -n 's/^go \(.*\)/\1 go.mod/p' tests/bed/go/*/go.mod | cat - <(sed -n 's/.*toolchain v0.0.1-go\([0-9.]*\)\.linux.*/\1 toolchain/p' tests/bed/go/toolchain/go.mod) | sort -V | tail -1 |
        grep -v toolchain | report "the bed's Go is as new as its modules ask for"
}

check_format() { git ls-files -- '*.c' '*.h' | xargs clang-format --dry-run 2>&1 | grep 'warning:' | head -20 | report "clang-format has nothing to say"; }

tidy() { # FILE
    local key said
    [ -s "$B/${1%.c}.d" ] || { echo "$1:1: error: it was not built" && return; }
    key=$(sed 's/^[^:]*://; s/\\$//' "$B/${1%.c}.d" | xargs cat | cat - .clang-tidy <(clang-tidy --version; echo "$1 $FLAGS") | sha256sum | cut -c1-40)
    said=$KEPT/tidy-$key
    touch -c "$said"
    if [ ! -e "$said" ]; then
        # shellcheck disable=SC2086
        { clang-tidy --quiet "$1" -- $FLAGS 2>/dev/null || echo "clang-tidy: error: exit $?"; } | grep -E 'warning:|error:' >"$said.$$"
        if grep -q 'error: exit 1[2-9][0-9]$' "$said.$$"; then # it was ended, and has not said all
            cat "$said.$$"
            rm "$said.$$"
            return
        fi
        mv "$said.$$" "$said"
    fi
    cat "$said"
}
check_tidy() {
    mkdir -p "$KEPT" && find "$KEPT" -maxdepth 1 -name 'tidy-*' -mtime +30 -delete
    FLAGS="-std=c17 -D_GNU_SOURCE -Ilib -Icmd -I$B -I$B/gen -include lib/base/banned.h $(pkg-config --cflags libcurl libcjson smartcols ncursesw 2>/dev/null)"
    export FLAGS
    export -f tidy
    git ls-files -z -- 'cmd/*.c' 'lib/*.c' | xargs -0 -P 2 -n 1 bash -c 'tidy "$1"' _ | sort -u | report "clang-tidy finds nothing"
}

check_cppcheck() {
    mkdir -p "$KEPT/cppcheck"
    cppcheck --quiet --cppcheck-build-dir="$KEPT/cppcheck" --std=c11 --enable=warning,performance,portability --inline-suppr --suppressions-list=tests/cppcheck.txt -Ilib -j2 cmd lib 2>&1 | grep -vE '^(nofile|\^|$)' | grep -E ':[0-9]+:' | report "cppcheck finds nothing"
}

check_clang() { CCACHE_NOHASHDIR=1 make -s -k -j2 B=build/clang CC='ccache clang' all build/clang/unit 2>&1 | grep -E 'error|warning|undefined' | head -10 | report "clang compiles all of it without a warning"; }

for check in ${*:-layers symbols owners headers text bed_go format clang tidy cppcheck}; do "check_$check"; done
