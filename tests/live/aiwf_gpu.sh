#!/bin/sh
# needs: kube node prometheus training
# aiwf gpu: who holds which GPU, what is measured of it, which are idle, and having them back; kubectl says the same.
# kwok's GPUs are measured by nobody: what this suite pushes about them is its own word, under dcgm-exporter's names.
. "$(dirname "$0")/lib.sh"
a_kwok_namespace
gpu() { "$AIWF" --context bed gpu "$@"; }
measured() { # POD PERCENT...: a GPU each
    pod=$1
    shift
    i=0
    for percent; do
        echo "DCGM_FI_DEV_GPU_UTIL{UUID=\"GPU-$pod-$i\",gpu=\"$i\",Hostname=\"$(k get pod "$pod" -o jsonpath='{.spec.nodeName}')\",namespace=\"$NS\",pod=\"$pod\"} $percent"
        i=$((i + 1))
    done >"$T/push"
    curl -sf --data-binary @"$T/push" "$PUSHGATEWAY_URL/metrics/job/$NS/instance/$pod"
    at_exit "curl -sf -X DELETE $PUSHGATEWAY_URL/metrics/job/$NS/instance/$pod"
}
pods() { k get pods -l "$1" -o jsonpath='{.items[*].metadata.name}'; }
running() { [ "$(k get pods -l "$1" -o json | jq '[.items[] | select(.status.phase == "Running")] | length')" = "$2" ]; }
deployment() { # NAME GPUS [ANNOTATIONS]
    cat <<Y
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: $1, annotations: {$3}}
spec:
  replicas: 1
  selector: {matchLabels: {app: $1}}
  template:
    metadata: {labels: {app: $1}}
    spec: {terminationGracePeriodSeconds: 0, containers: [{name: m, image: "dev.local/none:1", resources: {limits: {nvidia.com/gpu: $2}}}]}
Y
}
job() { # NAME RANKS
    cat <<Y
---
apiVersion: batch/v1
kind: Job
metadata: {name: $1}
spec:
  completions: $2
  parallelism: $2
  completionMode: Indexed
  template:
    metadata: {annotations: {aiwf.test/run-ms: "600000"}}
    spec: {restartPolicy: Never, terminationGracePeriodSeconds: 0, containers: [{name: m, image: "dev.local/none:1", resources: {limits: {nvidia.com/gpu: 1}}}]}
Y
}
{ deployment lazy 2 ""; deployment kept 1 'aiwf/no-reclaim: "true"'; deployment dark 1 ""; job half 2; job bored 1; } | k apply -f - >/dev/null
k run alone --image=dev.local/none:1 --overrides='{"spec": {"terminationGracePeriodSeconds": 0, "containers": [{"name": "m", "image": "dev.local/none:1", "resources": {"limits": {"nvidia.com/gpu": 1}}}]}}' >/dev/null
until_ok 30 running app=lazy 1
until_ok 30 running batch.kubernetes.io/job-name=half 2
until_ok 30 running batch.kubernetes.io/job-name=bored 1
until_ok 30 running app=kept 1
until_ok 30 running app=dark 1
half=$(pods batch.kubernetes.io/job-name=half)
measured "$(pods app=lazy)" 0 1
measured "$(pods app=kept)" 0
measured "${half% *}" 0
measured "${half#* }" 97
measured "$(pods batch.kubernetes.io/job-name=bored)" 0
measured alone 2

begin "each holder is a row with its node, its owner and as many GPUs as the scheduler counts"
ok gpu list -o json
json "[.items[] | select(.namespace == \"$NS\") | \"\(.owner.text) \(.gpus) \(.state)\"] | sort | join(\", \")" \
    'deployment/dark 1 Held, deployment/kept 1 Held, deployment/lazy 2 Held, pod/alone 1 Held, train/bored 1 Held, train/half 1 Held, train/half 1 Held'
json "[.items[] | select(.namespace == \"$NS\") | [.pod, .node]] | sort | tostring" "$(k get pods -o json | jq -c '[.items[] | [.metadata.name, .spec.nodeName]] | sort')"
allocatable() { kubectl get nodes -o json | jq '[.items[].status.allocatable["nvidia.com/gpu"] // "0" | tonumber] | add'; }
all_are_listed() { [ "$(gpu list -o json | jq '[.items[] | select(.resource == "nvidia.com/gpu" and .state != "Unhealthy") | .gpus] | add')" = "$(allocatable)" ]; }
until_ok 40 all_are_listed # suites beside this one make nodes and remove them
ok gpu list
out_has "deployment/lazy  pod $NS/lazy-"
out_has NVIDIA-H100-80GB-HBM3

begin "what is measured is told, and what is not is unknown"
util() { gpu list -o json | jq -c "[.items[] | select(.namespace == \"$NS\" and (.owner.text == \"$1\")) | .util_ratio] | sort"; }
util_is() { [ "$(util "$1")" = "$2" ]; }
until_ok 20 util_is deployment/lazy '[0.005]'
until_ok 20 util_is train/half '[0,0.97]'
true_that util_is deployment/dark '[null]'

begin "idle is who did nothing for the time, by measurement, for all GPUs"
long=10
idle() { gpu idle --for ${long}s --all -o json | jq -r "[.items[] | select(.namespace == \"$NS\") | \"\(.owner.text) \(.state)\"] | sort | join(\", \")"; }
is_idle() { [ "$(idle)" = 'deployment/dark Unknown, deployment/kept Idle, deployment/lazy Idle, pod/alone Idle, train/bored Idle, train/half Busy, train/half Idle' ]; }
until_ok 40 is_idle
ok gpu idle --for ${long}s -o json
json ".items[] | select(.owner.text == \"deployment/dark\" and .namespace == \"$NS\") | .why | test(\"dcgm-exporter\")" true
json "[.items[] | select(.namespace == \"$NS\") | .state] | unique | tostring" '["Idle","Unknown"]'
ok gpu idle --for 1d --all -o json
json "[.items[] | select(.namespace == \"$NS\") | .state] | unique | tostring" '["New"]'

begin "without a Prometheus nothing is idle, and it says why"
ok gpu idle --for ${long}s --prometheus http://127.0.0.1:1 -o json
json "[.items[] | select(.namespace == \"$NS\") | .state] | unique | tostring" '["Unknown"]'
json ".items[0].why | test(\"127.0.0.1:1\")" true
ok gpu reclaim --for ${long}s --prometheus http://127.0.0.1:1 --yes
out_lacks 'scale to zero'

begin "a dry run says what it would do, and does nothing"
ok gpu reclaim --for ${long}s --dry-run -o json
plan() { jq -r "[.items[] | select(.namespace == \"$NS\") | \"\(.name) \(.action // \"-\")\"] | sort | join(\", \")" "$OUT"; }
true_that [ "$(plan)" = 'deployment/dark -, deployment/kept -, deployment/lazy scale to zero, pod/alone -, train/bored suspend, train/half -' ]
json ".items[] | select(.name == \"deployment/kept\" and .namespace == \"$NS\") | .why | test(\"aiwf/no-reclaim\")" true
true_that running app=lazy 1

begin "without a terminal it wants --yes"
fails 2 gpu reclaim "$NS/deployment/lazy" --for ${long}s
err_has --yes
true_that running app=lazy 1

begin "a veto holds for who is named, too; a name that holds nothing is not found"
ok gpu reclaim "$NS/deployment/kept" --for ${long}s --yes
err_has 'nothing to have back'
fails 3 gpu reclaim train/nobody --for ${long}s --yes
kubectl annotate namespace "$NS" aiwf/no-reclaim=true >/dev/null
ok gpu reclaim "$NS/deployment/lazy" --for ${long}s --yes
err_has 'nothing to have back'
kubectl annotate namespace "$NS" aiwf/no-reclaim- >/dev/null
true_that running app=lazy 1

begin "a deployment is scaled to zero, a job suspended, a pod deleted when it is named, and their GPUs are free"
ok gpu reclaim "$NS/deployment/lazy" "$NS/train/bored" "$NS/pod/alone" --for ${long}s --yes
err_has 'freed 4 GPUs of 3'
true_that [ "$(k get deployment lazy -o jsonpath='{.spec.replicas}')" = 0 ]
true_that [ "$(k get job bored -o jsonpath='{.spec.suspend}')" = true ]
ok k get pods -o name
out_lacks alone
ok gpu list -o json
json "[.items[] | select(.namespace == \"$NS\") | .owner.text] | unique | join(\", \")" 'deployment/dark, deployment/kept, train/half'

begin "so are a stateful set and a job of Kubeflow's operator"
container='containers: [{name: pytorch, image: "dev.local/none:1", resources: {limits: {nvidia.com/gpu: 1}}}]'
{
    deployment steady 1 "" | sed 's/kind: Deployment/kind: StatefulSet/; s/^spec:/spec:\n  serviceName: steady/'
    cat <<Y
---
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: trained}
spec:
  pytorchReplicaSpecs:
    Master:
      replicas: 1
      restartPolicy: Never
      template:
        metadata: {annotations: {aiwf.test/run-ms: "600000"}}
        spec: {terminationGracePeriodSeconds: 0, $container}
Y
} | k apply -f - >/dev/null
until_ok 30 running app=steady 1
until_ok 30 running training.kubeflow.org/job-name=trained 1
measured steady-0 0
measured trained-master-0 1
both_idle() { gpu idle --for ${long}s -o json | jq -e "[.items[] | select(.namespace == \"$NS\" and .state == \"Idle\") | .owner.text] | contains([\"statefulset/steady\", \"train/trained\"])" >/dev/null; }
until_ok 40 both_idle
ok gpu reclaim "$NS/statefulset/steady" "$NS/train/trained" --for ${long}s --yes
err_has 'freed 2 GPUs of 2'
true_that [ "$(k get statefulset steady -o jsonpath='{.spec.replicas}')" = 0 ]
true_that [ "$(k get pytorchjob trained -o jsonpath='{.spec.runPolicy.suspend}')" = true ]
ok k get pods -o name
out_lacks steady
out_lacks trained
ok k delete deployments,jobs,statefulsets,pytorchjobs --all --wait=false

begin "devices of DRA are listed, with the pod that a claim gave them to"
at_exit "kubectl delete resourceslice/$NS deviceclass/$NS"
kubectl apply -f - >/dev/null <<Y
apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: {name: $NS}
spec:
  driver: gpu.$NS.test
  nodeName: kwok-cpu-0
  pool: {name: $NS, generation: 1, resourceSliceCount: 1}
  devices:
  - {name: gpu-0, attributes: {productName: {string: H200}}, capacity: {memory: {value: 141Gi}}}
  - {name: gpu-1, attributes: {productName: {string: H200}}, capacity: {memory: {value: 141Gi}}}
---
apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata: {name: $NS}
spec: {selectors: [{cel: {expression: "device.driver == 'gpu.$NS.test'"}}]}
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: one, namespace: $NS}
spec: {devices: {requests: [{name: gpu, exactly: {deviceClassName: $NS}}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: claimant, namespace: $NS}
spec:
  terminationGracePeriodSeconds: 0
  resourceClaims: [{name: g, resourceClaimName: one}]
  containers: [{name: m, image: "dev.local/none:1", resources: {claims: [{name: g}]}}]
Y
claimed() { gpu list -o json | jq -r "[.items[] | select(.resource == \"gpu.$NS.test\") | \"\(.state) \(.gpus) \(.pod) \(.product)\"] | sort | join(\", \")"; }
claimed_is() { [ "$(claimed)" = "$1" ]; }
until_ok 30 claimed_is 'Free 1 null H200, Held 1 claimant H200'
ok k delete pod claimant --wait=true

begin "a real pod's GPUs are busy by the bed's exporter"
a_namespace
k apply -f - >/dev/null <<Y
apiVersion: v1
kind: Pod
metadata: {name: busy}
spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: "dev.local/echo:1", resources: {limits: {nvidia.com/gpu: 1}}}]}
Y
until_ok 60 util_is pod/busy '[0.87]'
