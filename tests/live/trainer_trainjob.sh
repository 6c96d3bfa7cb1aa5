#!/bin/sh
# needs: training
# A TrainJob becomes a JobSet of its runtime, completes, fails with the JobSet's reason, is suspended and removed.
. "$(dirname "$0")/lib.sh"
a_namespace
a_trainjob() { # NAME NODES PROGRAM [SPEC]
    jq -n --arg name "$1" --argjson nodes "$2" --arg program "$3" --argjson more "${4:-null}" '{apiVersion: "trainer.kubeflow.org/v1alpha1", kind: "TrainJob", metadata: {name: $name},
        spec: ({runtimeRef: {name: "torch-distributed"}, trainer: {numNodes: $nodes, command: ["python3"], args: ["-c", $program]}} + $more)}' | k create -f -
}
condition() { k get trainjob "$1" -o json | jq -r --arg type "$2" '.status.conditions[]? | select(.type == $type) | "\(.status) \(.reason) \(.message)"'; }
says() { condition "$1" "$2" | grep -qF "$3"; }

begin "its nodes are given their ranks, and it completes"
ok a_trainjob two 2 'import os; print(*[os.environ["PET_" + name] for name in ("NODE_RANK", "NNODES", "MASTER_ADDR")])'
ok k wait --for=condition=Complete trainjob/two --timeout=300s
ok k logs -l jobset.sigs.k8s.io/jobset-name=two,batch.kubernetes.io/job-completion-index=0
out_is "0 2 two-node-0-0.two"
ok k logs -l jobset.sigs.k8s.io/jobset-name=two,batch.kubernetes.io/job-completion-index=1
out_is "1 2 two-node-0-0.two"

begin "it owns a JobSet, which tells the ends of its Jobs"
ok k get jobset two -o json
json '.metadata.ownerReferences[0].kind' TrainJob
json '.status.replicatedJobsStatus[0] | "\(.name) \(.succeeded)"' 'node 1'

begin "one whose program fails has failed, and says which Job did"
# The Jobs of torch-distributed try six times, in ten minutes, and take their pods with them: a runtime of the namespace, whose don't.
kubectl get clustertrainingruntime torch-distributed -o json | jq '.spec.template.spec.replicatedJobs[0].template.spec |= (.backoffLimit = 0 | .template.spec.restartPolicy = "Never") |
    {apiVersion, kind: "TrainingRuntime", metadata: {name: "once"}, spec}' >once.json
ok k create -f once.json
ok a_trainjob bad 1 'raise SystemExit(7)' '{"runtimeRef": {"name": "once", "kind": "TrainingRuntime"}}'
ok k wait --for=condition=Failed trainjob/bad --timeout=300s
true_that says bad Failed "bad-node-0"
ok k get pods -l jobset.sigs.k8s.io/jobset-name=bad -o json
json '.items[0].status.containerStatuses[0].state.terminated.exitCode' 7

begin "one that is suspended runs once it is resumed"
ok a_trainjob later 1 'print("ran")' '{"suspend": true}'
until_ok 20 says later Suspended True
ok k get pods -l jobset.sigs.k8s.io/jobset-name=later -o name
out_lines 0
ok k patch trainjob later --type=merge -p '{"spec": {"suspend": false}}'
ok k wait --for=condition=Complete trainjob/later --timeout=300s

begin "what it made goes with it"
ok k delete trainjob two --timeout=150s
until_ok 20 sh -c "test -z \"\$(kubectl -n $NS get jobsets,pods -l jobset.sigs.k8s.io/jobset-name=two -o name)\$(kubectl -n $NS get jobset two -o name --ignore-not-found)\""

begin "a runtime that is not there is refused by the webhook"
jq -n '{apiVersion: "trainer.kubeflow.org/v1alpha1", kind: "TrainJob", metadata: {name: "none"}, spec: {runtimeRef: {name: "none"}}}' >none.json
fails 1 k create -f none.json
err_has "none"
