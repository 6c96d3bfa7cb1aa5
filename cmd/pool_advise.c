/* aiwf pool advise: a floor and a schedule from the last days. */
#include <math.h>
#include <string.h>

#include "function.h"
#include "pool.h"
#include "pool/advise.h"
#include "pool/worth.h"
#include "reach.h"

struct advise_opts {
    const char *runtime;
    int64_t window_ms;
};
static const struct opt advise_opts[] = {
    RUNTIME_OPT(struct advise_opts),
    {.name = "window",
     .type = OPT_DURATION,
     OPT(struct advise_opts, window_ms),
     .metavar = "TIME",
     .min = 3600000,
     .max = (double)HISTORY_MINUTES_MAX * 60000,
     .missing = "7d",
     .help = "how far back it looks"},
    {0},
};

static node_t *advise_one(const struct pool_backend *backend, const struct prom *prom, const node_t *function, int64_t minutes,
                          struct err *err)
{
    CLEANUP(history_release) struct history history = {0};
    const char *name = node_str(function, "/name", "");
    const struct history_query query = {
        .runtime = backend->runtime->name, .function = name, .ns = backend->env.kube->ns, .minutes = minutes};
    if (history_load(prom, &query, &history, err) != 0)
        return NULL;
    const struct instance_worth worth = instance_worth_of(&backend->env, backend->runtime, name);
    const struct advise advise = {
        .function = name,
        .concurrency = fmax(node_num(function, "/concurrency", 1), 1),
        .keep = {.cold_s = worth.cold_s, .linger_s = worth.linger_s, .idle_w = worth.idle_w, .busy_w = worth.busy_w},
        .cost_per_hour = worth.cost_per_hour,
    };
    return advise_of(&history, &advise);
}

static node_t *functions_of(struct cli *cli, const struct pool_backend *backend, struct err *err)
{
    if (!cli->args.n)
        return backend->runtime->list(&backend->env, err);
    CLEANUP(node_free) node_t *list = node_new_array();
    for (size_t i = 0; i < cli->args.n; i++) {
        node_t *function = backend->runtime->show(&backend->env, cli->args.v[i], err);
        if (!function) {
            if (err->code == ERR_NOT_FOUND)
                err_hint(err, "aiwf function list");
            return NULL;
        }
        node_push(list, function);
    }
    return TAKE(list);
}

static void decorate(const struct cli *cli, node_t *doc)
{
    if (cli->print.format != PRINT_TABLE && cli->print.format != PRINT_WIDE)
        return;
    CLEANUP(str_release) struct str idle = STR_INIT;
    CLEANUP(str_release) struct str schedule = STR_INIT;
    if (node_int(doc, "/idle/n", 0) > 0)
        str_addf(&idle, "%lld/%lld/%lld min", (long long)node_int(doc, "/idle/p5_min", 0),
                 (long long)node_int(doc, "/idle/p50_min", 0), (long long)node_int(doc, "/idle/p99_min", 0));
    for (const node_t *item = node_first(node_get(doc, "schedule")); item; item = node_next(item))
        str_addf(&schedule, "%s%s=%lld", schedule.len ? ", " : "", node_str(item, "/cron", ""),
                 (long long)node_int(item, "/min", 0));
    node_set_str(doc, "idle_times", idle.len ? idle.buf : NULL);
    node_set_str(doc, "when", schedule.len ? schedule.buf : NULL);
}

static void print_commands(const struct cli *cli, const node_t *list)
{
    for (const node_t *doc = node_first(list); doc; doc = node_next(doc))
        if (node_str(doc, "/command", NULL))
            cli_note(cli, "%s", node_str(doc, "/command", ""));
}

static int advise(struct cli *cli, struct err *err)
{
    const struct advise_opts *opts = cli->opts;
    struct pool_backend backend;
    CLEANUP(prom_release) struct prom prom = {0};
    const struct prom_settings settings = {.trace = cli->verbose ? cli->err : NULL, .timing = cli->timing ? cli->err : NULL};
    if (pool_backend(cli, opts->runtime, &backend, err) != 0)
        return -1;
    if (!backend.is_cluster)
        return err_set(err, ERR_FAILED, "advice is from a Prometheus of functions on a cluster: --runtime knative or openfaas");
    if (cli_prometheus(cli, &settings, &prom, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *functions = functions_of(cli, &backend, err);
    CLEANUP(node_free) node_t *list = node_new_array();
    if (!functions)
        return -1;
    for (const node_t *function = node_first(functions); function; function = node_next(function)) {
        node_t *doc = advise_one(&backend, &prom, function, opts->window_ms / 60000, err);
        if (!doc)
            return -1;
        decorate(cli, doc);
        node_push(list, doc);
    }
    if (cli_print_list(cli, "advice", list, err) != 0)
        return -1;
    print_commands(cli, list);
    return 0;
}

static const struct column advise_columns[] = {
    {.title = "FUNCTION", .path = "/function"},
    {.title = "FLOOR", .path = "/floor", .kind = CELL_NUMBER},
    {.title = "REQUESTS", .path = "/requests", .kind = CELL_NUMBER},
    {.title = "IDLE-P5/P50/P99", .path = "/idle_times"},
    {.title = "PAYS-ABOVE-REQ/H", .path = "/break_even_per_hour", .kind = CELL_NUMBER},
    {.title = "COST/DAY", .path = "/cost_per_day", .kind = CELL_NUMBER},
    {.title = "SERVICE", .path = "/service_ms", .kind = CELL_MS, .wide = true},
    {.title = "WARM-H/DAY", .path = "/hours_warm_per_day", .kind = CELL_NUMBER, .wide = true},
    {.title = "PAYS-ABOVE-REQ/H-ENERGY", .path = "/break_even_energy_per_hour", .kind = CELL_NUMBER, .wide = true},
    {.title = "IDLE-TIMES", .path = "/idle/verdict", .wide = true},
    {.title = "SCHEDULE", .path = "/when", .wide = true},
    {.title = "WHY", .path = "/why"},
    {0},
};
static const struct arg functions_arg[] = {
    {.name = "FUNCTION", .help = "functions (usual: all)", .optional = true, .many = true, .complete = complete_functions}, {0}};
static const struct example advise_examples[] = {
    {"aiwf pool advise", "for each function of the last week: a floor, a schedule, and why"},
    {"aiwf pool advise digits --window 14d -o json", "all of the evidence"},
    {0},
};

const struct cmd pool_advise_cmd = {
    .name = "advise",
    .help = "propose floors and schedules from the last days, with the evidence",
    .about = "Two policies over the minutes of Prometheus' history: the times that a function was idle (their 5th and\n"
             "99th percentile say when to have an instance ready again and until when: Shahrad et al., \"Serverless in\n"
             "the Wild\", 2020), and the load of each hour of the day at 70 % in use. An hour whose requests are fewer\n"
             "than pay for an instance gets none. With too few data it says so, and proposes nothing.",
    .args = functions_arg,
    .opts = advise_opts,
    .opts_size = sizeof(struct advise_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = advise_columns,
    .examples = advise_examples,
    .run = advise,
};
