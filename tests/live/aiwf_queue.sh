#!/bin/sh
# needs: kueue
# Kueue's queues as aiwf tells them: the quota, who is admitted, what waits in which order and for what; and why one job waits.
. "$(dirname "$0")/lib.sh"
aiwf context use bed >/dev/null
a_kwok_namespace
a_gpu_queue
queue() { aiwf -n "$NS" queue "$@"; }
a_job() { # NAME GPUS
    k create -f - >/dev/null <<Y
apiVersion: batch/v1
kind: Job
metadata: {name: $1, labels: {kueue.x-k8s.io/queue-name: ${3:-gpus}}}
spec:
  suspend: true
  template:
    metadata: {annotations: {aiwf.test/run-ms: "100000"}}
    spec:
      restartPolicy: Never
      containers: [{name: main, image: "dev.local/python:1", resources: {limits: {nvidia.com/gpu: $2}}}]
Y
}
link_is() { # JQ-SELECTION JQ-TEXT VALUE
    got=$(jq -r "[.chain[] | select($1)][0] | $2" "$OUT")
    [ "$got" = "$3" ] || broken "the link $1 says \"$got\", not \"$3\""
}
waiting_are() { [ "$(queue gpus -o json --jq '[.items[] | "\(.position) \(.name)"] | join(",")')" = "$1" ]; }

begin "a queue, its quota and what it admitted"
ok kubectl apply -f queue.yaml
ok k wait --for=condition=Active localqueue/gpus --timeout=100s
true_that a_job bert 6
ok k wait --for=jsonpath='{.status.active}'=1 job/bert --timeout=100s
used_is() { [ "$(queue -o json --jq '.items[0] | "\(.admitted) \(.pending) \(.quota[0].used)"')" = "$1" ]; }
until_ok 20 used_is "1 0 6"
ok queue -o json
json '.items[0] | "\(.name) \(.state) \(.cluster_queue)"' "gpus Active $queue"
json '.items[0].quota[0] | "\(.resource) \(.flavor) \(.used) of \(.quota)"' "nvidia.com/gpu $queue 6 of 8"
ok queue
out_has "6 of 8 nvidia.com/gpu ($queue)"

begin "what waits in it: Kueue's own order, behind whom, and for what"
true_that a_job resnet 4
until_ok 20 waiting_are "1 resnet"
sleep 1.1 # of the same second, any may be the first
true_that a_job later 8
until_ok 20 waiting_are "1 resnet,2 later"
ok queue gpus -o json
json '.items[1] | "\(.job) \(.behind) \(.estimated) \(.asks["nvidia.com/gpu"])"' "train/later train/resnet false 8"
json '.items[0].message | contains("insufficient unused quota for nvidia.com/gpu")' true
# The order as kubectl has it.
ok kubectl get --raw "/apis/visibility.kueue.x-k8s.io/v1beta1/namespaces/$NS/localqueues/gpus/pendingworkloads"
json '[.items | sort_by(.positionInLocalQueue)[] | .metadata.ownerReferences[0].name] | join(",")' "resnet,later"
ok queue gpus
out_has "behind train/resnet"

begin "why a job waits: the quota, who has it, and its position"
ok aiwf -n "$NS" why train later -o json
json .verdict waiting
link_is '.kind == "quota"' '"\(.name) \(.state); \(.reason)"' "nvidia.com/gpu ($queue) left 2 of 8; asked 8"
link_is '.kind == "holders"' '.reason | startswith("train/bert (6, ")' true
link_is '.kind == "position"' '"\(.state) \(.reason)"' "2 of 2 in queue gpus, behind train/resnet"
json '.useful[-1].command' "aiwf -n $NS queue gpus"
ok aiwf -n "$NS" why train later
out_has "train/later (Job)"

begin "a queue that is not there"
fails 3 queue none
err_has "there are: gpus"
true_that a_job lost 1 nowhere
lost_is_told() { aiwf -n "$NS" why job lost -o json --jq '.chain[] | select(.kind == "queue") | .state' | grep -q missing; }
until_ok 20 lost_is_told
