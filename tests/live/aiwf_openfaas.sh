#!/bin/sh
# needs: openfaas
# The verbs of functions at the real OpenFaaS gateway, and what faas-cli says of the same ones.
. "$(dirname "$0")/lib.sh"
export AIWF_CONTEXT=bed-openfaas
name=$(a_name)
image=dev.local/echo:1
at_exit "faas-cli remove $name"

begin "deploy returns when it answers; what cannot be is refused before it is sent"
fails 2 aiwf function deploy "$name" --command cat
err_has '--image'
fails 2 aiwf function deploy "$name" --image $image --start-timeout 5s
ok aiwf function deploy "$name" --image $image --env TEXT=one --label team=vision --scale 1..3 --memory 64Mi --cpu 50m -o json
json '"\(.state) \(.runtime) \(.available)"' 'Ready openfaas 1'

begin "a second one is exit 5, unless it is to be replaced, or left"
fails 5 aiwf function deploy "$name" --image $image
err_has '--replace'
ok aiwf function deploy "$name" --image $image --if-not-exists --no-wait
ok aiwf function deploy "$name" --image $image --replace --env TEXT=two --label team=vision --scale 1..3

begin "list and show agree with faas-cli"
faas-cli list -v >"$T/theirs"
ok aiwf function list -o json
json ".items[] | select(.name == \"$name\") | \"\(.name) \(.image) \(.replicas)\"" "$name $image 1"
true_that grep -Eq "^$name[[:space:]]+$image[[:space:]]+[0-9]+[[:space:]]+1 " "$T/theirs"
ok aiwf function show "$name" -o json
json '"\(.scale.min) \(.scale.max) \(.url)"' "1 3 $OPENFAAS_URL/function/$name"

begin "invoke: body, path, a status of its own, none of that name"
ok sh -c "echo hello | aiwf function invoke $name -f -"
out_is hello
until_ok 20 sh -c "[ \"\$(aiwf function invoke $name --path /env/TEXT)\" = two ]"
fails 3 aiwf function invoke "no-$name"
err_has 'aiwf function list'

begin "scale, to zero too; the next request starts one"
ok aiwf function scale "$name" 2
# Right after a replacement the gateway counts the instance that goes too.
until_ok 20 sh -c "[ \"\$(aiwf function show $name -o json --jq .available)\" = 2 ]"
ok aiwf function scale "$name" 0
ok aiwf function show "$name" -o json --jq .state
out_is Idle
sleep 0.3 # the gateway trusts what it heard of a function for a quarter of a second
ok aiwf function invoke "$name" --path /env/TEXT
out_is two

begin "labels for its autoscaler, annotations for its cron connector; what only its paid editions do is said"
fails 2 aiwf function deploy "$name" --image $image --metric load=5
err_has 'rps=50'
fails 2 aiwf function deploy "$name" --image $image --annotation 'schedule=*/5 * * * *'
err_has 'topic=cron-function'
fails 2 aiwf function deploy "$name" --image $image --annotation topic=cron-function --annotation schedule=often
ok aiwf function deploy "$name" --image $image --replace --scale 0..9 --metric cpu=500 --annotation topic=jobs,cron-function \
    --annotation 'schedule=*/5 * * * *' --label com.openfaas.scale.factor=50
err_has 'Community Edition'
ok faas-cli describe "$name"
out_has 'com.openfaas.scale.type'
out_has 'com.openfaas.scale.target'
out_has 'cron-function'
ok kubectl -n openfaas-fn get deployment "$name" -o json
json '.spec.template.metadata.labels | "\(.["com.openfaas.scale.type"]) \(.["com.openfaas.scale.target"]) \(.["com.openfaas.scale.zero"]) \(.["com.openfaas.scale.factor"])"' 'cpu 500 true 50'
json '.spec.template.metadata.annotations.schedule' '*/5 * * * *'

begin "a secret that it reads; another namespace"
secret=$(a_name)
at_exit "faas-cli secret remove $secret"
printf 'open sesame' | aiwf function secret create "$secret" >"$OUT" 2>"$ERR"
ok aiwf function deploy "$name" --image $image --replace --secret "$secret" --scale 1..3
ok kubectl -n openfaas-fn get deployment "$name" -o jsonpath='{.spec.template.spec.volumes[0].projected.sources[0].secret.name}'
out_is "$secret"
fails 1 aiwf function deploy "$name" --image $image --replace --secret "no-$secret"
a_namespace
kubectl annotate namespace "$NS" openfaas=1 >/dev/null
ok aiwf function deploy "$name" --image $image --env TEXT=there -n "$NS"
ok env AIWF_NAMESPACE="$NS" aiwf function invoke "$name" --path /env/TEXT
out_is there
ok aiwf function show "$name" -n "$NS" -o json
json .url "$OPENFAAS_URL/function/$name.$NS"
ok curl -sf "$(jq -r .url "$OUT")/env/TEXT"
out_is there
ok faas-cli list -n "$NS"
out_has "$name"
ok aiwf function delete "$name" -n "$NS"

begin "its log"
ok aiwf function invoke "$name" --path "/stderr/from-$name"
said() { aiwf function logs "$name" | grep -q "from-$name"; }
until_ok 10 said

begin "the login that faas-cli keeps is enough; a wrong one is exit 4"
ok aiwf context add kept --openfaas "$OPENFAAS_URL"
ok aiwf --context kept function show "$name" -o name
echo wrong >"$T/password"
ok aiwf context add wrong --openfaas "$OPENFAAS_URL" --user admin --password-file "$T/password"
fails 4 aiwf --context wrong function list

begin "deleted, it is gone"
ok aiwf function delete "$name"
fails 3 aiwf function show "$name"
