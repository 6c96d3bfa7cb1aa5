#!/bin/sh
# needs: kueue training
# aiwf train in a queue of Kueue's: what waits, where, behind whom and for what; and what is cancelled there stays so.
. "$(dirname "$0")/lib.sh"
a_kwok_namespace
a_gpu_queue
train() { verb=$1 && shift && aiwf train "$verb" --context bed -n "$NS" "$@"; }
submit() { name=$1 && shift && train submit "$name" --queue gpus --image dev.local/python:1 "$@" -- true; }
place_is() { [ "$(train show "$1" -o json --jq '"\(.state) \(.queue_position) \(.behind)"')" = "$2" ]; }
holder() {
    k create -f - >/dev/null <<Y
apiVersion: batch/v1
kind: Job
metadata: {name: $1, labels: {kueue.x-k8s.io/queue-name: gpus}}
spec:
  suspend: true
  template:
    metadata: {annotations: {aiwf.test/run-ms: "100000"}}
    spec: {restartPolicy: Never, containers: [{name: main, image: "dev.local/python:1", resources: {limits: {nvidia.com/gpu: 6}}}]}
Y
}

begin "one that the quota has room for is let in, and ends"
ok kubectl apply -f queue.yaml
ok k wait --for=condition=Active localqueue/gpus --timeout=20s
ok submit first --trainer job --gpus 8 --wait -o json
json '"\(.state) \(.queue) \(.queue_position)"' "Succeeded gpus null"

begin "a queue that is not there is refused before anything waits in it"
fails 3 train submit lost --queue none --trainer job --image dev.local/python:1 -- true
err_has "there are: gpus"
fails 3 train show lost

begin "a Job that waits: suspended, its position, and what it waits for"
true_that holder bert
ok k wait --for=jsonpath='{.status.active}'=1 job/bert --timeout=20s
ok submit second --trainer job --gpus 4
until_ok 20 place_is second "Queued 1 null"
ok train show second -o json
json '.reason | contains("insufficient unused quota for nvidia.com/gpu")' true
json '"\(.queue) \(.estimated) \(.workload.asks["nvidia.com/gpu"])"' "gpus false 4"
ok k get job second -o json
json .spec.suspend true
ok train show second
out_has "insufficient unused quota"

begin "a PyTorchJob behind it; train wait says where it stands, and why train who holds the quota"
sleep 1.1 # of the same second, any may be the first
ok submit third --nodes 2 --gpus 2
err_has "trainer pytorch"
until_ok 20 place_is third "Queued 2 train/second"
fails 8 train wait third --timeout 2s
err_has "position 2, behind train/second"
err_has "insufficient unused quota"
ok aiwf -n "$NS" --context bed why train third -o json
json .verdict waiting
json '[.chain[] | select(.kind == "holders")][0].reason | startswith("train/bert (6, ")' true

begin "Ctrl-C ends the wait at once, and leaves it in the queue"
aiwf train wait third --context bed -n "$NS" >"$OUT" 2>"$ERR" &
pid=$!
until_ok 20 grep -q "position 2" "$ERR"
kill -INT $pid
wait $pid
RC=$?
[ "$RC" = 130 ] || broken "exit $RC"
err_has "try: aiwf train wait third"
true_that place_is third "Queued 2 train/second"

begin "the list says what they wait for"
ok train list -o json
json '[.items[] | select(.state == "Queued") | select(.reason | contains("insufficient unused quota")) | .name] | sort | join(" ")' "second third"

begin "those that are cancelled leave the queue, and do not begin when it has room"
ok train cancel second
until_ok 20 place_is third "Queued 1 null"
fails 9 train wait second
err_has "job second was cancelled"
ok train cancel third
k delete job bert --wait=false >/dev/null
ok submit fourth --trainer job --gpus 8 --wait
for name in second third; do
    ok train show "$name" -o json
    json '"\(.state) \([.pods[]] | length)"' "Cancelled 0"
done

begin "one that is cancelled before Kueue has come to it can leave the queue; a retry goes there again"
cat >early.yaml <<Y
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: early, labels: {kueue.x-k8s.io/queue-name: none}}
spec: {runPolicy: {suspend: true}, pytorchReplicaSpecs: {Master: {replicas: 1, template: {spec: {containers: [{name: pytorch, image: "dev.local/python:1"}]}}}}}
Y
ok k create -f early.yaml
ok k patch pytorchjob early --type=merge --dry-run=server -p '{"metadata": {"labels": {"kueue.x-k8s.io/queue-name": null}}}'
ok k patch job second --type=merge --dry-run=server -p '{"metadata": {"labels": {"kueue.x-k8s.io/queue-name": null}}}'
ok train retry second --wait
ok train show second-2 -o json
json '"\(.state) \(.queue)"' "Succeeded gpus"
