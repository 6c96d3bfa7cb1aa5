#include "cluster/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cluster/failure.h"
#include "cluster/watch_parts.h"
#include "openstack/heat.h"
#include "wait/wait.h"

enum { INTERVAL_MS = 2000, BLIND_MS = 300000, NOT_YET_MS = 30000, FAULTY_MS = 300000 };

void watch_release(struct watch *watch)
{
    node_free(watch->cluster);
    node_free(watch->groups);
    node_free(watch->servers);
    for (size_t i = 0; i < watch->n_stacks; i++) {
        struct watch_stack *stack = &watch->stacks[i];
        free(stack->id);
        free(stack->path);
        free(stack->status);
        node_free(stack->resources);
    }
    for (size_t i = 0; i < watch->n_lines; i++) {
        free(watch->lines[i].name);
        free(watch->lines[i].seen);
    }
    kube_release(&watch->kube);
}

static void stage_view_release(struct stage_view *view)
{
    str_release(&view->word);
    str_release(&view->note);
}
DEFINE_CLEANUP(struct stage_view, stage_view_release)

/* ---- lines ---- */

static struct watch_line *line_of(struct watch *watch, const char *name)
{
    for (size_t i = 0; i < watch->n_lines; i++)
        if (strcmp(watch->lines[i].name, name) == 0)
            return &watch->lines[i];
    if (watch->n_lines == LINES_MAX)
        return NULL;
    struct watch_line *line = &watch->lines[watch->n_lines++];
    *line = (struct watch_line){.name = xstrdup(name), .seen = xstrdup(""), .changed_ms = clock_mono_ms()};
    return line;
}

static void show(struct watch *watch, struct watch_line *line, const struct stage_view *view)
{
    const char *word = view->word.len ? view->word.buf : "...";
    AUTOFREE char *seen = xasprintf("%s %s", word, view->note.buf);
    if (strcmp(seen, line->seen) != 0) {
        free(line->seen);
        line->seen = TAKE(seen);
        line->changed_ms = clock_mono_ms();
    }
    if (view->state == STAGE_OK || view->state == STAGE_FAILED) {
        line->settled = true;
        progress_settle(watch->wait->progress, line->name, view->state == STAGE_OK ? "ok" : "failed", view->note.buf);
    } else {
        progress_update(watch->wait->progress, line->name, word, view->note.buf);
    }
}

/* Lines that are not over end as the wait does. */
static void settle_lines(struct watch *watch, const char *word)
{
    for (size_t i = 0; i < watch->n_lines; i++)
        if (!watch->lines[i].settled) {
            const char *note = strchr(watch->lines[i].seen, ' ');
            progress_settle(watch->wait->progress, watch->lines[i].name, word, note ? note + 1 : "");
            watch->lines[i].settled = true;
        }
}

/* ---- failures ---- */

static const node_t *failed_resources(const struct watch *watch)
{
    for (size_t i = 0; i < watch->n_stacks; i++)
        if (heat_culprit(watch->stacks[i].resources))
            return watch->stacks[i].resources;
    return NULL;
}

static struct cluster_evidence evidence_of(const struct watch *watch)
{
    return (struct cluster_evidence){.cluster = watch->cluster, .resources = failed_resources(watch), .servers = watch->servers};
}

static enum wait_state say_failed(struct watch *watch, struct err *err)
{
    struct cluster_evidence evidence = evidence_of(watch);
    settle_lines(watch, "failed");
    cluster_failed(&evidence, watch->wait->doing, watch->wait->name, err);
    return WAIT_FAILED;
}

/* Heat knows some seconds before Magnum has asked it. */
static bool has_failed(const struct watch *watch)
{
    const char *status = watch_status(watch);
    bool stack_failed = watch->n_stacks && strcmp(watch->stacks[0].status, "CREATE_FAILED") == 0;
    if (strcmp(status, "CREATE_IN_PROGRESS") == 0 && stack_failed && failed_resources(watch))
        return true;
    return str_ends(status, "_FAILED") && watch->has_begun && !watch_is_busy(watch);
}

static bool has_fault(const struct watch *watch) { return node_find(watch->servers, "/status", "ERROR") != NULL; }

/* A driver that only tries again and again never says that it has failed. */
static bool is_stuck(const struct watch *watch, const struct stage *stage, const struct watch_line *line)
{
    bool no_stack = watch->n_stacks && watch->stacks[0].is_none;
    int64_t limit = no_stack && has_fault(watch) && stage->limit_ms > FAULTY_MS ? FAULTY_MS : stage->limit_ms;
    if (watch->wait->stage_ms)
        limit = watch->wait->stage_ms;
    return clock_mono_ms() - line->changed_ms >= limit;
}

static enum wait_state say_stuck(struct watch *watch, const struct watch_line *line, struct err *err)
{
    CLEANUP(str_release) struct str time = STR_INIT;
    CLEANUP(err_release) struct err cause = ERR_INIT;
    struct cluster_evidence evidence = evidence_of(watch);
    duration_print(&time, clock_mono_ms() - line->changed_ms);
    cluster_failed(&evidence, watch->wait->doing, watch->wait->name, &cause);
    bool is_known = *cluster_cause(cause.why).word;
    AUTOFREE char *seen = xstrdup(line->seen);
    settle_lines(watch, "stuck");
    err_set(err, is_known ? cause.code : ERR_TIMEOUT, "gave up waiting for cluster %s: no change in \"%s\" for %s",
            watch->wait->name, line->name, time.buf);
    err_why(err, "%s", is_known || has_fault(watch) ? cause.why : seen);
    if (is_known)
        err_hint(err, "%s", cause.hint);
    else
        err_hint(err, "aiwf why cluster %s; to go on waiting: %s", watch->wait->name, watch->wait->resume);
    return WAIT_FAILED;
}

/* ---- one look ---- */

/* A node group's role may be any word but "master". */
static bool is_of_role(const node_t *group, const struct stage *stage)
{
    return (strcmp(node_str(group, "/role", ""), "master") == 0) == (strcmp(stage->role, "master") == 0);
}

static bool has_line(const struct watch *watch, const char *name)
{
    for (size_t i = 0; i < watch->n_lines; i++)
        if (strcmp(watch->lines[i].name, name) == 0)
            return true;
    return false;
}

/* "nodes", or "nodes gpu" where there are several; a line keeps its name when the others go. */
static char *line_name(const struct watch *watch, const struct stage *stage, const node_t *group)
{
    AUTOFREE char *full = xasprintf("%s %s", stage->name, node_str(group, "/name", "?"));
    size_t of_role = 0;
    for (const node_t *other = node_first(watch->groups); other; other = node_next(other))
        of_role += is_of_role(other, stage);
    return of_role > 1 || has_line(watch, full) ? TAKE(full) : xstrdup(stage->name);
}

/* Of a stage, and of a node group with one that has them. *over is cleared when it is not. */
static enum wait_state step(struct watch *watch, const struct stage *stage, const node_t *group, bool *over, struct err *err)
{
    CLEANUP(stage_view_release) struct stage_view view = {.word = STR_INIT, .note = STR_INIT};
    AUTOFREE char *name = group ? line_name(watch, stage, group) : xstrdup(stage->name);
    struct watch_line *line = NULL;
    stage->look(watch, group, &view, err);
    if (view.state != STAGE_FAILED)
        err_clear(err); /* passing: the note says it */
    *over = *over && view.state == STAGE_OK;
    if (view.state == STAGE_NOT_YET || !(line = line_of(watch, name)) || line->settled)
        return WAIT_PENDING;
    show(watch, line, &view);
    if (view.state == STAGE_FAILED)
        return WAIT_FAILED;
    return view.state == STAGE_BUSY && is_stuck(watch, stage, line) ? say_stuck(watch, line, err) : WAIT_PENDING;
}

static enum wait_state step_groups(struct watch *watch, const struct stage *stage, bool *over, struct err *err)
{
    for (const node_t *group = node_first(watch->groups); group; group = node_next(group)) {
        if (!is_of_role(group, stage))
            continue;
        enum wait_state state = step(watch, stage, group, over, err);
        if (state != WAIT_PENDING)
            return state;
    }
    return WAIT_PENDING;
}

static enum wait_state step_all(struct watch *watch, struct err *err)
{
    bool over = true;
    for (const struct stage *stage = watch_stages; stage->name; stage++) {
        if (!(stage->goals & (1U << watch->wait->goal)))
            continue;
        enum wait_state state = stage->of_group ? step_groups(watch, stage, &over, err) : step(watch, stage, NULL, &over, err);
        if (state != WAIT_PENDING)
            return state;
    }
    bool is_settled = watch->wait->goal == CLUSTER_DELETED || (watch->has_begun && !watch_is_busy(watch));
    if (!over || !is_settled)
        return WAIT_PENDING;
    settle_lines(watch, "gone"); /* of node groups that are no more */
    return WAIT_DONE;
}

static enum wait_state unseen(struct watch *watch, struct err *err)
{
    int64_t for_ms = clock_mono_ms() - watch->started_ms;
    if (watch->is_gone && watch->wait->goal == CLUSTER_DELETED)
        return step_all(watch, err);
    if (watch->is_gone && (watch->cluster || watch->wait->before || for_ms >= NOT_YET_MS)) {
        err_set(err, ERR_NOT_FOUND, "cannot wait for cluster %s: it is gone", watch->wait->name);
        err_why(err, "it was deleted meanwhile");
        return WAIT_FAILED;
    }
    bool final = err->code == ERR_USAGE || err->code == ERR_AUTH || err->code == ERR_INTERRUPTED;
    return final || clock_mono_ms() - watch->seen_ms >= BLIND_MS ? WAIT_FAILED : WAIT_PENDING;
}

/* Of the stages that are not over, the furthest one that says what it waits for. */
static void tell_open_stage(const struct watch *watch, struct str *note)
{
    const struct watch_line *open = NULL;
    for (size_t i = 0; i < watch->n_lines; i++) {
        const char *space = strchr(watch->lines[i].seen, ' ');
        if (!watch->lines[i].settled && space && space[1])
            open = &watch->lines[i];
    }
    if (open)
        str_addf(note, "; %s: %s", open->name, open->seen + (str_starts(open->seen, "... ") ? strlen("... ") : 0));
}

static enum wait_state look(void *arg, struct str *note, struct err *err)
{
    struct watch *watch = arg;
    if (watch_see(watch, err) != 0)
        return unseen(watch, err);
    watch->seen_ms = clock_mono_ms();
    if (has_failed(watch))
        return say_failed(watch, err);
    enum wait_state state = step_all(watch, err);
    str_add(note, watch_status(watch));
    tell_open_stage(watch, note);
    return state;
}

int cluster_wait(const struct cluster_wait *wait, node_t **ret, struct err *err)
{
    CLEANUP(watch_release) struct watch watch = {.wait = wait, .started_ms = clock_mono_ms()};
    AUTOFREE char *what = xasprintf("cluster %s", wait->name);
    watch.seen_ms = watch.started_ms;
    struct wait waiting = {
        .what = what,
        .look = look,
        .arg = &watch,
        .timeout_ms = wait->timeout_ms,
        .interval_ms = wait->interval_ms ? wait->interval_ms : INTERVAL_MS,
        .resume = wait->resume,
    };
    int rc = wait_for(&waiting, err);
    *ret = watch.is_gone ? NULL : TAKE(watch.cluster);
    return rc;
}
