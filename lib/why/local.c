#include "why/local.h"

#include <math.h>
#include <string.h>

/* A document in the making. */
struct told {
    node_t *document;
    struct chain chain;
};

static struct told begin(const char *name, const char *state)
{
    struct told told = {.document = node_new_object(), .chain = {.links = node_new_array(), .useful = node_new_array()}};
    node_set_str(told.document, "name", name);
    node_set_str(told.document, "status", state);
    return told;
}

static node_t *end(struct told *told, const char *verdict, const char *summary)
{
    node_set_str(told->document, "verdict", verdict);
    node_set_str(told->document, "summary", summary);
    node_set(told->document, "chain", told->chain.links);
    node_set(told->document, "useful", told->chain.useful);
    return told->document;
}

static const char *verdict_of(const char *state)
{
    static const char *const failed[] = {"Failed", "Cancelled", "Interrupted", NULL};
    static const char *const waiting[] = {"Queued", "Pending", "Suspended", "Starting", "Deploying", NULL};
    return str_index(failed, state) >= 0 ? "failed" : str_index(waiting, state) >= 0 ? "waiting" : "healthy";
}

/* ---- a job ---- */

static bool add_line(const node_t *line, void *arg)
{
    struct str *s = arg;
    const char *text = node_str(line, "/text", "");
    bool is_its_own = strcmp(node_str(line, "/stream", ""), "system") != 0; /* what the gateway adds is told already */
    if (*text && is_its_own)
        str_addf(s, "%s%s", s->len ? " \u00b7 " : "", text);
    return true;
}

static void add_end(const node_t *job, struct str *s)
{
    double code = node_num(job, "/exit_code", NAN), place = node_num(job, "/queue_position", NAN);
    const char *signal = node_str(job, "/signal", NULL), *reason = node_str(job, "/reason", "");
    const char *needs = node_str(job, "/waits_for", NULL);
    if (signal)
        str_addf(s, "signal %s", signal);
    else if (!isnan(code) && code != 0 && !str_starts(reason, "exit code"))
        str_addf(s, "exit %.0f", code);
    if (!isnan(place))
        str_addf(s, "%sposition %.0f in the queue", s->len ? "; " : "", place);
    if (needs)
        str_addf(s, "; needs %s", needs);
    if (*reason)
        str_addf(s, "%s%s", s->len ? ": " : "", reason);
}

static void add_log(struct told *told, const struct trainer_env *env, const char *name, struct str *log)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    struct job_logs logs = {.tail = 5, .rank = -1, .on_line = add_line, .arg = log};
    if (!env->trainer->logs || env->trainer->logs(env, name, &logs, &none) != 0 || !log->len)
        return;
    struct link link = {.depth = 1, .layer = "local", .kind = "log", .name = "last lines", .reason = log->buf};
    chain_add(&told->chain, &link);
}

node_t *why_local_job(const struct trainer_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *job = env->trainer->show(env, name, err);
    CLEANUP(str_release) struct str reason = STR_INIT;
    CLEANUP(str_release) struct str log = STR_INIT_MAX(2048);
    CLEANUP(str_release) struct str summary = STR_INIT;
    if (!job && err->code == ERR_NOT_FOUND)
        err_hint(err, "aiwf train list");
    if (!job)
        return NULL;
    const char *state = node_str(job, "/state", "?"), *verdict = verdict_of(state);
    struct told told = begin(name, state);
    AUTOFREE char *label = xasprintf("train/%s", name);
    add_end(job, &reason);
    struct link link = {
        .layer = "local", .kind = "job", .type = env->trainer->name, .name = label, .state = state, .reason = reason.buf};
    chain_add(&told.chain, &link);
    if (strcmp(verdict, "failed") == 0) {
        add_log(&told, env, name, &log);
        chain_try(&told.chain, "all about it", "aiwf train show %s", name);
        chain_try(&told.chain, "all that it wrote", "aiwf train logs %s", name);
    } else if (strcmp(verdict, "waiting") == 0) {
        chain_try(&told.chain, "what is before it", "aiwf queue local");
    }
    if (strcmp(verdict, "healthy") == 0)
        str_addf(&summary, "nothing is wrong with job %s that can be seen", name);
    else
        str_addf(&summary, "job %s %s: %s%s%s", name, strcmp(verdict, "failed") == 0 ? "failed" : "waits", reason.buf,
                 log.len ? ": " : "", log.buf);
    return end(&told, verdict, summary.buf);
}

/* ---- a function ---- */

node_t *why_gateway_function(const struct runtime *runtime, const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *function = runtime->show(env, name, err);
    CLEANUP(str_release) struct str summary = STR_INIT;
    if (!function && err->code == ERR_NOT_FOUND)
        err_hint(err, "aiwf function list");
    if (!function)
        return NULL;
    const char *state = node_str(function, "/state", "?"), *verdict = verdict_of(state);
    const char *message = node_str(function, "/message", NULL);
    AUTOFREE char *label = xasprintf("function/%s", name);
    struct told told = begin(name, state);
    struct link link = {
        .layer = runtime->name, .kind = "function", .type = runtime->name, .name = label, .state = state, .reason = message};
    chain_add(&told.chain, &link);
    if (strcmp(verdict, "healthy") == 0)
        str_addf(&summary, "nothing is wrong with function %s that can be seen", name);
    else
        str_addf(&summary, "function %s is %s: %s", name, state, message ? message : "its runtime does not say why");
    if (strcmp(verdict, "healthy") != 0)
        chain_try(&told.chain, "what it wrote", "aiwf function logs %s --tail 50", name);
    return end(&told, verdict, summary.buf);
}

/* ---- a workflow ---- */

/* The links of another document, below one of this. */
static void append(struct chain *chain, const node_t *other, int depth)
{
    for (const node_t *link = node_first(node_get(other, "chain")); link; link = node_next(link)) {
        node_t *copy = node_push(chain->links, node_copy(link));
        node_set_num(copy, "depth", node_num(link, "/depth", 0) + depth);
    }
    for (const node_t *one = node_first(node_get(other, "useful")); one; one = node_next(one))
        chain_try(chain, node_str(one, "/does", ""), "%s", node_str(one, "/command", ""));
}

static void follow(struct told *told, const node_t *stage, const struct why_stage *by, struct str *summary)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    const char *job = node_str(stage, "/job", NULL), *function = node_str(stage, "/function", NULL);
    if (!job && !function)
        return;
    CLEANUP(node_free) node_t *below = job ? by->job(by->arg, job, &err) : by->function(by->arg, function, &err);
    if (below) {
        append(&told->chain, below, 2);
        if (strcmp(node_str(below, "/verdict", ""), "healthy") == 0)
            return;
        str_addf(summary, "%s%s", summary->len ? ": " : "", node_str(below, "/summary", ""));
        return;
    }
    struct link link = {
        .depth = 2, .layer = "kubernetes", .kind = job ? "job" : "function", .name = job ? job : function, .unseen = true};
    link.reason = err.why ? err.why : err.what;
    chain_add(&told->chain, &link);
}

static const node_t *first_bad(const node_t *status)
{
    static const char *const bad[] = {"Failed", "Cancelled", "Running", NULL};
    const node_t *found = NULL;
    for (const char *const *state = bad; *state && !found; state++)
        found = node_find(node_get(status, "stages"), "/state", *state);
    return found;
}

static void add_workflow(struct told *told, const node_t *status)
{
    AUTOFREE char *reason = xasprintf("run %.0f, %.0f of %.0f stages done", node_num(status, "/run", 0),
                                      node_num(status, "/done", 0), node_num(status, "/total", 0));
    struct link link = {.layer = "aiwf", .kind = "workflow", .name = node_str(status, "/name", NULL), .reason = reason};
    link.state = node_str(status, "/state", NULL);
    chain_add(&told->chain, &link);
}

node_t *why_workflow(const node_t *status, const char *context, const struct why_stage *by)
{
    const char *name = node_str(status, "/name", "?"), *state = node_str(status, "/state", "?"), *verdict = verdict_of(state);
    const char *where = node_str(status, "/context", context);
    const node_t *stage = strcmp(state, "Succeeded") == 0 ? NULL : first_bad(status);
    CLEANUP(str_release) struct str below = STR_INIT;
    CLEANUP(str_release) struct str summary = STR_INIT;
    struct told told = begin(name, state);
    add_workflow(&told, status);
    if (stage) {
        struct link link = {.depth = 1, .layer = "aiwf", .kind = "stage", .name = node_str(stage, "/name", NULL)};
        link.state = node_str(stage, "/state", NULL);
        link.reason = node_str(stage, "/message", NULL);
        chain_add(&told.chain, &link);
        if (strcmp(where, context) == 0)
            follow(&told, stage, by, &below);
        else
            chain_try(&told.chain, "where it ran", "aiwf why workflow %s --context %s", name, where);
        chain_try(&told.chain, "what the stage wrote", "aiwf workflow logs %s %s", name, node_str(stage, "/name", "?"));
    }
    if (strcmp(verdict, "failed") == 0)
        chain_try(&told.chain, "goes on where it stopped", "aiwf workflow resume %s", name);
    if (strcmp(verdict, "healthy") == 0 && !below.len)
        str_addf(&summary, "nothing is wrong with workflow %s that can be seen", name);
    else
        str_addf(&summary, "workflow %s is %s at stage %s%s%s", name, state, node_str(stage, "/name", "?"), below.len ? ": " : "",
                 below.len ? below.buf : node_str(stage, "/message", ""));
    return end(&told, verdict, summary.buf);
}
