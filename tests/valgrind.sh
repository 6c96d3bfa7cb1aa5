#!/bin/sh
# tests/valgrind.sh: the unit tests and the commands that need no server, under valgrind.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
n=0 failed=0
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
try() {
    n=$((n + 1))
    name=$1
    shift
    if HOME=$home valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --suppressions=tests/valgrind.supp "$@" >"$home/out" 2>&1 </dev/null; [ $? != 99 ]; then
        echo "ok $n - $name"
    else
        failed=$((failed + 1))
        echo "not ok $n - $name"
        tail -40 "$home/out"
    fi
}
try "the unit tests" env CK_TIMEOUT_MULTIPLIER=30 "$B/unit"
for words in "--version" "-h" "help exit-codes" "function --help" "__describe" "completion bash" "context list" "context list -o yaml" \
    "context add x --openfaas http://127.0.0.1:1" "context show x --origin" "explain workflow" "workflow validate -f testdata/digits/workflow.yaml" \
    "workflow plan -f testdata/digits/workflow.yaml -o json" "function list" "nonsense" "function lsit -o json"; do
    # shellcheck disable=SC2086
    try "aiwf $words" "$B/aiwf" $words
done
echo "1..$n"
[ "$failed" = 0 ]
