#!/bin/sh
# needs: prometheus ksm training
# Whose GPUs are: the job of a pod by what owns it, as kube-state-metrics says it, through a JobSet up to a TrainJob too.
. "$(dirname "$0")/lib.sh"
a_kwok_namespace
template='{metadata: {annotations: {"aiwf.test/run-ms": "100000"}}, spec: {restartPolicy: "Never", containers: [{name: $name, image: "dev.local/python:1", command: ["sleep", "600"], resources: {limits: {"nvidia.com/gpu": "1"}}}]}}'
made() { jq -n "$@" >made.json && k create -f made.json >/dev/null; }
true_that made --arg name main "{apiVersion: \"batch/v1\", kind: \"Job\", metadata: {name: \"bert\"}, spec: {template: $template}}"
true_that made --arg name main "{apiVersion: \"v1\", kind: \"Pod\", metadata: {name: \"shell\"}} + $template | .metadata.name = \"shell\""
true_that made --arg name pytorch "{apiVersion: \"kubeflow.org/v1\", kind: \"PyTorchJob\", metadata: {name: \"llama\"}, spec: {pytorchReplicaSpecs: {Master: {replicas: 1, template: $template}}}}"
true_that made '{apiVersion: "trainer.kubeflow.org/v1alpha1", kind: "TrainJob", metadata: {name: "resnet"}, spec: {runtimeRef: {name: "torch-distributed"},
    trainer: {numNodes: 1, image: "dev.local/python:1", command: ["sleep", "600"], resourcesPerNode: {limits: {"nvidia.com/gpu": "1"}}}}}'

works() {
    aiwf query --context bed --figure pod.work -o json --jq "[.items[].metric | select(.namespace == \"$NS\") | .work] | sort | join(\" \")" 2>/dev/null
}
begin "each kind of job is told by its own name; a pod that works for nobody is left out"
is() { [ "$(works)" = "$1" ]; }
until_ok 60 is "train/bert train/llama train/resnet"
