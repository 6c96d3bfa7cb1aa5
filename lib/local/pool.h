/* Pools: a floor of warm instances for a function, a ceiling, and a schedule of floors.
 *
 * A pool's floor is its `min` until one of its schedules fires; from then on that schedule's number,
 * until another fires. A function's floor is the largest of its pools'. */
#ifndef LOCAL_POOL_H
#define LOCAL_POOL_H

#include <stdint.h>

#include "base/err.h"
#include "doc/node.h"
#include "local/loop.h"
#include "local/vitals.h"

struct pools;

/* Loads state/pools; `broken` receives a line for each document that could not be used. on_change is
 * called with a function's name whenever its floor or ceiling may have changed (not during
 * pools_new: the caller asks for the floors of what it loaded). */
struct pools_settings {
    const char *state;
    struct vitals *vitals;
    struct loop *loop; /* woken only when a schedule fires */
    void (*on_change)(const char *function, void *arg);
    void *arg;
    int64_t (*warm)(const char *function, void *arg); /* instances ready now, for documents; may be NULL */
};
struct pools *pools_new(const struct pools_settings *settings, struct strv *broken, struct err *err);
void pools_free(struct pools *pools);

/* What a function's code asks: instances to keep (0: none), and the most it may have (-1: no ceiling). */
int64_t pools_floor(const struct pools *pools, const char *function);
int64_t pools_ceiling(const struct pools *pools, const char *function);

/* And what it tells. POOL_KEPT: it met an instance that would not be there without the pool (idle for
 * longer than the function's idle time, or started for the floor and never used before). */
enum pool_hit { POOL_COLD, POOL_WARM, POOL_KEPT };
void pools_on_request(struct pools *pools, const char *function, enum pool_hit hit);
/* How many instances are ready and without a request, each time that changes. */
void pools_on_idle(struct pools *pools, const char *function, int64_t idle);

/* Documents as in lib/local/api.md; the caller frees. */
node_t *pools_create(struct pools *pools, const node_t *spec, struct err *err); /* USAGE, CONFLICT */
node_t *pools_list(struct pools *pools);
node_t *pools_show(struct pools *pools, const char *name, struct err *err); /* NOT_FOUND */
int pools_delete(struct pools *pools, const char *name, struct err *err);
int64_t pools_count(const struct pools *pools);

#endif
