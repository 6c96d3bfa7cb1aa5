#include "serverless/knative.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kube/object.h"
#include "serverless/container.h"
#include "serverless/traffic.h"

#define AUTOSCALING "autoscaling.knative.dev/"
#define SERVING     "serving.knative.dev/"
#define VISIBILITY  "networking.knative.dev/visibility"
#define PODSPEC     "kubernetes.podspec-"

const struct function_support knative_support[FEATURE_COUNT] = {
    CONTAINER_SUPPORT,
    [FEATURE_SOURCE] = {.why_not = "Knative runs images, not folders"},
    [FEATURE_STDIO] = {.why_not = "a Knative function is a server"},
    [FEATURE_MANIFEST] = {.as = "itself"},
    [FEATURE_VOLUME_CLAIM] = {.as = "volumes", .flag = PODSPEC "persistent-volume-claim"},
    [FEATURE_VOLUME_WRITE] = {.as = "volumes", .flag = PODSPEC "persistent-volume-write"},
    [FEATURE_VOLUME_EMPTY] = {.as = "volumes", .flag = PODSPEC "volumes-emptydir"},
    [FEATURE_SCALE] = {.as = AUTOSCALING "min-scale, max-scale"},
    [FEATURE_ZERO] = {.as = AUTOSCALING "min-scale"},
    [FEATURE_METRIC] = {.as = AUTOSCALING "metric, target"},
    [FEATURE_IDLE] = {.as = AUTOSCALING "window"},
    [FEATURE_CONCURRENCY] = {.as = "containerConcurrency"},
    [FEATURE_QUEUE] = {.why_not = "Knative's activator holds requests without such a limit"},
    [FEATURE_SCALE_INITIAL] = {.as = AUTOSCALING "initial-scale"},
    [FEATURE_SCALE_ACTIVATION] = {.as = AUTOSCALING "activation-scale"},
    [FEATURE_UTILIZATION] = {.as = AUTOSCALING "target-utilization-percentage"},
    [FEATURE_SCALE_DOWN_DELAY] = {.as = AUTOSCALING "scale-down-delay"},
    [FEATURE_SCALE_CLASS] = {.as = AUTOSCALING "class"},
    [FEATURE_TIMEOUT] = {.as = "timeoutSeconds"},
    [FEATURE_START] = {.as = SERVING "progress-deadline"},
    [FEATURE_ANNOTATIONS] = {.as = "annotations of the revision"},
    [FEATURE_RUNTIME_CLASS] = {.as = "runtimeClassName", .flag = PODSPEC "runtimeclassname"},
    [FEATURE_NODE_SELECTOR] = {.as = "nodeSelector", .flag = PODSPEC "nodeselector"},
    [FEATURE_NODE_AFFINITY] = {.as = "affinity", .flag = PODSPEC "affinity"},
    [FEATURE_TOLERATIONS] = {.as = "tolerations", .flag = PODSPEC "tolerations"},
    [FEATURE_REVISION_NAME] = {.as = "the template's name"},
    [FEATURE_TRAFFIC] = {.as = "traffic"},
    [FEATURE_TAGS] = {.as = "traffic tag"},
    [FEATURE_ROLLOUT] = {.as = SERVING "rollout-duration"},
    [FEATURE_CLUSTER_LOCAL] = {.as = "label " VISIBILITY},
};

#define TEMPLATE  "spec.template."
#define ANNOTATED TEMPLATE "metadata.annotations."
#define CONTAINER TEMPLATE "spec.containers[0]."
const struct kube_flag knative_flags[] = {
    {"metadata.name", "NAME"},
    {ANNOTATED AUTOSCALING "min-scale", "--scale"},
    {ANNOTATED AUTOSCALING "max-scale", "--scale"},
    {ANNOTATED AUTOSCALING "window", "--idle"},
    {ANNOTATED AUTOSCALING "metric", "--metric"},
    {ANNOTATED AUTOSCALING "target-utilization-percentage", "--utilization"},
    {ANNOTATED AUTOSCALING "target", "--metric"},
    {ANNOTATED AUTOSCALING "initial-scale", "--scale-initial"},
    {ANNOTATED AUTOSCALING "activation-scale", "--scale-activation"},
    {ANNOTATED AUTOSCALING "scale-down-delay", "--scale-down-delay"},
    {ANNOTATED AUTOSCALING "class", "--scale-class"},
    {ANNOTATED SERVING "progress-deadline", "--start-timeout"},
    {"metadata.annotations." SERVING "rollout-duration", "--rollout"},
    {TEMPLATE "metadata.annotations", "--annotation"},
    {TEMPLATE "metadata.name", "--revision-name"},
    {TEMPLATE "metadata.labels", "--label"},
    {"metadata.labels", "--label"},
    {"spec.traffic", "--traffic"},
    {TEMPLATE "spec.containerConcurrency", "--concurrency"},
    {TEMPLATE "spec.timeoutSeconds", "--exec-timeout"},
    {CONTAINER "image", "--image"},
    {CONTAINER "args", "--arg"},
    {CONTAINER "envFrom", "--env-from"},
    {CONTAINER "env", "--env"},
    {CONTAINER "ports", "--port"},
    {CONTAINER "readinessProbe", "--ready-probe"},
    {CONTAINER "livenessProbe", "--live-probe"},
    {CONTAINER "resources.requests", "--request"},
    {CONTAINER "resources.limits", "--limit"},
    {CONTAINER "volumeMounts", "--volume"},
    {CONTAINER "securityContext", "--user"},
    {TEMPLATE "spec.volumes", "--volume"},
    {TEMPLATE "spec.serviceAccountName", "--service-account"},
    {TEMPLATE "spec.imagePullSecrets", "--pull-secret"},
    {TEMPLATE "spec.runtimeClassName", "--runtime-class"},
    {TEMPLATE "spec.nodeSelector", "--node-selector"},
    {TEMPLATE "spec.affinity", "--node-affinity"},
    {TEMPLATE "spec.tolerations", "--toleration"},
    {0},
};

/* ---- what it decides by ---- */

/* "NAME=VALUE" of --metric. */
struct target {
    char *name;
    double value;
    const char *text;
};

static int target_of(const struct function_spec *spec, struct target *ret, struct err *err)
{
    const char *metric = spec->metrics && spec->metrics->n ? spec->metrics->v[0] : NULL;
    const char *equals = metric ? strchr(metric, '=') : NULL;
    *ret = (struct target){0};
    if (!metric)
        return 0;
    if (spec->metrics->n > 1) {
        err_set(err, ERR_USAGE, "--metric: Knative's autoscaler decides by one");
        return err_hint(err, "one of concurrency=N, rps=N, cpu=PERCENT, memory=MEBIBYTES");
    }
    if (!equals || equals == metric || !str_to_num(equals + 1, &ret->value) || !(ret->value >= 0.01)) {
        err_set(err, ERR_USAGE, "--metric: \"%s\" is not NAME=VALUE with a value of 0.01 or more", metric);
        return err_hint(err, "concurrency=N, rps=N, cpu=PERCENT or memory=MEBIBYTES");
    }
    ret->name = xstrndup(metric, (size_t)(equals - metric));
    ret->text = equals + 1;
    return 0;
}

/* Knative's own autoscaler counts requests; Kubernetes' measures the rest. */
static const char *class_of(const struct target *target)
{
    bool is_requests = !target->name || strcmp(target->name, "concurrency") == 0 || strcmp(target->name, "rps") == 0;
    return is_requests ? "kpa" : "hpa";
}

static void set_class(node_t *annotations, const char *class)
{
    AUTOFREE char *text = strchr(class, '.') ? xstrdup(class) : xasprintf("%s." AUTOSCALING, class);
    if (str_ends(text, "/"))
        text[strlen(text) - 1] = '\0';
    node_set_str(annotations, AUTOSCALING "class", text);
}

static int check_class(const struct function_spec *spec, const struct target *target, struct err *err)
{
    const char *class = function_detail(spec)->scale_class;
    if (!class || strchr(class, '.'))
        return 0;
    if (strcmp(class, "kpa") != 0 && strcmp(class, "hpa") != 0) {
        err_set(err, ERR_USAGE, "--scale-class: \"%s\" is not kpa, hpa or NAME.DOMAIN", class);
        return err_hint(err, "kpa counts requests, hpa measures cpu and memory");
    }
    if (!target->name || strcmp(class, class_of(target)) == 0)
        return 0;
    err_set(err, ERR_USAGE, "--scale-class %s does not decide by --metric %s", class, target->name);
    return err_hint(err, "--scale-class %s, or leave it out", class_of(target));
}

/* ---- checks ---- */

static int check_number(const char *option, const char *text, long long min, long long max, long long *ret, struct err *err)
{
    if (!text || str_to_int(text, min, max, ret))
        return 0;
    return err_set(err, ERR_USAGE, "%s: \"%s\" is not a number of %lld to %lld", option, text, min, max);
}

static int check_bounds(const struct function_spec *spec, struct err *err)
{
    enum { SCALE_MOST = 10000, ACTIVATION_LEAST = 2 /* one is what it is without (serving, validateScale) */ };
    const struct function_detail *detail = function_detail(spec);
    long long activation = -1, initial = -1, percent;
    if (check_number("--scale-initial", detail->scale_initial, 0, SCALE_MOST, &initial, err) != 0 ||
        check_number("--scale-activation", detail->scale_activation, ACTIVATION_LEAST, SCALE_MOST, &activation, err) != 0 ||
        check_number("--utilization", detail->utilization, 1, 100, &percent, err) != 0)
        return -1;
    if (spec->scale_max > 0 && spec->scale_min > spec->scale_max)
        return err_set(err, ERR_USAGE, "--scale: at least %lld is more than at most %lld", (long long)spec->scale_min,
                       (long long)spec->scale_max);
    if (activation >= 0 && activation < spec->scale_min)
        return err_set(err, ERR_USAGE, "--scale-activation %lld is less than --scale's %lld at least", activation,
                       (long long)spec->scale_min);
    if (spec->scale_max > 0 && activation > spec->scale_max)
        return err_set(err, ERR_USAGE, "--scale-activation %lld is more than --scale's %lld at most", activation,
                       (long long)spec->scale_max);
    if (spec->scale_max > 0 && initial > spec->scale_max)
        return err_set(err, ERR_USAGE, "--scale-initial %lld is more than --scale's %lld at most", initial,
                       (long long)spec->scale_max);
    return 0;
}

static int check_time(const char *option, const char *text, int64_t min_ms, int64_t max_ms, struct err *err)
{
    int64_t ms;
    CLEANUP(str_release) struct str least = STR_INIT;
    CLEANUP(str_release) struct str most = STR_INIT;
    if (!text || (duration_parse(text, &ms) && ms >= min_ms && ms <= max_ms))
        return 0;
    duration_print(&least, min_ms);
    duration_print(&most, max_ms);
    return err_set(err, ERR_USAGE, "%s: \"%s\" is not a time of %s to %s", option, text, least.buf, most.buf);
}

static int check_times(const struct function_spec *spec, struct err *err)
{
    enum { WINDOW_MIN_MS = 6000, HOUR_MS = 3600000 };
    const struct function_detail *detail = function_detail(spec);
    if (spec->idle_ms >= 0 && (spec->idle_ms < WINDOW_MIN_MS || spec->idle_ms > HOUR_MS))
        return err_set(err, ERR_USAGE, "--idle: Knative looks back over 6s to 1h");
    if (check_time("--scale-down-delay", detail->scale_down_delay, 0, HOUR_MS, err) != 0)
        return -1;
    return check_time("--rollout", detail->rollout, 1000, 24LL * HOUR_MS, err);
}

int knative_check(const struct function_spec *spec, struct err *err)
{
    struct target target;
    if (spec->object)
        return 0;
    if (container_check(spec, err) != 0 || check_bounds(spec, err) != 0 || check_times(spec, err) != 0)
        return -1;
    int rc = target_of(spec, &target, err);
    if (rc == 0)
        rc = check_class(spec, &target, err);
    mem_free_ptr(&target.name);
    CLEANUP(node_free) node_t *traffic = rc == 0 ? traffic_of(spec, err) : NULL;
    return traffic ? 0 : -1;
}

/* ---- there ---- */

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

static void set_text(node_t *object, const char *key, const char *text)
{
    if (text)
        node_set_str(object, key, text);
}

static void set_time(node_t *object, const char *key, const char *text)
{
    int64_t ms;
    if (text && duration_parse(text, &ms))
        set_seconds(object, key, ms);
}

static void set_target(node_t *annotations, const struct function_spec *spec)
{
    CLEANUP(err_release) struct err none = ERR_INIT; /* checked before: knative_check */
    struct target target;
    const char *class = function_detail(spec)->scale_class;
    target_of(spec, &target, &none);
    if (target.name) {
        node_set_str(annotations, AUTOSCALING "metric", target.name);
        node_set_str(annotations, AUTOSCALING "target", target.text);
    }
    if (class || strcmp(class_of(&target), "hpa") == 0)
        set_class(annotations, class ? class : "hpa");
    mem_free_ptr(&target.name);
}

/* Knative wants these on the Service, and refuses all others of its own there. */
static bool is_of_service(const char *annotation)
{
    return str_starts(annotation, SERVING "rollout-duration") || str_starts(annotation, "networking.knative.dev/");
}

static void set_annotations(node_t *annotations, const struct function_spec *spec, bool of_service)
{
    const struct strv *given = &function_detail(spec)->annotations;
    CLEANUP(strv_release) struct strv pairs = STRV_INIT;
    for (size_t i = 0; i < given->n; i++)
        if (is_of_service(given->v[i]) == of_service)
            strv_add(&pairs, given->v[i]);
    node_set_pairs(annotations, &pairs);
}

/* All of them are strings, on the template. */
static node_t *annotations_of(const struct function_spec *spec)
{
    const struct function_detail *detail = function_detail(spec);
    node_t *annotations = node_new_object();
    if (spec->scale_min >= 0)
        set_number(annotations, AUTOSCALING "min-scale", spec->scale_min);
    if (spec->scale_max >= 0)
        set_number(annotations, AUTOSCALING "max-scale", spec->scale_max);
    if (spec->idle_ms >= 0)
        set_seconds(annotations, AUTOSCALING "window", spec->idle_ms);
    set_text(annotations, AUTOSCALING "initial-scale", detail->scale_initial);
    set_text(annotations, AUTOSCALING "activation-scale", detail->scale_activation);
    set_text(annotations, AUTOSCALING "target-utilization-percentage", detail->utilization);
    set_time(annotations, AUTOSCALING "scale-down-delay", detail->scale_down_delay);
    set_target(annotations, spec);
    if (spec->start_ms > 0)
        set_seconds(annotations, SERVING "progress-deadline", spec->start_ms);
    set_annotations(annotations, spec, false);
    return annotations;
}

static node_t *user_container(const struct function_spec *spec)
{
    bool is_h2c;
    int port = container_port(spec, &is_h2c);
    node_t *container = container_of(spec, NULL);
    if (!port)
        return container;
    node_t *one = node_push(node_set(container, "ports", node_new_array()), node_new_object());
    if (is_h2c)
        node_set_str(one, "name", "h2c");
    node_set_num(one, "containerPort", port);
    return container;
}

/* "v2" of function f is f-v2. */
static char *revision_name(const struct function_spec *spec)
{
    const char *name = function_detail(spec)->revision_name;
    size_t len = strlen(spec->name);
    bool is_whole = strncmp(name, spec->name, len) == 0 && name[len] == '-';
    return is_whole ? xstrdup(name) : xasprintf("%s-%s", spec->name, name);
}

static node_t *template_of(const struct function_spec *spec)
{
    node_t *template = node_new_object();
    CLEANUP(node_free) node_t *metadata = node_new_object();
    AUTOFREE char *name = function_detail(spec)->revision_name ? revision_name(spec) : NULL;
    node_t *labels = node_new_object();
    set_text(metadata, "name", name);
    node_set_pairs(labels, spec->labels);
    set_if_any(metadata, "labels", labels);
    set_if_any(metadata, "annotations", annotations_of(spec));
    set_if_any(template, "metadata", TAKE(metadata));
    node_t *body = node_set(template, "spec", node_new_object());
    if (spec->concurrency > 0)
        node_set_num(body, "containerConcurrency", (double)spec->concurrency);
    if (spec->timeout_ms > 0)
        node_set_num(body, "timeoutSeconds", (double)seconds_up(spec->timeout_ms));
    node_push(node_set(body, "containers", node_new_array()), user_container(spec));
    container_fill_pod(spec, body);
    return template;
}

/* As it is written, but for its namespace where it says none. */
static node_t *service_as_written(const struct function_spec *spec, const char *ns)
{
    node_t *service = node_copy(spec->object);
    node_t *metadata = node_get(service, "metadata");
    if (ns && !node_get(metadata, "namespace"))
        node_set_str(metadata, "namespace", ns);
    kube_mark(service);
    return service;
}

node_t *knative_service(const struct function_spec *spec, const char *ns)
{
    CLEANUP(err_release) struct err none = ERR_INIT; /* checked before: knative_check */
    const struct function_detail *detail = function_detail(spec);
    if (spec->object)
        return service_as_written(spec, ns);
    node_t *service = kube_object(&kube_knative_services, ns, spec->name);
    node_t *metadata = node_get(service, "metadata");
    node_t *labels = node_set(metadata, "labels", node_new_object());
    node_set_pairs(labels, spec->labels);
    kube_mark(service);
    if (detail->cluster_local)
        node_set_str(labels, VISIBILITY, "cluster-local");
    node_t *annotations = node_new_object();
    set_time(annotations, SERVING "rollout-duration", detail->rollout);
    set_annotations(annotations, spec, true);
    set_if_any(metadata, "annotations", annotations);
    node_t *of = node_set(service, "spec", node_new_object());
    node_set(of, "template", template_of(spec));
    set_if_any(of, "traffic", traffic_of(spec, &none));
    return service;
}

/* ---- back ---- */

const node_t *knative_revision_named(const node_t *revisions, const char *name)
{
    return node_find(revisions, "/metadata/name", name);
}

static const char *state_of(const node_t *service)
{
    bool is_current = node_int(service, "/status/observedGeneration", 0) == node_int(service, "/metadata/generation", 0);
    if (is_current && kube_condition_is(service, "Ready", "True"))
        return "Idle";
    /* A route that fails while the latest revision still starts has failed by the one before. */
    bool is_starting = kube_condition_is(service, "ConfigurationsReady", "Unknown");
    return is_current && !is_starting && kube_condition_is(service, "Ready", "False") ? "Failed" : "Deploying";
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

node_t *knative_function(const node_t *service)
{
    node_t *function = node_new_object();
    const char *state = state_of(service);
    const node_t *ready = kube_condition(service, "Ready");
    node_set_str(function, "name", node_str(service, "/metadata/name", "?"));
    node_set_str(function, "namespace", node_str(service, "/metadata/namespace", NULL));
    node_set_str(function, "state", state);
    node_set_str(function, "runtime", "knative");
    node_set_str(function, "mode", "http");
    node_set_str(function, "image", node_str(service, "/spec/template/spec/containers/0/image", NULL));
    node_set_str(function, "revision", node_str(service, "/status/latestReadyRevisionName", NULL));
    node_set_num(function, "available", 0);
    node_set_num(function, "replicas", 0);
    set_scale(function, node_at(service, "/spec/template/metadata/annotations"));
    node_set_num(function, "concurrency", node_num(service, "/spec/template/spec/containerConcurrency", 0));
    node_set_str(function, "created", node_str(service, "/metadata/creationTimestamp", NULL));
    node_set_str(function, "url", node_str(service, "/status/url", NULL));
    if (strcmp(state, "Idle") != 0)
        node_set_str(function, "message", node_str(ready, "/message", node_str(ready, "/reason", NULL)));
    return function;
}

void knative_function_count(node_t *function, const node_t *traffic, const struct knative_counts *counts)
{
    struct knative_count sum = {0};
    for (const node_t *target = node_first(traffic); target; target = node_next(target)) {
        struct knative_count one = knative_count_of(counts, node_str(target, "/revisionName", ""));
        sum.wanted += one.wanted;
        sum.actual += one.actual;
    }
    node_set_num(function, "available", (double)sum.actual);
    node_set_num(function, "replicas", (double)sum.wanted);
    if (sum.actual > 0 && strcmp(node_str(function, "/state", ""), "Idle") == 0)
        node_set_str(function, "state", "Ready");
}

/* ---- its revisions ---- */

static const char *revision_state(const node_t *revision)
{
    if (kube_condition_is(revision, "Ready", "False"))
        return "Failed";
    if (!kube_condition_is(revision, "Ready", "True"))
        return "Deploying";
    return node_int(revision, "/status/actualReplicas", 0) > 0 ? "Ready" : "Idle";
}

static void add_traffic(node_t *document, const node_t *service)
{
    const char *name = node_str(document, "/revision", "");
    node_t *tags = node_set(document, "tags", node_new_array());
    int64_t percent = 0;
    for (const node_t *target = node_first(node_at(service, "/status/traffic")); target; target = node_next(target)) {
        if (strcmp(node_str(target, "/revisionName", ""), name) != 0)
            continue;
        percent += node_int(target, "/percent", 0);
        if (node_get(target, "tag"))
            node_push(tags, node_new_str(node_str(target, "/tag", "")));
        if (node_get(target, "tag") && !node_get(document, "url"))
            node_set_str(document, "url", node_str(target, "/url", NULL));
    }
    node_set_num(document, "percent", (double)percent);
}

static node_t *revision_document(const node_t *service, const node_t *revision)
{
    node_t *document = node_new_object();
    const char *state = revision_state(revision);
    const node_t *ready = kube_condition(revision, "Ready");
    node_set_str(document, "revision", node_str(revision, "/metadata/name", "?"));
    node_set_str(document, "state", state);
    add_traffic(document, service);
    node_set_str(document, "image", node_str(revision, "/spec/containers/0/image", NULL));
    node_set_num(document, "available", (double)node_int(revision, "/status/actualReplicas", 0));
    node_set_str(document, "created", node_str(revision, "/metadata/creationTimestamp", NULL));
    long long generation;
    const char *text = node_str(revision, "/metadata/labels/serving.knative.dev~1configurationGeneration", "0");
    node_set_num(document, "generation", str_to_int(text, 0, INT32_MAX, &generation) ? (double)generation : 0);
    if (strcmp(state, "Failed") == 0)
        node_set_str(document, "message", node_str(ready, "/message", node_str(ready, "/reason", NULL)));
    return document;
}

static int newest_first(const void *a, const void *b)
{
    double one = node_num(*(node_t *const *)a, "/generation", 0), other = node_num(*(node_t *const *)b, "/generation", 0);
    return (other > one) - (other < one);
}

node_t *knative_revisions(const node_t *service, const node_t *revisions)
{
    size_t n = 0;
    AUTOFREE node_t **documents = xcalloc(node_len(revisions) + 1, sizeof(*documents));
    for (const node_t *revision = node_first(revisions); revision; revision = node_next(revision))
        documents[n++] = revision_document(service, revision);
    qsort(documents, n, sizeof(*documents), newest_first);
    node_t *list = node_new_array();
    for (size_t i = 0; i < n; i++)
        node_push(list, documents[i]);
    return list;
}

/* ---- what deploys it again ---- */

static bool is_kept(const char *name)
{
    static const char *const servers[] = {"serving.knative.dev/creator", "serving.knative.dev/lastModifier",
                                          "kubectl.kubernetes.io/last-applied-configuration", NULL};
    return str_index(servers, name) < 0;
}

static node_t *own_annotations(const node_t *metadata)
{
    node_t *kept = node_new_object();
    for (const node_t *one = node_first(node_get(metadata, "annotations")); one; one = node_next(one))
        if (is_kept(node_key(one)))
            node_set(kept, node_key(one), node_copy(one));
    return kept;
}

/* The one target that is there when nothing is said. */
static bool is_usual_traffic(const node_t *traffic)
{
    const node_t *only = node_first(traffic);
    return node_len(traffic) == 1 && node_bool(only, "/latestRevision", false) && !node_get(only, "tag");
}

node_t *knative_manifest(const node_t *service)
{
    node_t *manifest = kube_object(&kube_knative_services, NULL, node_str(service, "/metadata/name", ""));
    node_t *metadata = node_get(manifest, "metadata");
    const node_t *labels = node_at(service, "/metadata/labels"), *traffic = node_at(service, "/spec/traffic");
    if (node_len(labels))
        node_set(metadata, "labels", node_copy(labels));
    set_if_any(metadata, "annotations", own_annotations(node_get(service, "metadata")));
    node_t *of = node_set(manifest, "spec", node_new_object());
    node_t *template = node_set(of, "template", node_copy(node_at(service, "/spec/template")));
    node_delete(node_get(template, "metadata"), "creationTimestamp");
    if (traffic && !is_usual_traffic(traffic))
        node_set(of, "traffic", node_copy(traffic));
    return manifest;
}
