#!/bin/sh
# needs: kube
# What calls a function, as objects of Knative Eventing: a real API server with Eventing's own CRDs takes them, and not what is none.
. "$(dirname "$0")/lib.sh"
command -v go >/dev/null || {
    begin "Go is installed"
    skip "the CRDs are in Eventing's Go module"
    exit 0
}
one_at_a_time
a_namespace
export AIWF_CONTEXT=bed AIWF_NAMESPACE="$NS"

begin "without Eventing: what is missing, and how one gets it"
if ! kubectl get crd triggers.eventing.knative.dev >/dev/null 2>&1; then
    fails 1 aiwf function trigger list
    err_has "Knative Eventing is not installed"
    fails 1 aiwf function trigger create taken --function ocr
    err_has "install Knative Eventing"
fi

PATH=$BED_CACHE/go/bin:$PATH # where the bed keeps a newer Go than Debian's
types=$(cd "$live/../bed/go/eventing" && go mod download && go list -m -f '{{.Dir}}' knative.dev/eventing)/config/core/resources
# Nobody is here who would convert between versions.
for kind in broker trigger pingsource; do
    kubectl create --dry-run=client -o json -f "$types/$kind.yaml" | jq 'del(.spec.conversion)' >$kind.json
    name=$(jq -r .metadata.name $kind.json)
    kubectl get crd "$name" >/dev/null 2>&1 || at_exit "kubectl delete crd $name --wait=false"
    ok kubectl apply --server-side -f $kind.json
    ok kubectl wait --for=condition=Established "crd/$name" --timeout=60s
done

stored() { # KIND NAME JQ TEXT: as the API server has it
    got=$(k get "$1" "$2" -o json | jq -cr "$3")
    true_that [ "$got" = "$4" ]
}

begin "of a broker: those of its events that have the attributes"
ok aiwf function trigger create taken --function ocr --filter type=io.example.taken --filter source=/camera/1 -o json
json '"\(.kind) \(.function) \(.state)"' 'Trigger ocr Starting'
stored trigger taken .spec.broker default
stored trigger taken .spec.filter.attributes '{"source":"/camera/1","type":"io.example.taken"}'
stored trigger taken '.spec.subscriber.ref | "\(.apiVersion) \(.kind) \(.name)"' 'serving.knative.dev/v1 Service ocr'
stored trigger taken '.metadata.labels["app.kubernetes.io/managed-by"]' aiwf
fails 5 aiwf function trigger create taken --function ocr
ok aiwf function trigger create all --function ocr --broker cameras
stored trigger all '.spec | "\(.broker) \(.filter.attributes)"' 'cameras null'

begin "of a clock: what is sent, and when"
ok aiwf function trigger create nightly --function ocr --schedule '0 3 * * *' --data '{"all": true}'
stored pingsource nightly '.spec | "\(.schedule)|\(.contentType)|\(.data)|\(.sink.ref.name)"' '0 3 * * *|application/json|{"all": true}|ocr'
ok aiwf function trigger create dry --function ocr --schedule '0 3 * * *' --dry-run=server
fails 1 k get pingsource dry
# The schema is no formality.
k get pingsource nightly -o json | jq '.spec.shedule = .spec.schedule | .metadata.name = "broken"' >broken.json
fails 1 k create --validate=strict -f broken.json
err_has shedule

begin "of two kinds with one name neither is guessed"
ok aiwf function trigger create twice --function ocr
ok aiwf function trigger create twice --function ocr --schedule '0 3 * * *'
fails 5 aiwf function trigger delete twice --yes
err_has 'several triggers are called "twice": a Trigger and a PingSource'
ok aiwf function trigger delete pingsource/twice --yes
fails 1 k get pingsource twice
ok aiwf function trigger show twice -o json
json .kind Trigger
ok aiwf function trigger delete twice --yes

begin "Kafka's source is not there, and is named"
fails 1 aiwf function trigger create jobs --function ocr --kafka kafka:9092 --topic jobs
err_has "Knative's source for Kafka is not installed"

begin "all of them, with what their controllers say"
say() { k patch "$1" "$2" --subresource=status --type=merge -p "{\"status\":{\"conditions\":[{\"type\":\"Ready\",$3}]}}" >/dev/null; }
say trigger taken '"status":"True"'
say trigger all '"status":"False","reason":"BrokerDoesNotExist","message":"Broker \"cameras\" does not exist"'
ok aiwf function trigger list -o json
json '[.items[] | "\(.name) \(.state) \(.on)"] | sort | join("; ")' \
    'all Failed broker cameras; nightly Starting schedule 0 3 * * *; taken Ready broker default source=/camera/1 type=io.example.taken'
json '.items[] | select(.name == "all").message' 'Broker "cameras" does not exist'

begin "one of them whole, whichever kind it is: what keeps it from being ready, and what happened"
k patch trigger all --subresource=status --type=merge -p '{"status":{"subscriberUri":"http://ocr.example/","conditions":[
    {"type":"Ready","status":"False","reason":"BrokerDoesNotExist","message":"Broker \"cameras\" does not exist"},
    {"type":"SubscriberResolved","status":"True"}]}}' >/dev/null
k create -f - >/dev/null <<EOF
{"apiVersion": "v1", "kind": "Event", "metadata": {"name": "all.1"}, "type": "Warning", "reason": "BrokerMissing", "message": "no cameras",
 "involvedObject": {"apiVersion": "eventing.knative.dev/v1", "kind": "Trigger", "namespace": "$NS", "name": "all",
                    "uid": "$(k get trigger all -o jsonpath='{.metadata.uid}')"}, "lastTimestamp": "2026-01-01T00:00:00Z"}
EOF
ok aiwf function trigger show all
out_has "http://ocr.example/"
out_has "SubscriberResolved"
out_has "BrokerDoesNotExist"
out_has "no cameras"
ok aiwf function trigger show all -o json
json '[.conditions[] | "\(.type)=\(.status) \(.reason)"] | join("; ")' 'Ready=False BrokerDoesNotExist; SubscriberResolved=True null'
json '"\(.broker) \(.events[0].reason) \(.schedule)"' 'cameras BrokerMissing null'
ok aiwf function trigger show taken -o json
json '"\(.state) \(.filter.source)"' 'Ready /camera/1'
ok aiwf function trigger show nightly -o json
json '"\(.kind) \(.schedule)|\(.data)|\(.function)"' 'PingSource 0 3 * * *|{"all": true}|ocr'
fails 3 aiwf function trigger show nobody
err_has "aiwf function trigger list"

begin "deleted, whichever kind it is"
ok aiwf function trigger delete taken nightly --yes
fails 1 k get trigger taken
fails 1 k get pingsource nightly
fails 3 aiwf function trigger delete taken --yes
err_has "aiwf function trigger list"
ok aiwf function trigger list -o json
json '[.items[].name] | join(" ")' all
