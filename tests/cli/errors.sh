#!/bin/sh
# Errors: what failed, why, what to try; each once, on stderr; as JSON when JSON was asked for.
. "$(dirname "$0")/lib.sh"

begin "an error is one line and a hint"
fails 2 aiwf local up --prot 1
err_lines 2
err_has "error: unknown option --prot for aiwf local up"
err_has "did you mean --port?"
out_lines 0

begin "a noun of a noun is named whole"
fails 2 aiwf function trigger
err_has "error: aiwf function trigger needs a command"

begin "a long query does not stand before the cause"
fails 7 aiwf top --once --prometheus http://127.0.0.1:1
err_has 'cannot reach http://127.0.0.1:1/api/v1/label/__name__/values?...: Connection refused'

begin "with -o json an error is JSON on stderr, wherever -o stands"
for words in "function lsit -o json" "-o json function lsit" "function lsit --output=json" "function lsit -ojson" "local up --port x -o json" \
    "local up --output json --prot 1" "function lsit -o ndjson" "local up --port -o json"; do
    run aiwf $words
    [ "$RC" = 2 ] || broken "exit $RC: $words"
    out_lines 0
    err_lines 1
    cp "$ERR" "$OUT"
    json .error.code usage
    json .error.exit 2
    json '.error.message | type' string
    : >"$OUT"
done

begin "after -- an -o is the command's own"
fails 2 aiwf train submit --bogus n -- cmd -o json
err_has "error: unknown option"

begin "control characters of a command line reach no terminal"
fails 2 aiwf "$(printf 'x\033[31my')"
err_has 'x\x1b[31my'

begin "a full disk is exit 1, told once"
if [ -c /dev/full ]; then
    aiwf -h >/dev/full 2>"$ERR"
    RC=$?
    : >"$OUT"
    [ "$RC" = 1 ] || broken "exit $RC"
    err_has "error: cannot write to standard output"
    err_has "No space left on device"
    err_lines 2
    aiwf completion bash >/dev/full 2>"$ERR"
    [ $? = 1 ] || broken "completion"
    err_lines 2
    aiwf version -o json >/dev/full 2>"$ERR"
    [ $? = 1 ] || broken "version"
    err_lines 1
    err_has '"exit":1'
else
    skip "no /dev/full"
fi

begin "a closed stdout is exit 1, and no file takes its place"
aiwf help exit-codes >&- 2>"$ERR"
RC=$?
[ "$RC" = 1 ] || broken "exit $RC"
err_has "error: cannot write to standard output"
err_lines 2
aiwf -h >&- 2>&-
[ $? = 1 ] || broken "without stderr"
aiwf -h <&- >"$OUT" 2>"$ERR" || broken "without stdin"

begin "a reader that has seen enough makes no noise"
{ aiwf help environment 2>"$ERR"; echo $? >"$T/rc"; } | head -1 >"$OUT"
err_lines 0
out_lines 1
true_that test "$(cat "$T/rc")" = 0
{ aiwf completion fish 2>"$ERR"; echo $? >"$T/rc"; } | true
err_lines 0
true_that test "$(cat "$T/rc")" = 0

begin "a program aiwf-NAME is a command; a built-in one comes first"
printf '#!/bin/sh\necho "plugin $*"\nexit 7\n' >"$T/bin/aiwf-hello"
cp "$T/bin/aiwf-hello" "$T/bin/aiwf-version"
chmod +x "$T/bin/aiwf-hello" "$T/bin/aiwf-version"
fails 7 aiwf hello a 'b c' --d
out_is "plugin a b c --d"
ok aiwf version
out_lacks plugin
fails 2 aiwf helo
err_has "unknown command"
fails 2 aiwf ../bin/aiwf-hello
fails 2 aiwf -hello
printf '#!/bin/sh\nkill -TERM $$\n' >"$T/bin/aiwf-killed"
chmod +x "$T/bin/aiwf-killed"
fails 143 aiwf killed

begin "a dry run before the verb is the verb's"
ok aiwf context add gone --openfaas http://127.0.0.1:1
ok aiwf --dry-run context delete gone
err_has "would delete context gone"
ok aiwf context --dry-run=client delete gone
fails 2 aiwf --dry-run=server context delete gone
err_has '--dry-run: "server"'
ok aiwf context delete gone

begin "what no server can check beforehand is not said to be checked"
fails 2 aiwf workflow run -f w.yaml --dry-run=server
err_has '--dry-run: "server"'

begin "--jq: what an expression cannot have is an error, not the end; the first Ctrl-C ends one that does not"
fails 2 env MALLOC_PERTURB_=165 aiwf version -o json --jq input
fails 2 aiwf version -o json --jq 'include "a" {search: "$ORIGIN/x"}; .'
fails 2 aiwf version -o json --jq 'include "a"; .'
err_has "module not found: a"
ok env MALLOC_PERTURB_=165 aiwf version -o json --jq '.kind | debug'
out_is Version
err_has '["DEBUG:","Version"]'
ok aiwf version -o json --jq halt
fails 1 aiwf version -o json --jq '"bye" | halt_error(3)'
err_has bye
run timeout -s INT -k 20 2 aiwf version -o json --jq 'def f: f; f'
true_that [ "$RC" = 124 ]

begin "a file that is given twice, or by an empty variable, is not left out silently"
fails 2 aiwf workflow validate -f a.yaml -f b.yaml
err_has '--file is given twice: "a.yaml" and "b.yaml"'
fails 2 aiwf function deploy -f ""
err_has "--file is empty"

begin "a plugin behind an option is found by who looks for it"
printf '#!/bin/sh\necho "plugin $*"\n' >"$T/bin/aiwf-hello"
chmod +x "$T/bin/aiwf-hello"
fails 2 aiwf -v hello
err_has "aiwf hello: a plugin's name stands before all options"
