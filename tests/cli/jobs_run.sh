# Jobs of the local runtime: exit codes, output, environment, time limits, retries, cancelling.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
ok aiwf local up --gpus 3 -o json
gateway=$(jq -r .gateway <"$OUT")
password=$(cat "$(jq -r .password_file <"$OUT")")
api() { curl -s -u "admin:$password" "$@"; }
state_is() { [ "$(aiwf train show "$1" -o json | jq -r .state)" = "$2" ]; }

begin "a job that succeeds: its document says what it cost"
ok aiwf train submit fine -- sh -c 'echo out; echo err >&2; i=0; while [ $i -lt 60000 ]; do i=$((i + 1)); done'
ok aiwf train wait fine
ok aiwf train show fine -o json
json .state Succeeded
json .exit_code 0
json .attempt 1
json '.cpu_s > 0 and .energy_j > 0 and .run_ms > 0' true
json '.energy_source == "model" or .energy_source == "rapl"' true
json '[.queued, .started, .finished] | sort == .' true

begin "its output is kept, line by line, with the stream it came from"
ok aiwf train logs fine
out_has out
out_has err
ok api "$gateway/system/aiwf/jobs/fine/logs"
true_that sh -c 'jq -r "select(.stream == \"stderr\") | .text" "$1" | grep -qx err' sh "$OUT"

begin "a failing command is exit 9 with --wait, and its code is kept"
fails 9 aiwf train submit bad --wait -- sh -c 'exit 42'
ok aiwf train show bad -o json
json .state Failed
json .exit_code 42
json .reason "exit code 42"

begin "a signal is told by its name"
fails 9 aiwf train submit killed --wait -- sh -c 'kill -SEGV $$'
ok aiwf train show killed -o json
json .signal SEGV
json .exit_code null

begin "a command that does not exist fails at once, without retries"
fails 9 aiwf train submit missing --retries 5 --wait -- no-such-command
ok aiwf train show missing -o json
json .attempt 1
json '.reason | test("no such command")' true

begin "the environment is clean: PATH, HOME, what was given, and nothing of the caller's or the gateway's"
SECRET_TOKEN=s3cret AIWF_SECRET=s3cret ok aiwf train submit env --env GIVEN=1 --wait -- env
ok aiwf train logs env
out_has GIVEN=1
out_has AIWF_JOB_NAME=env
out_has "HOME=$HOME/.local/state/aiwf/local/work/jobs/env"
out_lacks s3cret
out_lacks "$password"

begin "what it left running in a session of its own ends after it; what stays in its group is no matter"
ended() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"; }
leave='setsid sh -c "echo \$\$ >$0; exec sleep 1000" & until [ -s "$0" ]; do sleep 0.1; done'
ok aiwf train submit leaves --workdir "$T/work" --wait -- sh -c "$leave" left
until_ok 10 ended "$(cat left)"
ok aiwf train submit cancelled --workdir "$T/work" -- sh -c "$leave; sleep 1000" cancelled
until_ok 10 test -s cancelled
ok aiwf train cancel cancelled
fails 9 aiwf train wait cancelled
until_ok 10 ended "$(cat cancelled)"

begin "without GPUs none is visible; with them the granted ones are"
ok aiwf train submit none --wait -- sh -c 'echo "gpus=<$CUDA_VISIBLE_DEVICES>"'
ok aiwf train logs none
out_has "gpus=<>"
ok aiwf train submit two --gpus 2 --wait -- sh -c 'echo "gpus=<$CUDA_VISIBLE_DEVICES>"'
ok aiwf train logs two
out_has "gpus=<0,1>"

begin "more GPUs than there are is refused with both numbers: exit 6"
fails 6 aiwf train submit huge --gpus 4 -- true
err_has "asks for 4 GPUs"
err_has "this machine has 3"
fails 3 aiwf train show huge

begin "a source is copied; a job cannot change the original"
mkdir src && echo data >src/file && ln -s file src/link
ok aiwf train submit copied --source src --wait -- sh -c 'cat link && echo changed >file && pwd'
ok aiwf train logs copied
out_has data
out_lacks "$T/work/src"
true_that grep -qx data src/file

begin "a timeout ends the whole group: TERM, and the reason says so"
fails 9 aiwf train submit slow --timeout 300ms --wait -- sh -c 'sleep 1000 & echo child=$!; wait'
ok aiwf train show slow -o json
json .state Failed
json .reason "timed out after 300ms"
ok aiwf train logs slow
child=$(sed -n 's/.*child=//p' "$OUT")
until_ok 10 sh -c '! kill -0 "$1" 2>/dev/null || grep -q "State:.Z" "/proc/$1/status"' sh "$child"

begin "retries: each attempt is counted, and a later success is a success"
ok aiwf train submit flaky --retries 2 --workdir "$T/work" --wait -- sh -c 'echo x >>tries; test "$(wc -l <tries)" = 2'
ok aiwf train show flaky -o json
json .state Succeeded
json .attempt 2
true_that test "$(wc -l <tries)" = 2

begin "retries that are used up"
fails 9 aiwf train submit hopeless --retries 1 --wait -- false
ok aiwf train show hopeless -o json
json .attempt 2
json .state Failed

begin "cancelling a running job"
ok aiwf train submit long -- sleep 1000
until_ok 10 state_is long Running
pid=$(aiwf train show long -o json | jq -r .pid)
ok aiwf train cancel long
until_ok 10 state_is long Cancelled
until_ok 10 sh -c '! kill -0 "$1" 2>/dev/null' sh "$pid"
begin "a finished job cannot be cancelled: exit 5"
fails 5 aiwf train cancel long

begin "a name is free again once its job is deleted, not before: exit 5"
fails 5 aiwf train submit fine -- true
err_has "it is Succeeded"
ok aiwf train delete fine --yes
ok aiwf train submit fine -- sleep 1000
fails 5 aiwf train submit fine -- true
err_has "it is Running"
ok aiwf train delete fine --yes
fails 3 aiwf train show fine

begin "memory is limited"
fails 9 aiwf train submit hungry --memory 32Mi --wait -- python3 -c 'bytearray(200 << 20)'

begin "the memory of the largest process is told"
ok aiwf train submit large --wait -- python3 -c 'x = b"x" * (100 << 20)'
ok aiwf train show large -o json
json '.max_rss_bytes > 104857600 and .max_rss_bytes < 209715200' true

begin "wrong specifications are refused with the field: exit 2"
for body in '{}' '{"name":"x"}' '{"name":"../x","command":["true"]}' '{"name":"x","command":[]}' '{"name":"x","command":["true"],"gpu":1}' \
    '{"name":"x","command":["true"],"retries":-1}' '{"name":"x","command":["true"],"env":{"A B":"1"}}' '{"name":"x","command":"true"}' '[]' '{'; do
    code=$(api -o "$T/answer" -w '%{http_code}' -d "$body" "$gateway/system/aiwf/jobs")
    true_that test "$code" = 400
    true_that sh -c 'jq -er .error.message "$1" >/dev/null' sh "$T/answer"
done
true_that grep -q . "$T/answer"

begin "following a log ends with the job"
ok aiwf train submit talk -- sh -c 'for i in 1 2 3; do echo line $i; sleep 0.1; done'
ok timeout 20 aiwf train logs talk --follow
out_has "line 3"

begin "the metrics name jobs, their CPU time and their energy"
ok curl -s "$gateway/metrics"
out_has 'aiwf_process_cpu_seconds_total{kind="job",name="flaky"}'
out_has 'aiwf_workload_energy_joules_total{kind="job",name="flaky"'
true_that sh -c 'promtool check metrics <"$1"' sh "$OUT"

begin "its log has one rank and all attempts"
ok aiwf train submit ranked --wait -- echo out
fails 3 aiwf train logs ranked --rank 3
err_has "there is no rank 3"
fails 2 aiwf train logs ranked --previous
ok aiwf train logs ranked --rank 0
out_has out

begin "what a process of this machine cannot have is refused, not forgotten"
for option in "--nodes 2" "--queue vision" "--priority high" "--spot"; do
    # shellcheck disable=SC2086
    fails 2 aiwf train submit wishes $option -- true
    err_has "${option%% *}"
done
