/* aiwf api kube with kinds and objects instead of paths: GET, DELETE and WATCH of KIND[/NAME], APPLY and DIFF of a file. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/file.h"
#include "kube.h"
#include "kube/apply.h"
#include "kube/discovery.h"
#include "kube/table.h"
#include "kube/watch.h"

enum { FILE_MAX_BYTES = 64 << 20 };

bool api_is_object_word(const char *method, const char *target)
{
    static const char *const words[] = {"APPLY", "DIFF", "WATCH", NULL};
    if (str_index(words, method) >= 0)
        return true;
    return target && *target != '/' && (strcmp(method, "GET") == 0 || strcmp(method, "DELETE") == 0);
}

/* "deployment/web" */
static char *name_of(const struct kube_kind *kind, const char *name)
{
    char *text = xasprintf("%s/%s", kind->kind, name);
    for (char *c = text; *c != '/'; c++)
        *c = (char)tolower((unsigned char)*c);
    return text;
}

/* KIND or KIND/NAME of the command line. */
struct target {
    struct kube *kube;
    struct kube_found found;
    struct kube_query query;
    char *kind, *name;
};

static void target_release(struct target *target)
{
    kube_found_release(&target->found);
    free(target->kind);
    free(target->name);
}
DEFINE_CLEANUP(struct target, target_release)

static int find_target(struct cli *cli, struct kube *kube, struct target *ret, struct err *err)
{
    const struct api_kube_options *options = cli->opts;
    const char *text = cli->args.n > 1 ? cli->args.v[1] : "";
    const char *slash = strchr(text, '/');
    if (!*text || *text == '/' || (slash && !slash[1])) {
        err_set(err, ERR_USAGE, "%s needs a KIND or KIND/NAME", cli->args.v[0]);
        return err_hint(err, "pods, deploy/web, queues.scheduling.example.com");
    }
    ret->kube = kube;
    ret->kind = xstrndup(text, slash ? (size_t)(slash - text) : strlen(text));
    ret->name = slash ? xstrdup(slash + 1) : NULL;
    if (kube_find_kind(kube, ret->kind, &ret->found, err) != 0)
        return -1;
    bool all = options->all_namespaces && !ret->name;
    ret->query = (struct kube_query){
        .kind = &ret->found.kind,
        .ns = all || ret->found.kind.cluster_wide ? NULL : kube->ns,
        .name = ret->name,
        .labels = options->selector,
        .fields = options->fields,
    };
    return ret->name ? kube_check_object_name(&ret->found.kind, ret->name, err) : 0;
}

/* --- GET --- */

static bool wants_columns(const struct cli *cli)
{
    enum print_format format = cli->print.format;
    return !cli->jq && format != PRINT_JSON && format != PRINT_YAML && format != PRINT_NDJSON;
}

static void note_none(const struct cli *cli, const struct kube_query *query)
{
    cli_note(cli, query->ns ? "no %s in namespace %s" : "no %s", query->kind->plural, query->ns);
}

static int get_table(struct cli *cli, const struct target *target, struct err *err)
{
    CLEANUP(kube_table_release) struct kube_table table = {0};
    if (kube_table(target->kube, &target->query, &table, err) != 0)
        return -1;
    if (!node_first(table.items))
        note_none(cli, &target->query);
    return print_list(&cli->print, target->query.kind->word, table.columns, table.items, err);
}

struct objects {
    struct cli *cli;
    const struct kube_kind *kind;
    node_t *items;
};

/* What nobody reads: a path shows it. */
static void drop_managed_fields(node_t *object) { node_delete(node_get(object, "metadata"), "managedFields"); }

/* A list's items do not say what they are. */
static node_t *say_what(const struct kube_kind *kind, const node_t *item)
{
    node_t *whole = kube_object(kind, NULL, "");
    node_delete(whole, "metadata");
    for (const node_t *member = node_first(item); member; member = node_next(member))
        node_set(whole, node_key(member), node_copy(member));
    drop_managed_fields(whole);
    return whole;
}

static void take_item(node_t *item, void *arg)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    struct objects *objects = arg;
    CLEANUP(node_free) node_t *owned = item;
    node_t *whole = say_what(objects->kind, owned);
    if (objects->cli->print.format != PRINT_NDJSON || objects->cli->jq) {
        node_push(objects->items, whole);
        return;
    }
    api_print_node(objects->cli, whole, &none);
    node_free(whole);
}

static void on_restart(void *arg)
{
    struct objects *objects = arg;
    node_free(objects->items);
    objects->items = node_new_array();
}

static int get_list(struct cli *cli, const struct target *target, struct err *err)
{
    struct objects objects = {.cli = cli, .kind = target->query.kind, .items = node_new_array()};
    AUTOFREE char *failing = xasprintf("cannot list %s", target->query.kind->plural);
    CLEANUP(str_release) struct str path = STR_INIT;
    kube_query_path(&target->query, &path);
    bool at_once = cli->print.format == PRINT_NDJSON && !cli->jq; /* what was printed cannot begin again */
    struct kube_each each = {
        .path = path.buf, .failing = failing, .take = take_item, .restart = at_once ? NULL : on_restart, .arg = &objects};
    int rc = kube_each(target->kube, &each, err);
    CLEANUP(node_free) node_t *list = node_new_object();
    node_set_str(list, "apiVersion", "v1");
    node_set_str(list, "kind", "List");
    node_set(list, "items", objects.items);
    if (rc != 0 || at_once)
        return rc;
    return api_print_node(cli, list, err);
}

static int get(struct cli *cli, const struct target *target, struct err *err)
{
    const struct kube_query *query = &target->query;
    if (query->name) { /* also for its error, which a table's request does not have */
        CLEANUP(node_free) node_t *object = kube_show(target->kube, query->kind, query->ns, query->name, err);
        if (!object)
            return -1;
        drop_managed_fields(object);
        return wants_columns(cli) ? get_table(cli, target, err) : api_print_node(cli, object, err);
    }
    return wants_columns(cli) ? get_table(cli, target, err) : get_list(cli, target, err);
}

/* --- DELETE --- */

static int delete_one(struct cli *cli, const struct target *target, struct err *err)
{
    const struct kube_query *query = &target->query;
    if (!query->name) {
        err_set(err, ERR_USAGE, "DELETE needs a KIND/NAME");
        return err_hint(err, "all of a kind at once is a request of its own: DELETE and the list's path");
    }
    AUTOFREE char *name = name_of(query->kind, query->name);
    AUTOFREE char *what = xasprintf("delete %s", name);
    if (cli_confirm(cli, what, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE) {
        CLEANUP(node_free) node_t *object = kube_show(target->kube, query->kind, query->ns, query->name, err);
        if (object)
            cli_note(cli, "would %s", what);
        return object ? 0 : -1;
    }
    if (kube_delete(target->kube, query->kind, query->ns, query->name, err) != 0)
        return -1;
    cli_note(cli, "%s is deleted", name);
    return 0;
}

/* --- WATCH --- */

static void print_change_json(struct cli *cli, const char *word, const node_t *object)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *event = node_new_object();
    node_set_str(event, "type", word);
    drop_managed_fields(node_set(event, "object", node_copy(object)));
    CLEANUP(str_release) struct str text = STR_INIT;
    if (cli->jq) {
        jq_run(cli->jq, event, cli->out, &none);
        return;
    }
    json_print(event, &text);
    fprintf(cli->out, "%s\n", text.buf);
}

static void on_change(enum kube_change change, const node_t *object, const node_t *kept, void *arg)
{
    static const char *const words[] = {"ADDED", "MODIFIED", "DELETED"};
    (void)kept;
    struct cli *cli = arg;
    if (!wants_columns(cli)) {
        print_change_json(cli, words[change], object);
    } else {
        CLEANUP(str_release) struct str line = STR_INIT;
        const char *ns = node_str(object, "/metadata/namespace", ""), *name = node_str(object, "/metadata/name", "");
        str_add_safe(&line, ns, strlen(ns), false);
        str_add(&line, *ns ? "/" : "");
        str_add_safe(&line, name, strlen(name), false);
        fprintf(cli->out, "%-8s  %s\n", words[change], line.buf);
    }
    fflush(cli->out);
}

static int follow(struct cli *cli, const struct target *target, struct err *err)
{
    const struct kube_query *query = &target->query;
    AUTOFREE char *by_name = query->name ? xasprintf("metadata.name=%s", query->name) : NULL;
    const struct kube_watch_spec spec = {
        .kind = query->kind,
        .ns = query->ns,
        .labels = query->labels,
        .fields = by_name ? by_name : query->fields,
        .on_change = on_change,
        .arg = cli,
    };
    CLEANUP(kube_watch_close) struct kube_watch *watch = kube_watch_open(target->kube, &spec);
    const struct err *told = NULL;
    for (;;) {
        if (kube_watch_change(target->kube, 60000, err) != 0 || kube_watch_check(watch, err) != 0)
            return -1;
        const struct err *trouble = kube_watch_trouble(watch);
        if (trouble && !told)
            cli_note(cli, "%s: %s; it is tried again", trouble->what, trouble->why ? trouble->why : "no answer");
        told = trouble;
    }
}

/* --- APPLY and DIFF --- */

struct documents {
    struct cli *cli;
    struct kube *kube;
    bool differs, failed;
    struct err *worst;
};

static int apply_one(struct documents *documents, const struct kube_apply *apply, struct err *err)
{
    struct cli *cli = documents->cli;
    CLEANUP(node_free) node_t *object = NULL;
    if (cli->dry_run == DRY_RUN_CLIENT)
        return api_print_node(cli, apply->object, err);
    if (kube_apply(documents->kube, apply, &object, err) != 0)
        return -1;
    drop_managed_fields(object);
    if (!wants_columns(cli))
        return api_print_node(cli, object, err);
    AUTOFREE char *name = name_of(apply->kind, node_str(object, "/metadata/name", "-"));
    fprintf(cli->out, "%s applied%s\n", name, cli->dry_run == DRY_RUN_SERVER ? " (by the server's dry run)" : "");
    return 0;
}

static int diff_one(struct documents *documents, const struct kube_apply *apply, struct err *err)
{
    CLEANUP(str_release) struct str lines = STR_INIT;
    bool differs = false;
    if (kube_diff(documents->kube, apply, &lines, &differs, err) != 0)
        return -1;
    documents->differs |= differs;
    AUTOFREE char *name = name_of(apply->kind, node_str(apply->object, "/metadata/name", "-"));
    if (differs)
        fprintf(documents->cli->out, "%s\n%s", name, lines.buf);
    return 0;
}

static int one_document(struct documents *documents, const struct doc *doc, struct err *err)
{
    struct cli *cli = documents->cli;
    const struct api_kube_options *options = cli->opts;
    CLEANUP(kube_found_release) struct kube_found found = {0};
    if (kube_find_object_kind(documents->kube, doc->root, &found, err) != 0)
        return err_wrap(err, "%s:%d: this document cannot be used", doc->source, doc_place(doc, doc->root).line);
    const struct kube_source source = {.doc = doc, .object = doc->root};
    const struct kube_apply apply = {
        .kind = &found.kind,
        .ns = documents->kube->ns,
        .object = doc->root,
        .source = &source,
        .force = options->force,
        .dry_run = cli->dry_run == DRY_RUN_SERVER,
    };
    return strcmp(cli->args.v[0], "DIFF") == 0 ? diff_one(documents, &apply, err) : apply_one(documents, &apply, err);
}

/* Each is tried; the worst failure is left for the end, the others are told at once. */
static int on_document(struct doc *doc, void *arg, struct err *err)
{
    (void)err;
    struct documents *documents = arg;
    CLEANUP(err_release) struct err one = ERR_INIT;
    if (one_document(documents, doc, &one) == 0)
        return 0;
    bool worse = one.code > documents->worst->code;
    if (documents->failed)
        cli_print_error(documents->cli, worse ? documents->worst : &one);
    if (worse)
        err_move(documents->worst, &one);
    documents->failed = true;
    return documents->worst->code == ERR_INTERRUPTED ? -1 : 0;
}

static int each_document(struct cli *cli, struct kube *kube, struct err *err)
{
    const struct api_kube_options *options = cli->opts;
    CLEANUP(str_release) struct str text = STR_INIT_MAX(FILE_MAX_BYTES);
    CLEANUP(err_release) struct err worst = ERR_INIT;
    struct documents documents = {.cli = cli, .kube = kube, .worst = &worst};
    bool is_diff = strcmp(cli->args.v[0], "DIFF") == 0;
    if (!options->file)
        return err_set(err, ERR_USAGE, "%s needs -f FILE", cli->args.v[0]);
    if (!is_diff && cli_confirm(cli, "apply", err) != 0)
        return -1;
    const char *source = strcmp(options->file, "-") == 0 ? "standard input" : options->file;
    if (file_read(options->file, &text, err) != 0 || doc_parse_all(text.buf, text.len, source, on_document, &documents, err) != 0)
        return documents.failed ? err_move(err, &worst) : -1;
    if (documents.failed)
        return err_move(err, &worst);
    if (!is_diff || !documents.differs)
        return 0;
    err->code = ERR_DIFFERS; /* what was printed says it */
    return -1;
}

int api_objects(struct cli *cli, struct err *err)
{
    const char *method = cli->args.v[0];
    CLEANUP(kube_release) struct kube kube = {0};
    CLEANUP(target_release) struct target target = {0};
    const struct api_kube_options *options = cli->opts;
    struct kube_actor actor = {.user = options->as, .groups = &options->as_groups};
    if (cli_kube_as(cli, &actor, &kube, err) != 0)
        return -1;
    if (strcmp(method, "APPLY") == 0 || strcmp(method, "DIFF") == 0)
        return each_document(cli, &kube, err);
    if (find_target(cli, &kube, &target, err) != 0)
        return -1;
    if (strcmp(method, "WATCH") == 0)
        return follow(cli, &target, err);
    return strcmp(method, "DELETE") == 0 ? delete_one(cli, &target, err) : get(cli, &target, err);
}
