/* A function in a cluster: Knative's Service with its newest revision, or a Deployment (OpenFaaS', or one of its own). */
#include <stdlib.h>
#include <string.h>

#include "kube/hpa.h"
#include "kube/owner.h"
#include "why/kube_parts.h"

struct function {
    struct why_kube *why;
    const char *name;
    const node_t *object;
};

static void add(const struct function *f, int depth, struct link link)
{
    link.depth = depth;
    link.layer = link.layer ? link.layer : "kubernetes";
    chain_add(&f->why->chain, &link);
}

/* The first condition that is not met, with its own words. */
static const node_t *unmet(const node_t *object)
{
    const node_t *unknown = NULL;
    for (const node_t *one = node_first(node_at(object, "/status/conditions")); one; one = node_next(one)) {
        const char *status = node_str(one, "/status", ""), *type = node_str(one, "/type", "");
        bool is_idle = strcmp(type, "Active") == 0;
        if (strcmp(status, "False") == 0 && !is_idle && strcmp(type, "ReplicaFailure") != 0)
            return one;
        if (strcmp(status, "Unknown") == 0 && !unknown)
            unknown = one;
    }
    return unknown;
}

static const char *ready_word(const node_t *object)
{
    const char *status = node_str(kube_condition(object, "Ready"), "/status", "Unknown");
    return strcmp(status, "True") == 0 ? "Ready" : strcmp(status, "False") == 0 ? "Failed" : "Deploying";
}

static void ask_pods(struct kube_ask *ask, const char *ns, const node_t *selector)
{
    CLEANUP(str_release) struct str labels = STR_INIT;
    for (const node_t *one = node_first(selector); one; one = node_next(one))
        str_addf(&labels, "%s%s=%s", labels.len ? "," : "", node_key(one), node_text(one) ? node_text(one) : "");
    if (labels.len)
        kube_ask_list(ask, &kube_pods, ns, labels.buf, NULL);
}

/* ---- Knative ---- */

static void tell_revision(const struct function *f, const node_t *revision)
{
    const node_t *bad = unmet(revision);
    struct link link = {.kind = "revision", .name = node_str(revision, "/metadata/name", NULL), .state = ready_word(revision)};
    link.layer = "knative";
    link.reason = node_str(bad, "/message", node_str(bad, "/reason", NULL));
    add(f, 1, link);
}

static const char *knative(const struct function *f)
{
    const char *state = ready_word(f->object), *latest = node_str(f->object, "/status/latestCreatedRevisionName", NULL);
    const node_t *bad = unmet(f->object);
    const char *message = node_str(bad, "/message", node_str(bad, "/reason", NULL));
    struct kube_ask asks[2] = {{0}};
    AUTOFREE char *selector = xasprintf("serving.knative.dev/service=%s", f->name);
    AUTOFREE char *name = xasprintf("function/%s", f->name);
    kube_ask_one(&asks[0], &kube_knative_revisions, f->why->ns, latest);
    kube_ask_list(&asks[1], &kube_pods, f->why->ns, selector, NULL);
    kube_ask_all(f->why->kube, asks, ARRAY_LEN(asks));
    add(f, 0,
        (struct link){.kind = "function",
                      .type = "Knative Service",
                      .name = name,
                      .id = node_str(f->object, "/metadata/uid", NULL),
                      .state = state,
                      .reason = message});
    if (strcmp(state, "Ready") != 0 && asks[0].answer)
        tell_revision(f, asks[0].answer);
    why_tell_worst(f->why, asks[1].answer, 2);
    if (strcmp(state, "Ready") != 0)
        why_say(f->why, strcmp(state, "Failed") == 0 ? "failed" : "waiting", "function %s is not ready: %s", f->name,
                message ? message : "Knative does not say why");
    for (size_t i = 0; i < ARRAY_LEN(asks); i++)
        kube_ask_release(&asks[i]);
    return state;
}

/* ---- Deployments ---- */

static const char *deployment_state(const node_t *object)
{
    double wanted = node_num(object, "/spec/replicas", 1), ready = node_num(object, "/status/readyReplicas", 0);
    if (wanted == 0)
        return "Idle";
    if (kube_condition_is(object, "Progressing", "False") || kube_condition_is(object, "ReplicaFailure", "True"))
        return "Failed";
    return ready >= wanted ? "Ready" : "Starting";
}

/* What its ReplicaSet could not make is a condition of it. */
static void tell_failure(const struct function *f)
{
    const node_t *failure = kube_condition(f->object, "ReplicaFailure");
    CLEANUP(node_free) node_t *events = node_new_array();
    if (strcmp(node_str(failure, "/status", ""), "True") != 0)
        return;
    node_t *event = node_push(events, node_new_object());
    node_set_str(event, "reason", "FailedCreate");
    node_set_str(event, "message", node_str(failure, "/message", "?"));
    why_tell_refusal(f->why, events, 1);
}

/* The one that decides how many there are, if one does. */
static const node_t *autoscaler_of(const struct function *f, const node_t *autoscalers)
{
    const char *name = node_str(f->object, "/metadata/name", "");
    for (const node_t *one = node_first(autoscalers); one; one = node_next(one))
        if (strcmp(node_str(one, "/spec/scaleTargetRef/kind", ""), "Deployment") == 0 &&
            strcmp(node_str(one, "/spec/scaleTargetRef/name", ""), name) == 0)
            return one;
    return NULL;
}

static void tell_autoscaler(const struct function *f, const node_t *autoscaler)
{
    if (!autoscaler)
        return;
    CLEANUP(node_free) node_t *explained = hpa_explain(autoscaler);
    const char *state = node_str(explained, "/state", NULL), *decision = node_str(explained, "/decision", "");
    add(f, 1,
        (struct link){.kind = "autoscaler",
                      .name = node_str(autoscaler, "/metadata/name", NULL),
                      .id = node_str(autoscaler, "/metadata/uid", NULL),
                      .state = state,
                      .reason = decision});
    if (str_eq(state, "Undecided"))
        why_say(f->why, "unhealthy", "the autoscaler of function %s decides nothing: %s", f->name, decision);
}

static const char *deployment(const struct function *f)
{
    const char *state = deployment_state(f->object);
    const node_t *bad = unmet(f->object);
    struct kube_ask asks[2] = {{0}};
    AUTOFREE char *name = xasprintf("function/%s", f->name);
    AUTOFREE char *reason = xasprintf("%.0f of %.0f ready", node_num(f->object, "/status/readyReplicas", 0),
                                      node_num(f->object, "/spec/replicas", 1));
    ask_pods(&asks[0], f->why->ns, node_at(f->object, "/spec/selector/matchLabels"));
    kube_ask_list(&asks[1], &kube_autoscalers, f->why->ns, NULL, NULL);
    kube_ask_all(f->why->kube, asks, ARRAY_LEN(asks));
    add(f, 0,
        (struct link){.kind = "function",
                      .type = "Deployment",
                      .name = name,
                      .id = node_str(f->object, "/metadata/uid", NULL),
                      .state = state,
                      .reason = reason});
    tell_failure(f);
    why_tell_worst(f->why, asks[0].answer, 1);
    if (strcmp(state, "Failed") == 0 || strcmp(state, "Starting") == 0)
        why_say(f->why, strcmp(state, "Failed") == 0 ? "failed" : "waiting", "function %s is not ready: %s", f->name,
                node_str(bad, "/message", reason));
    tell_autoscaler(f, autoscaler_of(f, asks[1].answer));
    for (size_t i = 0; i < ARRAY_LEN(asks); i++)
        kube_ask_release(&asks[i]);
    return state;
}

node_t *why_function(const struct why_place *place, const char *name, struct err *err)
{
    struct kube_ask asks[2] = {{0}};
    struct why_kube why;
    const char *ns = place->kube->ns;
    kube_ask_one(&asks[0], &kube_knative_services, ns, name);
    kube_ask_one(&asks[1], &kube_deployments, ns, name);
    kube_ask_all(place->kube, asks, ARRAY_LEN(asks));
    node_t *document = NULL;
    const node_t *object = asks[0].answer ? asks[0].answer : asks[1].answer;
    if (object) {
        struct function f = {.why = &why, .name = name, .object = object};
        why_kube_start(&why, place);
        const char *state = asks[0].answer ? knative(&f) : deployment(&f);
        struct link what = {.kind = "function", .name = name, .id = node_str(object, "/metadata/uid", NULL), .state = state};
        document = why_kube_end(&why, &what);
    } else if (asks[1].err.code != ERR_NOT_FOUND) {
        err_move(err, &asks[1].err);
    } else {
        err_set(err, ERR_NOT_FOUND, "there is no function \"%s\" in namespace %s: neither a Knative Service nor a Deployment",
                name, ns);
    }
    for (size_t i = 0; i < ARRAY_LEN(asks); i++)
        kube_ask_release(&asks[i]);
    return document;
}
