/* A job, of whichever kind: its conditions, its place at Kueue, what refused its pods, and the pod that is worst. */
#include <stdlib.h>
#include <string.h>

#include "kube/owner.h"
#include "why/kube_parts.h"

/* What is more of a job comes first: a TrainJob has a JobSet of its name. */
static const struct kube_kind *const kinds[] = {&kube_train_jobs, &kube_pytorch_jobs, &kube_tf_jobs, &kube_job_sets, &kube_jobs};
enum { KINDS = ARRAY_LEN(kinds), CHILDREN_MAX = 8 };

struct job {
    struct why_kube *why;
    const struct kube_kind *kind;
    const node_t *object;
    const char *name, *state;
};

static const char *state_of(const node_t *object)
{
    static const char *const first[] = {"Failed", "Complete", "Succeeded", "Completed", "Suspended"};
    const node_t *last = NULL;
    for (size_t i = 0; i < ARRAY_LEN(first); i++)
        if (kube_condition_is(object, first[i], "True"))
            return first[i];
    for (const node_t *one = node_first(node_at(object, "/status/conditions")); one; one = node_next(one))
        if (strcmp(node_str(one, "/status", ""), "True") == 0)
            last = one;
    if (last)
        return node_str(last, "/type", "?");
    return node_num(object, "/status/active", 0) > 0 ? "Running" : "Pending";
}

static bool is_over_well(const struct job *job)
{
    return strcmp(job->state, "Complete") == 0 || strcmp(job->state, "Succeeded") == 0 || strcmp(job->state, "Completed") == 0;
}

static void add_job(const struct job *job, int depth)
{
    CLEANUP(str_release) struct str reason = STR_INIT;
    AUTOFREE char *name = xasprintf("train/%s", job->name);
    const node_t *condition = kube_condition(job->object, job->state);
    bool is_final = strcmp(job->state, "Failed") == 0;
    if (!is_final)
        why_since(&reason,
                  node_str(condition, "/lastTransitionTime", node_str(job->object, "/metadata/creationTimestamp", NULL)));
    if (is_final || strcmp(job->state, "Suspended") == 0)
        str_addf(&reason, "%s%s", reason.len ? ": " : "", node_str(condition, "/message", node_str(condition, "/reason", "")));
    struct link link = {
        .depth = depth, .layer = "kubernetes", .kind = "job", .type = job->kind->kind, .name = name, .state = job->state};
    link.id = node_str(job->object, "/metadata/uid", NULL);
    link.reason = reason.buf;
    chain_add(&job->why->chain, &link);
}

/* ---- what belongs to it ---- */

enum { EVENTS, PODS, JOB_SET, CHILDREN, WORKLOADS, QUESTIONS };

static void ask_about(const struct job *job, struct kube_ask *asks)
{
    CLEANUP(str_release) struct str selector = STR_INIT;
    const char *ns = job->why->ns;
    bool is_train = job->kind == &kube_train_jobs, has_children = is_train || job->kind == &kube_job_sets;
    why_ask_events(&asks[EVENTS], ns, job->object);
    if (kube_owner_selector(job->kind->kind, job->name, &selector))
        kube_ask_list(&asks[PODS], &kube_pods, ns, selector.buf, NULL);
    if (is_train)
        kube_ask_one(&asks[JOB_SET], &kube_job_sets, ns, job->name);
    if (has_children)
        kube_ask_list(&asks[CHILDREN], &kube_jobs, ns, selector.buf, NULL);
    if (*node_str(job->object, "/metadata/labels/kueue.x-k8s.io~1queue-name", ""))
        kube_ask_list(&asks[WORKLOADS], &kube_workloads, ns, NULL, NULL);
    kube_ask_all(job->why->kube, asks, QUESTIONS);
}

static bool owns(const node_t *owner, const node_t *object)
{
    const char *uid = node_str(owner, "/metadata/uid", NULL);
    for (const node_t *one = node_first(node_at(object, "/metadata/ownerReferences")); uid && one; one = node_next(one))
        if (str_eq(node_str(one, "/uid", NULL), uid))
            return true;
    return false;
}

/* true: Kueue holds it back. */
static bool tell_workload(const struct job *job, const struct kube_ask *asks, int depth)
{
    CLEANUP(str_release) struct str words = STR_INIT;
    const char *verdict = job->why->verdict;
    for (const node_t *one = node_first(asks[WORKLOADS].answer); one; one = node_next(one))
        if (owns(job->object, one) || owns(asks[JOB_SET].answer, one))
            why_tell_workload(job->why, one, depth);
    if (asks[WORKLOADS].err.code != ERR_OK) {
        struct link link = {.depth = depth, .layer = "kueue", .kind = "workload", .unseen = true};
        link.reason = kube_ask_why(&asks[WORKLOADS], &words);
        chain_add(&job->why->chain, &link);
    }
    return job->why->verdict != verdict;
}

/* A TrainJob's JobSet's Jobs make the pods: theirs are the events that tell what refused them. */
static void tell_children(const struct job *job, const struct kube_ask *asks, int depth)
{
    struct kube_ask events[CHILDREN_MAX] = {{0}};
    size_t n = 0;
    for (const node_t *child = node_first(asks[CHILDREN].answer); child && n < CHILDREN_MAX; child = node_next(child))
        if (node_num(child, "/status/active", 0) + node_num(child, "/status/succeeded", 0) <
            node_num(child, "/spec/parallelism", 1))
            why_ask_events(&events[n++], job->why->ns, child);
    kube_ask_all(job->why->kube, events, n);
    for (size_t i = 0; i < n; i++) {
        why_tell_refusal(job->why, events[i].answer, depth);
        kube_ask_release(&events[i]);
    }
}

static void advise(const struct job *job)
{
    if (!why_is_plain(job->name))
        return;
    if (strcmp(job->state, "Failed") == 0)
        chain_try(&job->why->chain, "all of its ranks", "aiwf -n %s train show %s", job->why->ns, job->name);
    if (strcmp(job->state, "Suspended") == 0 && !job->why->verdict)
        chain_try(&job->why->chain, "lets it run", "kubectl -n %s patch %s %s --type=merge -p '{\"spec\":{\"suspend\":false}}'",
                  job->why->ns, job->kind->plural, job->name);
}

static void say_of_itself(const struct job *job)
{
    const node_t *condition = kube_condition(job->object, job->state);
    const char *message = node_str(condition, "/message", node_str(condition, "/reason", "it does not say why"));
    if (strcmp(job->state, "Failed") == 0)
        why_say(job->why, "failed", "train/%s failed: %s", job->name, message);
    else if (strcmp(job->state, "Suspended") == 0)
        why_say(job->why, "waiting", "train/%s is suspended: %s", job->name, message);
    else if (strcmp(job->state, "Pending") == 0 || strcmp(job->state, "Created") == 0)
        why_say(job->why, "waiting", "train/%s has not started yet", job->name);
}

static void tell_parts(const struct job *job, int depth)
{
    struct kube_ask asks[QUESTIONS] = {{0}};
    ask_about(job, asks);
    bool is_held = tell_workload(job, asks, depth);
    if (!is_held) {
        why_tell_refusal(job->why, asks[EVENTS].answer, depth);
        tell_children(job, asks, depth);
        why_tell_worst(job->why, asks[PODS].answer, depth);
    }
    if (strcmp(job->state, "Failed") == 0 && !node_len(asks[PODS].answer)) {
        struct link link = {.depth = depth, .layer = "kubernetes", .kind = "pods", .state = "gone"};
        link.reason = "its pods were removed, and their logs with them";
        chain_add(&job->why->chain, &link);
    }
    for (size_t i = 0; i < QUESTIONS; i++)
        kube_ask_release(&asks[i]);
}

static void tell_job(const struct job *job, int depth)
{
    add_job(job, depth);
    if (!is_over_well(job))
        tell_parts(job, depth + 1);
    advise(job);
    say_of_itself(job);
}

/* ---- which kind has that name ---- */

static int none_has(struct kube_ask *asks, const char *ns, const char *name, struct err *err)
{
    for (size_t i = 0; i < KINDS; i++)
        if (asks[i].err.code != ERR_OK && asks[i].err.code != ERR_NOT_FOUND && kinds[i] == &kube_jobs)
            return err_move(err, &asks[i].err);
    err_set(err, ERR_NOT_FOUND, "there is no job \"%s\" in namespace %s", name, ns);
    return err_hint(err, "aiwf -n %s train list", ns);
}

node_t *why_job(const struct why_place *place, const char *name, struct err *err)
{
    struct kube_ask asks[KINDS] = {{0}};
    struct why_kube why;
    node_t *document = NULL;
    for (size_t i = 0; i < KINDS; i++)
        kube_ask_one(&asks[i], kinds[i], place->kube->ns, name);
    kube_ask_all(place->kube, asks, KINDS);
    for (size_t i = 0; i < KINDS && !document; i++) {
        if (!asks[i].answer)
            continue;
        struct job job = {.why = &why, .kind = kinds[i], .object = asks[i].answer, .name = name};
        job.state = state_of(job.object);
        why_kube_start(&why, place);
        tell_job(&job, 0);
        struct link what = {.kind = "train", .name = name, .id = node_str(job.object, "/metadata/uid", NULL), .state = job.state};
        document = why_kube_end(&why, &what);
        node_set_str(document, "type", job.kind->kind);
    }
    if (!document)
        none_has(asks, place->kube->ns, name, err);
    for (size_t i = 0; i < KINDS; i++)
        kube_ask_release(&asks[i]);
    return document;
}
