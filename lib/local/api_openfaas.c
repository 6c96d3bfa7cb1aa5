/* The OpenFaaS gateway's REST API (openfaas/faas api-docs/spec.openapi.yml), as far as faas-cli and our own client speak it. */
#include <string.h>

#include "local/function.h"
#include "local/server.h"
#include "version.h"

static void list(struct request *req)
{
    struct functions *functions = req->daemon->functions;
    CLEANUP(node_free) node_t *all = node_new_array();
    for (struct map_entry *e = map_first(&functions->by_name); e; e = map_next(&functions->by_name, e))
        node_push(all, function_status(e->value));
    reply_json(req, 200, all);
}

static void deployed(const struct err *err, void *arg)
{
    if (err)
        reply_err(arg, err);
    else
        reply_empty(arg, 202);
}

static void deploy(struct request *req)
{
    CLEANUP(node_free) node_t *spec = request_json(req);
    if (!spec)
        return;
    bool is_update = strcmp(req->method, "PUT") == 0;
    functions_deploy(req->daemon->functions, spec, is_update, is_update, (struct deploy_done){deployed, req});
}

static void delete (struct request *req)
{
    CLEANUP(node_free) node_t *body = request_json(req);
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (!body)
        return;
    if (functions_remove(req->daemon->functions, node_str(body, "/functionName", ""), &err) == 0)
        reply_empty(req, 202);
    else
        reply_err(req, &err);
}

struct function *function_named(struct request *req)
{
    const char *name = req->params[0];
    struct function *function = functions_find(req->daemon->functions, name, strlen(name));
    if (!function)
        reply_error(req, 404, "there is no function \"%s\"", name);
    return function;
}

static void show(struct request *req)
{
    struct function *function = function_named(req);
    if (!function)
        return;
    CLEANUP(node_free) node_t *status = function_status(function);
    if (request_query_bool(req, "usage") && function->workload) {
        node_t *usage = node_set(status, "usage", node_new_object());
        vitals_sample(req->daemon->vitals);
        node_set_num(usage, "totalMemoryBytes", (double)workload_usage(function->workload).memory_bytes);
    }
    reply_json(req, 200, status);
}

static void scale(struct request *req)
{
    CLEANUP(node_free) node_t *body = request_json(req);
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (!body)
        return;
    const node_t *replicas = node_get(body, "replicas");
    if (node_type(replicas) != NODE_NUMBER)
        reply_error(req, 400, "the body has no number \"replicas\"");
    else if (functions_scale(req->daemon->functions, req->params[0], node_int(body, "/replicas", -1), &err) == 0)
        reply_empty(req, 202);
    else
        reply_err(req, &err);
}

static void info(struct request *req)
{
    CLEANUP(node_free) node_t *info = node_new_object();
    node_t *provider = node_set(info, "provider", node_new_object());
    node_set_str(provider, "provider", "aiwf-local");
    node_set_str(provider, "orchestration", "processes");
    node_t *versions[] = {node_set(provider, "version", node_new_object()), node_set(info, "version", node_new_object())};
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        node_set_str(versions[i], "release", AIWF_VERSION);
        node_set_str(versions[i], "sha", "");
        node_set_str(versions[i], "commit_message", "");
    }
    node_set_str(info, "arch", "x86_64");
    reply_json(req, 200, info);
}

static void namespaces(struct request *req)
{
    static const char text[] = "[\"openfaas-fn\"]\n";
    reply_text(req, 200, "application/json", text, sizeof(text) - 1);
}

static void no_secrets(struct request *req)
{
    static const char text[] = "[]\n";
    reply_text(req, 200, "application/json", text, sizeof(text) - 1);
}

const struct route routes_openfaas[] = {
    {.method = "GET", .pattern = "/system/functions", .handler = list},
    {.method = "POST", .pattern = "/system/functions", .handler = deploy},
    {.method = "PUT", .pattern = "/system/functions", .handler = deploy},
    {.method = "DELETE", .pattern = "/system/functions", .handler = delete},
    {.method = "GET", .pattern = "/system/function/{}", .handler = show},
    {.method = "POST", .pattern = "/system/scale-function/{}", .handler = scale},
    {.method = "GET", .pattern = "/system/info", .handler = info},
    {.method = "GET", .pattern = "/system/namespaces", .handler = namespaces},
    {.method = "GET", .pattern = "/system/secrets", .handler = no_secrets},
    {0},
};
