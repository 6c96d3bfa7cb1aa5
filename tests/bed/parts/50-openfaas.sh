# OpenFaaS: the gateway of the last version that is free software, and a provider of ours on its SDK (tests/bed/go/kube/provider).
# A function is a Deployment in the namespace openfaas-fn, or in another that has the annotation openfaas: "1".
# There is no NATS in the bed, so this gateway has no /async-function: it answers 404.
needs[openfaas]=node
processes[openfaas]='openfaas-provider openfaas-gateway'
OPENFAAS_PROVIDER=http://127.0.0.1:8083/
OPENFAAS_GATEWAY=http://$BED_IP:8080

build_openfaas() {
    go_build ../../tools/go/gateway github.com/openfaas/faas/gateway openfaas-gateway
    go_build ../../tools/go/faas-cli github.com/openfaas/faas-cli faas-cli
    go_build kube ./provider openfaas-provider
}
openfaas_namespace() {
    cat <<Y
apiVersion: v1
kind: Namespace
metadata: {name: openfaas-fn, annotations: {openfaas: "1"}}
Y
}
# The login as the gateway, and as faas-cli reads it.
openfaas_login() (
    umask 077
    dir=$BED_DIR/openfaas
    mkdir -p "$dir/faas-cli"
    [ -s "$dir/basic-auth-password" ] || openssl rand -hex 20 >"$dir/basic-auth-password"
    echo admin >"$dir/basic-auth-user"
    cat >"$dir/faas-cli/config.yml" <<Y
auths:
- gateway: $OPENFAAS_GATEWAY
  auth: basic
  token: $(printf 'admin:%s' "$(cat "$dir/basic-auth-password")" | base64 -w0)
Y
)

up_openfaas() {
    local dir=$BED_DIR/openfaas
    openfaas_login || die "openfaas: cannot write its login"
    openfaas_namespace | kubectl apply -f - >/dev/null || die "openfaas: cannot make the namespace openfaas-fn"
    start openfaas-provider 8083 "$BED_BIN/openfaas-provider" -kubeconfig "$BED_DIR/admin.kubeconfig" -port 8083 -secrets "$dir"
    until_true 30 openfaas-provider in_bed curl -sf "${OPENFAAS_PROVIDER}healthz"
    start openfaas-gateway '8080 8082' env functions_provider_url="$OPENFAAS_PROVIDER" function_namespace=openfaas-fn scale_from_zero=true \
        basic_auth=true secret_mount_path="$dir" auth_proxy_url="${OPENFAAS_PROVIDER}validate" auth_proxy_pass_body=false \
        faas_prometheus_host="$BED_IP" faas_prometheus_port=9090 read_timeout=60s write_timeout=60s upstream_timeout=55s "$BED_BIN/openfaas-gateway"
    until_true 30 openfaas-gateway curl -sf "$OPENFAAS_GATEWAY/healthz"
    metrics_of openfaas-gateway openfaas-gateway 2s "http://$BED_IP:8082/metrics"
}
env_openfaas() {
    echo "export OPENFAAS_URL='$OPENFAAS_GATEWAY'"
    echo "export OPENFAAS_CONFIG='$BED_DIR/openfaas/faas-cli'"
    echo "export OPENFAAS_PASSWORD_FILE='$BED_DIR/openfaas/basic-auth-password'"
}
