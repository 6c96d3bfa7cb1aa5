/* aiwf gpu idle, gpu reclaim: GPUs that are held and not used, and having them back. */
#include <math.h>
#include <string.h>

#include "gpu.h"
#include "gpu/idle.h"
#include "gpu/reclaim.h"
#include "kube/object.h"
#include "wait/wait.h"

struct idle_opts {
    const char *prometheus;
    int64_t for_ms;
    double below;
    bool all;
};
#define RULE_OPTS(type_)                              \
    {.name = "for",                                   \
     .type = OPT_DURATION,                            \
     OPT(type_, for_ms),                              \
     .metavar = "TIME",                               \
     .missing = "30m",                                \
     .help = "idle for all of this time, until now"}, \
        {.name = "below",                             \
         .type = OPT_NUMBER,                          \
         OPT(type_, below),                           \
         .metavar = "PERCENT",                        \
         RANGE(0.1, 100),                             \
         .missing = "5",                              \
         .help = "at no moment as busy as this"},     \
        PROMETHEUS_OPT(type_)

static const struct opt idle_opts[] = {
    RULE_OPTS(struct idle_opts),
    {.name = "all", .letter = 'a', .type = OPT_FLAG, OPT(struct idle_opts, all), .help = "also those that are busy or new"},
    {0},
};

static int check_rule(const struct idle_opts *opts, struct err *err)
{
    enum { LEAST_MS = 10000 };
    if (opts->for_ms >= LEAST_MS)
        return 0;
    return err_set(err, ERR_USAGE, "--for: in less than 10s nothing is measured often enough");
}

static node_t *judge_local(struct cli *cli, const struct idle_opts *opts, const struct gpu_rule *rule, struct err *err)
{
    if (!opts->prometheus)
        return gpu_local_judged(cli, rule, err);
    err_set(err, ERR_USAGE, "--prometheus: of this machine's GPUs the local gateway says itself what they did");
    return NULL;
}

/* The judgement of all holders; the caller frees. look stays empty in the context local. */
static node_t *judge(struct cli *cli, const struct idle_opts *opts, struct gpu_look *look, struct err *err)
{
    struct gpu_rule rule = {.for_ms = opts->for_ms, .below_ratio = opts->below / 100};
    if (check_rule(opts, err) != 0)
        return NULL;
    if (gpu_is_local(cli))
        return judge_local(cli, opts, &rule, err);
    if (gpu_look(cli, opts->prometheus, opts->for_ms, look, err) != 0)
        return NULL;
    return gpu_judge(&look->inventory, &look->measured, &rule);
}

static void drop_others(node_t *rows)
{
    for (node_t *row = node_first(rows), *next; row; row = next) {
        next = node_next(row);
        const char *state = node_str(row, "/state", "");
        if (strcmp(state, "Idle") != 0 && strcmp(state, "Unknown") != 0)
            node_free(node_detach(rows, row));
    }
}

/* Whose it is, and what there is to say. */
static void add_note(node_t *row)
{
    CLEANUP(str_release) struct str note = STR_INIT;
    const char *owner = node_str(row, "/owner/text", ""), *why = node_str(row, "/why", NULL);
    str_add(&note, owner);
    if (node_bool(row, "/keep", false))
        str_add(&note, "  (" GPU_KEEP ")");
    if (why)
        str_addf(&note, "  %s", why);
    node_set_str(row, "note", note.buf);
}

static size_t count(const node_t *rows, const char *state)
{
    size_t n = 0;
    for (const node_t *row = node_first(rows); row; row = node_next(row))
        n += strcmp(node_str(row, "/state", ""), state) == 0;
    return n;
}

static int idle(struct cli *cli, struct err *err)
{
    const struct idle_opts *opts = cli->opts;
    CLEANUP(gpu_look_release) struct gpu_look look = {0};
    CLEANUP(node_free) node_t *rows = judge(cli, opts, &look, err);
    if (!rows)
        return -1;
    if (!opts->all)
        drop_others(rows);
    for (node_t *row = node_first(rows); row && gpu_is_for_people(cli); row = node_next(row))
        add_note(row);
    if (cli_print_list(cli, "idle GPU", rows, err) != 0)
        return -1;
    if (count(rows, "Idle"))
        cli_hint(cli, "aiwf gpu reclaim --dry-run");
    return 0;
}

static const struct column idle_columns[] = {
    {.title = "POD", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "GPUS", .path = "/gpus", .kind = CELL_NUMBER},
    {.title = "NODE", .path = "/node"},
    {.title = "PEAK", .path = "/peak_ratio", .kind = CELL_PERCENT},
    {.title = "MEAN", .path = "/mean_ratio", .kind = CELL_PERCENT, .wide = true},
    {.title = "MEASURED", .path = "/covered_ratio", .kind = CELL_PERCENT, .wide = true},
    {.title = "HELD", .path = "/since", .kind = CELL_AGE},
    {.title = "OWNER", .path = "/note"},
    {0},
};
static const struct example idle_examples[] = {
    {"aiwf gpu idle", "who holds GPUs and did nothing with them for half an hour"},
    {"aiwf gpu idle --for 2h --below 10", "another measure of idle"},
    {0},
};

const struct cmd gpu_idle_cmd = {
    .name = "idle",
    .help = "list pods that hold GPUs and do not use them",
    .about = "Only dcgm-exporter's figures count, over all of the time and for all GPUs of a pod: what a pod's processors\n"
             "do says nothing of its GPUs. What is not measured is Unknown, with the reason, and Unknown is not idle. In the\n"
             "context local the gateway itself looks, each ten seconds, by NVIDIA's libnvidia-ml.so.1.",
    .opts = idle_opts,
    .opts_size = sizeof(struct idle_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = idle_columns,
    .examples = idle_examples,
    .run = idle,
};

static const struct opt reclaim_opts[] = {RULE_OPTS(struct idle_opts), {0}};

static void set_outcome(node_t *item)
{
    const char *why = node_str(item, "/why", NULL);
    CLEANUP(str_release) struct str text = STR_INIT;
    if (gpu_is_reclaimed(item))
        str_add(&text, node_str(item, "/action", ""));
    else
        str_addf(&text, "left: %s", why ? why : "");
    node_set_str(item, "plan", text.buf);
}

static double gpus_of(const node_t *plan, size_t *ret_items)
{
    double gpus = 0;
    *ret_items = 0;
    for (const node_t *item = node_first(plan); item; item = node_next(item)) {
        if (!gpu_is_reclaimed(item))
            continue;
        gpus += node_num(item, "/gpus", 0);
        ++*ret_items;
    }
    return gpus;
}

static int take_pods(const node_t *item, void *kube, struct err *err) { return gpu_reclaim(kube, item, err); }

static size_t pods_left(const node_t *item, void *kube, struct err *err)
{
    size_t there = 0;
    for (const node_t *pod = node_first(node_get(item, "pods")); pod; pod = node_next(pod)) {
        CLEANUP(err_release) struct err gone = ERR_INIT;
        CLEANUP(node_free)
        node_t *object = kube_show(kube, &kube_pods, node_str(item, "/namespace", ""), node_text(pod), &gone);
        const char *phase = node_str(object, "/status/phase", "");
        there += object && strcmp(phase, "Succeeded") != 0 && strcmp(phase, "Failed") != 0;
        if (!object && gone.code != ERR_NOT_FOUND) {
            err_move(err, &gone);
            return 1;
        }
    }
    return there;
}

struct leaving {
    const struct gpu_reclaimer *reclaimer;
    const node_t *plan;
};

static enum wait_state look_at_leaving(void *arg, struct str *note, struct err *err)
{
    struct leaving *leaving = arg;
    size_t there = 0;
    for (const node_t *item = node_first(leaving->plan); item && !err->what; item = node_next(item))
        if (node_bool(item, "/done", false))
            there += leaving->reclaimer->left(item, leaving->reclaimer->arg, err);
    str_addf(note, "leaving\t%zu still hold theirs", there);
    return there || err->what ? WAIT_PENDING : WAIT_DONE;
}

static int wait_until_free(struct cli *cli, const struct gpu_reclaimer *reclaimer, const node_t *plan, struct err *err)
{
    CLEANUP(progress_free) struct progress *progress = cli_progress(cli);
    struct leaving leaving = {.reclaimer = reclaimer, .plan = plan};
    struct wait wait = {
        .what = "GPUs",
        .look = look_at_leaving,
        .arg = &leaving,
        .timeout_ms = cli->timeout_ms,
        .interval_ms = 500,
        .progress = progress,
        .resume = "aiwf gpu list",
    };
    return wait_for(&wait, err);
}

/* Each is tried; the first failure's code is kept, all are told. */
static int do_plan(struct cli *cli, const struct gpu_reclaimer *reclaimer, node_t *plan, struct err *err)
{
    int rc = 0;
    for (node_t *item = node_first(plan); item; item = node_next(item)) {
        CLEANUP(err_release) struct err one = ERR_INIT;
        if (!gpu_is_reclaimed(item))
            continue;
        if (reclaimer->take(item, reclaimer->arg, &one) == 0) {
            node_set_bool(item, "done", true);
            continue;
        }
        node_set_bool(item, "done", false);
        cli_print_error(cli, &one);
        if (rc == 0)
            err->code = one.code;
        rc = -1;
    }
    return rc;
}

static int carry_out(struct cli *cli, const struct gpu_reclaimer *reclaimer, node_t *plan, struct err *err)
{
    size_t items;
    double gpus = gpus_of(plan, &items);
    AUTOFREE char *what = xasprintf("have %g GPUs back from %zu that leave them idle", gpus, items);
    if (!items || cli->dry_run != DRY_RUN_NONE)
        return 0;
    if (cli_confirm_always(cli, what, err) != 0)
        return -1;
    int rc = do_plan(cli, reclaimer, plan, err);
    if (rc == 0 && cli_waits(cli, true))
        rc = wait_until_free(cli, reclaimer, plan, err);
    return rc;
}

static void tell(struct cli *cli, const node_t *plan)
{
    size_t items;
    double gpus = gpus_of(plan, &items);
    if (!items)
        cli_note(cli, "nothing to have back");
    else if (cli->dry_run != DRY_RUN_NONE)
        cli_note(cli, "would free %g GPUs of %zu", gpus, items);
    else
        cli_note(cli, "freed %g GPUs of %zu", gpus, items);
}

static int reclaim(struct cli *cli, struct err *err)
{
    const struct idle_opts *opts = cli->opts;
    CLEANUP(gpu_look_release) struct gpu_look look = {0};
    CLEANUP(node_free) node_t *judged = judge(cli, opts, &look, err);
    if (!judged)
        return -1;
    struct trainer_env env;
    bool is_local = gpu_is_local(cli);
    if (is_local && train_env(cli, NULL, &env, err) != 0)
        return -1;
    CLEANUP(node_free)
    node_t *plan = is_local ? gpu_local_plan(judged, &cli->args, err) : gpu_reclaim_plan(&look.kube, judged, &cli->args, err);
    if (!plan)
        return -1;
    const struct gpu_reclaimer reclaimer = is_local ? (struct gpu_reclaimer){gpu_local_take, gpu_local_left, &env}
                                                    : (struct gpu_reclaimer){take_pods, pods_left, &look.kube};
    for (node_t *item = node_first(plan); item && gpu_is_for_people(cli); item = node_next(item))
        set_outcome(item);
    int rc = carry_out(cli, &reclaimer, plan, err);
    CLEANUP(err_release) struct err print_err = ERR_INIT;
    if (node_len(plan) && print_list(&cli->print, "reclaim", cli->cmd->columns, plan, &print_err) != 0)
        return err_move(err, &print_err);
    if (rc == 0)
        tell(cli, plan);
    return rc;
}

static void complete_holders(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(gpu_look_release) struct gpu_look look = {0};
    if (gpu_kube(cli, &look.kube, &none) != 0 || gpu_inventory_load(&look.inventory, &look.kube, &none) != 0)
        return;
    for (const node_t *pod = node_first(look.inventory.pods); pod; pod = node_next(pod))
        if (!strv_has(names, node_str(pod, "/owner/text", "")))
            strv_add(names, node_str(pod, "/owner/text", ""));
}

static const struct arg reclaim_args[] = {{.name = "NAME",
                                           .help = "only these: train/NAME, function/NAME, deployment/NAME, pod/NAME",
                                           .optional = true,
                                           .many = true,
                                           .complete = complete_holders},
                                          {0}};
static const struct column reclaim_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "NAMESPACE", .path = "/namespace"},
    {.title = "GPUS", .path = "/gpus", .kind = CELL_NUMBER},
    {.title = "PEAK", .path = "/peak_ratio", .kind = CELL_PERCENT},
    {.title = "PODS", .path = "/pods", .kind = CELL_LIST, .wide = true},
    {.title = "PLAN", .path = "/plan"},
    {0},
};
static const struct example reclaim_examples[] = {
    {"aiwf gpu reclaim --dry-run", "what would be suspended or scaled to zero, and what is left alone, and why"},
    {"aiwf gpu reclaim function/ocr --for 1h --yes", "only this one, when it was idle for an hour"},
    {0},
};

const struct cmd gpu_reclaim_cmd = {
    .name = "reclaim",
    .help = "have GPUs back from those who leave them idle",
    .about = "A job is suspended (in Kueue: its workload deactivated), a function or a deployment scaled to zero; a pod of its\n"
             "own is deleted, only when it is named; a job of the local runtime is cancelled. All pods of a job must be idle, by "
             "measurement: see aiwf gpu idle.\n"
             "The annotation aiwf/no-reclaim: \"true\" of a pod, of what it belongs to, or of its namespace is a veto, also\n"
             "when it is named. It asks first, and without a terminal it wants --yes.",
    .args = reclaim_args,
    .opts = reclaim_opts,
    .opts_size = sizeof(struct idle_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "2m",
    .columns = reclaim_columns,
    .examples = reclaim_examples,
    .run = reclaim,
};
