#!/bin/sh
# needs: training
# aiwf train with the real Kubeflow Trainer: TrainJobs by a runtime of the cluster.
. "$(dirname "$0")/lib.sh"
a_namespace
train() { verb=$1 && shift && aiwf train "$verb" --context bed -n "$NS" "$@"; }

begin "two nodes, their ranks and their log; auto picks it"
ok train submit two --image dev.local/python:1 --nodes 2 --wait -o json -- python3 -c 'import os; print("rank", os.environ["PET_NODE_RANK"])'
err_has "trainer trainjob: 2 nodes"
json '"\(.state) \(.trainer) \(.ranks.total)"' "Succeeded trainjob 2"
ok train logs two --rank 1
out_is "rank 1"

begin "the image is its runtime's where it says none"
kubectl get clustertrainingruntime torch-distributed -o json | jq --arg name "$NS" '.spec.template.spec.replicatedJobs[0].template.spec.template.spec.containers[0].image =
    "dev.local/python:1" | {apiVersion, kind, metadata: {name: $name}, spec}' | kubectl create -f - >/dev/null
at_exit "kubectl delete --ignore-not-found clustertrainingruntime $NS >/dev/null"
ok train submit lean --runtime "$NS" --wait -- python3 -c 'print("by the runtime")'
ok train logs lean
out_is "by the runtime"
ok train delete lean
fails 2 train submit lean --trainer pytorch -- true
err_has "a job in a cluster needs an image"

begin "the Jobs below it are no jobs of their own in the list, nor is one that outlives it"
k create -f - >/dev/null <<Y
apiVersion: batch/v1
kind: Job
metadata: {name: left, labels: {jobset.sigs.k8s.io/jobset-name: gone, trainer.kubeflow.org/trainjob-ancestor-step: trainer}}
spec: {suspend: true, template: {spec: {restartPolicy: Never, containers: [{name: c, image: "dev.local/echo:1"}]}}}
Y
true_that k get job left
ok train list -o json
json '[.items[].name] | join(" ")' two

begin "one node fails: which one, and what it wrote, though its pod is gone by then"
kubectl get clustertrainingruntime torch-distributed -o json | jq '.spec.template.spec.replicatedJobs[0].template.spec |= (.backoffLimit = 0 |
    .template.spec.containers[0].terminationMessagePolicy = "FallbackToLogsOnError") |
    {apiVersion, kind: "TrainingRuntime", metadata: {name: "once"}, spec}' | k create -f - >/dev/null
jq -n '{apiVersion: "trainer.kubeflow.org/v1alpha1", kind: "TrainJob", metadata: {name: "bad"}, spec: {runtimeRef: {name: "once", kind: "TrainingRuntime"},
    trainer: {numNodes: 2, image: "dev.local/python:1", command: ["python3", "-c", "import os, time; rank = int(os.environ[\"PET_NODE_RANK\"]); print(\"oh\", rank, flush=True); time.sleep(3 if rank else 600); raise SystemExit(5)"]}}}' >bad.json
fails 9 train submit -f bad.json --wait
err_has "job bad failed: rank 1: exit 5"
err_has "| oh 1"

begin "what a TrainJob cannot say is refused, with what can"
fails 2 train submit no --trainer trainjob --image x --retries 2 -- true
err_has "--trainer pytorch"

begin "a file of another kind, and one for another namespace"
echo '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}}' >pod.json
fails 2 train submit -f pod.json
err_has "pod.json:1:30: Pod of v1 is no job"
echo '{"name": "x"}' >nothing.json
fails 2 train submit -f nothing.json
err_has "nothing.json:1:1: a job needs apiVersion and kind"
jq '.metadata.namespace = "elsewhere"' bad.json >elsewhere.json
fails 2 train submit -f elsewhere.json
err_has "-n elsewhere"
fails 2 train submit -f bad.json --gpus 2

begin "cancel and delete"
ok train submit later --image dev.local/python:1 --trainer trainjob -- sleep 600
ok train cancel later
fails 9 train wait later
ok train delete later two bad
until_ok 30 sh -c "test -z \"\$(kubectl -n $NS get trainjobs,jobsets -o name)\""
