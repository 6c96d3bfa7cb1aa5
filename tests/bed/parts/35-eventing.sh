# Knative Eventing: its own controllers and webhook, the broker over channels in memory, and the adapter of PingSources, as
# pods from its module. A Broker NAME of namespace NS takes events at broker-ingress.knative-eventing, path /NS/NAME.
needs[eventing]=knative
processes[eventing]=
disk_mb[eventing]=600
namespaces[eventing]=knative-eventing
EVENTING_PROGRAMS="controller webhook mtping mtchannel_broker broker/ingress broker/filter in_memory/channel_controller in_memory/channel_dispatcher"

build_eventing() {
    local program
    for program in $EVENTING_PROGRAMS; do
        go_build knative "knative.dev/eventing/cmd/$program" "eventing-${program##*/}"
        program_image "eventing-${program##*/}" "/ko-app/${program##*/}"
    done
}
# Without those of TLS, which want cert-manager, and of JobSinks.
eventing_manifests() {
    local config
    config=$(module_dir knative knative.dev/eventing)/config || return 1
    # shellcheck disable=SC2046
    manifests eventing $(find "$config/core" "$config/channels/in-memory-channel" "$config/brokers/mt-channel-broker" -name '*.yaml' ! -name 'job-sink.yaml' | sort)
}
# What only its webhooks do, which get their rules, too, once they run: class and version are set, and what is none is refused.
eventing_answers() {
    local made
    made=$(eventing_probe '' | kubectl create --dry-run=server -o yaml -f -) && grep -q 'eventing.knative.dev/broker.class:' <<<"$made" &&
        grep -q 'messaging.knative.dev/subscribable:' <<<"$made" && ! eventing_probe no | kubectl create --dry-run=server -f - >/dev/null
}
eventing_probe() { # KIND: of the broker's channel; "": as it is set
    cat <<Y
apiVersion: eventing.knative.dev/v1
kind: Broker
metadata: {name: bed-probe, namespace: default}
spec: {${1:+config: {kind: $1\}}}
---
apiVersion: messaging.knative.dev/v1
kind: InMemoryChannel
metadata: {name: bed-probe, namespace: default}
Y
}

up_eventing() {
    import_images
    eventing_answers >/dev/null 2>&1 && return 0
    eventing_manifests || die "eventing: cannot read the manifests of its module"
    drop_leftovers eventing knative-eventing
    apply eventing types
    apply eventing rest
    until_true 120 kubelet kubectl -n knative-eventing wait --for=condition=Available deployment --all --timeout=2s
    apply eventing webhooks
    until_answers 180 eventing
}
down_eventing() { no_pods knative-eventing; }
