#!/bin/sh
# needs: knative
# Services that cannot work say why, once the deadline for their progress is over (600 s, if they set none).
. "$(dirname "$0")/lib.sh"
a_namespace
service() { # NAME CONTAINER
    k apply -f - >"$OUT" 2>"$ERR" <<Y
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: $1}
spec: {template: {metadata: {annotations: {serving.knative.dev/progress-deadline: 5s}}, spec: {containers: [{$2}]}}}
Y
}
told() { k get ksvc "$1" -o jsonpath='{.status.conditions[?(@.type=="ConfigurationsReady")].message}' | grep -q "$2"; }

begin "a container that ends is told with its last words"
true_that service ends 'image: "dev.local/crash:1"'
until_ok 60 told ends 'ending after 0 ms, as told'

begin "an image that nobody has is told"
true_that service none 'image: "dev.local/none:1"'
until_ok 90 told none 'dev.local/none:1'

begin "what is no Service is refused by the webhook"
service bad 'image: "dev.local/echo:1", ports: [{containerPort: 1}, {containerPort: 2}]' && broken "it was accepted"
err_has "more than one container port"
