/* aiwf query: PromQL from the command line. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "metrics/plot.h"
#include "metrics/vocabulary.h"
#include "query.h"
#include "reach.h"
#include "tui/spark.h"
#include "tui/surface.h"

/* Columns of an answer: a label each, then the values. */
struct layout {
    struct column *columns;
    size_t n;
    struct strv titles, paths; /* what the columns point to */
};

static void layout_release(struct layout *layout)
{
    free(layout->columns);
    strv_release(&layout->titles);
    strv_release(&layout->paths);
}
DEFINE_CLEANUP(struct layout, layout_release)

enum { PAIR_MS = 2000 };
enum { LABEL_COLUMNS = 5 /* more are wide */, CURVE_WIDTH = 40, SPARK_WIDTH = 60, STEPS = 60, SPARK_RANGE_MS = 3600000 };

/* RFC 3339, Unix seconds, or how long ago ("5m"). */
static int parse_time(const char *text, int64_t *ret_ms, struct err *err)
{
    double seconds;
    if (rfc3339_parse(text, ret_ms))
        return 0;
    if (str_to_num(text, &seconds) && seconds > 0 && seconds < 1e12) {
        *ret_ms = (int64_t)num_round(seconds * 1000);
        return 0;
    }
    int64_t ago_ms;
    if (duration_parse(text, &ago_ms)) {
        *ret_ms = clock_wall_ms() - ago_ms;
        return 0;
    }
    err_set(err, ERR_USAGE, "--at: \"%s\" is not a time", text);
    return err_hint(err, "2026-11-24T10:00:00Z, Unix seconds, or 5m for five minutes ago");
}

static void collect_labels(const struct prom_result *result, struct strv *labels)
{
    for (size_t i = 0; i < result->n; i++)
        for (size_t k = 0; k < result->series[i].n_labels; k++)
            if (!strv_has(labels, result->series[i].labels[k].name))
                strv_add(labels, result->series[i].labels[k].name);
    strv_sort(labels);
}

static char *title_of(const char *label)
{
    char *title = xstrdup(strcmp(label, "__name__") == 0 ? "METRIC" : label);
    for (char *c = title; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    return title;
}

/* RFC 6901. */
static char *path_of(const char *label)
{
    struct str path = STR_INIT;
    str_add(&path, "/metric/");
    for (; *label; label++) {
        if (*label == '~' || *label == '/')
            str_add(&path, *label == '~' ? "~0" : "~1");
        else
            str_addc(&path, *label);
    }
    return str_detach(&path);
}

static void add_column(struct layout *layout, struct column column) { layout->columns[layout->n++] = column; }

static void make_layout(const struct prom_result *result, bool is_flat, bool has_curve, struct layout *layout)
{
    CLEANUP(strv_release) struct strv labels = STRV_INIT;
    collect_labels(result, &labels);
    layout->columns = xcalloc(labels.n + 8, sizeof(*layout->columns));
    for (size_t i = 0; i < labels.n; i++) {
        strv_take(&layout->titles, title_of(labels.v[i]));
        strv_take(&layout->paths, path_of(labels.v[i]));
        add_column(layout, (struct column){layout->titles.v[i], layout->paths.v[i], CELL_TEXT, i >= LABEL_COLUMNS && !is_flat});
    }
    if (result->type != PROM_MATRIX || is_flat) {
        add_column(layout, (struct column){"TIME", "/time", CELL_TEXT, !is_flat});
        add_column(layout, (struct column){"VALUE", "/exact", CELL_TEXT, false});
        return;
    }
    static const struct column summary[] = {{"MIN", "/min", CELL_NUMBER, false},
                                            {"AVG", "/avg", CELL_NUMBER, false},
                                            {"MAX", "/max", CELL_NUMBER, false},
                                            {"LAST", "/last", CELL_NUMBER, false}};
    for (size_t i = 0; i < ARRAY_LEN(summary); i++)
        add_column(layout, summary[i]);
    if (has_curve)
        add_column(layout, (struct column){"CURVE", "/curve", CELL_TEXT, false});
}

static void add_curves(const struct cli *cli, const struct prom_result *result, int width, node_t *items)
{
    struct spark_place place = spark_here(cli->out_tty);
    struct spark spark = {.width = width, .style = spark_choose(SPARK_AUTO, &place)};
    node_t *item = node_first(items);
    for (size_t i = 0; i < result->n && item; i++, item = node_next(item)) {
        const struct prom_series *series = &result->series[i];
        double *values = xcalloc(series->n_points + 1, sizeof(*values));
        for (size_t k = 0; k < series->n_points; k++)
            values[k] = series->points[k].value;
        CLEANUP(str_release) struct str curve = STR_INIT;
        spark_add(&curve, &spark, values, series->n_points);
        node_set_str(item, "curve", curve.buf);
        free(values);
        CLEANUP(str_release) struct str name = STR_INIT;
        prom_series_name(series, &name);
        node_set_str(item, "series", name.buf);
    }
}

/* -o spark */
static int print_spark(struct cli *cli, const struct prom_result *result, struct err *err)
{
    static const struct column columns[] = {
        {"SERIES", "/series", CELL_TEXT, false}, {"CURVE", "/curve", CELL_TEXT, false}, {"MIN", "/min", CELL_NUMBER, false},
        {"MAX", "/max", CELL_NUMBER, false},     {"LAST", "/last", CELL_NUMBER, false}, {0},
    };
    if (result->type != PROM_MATRIX)
        return err_set(err, ERR_USAGE, "a curve is of a range, and this is no range");
    CLEANUP(node_free) node_t *items = prom_document(result);
    add_curves(cli, result, SPARK_WIDTH, items);
    if (!result->n && !cli->watch)
        cli_note(cli, "no series: nothing matches this query");
    return print_list(&cli->print, "series", columns, items, err);
}

/* CSV has a line a sample: each with its series' labels. */
static node_t *flatten(const node_t *items)
{
    node_t *flat = node_new_array();
    for (const node_t *item = node_first(items); item; item = node_next(item)) {
        for (const node_t *sample = node_first(node_get(item, "samples")); sample; sample = node_next(sample)) {
            node_t *line = node_push(flat, node_copy(sample));
            node_set(line, "metric", node_copy(node_get(item, "metric")));
        }
    }
    return flat;
}

static int print_result(struct cli *cli, const struct prom_result *result, struct err *err)
{
    bool is_range = result->type == PROM_MATRIX;
    bool for_people = !cli->jq && (cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE);
    bool is_flat = is_range && !cli->jq && cli->print.format == PRINT_CSV;
    bool has_curve = is_range && for_people && cli->out_tty;
    CLEANUP(node_free) node_t *items = prom_document(result);
    if (has_curve)
        add_curves(cli, result, CURVE_WIDTH, items);
    if (is_flat) {
        node_t *flat = flatten(items);
        node_free(items);
        items = flat;
    }
    if (for_people && !result->n && !cli->watch)
        cli_note(cli, "no series: nothing matches this query");
    CLEANUP(layout_release) struct layout layout = {0};
    make_layout(result, is_flat, has_curve, &layout);
    return print_list(&cli->print, is_range ? "series" : "sample", layout.columns, items, err);
}

static int make_query(const struct cli *cli, struct prom_query *query, struct err *err)
{
    const struct query_options *options = cli->opts;
    bool is_curve = cli_prints_own(cli) || options->plot;
    if (!cli->args.n == !options->figure) {
        err_set(err, ERR_USAGE, options->figure ? "it is PROMQL or --figure" : "PROMQL is missing");
        return err_hint(err, "aiwf query up, aiwf query --figure gpu.util, or aiwf query --list metrics");
    }
    *query = (struct prom_query){
        .expr = options->figure ? NULL : cli->args.v[0], .range_ms = options->range_ms, .step_ms = options->step_ms};
    if (options->at && parse_time(options->at, &query->at_ms, err) != 0)
        return -1;
    if (is_curve && !query->range_ms)
        query->range_ms = SPARK_RANGE_MS;
    if (options->scrape.n && (options->prometheus || options->at))
        return err_set(err, ERR_USAGE, "--scrape reads what is now: it goes with neither --prometheus nor --at");
    if (options->source && !options->figure)
        return err_set(err, ERR_USAGE, "--source needs --figure");
    if (query->step_ms && !query->range_ms)
        return err_set(err, ERR_USAGE, "--step needs --range");
    if (query->range_ms && !query->step_ms)
        query->step_ms = query->range_ms / STEPS > 1000 ? query->range_ms / STEPS : 1000;
    return 0;
}

static int show(struct cli *cli, const struct prom_query *query, const struct prom_result *result, struct err *err)
{
    const struct query_options *options = cli->opts;
    if (cli_prints_own(cli))
        return print_spark(cli, result, err);
    if (!options->plot)
        return print_result(cli, result, err);
    struct plot plot = {.path = options->plot, .title = query->expr, .step_ms = query->step_ms};
    if (plot_write(&plot, result, err) != 0)
        return -1;
    if (result->n > PLOT_MAX_SERIES)
        cli_note(cli, "%s has the first %d of %zu series", options->plot, PLOT_MAX_SERIES, result->n);
    cli_hint(cli, "%s is written", options->plot);
    return 0;
}

static int ask(struct cli *cli, struct err *err)
{
    const struct query_options *options = cli->opts;
    CLEANUP(prom_release) struct prom own = {0};
    struct prom *prom = options->kept ? options->kept : &own;
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    struct prom_query query = {0};
    struct prom_settings settings = {
        .url = options->prometheus,
        .scrape = &options->scrape,
        .pair_ms = PAIR_MS,
        .trace = cli->verbose ? cli->err : NULL,
        .timing = cli->timing ? cli->err : NULL,
    };
    if (options->plot && plot_check(options->plot, err) != 0)
        return -1;
    if (!options->list && make_query(cli, &query, err) != 0)
        return -1;
    bool is_now = !options->at && !query.range_ms;
    if (!prom->base && (is_now ? cli_figures : cli_prometheus)(cli, &settings, prom, err) != 0)
        return -1;
    if (options->list)
        return query_list(cli, prom, err);
    AUTOFREE char *figure = options->figure ? query_figure(cli, prom, err) : NULL;
    if (options->figure)
        query.expr = figure;
    if (!query.expr || prom_query(prom, &query, &result, err) != 0)
        return -1;
    for (size_t i = 0; i < result.warnings.n; i++)
        cli_note(cli, "warning: %s", result.warnings.v[i]);
    return show(cli, &query, &result, err);
}

/* What there is is read anew each time. */
static int run(struct cli *cli, struct err *err)
{
    struct query_options *options = cli->opts;
    CLEANUP(prom_release) struct prom prom = {0};
    options->kept = options->list ? NULL : &prom;
    int rc = cli_watch(cli, ask, err);
    options->kept = NULL;
    return rc;
}

static const struct arg args[] = {
    {.name = "PROMQL", .help = "the expression; with --list a selector: what it matches", .optional = true},
    {0},
};
static void complete_figures(struct cli *cli, struct strv *names)
{
    (void)cli;
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *vocabulary = vocabulary_load(&none);
    for (const node_t *figure = node_first(node_get(vocabulary, "figures")); figure; figure = node_next(figure))
        strv_add(names, node_key(figure));
}

static const struct opt opts[] = {
    {.name = "at",
     .type = OPT_STRING,
     OPT(struct query_options, at),
     .metavar = "TIME",
     .help = "when: RFC 3339, Unix seconds, or 5m for five minutes ago (default: now)"},
    {.name = "range",
     .type = OPT_DURATION,
     OPT(struct query_options, range_ms),
     .metavar = "TIME",
     .help = "the values over this time before --at, not only the last"},
    {.name = "step",
     .type = OPT_DURATION,
     OPT(struct query_options, step_ms),
     .metavar = "TIME",
     .help = "one value each (default: a 60th of --range)"},
    {.name = "plot",
     .type = OPT_FILE,
     OPT(struct query_options, plot),
     .metavar = "FILE",
     .help = "draw the curves into FILE.svg or FILE.png, by gnuplot (default of --range: 1h)"},
    {.name = "list",
     .type = OPT_CHOICE,
     OPT(struct query_options, list),
     .metavar = "WHAT",
     .choices = query_lists,
     .help = "what can be asked for: metrics, labels, series, targets, figures, or the server itself"},
    {.name = "figure",
     .type = OPT_STRING,
     OPT(struct query_options, figure),
     .metavar = "NAME",
     .help = "what to ask for by name, whoever measures it (--list figures); says by which source",
     .complete = complete_figures},
    {.name = "source",
     .type = OPT_STRING,
     OPT(struct query_options, source),
     .metavar = "SOURCE",
     .help = "with --figure: by this one of several that measure it"},
    {.name = "prometheus",
     .type = OPT_STRING,
     OPT(struct query_options, prometheus),
     .metavar = "URL",
     .help = "the Prometheus to ask instead of the context's"},
    {.name = "scrape",
     .type = OPT_LIST,
     OPT(struct query_options, scrape),
     .metavar = "[JOB=]URL",
     .help = "read this exporter, a URL or kube://NAMESPACE/SERVICE:PORT, without a Prometheus"},
    {0},
};
static const struct example examples[] = {
    {"aiwf query up", "what Prometheus scrapes, and whether it can"},
    {"aiwf query 'rate(gateway_function_invocation_total[1m])' --range 1h --step 15s",
     "requests a second of each function over the last hour"},
    {"aiwf query DCGM_FI_DEV_GPU_UTIL --range 6h -o spark", "a curve a GPU, in a line each"},
    {"aiwf query DCGM_FI_DEV_POWER_USAGE --range 1d --plot power.svg", "the same as a picture"},
    {"aiwf query --figure gpu.util", "how busy GPUs are, by what the server scrapes for it"},
    {"aiwf query --list metrics '{job=\"dcgm\"}'", "which metrics there are, and what they mean"},
    {"aiwf query --figure node.cpu --scrape node=http://127.0.0.1:9100", "from an exporter itself, without a Prometheus"},
    {"aiwf query 'sum(aiwf_power_watts)' --prometheus http://127.0.0.1:9090 -o json", "for a program"},
    {0},
};

const struct cmd cmd_query = {
    .name = "query",
    .group = "observe",
    .help = "ask Prometheus in PromQL",
    .about =
        "Prints the value of an expression now, or at a time; with --range its values over a time: a line\n"
        "a series with smallest, mean, largest and last value (and a curve, in a terminal), and every value\n"
        "with -o json, csv or ndjson. Numbers are as Prometheus gives them; NaN and infinities are null in\n"
        "\"value\" and themselves in \"exact\". -o spark draws a curve a series in one line each.\n"
        "\n"
        "The server's login is the context's: prometheus-user and prometheus-password-file, prometheus-token-file, or\n"
        "cert-file; prometheus-headers-file has a tenant's header (X-Scope-OrgID). Thanos, Mimir and VictoriaMetrics\n"
        "answer too, with the path before /api/v1 in the URL.\n"
        "\n"
        "With --scrape there is no server: each exporter is read once (twice, two seconds apart, for an expression that\n"
        "looks back), and asked in the part of PromQL that figures need. Its job is \"scrape\" where it has no name.\n"
        "One inside of the context's cluster (kube://NAMESPACE/SERVICE:PORT) is reached with the cluster's login; cert-file\n"
        "and key-file are shown to those that ask for a certificate. scrape-user and scrape-password-file, or\n"
        "scrape-token-file, go to the exporters of scrape-hosts, and to no others.\n"
        "With --watch what was read is kept: windows and --range grow with it. A round that fails is told, and the next is "
        "tried.\n"
        "\n"
        "The server is the context's setting prometheus, AIWF_PROMETHEUS or --prometheus. Without one the local\n"
        "runtime's gateway is read as if by --scrape; for what was, start one that scrapes it (URL as in `aiwf local\n"
        "status`):\n"
        "\n"
        "    printf '%s\\n' 'scrape_configs:' '- job_name: aiwf' '  scrape_interval: 2s' \\\n"
        "        '  static_configs: [{targets: [\"127.0.0.1:31112\"]}]' >prometheus.yml\n"
        "    prometheus --config.file=prometheus.yml --web.listen-address=127.0.0.1:9090 &",
    .args = args,
    .opts = opts,
    .opts_size = sizeof(struct query_options),
    .flags = CMD_CONTEXT | CMD_LIST | CMD_WATCHES,
    .output = "spark",
    .examples = examples,
    .run = run,
};
