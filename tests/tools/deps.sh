#!/bin/sh
# deps.sh GROUP...: installs what is missing for a group, and only that: build, demo, check, bench.
# Debian packages by apt-get, Go programs by go install into $AIWF_TOOLS/bin. Says what it does on stderr.
set -eu
tools=${AIWF_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/aiwf-tools}

# Debian's names.
build="gcc make pkg-config libc6-dev libcurl4-openssl-dev libcjson-dev libyaml-dev libreadline-dev libncurses-dev libsmartcols-dev
 libjq-dev libevent-dev libhttp-parser-dev nettle-dev libcurl3-gnutls"
run="libcurl3-gnutls libcurl4 libcjson1 libyaml-0-2 libsmartcols1 libjq1 libreadline8 libncursesw6 libnettle8 libssl3"
demo="prometheus wrk python3 python3-sklearn"
check="check python3-pip libsubunit-dev clang clang-tidy clang-format cppcheck libclang-rt-14-dev valgrind mandoc bash zsh fish tmux jq curl openssl
 gnuplot-nox python3-jsonschema procps patch diffutils ccache nginx-light wrk buildah prometheus-node-exporter ca-certificates git
 golang-go time"
bench="iproute2 util-linux gcc nginx-light wrk curl time golang-go"

# The services' code and packaged configuration, not the packages that would run them.
bed_openstack="mariadb-server-core mariadb-client-core rabbitmq-server uwsgi-core uwsgi-plugin-python3 python3-keystone glance-common
 placement-common nova-common neutron-common cinder-common heat-common magnum-common python3-openstackclient python3-magnumclient
 python3-heatclient python3-sqlalchemy-ext openssh-client openssl zstd curl jq iproute2 util-linux golang-go"

here=$(cd "$(dirname "$0")" && pwd)

have() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

apt_missing() {
    missing=
    for package in "$@"; do
        [ "$package" = golang-go ] && command -v go >/dev/null && continue
        have "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    sudo=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { echo "missing packages, and neither root nor sudo:$missing" >&2; exit 1; }
        sudo=sudo
    fi
    echo "installing:$missing" >&2
    # Services that a package would start are none of ours: they stay off, at the next start of the machine too.
    policy=/usr/sbin/policy-rc.d
    made=
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
        $sudo chmod +x $policy
        made=yes
    fi
    status=0
    export DEBIAN_FRONTEND=noninteractive
    # dpkg flushes each file to the disk, unless eatmydata is there already.
    eatmydata=$(command -v eatmydata || :)
    # shellcheck disable=SC2086
    { $sudo apt-get update -qq && $sudo $eatmydata apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends $missing; } >&2 || status=$?
    [ -z "$made" ] || $sudo rm -f $policy
    # shellcheck disable=SC2086
    units=$(dpkg -L $missing 2>/dev/null | sed -n 's|^\(/usr\)\{0,1\}/lib/systemd/system/\([^/]*\.service\)$|\2|p')
    # shellcheck disable=SC2086
    [ -z "$units" ] || ! command -v systemctl >/dev/null || $sudo systemctl --quiet disable $units >&2 || :
    return $status
}

# A program from its Go module, versions pinned by tests/tools/go/NAME/go.sum: the one that tools.go names, or the folder's
# own. All are MIT; later versions of the gateway are under another licence.
go_missing() {
    sum=$(cat "$here/go/$1/"* | sha256sum)
    [ -x "$tools/bin/$1" ] && [ "$(cat "$tools/bin/$1.sum" 2>/dev/null)" = "$sum" ] && return 0
    echo "building $1 from its Go module" >&2
    mkdir -p "$tools/bin"
    package=.
    [ ! -f "$here/go/$1/tools.go" ] || package=$(sed -n 's/^import _ "\(.*\)"/\1/p' "$here/go/$1/tools.go")
    (cd "$here/go/$1" && CGO_ENABLED=0 go build -trimpath -o "$tools/bin/$1" "$package") >&2
    echo "$sum" >"$tools/bin/$1.sum"
}

# Nothing is set up by the packages: the bed has databases, users and endpoints of its own.
openstack_answers() {
    have magnum-common && return 0
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    for package in keystone glance-common placement-common nova-common neutron-common cinder-common heat-common magnum-common; do
        echo "$package $package/configure_db boolean false"
        echo "$package $package/register-endpoint boolean false"
    done | $sudo debconf-set-selections
}

for group in "$@"; do
    case $group in
    build) apt_missing $build $run ;;
    demo) apt_missing $build $run $demo ;;
    check)
        apt_missing $build $run $demo $check
        go_missing faas-cli
        ;;
    bench)
        apt_missing $build $run $demo $bench
        go_missing faas-cli
        go_missing gateway
        go_missing provider
        ;;
    bed-kube) apt_missing iproute2 openssl curl util-linux golang-go ;;
    bed-node) apt_missing containerd runc containernetworking-plugins nftables conntrack mmdebstrap python3 python3-pip gcc libc6-dev ;;
    bed-knative | bed-eventing) apt_missing python3 python3-yaml curl ;;
    bed-prometheus) apt_missing prometheus prometheus-node-exporter prometheus-alertmanager prometheus-pushgateway curl ;;
    bed-openfaas) apt_missing openssl curl ;;
    bed-ksm | bed-usage | bed-adapter) apt_missing curl golang-go patch ;;
    bed-kueue | bed-training) apt_missing python3 python3-yaml ;;
    bed-openstack)
        apt_missing eatmydata debconf
        openstack_answers
        apt_missing $bed_openstack
        ;;
    *) echo "usage: deps.sh build|demo|check|bench ..." >&2 && exit 2 ;;
    esac
done
