#!/bin/sh
# needs: kube
# aiwf as a client of a real API server: the same as kubectl for what there is, apply with owners, differences, watches.
. "$(dirname "$0")/lib.sh"
export XDG_CACHE_HOME="$T/cache"
export AIWF_CONTEXT=bed
a_kwok_namespace

kube() { aiwf api kube "$@" -n "$NS"; }
same_items() { # KIND
    kubectl get "$1" -A -o json | jq -S .items >theirs && aiwf api kube GET "$1" -A -o json | jq -S .items >ours && cmp -s theirs ours
}
same_table() { # KIND OPTION...
    kubectl get "$@" | sed 's/  */ /g; s/ *$//' >theirs
    aiwf api kube GET "$@" | sed 's/  */ /g; s/ *$//' >ours
    cmp -s theirs ours
}

cat >web.yaml <<Y
apiVersion: v1
kind: ConfigMap
metadata: {name: one}
data: {a: "1"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: main, image: registry.example/web}
Y

begin "a file's documents are applied, and then differ no more"
fails 10 kube DIFF -f web.yaml
out_has '+ spec.replicas: 2'
ok kube APPLY -f web.yaml --dry-run=server
fails 3 kube GET deploy/web
ok kube APPLY -f web.yaml
out_is "configmap/one applied
deployment/web applied"
ok kube DIFF -f web.yaml
out_is ""
true_that [ "$(k get deployment web -o jsonpath='{.metadata.managedFields[?(@.operation=="Apply")].manager}')" = aiwf ]

begin "the objects are those of kubectl"
for kind in pods nodes jobs events deployments; do
    until_ok 15 same_items $kind
done
true_that [ "$(kube GET deploy/web -o json | jq -r .kind)" = Deployment ]

begin "so are the columns, by all the names of a kind"
# Of others' jobs one may be suspended: kubectl leaves a cell of it empty, where this prints a "-".
ok k create job one --image=dev.local/none:1
for kind in "pods -A" "nodes" "jobs -n $NS" "deploy -n $NS" "deployments.apps -n $NS" "crd" "csr" "priorityclasses.v1.scheduling.k8s.io" "nodes -o wide"; do
    # shellcheck disable=SC2086
    until_ok 15 same_table $kind
done
rm -rf "$XDG_CACHE_HOME/aiwf/discovery"
ok aiwf api kube GET csr -v
err_has '> GET /apis '
ok aiwf api kube GET csr -v
err_lacks '> GET /apis '
true_that [ "$(stat -c %a "$XDG_CACHE_HOME"/aiwf/discovery/*.json)" = 600 ]

begin "what is not there is named"
fails 3 kube GET podz
err_has 'did you mean "pods"?'
fails 3 kube GET deploy/nobody
err_has 'there is no deployment "nobody" in namespace'
fails 2 kube GET deploy/No_Body
err_has 'RFC 1123'

begin "a conflict names the field, its line and its owner"
ok kubectl -n "$NS" scale deployment web --replicas=3
sed 's/replicas: 2/replicas: 1/' web.yaml >less.yaml
fails 5 kube APPLY -f less.yaml
err_has 'less.yaml:10:3: spec.replicas: is owned by kubectl'
err_has 'try: leave these fields out, or take them over: --force-conflicts'
fails 10 kube DIFF -f less.yaml --force-conflicts
out_is "deployment/web
- spec.replicas: 3
+ spec.replicas: 1"
ok kube APPLY -f less.yaml --force-conflicts
true_that [ "$(k get deployment web -o jsonpath='{.spec.replicas}')" = 1 ]

begin "what the server refuses is told by the line"
sed 's/image:/imagee:/' web.yaml >bad.yaml
fails 1 kube APPLY -f bad.yaml --force-conflicts
err_has 'bad.yaml:16:24: spec.template.spec.containers[name="main"].imagee: field not declared in schema'
sed 's/replicas: 2/replicas: -1/' web.yaml >bad.yaml
fails 1 kube APPLY -f bad.yaml --force-conflicts
err_has 'bad.yaml:10:3: spec.replicas: Invalid value: -1: must be greater than or equal to 0'

begin "a watch tells what happens, until it is interrupted"
aiwf api kube WATCH cm -n "$NS" -o ndjson --field-selector metadata.name=one >watched 2>watch.err &
watch=$!
at_exit "kill $watch"
until_ok 10 grep -q ADDED watched
ok k patch configmap one -p '{"data":{"a":"2"}}'
ok kube DELETE cm/one --yes
until_ok 10 grep -q DELETED watched
kill -INT $watch
wait $watch
true_that [ $? = 130 ]
true_that [ "$(jq -r '"\(.type) \(.object.data.a)"' watched | tr '\n' ' ')" = "ADDED 1 MODIFIED 2 DELETED 2 " ]
