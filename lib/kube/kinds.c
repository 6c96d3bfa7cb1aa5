/* The kinds that aiwf knows by name. */
#include "kube/object.h"

#define CORE(plural_, kind_, word_)                                                   \
    {                                                                                 \
        .group = "", .version = "v1", .plural = plural_, .kind = kind_, .word = word_ \
    }
#define OF(group_, version_, plural_, kind_, word_) \
    .group = (group_), .version = (version_), .plural = (plural_), .kind = (kind_), .word = (word_)

#define OPERATOR \
    .system = "Kubeflow's training operator", .remedy = "install the training operator (kubeflow.org/v1), or --trainer job"
#define TRAINER \
    .system = "Kubeflow Trainer", .remedy = "install Kubeflow Trainer (trainer.kubeflow.org/v1alpha1), or --trainer job"
#define KUEUE   .system = "Kueue", .remedy = "install Kueue (kueue.sigs.k8s.io/docs/installation), or leave --queue out"
#define KNATIVE .system = "Knative Serving", .remedy = "install Knative Serving (serving.knative.dev/v1), or another --runtime"

const struct kube_kind kube_pods = CORE("pods", "Pod", "pod");
const struct kube_kind kube_nodes_kind = {OF("", "v1", "nodes", "Node", "node"), .cluster_wide = true};
const struct kube_kind kube_events = CORE("events", "Event", "event");
const struct kube_kind kube_services = CORE("services", "Service", "service");
const struct kube_kind kube_secrets = CORE("secrets", "Secret", "secret");
const struct kube_kind kube_config_maps = CORE("configmaps", "ConfigMap", "config map");
const struct kube_kind kube_volumes = {OF("", "v1", "persistentvolumes", "PersistentVolume", "volume"), .cluster_wide = true};
const struct kube_kind kube_volume_claims = CORE("persistentvolumeclaims", "PersistentVolumeClaim", "volume claim");
const struct kube_kind kube_namespaces = {OF("", "v1", "namespaces", "Namespace", "namespace"), .cluster_wide = true};
const struct kube_kind kube_endpoint_slices = {OF("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", "endpoint slice")};
const struct kube_kind kube_jobs = {OF("batch", "v1", "jobs", "Job", "job")};
const struct kube_kind kube_deployments = {OF("apps", "v1", "deployments", "Deployment", "deployment")};
const struct kube_kind kube_daemon_sets = {OF("apps", "v1", "daemonsets", "DaemonSet", "daemon set")};
const struct kube_kind kube_autoscalers = {
    OF("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", "autoscaler")};
const struct kube_kind kube_resource_slices = {OF("resource.k8s.io", "v1", "resourceslices", "ResourceSlice", "resource slice"),
                                               .cluster_wide = true};
const struct kube_kind kube_resource_claims = {OF("resource.k8s.io", "v1", "resourceclaims", "ResourceClaim", "resource claim")};
const struct kube_kind kube_priority_classes = {
    OF("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", "priority class"), .cluster_wide = true};
const struct kube_kind kube_crds = {
    OF("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", "resource definition"),
    .cluster_wide = true};
const struct kube_kind kube_access_reviews = {
    OF("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", "access review"),
    .cluster_wide = true};
const struct kube_kind kube_pytorch_jobs = {OF("kubeflow.org", "v1", "pytorchjobs", "PyTorchJob", "job"), OPERATOR};
const struct kube_kind kube_tf_jobs = {OF("kubeflow.org", "v1", "tfjobs", "TFJob", "job"), OPERATOR};
const struct kube_kind kube_train_jobs = {OF("trainer.kubeflow.org", "v1alpha1", "trainjobs", "TrainJob", "job"), TRAINER};
const struct kube_kind kube_cluster_training_runtimes = {
    OF("trainer.kubeflow.org", "v1alpha1", "clustertrainingruntimes", "ClusterTrainingRuntime", "training runtime"), TRAINER,
    .cluster_wide = true};
const struct kube_kind kube_training_runtimes = {
    OF("trainer.kubeflow.org", "v1alpha1", "trainingruntimes", "TrainingRuntime", "training runtime"), TRAINER};
const struct kube_kind kube_job_sets = {OF("jobset.x-k8s.io", "v1alpha2", "jobsets", "JobSet", "job set"), TRAINER};
const struct kube_kind kube_workloads = {OF("kueue.x-k8s.io", "v1beta1", "workloads", "Workload", "workload"), KUEUE};
const struct kube_kind kube_local_queues = {OF("kueue.x-k8s.io", "v1beta1", "localqueues", "LocalQueue", "queue"), KUEUE};
const struct kube_kind kube_cluster_queues = {OF("kueue.x-k8s.io", "v1beta1", "clusterqueues", "ClusterQueue", "cluster queue"),
                                              KUEUE, .cluster_wide = true};
const struct kube_kind kube_resource_flavors = {
    OF("kueue.x-k8s.io", "v1beta1", "resourceflavors", "ResourceFlavor", "resource flavor"), KUEUE, .cluster_wide = true};
const struct kube_kind kube_knative_services = {OF("serving.knative.dev", "v1", "services", "Service", "function"), KNATIVE};
const struct kube_kind kube_pod_autoscalers = {
    OF("autoscaling.internal.knative.dev", "v1alpha1", "podautoscalers", "PodAutoscaler", "pod autoscaler"), KNATIVE};
const struct kube_kind kube_knative_revisions = {OF("serving.knative.dev", "v1", "revisions", "Revision", "revision"), KNATIVE};

const struct kube_kind *const kube_known_kinds[] = {&kube_pods,
                                                    &kube_nodes_kind,
                                                    &kube_events,
                                                    &kube_services,
                                                    &kube_endpoint_slices,
                                                    &kube_secrets,
                                                    &kube_config_maps,
                                                    &kube_namespaces,
                                                    &kube_volume_claims,
                                                    &kube_jobs,
                                                    &kube_deployments,
                                                    &kube_daemon_sets,
                                                    &kube_autoscalers,
                                                    &kube_resource_slices,
                                                    &kube_resource_claims,
                                                    &kube_priority_classes,
                                                    &kube_crds,
                                                    &kube_access_reviews,
                                                    &kube_pytorch_jobs,
                                                    &kube_tf_jobs,
                                                    &kube_train_jobs,
                                                    &kube_cluster_training_runtimes,
                                                    &kube_training_runtimes,
                                                    &kube_job_sets,
                                                    &kube_workloads,
                                                    &kube_local_queues,
                                                    &kube_cluster_queues,
                                                    &kube_resource_flavors,
                                                    &kube_knative_services,
                                                    &kube_knative_revisions,
                                                    &kube_pod_autoscalers,
                                                    NULL};
