/* Functions: request-driven work, on whichever runtime the context has. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "cmd.h"
#include "function.h"
#include "kube.h"
#include "wait/wait.h"

/* A system with a login of its own. */
static int open_access(struct cli *cli, struct function_env *ret, struct err *err)
{
    CLEANUP(runtime_access_release) struct runtime_access access = {0};
    if (ret->runtime->access(&cli->context, &access, err) != 0)
        return -1;
    struct cli_login login = {access.url, access.user, access.password, access.cert_file, access.key_file};
    ret->env.http = cli_http_to(cli, &login, err);
    return ret->env.http ? 0 : -1;
}

int function_env(struct cli *cli, const char *name, struct function_env *ret, struct err *err)
{
    ret->runtime = runtime_for(&cli->context, name, err);
    if (!ret->runtime)
        return -1;
    ret->env = (struct runtime_env){.context = &cli->context};
    if (ret->runtime->access)
        return open_access(cli, ret, err);
    bool needs_cluster = ret->runtime->needs_cluster;
    ret->env.http = needs_cluster ? cli_http_open(cli, err) : cli_http(cli, err);
    if (!ret->env.http || (needs_cluster && !(ret->env.kube = cli_kube_kept(cli, err))))
        return -1;
    return 0;
}

void complete_functions(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    struct function_env env;
    if (function_env(cli, NULL, &env, &none) != 0 || !env.runtime->list)
        return;
    CLEANUP(node_free) node_t *list = env.runtime->list(&env.env, &none);
    complete_names_of(list, names);
}

void complete_runtimes(struct cli *cli, struct strv *names)
{
    (void)cli;
    for (size_t i = 0; runtimes[i]; i++)
        strv_add(names, runtimes[i]->name);
}

/* Looking and waiting. */

static node_t *look(const struct function_env *env, const char *name, struct err *err)
{
    if (!env->runtime->show) {
        runtime_lacks(env->runtime, "show a function", err);
        return NULL;
    }
    return env->runtime->show(&env->env, name, err);
}

struct looking {
    const struct function_wait *wait;
    struct progress *progress; /* where stages are told */
    node_t *last, *settled;    /* settled: names of the stages that are over */
    bool has_told;
    int64_t failed_ms; /* since when it is seen as failed; 0: it is not */
};

/* A failure that has lasted for the window; what the runtime itself tries again may pass. One that runs for longer than a
 * start may take has failed too. */
static bool has_failed(struct looking *looking, const char *state)
{
    const struct function_wait *wait = looking->wait;
    int64_t limit = wait->start_limit_ms, window = wait->window_ms ? wait->window_ms : wait->env->runtime->transient_ms;
    if (limit && node_int(looking->last, "/unready_ms", 0) >= limit)
        return true;
    if (strcmp(state, "Failed") != 0 || wait->goal == FUNCTION_DELETED) {
        looking->failed_ms = 0;
        return false;
    }
    if (!looking->failed_ms)
        looking->failed_ms = clock_mono_ms();
    return clock_mono_ms() - looking->failed_ms >= window;
}

static bool is_there(const struct function_wait *wait, const char *state, const node_t *function)
{
    switch (wait->goal) {
    case FUNCTION_READY:
        return strcmp(state, "Ready") == 0 || strcmp(state, "Idle") == 0;
    case FUNCTION_IDLE:
        return strcmp(state, "Idle") == 0;
    case FUNCTION_SCALED:
        if (wait->replicas)
            return node_int(function, "/available", 0) >= wait->replicas;
        return node_int(function, "/replicas", 0) == 0 && node_int(function, "/available", 0) == 0;
    case FUNCTION_DELETED:
        return false;
    }
    return false;
}

/* Of runtimes that tell how far a start is: {"stage","state","note"} in order; "ok" is over. */
static void tell_stages(struct looking *looking)
{
    bool is_ready = is_there(looking->wait, node_str(looking->last, "/state", ""), looking->last);
    if (is_ready && !looking->has_told)
        return; /* it was so before */
    for (const node_t *stage = node_first(node_get(looking->last, "stages")); stage; stage = node_next(stage)) {
        looking->has_told = true;
        const char *name = node_str(stage, "/stage", "?"), *state = node_str(stage, "/state", "?");
        const char *note = node_str(stage, "/note", "");
        bool is_over = strcmp(state, "ok") == 0;
        if (node_get(looking->settled, name))
            continue;
        if (!is_over) {
            progress_update(looking->progress, name, state, note);
            continue;
        }
        progress_settle(looking->progress, name, state, note);
        node_set_bool(looking->settled, name, true);
    }
}

/* A gateway that restarts is away for a moment; other refusals will not pass by themselves. */
static enum wait_state could_not_look(const struct function_wait *wait, struct err *err)
{
    if (err->code == ERR_NOT_FOUND && wait->goal == FUNCTION_DELETED) {
        err_clear(err);
        return WAIT_DONE;
    }
    bool passing = err->code == ERR_UNREACHABLE || err->code == ERR_TIMEOUT || err->code == ERR_FAILED;
    return passing ? WAIT_PENDING : WAIT_FAILED;
}

/* More may be ready than are wanted by now. */
static void add_ready(const node_t *function, struct str *s)
{
    int64_t ready = node_int(function, "/available", 0), wanted = node_int(function, "/replicas", 0);
    str_addf(s, "%lld of %lld ready", (long long)ready, (long long)(wanted > ready ? wanted : ready));
}

static enum wait_state look_once(void *arg, struct str *note, struct err *err)
{
    struct looking *looking = arg;
    const struct function_wait *wait = looking->wait;
    node_free(looking->last);
    looking->last = look(wait->env, wait->name, err);
    if (!looking->last)
        return could_not_look(wait, err);
    const char *state = node_str(looking->last, "/state", "?");
    const char *message = node_str(looking->last, "/message", NULL);
    str_addf(note, "%s\t", state);
    add_ready(looking->last, note);
    if (message && *message)
        str_addf(note, ": %s", message);
    tell_stages(looking);
    if (is_there(wait, state, looking->last))
        return WAIT_DONE;
    if (!has_failed(looking, state))
        return WAIT_PENDING;
    err_set(err, ERR_WORKLOAD, "function \"%s\" does not start", wait->name);
    if (message && *message)
        err_why(err, "%s", message);
    err_hint(err, "aiwf function logs %s", wait->name);
    return WAIT_FAILED;
}

int function_wait(struct cli *cli, const struct function_wait *wait, node_t **ret, struct err *err)
{
    AUTOFREE char *what = xasprintf("function %s", wait->name);
    AUTOFREE char *resume = xasprintf("aiwf function wait %s", wait->name);
    CLEANUP(progress_free) struct progress *progress = cli_progress(cli);
    struct looking looking = {.wait = wait, .progress = progress, .settled = node_new_object()};
    struct wait waiting = {
        .what = what,
        .look = look_once,
        .arg = &looking,
        .timeout_ms = wait->timeout_ms,
        .progress = progress,
        .resume = resume,
    };
    int rc = wait_for(&waiting, err);
    if (rc == 0)
        *ret = TAKE(looking.last);
    node_free(looking.last);
    node_free(looking.settled);
    return rc;
}

/* list, show */

void function_decorate(const struct cli *cli, node_t *function)
{
    double invocations = node_num(function, "/invocations", 0);
    node_set_num(function, "cold_ratio", invocations > 0 ? node_num(function, "/cold_starts", NAN) / invocations : NAN);
    if (cli->print.format == PRINT_JSON || cli->print.format == PRINT_YAML || cli->print.format == PRINT_NDJSON || cli->jq)
        return;
    CLEANUP(str_release) struct str ready = STR_INIT;
    CLEANUP(str_release) struct str runs = STR_INIT;
    str_addf(&ready, "%lld/%lld", (long long)node_int(function, "/available", 0), (long long)node_int(function, "/replicas", 0));
    const char *image = node_str(function, "/image", ""), *message = node_str(function, "/message", "");
    str_cat(&runs, message, *message ? "    " : "",
            *image ? image : node_str(function, "/command", "")); /* its end is cut first */
    node_set_str(function, "ready", ready.buf);
    node_set_str(function, "runs", runs.buf);
}

struct plain_opts {
    const char *runtime;
};
static const struct opt plain_opts[] = {RUNTIME_OPT(struct plain_opts), {0}};

static int list(struct cli *cli, struct err *err)
{
    const struct plain_opts *opts = cli->opts;
    struct function_env env;
    if (function_env(cli, opts->runtime, &env, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *list = env.runtime->list(&env.env, err);
    if (!list)
        return -1;
    for (node_t *function = node_first(list); function; function = node_next(function))
        function_decorate(cli, function);
    return cli_print_list(cli, "function", list, err);
}

static int show_one(struct cli *cli, const char *name, struct err *err)
{
    const struct plain_opts *opts = cli->opts;
    struct function_env env;
    if (function_env(cli, opts->runtime, &env, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *function = look(&env, name, err);
    if (!function)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function list") : -1;
    function_decorate(cli, function);
    return cli_print_one(cli, "function", function, err);
}

static int show(struct cli *cli, struct err *err) { return cli_each_name(cli, show_one, err); }

static const struct column list_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "RUNTIME", .path = "/runtime"},
    {.title = "READY", .path = "/ready"},
    {.title = "REQ/S", .path = "/rps", .kind = CELL_NUMBER},
    {.title = "P95", .path = "/p95_ms", .kind = CELL_MS},
    {.title = "COLD", .path = "/cold_ratio", .kind = CELL_PERCENT},
    {.title = "P50", .path = "/p50_ms", .kind = CELL_MS, .wide = true},
    {.title = "REQUESTS", .path = "/invocations", .kind = CELL_NUMBER, .wide = true},
    {.title = "FAILURES", .path = "/failures", .kind = CELL_NUMBER, .wide = true},
    {.title = "AGE", .path = "/created", .kind = CELL_AGE, .wide = true},
    {.title = "RUNS", .path = "/runs"},
    {0},
};

static const struct column show_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "MESSAGE", .path = "/message"},
    {.title = "RUNTIME", .path = "/runtime"},
    {.title = "URL", .path = "/url"},
    {.title = "MODE", .path = "/mode"},
    {.title = "IMAGE", .path = "/image"},
    {.title = "COMMAND", .path = "/command"},
    {.title = "SOURCE", .path = "/source"},
    {.title = "READY", .path = "/ready"},
    {.title = "SCALE-MIN", .path = "/scale/min", .kind = CELL_NUMBER},
    {.title = "SCALE-MAX", .path = "/scale/max", .kind = CELL_NUMBER},
    {.title = "AUTOSCALER", .path = "/autoscaler/decision"},
    {.title = "IDLE", .path = "/idle_ms", .kind = CELL_DURATION},
    {.title = "CONCURRENCY", .path = "/concurrency", .kind = CELL_NUMBER},
    {.title = "REQUESTS", .path = "/invocations", .kind = CELL_NUMBER},
    {.title = "COLD-STARTS", .path = "/cold_starts", .kind = CELL_NUMBER},
    {.title = "FAILURES", .path = "/failures", .kind = CELL_NUMBER},
    {.title = "REQ/S", .path = "/rps", .kind = CELL_NUMBER},
    {.title = "P50", .path = "/p50_ms", .kind = CELL_MS},
    {.title = "P95", .path = "/p95_ms", .kind = CELL_MS},
    {.title = "AGE", .path = "/created", .kind = CELL_AGE},
    {0},
};

/* scale, wait, delete */

struct wait_opts {
    const char *runtime, *goal;
    int64_t timeout_ms;
};

static const char *const goals[] = {"ready", "idle", "deleted", NULL};
static const struct opt wait_opts[] = {
    {.name = "for",
     .type = OPT_CHOICE,
     OPT(struct wait_opts, goal),
     .metavar = "STATE",
     .choices = goals,
     .missing = "ready",
     .help = "ready (it answers), idle (no instance runs) or deleted"},
    {.name = "timeout",
     .type = OPT_DURATION,
     OPT(struct wait_opts, timeout_ms),
     .metavar = "TIME",
     .missing = "60s",
     .help = "give up after this time (0: never)"},
    RUNTIME_OPT(struct wait_opts),
    {0},
};

static int find_function(void *arg, struct err *err)
{
    const struct function_wait *wait = arg;
    CLEANUP(node_free) node_t *function = look(wait->env, wait->name, err);
    return function ? 0 : -1;
}

static int wait_for_goal(struct cli *cli, struct err *err)
{
    const struct wait_opts *opts = cli->opts;
    const char *name = cli->args.v[0];
    struct function_env env;
    if (function_env(cli, opts->runtime, &env, err) != 0)
        return -1;
    struct function_wait wait = {.env = &env, .name = name, .timeout_ms = opts->timeout_ms};
    wait.goal = strcmp(opts->goal, "idle") == 0      ? FUNCTION_IDLE
                : strcmp(opts->goal, "deleted") == 0 ? FUNCTION_DELETED
                                                     : FUNCTION_READY;
    AUTOFREE char *what = xasprintf("function %s", name);
    AUTOFREE char *resume = xasprintf("aiwf function wait %s --for %s", name, opts->goal);
    struct cli_awaited awaited = {.what = what, .resume = resume, .find = find_function, .arg = &wait};
    CLEANUP(node_free) node_t *function = NULL;
    if (wait.goal != FUNCTION_DELETED && cli_await(cli, &awaited, &wait.timeout_ms, err) != 0)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function list") : -1;
    if (function_wait(cli, &wait, &function, err) == 0)
        return 0;
    if (err->code == ERR_INTERRUPTED || err->code == ERR_TIMEOUT)
        err_hint(err, "%s", resume);
    return -1;
}

/* What --dry-run says; the server, when it is asked, has to know the function. */
static int would(struct cli *cli, const struct function_env *env, const char *name, const char *what, struct err *err)
{
    if (cli->dry_run == DRY_RUN_SERVER) {
        CLEANUP(node_free) node_t *function = env->runtime->show(&env->env, name, err);
        if (!function)
            return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function list") : -1;
    }
    cli_note(cli, "would %s", what);
    return 0;
}

static int scale(struct cli *cli, struct err *err)
{
    const struct plain_opts *opts = cli->opts;
    const char *name = cli->args.v[0];
    long long replicas;
    if (!str_to_int(cli->args.v[1], 0, 10000, &replicas))
        return err_set(err, ERR_USAGE, "N: \"%s\" is not a number of instances (0 to 10000)", cli->args.v[1]);
    struct function_env env;
    if (function_env(cli, opts->runtime, &env, err) != 0)
        return -1;
    AUTOFREE char *what = xasprintf("scale function %s to %lld", name, replicas);
    if (cli_confirm(cli, what, err) != 0)
        return -1;
    if (!env.runtime->scale)
        return runtime_lacks(env.runtime, "scale a function", err);
    if (cli->dry_run != DRY_RUN_NONE)
        return would(cli, &env, name, what, err);
    if (env.runtime->scale(&env.env, name, replicas, err) != 0)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function list") : -1;
    if (!cli_waits(cli, true))
        return 0;
    struct function_wait wait = {
        .env = &env, .name = name, .goal = FUNCTION_SCALED, .replicas = replicas, .timeout_ms = cli->timeout_ms};
    CLEANUP(node_free) node_t *function = NULL;
    if (function_wait(cli, &wait, &function, err) != 0)
        return -1;
    const char *message = node_str(function, "/message", NULL);
    if (message)
        cli_note(cli, "function %s: %s", name, message);
    return 0;
}

static int delete_one(struct cli *cli, const char *name, struct err *err)
{
    const struct plain_opts *opts = cli->opts;
    struct function_env env;
    if (function_env(cli, opts->runtime, &env, err) != 0)
        return -1;
    if (!env.runtime->remove)
        return runtime_lacks(env.runtime, "delete a function", err);
    AUTOFREE char *what = xasprintf("delete function %s", name);
    if (cli->dry_run != DRY_RUN_NONE)
        return would(cli, &env, name, what, err);
    if (env.runtime->remove(&env.env, name, err) != 0)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function list") : -1;
    cli_note(cli, "function %s deleted", name);
    return 0;
}

static int delete_functions(struct cli *cli, struct err *err)
{
    return cli_confirm_names(cli, "delete", "function", err) != 0 ? -1 : cli_each_name(cli, delete_one, err);
}

/* The tables. */

static const struct arg name_arg[] = {{.name = "NAME", .help = "the function", .complete = complete_functions}, {0}};
static const struct arg names_arg[] = {{.name = "NAME", .help = "functions", .many = true, .complete = complete_functions}, {0}};
static const struct arg scale_args[] = {
    {.name = "NAME", .help = "the function", .complete = complete_functions}, {.name = "N", .help = "how many instances"}, {0}};

static const struct example list_examples[] = {
    {"aiwf function list", "state, rate, latency and cold starts of each"},
    {"aiwf function list --sort-by -P95 --watch", "the slowest first, again and again"},
    {"aiwf function list -o json --jq '.items[].name'", "names for a script"},
    {0},
};
static const struct example show_examples[] = {
    {"aiwf function show digits", "all about one function"},
    {"aiwf function show digits -o json --jq .url", "where it answers"},
    {0},
};
static const struct example scale_examples[] = {
    {"aiwf function scale digits 3", "three instances, now"},
    {"aiwf function scale digits 0", "none; the next request starts one"},
    {0},
};
static const struct example wait_examples[] = {
    {"aiwf function wait digits", "until it answers"},
    {"aiwf function wait digits --for idle --timeout 2m", "until it has scaled to zero"},
    {0},
};
static const struct example delete_examples[] = {
    {"aiwf function delete digits", "remove it and end its instances"},
    {"aiwf function delete a b c --yes", "several, without a question in a protected context"},
    {0},
};

static const struct cmd list_cmd = {
    .name = "list",
    .help = "list functions: state, rate, latency, cold starts",
    .opts = plain_opts,
    .opts_size = sizeof(struct plain_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = list_columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd show_cmd = {
    .name = "show",
    .help = "show all about a function",
    .args = names_arg,
    .opts = plain_opts,
    .opts_size = sizeof(struct plain_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = show_columns,
    .examples = show_examples,
    .run = show,
};
static const struct cmd scale_cmd = {
    .name = "scale",
    .help = "set how many instances of a function run",
    .args = scale_args,
    .opts = plain_opts,
    .opts_size = sizeof(struct plain_opts),
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "60s",
    .examples = scale_examples,
    .run = scale,
};
static const struct cmd wait_cmd = {
    .name = "wait",
    .help = "wait until a function answers, is idle or is gone",
    .about = "One that is not there yet is waited for, for a minute at most: then it is exit 3 (8 when\n"
             "--timeout is shorter).",
    .args = name_arg,
    .opts = wait_opts,
    .opts_size = sizeof(struct wait_opts),
    .flags = CMD_CONTEXT,
    .examples = wait_examples,
    .run = wait_for_goal,
};
static const struct cmd delete_cmd = {
    .name = "delete",
    .help = "delete functions",
    .args = names_arg,
    .opts = plain_opts,
    .opts_size = sizeof(struct plain_opts),
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS,
    .examples = delete_examples,
    .run = delete_functions,
};

const struct cmd cmd_function = {
    .name = "function",
    .alias = "fn",
    .group = "functions",
    .kind = "function",
    .help = "functions: deploy, call, scale and watch them",
    .cmds = (const struct cmd *const[]){&function_deploy_cmd,
                                        &function_diff_cmd,
                                        &list_cmd,
                                        &show_cmd,
                                        &function_invoke_cmd,
                                        &function_logs_cmd,
                                        &function_events_cmd,
                                        &scale_cmd,
                                        &function_revisions_cmd,
                                        &function_traffic_cmd,
                                        &function_rollback_cmd,
                                        &wait_cmd,
                                        &function_export_cmd,
                                        &delete_cmd,
                                        &function_coldstart_cmd,
                                        &function_build_cmd,
                                        &function_secret_cmd,
                                        &function_runtimes_cmd,
                                        &function_trigger_cmd,
                                        &function_rule_cmd,
                                        &function_domain_cmd,
                                        NULL},
};
