#include "kube/watch.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "doc/items.h"
#include "kube/known.h"
#include "net/stream.h"
#include "net/url.h"

enum {
    PAGE_MS = 60000,
    WATCH_S = 290,     /* the server ends a watch after so long ... */
    WATCH_MS = 320000, /* ... and where it does not, we do */
    SHORT_MS = 1000,   /* one that ends sooner has failed, whatever it says */
    FIRST_TRIES = 4,   /* of one that was never heard of */
    MOMENT_MS = 10,
    IN_A_ROW_MS = 100,
    LINE_MAX_BYTES = 16 << 20
};
#define PAGE_ITEMS "500"

enum state { LISTING, WATCHING, OVER };

struct kube_watch {
    struct kube *kube;
    struct kube_watch_spec spec;
    char *list_path; /* with the selectors */
    char *failing;
    enum state state;
    bool synced;
    struct http_stream *stream;
    int64_t began_ms;
    int failures; /* in a row */
    struct kube_known known;
    char *version;          /* of the list, or of the last event: where to go on */
    char *next;             /* page of the list; NULL: the first */
    struct json_items page; /* while listing */
    struct str line;        /* while watching */
    bool is_forgotten;      /* the server said so in an event */
    struct err trouble;     /* the last failure; when OVER, why */
    struct err inner;       /* what was wrong with the data */
};

static void begin(struct kube_watch *watch, int64_t delay_ms);

static void set_text(char **to, const char *text)
{
    char *copy = xstrdup_or_null(text);
    free(*to);
    *to = copy;
}

static void end(struct kube_watch *watch, struct err *err)
{
    err_move(&watch->trouble, err);
    watch->state = OVER;
}

static void all_is_well(struct kube_watch *watch)
{
    watch->failures = 0;
    err_clear(&watch->trouble);
}

static void try_again(struct kube_watch *watch, const struct http_response *res, struct err *err)
{
    watch->failures++;
    if (!watch->synced && watch->failures >= FIRST_TRIES) {
        end(watch, err);
        return;
    }
    err_move(&watch->trouble, err);
    begin(watch, http_retry_delay_ms(res, watch->failures));
}

/* The list's continuation or the watch's version is older than what the server remembers: all over again. */
static void list_anew(struct kube_watch *watch, const struct http_response *res)
{
    watch->state = LISTING;
    set_text(&watch->next, NULL);
    begin(watch, watch->failures++ ? http_retry_delay_ms(res, watch->failures) : 0);
}

static bool may_pass(int status) { return status == 408 || status == 429 || status >= 500; }

static void refused(struct kube_watch *watch, const struct http_response *res)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    const struct kube_call call = {.kind = watch->spec.kind, .path = watch->list_path, .failing = watch->failing};
    if (res->status == 410) {
        list_anew(watch, res);
        return;
    }
    kube_answer(watch->kube, res, &call, NULL, &err);
    if (may_pass(res->status))
        try_again(watch, res, &err);
    else
        end(watch, &err);
}

static void fell(struct kube_watch *watch, const struct http_response *res, const struct err *why)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    err_copy(&err, why);
    err_wrap(&err, "%s", watch->failing);
    if (why->code == ERR_USAGE)
        end(watch, &err);
    else
        try_again(watch, res, &err);
}

/* --- the list --- */

static int on_item(node_t *item, void *arg, struct err *err)
{
    (void)err;
    struct kube_watch *watch = arg;
    known_see(&watch->known, item);
    node_free(item);
    return 0;
}

static bool on_page_data(const char *data, size_t len, void *arg)
{
    struct kube_watch *watch = arg;
    return json_items_feed(&watch->page, data, len, &watch->inner) == 0;
}

static void page_is_whole(struct kube_watch *watch, const node_t *page)
{
    const char *next = node_str(page, "/metadata/continue", "");
    set_text(&watch->version, node_str(page, "/metadata/resourceVersion", ""));
    set_text(&watch->next, *next ? next : NULL);
    if (watch->next) {
        all_is_well(watch);
        begin(watch, 0);
        return;
    }
    err_clear(&watch->trouble); /* failures stay, for a server that forgets each list at once */
    known_end_list(&watch->known);
    watch->synced = true;
    watch->state = WATCHING;
    begin(watch, 0);
}

static void on_page_end(const struct http_response *res, const struct err *err, void *arg)
{
    struct kube_watch *watch = arg;
    watch->stream = NULL;
    if (err->what) {
        fell(watch, res, err);
        return;
    }
    if (res->status >= 300) {
        refused(watch, res);
        return;
    }
    CLEANUP(node_free) node_t *page = watch->inner.what ? NULL : json_items_end(&watch->page, &watch->inner);
    if (page)
        page_is_whole(watch, page);
    else
        fell(watch, res, &watch->inner);
}

/* --- the watch --- */

static void on_error_event(struct kube_watch *watch, const node_t *status)
{
    CLEANUP(str_release) struct str message = STR_INIT;
    const char *text = node_str(status, "/message", "the server ended the watch with an error");
    if (node_int(status, "/code", 0) == 410) {
        watch->is_forgotten = true;
        return;
    }
    str_add_safe(&message, text, strlen(text), false);
    err_set(&watch->inner, ERR_UNREACHABLE, "%s", message.buf);
}

static void on_event(struct kube_watch *watch, const node_t *event)
{
    const char *type = node_str(event, "/type", "");
    const node_t *object = node_get(event, "object");
    if (strcmp(type, "ERROR") == 0) {
        on_error_event(watch, object);
        return;
    }
    const char *version = node_str(object, "/metadata/resourceVersion", NULL);
    if (!version)
        return;
    set_text(&watch->version, version);
    if (strcmp(type, "DELETED") == 0)
        known_remove(&watch->known, object);
    else if (strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0)
        known_see(&watch->known, object);
}

static bool on_line(struct kube_watch *watch)
{
    if (watch->line.truncated) {
        err_set(&watch->inner, ERR_FAILED, "an event is over %d bytes", LINE_MAX_BYTES);
        return false;
    }
    if (!watch->line.len)
        return true;
    CLEANUP(node_free) node_t *event = json_parse(watch->line.buf, watch->line.len, "an event", &watch->inner);
    if (!event)
        return false;
    all_is_well(watch);
    on_event(watch, event);
    return !watch->inner.what && !watch->is_forgotten;
}

static bool on_watch_data(const char *data, size_t len, void *arg)
{
    struct kube_watch *watch = arg;
    while (len) {
        const char *newline = memchr(data, '\n', len);
        size_t part = newline ? (size_t)(newline - data) : len;
        str_addn(&watch->line, data, part);
        if (!newline)
            return !watch->line.truncated || on_line(watch);
        if (!on_line(watch))
            return false;
        str_reset(&watch->line);
        data += part + 1;
        len -= part + 1;
    }
    return true;
}

/* The server ended it, as it does every few minutes. */
static void go_on(struct kube_watch *watch, const struct http_response *res)
{
    if (clock_mono_ms() - watch->began_ms < SHORT_MS) {
        begin(watch, http_retry_delay_ms(res, ++watch->failures));
        return;
    }
    watch->failures = 0;
    begin(watch, 0);
}

static void on_watch_end(const struct http_response *res, const struct err *err, void *arg)
{
    struct kube_watch *watch = arg;
    watch->stream = NULL;
    if (watch->is_forgotten)
        list_anew(watch, res);
    else if (watch->inner.what)
        fell(watch, res, &watch->inner);
    else if (err->what)
        fell(watch, res, err);
    else if (res->status >= 300)
        refused(watch, res);
    else
        go_on(watch, res);
}

/* --- both --- */

static void add_query(const struct kube_watch *watch, struct str *url)
{
    if (watch->state == LISTING) {
        url_query(url, "limit", PAGE_ITEMS);
        url_query(url, "continue", watch->next);
        return;
    }
    AUTOFREE char *seconds = xasprintf("%d", WATCH_S);
    url_query(url, "watch", "1");
    url_query(url, "allowWatchBookmarks", "true");
    url_query(url, "timeoutSeconds", seconds);
    url_query(url, "resourceVersion", watch->version);
}

static void renew_page(struct kube_watch *watch)
{
    json_items_release(&watch->page);
    watch->page = JSON_ITEMS_INIT(.member = "items", .source = watch->spec.kind->plural, .on_item = on_item, .arg = watch);
    if (!watch->next)
        known_begin_list(&watch->known);
}

static void begin(struct kube_watch *watch, int64_t delay_ms)
{
    static const char *const headers[] = {"Accept: application/json", NULL};
    bool listing = watch->state == LISTING;
    CLEANUP(str_release) struct str url = STR_INIT;
    str_addf(&url, "%s%s", watch->kube->server, watch->list_path);
    add_query(watch, &url);
    if (listing)
        renew_page(watch);
    str_reset(&watch->line);
    watch->line.truncated = false;
    watch->is_forgotten = false;
    err_clear(&watch->inner);
    struct http_stream_call call = {
        .req = {.url = url.buf,
                .headers = headers,
                .once = true,
                .total_ms = listing ? PAGE_MS : WATCH_MS,
                .on_data = listing ? on_page_data : on_watch_data,
                .arg = watch},
        .delay_ms = delay_ms,
        .on_end = listing ? on_page_end : on_watch_end,
    };
    watch->began_ms = clock_mono_ms() + delay_ms;
    watch->stream = http_stream_open(watch->kube->http, &call);
}

static char *list_path(const struct kube_watch_spec *spec)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    kube_path(&path, spec->kind, spec->ns, NULL, NULL);
    url_query(&path, "labelSelector", spec->labels);
    url_query(&path, "fieldSelector", spec->fields);
    return str_detach(&path);
}

struct kube_watch *kube_watch_open(struct kube *kube, const struct kube_watch_spec *spec)
{
    struct kube_watch *watch = xcalloc(1, sizeof(*watch));
    watch->kube = kube;
    watch->spec = *spec;
    watch->list_path = list_path(spec);
    watch->failing = xasprintf("cannot watch %s", spec->kind->plural);
    watch->line = STR_INIT_MAX(LINE_MAX_BYTES);
    watch->page = JSON_ITEMS_INIT(.member = "items");
    known_init(&watch->known, &watch->spec);
    begin(watch, 0);
    return watch;
}

void kube_watch_close(struct kube_watch *watch)
{
    if (!watch)
        return;
    http_stream_close(watch->stream);
    known_release(&watch->known);
    json_items_release(&watch->page);
    str_release(&watch->line);
    err_release(&watch->trouble);
    err_release(&watch->inner);
    free(watch->version);
    free(watch->next);
    free(watch->list_path);
    free(watch->failing);
    free(watch);
}

int kube_watch_change(void *kube, int64_t at_most_ms, struct err *err)
{
    struct http *http = ((struct kube *)kube)->http;
    int news = http_poll(http, at_most_ms > INT_MAX ? INT_MAX : (int)at_most_ms, err);
    for (int64_t until = clock_mono_ms() + IN_A_ROW_MS; news > 0 && clock_mono_ms() < until;)
        news = http_poll(http, MOMENT_MS, err);
    return news < 0 ? -1 : 0;
}

int kube_watch_sync(struct kube_watch *watch, struct err *err)
{
    while (!watch->synced && watch->state != OVER)
        if (http_poll(watch->kube->http, -1, err) < 0)
            return -1;
    return kube_watch_check(watch, err);
}

bool kube_watch_is_synced(const struct kube_watch *watch) { return watch->synced; }

int kube_watch_check(const struct kube_watch *watch, struct err *err)
{
    return watch->state == OVER ? err_copy(err, &watch->trouble) : 0;
}

const struct err *kube_watch_trouble(const struct kube_watch *watch) { return watch->trouble.what ? &watch->trouble : NULL; }

const node_t *kube_watch_items(const struct kube_watch *watch) { return watch->known.items; }
