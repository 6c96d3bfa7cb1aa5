# A node with real pods: containerd, kubelet, kube-proxy, CoreDNS; a device plugin that offers GPUs which are not there.
# Its processes see a mount namespace of their own: /run, /var/lib and /var/log are private there, so that paths which
# containerd, its shims and kubelet have compiled in meet neither the machine's nor another bed's, and every mount goes with
# the namespace. Control groups are the machine's, below one of the bed's name.
needs[node]=kube
disk_mb[node]=1500
processes[node]='containerd kubelet kube-proxy coredns device-plugin pod-targets'
NODE_RUN=/run/$BED_NAME
NODE_SOCKET=$NODE_RUN/containerd.sock
NODE_PODS=10.245.0.0/16 # kwok's pods have 10.244: nothing is there, and no route leads there
NODE_GPUS=${BED_GPUS:-4}
CGROUPS=/sys/fs/cgroup

build_node() {
    local stamp=k8s.io/component-base/version minor=${KUBE_VERSION#v1.}
    local flags="-X $stamp.gitVersion=$KUBE_VERSION -X $stamp.gitMajor=1 -X $stamp.gitMinor=${minor%.*} -X $stamp.gitTreeState=clean"
    for program in kubelet kube-proxy; do go_build kube "k8s.io/kubernetes/cmd/$program" "$program" "$flags"; done
    go_build kube ./coredns coredns
    go_build kube ./deviceplugin device-plugin
    c_image pause pause.c --entry /pause
    c_image echo ../../../testdata/functions/echo.c --entry /echo --env PORT=8080 --env LISTEN=0.0.0.0
    c_image sleepy sleepy.c --entry /sleepy --entry /echo --env START_MS=3000 --env PORT=8080 --env LISTEN=0.0.0.0 "$BED_DIR/images/echo:/echo"
    c_image crash crash.c --entry /crash
    debian_image python python3,python3-numpy,python3-sklearn slim.sh
}

# ---- images: archives in the cache, named by what they are made of; $BED_DIR/images/NAME.tar is a link to one -----------
mkimage() { # NAME KEY ARG...: dev.local/NAME:1
    local name=$1 archive=$BED_CACHE/image-$1-$2.tar
    shift 2
    mkdir -p "$BED_CACHE" "$BED_DIR/images"
    [ -f "$archive" ] || "$PYTHON" "$HERE/images/mkimage.py" "$archive" "dev.local/$name:1" "$@" || die "cannot write the image $name"
    ln -sf "$archive" "$BED_DIR/images/$name.tar"
}
c_image() { # NAME SOURCE ARG...
    local name=$1 source=$HERE/images/$2 key arg
    shift 2
    mkdir -p "$BED_DIR/images"
    if [ ! "$BED_DIR/images/$name" -nt "$source" ]; then
        gcc -std=gnu17 -D_GNU_SOURCE -O2 -static -pthread -o "$BED_DIR/images/$name" "$source" || die "the image $name does not compile"
    fi
    key=$({
        cat "$BED_DIR/images/$name" "$HERE/images/mkimage.py"
        for arg in "$@"; do [ ! -f "${arg%%:*}" ] || cat "${arg%%:*}"; done
        echo "${*//$BED_DIR/}"
    } | sha256sum | cut -c1-16)
    mkimage "$name" "$key" "$@" "$BED_DIR/images/$name:/$name"
}
# An image of Debian's packages less what the scripts of images/ take away, with the wheels of images/NAME.txt where there is one.
debian_image() { # NAME PACKAGES SCRIPT...: dev.local/NAME:1
    local name=$1 packages=$2 root=$BED_DIR/images/$1.rootfs wheels=$HERE/images/$1.txt suite key script hooks=()
    shift 2
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    [ -f "$wheels" ] || wheels=/dev/null
    key=$(cd "$HERE/images" && cat mkimage.py "$@" "$wheels" <(echo "$packages $suite") | sha256sum | cut -c1-16)
    for script in "$@"; do hooks+=(--customize-hook="sh $HERE/images/$script \"\$1\""); done
    if [ ! -f "$BED_CACHE/image-$name-$key.tar" ]; then
        say "building the image $name (once)"
        rm -rf "$root"
        mmdebstrap --variant=minbase --include="$packages" --aptopt='APT::Install-Recommends "false"' "${hooks[@]}" "$suite" "$root" >"$(log_of "build-$name")" 2>&1 &&
            add_wheels "$wheels" "$root" >>"$(log_of "build-$name")" 2>&1 || die "the image $name cannot be made" "$(log_of "build-$name")"
    fi
    mkimage "$name" "$key" --rootfs "$root" --entry /usr/bin/python3
    rm -rf "$root"
}
add_wheels() { # FILE ROOT
    local folder=$BED_DIR/images/wheels wheel
    [ "$1" != /dev/null ] || return 0
    "$PYTHON" -m pip download --no-deps --only-binary=:all: --platform manylinux_2_27_x86_64 --require-hashes -r "$1" -d "$folder" || return 1
    for wheel in "$folder"/*.whl; do "$PYTHON" -m zipfile -e "$wheel" "$2/usr/lib/python3/dist-packages" || return 1; done
    rm -r "$folder"
}
# Those that containerd does not have yet in this making.
import_images() {
    local archive name key
    for archive in "$BED_DIR"/images/*.tar; do
        name=$(basename "$archive" .tar) key=$(readlink "$archive")
        [ "$(cat "$BED_DIR/images/$name.imported" 2>/dev/null)" = "$key" ] && continue
        in_node ctr -a "$NODE_SOCKET" -n k8s.io images import "$archive" >>"$(log_of images)" 2>&1 || die "node: cannot import the image $name" "$(log_of images)"
        echo "$key" >"$BED_DIR/images/$name.imported"
    done
}

# ---- the node's mounts and control groups -------------------------------------------------------------------------------
in_node() { nsenter --net="/run/netns/$BED_NAME" --mount="$NODE_RUN/mnt" "$@"; }
node_mounts() {
    [ -e "$NODE_RUN/mnt" ] && in_node test -e /run/filled 2>/dev/null && return 0
    umount "$NODE_RUN/mnt" "$NODE_RUN" 2>/dev/null
    case "$(readlink -f "$BED_DIR")/ $(readlink -f "$BED_CACHE")/" in */run/* | /var/lib/* | *' /var/lib/'* | /var/log/*) die "node: BED_DIR and BED_CACHE may not lie below /run, /var/lib or /var/log" ;; esac
    mkdir -p "$NODE_RUN" "$BED_DIR/kubelet"
    mount --bind "$NODE_RUN" "$NODE_RUN" && mount --make-private "$NODE_RUN" || die "node: cannot mount $NODE_RUN"
    : >"$NODE_RUN/mnt"
    node_namespace || die "node: cannot make its mount namespace"
    in_node sh -euc '
        mount --bind "$1" /mnt
        for dir in /run /var/lib /var/log; do mount -t tmpfs -o mode=755 bed $dir; done
        mkdir -p "$1" /run/containerd /var/lib/kubelet
        mount --move /mnt "$1"
        mount --bind "$2/kubelet" /var/lib/kubelet
        ln -s "$1/containerd.sock" /run/containerd/containerd.sock # where cAdvisor looks
        # Kernel settings that kubelet insists on writing are written to files, not to the machine.
        mkdir /run/sysctl
        for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
            file=/run/sysctl/$(basename $name)
            cat /proc/sys/$name >$file && mount --bind $file /proc/sys/$name
        done
        mount --make-rshared /
        : >/run/filled' sh "$NODE_RUN" "$BED_DIR" || die "node: cannot fill its mount namespace"
}
# A mount namespace is kept by a mount only when its number is above that of the one that mounts it. Kernels since 6.18 give
# each CPU numbers of its own to hand out, so that below a namespace other than the machine's first it takes a few tries.
node_namespace() {
    local try
    for try in $(seq 200); do
        taskset -c $((try % $(nproc))) unshare --mount="$NODE_RUN/mnt" --propagation slave true 2>"$(log_of node-namespace)" && return 0
    done
    cat "$(log_of node-namespace)" >&2
    return 1
}
cgroup_hierarchies() { find "$CGROUPS" -maxdepth 1 -type d -exec test -e '{}/cgroup.procs' \; -print; }
is_cgroup2() { [ "$(stat -fc %T "$CGROUPS")" = cgroup2fs ]; }
node_cgroups() {
    local hierarchy file
    if is_cgroup2; then
        mkdir -p "$CGROUPS/$BED_NAME"
        for file in $(cat "$CGROUPS/cgroup.controllers"); do echo "+$file" >"$CGROUPS/cgroup.subtree_control" 2>/dev/null; done
        return 0
    fi
    for hierarchy in $(cgroup_hierarchies); do
        mkdir -p "$hierarchy/$BED_NAME" || die "node: cannot make the control group $hierarchy/$BED_NAME"
        for file in cpuset.cpus cpuset.mems; do
            [ ! -e "$hierarchy/$file" ] || cat "$hierarchy/$file" >"$hierarchy/$BED_NAME/$file"
        done
    done
}
cgroup_roots() {
    if is_cgroup2; then echo "$CGROUPS/$BED_NAME"; else cgroup_hierarchies | sed "s,\$,/$BED_NAME,"; fi
}

# ---- configuration ------------------------------------------------------------------------------------------------------
may_lower_oom_score() { (((0x$(awk '/^CapEff/ {print $2}' /proc/self/status) >> 24) & 1)); } # CAP_SYS_RESOURCE
containerd_toml() {
    local snapshotter=overlayfs restricted=true
    [ "$(stat -fc %T "$BED_DIR")" != overlayfs ] || snapshotter=native
    ! may_lower_oom_score || restricted=false
    cat <<Y
version = 2
root = "$BED_DIR/containerd"
state = "$NODE_RUN/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "$NODE_SOCKET"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "dev.local/pause:1"
  netns_mounts_under_state_dir = true
  restrict_oom_score_adj = $restricted
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$BED_DIR/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "$snapshotter"
Y
}
cni_conflist() {
    cat <<Y
{"cniVersion": "1.0.0", "name": "bed", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$NODE_RUN/ipam", "ranges": [[{"subnet": "$NODE_PODS"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
Y
}
kubelet_yaml() {
    cat <<Y
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $BED_IP
healthzBindAddress: 127.0.0.1
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: /$BED_NAME
enforceNodeAllocatable: []
containerRuntimeEndpoint: unix://$NODE_SOCKET
podLogsDir: $BED_DIR/pods
volumePluginDir: /var/lib/kubelet/volumeplugins
tlsCertFile: $BED_DIR/pki/server.crt
tlsPrivateKeyFile: $BED_DIR/pki/server.key
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $BED_DIR/pki/ca.crt}}
authorization: {mode: Webhook}
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
resolvConf: $BED_DIR/resolv.conf
failSwapOn: false
nodeStatusUpdateFrequency: 2s
evictionHard: {imagefs.available: 1%, nodefs.available: 1%, memory.available: 100Mi}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
oomScoreAdj: $(may_lower_oom_score && echo -999 || echo 0)
maxOpenFiles: $(ulimit -Hn)
Y
}
proxy_yaml() {
    cat <<Y
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
bindAddress: $BED_IP
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
clusterCIDR: $NODE_PODS
hostnameOverride: real
clientConnection: {kubeconfig: $BED_DIR/kube-proxy.kubeconfig}
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
nodePortAddresses: [$BED_NET.0/24]
Y
}
corefile() {
    cat <<Y
. {
    bind $BED_IP
    errors
    ready 127.0.0.1:8181
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        kubeconfig $BED_DIR/coredns.kubeconfig
        pods insecure
        ttl 5
    }
    template ANY ANY . {
        rcode NXDOMAIN
    }
}
Y
}
dns_service() {
    cat <<Y
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec:
  clusterIP: 10.96.0.10
  ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kube-dns, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
addressType: IPv4
endpoints: [{addresses: [$BED_IP]}]
ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
Y
}
node_pki() (
    umask 077
    cd "$BED_DIR/pki" || exit 1
    certificate kubelet /O=system:nodes/CN=system:node:real clientAuth
    certificate kube-proxy /CN=system:kube-proxy clientAuth
    certificate coredns /O=system:masters/CN=coredns clientAuth
    for name in kubelet kube-proxy coredns; do kubeconfig $name; done
)

up_node() {
    node_pki || die "node: cannot make the certificates"
    node_mounts
    node_cgroups
    mkdir -p "$BED_DIR/cni"
    containerd_toml >"$BED_DIR/containerd.toml"
    cni_conflist >"$BED_DIR/cni/10-bed.conflist"
    kubelet_yaml >"$BED_DIR/kubelet.yaml"
    proxy_yaml >"$BED_DIR/proxy.yaml"
    corefile >"$BED_DIR/Corefile"
    : >"$BED_DIR/resolv.conf"
    start containerd '' nsenter --mount="$NODE_RUN/mnt" containerd --config "$BED_DIR/containerd.toml"
    until_true 30 containerd in_node ctr -a "$NODE_SOCKET" version
    import_images
    start kubelet '10248 10250' nsenter --mount="$NODE_RUN/mnt" "$BED_BIN/kubelet" --config="$BED_DIR/kubelet.yaml" --kubeconfig="$BED_DIR/kubelet.kubeconfig" \
        --hostname-override=real --node-ip="$BED_IP" --node-labels=aiwf.test/real=true --root-dir=/var/lib/kubelet --cert-dir=/var/lib/kubelet/pki
    start kube-proxy '10249 10256' nsenter --mount="$NODE_RUN/mnt" "$BED_BIN/kube-proxy" --config="$BED_DIR/proxy.yaml"
    start coredns '53 8181' "$BED_BIN/coredns" -conf "$BED_DIR/Corefile"
    dns_service | kubectl apply -f - >/dev/null || die "node: cannot make the DNS service"
    until_true 30 coredns in_bed curl -sf http://127.0.0.1:8181/ready
    until_true 60 kubelet kubectl wait --for=condition=Ready node/real --timeout=1s
    until_true 30 kube-proxy in_bed curl -sf http://127.0.0.1:10256/healthz
    # The bed's own processes, apiserver first, dial ClusterIPs too: a route is needed before kube-proxy's rules are asked.
    in_bed ip route replace 10.96.0.0/16 dev bed0 src "$BED_IP"
    mkdir -p "$BED_DIR/gpu"
    start device-plugin 9400 nsenter --mount="$NODE_RUN/mnt" "$BED_BIN/device-plugin" -count "$NODE_GPUS" -listen "$BED_IP:9400" -state "$BED_DIR/gpu"
    until_true 30 device-plugin kubectl wait --for=jsonpath='{.status.allocatable.nvidia\.com/gpu}='"$NODE_GPUS" node/real --timeout=1s
    mkdir -p "$BED_DIR/prometheus/targets"
    start pod-targets '' "$PYTHON" "$HERE/prometheus/pod_targets.py" "$KUBE_URL" "$BED_DIR/pki" real "$BED_DIR/prometheus/targets/pod-targets.json"
    metrics_of kubelet kubelet 5s "https://$BED_IP:10250/metrics" "https://$BED_IP:10250/metrics/cadvisor" "https://$BED_IP:10250/metrics/resource"
    metrics_of kube-proxy kube-proxy 10s http://127.0.0.1:10249/metrics
    metrics_of device-plugin dcgm-exporter 2s "http://$BED_IP:9400/metrics"
}

down_node() {
    local root
    # Containers are in the bed's control groups, their shims in its mount namespace; both outlive containerd.
    kill_node
    for root in $(cgroup_roots); do
        [ ! -d "$root" ] || find "$root" -depth -type d -exec rmdir {} \; 2>/dev/null
    done
    if [ -e "/run/netns/$BED_NAME" ]; then
        in_bed ip link del cni0 2>/dev/null
        in_bed nft flush ruleset 2>/dev/null
    fi
    umount "$NODE_RUN/mnt" 2>/dev/null
    umount "$NODE_RUN" 2>/dev/null
    rm -rf "$NODE_RUN"
}
node_pids() {
    local root namespace process
    for root in $(cgroup_roots); do
        [ ! -d "$root" ] || find "$root" -name cgroup.procs -exec cat {} + 2>/dev/null
    done
    namespace=$(stat -Lc %i "$NODE_RUN/mnt" 2>/dev/null) || return 0
    for process in /proc/[0-9]*; do
        [ "$(stat -Lc %i "$process/ns/mnt" 2>/dev/null)" != "$namespace" ] || echo "${process#/proc/}"
    done
}
kill_node() {
    local pids i
    for i in $(seq 100); do
        pids=$(node_pids | sort -u)
        [ -n "$pids" ] || return 0
        # shellcheck disable=SC2086
        kill -9 $pids 2>/dev/null
        sleep 0.05
    done
    say "bed: node: processes that cannot be ended:" $pids
}
