/* /system/aiwf/pools: see lib/local/api.md. */
#include <string.h>

#include "local/functions.h"
#include "local/pool.h"
#include "local/server.h"

static void list(struct request *req)
{
    CLEANUP(node_free) node_t *pools = pools_list(req->daemon->pools);
    reply_json(req, 200, pools);
}

static void create(struct request *req)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *spec = request_json(req);
    if (!spec)
        return;
    const char *function = node_str(spec, "/function", NULL);
    if (function && !functions_find(req->daemon->functions, function, strlen(function))) {
        reply_error(req, 404, "there is no function \"%s\"", function);
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
