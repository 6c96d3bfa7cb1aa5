# What every part of the bed is made of; sourced by tests/bed/bed. Needs bash.
#
# The bed lives in a network namespace of its own without a default route: what listens there, on whichever
# interface, is reached from this machine only (through a veth pair), nothing in it can dial anywhere else, and
# two beds of different BED_NAME do not meet. Removing the namespace removes addresses, bridges, rules and routes.
BED_NAME=${BED_NAME:-aiwf-bed}
BED_NET=${BED_NET:-10.87.0}                   # the bed is .1, this machine .2
BED_IP=$BED_NET.1
BED_DIR=${BED_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/$BED_NAME}   # state, dropped by reset
BED_CACHE=${BED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/aiwf-bed}      # what was built, kept
PYTHON=/usr/bin/python3 # Debian's
BED_BIN=$BED_DIR/bin
export NO_PROXY='*' no_proxy='*'

say() { echo "$*" >&2; }
die() { # WHAT [LOG]
    say "bed: $1"
    if [ -n "${2:-}" ] && [ -s "$2" ]; then
        say "  $(sed 's/\x1b\[[0-9;]*m//g; /^[[:space:]]*$/d' "$2" | tail -1 | cut -c1-300)"
        say "  log: $2"
    fi
    exit 1
}
log_of() { echo "$BED_DIR/log/$1.log"; }

# ---- processes: told by pid, the time the kernel gave it and the machine's start, so that a recycled pid is never ours ----
BOOT_ID=$(cat /proc/sys/kernel/random/boot_id)
# Nothing for one that has ended and waits to be reaped, which some machines' first process is slow to do.
started_at() { sed -n 's/.*) //; /^[^ZX]/p' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
alive() { # NAME
    local pid at boot
    read -r pid at boot 2>/dev/null <"$BED_DIR/run/$1" || return 1
    [ "$boot" = "$BOOT_ID" ] && [ "$(started_at "$pid")" = "$at" ]
}
pid_of() { cut -d' ' -f1 "$BED_DIR/run/$1"; }
in_bed() { nsenter --net="/run/netns/$BED_NAME" "$@"; }
port_taken() { in_bed ss -ltnH "sport = :$1" | grep -q .; }

start() { # NAME "PORT..." CMD...: in the bed's namespace, in the background; fine when it runs already
    local name=$1 ports=$2 port
    shift 2
    alive "$name" && return 0
    for port in $ports; do
        ! port_taken "$port" || die "$name: port $port is taken in the bed by a process that is not its own"
    done
    rm -f "$BED_DIR/run/$name"
    # It notes itself before it becomes what it is: whoever started it may be killed at any moment.
    setsid bash -c "$(declare -f started_at)"'
        echo "$$ $(started_at $$) $1" >"$2.new" && mv "$2.new" "$2" && shift 2 && exec "$@"' \
        bed "$BOOT_ID" "$BED_DIR/run/$name" nsenter --net="/run/netns/$BED_NAME" "$@" >"$(log_of "$name")" 2>&1 </dev/null 9>&- &
    disown $!
    while [ ! -e "$BED_DIR/run/$name" ]; do
        [ -n "$(started_at $!)" ] || die "$name cannot be started" "$(log_of "$name")"
        sleep 0.01
    done
}
until_true() { # SECONDS NAME CMD...: until CMD succeeds; NAME is the process it depends on
    local end=$(($(date +%s) + $1)) name=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        alive "$name" || die "$name ended" "$(log_of "$name")"
        [ "$(date +%s)" -lt "$end" ] || die "$name is not ready: $* still fails" "$(log_of "$name")"
        sleep 0.1
    done
}
stop() { # NAME [SECONDS]: TERM, then KILL
    local pid i=0
    if alive "$1"; then
        pid=$(pid_of "$1")
        kill "$pid" 2>/dev/null
        while alive "$1" && [ $i -lt $((${2:-3} * 20)) ]; do sleep 0.05; i=$((i + 1)); done
        ! alive "$1" || kill -9 "$pid" 2>/dev/null
        while alive "$1"; do sleep 0.05; done
    fi
    rm -f "$BED_DIR/run/$1" "$BED_DIR/prometheus/targets/$1.json"
}

# What Prometheus scrapes of a process until it is stopped, told whether the part prometheus is up or not.
metrics_of() { # PROCESS JOB INTERVAL URL...: https ones are verified, and asked with the certificate "metrics"
    local process=$1 labels url rest list=
    labels="\"job\": \"$2\", \"__scrape_interval__\": \"$3\", \"__scrape_timeout__\": \"$3\""
    shift 3
    for url in "$@"; do
        rest=${url#*://}
        list="$list${list:+, }{\"targets\": [\"${rest%%/*}\"], \"labels\": {$labels, \"__scheme__\": \"${url%%://*}\", \"__metrics_path__\": \"/${rest#*/}\"}}"
    done
    mkdir -p "$BED_DIR/prometheus/targets"
    echo "[$list]" >"$BED_DIR/prometheus/targets/$process.new"
    mv "$BED_DIR/prometheus/targets/$process.new" "$BED_DIR/prometheus/targets/$process.json"
}

# ---- the network ------------------------------------------------------------------------------------------------
net_up() {
    [ -e "/run/netns/$BED_NAME" ] && in_bed ip addr show dev bed0 >/dev/null 2>&1 && return 0
    case $BED_NET in 10.96.* | 10.244.* | 10.245.*) die "BED_NET may not be $BED_NET: Kubernetes has 10.96, 10.244 and 10.245 for services and pods" ;; esac
    net_down
    ! ip -o -4 addr show | grep -qF " $BED_NET." || die "the network $BED_NET.0 is in use on this machine: set BED_NET to another"
    ip netns add "$BED_NAME" || die "cannot make the network namespace $BED_NAME"
    ip link add "$BED_NAME" type veth peer name bed0 netns "$BED_NAME" || die "cannot make the link $BED_NAME"
    ip addr add "$BED_NET.2/24" dev "$BED_NAME" && ip link set "$BED_NAME" up
    in_bed ip addr add "$BED_IP/24" dev bed0 && in_bed ip link set bed0 up && in_bed ip link set lo up
}
net_down() {
    local pid
    # What a bed that was killed had started and could not note.
    for pid in $(ip netns pids "$BED_NAME" 2>/dev/null); do kill -9 "$pid" 2>/dev/null; done
    ip link del "$BED_NAME" 2>/dev/null
    ip netns del "$BED_NAME" 2>/dev/null
    return 0
}

# ---- Go programs, from modules, built once per go.mod, go.sum, own source, patch, Go version and flags ------------------------------
# What can be built with one version of Kubernetes' libraries is one module, so that they are compiled once.
# Debian 12's Go is older than these modules ask for; a newer one is a module too.
go_wanted() { sed -n 's/^go //p' "$HERE"/go/*/go.mod | sort -V | tail -1; }
go_is_new() {
    local has
    has=$(go env GOVERSION 2>/dev/null) && [ "$(printf '%s\n' "$(go_wanted)" "${has#go}" | sort -V | tail -1)" = "${has#go}" ]
}
go_toolchain() {
    local dir=$BED_CACHE/go source
    go_is_new && return 0
    PATH=$dir/bin:$PATH
    export GOTOOLCHAIN=local
    hash -r
    go_is_new && return 0
    say 'fetching a newer Go (once)'
    source=$(cd "$HERE/go/toolchain" && go mod download -json golang.org/toolchain | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
    [ -n "$source" ] || die "Go $(go_wanted) or later is needed, and cannot be fetched as a module"
    mkdir -p "$BED_CACHE"
    rm -rf "$dir.new" && cp -r "$source" "$dir.new" && chmod -R u+w "$dir.new" && chmod +x "$dir.new"/bin/* "$dir.new"/pkg/tool/*/* && rm -rf "$dir" && mv "$dir.new" "$dir" || die "cannot write $dir"
    hash -r
    go_is_new || die "the Go in $dir does not run"
}
# A module that is too old for the libraries of its group is built of a copy, in which is fit/NAME.patch.
go_fit() { # PACKAGE PATCH COPY: COPY.mod, a go.mod that has the copy in its place; in the group's folder
    local module source
    read -r module source < <(go list -f '{{.Module.Path}} {{.Module.Dir}}' "$1")
    rm -rf "$3" && cp -r --no-preserve=mode "$source" "$3" && patch -s -d "$3" -p1 <"$2" || return 1
    cp go.sum "$3.sum" && { cat go.mod && echo "replace $module => $3"; } >"$3.mod"
}
go_compile() ( # GROUP-FOLDER PACKAGE PATCH OUT LDFLAGS
    of=() copy=$(mktemp -d "$BED_CACHE/fit.XXXXXX") && cd "$1" || exit 1
    trap 'rm -rf "$copy"' EXIT
    [ ! -e "$3" ] || { go_fit "$2" "$3" "$copy/of" && of=(-modfile="$copy/of.mod"); } || exit 1
    CGO_ENABLED=0 go build "${of[@]}" -trimpath -ldflags="-s -w $5" -o "$copy/new" "$2" && mv "$copy/new" "$4"
)
go_build() { # GROUP PACKAGE NAME [LDFLAGS]: $BED_BIN/NAME
    local dir=$HERE/go/$1 patch=$HERE/fit/$3.patch own= key out
    [ "${2#./}" = "$2" ] || own=$(cat "$dir/$2"/*.go)
    [ ! -e "$patch" ] || own+=$(cat "$patch")
    key=$(cat "$dir/go.mod" "$dir/go.sum" <(go version; echo "$own $2 ${4:-}") | sha256sum | cut -c1-16)
    out=$BED_CACHE/$3-$key
    mkdir -p "$BED_CACHE" "$BED_BIN"
    if [ ! -x "$out" ]; then
        say "building $3 (once)"
        go_compile "$dir" "$2" "$patch" "$out" "${4:-}" >"$(log_of "build-$3")" 2>&1 || die "$3 does not build" "$(log_of "build-$3")"
    fi
    ln -sf "$out" "$BED_BIN/$3"
}

# ---- controllers as pods of the real node, from their modules ----------------------------------------------------
module_dir() { (cd "$HERE/go/$1" && go mod download "$2" && go list -m -f '{{.Dir}}' "$2"); } # GROUP MODULE
program_image() { # NAME PATH [FILE:PATH]: dev.local/NAME:1, of the program that go_build made, in PATH, and a file more
    local key
    key=$(basename "$(readlink "$BED_BIN/$1")")${3:+-$(sha256sum <"${3%:*}" | cut -c1-16)}
    # shellcheck disable=SC2086
    mkimage "$1" "$key" --user 65532 --entry "$2" "$BED_BIN/$1:$2" ${3:-}
}
manifests() { # NAME FILE...: $BED_DIR/manifests/NAME-{types,rest,webhooks}.yaml, by fit/NAME.yaml
    local name=$1
    shift
    mkdir -p "$BED_DIR/manifests"
    "$PYTHON" "$HERE/manifests.py" "$HERE/fit/$name.yaml" "$BED_DIR/manifests/$name" "$@" || die "$name: cannot read the manifests of its modules"
}
apply() { # NAME GROUP
    local log
    log=$(log_of "apply-$1")
    kubectl apply --server-side --force-conflicts -f "$BED_DIR/manifests/$1-$2.yaml" >"$log" 2>&1 || die "$1: cannot apply its $2" "$log"
    [ "$2" != types ] || kubectl wait --for=condition=Established crd --all --timeout=60s >"$log" 2>&1 || die "$1: its types are not established" "$log"
}
applied() { # NAME GROUP: whether it is, and nothing of it was removed
    [ -f "$BED_DIR/manifests/$1-$2.yaml" ] && kubectl get -f "$BED_DIR/manifests/$1-$2.yaml"
}
unapply() { # NAME GROUP
    ! alive kube-apiserver || [ ! -f "$BED_DIR/manifests/$1-$2.yaml" ] || kubectl delete --ignore-not-found --wait=false -f "$BED_DIR/manifests/$1-$2.yaml" >/dev/null 2>&1
}
until_answers() { # SECONDS PART: until PART_answers succeeds, whose last words are the part's log
    local end=$(($(date +%s) + $1))
    until "$2_answers" >"$(log_of "$2")" 2>&1; do
        [ "$(date +%s)" -lt "$end" ] || die "$2 does not answer" "$(log_of "$2")"
        sleep 0.2
    done
}
process_api() { # NAME PORT GROUP VERSION...: the API of a process of the bed, called by the Service NAME; the last version is preferred
    local name=$1 port=$2 group=$3 version priority=0
    shift 3
    cat <<Y
apiVersion: v1
kind: Service
metadata: {name: $name, namespace: kube-system}
spec: {ports: [{port: 443, targetPort: $port}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: $name, namespace: kube-system, labels: {kubernetes.io/service-name: $name}}
addressType: IPv4
endpoints: [{addresses: ["$BED_IP"]}]
ports: [{port: $port}]
Y
    for version in "$@"; do
        priority=$((priority + 100))
        cat <<Y
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: $version.$group}
spec:
  group: $group
  version: $version
  groupPriorityMinimum: 100
  versionPriority: $priority
  service: {name: $name, namespace: kube-system}
  caBundle: $(base64 -w0 "$BED_DIR/pki/ca.crt")
Y
    done
}
# What one that was killed left in the apiserver's data: webhooks that nobody answers, leases that the next would wait for.
drop_leftovers() { # NAME NAMESPACE
    unapply "$1" webhooks
    ! kubectl get namespace "$2" >/dev/null 2>&1 || kubectl -n "$2" delete lease --all >/dev/null 2>&1
}
no_pods() { # NAMESPACE...: their Deployments keep none
    local namespace
    ! alive kube-apiserver || for namespace in "$@"; do kubectl -n "$namespace" scale deployment --all --replicas=0; done >/dev/null 2>&1
}
# Whether all of a namespace's Deployments are. A controller of this kind makes its certificates itself, in a Secret that
# its pod mounts: kubelet looks at it again once a minute, or when the pod is changed.
available() { # NAMESPACE
    kubectl -n "$1" wait --for=condition=Available deployment --all --timeout=2s && return 0
    kubectl -n "$1" annotate pod --all --overwrite "bed.test/asked=$(date +%s)" >/dev/null 2>&1
    return 1
}
