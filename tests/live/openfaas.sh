#!/bin/sh
# needs: openfaas
# OpenFaaS: a function is deployed, called, changed, scaled, followed and removed by the real faas-cli, and is a real pod.
. "$(dirname "$0")/lib.sh"
name=$(a_name)
at_exit faas-cli remove "$name"
image=dev.local/echo:1
NS=openfaas-fn
curl_as_admin() { curl -s -u "admin:$(cat "$OPENFAAS_PASSWORD_FILE")" "$@"; }
code() { curl_as_admin -o "$OUT" -w '%{http_code}' "$@"; }
scale() { code -d "{\"serviceName\":\"$1\",\"replicas\":$2}" "$OPENFAAS_URL/system/scale-function/$1"; }
status() { curl_as_admin "$OPENFAAS_URL/system/function/$name" | jq -r "$1"; }
status_is() { [ "$(status "$1")" = "$2" ]; }
gives() { [ "$(curl -s -m 20 "$OPENFAAS_URL/function/$1")" = "$2" ]; }

begin "only who has the password is let in, which only its owner can read"
true_that test "$(stat -c %a "$OPENFAAS_PASSWORD_FILE" "$OPENFAAS_CONFIG/config.yml" | tr '\n' ' ')" = "600 600 "
true_that test "$(curl -s -o /dev/null -w '%{http_code}' "$OPENFAAS_URL/system/functions")" = 401
true_that test "$(curl -s -o /dev/null -w '%{http_code}' -u admin:wrong "$OPENFAAS_URL/system/functions")" = 401
true_that test "$(code "$OPENFAAS_URL/system/functions")" = 200
ok faas-cli namespaces
out_has openfaas-fn

begin "deploy"
fails 1 faas-cli deploy --name "$name" --image $image --secret none-such
out_has 'secrets "none-such" not found'
ok faas-cli deploy --name "$name" --image $image --env TEXT=one --label team=vision --annotation topic=jobs
out_has "202 Accepted"
until_ok 30 status_is .availableReplicas 1
ok k get pods -l "faas_function=$name" -o json
json '.items[0].spec.nodeName' real

begin "list and describe"
ok faas-cli list --quiet
true_that grep -qx "$name" "$OUT"
ok faas-cli describe "$name"
out_has Ready
out_has "$image"
out_has "team : vision"

begin "invoke: a body, a path below the function, its name with the namespace"
ok sh -c "echo hello | faas-cli invoke $name"
out_is hello
true_that gives "$name/env/TEXT" one
true_that gives "$name.openfaas-fn/env/TEXT" one
true_that test "$(code "$OPENFAAS_URL/function/$name/status/418")" = 418

begin "a change is rolled out and keeps the pods' number"
true_that test "$(scale "$name" 2)" = 202
ok faas-cli deploy --name "$name" --image $image --env TEXT=two
ok k rollout status "deployment/$name" --timeout=300s
true_that gives "$name/env/TEXT" two
until_ok 30 status_is .availableReplicas 2
true_that status_is .replicas 2

begin "logs are those of all its pods, or of one"
pods=$(k get pods -l "faas_function=$name" -o json | jq -r '.items[] | select(.metadata.deletionTimestamp == null) | .metadata.name + "=" + .status.podIP')
for pod in $pods; do true_that "$BED" exec curl -sf -o /dev/null "http://${pod#*=}:8080/stderr/from-${pod%=*}"; done
logged() { [ "$(faas-cli logs "$name" --tail=false | grep -c "from-$name")" = 2 ]; }
until_ok 10 logged
ok curl_as_admin "$OPENFAAS_URL/system/logs?name=$name&instance=${pod%=*}"
json 'select(.text | startswith("from-")) | [.name, .namespace, .instance, .text] | join(" ")' "$name $NS ${pod%=*} from-${pod%=*}"

begin "logs are followed"
timeout 30 faas-cli logs "$name" >follow.log 2>&1 &
keep $!
until_ok 10 grep -q "from-$name" follow.log
true_that curl -sf -o /dev/null "$OPENFAAS_URL/function/$name/stderr/later"
until_ok 10 grep -q later follow.log

begin "at zero it has no pod, and a call starts one"
true_that test "$(scale "$name" 0)" = 202
until_ok 40 sh -c "test -z \"\$(kubectl -n $NS get pods -l faas_function=$name -o name)\""
true_that status_is '.replicas // 0' 0
sleep 0.3 # the gateway trusts what it heard of a function for a quarter of a second
true_that gives "$name/env/TEXT" two
true_that status_is .replicas 1

begin "a secret is a file in the pod"
secret=$(a_name)
at_exit faas-cli secret remove "$secret"
ok faas-cli secret create "$secret" --from-literal hush
ok faas-cli secret list
out_has "$secret"
ok faas-cli deploy --name "$name" --image $image --secret "$secret"
until_ok 30 sh -c "kubectl -n $NS get pods -l faas_function=$name -o json | jq -e '[.items[].spec.volumes[]? | .projected.sources[0].secret.name] | index(\"$secret\")'"
ok k get secret "$secret" -o jsonpath="{.data.$secret}"
out_is "$(printf hush | base64)"

begin "limits reach the pod, one GPU among them"
true_that test "$(code -X PUT -d "{\"service\":\"$name\",\"image\":\"$image\",\"limits\":{\"memory\":\"64Mi\",\"nvidia.com/gpu\":\"1\"},\"constraints\":[\"aiwf.test/real=true\"]}" "$OPENFAAS_URL/system/functions")" = 202
ok k rollout status "deployment/$name" --timeout=300s
ok k get deployment "$name" -o json
json '.spec.template.spec | .nodeSelector["aiwf.test/real"] + " " + (.containers[0].resources.limits | .memory + " " + ."nvidia.com/gpu")' "true 64Mi 1"
true_that status_is '.limits."nvidia.com/gpu"' 1

begin "what is not there"
none=$(a_name)
true_that test "$(code "$OPENFAAS_URL/system/function/$none")" = 404
true_that test "$(scale "$none" 1)" = 404
true_that test "$(code "$OPENFAAS_URL/function/$none")" = 404
true_that test "$(code -X PUT -d "{\"service\":\"$none\",\"image\":\"$image\"}" "$OPENFAAS_URL/system/functions")" = 404
true_that test "$(code -d "{\"service\":\"$name\",\"image\":\"$image\"}" "$OPENFAAS_URL/system/functions")" = 409
true_that test "$(code -d '{}' "$OPENFAAS_URL/async-function/$name")" = 404
true_that test "$(code "$OPENFAAS_URL/system/function/coredns?namespace=kube-system")" = 400

begin "remove"
ok faas-cli remove "$name"
ok faas-cli list --quiet
out_lacks "$name"
until_ok 40 sh -c "test -z \"\$(kubectl -n $NS get deployments,services,pods -l faas_function=$name -o name)\""
fails 1 faas-cli remove "$name"
