/* A pod: its phase, its containers, its node. */
#include <stdlib.h>
#include <string.h>

#include "kube/owner.h"
#include "kube/quantity.h"
#include "why/kube_parts.h"

static const char *const status_lists[] = {"/status/initContainerStatuses", "/status/containerStatuses"};

static bool is(const node_t *node, const char *pointer, const char *text)
{
    return strcmp(node_str(node, pointer, ""), text) == 0;
}

static const node_t *first_container(const node_t *pod, const char *pointer)
{
    for (size_t i = 0; i < ARRAY_LEN(status_lists); i++)
        for (const node_t *one = node_first(node_at(pod, status_lists[i])); one; one = node_next(one))
            if (node_at(one, pointer))
                return one;
    return NULL;
}

/* The first container that ended badly. */
static const node_t *first_failed(const node_t *pod)
{
    for (size_t i = 0; i < ARRAY_LEN(status_lists); i++)
        for (const node_t *one = node_first(node_at(pod, status_lists[i])); one; one = node_next(one))
            if (node_num(one, "/state/terminated/exitCode", 0) != 0)
                return one;
    return NULL;
}

static const char *unscheduled_state(const node_t *pod)
{
    const char *reason = node_str(kube_condition(pod, "PodScheduled"), "/reason", "");
    return *reason ? reason : "Pending";
}

const char *why_pod_state(const node_t *pod)
{
    const node_t *waiting = first_container(pod, "/state/waiting/reason"), *failed = first_failed(pod);
    if (*node_str(pod, "/status/reason", ""))
        return node_str(pod, "/status/reason", "");
    if (node_get(node_get(pod, "metadata"), "deletionTimestamp"))
        return "Terminating";
    if (!*node_str(pod, "/spec/nodeName", ""))
        return unscheduled_state(pod);
    if (failed)
        return node_str(failed, "/state/terminated/reason", "Error");
    if (waiting)
        return node_str(waiting, "/state/waiting/reason", "Waiting");
    return node_str(pod, "/status/phase", "Unknown");
}

static bool is_starting(const char *reason)
{
    return strcmp(reason, "ContainerCreating") == 0 || strcmp(reason, "PodInitializing") == 0;
}

int why_pod_badness(const node_t *pod)
{
    const node_t *waiting = first_container(pod, "/state/waiting/reason");
    if (is(pod, "/status/phase", "Failed"))
        return 5;
    if (first_failed(pod))
        return 5;
    if (waiting && !is_starting(node_str(waiting, "/state/waiting/reason", "")))
        return 4;
    if (!*node_str(pod, "/spec/nodeName", ""))
        return 3;
    if (is(pod, "/status/phase", "Succeeded"))
        return 0;
    return kube_condition_is(pod, "Ready", "True") ? 0 : 2;
}

/* ---- the end of a pod that was not its own doing ---- */

static void tell_disruption(struct why_kube *why, const node_t *pod, int depth)
{
    const node_t *target = kube_condition(pod, "DisruptionTarget");
    const char *name = node_str(pod, "/metadata/name", "?");
    if (!is(target, "/status", "True"))
        return;
    struct link link = {.depth = depth, .layer = "kubernetes", .kind = "disruption"};
    link.state = node_str(target, "/reason", "-");
    link.reason = node_str(target, "/message", NULL);
    chain_add(&why->chain, &link);
    why_say(why, "failed", "pod %s was ended by the cluster: %s", name, node_str(target, "/message", link.state));
}

static void tell_gates(struct why_kube *why, const node_t *pod, int depth)
{
    for (const node_t *gate = node_first(node_at(pod, "/spec/schedulingGates")); gate; gate = node_next(gate)) {
        const char *name = node_str(gate, "/name", "?");
        struct link link = {.depth = depth, .layer = "kubernetes", .kind = "gate", .name = name, .state = "SchedulingGated"};
        link.reason = str_starts(name, "kueue.x-k8s.io/") ? "Kueue has not admitted it" : "who set this gate must take it away";
        chain_add(&why->chain, &link);
        why_say(why, "waiting", "pod %s is held back by the gate %s: %s", node_str(pod, "/metadata/name", "?"), name,
                link.reason);
    }
    chain_try(&why->chain, "what waits, and for what", "aiwf queue");
}

/* Nothing of it runs yet, and no container says why: what its node says. */
static bool tell_start(struct why_kube *why, const node_t *pod, const node_t *events, int depth)
{
    static const char *const reasons[] = {"FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "NetworkNotReady"};
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        const node_t *event = why_event(events, reasons[i]);
        if (!event)
            continue;
        struct link link = {.depth = depth, .layer = "kubernetes", .kind = "event", .state = reasons[i]};
        link.reason = node_str(event, "/message", NULL);
        chain_add(&why->chain, &link);
        why_say(why, "waiting", "pod %s cannot start: %s", node_str(pod, "/metadata/name", "?"),
                node_str(event, "/message", "?"));
        return true;
    }
    return false;
}

static void tell_unready(struct why_kube *why, const node_t *pod, const node_t *events, int depth)
{
    const node_t *probe = why_event(events, "Unhealthy");
    const char *name = node_str(pod, "/metadata/name", "?");
    if (!is(pod, "/status/phase", "Running") || kube_condition_is(pod, "Ready", "True"))
        return;
    if (probe) {
        struct link link = {.depth = depth, .layer = "kubernetes", .kind = "probe", .state = "Unhealthy"};
        link.reason = node_str(probe, "/message", NULL);
        chain_add(&why->chain, &link);
    }
    why_say(why, "unhealthy", "pod %s runs but is not ready: %s", name,
            node_str(probe, "/message", node_str(kube_condition(pod, "Ready"), "/message", "it has not said why")));
}

static void tell_by_node(struct why_kube *why, const node_t *pod, const struct kube_ask *node, int depth)
{
    const char *name = node_str(pod, "/spec/nodeName", "");
    bool is_over = is(pod, "/status/phase", "Succeeded") || is(pod, "/status/phase", "Failed");
    bool is_gone = node->err.code == ERR_NOT_FOUND;
    if (!*name || (!node->answer && !is_gone) || (is_over && !is_gone && kube_condition_is(node->answer, "Ready", "True")))
        return;
    if (node->answer && kube_condition_is(node->answer, "Ready", "True"))
        return;
    why_tell_node(why, name, node->answer, depth);
    if (!is(pod, "/status/phase", "Succeeded"))
        why_say(why, is_gone ? "failed" : "unhealthy", "pod %s is on node %s, which is %s", node_str(pod, "/metadata/name", "?"),
                name, is_gone ? "not there any more" : "not ready");
}

static void add_pod(struct why_kube *why, const node_t *pod, int depth)
{
    CLEANUP(str_release) struct str reason = STR_INIT;
    const char *node = node_str(pod, "/spec/nodeName", ""), *message = node_str(pod, "/status/message", NULL);
    kube_pod_rank(pod, &reason);
    if (*node)
        str_addf(&reason, "%son node %s", reason.len ? ", " : "", node);
    why_since(&reason, node_str(pod, "/metadata/creationTimestamp", NULL));
    if (message)
        str_addf(&reason, ": %s", message);
    struct link link = {.depth = depth, .layer = "kubernetes", .kind = "pod", .reason = reason.buf};
    link.name = node_str(pod, "/metadata/name", NULL);
    link.id = node_str(pod, "/metadata/uid", NULL);
    link.state = why_pod_state(pod);
    chain_add(&why->chain, &link);
}

static void tell_rest(struct why_kube *why, const node_t *pod, const node_t *events, int depth)
{
    if (is(pod, "/status/phase", "Failed") && *node_str(pod, "/status/reason", ""))
        why_say(why, "failed", "pod %s: %s: %s", node_str(pod, "/metadata/name", "?"), node_str(pod, "/status/reason", ""),
                node_str(pod, "/status/message", "no message"));
    tell_disruption(why, pod, depth);
    if (why_tell_containers(why, pod, events, depth))
        return;
    if (is(pod, "/status/phase", "Pending") && !tell_start(why, pod, events, depth))
        why_say(why, "waiting", "pod %s is starting: %s", node_str(pod, "/metadata/name", "?"), why_pod_state(pod));
    tell_unready(why, pod, events, depth);
}

void why_tell_pod(struct why_kube *why, const node_t *pod, int depth)
{
    struct kube_ask asks[2] = {{0}};
    why_ask_events(&asks[0], why->ns, pod);
    kube_ask_one(&asks[1], &kube_nodes_kind, NULL, node_str(pod, "/spec/nodeName", NULL));
    kube_ask_all(why->kube, asks, ARRAY_LEN(asks));
    add_pod(why, pod, depth);
    if (node_first(node_at(pod, "/spec/schedulingGates")))
        tell_gates(why, pod, depth + 1);
    else if (!*node_str(pod, "/spec/nodeName", "") && !is(pod, "/status/phase", "Failed"))
        why_tell_unscheduled(why, pod, depth + 1);
    else {
        tell_by_node(why, pod, &asks[1], depth + 1);
        tell_rest(why, pod, asks[0].answer, depth + 1);
    }
    for (size_t i = 0; i < ARRAY_LEN(asks); i++)
        kube_ask_release(&asks[i]);
}

node_t *why_pod(const struct why_place *place, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *pod = kube_show(place->kube, &kube_pods, place->kube->ns, name, err);
    if (!pod)
        return NULL;
    struct why_kube why;
    why_kube_start(&why, place);
    why_tell_pod(&why, pod, 0);
    struct link what = {.kind = "pod", .name = name, .id = node_str(pod, "/metadata/uid", NULL), .state = why_pod_state(pod)};
    return why_kube_end(&why, &what);
}
