/* Where a stage goes, and why. The paper's rule: real-time inference goes serverless, training and
 * batch go to containers. Figures come from earlier runs; without one they are unknown (NaN). */
#ifndef PLACE_PLACE_H
#define PLACE_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum place_work { PLACE_BATCH, PLACE_TRAIN, PLACE_INFERENCE };

/* What an earlier run showed; NaN: unknown. */
struct place_measured {
    double run_ms; /* of a job */
    double cpu_s;
    double p95_ms; /* of a function */
    double energy_j;
    const char *at; /* "3d" ago as people say it; NULL: never measured */
};
#define PLACE_MEASURED_NONE   \
    ((struct place_measured){ \
        .run_ms = __builtin_nan(""), .cpu_s = __builtin_nan(""), .p95_ms = __builtin_nan(""), .energy_j = __builtin_nan("")})

struct place_prices { /* NaN: unknown */
    double cpu_hour, gpu_hour, kwh;
};

/* What a job can have there at most. */
struct place_capacity {
    int64_t gpus, cores;
};

struct place_request {
    enum place_work work;
    bool is_local;       /* the context runs everything as processes of this machine */
    const char *runtime; /* what runs functions there */
    const char *trainer; /* what runs jobs there */
    int64_t gpus;
    double cpus;
    const struct place_capacity *capacity; /* NULL: unknown */
    int64_t scale_min;                     /* -1: not given */
    struct place_measured measured;
    struct place_prices prices;
};

struct place {
    char *on;                      /* "local function", "kubernetes (2 GPU job)" */
    char *why;                     /* one line */
    double p95_ms, cost, energy_j; /* NaN: unknown */
    char *refused;                 /* what it asks for and there is not; NULL: nothing */
};
void place_release(struct place *place);
DEFINE_CLEANUP(struct place, place_release)

/* Pure: the same request gives the same answer. */
void place_stage(const struct place_request *request, struct place *ret);

/* Money for what was measured, by the prices that are known; NaN when none applies, or when the work
 * holds GPUs that have no price. */
double place_cost(const struct place_measured *measured, int64_t gpus, const struct place_prices *prices);

#endif
