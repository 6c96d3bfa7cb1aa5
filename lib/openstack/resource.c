#include "openstack/resource.h"

#include <stdlib.h>
#include <string.h>

#include "net/url.h"

enum { PAGES_MAX = 10000 };

static const char *id_member(const struct resource *kind) { return kind->id ? kind->id : "id"; }
static const char *name_member(const struct resource *kind) { return kind->name ? kind->name : "name"; }
static const char *list_path(const struct resource *kind) { return kind->list_path ? kind->list_path : kind->path; }

static const char *text_of(const node_t *item, const char *member)
{
    const char *text = node_text(node_get(item, member));
    return text ? text : "";
}

static struct openstack_call call_of(const struct resource *kind, const char *path, const char *failing)
{
    return (struct openstack_call){.service = kind->service,
                                   .path = path,
                                   .microversion = kind->microversion,
                                   .needs = kind->needs,
                                   .failing = failing,
                                   .passes = kind->passes};
}

/* ---- lists ---- */

static const char *next_link(const node_t *page, const struct resource *kind)
{
    AUTOFREE char *member = xasprintf("%s_links", kind->list);
    const node_t *link = node_find(node_get(page, member), "/rel", "next");
    return link ? node_str(link, "/href", NULL) : node_str(page, "/next", node_str(page, "/links/next", NULL));
}

char *resource_next(const node_t *page, const struct resource *kind, const char *path)
{
    const char *next = next_link(page, kind);
    const char *query = next ? strchr(next, '?') : NULL;
    return query && query[1] && !strpbrk(query, " #\r\n\t") ? xasprintf("%s%s", path, query) : NULL;
}

static int add_page(node_t *items, node_t *page, const struct resource *kind, struct err *err)
{
    node_t *list = node_get(page, kind->list);
    if (node_type(list) != NODE_ARRAY) {
        err_set(err, ERR_FAILED, "cannot list %ss", kind->word);
        return err_why(err, "the answer has no \"%s\"", kind->list);
    }
    for (node_t *item; (item = node_first(list));) {
        item = node_detach(list, item);
        if (node_type(item) != NODE_OBJECT) {
            node_free(item);
            continue;
        }
        node_delete(item, "links");
        node_push(items, item);
    }
    return 0;
}

node_t *resource_list(struct openstack *os, const struct resource *kind, const char *query, struct err *err)
{
    AUTOFREE char *failing = xasprintf("cannot list %ss", kind->word);
    AUTOFREE char *path = xasprintf("%s%s%s", list_path(kind), query ? "?" : "", query ? query : "");
    CLEANUP(node_free) node_t *items = node_new_array();
    for (int pages = 0; path; pages++) {
        struct openstack_call call = call_of(kind, path, failing);
        CLEANUP(node_free) node_t *page = openstack_get(os, &call, err);
        size_t before = node_len(items);
        if (!page || add_page(items, page, kind, err) != 0)
            return NULL;
        AUTOFREE char *next = resource_next(page, kind, list_path(kind));
        bool goes_round = next && (strcmp(next, path) == 0 || node_len(items) == before || pages >= PAGES_MAX);
        if (goes_round) {
            err_set(err, ERR_FAILED, "%s", failing);
            err_why(err, "the server's pages do not end");
            return NULL;
        }
        free(path);
        path = TAKE(next);
    }
    return TAKE(items);
}

/* ---- one ---- */

/* The ids of those with that name, "a, b"; *found is how many, *one the last of them. */
static void find_name(const node_t *items, const struct resource *kind, const char *name, struct str *ids, const node_t **one,
                      size_t *found)
{
    for (const node_t *item = node_first(items); item; item = node_next(item)) {
        if (strcmp(text_of(item, name_member(kind)), name) != 0 && strcmp(text_of(item, id_member(kind)), name) != 0)
            continue;
        str_addf(ids, "%s%s", (*found)++ ? ", " : "", text_of(item, id_member(kind)));
        *one = item;
    }
}

/* A kind without a command of its own is listed by the service itself. */
static void hint_list(const struct resource *kind, struct err *err)
{
    if (kind->noun)
        err_hint(err, "aiwf %s list", kind->noun);
    else
        err_hint(err, "aiwf api openstack GET '%s:%s'", kind->service, kind->path);
}

static void hint_id(const struct resource *kind, struct err *err)
{
    if (kind->noun)
        err_hint(err, "give its id instead: aiwf %s show ID", kind->noun);
    else
        err_hint(err, "give its id instead");
}

static void say_missing(const struct resource *kind, const char *name, struct err *err)
{
    err_set(err, ERR_NOT_FOUND, "cannot show %s %s", kind->word, name);
    err_why(err, "there is none of that name or id");
    hint_list(kind, err);
}

static void say_ambiguous(const struct resource *kind, const char *ids, struct err *err)
{
    if (*ids)
        err_why(err, "the name fits several: %s", ids);
    hint_id(kind, err);
}

/* Which ones share a name: the service only says that there are several. */
static void name_them(struct openstack *os, const struct resource *kind, const char *name, struct err *err)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *items = resource_list(os, kind, NULL, &none);
    CLEANUP(str_release) struct str ids = STR_INIT;
    const node_t *one = NULL;
    size_t found = 0;
    find_name(items, kind, name, &ids, &one, &found);
    say_ambiguous(kind, ids.buf, err);
}

static node_t *without_cover(const struct resource *kind, node_t *answer)
{
    node_t *inner = kind->one ? node_get(answer, kind->one) : NULL;
    if (!inner)
        return answer;
    inner = node_detach(answer, inner);
    node_free(answer);
    return inner;
}

static node_t *get_one(struct openstack *os, const struct resource *kind, const char *id, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    AUTOFREE char *failing = xasprintf("cannot show %s %s", kind->word, id);
    struct openstack_call call = call_of(kind, NULL, failing);
    call.path = url_path(&path, kind->path, "/{}", id, NULL);
    node_t *item = openstack_get(os, &call, err);
    if (!item)
        return NULL;
    item = without_cover(kind, item);
    node_delete(item, "links");
    return item;
}

/* A filter has a language of its own (Nova: regular expressions; Glance: "in:a,b"): a name of other characters is looked for
 * in the whole list. */
static bool is_plain(const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return *name && !name[strspn(name, plain)];
}

node_t *resource_find(struct openstack *os, const struct resource *kind, const char *name, const char *query, struct err *err)
{
    CLEANUP(str_release) struct str all = STR_INIT;
    str_addf(&all, "%s%s", query ? "?" : "", query ? query : "");
    url_query(&all, kind->filter ? kind->filter : "", kind->filter && is_plain(name) ? name : NULL);
    CLEANUP(node_free) node_t *items = resource_list(os, kind, all.len ? all.buf + 1 : NULL, err);
    if (!items)
        return NULL;
    CLEANUP(str_release) struct str ids = STR_INIT;
    const node_t *one = NULL;
    size_t found = 0;
    find_name(items, kind, name, &ids, &one, &found);
    if (found == 1)
        return node_copy(one);
    if (!found) {
        say_missing(kind, name, err);
        return NULL;
    }
    err_set(err, ERR_CONFLICT, "cannot show %s %s", kind->word, name);
    say_ambiguous(kind, ids.buf, err);
    return NULL;
}

bool resource_is_uuid(const char *text) { return strlen(text) == 36 && !text[strspn(text, "0123456789abcdefABCDEF-")]; }

/* Keystone's have no dashes. */
static bool is_id(const char *text)
{
    return resource_is_uuid(text) || (strlen(text) == 32 && !text[strspn(text, "0123456789abcdefABCDEF")]);
}

node_t *resource_show(struct openstack *os, const struct resource *kind, const char *name, struct err *err)
{
    if (!kind->by_name && !is_id(name))
        return resource_find(os, kind, name, NULL, err);
    node_t *item = get_one(os, kind, name, err);
    if (item)
        return item;
    if (err->code == ERR_CONFLICT)
        name_them(os, kind, name, err);
    else if (err->code == ERR_NOT_FOUND)
        hint_list(kind, err);
    return NULL;
}

char *resource_id(struct openstack *os, const struct resource *kind, const char *name, struct err *err)
{
    if (is_id(name))
        return xstrdup(name);
    CLEANUP(node_free) node_t *item = resource_show(os, kind, name, err);
    return item ? xstrdup(text_of(item, id_member(kind))) : NULL;
}

/* ---- changes ---- */

node_t *resource_create(struct openstack *os, const struct resource *kind, const node_t *body, struct err *err)
{
    AUTOFREE char *failing = xasprintf("cannot create %s %s", kind->word, text_of(body, "name"));
    CLEANUP(node_free) node_t *covered = NULL;
    if (kind->one) {
        covered = node_new_object();
        node_set(covered, kind->one, node_copy(body));
    }
    struct openstack_call call = call_of(kind, kind->path, failing);
    call.method = "POST";
    call.body = covered ? covered : body;
    node_t *answer = openstack_get(os, &call, err);
    if (!answer)
        return NULL;
    answer = without_cover(kind, answer);
    node_delete(answer, "links");
    return answer;
}

int resource_change(struct openstack *os, const struct resource *kind, const struct resource_change *change, node_t **ret,
                    struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    url_path(&path, kind->path, "/{}", change->id, NULL);
    if (change->action)
        str_addf(&path, "/%s", change->action);
    struct openstack_call call = call_of(kind, path.buf, change->failing);
    call.method = change->method;
    call.body = change->body;
    call.microversion = change->microversion ? change->microversion : kind->microversion;
    call.needs = change->needs ? change->needs : kind->needs;
    return openstack_send(os, &call, ret, err);
}

int resource_delete(struct openstack *os, const struct resource *kind, const char *id, const char *query, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    AUTOFREE char *failing = xasprintf("cannot delete %s %s", kind->word, id);
    url_path(&path, kind->path, "/{}", id, NULL);
    if (query)
        str_addf(&path, "?%s", query);
    struct openstack_call call = call_of(kind, path.buf, failing);
    call.method = "DELETE";
    return openstack_send(os, &call, NULL, err);
}
