# kube-state-metrics: what the apiserver knows of pods, nodes, jobs, as metrics (kube_pod_info and its like).
needs[ksm]=kube
processes[ksm]='kube-state-metrics'

build_ksm() { go_build kube k8s.io/kube-state-metrics/v2 kube-state-metrics; }

up_ksm() {
    start kube-state-metrics '8094 8095' "$BED_BIN/kube-state-metrics" --kubeconfig="$BED_DIR/admin.kubeconfig" --host="$BED_IP" --port=8094 \
        --telemetry-host="$BED_IP" --telemetry-port=8095
    until_true 30 kube-state-metrics in_bed sh -c "curl -sf http://$BED_IP:8094/metrics | grep '^kube_node_info'"
    metrics_of kube-state-metrics kube-state-metrics 5s "http://$BED_IP:8094/metrics"
}
