#!/bin/sh
# needs: training
# Eight pods of eight GPUs each on kwok's nodes, from a PyTorchJob and from a TrainJob.
. "$(dirname "$0")/lib.sh"
a_kwok_namespace
# Eight nodes of its own, like the bed's first.
pool=$(a_name)
at_exit "kubectl delete nodes -l pool=$pool"
kubectl get node kwok-gpu-0 -o json | jq --arg pool "$pool" '. as $node | {apiVersion: "v1", kind: "List", items: [range(8) | "\($pool)-\(.)" as $name | $node |
    {apiVersion, kind, metadata: {name: $name, annotations: .metadata.annotations, labels: (.metadata.labels + {pool: $pool, "kubernetes.io/hostname": $name})},
     spec: {taints: (.spec.taints | map(select(.key | startswith("node.kubernetes.io/") | not)))}, status: {allocatable: .status.allocatable, capacity: .status.capacity}}]}' >nodes.json

begin "eight nodes of eight GPUs are ready"
ok kubectl create -f nodes.json
ok kubectl wait --for=condition=Ready node -l "pool=$pool" --timeout=150s

begin "a PyTorchJob of eight pods has a node each and succeeds"
jq -n --arg pool "$pool" '
    def replica(count): {replicas: count, template: {spec: {nodeSelector: {pool: $pool}, containers: [{name: "pytorch", image: "dev.local/python:1", resources: {limits: {"nvidia.com/gpu": 8}}}]}}};
    {apiVersion: "kubeflow.org/v1", kind: "PyTorchJob", metadata: {name: "large"}, spec: {runPolicy: {cleanPodPolicy: "None"}, pytorchReplicaSpecs: {Master: replica(1), Worker: replica(7)}}}' >large.json
ok k create -f large.json
ok k wait --for=condition=Succeeded pytorchjob/large --timeout=300s
ok k get pods -l training.kubeflow.org/job-name=large -o json
json '.items | map(.spec.nodeName) | unique | length' 8

begin "a TrainJob of eight nodes completes"
jq -n --arg pool "$pool" '{apiVersion: "trainer.kubeflow.org/v1alpha1", kind: "TrainJob", metadata: {name: "large"},
    spec: {runtimeRef: {name: "torch-distributed"}, trainer: {numNodes: 8, resourcesPerNode: {requests: {"nvidia.com/gpu": 8}, limits: {"nvidia.com/gpu": 8}}},
        podSpecOverrides: [{targetJobs: [{name: "node"}], nodeSelector: {pool: $pool}}]}}' >train.json
ok k create -f train.json
ok k wait --for=condition=Complete trainjob/large --timeout=300s
ok k get pods -l jobset.sigs.k8s.io/jobset-name=large -o json
json '.items | map(.spec.nodeName) | unique | length' 8
json '.items[0].spec.containers[0].env | map(select(.name == "PET_NNODES" or .name == "PET_NPROC_PER_NODE") | .value) | tostring' '["8","auto"]'
