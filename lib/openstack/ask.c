#include "openstack/ask.h"

#include <stdlib.h>
#include <string.h>

#include "net/url.h"

void ask_release(struct ask *ask)
{
    free(ask->path);
    free(ask->failing);
    node_free(ask->answer);
    err_release(&ask->err);
    *ask = (struct ask){0};
}

void ask_path(struct ask *ask, const struct resource *kind, char *path, char *failing)
{
    ask_release(ask);
    *ask = (struct ask){.kind = kind, .path = path, .failing = failing};
}

void ask_one(struct ask *ask, const struct resource *kind, const char *id)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    if (!id || !*id)
        return;
    url_path(&path, kind->path, "/{}", id, NULL);
    ask_path(ask, kind, str_detach(&path), xasprintf("cannot show %s %s", kind->word, id));
}

void ask_list(struct ask *ask, const struct resource *kind, const char *query)
{
    const char *path = kind->list_path ? kind->list_path : kind->path;
    ask_path(ask, kind, xasprintf("%s%s", path, query ? query : ""), xasprintf("cannot list %ss", kind->word));
}

void ask_named(struct ask *ask, const struct resource *kind, const char *name)
{
    CLEANUP(str_release) struct str query = STR_INIT;
    if (!name || !*name)
        return;
    if (resource_is_uuid(name)) {
        ask_one(ask, kind, name);
        return;
    }
    url_query(&query, "name", name);
    ask_list(ask, kind, query.buf);
}

const node_t *ask_found(const struct ask *ask)
{
    return node_type(ask->answer) == NODE_ARRAY ? node_first(ask->answer) : ask->answer;
}

bool ask_is_missing(const struct ask *ask)
{
    return ask->err.code == ERR_NOT_FOUND || (node_type(ask->answer) == NODE_ARRAY && !node_len(ask->answer));
}

static void read_answer(struct ask *ask, const struct http_response *res)
{
    if (ask->err.code != ERR_OK)
        return;
    CLEANUP(node_free) node_t *answer = openstack_answer(res, ask->failing, &ask->err);
    node_t *inner = answer && ask->kind->list ? node_get(answer, ask->kind->list) : NULL;
    if (answer && !inner && ask->kind->one)
        inner = node_get(answer, ask->kind->one);
    ask->answer = inner ? node_detach(answer, inner) : TAKE(answer);
}

static bool is_open(const struct ask *ask) { return ask->kind && !ask->answer && ask->err.code == ERR_OK; }

void ask_all(struct openstack *os, struct ask *asks, size_t n)
{
    AUTOFREE struct openstack_call *calls = xcalloc(n ? n : 1, sizeof(*calls));
    AUTOFREE struct http_response *results = xcalloc(n ? n : 1, sizeof(*results));
    AUTOFREE struct err *errs = xcalloc(n ? n : 1, sizeof(*errs));
    AUTOFREE struct ask **which = xcalloc(n ? n : 1, sizeof(*which));
    size_t ready = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_open(&asks[i]))
            continue;
        const struct resource *kind = asks[i].kind;
        calls[ready] = (struct openstack_call){.service = kind->service,
                                               .path = asks[i].path,
                                               .microversion = kind->microversion,
                                               .needs = kind->needs,
                                               .failing = asks[i].failing};
        results[ready] = HTTP_RESPONSE_INIT;
        errs[ready] = ERR_INIT;
        which[ready++] = &asks[i];
    }
    openstack_do_all(os, calls, results, errs, ready);
    for (size_t k = 0; k < ready; k++) {
        which[k]->err = errs[k];
        read_answer(which[k], &results[k]);
        http_response_release(&results[k]);
    }
}
