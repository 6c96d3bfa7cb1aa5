#!/bin/sh
# needs: knative
# What a cold start is made of, on real pods: a Knative Service left to its autoscaler, a Deployment from 0 to 1.
. "$(dirname "$0")/lib.sh"
a_namespace
export AIWF_CONTEXT=bed AIWF_NAMESPACE=$NS AIWF_KNATIVE=$KNATIVE_URL
add_up='[.samples[] | (.total_ms - ([.stages[]] | add)) | fabs < 5] | all'
window() { k get podautoscalers -o jsonpath='{.items[0].metadata.annotations.autoscaling\.knative\.dev/window}'; }

begin "a Knative function: stages of real pods add up to the client's time, and the window is given back"
ok aiwf function deploy slow --image dev.local/sleepy:1 --env START_MS=1000 --idle 20s
ok aiwf function coldstart slow -n 1 -o json
json "$add_up" true
# Whether a pod is ready may be told after it has answered.
json '.samples[0] | .total_ms >= 1000 and .stages.sidecars + .stages.ready + .stages["first byte"] >= 500 and .stages.sandbox > 0' true
json '[.stages[].stage] | join(", ")' 'held, pod created, scheduled, sandbox, image, container, sidecars, ready, first byte, client and connection'
json '.uncertainty_ms > 0 and .sum_error_ms < 5 and .warm_p50_ms < .total_p50_ms' true
json .images_present 1
json .how 'by the autoscaler, after a window of 6s (on the PodAutoscaler, for as long as this runs)'
true_that [ "$(window)" = 20s ]

begin "Ctrl-C gives the window back too"
aiwf function coldstart slow -n 5 >/dev/null 2>interrupted &
pid=$!
shortened() { [ "$(window)" = 6s ]; }
until_ok 20 shortened
kill -INT $pid
wait $pid
true_that [ $? = 130 ]
true_that [ "$(window)" = 20s ]

begin "one that is kept warm is never cold: exit 5, at once"
ok aiwf function deploy kept --image dev.local/echo:1 --scale 1..2
fails 5 aiwf function coldstart kept -n 1
err_has 'min-scale'
ok aiwf function delete kept

begin "a Deployment: from 0 to 1, and back to what it had"
ok aiwf function deploy plain --runtime deployment --image dev.local/sleepy:1 --env START_MS=300 --scale 2
ok aiwf function coldstart plain --runtime deployment -n 2 -o json
json "$add_up" true
json '[.samples[].total_ms >= 300] | all' true
json '.samples | length' 2
ok k get deployment plain -o json
json .spec.replicas 2

begin "one that is not there is exit 3"
fails 3 aiwf function coldstart nobody -n 1
fails 3 aiwf function coldstart nobody --runtime deployment -n 1
