#!/bin/sh
# needs: knative
# A Knative Service that never gets ready: deploy ends before its time is over, with the pod's own reason. Requests that are lost
# while they wait for an instance: an exit code and what may have become of them.
. "$(dirname "$0")/lib.sh"
a_namespace
export AIWF_CONTEXT=bed AIWF_NAMESPACE=$NS AIWF_KNATIVE=$KNATIVE_URL
image=dev.local/echo:1
fn() { verb=$1 && shift && aiwf function "$verb" "$@" --runtime knative; }

ok fn deploy dies --image $image --scale 0..1 --idle 6s --no-wait
ok fn deploy held --image dev.local/sleepy:1 --env START_MS=60000 --scale 0..1 --idle 6s --no-wait

begin "an image that is not there"
fails 9 fn deploy none --image dev.local/none:1 --timeout 5m
err_has dev.local/none:1

begin "a container that crashes"
fails 9 fn deploy crash --image dev.local/crash:1 --timeout 5m
true_that grep -Eq 'ExitCode|exited with code' "$ERR"

begin "one that never listens"
fails 9 fn deploy deaf --image $image --env LISTEN=127.0.0.9 --start-timeout 6s --timeout 5m
err_has 'is not ready'

begin "one whose probe fails"
fails 9 fn deploy sick --image $image --ready-path /status/500 --start-timeout 6s --timeout 5m
err_has 'is not ready'

# They have gone to zero by now.
idle() { aiwf function show "$1" -o json | jq -e '.state == "Idle"' >/dev/null; }
begin "an instance that dies of the request that woke it is told as such"
until_ok 60 idle dies
fails 9 aiwf function invoke dies --path /exit/3
err_has 'answered 502'
err_has 'may have run'

# A second activator is there before the first is killed: requests of others find one.
activators() {
    kubectl -n knative-serving get pods -l app=activator -o json |
        jq -r '.items[] | select(.metadata.deletionTimestamp == null and any(.status.conditions[]; .type == "Ready" and .status == "True")) | .metadata.name'
}
are_two() { [ "$(activators | wc -l)" = 2 ]; }
begin "the activator killed with a request in its hands: no second try by itself, and no waiting for ever"
until_ok 60 idle held
old=$(activators)
aiwf function invoke held --timeout 2m >held.out 2>"$ERR" &
pid=$!
at_exit kubectl -n knative-serving scale deployment activator --replicas=1
kubectl -n knative-serving scale deployment activator --replicas=2 >/dev/null
until_ok 10 are_two
kubectl -n knative-serving delete pod "$old" --grace-period=1 --wait=false >/dev/null # its address is taken out at once
kubectl -n knative-serving scale deployment activator --replicas=1 >/dev/null
wait $pid
[ $? = 9 ] || broken "it ended otherwise"
err_has 'answered 502'
err_has 'may have run'
