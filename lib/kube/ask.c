#include "kube/ask.h"

#include <stdlib.h>
#include <string.h>

#include "net/url.h"

void kube_ask_release(struct kube_ask *ask)
{
    free(ask->path);
    free(ask->failing);
    node_free(ask->answer);
    err_release(&ask->err);
    *ask = (struct kube_ask){0};
}

void kube_ask_one(struct kube_ask *ask, const struct kube_kind *kind, const char *ns, const char *name)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    if (!name || !*name)
        return;
    kube_path(&path, kind, ns, name, NULL);
    *ask = (struct kube_ask){.kind = kind, .failing = xasprintf("cannot show %s \"%s\"", kind->word, name)};
    ask->path = str_detach(&path);
}

void kube_ask_list(struct kube_ask *ask, const struct kube_kind *kind, const char *ns, const char *labels, const char *fields)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    AUTOFREE char *limit = xasprintf("%d", KUBE_ASK_ITEMS);
    kube_path(&path, kind, ns, NULL, NULL);
    url_query(&path, "labelSelector", labels);
    url_query(&path, "fieldSelector", fields);
    url_query(&path, "limit", limit);
    *ask = (struct kube_ask){.kind = kind, .failing = xasprintf("cannot list %s", kind->plural)};
    ask->path = str_detach(&path);
}

static void read_answer(struct kube *kube, struct kube_ask *ask, const struct http_response *res)
{
    if (ask->err.code != ERR_OK || (ask->may_lack && res->status == 404))
        return;
    struct kube_call call = {.kind = ask->kind, .path = ask->path, .failing = ask->failing};
    CLEANUP(node_free) node_t *answer = NULL;
    if (kube_answer(kube, res, &call, &answer, &ask->err) != 0)
        return;
    node_t *items = node_get(answer, "items");
    ask->answer = items ? node_detach(answer, items) : TAKE(answer);
}

static bool is_open(const struct kube_ask *ask) { return ask->kind && !ask->answer && ask->err.code == ERR_OK; }

void kube_ask_all(struct kube *kube, struct kube_ask *asks, size_t n)
{
    AUTOFREE struct kube_request *requests = xcalloc(n, sizeof(*requests));
    AUTOFREE struct http_response *results = xcalloc(n, sizeof(*results));
    AUTOFREE struct err *errs = xcalloc(n, sizeof(*errs));
    AUTOFREE struct kube_ask **which = xcalloc(n, sizeof(struct kube_ask *));
    size_t ready = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_open(&asks[i]))
            continue;
        requests[ready].path = asks[i].path;
        which[ready++] = &asks[i];
    }
    kube_send_all(kube, requests, results, errs, ready);
    for (size_t k = 0; k < ready; k++) {
        which[k]->err = errs[k];
        read_answer(kube, which[k], &results[k]);
        http_response_release(&results[k]);
    }
}

static int fail(struct kube_ask *ask, struct err *err)
{
    err_move(err, &ask->err);
    return err->code == ERR_INTERRUPTED || str_eq(err->what, ask->failing) ? -1 : err_wrap(err, "%s", ask->failing);
}

int kube_ask_kinds(struct kube *kube, const struct kube_kind *const *kinds, struct kube_ask *asks, size_t n, const char *name,
                   struct err *err)
{
    int found = 0;
    struct kube_ask *denied = NULL;
    for (size_t i = 0; i < n; i++) {
        kube_ask_one(&asks[i], kinds[i], kube->ns, name);
        asks[i].may_lack = true;
    }
    kube_ask_all(kube, asks, n);
    for (size_t i = 0; i < n; i++) {
        found += asks[i].answer != NULL;
        if (asks[i].err.code == ERR_AUTH)
            denied = &asks[i];
        else if (asks[i].err.code != ERR_OK)
            return fail(&asks[i], err);
    }
    return found || !denied ? found : fail(denied, err);
}

const char *kube_ask_why(const struct kube_ask *ask, struct str *s)
{
    const struct err *err = &ask->err;
    if (err->code != ERR_OK)
        str_addf(s, "%s%s", err->code == ERR_AUTH ? "not allowed: " : "",
                 err->why    ? err->why
                 : err->what ? err->what
                             : "no answer");
    return s->buf;
}
