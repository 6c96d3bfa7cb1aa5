#!/bin/sh
# needs: prometheus node
# Prometheus scrapes what is up, with its certificates verified, and what it keeps is what is there: GPUs' holders, pods' metrics.
. "$(dirname "$0")/lib.sh"
a_namespace
between() { jq -ne --argjson v "$(value "$1")" "\$v >= $2 and \$v <= $3" >/dev/null; }

begin "every process that tells a target has it up"
# Suites beside this one tell targets of their own, named as a_name does.
told() { jq -s 'add | map(select(.labels.job | test("^t[0-9a-f]{10}$|^pods$") | not)) | length' "$BED_DIR"/prometheus/targets/*.json; }
all_up() { [ "$(targets 'select(.scrapePool == "bed" and .health == "up" and (.labels.job | test("^t[0-9a-f]{10}$|^pods$") | not)) | .scrapeUrl' | wc -l)" = "$(told)" ]; }
until_ok 40 all_up
for process in etcd kube-apiserver kube-controller-manager kube-scheduler kwok kubelet kube-proxy; do
    true_that is_up $process
    true_that is_value "min(up{job=\"$process\"})" 1
done
true_that is_value 'count(up{job="kubelet"})' 3

begin "Kubernetes' own are asked with a certificate that is asked for, and theirs is verified"
ok targets 'select(.labels.job | test("kube-apiserver|kube-controller-manager|kube-scheduler|kubelet")) | .discoveredLabels.__scheme__'
out_lines 6
out_lacks http:
url=$(targets 'select(.labels.job == "kubelet" and .labels.metrics_path == null) | .scrapeUrl')
status() { curl -s --cacert "$BED_DIR/pki/ca.crt" -o /dev/null -w '%{http_code}' "$@" "$url"; }
ok status
out_is 401
ok status --cert "$BED_DIR/pki/viewer.crt" --key "$BED_DIR/pki/viewer.key"
out_is 403
ok status --cert "$BED_DIR/pki/metrics.crt" --key "$BED_DIR/pki/metrics.key"
out_is 200

begin "one whose certificate nobody of the bed signed is refused"
name=$(a_name)
port=$(free_port)
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/key" -out "$T/crt" -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>"$ERR"
"$BED" exec sh -c 'echo $$ >"$1/pid"; exec openssl s_server -quiet -www -accept "127.0.0.1:$2" -cert "$1/crt" -key "$1/key"' sh "$T" "$port" >"$T/server" 2>&1 </dev/null &
until_ok 10 "$BED" exec curl -sf --cacert "$T/crt" "https://127.0.0.1:$port/"
keep "$(cat "$T/pid")"
prometheus_scrapes "$name" "127.0.0.1:$port" https
refused() { targets "select(.labels.job == \"$name\") | .lastError" | grep -q 'x509: certificate signed by unknown authority'; }
until_ok 30 refused
rm "$BED_DIR/prometheus/targets/$name.json"

begin "their values are the cluster's"
nodes_agree() { is_value 'apiserver_storage_objects{resource="nodes"} or apiserver_resource_objects{resource="nodes"}' "$(kubectl get nodes -o name | wc -l)"; }
until_ok 120 nodes_agree # suites beside this one make nodes and remove them
true_that is_value etcd_server_has_leader 1
true_that is_value 'node_memory_MemTotal_bytes / 1024' "$(awk '/^MemTotal/ {print $2}' /proc/meminfo)"

begin "a pod that holds a GPU is in its metrics by name, with what it draws, until it ends"
gpus=$(kubectl get node real -o jsonpath='{.status.capacity.nvidia\.com/gpu}')
until_ok 20 is_value 'count(DCGM_FI_DEV_GPU_UTIL)' "$gpus"
k apply -f - >/dev/null <<Y
apiVersion: v1
kind: Pod
metadata: {name: holder}
spec: {containers: [{name: main, image: "dev.local/echo:1", resources: {limits: {nvidia.com/gpu: 1}}}]}
Y
mine="namespace=\"$NS\", pod=\"holder\", container=\"main\""
until_ok 60 is_value "DCGM_FI_DEV_GPU_UTIL{$mine}" 87
until_ok 30 is_value "count_over_time(DCGM_FI_DEV_GPU_UTIL{$mine}[12s]) > bool 4" 1
true_that is_value "count(DCGM_FI_DEV_GPU_UTIL)" "$gpus"
true_that is_value "DCGM_FI_DEV_POWER_USAGE{$mine}" 612
true_that between "rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{$mine}[10s]) / 1000" 550 670
ok promtool query instant "$PROMETHEUS_URL" "DCGM_FI_DEV_GPU_UTIL{$mine}"
uuid=$(sed -n 's/.*UUID="\([^"]*\)".*/\1/p' "$OUT")
ok k delete pod holder --timeout=150s
until_ok 20 is_value "DCGM_FI_DEV_GPU_UTIL{$mine}" ""
until_ok 20 is_value "DCGM_FI_DEV_GPU_UTIL{UUID=\"$uuid\"}" 0

begin "a GPU's error is an alert with its number"
at_exit "rm -f '$BED_DIR/gpu/xid'"
echo "$((gpus - 1)) 79" >"$BED_DIR/gpu/xid"
until_ok 30 alerts_are 1 alertname=GpuXid "gpu=$((gpus - 1))"
rm "$BED_DIR/gpu/xid"
until_ok 30 alerts_are 0 alertname=GpuXid "gpu=$((gpus - 1))"

begin "a pod with the annotations is scraped while it runs, and kwok's never"
server='import http.server as s
class H(s.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/mine" else 404)
        self.end_headers()
        self.wfile.write(b"bed_pod_value 5.25\n")
s.HTTPServer(("", 9000), H).serve_forever()'
for where in real kwok; do
    jq -n --arg where $where --arg text "$server" '{apiVersion: "v1", kind: "Pod", metadata: {name: $where,
        annotations: {"prometheus.io/scrape": "true", "prometheus.io/port": "9000", "prometheus.io/path": "/mine"}},
        spec: ({terminationGracePeriodSeconds: 1, containers: [{name: "main", image: "dev.local/python:1", args: ["-c", $text]}]}
            + (if $where == "kwok" then {nodeName: "kwok-cpu-0", tolerations: [{operator: "Exists"}]} else {} end))}' | k apply -f - >/dev/null
done
ok k wait --for=condition=Ready pod/real pod/kwok --timeout=300s
address=$(k get pod kwok -o jsonpath='{.status.podIP}')
true_that [ -n "$address" ]
until_ok 40 is_value "bed_pod_value{job=\"pods\", namespace=\"$NS\", pod=\"real\"}" 5.25
ok targets .scrapeUrl
out_lacks "//$address:"
ok k delete pod real kwok --timeout=150s
until_ok 40 is_value "up{namespace=\"$NS\"}" ""
