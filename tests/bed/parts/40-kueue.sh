# Kueue: its controller as a pod, from its module. It holds back Jobs, JobSets and the training operator's jobs that name a
# queue; others it lets pass.
needs[kueue]=node
processes[kueue]=
namespaces[kueue]=kueue-system
disk_mb[kueue]=400

build_kueue() {
    go_build kueue sigs.k8s.io/kueue/cmd/kueue kueue
    program_image kueue /manager
}
kueue_manifests() {
    kubectl kustomize "$(module_dir kueue sigs.k8s.io/kueue)/config/default" 2>"$(log_of kueue-manifests)" | manifests kueue -
}
# The webhooks and the API of waiting workloads, asked for real; nothing is changed.
kueue_answers() {
    kubectl create --dry-run=server -f - <<Y && kubectl get --raw /apis/visibility.kueue.x-k8s.io/v1beta1
apiVersion: kueue.x-k8s.io/v1beta1
kind: ResourceFlavor
metadata: {name: bed-probe}
Y
}

up_kueue() {
    import_images
    kueue_answers >/dev/null 2>&1 && return 0
    kueue_manifests
    unapply kueue webhooks
    apply kueue types
    apply kueue rest
    apply kueue webhooks
    until_true 120 kubelet available kueue-system
    until_answers 180 kueue
}
# Without its webhooks no Job could be made.
down_kueue() {
    unapply kueue webhooks
    no_pods kueue-system
}
