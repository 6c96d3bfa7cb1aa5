# Images of folders, by the real buildah: without a network only from scratch.
. "$(dirname "$0")/lib.sh"
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot XDG_RUNTIME_DIR="$T/run" XDG_DATA_HOME="$T/data"
mkdir -p "$T/run" app plain empty/path
printf '[storage]\ndriver = "vfs"\nrunroot = "%s/run"\ngraphroot = "%s/graph"\n' "$T" "$T" >storage.conf
export CONTAINERS_STORAGE_CONF="$PWD/storage.conf"
printf 'FROM scratch\nARG COLOUR=none\nLABEL colour=$COLOUR\nCOPY hello /hello\nENTRYPOINT ["/hello"]\n' >app/Containerfile
echo hi >app/hello
echo hi >plain/hello

begin "what cannot be built is refused before a builder is started"
fails 2 aiwf function build img:1 --source plain
err_has "--base"
fails 2 aiwf function build img:1 --source app --base scratch --command x
err_has "Containerfile says already"
fails 2 aiwf function build -- '--tag' --source app
fails 2 aiwf function build 'a b' --source app
fails 2 aiwf function build img:1 --source app --build-arg =x
fails 2 aiwf function build img:1 --source plain --base "$(printf 'scratch\nRUN x')" --command y
fails 3 aiwf function build img:1 --source none

begin "where nothing builds images, it says what to install"
PATH=$T/bin:$T/work/empty/path fails 1 aiwf function build img:1 --source app
err_has "apt-get install buildah"

if ! command -v buildah >/dev/null; then
    begin "images are built"
    skip "no buildah: tests/tools/deps.sh installs it"
    exit 0
fi

begin "a folder with a Containerfile becomes an image, with its arguments, in an archive"
ok aiwf function build dev.local/hello:1 --source app --build-arg COLOUR=blue --archive hello.tar -o json
json '"\(.name) \(.builder) \(.pushed)"' 'dev.local/hello:1 buildah false'
id=$(jq -r .id "$OUT")
true_that sh -c 'case $1 in sha256:????????*) ;; *) false ;; esac' sh "$id"
tar -xf hello.tar
index=$(jq -r '.manifests[0].digest' index.json)
config=$(jq -r .config.digest "blobs/sha256/${index#sha256:}")
true_that test "$(jq -r '.config.Entrypoint[0]' "blobs/sha256/${config#sha256:}")" = /hello
true_that test "$(jq -r '.config.Labels.colour' "blobs/sha256/${config#sha256:}")" = blue
true_that test "$(jq -r '.manifests[0].annotations["org.opencontainers.image.ref.name"]' index.json)" = dev.local/hello:1

begin "a folder without one: --base and --command"
ok aiwf function build dev.local/plain:1 --source plain --base scratch --command 'echo "a b" $HOME' --archive plain.tar
mkdir p && tar -xf plain.tar -C p
index=$(jq -r '.manifests[0].digest' p/index.json)
config=$(jq -r .config.digest "p/blobs/sha256/${index#sha256:}")
true_that test "$(jq -r '.config | "\(.WorkingDir) \(.Cmd[2])"' "p/blobs/sha256/${config#sha256:}")" = '/app echo "a b" $HOME'
true_that test ! -e plain/Containerfile

begin "a build that fails is exit 9, with what the builder said; nothing is left of it"
printf 'FROM scratch\nCOPY none /none\n' >plain/Dockerfile
fails 9 aiwf function build dev.local/bad:1 --source plain
err_has "none"
err_has "stands above"
true_that sh -c '! ls -d "${TMPDIR:-/tmp}"/aiwf-build.* 2>/dev/null'

begin "a dry run builds nothing"
ok aiwf function build dev.local/other:1 --source app --dry-run
err_has "would build"
true_that sh -c '! buildah images 2>/dev/null | grep -q other'

begin "SIGTERM to aiwf alone ends the builder too: exit 130"
python3 -c 'import socket, time
silent = socket.create_server(("127.0.0.1", 0))
print(silent.getsockname()[1], flush=True)
time.sleep(60)' >port &
silent=$!
until_ok 10 test -s port
mkdir hangs
echo "FROM 127.0.0.1:$(cat port)/x:1" >hangs/Containerfile
"$AIWF" function build dev.local/hangs:1 --source hangs >"$OUT" 2>"$ERR" &
pid=$!
builder() { pgrep -P "$pid" -f 'buildah.*hangs'; }
until_ok 10 builder
child=$(builder | head -1)
kill -TERM $pid
until_ok 10 sh -c '! kill -0 "$1" 2>/dev/null' sh "$child"
kill $silent
wait $pid
true_that test $? = 130
