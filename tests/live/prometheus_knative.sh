#!/bin/sh
# needs: prometheus knative
# Requests to a Knative Service are counted by its pod's proxy and by the activator, and Prometheus has both.
. "$(dirname "$0")/lib.sh"
a_namespace
ask() { curl -s -m 20 -o /dev/null -H "Host: echo.$NS.$KNATIVE_DOMAIN" "$KNATIVE_URL$1"; }

begin "its pod is a target, and requests are counted"
k apply -f - >/dev/null 2>&1 <<Y
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: echo}
spec:
  template:
    metadata: {annotations: {autoscaling.knative.dev/min-scale: "1"}}
    spec: {containers: [{image: "dev.local/echo:1", ports: [{containerPort: 8080}]}]}
Y
ok k wait --for=condition=Ready ksvc/echo --timeout=450s
until_ok 30 is_value "count(up{job=\"pods\", namespace=\"$NS\"} == 1)" 1
i=0
while [ $i -lt 25 ]; do
    true_that ask /
    i=$((i + 1))
done
mine="namespace_name=\"$NS\", service_name=\"echo\", response_code_class=\"2xx\""
until_ok 30 is_value "sum(revision_app_request_count{$mine})" 25
until_ok 30 is_value "sum(activator_request_count{$mine})" 25
true_that is_value "autoscaler_actual_pods{namespace_name=\"$NS\", service_name=\"echo\"}" 1

begin "they are gone with it"
ok k delete ksvc echo --timeout=300s
until_ok 60 is_value "up{job=\"pods\", namespace=\"$NS\"}" ""
