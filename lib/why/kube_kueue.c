/* A job's place at Kueue: admitted or not, the quota that it waits for, who holds that, and behind whom it stands. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "kube/kueue.h"
#include "kube/quantity.h"
#include "why/holders.h"
#include "why/kube_parts.h"

/* What is known of a workload and its queue. */
struct place {
    struct why_kube *why;
    const node_t *workload; /* as kueue_describe has it */
    const node_t *queue;    /* as kueue_queues has it; NULL: there is no such queue */
    int depth;
};

static const node_t *named(const node_t *list, const char *key, const char *name)
{
    for (const node_t *one = node_first(list); one; one = node_next(one))
        if (str_eq(node_text(node_get(one, key)), name))
            return one;
    return NULL;
}

static void add(const struct place *p, int deeper, struct link link)
{
    link.depth = p->depth + deeper;
    link.layer = "kueue";
    chain_add(&p->why->chain, &link);
}

static void add_workload(const struct place *p)
{
    CLEANUP(str_release) struct str words = STR_INIT;
    const char *message = node_str(p->workload, "/message", NULL);
    str_addf(&words, "in queue %s, asks ", node_str(p->workload, "/queue", "?"));
    kueue_asks_print(node_get(p->workload, "asks"), &words);
    if (message)
        str_addf(&words, ": %s", message);
    add(p, 0,
        (struct link){.kind = "workload",
                      .name = node_str(p->workload, "/workload", NULL),
                      .state = node_str(p->workload, "/state", NULL),
                      .reason = words.buf});
}

/* ---- quota and who holds it ---- */

static void add_holders(const struct place *p, struct kueue *kueue, const char *resource)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str words = STR_INIT;
    CLEANUP(node_free) node_t *holders = kueue_holders(kueue, node_str(p->queue, "/cluster_queue", ""), resource, &err);
    if (holders)
        holders_print(&words, holders, resource, p->why->ns);
    struct link link = {.kind = "holders", .state = "-", .reason = words.buf, .unseen = !holders};
    if (!holders)
        link.reason = err.why ? err.why : err.what;
    if (words.len || !holders)
        add(p, 2, link);
}

/* true: there is less left than is asked for. */
static bool tell_row(const struct place *p, struct kueue *kueue, const node_t *row)
{
    const char *resource = node_str(row, "/resource", "?");
    double asked = node_num(node_get(node_get(p->workload, "asks"), resource), "", 0);
    double quota = node_num(row, "/quota", 0), used = node_num(row, "/used", 0), left = num_max(quota - used, 0);
    CLEANUP(str_release) struct str words = STR_INIT;
    CLEANUP(str_release) struct str state = STR_INIT;
    if (asked <= left)
        return false;
    str_add(&words, "asked ");
    kube_quantity_print(&words, resource, asked);
    if (asked > quota)
        str_add(&words, ", more than the whole quota");
    str_add(&state, "left ");
    kube_quantity_print(&state, resource, left);
    str_add(&state, " of ");
    kube_quantity_print(&state, resource, quota);
    AUTOFREE char *name = xasprintf("%s (%s)", resource, node_str(row, "/flavor", "?"));
    add(p, 1, (struct link){.kind = "quota", .name = name, .state = state.buf, .reason = words.buf});
    add_holders(p, kueue, resource);
    why_say(p->why, "waiting", "%s waits in queue %s for %s: %s, %s", node_str(p->workload, "/job", "it"),
            node_str(p->workload, "/queue", "?"), resource, words.buf, state.buf);
    return true;
}

static void tell_quota(const struct place *p, struct kueue *kueue)
{
    if (node_bool(p->queue, "/quota_seen", false)) {
        for (const node_t *row = node_first(node_get(p->queue, "quota")); row; row = node_next(row))
            tell_row(p, kueue, row);
        return;
    }
    struct link link = {.kind = "quota", .name = node_str(p->queue, "/cluster_queue", NULL), .unseen = true};
    link.reason = node_str(p->queue, "/quota_unseen_because", NULL);
    add(p, 1, link);
}

static void tell_position(const struct place *p, const node_t *waiting)
{
    const node_t *its = named(waiting, "workload", node_str(p->workload, "/workload", ""));
    CLEANUP(str_release) struct str state = STR_INIT;
    CLEANUP(str_release) struct str words = STR_INIT;
    double position = node_num(its, "/position", NAN);
    const char *behind = node_str(its, "/behind", NULL);
    if (isnan(position))
        return;
    str_addf(&state, "%s%.0f of %zu", node_bool(its, "/estimated", false) ? "~" : "", position, node_len(waiting));
    str_addf(&words, "in queue %s", node_str(p->workload, "/queue", "?"));
    if (behind)
        str_addf(&words, ", behind %s", behind);
    add(p, 1, (struct link){.kind = "position", .state = state.buf, .reason = words.buf});
}

static void tell_queue(const struct place *p)
{
    const char *name = node_str(p->workload, "/queue", "?"), *state = node_str(p->queue, "/state", "missing");
    if (strcmp(state, "Active") == 0)
        return;
    const char *message = p->queue ? node_str(p->queue, "/message", NULL) : "there is no such queue in the namespace";
    add(p, 1, (struct link){.kind = "queue", .name = name, .state = state, .reason = message});
    why_say(p->why, "waiting", "queue %s is %s: %s", name, state, message ? message : "its cluster queue does not admit");
}

static void tell_waiting(const struct place *p, struct kueue *kueue)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    const char *name = node_str(p->workload, "/queue", "?");
    CLEANUP(node_free) node_t *waiting = p->queue ? kueue_waiting(kueue, name, &none) : NULL;
    tell_queue(p);
    if (p->queue)
        tell_quota(p, kueue);
    tell_position(p, waiting);
    why_say(p->why, "waiting", "%s waits in queue %s: %s", node_str(p->workload, "/job", "it"), name,
            node_str(p->workload, "/message", "Kueue has not said why"));
    chain_try(&p->why->chain, "GPUs that are held and not used", "aiwf gpu idle");
    if (why_is_plain(name))
        chain_try(&p->why->chain, "all that waits there, in order", "aiwf -n %s queue %s", p->why->ns, name);
}

static void tell_inactive(const struct place *p)
{
    const char *workload = node_str(p->workload, "/workload", "?"),
               *message = node_str(p->workload, "/message", "someone has set spec.active to false");
    why_say(p->why, "waiting", "%s was deactivated at Kueue: %s", node_str(p->workload, "/job", "it"), message);
    if (why_is_plain(workload))
        chain_try(&p->why->chain, "lets it queue again",
                  "kubectl -n %s patch workload %s --type=merge -p '{\"spec\":{\"active\":true}}'", p->why->ns, workload);
}

void why_tell_workload(struct why_kube *why, const node_t *workload, int depth)
{
    CLEANUP(node_free) node_t *described = kueue_describe(workload);
    struct place p = {.why = why, .workload = described, .depth = depth};
    const char *state = kueue_state(workload);
    add_workload(&p);
    if (strcmp(state, "Admitted") == 0 || strcmp(state, "Finished") == 0)
        return;
    if (strcmp(state, "Inactive") == 0) {
        tell_inactive(&p);
        return;
    }
    if (strcmp(state, "QuotaReserved") == 0) {
        why_say(why, "waiting", "%s has its quota, and waits for Kueue's admission checks", node_str(described, "/job", "it"));
        return;
    }
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(kueue_release) struct kueue kueue = {0};
    if (kueue_open(&kueue, why->kube, why->ns, &err) != 0) {
        add(&p, 1, (struct link){.kind = "queue", .unseen = true, .reason = err.why ? err.why : err.what});
        return;
    }
    CLEANUP(node_free) node_t *queues = kueue_queues(&kueue);
    p.queue = named(queues, "name", node_str(described, "/queue", ""));
    tell_waiting(&p, &kueue);
}
