#!/bin/sh
# needs: kube
# The rules as objects of the Prometheus operator: a real API server with the operator's own CRD takes them, and not what is none.
. "$(dirname "$0")/lib.sh"
command -v go >/dev/null || {
    begin "Go is installed"
    skip "the CRD is in the operator's Go module"
    exit 0
}
one_at_a_time
a_namespace
PATH=$BED_CACHE/go/bin:$PATH # where the bed keeps a newer Go than Debian's
operator=$(cd "$live/../bed/go/rules" && go mod download && go list -m -f '{{.Dir}}' github.com/prometheus-operator/prometheus-operator)
crd=$operator/example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml
name=prometheusrules.monitoring.coreos.com
kubectl get crd "$name" >/dev/null 2>&1 || at_exit "kubectl delete crd $name --wait=false"
ok kubectl apply --server-side -f "$crd"
ok kubectl wait --for=condition=Established "crd/$name" --timeout=60s

begin "each object is taken, whole, and once more without a change"
ok aiwf dashboard rules rules --operator
ok k apply --server-side --field-manager=test --validate=strict -f rules
ok k get prometheusrules -o json
json '[.items[].metadata.name] | sort | join(" ")' 'aiwf-alerts aiwf-recording'
for name in aiwf-recording aiwf-alerts; do
    k get prometheusrule $name -o json | jq -S .spec >stored
    kubectl create --dry-run=client -o json -f rules/$name.yml | jq -S .spec >written
    true_that cmp stored written
done
k get prometheusrules -o json | jq -r '[.items[].metadata.resourceVersion] | join(" ")' >before
ok k apply --server-side --field-manager=test --validate=strict -f rules
k get prometheusrules -o json | jq -r '[.items[].metadata.resourceVersion] | join(" ")' >after
true_that cmp before after

begin "the schema is no formality: a rule that is none is refused"
sed 's/^\( *\)expr: .*/\1exprs: up/' rules/aiwf-alerts.yml >broken.yml
fails 1 k apply --server-side --field-manager=test --validate=strict -f broken.yml
err_has "exprs"
