#!/bin/sh
# aiwf api kube against a scripted API server: what is sent, and how answers are printed.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/wire.sh"
unset KUBECONFIG
mkdir work && cd work || exit 1

jobs='{"headers":{"Content-Type":"application/json"},"body":"{\"kind\":\"JobList\",\"items\":[{\"metadata\":{\"name\":\"a\"}}]}"}'
events='{"body":"{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"x\"}}}\n{\"type\":\"BOOKMARK\",\"object\":{}}\n"}'
wire good "{\"tls\":{},\"routes\":{\"/apis/batch/v1/jobs\":[$jobs],\"/api/v1/events\":[$events],\"/log\":[{\"body\":\"one\n{two\nthree\"}],\"/metrics\":[{\"body\":\"up 1\"}]}}"
kubeconfig() { # SERVER
    cat >kubeconfig <<EOF
apiVersion: v1
kind: Config
current-context: lab
clusters: [{name: c, cluster: {server: "$1", certificate-authority: $WIRE/ca.pem}}]
users: [{name: u, user: {token: s3cret}}]
contexts: [{name: lab, context: {cluster: c, user: u}}, {name: other, context: {cluster: nowhere, user: u}}]
EOF
}
kubeconfig "$URL"
export KUBECONFIG="$PWD/kubeconfig"

begin "an answer as the server gives it"
ok aiwf api kube GET /apis/batch/v1/jobs
json '.kind + " " + .items[0].metadata.name' 'JobList a'
ok aiwf api kube GET '/apis/batch/v1/jobs?limit=1' --jq '.items[].metadata.name'
out_is a
ok aiwf api kube GET /metrics
out_is 'up 1'
[ "$(asked '.[-1].headers.authorization')" = 'Bearer s3cret' ] || broken "$(asked '.[-1]')"
ok aiwf api kube GET /metrics -v
err_lacks s3cret

begin "a watch and a log come line by line"
ok aiwf api kube GET '/api/v1/events?watch=1'
[ "$(wc -l <"$OUT")" = 2 ] || broken "$(cat "$OUT")"
ok aiwf api kube GET '/api/v1/events?watch=true' --jq .type
out_has BOOKMARK
ok aiwf api kube GET '/log?follow=true'
[ "$(cat "$OUT")" = "$(printf 'one\n{two\nthree')" ] || broken "$(cat "$OUT")"

begin "a document is sent as JSON, by the kind of patch"
echo 'spec: {replicas: 2}' >patch.yaml
ok aiwf api kube PATCH /metrics -f patch.yaml
[ "$(asked '.[-1] | .method + " " + .body + " " + .headers["content-type"]')" = 'PATCH {"spec":{"replicas":2}} application/merge-patch+json' ] || broken "$(asked '.[-1]')"
ok aiwf api kube PATCH /metrics -f patch.yaml --patch apply --dry-run=server
[ "$(asked '.[-1] | .path + " " + .headers["content-type"]')" = '/metrics?dryRun=All application/apply-patch+yaml' ] || broken "$(asked '.[-1]')"
before=$(wc -l <"$WIRE/log")
ok aiwf api kube POST /metrics -f patch.yaml --dry-run
json .spec.replicas 2
[ "$(wc -l <"$WIRE/log")" = "$before" ] || broken 'it was sent'

begin "what changes between the two that are compared is no difference"
object() { printf '{"body":"{\\"metadata\\":{\\"name\\":\\"c\\",\\"resourceVersion\\":\\"%s\\"},\\"data\\":{\\"by\\":\\"%s\\"}}"}' "$1" "$2"; }
wire changing "{\"tls\":{},\"routes\":{\"/api/v1/namespaces/default/configmaps/c\":[$(object 1 me),$(object 2 other),$(object 2 other),$(object 2 other)]}}"
kubeconfig "$URL"
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n' >c.yaml
ok aiwf api kube DIFF -f c.yaml
out_is ""
[ "$(asked '[.[].method] | join(" ")')" = 'GET PATCH GET PATCH' ] || broken "$(asked '.')"
WIRE=$T/good URL=https://127.0.0.1:$(cat "$T/good/port")
kubeconfig "$URL"

begin "what is no request is not sent"
fails 2 aiwf api kube get /metrics
fails 2 aiwf api kube GET 'two words'
fails 2 aiwf api kube GET '/metrics#x'
fails 2 aiwf api kube GET '//metrics'
fails 2 aiwf api kube GET /apis/batch/v1/jobs -o csv
[ "$(asked '[.[] | select(.path | contains("#"))] | length')" = 0 ] || broken "$(asked '.[-1]')"

begin "--kube-context chooses, and an unknown one is exit 3"
fails 3 aiwf api kube GET /metrics --kube-context lib
err_has 'are: lab, other'
fails 3 aiwf api kube GET /metrics --kube-context other
err_has 'nowhere'

interrupted() { # PATTERN OPTION...: a submit, once a request like that has come
    pattern=$1 && shift
    aiwf train submit late --trainer job "$@" --image i --kube-context lab -- true >"$OUT" 2>"$ERR" &
    pid=$!
    until_ok 20 grep -q "$pattern" "$WIRE/log"
    kill -INT $pid
    wait $pid
    RC=$?
    [ $RC = 130 ] || broken "exit $RC"
}
begin "Ctrl-C before the answer to a job: it may run all the same, and what tells"
wire unanswered '{"tls":{},"replies":[{"hang":true}]}'
kubeconfig "$URL"
interrupted .
err_has 'interrupted while job late was being submitted; it may run all the same'
err_has 'try: aiwf train wait late'

job='{"metadata":{"name":"late","namespace":"default","uid":"u"},"spec":{},"status":{}}'
begin "Ctrl-C once the job is made: it goes on"
wire made "{\"tls\":{},\"routes\":{\"/apis/batch/v1/namespaces/default/jobs\":[{\"status\":201,\"body\":$(jq -n --arg job "$job" '$job')}],\"/apis/batch/v1/namespaces/default/jobs/late\":[{\"hang\":true}]}}"
kubeconfig "$URL"
interrupted jobs/late
err_has 'interrupted; job late was submitted, and goes on'
err_has 'try: aiwf train wait late'

begin "Ctrl-C before the job is sent says nothing of a job"
wire queues '{"tls":{},"replies":[{"hang":true}]}'
kubeconfig "$URL"
interrupted . --queue q
err_lacks 'may run'

begin "what a failed rank wrote last is its pod's word, and its log is not asked for"
failed='{"metadata":{"name":"bad","namespace":"default","uid":"u"},"spec":{"completionMode":"Indexed"},"status":{"conditions":[{"type":"Failed","status":"True","reason":"BackoffLimitExceeded"}]}}'
pods='{"kind":"PodList","items":[{"metadata":{"name":"bad-0","labels":{"batch.kubernetes.io/job-completion-index":"0"}},"spec":{"containers":[{"name":"main"}]},"status":{"phase":"Failed","containerStatuses":[{"name":"main","state":{"terminated":{"exitCode":5,"reason":"Error","message":"one\ntwo\nloading 1%\rloading 99%\rno space left\n"}}}]}}]}'
wire kept "{\"tls\":{},\"routes\":{\"/apis/batch/v1/namespaces/default/jobs/bad\":[{\"body\":$(jq -n --arg j "$failed" '$j')}],\"/api/v1/namespaces/default/pods\":[{\"body\":$(jq -n --arg j "$pods" '$j')}],\"/api/v1/namespaces/default/events\":[{\"body\":\"{\\\"items\\\":[]}\"}]}}"
kubeconfig "$URL"
fails 9 aiwf train wait bad --trainer job --kube-context lab
err_has '| two'
err_has '| no space left'
err_lacks 'loading'
[ "$(asked '[.[] | select(.path | contains("/log"))] | length')" = 0 ] || broken 'its log was asked for'
ok aiwf train show bad --trainer job --kube-context lab
true_that grep -Eq '^last-line +no space left$' "$OUT"
ok aiwf train submit x --trainer job --image i --dry-run -o json --kube-context lab -- true
json '.spec.template.spec.containers[0].terminationMessagePolicy' FallbackToLogsOnError
