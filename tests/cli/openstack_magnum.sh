#!/bin/sh
# Magnum's nouns against a scripted server: what the real one will not answer on demand.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/wire.sh"
for name in $(env | sed -n 's/^\(OS_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
export XDG_CACHE_HOME="$T/cache"
mkdir work && cd work || exit 1

token='{"status":201,"headers":{"X-Subject-Token":"t"},"body":"{\"token\":{\"expires_at\":\"2999-01-01T00:00:00Z\",\"project\":{\"id\":\"p1\"}}}"}'
# ROUTES, as an object's members: a cloud whose services are all at one address.
magnum() { # NAME ROUTES
    wire "$1" "{\"routes\":{\"/v3/auth/tokens\":[$token],$2}}"
    rm -rf "$XDG_CACHE_HOME"
    echo "clouds: {lab: {auth: {auth_url: '$URL', username: u, password: p}, container_infra_endpoint_override: '$URL', image_endpoint_override: '$URL', compute_endpoint_override: '$URL', identity_endpoint_override: '$URL'}}" >clouds.yaml
}
# A reply: STATUS BODY
reply() { jq -nc --argjson status "$1" --arg body "$2" '{status: $status, body: $body}'; }
error() { reply "$1" "{\"errors\":[{\"detail\":\"$2\"}]}"; }
cluster=$(reply 200 '{"uuid":"u-1","name":"ml","status":"CREATE_COMPLETE","api_address":"https://10.0.0.5:6443"}')
sent() { asked '.[-1] | .method + " " + .path + " " + .body'; }
header() { asked '.[-1].headers["openstack-api-version"]'; }

begin "ten thousand clusters are ten requests, and little memory"
jq -nc 'def page($p): {clusters: [range(1000) | {uuid: "u-\($p)-\(.)", name: "c\($p)-\(.)", status: "CREATE_COMPLETE", node_count: 3, master_count: 1, keypair: "k", health_status: "HEALTHY", stack_id: "00000000-0000-0000-0000-000000000000", cluster_template_id: "00000000-0000-0000-0000-000000000000", create_timeout: 60, labels: {kube_tag: "v1.23.3"}, links: [{href: "http://other.test/v1/clusters/x", rel: "self"}]}]} + (if $p < 9 then {next: "http://other.test/v1/clusters?marker=u-\($p)-999"} else {} end);
    [range(10) | {body: (page(.) | tojson)}]' >pages
magnum pages "\"/v1/clusters\": $(cat pages)"
ok aiwf cluster list -o name -v
[ "$(grep -c '^cluster/c' "$OUT")" = 10000 ] || broken "$(wc -l <"$OUT") names"
[ "$(grep -c '^> GET /' "$ERR")" = 10 ] || broken "$(grep -c '^> GET /' "$ERR") requests"
magnum pages2 "\"/v1/clusters\": $(cat pages)"
kib=$(python3 -c 'import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$AIWF" cluster list -o name)
[ "$kib" -lt "$([ "$SANITISED" ] && echo 800000 || echo 65536)" ] || broken "$kib KiB"

begin "labels and taints of nodes are sent as 1.14, or said to be too new"
newest='{"status":406,"headers":{"OpenStack-API-Maximum-Version":"container-infra 1.10"},"body":"{}"}'
magnum old "\"/v1/clusters/ml\": [$cluster], \"/v1/clusters/u-1/nodegroups\": [$newest], \"/v1/clusters/u-1/nodegroups/gpu\": [$newest]"
fails 1 aiwf nodegroup create ml gpu --taint a=b:NoSchedule
err_has 'needs microversion 1.14'
[ "$(asked '[.[] | select(.method == "POST" and (.path | startswith("/v1")))] | length')" = 1 ] || broken 'it was asked for twice'
fails 1 aiwf nodegroup update ml gpu --node-label a=b
err_has 'needs microversion 1.14'
group=$(reply 202 '{"uuid":"g-1","name":"gpu"}')
magnum new "\"/v1/clusters/ml\": [$cluster], \"/v1/clusters/u-1/nodegroups\": [$group], \"/v1/clusters/u-1/nodegroups/gpu\": [$group]"
ok aiwf nodegroup create ml gpu --taint a=b:NoSchedule --taint c:NoExecute --node-label x=y --nodes 0 -o json
[ "$(asked '[.[] | select(.method == "POST")][-1] | .headers["openstack-api-version"] + " " + .body')" = 'container-infra 1.14 {"name":"gpu","node_count":0,"node_labels":{"x":"y"},"node_taints":[{"key":"a","value":"b","effect":"NoSchedule"},{"key":"c","value":"","effect":"NoExecute"}]}' ] || broken "$(asked '[.[] | select(.method == "POST")][-1]')"
ok aiwf nodegroup update ml gpu --min 0 --no-max
[ "$(asked '[.[] | select(.method == "PATCH")][-1] | .headers["openstack-api-version"] + " " + .body')" = 'container-infra 1.10 [{"op":"replace","path":"/min_node_count","value":0},{"op":"remove","path":"/max_node_count"}]' ] || broken "$(asked '.[]')"

begin "words that cannot be are refused before anything is sent"
: >"$WIRE/log"
for words in '--taint x' '--taint a=b:Never' '--taint =b:NoSchedule' '--node-label x' '--role master' '--min 3 --max 2' '--nodes 3 --max 2' '--merge-labels --no-merge-labels'; do
    # shellcheck disable=SC2086
    fails 2 aiwf nodegroup create ml gpu $words
done
fails 2 aiwf nodegroup update ml gpu
fails 2 aiwf nodegroup update ml gpu --max 3 --no-max
fails 2 aiwf nodegroup resize ml gpu
fails 2 aiwf cluster update ml flavor_id=x
err_has 'node_count, health_status'
[ ! -s "$WIRE/log" ] || broken "$(cat "$WIRE/log")"

begin "a change while another one goes on is exit 5, whoever sees it"
busy=$(error 400 'Cluster u-1 already has an operation in progress.')
magnum busy "\"/v1/clusters/ml\": [$cluster], \"/v1/clusters/u-1\": [$busy], \"/v1/clusters/u-1/nodegroups/gpu\": [$busy]"
fails 5 aiwf cluster update ml node_count=3
err_has 'aiwf cluster wait ml'
fails 5 aiwf nodegroup delete ml gpu
fails 5 aiwf nodegroup update ml gpu --max 3
magnum conflict "\"/v1/clusters/ml\": [$cluster], \"/v1/clusters/u-1\": [$(error 409 'changed meanwhile')]"
fails 5 aiwf cluster update ml node_count=3
err_has 'changed meanwhile'
doing=$(reply 200 '{"uuid":"u-1","name":"ml","status":"UPDATE_IN_PROGRESS"}')
magnum doing "\"/v1/clusters/ml\": [$doing], \"/v1/clusters/u-1\": [$(reply 202 '{"uuid":"u-1"}'), $doing]"
fails 5 aiwf cluster update ml node_count=3
ok aiwf cluster update ml health_status=HEALTHY

begin "a cluster's name that fits two names both, for its node groups, too"
two=$(reply 200 '{"clusters":[{"name":"ml","uuid":"u-1"},{"name":"ml","uuid":"u-2"}]}')
several=$(error 409 'Multiple clusters exist with same name.')
magnum two "\"/v1/clusters/ml\": [$several], \"/v1/clusters\": [$two], \"/v1/clusters/ml/nodegroups\": [$several]"
for words in 'nodegroup list ml' 'nodegroup create ml gpu' 'nodegroup delete ml gpu' 'cluster update ml node_count=1'; do
    # shellcheck disable=SC2086
    fails 5 aiwf $words
    err_has 'u-1, u-2'
done

begin "a template in use is exit 5"
magnum used "\"/v1/clustertemplates/k8s\": [$(reply 200 '{"uuid":"t-1","name":"k8s"}')], \"/v1/clustertemplates/t-1\": [$(error 400 'ClusterTemplate t-1 is referenced by one or multiple clusters.')]"
fails 5 aiwf template delete k8s
err_has 'cannot delete template k8s'
err_has 'aiwf cluster list -o wide'
fails 5 aiwf template update k8s flavor_id=x
[ "$(sent)" = 'PATCH /v1/clustertemplates/t-1 [{"op":"replace","path":"/flavor_id","value":"x"}]' ] || broken "$(sent)"

begin "an older Magnum is told what it lacks"
lacks() { echo "[{\"status\":406,\"headers\":{\"OpenStack-API-Maximum-Version\":\"container-infra $1\"},\"body\":\"{}\"}]"; }
magnum lacks "\"/v1/clusters/ml/nodegroups\": $(lacks 1.8), \"/v1/quotas\": $(lacks 1.5), \"/v1/stats?type=cluster\": $(lacks 1.3), \"/v1/stats\": $(lacks 1.3)"
fails 1 aiwf nodegroup list ml
err_has 'needs microversion 1.9 of container-infra, and cloud lab has 1.8'
fails 1 aiwf cluster quotas list
err_has 'needs microversion 1.6'
fails 1 aiwf cluster stats
err_has 'needs microversion 1.4'

begin "a dataset goes to a server, or to a cluster, and nothing is sent before it is known to which"
: >"$WIRE/log"
fails 2 aiwf dataset attach imagenet
err_has '--cluster CLUSTER'
fails 2 aiwf dataset attach imagenet gpu-1 --cluster ml
ok aiwf dataset attach imagenet --cluster ml --dry-run=client
err_has 'would attach dataset imagenet to cluster ml'
[ ! -s "$WIRE/log" ] || broken "$(cat "$WIRE/log")"
