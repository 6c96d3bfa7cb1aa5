#!/bin/sh
# needs: node
# aiwf train with real pods: one rank fails, is killed for memory, is tried again; its source; its log; what wait says.
. "$(dirname "$0")/lib.sh"
a_namespace
train() { verb=$1 && shift && aiwf train "$verb" --context bed -n "$NS" "$@"; }
submit() { name=$1 && shift && train submit "$name" --image dev.local/python:1 --trainer job "$@"; }

begin "a rank that fails: exit 9, which one, its exit code and its last words"
cat >rank.py <<'Y'
import os, sys, time
rank = int(os.environ["RANK"])
print("rank", rank, "of", os.environ["WORLD_SIZE"], flush=True)
if rank == 1:
    print("CUDA error: device-side assert", file=sys.stderr)
    sys.exit(3)
time.sleep(600)
Y
fails 9 submit one --nodes 2 --wait -- python3 -c "$(cat rank.py)"
err_has "job one failed: rank 1: exit 3"
err_has "| CUDA error: device-side assert"
err_has "try: aiwf train logs one --rank 1 --tail 50, or aiwf why train one"
fails 9 train wait one
ok train logs one --rank 1
out_lines 2 # the kubelet reads its two streams in any order
out_has "rank 1 of 2"
out_has "CUDA error: device-side assert"
ok train show one -o json
json '"\(.failed_rank) \(.exit_code) \(.state)"' "1 3 Failed"

begin "one that is killed for memory"
fails 9 submit big --memory 32Mi --wait -- python3 -c 'print("loading"); x = bytearray(1 << 28); x[::4096] = b"x" * len(x[::4096])'
err_has "job big failed: exit 137 (SIGKILL)"
err_has "OOMKilled: its memory limit is 32Mi"
err_has "a larger --memory"

begin "retries are counted, and the source goes along and away"
mkdir -p code/part && echo 'word = "from the source"' >code/part/words.py
cat >code/main.py <<'Y'
import part.words
open("mine", "w").write("a folder of its own")
print(part.words.word)
raise SystemExit(4)
Y
fails 9 submit again --retries 1 --source code --wait -o json -- python3 main.py
json '"\(.attempt) \(.restarts) \(.exit_code)"' "2 1 4"
ok train logs again --tail 1
out_has "from the source"
ok train delete again
until_ok 20 sh -c "test -z \"\$(kubectl -n $NS get configmaps -l aiwf/job=again -o name)\""

begin "a source that is too large is refused, and its largest file named"
head -c 1000000 /dev/urandom >code/part/weights.bin
fails 2 submit fat --source code -- python3 main.py
err_has "part/weights.bin"

begin "a pod that is evicted is run again, and counted though it is gone"
aiwf train submit evicted --context bed -n "$NS" --image dev.local/python:1 --trainer job --wait -o json -- sleep 3 >"$T/evicted" 2>"$T/evicted.err" &
waiting=$!
k wait --for=create pod -l batch.kubernetes.io/job-name=evicted --timeout=20s >/dev/null
pod=$(k get pods -l batch.kubernetes.io/job-name=evicted -o jsonpath='{.items[0].metadata.name}')
k wait --for=condition=Ready "pod/$pod" --timeout=30s >/dev/null
echo "{\"apiVersion\": \"policy/v1\", \"kind\": \"Eviction\", \"metadata\": {\"name\": \"$pod\", \"namespace\": \"$NS\"}, \"deleteOptions\": {\"gracePeriodSeconds\": 1}}" >eviction.json
ok kubectl create --raw "/api/v1/namespaces/$NS/pods/$pod/eviction" -f eviction.json
wait $waiting
RC=$?
cp "$T/evicted" "$OUT"
cp "$T/evicted.err" "$ERR"
[ "$RC" = 0 ] || broken "exit $RC"
json '"\(.state) \(.evictions) \(.node_losses)"' "Succeeded 1 0"

begin "an image that is not there is said at once, and is no end"
ok train submit image --image dev.local/none:1 --trainer job -- true
fails 8 train wait image --timeout 15s
err_has "ErrImage"

begin "one that was deleted while it was waited for: exit 3"
aiwf train wait image --context bed -n "$NS" >"$OUT" 2>"$ERR" &
pid=$!
until_ok 10 grep -q pending "$ERR"
k delete job image --wait=false >/dev/null
wait "$pid"
RC=$?
true_that test "$RC" = 3
err_has "was deleted while it was waited for"

begin "what happened, by time; and once more under the next name"
ok train events one -o json
json '[.items[].time] == ([.items[].time] | sort)' true
json 'any(.items[]; .reason == "BackoffLimitExceeded")' true
fails 9 train retry one --wait
ok train list -o json
json '[.items[].name] | sort | join(" ")' "big evicted one one-2"
