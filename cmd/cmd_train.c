/* Jobs: commands that run to completion, on whichever trainer the context has. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "cmd.h"
#include "kube.h"
#include "train.h"

static void say(void *arg, const char *text) { cli_note(arg, "%s", text); }

int train_env(struct cli *cli, const char *trainer, struct trainer_env *ret, struct err *err)
{
    *ret = (struct trainer_env){.context = &cli->context, .say = say, .say_arg = cli};
    ret->trainer = trainer_for(&cli->context, trainer, err);
    if (!ret->trainer)
        return -1;
    if (ret->trainer->needs_cluster)
        return (ret->kube = cli_kube_kept(cli, err)) ? 0 : -1;
    return (ret->http = cli_http(cli, err)) ? 0 : -1;
}

int train_env_of(struct cli *cli, const char *trainer, const char *job, struct trainer_env *ret, struct err *err)
{
    return train_env(cli, trainer, ret, err) == 0 ? trainer_locate(ret, job, err) : -1;
}

void complete_train_jobs(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    struct trainer_env env;
    if (train_env(cli, NULL, &env, &none) != 0 || !env.trainer->list)
        return;
    CLEANUP(node_free) node_t *list = env.trainer->list(&env, &none);
    complete_names_of(list, names);
}

void complete_trainers(struct cli *cli, struct strv *names)
{
    (void)cli;
    for (size_t i = 0; trainers[i]; i++)
        strv_add(names, trainers[i]->name);
}

static void add_why(const node_t *job, struct str *s)
{
    const char *reason = node_str(job, "/reason", ""), *needs = node_str(job, "/waits_for", NULL);
    int64_t position = node_int(job, "/queue_position", 0);
    if (strcmp(node_str(job, "/state", ""), "Queued") == 0 && position > 0)
        str_addf(s, "    position %lld in the queue%s%s", (long long)position, needs ? "; needs " : "", needs ? needs : "");
    if (*reason)
        str_addf(s, "    %s", reason);
}

void train_decorate(const struct cli *cli, node_t *job)
{
    if (cli->print.format == PRINT_JSON || cli->print.format == PRINT_YAML || cli->print.format == PRINT_NDJSON || cli->jq)
        return;
    CLEANUP(str_release) struct str runs = STR_INIT;
    for (const node_t *word = node_first(node_get(job, "command")); word; word = node_next(word))
        str_addf(&runs, "%s%s", runs.len ? " " : "", node_text(word) ? node_text(word) : "?");
    node_set_str(job, "line", runs.buf);
    add_why(job, &runs);
    node_set_str(job, "runs", runs.buf);
    CLEANUP(strv_release) struct strv last = STRV_INIT;
    strv_last_lines(&last, node_str(job, "/last_output", ""), 1);
    node_set_str(job, "last_line", last.n ? last.v[0] : NULL);
    int64_t total = node_int(job, "/ranks/total", -1);
    AUTOFREE char *of = total < 0 ? xstrdup("?") : xasprintf("%lld", (long long)total);
    AUTOFREE char *ready = xasprintf("%lld/%s", (long long)node_int(job, "/ranks/ready", 0), of);
    if (node_get(job, "ranks"))
        node_set_str(job, "ranks_ready", ready);
}

struct plain_opts {
    const char *trainer;
};
static const struct opt plain_opts[] = {TRAINER_OPT(struct plain_opts), {0}};

struct list_opts {
    const char *trainer;
    bool all_namespaces;
};
static const struct opt list_opts[] = {
    {.name = "all-namespaces",
     .letter = 'A',
     .type = OPT_FLAG,
     OPT(struct list_opts, all_namespaces),
     .help = "jobs of all namespaces of a cluster"},
    TRAINER_OPT(struct list_opts),
    {0},
};

/* The first one for all namespaces only. */
static const struct column cluster_columns[] = {
    {.title = "NAMESPACE", .path = "/namespace"},
    {.title = "NAME", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "TRAINER", .path = "/trainer"},
    {.title = "RANKS", .path = "/ranks_ready"},
    {.title = "GPUS", .path = "/gpus", .kind = CELL_NUMBER},
    {.title = "RAN", .path = "/run_ms", .kind = CELL_DURATION},
    {.title = "WAITED", .path = "/wait_ms", .kind = CELL_DURATION, .wide = true},
    {.title = "RESTARTS", .path = "/restarts", .kind = CELL_NUMBER, .wide = true},
    {.title = "QUEUE", .path = "/queue", .wide = true},
    {.title = "IMAGE", .path = "/image", .wide = true},
    {.title = "AGE", .path = "/queued", .kind = CELL_AGE, .wide = true},
    {.title = "RUNS", .path = "/runs"},
    {0},
};

static int list(struct cli *cli, struct err *err)
{
    const struct list_opts *opts = cli->opts;
    struct trainer_env env;
    if (train_env(cli, opts->trainer, &env, err) != 0)
        return -1;
    if (opts->all_namespaces && !env.kube)
        return err_set(err, ERR_USAGE, "context %s has no namespaces: its jobs are processes of this machine", cli->context.name);
    env.all_namespaces = opts->all_namespaces;
    CLEANUP(node_free) node_t *list = env.trainer->list(&env, err);
    if (!list)
        return -1;
    for (node_t *job = node_first(list); job; job = node_next(job))
        train_decorate(cli, job);
    const struct column *columns = cluster_columns + !opts->all_namespaces;
    return cli_print_list_as(cli, "job", env.kube ? columns : cli->cmd->columns, list, err);
}

int train_not_there(struct err *err) { return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf train list") : -1; }

static int show_one(struct cli *cli, const char *name, struct err *err)
{
    const struct plain_opts *opts = cli->opts;
    struct trainer_env env;
    if (train_env_of(cli, opts->trainer, name, &env, err) != 0)
        return train_not_there(err);
    CLEANUP(node_free) node_t *job = env.trainer->show(&env, name, err);
    if (!job)
        return train_not_there(err);
    return train_print_job(cli, job, err);
}

static int show(struct cli *cli, struct err *err) { return cli_each_name(cli, show_one, err); }

struct logs_opts {
    const char *trainer;
    bool follow, previous;
    int64_t tail, rank;
};
static const struct opt logs_opts[] = {
    {.name = "follow",
     .letter = 'f',
     .type = OPT_FLAG,
     OPT(struct logs_opts, follow),
     .help = "go on until the job's end, or Ctrl-C"},
    {.name = "rank",
     .type = OPT_INT,
     OPT(struct logs_opts, rank),
     .metavar = "N",
     RANGE(-1, 1e6),
     .missing = "-1",
     .help = "only this rank (-1: all, each line with its rank)"},
    {.name = "previous",
     .letter = 'p',
     .type = OPT_FLAG,
     OPT(struct logs_opts, previous),
     .help = "of the container before its last restart"},
    TAIL_OPT(struct logs_opts),
    TRAINER_OPT(struct logs_opts),
    {0},
};

static int print_logs(struct cli *cli, struct err *err)
{
    const struct logs_opts *opts = cli->opts;
    struct trainer_env env;
    if (train_env_of(cli, opts->trainer, cli->args.v[0], &env, err) != 0)
        return train_not_there(err);
    struct job_logs logs = {.follow = opts->follow, .previous = opts->previous, .tail = opts->tail, .rank = opts->rank};
    if (opts->follow && opts->previous)
        return err_set(err, ERR_USAGE, "--follow and --previous exclude each other: what was before has ended");
    int rc = train_logs(cli, &env, cli->args.v[0], &logs, err);
    if (opts->follow)
        rc = cli_until_interrupt(rc, err);
    return rc == 0 ? 0 : train_not_there(err);
}

struct wait_opts {
    const char *trainer;
    int64_t timeout_ms;
    bool logs;
};
static const struct opt wait_opts[] = {
    {.name = "timeout",
     .type = OPT_DURATION,
     OPT(struct wait_opts, timeout_ms),
     .metavar = "TIME",
     .help = "give up waiting after this time (usual: never)"},
    {.name = "logs",
     .letter = 'l',
     .type = OPT_FLAG,
     OPT(struct wait_opts, logs),
     .help = "its log on standard output meanwhile"},
    TRAINER_OPT(struct wait_opts),
    {0},
};

struct finding {
    const struct trainer_env *all;
    const char *name;
    struct trainer_env found;
};

static int find_job(void *arg, struct err *err)
{
    struct finding *finding = arg;
    finding->found = *finding->all;
    if (trainer_locate(&finding->found, finding->name, err) != 0)
        return -1;
    if (!finding->found.trainer->show)
        return 0;
    CLEANUP(node_free) node_t *job = finding->found.trainer->show(&finding->found, finding->name, err);
    return job ? 0 : -1;
}

static int wait_for_end(struct cli *cli, struct err *err)
{
    const struct wait_opts *opts = cli->opts;
    struct trainer_env all;
    struct finding finding = {.all = &all, .name = cli->args.v[0]};
    AUTOFREE char *what = xasprintf("job %s", finding.name);
    AUTOFREE char *resume = xasprintf("aiwf train wait %s", finding.name);
    struct cli_awaited awaited = {.what = what, .resume = resume, .find = find_job, .arg = &finding};
    struct train_wait wait = {.env = &finding.found, .name = finding.name, .timeout_ms = opts->timeout_ms, .follow = opts->logs};
    if (train_env(cli, opts->trainer, &all, err) != 0 || cli_await(cli, &awaited, &wait.timeout_ms, err) != 0)
        return train_not_there(err);
    CLEANUP(node_free) node_t *job = NULL;
    return train_wait(cli, &wait, &job, err) == 0 ? 0 : train_not_there(err);
}

typedef int change_fn(const struct trainer_env *env, const char *name, struct err *err);

static int change_one(struct cli *cli, const char *name, bool is_delete, struct err *err)
{
    const struct plain_opts *opts = cli->opts;
    struct trainer_env env;
    if (train_env_of(cli, opts->trainer, name, &env, err) != 0)
        return train_not_there(err);
    const char *verb = is_delete ? "delete" : "cancel";
    change_fn *change = is_delete ? env.trainer->remove : env.trainer->cancel;
    if (!change)
        return trainer_lacks(env.trainer, is_delete ? "delete a job" : "cancel a job", err);
    CLEANUP(node_free) node_t *there = cli->dry_run == DRY_RUN_SERVER ? env.trainer->show(&env, name, err) : NULL;
    if (cli->dry_run == DRY_RUN_SERVER && !there)
        return train_not_there(err);
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would %s job %s", verb, name);
        return 0;
    }
    if (change(&env, name, err) != 0)
        return train_not_there(err);
    cli_note(cli, "job %s %s", name, is_delete ? "deleted" : "cancelled");
    return 0;
}

static int cancel_one(struct cli *cli, const char *name, struct err *err) { return change_one(cli, name, false, err); }
static int delete_one(struct cli *cli, const char *name, struct err *err) { return change_one(cli, name, true, err); }

static int confirm_each(struct cli *cli, const char *verb, int (*one)(struct cli *cli, const char *name, struct err *err),
                        struct err *err)
{
    return cli_confirm_names(cli, verb, "job", err) != 0 ? -1 : cli_each_name(cli, one, err);
}

static int cancel(struct cli *cli, struct err *err) { return confirm_each(cli, "cancel", cancel_one, err); }
static int delete_jobs(struct cli *cli, struct err *err) { return confirm_each(cli, "delete", delete_one, err); }

static const struct arg name_arg[] = {{.name = "NAME", .help = "the job", .complete = complete_train_jobs}, {0}};
static const struct arg names_arg[] = {{.name = "NAME", .help = "jobs", .many = true, .complete = complete_train_jobs}, {0}};

static const struct column list_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "GPUS", .path = "/gpus", .kind = CELL_NUMBER},
    {.title = "WAITED", .path = "/wait_ms", .kind = CELL_DURATION},
    {.title = "RAN", .path = "/run_ms", .kind = CELL_DURATION},
    {.title = "ENERGY", .path = "/energy_j", .kind = CELL_JOULES},
    {.title = "TRAINER", .path = "/trainer", .wide = true},
    {.title = "ATTEMPT", .path = "/attempt", .kind = CELL_NUMBER, .wide = true},
    {.title = "EXIT", .path = "/exit_code", .kind = CELL_NUMBER, .wide = true},
    {.title = "MEMORY", .path = "/max_rss_bytes", .kind = CELL_BYTES, .wide = true},
    {.title = "AGE", .path = "/queued", .kind = CELL_AGE, .wide = true},
    {.title = "RUNS", .path = "/runs"},
    {0},
};

const struct column train_show_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "REASON", .path = "/reason"},
    {.title = "TRAINER", .path = "/trainer"},
    {.title = "COMMAND", .path = "/line"},
    {.title = "GPUS", .path = "/gpus", .kind = CELL_NUMBER},
    {.title = "ATTEMPT", .path = "/attempt", .kind = CELL_NUMBER},
    {.title = "RETRIES", .path = "/retries", .kind = CELL_NUMBER},
    {.title = "EXIT", .path = "/exit_code", .kind = CELL_NUMBER},
    {.title = "SIGNAL", .path = "/signal"},
    {.title = "WAITED", .path = "/wait_ms", .kind = CELL_DURATION},
    {.title = "RAN", .path = "/run_ms", .kind = CELL_DURATION},
    {.title = "CPU-S", .path = "/cpu_s", .kind = CELL_NUMBER},
    {.title = "MEMORY", .path = "/max_rss_bytes", .kind = CELL_BYTES},
    {.title = "ENERGY", .path = "/energy_j", .kind = CELL_JOULES},
    {.title = "ENERGY-FROM", .path = "/energy_source"},
    {.title = "AGE", .path = "/queued", .kind = CELL_AGE},
    {0},
};

static const struct example list_examples[] = {
    {"aiwf train list", "jobs, their states, times and energy"},
    {"aiwf train list --sort-by -ENERGY -o wide", "the hungriest first"},
    {"aiwf train list -A -o wide", "whose jobs the cluster runs, with their queues"},
    {0},
};
static const struct example show_examples[] = {
    {"aiwf train show digits", "all about one job"},
    {"aiwf train show digits -o json --jq .energy_j", "what it used"},
    {0},
};
static const struct example log_examples[] = {
    {"aiwf train logs digits -f", "its log, until it ends"},
    {"aiwf train logs digits --tail 50", "the last lines"},
    {0},
};
static const struct example wait_examples[] = {
    {"aiwf train wait digits", "until it ends; exit 9 when it failed"},
    {"aiwf train wait digits --timeout 1h --logs", "an hour at most, with its log"},
    {0},
};
static const struct example cancel_examples[] = {
    {"aiwf train cancel digits", "end it; its record and log stay"},
    {"aiwf train cancel a b", "several"},
    {0},
};
static const struct example delete_examples[] = {
    {"aiwf train delete digits", "remove its record, its log and its folder"},
    {"aiwf train delete a b --yes", "several, without a question in a protected context"},
    {0},
};

#define PLAIN .opts = plain_opts, .opts_size = sizeof(struct plain_opts)

static const struct cmd list_cmd = {
    .name = "list",
    .help = "list jobs: state, times, energy",
    .opts = list_opts,
    .opts_size = sizeof(struct list_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = list_columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd show_cmd = {
    .name = "show",
    .help = "show all about a job",
    .args = names_arg,
    PLAIN,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = train_show_columns,
    .examples = show_examples,
    .run = show,
};
static const struct cmd logs_cmd = {
    .name = "logs",
    .help = "print what a job wrote",
    .args = name_arg,
    .opts = logs_opts,
    .opts_size = sizeof(struct logs_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .examples = log_examples,
    .run = print_logs,
};
static const struct cmd wait_cmd = {
    .name = "wait",
    .help = "wait for a job's end: exit 9 when it failed",
    .about = "One that is not there yet is waited for, for a minute at most: then it is exit 3 (8 when\n"
             "--timeout is shorter).",
    .args = name_arg,
    .opts = wait_opts,
    .opts_size = sizeof(struct wait_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .examples = wait_examples,
    .run = wait_for_end,
};
static const struct cmd cancel_cmd = {
    .name = "cancel",
    .help = "end jobs; their records stay",
    .args = names_arg,
    PLAIN,
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS,
    .examples = cancel_examples,
    .run = cancel,
};
static const struct cmd delete_cmd = {
    .name = "delete",
    .help = "delete jobs with their records, logs and folders",
    .args = names_arg,
    PLAIN,
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS,
    .examples = delete_examples,
    .run = delete_jobs,
};

const struct cmd cmd_train = {
    .name = "train",
    .group = "functions",
    .kind = "job",
    .help = "training and batch jobs: submit, wait for and watch them",
    .cmds = (const struct cmd *const[]){&train_submit_cmd, &list_cmd, &show_cmd, &logs_cmd, &train_events_cmd, &wait_cmd,
                                        &cancel_cmd, &delete_cmd, &train_retry_cmd, NULL},
};
