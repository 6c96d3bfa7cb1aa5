# metrics-server: how much the pods of the real node use, as metrics.k8s.io; autoscalers and kubectl top ask it.
needs[usage]=node
processes[usage]=metrics-server

build_usage() { go_build kube sigs.k8s.io/metrics-server/cmd/metrics-server metrics-server; }

up_usage() {
    local pki=$BED_DIR/pki
    (cd "$pki" && umask 077 && certificate metrics-server /CN=metrics-server serverAuth "DNS:metrics-server.kube-system.svc,IP:$BED_IP") || die "usage: cannot make its certificate"
    start metrics-server 4443 "$BED_BIN/metrics-server" --kubeconfig="$BED_DIR/admin.kubeconfig" --authentication-kubeconfig="$BED_DIR/admin.kubeconfig" \
        --authorization-kubeconfig="$BED_DIR/admin.kubeconfig" --bind-address="$BED_IP" --secure-port=4443 --tls-cert-file="$pki/metrics-server.crt" \
        --tls-private-key-file="$pki/metrics-server.key" --kubelet-certificate-authority="$pki/ca.crt" --kubelet-preferred-address-types=InternalIP \
        --node-selector=aiwf.test/real=true --metric-resolution=10s --kubelet-request-timeout=5s
    process_api metrics-server 4443 metrics.k8s.io v1beta1 | kubectl apply -f - >/dev/null || die "usage: cannot make its API"
    until_true 60 metrics-server kubectl wait --for=condition=Available apiservice/v1beta1.metrics.k8s.io --timeout=1s
    metrics_of metrics-server metrics-server 10s "https://$BED_IP:4443/metrics"
}
down_usage() { ! alive kube-apiserver || kubectl delete --ignore-not-found apiservice v1beta1.metrics.k8s.io >/dev/null 2>&1; }
