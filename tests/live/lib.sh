# Live tests: sourced by tests/live/*.sh. The words are those of tests/cli/lib.sh; they run against the bed that is up
# (BED_NAME, BED_NET, BED_DIR tell which), with its programs on PATH and KUBECONFIG and its like set.
#
#   a_name              a name that no other run has
#   a_namespace         makes one, sets $NS, and removes it on exit; k is kubectl in it
#   a_kwok_namespace    the same, with its pods on kwok's nodes, where a job's end after aiwf.test/run-ms (3 s)
#   a_gpu_queue         queue.yaml: Kueue's queue "gpus" of eight GPUs in $NS, by the flavour and cluster queue $queue; removed on exit
#   is_up PROCESS       whether the bed has it running
#   value QUERY [OPTION]   what promtool says it is now, a line a series; is_value QUERY VALUE ("": there is none)
#   targets JQ          of each target that Prometheus scrapes; prometheus_scrapes NAME ADDRESS [https] adds one until the exit
#   alerts FILTER...    Alertmanager's, as JSON; alerts_are COUNT FILTER...
#   openstack ARGS...   Debian's client, which the bed keeps loaded (tests/bed/openstack/client.py)
#   no_metric NAME      what is said of an autoscaler's metric that nobody has, by the adapter if it is up
#   one_at_a_time       waits for other suites that said this, until the exit
#   switch NAME TEXT    sets a switch of the bed's OpenStack (tests/bed/openstack), until switch_off NAME or the exit
# shellcheck shell=sh
live=$(cd "$(dirname "$0")" && pwd)
BED=$live/../bed/bed
BED_DIR=${BED_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/${BED_NAME:-aiwf-bed}}
BED_CACHE=${BED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/aiwf-bed}
export BED_DIR BED_CACHE
# Time is no test: a busy machine, with all of OpenStack on two processors, takes five times as long.
PATIENCE=5
. "$live/../cli/lib.sh"
# Who waits by looking takes the processor from what he waits for: the longer a look took, the longer is the rest after it.
rest_after() { # MS
    rest=$(($1 * 3))
    [ $rest -ge 50 ] || rest=50
    [ $rest -le 1000 ] || rest=1000
    sleep "$((rest / 1000)).$(printf %03d $((rest % 1000)))"
}
eval "$("$BED" env)"
# The contexts of "bed env", for this suite to change.
cp -r "$XDG_CONFIG_HOME" "$T/config" 2>/dev/null
XDG_CONFIG_HOME=$T/config

a_name() { echo "t$(od -An -N5 -tx1 /dev/urandom | tr -d ' \n')"; }
a_namespace() {
    NS=$(a_name)
    kubectl create namespace "$NS" >/dev/null || exit 1
    namespace_is_made
}
a_kwok_namespace() {
    NS=$(a_name)
    kubectl get namespace kwok -o json | jq --arg name "$NS" '{apiVersion, kind, metadata: {name: $name, annotations: .metadata.annotations}}' | kubectl create -f - >/dev/null || exit 1
    namespace_is_made
}
namespace_is_made() {
    at_exit "drop_namespace $NS"
    # A pod needs the account that the controller manager makes.
    until_ok 20 kubectl -n "$NS" get serviceaccount default
}
# A namespace that still has pods with minutes of grace, as Knative's have, is looked at again only after half of them.
drop_namespace() {
    kubectl -n "$1" delete ksvc --all --wait=false
    kubectl -n "$1" delete deployments,jobs,pods --all --force --grace-period=0 --wait=false
    kubectl delete namespace "$1" --wait=false
}
a_gpu_queue() {
    queue=$(a_name)
    at_exit "kubectl delete clusterqueue/$queue resourceflavor/$queue --wait=false"
    cat >queue.yaml <<Y
apiVersion: kueue.x-k8s.io/v1beta1
kind: ResourceFlavor
metadata: {name: $queue}
spec: {nodeLabels: {nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3}}
---
apiVersion: kueue.x-k8s.io/v1beta1
kind: ClusterQueue
metadata: {name: $queue}
spec:
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: $NS}}
  resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: [{name: $queue, resources: [{name: nvidia.com/gpu, nominalQuota: 8}]}]}]
---
apiVersion: kueue.x-k8s.io/v1beta1
kind: LocalQueue
metadata: {name: gpus, namespace: $NS}
spec: {clusterQueue: $queue}
Y
}
k() { kubectl -n "$NS" "$@"; }
is_up() { "$BED" status | grep -Eq " $1 +up "; }
value() {
    promtool query instant "$PROMETHEUS_URL" "$@" >"$T/value" || return 1
    sed -n 's/.*[:>] \(.*\) @\[.*/\1/p' "$T/value"
}
is_value() { got=$(value "$1") && [ "$got" = "$2" ]; }
targets() { curl -sf "$PROMETHEUS_URL/api/v1/targets?state=active" | jq -r ".data.activeTargets[] | $1"; }
prometheus_scrapes() {
    at_exit "rm -f '$BED_DIR/prometheus/targets/$1.json'"
    echo "[{\"targets\": [\"$2\"], \"labels\": {\"job\": \"$1\", \"__scheme__\": \"${3:-http}\"}}]" >"$BED_DIR/prometheus/targets/$1.json"
}
alerts() { amtool --alertmanager.url="$ALERTMANAGER_URL" alert query -o json "$@"; }
alerts_are() {
    wanted=$1
    shift
    alerts "$@" >"$T/alerts" && [ "$(jq length "$T/alerts")" = "$wanted" ]
}
# It waits for an answer for ever: what needs ten minutes will not come.
openstack() { timeout 600 /usr/bin/python3 -I -S "$live/../bed/openstack/client.py" "$BED_DIR/openstack/client" openstack "$@"; }
no_metric() {
    if is_up prometheus-adapter; then
        echo "no pod has the metric, or the custom metrics adapter has no rule for it: unable to get metric $1: unable to fetch metrics from custom metrics API: the server could not find the metric $1 for pods"
    else
        echo "nobody has the metric (is a custom metrics adapter installed?): unable to get metric $1: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered"
    fi
}
one_at_a_time() {
    exec 8>"$BED_DIR/one-at-a-time"
    flock 8
}
switch() {
    echo "$2" >"$BED_DIR/openstack/switch/$1"
    at_exit "switch_off $1"
}
switch_off() { rm -f "$BED_DIR/openstack/switch/$1"; }
