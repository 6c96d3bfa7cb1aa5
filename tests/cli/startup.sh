# What a start loads: the quick commands bind no library but libc. (The sanitiser brings its own, with libm.)
. "$(dirname "$0")/lib.sh"

loads_nothing() {
    LD_DEBUG=files LD_DEBUG_OUTPUT=$T/ld "$@" >/dev/null 2>&1
    own=c
    ! grep -q 'file=libasan' "$T"/ld.* || own='c|m|asan|ubsan|gcc_s|stdc\+\+|dl|rt|pthread'
    ! cat "$T"/ld.* | grep -E 'file=lib[^ ]*\.so' | grep -vE "file=lib($own)\.so"
    status=$?
    rm -f "$T"/ld.*
    return $status
}

for words in --version -h --help "function -h" "help exit-codes" "completion bash" "completion fish" version; do
    begin "aiwf $words loads no library of its own"
    # shellcheck disable=SC2086
    true_that loads_nothing aiwf $words
done

begin "a list needs the client: the check above can fail"
LD_DEBUG=files LD_DEBUG_OUTPUT=$T/ld AIWF_OPENFAAS=http://127.0.0.1:1 aiwf function list >/dev/null 2>&1
true_that grep -q libcurl "$T"/ld.*
rm -f "$T"/ld.*
if loads_nothing aiwf __describe; then broken "aiwf __describe makes a document without libcjson"; fi
