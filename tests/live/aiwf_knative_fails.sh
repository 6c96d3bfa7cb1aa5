#!/bin/sh
# needs: knative
# A Knative Service that never gets ready: deploy ends before its time is over, with the pod's own reason.
. "$(dirname "$0")/lib.sh"
a_namespace
export AIWF_CONTEXT=bed AIWF_NAMESPACE=$NS AIWF_KNATIVE=$KNATIVE_URL
image=dev.local/echo:1
fn() { verb=$1 && shift && aiwf function "$verb" "$@" --runtime knative; }

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
