#include "bench/coldmarks.h"

#include <stdlib.h>
#include <string.h>

#include "kube/object.h"

/* In the order in which they end; `image` has no end of its own, it is cut out of the time of both kinds of containers. */
enum stage { HELD, CREATED, SCHEDULED, SANDBOX, CONTAINER, SIDECARS, READY, FIRST_BYTE, STAGES };
static const char *const stage_names[STAGES] = {"held",      "pod created", "scheduled", "sandbox",
                                                "container", "sidecars",    "ready",     "first byte"};
static const char image_name[] = "image";

#define NEVER INT64_MAX

void cold_marks_release(struct cold_marks *marks)
{
    free(marks->v);
    *marks = (struct cold_marks){0};
}

static const struct cold_mark *find(const struct cold_marks *marks, enum cold_mark_kind kind, const char *uid,
                                    const char *container)
{
    for (size_t i = 0; i < marks->n; i++) {
        const struct cold_mark *mark = &marks->v[i];
        if (mark->kind == kind && strcmp(mark->uid, uid) == 0 && (!container || strcmp(mark->container, container) == 0))
            return mark;
    }
    return NULL;
}

static void copy(char *to, size_t size, const char *text)
{
    size_t len = strlen(text) < size ? strlen(text) : size - 1;
    memcpy(to, text, len);
    to[len] = '\0';
}

static void add(struct cold_marks *marks, const struct cold_mark *mark)
{
    if (marks->n == COLD_MARKS_MAX || find(marks, mark->kind, mark->uid, mark->container))
        return;
    if (marks->n % 64 == 0)
        marks->v = xrealloc(marks->v, (marks->n + 64) * sizeof(*marks->v));
    marks->v[marks->n++] = *mark;
}

static void add_of_pod(struct cold_marks *marks, enum cold_mark_kind kind, const node_t *pod, int64_t at_ns)
{
    struct cold_mark mark = {.kind = kind, .at_ns = at_ns};
    copy(mark.uid, sizeof(mark.uid), node_str(pod, "/metadata/uid", ""));
    add(marks, &mark);
}

void cold_marks_of_deployment(struct cold_marks *marks, const node_t *deployment, const node_t *kept, int64_t at_ns)
{
    bool wants = node_int(deployment, "/spec/replicas", 1) > 0, wanted = kept && node_int(kept, "/spec/replicas", 1) > 0;
    if (wants && !wanted)
        add(marks, &(struct cold_mark){.kind = COLD_DECIDED, .at_ns = at_ns});
}

void cold_marks_of_pod(struct cold_marks *marks, const node_t *pod, int64_t at_ns)
{
    add_of_pod(marks, COLD_CREATED, pod, at_ns);
    if (*node_str(pod, "/spec/nodeName", ""))
        add_of_pod(marks, COLD_SCHEDULED, pod, at_ns);
    if (kube_condition_is(pod, "Ready", "True"))
        add_of_pod(marks, COLD_READY, pod, at_ns);
}

/* Of "spec.containers{NAME}"; of another form: none. */
static void container_of_path(const char *path, char *to, size_t size)
{
    const char *open = strchr(path, '{'), *close = open ? strchr(open, '}') : NULL;
    AUTOFREE char *name = close ? xstrndup(open + 1, (size_t)(close - open - 1)) : xstrdup("");
    copy(to, size, name);
}

void cold_marks_of_event(struct cold_marks *marks, const node_t *event, int64_t at_ns)
{
    static const struct {
        const char *reason;
        enum cold_mark_kind kind;
    } reasons[] = {{"Scheduled", COLD_SCHEDULED}, {"Pulling", COLD_PULLING}, {"Pulled", COLD_PULLED}, {"Started", COLD_STARTED}};
    struct cold_mark mark = {.at_ns = at_ns};
    const char *reason = node_str(event, "/reason", "");
    copy(mark.uid, sizeof(mark.uid), node_str(event, "/involvedObject/uid", ""));
    container_of_path(node_str(event, "/involvedObject/fieldPath", ""), mark.container, sizeof(mark.container));
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (strcmp(reason, reasons[i].reason) == 0) {
            mark.kind = reasons[i].kind;
            add(marks, &mark);
        }
}

/* ---- marks to stages ---- */

/* The earliest of that kind; NEVER: none. */
static int64_t first_of(const struct cold_marks *marks, enum cold_mark_kind kind, const char *uid)
{
    int64_t at = NEVER;
    for (size_t i = 0; i < marks->n; i++)
        if (marks->v[i].kind == kind && strcmp(marks->v[i].uid, uid) == 0 && marks->v[i].at_ns < at)
            at = marks->v[i].at_ns;
    return at;
}

/* When the last of its containers had started. */
static int64_t last_started(const struct cold_marks *marks, const char *uid)
{
    int64_t at = NEVER;
    for (size_t i = 0; i < marks->n; i++)
        if (marks->v[i].kind == COLD_STARTED && strcmp(marks->v[i].uid, uid) == 0 && (at == NEVER || marks->v[i].at_ns > at))
            at = marks->v[i].at_ns;
    return at;
}

static bool is_sooner(const struct cold_marks *marks, const char *uid, const char *than)
{
    static const enum cold_mark_kind by[] = {COLD_READY, COLD_STARTED, COLD_SCHEDULED, COLD_CREATED};
    for (size_t i = 0; i < ARRAY_LEN(by); i++) {
        int64_t a = first_of(marks, by[i], uid), b = first_of(marks, by[i], than);
        if (a != b)
            return a < b;
    }
    return false;
}

/* The new pod that could answer first: an event alone may be another function's pod. */
static const char *answering_pod(const struct cold_marks *marks, int64_t *ret_pods)
{
    const char *best = NULL;
    *ret_pods = 0;
    for (size_t i = 0; i < marks->n; i++) {
        const struct cold_mark *mark = &marks->v[i];
        if (mark->kind != COLD_CREATED)
            continue;
        ++*ret_pods;
        if (!best || is_sooner(marks, mark->uid, best))
            best = mark->uid;
    }
    return best;
}

static int64_t min_of(int64_t a, int64_t b) { return a < b ? a : b; }

/* How long its images were fetched, within [from, to]. */
static int64_t pull_ns(const struct cold_marks *marks, const char *uid, int64_t from, int64_t to)
{
    int64_t sum = 0;
    for (size_t i = 0; i < marks->n; i++) {
        const struct cold_mark *pulling = &marks->v[i];
        if (pulling->kind != COLD_PULLING || strcmp(pulling->uid, uid) != 0)
            continue;
        const struct cold_mark *pulled = find(marks, COLD_PULLED, uid, pulling->container);
        int64_t begin = pulling->at_ns > from ? pulling->at_ns : from, end = min_of(pulled ? pulled->at_ns : to, to);
        sum += end > begin ? end - begin : 0;
    }
    return min_of(sum, to > from ? to - from : 0);
}

static void push(node_t *stages, const char *name, int64_t ns)
{
    node_t *stage = node_push(stages, node_new_object());
    node_set_str(stage, "stage", name);
    node_set_num(stage, "ms", (double)ns / 1e6);
}

/* The ends of all stages: what arrived late has its end no later than any that follows. *unseen gets those never seen. */
static void order(int64_t ends[STAGES], int64_t start_ns, node_t *unseen)
{
    bool is_seen[STAGES];
    int64_t bound = ends[FIRST_BYTE];
    for (int i = STAGES - 1; i >= 0; i--) {
        is_seen[i] = ends[i] != NEVER;
        bound = min_of(bound, ends[i]);
        ends[i] = bound;
    }
    int64_t before = start_ns;
    for (int i = 0; i < STAGES; i++) {
        if (!is_seen[i])
            node_push(unseen, node_new_str(stage_names[i]));
        if (!is_seen[i] || ends[i] < before)
            ends[i] = before;
        before = ends[i];
    }
}

static void find_ends(const struct cold_marks *marks, const char *uid, const struct cold_span *span, int64_t ends[STAGES])
{
    ends[HELD] = first_of(marks, COLD_DECIDED, "");
    ends[CREATED] = first_of(marks, COLD_CREATED, uid);
    ends[SCHEDULED] = first_of(marks, COLD_SCHEDULED, uid);
    ends[SANDBOX] = min_of(first_of(marks, COLD_PULLING, uid), first_of(marks, COLD_PULLED, uid));
    ends[CONTAINER] = first_of(marks, COLD_STARTED, uid);
    ends[SIDECARS] = last_started(marks, uid);
    ends[READY] = first_of(marks, COLD_READY, uid);
    ends[FIRST_BYTE] = span->first_byte_ns;
}

node_t *cold_marks_stages(const struct cold_marks *marks, const struct cold_span *span)
{
    int64_t pods, ends[STAGES];
    const char *uid = answering_pod(marks, &pods);
    if (!uid)
        return NULL;
    node_t *doc = node_new_object();
    node_t *stages = node_set(doc, "stages", node_new_array()), *unseen = node_set(doc, "unseen", node_new_array());
    find_ends(marks, uid, span, ends);
    order(ends, span->start_ns, unseen);
    int64_t pulls[STAGES] = {
        [CONTAINER] = pull_ns(marks, uid, ends[SANDBOX], ends[CONTAINER]),
        [SIDECARS] = pull_ns(marks, uid, ends[CONTAINER], ends[SIDECARS]),
    };
    for (int i = 0; i < STAGES; i++) {
        if (i == CONTAINER)
            push(stages, image_name, pulls[CONTAINER] + pulls[SIDECARS]);
        push(stages, stage_names[i], ends[i] - (i ? ends[i - 1] : span->start_ns) - pulls[i]);
    }
    node_set_bool(doc, "image_present",
                  first_of(marks, COLD_PULLED, uid) != NEVER && first_of(marks, COLD_PULLING, uid) == NEVER);
    node_set_num(doc, "pods", (double)pods);
    return doc;
}

bool cold_marks_complete(const struct cold_marks *marks)
{
    int64_t pods;
    const char *uid = answering_pod(marks, &pods);
    return uid && first_of(marks, COLD_READY, uid) != NEVER && first_of(marks, COLD_STARTED, uid) != NEVER;
}
