#include "serverless/knative_start.h"

#include <string.h>

#include "base/clock.h"
#include "kube/object.h"

#define USER_CONTAINER "user-container"

static void add(node_t *stages, const char *stage, const char *state, const char *note)
{
    node_t *one = node_push(stages, node_new_object());
    node_set_str(one, "stage", stage);
    node_set_str(one, "state", state);
    node_set_str(one, "note", note ? note : "");
}

/* By a condition: True is over, False has failed. */
static void add_by(node_t *stages, const char *stage, const node_t *condition, const char *note)
{
    const char *status = node_str(condition, "/status", "Unknown");
    CLEANUP(str_release) struct str text = STR_INIT;
    const char *why = node_str(condition, "/message", node_str(condition, "/reason", ""));
    bool is_ok = strcmp(status, "True") == 0;
    str_addf(&text, "%s%s%s", note, *note && *why && !is_ok ? ": " : "", is_ok ? "" : why);
    add(stages, stage, is_ok ? "ok" : strcmp(status, "False") == 0 ? "failed" : "waiting", text.buf);
}

static const node_t *user_container(const node_t *pod)
{
    return node_find(node_at(pod, "/status/containerStatuses"), "/name", USER_CONTAINER);
}

/* What the pods of a revision have come to. */
struct counted {
    int64_t pods, pulled, running, ready;
    const node_t *stuck;   /* why an image is not there */
    const node_t *unready; /* the pod whose container has run for the longest without being ready */
    int64_t since_ms;
};

static bool is_about_image(const char *reason) { return strstr(reason, "Image") != NULL; }

static void count_pod(const node_t *pod, struct counted *counted)
{
    const node_t *container = user_container(pod), *waiting = node_at(container, "/state/waiting");
    int64_t started;
    bool is_running = node_at(container, "/state/running") != NULL, is_ready = kube_condition_is(pod, "Ready", "True");
    counted->pods++;
    counted->pulled += *node_str(container, "/imageID", "") != '\0';
    counted->running += is_running;
    counted->ready += is_ready;
    if (is_about_image(node_str(waiting, "/reason", "")))
        counted->stuck = waiting;
    bool has_time = is_running && !is_ready && rfc3339_parse(node_str(container, "/state/running/startedAt", ""), &started);
    if (has_time && (!counted->unready || started < counted->since_ms)) {
        counted->unready = pod;
        counted->since_ms = started;
    }
}

static void add_image(node_t *stages, const struct counted *counted, bool is_ready, const char *image)
{
    AUTOFREE char *why =
        counted->stuck ? xasprintf("%s: %s", node_str(counted->stuck, "/reason", ""), node_str(counted->stuck, "/message", image))
                       : NULL;
    if (why)
        add(stages, "image", "failed", why);
    else
        add(stages, "image", is_ready || counted->pulled ? "ok" : "waiting", image);
}

static void add_pods(node_t *stages, const struct counted *counted, bool is_ready)
{
    AUTOFREE char *note = xasprintf("%lld of %lld run", (long long)counted->running, (long long)counted->pods);
    bool all_run = counted->pods && counted->running == counted->pods;
    add(stages, "pods", is_ready || all_run ? "ok" : "waiting", is_ready && !counted->pods ? "" : note);
}

static void add_probe(node_t *stages, const struct counted *counted, bool is_ready)
{
    AUTOFREE char *note = xasprintf("%lld of %lld ready", (long long)counted->ready, (long long)counted->pods);
    add(stages, "probe", is_ready ? "ok" : "waiting", counted->pods ? note : "");
}

void knative_tell_stages(const struct knative_sight *sight, node_t *function)
{
    const node_t *service = sight->service, *ready = kube_condition(sight->revision, "Ready");
    node_t *stages = node_set(function, "stages", node_new_array());
    bool is_current = node_int(service, "/status/observedGeneration", 0) == node_int(service, "/metadata/generation", 0);
    bool is_ready = strcmp(node_str(ready, "/status", ""), "True") == 0;
    struct counted counted = {0};
    for (const node_t *pod = node_first(sight->pods); pod; pod = node_next(pod))
        count_pod(pod, &counted);
    add(stages, "configuration", is_current && sight->revision ? "ok" : "waiting", "");
    if (!is_current || !sight->revision)
        return; /* the rest is of the one before */
    add_by(stages, "revision", ready, node_str(sight->revision, "/metadata/name", ""));
    add_image(stages, &counted, is_ready, node_str(sight->revision, "/spec/containers/0/image", ""));
    add_pods(stages, &counted, is_ready);
    add_probe(stages, &counted, is_ready);
    add_by(stages, "route", kube_condition(service, "RoutesReady"), "");
    if (!counted.unready)
        return;
    node_set_num(function, "unready_ms", (double)(sight->now_ms > counted.since_ms ? sight->now_ms - counted.since_ms : 0));
    node_set_str(function, "unready_pod", node_str(counted.unready, "/metadata/uid", NULL));
}

void knative_tell_failure(const node_t *revision, node_t *function)
{
    const node_t *ready = kube_condition(revision, "Ready");
    const char *reason = node_str(ready, "/reason", ""), *message = node_str(ready, "/message", "");
    if (strcmp(node_str(ready, "/status", ""), "False") != 0 || strcmp(node_str(function, "/state", ""), "Failed") != 0)
        return;
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "%s: %s%s%s", node_str(revision, "/metadata/name", "?"), reason, *reason && *message ? ": " : "", message);
    while (text.len && strchr(" \n", text.buf[text.len - 1]))
        str_cut(&text, text.len - 1);
    node_set_str(function, "message", text.buf);
}
