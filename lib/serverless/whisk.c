#include "serverless/whisk.h"

#include "net/rest.h"
#include "net/url.h"
#include "serverless/openwhisk.h"

int whisk_open(struct whisk *ret, struct http *http, const struct context *context, struct err *err)
{
    *ret = (struct whisk){.http = http};
    return whisk_props_of(context, &ret->props, err);
}

void whisk_release(struct whisk *whisk) { whisk_props_release(&whisk->props); }

const char *whisk_ns(const struct whisk *whisk) { return whisk->props.ns ? whisk->props.ns : "_"; }

char *whisk_base(const struct whisk *whisk)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    url_path(&url, whisk->props.host, "/api/v1/namespaces/{}", whisk_ns(whisk), NULL);
    return str_detach(&url);
}

int whisk_do(const struct whisk *whisk, const struct whisk_call *call, node_t **ret, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    AUTOFREE char *failing = xasprintf("cannot %s %s \"%s\"", call->verb, call->thing, call->name);
    AUTOFREE char *base = whisk_base(whisk);
    url_path(&url, base, "/{}/{}", call->noun, call->name, NULL);
    if (call->query)
        str_addf(&url, "?%s", call->query);
    struct rest_call rest = {.method = call->method, .url = url.buf, .body = call->body, .failing = failing};
    if (rest_do(whisk->http, &rest, ret, err) == 0)
        return 0;
    return err->code == ERR_NOT_FOUND ? err_set(err, ERR_NOT_FOUND, "there is no %s \"%s\"", call->thing, call->name) : -1;
}

node_t *whisk_list(const struct whisk *whisk, const char *noun, struct err *err)
{
    enum { PAGES_MAX = 500 };
    AUTOFREE char *base = whisk_base(whisk);
    AUTOFREE char *failing = xasprintf("cannot list %s", noun);
    CLEANUP(node_free) node_t *all = node_new_array();
    for (size_t page = 0; page < PAGES_MAX; page++) {
        CLEANUP(str_release) struct str url = STR_INIT;
        url_path(&url, base, "/{}", noun, NULL);
        str_addf(&url, "?limit=%d&skip=%zu", WHISK_LIST_MAX, page * WHISK_LIST_MAX);
        CLEANUP(node_free) node_t *items = rest_get(whisk->http, url.buf, failing, err);
        if (!items)
            return NULL;
        size_t n = node_len(items);
        while (node_first(items))
            node_push(all, node_detach(items, node_first(items)));
        if (n < WHISK_LIST_MAX)
            break;
    }
    return TAKE(all);
}
