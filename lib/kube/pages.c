/* Lists in chunks (facts: the Kubernetes API concepts, "Retrieving large results sets in chunks"). */
#include <stdlib.h>
#include <string.h>

#include "doc/items.h"
#include "kube/kube.h"
#include "net/url.h"

#define PAGE_ITEMS "500"
enum { PAGES_MAX = 10000, RESTARTS_MAX = 2 };

struct reader {
    const struct kube_each *each;
    struct json_items items;
    char *path; /* of the page that is asked for; NULL: no more are */
    int pages, restarts;
    struct err *err;
    struct err wrong; /* with the data */
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
    return json_items_feed(&reader->items, data, len, &reader->wrong) == 0;
}

static void want(struct reader *reader, const char *next)
{
    const struct kube_each *each = reader->each;
    CLEANUP(str_release) struct str path = STR_INIT;
    str_add(&path, each->path);
    url_query(&path, "limit", PAGE_ITEMS);
    url_query(&path, "continue", next);
    free(reader->path);
    reader->path = str_detach(&path);
    json_items_release(&reader->items);
    reader->items = JSON_ITEMS_INIT(.member = each->member ? each->member : "items", .without = "managedFields",
                                    .source = "the answer", .on_item = take_item, .arg = reader);
}

static void end(struct reader *reader)
{
    free(reader->path);
    reader->path = NULL;
}

static node_t *whole_page(struct reader *reader)
{
    node_t *page = reader->wrong.what ? NULL : json_items_end(&reader->items, &reader->wrong);
    enum node_type type = page ? node_type(node_get(page, reader->items.member)) : NODE_ARRAY;
    if (type == NODE_ARRAY || type == NODE_NULL)
        return page;
    node_free(page);
    err_set(&reader->wrong, ERR_FAILED, "the answer has no %s", reader->items.member);
    return NULL;
}

static int take_page(struct reader *reader)
{
    const struct kube_each *each = reader->each;
    CLEANUP(node_free) node_t *page = whole_page(reader);
    if (!page) {
        err_move(reader->err, &reader->wrong);
        return err_wrap(reader->err, "%s", each->failing);
    }
    const char *next = node_str(page, "/metadata/continue", "");
    if (!*next) {
        if (each->rest)
            *each->rest = TAKE(page);
        end(reader);
        return 0;
    }
    if (++reader->pages < PAGES_MAX) {
        want(reader, next);
        return 0;
    }
    err_set(reader->err, ERR_FAILED, "%s", each->failing);
    return err_why(reader->err, "the server's pages do not end");
}

/* The answer to a request, or with err set none. */
static int read_answer(struct kube *kube, struct reader *reader, const struct kube_request *request,
                       const struct http_response *res)
{
    const char *failing = reader->each->failing;
    if (reader->err->code == ERR_INTERRUPTED)
        return -1;
    if (reader->err->code != ERR_OK)
        return err_wrap(reader->err, "%s", failing);
    return kube_check(kube, request, res, failing, reader->err) == 0 ? take_page(reader) : -1;
}

static void fail(struct reader *reader, bool is_forgotten)
{
    bool is_cut = reader->err->code == ERR_UNREACHABLE && reader->items.rest.len;
    if ((!is_forgotten && !is_cut) || !reader->each->restart || reader->restarts++ == RESTARTS_MAX) {
        if (is_forgotten) /* what is there is lost: not the same as nothing */
            reader->err->code = ERR_FAILED;
        end(reader);
        return;
    }
    err_clear(reader->err);
    reader->pages = 0;
    reader->each->restart(reader->each->arg);
    want(reader, NULL);
}

/* A page of each that has more; false: none has. */
static bool read_pages(struct kube *kube, struct reader *readers, size_t n)
{
    AUTOFREE struct kube_request *requests = xcalloc(n, sizeof(*requests));
    AUTOFREE struct http_response *results = xcalloc(n, sizeof(*results));
    AUTOFREE struct err *errs = xcalloc(n, sizeof(*errs));
    size_t open = 0;
    for (size_t i = 0; i < n; i++)
        if (readers[i].path)
            requests[open++] = (struct kube_request){
                .path = readers[i].path, .accept = readers[i].each->accept, .on_data = on_data, .arg = &readers[i], .ends = true};
    kube_send_all(kube, requests, results, errs, open);
    for (size_t k = 0; k < open; k++) {
        struct reader *reader = requests[k].arg;
        err_move(reader->err, &errs[k]);
        if (read_answer(kube, reader, &requests[k], &results[k]) != 0)
            fail(reader, results[k].status == 410);
        http_response_release(&results[k]);
    }
    return open;
}

void kube_each_all(struct kube *kube, const struct kube_each *each, struct err *errs, size_t n)
{
    AUTOFREE struct reader *readers = xcalloc(n, sizeof(*readers));
    for (size_t i = 0; i < n; i++) {
        readers[i] = (struct reader){.each = &each[i], .err = &errs[i]};
        want(&readers[i], NULL);
    }
    bool more;
    do
        more = read_pages(kube, readers, n);
    while (more);
    for (size_t i = 0; i < n; i++) {
        json_items_release(&readers[i].items);
        err_release(&readers[i].wrong);
    }
}

int kube_each(struct kube *kube, const struct kube_each *each, struct err *err)
{
    kube_each_all(kube, each, err, 1);
    return err->code == ERR_OK ? 0 : -1;
}

static void push_item(node_t *item, void *items) { node_push(*(node_t **)items, item); }

static void drop_items(void *arg)
{
    node_t **items = arg;
    node_free(*items);
    *items = node_new_array();
}

void kube_each_keep(struct kube_each *each, node_t **items)
{
    *items = node_new_array();
    each->take = push_item;
    each->restart = drop_items;
    each->arg = items;
}

node_t *kube_list(struct kube *kube, const char *path, const char *failing, struct err *err)
{
    CLEANUP(node_free) node_t *items = NULL;
    struct kube_each each = {.path = path, .failing = failing};
    kube_each_keep(&each, &items);
    return kube_each(kube, &each, err) == 0 ? TAKE(items) : NULL;
}
