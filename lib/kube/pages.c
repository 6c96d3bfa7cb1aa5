/* Lists in chunks (facts: the Kubernetes API concepts, "Retrieving large results sets in chunks"). */
#include <stdlib.h>
#include <string.h>

#include "doc/items.h"
#include "kube/kube.h"
#include "net/url.h"

#define PAGE_ITEMS "500"
enum { PAGES_MAX = 10000, RESTARTS_MAX = 2 };

struct reader {
    struct kube *kube;
    const struct kube_each *each;
    struct json_items items;
    struct err err; /* what was wrong with the data */
    bool forgotten;
};

static int take_item(node_t *item, void *arg, struct err *err)
{
    (void)err;
    const struct kube_each *each = ((struct reader *)arg)->each;
    each->take(item, each->arg);
    return 0;
}

static bool on_data(const char *data, size_t len, void *arg)
{
    struct reader *reader = arg;
    return json_items_feed(&reader->items, data, len, &reader->err) == 0;
}

static int exchange(struct reader *reader, const char *next, struct err *err)
{
    const struct kube_each *each = reader->each;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    CLEANUP(str_release) struct str path = STR_INIT;
    str_add(&path, each->path);
    url_query(&path, "limit", PAGE_ITEMS);
    url_query(&path, "continue", next);
    struct kube_request request = {.path = path.buf, .accept = each->accept, .on_data = on_data, .arg = reader, .ends = true};
    if (kube_send(reader->kube, &request, &res, err) != 0)
        return err->code == ERR_INTERRUPTED ? -1 : err_wrap(err, "%s", each->failing);
    reader->forgotten = res.status == 410;
    return kube_check(reader->kube, &request, &res, each->failing, err);
}

static node_t *whole_page(struct reader *reader)
{
    node_t *page = reader->err.what ? NULL : json_items_end(&reader->items, &reader->err);
    enum node_type type = page ? node_type(node_get(page, reader->items.member)) : NODE_ARRAY;
    if (type == NODE_ARRAY || type == NODE_NULL)
        return page;
    node_free(page);
    err_set(&reader->err, ERR_FAILED, "the answer has no %s", reader->items.member);
    return NULL;
}

/* One page; NULL with err set. */
static node_t *read_page(struct reader *reader, const char *next, struct err *err)
{
    const struct kube_each *each = reader->each;
    json_items_release(&reader->items);
    reader->items = JSON_ITEMS_INIT(.member = each->member ? each->member : "items", .source = "the answer", .on_item = take_item,
                                    .arg = reader);
    if (exchange(reader, next, err) != 0)
        return NULL;
    node_t *page = whole_page(reader);
    if (page)
        return page;
    err_move(err, &reader->err);
    err_wrap(err, "%s", each->failing);
    return NULL;
}

static int read_all(struct reader *reader, struct err *err)
{
    AUTOFREE char *next = NULL;
    for (int n = 0; n < PAGES_MAX; n++) {
        CLEANUP(node_free) node_t *page = read_page(reader, next, err);
        if (!page)
            return -1;
        free(next);
        next = xstrdup_or_null(node_str(page, "/metadata/continue", NULL));
        if (next && *next)
            continue;
        if (reader->each->rest)
            *reader->each->rest = TAKE(page);
        return 0;
    }
    err_set(err, ERR_FAILED, "%s", reader->each->failing);
    return err_why(err, "the server's pages do not end");
}

static bool may_restart(const struct reader *reader, const struct err *err)
{
    bool broken_off = reader->forgotten || (err->code == ERR_UNREACHABLE && reader->items.rest.len);
    return broken_off && reader->each->restart;
}

int kube_each(struct kube *kube, const struct kube_each *each, struct err *err)
{
    struct reader reader = {.kube = kube, .each = each, .items = JSON_ITEMS_INIT(.member = "")};
    int rc = read_all(&reader, err);
    for (int n = 0; rc != 0 && n < RESTARTS_MAX && may_restart(&reader, err); n++) {
        err_clear(err);
        reader.forgotten = false;
        each->restart(each->arg);
        rc = read_all(&reader, err);
    }
    json_items_release(&reader.items);
    err_release(&reader.err);
    return rc;
}

static void push_item(node_t *item, void *items) { node_push(*(node_t **)items, item); }

static void drop_items(void *arg)
{
    node_t **items = arg;
    node_free(*items);
    *items = node_new_array();
}

node_t *kube_list(struct kube *kube, const char *path, const char *failing, struct err *err)
{
    CLEANUP(node_free) node_t *items = node_new_array();
    struct kube_each each = {.path = path, .failing = failing, .take = push_item, .restart = drop_items, .arg = &items};
    return kube_each(kube, &each, err) == 0 ? TAKE(items) : NULL;
}
