. "$(dirname "$0")/lib.sh"
command -v promtool >/dev/null || {
    begin "promtool is installed"
    skip "apt-get install prometheus"
    exit 0
}

begin "rules are what promtool accepts, and the same at every run"
ok aiwf dashboard rules rules -o json
json '[.items[].name] | join(" ")' 'rules/aiwf-recording.yml rules/aiwf-alerts.yml'
ok promtool check rules rules/aiwf-recording.yml rules/aiwf-alerts.yml
true_that test "$(stat -c %a rules rules/aiwf-alerts.yml | tr '\n' ' ')" = "755 644 "
ok aiwf dashboard rules again
true_that diff -r rules again

begin "a figure is in its unit, whichever generation of a source measures it"
cat >rules/test.yml <<'Y'
rule_files: [aiwf-recording.yml, aiwf-alerts.yml]
evaluation_interval: 1m
tests:
- interval: 1m
  input_series:
  - {series: 'DCGM_FI_DEV_GPU_UTIL{gpu="0", Hostname="a", modelName="H100", pod="x", namespace="ml"}', values: 3+0x80}
  - {series: 'DCGM_FI_DEV_GPU_UTIL{gpu="0", Hostname="a", modelName="H100", pod="y", namespace="ml"}', values: 3+0x80}
  - {series: 'DCGM_FI_DEV_FB_USED{gpu="0", Hostname="a"}', values: 20+0x80}
  - {series: 'DCGM_FI_DEV_FB_FREE{gpu="0", Hostname="a"}', values: 60+0x80}
  - {series: 'DCGM_FI_DEV_FB_USED{gpu="1", hostname="b"}', values: 20+0x80}
  - {series: 'DCGM_FI_DEV_FB_FREE{gpu="1", hostname="b"}', values: 60+0x80}
  - {series: 'DCGM_FI_DEV_FB_RESERVED{gpu="1", hostname="b"}', values: 20+0x80}
  - {series: 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0", hostname="b"}', values: 0+60000x80}
  - {series: 'kepler_node_cpu_watts{node_name="n", zone="package", path="0"}', values: 40+0x80}
  - {series: 'kepler_node_cpu_watts{node_name="n", zone="core", path="0"}', values: 30+0x80}
  - {series: 'kepler_node_cpu_watts{node_name="n", zone="dram", path="0"}', values: 5+0x80}
  - {series: 'kepler_node_package_joules_total{instance="o", mode="idle"}', values: 0+600x80}
  - {series: 'kepler_node_package_joules_total{instance="o", mode="dynamic"}', values: 0+1200x80}
  - {series: 'aiwf_power_watts{instance="g", source="rapl", estimated="false"}', values: 7+0x80}
  - {series: 'aiwf_power_watts{instance="g", source="model", estimated="true"}', values: 9+0x80}
  - {series: 'revision_app_request_latencies_bucket{namespace_name="d", revision_name="r", le="100"}', values: 0+60x80}
  - {series: 'revision_app_request_latencies_bucket{namespace_name="d", revision_name="r", le="+Inf"}', values: 0+60x80}
  - {series: 'kn_serving_invocation_duration_seconds_bucket{namespace="d", pod="r-00001-deployment-7d9f-x2", le="0.1"}', values: 0+60x80}
  - {series: 'kn_serving_invocation_duration_seconds_bucket{namespace="d", pod="r-00001-deployment-7d9f-x2", le="+Inf"}', values: 0+60x80}
  - {series: 'gateway_function_invocation_total{function_name="f", code="200"}', values: 0+54x80}
  - {series: 'gateway_function_invocation_total{function_name="f", code="500"}', values: 0+6x80}
  - {series: 'gateway_function_invocation_total{function_name="fine", code="200"}', values: 0+6x80}
  - {series: 'up{job="dcgm-exporter", instance="a"}', values: 0+0x80}
  promql_expr_test:
  - {expr: 'aiwf:gpu_util', eval_time: 10m, exp_samples: [{labels: 'aiwf:gpu_util{gpu="0", Hostname="a", modelName="H100", measured_by="dcgm"}', value: 3}]}
  - expr: aiwf:gpu_memory
    eval_time: 10m
    exp_samples:
    - {labels: 'aiwf:gpu_memory{gpu="0", Hostname="a", measured_by="dcgm"}', value: 25}
    - {labels: 'aiwf:gpu_memory{gpu="1", hostname="b", measured_by="dcgm"}', value: 20}
  - {expr: 'aiwf:gpu_energy', eval_time: 10m, exp_samples: [{labels: 'aiwf:gpu_energy{gpu="0", hostname="b", measured_by="dcgm"}', value: 300}]}
  - expr: aiwf:node_power
    eval_time: 10m
    exp_samples:
    - {labels: 'aiwf:node_power{node_name="n", measured_by="kepler"}', value: 45}
    - {labels: 'aiwf:node_power{instance="o", measured_by="kepler-09"}', value: 30}
    - {labels: 'aiwf:node_power{instance="g", source="rapl", estimated="false", measured_by="aiwf"}', value: 7}
    - {labels: 'aiwf:node_power{instance="g", source="model", estimated="true", measured_by="aiwf"}', value: 9}
  - expr: aiwf:function_latency
    eval_time: 10m
    exp_samples:
    - {labels: 'aiwf:function_latency{namespace_name="d", revision_name="r", measured_by="knative-118"}', value: 95}
    - {labels: 'aiwf:function_latency{namespace="d", revision="r-00001", measured_by="knative"}', value: 95}
  - expr: aiwf:function_errors
    eval_time: 10m
    exp_samples:
    - {labels: 'aiwf:function_errors{function_name="f", measured_by="openfaas"}', value: 10}
    - {labels: 'aiwf:function_errors{function_name="fine", measured_by="openfaas"}', value: 0}
  alert_rule_test:
  - {alertname: AiwfGpuIdle, eval_time: 20m, exp_alerts: []}
  - alertname: AiwfGpuIdle
    eval_time: 70m
    exp_alerts:
    - exp_labels: {severity: warning, gpu: "0", Hostname: a, modelName: H100, namespace: ml, pod: x}
      exp_annotations: {summary: "GPU 0 is held by ml/x and 3 % busy for half an hour"}
    - exp_labels: {severity: warning, gpu: "0", Hostname: a, modelName: H100, namespace: ml, pod: y}
      exp_annotations: {summary: "GPU 0 is held by ml/y and 3 % busy for half an hour"}
  - alertname: AiwfFunctionFails
    eval_time: 20m
    exp_alerts:
    - exp_labels: {severity: warning, function_name: f, measured_by: openfaas}
      exp_annotations: {summary: "f fails 10.0 % of its requests"}
  - alertname: AiwfExporterDown
    eval_time: 20m
    exp_alerts:
    - exp_labels: {severity: warning, job: dcgm-exporter, instance: a}
      exp_annotations: {summary: "dcgm-exporter at a cannot be scraped: its figures are unknown, not zero"}
Y
ok promtool test rules rules/test.yml

begin "the operator's objects have the same rules"
ok aiwf dashboard rules objects --operator
for name in aiwf-recording aiwf-alerts; do
    true_that grep -q '^kind: PrometheusRule' "objects/$name.yml"
    sed -n '/^spec:/,$p' "objects/$name.yml" | sed '1d; s/^  //' >"objects/$name.spec"
    true_that cmp "objects/$name.spec" "rules/$name.yml"
done

begin "dashboards are of expressions that Prometheus accepts, with no id, and the same at every run"
AIWF_PRICE_KWH=0.3 ok aiwf dashboard export boards
err_has "has no price-gpu-hour"
err_lacks "has no price-kwh"
true_that test "$(cat boards/*.json | jq -s 'length')" = 4
jq -s '{groups: [{name: "all", rules: [.[].panels[].targets[].expr | gsub("\\$window"; "5m") | gsub("\\$price_[a-z_]*"; "2") | {alert: "x", expr: .}] | unique}]}' boards/*.json >exprs.json
ok promtool check rules exprs.json
true_that test "$(jq -s '[.[] | .id, (.panels[] | .targets | length > 0)] | unique | tostring' boards/*.json)" = '"[null,true]"'
true_that test "$(jq -r '.templating.list[] | select(.name == "price_kwh") | .query' boards/aiwf-cost.json)" = 0.3
true_that test "$(jq -s '[.[].panels[] | select(.datasource.uid != "${datasource}")] | length' boards/*.json)" = 0
true_that grep -qF "path: $(pwd -P)/boards" boards/provider.yaml
AIWF_PRICE_KWH=0.3 ok aiwf dashboard export boards
mkdir -p copy && cp -r boards copy/
AIWF_PRICE_KWH=0.3 ok aiwf dashboard export boards
true_that diff -r boards copy/boards

begin "a folder that cannot be is an error"
: >file
fails 1 aiwf dashboard rules file/rules
err_has "cannot write file/rules/aiwf-recording.yml"
fails 2 aiwf dashboard export
