/* aiwf query --list: what there is to be asked for. */
#include <string.h>

#include "metrics/vocabulary.h"
#include "query.h"

const char *const query_lists[] = {"metrics", "labels", "series", "targets", "figures", "server", NULL};

/* One answer as items to print; the selector is "" when there is none. */
typedef node_t *list_fn(const struct prom *prom, const char *selector, struct strv *warnings, struct err *err);

static node_t *list_metrics(const struct prom *prom, const char *selector, struct strv *warnings, struct err *err)
{
    const char *match[] = {"match[]", selector, NULL};
    struct prom_read names = {.path = "/api/v1/label/{}/values", .arg = "__name__", .form = match};
    struct prom_read about = {.path = "/api/v1/metadata"};
    CLEANUP(node_free) node_t *list = prom_read(prom, &names, warnings, err);
    CLEANUP(node_free) node_t *metadata = list ? prom_read(prom, &about, warnings, err) : NULL;
    if (!metadata)
        return NULL;
    node_t *items = node_new_array();
    for (const node_t *name = node_first(list); name; name = node_next(name)) {
        if (!node_text(name))
            continue;
        const node_t *meta = prom_metadata_of(metadata, node_text(name));
        node_t *item = node_push(items, node_new_object());
        node_set_str(item, "name", node_text(name));
        node_set_str(item, "type", node_str(meta, "/type", NULL));
        node_set_str(item, "unit", node_str(meta, "/unit", NULL));
        node_set_str(item, "help", node_str(meta, "/help", NULL));
    }
    return items;
}

static node_t *list_labels(const struct prom *prom, const char *selector, struct strv *warnings, struct err *err)
{
    const char *match[] = {"match[]", selector, NULL};
    struct prom_read read = {.path = "/api/v1/labels", .form = match};
    CLEANUP(node_free) node_t *list = prom_read(prom, &read, warnings, err);
    if (!list)
        return NULL;
    node_t *items = node_new_array();
    for (const node_t *name = node_first(list); name; name = node_next(name))
        node_set_str(node_push(items, node_new_object()), "name", node_text(name));
    return items;
}

static node_t *list_series(const struct prom *prom, const char *selector, struct strv *warnings, struct err *err)
{
    const char *match[] = {"match[]", selector, NULL};
    struct prom_read read = {.path = "/api/v1/series", .form = match};
    if (!*selector) {
        err_set(err, ERR_USAGE, "--list series needs a selector");
        err_hint(err, "aiwf query --list series 'up{job=\"dcgm\"}'");
        return NULL;
    }
    CLEANUP(node_free) node_t *list = prom_read(prom, &read, warnings, err);
    if (!list)
        return NULL;
    node_t *items = node_new_array();
    for (const node_t *labels = node_first(list); labels; labels = node_next(labels)) {
        node_t *item = node_push(items, node_new_object());
        CLEANUP(str_release) struct str name = STR_INIT;
        prom_labels_print(labels, &name);
        node_set_str(item, "name", name.buf);
        node_set(item, "metric", node_copy(labels));
    }
    return items;
}

static node_t *list_targets(const struct prom *prom, const char *selector, struct strv *warnings, struct err *err)
{
    static const char *const active[] = {"state", "active", NULL};
    struct prom_read read = {.path = "/api/v1/targets", .form = active};
    (void)selector;
    CLEANUP(node_free) node_t *data = prom_read(prom, &read, warnings, err);
    if (!data)
        return NULL;
    node_t *items = node_new_array();
    for (const node_t *target = node_first(node_get(data, "activeTargets")); target; target = node_next(target)) {
        node_t *item = node_push(items, node_new_object());
        node_set_str(item, "name", node_str(target, "/scrapeUrl", NULL));
        node_set_str(item, "state", node_str(target, "/health", NULL));
        node_set_str(item, "job", node_str(target, "/labels/job", NULL));
        node_set_str(item, "last_scrape", node_str(target, "/lastScrape", NULL));
        node_set_num(item, "took_ms", node_num(target, "/lastScrapeDuration", 0) * 1000);
        node_set(item, "labels", node_copy(node_get(target, "labels")));
        const char *error = node_str(target, "/lastError", "");
        node_set_str(item, "error", *error ? error : NULL);
    }
    return items;
}

static node_t *list_figures(const struct prom *prom, const char *selector, struct strv *warnings, struct err *err)
{
    (void)selector;
    CLEANUP(node_free) node_t *vocabulary = vocabulary_load(err);
    return vocabulary ? vocabulary_find(vocabulary, prom, warnings, err) : NULL;
}

static node_t *list_server(const struct prom *prom, const char *selector, struct strv *warnings, struct err *err)
{
    struct prom_read read = {.path = "/api/v1/status/buildinfo"};
    (void)selector;
    node_t *data = prom_read(prom, &read, warnings, err);
    if (!data)
        return NULL;
    node_t *items = node_new_array();
    node_set_str(data, "url", prom->base);
    node_push(items, data);
    return items;
}

static const struct column metric_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"TYPE", "/type", CELL_TEXT, false},
    {"UNIT", "/unit", CELL_TEXT, true},
    {"HELP", "/help", CELL_TEXT, false},
    {0},
};
static const struct column name_columns[] = {{"NAME", "/name", CELL_TEXT, false}, {0}};
static const struct column target_columns[] = {
    {"TARGET", "/name", CELL_TEXT, false},
    {"STATE", "/state", CELL_STATE, false},
    {"JOB", "/job", CELL_TEXT, false},
    {"LAST", "/last_scrape", CELL_AGE, false},
    {"TOOK", "/took_ms", CELL_MS, false},
    {"ERROR", "/error", CELL_TEXT, false},
    {0},
};
static const struct column figure_columns[] = {
    {"NAME", "/name", CELL_TEXT, false}, {"UNIT", "/unit", CELL_TEXT, false}, {"SOURCE", "/source", CELL_TEXT, false},
    {"HELP", "/help", CELL_TEXT, false}, {"EXPR", "/expr", CELL_TEXT, true},  {0},
};
static const struct column server_columns[] = {
    {"URL", "/url", CELL_TEXT, false},          {"VERSION", "/version", CELL_TEXT, false},
    {"REVISION", "/revision", CELL_TEXT, true}, {"BUILT", "/buildDate", CELL_TEXT, false},
    {"GO", "/goVersion", CELL_TEXT, true},      {0},
};

static const struct {
    const char *kind;
    list_fn *list;
    const struct column *columns;
} lists[] = {
    {"metric", list_metrics, metric_columns}, {"label", list_labels, name_columns},     {"series", list_series, name_columns},
    {"target", list_targets, target_columns}, {"figure", list_figures, figure_columns}, {"server", list_server, server_columns},
};

int query_list(struct cli *cli, const struct prom *prom, struct err *err)
{
    const struct query_options *options = cli->opts;
    CLEANUP(strv_release) struct strv warnings = STRV_INIT;
    size_t which = 0;
    while (strcmp(query_lists[which], options->list) != 0)
        which++;
    CLEANUP(node_free) node_t *items = lists[which].list(prom, cli->args.n ? cli->args.v[0] : "", &warnings, err);
    if (!items)
        return -1;
    for (size_t i = 0; i < warnings.n; i++)
        cli_note(cli, "warning: %s", warnings.v[i]);
    return cli_print_list_as(cli, lists[which].kind, lists[which].columns, items, err);
}

static int no_such_figure(const node_t *figures, const char *name, struct err *err)
{
    const char *names[128];
    size_t n = 0;
    for (const node_t *figure = node_first(figures); figure && n < ARRAY_LEN(names); figure = node_next(figure))
        names[n++] = node_str(figure, "/name", "");
    const char *nearest = str_nearest(name, names, n);
    err_set(err, ERR_USAGE, "there is no figure \"%s\"", name);
    return err_hint(err, "%s%s%saiwf query --list figures", nearest ? "did you mean " : "", nearest ? nearest : "",
                    nearest ? "? " : "");
}

/* The first that fits; others are the sources besides it. */
static const node_t *find_figure(const node_t *figures, const struct query_options *options, struct strv *others)
{
    const node_t *found = NULL;
    for (const node_t *figure = node_first(figures); figure; figure = node_next(figure)) {
        if (strcmp(node_str(figure, "/name", ""), options->figure) != 0)
            continue;
        bool fits = !options->source || str_eq(node_str(figure, "/source", NULL), options->source);
        if (!found && fits)
            found = figure;
        else if (node_str(figure, "/source", NULL))
            strv_add(others, node_str(figure, "/source", NULL));
    }
    return found;
}

static int not_measured(const struct prom *prom, const struct query_options *options, struct err *err)
{
    err_set(err, ERR_NOT_FOUND, "%s has no %s%s%s", prom->base, options->figure, options->source ? " of source " : "",
            options->source ? options->source : "");
    return err_hint(err, "aiwf query --list figures shows what it has; aiwf query --list targets, what it scrapes");
}

char *query_figure(struct cli *cli, const struct prom *prom, struct err *err)
{
    const struct query_options *options = cli->opts;
    CLEANUP(strv_release) struct strv warnings = STRV_INIT;
    CLEANUP(strv_release) struct strv others = STRV_INIT;
    CLEANUP(node_free) node_t *figures = list_figures(prom, "", &warnings, err);
    if (!figures)
        return NULL;
    const node_t *figure = find_figure(figures, options, &others);
    if (!figure || !node_str(figure, "/expr", NULL)) {
        bool is_known = node_find(figures, "/name", options->figure);
        (void)(is_known ? not_measured(prom, options, err) : no_such_figure(figures, options->figure, err));
        return NULL;
    }
    char *expr = vocabulary_expr(node_str(figure, "/expr", ""), QUERY_WINDOW);
    cli_note(cli, "%s in %s, by %s: %s", options->figure, node_str(figure, "/unit", "?"), node_str(figure, "/title", "?"), expr);
    for (size_t i = 0; i < others.n; i++)
        cli_note(cli, "measured by --source %s too", others.v[i]);
    return expr;
}
