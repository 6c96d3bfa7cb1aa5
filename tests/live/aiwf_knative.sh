#!/bin/sh
# needs: knative
# The verbs of functions as Knative Services with real pods, and what kubectl says of the same ones.
. "$(dirname "$0")/lib.sh"
a_namespace
export AIWF_CONTEXT=bed AIWF_NAMESPACE=$NS AIWF_KNATIVE=$KNATIVE_URL
image=dev.local/echo:1

begin "what Knative has no word for is refused before it is sent"
fails 2 aiwf function deploy echo --command cat
err_has '--image'
fails 2 aiwf function deploy echo --image $image --idle 2s
err_has '6s to 1h'
fails 2 aiwf function deploy echo --image $image --queue 5
ok aiwf function deploy echo --image $image --scale 0..3 --dry-run=client
json '.spec.template.metadata.annotations["autoscaling.knative.dev/max-scale"]' 3

begin "deploy returns when it answers"
ok aiwf function deploy echo --image $image --env TEXT=one --scale 1..3 --concurrency 10 -o json
err_lacks 'Kubernetes default value is insecure'
json '"\(.state) \(.runtime) \(.available)"' 'Ready knative 1'
ok aiwf function invoke echo --path /env/TEXT
out_is one
echo hello >body
ok aiwf function invoke echo -f body
out_is hello

begin "it is what kubectl shows"
ok k get ksvc echo -o json
json '.spec.template.spec | "\(.containerConcurrency) \(.containers[0].image) \(.containers[0].env[0].value)"' "10 $image one"
url=$(jq -r .status.url "$OUT")
ok aiwf function list -o json
json '.items[0] | "\(.name) \(.url) \(.scale.min) \(.scale.max)"' "echo $url 1 3"

begin "a second one is exit 5; replaced, it is a new revision"
fails 5 aiwf function deploy echo --image $image
err_has '--replace'
ok aiwf function deploy echo --image $image --env TEXT=two --scale 1..3 --replace -v
err_has 'warning: Kubernetes default value is insecure' # as kubectl shows it each time
says() { [ "$(aiwf function invoke echo --path /env/TEXT)" = two ]; }
until_ok 30 says
ok k get revisions -o name
out_lines 2

begin "a host of one's own: claimed, mapped, reached, and let go"
host=$NS.example.test
fails 1 aiwf function domain create $host --function echo
err_has 'autocreate-cluster-domain-claims is "false"'
fails 3 aiwf function domain create $host --function nobody --claim
ok aiwf function domain create $host --function echo --claim -o json
json '"\(.state) \(.function) \(.url)"' "Ready echo http://$host"
[ "$(curl -s -m 30 -H "Host: $host" "$KNATIVE_URL/env/TEXT")" = two ] || broken "the host does not lead to it"
ok k get domainmappings -o json
json '.items[0] | "\(.metadata.name) \(.spec.ref.name)"' "$host echo"
fails 5 aiwf function domain create $host --function echo
ok aiwf function domain list -o json
json '.items[0].host' "$host"
ok aiwf function domain delete $host
fails 1 kubectl get clusterdomainclaim $host
printf 'apiVersion: networking.internal.knative.dev/v1alpha1\nkind: ClusterDomainClaim\nmetadata: {name: %s}\nspec: {namespace: default}\n' "$host" | kubectl create -f - >/dev/null
at_exit "kubectl delete clusterdomainclaim $host"
fails 5 aiwf function domain create $host --function echo --claim
err_has 'claimed by namespace default'

begin "its log is its own containers'"
ok aiwf function invoke echo --path /stderr/hello-log
logged() { aiwf function logs echo | grep -q hello-log; }
until_ok 20 logged

begin "one that cannot start says why, before the time is over"
fails 9 aiwf function deploy broken --image dev.local/none:1 --timeout 5m
err_has 'broken'
err_has 'dev.local/none:1'

begin "deleted, it is gone; one that never was is exit 3"
ok aiwf function delete echo broken
fails 3 aiwf function show echo
fails 3 aiwf function invoke nobody
