#!/bin/sh
# needs: prometheus ksm kueue
# Where jobs stand in their queues, beside what Prometheus knows of them: the same places that aiwf queue tells.
. "$(dirname "$0")/lib.sh"
aiwf context use bed >/dev/null
a_kwok_namespace
a_gpu_queue
a_job() { # NAME GPUS
    k create -f - >/dev/null <<Y
apiVersion: batch/v1
kind: Job
metadata: {name: $1, labels: {kueue.x-k8s.io/queue-name: gpus}}
spec:
  suspend: true
  template:
    metadata: {annotations: {aiwf.test/run-ms: "100000"}}
    spec:
      restartPolicy: Never
      containers: [{name: main, image: "dev.local/python:1", resources: {limits: {nvidia.com/gpu: $2}}}]
Y
}
top() { aiwf top --once --panel jobs "$@"; }
shown() { top -o json --jq "[.jobs[] | select(.name | startswith(\"$NS/\")) | \"\(.name | sub(\".*/\"; \"\")) \(.state) \(.queue_position) \(.queue)\"] | join(\", \")"; }
is() { [ "$(shown)" = "$1" ]; }
ok kubectl apply -f queue.yaml
ok k wait --for=condition=Active localqueue/gpus --timeout=100s

begin "a job that waits has its place and its queue; one that runs has none"
true_that a_job bert 6
ok k wait --for=jsonpath='{.status.active}'=1 job/bert --timeout=100s
for name in resnet vgg; do
    true_that a_job $name 4
    sleep 1.1 # of the same priority the oldest is first, by the second
done
until_ok 30 is "bert Running null null, resnet Suspended 1 gpus, vgg Suspended 2 gpus"
aiwf queue gpus -n "$NS" -o json --jq '[.items[] | "\(.name) \(.position)"] | join(", ")' >"$OUT"
out_is "resnet 1, vgg 2"

begin "the table has them, and the past does not: nobody keeps them"
COLUMNS=120 ok top --filter "$NS/vgg"
out_has "place queue"
COLUMNS=120 ok top --filter "$NS/vgg" --at 1s
out_lacks "place queue"

begin "in the first one's place the next one moves up"
ok k delete job resnet
until_ok 30 is "bert Running null null, vgg Suspended 1 gpus"

begin "who may not ask sees a dash, and why"
k create serviceaccount nobody >/dev/null
token=$(k create token nobody)
server=$(kubectl config view --raw -o json | jq -r '.clusters[0].cluster.server')
jq -n --arg server "$server" --arg token "$token" '{apiVersion: "v1", kind: "Config", "current-context": "nobody", contexts: [{name: "nobody", context: {cluster: "c", user: "u"}}],
    clusters: [{name: "c", cluster: {server: $server, "insecure-skip-tls-verify": true}}], users: [{name: "u", user: {token: $token}}]}' >nobody.kubeconfig
AIWF_KUBECONFIG=$PWD/nobody.kubeconfig COLUMNS=120 ok aiwf top --once --panel jobs --kube-context nobody --filter "$NS/vgg"
out_has "queue_position failed"
