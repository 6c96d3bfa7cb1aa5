# Kubeflow's training operator (PyTorchJob, TFJob, MPIJob), its successor Trainer (TrainJob) and JobSet, on which that
# stands: their controllers as pods, from their modules. The image torch, PyTorch as Debian has it, is the runtime torch-distributed's.
needs[training]=node
processes[training]=
namespaces[training]='kubeflow jobset-system kubeflow-system'
disk_mb[training]=2900

build_training() {
    go_build knative github.com/kubeflow/training-operator/cmd/training-operator.v1 training-operator
    go_build kueue sigs.k8s.io/jobset jobset
    go_build kueue github.com/kubeflow/trainer/v2/cmd/trainer-controller-manager trainer
    program_image training-operator /manager "$HERE/training/initContainer.yaml:/etc/config/initContainer.yaml"
    program_image jobset /manager
    program_image trainer /manager
    debian_image torch python3,python3-numpy,python3-torch slim.sh torch.sh
}
training_manifests() {
    local trainer copy=$BED_DIR/manifests/trainer
    trainer=$(module_dir kueue github.com/kubeflow/trainer/v2)/manifests
    # Its own overlay fetches JobSet from elsewhere: that line goes from a copy.
    mkdir -p "$copy"
    cp -r --no-preserve=mode "$trainer/." "$copy"
    sed -i '/third-party/d' "$copy/overlays/manager/kustomization.yaml"
    kubectl kustomize "$copy/overlays/manager" 2>"$(log_of trainer-manifests)" | manifests trainer -
    manifests trainer-runtimes "$trainer/base/runtimes/torch_distributed.yaml"
    kubectl kustomize "$(module_dir kueue sigs.k8s.io/jobset)/config/default" 2>"$(log_of jobset-manifests)" | manifests jobset -
    kubectl kustomize "$(module_dir knative github.com/kubeflow/training-operator)/manifests/overlays/standalone" 2>"$(log_of training-manifests)" | manifests training -
}
# The webhooks, asked for real; nothing is changed.
training_answers() {
    kubectl create --dry-run=server -f - <<Y
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: bed-probe, namespace: default}
spec: {pytorchReplicaSpecs: {Master: {replicas: 1, template: {spec: {containers: [{name: pytorch, image: "dev.local/python:1"}]}}}}}
---
apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
metadata: {name: bed-probe, namespace: default}
spec: {replicatedJobs: [{name: node, template: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: node, image: "dev.local/python:1"}]}}}}}]}
---
apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainJob
metadata: {name: bed-probe, namespace: default}
spec: {runtimeRef: {name: torch-distributed}}
Y
}
trainer_runtime() { kubectl apply --server-side --force-conflicts -f "$BED_DIR/manifests/trainer-runtimes-rest.yaml"; }

# Kueue looks for kinds that came after it less and less often: up to ten minutes apart.
kueue_starts_anew() {
    kubectl -n kueue-system rollout restart deployment >/dev/null && kubectl -n kueue-system rollout status deployment --timeout=60s >"$(log_of training)" 2>&1 &&
        until_answers 180 kueue
}

up_training() {
    local name news=yes
    import_images
    { applied training webhooks && applied jobset webhooks && applied trainer webhooks && training_answers; } >/dev/null 2>&1 && return 0
    training_manifests
    ! kubectl get crd pytorchjobs.kubeflow.org jobsets.jobset.x-k8s.io >/dev/null 2>&1 || news=
    for name in training jobset trainer; do unapply $name webhooks; done
    for name in training jobset trainer; do apply $name types; done
    for name in training jobset trainer; do
        apply $name rest
        apply $name webhooks
    done
    for name in ${namespaces[training]}; do until_true 120 kubelet available $name; done
    until_true 60 kubelet trainer_runtime
    [ -z "$news" ] || ! applied kueue webhooks >/dev/null 2>&1 || kueue_starts_anew || die "kueue: it does not start anew" "$(log_of training)"
    until_answers 180 training
}
down_training() {
    local name
    for name in training jobset trainer; do unapply $name webhooks; done
    no_pods ${namespaces[training]}
}
