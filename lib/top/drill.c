#include "top/drill.h"

#include <string.h>

#include "doc/node.h"
#include "kube/owner.h"
#include "top/parts.h"

#define LOG_LINES "1000"

static const struct {
    const char *panel, *kind;
} kinds[] = {{"gpus", "gpu"},   {"functions", "function"}, {"jobs", "train"},
             {"pools", "pool"}, {"nodes", "node"},         {"queues", "queue"}};

static const char *kind_of(const struct panel *panel)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strcmp(kinds[i].panel, panel->name) == 0)
            return kinds[i].kind;
    return NULL;
}

/* Prometheus renames a label that the target's own has taken: exported_pod is who holds it, pod the exporter. */
static const char *label_of(const struct row *row, const char *name)
{
    AUTOFREE char *exported = xasprintf("exported_%s", name);
    const char *value = row_label(row, exported);
    return value ? value : row_label(row, name);
}

/* Knative calls the revisions of a service NAME-00001 and so on. */
static size_t service_len(const char *revision)
{
    enum { SUFFIX = 6 };
    size_t len = strlen(revision);
    bool has_number =
        len > SUFFIX && revision[len - SUFFIX] == '-' && strspn(revision + len - SUFFIX + 1, "0123456789") == SUFFIX - 1;
    return has_number ? len - SUFFIX : len;
}

/* NAMESPACE/NAME, or NAME.NAMESPACE (a function of OpenFaaS), or a name. */
static void set_named(struct object *object, const char *kind, const char *key)
{
    const char *slash = strchr(key, '/'), *dot = slash ? NULL : strchr(key, '.');
    bool is_function = strcmp(kind, "function") == 0;
    AUTOFREE char *ns = slash ? xstrndup(key, (size_t)(slash - key)) : NULL;
    if (!slash && (!dot || !is_function)) {
        object_set(object, kind, key, NULL);
        return;
    }
    const char *begin = slash ? slash + 1 : key;
    size_t len = dot ? (size_t)(dot - key) : is_function ? service_len(begin) : strlen(begin);
    AUTOFREE char *name = xstrndup(begin, len);
    object_set(object, kind, name, slash ? ns : dot + 1);
}

/* A GPU is somebody's by the pod that its exporter names. */
static void set_gpu(struct object *object, const struct row *row)
{
    const char *pod = label_of(row, "pod"), *ns = label_of(row, "namespace");
    if (pod && *pod && ns && *ns)
        object_set(object, "pod", pod, ns);
    else
        object_set(object, "gpu", row->key, NULL);
}

void drill_object(const struct state *state, struct object *ret)
{
    const struct page *page = view_page(&state->view);
    const struct table *table = &state->tables[state->view.focus];
    const struct row *row = table_selected(table);
    const char *kind = kind_of(table->panel);
    if (page)
        object_set(ret, page->object.kind, page->object.name, page->object.ns);
    else if (!row || !kind || row->is_group)
        object_release(ret);
    else if (strcmp(kind, "gpu") == 0)
        set_gpu(ret, row);
    else if (strcmp(kind, "node") == 0)
        object_set(ret, kind, row->key, NULL);
    else
        set_named(ret, kind, row->key);
    ret->context = page ? page->object.context : row ? row->context : NULL;
}

static bool is_kind(const struct object *object, const char *kind) { return str_eq(object->kind, kind); }

static void add_node_path(const struct object *object, struct strv *words)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    str_add(&path, "/api/v1/nodes/");
    str_add_urlenc(&path, object->name);
    strv_split(words, "api kube GET -o yaml", " ");
    strv_add(words, path.buf);
}

static void add_pod_path(const struct object *object, const char *rest, struct strv *words)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    str_add(&path, "/api/v1/namespaces/");
    str_add_urlenc(&path, object->ns ? object->ns : "default");
    str_add(&path, "/pods/");
    str_add_urlenc(&path, object->name);
    str_add(&path, rest);
    strv_split(words, "api kube GET", " ");
    strv_add(words, path.buf);
}

static int no_way(const struct object *object, const char *what, struct err *err)
{
    err_set(err, ERR_USAGE, "there is no %s of a %s", what, object->kind);
    return is_kind(object, "pod") ? err_hint(err, "Enter goes to what it works for") : -1;
}

static int add_show(const struct object *object, struct strv *words, struct err *err)
{
    if (is_kind(object, "gpu"))
        return err_set(err, ERR_USAGE, "no pod holds %s, as far as its exporter says", object->name);
    if (is_kind(object, "pod")) {
        add_pod_path(object, "", words);
        return 0;
    }
    if (is_kind(object, "node")) {
        add_node_path(object, words);
        return 0;
    }
    strv_add(words, object->kind);
    if (!is_kind(object, "queue"))
        strv_add(words, "show");
    return 0;
}

static int add_why(const struct object *object, struct strv *words, struct err *err)
{
    if (!is_kind(object, "function") && !is_kind(object, "train") && !is_kind(object, "pod"))
        return no_way(object, "why", err);
    strv_add(words, "why");
    strv_add(words, object->kind);
    return 0;
}

static int add_logs(const struct object *object, struct strv *words, struct err *err)
{
    if (is_kind(object, "pod")) {
        add_pod_path(object, "/log?tailLines=" LOG_LINES, words);
        return 0;
    }
    if (!is_kind(object, "function") && !is_kind(object, "train"))
        return no_way(object, "log", err);
    strv_add(words, object->kind);
    strv_split(words, "logs --tail " LOG_LINES, " ");
    return 0;
}

int drill_words(const struct object *object, enum ask ask, struct strv *words, struct err *err)
{
    static int (*const adders[])(const struct object *, struct strv *,
                                 struct err *) = {[ASK_SHOW] = add_show, [ASK_WHY] = add_why, [ASK_LOGS] = add_logs};
    if (!object->kind)
        return err_set(err, ERR_USAGE, "nothing is selected");
    size_t begin = words->n; /* after those that say which context */
    if (adders[ask](object, words, err) != 0)
        return -1;
    if (strcmp(words->v[begin], "api") == 0)
        return 0;
    if (object->ns)
        strv_addf(words, "--namespace=%s", object->ns);
    strv_add(words, "--"); /* a name is never an option */
    strv_add(words, object->name);
    return 0;
}

static void say(struct state *state, const struct err *err)
{
    str_addf(&state->view.note, "%s%s%s", err->what, err->hint ? ": " : "", err->hint ? err->hint : "");
}

static void add_title(const struct object *object, enum ask ask, struct str *title)
{
    static const char *const words[] = {[ASK_SHOW] = "", [ASK_WHY] = "why ", [ASK_LOGS] = "log of "};
    str_addf(title, "%s%s %s%s%s", words[ask], object->kind, object->ns ? object->ns : "", object->ns ? "/" : "", object->name);
    if (object->context)
        str_addf(title, " (%s)", object->context);
}

void drill_self(const struct state *state, const struct object *object, struct strv *words)
{
    const struct strv *self = &state_of(state, object->context)->view.self;
    for (size_t i = 0; i < self->n; i++)
        strv_add(words, self->v[i]);
}

static int open_page(struct state *state, const struct object *object, enum ask ask, struct err *err)
{
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    CLEANUP(str_release) struct str title = STR_INIT;
    drill_self(state, object, &words);
    if (view_is_full(&state->view))
        return err_set(err, ERR_USAGE, "too many pages: Esc goes back");
    if (drill_words(object, ask, &words, err) != 0)
        return -1;
    add_title(object, ask, &title);
    CLEANUP(page_free) struct page *page = page_new(title.buf, object);
    page->is_document = ask == ASK_SHOW && is_kind(object, "pod");
    page->is_following = ask == ASK_LOGS;
    if (page_run(page, &words, err) != 0)
        return -1;
    view_push(&state->view, TAKE(page));
    return 0;
}

static void open_or_say(struct state *state, const struct object *object, enum ask ask)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (open_page(state, object, ask, &err) != 0)
        say(state, &err);
}

/* "train/bert": where Enter goes. */
static void set_next(struct page *page, const char *owner, const char *ns)
{
    const char *slash = strchr(owner, '/');
    object_release(&page->next);
    AUTOFREE char *kind = slash ? xstrndup(owner, (size_t)(slash - owner)) : NULL;
    if (kind && (strcmp(kind, "train") == 0 || strcmp(kind, "function") == 0))
        object_set(&page->next, kind, slash + 1, ns);
    page->next.context = page->object.context;
}

/* Of a GPU's pod its exporter and kube-state-metrics may know it before the API server does. */
static void foresee(const struct state *state, struct page *page)
{
    const struct table *table = &state->tables[state->view.focus];
    const struct row *row = table_selected(table);
    const struct reading *work = row ? row_reading(table, row, "works_for") : NULL;
    if (work && work->text)
        set_next(page, work->text, page->object.ns);
}

void drill_open(struct state *state, enum ask ask)
{
    CLEANUP(object_release) struct object object = {0};
    bool is_row = !state->view.n_pages;
    drill_object(state, &object);
    open_or_say(state, &object, ask);
    if (is_row && state->view.n_pages)
        foresee(state, view_page(&state->view));
}

void drill_enter(struct state *state)
{
    const struct page *page = view_page(&state->view);
    if (!page)
        drill_open(state, ASK_SHOW);
    else if (page->next.kind)
        open_or_say(state, &page->next, ASK_SHOW);
}

/* ---- a pod ---- */

static void add_container(struct page *page, const node_t *status)
{
    static const char *const states[] = {"running", "waiting", "terminated"};
    CLEANUP(str_release) struct str line = STR_INIT;
    const node_t *state = node_get(status, "state");
    str_addf(&line, "container  %s", node_str(status, "/name", "?"));
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        const node_t *is = node_get(state, states[i]);
        const char *reason = node_str(is, "/reason", NULL);
        if (is)
            str_addf(&line, "  %s%s%s", states[i], reason ? " " : "", reason ? reason : "");
    }
    str_addf(&line, "  %.0f restarts  %s\n", node_num(status, "/restartCount", 0), node_str(status, "/image", ""));
    page_add(page, line.buf, line.len);
}

static void add_field(struct page *page, const char *name, const char *value)
{
    if (!value)
        return;
    AUTOFREE char *line = xasprintf("%-10s %s\n", name, value);
    page_add(page, line, strlen(line));
}

static void show_pod(struct page *page, const node_t *pod)
{
    CLEANUP(str_release) struct str owner = STR_INIT;
    struct kube_owner of = kube_pod_owner(pod);
    kube_owner_print(&of, &owner);
    set_next(page, owner.buf, page->object.ns);
    add_field(page, "pod", node_str(pod, "/metadata/name", NULL));
    add_field(page, "phase", node_str(pod, "/status/phase", NULL));
    add_field(page, "reason", node_str(pod, "/status/reason", NULL));
    add_field(page, "node", node_str(pod, "/spec/nodeName", NULL));
    add_field(page, "since", node_str(pod, "/status/startTime", NULL));
    add_field(page, "works for", owner.buf);
    const node_t *statuses = node_at(pod, "/status/containerStatuses");
    for (const node_t *status = node_first(statuses); status; status = node_next(status))
        add_container(page, status);
    if (page->next.kind)
        page_add(page, "\nEnter goes to what it works for\n", strlen("\nEnter goes to what it works for\n"));
}

void drill_read(struct page *page)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str text = page->partial;
    CLEANUP(node_free) node_t *document = page->code == 0 ? json_parse(text.buf, text.len, "the answer", &err) : NULL;
    page->is_document = false;
    page->partial = STR_INIT_MAX(PAGE_LINE_MAX);
    if (document)
        show_pod(page, document);
    else
        page_add(page, text.buf, text.len);
    page_end(page, page->code);
}
