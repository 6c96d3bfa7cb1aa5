/* Warm pools: instances kept ready for a function, so that its requests meet no cold start. On the
 * local runtime the gateway keeps them (lib/local/api.md). */
#ifndef POOL_WARM_H
#define POOL_WARM_H

#include "conf/conf.h"
#include "doc/node.h"
#include "net/http.h"

struct warm_pool_spec {
    const char *name, *function;
    int64_t min, max;            /* max -1: no ceiling */
    const struct strv *schedule; /* "CRON=N": from then on a floor of N */
};

struct warm_pool_env {
    struct http *http;
    const struct context *context;
};

/* USAGE when a schedule is not CRON=N (N in [0, max]). The caller frees the document. */
node_t *warm_pool_json(const struct warm_pool_spec *spec, struct err *err);
int warm_pool_create(const struct warm_pool_env *env, const struct warm_pool_spec *spec,
                     struct err *err); /* CONFLICT, NOT_FOUND */
/* Pool documents, as api.md says, with what follows from them: "hit_ratio", "idle_w", "idle_cost" and
 * "currency", as far as they are known. */
node_t *warm_pool_list(const struct warm_pool_env *env, struct err *err);
/* And, from the function's last cold starts and the machine's power: "cold_start_p50_ms", "saved_ms" (waiting that
 * was avoided), "cold_start_energy_j" (estimated: a core at full load above idle while it starts), and
 * "break_even_per_hour": the requests an hour above which keeping an instance warm uses less energy than starting one
 * for each. */
node_t *warm_pool_show(const struct warm_pool_env *env, const char *name, struct err *err);
int warm_pool_delete(const struct warm_pool_env *env, const char *name, struct err *err);

#endif
