/* The GPUs of this machine, which the local runtime gives to its jobs. */
#include <string.h>
#include <unistd.h>

#include "gpu.h"
#include "local/client.h"
#include "train.h"

static node_t *gateway_status(struct cli *cli, struct err *err)
{
    AUTOFREE char *folder = local_state_dir();
    CLEANUP(local_gateway_release) struct local_gateway gateway = LOCAL_GATEWAY_INIT;
    if (local_gateway_find(folder, &gateway, err) != 0)
        return NULL;
    CLEANUP(http_free) struct http *http = local_gateway_http(&gateway, cli->verbose ? cli->err : NULL, err);
    return http ? local_gateway_status(http, &gateway, err) : NULL;
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
