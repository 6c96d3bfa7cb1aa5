#!/bin/sh
# needs: prometheus openfaas
# Calls through the OpenFaaS gateway are counted in Prometheus, from where the gateway itself, query and top read them.
. "$(dirname "$0")/lib.sh"
name=$(a_name)
at_exit faas-cli remove "$name"
mine="function_name=\"$name.openfaas-fn\""
describe() { curl -sf -u "admin:$(cat "$OPENFAAS_PASSWORD_FILE")" "$OPENFAAS_URL/system/function/$name?usage=1" >"$OUT"; }
replicas_are() { describe && [ "$(jq .availableReplicas "$OUT")" = "$1" ]; }
ask() { curl -s -m 20 -o /dev/null -w '%{http_code}' "$OPENFAAS_URL/function/$1"; }
calls() { # COUNT PATH CODE
    i=0
    while [ $i -lt "$1" ]; do
        true_that [ "$(ask "$2")" = "$3" ]
        i=$((i + 1))
    done
}

begin "calls are counted by function and code, and replicas are known"
ok faas-cli deploy --name "$name" --image dev.local/echo:1
until_ok 30 replicas_are 1
calls 9 "$name" 200
until_ok 30 is_value "gateway_function_invocation_total{$mine, code=\"200\"}" 9
true_that is_value "gateway_functions_seconds_count{$mine}" 9
until_ok 20 is_value "gateway_service_count{$mine}" 1

begin "they go on, at a rate that query and top show"
calls 6 "$name" 200
until_ok 30 is_value "gateway_function_invocation_total{$mine, code=\"200\"}" 15
ok aiwf query "increase(gateway_function_invocation_total{$mine}[1m]) > bool 0" --prometheus "$PROMETHEUS_URL" -o json
json '.items | length' 1
json '.items[0].value' 1
ok aiwf top --once -o json --panel functions --prometheus "$PROMETHEUS_URL"
json ".functions[] | select(.name == \"$name\") | [.ready, .rps > 0, .p50_ms > 0] | tostring" '[1,true,true]'

begin "the gateway lists as many as Prometheus has"
listed_is() { faas-cli list | awk -v name="$name" '$1 == name {print $2}' | grep -qx "$1"; }
until_ok 20 listed_is 15
