#!/bin/sh
# needs: knative
# Images as a stage of cold starts, and pools that fetch them before: from a registry of one image in the bed, 8 MB at 8 MB/s.
. "$(dirname "$0")/lib.sh"
a_namespace
export AIWF_CONTEXT=bed AIWF_NAMESPACE=$NS AIWF_KNATIVE=$KNATIVE_URL
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
head -c 8388608 /dev/urandom >random
python3 "$live/../bed/images/mkimage.py" one.tar dev.local/one:1 --entry /echo --env PORT=8080 --env LISTEN=0.0.0.0 "$BED_DIR/images/echo:/echo" random:/random
"$BED" exec python3 "$live/../tools/image_server.py" "$port" "$PWD/one.tar" 8388608 >digest 2>server.err &
at_exit "kill $!"
until_ok 10 test -s digest
image=127.0.0.1:$port/one@$(cat digest)
config=$(tar xOf one.tar "blobs/sha256/$(cut -d: -f2 digest)" | jq -r .config.digest)
node_run=/run/${BED_NAME:-aiwf-bed}
on_node() { nsenter --net="/run/netns/${BED_NAME:-aiwf-bed}" --mount="$node_run/mnt" ctr -a "$node_run/containerd.sock" -n k8s.io images "$@"; }
forget() { on_node rm --sync "$image" "${config:?}"; }
at_exit forget
pods() { k get pods -l "serving.knative.dev/service=$1" -o name | wc -l; }
no_pods() { [ "$(pods f)" = 0 ]; }
# As a node that never had it, whenever nothing runs of it.
forgetting() {
    while sleep 0.2; do
        if no_pods; then forget; fi
    done >/dev/null 2>&1
}

begin "without it the image is a stage of each cold start, and the advice is to fetch it"
ok aiwf function deploy f --image "$image" --idle 6s
forgetting &
forgetter=$!
at_exit "kill $forgetter"
# The request may be faster than the one who forgets.
for _ in 1 2 3 4 5 6; do
    ok aiwf function coldstart f -n 1 -o json
    [ "$(jq .images_present "$OUT")" = 1 ] || break
done
kill $forgetter
json '.samples[0].stages.image >= 700 and .images_present == 0' true
json '[.samples[] | (.total_ms - ([.stages[]] | add)) | fabs < 5] | all' true
echo "# image $(jq .samples[0].stages.image "$OUT") ms of $(jq .samples[0].total_ms "$OUT") ms"

begin "a pool fetches it to every node where the function may run, and nothing of it runs"
until_ok 60 no_pods
forget >/dev/null 2>&1
ok aiwf pool create gp --function f --prepull --min 0
true_that [ "$(pods f)" = 0 ]
ok k get pods -l aiwf/prepull=gp -o json
json '[.items[].status.containerStatuses[].state | has("running")] | any' false
ok aiwf function coldstart f -n 1 -o json
json '.images_present == 1 and ([.stages[] | select(.stage == "image") | .p50_ms] == [0])' true

begin "an image that is nowhere is told"
ok aiwf function deploy h --image 127.0.0.1:$port/none@sha256:0000000000000000000000000000000000000000000000000000000000000000 --no-wait
until_ok 20 sh -c "kubectl -n $NS get deployment -l serving.knative.dev/service=h -o name | grep -q h"
fails 9 aiwf pool create hp --function h --prepull --min 0
err_has 'cannot be fetched on node real'
ok aiwf pool delete gp hp
