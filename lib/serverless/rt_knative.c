/* Functions as Knative Services. */
#include <string.h>

#include "kube/apply.h"
#include "kube/logs.h"
#include "kube/object.h"
#include "serverless/cold.h"
#include "serverless/invoke.h"
#include "serverless/knative.h"
#include "serverless/pods.h"
#include "serverless/secrets.h"

extern const struct runtime runtime_knative;

#define SERVICE_LABEL "serving.knative.dev/service"

static node_t *list(const struct runtime_env *env, struct err *err)
{
    struct kube *kube = env->kube;
    CLEANUP(node_free) node_t *services = kube_list_of(kube, &kube_knative_services, kube->ns, NULL, err);
    CLEANUP(node_free) node_t *revisions = services ? kube_list_of(kube, &kube_knative_revisions, kube->ns, NULL, err) : NULL;
    if (!revisions)
        return NULL;
    node_t *functions = node_new_array();
    for (const node_t *service = node_first(services); service; service = node_next(service))
        node_push(functions, knative_function(service, revisions));
    return functions;
}

static node_t *revisions_of(struct kube *kube, const char *name, struct err *err)
{
    AUTOFREE char *selector = xasprintf(SERVICE_LABEL "=%s", name);
    return kube_list_of(kube, &kube_knative_revisions, kube->ns, selector, err);
}

/* Knative itself says why a pod does not start only when its deadline of ten minutes is over. */
static void tell_trouble(struct kube *kube, const node_t *service, node_t *function)
{
    AUTOFREE char *selector =
        xasprintf("serving.knative.dev/revision=%s", node_str(service, "/status/latestCreatedRevisionName", "-"));
    pods_tell_trouble(kube, selector, function);
}

static node_t *show(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *service = kube_show(env->kube, &kube_knative_services, env->kube->ns, name, err);
    CLEANUP(node_free) node_t *revisions = service ? revisions_of(env->kube, name, err) : NULL;
    if (!revisions)
        return NULL;
    node_t *function = knative_function(service, revisions);
    if (strcmp(node_str(function, "/state", ""), "Deploying") == 0)
        tell_trouble(env->kube, service, function);
    return function;
}

static int deploy(const struct runtime_env *env, const struct function_spec *spec, bool replace, struct err *err)
{
    if (knative_check(spec, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *service = knative_service(spec, env->kube->ns);
    struct kube_apply apply = {.kind = &kube_knative_services, .object = service, .force = true};
    if (replace)
        return kube_apply(env->kube, &apply, NULL, err);
    if (kube_create(env->kube, &kube_knative_services, service, NULL, NULL, err) == 0)
        return 0;
    return err->code == ERR_CONFLICT ? err_hint(err, "--replace, or --if-not-exists") : -1;
}

static node_t *spec_json(const struct function_spec *spec) { return knative_service(spec, NULL); }

/* At least so many: a new revision, which takes over when its instances are ready. */
static int scale(const struct runtime_env *env, const char *name, int64_t replicas, struct err *err)
{
    CLEANUP(node_free) node_t *patch = node_new_object();
    node_t *template = node_set(node_set(patch, "spec", node_new_object()), "template", node_new_object());
    node_t *annotations = node_set(node_set(template, "metadata", node_new_object()), "annotations", node_new_object());
    AUTOFREE char *floor = xasprintf("%lld", (long long)replicas);
    node_set_str(annotations, "autoscaling.knative.dev/min-scale", floor);
    return kube_patch(env->kube, &kube_knative_services, env->kube->ns, name, patch, err);
}

static int remove_function(const struct runtime_env *env, const char *name, struct err *err)
{
    return kube_delete(env->kube, &kube_knative_services, env->kube->ns, name, err);
}

struct lines {
    bool (*on_line)(const node_t *line, void *arg);
    void *arg;
};

static bool give_line(const struct kube_log_line *line, void *arg)
{
    const struct lines *lines = arg;
    CLEANUP(node_free) node_t *node = node_new_object();
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addn(&text, line->text, line->len);
    node_set_str(node, "instance", line->label);
    node_set_str(node, "text", text.buf);
    return lines->on_line(node, lines->arg);
}

/* Of its own containers: Knative's queue-proxy beside them logs what it does itself. */
static int print_logs(const struct runtime_env *env, const char *name, bool follow, int64_t tail,
                      bool (*on_line)(const node_t *line, void *arg), void *arg, struct err *err)
{
    CLEANUP(node_free) node_t *service = kube_show(env->kube, &kube_knative_services, env->kube->ns, name, err);
    if (!service)
        return -1;
    AUTOFREE char *selector = xasprintf(SERVICE_LABEL "=%s", name);
    struct lines lines = {on_line, arg};
    struct kube_logs logs = {
        .ns = env->kube->ns,
        .selector = selector,
        .container = "user-container",
        .follow = follow,
        .tail = tail,
        .on_line = give_line,
        .arg = &lines,
    };
    if (kube_logs(env->kube, &logs, err) == 0)
        return 0;
    if (err->code != ERR_NOT_FOUND)
        return -1;
    err_clear(err); /* it has no instance now, and so no log */
    return 0;
}

/* Through the ingress, by the host of the function's URL. */
static int invoke(const struct runtime_env *env, const struct invoke_request *req, struct http_response *res, struct err *err)
{
    if (req->async)
        return runtime_lacks(&runtime_knative, "queue a request", err);
    CLEANUP(node_free) node_t *service = kube_show(env->kube, &kube_knative_services, env->kube->ns, req->name, err);
    if (!service)
        return -1;
    const char *url = node_str(service, "/status/url", NULL), *ingress = context_get(env->context, SETTING_knative);
    const char *host = url ? strstr(url, "://") : NULL;
    if (!host) {
        err_set(err, ERR_WORKLOAD, "function \"%s\" has no URL yet", req->name);
        return err_hint(err, "aiwf function wait %s", req->name);
    }
    if (invoke_send(env->http, req, ingress ? ingress : url, ingress ? host + strlen("://") : NULL, res, err) == 0)
        return 0;
    return err->code == ERR_UNREACHABLE && !ingress
               ? err_hint(err, "AIWF_KNATIVE=URL, or knative: URL in the context: where its ingress is")
               : -1;
}

const struct runtime runtime_knative = {
    .name = "knative",
    .help = "Knative Services of the context's cluster",
    .needs_cluster = true,
    .deploy = deploy,
    .spec_json = spec_json,
    .list = list,
    .show = show,
    .invoke = invoke,
    .scale = scale,
    .logs = print_logs,
    .remove = remove_function,
    .make_cold = cold_make_knative,
    .cold_begin = cold_begin_knative,
    .cold_end = cold_end_knative,
    .label = SERVICE_LABEL,
    .secrets = &secrets_kubernetes,
};
