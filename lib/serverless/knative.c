#include "serverless/knative.h"

#include <string.h>

#include "base/clock.h"
#include "kube/object.h"
#include "serverless/container.h"

#define AUTOSCALING "autoscaling.knative.dev/"

int knative_check(const struct function_spec *spec, struct err *err)
{
    enum { WINDOW_MIN_MS = 6000, WINDOW_MAX_MS = 3600000 };
    if (!spec->image) {
        err_set(err, ERR_USAGE, "a Knative function is an image");
        return err_hint(err, "--image IMAGE");
    }
    if (spec->source)
        return err_set(err, ERR_USAGE, "--source: Knative runs images, not folders");
    if (strcmp(spec->mode, "http") != 0)
        return err_set(err, ERR_USAGE, "--mode %s: a Knative function is a server", spec->mode);
    if (spec->queue >= 0)
        return err_set(err, ERR_USAGE, "--queue: Knative's activator holds requests without such a limit");
    if (spec->idle_ms >= 0 && (spec->idle_ms < WINDOW_MIN_MS || spec->idle_ms > WINDOW_MAX_MS))
        return err_set(err, ERR_USAGE, "--idle: Knative looks back over 6s to 1h");
    return 0;
}

static void set_number(node_t *object, const char *key, int64_t value)
{
    AUTOFREE char *text = xasprintf("%lld", (long long)value);
    node_set_str(object, key, text);
}

static void set_seconds(node_t *object, const char *key, int64_t ms)
{
    AUTOFREE char *text = xasprintf("%llds", (long long)seconds_up(ms));
    node_set_str(object, key, text);
}

/* All of them are strings, on the template. */
static node_t *annotations_of(const struct function_spec *spec)
{
    node_t *annotations = node_new_object();
    if (spec->scale_min >= 0)
        set_number(annotations, AUTOSCALING "min-scale", spec->scale_min);
    if (spec->scale_max >= 0)
        set_number(annotations, AUTOSCALING "max-scale", spec->scale_max);
    if (spec->idle_ms >= 0)
        set_seconds(annotations, AUTOSCALING "window", spec->idle_ms);
    if (spec->start_ms > 0)
        set_seconds(annotations, "serving.knative.dev/progress-deadline", spec->start_ms);
    return annotations;
}

static void set_if_any(node_t *object, const char *key, node_t *members)
{
    if (node_len(members))
        node_set(object, key, members);
    else
        node_free(members);
}

static node_t *user_container(const struct function_spec *spec)
{
    node_t *container = container_of(spec);
    set_if_any(container, "env", container_env(spec));
    node_t *limits = container_limits(spec);
    if (node_len(limits))
        node_set(node_set(container, "resources", node_new_object()), "limits", limits);
    else
        node_free(limits);
    if (spec->ready_path) {
        node_t *probe = node_set(container, "readinessProbe", node_new_object());
        node_set_str(node_set(probe, "httpGet", node_new_object()), "path", spec->ready_path);
    }
    return container;
}

node_t *knative_service(const struct function_spec *spec, const char *ns)
{
    node_t *service = kube_object(&kube_knative_services, ns, spec->name);
    node_t *labels = node_set(node_get(service, "metadata"), "labels", node_new_object());
    node_set_pairs(labels, spec->labels);
    node_set_str(labels, "app.kubernetes.io/managed-by", "aiwf");
    node_t *template = node_set(node_set(service, "spec", node_new_object()), "template", node_new_object());
    node_t *annotations = annotations_of(spec);
    if (node_len(annotations))
        node_set(node_set(template, "metadata", node_new_object()), "annotations", annotations);
    else
        node_free(annotations);
    node_t *body = node_set(template, "spec", node_new_object());
    if (spec->concurrency > 0)
        node_set_num(body, "containerConcurrency", (double)spec->concurrency);
    if (spec->timeout_ms > 0)
        node_set_num(body, "timeoutSeconds", (double)seconds_up(spec->timeout_ms));
    node_push(node_set(body, "containers", node_new_array()), user_container(spec));
    return service;
}

/* ---- back ---- */

static const node_t *revision_named(const node_t *revisions, const char *name)
{
    for (const node_t *revision = node_first(revisions); revision; revision = node_next(revision))
        if (strcmp(node_str(revision, "/metadata/name", ""), name) == 0)
            return revision;
    return NULL;
}

/* Of all revisions that requests go to. */
static int64_t replicas_of(const node_t *service, const node_t *revisions, const char *member)
{
    int64_t sum = 0;
    for (const node_t *target = node_first(node_at(service, "/status/traffic")); target; target = node_next(target))
        sum += node_int(revision_named(revisions, node_str(target, "/revisionName", "")), member, 0);
    return sum;
}

static const char *state_of(const node_t *service, int64_t available)
{
    bool is_current = node_int(service, "/status/observedGeneration", 0) == node_int(service, "/metadata/generation", 0);
    if (is_current && kube_condition_is(service, "Ready", "True"))
        return available > 0 ? "Ready" : "Idle";
    return is_current && kube_condition_is(service, "Ready", "False") ? "Failed" : "Deploying";
}

static void set_scale(node_t *function, const node_t *annotations)
{
    static const struct {
        const char *key, *annotation, *usual;
    } bounds[] = {{"min", AUTOSCALING "min-scale", "0"}, {"max", AUTOSCALING "max-scale", "0"}};
    node_t *scale = node_set(function, "scale", node_new_object());
    for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
        const char *text = node_text(node_get(annotations, bounds[i].annotation));
        long long value;
        if (str_to_int(text ? text : bounds[i].usual, 0, INT32_MAX, &value) && (value > 0 || i == 0))
            node_set_num(scale, bounds[i].key, (double)value);
        else
            node_set(scale, bounds[i].key, node_new_null()); /* 0 at most: no limit */
    }
}

node_t *knative_function(const node_t *service, const node_t *revisions)
{
    node_t *function = node_new_object();
    int64_t available = replicas_of(service, revisions, "/status/actualReplicas");
    const char *state = state_of(service, available);
    const node_t *ready = kube_condition(service, "Ready");
    node_set_str(function, "name", node_str(service, "/metadata/name", "?"));
    node_set_str(function, "namespace", node_str(service, "/metadata/namespace", NULL));
    node_set_str(function, "state", state);
    node_set_str(function, "runtime", "knative");
    node_set_str(function, "mode", "http");
    node_set_str(function, "image", node_str(service, "/spec/template/spec/containers/0/image", NULL));
    node_set_str(function, "revision", node_str(service, "/status/latestReadyRevisionName", NULL));
    node_set_num(function, "available", (double)available);
    node_set_num(function, "replicas", (double)replicas_of(service, revisions, "/status/desiredReplicas"));
    set_scale(function, node_at(service, "/spec/template/metadata/annotations"));
    node_set_num(function, "concurrency", node_num(service, "/spec/template/spec/containerConcurrency", 0));
    node_set_str(function, "created", node_str(service, "/metadata/creationTimestamp", NULL));
    node_set_str(function, "url", node_str(service, "/status/url", NULL));
    if (strcmp(state, "Ready") != 0 && strcmp(state, "Idle") != 0)
        node_set_str(function, "message", node_str(ready, "/message", node_str(ready, "/reason", NULL)));
    return function;
}
