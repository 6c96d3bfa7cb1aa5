#include "why/queue.h"

#include <math.h>
#include <string.h>

#include "kube/kueue.h"
#include "kube/quantity.h"
#include "net/rest.h"
#include "net/url.h"

node_t *queue_local_status(struct http *http, const char *gateway, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    return rest_get(http, url_path(&url, gateway, "/system/aiwf/status", NULL), "cannot see the queue", err);
}

static bool is_state(const node_t *job, const char *state) { return strcmp(node_str(job, "/state", ""), state) == 0; }

static void add_quota(node_t *list, const char *resource, const node_t *counted)
{
    node_t *quota = node_push(list, node_new_object());
    double total = node_num(counted, "/total", NAN);
    node_set_str(quota, "resource", resource);
    node_set_num(quota, "quota", total);
    node_set_num(quota, "used", total - node_num(counted, "/free", NAN));
}

node_t *queue_local(const node_t *jobs, const node_t *status)
{
    node_t *queues = node_new_array(), *one = node_push(queues, node_new_object());
    int pending = 0, running = 0;
    for (const node_t *job = node_first(jobs); job; job = node_next(job)) {
        pending += is_state(job, "Queued");
        running += is_state(job, "Running");
    }
    node_set_str(one, "name", "local");
    node_set_str(one, "state", "Active");
    node_set_num(one, "pending", pending);
    node_set_num(one, "admitted", running);
    node_set_str(one, "strategy", "StrictFIFO");
    node_t *quota = node_set(one, "quota", node_new_array());
    add_quota(quota, "gpus", node_get(status, "gpus"));
    add_quota(quota, "cores", node_get(status, "cores"));
    node_set_bool(one, "quota_seen", true);
    return queues;
}

static void add_waiting(node_t *list, const node_t *job)
{
    const char *name = node_str(job, "/name", "?");
    AUTOFREE char *label = xasprintf("train/%s", name);
    node_t *one = node_push(list, node_new_object()), *asks;
    node_set_str(one, "job", label);
    node_set_str(one, "kind", "Job");
    node_set_str(one, "name", name);
    node_set_str(one, "queue", "local");
    node_set_str(one, "state", "Pending");
    node_set_num(one, "position", node_num(job, "/queue_position", NAN));
    node_set_bool(one, "estimated", false);
    node_set(one, "behind", node_new_null());
    asks = node_set(one, "asks", node_new_object());
    if (node_num(job, "/gpus", 0) > 0)
        node_set_num(asks, "gpus", node_num(job, "/gpus", 0));
    if (node_num(job, "/cpus", 0) > 0)
        node_set_num(asks, "cpu", node_num(job, "/cpus", 0));
    const char *needs = node_str(job, "/waits_for", NULL);
    const char *reason = node_str(job, "/reason", NULL);
    AUTOFREE char *message = needs ? xasprintf("needs %s%s%s", needs, reason ? "; " : "", reason ? reason : "") : NULL;
    node_set_str(one, "message", message ? message : reason);
    node_set_str(one, "since", node_str(job, "/queued", NULL));
}

static node_t *at_place(const node_t *jobs, double place)
{
    for (node_t *job = node_first(jobs); job; job = node_next(job))
        if (node_num(job, "/position", NAN) == place)
            return job;
    return NULL;
}

node_t *queue_local_waiting(const node_t *jobs)
{
    CLEANUP(node_free) node_t *list = node_new_array();
    node_t *ordered = node_new_array();
    for (const node_t *job = node_first(jobs); job; job = node_next(job))
        if (is_state(job, "Queued"))
            add_waiting(list, job);
    const char *before = NULL;
    for (double place = 1; node_len(list); place++) {
        node_t *job = at_place(list, place);
        job = node_push(ordered, node_detach(list, job ? job : node_first(list)));
        node_set_str(job, "behind", before);
        before = node_str(job, "/job", "?");
    }
    return ordered;
}

/* ---- for people ---- */

static void add_used(const node_t *row, struct str *s)
{
    const char *resource = node_str(row, "/resource", "?"), *flavor = node_str(row, "/flavor", NULL);
    str_add(s, s->len ? " \u00b7 " : "");
    kube_quantity_print(s, resource, node_num(row, "/used", 0));
    str_add(s, " of ");
    kube_quantity_print(s, resource, node_num(row, "/quota", NAN));
    str_addf(s, " %s", resource);
    if (flavor)
        str_addf(s, " (%s)", flavor);
}

void queue_decorate(node_t *queues)
{
    for (node_t *queue = node_first(queues); queue; queue = node_next(queue)) {
        CLEANUP(str_release) struct str line = STR_INIT;
        for (const node_t *row = node_first(node_get(queue, "quota")); row; row = node_next(row))
            add_used(row, &line);
        const char *message = node_str(queue, "/message", NULL);
        if (!node_bool(queue, "/quota_seen", true))
            str_addf(&line, "not seen: %s", node_str(queue, "/quota_unseen_because", "no answer"));
        if (message)
            str_addf(&line, "%s%s", line.len ? "    " : "", message);
        node_set_str(queue, "line", line.buf);
    }
}

static void decorate_one(node_t *job)
{
    CLEANUP(str_release) struct str asked = STR_INIT;
    CLEANUP(str_release) struct str place = STR_INIT;
    CLEANUP(str_release) struct str why = STR_INIT;
    const char *behind = node_str(job, "/behind", NULL), *message = node_str(job, "/message", NULL);
    double position = node_num(job, "/position", NAN);
    kueue_asks_print(node_get(job, "asks"), &asked);
    node_set_str(job, "asked", asked.len ? asked.buf : NULL);
    if (!isnan(position))
        str_addf(&place, "%s%.0f", node_bool(job, "/estimated", false) ? "~" : "", position);
    node_set_str(job, "place", place.len ? place.buf : NULL);
    if (behind)
        str_addf(&why, "behind %s%s", behind, message ? ": " : "");
    str_add(&why, message ? message : "");
    node_set_str(job, "why", why.len ? why.buf : NULL);
}

void queue_decorate_waiting(node_t *jobs)
{
    for (node_t *job = node_first(jobs); job; job = node_next(job))
        decorate_one(job);
}
