/* What the verbs of `aiwf pool` share: see cmd_pool.c. */
#ifndef CMD_POOL_H
#define CMD_POOL_H

#include "cmd.h"
#include "metrics/prom.h"
#include "pool/kept.h"

/* Who keeps pools in this context: the gateway of the local runtime, or objects of a cluster. */
struct pool_backend {
    const struct runtime *runtime; /* of functions there */
    bool is_cluster;
    struct runtime_env env;     /* where is_cluster */
    struct warm_pool_env local; /* else */
};
/* FAILED for a runtime whose instances cannot be kept from outside. */
int pool_backend(struct cli *cli, const char *runtime, struct pool_backend *ret, struct err *err);

/* The context's, where it has one; *ret_has_it. */
void pool_prometheus(struct cli *cli, struct prom *ret, bool *ret_has_it);

complete_fn complete_pools;

/* Of a cluster. */
int pool_cluster_create(struct cli *cli, const struct pool_backend *backend, const struct kept_spec *spec, struct err *err);
node_t *pool_cluster_list(const struct pool_backend *backend, struct err *err);
node_t *pool_cluster_show(struct cli *cli, const struct pool_backend *backend, const char *name, struct err *err);

extern const struct cmd pool_run_cmd, pool_advise_cmd;

#endif
