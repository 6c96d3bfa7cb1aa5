/* aiwf pool run: makes the pools of a namespace true, again and again. */
#include "base/clock.h"
#include "base/sig.h"
#include "function.h"
#include "pool.h"
#include "pool/reconcile.h"

struct run_opts {
    const char *runtime;
    bool once;
    int64_t interval_ms;
};
static const struct opt run_opts[] = {
    RUNTIME_OPT(struct run_opts),
    {.name = "once", .type = OPT_FLAG, OPT(struct run_opts, once), .help = "once, and end: for cron"},
    {.name = "interval",
     .type = OPT_DURATION,
     OPT(struct run_opts, interval_ms),
     .metavar = "TIME",
     RANGE(1000, 3600000),
     .missing = "15s",
     .help = "how often it looks"},
    {0},
};

/* A change is data. */
static void say(const char *line, void *arg)
{
    struct cli *cli = arg;
    CLEANUP(str_release) struct str now = STR_INIT;
    rfc3339_print(&now, clock_wall_ms() / 1000 * 1000);
    fprintf(cli->out, "%s  %s\n", now.buf, line);
    fflush(cli->out);
}

static int once(const struct reconcile *reconcile, struct err *err)
{
    size_t failed = 0;
    if (reconcile_once(reconcile, clock_wall_ms() / 1000, &failed, err) != 0)
        return -1;
    return failed ? err_set(err, ERR_FAILED, "%zu of the pools cannot be kept", failed) : 0;
}

/* What passes is waited for; Ctrl-C is the usual end. */
static int again_and_again(const struct reconcile *reconcile, int64_t interval_ms, struct err *err)
{
    while (!sig_interrupted()) {
        CLEANUP(err_release) struct err passing = ERR_INIT;
        size_t failed;
        int rc = reconcile_once(reconcile, clock_wall_ms() / 1000, &failed, &passing);
        if (rc != 0 && (passing.code == ERR_AUTH || passing.code == ERR_USAGE))
            return err_move(err, &passing);
        if (rc != 0 && passing.code != ERR_INTERRUPTED)
            reconcile->say(passing.what, reconcile->arg);
        clock_sleep_ms(interval_ms);
    }
    err_set(err, ERR_INTERRUPTED, "interrupted; pools keep the floors that they have now");
    return err_hint(err, "aiwf pool run");
}

static int run(struct cli *cli, struct err *err)
{
    const struct run_opts *opts = cli->opts;
    struct pool_backend backend;
    CLEANUP(prom_release) struct prom prom = {0};
    bool has_prometheus;
    if (pool_backend(cli, opts->runtime, &backend, err) != 0)
        return -1;
    if (!backend.is_cluster) {
        err_set(err, ERR_FAILED, "pools of the local runtime need no one to run them: their gateway does");
        return err_hint(err, "aiwf pool list");
    }
    AUTOFREE char *what = xasprintf("keep the pools of namespace %s", backend.env.kube->ns);
    if (cli_confirm(cli, what, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would %s", what);
        return 0;
    }
    pool_prometheus(cli, &prom, &has_prometheus);
    const struct reconcile reconcile = {.env = &backend.env, .prom = has_prometheus ? &prom : NULL, .say = say, .arg = cli};
    return opts->once ? once(&reconcile, err) : again_and_again(&reconcile, opts->interval_ms, err);
}

static const struct example run_examples[] = {
    {"aiwf pool run", "until Ctrl-C; a line for each change"},
    {"aiwf pool run --once", "once, from cron or a CronJob"},
    {0},
};

const struct cmd pool_run_cmd = {
    .name = "run",
    .help = "keep a cluster's pools: schedules, forecasts, images, held GPUs",
    .about = "Tells each function the floor that its pools give now, fetches images to new nodes and gives way with\n"
             "held GPUs. What is true already is not touched, so that several may run. A new revision of a\n"
             "Knative function gets its floor at the next look.",
    .opts = run_opts,
    .opts_size = sizeof(struct run_opts),
    .flags = CMD_CONTEXT | CMD_CHANGES,
    .examples = run_examples,
    .run = run,
};
