#include "metrics/vocabulary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "doc/doc.h"

/* In this order: the first that has a figure measures it. */
#define SOURCES(X)                     \
    X(dcgm, "dcgm.yaml")               \
    X(dcgm_mig, "dcgm-mig.yaml")       \
    X(dra, "dra.yaml")                 \
    X(kepler_gpu, "kepler-gpu.yaml")   \
    X(kepler, "kepler.yaml")           \
    X(kepler_09, "kepler-09.yaml")     \
    X(node, "node.yaml")               \
    X(node_zones, "node-zones.yaml")   \
    X(node_hwmon, "node-hwmon.yaml")   \
    X(ksm, "ksm.yaml")                 \
    X(cadvisor, "cadvisor.yaml")       \
    X(knative, "knative.yaml")         \
    X(knative_119, "knative-119.yaml") \
    X(knative_118, "knative-118.yaml") \
    X(openfaas, "openfaas.yaml")       \
    X(aiwf, "aiwf.yaml")               \
    X(envoy, "envoy.yaml")             \
    X(tensorflow, "tensorflow.yaml")   \
    X(kueue, "kueue.yaml")             \
    X(opencost, "opencost.yaml")

#define EMBED_DATA(name, file)   EMBED(vocabulary_##name, "lib/metrics/data/" file)
#define EMBED_SOURCE(name, file) EMBED_DATA(name, file);
SOURCES(EMBED_SOURCE)
EMBED_DATA(figures, "figures.yaml");
EMBED_DATA(alerts, "alerts.yaml");
EMBED_DATA(dashboards, "dashboards.yaml");

#define SOURCE_TEXT(name, file) {vocabulary_##name, file},
static const struct {
    const char *text, *file;
} sources[] = {SOURCES(SOURCE_TEXT)};

static node_t *parse(const char *text, const char *file, struct err *err)
{
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    if (doc_parse(&doc, text, strlen(text), file, err) != 0)
        return NULL;
    return TAKE(doc.root);
}

static int add_part(node_t *vocabulary, const char *key, const char *text, struct err *err)
{
    node_t *part = parse(text, key, err);
    if (!part)
        return -1;
    node_set(vocabulary, key, part);
    return 0;
}

node_t *vocabulary_load(struct err *err)
{
    CLEANUP(node_free) node_t *vocabulary = node_new_object();
    node_t *list = node_set(vocabulary, "sources", node_new_array());
    if (add_part(vocabulary, "figures", vocabulary_figures, err) != 0 ||
        add_part(vocabulary, "alerts", vocabulary_alerts, err) != 0 ||
        add_part(vocabulary, "dashboards", vocabulary_dashboards, err) != 0)
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        node_t *source = parse(sources[i].text, sources[i].file, err);
        if (!source)
            return NULL;
        node_push(list, source);
    }
    return TAKE(vocabulary);
}

char *vocabulary_expr(const char *expr, const char *window)
{
    struct str s = STR_INIT;
    for (const char *place; (place = strstr(expr, "$W")); expr = place + 2) {
        str_addn(&s, expr, (size_t)(place - expr));
        str_add(&s, window);
    }
    str_add(&s, expr);
    return str_detach(&s);
}

static const char *first_label(const struct prom_series *series, const char *alternatives)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    strv_split(&names, alternatives, "|");
    for (size_t i = 0; i < names.n; i++) {
        const char *value = prom_label(series, names.v[i]);
        if (value && *value)
            return value;
    }
    return NULL;
}

void vocabulary_text(const struct prom_series *series, const char *text, struct str *s)
{
    CLEANUP(strv_release) struct strv parts = STRV_INIT;
    strv_split(&parts, text, " ");
    for (size_t i = 0; i < parts.n; i++) {
        const char *value = first_label(series, parts.v[i]);
        if (value)
            str_addf(s, "%s%s", s->len ? "/" : "", value);
    }
}

static bool has_name(const node_t *names, const char *name)
{
    for (const node_t *one = node_first(names); one; one = node_next(one))
        if (str_eq(node_text(one), name))
            return true;
    return false;
}

/* Labels that name what a figure is of: the entry's own, or the source's for that kind of thing. */
static const char *names_of(const node_t *figure, const node_t *source, const node_t *entry)
{
    const char *kind = node_str(figure, "/of", NULL);
    AUTOFREE char *first = kind ? NULL : xstrndup(node_key(figure), strcspn(node_key(figure), "."));
    const node_t *names = node_get(node_get(source, "names"), kind ? kind : first);
    return node_str(entry, "/names", node_text(names));
}

static void add_row(node_t *list, const node_t *figure, const node_t *source, const node_t *entry)
{
    node_t *item = node_push(list, node_new_object());
    node_set_str(item, "name", node_key(figure));
    node_set_str(item, "unit", node_str(figure, "/unit", NULL));
    node_set_str(item, "help", node_str(figure, "/help", NULL));
    node_set_str(item, "source", node_str(source, "/name", NULL));
    node_set_str(item, "title", node_str(source, "/title", NULL));
    node_set_str(item, "expr", node_str(entry, "/expr", NULL));
    node_set_str(item, "needs", node_str(entry, "/needs", NULL));
    node_set_str(item, "names", names_of(figure, source, entry));
    node_set_str(item, "text", node_str(entry, "/text", NULL));
    node_set_str(item, "jobs", node_str(source, "/jobs", NULL));
    node_set_str(item, "adds", node_str(entry, "/adds", NULL));
    node_set_bool(item, "estimated", node_bool(entry, "/estimated", false));
    node_set_num(item, "error", node_num(entry, "/error", NAN));
}

/* names NULL: all that the vocabulary has. */
static size_t add_figure(node_t *list, const node_t *vocabulary, const node_t *figure, const node_t *names)
{
    size_t n = 0;
    for (const node_t *source = node_first(node_get(vocabulary, "sources")); source; source = node_next(source)) {
        for (const node_t *entry = node_first(node_get(source, "figures")); entry; entry = node_next(entry)) {
            if (strcmp(node_str(entry, "/figure", ""), node_key(figure)) != 0)
                continue;
            if (names && !has_name(names, node_str(entry, "/needs", NULL)))
                continue;
            add_row(list, figure, source, entry);
            n++;
        }
    }
    return n;
}

node_t *vocabulary_match(const node_t *vocabulary, const node_t *names)
{
    node_t *list = node_new_array();
    for (const node_t *figure = node_first(node_get(vocabulary, "figures")); figure; figure = node_next(figure))
        if (!add_figure(list, vocabulary, figure, names))
            add_row(list, figure, NULL, NULL);
    return list;
}

/* Only the names that matter: a large server has tens of thousands. */
static void add_selector(struct str *selector, const node_t *vocabulary)
{
    const char *before = "{__name__=~\"";
    for (const node_t *source = node_first(node_get(vocabulary, "sources")); source; source = node_next(source)) {
        for (const node_t *entry = node_first(node_get(source, "figures")); entry; entry = node_next(entry)) {
            str_addf(selector, "%s%s", before, node_str(entry, "/needs", ""));
            before = "|";
        }
    }
    str_add(selector, "\"}");
}

node_t *vocabulary_names(const node_t *vocabulary, const struct prom *prom, struct strv *warnings, struct err *err)
{
    CLEANUP(str_release) struct str selector = STR_INIT;
    add_selector(&selector, vocabulary);
    const char *form[] = {"match[]", selector.buf, NULL};
    struct prom_read read = {.path = "/api/v1/label/{}/values", .arg = "__name__", .form = form};
    return prom_read(prom, &read, warnings, err);
}

node_t *vocabulary_find(const node_t *vocabulary, const struct prom *prom, struct strv *warnings, struct err *err)
{
    CLEANUP(node_free) node_t *names = vocabulary_names(vocabulary, prom, warnings, err);
    return names ? vocabulary_match(vocabulary, names) : NULL;
}
