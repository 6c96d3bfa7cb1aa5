/* What OpenFaaS has no words for: function documents, cold starts, making a function cold. */
#include <stdlib.h>
#include <string.h>

#include "local/function.h"
#include "local/server.h"

static int compare_functions(const void *a, const void *b)
{
    const struct function *const *one = a, *const *other = b;
    int64_t earlier = (*one)->created_ms, later = (*other)->created_ms;
    return earlier == later ? strcmp((*one)->name, (*other)->name) : (earlier > later) - (earlier < later);
}

/* As they were deployed, also after a restart. */
static void list(struct request *req)
{
    struct functions *functions = req->daemon->functions;
    size_t n = 0;
    AUTOFREE const struct function **ordered = xcalloc(functions->by_name.live + 1, sizeof(*ordered));
    for (struct map_entry *e = map_first(&functions->by_name); e; e = map_next(&functions->by_name, e))
        ordered[n++] = e->value;
    qsort(ordered, n, sizeof(*ordered), compare_functions);
    CLEANUP(node_free) node_t *docs = node_new_array();
    for (size_t i = 0; i < n; i++)
        node_push(docs, function_document(ordered[i]));
    reply_json(req, 200, docs);
}

static void show(struct request *req)
{
    struct function *function = function_named(req);
    if (!function)
        return;
    CLEANUP(node_free) node_t *doc = function_document(function);
    reply_json(req, 200, doc);
}

static void cold_starts(struct request *req)
{
    struct function *function = function_named(req);
    if (!function)
        return;
    CLEANUP(node_free) node_t *starts = stats_cold_starts(&function->stats);
    reply_json(req, 200, starts);
}

static void cold_now(bool is_cold, void *arg)
{
    struct request *req = arg;
    if (is_cold)
        reply_empty(req, 200);
    else
        reply_error(req, 404, "the function was removed");
}

static void make_cold(struct request *req)
{
    struct function *function = function_named(req);
    if (function)
        function_make_cold(function, cold_now, req);
}

const struct route routes_functions[] = {
    {.method = "GET", .pattern = "/system/aiwf/functions", .handler = list},
    {.method = "GET", .pattern = "/system/aiwf/functions/{}", .handler = show},
    {.method = "GET", .pattern = "/system/aiwf/functions/{}/cold-starts", .handler = cold_starts},
    {.method = "POST", .pattern = "/system/aiwf/functions/{}/cold", .handler = make_cold},
    {0},
};
