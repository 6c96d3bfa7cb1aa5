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

# kaniko is not to be had here. What plays it takes its options and no others, and looks whether what it was given is packed.
begin "a job of kaniko's kind (a stand-in after its options): what it gets, and what it says when it cannot"
cat >kaniko.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv)
{
    const char *known[] = {"--context=tar://", "--dockerfile=", "--destination=", "--build-arg="}, *context = NULL;
    for (int i = 1; i < argc; i++) {
        int is_known = 0;
        for (int k = 0; k < 4; k++)
            is_known |= strncmp(argv[i], known[k], strlen(known[k])) == 0;
        if (!is_known)
            return fprintf(stderr, "Error: unknown flag: %s\n", argv[i]), 1;
        if (strncmp(argv[i], known[0], strlen(known[0])) == 0)
            context = argv[i] + strlen(known[0]);
        printf("%s\n", argv[i]);
    }
    FILE *file = context ? fopen(context, "rb") : NULL;
    if (!file || fgetc(file) != 0x1f || fgetc(file) != 0x8b)
        return fprintf(stderr, "error resolving source context\n"), 1;
    if (strstr(argv[argc - 1], "refused"))
        return fprintf(stderr, "error pushing image: UNAUTHORIZED\n"), 1;
    return 0;
}
C
mkdir kaniko
gcc -O2 -static -o kaniko/executor kaniko.c
printf 'FROM scratch\nCOPY executor /executor\nENTRYPOINT ["/executor"]\n' >kaniko/Containerfile
builder=dev.local/$(a_name):1
at_exit "ctr -a $socket -n k8s.io images rm $builder"
ok aiwf function build "$builder" --source kaniko --archive kaniko.tar
ok ctr -a "$socket" -n k8s.io images import kaniko.tar
ok aiwf function build registry.example/app:1 --source app --builder job --job-image "$builder" --build-arg A=b -o json
json '"\(.builder) \(.pushed)"' 'job true'
ok aiwf function build registry.example/app:1 --source app --builder job --job-image "$builder"
err_has '| --dockerfile=Containerfile'
fails 9 aiwf function build registry.example/refused:1 --source app --builder job --job-image "$builder"
err_has 'UNAUTHORIZED'
fails 9 aiwf function build registry.example/app:1 --source app --builder job --job-image dev.local/none:1
err_has 'dev.local/none:1'
head -c 2000000 /dev/urandom >app/large
fails 6 aiwf function build registry.example/app:1 --source app --builder job --job-image "$builder"
err_has '700 KiB'
ok k get jobs,configmaps -o name
out_lacks build-
