#!/bin/sh
# needs: prometheus
# Every figure that the bed's Prometheus has can be asked for, by each source of it; one that is pushed is found at once.
. "$(dirname "$0")/lib.sh"
export AIWF_PROMETHEUS="$PROMETHEUS_URL"
name=$(a_name)
at_exit "curl -sf -X DELETE '$PUSHGATEWAY_URL/metrics/job/$name'"

begin "what is pushed with the names of Kepler and dcgm-exporter becomes figures in their units"
curl -sf --data-binary @- "$PUSHGATEWAY_URL/metrics/job/$name" <<M
kepler_node_cpu_watts{node_name="$name",zone="package",path="/0"} 40
kepler_node_cpu_watts{node_name="$name",zone="core",path="/0"} 30
kepler_node_cpu_watts{node_name="$name",zone="dram",path="/0"} 2.5
DCGM_FI_DEV_GPU_UTIL{Hostname="$name",gpu="0",modelName="NVIDIA H100"} 12
DCGM_FI_DEV_FB_USED{Hostname="$name",gpu="0",modelName="NVIDIA H100"} 20000
DCGM_FI_DEV_FB_FREE{Hostname="$name",gpu="0",modelName="NVIDIA H100"} 60000
M
of() { aiwf query --figure "$1" --source "$2" -o json --jq ".items[] | select(.metric.$3 == \"$name\") | .value" 2>/dev/null; }
is() { [ "$(of "$1" "$2" "$3")" = "$4" ]; }
until_ok 20 is node.power kepler node_name 42.5
true_that is gpu.util dcgm Hostname 12
true_that is gpu.memory dcgm Hostname 25

begin "each figure of each source is an expression that the real Prometheus can evaluate"
aiwf query --list figures -o json --jq '.items[] | select(.source) | .name + " " + .source' >"$T/figures"
true_that test "$(wc -l <"$T/figures")" -ge 8
while read -r figure source; do
    ok aiwf query --figure "$figure" --source "$source" -o json
done <"$T/figures"

begin "an assertion is about what is there"
ok aiwf top --assert 'node.cpu >= 0' --assert 'node.memory < 100'
fails 11 aiwf top --assert 'node.memory > 100'
