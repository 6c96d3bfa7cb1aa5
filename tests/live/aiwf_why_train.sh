#!/bin/sh
# needs: training
# A TrainJob and a PyTorchJob of which one rank fails, and a TrainJob that a quota refuses: why train names the rank, or the quota.
. "$(dirname "$0")/lib.sh"
aiwf context use bed >/dev/null
why() { aiwf -n "$NS" why train "$@"; }
link_is() { # JQ-SELECTION JQ-TEXT VALUE
    got=$(jq -r "[.chain[] | select($1)][0] | $2" "$OUT")
    [ "$got" = "$3" ] || broken "the link $1 says \"$got\", not \"$3\""
}
a_namespace
# The Jobs of torch-distributed try six times and take their pods with them: a runtime of the namespace, whose don't.
kubectl get clustertrainingruntime torch-distributed -o json | jq '.spec.template.spec.replicatedJobs[0].template.spec |= (.backoffLimit = 0 | .template.spec.restartPolicy = "Never") |
    {apiVersion, kind: "TrainingRuntime", metadata: {name: "once"}, spec}' >once.json
k create -f once.json >/dev/null
a_trainjob() { # NAME PROGRAM [TRAINER]
    jq -n --arg name "$1" --arg program "$2" --argjson more "${3:-null}" '{apiVersion: "trainer.kubeflow.org/v1alpha1", kind: "TrainJob", metadata: {name: $name},
        spec: {runtimeRef: {name: "once", kind: "TrainingRuntime"}, trainer: ({numNodes: 2, command: ["python3"], args: ["-c", $program]} + $more)}}' | k create -f - >/dev/null
}

begin "a TrainJob: the rank that failed first, its code and its last line"
true_that a_trainjob nodes 'import os, sys, time; os.environ["PET_NODE_RANK"] == "0" and time.sleep(60); sys.exit("loss is nan")'
k create -f - >/dev/null <<'Y'
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: torch}
spec:
  runPolicy: {cleanPodPolicy: None}
  pytorchReplicaSpecs:
    Master: {replicas: 1, restartPolicy: Never, template: {spec: {terminationGracePeriodSeconds: 0, containers: [{name: pytorch, image: "dev.local/python:1", command: [sleep, "60"]}]}}}
    Worker: {replicas: 1, restartPolicy: Never, template: {spec: {containers: [{name: pytorch, image: "dev.local/python:1", command: [python3, -c, "import sys; sys.exit('no peers')"]}]}}}
Y
ok k wait --for=condition=Failed trainjob/nodes --timeout=300s
ok why nodes -o json
json '"\(.verdict) \(.type)"' 'failed TrainJob'
json '.summary | test("^rank 1: container node of pod nodes-node-0-1-[a-z0-9]+ ended with exit 1 \\(Error\\): loss is nan$")' true
ok why nodes
out_has "train/nodes (TrainJob)"

# Without a backoffLimit: one that is reached removes the pods, and their words with them.
begin "a PyTorchJob: its worker is rank 1"
ok k wait --for=condition=Failed pytorchjob/torch --timeout=300s
ok why torch -o json
json '"\(.verdict) \(.type)"' 'failed PyTorchJob'
json .summary 'rank 1: container pytorch of pod torch-worker-0 ended with exit 1 (Error): no peers'

begin "a TrainJob whose pods a quota refuses: its Jobs' events tell it"
ok k create quota team --hard=requests.nvidia.com/gpu=1
true_that a_trainjob large 'print()' '{"resourcesPerNode": {"limits": {"nvidia.com/gpu": 2}, "requests": {"nvidia.com/gpu": 2}}}'
quota_is_told() { why large -o json >"$T/large" && jq -e '[.chain[].kind] | any(. == "quota")' "$T/large" >/dev/null; }
until_ok 30 quota_is_told
ok cat "$T/large"
link_is '.kind == "quota"' '"\(.name) \(.state); \(.reason)"' 'team 0 of 1 used; requests.nvidia.com/gpu: asked 2'
json .verdict waiting
