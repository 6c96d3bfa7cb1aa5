/* Pods that were refused before they were there, and the worst of those that are. */
#include <string.h>

#include "kube/quantity.h"
#include "train/last_words.h"
#include "why/holders.h"
#include "why/kube_parts.h"
#include "why/quota.h"

/* "requests.nvidia.com/gpu" is of nvidia.com/gpu. */
static const char *resource_of(const char *name)
{
    static const char *const prefixes[] = {"requests.", "limits."};
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (str_starts(name, prefixes[i]))
            return name + strlen(prefixes[i]);
    return name;
}

static void add_holders(struct why_kube *why, const char *resource, int depth)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str words = STR_INIT;
    CLEANUP(node_free) node_t *pods = kube_list_of(why->kube, &kube_pods, why->ns, NULL, &none);
    CLEANUP(node_free) node_t *holders = holders_of(pods, resource);
    holders_print(&words, holders, resource, why->ns);
    struct link link = {.depth = depth, .layer = "kubernetes", .kind = "holders", .state = "-", .reason = words.buf};
    if (words.len)
        chain_add(&why->chain, &link);
}

static void tell_quota(struct why_kube *why, const node_t *refusal, int depth)
{
    const char *quota = node_str(refusal, "/quota", "?");
    for (const node_t *one = node_first(node_get(refusal, "resources")); one; one = node_next(one)) {
        const char *resource = node_str(one, "/resource", "?");
        AUTOFREE char *state = xasprintf("%s of %s used", node_str(one, "/used", "?"), node_str(one, "/limit", "?"));
        AUTOFREE char *reason = xasprintf("%s: asked %s", resource, node_str(one, "/asked", "?"));
        struct link link = {
            .depth = depth, .layer = "kubernetes", .kind = "quota", .name = quota, .state = state, .reason = reason};
        chain_add(&why->chain, &link);
        why_say(why, "waiting", "the quota %s of namespace %s allows no more: %s, %s", quota, why->ns, reason, state);
        add_holders(why, resource_of(resource), depth + 1);
    }
    if (why_is_plain(quota))
        chain_try(&why->chain, "what the namespace may use", "kubectl -n %s describe resourcequota %s", why->ns, quota);
}

bool why_tell_refusal(struct why_kube *why, const node_t *events, int depth)
{
    const node_t *event = why_event(events, "FailedCreate");
    event = event ? event : why_event(events, "FailedCreatePod");
    const char *message = node_str(event, "/message", NULL);
    if (!message)
        return false;
    CLEANUP(node_free) node_t *refusal = quota_refusal(message);
    if (refusal) {
        tell_quota(why, refusal, depth);
        return true;
    }
    struct link link = {.depth = depth, .layer = "kubernetes", .kind = "pods", .state = "FailedCreate", .reason = message};
    chain_add(&why->chain, &link);
    why_say(why, "waiting", "its pods are refused: %s", message);
    return true;
}

/* When a pod's container ended badly; "" when none did. */
static const char *failed_at(const node_t *pod)
{
    for (const node_t *one = node_first(node_at(pod, "/status/containerStatuses")); one; one = node_next(one)) {
        const node_t *ended = node_at(one, "/state/terminated");
        if (ended && node_num(ended, "/exitCode", 0) != 0)
            return node_str(ended, "/finishedAt", "");
    }
    return "";
}

static bool lost_another(const node_t *pod)
{
    for (const node_t *one = node_first(node_at(pod, "/status/containerStatuses")); one; one = node_next(one)) {
        const char *output = kube_last_output(node_at(one, "/state/terminated"));
        if (output && last_words_blame_another(output))
            return true;
    }
    return false;
}

/* A job's other ranks fail because the first did. */
static bool is_worse(const node_t *pod, const node_t *than)
{
    int its = why_pod_badness(pod), other = why_pod_badness(than);
    if (its != other)
        return its > other;
    if (lost_another(pod) != lost_another(than))
        return lost_another(than);
    const char *at = failed_at(pod), *other_at = failed_at(than);
    return *at && (!*other_at || strcmp(at, other_at) < 0);
}

void why_tell_worst(struct why_kube *why, const node_t *pods, int depth)
{
    const node_t *worst = NULL;
    size_t bad = 0;
    for (const node_t *pod = node_first(pods); pod; pod = node_next(pod)) {
        if (!why_pod_badness(pod))
            continue;
        bad++;
        if (!worst || is_worse(pod, worst))
            worst = pod;
    }
    if (!worst)
        return;
    why_tell_pod(why, worst, depth);
    if (bad == 1)
        return;
    AUTOFREE char *state = xasprintf("%zu more", bad - 1);
    AUTOFREE char *reason = xasprintf("%zu of %zu are not well; this one is the worst, or was the first", bad, node_len(pods));
    struct link link = {.depth = depth, .layer = "kubernetes", .kind = "pods", .state = state, .reason = reason};
    chain_add(&why->chain, &link);
}
