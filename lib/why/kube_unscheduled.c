/* A pod that the scheduler has no node for: each of its causes, by what the nodes, their pods and the claims say. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "kube/owner.h"
#include "kube/quantity.h"
#include "why/holders.h"
#include "why/kube_parts.h"
#include "why/sched.h"

enum { NODES_ASKED = 16, NODES_NAMED = 3 };

struct unscheduled {
    struct why_kube *why;
    const node_t *pod;
    const char *name; /* the pod's */
    int depth;
};

static void add_link(const struct unscheduled *u, int deeper, struct link link)
{
    link.depth = u->depth + 1 + deeper;
    link.layer = "kubernetes";
    chain_add(&u->why->chain, &link);
}

/* "a, b, c and 4 more" of the nodes that fn finds. */
static void name_nodes(struct str *s, const struct unscheduled *u, bool (*fn)(const node_t *node, const void *arg),
                       const void *arg)
{
    size_t found = 0;
    for (const node_t *node = node_first(why_nodes(u->why)); node; node = node_next(node)) {
        if (!fn(node, arg))
            continue;
        if (found++ < NODES_NAMED)
            str_addf(s, "%s%s", found > 1 ? ", " : "", node_str(node, "/metadata/name", "?"));
    }
    if (found > NODES_NAMED)
        str_addf(s, " and %zu more", found - NODES_NAMED);
}

static void add_unseen_nodes(const struct unscheduled *u)
{
    const struct err *err = &u->why->nodes_err;
    if (why_nodes(u->why))
        return;
    add_link(u, 0, (struct link){.kind = "nodes", .unseen = true, .reason = err->why ? err->why : err->what});
}

/* ---- which nodes it may use ---- */

static bool tolerates(const node_t *pod, const node_t *taint)
{
    const char *key = node_str(taint, "/key", ""), *value = node_str(taint, "/value", ""),
               *effect = node_str(taint, "/effect", "");
    for (const node_t *one = node_first(node_at(pod, "/spec/tolerations")); one; one = node_next(one)) {
        const char *its_key = node_str(one, "/key", ""), *its_effect = node_str(one, "/effect", "");
        bool is_any = strcmp(node_str(one, "/operator", "Equal"), "Exists") == 0;
        if (*its_effect && strcmp(its_effect, effect) != 0)
            continue;
        if ((is_any && !*its_key) || (strcmp(its_key, key) == 0 && (is_any || strcmp(node_str(one, "/value", ""), value) == 0)))
            return true;
    }
    return false;
}

/* The taint that keeps the pod off a node; NULL: none. */
static const node_t *taint_against(const node_t *node, const node_t *pod)
{
    for (const node_t *taint = node_first(node_at(node, "/spec/taints")); taint; taint = node_next(taint))
        if (strcmp(node_str(taint, "/effect", ""), "PreferNoSchedule") != 0 && !tolerates(pod, taint))
            return taint;
    return NULL;
}

static bool has_label(const node_t *node, const node_t *wanted)
{
    return str_eq(node_text(node_get(node_at(node, "/metadata/labels"), node_key(wanted))), node_text(wanted));
}

static bool is_selected(const node_t *node, const node_t *pod)
{
    for (const node_t *label = node_first(node_at(pod, "/spec/nodeSelector")); label; label = node_next(label))
        if (!has_label(node, label))
            return false;
    return true;
}

/* By its selector and the taints; what its affinity says is left to the scheduler. */
static bool may_use(const node_t *node, const node_t *pod)
{
    return is_selected(node, pod) && !taint_against(node, pod) && !node_bool(node, "/spec/unschedulable", false);
}

static double offers(const struct unscheduled *u, const node_t *node, const char *resource)
{
    return may_use(node, u->pod) ? kube_node_offers(node, resource) : 0;
}

/* ---- resources ---- */

/* Pods on the nodes that have the resource: by node where those are few, else all of them. */
static node_t *pods_on(const struct unscheduled *u, const char *resource, struct err *err)
{
    const node_t *which[NODES_ASKED];
    size_t n = 0;
    for (const node_t *node = node_first(why_nodes(u->why)); node; node = node_next(node))
        if (offers(u, node, resource) > 0 && n++ < NODES_ASKED)
            which[n - 1] = node;
    if (n > NODES_ASKED) {
        static const char all[] =
            "/api/v1/pods?fieldSelector=spec.nodeName%21%3D%2Cstatus.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed";
        return kube_list(u->why->kube, all, "cannot list pods", err);
    }
    struct kube_ask asks[NODES_ASKED] = {{0}};
    node_t *pods = node_new_array();
    for (size_t i = 0; i < n; i++) {
        AUTOFREE char *fields = xasprintf("spec.nodeName=%s", node_str(which[i], "/metadata/name", "?"));
        kube_ask_list(&asks[i], &kube_pods, NULL, NULL, fields);
    }
    kube_ask_all(u->why->kube, asks, n);
    for (size_t i = 0; i < n; i++) {
        for (node_t *pod; (pod = node_first(asks[i].answer));)
            node_push(pods, node_detach(asks[i].answer, pod));
        if (asks[i].err.code != ERR_OK && err->code == ERR_OK)
            err_copy(err, &asks[i].err);
        kube_ask_release(&asks[i]);
    }
    if (err->code == ERR_OK)
        return pods;
    node_free(pods);
    return NULL;
}

struct room {
    double asked, offered, held, most_free, largest;
    size_t nodes;
    const char *best; /* the node with most_free */
};

static double held_on(const node_t *pods, const char *node, const char *resource)
{
    double held = 0;
    for (const node_t *pod = node_first(pods); pod; pod = node_next(pod))
        if (kube_pod_holds(pod) && strcmp(node_str(pod, "/spec/nodeName", ""), node) == 0)
            held += kube_pod_asks(pod, resource);
    return held;
}

static struct room room_of(const struct unscheduled *u, const node_t *pods, const char *resource)
{
    struct room room = {.asked = kube_pod_asks(u->pod, resource), .most_free = 0};
    for (const node_t *node = node_first(why_nodes(u->why)); node; node = node_next(node)) {
        double all = offers(u, node, resource);
        if (all <= 0)
            continue;
        const char *name = node_str(node, "/metadata/name", "?");
        double held = held_on(pods, name, resource);
        room.nodes++;
        room.offered += all;
        room.held += held;
        room.largest = num_max(room.largest, all);
        if (all - held > room.most_free || !room.best) {
            room.most_free = num_max(all - held, 0);
            room.best = name;
        }
    }
    return room;
}

static void add_amount(struct str *s, const char *before, const char *resource, double amount)
{
    str_add(s, before);
    kube_quantity_print(s, resource, amount);
}

static void add_holders(const struct unscheduled *u, const node_t *pods, const char *resource)
{
    CLEANUP(str_release) struct str words = STR_INIT;
    CLEANUP(node_free) node_t *holders = holders_of(pods, resource);
    holders_print(&words, holders, resource, u->why->ns);
    if (words.len)
        add_link(u, 1, (struct link){.kind = "holders", .state = "-", .reason = words.buf});
}

static bool is_gpu(const char *resource) { return strstr(resource, "gpu") || strstr(resource, "nvidia.com/mig"); }

static void advise_resource(const struct unscheduled *u, const char *resource, const struct room *room)
{
    struct chain *chain = &u->why->chain;
    if (is_gpu(resource))
        chain_try(chain, "which GPUs there are, and who has them", "aiwf gpu list");
    if (room->nodes && room->asked > room->largest)
        return;
    if (is_gpu(resource))
        chain_try(chain, "those that are held and not used", "aiwf gpu idle");
}

static void say_resource(const struct unscheduled *u, const char *resource, const struct room *room, const char *words)
{
    if (!room->nodes)
        why_say(u->why, "waiting", "pod %s asks for %s, which no node that it may use has", u->name, resource);
    else if (room->asked > room->largest)
        why_say(u->why, "waiting", "pod %s asks for more %s than any node has: %s", u->name, resource, words);
    else
        why_say(u->why, "waiting", "pod %s waits for %s: %s", u->name, resource, words);
}

static void add_room(struct str *words, const char *resource, const struct room *room)
{
    add_amount(words, "asked ", resource, room->asked);
    if (!room->nodes) {
        str_addf(words, "; no node that it may use has %s: is its device plugin there, and the driver?", resource);
        return;
    }
    if (room->asked > room->largest)
        add_amount(words, "; the largest node that it may use has ", resource, room->largest);
    else {
        add_amount(words, "; at most ", resource, room->most_free);
        str_addf(words, " free on one node (%s)", room->best);
    }
}

static void tell_insufficient(const struct unscheduled *u, const node_t *cause)
{
    const char *resource = node_str(cause, "/what", "?");
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str words = STR_INIT;
    CLEANUP(str_release) struct str state = STR_INIT;
    if (!why_nodes(u->why)) {
        add_amount(&words, "asked ", resource, kube_pod_asks(u->pod, resource));
        add_link(u, 0, (struct link){.kind = "resource", .name = resource, .state = "insufficient", .reason = words.buf});
        why_say(u->why, "waiting", "pod %s waits for %s: %s", u->name, resource, words.buf);
        return;
    }
    CLEANUP(node_free) node_t *pods = pods_on(u, resource, &err);
    struct room room = room_of(u, pods, resource);
    if (pods) {
        add_amount(&state, "free ", resource, room.offered - room.held);
        add_amount(&state, " of ", resource, room.offered);
        add_room(&words, resource, &room);
    } else {
        add_amount(&words, "asked ", resource, room.asked);
        add_amount(&words, "; the nodes have ", resource, room.offered);
    }
    add_link(u, 0, (struct link){.kind = "resource", .name = resource, .state = pods ? state.buf : NULL, .reason = words.buf});
    say_resource(u, resource, &room, words.buf);
    if (pods)
        add_holders(u, pods, resource);
    else
        add_link(u, 1, (struct link){.kind = "holders", .unseen = true, .reason = err.why ? err.why : err.what});
    advise_resource(u, resource, &room);
}

/* ---- taints ---- */

static void taint_print(struct str *s, const node_t *taint)
{
    const char *value = node_str(taint, "/value", "");
    str_addf(s, "%s%s%s:%s", node_str(taint, "/key", "?"), *value ? "=" : "", value, node_str(taint, "/effect", "?"));
}

struct taint_match {
    const node_t *pod;
    const char *text;
};

static bool has_taint(const node_t *node, const void *arg)
{
    const struct taint_match *match = arg;
    CLEANUP(str_release) struct str text = STR_INIT;
    const node_t *taint = is_selected(node, match->pod) ? taint_against(node, match->pod) : NULL;
    if (taint)
        taint_print(&text, taint);
    return taint && strcmp(text.buf, match->text) == 0;
}

/* Taints that Kubernetes sets itself when a node is not well: tolerating them helps nobody. */
static bool is_systems(const char *taint) { return str_starts(taint, "node.kubernetes.io/"); }

static void advise_taint(const struct unscheduled *u, const node_t *taint, const char *text)
{
    const char *key = node_str(taint, "/key", ""), *effect = node_str(taint, "/effect", "");
    struct kube_owner owner = kube_pod_owner(u->pod);
    if (is_systems(text) || !why_is_plain(key) || !why_is_plain(effect))
        return;
    if (owner.work == WORK_POD)
        chain_try(&u->why->chain, "the toleration that it lacks",
                  "kubectl -n %s patch pod %s --type=json -p "
                  "'[{\"op\":\"add\",\"path\":\"/spec/tolerations/"
                  "-\",\"value\":{\"key\":\"%s\",\"operator\":\"Exists\",\"effect\":\"%s\"}}]'",
                  u->why->ns, u->name, key, effect);
    else
        chain_try(&u->why->chain, "which nodes have which taints; its template lacks the toleration",
                  "kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints[*].key");
}

static void tell_taint(const struct unscheduled *u, const node_t *taint)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str nodes = STR_INIT;
    taint_print(&text, taint);
    struct taint_match match = {.pod = u->pod, .text = text.buf};
    name_nodes(&nodes, u, has_taint, &match);
    AUTOFREE char *reason =
        xasprintf("on %s; %s", nodes.buf, is_systems(text.buf) ? "the node is not well" : "the pod does not tolerate it");
    add_link(u, 0, (struct link){.kind = "taint", .name = text.buf, .state = "untolerated", .reason = reason});
    why_say(u->why, "waiting", "pod %s does not tolerate the taint %s on %s", u->name, text.buf, nodes.buf);
    advise_taint(u, taint, text.buf);
}

/* Each taint of a node that the selector leaves, once; by the scheduler's words where the nodes are not seen. */
static void tell_taints(const struct unscheduled *u, const node_t *cause)
{
    CLEANUP(strv_release) struct strv told = STRV_INIT;
    for (const node_t *node = node_first(why_nodes(u->why)); node; node = node_next(node)) {
        CLEANUP(str_release) struct str text = STR_INIT;
        const node_t *taint = is_selected(node, u->pod) ? taint_against(node, u->pod) : NULL;
        if (!taint)
            continue;
        taint_print(&text, taint);
        if (strv_has(&told, text.buf))
            continue;
        strv_add(&told, text.buf);
        tell_taint(u, taint);
        if (str_starts(text.buf, "node.kubernetes.io/not-ready") || str_starts(text.buf, "node.kubernetes.io/unreachable"))
            why_tell_node(u->why, node_str(node, "/metadata/name", "?"), node, u->depth + 2);
    }
    if (told.n || why_nodes(u->why))
        return;
    const char *what = node_str(cause, "/what", NULL);
    add_link(u, 0,
             (struct link){.kind = "taint", .name = what, .state = "untolerated", .reason = node_str(cause, "/text", NULL)});
    why_say(u->why, "waiting", "pod %s does not tolerate the taint of its nodes: %s", u->name,
            what ? what : "the scheduler does not say which");
}

/* ---- node selectors ---- */

/* "A100 (4 nodes), H100 (1 node)": what there is of a label. */
static void add_values(struct str *s, const struct unscheduled *u, const char *key)
{
    CLEANUP(node_free) node_t *values = node_new_object();
    for (const node_t *node = node_first(why_nodes(u->why)); node; node = node_next(node)) {
        const char *value = node_text(node_get(node_at(node, "/metadata/labels"), key));
        if (value)
            node_set_num(values, value, node_num(node_get(values, value), "", 0) + 1);
    }
    if (!node_len(values))
        str_addf(s, "no node has a label %s", key);
    size_t shown = 0;
    for (const node_t *value = node_first(values); value && shown < 6; value = node_next(value)) {
        str_addf(s, "%s%s (", shown++ ? ", " : "there are: ", node_key(value));
        why_count(s, node_value(value), "node");
        str_add(s, ")");
    }
}

static bool is_anywhere(const struct unscheduled *u, const node_t *wanted)
{
    for (const node_t *node = node_first(why_nodes(u->why)); node; node = node_next(node))
        if (has_label(node, wanted))
            return true;
    return false;
}

static void tell_label(const struct unscheduled *u, const node_t *wanted)
{
    CLEANUP(str_release) struct str words = STR_INIT;
    AUTOFREE char *name = xasprintf("%s=%s", node_key(wanted), node_text(wanted) ? node_text(wanted) : "");
    add_values(&words, u, node_key(wanted));
    add_link(u, 0, (struct link){.kind = "selector", .name = name, .state = "no node", .reason = words.buf});
    why_say(u->why, "waiting", "pod %s wants a node with %s, and there is none; %s", u->name, name, words.buf);
    if (why_is_plain(node_key(wanted)))
        chain_try(&u->why->chain, "what the nodes have", "kubectl get nodes -L %s", node_key(wanted));
}

/* Nodes that its selector leaves; the scheduler counts the other ones. */
static size_t count_selected(const struct unscheduled *u)
{
    size_t n = 0;
    for (const node_t *node = node_first(why_nodes(u->why)); node; node = node_next(node))
        n += is_selected(node, u->pod);
    return n;
}

static void tell_selector_labels(const struct unscheduled *u)
{
    size_t told = 0;
    const node_t *labels = node_at(u->pod, "/spec/nodeSelector");
    for (const node_t *wanted = node_first(labels); wanted; wanted = node_next(wanted))
        if (!is_anywhere(u, wanted)) {
            tell_label(u, wanted);
            told++;
        }
    if (told || !node_len(labels))
        return;
    static const char words[] = "each of its labels is on some node, but no node has all of them";
    add_link(u, 0, (struct link){.kind = "selector", .state = "no node", .reason = words});
    why_say(u->why, "waiting", "pod %s has no node: %s", u->name, words);
}

static void tell_affinity(const struct unscheduled *u)
{
    static const char terms[] = "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
    for (const node_t *term = node_first(node_at(u->pod, terms)); term; term = node_next(term))
        for (const node_t *rule = node_first(node_get(term, "matchExpressions")); rule; rule = node_next(rule)) {
            CLEANUP(str_release) struct str name = STR_INIT;
            CLEANUP(str_release) struct str words = STR_INIT;
            str_addf(&name, "%s %s", node_str(rule, "/key", "?"), node_str(rule, "/operator", "?"));
            for (const node_t *value = node_first(node_get(rule, "values")); value; value = node_next(value))
                str_addf(&name, "%s%s", value == node_first(node_get(rule, "values")) ? " " : ",",
                         node_text(value) ? node_text(value) : "?");
            add_values(&words, u, node_str(rule, "/key", "?"));
            add_link(u, 0, (struct link){.kind = "affinity", .name = name.buf, .state = "-", .reason = words.buf});
            why_say(u->why, "waiting", "pod %s wants a node with %s; %s", u->name, name.buf, words.buf);
        }
}

static void tell_selector(const struct unscheduled *u, const node_t *cause)
{
    if (!why_nodes(u->why)) {
        add_link(u, 0, (struct link){.kind = "selector", .state = "no node", .reason = node_str(cause, "/text", NULL)});
        return;
    }
    if (!count_selected(u))
        tell_selector_labels(u);
    tell_affinity(u);
}

/* ---- the rest ---- */

static bool is_cordoned(const node_t *node, const void *arg)
{
    (void)arg;
    return node_bool(node, "/spec/unschedulable", false);
}

static void tell_cordoned(const struct unscheduled *u)
{
    CLEANUP(str_release) struct str nodes = STR_INIT;
    name_nodes(&nodes, u, is_cordoned, NULL);
    add_link(u, 0,
             (struct link){
                 .kind = "nodes", .name = nodes.len ? nodes.buf : NULL, .state = "SchedulingDisabled", .reason = "cordoned"});
    why_say(u->why, "waiting", "the nodes that pod %s could have are cordoned: %s", u->name, nodes.buf);
    for (const node_t *node = node_first(why_nodes(u->why)); node; node = node_next(node))
        if (is_cordoned(node, NULL) && why_is_plain(node_str(node, "/metadata/name", "?"))) {
            chain_try(&u->why->chain, "lets pods onto it again", "kubectl uncordon %s", node_str(node, "/metadata/name", "?"));
            break;
        }
}

static void tell_other(const struct unscheduled *u, const node_t *cause)
{
    CLEANUP(str_release) struct str state = STR_INIT;
    if (node_type(node_get(cause, "nodes")) != NODE_NUMBER)
        str_add(&state, "all nodes");
    else
        why_count(&state, node_num(cause, "/nodes", 0), "node");
    const char *text = node_str(cause, "/text", "?");
    add_link(u, 0, (struct link){.kind = node_str(cause, "/cause", "?"), .state = state.buf, .reason = text});
    why_say(u->why, "waiting", "pod %s has no node: %s", u->name, text);
}

static void tell_cause(const struct unscheduled *u, const node_t *cause)
{
    const char *which = node_str(cause, "/cause", "");
    if (strcmp(which, "insufficient") == 0)
        tell_insufficient(u, cause);
    else if (strcmp(which, "taint") == 0)
        tell_taints(u, cause);
    else if (strcmp(which, "selector") == 0)
        tell_selector(u, cause);
    else if (strcmp(which, "cordoned") == 0)
        tell_cordoned(u);
    else if (strcmp(which, "claim") == 0 || strcmp(which, "volume") == 0)
        why_tell_claims(u->why, u->pod, u->depth + 1);
    else
        tell_other(u, cause);
}

/* What can be had by someone who frees something comes before what no node has at all. */
static void tell_causes(const struct unscheduled *u, const node_t *causes)
{
    static const char *const order[] = {"claim",    "devices", "insufficient", "cordoned", "volume", "taint",
                                        "selector", "spread",  "rules",        "ports",    "other"};
    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        for (const node_t *cause = node_first(causes); cause; cause = node_next(cause)) {
            if (strcmp(node_str(cause, "/cause", ""), order[i]) != 0)
                continue;
            tell_cause(u, cause);
            if (strcmp(order[i], "taint") == 0)
                break; /* all of them were told */
        }
}

static void add_scheduler(struct why_kube *why, const node_t *said, const char *message, int depth)
{
    CLEANUP(str_release) struct str state = STR_INIT;
    const char *preemption = node_str(said, "/preemption", NULL);
    if (said)
        str_addf(&state, "0 of %.0f nodes", node_num(said, "/nodes", 0));
    struct link link = {.depth = depth, .layer = "kubernetes", .kind = "scheduler", .state = said ? state.buf : "Unschedulable"};
    AUTOFREE char *reason =
        preemption && strstr(preemption, "No preemption victims") ? xstrdup("no pod of a lower priority could give way") : NULL;
    link.reason = said ? reason : message;
    chain_add(&why->chain, &link);
}

void why_tell_unscheduled(struct why_kube *why, const node_t *pod, int depth)
{
    const node_t *condition = kube_condition(pod, "PodScheduled");
    const char *message = node_str(condition, "/message", NULL), *name = node_str(pod, "/metadata/name", "?");
    struct unscheduled u = {.why = why, .pod = pod, .name = name, .depth = depth};
    if (!message) {
        const char *scheduler = node_str(pod, "/spec/schedulerName", "default-scheduler");
        add_scheduler(why, NULL, "it has not looked at the pod yet", depth);
        why_say(why, "waiting", "no scheduler has looked at pod %s yet; it wants %s", name, scheduler);
        return;
    }
    CLEANUP(node_free) node_t *said = sched_parse(message);
    add_scheduler(why, said, message, depth);
    tell_causes(&u, node_get(said, "causes"));
    add_unseen_nodes(&u);
    why_say(why, "waiting", "pod %s has no node: %s", name, message);
}
