#!/bin/sh
# needs: knative
# A folder becomes an image by the real buildah, the node gets it, and real pods run it as a function.
. "$(dirname "$0")/lib.sh"
if ! command -v buildah >/dev/null; then
    begin "a folder becomes an image and a function"
    skip "no buildah: tests/tools/deps.sh installs it"
    exit 0
fi
a_namespace
export AIWF_CONTEXT=bed AIWF_NAMESPACE=$NS AIWF_KNATIVE=$KNATIVE_URL
image=dev.local/$(a_name):1
socket=/run/${BED_NAME:-aiwf-bed}/containerd.sock
printf '[storage]\ndriver = "vfs"\nrunroot = "%s/run"\ngraphroot = "%s/graph"\n' "$T" "$T" >storage.conf
export CONTAINERS_STORAGE_CONF="$PWD/storage.conf" BUILDAH_ISOLATION=chroot
at_exit "ctr -a $socket -n k8s.io images rm $image"
mkdir app
gcc -std=gnu17 -D_GNU_SOURCE -O2 -static -pthread -o app/echo "$ROOT/testdata/functions/echo.c"
printf 'FROM scratch\nCOPY echo /echo\nENV LISTEN=0.0.0.0 PORT=8080\nENTRYPOINT ["/echo"]\n' >app/Containerfile

begin "a folder becomes an image, and the image a function that answers"
ok aiwf function build "$image" --source app --archive app.tar
ok ctr -a "$socket" -n k8s.io images import app.tar
ok aiwf function deploy built --image "$image" --env TEXT=built --scale 1..1
ok aiwf function invoke built --path /env/TEXT
out_is built
ok aiwf function delete built
