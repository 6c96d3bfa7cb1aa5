/* aiwf top: the dashboard; one frame, a stream of documents, or a screen with keys. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sig.h"
#include "kube/login.h"
#include "reach.h"
#include "top.h"
#include "top/run.h"
#include "top/settings.h"
#include "tui/surface.h"

struct options {
    const char *prometheus, *panel, *at, *filter, *sort, *theme, *curves;
    bool once, actions;
    int64_t interval_ms, window_ms, range_ms;
    struct strv asserts, scrape;
};

struct top {
    struct cli *cli;
    const struct options *options;
    bool is_once, is_screen;
    struct state state;
    struct plan *plan;
    struct prom prom, alertmanager;
    struct kube kube;
    struct sides sides; /* of several contexts; state is what they are put together in */
    struct part alone;  /* of one */
};

static void top_release(struct top *top)
{
    state_part(&top->state);
    state_release(&top->state);
    sides_release(&top->sides);
    plan_free(top->plan);
    prom_release(&top->prom);
    kube_release(&top->kube);
    if (top->alertmanager.base)
        prom_release(&top->alertmanager);
}
DEFINE_CLEANUP(struct top, top_release)

static bool is_text(const struct cli *cli)
{
    return !cli->jq && (cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE);
}

enum { LARGEST = 1000 }; /* rows or columns of one frame */

static int size_from(const char *variable, int missing)
{
    long long n;
    const char *text = getenv(variable);
    return text && str_to_int(text, 1, LARGEST, &n) ? (int)n : missing;
}

/* Of the terminal, else COLUMNS and LINES, else 100x30. */
static void frame_size(const struct cli *cli, int *ret_rows, int *ret_cols)
{
    struct winsize size;
    bool is_known = cli->out_tty && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col;
    *ret_rows = is_known ? size.ws_row : size_from("LINES", 30);
    *ret_cols = is_known ? size.ws_col : size_from("COLUMNS", 100);
    *ret_rows = *ret_rows < LARGEST ? *ret_rows : LARGEST;
    *ret_cols = *ret_cols < LARGEST ? *ret_cols : LARGEST;
}

static void print_frame(struct top *top)
{
    int rows, cols;
    frame_size(top->cli, &rows, &cols);
    CLEANUP(surface_release) struct surface surface;
    CLEANUP(str_release) struct str text = STR_INIT;
    surface_init(&surface, rows, cols, tui_utf8());
    frame_draw(&top->state, &surface);
    surface_print(&surface, top->cli->print.color, &text);
    fputs(text.buf, top->cli->out);
}

static int print_model(struct top *top, struct err *err)
{
    CLEANUP(node_free) node_t *model = state_json(&top->state);
    return print_one(&top->cli->print, "Top", NULL, model, err);
}

static const struct part *parts_of(const struct top *top, size_t *ret_n)
{
    *ret_n = top->sides.n ? top->sides.n : 1;
    return top->sides.n ? top->sides.parts : &top->alone;
}

/* A context that does not answer is told in what is printed, where another one does. */
static int round_once(struct top *top, struct err *err)
{
    CLEANUP(err_release) struct err away = ERR_INIT;
    size_t n, failed = 0;
    const struct part *parts = parts_of(top, &n);
    state_part(&top->state);
    for (size_t i = 0; i < n; i++) {
        CLEANUP(batch_free) struct batch *batch = plan_fetch(parts[i].plan, parts[i].prom, &top->state.view.span);
        if (sig_interrupted())
            return err_set(err, ERR_INTERRUPTED, "interrupted");
        state_take(parts[i].state, parts[i].plan, batch);
        top->state.now_ms = batch->at_ms;
        err_clear(&away);
        failed += batch_error(batch, &away) != 0;
    }
    state_merge(&top->state);
    return failed == n ? err_move(err, &away) : 0;
}

static int run_once(struct top *top, struct err *err)
{
    if (round_once(top, err) != 0)
        return -1;
    if (!is_text(top->cli))
        return print_model(top, err);
    print_frame(top);
    return 0;
}

/* A document each interval until Ctrl-C or a closed pipe; a server that is away is told in the document. */
static int run_stream(struct top *top, struct err *err)
{
    for (;;) {
        CLEANUP(err_release) struct err away = ERR_INIT;
        int64_t due = clock_mono_ms() + top->state.view.interval_ms;
        round_once(top, &away);
        if (away.code == ERR_INTERRUPTED)
            return err_move(err, &away);
        if (print_model(top, err) != 0)
            return -1;
        if (fflush(top->cli->out) != 0 || ferror(top->cli->out))
            return 0;
        int64_t left = due - clock_mono_ms();
        if (clock_sleep_ms(left > 0 ? left : 0))
            return err_set(err, ERR_INTERRUPTED, "interrupted");
    }
}

static int check_terminal(const struct cli *cli, struct err *err)
{
    if (cli->in_tty && cli->out_tty)
        return 0;
    err_set(err, ERR_USAGE, "top needs a terminal, or --once");
    return err_hint(err, "aiwf top --once, or aiwf top --once -o json");
}

static int find_panel(struct top *top, const char *name, struct err *err)
{
    const struct panel *panel = panel_find(name, err);
    if (!panel)
        return -1;
    top->state.view.only = panel;
    for (size_t i = 0; i < top->state.n; i++)
        if (top->state.tables[i].panel == panel)
            top->state.view.focus = i;
    return 0;
}

/* Without --panel keys go to the first list that is always there. */
static void focus_first(struct top *top)
{
    size_t i = 0;
    while (i + 1 < top->state.n && (top->state.tables[i].panel->only_if_any || !top->state.tables[i].panel->columns))
        i++;
    top->state.view.focus = i;
}

static int sort_by(struct top *top, const char *column, struct err *err)
{
    return state_sort_by(&top->state, column, err) == 0 ? 0 : err_what(err, "--sort: %s", err->what);
}

static int set_span(struct top *top, struct err *err)
{
    const struct options *options = top->options;
    struct span *span = &top->state.view.span;
    if (options->range_ms)
        span->range_ms = options->range_ms;
    if (!options->at || when_parse(options->at, clock_wall_ms(), &span->at_ms))
        return 0;
    return err_set(err, ERR_USAGE, "--at: \"%s\" is no time of the past such as 03:00, 2h or 2026-11-24T10:00:00Z", options->at);
}

/* --context A --context B is --context A,B; elsewhere the last one counts. */
static void join_contexts(struct cli *cli)
{
    CLEANUP(str_release) struct str names = STR_INIT;
    for (size_t i = 0; i < cli->contexts.n; i++)
        str_addf(&names, "%s%s", i ? "," : "", cli->contexts.v[i]);
    if (cli->contexts.n < 2)
        return;
    strv_add(&cli->kept, names.buf);
    cli->context_name = cli->kept.v[cli->kept.n - 1];
}

/* --context A,B */
static bool has_several(const struct cli *cli) { return cli->context_name && strchr(cli->context_name, ','); }

static double price_of(const struct cli *cli, enum setting setting)
{
    double price;
    return str_to_num(context_get(&cli->context, setting) ? context_get(&cli->context, setting) : "", &price) ? price : NAN;
}

/* A context may also be no more than a kubeconfig's, by its name. */
static bool is_in_file(const char *context)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(conf_release) struct conf conf;
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    if (conf_load(&conf, &none) != 0)
        return false;
    conf_names(&conf, &names);
    return strv_has(&names, context);
}

/* Commands that the screen starts work where it does, whatever the configuration says by then. */
static void add_self(const struct cli *cli, struct strv *self)
{
    const char *cloud = context_get(&cli->context, SETTING_cloud), *kube = context_get(&cli->context, SETTING_kube_context);
    if (is_in_file(cli->context.name))
        strv_addf(self, "--context=%s", cli->context.name);
    if (kube)
        strv_addf(self, "--kube-context=%s", kube);
    if (cloud)
        strv_addf(self, "--cloud=%s", cloud);
    if (cli->namespace_name)
        strv_addf(self, "--namespace=%s", cli->namespace_name);
}

void top_set_context(const struct cli *cli, struct state *state)
{
    state->context = cli->context.name;
    state->is_protected = cli->context.is_protected;
    state->prices = (struct prices){.gpu_hour = price_of(cli, SETTING_price_gpu_hour),
                                    .kwh = price_of(cli, SETTING_price_kwh),
                                    .currency = context_get(&cli->context, SETTING_currency)};
    add_self(cli, &state->view.self);
}

/* What was typed is stronger than what was kept. */
static int set_view(struct top *top, struct err *err)
{
    const struct options *options = top->options;
    struct view *view = &top->state.view;
    if (options->panel && find_panel(top, options->panel, err) != 0)
        return -1;
    if (options->sort && sort_by(top, options->sort, err) != 0)
        return -1;
    if (options->filter)
        str_reset(&view->filter);
    str_add(&view->filter, options->filter ? options->filter : "");
    if (options->interval_ms)
        view->interval_ms = options->interval_ms;
    if (options->theme)
        view->theme = theme_find(options->theme, err);
    if (options->curves) /* one of them: the option has no other values */
        view->curves = (enum spark_choice)str_index(spark_choice_names, options->curves);
    view->with_actions = options->actions;
    return set_span(top, err);
}

static int prepare(struct top *top, struct err *err)
{
    enum { INTERVAL_USUAL_MS = 2000 };
    const struct options *options = top->options;
    state_init(&top->state);
    focus_first(top);
    top->state.view.interval_ms = INTERVAL_USUAL_MS;
    top->state.view.place = spark_here(top->cli->out_tty);
    if (top->is_screen && settings_load(&top->state, err) != 0)
        return -1;
    if (set_view(top, err) != 0)
        return -1;
    top->state.window_ms = options->window_ms;
    top->state.view.is_interactive = top->is_screen;
    if (!has_several(top->cli))
        top_set_context(top->cli, &top->state);
    top->plan = plan_new(top->is_screen ? NULL : top->state.view.only, options->window_ms);
    return 0;
}

/* Who knows what is silenced. One that is away is no reason to show nothing. */
int top_alertmanager(struct cli *cli, const struct prom_settings *like, struct plan *plan, struct prom *ret, struct err *err)
{
    struct prom_settings settings = *like;
    settings.url = context_get(&cli->context, SETTING_alertmanager);
    settings.kind = "Alertmanager";
    settings.scrape = NULL;
    if (!settings.url)
        return 0;
    if (cli_prometheus(cli, &settings, ret, err) != 0)
        return -1;
    plan_alertmanager(plan, ret);
    return 0;
}

/* Nothing is run to log in; a screen does not wait for long, one frame may. */
void top_kube(struct cli *cli, struct plan *plan, bool is_screen, struct kube *ret)
{
    enum { CONNECT_MS = 500, TOTAL_MS = 1000, PATIENCE = 10 };
    int times = is_screen ? 1 : PATIENCE;
    CLEANUP(err_release) struct err none = ERR_INIT;
    struct kube_settings settings = {
        .connect_ms = CONNECT_MS * times, .total_ms = TOTAL_MS * times, .retries = -1, .quick = true};
    if (!context_get(&cli->context, SETTING_kube_context) && !context_get(&cli->context, SETTING_kubeconfig))
        return;
    if (kube_open_context(ret, &cli->context, &settings, &none) == 0)
        plan_kube(plan, ret, is_screen);
}

static int open_several(struct top *top, const struct prom_settings *prom, struct err *err)
{
    const struct options *options = top->options;
    struct side_settings settings = {.cli = top->cli,
                                     .names = top->cli->context_name,
                                     .only = top->is_screen ? NULL : top->state.view.only,
                                     .span = top->state.view.span,
                                     .window_ms = options->window_ms,
                                     .prom = prom,
                                     .is_screen = top->is_screen};
    if (options->prometheus || options->scrape.n || options->asserts.n)
        return err_set(err, ERR_USAGE, "--prometheus, --scrape and --assert are for one context");
    if (sides_open(&top->sides, &settings, err) != 0)
        return -1;
    top->state.context = top->cli->context_name;
    top->state.url = top->sides.v[0].state.url;
    top->state.parts = top->sides.parts;
    top->state.n_parts = top->sides.n;
    return 0;
}

/* An exporter that hangs does not hold the next round back. */
static int round_ms(const struct top *top)
{
    enum { LEAST_MS = 1000, MOST_MS = 10000 };
    int64_t interval_ms = top->state.view.interval_ms;
    if (!top->options->scrape.n || interval_ms > MOST_MS)
        return MOST_MS;
    return interval_ms < LEAST_MS ? LEAST_MS : (int)interval_ms;
}

static int open_prom(struct top *top, struct err *err)
{
    const struct cli *cli = top->cli;
    bool is_drawn_over = top->is_screen && cli->err_tty;
    struct prom_settings settings = {
        .url = top->options->prometheus,
        .scrape = &top->options->scrape,
        .pair_ms = top->is_once ? top->state.view.interval_ms : 0,
        .total_ms = round_ms(top),
        .retries = -1, /* the next round is the next try */
        /* A trace on the same terminal would be drawn over. */
        .trace = cli->verbose && !is_drawn_over ? cli->err : NULL,
        .timing = cli->timing && !is_drawn_over ? cli->err : NULL,
    };
    if (has_several(cli))
        return open_several(top, &settings, err);
    int (*open)(struct cli *, const struct prom_settings *, struct prom *, struct err *) =
        top->options->at ? cli_prometheus : cli_figures;
    if (open(top->cli, &settings, &top->prom, err) != 0)
        return -1;
    top->state.url = top->prom.base;
    top->state.is_scraped = top->prom.scrape != NULL;
    top->alone = (struct part){.state = &top->state, .plan = top->plan, .prom = &top->prom};
    top_kube(top->cli, top->plan, top->is_screen, &top->kube);
    return top_alertmanager(top->cli, &settings, top->plan, &top->alertmanager, err);
}

static int check_options(const struct options *options, enum print_format format, struct err *err)
{
    if (options->interval_ms && (options->interval_ms < TOP_INTERVAL_MIN_MS || options->interval_ms > TOP_INTERVAL_MAX_MS))
        return err_set(err, ERR_USAGE, "--interval: not between 100ms and 1h");
    if (options->scrape.n && options->prometheus)
        return err_set(err, ERR_USAGE, "it is --scrape or --prometheus");
    if (options->window_ms < 1000)
        return err_set(err, ERR_USAGE, "--window: less than 1s");
    if (options->range_ms && (options->range_ms < RANGE_MIN_MS || options->range_ms > RANGE_MAX_MS))
        return err_set(err, ERR_USAGE, "--range: not between 1m and 7d");
    if (options->asserts.n)
        return 0;
    if (format == PRINT_NAME || format == PRINT_CSV || format == PRINT_CUSTOM)
        return err_set(err, ERR_USAGE, "top is no list: -o json, ndjson or yaml");
    return 0;
}

static int run(struct cli *cli, struct err *err)
{
    const struct options *options = cli->opts;
    bool is_stream = !options->once && !options->asserts.n && cli->print.format == PRINT_NDJSON;
    bool is_once = options->once || options->asserts.n || (!is_stream && !is_text(cli));
    join_contexts(cli);
    if (!has_several(cli) && cli_resolve(cli, err) != 0)
        return -1;
    CLEANUP(top_release)
    struct top top = {.cli = cli, .options = options, .is_once = is_once, .is_screen = !is_once && !is_stream};
    if (check_options(options, cli->print.format, err) != 0 || prepare(&top, err) != 0)
        return -1;
    if (top.is_screen && check_terminal(cli, err) != 0)
        return -1;
    if (open_prom(&top, err) != 0)
        return -1;
    if (options->asserts.n)
        return top_assert(cli, &top.prom, &options->asserts, top.state.view.span.at_ms, err);
    if (is_once)
        return run_once(&top, err);
    if (is_stream)
        return run_stream(&top, err);
    size_t n;
    const struct part *parts = parts_of(&top, &n);
    return top_run(&top.state, parts, n, cli->print.color, err);
}

static void complete_panel(struct cli *cli, struct strv *names)
{
    (void)cli;
    for (size_t i = 0; i < top_panel_count; i++)
        strv_add(names, top_panels[i]->name);
}

static const struct opt opts[] = {
    {.name = "once",
     .type = OPT_FLAG,
     OPT(struct options, once),
     .help = "one frame as text (or a document, with -o json), and end"},
    {.name = "interval",
     .type = OPT_DURATION,
     OPT(struct options, interval_ms),
     .metavar = "TIME",
     .help = "ask Prometheus this often (2s)"},
    {.name = "window",
     .type = OPT_DURATION,
     OPT(struct options, window_ms),
     .metavar = "TIME",
     .missing = "1m",
     .help = "rates and latencies are over this time: at least four scrapes"},
    {.name = "panel",
     .type = OPT_STRING,
     OPT(struct options, panel),
     .metavar = "PANEL",
     .help = "show only this panel",
     .complete = complete_panel},
    {.name = "filter",
     .type = OPT_STRING,
     OPT(struct options, filter),
     .metavar = "TEXT",
     .help = "show only names that contain it"},
    {.name = "sort",
     .type = OPT_STRING,
     OPT(struct options, sort),
     .metavar = "COLUMN",
     .help = "sort by a column (p95) or key (p95_ms)"},
    {.name = "at",
     .type = OPT_STRING,
     OPT(struct options, at),
     .metavar = "TIME",
     .help = "as it was then: 03:00, 2026-11-28T03:00 (local), RFC 3339, or 2h for that long ago"},
    {.name = "range",
     .type = OPT_DURATION,
     OPT(struct options, range_ms),
     .metavar = "TIME",
     .help = "curves are over this time (15m)"},
    {.name = "assert",
     .type = OPT_LIST,
     OPT(struct options, asserts),
     .metavar = "EXPR",
     .help = "judge a figure for a script, as 'gpu.util < 20 for 10m', and end: exit 11 when it does not hold"},
    {.name = "theme",
     .type = OPT_CHOICE,
     OPT(struct options, theme),
     .metavar = "THEME",
     .choices = tui_theme_names,
     .help = "the colours of the screen; NO_COLOR is stronger"},
    {.name = "curves",
     .type = OPT_CHOICE,
     OPT(struct options, curves),
     .metavar = "STYLE",
     .choices = spark_choice_names,
     .help = "of braille, blocks or ASCII (auto: what the terminal can show)"},
    {.name = "actions",
     .type = OPT_FLAG,
     OPT(struct options, actions),
     .help = "allow to scale, warm and cancel from the screen, each after a question"},
    {.name = "prometheus",
     .type = OPT_STRING,
     OPT(struct options, prometheus),
     .metavar = "URL",
     .help = "the Prometheus to ask instead of the context's"},
    {.name = "scrape",
     .type = OPT_LIST,
     OPT(struct options, scrape),
     .metavar = "[JOB=]URL",
     .help = "read this exporter, a URL or kube://NAMESPACE/SERVICE:PORT, without a Prometheus"},
    {0},
};
static const struct example examples[] = {
    {"aiwf top", "watch functions, jobs, energy and GPUs; ? shows the keys"},
    {"aiwf top --once", "one frame, for a log or a mail"},
    {"aiwf top --once -o json --panel functions", "the figures behind it"},
    {"aiwf top --context prod,lab", "several contexts side by side: whose a row is stands in its last column"},
    {"aiwf top --assert 'gpu.util < 20 for 10m'", "exit 11 unless every GPU was idle for ten minutes"},
    {"aiwf top --scrape http://127.0.0.1:31112 --scrape dcgm=http://gpu1:9400",
     "without a Prometheus: from the gateway and an exporter"},
    {0},
};

const struct cmd cmd_top = {
    .name = "top",
    .group = "observe",
    .help = "watch functions, jobs, energy and GPUs",
    .about =
        "Reads its figures from Prometheus (see `aiwf help query` for how to start one) and shows them on one\n"
        "screen. Unknown is \"-\", never 0; \"~\" marks an estimate; a dim figure is the last one of a source that\n"
        "does not answer now. It changes nothing, unless --actions allows it, and then it asks.\n"
        "\n"
        "The screen: 1 to 9 and Tab show one panel, [ and ] go through time (--at begins there), Enter goes from a GPU to its\n"
        "pod and its job, w says why, l shows its log, F6 folds rows under their node or namespace, : takes commands, ? has\n"
        "all keys. F12 keeps what is shown in $XDG_CONFIG_HOME/aiwf/top.yaml. --context A,B (or --context A --context B) shows\n"
        "contexts side by side.\n"
        "\n"
        "With --once it prints one frame without escape codes (to a pipe: 100x30, or LINES and COLUMNS); with\n"
        "-o json one document, with units in its keys; with -o ndjson a document each interval.\n"
        "\n"
        "--assert judges figures of `aiwf query --list figures` instead: one holds when it does for every series at\n"
        "every step of its time, whoever measures it. What is unknown does not hold. A text is compared with a word:\n"
        "'node.ready == Ready', 'job.state != Failed'.\n"
        "\n"
        "With --scrape there is no Prometheus: exporters are read each interval, and what they said is kept for as long as\n"
        "panels look back. The first rates are there after two readings. --assert with a time watches for that long.\n"
        "So it is on the local runtime where no Prometheus is configured: there its gateway is read.\n"
        "Their login is the context's: scrape-hosts, scrape-user and scrape-password-file, or scrape-token-file.",
    .opts = opts,
    .opts_size = sizeof(struct options),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_RESOLVES,
    .examples = examples,
    .run = run,
};
