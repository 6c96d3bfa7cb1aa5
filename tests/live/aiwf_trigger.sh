#!/bin/sh
# needs: eventing
# What calls a function, as objects of Knative Eventing: its own webhook and controllers take them, its broker and its clock call.
. "$(dirname "$0")/lib.sh"
a_namespace
export AIWF_CONTEXT=bed AIWF_NAMESPACE="$NS"
# Keeps what it was sent, and shows it when asked.
cat >fn.yaml <<'Y'
name: ocr
image: dev.local/python:1
command: |
  exec python3 -c '
  import http.server, json, os
  seen = []
  class Handler(http.server.BaseHTTPRequestHandler):
      def answer(self, status, body=b""):
          self.send_response(status)
          self.send_header("Content-Length", str(len(body)))
          self.end_headers()
          self.wfile.write(body)
      def do_POST(self):
          body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
          seen.append(dict({k.lower(): v for k, v in self.headers.items() if k.lower().startswith("ce-")}, body=body))
          self.answer(202)
      def do_GET(self):
          self.answer(200, json.dumps(seen).encode())
      def log_message(self, *a): pass
  http.server.HTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()'
Y

stored() { # KIND NAME JQ TEXT: as the API server has it
    got=$(k get "$1" "$2" -o json | jq -cr "$3")
    true_that [ "$got" = "$4" ]
}

begin "of a broker: those of its events that have the attributes"
ok aiwf function deploy ocr -f fn.yaml --scale 1..1 --timeout 5m
ok aiwf function trigger create every --function ocr --schedule '* * * * *' --data '{"minute": true}'
ok aiwf function trigger create taken --function ocr --filter type=io.example.taken --filter source=/camera/1 -o json
json '"\(.kind) \(.function) \(.state)"' 'Trigger ocr Starting'
stored trigger taken .spec.broker default
stored trigger taken .spec.filter.attributes '{"source":"/camera/1","type":"io.example.taken"}'
stored trigger taken '.spec.subscriber.ref | "\(.apiVersion) \(.kind) \(.name)"' 'serving.knative.dev/v1 Service ocr'
stored trigger taken '.metadata.labels["app.kubernetes.io/managed-by"]' aiwf
fails 5 aiwf function trigger create taken --function ocr
ok aiwf function trigger create all --function ocr --broker cameras
stored trigger all '.spec | "\(.broker) \(.filter.attributes)"' 'cameras null'
ok aiwf function trigger create lost --function nobody

begin "of a clock: what is sent, and when"
ok aiwf function trigger create nightly --function ocr --schedule '0 3 * * *' --data '{"all": true}'
stored pingsource nightly '.spec | "\(.schedule)|\(.contentType)|\(.data)|\(.sink.ref.name)"' '0 3 * * *|application/json|{"all": true}|ocr'
ok aiwf function trigger create dry --function ocr --schedule '0 3 * * *' --dry-run=server
fails 1 k get pingsource dry
# The schema is no formality.
k get pingsource nightly -o json | jq '.spec.shedule = .spec.schedule | .metadata.name = "broken"' >broken.json
fails 1 k create --validate=strict -f broken.json
err_has shedule

begin "what the webhook refuses is told by the option that says it"
refused() { fails 1 aiwf function trigger create bad --function ocr "$@"; }
refused --schedule every-day
err_has '--schedule: invalid value: expected 5 to 6 fields, found 1: [every-day]'
refused --filter Type=x
err_has '--filter: invalid key name "Type"'
refused --broker ''
err_has '--broker: missing field(s)'
refused --schedule '0 3 * * *' --data '{'
err_has '--data: invalid value'

begin "of two kinds with one name neither is guessed"
ok aiwf function trigger create twice --function ocr
ok aiwf function trigger create twice --function ocr --schedule '0 3 * * *'
fails 5 aiwf function trigger delete twice --yes
err_has 'several triggers are called "twice": a Trigger and a PingSource'
ok aiwf __complete function trigger show ''
for word in twice PingSource/twice Trigger/twice; do
    [ "$(grep -cx "$word" "$OUT")" = 1 ] || broken "$word is not offered once"
done
ok aiwf function trigger delete pingsource/twice --yes
ok k wait --for=delete pingsource/twice --timeout=300s
ok aiwf function trigger show twice -o json
json .kind Trigger
ok aiwf function trigger delete twice --yes

begin "Kafka's source is not there, and is named"
fails 1 aiwf function trigger create jobs --function ocr --kafka kafka:9092 --topic jobs
err_has "Knative's source for Kafka is not installed"

begin "all of them, with what their controllers say, and what those do not"
states() { aiwf function trigger list -o json | jq -r '[.items[] | "\(.name) \(.state)"] | sort | join("; ")'; }
has_states() { got=$(states) && [ "$got" = "$1" ]; }
until_ok 20 has_states 'all Starting; every Ready; lost Starting; nightly Ready; taken Starting'
ok aiwf function trigger list -o json
json '.items[] | select(.name == "all") | "\(.on): \(.message)"' "broker cameras: there is no broker \"cameras\" in namespace $NS"
ok aiwf function trigger show all
out_has 'there is no broker "cameras"'
k create -f - >/dev/null <<'Y'
{"apiVersion": "eventing.knative.dev/v1", "kind": "Broker", "metadata": {"name": "default"}}
Y
ok k wait --for=condition=Ready broker/default --timeout=120s
until_ok 20 has_states 'all Starting; every Ready; lost Failed; nightly Ready; taken Ready'

begin "one of them whole, whichever kind it is: what keeps it from being ready, and what happened"
has_event() { aiwf function trigger show lost -o json | jq -e 'any(.events[]; .reason == "InternalError")'; }
until_ok 20 has_event
ok aiwf function trigger show lost
out_has 'services.serving.knative.dev "nobody" not found'
out_has InternalError
ok aiwf function trigger show lost -o json
json '.conditions[] | select(.type == "SubscriberResolved") | "\(.status) \(.reason)"' "False Unable to get the Subscriber's URI"
json '"\(.broker) \(.events[0].reason) \(.schedule)"' 'default InternalError null'
ok aiwf function trigger show taken -o json
json '"\(.state) \(.filter.source) \(.url)"' "Ready /camera/1 http://ocr.$NS.svc.cluster.local"
ok aiwf function trigger show nightly -o json
json '"\(.kind) \(.schedule)|\(.data)|\(.function)"' 'PingSource 0 3 * * *|{"all": true}|ocr'
fails 3 aiwf function trigger show nobody
err_has "aiwf function trigger list"

begin "the function is called: by the broker for the events that it wants, by the clock each minute"
ip=$(kubectl -n knative-eventing get service broker-ingress -o jsonpath='{.spec.clusterIP}')
event() { # TYPE SOURCE BODY
    "$BED" exec curl -sf -m 10 "http://$ip/$NS/default" -H 'ce-id: 1' -H 'ce-specversion: 1.0' -H "ce-type: $1" -H "ce-source: $2" -H 'content-type: application/json' -d "$3"
}
ok event io.example.other /camera/1 '"no"'
ok event io.example.taken /camera/2 '"no"'
ok event io.example.taken /camera/1 '"yes"'
was_sent() { aiwf function invoke ocr 2>/dev/null | jq -e "$1"; }
until_ok 20 was_sent 'map(select(."ce-type" == "io.example.taken")) | length > 0 and all(.body == "\"yes\"" and ."ce-source" == "/camera/1")'
until_ok 90 was_sent 'any(.body == "{\"minute\": true}" and ."ce-type" == "dev.knative.sources.ping")'
true_that was_sent 'all(.body != "\"no\"")'

begin "deleted, whichever kind it is"
ok aiwf function trigger delete taken nightly --yes
fails 1 k get trigger taken
ok k wait --for=delete pingsource/nightly --timeout=300s
fails 3 aiwf function trigger delete taken --yes
err_has "aiwf function trigger list"
ok aiwf function trigger list -o json
json '[.items[].name] | join(" ")' 'all lost every'

# The module of Kafka's source is not to be had. What stands in for it is a definition of ours with the fields of its published type
# (knative-extensions/eventing-kafka-broker, apis/sources/v1beta1, KafkaSourceSpec): the real API server refuses all others.
begin "of Kafka, by a stand-in for its source's definition: what is sent is what that type has; ready once its controller says so"
at_exit "kubectl delete --ignore-not-found --wait=false crd kafkasources.sources.knative.dev >/dev/null 2>&1"
kubectl create -f - >/dev/null <<'Y'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: kafkasources.sources.knative.dev}
spec:
  group: sources.knative.dev
  scope: Namespaced
  names: {kind: KafkaSource, plural: kafkasources}
  versions:
  - name: v1beta1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [bootstrapServers, topics, sink]
            properties:
              bootstrapServers: {type: array, minItems: 1, items: {type: string, pattern: '^[^,]+:[0-9]+$'}}
              topics: {type: array, minItems: 1, items: {type: string}}
              consumerGroup: {type: string}
              initialOffset: {type: string, enum: [earliest, latest]}
              consumers: {type: integer}
              sink:
                type: object
                properties:
                  uri: {type: string}
                  ref:
                    type: object
                    required: [kind, name]
                    properties: {apiVersion: {type: string}, kind: {type: string}, namespace: {type: string}, name: {type: string}}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
Y
ok kubectl wait --for=condition=Established crd/kafkasources.sources.knative.dev --timeout=60s
ok aiwf function trigger create jobs --function ocr --kafka one.kafka:9092,two.kafka:9092 --topic jobs --topic more --group ocr -o json
json '"\(.kind) \(.function) \(.state)"' 'KafkaSource ocr Starting'
stored kafkasource jobs '[.spec.bootstrapServers, .spec.topics, .spec.consumerGroup, .spec.sink.ref.kind, .spec.sink.ref.name]' \
    '[["one.kafka:9092","two.kafka:9092"],["jobs","more"],"ocr","Service","ocr"]'
fails 1 aiwf function trigger create bad --function ocr --kafka nowhere --topic jobs
err_has "--kafka"
ok k patch kafkasource jobs --subresource=status --type=merge -p '{"status": {"conditions": [{"type": "Ready", "status": "True"}]}}'
ok aiwf function trigger list -o json
json '.items[] | select(.name == "jobs") | "\(.kind) \(.state) \(.on)"' 'KafkaSource Ready kafka jobs,more'
ok aiwf function trigger show jobs -o json
json '"\(.servers | join(" ")) \(.topics | join(" ")) \(.group)"' 'one.kafka:9092 two.kafka:9092 jobs more ocr'
ok aiwf function trigger delete jobs --yes
fails 1 k get kafkasource jobs
