#!/bin/sh
# needs: kueue training
# Kueue admits PyTorchJobs and JobSets as a whole: all of their pods or none.
. "$(dirname "$0")/lib.sh"
a_kwok_namespace
a_gpu_queue
pod() { echo "{metadata: {annotations: {aiwf.test/run-ms: \"$1\"}}, spec: {restartPolicy: Never, containers: [{name: pytorch, image: \"dev.local/python:1\", resources: {limits: {nvidia.com/gpu: 4}}}]}}"; }
waits() { k get workloads -o json | jq -e --arg kind "$1" '.items[] | select(.metadata.ownerReferences[0].kind == $kind) | .status.conditions[] | select(.type == "QuotaReserved" and .status == "False") | .message | contains("insufficient unused quota for nvidia.com/gpu")'; }

begin "a PyTorchJob of two times four GPUs is admitted to a queue of eight"
ok kubectl apply -f queue.yaml
ok k wait --for=condition=Active localqueue/gpus --timeout=100s
cat >pytorchjob.yaml <<Y
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: first, labels: {kueue.x-k8s.io/queue-name: gpus}}
spec: {pytorchReplicaSpecs: {Master: {replicas: 1, template: $(pod 8000)}, Worker: {replicas: 1, template: $(pod 8000)}}}
Y
ok k create -f pytorchjob.yaml
ok k wait --for=condition=Running pytorchjob/first --timeout=100s

begin "a JobSet of as many waits, without a pod, until it has ended"
cat >jobset.yaml <<Y
apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
metadata: {name: second, labels: {kueue.x-k8s.io/queue-name: gpus}}
spec: {replicatedJobs: [{name: node, template: {spec: {parallelism: 2, completions: 2, template: $(pod 100)}}}]}
Y
ok k create -f jobset.yaml
until_ok 10 waits JobSet
ok k get pods -l jobset.sigs.k8s.io/jobset-name=second -o name
out_lines 0
ok k wait --for=condition=Succeeded pytorchjob/first --timeout=150s
ok k wait --for=condition=Completed jobset/second --timeout=150s
