# Knative Serving: its own controller, webhook, autoscaler, activator and queue-proxy as pods, from its modules; an ingress
# of ours with a data path on port 80 of the bed. A Service NAME of namespace NS answers there as Host: NAME.NS.bed.test.
needs[knative]=node
disk_mb[knative]=800
processes[knative]='knative-ingress'
namespaces[knative]=knative-serving
KNATIVE_INGRESS=bed-ingress.knative-serving.svc.cluster.local

build_knative() {
    local program
    for program in controller webhook autoscaler activator queue; do
        go_build knative "knative.dev/serving/cmd/$program" "knative-$program"
        program_image "knative-$program" "/ko-app/$program"
    done
    go_build knative ./ingress knative-ingress
}
knative_manifests() {
    local serving networking caching
    serving=$(module_dir knative knative.dev/serving) && networking=$(module_dir knative knative.dev/networking) && caching=$(module_dir knative knative.dev/caching) || return 1
    # shellcheck disable=SC2046
    manifests knative $(find "$serving/config/core" -name '*.yaml' | sort) "$networking"/config/*.yaml "$caching/config/image.yaml"
}
# The ingress's name inside the cluster leads to its port for all rules.
knative_ingress_service() {
    cat <<Y
apiVersion: v1
kind: Service
metadata: {name: bed-ingress, namespace: knative-serving}
spec:
  ports: [{name: http2, port: 80, targetPort: 8081}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: bed-ingress, namespace: knative-serving, labels: {kubernetes.io/service-name: bed-ingress}}
addressType: IPv4
endpoints: [{addresses: [$BED_IP]}]
ports: [{name: http2, port: 8081}]
Y
}
# The webhooks answer only once their certificates are made and told to the apiserver: asks them for real, changing nothing.
knative_answers() {
    kubectl create --dry-run=server -f - <<Y
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: bed-probe, namespace: default}
spec: {template: {spec: {containers: [{image: "dev.local/echo:1"}]}}}
Y
}

up_knative() {
    import_images
    knative_manifests || die "knative: cannot read the manifests of its modules"
    start knative-ingress '80 8081' "$BED_BIN/knative-ingress" -kubeconfig "$BED_DIR/admin.kubeconfig" -external "$BED_IP:80" -internal "$BED_IP:8081" -domain "$KNATIVE_INGRESS"
    knative_answers >/dev/null 2>&1 || drop_leftovers knative knative-serving
    apply knative types
    knative_ingress_service | kubectl apply -f - >/dev/null || die "knative: cannot make the ingress's Service"
    apply knative rest
    until_true 120 knative-ingress kubectl -n knative-serving wait --for=condition=Available deployment --all --timeout=2s
    apply knative webhooks
    until_answers 180 knative
}
down_knative() {
    no_pods knative-serving
}
env_knative() {
    echo "export KNATIVE_URL='http://$BED_IP'"
    echo "export KNATIVE_DOMAIN='bed.test'"
}
