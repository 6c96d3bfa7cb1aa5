#!/bin/sh
# needs: openfaas
# Cold starts and pools of OpenFaaS functions, whose pods are seen where the context has a Kubernetes too.
. "$(dirname "$0")/lib.sh"
name=$(a_name)
at_exit "faas-cli remove $name"
at_exit "kubectl -n openfaas-fn delete configmap aiwf-pool-$name"
ok aiwf context add both --openfaas "$OPENFAAS_URL" --kubeconfig "$KUBECONFIG"
export AIWF_CONTEXT=both
ok aiwf function deploy "$name" --image dev.local/sleepy:1 --env START_MS=300
replicas_are() { [ "$(kubectl -n openfaas-fn get deployment "$name" -o jsonpath='{.spec.replicas}')" = "$1" ]; }

begin "a cold start by the gateway, with the stages of its pod, and back to the replicas that it had"
ok aiwf function coldstart "$name" -n 1 -o json
json '[.samples[] | (.total_ms - ([.stages[]] | add)) | fabs < 5] | all' true
json '.samples[0] | .total_ms >= 300 and .stages.sandbox > 0' true
json .how 'by the gateway, scaled to 0; it holds the request that wakes the function'
true_that replicas_are 1

begin "a pool is its replicas"
ok aiwf pool create "$name" --function "$name" --min 2 -o json
json '"\(.runtime) \(.floor) \(.warm)"' 'openfaas 2 2'
true_that replicas_are 2
ok aiwf pool delete "$name"

begin "without a cluster its stages are not seen, only the whole"
ok aiwf --context bed-openfaas function coldstart "$name" -n 1 -o json
json '.samples[0].stages | keys | join(",")' 'client and connection'

begin "without a cluster the gateway itself keeps no pools, and that is said"
fails 1 aiwf --context bed-openfaas pool list
err_has '--kubeconfig'
fails 1 aiwf --context bed-openfaas pool create "$name" --function "$name" --min 1
err_has '--kubeconfig'
