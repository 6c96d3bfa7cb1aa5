#include "gpu/reclaim.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "kube/object.h"

static const struct kube_kind stateful_sets = {
    .group = "apps", .version = "v1", .plural = "statefulsets", .kind = "StatefulSet", .word = "stateful set"};
static const struct kube_kind replica_sets = {
    .group = "apps", .version = "v1", .plural = "replicasets", .kind = "ReplicaSet", .word = "replica set"};

/* What is changed to have them back: a merge patch. */
static const struct way {
    const char *owner; /* as kube_pod_owner says */
    const struct kube_kind *kind;
    const char *action;
    const char *patch;
} ways[] = {
    {"Job", &kube_jobs, "suspend", "{\"spec\":{\"suspend\":true}}"},
    {"PyTorchJob", &kube_pytorch_jobs, "suspend", "{\"spec\":{\"runPolicy\":{\"suspend\":true}}}"},
    {"TFJob", &kube_tf_jobs, "suspend", "{\"spec\":{\"runPolicy\":{\"suspend\":true}}}"},
    {"TrainJob", &kube_train_jobs, "suspend", "{\"spec\":{\"suspend\":true}}"},
    {"JobSet", &kube_job_sets, "suspend", "{\"spec\":{\"suspend\":true}}"},
    {"Deployment", &kube_deployments, "scale to zero", "{\"spec\":{\"replicas\":0}}"},
    {"Function", &kube_deployments, "scale to zero", "{\"spec\":{\"replicas\":0}}"},
    {"StatefulSet", &stateful_sets, "scale to zero", "{\"spec\":{\"replicas\":0}}"},
    {"ReplicaSet", &replica_sets, "scale to zero", "{\"spec\":{\"replicas\":0}}"},
    {"Service", &kube_knative_services, "scale to zero when unused",
     "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"autoscaling.knative.dev/min-scale\":\"0\"}}}}}"},
    {"Pod", &kube_pods, "delete", NULL},
};

/* Kueue itself decides whether its jobs are suspended: its workload is told instead (Kueue's docs, "Workload": spec.active). */
#define QUEUE_LABEL   "kueue.x-k8s.io/queue-name"
#define JOB_UID_LABEL "kueue.x-k8s.io/job-uid"
static const char dequeue[] = "{\"spec\":{\"active\":false}}";

static const struct way *way_of(const node_t *item)
{
    const char *kind = node_str(item, "/kind", "");
    for (size_t i = 0; i < ARRAY_LEN(ways); i++)
        if (strcmp(ways[i].owner, kind) == 0)
            return &ways[i];
    return NULL;
}

/* From what may be reclaimed to what may least. */
static int rank(const char *state)
{
    static const char *const states[] = {"Idle", "Unknown", "New", "Busy", NULL};
    int at = str_index(states, state);
    return at >= 0 ? at : (int)ARRAY_LEN(states) - 1;
}

static node_t *new_item(const node_t *row)
{
    node_t *item = node_new_object();
    node_set_str(item, "name", node_str(row, "/owner/text", ""));
    node_set_str(item, "state", "Idle");
    node_set_str(item, "namespace", node_str(row, "/namespace", ""));
    node_set_str(item, "kind", node_str(row, "/owner/kind", ""));
    node_set_str(item, "object", node_str(row, "/owner/name", ""));
    node_set_num(item, "gpus", 0);
    node_set(item, "pods", node_new_array());
    return item;
}

static void add_pod(node_t *item, const node_t *row)
{
    const char *state = node_str(row, "/state", "");
    node_set_num(item, "gpus", node_num(item, "/gpus", 0) + node_num(row, "/gpus", 0));
    node_set_num(item, "peak_ratio",
                 num_max(node_num(item, "/peak_ratio", (double)NAN), node_num(row, "/peak_ratio", (double)NAN)));
    node_push(node_get(item, "pods"), node_new_str(node_str(row, "/pod", "")));
    if (node_bool(row, "/keep", false))
        node_set_bool(item, "keep", true);
    if (rank(state) <= rank(node_str(item, "/state", "")))
        return;
    node_set_str(item, "state", state);
    node_delete(item, "why");
    if (node_str(row, "/why", NULL))
        node_set_str(item, "why", node_str(row, "/why", NULL));
}

static node_t *grouped(const node_t *judged)
{
    CLEANUP(map_release) struct map items = MAP_INIT(NULL);
    node_t *list = node_new_array();
    for (const node_t *row = node_first(judged); row; row = node_next(row)) {
        AUTOFREE char *key = xasprintf("%s/%s/%s", node_str(row, "/namespace", ""), node_str(row, "/owner/kind", ""),
                                       node_str(row, "/owner/name", ""));
        node_t *item = map_get(&items, key);
        if (!item)
            map_set(&items, key, item = node_push(list, new_item(row)));
        add_pod(item, row);
    }
    return list;
}

static bool is_named(const node_t *item, const char *name)
{
    AUTOFREE char *full = xasprintf("%s/%s", node_str(item, "/namespace", ""), node_str(item, "/name", ""));
    return strcmp(full, name) == 0 || strcmp(node_str(item, "/name", ""), name) == 0;
}

static bool is_any_named(const node_t *item, const struct strv *names)
{
    for (size_t i = 0; i < names->n; i++)
        if (is_named(item, names->v[i]))
            return true;
    return false;
}

/* A short name that several namespaces have is nobody's. */
static int check_names(const node_t *items, const struct strv *names, struct err *err)
{
    for (size_t i = 0; i < names->n; i++) {
        size_t found = 0;
        for (const node_t *item = node_first(items); item; item = node_next(item))
            found += is_named(item, names->v[i]);
        if (!found) {
            err_set(err, ERR_NOT_FOUND, "\"%s\" holds no GPU", names->v[i]);
            return err_hint(err, "aiwf gpu list shows who does; write train/NAME, function/NAME, deployment/NAME or pod/NAME");
        }
        if (found > 1) {
            err_set(err, ERR_CONFLICT, "\"%s\" is in %zu namespaces", names->v[i], found);
            return err_hint(err, "NAMESPACE/%s", names->v[i]);
        }
    }
    return 0;
}

static void refuse(node_t *item, const char *why)
{
    if (!node_str(item, "/why", NULL))
        node_set_str(item, "why", why);
}

static int plan_namespace(struct kube *kube, node_t *item, struct err *err)
{
    CLEANUP(node_free) node_t *ns = kube_show(kube, &kube_namespaces, NULL, node_str(item, "/namespace", ""), err);
    if (!ns)
        return -1;
    if (gpu_is_kept(ns))
        refuse(item, "its namespace has the annotation " GPU_KEEP);
    return 0;
}

static void plan_workload(const node_t *object, node_t *item)
{
    if (!node_get(node_at(object, "/metadata/labels"), QUEUE_LABEL) || !str_eq(node_str(item, "/action", NULL), "suspend"))
        return;
    node_set_str(item, "action", "deactivate in Kueue");
    node_set_str(item, "job_uid", node_str(object, "/metadata/uid", ""));
}

static int plan_object(struct kube *kube, const struct way *way, node_t *item, struct err *err)
{
    const char *ns = node_str(item, "/namespace", ""), *name = node_str(item, "/object", "");
    CLEANUP(node_free) node_t *object = kube_show(kube, way->kind, ns, name, err);
    if (!object)
        return -1;
    if (gpu_is_kept(object)) {
        refuse(item, "it has the annotation " GPU_KEEP);
        return 0;
    }
    node_set_str(item, "uid", node_str(object, "/metadata/uid", ""));
    node_set_str(item, "action", way->action);
    plan_workload(object, item);
    return 0;
}

static int plan_item(struct kube *kube, node_t *item, bool named, struct err *err)
{
    const struct way *way = way_of(item);
    if (strcmp(node_str(item, "/state", ""), "Idle") != 0) {
        refuse(item, "it is not idle");
        return 0;
    }
    if (node_bool(item, "/keep", false))
        refuse(item, "its pod has the annotation " GPU_KEEP);
    else if (!way)
        refuse(item, "nothing scales it to zero");
    else if (!way->patch && !named)
        refuse(item, "a pod of its own is only deleted when it is named");
    if (node_str(item, "/why", NULL) || plan_namespace(kube, item, err) != 0)
        return node_str(item, "/why", NULL) ? 0 : -1;
    return node_str(item, "/why", NULL) ? 0 : plan_object(kube, way, item, err);
}

/* What went away, or may not be seen, is no reason to leave the others. */
static void plan_or_refuse(struct kube *kube, node_t *item, bool named)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (plan_item(kube, item, named, &err) == 0)
        return;
    CLEANUP(str_release) struct str why = STR_INIT;
    str_addf(&why, "%s%s%s", err.what, err.why ? ": " : "", err.why ? err.why : "");
    refuse(item, why.buf);
}

node_t *gpu_reclaim_plan(struct kube *kube, const node_t *judged, const struct strv *names, struct err *err)
{
    CLEANUP(node_free) node_t *items = grouped(judged);
    if (check_names(items, names, err) != 0)
        return NULL;
    node_t *plan = node_new_array();
    for (node_t *item; (item = node_first(items));) {
        bool named = is_any_named(item, names);
        node_t *owned = node_detach(items, item);
        if (names->n && !named) {
            node_free(owned);
            continue;
        }
        plan_or_refuse(kube, owned, named);
        node_push(plan, owned);
    }
    return plan;
}

bool gpu_is_reclaimed(const node_t *item) { return node_str(item, "/action", NULL); }

/* With the uid in it, the patch only changes what was looked at (a precondition, answered by 409). */
static node_t *patch_of(const char *text, const char *uid)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    node_t *patch = json_parse(text, strlen(text), "a patch", &none);
    if (*uid)
        node_set_str(node_set(patch, "metadata", node_new_object()), "uid", uid);
    return patch;
}

static int deactivate(struct kube *kube, const node_t *item, struct err *err)
{
    const char *ns = node_str(item, "/namespace", "");
    AUTOFREE char *selector = xasprintf(JOB_UID_LABEL "=%s", node_str(item, "/job_uid", ""));
    CLEANUP(node_free) node_t *list = kube_list_of(kube, &kube_workloads, ns, selector, err);
    if (!list)
        return -1;
    const node_t *workload = node_first(list);
    if (!workload)
        return err_set(err, ERR_NOT_FOUND, "Kueue has no workload for %s", node_str(item, "/name", ""));
    CLEANUP(node_free) node_t *patch = patch_of(dequeue, "");
    return kube_patch(kube, &kube_workloads, ns, node_str(workload, "/metadata/name", ""), patch, err);
}

int gpu_reclaim(struct kube *kube, const node_t *item, struct err *err)
{
    const char *ns = node_str(item, "/namespace", ""), *name = node_str(item, "/object", "");
    const struct way *way = way_of(item);
    if (node_str(item, "/job_uid", NULL))
        return deactivate(kube, item, err);
    if (!way->patch)
        return kube_delete(kube, way->kind, ns, name, err);
    CLEANUP(node_free) node_t *patch = patch_of(way->patch, node_str(item, "/uid", ""));
    return kube_patch(kube, way->kind, ns, name, patch, err);
}
