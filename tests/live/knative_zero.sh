#!/bin/sh
# needs: knative
# A Service goes to zero without requests, and the next request waits for a cold start, no longer than it takes.
. "$(dirname "$0")/lib.sh"
a_namespace
host=slow.$NS.$KNATIVE_DOMAIN
k apply -f - >/dev/null 2>"$ERR" <<Y
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: slow}
spec:
  template:
    metadata: {annotations: {autoscaling.knative.dev/window: 6s}}
    spec: {containers: [{image: "dev.local/sleepy:1", ports: [{containerPort: 8080}], env: [{name: START_MS, value: "700"}]}]}
Y
pods() { k get pods -l serving.knative.dev/service=slow --field-selector=status.phase=Running -o name | wc -l; }
scaled_to() { [ "$(k get deployment -l serving.knative.dev/service=slow -o jsonpath='{.items[0].spec.replicas}')" = "$1" ]; }

begin "it becomes Ready, and goes to zero"
ok k wait --for=condition=Ready ksvc/slow --timeout=450s
until_ok 90 scaled_to 0
until_ok 90 sh -c "test -z \"\$(kubectl -n $NS get pods -l serving.knative.dev/service=slow -o name)\""
ok k get ksvc slow -o json
json '.status.conditions[] | select(.type == "Ready") | .status' True

begin "the next request is held until a pod has started, and answered"
ok curl -sf -m 60 -o /dev/null -w '%{time_total}' -H "Host: $host" "$KNATIVE_URL/"
echo "# cold start $(cat "$OUT") s, of which the server sleeps 0.7 s"
true_that awk 'BEGIN { exit !(ARGV[1] >= 0.7 && ARGV[1] < 30) }' "$(cat "$OUT")"
true_that scaled_to 1

begin "one that follows is answered at once"
ok curl -sf -m 60 -o /dev/null -w '%{time_total}' -H "Host: $host" "$KNATIVE_URL/"
true_that awk 'BEGIN { exit !(ARGV[1] < 0.7) }' "$(cat "$OUT")"
