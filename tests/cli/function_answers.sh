# What a function's answers and the gateway's refusals become: streams and exit codes, against a gateway that refuses on demand.
. "$(dirname "$0")/lib.sh"

python3 "$ROOT/tests/tools/gateway.py" "$T/port" "$T/requests" 2>"$T/gateway.err" &
keep $!
until_ok 10 test -s "$T/port"
AIWF_OPENFAAS=http://127.0.0.1:$(cat "$T/port")
export AIWF_OPENFAAS

begin "the answer is stdout, byte for byte; what is known about it is one line of stderr"
printf 'a\0b\377' >body
ok aiwf function invoke echo -f body
true_that cmp -s body "$OUT"
err_lines 1
err_has "200 warm"
err_has "first byte"

begin "standard input is sent with -f -"
printf 'from a pipe' | aiwf function invoke echo -f - >"$OUT" 2>"$ERR"
out_is "from a pipe"

begin "method, path, query and headers are sent as typed"
ok aiwf function invoke echo -X PUT --path '/a/b?c=d%20e' -H 'X-Wanted: yes' -d x
out_is yes
true_that grep -q '^PUT /function/echo/a/b?c=d%20e - x$' "$T/requests"

begin "a function's name cannot climb out of its path"
run aiwf function invoke ../system/functions
true_that grep -qi '^GET /function/..%2Fsystem%2Ffunctions ' "$T/requests"

begin "a path with a space, or a header without a colon, is wrong usage"
fails 2 aiwf function invoke echo --path '/a b'
fails 2 aiwf function invoke echo -H nocolon

begin "a method cannot bring lines of its own"
: >"$T/requests"
fails 2 aiwf function invoke echo -X "$(printf 'GET /other HTTP/1.1\r\nX-Smuggled:')"
err_has "is no HTTP method"
true_that test ! -s "$T/requests"

begin "no such function is exit 3, with the next command"
fails 3 aiwf function invoke missing
err_has 'no function "missing"'
err_has "try: aiwf function list"
out_is ""

begin "a full queue is exit 6, with Retry-After's time, and is not repeated"
: >"$T/requests"
fails 6 aiwf function invoke full
err_has "again in 2 s"
true_that test "$(grep -c /function/full "$T/requests")" = 1

begin "a function that died is exit 9, one that cannot start is exit 9 with the reason, a slow one exit 8"
fails 9 aiwf function invoke dead
fails 9 aiwf function invoke broken
err_has "exited with code 3"
err_has "try: aiwf function logs broken"
fails 8 aiwf function invoke slow

begin "a function's own 500 is its answer, and exit 9"
fails 9 aiwf function invoke own500
out_is "own words"
err_has "500 warm"

begin "a function's own 404 is no missing function: exit 1"
fails 1 aiwf function invoke own404
out_is "not here"

begin "-o json: the line on stderr is JSON, errors too"
ok aiwf function invoke echo -d x -o json
true_that sh -c 'jq -e ".status == 200 and .start == \"warm\" and .total_ms > 0 and .call_id == \"c-1\"" <"$1" >/dev/null' sh "$ERR"
fails 6 aiwf function invoke full -o json
true_that sh -c 'jq -e ".error.code == \"capacity\" and .error.exit == 6" <"$1" >/dev/null' sh "$ERR"

begin "-n repeats on one connection and sums up"
: >"$T/requests"
ok aiwf function invoke echo -d x -n 20 -o json
out_is xxxxxxxxxxxxxxxxxxxx
true_that test "$(grep -c /function/echo "$T/requests")" = 20
true_that sh -c 'jq -e ".requests == 20 and .failed == 0 and .p50_ms <= .p95_ms and .p95_ms <= .max_ms" <"$1" >/dev/null' sh "$ERR"

begin "--silent says nothing"
ok aiwf function invoke echo -d x -s
err_lines 0

begin "--timeout ends a request that hangs: exit 8"
fails 8 aiwf function invoke hangs --timeout 300ms
err_has 'cannot invoke function "hangs"'
err_has "try: aiwf function show hangs"

begin "Ctrl-C ends a request that hangs: exit 130"
: >"$T/requests"
aiwf function invoke hangs >"$OUT" 2>"$ERR" &
pid=$!
until_ok 10 grep -q /function/hangs "$T/requests"
kill -INT $pid
wait $pid
true_that test $? = 130

begin "an answer that is no JSON is one error"
fails 1 aiwf function show garbled
err_lacks "warning"

begin "a refused login is exit 4"
fails 4 aiwf function show denied

begin "an empty list is no error, and says so on stderr"
ok aiwf function list
out_is ""
err_has "no functions in context local"
ok aiwf function list -o json
json .kind FunctionList
json '.items | length' 0
ok aiwf train list
err_has "no jobs in context local"
ok aiwf pool list
err_has "no pools in context local"

begin "a wait that times out is exit 8, and says what it saw and how to go on"
fails 8 aiwf function wait starting --timeout 300ms
err_has "last seen: Starting 0 of 1 ready"
err_has "try: aiwf function wait starting"

begin "a crash ends a wait at once: exit 9, its reason without control characters"
fails 9 aiwf function wait crashed --timeout 60s
err_has 'exited with code 3\x1b[2J'

begin "Ctrl-C during a wait is exit 130 and names the command that goes on"
: >"$T/requests"
aiwf function wait starting --timeout 60s >"$OUT" 2>"$ERR" &
pid=$!
until_ok 10 grep -q functions/starting "$T/requests"
kill -INT $pid
wait $pid
true_that test $? = 130
err_has "try: aiwf function wait starting"

begin "Ctrl-C while a job runs leaves it alone and names the command that goes on"
: >"$T/requests"
aiwf train wait j >"$OUT" 2>"$ERR" &
pid=$!
until_ok 10 grep -q jobs/j "$T/requests"
kill -INT $pid
wait $pid
true_that test $? = 130
err_has "try: aiwf train wait j"
true_that sh -c '! grep -q cancel "$1"' sh "$T/requests"

begin "a job that was killed for memory is exit 9, with the reason and what to try"
fails 9 aiwf train wait k
err_has "killed by SIGKILL"
err_has "memory limit of 64Mi"
err_has "a larger --memory"

begin "the login goes to the gateway, and into no trace"
printf secret1234 >pw
AIWF_USER=admin AIWF_PASSWORD_FILE=$T/work/pw run aiwf function list -v
true_that grep -q '^GET /system/aiwf/functions admin:secret1234 ' "$T/requests"
err_lacks secret1234
err_lacks YWRtaW46
