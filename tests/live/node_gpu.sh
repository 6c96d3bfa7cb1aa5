#!/bin/sh
# needs: node
# GPUs of the real node: given to a container, measured with its name, taken back, ill.
. "$(dirname "$0")/lib.sh"
a_namespace
gpu_url=$(sed -n 's,.*server: "https://\([0-9.]*\):.*,http://\1:9400/metrics,p' "$KUBECONFIG")
at_exit "rm -f $BED_DIR/gpu/unhealthy"
allocatable() { [ "$(kubectl get node real -o jsonpath='{.status.allocatable.nvidia\.com/gpu}')" = "$1" ]; }
total=$(kubectl get node real -o jsonpath='{.status.capacity.nvidia\.com/gpu}')
# Series of a metric whose labels have all of these: series METRIC LABEL...
series() {
    metric=$1
    shift
    curl -sf "$gpu_url" | grep "^$metric{" >"$T/series"
    for label in "$@"; do grep -F "$label" "$T/series" >"$T/less" && mv "$T/less" "$T/series" || return 1; done
    wc -l <"$T/series"
}
has_series() { wanted=$1 && shift && [ "$(series "$@")" = "$wanted" ]; }

begin "a pod that asks for two has two, and their metrics have its name"
k apply -f - >/dev/null <<Y
apiVersion: v1
kind: Pod
metadata: {name: two}
spec: {containers: [{name: main, image: "dev.local/echo:1", resources: {limits: {nvidia.com/gpu: 2}}}]}
Y
ok k wait --for=condition=Ready pod/two --timeout=300s
until_ok 10 has_series 2 DCGM_FI_DEV_GPU_UTIL "namespace=\"$NS\"" 'pod="two"' 'container="main"'
true_that has_series "$total" DCGM_FI_DEV_POWER_USAGE

begin "their names are taken back when it ends"
ok k delete pod two --timeout=150s
until_ok 10 sh -c "! curl -sf $gpu_url | grep -q 'namespace=\"$NS\"'"

begin "one that is ill is not allocatable"
echo 0 >"$BED_DIR/gpu/unhealthy"
until_ok 30 allocatable $((total - 1))
rm -f "$BED_DIR/gpu/unhealthy"
until_ok 30 allocatable "$total"
