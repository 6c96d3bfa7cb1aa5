/* Pools of a cluster's functions. */
#include "pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "function.h"
#include "kube.h"
#include "local/pool_impl.h"
#include "pool/prepull.h"
#include "pool/reconcile.h"
#include "pool/worth.h"
#include "reach.h"
#include "wait/wait.h"

static bool has_cluster(const struct context *context)
{
    return context_get(context, SETTING_kube_context) || context_get(context, SETTING_kubeconfig);
}

/* OpenFaaS has its functions in a namespace of its own. */
static void set_namespace(const struct cli *cli, struct kube *kube)
{
    if (context_get(&cli->context, SETTING_namespace))
        return;
    free(kube->ns);
    kube->ns = xstrdup("openfaas-fn");
}

int pool_backend(struct cli *cli, const char *runtime, struct pool_backend *ret, struct err *err)
{
    *ret = (struct pool_backend){.runtime = runtime_for(&cli->context, runtime, err)};
    if (!ret->runtime)
        return -1;
    bool is_gateway = !ret->runtime->needs_cluster && !(ret->runtime->keep && has_cluster(&cli->context));
    bool is_local = strcmp(ret->runtime->name, "local") == 0 || (is_gateway && ret->runtime->keep);
    if (is_local) {
        ret->local = (struct warm_pool_env){.http = cli_http(cli, err), .context = &cli->context};
        return ret->local.http ? 0 : -1;
    }
    if (!ret->runtime->keep) {
        runtime_lacks(ret->runtime, "keep instances of one function warm", err);
        return err_hint(err, "on OpenWhisk stem cells are its operator's; --runtime knative, openfaas or deployment");
    }
    ret->is_cluster = true;
    ret->env = (struct runtime_env){.context = &cli->context, .kube = cli_kube_kept(cli, err)};
    ret->env.http = !ret->env.kube ? NULL : ret->runtime->needs_cluster ? cli_http_open(cli, err) : cli_http(cli, err);
    if (!ret->env.http)
        return -1;
    if (!ret->runtime->needs_cluster)
        set_namespace(cli, ret->env.kube);
    return 0;
}

void pool_prometheus(struct cli *cli, struct prom *ret, bool *ret_has_it)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    const struct prom_settings settings = {.trace = cli->verbose ? cli->err : NULL, .timing = cli->timing ? cli->err : NULL};
    *ret_has_it = context_get(&cli->context, SETTING_prometheus) && cli_prometheus(cli, &settings, ret, &none) == 0;
}

/* ---- list, show ---- */

static node_t *broken_document(const node_t *object, const struct err *why)
{
    node_t *doc = node_new_object();
    node_set_str(doc, "name", node_str(object, "/metadata/name", "?"));
    node_set_str(doc, "message", why->what);
    return doc;
}

node_t *pool_cluster_list(const struct pool_backend *backend, struct err *err)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *objects = kept_list(backend->env.kube, err);
    if (!objects)
        return NULL;
    CLEANUP(node_free) node_t *functions = node_len(objects) ? backend->runtime->list(&backend->env, &none) : NULL;
    node_t *list = node_new_array();
    for (const node_t *object = node_first(objects); object; object = node_next(object)) {
        CLEANUP(kept_release) struct kept kept = KEPT_INIT;
        CLEANUP(err_release) struct err broken = ERR_INIT;
        if (kept_parse(object, &kept, &broken) == 0)
            node_push(list, kept_document(&kept, node_find(functions, "/name", kept.rules->function)));
        else
            node_push(list, broken_document(object, &broken));
    }
    return list;
}

node_t *pool_cluster_show(struct cli *cli, const struct pool_backend *backend, const char *name, struct err *err)
{
    CLEANUP(kept_release) struct kept kept = KEPT_INIT;
    CLEANUP(node_free) node_t *object = kept_show(backend->env.kube, name, err);
    if (!object || kept_parse(object, &kept, err) != 0)
        return NULL;
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *function = kept.runtime->show(&backend->env, kept.rules->function, &none);
    node_t *doc = kept_document(&kept, function);
    CLEANUP(prom_release) struct prom prom = {0};
    bool has_prometheus;
    pool_prometheus(cli, &prom, &has_prometheus);
    kept_add_worth(&backend->env, has_prometheus ? &prom : NULL, &kept, doc);
    return doc;
}

/* ---- create ---- */

static void note(const char *line, void *arg) { cli_note(arg, "%s", line); }

struct waiting {
    const struct pool_backend *backend;
    const struct kept_spec *spec;
    int64_t floor;
};

static enum wait_state look_warm(void *arg, struct str *seen, struct err *err)
{
    const struct waiting *waiting = arg;
    CLEANUP(node_free)
    node_t *function = waiting->backend->runtime->show(&waiting->backend->env, waiting->spec->rules.function, err);
    if (!function)
        return err->code == ERR_NOT_FOUND ? WAIT_FAILED : WAIT_PENDING;
    int64_t available = node_int(function, "/available", 0);
    str_addf(seen, "%lld of %lld ready", (long long)available, (long long)waiting->floor);
    return available >= waiting->floor ? WAIT_DONE : WAIT_PENDING;
}

static enum wait_state look_pulled(void *arg, struct str *seen, struct err *err)
{
    const struct waiting *waiting = arg;
    AUTOFREE char *selector = xasprintf("%s=%s", waiting->backend->runtime->label, waiting->spec->rules.function);
    const struct prepull prepull = {.kube = waiting->backend->env.kube, .pool = waiting->spec->rules.name, .selector = selector};
    CLEANUP(node_free) node_t *result = NULL;
    if (prepull_step(&prepull, &result, err) != 0)
        return err->code == ERR_UNREACHABLE ? WAIT_PENDING : WAIT_FAILED;
    str_addf(seen, "on %lld of %lld nodes", (long long)node_int(result, "/present", 0), (long long)node_int(result, "/nodes", 0));
    const node_t *failed = node_at(result, "/failed/0");
    if (failed) {
        err_set(err, ERR_WORKLOAD, "an image cannot be fetched on node %s", node_str(failed, "/node", "?"));
        err_why(err, "%s", node_str(failed, "/message", ""));
        return WAIT_FAILED;
    }
    return node_int(result, "/fetching", 0) ? WAIT_PENDING : WAIT_DONE;
}

static int wait_with(struct cli *cli, struct waiting *waiting, struct wait *wait, struct err *err)
{
    CLEANUP(progress_free) struct progress *progress = cli_progress(cli);
    AUTOFREE char *resume = xasprintf("aiwf pool run --once; aiwf pool show %s", waiting->spec->rules.name);
    wait->arg = waiting;
    wait->progress = progress;
    wait->timeout_ms = cli->timeout_ms;
    wait->resume = resume;
    return wait_for(wait, err);
}

static int wait_until_true(struct cli *cli, struct waiting *waiting, struct err *err)
{
    struct wait pulled = {.what = "images", .look = look_pulled}, warm = {.what = "instances", .look = look_warm};
    if (waiting->spec->prepull && wait_with(cli, waiting, &pulled, err) != 0)
        return -1;
    return wait_with(cli, waiting, &warm, err);
}

static int floor_now(const struct pool_backend *backend, const char *name, int64_t *ret, struct err *err)
{
    CLEANUP(kept_release) struct kept kept = KEPT_INIT;
    CLEANUP(node_free) node_t *object = kept_show(backend->env.kube, name, err);
    if (!object || kept_parse(object, &kept, err) != 0)
        return -1;
    *ret = kept.applied >= 0 ? kept.applied : kept_floor(&kept, 0, clock_wall_ms() / 1000);
    return 0;
}

int pool_cluster_create(struct cli *cli, const struct pool_backend *backend, const struct kept_spec *spec, struct err *err)
{
    struct waiting waiting = {.backend = backend, .spec = spec};
    CLEANUP(prom_release) struct prom prom = {0};
    bool has_prometheus;
    size_t failed;
    if (kept_create(&backend->env, spec, err) != 0)
        return -1;
    pool_prometheus(cli, &prom, &has_prometheus);
    const struct reconcile reconcile = {.env = &backend->env, .prom = has_prometheus ? &prom : NULL, .say = note, .arg = cli};
    if (reconcile_once(&reconcile, clock_wall_ms() / 1000, &failed, err) != 0 ||
        floor_now(backend, spec->rules.name, &waiting.floor, err) != 0)
        return -1;
    return cli_waits(cli, true) ? wait_until_true(cli, &waiting, err) : 0;
}
