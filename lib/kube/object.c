#include "kube/object.h"

#include <stdlib.h>
#include <string.h>

#include "net/url.h"

void kube_path(struct str *s, const struct kube_kind *kind, const char *ns, const char *name, const char *sub)
{
    if (*kind->group)
        url_path(s, "", "/apis/{}/{}", kind->group, kind->version, NULL);
    else
        url_path(s, "", "/api/{}", kind->version, NULL);
    if (ns && !kind->cluster_wide)
        url_path(s, "", "/namespaces/{}", ns, NULL);
    url_path(s, "", "/{}", kind->plural, NULL);
    if (name)
        url_path(s, "", "/{}", name, NULL);
    if (sub)
        url_path(s, "", "/{}", sub, NULL);
}

node_t *kube_object(const struct kube_kind *kind, const char *ns, const char *name)
{
    node_t *object = node_new_object();
    AUTOFREE char *version = *kind->group ? xasprintf("%s/%s", kind->group, kind->version) : xstrdup(kind->version);
    node_set_str(object, "apiVersion", version);
    node_set_str(object, "kind", kind->kind);
    node_t *metadata = node_set(object, "metadata", node_new_object());
    node_set_str(metadata, "name", name);
    if (ns && !kind->cluster_wide)
        node_set_str(metadata, "namespace", ns);
    return object;
}

node_t *kube_mark(node_t *object)
{
    node_t *labels = node_object(node_object(object, "metadata"), "labels");
    node_set_str(labels, KUBE_MANAGED, "aiwf");
    return labels;
}

/* An API server answers "404 page not found" as text for a path that no group of its has. */
static bool is_unknown_path(const struct http_response *res)
{
    return res->status == 404 && !strstr(res->body.buf, "\"Status\"");
}

static int not_installed(const struct kube_call *call, struct err *err)
{
    const struct kube_kind *kind = call->kind;
    err_set(err, ERR_FAILED, "%s", call->failing);
    if (!kind->system)
        return err_why(err, "this server does not know %s.%s %s", kind->plural, kind->group, kind->version);
    err_why(err, "%s is not installed in this cluster (it does not know %s.%s %s)", kind->system, kind->plural, kind->group,
            kind->version);
    return err_hint(err, "%s", kind->remedy);
}

int kube_answer(struct kube *kube, const struct http_response *res, const struct kube_call *call, node_t **ret, struct err *err)
{
    if (is_unknown_path(res))
        return not_installed(call, err);
    CLEANUP(str_release) struct str path = STR_INIT;
    kube_path(&path, call->kind, call->ns, call->name, call->sub);
    struct kube_request request = {.method = call->method, .path = call->path ? call->path : path.buf};
    if (kube_check(kube, &request, res, call->failing, err) != 0) {
        kube_explain(res, call->source, err);
        return -1;
    }
    if (!ret)
        return 0;
    *ret = json_parse(res->body.buf, res->body.len, "the answer", err);
    return *ret ? 0 : err_wrap(err, "%s", call->failing);
}

static int exchange(struct kube *kube, const struct kube_call *call, struct http_response *res, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    CLEANUP(str_release) struct str body = STR_INIT;
    kube_path(&path, call->kind, call->ns, call->name, call->sub);
    if (call->query && *call->query)
        str_addf(&path, "?%s", call->query);
    if (call->body)
        json_print(call->body, &body);
    struct kube_request request = {
        .method = call->method,
        .path = path.buf,
        .body = call->body ? body.buf : NULL,
        .body_len = body.len,
        .content_type = call->content_type,
        .idempotent = call->idempotent,
    };
    return kube_send(kube, &request, res, err) == 0 ? 0 : err_wrap(err, "%s", call->failing);
}

int kube_do(struct kube *kube, const struct kube_call *call, node_t **ret, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    if (ret)
        *ret = NULL;
    return exchange(kube, call, &res, err) == 0 ? kube_answer(kube, &res, call, ret, err) : -1;
}

static int not_there(const struct kube_kind *kind, const char *ns, const char *name, struct err *err)
{
    if (ns && !kind->cluster_wide)
        return err_set(err, ERR_NOT_FOUND, "there is no %s \"%s\" in namespace %s", kind->word, name, ns);
    return err_set(err, ERR_NOT_FOUND, "there is no %s \"%s\"", kind->word, name);
}

node_t *kube_show(struct kube *kube, const struct kube_kind *kind, const char *ns, const char *name, struct err *err)
{
    AUTOFREE char *failing = xasprintf("cannot show %s \"%s\"", kind->word, name);
    struct kube_call call = {.kind = kind, .ns = ns, .name = name, .failing = failing};
    node_t *object = NULL;
    if (kube_do(kube, &call, &object, err) != 0 && err->code == ERR_NOT_FOUND)
        not_there(kind, ns, name, err);
    return object;
}

static struct kube_each begin(struct kube_listing *list, struct strv *texts)
{
    struct kube_each each = {0};
    struct str path = STR_INIT;
    kube_path(&path, list->kind, list->ns, NULL, NULL);
    url_query(&path, "labelSelector", list->selector);
    kube_each_keep(&each, &list->items);
    strv_take(texts, str_detach(&path));
    each.path = texts->v[texts->n - 1];
    strv_addf(texts, "cannot list %s", list->kind->plural);
    each.failing = texts->v[texts->n - 1];
    return each;
}

void kube_list_kinds(struct kube *kube, struct kube_listing *lists, size_t n)
{
    AUTOFREE struct kube_each *each = xcalloc(n, sizeof(*each));
    AUTOFREE struct err *errs = xcalloc(n, sizeof(*errs));
    CLEANUP(strv_release) struct strv texts = STRV_INIT;
    for (size_t i = 0; i < n; i++)
        each[i] = begin(&lists[i], &texts);
    kube_each_all(kube, each, errs, n);
    for (size_t i = 0; i < n; i++) {
        lists[i].err = errs[i];
        if (errs[i].code != ERR_OK)
            node_free(TAKE(lists[i].items));
    }
}

int kube_list_installed(struct kube *kube, struct kube_listing *lists, size_t n, struct err *err)
{
    int rc = 0;
    kube_list_kinds(kube, lists, n);
    for (size_t i = 0; i < n && rc == 0; i++)
        if (lists[i].err.code != ERR_OK && lists[i].err.code != ERR_NOT_FOUND)
            rc = err_move(err, &lists[i].err);
    for (size_t i = 0; i < n && rc != 0; i++)
        kube_listing_release(&lists[i]);
    return rc;
}

void kube_listing_release(struct kube_listing *list)
{
    node_free(list->items);
    err_release(&list->err);
}

static node_t *list_of(struct kube *kube, const struct kube_kind *kind, const char *ns, const char *selector, struct err *err)
{
    struct kube_listing list = {.kind = kind, .ns = ns, .selector = selector};
    kube_list_kinds(kube, &list, 1);
    if (!list.items)
        err_move(err, &list.err);
    return list.items;
}

/* A list that a server knows is empty at worst. */
int kube_list_failed(const struct kube_kind *kind, struct err *err)
{
    AUTOFREE char *failing = xasprintf("cannot list %s", kind->plural);
    return err->code == ERR_NOT_FOUND ? not_installed(&(struct kube_call){.kind = kind, .failing = failing}, err) : -1;
}

node_t *kube_list_of(struct kube *kube, const struct kube_kind *kind, const char *ns, const char *selector, struct err *err)
{
    node_t *items = list_of(kube, kind, ns, selector, err);
    if (!items)
        kube_list_failed(kind, err);
    return items;
}

static int none_is_fine(node_t *found, node_t **ret, struct err *err)
{
    *ret = found;
    if (!found && err->code != ERR_NOT_FOUND)
        return -1;
    if (!found)
        err_clear(err);
    return 0;
}

int kube_find(struct kube *kube, const struct kube_kind *kind, const char *ns, const char *name, node_t **ret, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    AUTOFREE char *failing = xasprintf("cannot show %s \"%s\"", kind->word, name);
    kube_path(&path, kind, ns, name, NULL);
    return none_is_fine(kube_get(kube, path.buf, failing, err), ret, err);
}

int kube_list_if(struct kube *kube, const struct kube_kind *kind, const char *ns, const char *selector, node_t **ret,
                 struct err *err)
{
    return none_is_fine(list_of(kube, kind, ns, selector, err), ret, err);
}

int kube_has(struct kube *kube, const struct kube_kind *kind, bool *ret, struct err *err)
{
    AUTOFREE char *path =
        *kind->group ? xasprintf("/apis/%s/%s", kind->group, kind->version) : xasprintf("/api/%s", kind->version);
    AUTOFREE char *failing = xasprintf("cannot ask for the kinds of %s", kind->group);
    CLEANUP(node_free) node_t *group = NULL;
    if (none_is_fine(kube_get(kube, path, failing, err), &group, err) != 0)
        return -1;
    *ret = false;
    for (const node_t *resource = node_first(node_get(group, "resources")); resource; resource = node_next(resource))
        *ret = *ret || strcmp(node_str(resource, "/name", ""), kind->plural) == 0;
    return 0;
}

static const char submission[] = "/metadata/annotations/aiwf~1submission";

/* Whether what is there was made by an earlier try of the same call, whose answer was lost. */
static bool is_ours(struct kube *kube, const struct kube_call *call, node_t **ret)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    const char *mine = node_str(call->body, submission, NULL);
    CLEANUP(node_free) node_t *found = kube_show(kube, call->kind, call->ns, node_str(call->body, "/metadata/name", ""), &none);
    if (!mine || !str_eq(node_str(found, submission, NULL), mine))
        return false;
    if (ret)
        *ret = TAKE(found);
    return true;
}

int kube_create(struct kube *kube, const struct kube_kind *kind, const node_t *body, const struct kube_write *how, node_t **ret,
                struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    AUTOFREE char *failing = xasprintf("cannot create %s \"%s\"", kind->word, node_str(body, "/metadata/name", "?"));
    struct kube_call call = {
        .method = "POST",
        .kind = kind,
        .ns = node_str(body, "/metadata/namespace", NULL),
        .query = how && how->dry_run ? "fieldManager=aiwf&fieldValidation=Strict&dryRun=All"
                                     : "fieldManager=aiwf&fieldValidation=Strict",
        .body = body,
        .failing = failing,
        .idempotent = true,
        .source = how ? how->source : NULL,
    };
    if (ret)
        *ret = NULL;
    if (exchange(kube, &call, &res, err) != 0)
        return -1;
    if (res.status == 409 && res.attempts > 1 && is_ours(kube, &call, ret))
        return 0;
    return kube_answer(kube, &res, &call, ret, err);
}

int kube_patch(struct kube *kube, const struct kube_kind *kind, const char *ns, const char *name, const node_t *patch,
               struct err *err)
{
    AUTOFREE char *failing = xasprintf("cannot change %s \"%s\"", kind->word, name);
    struct kube_call call = {
        .method = "PATCH",
        .kind = kind,
        .ns = ns,
        .name = name,
        .query = "fieldManager=aiwf&fieldValidation=Strict",
        .body = patch,
        .content_type = "application/merge-patch+json",
        .failing = failing,
        .idempotent = true,
    };
    if (kube_do(kube, &call, NULL, err) == 0)
        return 0;
    return err->code == ERR_NOT_FOUND ? not_there(kind, ns, name, err) : -1;
}

int kube_delete(struct kube *kube, const struct kube_kind *kind, const char *ns, const char *name, struct err *err)
{
    AUTOFREE char *failing = xasprintf("cannot delete %s \"%s\"", kind->word, name);
    CLEANUP(node_free) node_t *options = node_new_object();
    node_set_str(options, "apiVersion", "v1");
    node_set_str(options, "kind", "DeleteOptions");
    node_set_str(options, "propagationPolicy", "Background");
    struct kube_call call = {.method = "DELETE", .kind = kind, .ns = ns, .name = name, .body = options, .failing = failing};
    if (kube_do(kube, &call, NULL, err) == 0)
        return 0;
    return err->code == ERR_NOT_FOUND ? not_there(kind, ns, name, err) : -1;
}

const node_t *kube_condition(const node_t *object, const char *type)
{
    return node_find(node_at(object, "/status/conditions"), "/type", type);
}

node_t *kube_conditions(const node_t *object)
{
    static const char *const members[] = {"type", "status", "reason", "message"};
    node_t *list = node_new_array();
    for (const node_t *c = node_first(node_at(object, "/status/conditions")); c; c = node_next(c)) {
        node_t *item = node_push(list, node_new_object());
        for (size_t i = 0; i < ARRAY_LEN(members); i++)
            node_set_str(item, members[i], node_text(node_get(c, members[i])));
    }
    return list;
}

bool kube_condition_is(const node_t *object, const char *type, const char *status)
{
    return strcmp(node_str(kube_condition(object, type), "/status", ""), status) == 0;
}

const char *kube_last_output(const node_t *ended)
{
    const char *reason = node_str(ended, "/reason", "Error");
    bool is_own = strcmp(reason, "Error") == 0 || strcmp(reason, "Completed") == 0 || strcmp(reason, "OOMKilled") == 0;
    return is_own ? node_str(ended, "/message", NULL) : NULL;
}
