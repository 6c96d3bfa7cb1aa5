/* The GPUs of this machine, which the local runtime gives to its jobs. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "gpu.h"
#include "local/client.h"
#include "net/rest.h"

/* *ret_http: its client, the caller frees. */
static int find_gateway(struct cli *cli, struct local_gateway *ret, struct http **ret_http, struct err *err)
{
    AUTOFREE char *folder = local_state_dir();
    if (local_gateway_find(folder, ret, err) != 0)
        return -1;
    *ret_http = local_gateway_http(ret, cli->verbose ? cli->err : NULL, err);
    return *ret_http ? 0 : -1;
}

static node_t *gateway_status(struct cli *cli, struct err *err)
{
    CLEANUP(local_gateway_release) struct local_gateway gateway = LOCAL_GATEWAY_INIT;
    CLEANUP(http_free) struct http *http = NULL;
    return find_gateway(cli, &gateway, &http, err) == 0 ? local_gateway_status(http, &gateway, err) : NULL;
}

static node_t *add_row(node_t *rows, const char *state, int64_t gpus)
{
    char host[256] = "";
    node_t *row = node_push(rows, node_new_object());
    gethostname(host, sizeof(host) - 1);
    node_set_str(row, "node", host);
    node_set_str(row, "state", state);
    node_set_num(row, "gpus", (double)gpus);
    node_set_str(row, "resource", "gpus");
    return row;
}

static void add_job(node_t *rows, const node_t *job)
{
    int64_t gpus = node_int(job, "/gpus", 0);
    if (gpus < 1 || strcmp(node_str(job, "/state", ""), "Running") != 0)
        return;
    node_t *row = add_row(rows, "Held", gpus);
    AUTOFREE char *who = xasprintf("train/%s", node_str(job, "/name", "?"));
    node_set_str(row, "held_by", who);
    node_set_str(row, "since", node_str(job, "/started", NULL));
}

node_t *gpu_local_rows(struct cli *cli, struct err *err)
{
    struct trainer_env env;
    CLEANUP(node_free) node_t *status = gateway_status(cli, err);
    CLEANUP(node_free) node_t *jobs = status && train_env(cli, NULL, &env, err) == 0 ? env.trainer->list(&env, err) : NULL;
    if (!jobs)
        return NULL;
    node_t *rows = node_new_array();
    for (const node_t *job = node_first(jobs); job; job = node_next(job))
        add_job(rows, job);
    int64_t free_gpus = node_int(status, "/gpus/free", 0);
    if (free_gpus > 0)
        add_row(rows, "Free", free_gpus);
    if (!node_int(status, "/gpus/total", 0))
        cli_hint(cli, "aiwf local down && aiwf local up --gpus N");
    return rows;
}

/* ---- idle ---- */

static node_t *gateway_gpus(struct cli *cli, int64_t for_ms, struct err *err)
{
    CLEANUP(local_gateway_release) struct local_gateway gateway = LOCAL_GATEWAY_INIT;
    CLEANUP(http_free) struct http *http = NULL;
    if (find_gateway(cli, &gateway, &http, err) != 0)
        return NULL;
    AUTOFREE char *url = xasprintf("%s/system/aiwf/gpus?for_s=%lld", gateway.url, (long long)(for_ms / 1000));
    return rest_get(http, url, "cannot ask what the GPUs did", err);
}

/* Of all its GPUs: the busiest moment, and how much of the time the least seen one was seen; NaN, 0: one is not measured. */
struct seen {
    double peak, covered;
};

static struct seen seen_of(const node_t *job, const node_t *gpus)
{
    struct seen seen = {.peak = -1, .covered = 1};
    for (const node_t *index = node_first(node_get(job, "gpu_indices")); index; index = node_next(index)) {
        AUTOFREE char *at = xasprintf("/%lld", (long long)node_int(index, "", -1));
        const node_t *gpu = node_at(gpus, at);
        double peak = node_num(gpu, "/peak_ratio", NAN);
        seen.peak = isnan(peak) || isnan(seen.peak) ? NAN : num_max(peak, seen.peak);
        seen.covered = num_min(seen.covered, node_num(gpu, "/covered_ratio", 0));
    }
    return seen;
}

static void set_state(node_t *row, const struct seen *seen, const struct gpu_rule *rule)
{
    static const double enough = 0.9;
    int64_t since_ms;
    bool is_new = rfc3339_parse(node_str(row, "/since", ""), &since_ms) && clock_wall_ms() - since_ms < rule->for_ms;
    AUTOFREE char *why = NULL;
    const char *state = "Unknown";
    if (is_new)
        state = "New", why = xstrdup("it has not run for so long");
    else if (isnan(seen->peak))
        why = xstrdup("the gateway does not see what its GPUs do (libnvidia-ml.so.1)");
    else if (seen->covered < enough)
        why = xasprintf("seen for %.0f%% of the time only", seen->covered * 100);
    else
        state = seen->peak < rule->below_ratio ? "Idle" : "Busy";
    node_set_str(row, "state", state);
    node_set_str(row, "why", why);
}

static void add_judged(node_t *rows, const node_t *job, const node_t *gpus, const struct gpu_rule *rule)
{
    if (node_int(job, "/gpus", 0) < 1 || strcmp(node_str(job, "/state", ""), "Running") != 0)
        return;
    struct seen seen = seen_of(job, gpus);
    node_t *row = add_row(rows, "Unknown", node_int(job, "/gpus", 0));
    AUTOFREE char *name = xasprintf("train/%s", node_str(job, "/name", "?"));
    node_set_str(row, "name", name);
    node_set_str(node_set(row, "owner", node_new_object()), "text", name);
    node_set_str(row, "job", node_str(job, "/name", "?"));
    node_set_str(row, "since", node_str(job, "/started", NULL));
    node_set_num(row, "peak_ratio", seen.peak);
    node_set_num(row, "covered_ratio", seen.covered);
    set_state(row, &seen, rule);
}

node_t *gpu_local_judged(struct cli *cli, const struct gpu_rule *rule, struct err *err)
{
    struct trainer_env env;
    CLEANUP(node_free) node_t *gpus = gateway_gpus(cli, rule->for_ms, err);
    CLEANUP(node_free) node_t *jobs = gpus && train_env(cli, NULL, &env, err) == 0 ? env.trainer->list(&env, err) : NULL;
    if (!jobs)
        return NULL;
    node_t *rows = node_new_array();
    for (const node_t *job = node_first(jobs); job; job = node_next(job))
        add_judged(rows, job, gpus, rule);
    return rows;
}

/* ---- reclaim ---- */

static bool is_named(const node_t *row, const struct strv *names)
{
    return !names->n || strv_has(names, node_str(row, "/name", "")) || strv_has(names, node_str(row, "/job", ""));
}

static bool is_among(const char *name, const node_t *rows)
{
    for (const node_t *row = node_first(rows); row; row = node_next(row))
        if (strcmp(node_str(row, "/name", ""), name) == 0 || strcmp(node_str(row, "/job", ""), name) == 0)
            return true;
    return false;
}

node_t *gpu_local_plan(const node_t *judged, const struct strv *names, struct err *err)
{
    for (size_t i = 0; i < names->n; i++) {
        if (is_among(names->v[i], judged))
            continue;
        err_set(err, ERR_NOT_FOUND, "no job \"%s\" holds a GPU", names->v[i]);
        err_hint(err, "aiwf gpu list");
        return NULL;
    }
    node_t *plan = node_new_array();
    for (const node_t *row = node_first(judged); row; row = node_next(row)) {
        if (!is_named(row, names))
            continue;
        node_t *item = node_push(plan, node_copy(row));
        bool is_idle = strcmp(node_str(row, "/state", ""), "Idle") == 0;
        if (is_idle)
            node_set_str(item, "action", "cancel");
        else if (!node_str(row, "/why", NULL))
            node_set_str(item, "why", "it is busy");
    }
    return plan;
}

int gpu_local_take(const node_t *item, void *train_env, struct err *err)
{
    const struct trainer_env *env = train_env;
    return env->trainer->cancel(env, node_str(item, "/job", ""), err);
}

size_t gpu_local_left(const node_t *item, void *train_env, struct err *err)
{
    CLEANUP(err_release) struct err gone = ERR_INIT;
    const struct trainer_env *env = train_env;
    CLEANUP(node_free) node_t *job = env->trainer->show(env, node_str(item, "/job", ""), &gone);
    if (!job && gone.code != ERR_NOT_FOUND)
        err_move(err, &gone);
    return err->what || strcmp(node_str(job, "/state", ""), "Running") == 0 ? 1 : 0;
}
