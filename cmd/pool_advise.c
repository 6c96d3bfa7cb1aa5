/* aiwf pool advise: a floor and a schedule from the last days. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "function.h"
#include "pool.h"
#include "pool/advise.h"
#include "pool/worth.h"
#include "reach.h"

struct advise_opts {
    const char *runtime;
    int64_t window_ms;
    bool break_even;
    struct strv rates;
};
static const struct opt advise_opts[] = {
    RUNTIME_OPT(struct advise_opts),
    {.name = "window",
     .type = OPT_DURATION,
     OPT(struct advise_opts, window_ms),
     .metavar = "TIME",
     RANGE(3600000, (double)HISTORY_MINUTES_MAX * 60000),
     .missing = "7d",
     .help = "how far back it looks"},
    {.name = "break-even",
     .type = OPT_FLAG,
     OPT(struct advise_opts, break_even),
     .help = "a table by rate: an instance that is kept against one that is started each time"},
    {.name = "rate",
     .type = OPT_LIST,
     OPT(struct advise_opts, rates),
     .metavar = "REQ/H",
     .help = "at this rate, in place of the usual ones (with --break-even)"},
    {0},
};

enum { RATES_MAX = 64 };
struct rates {
    double v[RATES_MAX];
    size_t n;
};

static int read_rates(const struct advise_opts *opts, struct rates *ret, struct err *err)
{
    *ret = (struct rates){0};
    if (opts->rates.n && !opts->break_even)
        return err_set(err, ERR_USAGE, "--rate is for --break-even");
    if (opts->rates.n > RATES_MAX)
        return err_set(err, ERR_USAGE, "--rate: at most %d of them", RATES_MAX);
    for (size_t i = 0; i < opts->rates.n; i++) {
        double *rate = &ret->v[ret->n++];
        if (!str_to_num(opts->rates.v[i], rate) || !(*rate >= 0) || !isfinite(*rate))
            return err_set(err, ERR_USAGE, "--rate: \"%s\" is not a number of requests an hour", opts->rates.v[i]);
    }
    return 0;
}

struct asking {
    const struct pool_backend *backend;
    const struct prom *prom;
    struct rates rates;
    int64_t minutes;
};

static node_t *advise_one(const struct asking *asking, const node_t *function, struct err *err)
{
    const struct pool_backend *backend = asking->backend;
    CLEANUP(history_release) struct history history = {0};
    const char *name = node_str(function, "/name", "");
    const struct history_query query = {
        .runtime = backend->runtime->name, .function = name, .ns = backend->env.kube->ns, .minutes = asking->minutes};
    if (history_load(asking->prom, &query, &history, err) != 0)
        return NULL;
    const struct instance_worth worth = instance_worth_of(&backend->env, backend->runtime, name);
    const struct advise advise = {
        .function = name,
        .concurrency = num_max(node_num(function, "/concurrency", 1), 1),
        .keep = {.cold_s = worth.cold_s, .linger_s = worth.linger_s, .idle_w = worth.idle_w, .busy_w = worth.busy_w},
        .cost_per_hour = worth.cost_per_hour,
        .rates = asking->rates.v,
        .n_rates = asking->rates.n,
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

static const struct column break_even_columns[] = {
    {.title = "FUNCTION", .path = "/function"},
    {.title = "REQ/H", .path = "/requests_per_hour", .kind = CELL_NUMBER},
    {.title = "STARTED/H", .path = "/started_cost_per_hour", .kind = CELL_MONEY},
    {.title = "KEPT/H", .path = "/kept_cost_per_hour", .kind = CELL_MONEY},
    {.title = "CHEAPER", .path = "/money"},
    {.title = "STARTED", .path = "/started_w", .kind = CELL_WATTS},
    {.title = "KEPT", .path = "/kept_w", .kind = CELL_WATTS},
    {.title = "LESS-ENERGY", .path = "/energy"},
    {.title = "WAITING-S/H", .path = "/waiting_s_per_hour", .kind = CELL_NUMBER},
    {.title = "MARK", .path = "/mark"},
    {0},
};

static int print_break_even(struct cli *cli, const node_t *advice, struct err *err)
{
    CLEANUP(node_free) node_t *all = node_new_array();
    for (const node_t *doc = node_first(advice); doc; doc = node_next(doc))
        for (const node_t *row = node_first(node_get(doc, "rates")); row; row = node_next(row)) {
            node_t *copy = node_push(all, node_copy(row));
            node_set_str(copy, "function", node_str(doc, "/function", ""));
            node_set_str(copy, "currency", node_str(doc, "/currency", NULL));
        }
    return cli_print_list_as(cli, "rate", break_even_columns, all, err);
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
    struct asking asking = {.minutes = opts->window_ms / 60000, .backend = &backend};
    CLEANUP(prom_release) struct prom prom = {0};
    const struct prom_settings settings = {.trace = cli->verbose ? cli->err : NULL, .timing = cli->timing ? cli->err : NULL};
    if (read_rates(opts, &asking.rates, err) != 0 || pool_backend(cli, opts->runtime, &backend, err) != 0)
        return -1;
    if (!backend.is_cluster)
        return err_set(err, ERR_FAILED, "advice is from a Prometheus of functions on a cluster: --runtime knative or openfaas");
    if (cli_prometheus(cli, &settings, &prom, err) != 0)
        return -1;
    asking.prom = &prom;
    CLEANUP(node_free) node_t *functions = functions_of(cli, &backend, err);
    CLEANUP(node_free) node_t *list = node_new_array();
    if (!functions)
        return -1;
    for (const node_t *function = node_first(functions); function; function = node_next(function)) {
        node_t *doc = advise_one(&asking, function, err);
        if (!doc)
            return -1;
        node_set_str(doc, "currency", context_get(&cli->context, SETTING_currency));
        decorate(cli, doc);
        node_push(list, doc);
    }
    if (opts->break_even)
        return print_break_even(cli, list, err);
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
    {.title = "COST/DAY", .path = "/cost_per_day", .kind = CELL_MONEY},
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
    {"aiwf pool advise digits --break-even --rate 10 --rate 600", "what one costs that is kept, or started each time"},
    {0},
};

const struct cmd pool_advise_cmd = {
    .name = "advise",
    .help = "propose floors and schedules from the last days, with the evidence",
    .about = "Two policies over the minutes of Prometheus' history: the times that a function was idle (their 5th and\n"
             "99th percentile say when to have an instance ready again and until when: Shahrad et al., \"Serverless in\n"
             "the Wild\", 2020), and the load of each hour of the day at 70 % in use. An hour whose requests are fewer\n"
             "than pay for an instance gets none. With too few data it says so, and proposes nothing.\n"
             "\n"
             "--break-even compares, by rate, an instance that is kept with one that is started for each request and stays\n"
             "for the runtime's window after it: in the context's currency (price-cpu-hour, price-gpu-hour), in watts\n"
             "(idle-watts, max-watts), and in the time that requests wait. Rows are marked where keeping begins to pay.",
    .args = functions_arg,
    .opts = advise_opts,
    .opts_size = sizeof(struct advise_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = advise_columns,
    .examples = advise_examples,
    .run = advise,
};
