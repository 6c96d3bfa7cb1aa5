#include "serverless/deployment.h"

#include <string.h>

#include "base/clock.h"
#include "kube/hpa.h"
#include "kube/podspec.h"
#include "serverless/container.h"

const struct function_support deployment_support[FEATURE_COUNT] = {
    CONTAINER_SUPPORT,
    [FEATURE_SOURCE] = {.why_not = "a deployment runs images, not folders"},
    [FEATURE_STDIO] = {.why_not = "the container of a deployment is a server"},
    [FEATURE_VOLUME_CLAIM] = {.as = "volumes"},
    [FEATURE_VOLUME_WRITE] = {.as = "volumes"},
    [FEATURE_VOLUME_EMPTY] = {.as = "volumes"},
    [FEATURE_SCALE] = {.as = "replicas, or a HorizontalPodAutoscaler"},
    [FEATURE_ZERO] = {.why_not = "a deployment does not scale to zero by itself"},
    [FEATURE_METRIC] = {.as = "the autoscaler's metrics"},
    [FEATURE_START] = {.as = "progressDeadlineSeconds"},
    [FEATURE_ANNOTATIONS] = {.as = "annotations of its pods"},
    [FEATURE_RUNTIME_CLASS] = {.as = "runtimeClassName"},
    [FEATURE_NODE_SELECTOR] = {.as = "nodeSelector"},
    [FEATURE_NODE_AFFINITY] = {.as = "affinity"},
    [FEATURE_TOLERATIONS] = {.as = "tolerations"},
    [FEATURE_CLUSTER_LOCAL] = {.as = "a Service has no other"},
};

static bool has_metric(const struct function_spec *spec, const char *prefix)
{
    for (size_t i = 0; spec->metrics && i < spec->metrics->n; i++)
        if (str_starts(spec->metrics->v[i], prefix))
            return true;
    return false;
}

bool deployment_has_autoscaler(const struct function_spec *spec)
{
    return spec->scale_max > 0 && spec->scale_min < spec->scale_max;
}

static int check_scale(const struct function_spec *spec, struct err *err)
{
    CLEANUP(node_free) node_t *metrics = node_new_array();
    for (size_t i = 0; spec->metrics && i < spec->metrics->n; i++)
        if (hpa_add_metric(metrics, spec->metrics->v[i], err) != 0)
            return -1;
    if (node_len(metrics) && !deployment_has_autoscaler(spec))
        return err_set(err, ERR_USAGE, "--metric: there is nothing to decide without --scale MIN..MAX");
    if (!deployment_has_autoscaler(spec))
        return 0;
    bool is_usual = !spec->metrics || !spec->metrics->n; /* then it is cpu */
    if ((is_usual || has_metric(spec, "cpu=")) && spec->cpus <= 0) {
        err_set(err, ERR_USAGE, "the autoscaler's cpu is a share of what an instance asks for, and --cpu says nothing");
        return err_hint(err, "--cpu 0.5, or another --metric");
    }
    if (has_metric(spec, "memory=") && spec->memory_bytes <= 0) {
        err_set(err, ERR_USAGE, "the autoscaler's memory is a share of what an instance asks for, and --memory says nothing");
        return err_hint(err, "--memory 512Mi, or another --metric");
    }
    return 0;
}

extern const struct runtime runtime_deployment;

int deployment_check(const struct function_spec *spec, struct err *err)
{
    if (function_check(&runtime_deployment, spec, err) != 0 || container_check(spec, err) != 0)
        return -1;
    return check_scale(spec, err);
}

static node_t *object_of(const struct function_spec *spec, const char *ns, const struct kube_kind *kind)
{
    node_t *object = kube_object(kind, ns, spec->name);
    node_t *labels = node_object(node_get(object, "metadata"), "labels");
    node_set_pairs(labels, spec->labels);
    kube_mark(object);
    node_set_str(labels, FUNCTION_LABEL, spec->name);
    return object;
}

static int64_t port_of(const struct function_spec *spec)
{
    long long port;
    bool is_h2c;
    if (container_port(spec, &is_h2c))
        return container_port(spec, &is_h2c);
    for (size_t i = 0; spec->env && i < spec->env->n; i++)
        if (str_starts(spec->env->v[i], "PORT=") && str_to_int(spec->env->v[i] + strlen("PORT="), 1, 65535, &port))
            return port;
    return FUNCTION_PORT;
}

/* As Knative does, the container is told its port. */
static void tell_port(node_t *container, int64_t port)
{
    node_t *env = node_array(container, "env");
    for (const node_t *variable = node_first(env); variable; variable = node_next(variable))
        if (strcmp(node_str(variable, "/name", ""), "PORT") == 0)
            return;
    AUTOFREE char *text = xasprintf("%lld", (long long)port);
    kube_env_add(env, "PORT", text);
}

static node_t *listening(void)
{
    node_t *probe = node_new_object();
    node_set_str(node_set(probe, "tcpSocket", node_new_object()), "port", "http");
    return probe;
}

static node_t *function_container(const struct function_spec *spec)
{
    node_t *container = container_of(spec, "http");
    node_set_str(container, "name", "function");
    tell_port(container, port_of(spec));
    node_t *port = node_push(node_set(container, "ports", node_new_array()), node_new_object());
    node_set_str(port, "name", "http");
    node_set_num(port, "containerPort", (double)port_of(spec));
    node_t *ready = node_get(container, "readinessProbe");
    if (!ready)
        ready = node_set(container, "readinessProbe", listening());
    if (!node_get(ready, "periodSeconds"))
        node_set_num(ready, "periodSeconds", 2);
    return container;
}

static void select_pods(node_t *selector, const struct function_spec *spec)
{
    node_set_str(selector, FUNCTION_LABEL, spec->name);
}

/* Where an autoscaler decides how many there are, nothing is said of it here. */
node_t *deployment_body(const struct function_spec *spec, const char *ns)
{
    node_t *object = object_of(spec, ns, &kube_deployments);
    node_t *of = node_set(object, "spec", node_new_object());
    if (!deployment_has_autoscaler(spec))
        node_set_num(of, "replicas", spec->scale_min > 0 ? (double)spec->scale_min : 1);
    if (spec->start_ms > 0)
        node_set_num(of, "progressDeadlineSeconds", (double)seconds_up(spec->start_ms));
    select_pods(node_set(node_set(of, "selector", node_new_object()), "matchLabels", node_new_object()), spec);
    node_t *template = node_set(of, "template", node_new_object());
    node_t *metadata = node_set(template, "metadata", node_new_object());
    node_set(metadata, "labels", node_copy(node_at(object, "/metadata/labels")));
    node_t *annotations = node_new_object();
    node_set_pairs(annotations, &function_detail(spec)->annotations);
    set_if_any(metadata, "annotations", annotations);
    node_t *pod = node_set(template, "spec", node_new_object());
    node_push(node_set(pod, "containers", node_new_array()), function_container(spec));
    container_fill_pod(spec, pod);
    return object;
}

node_t *deployment_service(const struct function_spec *spec, const char *ns)
{
    node_t *object = object_of(spec, ns, &kube_services);
    node_t *of = node_set(object, "spec", node_new_object());
    select_pods(node_set(of, "selector", node_new_object()), spec);
    node_t *port = node_push(node_set(of, "ports", node_new_array()), node_new_object());
    node_set_str(port, "name", "http");
    node_set_num(port, "port", 80);
    node_set_str(port, "targetPort", "http");
    return object;
}

node_t *deployment_autoscaler(const struct function_spec *spec, const char *ns)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    node_t *object = object_of(spec, ns, &kube_autoscalers);
    node_t *of = node_set(object, "spec", node_new_object());
    node_t *target = node_set(of, "scaleTargetRef", node_new_object());
    node_set_str(target, "apiVersion", "apps/v1");
    node_set_str(target, "kind", "Deployment");
    node_set_str(target, "name", spec->name);
    node_set_num(of, "minReplicas", spec->scale_min > 0 ? (double)spec->scale_min : 1);
    node_set_num(of, "maxReplicas", (double)spec->scale_max);
    node_t *metrics = node_set(of, "metrics", node_new_array());
    for (size_t i = 0; spec->metrics && i < spec->metrics->n; i++)
        hpa_add_metric(metrics, spec->metrics->v[i], &none); /* checked before: deployment_check */
    if (!node_len(metrics))
        hpa_add_metric(metrics, "cpu=80", &none);
    return object;
}

node_t *deployment_manifest(const struct function_spec *spec)
{
    node_t *list = node_new_object();
    node_set_str(list, "apiVersion", "v1");
    node_set_str(list, "kind", "List");
    node_t *items = node_set(list, "items", node_new_array());
    node_push(items, deployment_body(spec, NULL));
    node_push(items, deployment_service(spec, NULL));
    if (deployment_has_autoscaler(spec))
        node_push(items, deployment_autoscaler(spec, NULL));
    return list;
}
