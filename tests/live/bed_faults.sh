#!/bin/sh
# needs: kube
# What can happen to a bed: each is told in one line, and the next "up" mends it. The bed of these cases is one of their own.
BED_CACHE=${BED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/aiwf-bed}
export BED_CACHE
GOPATH=${GOPATH:-$(go env GOPATH)}
GOCACHE=${GOCACHE:-$(go env GOCACHE)}
export GOPATH GOCACHE
. "$(dirname "$0")/../cli/lib.sh"
number=$((100 + $$ % 100))
BED_NAME=aiwf-f$number BED_NET=10.$number.7 BED_DIR=$T/bed
export BED_NAME BED_NET BED_DIR
bed() { "$ROOT/tests/bed/bed" "$@"; }
at_exit bed reset
nothing_left() {
    ! ip netns list | grep -q "^$BED_NAME\b" && ! ip link show "$BED_NAME" 2>/dev/null && ! grep -q "$BED_DIR" /proc/mounts && [ -z "$(ours)" ]
}
ours() { grep -lzs "${BED_DIR%?}[d]" /proc/[0-9]*/cmdline | cut -d/ -f3; }
gone() { bed status kube | grep -Eq " $1 +GONE"; }
pid_of() { cut -d' ' -f1 "$BED_DIR/run/$1"; }
works() { [ "$("$BED_DIR/bin/kubectl" --kubeconfig="$BED_DIR/admin.kubeconfig" get --raw /readyz)" = ok ]; }

begin "interrupted at any moment, it goes on where it was"
for after in 0.3 1 3; do
    "$ROOT/tests/bed/bed" up kube >/dev/null 2>&1 &
    pid=$!
    sleep $after
    kill -9 $pid
    wait $pid 2>/dev/null
done
ok bed up kube
ok bed status kube
true_that works

begin "it is fine to start what is up"
before=$(cat "$BED_DIR"/run/*)
ok bed up kube
true_that [ "$(cat "$BED_DIR"/run/*)" = "$before" ]

begin "what was killed is told by status, with its log, and mended by up"
"$BED_DIR/bin/kubectl" --kubeconfig="$BED_DIR/admin.kubeconfig" create configmap kept >/dev/null
kill -9 "$(pid_of etcd)" "$(pid_of kube-scheduler)"
until_ok 5 gone etcd
fails 1 bed status kube
out_has "log: $BED_DIR/log/etcd.log"
ok bed up kube
ok bed status kube
true_that works
ok "$BED_DIR/bin/kubectl" --kubeconfig="$BED_DIR/admin.kubeconfig" get configmap kept

begin "another checkout is refused while it is up, and told where it is from"
mkdir -p "$T/other/tests"
cp -r "$ROOT/tests/bed" "$ROOT/tests/tools" "$T/other/tests/"
fails 1 "$T/other/tests/bed/bed" up kube
err_has "$ROOT/tests/bed"
err_has "BED_NAME"

begin "a network that is in use is refused"
BED_NAME=aiwf-g$number BED_DIR=$T/second
fails 1 bed up kube
err_has "set BED_NET to another"
BED_NAME=aiwf-f$number BED_DIR=$T/bed

begin "a network that Kubernetes has inside is refused"
BED_NAME=aiwf-g$number BED_NET=10.96.7 BED_DIR=$T/second
fails 1 bed up kube
err_has "BED_NET may not be 10.96.7"
BED_NAME=aiwf-f$number BED_NET=10.$number.7 BED_DIR=$T/bed

begin "two commands at once wait for each other"
bed up kube 2>"$T/one" &
first=$!
ok bed up kube
wait $first
true_that [ $? = 0 ]

begin "a pid that another process has now is not taken for its own, nor ended"
sleep 300 &
stranger=$!
keep $stranger
kill -9 "$(pid_of kwok)"
echo "$stranger 1 $(cat /proc/sys/kernel/random/boot_id)" >"$BED_DIR/run/kwok"
true_that gone kwok
ok bed up kube
true_that kill -0 $stranger
true_that [ "$(pid_of kwok)" != "$stranger" ]

begin "after the machine was started again, up begins from what is on the disk"
for name in "$BED_DIR"/run/*; do
    kill -9 "$(pid_of "$(basename "$name")")"
    sed -i 's/[^ ]*$/00000000-0000-0000-0000-000000000000/' "$name"
done
ip link del "$BED_NAME"
ip netns del "$BED_NAME"
fails 1 bed status kube
ok bed up kube
true_that works
ok "$BED_DIR/bin/kubectl" --kubeconfig="$BED_DIR/admin.kubeconfig" get configmap kept

begin "down leaves nothing, also of what it has no note of"
rm "$BED_DIR/run/kwok"
ok bed down
true_that nothing_left

begin "a port that is taken is told with the port"
ip netns add "$BED_NAME"
ip link add "$BED_NAME" type veth peer name bed0 netns "$BED_NAME"
ip addr add "$BED_NET.2/24" dev "$BED_NAME"
nsenter --net="/run/netns/$BED_NAME" sh -c "ip addr add $BED_NET.1/24 dev bed0 && ip link set bed0 up && ip link set lo up"
nsenter --net="/run/netns/$BED_NAME" python3 -m http.server -b 127.0.0.1 2379 >/dev/null 2>&1 &
keep $!
until_ok 10 nsenter --net="/run/netns/$BED_NAME" curl -s http://127.0.0.1:2379
fails 1 bed up kube
err_has "etcd: port 2379 is taken"
ok bed reset
true_that nothing_left

begin "a disk that is nearly full is told before anything starts"
mkdir "$T/small"
mount -t tmpfs -o size=8m small "$T/small"
BED_DIR=$T/small
fails 1 bed up kube
err_has "MB are free in $T/small"
BED_DIR=$T/bed
umount "$T/small"
true_that nothing_left
