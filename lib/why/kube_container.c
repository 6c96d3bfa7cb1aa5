/* The containers of a pod: images, crashes, memory, configuration. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kube/owner.h"
#include "kube/quantity.h"
#include "why/kube_parts.h"

/* One container that is not well. */
struct bad {
    struct why_kube *why;
    const node_t *pod, *status, *events;
    const char *pod_name, *name;
    int depth;
};

static const node_t *spec_of(const struct bad *bad)
{
    const node_t *found = node_find(node_at(bad->pod, "/spec/containers"), "/name", bad->name);
    return found ? found : node_find(node_at(bad->pod, "/spec/initContainers"), "/name", bad->name);
}

static void add(const struct bad *bad, const char *state, const char *reason)
{
    struct link link = {.depth = bad->depth, .layer = "kubernetes", .kind = "container", .name = bad->name};
    link.state = state;
    link.reason = reason;
    chain_add(&bad->why->chain, &link);
}

/* ---- images ---- */

/* What a runtime puts around the registry's words: "rpc error: code = NotFound desc = ...". */
static const char *registrys_words(const char *message)
{
    const char *at = message;
    for (const char *next = message; (next = strstr(next, "desc = "));)
        at = next += strlen("desc = ");
    return at;
}

static bool is_refused(const char *words)
{
    static const char *const refusals[] = {"unauthorized", "authorization", "denied", "forbidden", "401", "403"};
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
        if (strcasestr(words, refusals[i]))
            return true;
    return false;
}

static void advise_image(const struct bad *bad, const char *words)
{
    struct chain *chain = &bad->why->chain;
    if (is_refused(words))
        chain_try(chain, "a login for the registry; name it in the pod's imagePullSecrets",
                  "kubectl -n %s create secret docker-registry registry --docker-server=SERVER --docker-username=USER",
                  bad->why->ns);
    if (why_is_plain(bad->name))
        chain_try(chain, "another image", "kubectl -n %s set image pod/%s %s=IMAGE", bad->why->ns, bad->pod_name, bad->name);
}

/* The kubelet's "Failed" tells the cause; the back-off after it does not. */
static const char *pull_message(const struct bad *bad)
{
    const char *waiting = node_str(bad->status, "/state/waiting/message", "");
    for (const node_t *event = node_first(bad->events); event; event = node_next(event)) {
        const char *message = node_str(event, "/message", "");
        if (strcmp(node_str(event, "/reason", ""), "Failed") == 0 && strstr(message, "ull image"))
            return message;
    }
    return waiting;
}

static void tell_image(const struct bad *bad, const char *reason)
{
    const char *image = node_str(spec_of(bad), "/image", node_str(bad->status, "/image", "?"));
    const char *words = registrys_words(pull_message(bad));
    add(bad, reason, NULL);
    struct link link = {.depth = bad->depth + 1, .layer = "registry", .kind = "image", .name = image, .reason = words};
    chain_add(&bad->why->chain, &link);
    why_say(bad->why, "failed", "pod %s cannot start: image %s: %s", bad->pod_name, image, *words ? words : reason);
    advise_image(bad, words);
}

/* ---- what a container ended with ---- */

/* What its status keeps of its last words, most often the end of its log; NULL: its log has to be asked for. */
static const char *kept_log(const struct bad *bad, const node_t *ended)
{
    bool is_kept = strcmp(node_str(spec_of(bad), "/terminationMessagePolicy", ""), "FallbackToLogsOnError") == 0;
    return is_kept ? kube_last_output(ended) : NULL;
}

static void add_end(const struct bad *bad, const node_t *ended, struct str *s)
{
    double code = node_num(ended, "/exitCode", 0), restarts = node_num(bad->status, "/restartCount", 0);
    const char *reason = node_str(ended, "/reason", "Error");
    const char *message = kept_log(bad, ended) ? "" : node_str(ended, "/message", "");
    str_addf(s, "exit %.0f (%s)", code, reason);
    if (strcmp(reason, "OOMKilled") == 0) {
        const node_t *limit = node_at(spec_of(bad), "/resources/limits/memory");
        str_add(s, limit ? ", limit " : ", no limit of its own: the node was short of memory");
        if (limit)
            kube_quantity_print(s, "memory", kube_quantity(limit));
    } else if (code > 128 && code < 160) {
        str_addf(s, ", signal %.0f", code - 128);
    }
    if (restarts > 0) {
        str_add(s, ", ");
        why_count(s, restarts, "restart");
    }
    if (*message)
        str_addf(s, ": %s", message);
}

static void advise_end(const struct bad *bad, const node_t *ended, bool previous)
{
    struct chain *chain = &bad->why->chain;
    struct kube_owner owner = kube_pod_owner(bad->pod);
    bool is_job = owner.work == WORK_JOB && why_is_plain(owner.name);
    if (why_is_plain(bad->name))
        chain_try(chain, "all that it wrote", "kubectl -n %s logs %s -c %s%s", bad->why->ns, bad->pod_name, bad->name,
                  previous ? " --previous" : "");
    if (is_job)
        chain_try(chain, "the log of all its ranks", "aiwf -n %s train logs %s", bad->why->ns, owner.name);
    if (strcmp(node_str(ended, "/reason", ""), "OOMKilled") == 0 && is_job)
        chain_try(chain, "what it asked for; submit it again with more --memory", "aiwf -n %s train show %s", bad->why->ns,
                  owner.name);
}

static void tell_end(const struct bad *bad, const char *state, const node_t *ended, bool previous)
{
    CLEANUP(str_release) struct str words = STR_INIT;
    CLEANUP(str_release) struct str log = STR_INIT;
    CLEANUP(str_release) struct str rank = STR_INIT;
    add_end(bad, ended, &words);
    add(bad, state, words.buf);
    if (kept_log(bad, ended))
        why_last_lines(&log, kept_log(bad, ended));
    else
        why_log_tail(bad->why, bad->pod, bad->name, previous, &log);
    kube_pod_rank(bad->pod, &rank);
    if (log.len) {
        struct link link = {
            .depth = bad->depth + 1, .layer = "kubernetes", .kind = "log", .name = "last lines", .reason = log.buf};
        chain_add(&bad->why->chain, &link);
    }
    why_say(bad->why, node_at(bad->status, "/state/running") ? "unhealthy" : "failed",
            "%s%scontainer %s of pod %s ended with %s%s%s", rank.buf, rank.len ? ": " : "", bad->name, bad->pod_name, words.buf,
            log.len ? ": " : "", log.buf);
    advise_end(bad, ended, previous);
}

/* ---- what it lacks before it can start ---- */

/* `secret "x" not found`, `configmap "x" not found`, `couldn't find key k in Secret ns/x` */
static void advise_config(const struct bad *bad, const char *message)
{
    const char *open = strchr(message, '"'), *close = open ? strchr(open + 1, '"') : NULL;
    AUTOFREE char *name = close ? xstrndup(open + 1, (size_t)(close - open - 1)) : NULL;
    bool is_missing = name && why_is_plain(name) && strstr(message, "not found");
    if (is_missing && str_starts(message, "secret "))
        chain_try(&bad->why->chain, "makes it; the pod starts by itself then",
                  "kubectl -n %s create secret generic %s --from-literal=KEY=VALUE", bad->why->ns, name);
    else if (is_missing && str_starts(message, "configmap "))
        chain_try(&bad->why->chain, "makes it; the pod starts by itself then",
                  "kubectl -n %s create configmap %s --from-literal=KEY=VALUE", bad->why->ns, name);
}

static void tell_config(const struct bad *bad, const char *reason, const char *message)
{
    add(bad, reason, message);
    why_say(bad->why, "failed", "pod %s cannot start: %s", bad->pod_name, *message ? message : reason);
    advise_config(bad, message);
}

/* ---- which of those it is ---- */

static bool is_image(const char *reason) { return strstr(reason, "Image") || strcmp(reason, "RegistryUnavailable") == 0; }

/* One that runs again is well once it has done so for a while. */
static bool is_recent(const node_t *ended)
{
    enum { WHILE_MS = 10 * 60 * 1000 };
    int64_t at_ms;
    return rfc3339_parse(node_str(ended, "/finishedAt", ""), &at_ms) && clock_wall_ms() - at_ms < WHILE_MS;
}

static bool tell_one(const struct bad *bad)
{
    const char *reason = node_str(bad->status, "/state/waiting/reason", "");
    const node_t *ended = node_at(bad->status, "/state/terminated"), *before = node_at(bad->status, "/lastState/terminated");
    if (ended && node_num(ended, "/exitCode", 0) != 0) {
        tell_end(bad, node_str(ended, "/reason", "Error"), ended, false);
        return true;
    }
    if (is_image(reason)) {
        tell_image(bad, reason);
        return true;
    }
    if (strcmp(reason, "CrashLoopBackOff") == 0) {
        tell_end(bad, reason, before, true);
        return true;
    }
    if (*reason && strcmp(reason, "ContainerCreating") != 0 && strcmp(reason, "PodInitializing") != 0) {
        tell_config(bad, reason, node_str(bad->status, "/state/waiting/message", ""));
        return true;
    }
    if (!before || node_num(before, "/exitCode", 0) == 0 || !is_recent(before))
        return false;
    tell_end(bad, "Restarted", before, true);
    return true;
}

bool why_tell_containers(struct why_kube *why, const node_t *pod, const node_t *events, int depth)
{
    static const char *const lists[] = {"/status/initContainerStatuses", "/status/containerStatuses"};
    bool told = false;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        for (const node_t *status = node_first(node_at(pod, lists[i])); status; status = node_next(status)) {
            struct bad bad = {.why = why, .pod = pod, .status = status, .events = events, .depth = depth};
            bad.pod_name = node_str(pod, "/metadata/name", "?");
            bad.name = node_str(status, "/name", "?");
            told |= tell_one(&bad);
        }
    return told;
}
