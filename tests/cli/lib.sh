# Black-box tests: sourced by tests/cli/*.sh. Each file runs in a scratch HOME, with the binary $AIWF on PATH
# as aiwf, and everything it started is ended on exit, by pid.
#
#   begin "a missing function is exit 3"     starts a case; a case fails at its first broken expectation
#   ok CMD...            runs it; expects exit 0        fails CODE CMD...    expects this exit code
#   out_has TEXT   out_lacks TEXT   out_is TEXT   err_has TEXT   err_lacks TEXT   err_lines N   out_lines N
#   json JQ VALUE        the last stdout, through jq -r, is VALUE
#   true_that CMD...     expects CMD to succeed (no capture)
#   until_ok SECONDS CMD...   repeats it until it succeeds; of live suites the seconds are those of a quiet machine
#   keep PID             ended (TERM, then KILL) on exit
#   at_exit CMD...       run on exit, latest first
#   skip REASON          counts the case as skipped
# With FIRST_FAILURE set, the first case that fails ends the file.
# $OUT and $ERR are the files of the last run's stdout and stderr, $RC its exit code, $T a scratch folder.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
B=${B:-$ROOT/build}
AIWF=${AIWF:-$B/aiwf}
# What a sanitiser adds to memory is no finding.
# shellcheck disable=SC2034
SANITISED=$(grep -qc __asan_init "$AIWF" && echo yes)
T=$(mktemp -d "${TMPDIR:-/tmp}/aiwf-test.XXXXXX")
mkdir -p "$T/bin" "$T/home" "$T/work"
ln -s "$AIWF" "$T/bin/aiwf"
PATH=$T/bin:$PATH
HOME=$T/home
OUT=$T/out ERR=$T/err RC=0
export PATH HOME
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_RUNTIME_DIR NO_COLOR CI
for v in $(env | sed -n 's/^\(AIWF_[A-Z_]*\)=.*/\1/p; s/^\(OPENFAAS_[A-Z_]*\)=.*/\1/p; s/^\([a-zA-Z]*_proxy\)=.*/\1/p; s/^\([A-Z]*_PROXY\)=.*/\1/p'); do unset "$v"; done
TERM=dumb
export TERM
cd "$T/work" || exit 1
pids= cleanups= case_name= case_bad= failures=0 n=0

finish_case() {
    [ -n "$case_name" ] || return 0
    n=$((n + 1))
    if [ -z "$case_bad" ]; then
        echo "ok $n - $case_name"
    elif [ "$case_bad" = skip ]; then
        echo "ok $n - $case_name # SKIP $skip_reason"
    else
        echo "not ok $n - $case_name"
        failures=$((failures + 1))
    fi
    case_name= case_bad=
}
begin() {
    finish_case
    [ "$failures" = 0 ] || [ -z "${FIRST_FAILURE:-}" ] || exit 1
    case_name=$1
}
broken() {
    [ -z "$case_bad" ] || return 0
    case_bad=yes
    echo "# $case_name: $*" >&2
    [ -s "$OUT" ] && head -c 2000 "$OUT" | sed 's/^/#   out: /' >&2
    [ -s "$ERR" ] && head -c 2000 "$ERR" | sed 's/^/#   err: /' >&2
    return 0
}
skip() {
    case_bad=skip
    skip_reason=$*
}
run() {
    "$@" >"$OUT" 2>"$ERR" </dev/null
    RC=$?
}
ok() {
    run "$@"
    [ "$RC" = 0 ] || broken "exit $RC, expected 0: $*"
}
fails() {
    wanted=$1
    shift
    run "$@"
    [ "$RC" = "$wanted" ] || broken "exit $RC, expected $wanted: $*"
}
out_has() { grep -qF -e "$1" "$OUT" || broken "stdout lacks: $1"; }
out_lacks() { ! grep -qF -e "$1" "$OUT" || broken "stdout has: $1"; }
err_has() { grep -qF -e "$1" "$ERR" || broken "stderr lacks: $1"; }
err_lacks() { ! grep -qF -e "$1" "$ERR" || broken "stderr has: $1"; }
out_is() { [ "$(cat "$OUT")" = "$1" ] || broken "stdout is not: $1"; }
out_lines() { [ "$(wc -l <"$OUT")" = "$1" ] || broken "stdout has $(wc -l <"$OUT") lines, expected $1"; }
err_lines() { [ "$(wc -l <"$ERR")" = "$1" ] || broken "stderr has $(wc -l <"$ERR") lines, expected $1"; }
json() {
    got=$(jq -r "$1" <"$OUT" 2>&1)
    [ "$got" = "$2" ] || broken "jq $1 gives \"$got\", expected \"$2\""
}
true_that() { "$@" || broken "not so: $*"; }
now_ms() { date +%s%3N; }
rest_after() { sleep 0.05; } # MS that the look took: live suites rest by it
until_ok() { # SECONDS COMMAND...
    deadline=$(($(now_ms) + $1 * 1000 * ${PATIENCE:-1}))
    shift
    while looked=$(now_ms) && ! "$@" >/dev/null 2>&1; do
        if [ "$(now_ms)" -ge "$deadline" ]; then
            broken "still not so: $*"
            return 0
        fi
        rest_after $(($(now_ms) - looked))
    done
}
# A pid that was waited for may be another process's by the end: it is told by the time it began, too.
born() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
lives() { [ -n "${1#*:}" ] && [ "$(born "${1%:*}")" = "${1#*:}" ]; }
keep() { pids="$pids $1:$(born "$1")"; }
at_exit() { cleanups="$*
$cleanups"; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

end_tests() {
    status=$?
    trap - EXIT
    [ "$status" = 0 ] || [ -n "$case_bad" ] || broken "the script ended with $status"
    finish_case
    echo "$cleanups" | while read -r line; do [ -z "$line" ] || eval "$line" >/dev/null 2>&1; done
    for kept in $pids; do ! lives "$kept" || kill "${kept%:*}" 2>/dev/null; done
    for kept in $pids; do
        i=0
        while lives "$kept" && [ $i -lt 40 ]; do sleep 0.05; i=$((i + 1)); done
        ! lives "$kept" || kill -9 "${kept%:*}" 2>/dev/null
    done
    cd / && rm -rf "$T"
    echo "1..$n"
    [ "$failures" = 0 ] || exit 1
    exit 0
}
trap end_tests EXIT
trap 'exit 130' INT TERM
