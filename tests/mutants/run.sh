#!/bin/bash
# tests/mutants/run.sh: each tests/mutants/*.patch is one deliberate bug; the suites must fail on it.
# The first line of a patch names what kills it: "# kills: unit SUITE..." or "# kills: cli NAME_OF_SCRIPT...".
# A mutant is built in a copy of the tree, so that nothing here changes. Two copies a core are at work, for tests mostly wait.
# One that was caught is tried again only when it, the files that it changes or the tests that caught it have changed (ALL=1: all are).
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
scratch=$(mktemp -d "${TMPDIR:-/tmp}/aiwf-mutants.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
unset B
workers=${JOBS:-$(($(nproc) * 2))}
caught=${AIWF_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/aiwf-tools}/mutants
mkdir -p "$caught"
find "$caught" -type f -mtime +60 -delete

# The file that says that it was caught as everything is now.
verdict() { # PATCH
    local kind names name files
    read -r kind names < <(sed -n '1s/^# kills: //p' "$1")
    read -r -a files < <(sed -n 's,^--- a/,,p' "$1" | tr '\n' ' ')
    for name in $names; do
        if [ "$kind" = unit ]; then files+=("tests/unit/test_$name.c"); else files+=("tests/cli/$name.sh" tests/cli/lib.sh); fi
    done
    echo "$caught/$(cat "$1" "${files[@]}" tests/mutants/run.sh 2>/dev/null | sha256sum | cut -c1-32)"
}

build() { make -s CC="ccache gcc" CFLAGS="-O1" WARN=-w "$@" >build.log 2>&1; }

# What an ended test has started knows its folder.
sweep() { # FOLDER
    grep -lsF "$1/" /proc/[0-9]*/environ | sed 's,/proc/\([0-9]*\)/.*,\1,' | xargs -r kill -KILL
    rm -rf "$1"
}

# The first test that fails is enough. Check has each in a process group of its own, which may not heed a TERM.
suite_fails() { # SUITE
    local pid child tmp=$PWD/tmp
    mkdir -p "$tmp"
    exec 4< <(TMPDIR=$tmp/ CK_DEFAULT_TIMEOUT=30 CK_VERBOSITY=silent CK_TAP_LOG_FILE_NAME=/dev/stdout CK_RUN_SUITE=$1 exec build/unit 2>/dev/null)
    pid=$!
    if ! grep -q -m1 '^not ok' <&4; then
        ! wait "$pid"
        return
    fi
    kill -STOP "$pid"
    for child in $(pgrep -P "$pid"); do kill -KILL -- "-$child"; done
    kill -KILL "$pid"
    wait "$pid"
    sweep "$tmp"
    return 0
} 2>/dev/null
killed_by_unit() { # SUITE...
    local name
    for name in "$@"; do
        ! suite_fails "$name" || return 0
    done
    return 1
}
killed_by_cli() { # NAME...
    local name status
    for name in "$@"; do
        FIRST_FAILURE=1 B=$PWD/build timeout 1200 sh "tests/cli/$name.sh" >out.log 2>&1
        status=$?
        # One that was ended because it took too long has not said that something is wrong: the machine may be busy.
        [ $status != 124 ] || ! grep -q 'the script ended with 130' out.log || continue
        ! grep -q '^not ok' out.log || return 0
        [ $status = 0 ] || [ $status = 124 ] || return 0
    done
    return 1
}
killed() { "killed_by_$1" "${@:2}"; } # KIND NAME...
target() { if [ "$1" = unit ]; then echo build/unit; else echo build/aiwf; fi; }

try() { # PATCH VERDICT: a line of TAP
    local name how
    name=$(basename "$1" .patch)
    read -r -a how < <(sed -n '1s/^# kills: //p' "$1")
    if [ ${#how[@]} -lt 2 ]; then
        echo "not ok - $name: its first line does not say what kills it"
    elif ! patch -s -p1 --dry-run --fuzz=3 <"$1" >patch.log 2>&1; then
        echo "not ok - $name: does not apply"
    else
        rm -f "$2"
        patch -s -p1 --no-backup-if-mismatch --fuzz=3 <"$1" >/dev/null
        if ! build "$(target "${how[0]}")"; then
            echo "not ok - $name: does not compile"
        elif killed "${how[@]}"; then
            echo "ok - $name is caught"
            : >"$2"
        else
            echo "not ok - $name lives"
        fi
        patch -s -R -p1 --no-backup-if-mismatch --fuzz=3 <"$1" >/dev/null
    fi
}

patches=("$root"/tests/mutants/${ONLY:-*}.patch)
open=()
for patch in "${patches[@]}"; do
    file=$(verdict "$patch")
    if [ -z "${ALL:-}" ] && [ -e "$file" ]; then
        touch "$file"
        echo "ok - $(basename "$patch" .patch) was caught before"
    else
        open+=("$patch" "$file")
    fi
done
echo "1..${#patches[@]}"
[ ${#open[@]} != 0 ] || exit 0

mkdir "$scratch/0"
git ls-files -z -- Makefile cmd lib tests testdata man completions | xargs -0 cp --parents -t "$scratch/0"
cd "$scratch/0" || exit 1
build -j"$workers" build/aiwf build/unit || { echo "not ok - the tree builds" && tail -5 build.log >&2 && exit 1; }
for worker in $(seq 1 $((workers - 1))); do cp -a "$scratch/0" "$scratch/$worker"; done

export scratch
export -f build sweep suite_fails killed_by_unit killed_by_cli killed target try
printf '%s\0' "${open[@]}" | xargs -0 -n2 -P "$workers" --process-slot-var=slot bash -c 'cd "$scratch/$slot" && try "$@"' _
