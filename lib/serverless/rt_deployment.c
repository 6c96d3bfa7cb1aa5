/* Functions in containers that stay: a Deployment and a Service of the context's cluster, with an autoscaler where --scale says so. */
#include <string.h>

#include "kube/apply.h"
#include "kube/hpa.h"
#include "net/url.h"
#include "serverless/cold.h"
#include "serverless/deployment.h"
#include "serverless/invoke.h"
#include "serverless/keep.h"
#include "serverless/kube_function.h"
#include "serverless/pods.h"
#include "serverless/secrets.h"

#define OURS KUBE_MANAGED "=aiwf," FUNCTION_LABEL

static int apply(struct kube *kube, const struct kube_kind *kind, const node_t *body, struct err *err)
{
    return kube_apply(kube, &(struct kube_apply){.kind = kind, .object = body, .force = true}, NULL, err);
}

/* What is not there need not be deleted. */
static int drop(struct kube *kube, const struct kube_kind *kind, const char *name, struct err *err)
{
    CLEANUP(err_release) struct err one = ERR_INIT;
    if (kube_delete(kube, kind, kube->ns, name, &one) == 0 || one.code == ERR_NOT_FOUND)
        return 0;
    return err_move(err, &one);
}

static bool is_ours(const node_t *deployment)
{
    const node_t *labels = node_at(deployment, "/metadata/labels");
    return str_eq(node_text(node_get(labels, KUBE_MANAGED)), "aiwf") && node_get(labels, FUNCTION_LABEL);
}

static node_t *find(struct kube *kube, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *deployment = kube_show(kube, &kube_deployments, kube->ns, name, err);
    if (!deployment && err->code == ERR_NOT_FOUND)
        err_what(err, "there is no function \"%s\" in namespace %s", name, kube->ns);
    if (!deployment || is_ours(deployment))
        return TAKE(deployment);
    err_set(err, ERR_NOT_FOUND, "there is no function \"%s\" in namespace %s", name, kube->ns);
    err_why(err, "the deployment of that name was not made by aiwf");
    return NULL;
}

/* A Knative function of the same name has a Service of it too. */
static int check_service(struct kube *kube, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *there = NULL;
    if (kube_find(kube, &kube_services, kube->ns, name, &there, err) != 0)
        return -1;
    if (!there || is_ours(there))
        return 0;
    err_set(err, ERR_CONFLICT, "service \"%s\" exists already, and was not made by aiwf", name);
    if (node_at(there, "/metadata/labels/serving.knative.dev~1service"))
        err_why(err, "it leads to the Knative function of that name");
    return err_hint(err, "another name");
}

static int create_or_apply(struct kube *kube, const struct function_spec *spec, bool replace, struct err *err)
{
    CLEANUP(node_free) node_t *body = deployment_body(spec, kube->ns);
    CLEANUP(err_release) struct err look = ERR_INIT;
    CLEANUP(node_free) node_t *there = find(kube, spec->name, &look);
    if (!there && look.code != ERR_NOT_FOUND)
        return err_move(err, &look);
    if (!there && look.why) { /* someone else's */
        err_set(err, ERR_CONFLICT, "deployment \"%s\" exists already, and was not made by aiwf", spec->name);
        return err_hint(err, "another name");
    }
    return kube_function_put(kube, &(struct kube_function_put){.kind = &kube_deployments, .object = body, .replace = replace},
                             err);
}

static int deploy(const struct runtime_env *env, const struct function_spec *spec, bool replace, struct err *err)
{
    struct kube *kube = env->kube;
    if (deployment_check(spec, err) != 0 || check_service(kube, spec->name, err) != 0 ||
        create_or_apply(kube, spec, replace, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *service = deployment_service(spec, kube->ns);
    if (apply(kube, &kube_services, service, err) != 0)
        return err_hint(err, "aiwf function deploy --replace goes on, aiwf function delete %s takes it back", spec->name);
    if (!deployment_has_autoscaler(spec))
        return drop(kube, &kube_autoscalers, spec->name, err);
    CLEANUP(node_free) node_t *autoscaler = deployment_autoscaler(spec, kube->ns);
    return apply(kube, &kube_autoscalers, autoscaler, err);
}

static void tell_trouble(struct kube *kube, node_t *function)
{
    AUTOFREE char *selector = xasprintf(FUNCTION_LABEL "=%s", node_str(function, "/name", ""));
    pods_tell_trouble(kube, selector, function);
}

static const char *state_of(const node_t *deployment, int64_t replicas, int64_t available)
{
    bool is_seen = node_int(deployment, "/status/observedGeneration", 0) >= node_int(deployment, "/metadata/generation", 0);
    const node_t *progressing = kube_condition(deployment, "Progressing");
    if (is_seen && strcmp(node_str(progressing, "/reason", ""), "ProgressDeadlineExceeded") == 0)
        return "Failed";
    if (!replicas)
        return "Idle";
    int64_t updated = node_int(deployment, "/status/updatedReplicas", 0);
    if (!is_seen || updated < replicas ||
        node_int(deployment, "/status/replicas", 0) > updated) /* those of before still answer */
        return "Deploying";
    return available > 0 ? "Ready" : "Starting";
}

static node_t *function_of(const struct kube *kube, const node_t *deployment)
{
    node_t *function = node_new_object();
    const char *name = node_str(deployment, "/metadata/name", "");
    int64_t replicas = node_int(deployment, "/spec/replicas", 1),
            available = node_int(deployment, "/status/availableReplicas", 0);
    CLEANUP(str_release) struct str url = STR_INIT;
    node_set_str(function, "name", name);
    node_set_str(function, "state", state_of(deployment, replicas, available));
    node_set_str(function, "runtime", "deployment");
    node_set_str(function, "mode", "http");
    node_set_str(function, "image", node_str(deployment, "/spec/template/spec/containers/0/image", NULL));
    node_set_num(function, "replicas", (double)replicas);
    node_set_num(function, "available", (double)available);
    node_set_str(function, "namespace", kube->ns);
    node_set_str(function, "created", node_str(deployment, "/metadata/creationTimestamp", NULL));
    str_addf(&url, "http://%s.%s.svc", name, kube->ns);
    node_set_str(function, "url", url.buf);
    return function;
}

static void add_autoscaler(node_t *function, const node_t *hpa)
{
    node_t *explained = hpa_explain(hpa);
    node_t *scale = node_set(function, "scale", node_new_object());
    node_set_num(scale, "min", node_num(explained, "/min", 1));
    node_set_num(scale, "max", node_num(explained, "/max", 1));
    node_set(function, "autoscaler", explained);
}

static node_t *functions_of(struct kube *kube, const node_t *deployments, const node_t *hpas)
{
    node_t *functions = node_new_array();
    for (const node_t *deployment = node_first(deployments); deployment; deployment = node_next(deployment)) {
        node_t *function = node_push(functions, function_of(kube, deployment));
        const node_t *hpa = node_find(hpas, "/metadata/name", node_str(function, "/name", ""));
        if (hpa)
            add_autoscaler(function, hpa);
    }
    return functions;
}

/* Autoscalers that we may not see are none. */
static node_t *list(const struct runtime_env *env, struct err *err)
{
    struct kube *kube = env->kube;
    struct kube_listing lists[] = {{.kind = &kube_deployments, .ns = kube->ns, .selector = OURS},
                                   {.kind = &kube_autoscalers, .ns = kube->ns, .selector = OURS}};
    kube_list_kinds(kube, lists, ARRAY_LEN(lists));
    node_t *functions = lists[0].items ? functions_of(kube, lists[0].items, lists[1].items) : NULL;
    if (!functions)
        err_move(err, &lists[0].err);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        kube_listing_release(&lists[i]);
    return functions;
}

static node_t *show(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *deployment = find(env->kube, name, err);
    if (!deployment)
        return NULL;
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *hpa = kube_show(env->kube, &kube_autoscalers, env->kube->ns, name, &none);
    node_t *function = function_of(env->kube, deployment);
    if (hpa)
        add_autoscaler(function, hpa);
    const char *state = node_str(function, "/state", "");
    if (strcmp(state, "Ready") != 0 && strcmp(state, "Idle") != 0)
        tell_trouble(env->kube, function);
    return function;
}

/* Zero turns an autoscaler off, and any number turns it on again; in between it decides. */
static int check_autoscaler(struct kube *kube, const char *name, int64_t replicas, struct err *err)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *hpa = kube_show(kube, &kube_autoscalers, kube->ns, name, &none);
    if (!hpa || replicas == 0 || node_int(hpa, "/status/currentReplicas", 0) == 0)
        return 0;
    err_set(err, ERR_CONFLICT, "function \"%s\" has an autoscaler, which decides how many there are (%lld..%lld)", name,
            (long long)node_int(hpa, "/spec/minReplicas", 1), (long long)node_int(hpa, "/spec/maxReplicas", 1));
    return err_hint(err, "aiwf function deploy %s --replace --scale %lld, with its other options", name, (long long)replicas);
}

static int set_replicas(struct kube *kube, const char *name, int64_t replicas, struct err *err)
{
    CLEANUP(node_free) node_t *patch = node_new_object();
    node_set_num(node_set(patch, "spec", node_new_object()), "replicas", (double)replicas);
    return kube_patch(kube, &kube_deployments, kube->ns, name, patch, err);
}

static int scale(const struct runtime_env *env, const char *name, int64_t replicas, struct err *err)
{
    CLEANUP(node_free) node_t *deployment = find(env->kube, name, err);
    if (!deployment || check_autoscaler(env->kube, name, replicas, err) != 0)
        return -1;
    return set_replicas(env->kube, name, replicas, err);
}

static node_t *cold_begin(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *deployment = find(env->kube, name, err);
    if (!deployment)
        return NULL;
    node_t *begun = node_new_object();
    node_set_str(begun, "how", "by its Deployment, from 0 to 1 replicas: nothing holds a request that meets none");
    node_set_num(begun, "replicas", node_num(deployment, "/spec/replicas", 1));
    return begun;
}

static int cold_end(const struct runtime_env *env, const char *name, const node_t *begun, struct err *err)
{
    return set_replicas(env->kube, name, node_int(begun, "/replicas", 1), err);
}

static int make_cold(const struct runtime_env *env, const char *name, struct err *err)
{
    enum { TIMEOUT_MS = 120000 };
    AUTOFREE char *selector = xasprintf(FUNCTION_LABEL "=%s", name);
    const struct cold_wait wait = {
        .kube = env->kube, .ns = env->kube->ns, .selector = selector, .name = name, .timeout_ms = TIMEOUT_MS};
    return set_replicas(env->kube, name, 0, err) == 0 ? cold_wait_gone(&wait, err) : -1;
}

static int wake(const struct runtime_env *env, const char *name, struct err *err)
{
    return set_replicas(env->kube, name, 1, err);
}

static int remove_function(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *deployment = find(env->kube, name, err);
    if (!deployment || drop(env->kube, &kube_autoscalers, name, err) != 0 || drop(env->kube, &kube_services, name, err) != 0)
        return -1;
    return kube_delete(env->kube, &kube_deployments, env->kube->ns, name, err);
}

static int print_logs(const struct runtime_env *env, const char *name, bool follow, int64_t tail,
                      bool (*on_each)(const node_t *line, void *arg), void *arg, struct err *err)
{
    CLEANUP(node_free) node_t *deployment = find(env->kube, name, err);
    if (!deployment)
        return -1;
    AUTOFREE char *selector = xasprintf(FUNCTION_LABEL "=%s", name);
    struct kube_function_logs logs = {.selector = selector, .follow = follow, .tail = tail, .on_line = on_each, .arg = arg};
    return kube_function_logs(env->kube, &logs, err);
}

/* What the API server says itself when it cannot pass the request on; of a service that is not there, that nobody is behind it. */
static int proxy_error(struct kube *kube, const struct invoke_request *req, const struct http_response *res, struct err *err)
{
    if (res->status < 400 || !strstr(res->body.buf, "\"kind\":\"Status\""))
        return 0;
    CLEANUP(err_release) struct err missing = ERR_INIT;
    CLEANUP(node_free) node_t *deployment = find(kube, req->name, &missing);
    if (!deployment && missing.code == ERR_NOT_FOUND)
        return err_move(err, &missing);
    http_check(res, err, "cannot invoke function \"%s\"", req->name);
    if (res->status != 502 && res->status != 503)
        return err_hint(err, "aiwf function list");
    err->code = ERR_WORKLOAD;
    return err_hint(err, "aiwf function show %s", req->name);
}

/* Below the API server a path that climbs would be one of its own. */
static bool climbs(const char *path)
{
    for (const char *p = path; (p = strstr(p, "..")); p += 2) {
        bool starts = p == path || p[-1] == '/', ends = !p[2] || p[2] == '/' || p[2] == '?';
        if (starts && ends)
            return true;
    }
    return false;
}

extern const struct runtime runtime_deployment;

static int invoke(const struct runtime_env *env, const struct invoke_request *req, struct http_response *res, struct err *err)
{
    CLEANUP(str_release) struct str base = STR_INIT;
    AUTOFREE char *service = xasprintf("%s:http", req->name);
    if (req->async)
        return runtime_lacks(&runtime_deployment, "queue a request", err);
    if (req->path && (climbs(req->path) || strstr(req->path, "%2e") || strstr(req->path, "%2E")))
        return err_set(err, ERR_USAGE, "--path: \"..\" has no place in it");
    url_path(&base, env->kube->server, "/api/v1/namespaces/{}/services/{}/proxy/", env->kube->ns, service, NULL);
    const struct invoke_way way = {.http = env->kube->http, .base = base.buf};
    return invoke_send(&way, req, res, err) == 0 ? proxy_error(env->kube, req, res, err) : -1;
}

const struct runtime runtime_deployment = {
    .name = "deployment",
    .help = "containers of a Kubernetes cluster that stay, with an autoscaler",
    .support = deployment_support,
    .needs_cluster = true,
    .check = deployment_check,
    .deploy = deploy,
    .spec_json = deployment_manifest,
    .list = list,
    .show = show,
    .invoke = invoke,
    .scale = scale,
    .logs = print_logs,
    .remove = remove_function,
    .make_cold = make_cold,
    .cold_begin = cold_begin,
    .cold_end = cold_end,
    .wake = wake,
    .keep = keep_deployment,
    .label = FUNCTION_LABEL,
    .secrets = &secrets_kubernetes,
};
