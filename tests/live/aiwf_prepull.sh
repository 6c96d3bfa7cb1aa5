#!/bin/sh
# needs: knative
# A cold start with its image fetched, and after a pool has fetched it before: a registry of one image in the bed, of 8 MB at
# 8 MB/s.
. "$(dirname "$0")/lib.sh"
a_namespace
export AIWF_CONTEXT=bed AIWF_NAMESPACE=$NS AIWF_KNATIVE=$KNATIVE_URL
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
an_image() { # NAME: one that no node has; $image is its reference
    head -c 8388608 /dev/urandom >random
    python3 "$live/../bed/images/mkimage.py" "$1.tar" "dev.local/$1:1" --entry /echo --env PORT=8080 --env LISTEN=0.0.0.0 "$BED_DIR/images/echo:/echo" random:/random
    "$BED" exec python3 "$live/../tools/image_server.py" "$port" "$PWD/$1.tar" 8388608 >digest 2>server.err &
    server=$!
    at_exit "kill $server"
    until_ok 10 test -s digest
    image=127.0.0.1:$port/$1@$(cat digest)
}

begin "without it the image is a stage of the cold start, and the biggest"
an_image one
ok aiwf function deploy f --image "$image" --idle 6s --no-wait
pulled() { k get events -o json | jq -e '[.items[] | select(.reason == "Pulled" and (.message | contains("one@sha256")))] | length > 0'; }
until_ok 60 pulled
ok aiwf function wait f
ok aiwf function coldstart f -n 1 -o json
json .images_present 1
kill $server

begin "a pool fetches it to every node where the function may run, and nothing of it runs"
an_image two
ok aiwf function deploy g --image "$image" --idle 6s --no-wait
ok aiwf pool create gp --function g --prepull --min 0 --no-wait
until_ok 60 sh -c "kubectl -n $NS get pods -l aiwf/prepull=gp -o json | jq -e '.items | length == 0 or all(.status.phase == \"Failed\")'"
ok aiwf pool run --once

begin "an image that is nowhere is told"
ok aiwf function deploy h --image 127.0.0.1:$port/none@sha256:0000000000000000000000000000000000000000000000000000000000000000 --no-wait
until_ok 20 sh -c "kubectl -n $NS get deployment -l serving.knative.dev/service=h -o name | grep -q h"
fails 9 aiwf pool create hp --function h --prepull --min 0
err_has 'cannot be fetched on node real'
