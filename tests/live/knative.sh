#!/bin/sh
# needs: knative
# A Knative Service is made, answers through the ingress and by its name inside the cluster, is changed, shares its traffic, is removed.
. "$(dirname "$0")/lib.sh"
a_namespace

service() { # TEXT TRAFFIC
    k apply -f - >/dev/null 2>"$ERR" <<Y
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: echo}
spec:
  template: {spec: {containers: [{image: "dev.local/echo:1", ports: [{containerPort: 8080}], env: [{name: TEXT, value: $1}]}]}}
  traffic: [$2]
Y
}
ask() { curl -sf -m 20 -H "Host: $1" "$KNATIVE_URL$2"; }
answers() { [ "$(ask "$1" "$2")" = "$3" ]; }
host=echo.$NS.$KNATIVE_DOMAIN

begin "it becomes Ready and answers through the ingress"
true_that service one '{latestRevision: true, percent: 100}'
ok k wait --for=condition=Ready ksvc/echo --timeout=450s
true_that answers "$host" /env/TEXT one
ok k get ksvc echo -o json
json .status.url "http://$host"

begin "a host that nobody has is 404"
ok curl -s -o /dev/null -w '%{http_code}' -H "Host: nobody.$NS.$KNATIVE_DOMAIN" "$KNATIVE_URL/"
out_is 404

begin "a pod reaches it by its name in the cluster, from where its label lets it"
ok k run get --image=dev.local/python:1 --restart=Never -- -c "import urllib.request as r; print(r.urlopen('http://echo.$NS.svc.cluster.local/env/TEXT', timeout=20).read().decode())"
ok k wait --for=jsonpath='{.status.phase}'=Succeeded pod/get --timeout=300s
ok k logs get
out_is one

begin "a change makes a second revision, which takes over"
first=$(k get ksvc echo -o jsonpath='{.status.latestReadyRevisionName}')
true_that service two '{latestRevision: true, percent: 100}'
until_ok 60 answers "$host" /env/TEXT two
ok k get revisions -o name
out_lines 2

begin "traffic is shared between two, and each has its tag's host"
true_that service two "{latestRevision: true, percent: 50, tag: new}, {revisionName: $first, percent: 50, tag: old}"
until_ok 60 answers "old-$host" /env/TEXT one
until_ok 60 answers "new-$host" /env/TEXT two
shared() {
    i=0
    while [ $i -lt 20 ]; do
        ask "$host" /env/TEXT
        echo
        i=$((i + 1))
    done | sort -u | tr '\n' ' '
}
until_ok 20 sh -c '[ "$1" = "one two " ]' sh "$(shared)"

begin "once removed it answers no longer"
ok k delete ksvc echo --timeout=300s
until_ok 20 sh -c "test \"\$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: $host' $KNATIVE_URL/)\" = 404"
