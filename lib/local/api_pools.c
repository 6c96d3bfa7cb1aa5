/* /system/aiwf/pools: see lib/local/api.md. */
#include <string.h>

#include "local/function.h"
#include "local/functions.h"
#include "local/pool.h"
#include "local/server.h"

static void list(struct request *req)
{
    CLEANUP(node_free) node_t *pools = pools_list(req->daemon->pools);
    reply_json(req, 200, pools);
}

/* Why no floor as this can ever be held; an empty text: it can. A pool's own ceiling counts for more than the function's. */
static void unreachable_floor(const struct function *function, const node_t *spec, struct str *why)
{
    int64_t min = node_int(spec, "/min", 0), most = function->config.scale_max;
    if (function->config.is_stdio)
        str_addf(why, "function \"%s\" is a process a request (mode stdio): none is kept warm; --mode http is", function->name);
    else if (!node_get(spec, "max") && min > most)
        str_addf(why, "min %lld is above the %lld instances that function \"%s\" may have: max raises that", (long long)min,
                 (long long)most, function->name);
}

static void create(struct request *req)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *spec = request_json(req);
    if (!spec)
        return;
    const char *name = node_str(spec, "/function", NULL);
    const struct function *function = name ? functions_find(req->daemon->functions, name, strlen(name)) : NULL;
    if (name && !function) {
        reply_error(req, 404, "there is no function \"%s\"", name);
        return;
    }
    CLEANUP(str_release) struct str why = STR_INIT;
    if (function)
        unreachable_floor(function, spec, &why);
    if (why.len) {
        reply_error(req, 409, "%s", why.buf);
        return;
    }
    CLEANUP(node_free) node_t *pool = pools_create(req->daemon->pools, spec, &err);
    if (pool)
        reply_json(req, 201, pool);
    else
        reply_err(req, &err);
}

static void show(struct request *req)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *pool = pools_show(req->daemon->pools, req->params[0], &err);
    if (pool)
        reply_json(req, 200, pool);
    else
        reply_err(req, &err);
}

static void delete (struct request *req)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (pools_delete(req->daemon->pools, req->params[0], &err) == 0)
        reply_empty(req, 204);
    else
        reply_err(req, &err);
}

const struct route routes_pools[] = {
    {.method = "GET", .pattern = "/system/aiwf/pools", .handler = list},
    {.method = "POST", .pattern = "/system/aiwf/pools", .handler = create},
    {.method = "GET", .pattern = "/system/aiwf/pools/{}", .handler = show},
    {.method = "DELETE", .pattern = "/system/aiwf/pools/{}", .handler = delete},
    {0},
};
