/* aiwf workflow logs: what jobs and functions wrote, stage by stage. */
#include <string.h>

#include "cmd.h"
#include "wait/wait.h"
#include "workflow.h"

/* What one stage's lines are read from. */
struct log_source {
    struct cli *cli;
    const char *workflow, *stage;
    bool prefix;
    char *job, *function; /* NULL: it never began */
};

static bool print_line(const node_t *line, void *arg)
{
    const struct log_source *source = arg;
    const char *text = node_str(line, "/text", "");
    if (strcmp(node_str(line, "/stream", ""), "system") == 0)
        return true;
    CLEANUP(str_release) struct str safe = STR_INIT;
    str_add_safe(&safe, text, strlen(text), false);
    fprintf(source->cli->out, "%s%s%s\n", source->prefix ? source->stage : "", source->prefix ? " | " : "", safe.buf);
    fflush(source->cli->out);
    return !ferror(source->cli->out);
}

static const node_t *stage_of(const node_t *status, const char *name)
{
    return node_find(node_get(status, "stages"), "/name", name);
}

/* Done when the stage has begun, or when it never will. */
static enum wait_state look_begun(void *arg, struct str *note, struct err *err)
{
    struct log_source *source = arg;
    (void)note;
    CLEANUP(node_free) node_t *doc = workflow_status(source->workflow, err);
    const node_t *stage = stage_of(doc, source->stage);
    if (!stage)
        return WAIT_FAILED;
    source->job = xstrdup_or_null(node_str(stage, "/job", NULL));
    source->function = xstrdup_or_null(node_str(stage, "/function", NULL));
    bool may_begin = strcmp(node_str(doc, "/state", ""), "Running") == 0 && strcmp(node_str(stage, "/state", ""), "Pending") == 0;
    return may_begin && !source->job && !source->function ? WAIT_PENDING : WAIT_DONE;
}

static int read_lines(struct log_source *source, const struct run_env *env, struct err *err)
{
    const struct workflow_opts *opts = source->cli->opts;
    const struct trainer_env trainer = run_trainer(env);
    const struct job_logs logs = {.follow = opts->follow, .tail = opts->tail, .rank = -1, .on_line = print_line, .arg = source};
    const struct runtime_env runtime = run_runtime(env);
    if (source->job)
        return env->trainer->logs ? env->trainer->logs(&trainer, source->job, &logs, err)
                                  : trainer_lacks(env->trainer, "show logs", err);
    if (source->function)
        return env->runtime->logs ? env->runtime->logs(&runtime, source->function, false, opts->tail, print_line, source, err)
                                  : runtime_lacks(env->runtime, "show logs", err);
    return 0;
}

static int stage_logs(struct cli *cli, const node_t *stage, bool prefix, const struct run_env *env, struct err *err)
{
    const struct workflow_opts *opts = cli->opts;
    struct log_source source = {.cli = cli, .workflow = cli->args.v[0], .stage = node_str(stage, "/name", ""), .prefix = prefix};
    const struct wait wait = {.what = "the stage to begin", .look = look_begun, .arg = &source, .interval_ms = 200};
    CLEANUP(str_release) struct str ignored = STR_INIT;
    int rc = opts->follow ? wait_for(&wait, err) : look_begun(&source, &ignored, err) == WAIT_FAILED ? -1 : 0;
    if (rc == 0)
        rc = read_lines(&source, env, err);
    if (rc != 0 && err->code == ERR_NOT_FOUND && prefix) {
        cli_note(cli, "note: the log of stage %s is gone", source.stage);
        err_clear(err);
        rc = 0;
    }
    mem_free_ptr(&source.job);
    mem_free_ptr(&source.function);
    return rc;
}

static int no_stage(const node_t *status, const char *name, struct err *err)
{
    const char *names[WORKFLOW_MAX_STAGES];
    size_t n = 0;
    for (const node_t *stage = node_first(node_get(status, "stages")); stage && n < ARRAY_LEN(names); stage = node_next(stage))
        names[n++] = node_str(stage, "/name", "");
    err_set(err, ERR_NOT_FOUND, "workflow %s has no stage \"%s\"", node_str(status, "/name", ""), name);
    const char *nearest = str_nearest(name, names, n);
    return nearest ? err_hint(err, "did you mean \"%s\"?", nearest) : -1;
}

static int print_logs(struct cli *cli, struct err *err)
{
    struct run_env env = {0};
    CLEANUP(node_free) node_t *doc = workflow_status(cli->args.v[0], err);
    if (!doc || workflow_use_context(cli, node_str(doc, "/context", NULL), err) != 0 || workflow_env(cli, true, &env, err) != 0)
        return -1;
    if (cli->args.n > 1) {
        const node_t *stage = stage_of(doc, cli->args.v[1]);
        return stage ? stage_logs(cli, stage, false, &env, err) : no_stage(doc, cli->args.v[1], err);
    }
    for (const node_t *stage = node_first(node_get(doc, "stages")); stage; stage = node_next(stage))
        if (stage_logs(cli, stage, true, &env, err) != 0)
            return -1;
    return 0;
}

int workflow_logs(struct cli *cli, struct err *err)
{
    const struct workflow_opts *opts = cli->opts;
    int rc = print_logs(cli, err);
    return opts->follow ? cli_until_interrupt(rc, err) : rc;
}
