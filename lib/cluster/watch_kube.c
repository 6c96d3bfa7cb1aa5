/* The last stage: a cluster's Kubernetes answers, as the one that Magnum's CA knows, and its nodes are Ready. */
#include <string.h>

#include "base/clock.h"
#include "cluster/kube.h"
#include "cluster/watch_parts.h"

enum { REACH_MS = 120000, CONNECT_MS = 5000, TOTAL_MS = 15000 };

static int open_kube(struct watch *watch, struct err *err)
{
    const struct cluster_wait *wait = watch->wait;
    struct kube_settings settings = {
        .trace = wait->trace, .timing = wait->timing, .connect_ms = CONNECT_MS, .total_ms = TOTAL_MS, .retries = -1};
    return watch->kube.http ? 0 : cluster_kube_open(wait->os, watch->cluster, &settings, &watch->kube, err);
}

/* Magnum's conductor sees it too, perhaps from a better place. */
static bool is_healthy(const struct watch *watch)
{
    return strcmp(node_str(watch->cluster, "/health_status", ""), "HEALTHY") == 0;
}

/* "cannot reach URL: why" -> "why" */
static const char *short_why(const struct err *err)
{
    const char *why = err->why ? err->why : err->what;
    const char *colon = str_starts(why, "cannot reach ") ? strstr(why, ": ") : NULL;
    return colon ? colon + 2 : why;
}

static void unreached(struct watch *watch, struct stage_view *view, struct err *err)
{
    const struct cluster_wait *wait = watch->wait;
    const char *address = node_str(watch->cluster, "/api_address", "?");
    int64_t now = clock_mono_ms();
    watch->unreached_ms = watch->unreached_ms ? watch->unreached_ms : now;
    str_addf(&view->note, "waiting for %s: %s", address, short_why(err));
    if (now - watch->unreached_ms < (wait->reach_ms ? wait->reach_ms : REACH_MS))
        return;
    if (is_healthy(watch)) {
        str_reset(&view->note);
        str_addf(&view->note, "HEALTHY, says Magnum; %s could not be verified from here", address);
        view->state = STAGE_OK;
        err_clear(err);
        return;
    }
    AUTOFREE char *why = xstrdup(short_why(err));
    err_set(err, ERR_UNREACHABLE, "cluster %s is %s, but its Kubernetes could not be verified from here", wait->name,
            watch_status(watch));
    err_why(err, "%s: %s", address, why);
    err_hint(err, "where it can be reached: aiwf cluster wait %s; without looking: --for complete", wait->name);
    view->state = STAGE_FAILED;
}

static void count_nodes(struct watch *watch, struct kube_nodes *nodes, struct stage_view *view)
{
    int64_t workers = node_int(watch->cluster, "/node_count", 0);
    int64_t wanted = workers + node_int(watch->cluster, "/master_count", 0);
    bool all = nodes->ready == nodes->total && (int64_t)nodes->total >= workers; /* masters need not be nodes */
    if ((int64_t)nodes->ready >= wanted || (all && nodes->total)) {
        str_addf(&view->note, "%zu of %zu nodes Ready", nodes->ready, nodes->total);
        view->state = STAGE_OK;
        return;
    }
    str_addf(&view->word, "%zu/%lld", nodes->ready, (long long)wanted);
    str_add(&view->note, nodes->waiting.n ? nodes->waiting.v[0] : "nodes have not joined yet");
}

void stage_kubernetes(struct watch *watch, const node_t *group, struct stage_view *view, struct err *err)
{
    (void)group;
    view->state = STAGE_NOT_YET;
    if (!watch->has_begun || watch_is_busy(watch))
        return;
    view->state = STAGE_BUSY;
    CLEANUP(kube_nodes_release) struct kube_nodes nodes = {0};
    if (open_kube(watch, err) != 0 || kube_nodes(&watch->kube, &nodes, err) != 0) {
        bool reached = err->code != ERR_UNREACHABLE && err->code != ERR_TIMEOUT;
        if (!reached)
            unreached(watch, view, err);
        else
            str_addf(&view->note, "%s%s%s", err->what, err->why ? ": " : "", err->why ? err->why : "");
        return;
    }
    watch->unreached_ms = 0;
    count_nodes(watch, &nodes, view);
}
