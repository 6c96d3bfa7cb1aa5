/* Warm pools: instances that are kept ready for a function. */
#include <math.h>
#include <string.h>

#include "cmd.h"
#include "function.h"
#include "pool.h"

struct create_opts {
    const char *runtime, *function, *hold_image;
    int64_t min, max, gpus;
    bool forecast, prepull;
    struct strv schedule;
};
static const struct opt create_opts[] = {
    {.name = "function",
     .type = OPT_STRING,
     OPT(struct create_opts, function),
     .metavar = "F",
     .help = "the function whose instances are kept",
     .complete = complete_functions},
    {.name = "min",
     .type = OPT_INT,
     OPT(struct create_opts, min),
     .metavar = "N",
     RANGE(-1, 10000),
     .missing = "-1",
     .help = "the floor: instances that are always ready"},
    {.name = "max",
     .type = OPT_INT,
     OPT(struct create_opts, max),
     .metavar = "N",
     RANGE(-1, 10000),
     .missing = "-1",
     .help = "the ceiling: no more than these (-1: the function's own)"},
    {.name = "schedule",
     .type = OPT_LIST,
     OPT(struct create_opts, schedule),
     .metavar = "'CRON=N'",
     .help = "from that time on a floor of N: '0 8 * * 1-5=3'"},
    {.name = "forecast",
     .type = OPT_FLAG,
     OPT(struct create_opts, forecast),
     .help = "and as many as its history wants (Prometheus; kept by aiwf pool run)"},
    {.name = "prepull",
     .type = OPT_FLAG,
     OPT(struct create_opts, prepull),
     .help = "fetch its images to all nodes where it may run"},
    {.name = "gpus",
     .type = OPT_INT,
     OPT(struct create_opts, gpus),
     .metavar = "N",
     RANGE(0, 10000),
     .help = "GPUs held free for it while it does not use them"},
    {.name = "hold-image",
     .type = OPT_STRING,
     OPT(struct create_opts, hold_image),
     .metavar = "IMAGE",
     .missing = "registry.k8s.io/pause:3.10",
     .help = "what sleeps in the pods that hold them"},
    RUNTIME_OPT(struct create_opts),
    {0},
};
struct plain_opts {
    const char *runtime;
};
static const struct opt plain_opts[] = {RUNTIME_OPT(struct plain_opts), {0}};

static node_t *list_of(const struct pool_backend *backend, struct err *err)
{
    return backend->is_cluster ? pool_cluster_list(backend, err) : warm_pool_list(&backend->local, err);
}

void complete_pools(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    struct pool_backend backend;
    if (pool_backend(cli, NULL, &backend, &none) != 0)
        return;
    CLEANUP(node_free) node_t *list = list_of(&backend, &none);
    complete_names_of(list, names);
}

/* "2 of 3": instances that are warm now, of the floor now; the schedule as one line. */
static void decorate(const struct cli *cli, node_t *pool)
{
    if (cli->print.format == PRINT_JSON || cli->print.format == PRINT_YAML || cli->print.format == PRINT_NDJSON || cli->jq)
        return;
    CLEANUP(str_release) struct str warm = STR_INIT;
    CLEANUP(str_release) struct str schedule = STR_INIT;
    str_addf(&warm, "%lld/%lld", (long long)node_int(pool, "/warm", 0), (long long)node_int(pool, "/floor", 0));
    for (const node_t *item = node_first(node_get(pool, "schedule")); item; item = node_next(item))
        str_addf(&schedule, "%s%s=%lld", schedule.len ? ", " : "", node_str(item, "/cron", "?"),
                 (long long)node_int(item, "/min", 0));
    node_set_str(pool, "ready", warm.buf);
    node_set_str(pool, "when", schedule.len ? schedule.buf : NULL);
}

static int show_of(struct cli *cli, const struct pool_backend *backend, const char *name, struct err *err)
{
    CLEANUP(node_free)
    node_t *pool = backend->is_cluster ? pool_cluster_show(cli, backend, name, err) : warm_pool_show(&backend->local, name, err);
    if (!pool)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf pool list") : -1;
    decorate(cli, pool);
    return cli_print_one(cli, "pool", pool, err);
}

static int show_one(struct cli *cli, const char *name, struct err *err)
{
    const struct plain_opts *opts = cli->opts;
    struct pool_backend backend;
    return pool_backend(cli, opts->runtime, &backend, err) == 0 ? show_of(cli, &backend, name, err) : -1;
}

static int show(struct cli *cli, struct err *err) { return cli_each_name(cli, show_one, err); }

static int print_spec(struct cli *cli, const struct pool_backend *backend, const struct kept_spec *spec, struct err *err)
{
    CLEANUP(node_free)
    node_t *body = backend->is_cluster ? kept_object(spec, backend->env.kube->ns, err) : warm_pool_json(&spec->rules, err);
    return body ? print_request(cli, body, err) : -1;
}

static int check_local(const struct create_opts *opts, struct err *err)
{
    static const char *const names[] = {"--forecast", "--prepull", "--gpus"};
    const bool given[] = {opts->forecast, opts->prepull, opts->gpus > 0};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (given[i])
            return err_set(err, ERR_USAGE, "%s: the local runtime has floors and schedules only", names[i]);
    return 0;
}

static int create_on(struct cli *cli, const struct pool_backend *backend, const struct kept_spec *spec, struct err *err)
{
    return backend->is_cluster ? pool_cluster_create(cli, backend, spec, err)
                               : warm_pool_create(&backend->local, &spec->rules, err);
}

static int create(struct cli *cli, struct err *err)
{
    const struct create_opts *opts = cli->opts;
    const char *name = cli->args.v[0];
    struct kept_spec spec = {
        .rules = {.name = name, .function = opts->function, .min = opts->min, .max = opts->max, .schedule = &opts->schedule},
        .forecast = opts->forecast,
        .prepull = opts->prepull,
        .gpus = opts->gpus,
        .image = opts->hold_image,
    };
    if (!spec.rules.function)
        return err_set(err, ERR_USAGE, "aiwf pool create needs --function");
    if (spec.rules.min < 0 && !opts->schedule.n && !opts->forecast && !opts->prepull && !opts->gpus) {
        err_set(err, ERR_USAGE, "pool \"%s\" would keep nothing", name);
        return err_hint(err, "--min 1, or --schedule '0 8 * * 1-5=3'");
    }
    if (spec.rules.min < 0)
        spec.rules.min = 0;
    struct pool_backend backend;
    if (pool_backend(cli, opts->runtime, &backend, err) != 0)
        return -1;
    spec.runtime = backend.runtime->name;
    if (!backend.is_cluster && check_local(opts, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE)
        return print_spec(cli, &backend, &spec, err);
    AUTOFREE char *what = xasprintf("create pool %s", name);
    if (cli_confirm(cli, what, err) != 0 || create_on(cli, &backend, &spec, err) != 0)
        return -1;
    int rc = show_of(cli, &backend, name, err);
    bool moves = backend.is_cluster && (opts->schedule.n || opts->forecast || opts->gpus);
    if (moves)
        cli_hint(cli, "aiwf pool run");
    else
        cli_hint(cli, "aiwf pool show %s", name);
    return rc;
}

static int list(struct cli *cli, struct err *err)
{
    const struct plain_opts *opts = cli->opts;
    struct pool_backend backend;
    CLEANUP(node_free)
    node_t *list = pool_backend(cli, opts->runtime, &backend, err) == 0 ? list_of(&backend, err) : NULL;
    if (!list)
        return -1;
    for (node_t *pool = node_first(list); pool; pool = node_next(pool))
        decorate(cli, pool);
    return cli_print_list(cli, "pool", list, err);
}

static int delete_one(struct cli *cli, const char *name, struct err *err)
{
    const struct plain_opts *opts = cli->opts;
    struct pool_backend backend;
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would delete pool %s", name);
        return 0;
    }
    if (pool_backend(cli, opts->runtime, &backend, err) != 0)
        return -1;
    if ((backend.is_cluster ? kept_delete(&backend.env, name, err) : warm_pool_delete(&backend.local, name, err)) != 0)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf pool list") : -1;
    cli_note(cli, "pool %s deleted", name);
    return 0;
}

static int delete_pools(struct cli *cli, struct err *err)
{
    return cli_confirm_names(cli, "delete", "pool", err) != 0 ? -1 : cli_each_name(cli, delete_one, err);
}

static const struct arg new_arg[] = {{.name = "NAME", .help = "the pool's name"}, {0}};
static const struct arg names_arg[] = {{.name = "NAME", .help = "pools", .many = true, .complete = complete_pools}, {0}};

static const struct column list_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "FUNCTION", .path = "/function"},
    {.title = "WARM", .path = "/ready"},
    {.title = "HITS", .path = "/hit_ratio", .kind = CELL_PERCENT},
    {.title = "AVOIDED", .path = "/cold_starts_avoided", .kind = CELL_NUMBER},
    {.title = "IDLE-ENERGY", .path = "/idle_energy_j", .kind = CELL_JOULES},
    {.title = "MIN", .path = "/min", .kind = CELL_NUMBER, .wide = true},
    {.title = "MAX", .path = "/max", .kind = CELL_NUMBER, .wide = true},
    {.title = "SCHEDULE", .path = "/when"},
    {0},
};
static const struct column show_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "FUNCTION", .path = "/function"},
    {.title = "RUNTIME", .path = "/runtime"},
    {.title = "WARM", .path = "/ready"},
    {.title = "MIN", .path = "/min", .kind = CELL_NUMBER},
    {.title = "MAX", .path = "/max", .kind = CELL_NUMBER},
    {.title = "SCHEDULE", .path = "/when"},
    {.title = "HITS", .path = "/hits", .kind = CELL_NUMBER},
    {.title = "MISSES", .path = "/misses", .kind = CELL_NUMBER},
    {.title = "HIT-RATIO", .path = "/hit_ratio", .kind = CELL_PERCENT},
    {.title = "COLD-STARTS-AVOIDED", .path = "/cold_starts_avoided", .kind = CELL_NUMBER},
    {.title = "COLD-START", .path = "/cold_start_p50_ms", .kind = CELL_MS},
    {.title = "WAITING-SAVED", .path = "/saved_ms", .kind = CELL_DURATION},
    {.title = "IDLE-S", .path = "/idle_s", .kind = CELL_NUMBER},
    {.title = "IDLE-ENERGY", .path = "/idle_energy_j", .kind = CELL_JOULES},
    {.title = "IDLE-POWER", .path = "/idle_w", .kind = CELL_WATTS},
    {.title = "COLD-START-ENERGY", .path = "/cold_start_energy_j", .kind = CELL_JOULES},
    {.title = "IDLE-COST", .path = "/idle_cost", .kind = CELL_MONEY},
    {.title = "INSTANCE-COST/H", .path = "/instance_cost_per_hour", .kind = CELL_MONEY},
    {.title = "PAYS-ABOVE-REQ/H", .path = "/break_even_per_hour", .kind = CELL_NUMBER},
    {.title = "PAYS-ABOVE-REQ/H-ENERGY", .path = "/break_even_energy_per_hour", .kind = CELL_NUMBER},
    {.title = "GPUS-HELD", .path = "/gpus", .kind = CELL_NUMBER},
    {0},
};

static const struct example create_examples[] = {
    {"aiwf pool create digits-warm --function digits --min 1", "one instance always ready: no request meets a cold start"},
    {"aiwf pool create office --function digits --min 0 --max 4 --schedule '0 8 * * 1-5=2' --schedule '0 18 * * 1-5=0'",
     "two, from 8 to 18 on working days"},
    {0},
};
static const struct example list_examples[] = {
    {"aiwf pool list", "how warm they are, and what that brings"},
    {"aiwf pool list -o json", "all figures"},
    {0},
};
static const struct example show_examples[] = {
    {"aiwf pool show digits-warm", "hits, cold starts avoided, and what waiting costs"},
    {"aiwf pool show digits-warm -o json --jq .hit_ratio", "a figure for a script"},
    {0},
};
static const struct example delete_examples[] = {
    {"aiwf pool delete digits-warm", "its function scales by itself again"},
    {"aiwf pool delete a b --yes", "several, without a question in a protected context"},
    {0},
};

static const struct cmd create_cmd = {
    .name = "create",
    .help = "keep instances of a function warm",
    .about = "A pool has a floor of instances that are always ready, and may have a ceiling and a schedule of\n"
             "floors: the cron expression is the moment from which a floor holds, in local time.\n"
             "\n"
             "The local runtime keeps it by itself. On a cluster it is a ConfigMap beside the function, which anyone\n"
             "finds; its floor holds at once (Knative: min-scale on the PodAutoscaler, with no new revision; a\n"
             "deployment: its autoscaler's least, or its replicas; OpenFaaS: replicas), and aiwf pool run moves it by\n"
             "schedule and forecast. GPUs are held by sleeping pods that give way to the function's own: a quota\n"
             "would keep none free, and a Knative function may have a priority only where its operator allows it.",
    .args = new_arg,
    .opts = create_opts,
    .opts_size = sizeof(struct create_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_WAITS,
    .timeout = "5m",
    .columns = show_columns,
    .examples = create_examples,
    .run = create,
};
static const struct cmd list_cmd = {
    .name = "list",
    .help = "list pools: how warm, how often hit",
    .opts = plain_opts,
    .opts_size = sizeof(struct plain_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = list_columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd show_cmd = {
    .name = "show",
    .help = "show all about a pool: hits, cold starts avoided, costs",
    .args = names_arg,
    .opts = plain_opts,
    .opts_size = sizeof(struct plain_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = show_columns,
    .examples = show_examples,
    .run = show,
};
static const struct cmd delete_cmd = {
    .name = "delete",
    .help = "delete pools",
    .args = names_arg,
    .opts = plain_opts,
    .opts_size = sizeof(struct plain_opts),
    .flags = CMD_CONTEXT | CMD_CHANGES,
    .examples = delete_examples,
    .run = delete_pools,
};

const struct cmd cmd_pool = {
    .name = "pool",
    .group = "functions",
    .kind = "pool",
    .help = "warm pools: instances kept ready for functions",
    .cmds = (const struct cmd *const[]){&create_cmd, &list_cmd, &show_cmd, &delete_cmd, &pool_advise_cmd, &pool_run_cmd, NULL},
};
