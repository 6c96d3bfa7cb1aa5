#!/bin/sh
# needs: eventing
# Knative Eventing itself: a broker takes events, a trigger has an address to send them to, and both go.
. "$(dirname "$0")/lib.sh"
a_namespace
ip=$(kubectl -n knative-eventing get service broker-ingress -o jsonpath='{.spec.clusterIP}')
post() { "$BED" exec curl -s -m 10 -o /dev/null -w '%{http_code}' "http://$ip/$NS/taken" -H 'ce-id: 1' -H 'ce-source: /test' -H 'ce-type: t' "$@" -d x; }

begin "a broker is made by its class, and takes what is an event"
k create -f - >/dev/null <<'Y'
apiVersion: eventing.knative.dev/v1
kind: Broker
metadata: {name: taken}
Y
ok k wait --for=condition=Ready broker/taken --timeout=120s
ok k get broker taken -o json
json '.metadata.annotations["eventing.knative.dev/broker.class"]' MTChannelBasedBroker
json .status.address.url "http://broker-ingress.knative-eventing.svc.cluster.local/$NS/taken"
# It is ready before all that stand behind it have heard of it.
takes() { [ "$(post -H 'ce-specversion: 1.0')" = 202 ]; }
until_ok 20 takes
ok post
out_is 400

begin "a trigger follows its subscriber"
leads_to() { k get trigger all -o json | jq -e --arg to "$1" '.status.subscriberUri == $to and any(.status.conditions[]; .type == "Ready" and .status == "True")'; }
k create -f - >/dev/null <<'Y'
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: {name: all}
spec: {broker: taken, subscriber: {uri: "http://one.invalid/"}}
Y
until_ok 60 leads_to http://one.invalid/
ok k patch trigger all --type=merge -p '{"spec":{"subscriber":{"uri":"http://two.invalid/"}}}'
until_ok 60 leads_to http://two.invalid/

begin "the webhook refuses what is none, and what was made goes"
fails 1 k patch trigger all --type=merge -p '{"spec":{"broker":"other"}}'
err_has 'Immutable'
ok k delete trigger/all broker/taken --timeout=60s
