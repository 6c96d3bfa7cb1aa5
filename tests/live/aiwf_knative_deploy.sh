#!/bin/sh
# needs: knative
# What deploy can say of a Knative Service, and what becomes of it: real pods, real webhooks.
. "$(dirname "$0")/lib.sh"
a_namespace
export AIWF_CONTEXT=bed AIWF_NAMESPACE=$NS AIWF_KNATIVE=$KNATIVE_URL
image=dev.local/echo:1
fn() { verb=$1 && shift && aiwf function "$verb" "$@" --runtime knative; }

begin "all that deploy can say is taken by the real webhook, and reads back"
k create secret generic s --from-literal=key=hush >/dev/null
k create configmap m --from-literal=A=from-map >/dev/null
ok fn deploy all --image $image --no-wait --env B=two --env-from config-map:m --env-value-from C=secret:s:key \
    --volume /etc/m=config-map:m --volume /etc/s=secret:s --port 8080 --user 1000 --memory 64Mi --cpu 50m --request cpu=10m \
    --scale 1..4 --metric rps=50 --idle 20s --concurrency 9 --scale-initial 1 --scale-activation 2 --utilization 80 --scale-down-delay 5s \
    --ready-probe http:/,period=2s --live-probe tcp:8080,failures=5 --exec-timeout 30s --start-timeout 90s --service-account default \
    --pull-secret s --label team=vision --annotation a/b=c --revision-name first --tag @latest=now --rollout 10s --cluster-local
ok k get ksvc all -o json
json '.spec.template.metadata | "\(.name) \(.labels.team) \(.annotations["a/b"]) \(.annotations["autoscaling.knative.dev/target"])"' 'all-first vision c 50'
json '.spec.template.spec.containers[0] | "\(.envFrom[0].configMapRef.name) \(.volumeMounts | length) \(.livenessProbe.failureThreshold)"' 'm 2 5'
json '.spec.traffic[0] | "\(.tag) \(.percent)"' 'now 100'
json '.metadata | "\(.annotations["serving.knative.dev/rollout-duration"]) \(.labels["networking.knative.dev/visibility"])"' '10s cluster-local'
ok fn wait all --timeout 5m
ok fn delete all

begin "a flag that is off is named before anything is sent"
fails 1 fn deploy off --image $image --node-selector a=b
err_has 'kubernetes.podspec-nodeselector is "disabled"'
err_has 'patch configmap config-features'
fails 1 fn deploy off --image $image --volume /data=pvc:c
err_has persistent-volume-claim
ok k get ksvc -o name
out_is ''

begin "a webhook's refusal names the option, or the file and its line"
fails 1 fn deploy off --image $image --env PORT=1
err_has '--env: "PORT" is a reserved environment variable'
cat >ksvc.yaml <<Y
apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: filed
spec:
  template:
    spec:
      nodeSelector: {a: b}
      containers: [{image: $image}]
Y
fails 1 aiwf function deploy -f ksvc.yaml
err_has 'ksvc.yaml:8:'
err_has 'must not set the field'
err_has config-features
fails 2 aiwf function deploy -f ksvc.yaml --env A=b
err_has 'which says all of it'

begin "a Knative Service as it is, and what would change"
sed -i '/nodeSelector/d; s/{image: .*}/{image: dev.local\/echo:1, env: [{name: TEXT, value: one}]}/' ksvc.yaml
ok aiwf function deploy -f ksvc.yaml
ok aiwf function invoke filed --path /env/TEXT
out_is one
ok aiwf function diff -f ksvc.yaml
out_is ''
sed -i 's/value: one/value: two/' ksvc.yaml
fails 10 aiwf function diff -f ksvc.yaml
out_has '"two"'
ok fn export filed
cp "$OUT" exported.yaml
ok aiwf function diff -f exported.yaml
out_is ''

begin "revisions: shares, tags, and back again"
fn deploy filed --image $image --env TEXT=two --replace 2>err || broken "$(cat err)"
ok fn traffic filed filed-00001=100 --tag filed-00002=next
ok fn traffic filed -o json
json '[.items[] | "\(.revision) \(.percent) \(.tag)"] | sort | join(", ")' 'filed-00001 100 null, filed-00002 0 next'
answers() { [ "$(aiwf function invoke filed --path /env/TEXT)" = "$1" ]; }
until_ok 20 answers one
fn deploy filed --image $image --env TEXT=three --replace 2>err || broken "$(cat err)"
until_ok 20 answers one # where requests go stays
ok fn traffic filed @latest=100
until_ok 20 answers three
ok fn rollback filed
out_has filed-00002
until_ok 20 answers two
ok fn revisions filed -o json
json '[.items[] | "\(.revision) \(.percent)"] | join(", ")' 'filed-00003 0, filed-00002 100, filed-00001 0'
fails 3 fn traffic filed filed-00009=5
err_has 'aiwf function revisions'
ok fn events filed
out_has Pod/filed-0000

begin "without an ingress the API server leads to it"
unset AIWF_KNATIVE
ok aiwf function invoke filed --path /env/TEXT
out_is two
ok aiwf function invoke filed --event 'io.aiwf.test,subject=a b' --path /head -X GET
tr A-Z a-z <"$OUT" >lower
true_that grep -qx 'ce-type: io.aiwf.test.' lower
true_that grep -qx 'ce-subject: a%20b.' lower
true_that grep -qx 'ce-specversion: 1.0.' lower

begin "a trigger is of one kind, and is made without a server; without Eventing it says how one installs it"
if ! kubectl get crd triggers.eventing.knative.dev >/dev/null 2>&1; then
    fails 1 aiwf function trigger list
    err_has 'Knative Eventing is not installed'
    fails 1 aiwf function trigger create t --function filed --schedule '* * * * *'
    err_has 'install Knative Eventing'
fi
ok aiwf function trigger create t --function filed --filter type=a --dry-run=client
json '.spec.filter.attributes.type' a
fails 2 aiwf function trigger create t --function filed --filter type=a --schedule '* * * * *'
