#!/bin/sh
# needs: kueue
# Kueue holds Jobs back until their queue has GPUs for them, and says what is missing.
. "$(dirname "$0")/lib.sh"
a_kwok_namespace
a_gpu_queue
a_job() { # NAME GPUS RUN_MS [PODS]
    k create -f - >"$OUT" 2>"$ERR" <<Y
apiVersion: batch/v1
kind: Job
metadata: {name: $1, labels: {kueue.x-k8s.io/queue-name: gpus}}
spec:
  parallelism: ${4:-1}
  completions: ${4:-1}
  template:
    metadata: {annotations: {aiwf.test/run-ms: "$3"}}
    spec:
      restartPolicy: Never
      containers: [{name: main, image: "dev.local/python:1", resources: {limits: {nvidia.com/gpu: $2}}}]
Y
}
# A condition of a Job's Workload: its status and message.
workload() { # JOB CONDITION
    k get workloads -o json | jq -r --arg job "$1" --arg type "$2" '.items[] | select(.metadata.ownerReferences[0].name == $job) | .status.conditions[]? | select(.type == $type) | "\(.status) \(.message)"'
}
says() { workload "$1" "$2" | grep -qF "$3"; }
quota() { kubectl patch clusterqueue "$queue" --type=json -p "[{\"op\": \"replace\", \"path\": \"/spec/resourceGroups/0/flavors/0/resources/0/nominalQuota\", \"value\": $1}]"; }

begin "a queue of eight GPUs becomes active"
ok kubectl apply -f queue.yaml
ok k wait --for=condition=Active localqueue/gpus --timeout=100s

begin "a Job within the quota is admitted and runs on a node of the flavour"
true_that a_job first 6 10000
ok k wait --for=jsonpath='{.status.ready}'=1 job/first --timeout=100s
ok k get pods -l job-name=first -o json
json '.items[0].spec.nodeSelector["nvidia.com/gpu.product"]' NVIDIA-H100-80GB-HBM3
true_that says first Admitted True

begin "one beyond what is left waits, and its Workload says for what"
true_that a_job second 6 100
until_ok 10 says second QuotaReserved "False couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor $queue, 4 more needed"
ok k get job second -o json
json .spec.suspend true
ok kubectl get --raw "/apis/visibility.kueue.x-k8s.io/v1beta1/namespaces/$NS/localqueues/gpus/pendingworkloads"
json '.items | map(.positionInLocalQueue) | tostring' '[0]'

begin "it runs once the first has ended"
ok k wait --for=condition=Complete job/first --timeout=150s
ok k wait --for=condition=Complete job/second --timeout=100s

begin "one beyond the whole quota waits until there is more"
true_that a_job third 6 100 2
until_ok 10 says third QuotaReserved "request > maximum capacity (12 > 8)"
ok quota 16
ok k wait --for=condition=Complete job/third --timeout=100s

begin "a Job that is deleted leaves its place"
ok quota 8
true_that a_job fourth 12 100
until_ok 10 says fourth QuotaReserved False
ok k delete job fourth --timeout=100s
until_ok 10 sh -c "test 3 = \$(kubectl -n $NS get workloads -o name | wc -l)"

begin "a quota that cannot be is refused by the webhook"
fails 1 quota -1
err_has "denied the request"
