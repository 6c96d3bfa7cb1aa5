#!/bin/sh
# needs: node
# Pods that do not run, each for a cause of its own, made for real: why pod names the cause, who is in the way, and what to do.
. "$(dirname "$0")/lib.sh"
a_kwok_namespace
aiwf context use bed >/dev/null
why() { aiwf -n "$NS" why pod "$@"; }
link_is() { # JQ-SELECTION JQ-TEXT VALUE
    got=$(jq -r "[.chain[] | select($1)][0] | $2" "$OUT")
    [ "$got" = "$3" ] || broken "the link $1 says \"$got\", not \"$3\""
}
tries_work() { # what it proposes of aiwf's commands are commands
    jq -r '.useful[].command' "$OUT" | sed -n 's/^aiwf //p' >"$T/commands"
    while read -r command; do
        # shellcheck disable=SC2086
        aiwf $command -h >/dev/null || return 1
    done <"$T/commands"
}
condition_is() { k get pod "$1" -o json | jq -e --arg text "$2" '[.status.conditions[]? | select(.type == "PodScheduled") | .message // ""] | any(contains($text))' >/dev/null; }
waits_for() { k get pod "$1" -o json | jq -e --arg text "$2" '[.status.containerStatuses[]?.state.waiting.reason // ""] | any(contains($text))' >/dev/null; }

# Two nodes of eight GPUs, of this suite alone; one more with a taint of its own.
pool=$(a_name)
at_exit "kubectl delete nodes -l pool=$pool"
kubectl get node kwok-gpu-0 -o json | jq --arg pool "$pool" '. as $node | {apiVersion: "v1", kind: "List", items: [range(3) | "\($pool)-\(.)" as $name | . as $i | $node |
    {apiVersion, kind, metadata: {name: $name, annotations: .metadata.annotations, labels: (.metadata.labels + {pool: (if $i == 2 then $pool + "-t" else $pool end), "kubernetes.io/hostname": $name})},
     spec: {taints: ([{key: "kwok.x-k8s.io/node", value: "fake", effect: "NoSchedule"}] + if $i == 2 then [{key: "team", value: "vision", effect: "NoSchedule"}] else [] end)},
     status: {allocatable: .status.allocatable, capacity: .status.capacity}}]}' >nodes.json
kubectl create -f nodes.json >/dev/null || exit 1
at_exit "kubectl delete nodes $pool-2"
kubectl wait --for=condition=Ready node -l "pool=$pool" --timeout=150s >/dev/null
a_pod() { # NAME GPUS POOL
    k create -f - >/dev/null <<Y
apiVersion: v1
kind: Pod
metadata: {name: $1, annotations: {aiwf.test/run-ms: "100000"}}
spec:
  nodeSelector: {pool: $3}
  containers: [{name: main, image: "dev.local/python:1", resources: {limits: {nvidia.com/gpu: $2}}}]
Y
}
holder() {
    k create -f - >/dev/null <<Y
apiVersion: batch/v1
kind: Job
metadata: {name: bert}
spec:
  parallelism: 2
  completions: 2
  completionMode: Indexed
  template:
    metadata: {annotations: {aiwf.test/run-ms: "100000"}}
    spec:
      restartPolicy: Never
      nodeSelector: {pool: $pool}
      containers: [{name: main, image: "dev.local/python:1", resources: {limits: {nvidia.com/gpu: 6}}}]
Y
}

begin "a shortage of GPUs: who holds them, how many, and where the most are free"
true_that holder
ok k wait --for=jsonpath='{.status.active}'=2 job/bert --timeout=100s
until_ok 10 sh -c "test 2 = \$(kubectl -n $NS get pods -l job-name=bert --field-selector=status.phase=Running -o name | wc -l)"
true_that a_pod wants 8 "$pool"
until_ok 10 condition_is wants Insufficient
ok why wants -o json
json '"\(.verdict) \(.status)"' 'waiting Unschedulable'
link_is '.name == "nvidia.com/gpu"' .state 'free 4 of 16'
link_is '.name == "nvidia.com/gpu"' '.reason | startswith("asked 8; at most 2 free on one node (")' true
link_is '.kind == "holders"' '.reason | test("^train/bert \\(12, [0-9]+s\\)$")' true
json '.useful | map(.command) | join("; ")' 'aiwf gpu list; aiwf gpu idle'
ok why wants
out_has "pod wants (Kubernetes)"
out_has "resource nvidia.com/gpu (Kubernetes)"
out_has "most useful now:"

begin "more than any node has"
true_that a_pod huge 9 "$pool"
until_ok 10 condition_is huge Insufficient
ok why huge -o json
json .summary "pod huge asks for more nvidia.com/gpu than any node has: asked 9; the largest node that it may use has 8"

begin "a taint: on which node, and the toleration that helps"
true_that a_pod tainted 1 "$pool-t"
until_ok 10 condition_is tainted taint
ok why tainted -o json
link_is '.kind == "taint" and .name == "team=vision:NoSchedule"' .reason "on $pool-2; the pod does not tolerate it"
patch=$(jq -r '.useful[-1].command' "$OUT")
ok sh -c "$patch"
until_ok 20 sh -c "kubectl -n $NS get pod tainted -o json | jq -e '.status.phase == \"Running\"'"

begin "a label that no node has: which there are"
k create -f - >/dev/null <<'Y'
apiVersion: v1
kind: Pod
metadata: {name: picky}
spec:
  nodeSelector: {nvidia.com/gpu.product: NVIDIA-H200}
  containers: [{name: main, image: "dev.local/python:1"}]
Y
until_ok 10 condition_is picky selector
ok why picky -o json
link_is '.name == "nvidia.com/gpu.product=NVIDIA-H200"' '.reason | startswith("there are: NVIDIA-H100-80GB-HBM3 (")' true
ok why picky
out_has "pod picky wants a node with nvidia.com/gpu.product=NVIDIA-H200, and there is none"

begin "a volume claim that is not there, and one that is not bound"
for claim in none late; do
    k create -f - >/dev/null <<Y
apiVersion: v1
kind: Pod
metadata: {name: data-$claim}
spec:
  containers: [{name: main, image: "dev.local/python:1"}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: $claim}}]
Y
done
k create -f - >/dev/null <<'Y'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: late}
spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 1Gi}}}
Y
until_ok 10 condition_is data-none "not found"
ok why data-none -o json
link_is '.kind == "claim"' '"\(.name) \(.state)"' 'none missing'
true_that tries_work
until_ok 10 condition_is data-late unbound
until_ok 20 sh -c "kubectl -n $NS get events --field-selector involvedObject.name=late -o name | grep -q ."
ok why data-late -o json
link_is '.kind == "claim"' '"\(.name) \(.state)"' 'late Pending'
link_is '.kind == "storage class"' '"\(.name) \(.state)"' 'fast missing'

begin "a pod that is not there is exit 3"
fails 3 why "no-$pool"
err_has "there is no pod \"no-$pool\" in namespace $NS"

# On the real kubelet.
a_namespace
a_real_pod() { # NAME JSON-OF-CONTAINER
    jq -n --arg name "$1" --argjson more "$2" '{apiVersion: "v1", kind: "Pod", metadata: {name: $name}, spec: {terminationGracePeriodSeconds: 0, restartPolicy: "Always", containers: [{name: "main", image: "dev.local/python:1"} + $more]}}' |
        k create -f - >/dev/null
}

begin "a bad image, a missing secret and a crash on the real kubelet"
true_that a_real_pod image '{"image": "registry.invalid/none:1"}'
true_that a_real_pod secret '{"command": ["sleep", "100"], "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "wandb", "key": "token"}}}]}'
true_that a_real_pod crash '{"command": ["python3", "-c", "import sys; sys.exit(\"step 12\\nloss is nan\")"]}'
true_that a_real_pod well '{"command": ["sleep", "100"]}'
until_ok 30 waits_for image Image
ok why image -o json
json .verdict failed
link_is '.kind == "image"' .name registry.invalid/none:1
link_is '.kind == "image"' '.reason | contains("registry.invalid")' true
until_ok 30 waits_for secret CreateContainerConfigError
ok why secret -o json
json .summary 'pod secret cannot start: secret "wandb" not found'
json '.useful[-1].command' "kubectl -n $NS create secret generic wandb --from-literal=KEY=VALUE"
# Between two tries the kubelet says CrashLoopBackOff, or still the end of the last one.
crash_is_told() { why crash -o json >"$T/crash" && jq -e '.chain[] | select(.kind == "container") | "\(.state) \(.reason)" | test("^(CrashLoopBackOff|Error) exit 1 \\(Error\\), [0-9]+ restarts?$")' "$T/crash" >/dev/null; }
until_ok 40 crash_is_told
ok cat "$T/crash"
link_is '.kind == "log"' .reason 'step 12 · loss is nan'
ok k wait --for=condition=Ready pod/well --timeout=200s
ok why well -o json
json '"\(.verdict): \(.summary)"' 'healthy: nothing is wrong with pod well that can be seen'
