#!/bin/sh
# needs: kube
# The control plane and kwok's nodes: objects are made, read, changed, removed; jobs that ask for GPUs run, fail or wait for a reason.
. "$(dirname "$0")/lib.sh"
a_kwok_namespace

begin "an object is made, read, changed and removed"
ok k create configmap a --from-literal=key=one
ok k patch configmap a -p '{"data":{"key":"two"}}'
ok k get configmap a -o json
json .data.key two
ok k delete configmap a
fails 1 k get configmap a
err_has NotFound

begin "who may only look is refused the rest, in the server's words"
fails 1 kubectl --kubeconfig="$BED_DIR/viewer.kubeconfig" -n "$NS" create configmap b
err_has forbidden

job() { # NAME PODS GPUS [ANNOTATION]
    cat <<Y
apiVersion: batch/v1
kind: Job
metadata: {name: $1}
spec:
  completions: $2
  parallelism: $2
  backoffLimit: 0
  template:
    metadata: {annotations: {aiwf.test/run-ms: "200"${4:+, $4}}}
    spec:
      restartPolicy: Never
      containers: [{name: train, image: "dev.local/none:1", resources: {limits: {nvidia.com/gpu: $3}}}]
Y
}
begin "a job of four pods with two GPUs each runs on the nodes that have them, and ends"
job wide 4 2 >job.yaml
ok k apply -f job.yaml
ok k wait --for=condition=Complete job/wide --timeout=300s
ok k get pods -l job-name=wide -o json
json '[.items[] | select(.spec.nodeName | startswith("kwok-gpu-"))] | length' 4

begin "a job whose container fails is Failed, with its exit code"
job bad 1 1 'aiwf.test/exit-code: "7"' >job.yaml
ok k apply -f job.yaml
ok k wait --for=condition=Failed job/bad --timeout=300s
ok k get pods -l job-name=bad -o json
json '.items[0].status.containerStatuses[0].state.terminated.exitCode' 7

begin "a pod that asks for more GPUs than a node has waits, and says for what"
job huge 1 16 >job.yaml
ok k apply -f job.yaml
waits() { k get pods -l job-name=huge -o jsonpath='{.items[0].status.conditions[?(@.type=="PodScheduled")].message}' | grep -q 'Insufficient nvidia.com/gpu'; }
until_ok 30 waits
ok k get pods -l job-name=huge -o json
json '.items[0].status.phase' Pending
