# Jobs on the local runtime: submit, wait, logs, cancel, retries, timeout, GPUs.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
aiwf local up --gpus 2 >/dev/null 2>&1

begin "submit --wait returns when it has ended"
ok aiwf train submit good --wait -o json -- sh -c 'echo one; echo two'
json .state Succeeded
json .exit_code 0
json '.run_ms >= 0' true
ok aiwf train logs good
out_is "one
two"

begin "submit returns at once; wait waits"
ok aiwf train submit slow -o name -- sh -c 'sleep 0.5; echo done'
out_lines 1
ok aiwf train wait slow
ok aiwf train logs slow
out_is "done"

begin "a wait may begin before there is a job"
aiwf train wait early 2>"$T/early.err" &
pid=$!
until_ok 10 grep -q "job early .*not there yet" "$T/early.err"
ok aiwf train submit early -- true
true_that wait $pid
true_that grep -q "job early .*succeeded" "$T/early.err"

begin "without a name or a command it is refused"
fails 2 aiwf train submit -- true
err_has "NAME"
fails 2 aiwf train submit n --
err_has "-- COMMAND"

begin "a failure is exit 9 with its code and last lines"
fails 9 aiwf train submit bad --wait -- sh -c 'echo loading; echo no such file >&2; exit 3'
err_has "job bad failed: exit 3"
err_has "| no such file"
err_has "try: aiwf train logs bad"
fails 9 aiwf train wait bad
ok aiwf train show bad -o json
json .exit_code 3

begin "a signal is named"
fails 9 aiwf train submit killed --wait -- sh -c 'kill -SEGV $$'
err_has "SIGSEGV"

begin "-o json: the document on stdout, the error as JSON on stderr"
fails 9 aiwf train submit badj --wait -o json -- false
json .state Failed
true_that sh -c 'jq -e ".error.exit == 9" <"$1" >/dev/null' sh "$ERR"

begin "retries run it again"
fails 9 aiwf train submit stubborn --retries 2 --wait -o json -- false
json .attempt 3
ok aiwf train submit third --retries 2 --wait -- sh -c 'echo x >>"$0"; test "$(wc -l <"$0")" = 3' "$T/tries"

begin "a timeout ends it: exit 9"
fails 9 aiwf train submit long --timeout 300ms --wait -- sleep 600
err_has long

begin "GPUs are counted, named, and waited for"
ok aiwf train submit gpus --gpus 2 --wait --logs -- sh -c 'echo "gpus $CUDA_VISIBLE_DEVICES"'
out_is "gpus 0,1"
ok aiwf train submit holder --gpus 2 -- sleep 600
ok aiwf train submit waiter --gpus 1 -o json -- true
json .state Queued
ok aiwf gpu list -o json
json '[.items[] | "\(.state) \(.gpus) \(.held_by)"] | join(";")' "Held 2 train/holder"
ok aiwf train cancel holder
ok aiwf train wait waiter
fails 6 aiwf train submit many --gpus 3 -- true
ok aiwf gpu list -o json
json '[.items[] | "\(.state) \(.gpus)"] | join(";")' "Free 2"
fails 2 aiwf train list -A
err_has "no namespaces"

begin "environment, workdir, source"
mkdir -p dir && echo content >dir/file
ok aiwf train submit env --wait --logs --env A=b --workdir dir -- sh -c 'echo $A; cat file; pwd'
out_is "b
content
$(pwd -P)/dir"
ok aiwf train submit src --wait --logs --source dir -- sh -c 'cat file; echo more >file'
out_is content
true_that test "$(cat dir/file)" = content

begin "cancel, and what a cancelled job is"
ok aiwf train submit endless -- sleep 600
ok aiwf train cancel endless
fails 9 aiwf train wait endless
err_has cancelled

begin "Ctrl-C while waiting leaves it running, and names what goes on"
aiwf train submit detach --wait -- sh -c 'sleep 1; echo finished' >"$OUT" 2>"$ERR" &
pid=$!
until_ok 10 aiwf train show detach
kill -INT $pid
wait $pid
true_that test $? = 130
err_has "try: aiwf train wait detach"
ok aiwf train wait detach
ok aiwf train logs detach
out_is finished

begin "logs -f ends with the job"
ok aiwf train submit chatty -- sh -c 'for i in 1 2 3; do echo $i; sleep 0.1; done'
ok aiwf train logs chatty -f
out_is "1
2
3"

begin "list, show, delete, and what is missing"
ok aiwf train list
out_has good
out_has Succeeded
ok aiwf train list -o json
json '[.items[] | select(.name == "bad")][0].exit_code' 3
fails 3 aiwf train show nothing
fails 8 aiwf train wait nothing --timeout 1s
err_has 'no job "nothing"'
fails 3 aiwf train logs nothing
fails 3 aiwf train cancel nothing
fails 3 aiwf train delete nothing --dry-run=server
fails 3 aiwf function delete nothing --dry-run=server
fails 3 aiwf function scale nothing 2 --dry-run=server
ok aiwf train show bad -o name
out_is job/bad
ok aiwf train show "$(cat "$OUT")" -o json
json .name bad
fails 3 aiwf train show function/bad
ok aiwf train delete job/good bad
fails 3 aiwf train show good

begin "a name that is taken is exit 5: what a job has made does not go unasked"
ok aiwf train submit busy -- sleep 600
fails 5 aiwf train submit busy -- true
err_has "try: aiwf train wait busy"
ok aiwf train cancel busy
fails 9 aiwf train wait busy
fails 5 aiwf train submit busy -- true
err_has "try: another name, aiwf train retry busy --replace"
ok aiwf train delete busy
ok aiwf train submit busy --wait -- true

begin "retry: once more with all it had, under the next free name, one of your own, or in its place"
fails 9 aiwf train submit again --env WHO=me --wait -- sh -c 'echo "$WHO"; exit 4'
fails 9 aiwf train retry again --wait
err_has "job again-2 failed: exit 4"
ok aiwf train logs again-2
out_is me
ok aiwf train retry again-2 -o name --no-wait
out_is job/again-3
fails 9 aiwf train wait again-3
fails 9 aiwf train retry again --name mine --wait
err_has "job mine failed"
aiwf train show again -o json --jq .queued >before
fails 9 aiwf train retry again --replace --wait
err_has "job again failed"
ok aiwf train show again -o json --jq .queued
if cmp -s before "$OUT"; then broken "it is the old one"; fi
ok aiwf train list -o name
true_that [ "$(grep -c '^job/again' "$OUT")" = 3 ]
fails 3 aiwf train retry nothing
ok aiwf train submit working -- sleep 600
fails 5 aiwf train retry working
err_has "try: aiwf train cancel working"
fails 5 aiwf train retry again --name working
ok aiwf train cancel working
fails 5 aiwf train retry again --name working

begin "a wait that is too short is exit 8"
ok aiwf train submit sleeper -- sleep 600
fails 8 aiwf train wait sleeper --timeout 300ms
err_has "aiwf train wait sleeper"
ok aiwf train cancel sleeper
