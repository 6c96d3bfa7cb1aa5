#!/bin/sh
# needs: node
# How containers end, and what is said about it.
. "$(dirname "$0")/lib.sh"
a_namespace

pod() { # NAME IMAGE ENV LIMITS
    k apply -f - >/dev/null <<Y
apiVersion: v1
kind: Pod
metadata: {name: $1}
spec: {restartPolicy: Never, containers: [{name: main, image: "$2", env: [$3], resources: {limits: {$4}}}]}
Y
}
state() { # POD JSONPATH VALUE
    [ "$(k get pod "$1" -o jsonpath="{.status.containerStatuses[0].state.$2}")" = "$3" ]
}

begin "a container's exit code is told"
true_that pod ends dev.local/crash:1 '{name: EXIT_CODE, value: "3"}' ''
until_ok 30 state ends terminated.exitCode 3
ok k logs ends
out_has "as told"

begin "one that takes more memory than it may is OOMKilled"
true_that pod oom dev.local/crash:1 '{name: EXIT_CODE, value: oom}' 'memory: 32Mi'
until_ok 30 state oom terminated.reason OOMKilled

begin "an image that nobody has is told so"
true_that pod none example.invalid/none:1 '' ''
until_ok 30 state none waiting.reason ErrImagePull

begin "more than the node has is told so"
true_that pod big dev.local/crash:1 '' 'cpu: "4000"'
until_ok 30 sh -c "kubectl -n $NS get pod big -o jsonpath='{.status.conditions[0].message}' | grep -q 'Insufficient cpu'"
