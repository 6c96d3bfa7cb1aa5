/* Workflows: a file of stages, run as jobs and functions. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/sig.h"
#include "base/unit.h"
#include "cmd.h"
#include "kube.h"
#include "wait/wait.h"
#include "workflow.h"
#include "workflow/plan.h"

#define FILE_OPT                                                                                             \
    {                                                                                                        \
        .name = "file", .letter = 'f', .type = OPT_FILE, OPT(struct workflow_opts, file), .metavar = "FILE", \
        .help = "the workflow file; - is standard input"                                                     \
    }

static const struct opt file_opts[] = {FILE_OPT, {0}};
static const struct opt run_opts[] = {
    FILE_OPT,
    {.name = "fresh",
     .type = OPT_FLAG,
     OPT(struct workflow_opts, fresh),
     .help = "redo every stage, also those that did not change"},
    {0},
};
static const struct opt logs_opts[] = {
    {.name = "follow",
     .letter = 'f',
     .type = OPT_FLAG,
     OPT(struct workflow_opts, follow),
     .help = "go on with new lines until the stage ends"},
    {.name = "tail",
     .type = OPT_INT,
     OPT(struct workflow_opts, tail),
     .metavar = "N",
     .missing = "-1",
     RANGE(-1, 1e9),
     .help = "only the last N lines of each stage"},
    {0},
};

static const struct column stage_columns[] = {
    {.title = "STAGE", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "KIND", .path = "/kind"},
    {.title = "ATTEMPT", .path = "/attempt", .kind = CELL_NUMBER, .wide = true},
    {.title = "TIME", .path = "/run_ms", .kind = CELL_DURATION},
    {.title = "WAITED", .path = "/wait_ms", .kind = CELL_DURATION, .wide = true},
    {.title = "ENERGY", .path = "/energy_j", .kind = CELL_JOULES},
    {.title = "MEMORY", .path = "/max_rss_bytes", .kind = CELL_BYTES, .wide = true},
    {.title = "JOB", .path = "/job", .wide = true},
    {.title = "OUTPUT", .path = "/message"},
    {0},
};
static const struct column plan_columns[] = {
    {.title = "STAGE", .path = "/name"},
    {.title = "KIND", .path = "/kind"},
    {.title = "PLACED ON", .path = "/placed_on"},
    {.title = "P95", .path = "/p95_ms", .kind = CELL_MS},
    {.title = "COST", .path = "/cost", .kind = CELL_MONEY},
    {.title = "ENERGY", .path = "/energy_j", .kind = CELL_JOULES},
    {.title = "WHY", .path = "/why"},
    {.title = "NEEDS", .path = "/needs", .kind = CELL_LIST, .wide = true},
    {0},
};
static const struct column list_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "DONE", .path = "/done", .kind = CELL_NUMBER},
    {.title = "STAGES", .path = "/total", .kind = CELL_NUMBER},
    {.title = "STARTED", .path = "/started", .kind = CELL_AGE},
    {.title = "TIME", .path = "/run_ms", .kind = CELL_DURATION},
    {.title = "CONTEXT", .path = "/context", .wide = true},
    {.title = "FILE", .path = "/file"},
    {0},
};

static void complete_name(struct cli *cli, struct strv *names)
{
    (void)cli;
    home_names(names);
}
/* Of the workflow that is typed already. */
static void complete_stage(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *status = cli->args.n ? workflow_status(cli->args.v[0], &none) : NULL;
    complete_names_of(node_get(status, "stages"), names);
}

static const struct arg name_args[] = {{.name = "NAME", .help = "a workflow that ran here", .complete = complete_name}, {0}};
static const struct arg names_args[] = {
    {.name = "NAME", .help = "workflows that ran here", .many = true, .complete = complete_name}, {0}};
static const struct arg logs_args[] = {
    {.name = "NAME", .help = "a workflow that ran here", .complete = complete_name},
    {.name = "STAGE", .help = "one of its stages (without: all of them)", .optional = true, .complete = complete_stage},
    {0},
};

static int load(const struct cli *cli, struct workflow *wf, struct err *err)
{
    const struct workflow_opts *opts = cli->opts;
    if (opts->file)
        return workflow_load(opts->file, wf, err);
    err_set(err, ERR_USAGE, "which workflow file? There is no -f");
    return err_hint(err, "aiwf workflow %s -f workflow.yaml", cli->cmd->name);
}

int workflow_use_context(struct cli *cli, const char *name, struct err *err)
{
    bool chosen = cli->context.name_origin == ORIGIN_FLAG || cli->context.name_origin == ORIGIN_ENV;
    if (!name || chosen || str_eq(name, cli->context.name))
        return 0;
    strv_add(&cli->kept, name);
    cli->context_name = cli->kept.v[cli->kept.n - 1];
    context_release(&cli->context);
    return cli_resolve(cli, err);
}

int workflow_env(struct cli *cli, bool http, struct run_env *env, struct err *err)
{
    if (http && !cli_http(cli, err))
        return -1;
    env->http = cli->http_client;
    env->context = &cli->context;
    env->trainer = trainer_for(&cli->context, NULL, err);
    if (env->trainer && env->trainer->needs_cluster && http && !(env->kube = cli_kube_kept(cli, err)))
        return -1;
    env->runtime = env->trainer ? runtime_for(&cli->context, NULL, err) : NULL;
    if (env->runtime && env->runtime->needs_cluster && http && !(env->kube = cli_kube_kept(cli, err)))
        return -1;
    return env->runtime ? 0 : -1;
}

static int validate(struct cli *cli, struct err *err)
{
    CLEANUP(workflow_release) struct workflow wf = WORKFLOW_INIT;
    if (load(cli, &wf, err) != 0)
        return -1;
    cli_note(cli, "%s is valid: %zu stage%s", wf.name, wf.n, wf.n == 1 ? "" : "s");
    return 0;
}

static void tell_objectives(const struct cli *cli, const struct workflow *wf, const node_t *plan)
{
    CLEANUP(strv_release) struct strv objectives = STRV_INIT;
    workflow_objectives(wf, plan, &objectives);
    for (size_t i = 0; i < objectives.n; i++)
        cli_note(cli, "objective %s", objectives.v[i]);
}

static bool asks_for_more(const struct workflow *wf)
{
    for (size_t i = 0; i < wf->n; i++)
        if (wf->stages[i].gpus > 0 || wf->stages[i].cpus > 1)
            return true;
    return false;
}

/* A plan that would not be carried out is shown all the same. */
static int check_refused(const node_t *plan, struct err *err)
{
    for (const node_t *stage = node_first(plan); stage; stage = node_next(stage)) {
        const char *refused = node_str(stage, "/refused", NULL);
        if (!refused)
            continue;
        err_set(err, ERR_CAPACITY, "stage %s will be refused", node_str(stage, "/name", ""));
        return err_why(err, "%s", refused);
    }
    return 0;
}

static int print_plan(struct cli *cli, const struct workflow *wf, struct err *err)
{
    struct run_env env = {0};
    CLEANUP(home_release) struct home home = HOME_INIT;
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    bool known = home_open(&home, wf->name, false, &ignored) == 0;
    err_clear(&ignored);
    if (known || asks_for_more(wf))
        cli_http(cli, &ignored); /* an answer is welcome, not needed */
    if (workflow_env(cli, false, &env, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *plan = workflow_plan(wf, known ? &home : NULL, &env, err);
    if (!plan)
        return -1;
    cli_note(cli, "workflow %s · context %s", wf->name, cli->context.name);
    tell_objectives(cli, wf, plan);
    return print_list(&cli->print, "stage", plan_columns, plan, err) == 0 ? check_refused(plan, err) : -1;
}

static int show_plan(struct cli *cli, struct err *err)
{
    CLEANUP(workflow_release) struct workflow wf = WORKFLOW_INIT;
    if (load(cli, &wf, err) != 0 || workflow_use_context(cli, wf.context, err) != 0)
        return -1;
    return print_plan(cli, &wf, err);
}

static int print_status(struct cli *cli, const node_t *status, struct err *err)
{
    bool whole =
        cli->jq || cli->print.format == PRINT_JSON || cli->print.format == PRINT_YAML || cli->print.format == PRINT_NDJSON;
    if (whole)
        return print_one(&cli->print, "Workflow", list_columns, status, err);
    return print_list(&cli->print, "stage", stage_columns, node_get(status, "stages"), err);
}

static void print_last_lines(const struct cli *cli, const node_t *status)
{
    for (const node_t *stage = node_first(node_get(status, "stages")); stage; stage = node_next(stage)) {
        const node_t *log = node_get(stage, "log");
        if (strcmp(node_str(stage, "/state", ""), "Failed") != 0 || !node_len(log))
            continue;
        cli_note(cli, "last lines of %s:", node_str(stage, "/name", ""));
        for (const node_t *line = node_first(log); line; line = node_next(line))
            cli_note(cli, "  | %s", node_text(line));
    }
}

static void summary(const struct cli *cli, const node_t *status)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    size_t reused = 0;
    double energy = node_num(status, "/energy_j", __builtin_nan(""));
    const char *source = NULL;
    for (const node_t *stage = node_first(node_get(status, "stages")); stage; stage = node_next(stage)) {
        reused += strcmp(node_str(stage, "/state", ""), "Cached") == 0;
        source = source ? source : node_str(stage, "/energy_source", NULL);
    }
    int64_t total = node_int(status, "/total", 0);
    str_addf(&text, "workflow %s: %lld stage%s in ", node_str(status, "/name", ""), (long long)total, total == 1 ? "" : "s");
    duration_print(&text, node_int(status, "/run_ms", 0));
    if (reused)
        str_addf(&text, ", %zu reused", reused);
    if (energy > 0) {
        str_add(&text, str_eq(source, "rapl") ? ", " : ", ~");
        si_print(&text, energy, "J");
        str_addf(&text, " in jobs (%s)", source ? source : "estimated");
    }
    cli_note(cli, "%s", text.buf);
    for (const node_t *stage = node_first(node_get(status, "stages")); stage; stage = node_next(stage))
        if (node_str(stage, "/function", NULL))
            cli_hint(cli, "aiwf function invoke %s -f request.json", node_str(stage, "/function", NULL));
}

static void measure_objectives(const struct cli *cli, const struct workflow *wf, const struct home *home,
                               const struct run_env *env)
{
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    const bool has_any = !isnan(wf->objectives.p95_ms) || !isnan(wf->objectives.cost) || !isnan(wf->objectives.energy_j);
    CLEANUP(node_free) node_t *plan = has_any ? workflow_plan(wf, home, env, &unseen) : NULL;
    if (plan)
        tell_objectives(cli, wf, plan);
}

/* How often it was run. */
static int64_t runs_of(const struct home *home)
{
    bool ended;
    return node_int(journal_run(&home->journal, &ended), "/run", 0);
}

static int run_it(struct cli *cli, const struct workflow *wf, struct home *home, struct run_env *env, struct err *err)
{
    int64_t before = runs_of(home);
    env->progress = cli_progress(cli);
    int rc = workflow_run(wf, home, env, err);
    progress_free(env->progress);
    if (rc != 0 && runs_of(home) == before)
        return -1;
    if (home->journal.damaged)
        cli_note(cli, "note: %zu damaged lines of %s were left alone", home->journal.damaged, home->journal.path);
    CLEANUP(node_free) node_t *status = home_status(home);
    CLEANUP(err_release) struct err print_err = ERR_INIT;
    if (print_status(cli, status, &print_err) != 0 && rc == 0)
        return err_move(err, &print_err);
    fflush(cli->out);
    print_last_lines(cli, status);
    if (rc != 0)
        return rc;
    summary(cli, status);
    measure_objectives(cli, wf, home, env);
    return 0;
}

static int run(struct cli *cli, struct err *err)
{
    const struct workflow_opts *opts = cli->opts;
    CLEANUP(workflow_release) struct workflow wf = WORKFLOW_INIT;
    if (load(cli, &wf, err) != 0 || workflow_use_context(cli, wf.context, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE)
        return print_plan(cli, &wf, err);
    if (cli_confirm(cli, "run a workflow", err) != 0)
        return -1;
    CLEANUP(home_release) struct home home = HOME_INIT;
    struct run_env env = {.fresh = opts->fresh};
    if (workflow_env(cli, true, &env, err) != 0 || home_open(&home, wf.name, true, err) != 0)
        return -1;
    return run_it(cli, &wf, &home, &env, err);
}

static int load_again(const struct home *home, struct workflow *wf, struct err *err)
{
    bool ended;
    const node_t *last = journal_run(&home->journal, &ended);
    const char *file = node_str(last, "/file", NULL);
    if (!file) {
        err_set(err, ERR_USAGE, "workflow %s was read from standard input: there is no file to go on with", home->name);
        return err_hint(err, "aiwf workflow run -f FILE: what did not change is reused");
    }
    if (workflow_load(file, wf, err) != 0)
        return -1;
    if (strcmp(wf->name, home->name) == 0)
        return 0;
    err_set(err, ERR_USAGE, "%s is workflow %s now, not %s", file, wf->name, home->name);
    return err_hint(err, "aiwf workflow run -f %s", file);
}

/* Who never ran is told so before anything is made for it. */
static int open_known(struct cli *cli, struct home *home, struct err *err)
{
    const char *name = cli->args.v[0];
    CLEANUP(home_release) struct home known = HOME_INIT;
    if (home_open(&known, name, false, err) != 0)
        return -1;
    return home_open(home, name, true, err);
}

static const char *last_context(const struct home *home)
{
    bool ended;
    return node_str(journal_run(&home->journal, &ended), "/context", NULL);
}

static int resume(struct cli *cli, struct err *err)
{
    CLEANUP(home_release) struct home home = HOME_INIT;
    CLEANUP(workflow_release) struct workflow wf = WORKFLOW_INIT;
    if (open_known(cli, &home, err) != 0 || load_again(&home, &wf, err) != 0)
        return -1;
    if (workflow_use_context(cli, last_context(&home), err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE)
        return print_plan(cli, &wf, err);
    if (cli_confirm(cli, "resume a workflow", err) != 0)
        return -1;
    struct run_env env = {.resume = true};
    if (workflow_env(cli, true, &env, err) != 0)
        return -1;
    return run_it(cli, &wf, &home, &env, err);
}

node_t *workflow_status(const char *name, struct err *err)
{
    CLEANUP(home_release) struct home home = HOME_INIT;
    if (home_open(&home, name, false, err) != 0)
        return NULL;
    node_t *status = home_status(&home);
    if (!status)
        err_set(err, ERR_NOT_FOUND, "workflow %s has not begun", name);
    return status;
}

static int show_status(struct cli *cli, struct err *err)
{
    CLEANUP(node_free) node_t *status = workflow_status(cli->args.v[0], err);
    return status ? print_status(cli, status, err) : -1;
}

static int watch_status(struct cli *cli, struct err *err)
{
    if (cli_watch(cli, show_status, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *doc = workflow_status(cli->args.v[0], err);
    if (doc && strcmp(node_str(doc, "/state", ""), "Interrupted") == 0)
        cli_hint(cli, "aiwf workflow resume %s", cli->args.v[0]);
    return 0;
}

static int list(struct cli *cli, struct err *err)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    CLEANUP(node_free) node_t *items = node_new_array();
    home_names(&names);
    for (size_t i = 0; i < names.n; i++) {
        CLEANUP(err_release) struct err unreadable = ERR_INIT;
        node_t *doc = workflow_status(names.v[i], &unreadable);
        if (doc)
            node_push(items, doc);
        else if (unreadable.code != ERR_NOT_FOUND)
            cli_note(cli, "note: %s: %s%s%s", names.v[i], unreadable.what, unreadable.why ? ": " : "",
                     unreadable.why ? unreadable.why : "");
    }
    return cli_print_list(cli, "workflow", items, err);
}

static enum wait_state look_released(void *arg, struct str *note, struct err *err)
{
    (void)note;
    (void)err;
    return home_runner(arg) ? WAIT_PENDING : WAIT_DONE;
}

static int cancel_runner(struct cli *cli, pid_t pid, struct err *err)
{
    const char *name = cli->args.v[0];
    if (kill(pid, SIGTERM) != 0 && errno != ESRCH)
        return err_sys(err, ERR_AUTH, "cannot end process %d, which runs workflow %s", pid, name);
    AUTOFREE char *what = xasprintf("process %d, which runs %s,", pid, name);
    const struct wait wait = {.what = what, .look = look_released, .arg = cli->args.v[0], .timeout_ms = 60000, .interval_ms = 50};
    if (wait_for(&wait, err) != 0)
        return -1;
    cli_note(cli, "workflow %s was cancelled", name);
    return 0;
}

static int cancel(struct cli *cli, struct err *err)
{
    CLEANUP(home_release) struct home home = HOME_INIT;
    struct run_env env = {0};
    size_t n = 0;
    if (cli_confirm(cli, "cancel a workflow", err) != 0)
        return -1;
    pid_t pid = home_runner(cli->args.v[0]);
    if (pid)
        return cancel_runner(cli, pid, err);
    if (open_known(cli, &home, err) != 0 || workflow_use_context(cli, last_context(&home), err) != 0)
        return -1;
    if (workflow_env(cli, true, &env, err) != 0 || workflow_cancel(&home, &env, &n, err) != 0)
        return -1;
    cli_note(cli, n ? "workflow %s: %zu jobs cancelled" : "workflow %s: nothing was running", home.name, n);
    return 0;
}

static int delete_one(struct cli *cli, const char *name, struct err *err)
{
    CLEANUP(strv_release) struct strv functions = STRV_INIT;
    if (cli->dry_run != DRY_RUN_NONE) {
        if (home_can_delete(name, err) != 0)
            return -1;
        cli_note(cli, "would delete workflow %s", name);
        return 0;
    }
    if (home_delete(name, &functions, err) != 0)
        return -1;
    cli_note(cli, "workflow %s deleted", name);
    for (size_t i = 0; i < functions.n; i++)
        cli_note(cli, "its function %s stays: aiwf function delete %s", functions.v[i], functions.v[i]);
    return 0;
}

static int delete_workflows(struct cli *cli, struct err *err)
{
    return cli_confirm_names(cli, "delete", "workflow", err) != 0 ? -1 : cli_each_name(cli, delete_one, err);
}

static const struct cmd cmd_validate = {
    .name = "validate",
    .help = "check a workflow file",
    .about = "Reads the file and says the first fault with its line and column: unknown keys, names that\n"
             "do not exist, stages that need each other in a circle, files that are not there. Runs nothing.",
    .opts = file_opts,
    .opts_size = sizeof(struct workflow_opts),
    .examples = (const struct example[]){{"aiwf workflow validate -f workflow.yaml", "exit 0 when it is valid, 2 when not"},
                                         {"aiwf explain workflow", "what a workflow file may contain"},
                                         {0}},
    .run = validate,
};
static const struct cmd cmd_plan = {
    .name = "plan",
    .help = "say where each stage would run, and why",
    .about = "Latency, cost and energy are those measured in earlier runs; what was never measured is -.\n"
             "Cost needs prices in the context (price-cpu-hour, price-gpu-hour, price-kwh). Exit 6, with the plan, when a\n"
             "stage asks for more GPUs or cores than the local gateway has.",
    .flags = CMD_OUTPUT | CMD_CONTEXT,
    .opts = file_opts,
    .opts_size = sizeof(struct workflow_opts),
    .columns = plan_columns,
    .examples = (const struct example[]){{"aiwf workflow plan -f workflow.yaml", "a table of the stages"},
                                         {"aiwf workflow plan -f workflow.yaml -o json --jq .items[].why", "the reasons alone"},
                                         {0}},
    .run = show_plan,
};
static const struct cmd cmd_run = {
    .name = "run",
    .help = "run a workflow",
    .about = "Stages run as soon as what they need has succeeded, side by side where they can. Outputs are kept by\n"
             "content (the last five results of each stage): a stage whose command, source and inputs did not\n"
             "change is not redone. Killed at any moment, the run is continued by `aiwf workflow resume`. Ctrl-C\n"
             "cancels what runs and keeps what has finished. When a stage fails (exit 9), those that do not\n"
             "depend on it finish all the same.",
    .flags = CMD_OUTPUT | CMD_CONTEXT | CMD_CHANGES,
    .opts = run_opts,
    .opts_size = sizeof(struct workflow_opts),
    .columns = stage_columns,
    .examples = (const struct example[]){{"aiwf workflow run -f testdata/digits/workflow.yaml", "prepare, train, serve and ask"},
                                         {"aiwf workflow run -f workflow.yaml --fresh", "redo everything"},
                                         {0}},
    .run = run,
};
static const struct cmd cmd_resume = {
    .name = "resume",
    .help = "go on with a run that was interrupted or failed",
    .about = "Reads the workflow's file again: what was finished and did not change stays, what still runs is\n"
             "waited for, what failed is tried again.",
    .flags = CMD_OUTPUT | CMD_CONTEXT | CMD_CHANGES,
    .args = name_args,
    .columns = stage_columns,
    .examples = (const struct example[]){{"aiwf workflow resume digits", "go on"},
                                         {"aiwf workflow resume digits -o json", "with the result as JSON"},
                                         {0}},
    .run = resume,
};
static const struct cmd cmd_status = {
    .name = "status",
    .help = "show the stages of the last run",
    .flags = CMD_LIST | CMD_WATCHES,
    .args = name_args,
    .columns = stage_columns,
    .examples = (const struct example[]){{"aiwf workflow status digits", "a table of the stages"},
                                         {"aiwf workflow status digits --watch", "as they change"},
                                         {"aiwf workflow status digits -o json --jq .state", "one word"},
                                         {0}},
    .run = watch_status,
};
static const struct cmd cmd_list = {
    .name = "list",
    .help = "list the workflows that ran here",
    .flags = CMD_LIST,
    .columns = list_columns,
    .examples = (const struct example[]){{"aiwf workflow list", "a table"}, {"aiwf workflow list -o name", "names alone"}, {0}},
    .run = list,
};
static const struct cmd cmd_logs = {
    .name = "logs",
    .help = "print what the stages wrote",
    .flags = CMD_CONTEXT,
    .args = logs_args,
    .opts = logs_opts,
    .opts_size = sizeof(struct workflow_opts),
    .examples = (const struct example[]){{"aiwf workflow logs digits train", "one stage"},
                                         {"aiwf workflow logs digits -f", "all of them, as they come"},
                                         {0}},
    .run = workflow_logs,
};
static const struct cmd cmd_cancel = {
    .name = "cancel",
    .help = "stop a run and its jobs",
    .about = "What had finished is kept: `aiwf workflow resume` goes on from there.",
    .flags = CMD_CONTEXT | CMD_CHANGES,
    .args = name_args,
    .examples = (const struct example[]){{"aiwf workflow cancel digits", "also when the process that ran it is gone"},
                                         {"aiwf workflow cancel digits --context prod", "where its jobs are"},
                                         {0}},
    .run = cancel,
};

static const struct cmd cmd_delete = {
    .name = "delete",
    .help = "forget workflows: their runs and their outputs",
    .about = "The journal and the outputs that were kept go; the functions that were deployed stay, and so do the\n"
             "records of jobs (aiwf train list). A workflow that runs, or whose jobs may, is refused: exit 5.",
    .flags = CMD_CONTEXT | CMD_CHANGES,
    .args = names_args,
    .examples = (const struct example[]){{"aiwf workflow delete digits", "its next run begins from nothing"},
                                         {"aiwf workflow list -o name | xargs -r aiwf workflow delete --yes", "all of them"},
                                         {0}},
    .run = delete_workflows,
};

static const struct cmd *const verbs[] = {&cmd_run,  &cmd_plan,   &cmd_validate, &cmd_list,   &cmd_status,
                                          &cmd_logs, &cmd_resume, &cmd_cancel,   &cmd_delete, NULL};

const struct cmd cmd_workflow = {
    .name = "workflow",
    .alias = "wf",
    .group = "workflows",
    .kind = "workflow",
    .help = "graphs of stages: prepare, train, serve",
    .about = "A workflow is a YAML file of stages. Stages of kind batch and train run to completion as jobs,\n"
             "stages of kind inference become functions; outputs of one are inputs of the next. `aiwf explain\n"
             "workflow` lists what the file may contain.",
    .cmds = verbs,
};
