# prometheus-adapter: what Prometheus has of a pod, as custom.metrics.k8s.io; autoscalers ask it for what metrics-server does not
# measure. One rule: http_requests_total of the pods that are scraped is requests_per_second, over 10 s.
needs[adapter]='node prometheus'
processes[adapter]=prometheus-adapter

build_adapter() { go_build kube sigs.k8s.io/prometheus-adapter/cmd/adapter prometheus-adapter; }

up_adapter() {
    local pki=$BED_DIR/pki version
    (cd "$pki" && umask 077 && certificate prometheus-adapter /CN=prometheus-adapter serverAuth "DNS:prometheus-adapter.kube-system.svc,IP:$BED_IP") || die "adapter: cannot make its certificate"
    adapter_rules >"$BED_DIR/adapter.yaml"
    start prometheus-adapter 4444 "$BED_BIN/prometheus-adapter" --lister-kubeconfig="$BED_DIR/admin.kubeconfig" --authentication-kubeconfig="$BED_DIR/admin.kubeconfig" \
        --authorization-kubeconfig="$BED_DIR/admin.kubeconfig" --bind-address="$BED_IP" --secure-port=4444 --tls-cert-file="$pki/prometheus-adapter.crt" \
        --tls-private-key-file="$pki/prometheus-adapter.key" --prometheus-url="http://$BED_IP:9090" --config="$BED_DIR/adapter.yaml" \
        --metrics-relist-interval=2s --metrics-max-age=20s
    process_api prometheus-adapter 4444 custom.metrics.k8s.io v1beta1 v1beta2 | kubectl apply -f - >/dev/null || die "adapter: cannot make its API"
    for version in v1beta1 v1beta2; do
        until_true 60 prometheus-adapter kubectl wait --for=condition=Available "apiservice/$version.custom.metrics.k8s.io" --timeout=1s
    done
    metrics_of prometheus-adapter prometheus-adapter 10s "https://$BED_IP:4444/metrics"
}
down_adapter() { ! alive kube-apiserver || kubectl delete --ignore-not-found apiservice v1beta1.custom.metrics.k8s.io v1beta2.custom.metrics.k8s.io >/dev/null 2>&1; }

adapter_rules() {
    cat <<'Y'
rules:
- seriesQuery: http_requests_total{job="pods"}
  resources: {overrides: {namespace: {resource: namespace}, pod: {resource: pod}}}
  name: {as: requests_per_second}
  metricsQuery: sum(rate(<<.Series>>{<<.LabelMatchers>>}[10s])) by (<<.GroupBy>>)
Y
}
