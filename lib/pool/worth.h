/* A cluster's pool as a document, with what it is worth. */
#ifndef POOL_WORTH_H
#define POOL_WORTH_H

#include "metrics/prom.h"
#include "pool/kept.h"

/* {"name","function","runtime","min","max","schedule":[{"cron","min"}],"forecast","prepull","gpus","floor","applied","next",
 * "warm"}: function is the runtime's document of it, NULL: unknown. The caller frees. */
node_t *kept_document(const struct kept *kept, const node_t *function);

/* Adds what is known of: "cold_start_p50_ms" (of the instances that are there: created to ready, by stamps of whole seconds),
 * "linger_s" (how long one stays after its last request), "instance_cost_per_hour" and "currency" (its requests at the context's
 * prices), "idle_w" and "busy_w" (estimated: its cores' share of the declared power of its node), and of the last day, where
 * there is a Prometheus (NULL: none): "requests", "misses" (starts from none), "hits", "hit_ratio", "cold_starts_avoided"
 * (pauses longer than linger_s that met an instance), "saved_ms"; and from which rate on keeping one pays:
 * "break_even_per_hour" in money, "break_even_energy_per_hour" in joules. */
void kept_add_worth(const struct runtime_env *env, const struct prom *prom, const struct kept *kept, node_t *doc);

/* What one instance costs while it waits: "instance_cost_per_hour", ... as above; for others that decide by it. */
struct instance_worth {
    double cold_s, linger_s, cost_per_hour, idle_w, busy_w; /* NaN: unknown */
};
struct instance_worth instance_worth_of(const struct runtime_env *env, const struct runtime *runtime, const char *function);

#endif
