/* Functions as Knative Services. */
#include <string.h>

#include "base/clock.h"
#include "kube/apply.h"
#include "kube/ask.h"
#include "kube/events.h"
#include "kube/object.h"
#include "net/url.h"
#include "serverless/cold.h"
#include "serverless/invoke.h"
#include "serverless/keep.h"
#include "serverless/knative.h"
#include "serverless/knative_start.h"
#include "serverless/kube_function.h"
#include "serverless/pods.h"
#include "serverless/secrets.h"
#include "serverless/traffic.h"

extern const struct runtime runtime_knative;

#define SERVICE_LABEL "serving.knative.dev/service"

/* Functions, and of each the status.traffic of its Service: their instances are counted when those are known, too. */
struct listing {
    node_t *functions, *traffic;
};

/* As it comes: a Service is many times its line in a list. */
static void take_service(node_t *service, void *arg)
{
    struct listing *listing = arg;
    node_t *traffic = node_get(node_get(service, "status"), "traffic");
    node_push(listing->functions, knative_function(service));
    node_push(listing->traffic, traffic ? node_detach(node_get(service, "status"), traffic) : node_new_array());
    node_free(service);
}

static void drop_functions(void *arg)
{
    struct listing *listing = arg;
    node_free(listing->functions);
    node_free(listing->traffic);
    *listing = (struct listing){.functions = node_new_array(), .traffic = node_new_array()};
}

static int list_services(struct kube *kube, struct listing *listing, struct knative_counts *counts, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    kube_path(&path, &kube_knative_services, kube->ns, NULL, NULL);
    const struct kube_each lists[] = {
        {.path = path.buf, .failing = "cannot list services", .take = take_service, .restart = drop_functions, .arg = listing},
        knative_counts_list(kube, counts),
    };
    CLEANUP(err_release) struct err uncounted = ERR_INIT;
    struct err errs[] = {ERR_INIT, ERR_INIT};
    kube_each_all(kube, lists, errs, ARRAY_LEN(lists));
    err_move(err, &errs[0]);
    err_move(&uncounted, &errs[1]);
    if (err->code != ERR_OK)
        return kube_list_failed(&kube_knative_services, err);
    return knative_counts_take(kube, counts, &uncounted) == 0 ? 0 : err_move(err, &uncounted);
}

static node_t *list(const struct runtime_env *env, struct err *err)
{
    CLEANUP(knative_counts_release) struct knative_counts counts = KNATIVE_COUNTS_INIT;
    struct listing listing = {.functions = node_new_array(), .traffic = node_new_array()};
    int rc = list_services(env->kube, &listing, &counts, err);
    CLEANUP(node_free) node_t *functions = listing.functions;
    CLEANUP(node_free) node_t *traffic = listing.traffic;
    if (rc != 0)
        return NULL;
    node_t *function = node_first(functions);
    for (const node_t *of = node_first(traffic); of; of = node_next(of), function = node_next(function))
        knative_function_count(function, of, &counts);
    return TAKE(functions);
}

static node_t *revisions_of(struct kube *kube, const char *name, struct err *err)
{
    AUTOFREE char *selector = xasprintf(SERVICE_LABEL "=%s", name);
    return kube_list_of(kube, &kube_knative_revisions, kube->ns, selector, err);
}

/* What the kubelet said last of a probe that fails. */
static void tell_probe(struct kube *kube, node_t *function)
{
    enum { WORTH_ASKING_MS = 3000 };
    struct kube_ask ask = {0};
    const char *pod = node_str(function, "/unready_pod", NULL), *said = "it does not answer its readiness probe";
    if (!pod || node_int(function, "/unready_ms", 0) < WORTH_ASKING_MS || strcmp(node_str(function, "/state", ""), "Failed") == 0)
        return;
    AUTOFREE char *fields = xasprintf("involvedObject.uid=%s,reason=Unhealthy", pod);
    kube_ask_list(&ask, &kube_events, kube->ns, NULL, fields);
    kube_ask_all(kube, &ask, 1);
    for (const node_t *event = node_first(ask.answer); event; event = node_next(event))
        said = node_str(event, "/message", said);
    CLEANUP(str_release) struct str message = STR_INIT;
    str_add(&message, "its container runs for ");
    duration_print(&message, node_int(function, "/unready_ms", 0) / 1000 * 1000);
    str_addf(&message, " and is not ready: %s", said);
    node_set_str(function, "message", message.buf);
    kube_ask_release(&ask);
}

/* Knative itself says why a pod does not start only when its deadline of ten minutes is over. */
static void tell_start(struct kube *kube, const node_t *service, const node_t *revisions, node_t *function)
{
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    const char *latest = node_str(service, "/status/latestCreatedRevisionName", "-"), *state = node_str(function, "/state", "");
    AUTOFREE char *selector = xasprintf("serving.knative.dev/revision=%s", latest);
    bool is_well = strcmp(state, "Ready") == 0 || strcmp(state, "Idle") == 0;
    CLEANUP(node_free) node_t *pods = is_well ? NULL : kube_list_of(kube, &kube_pods, kube->ns, selector, &unseen);
    struct knative_sight sight = {
        .service = service, .revision = knative_revision_named(revisions, latest), .pods = pods, .now_ms = clock_wall_ms()};
    knative_tell_stages(&sight, function);
    if (is_well)
        return;
    pods_tell(pods, function);
    knative_tell_failure(sight.revision, function);
    tell_probe(kube, function);
}

static node_t *show(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *service = kube_show(env->kube, &kube_knative_services, env->kube->ns, name, err);
    CLEANUP(node_free) node_t *revisions = service ? revisions_of(env->kube, name, err) : NULL;
    if (!revisions)
        return NULL;
    CLEANUP(knative_counts_release) struct knative_counts counts = KNATIVE_COUNTS_INIT;
    knative_counts_add(&counts, revisions);
    node_t *function = knative_function(service);
    knative_function_count(function, node_at(service, "/status/traffic"), &counts);
    tell_start(env->kube, service, revisions, function);
    return function;
}

/* ---- deploy ---- */

#define SERVING_NS "knative-serving"
#define FEATURES   "config-features"

/* What the config map says of a flag; those that are missing are off, but for this one (config/core/configmaps/features.yaml). */
static const char *flag_value(const node_t *map, const char *flag)
{
    bool is_usual = strcmp(flag, "kubernetes.podspec-volumes-emptydir") == 0;
    const char *value = node_text(node_get(node_get(map, "data"), flag));
    return value ? value : is_usual ? "enabled" : "disabled";
}

/* A cluster that lets us not look decides by itself. */
static int check_flags(struct kube *kube, const struct function_spec *spec, struct err *err)
{
    CLEANUP(node_free) node_t *map = NULL;
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    for (enum function_feature i = 0; i < FEATURE_COUNT; i++) {
        const char *flag = knative_support[i].flag;
        if (!flag || spec->object || !function_says(spec, i))
            continue;
        if (!map && (kube_find(kube, &kube_config_maps, SERVING_NS, FEATURES, &map, &unseen) != 0 || !map))
            return unseen.code == ERR_INTERRUPTED ? err_move(err, &unseen) : 0;
        const char *value = flag_value(map, flag);
        if (strcmp(value, "disabled") != 0)
            continue;
        err_set(err, ERR_FAILED, "%s: this cluster's Knative does not allow it", function_features[i].option);
        err_why(err, "%s is \"%s\" in the config map " SERVING_NS "/" FEATURES, flag, value);
        return err_hint(
            err, "kubectl -n " SERVING_NS " patch configmap " FEATURES " --type merge -p '{\"data\":{\"%s\":\"enabled\"}}'",
            flag);
    }
    return 0;
}

static struct kube_source source_of(const struct function_spec *spec)
{
    if (spec->object)
        return (struct kube_source){.doc = spec->object_doc, .object = spec->object};
    return (struct kube_source){.flags = knative_flags};
}

/* Fields that a flag must allow are refused by their names (serving, pkg/apis/serving/fieldmask.go). */
static int hint_flags(struct err *err)
{
    bool is_flag = err->why && strstr(err->why, "must not set the field");
    return is_flag ? err_hint(err, "kubectl -n " SERVING_NS " get configmap " FEATURES ": a flag there may allow it") : -1;
}

static int deploy(const struct runtime_env *env, const struct function_spec *spec, bool replace, struct err *err)
{
    if (function_check(&runtime_knative, spec, err) != 0 || knative_check(spec, err) != 0 ||
        check_flags(env->kube, spec, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *service = knative_service(spec, env->kube->ns);
    const struct kube_source source = source_of(spec);
    struct kube_function_put put = {.kind = &kube_knative_services, .object = service, .source = &source, .replace = replace};
    return kube_function_put(env->kube, &put, err) == 0 ? 0 : hint_flags(err);
}

static int diff(const struct runtime_env *env, const struct function_spec *spec, struct str *out, bool *ret_differs,
                struct err *err)
{
    if (function_check(&runtime_knative, spec, err) != 0 || knative_check(spec, err) != 0 ||
        check_flags(env->kube, spec, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *service = knative_service(spec, env->kube->ns);
    const struct kube_source source = source_of(spec);
    struct kube_apply apply = {.kind = &kube_knative_services, .object = service, .source = &source, .force = true};
    return kube_diff(env->kube, &apply, out, ret_differs, err) == 0 ? 0 : hint_flags(err);
}

static int check(const struct function_spec *spec, struct err *err)
{
    return function_check(&runtime_knative, spec, err) != 0 ? -1 : knative_check(spec, err);
}

static node_t *spec_json(const struct function_spec *spec) { return knative_service(spec, NULL); }

static node_t *service_named(const struct runtime_env *env, const char *name, struct err *err)
{
    return kube_show(env->kube, &kube_knative_services, env->kube->ns, name, err);
}

static node_t *manifest(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *service = service_named(env, name, err);
    return service ? knative_manifest(service) : NULL;
}

/* ---- revisions ---- */

static node_t *revisions(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *service = service_named(env, name, err);
    CLEANUP(node_free) node_t *all = service ? revisions_of(env->kube, name, err) : NULL;
    return all ? knative_revisions(service, all) : NULL;
}

/* Before it is sent: Knative takes a name that there is not, and then waits for it. */
static int check_targets(struct kube *kube, const char *name, const node_t *traffic, struct err *err)
{
    CLEANUP(node_free) node_t *all = revisions_of(kube, name, err);
    for (const node_t *target = node_first(traffic); all && target; target = node_next(target)) {
        const char *revision = node_str(target, "/revisionName", NULL);
        if (!revision || knative_revision_named(all, revision))
            continue;
        err_set(err, ERR_NOT_FOUND, "function \"%s\" has no revision \"%s\"", name, revision);
        return err_hint(err, "aiwf function revisions %s", name);
    }
    return all ? 0 : -1;
}

/* The traffic is not what deploy says: it has an owner of its own, so that a later deploy leaves it. */
static int set_traffic(const struct runtime_env *env, const char *name, const struct traffic_change *change, bool dry_run,
                       node_t **ret, struct err *err)
{
    CLEANUP(node_free) node_t *service = service_named(env, name, err);
    CLEANUP(node_free) node_t *traffic = service ? traffic_changed(node_at(service, "/spec/traffic"), change, err) : NULL;
    if (!traffic || check_targets(env->kube, name, traffic, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *patch = node_new_object();
    node_set(node_set(patch, "spec", node_new_object()), "traffic", node_copy(traffic));
    if (!dry_run && kube_patch(env->kube, &kube_knative_services, env->kube->ns, name, patch, err) != 0)
        return -1;
    *ret = TAKE(traffic);
    return 0;
}

static node_t *events(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *service = service_named(env, name, err);
    CLEANUP(node_free) node_t *all = service ? revisions_of(env->kube, name, err) : NULL;
    AUTOFREE char *selector = xasprintf(SERVICE_LABEL "=%s", name);
    CLEANUP(node_free) node_t *pods = all ? kube_list_of(env->kube, &kube_pods, env->kube->ns, selector, err) : NULL;
    const node_t *parts[] = {all, pods};
    return pods ? kube_events_about(env->kube, service, parts, ARRAY_LEN(parts), err) : NULL;
}

/* ---- scale, delete, logs ---- */

static int check_ceiling(const node_t *service, const char *name, int64_t replicas, struct err *err)
{
    const char *text =
        node_text(node_get(node_at(service, "/spec/template/metadata/annotations"), "autoscaling.knative.dev/max-scale"));
    long long most;
    if (!text || !str_to_int(text, 1, INT32_MAX, &most) || replicas <= most)
        return 0;
    err_set(err, ERR_CONFLICT, "function \"%s\" has at most %lld instances", name, most);
    return err_hint(err, "aiwf function deploy %s --replace --scale %lld..%lld, with its other options", name,
                    (long long)replicas, (long long)replicas);
}

/* At least so many: a new revision, which takes over when its instances are ready. */
static int scale(const struct runtime_env *env, const char *name, int64_t replicas, struct err *err)
{
    CLEANUP(node_free) node_t *service = service_named(env, name, err);
    if (!service || check_ceiling(service, name, replicas, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *patch = node_new_object();
    node_t *template = node_set(node_set(patch, "spec", node_new_object()), "template", node_new_object());
    node_t *metadata = node_set(template, "metadata", node_new_object());
    node_t *annotations = node_set(metadata, "annotations", node_new_object());
    AUTOFREE char *floor = xasprintf("%lld", (long long)replicas);
    node_set_str(annotations, "autoscaling.knative.dev/min-scale", floor);
    if (node_at(service, "/spec/template/metadata/name"))
        node_set(metadata, "name", node_new_null()); /* a revision's name is given once */
    return kube_patch(env->kube, &kube_knative_services, env->kube->ns, name, patch, err);
}

static int remove_function(const struct runtime_env *env, const char *name, struct err *err)
{
    return kube_delete(env->kube, &kube_knative_services, env->kube->ns, name, err);
}

/* Of its own containers: Knative's queue-proxy beside them logs what it does itself. */
static int print_logs(const struct runtime_env *env, const char *name, bool follow, int64_t tail,
                      bool (*on_line)(const node_t *line, void *arg), void *arg, struct err *err)
{
    CLEANUP(node_free) node_t *service = service_named(env, name, err);
    if (!service)
        return -1;
    AUTOFREE char *selector = xasprintf(SERVICE_LABEL "=%s", name);
    struct kube_function_logs logs = {
        .selector = selector, .container = "user-container", .follow = follow, .tail = tail, .on_line = on_line, .arg = arg};
    return kube_function_logs(env->kube, &logs, err);
}

/* ---- invoke ---- */

/* A way is a URL, and the headers that lead on from there. Through the activator, which wakes a revision and passes
 * requests on to it: it needs no ingress, only what the API server lets us do (facts: serving, pkg/activator/handler). */
static void by_activator(struct kube *kube, const node_t *service, struct strv *way)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    const node_t *most = NULL;
    for (const node_t *target = node_first(node_at(service, "/status/traffic")); target; target = node_next(target))
        if (!most || node_int(target, "/percent", 0) > node_int(most, "/percent", 0))
            most = target;
    url_path(&url, kube->server, "/api/v1/namespaces/" SERVING_NS "/services/{}/proxy/", "activator-service:http", NULL);
    strv_add(way, url.buf);
    strv_addf(way, "Knative-Serving-Namespace: %s", node_str(service, "/metadata/namespace", kube->ns));
    strv_addf(way, "Knative-Serving-Revision: %s",
              node_str(most, "/revisionName", node_str(service, "/status/latestReadyRevisionName", "-")));
}

static int go(const struct runtime_env *env, const struct invoke_request *req, const struct strv *way, struct http_response *res,
              struct err *err)
{
    bool is_inside = str_starts(way->v[0], env->kube->server);
    const struct invoke_way how = {.http = is_inside ? env->kube->http : env->http, .base = way->v[0], .headers = way->v + 1};
    return invoke_send(&how, req, res, err);
}

/* By the context's ingress, else by the function's own URL; where that leads nowhere, through the API server. */
static int find_way(const struct runtime_env *env, const struct invoke_request *req, struct strv *way, node_t **ret,
                    struct err *err)
{
    node_t *service = service_named(env, req->name, err);
    const char *url = node_str(service, "/status/url", NULL), *ingress = context_get(env->context, SETTING_knative);
    const char *host = url ? strstr(url, "://") : NULL;
    *ret = service;
    if (!service)
        return -1;
    if (!host) {
        err_set(err, ERR_WORKLOAD, "function \"%s\" has no URL yet", req->name);
        return err_hint(err, "aiwf function wait %s", req->name);
    }
    strv_add(way, ingress ? ingress : url);
    if (ingress)
        strv_addf(way, "Host: %s", host + strlen("://"));
    return 0;
}

static int invoke(const struct runtime_env *env, const struct invoke_request *req, struct http_response *res, struct err *err)
{
    CLEANUP(strv_release) struct strv found = STRV_INIT;
    CLEANUP(node_free) node_t *service = NULL;
    CLEANUP(err_release) struct err direct = ERR_INIT;
    struct strv *way = req->kept ? req->kept : &found;
    if (req->async)
        return runtime_lacks(&runtime_knative, "queue a request", err);
    if (way->n)
        return go(env, req, way, res, err);
    if (find_way(env, req, way, &service, err) != 0)
        return -1;
    if (go(env, req, way, res, &direct) == 0)
        return 0;
    bool is_nowhere =
        direct.code == ERR_UNREACHABLE && res->stage < HTTP_CONNECTED && !context_get(env->context, SETTING_knative);
    if (!is_nowhere)
        return err_move(err, &direct);
    strv_release(way);
    *way = STRV_INIT;
    by_activator(env->kube, service, way);
    if (go(env, req, way, res, err) != 0)
        return -1;
    bool is_refused = res->status == 403 && strstr(res->body.buf, "\"kind\":\"Status\"");
    if (!is_refused)
        return 0;
    err_move(err, &direct);
    return err_hint(err, "AIWF_KNATIVE=URL, or knative: URL in the context: where its ingress is");
}

const struct runtime runtime_knative = {
    .name = "knative",
    .help = "Knative Services of the context's cluster",
    .support = knative_support,
    .needs_cluster = true,
    .transient_ms = 3000,
    .check = check,
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
    .keep = keep_knative,
    .label = SERVICE_LABEL,
    .secrets = &secrets_kubernetes,
    .revisions = revisions,
    .set_traffic = set_traffic,
    .manifest = manifest,
    .diff = diff,
    .events = events,
};
