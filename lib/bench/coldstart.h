/* What a cold start is made of: the function is made cold again and again, and each time one request
 * is timed by the client and its stages by the runtime. */
#ifndef BENCH_COLDSTART_H
#define BENCH_COLDSTART_H

#include "serverless/runtime.h"

struct coldwatch; /* coldwatch.h */

struct coldstart {
    const struct runtime *runtime;
    const struct runtime_env *env;
    const struct invoke_request *request; /* its body in memory: it is sent many times */
    int64_t rounds;                       /* cold starts that count; one more goes before them and is dropped */
    int64_t warm_rounds;                  /* requests to the warm function afterwards; 0: none */
    struct coldwatch *watch;              /* tells the stages; NULL: the runtime does, or nobody */
    void (*on_round)(int64_t done, int64_t rounds, double total_ms, void *arg); /* may be NULL */
    void *arg;
};

/* {"function","runtime","rounds","how","uncertainty_ms","stages":[{"stage","p50_ms","p95_ms","p99_ms","share"}],
 *  "total_p50_ms","total_p95_ms","total_p99_ms","total_mean_ms","warm_p50_ms","warm_p99_ms","biggest":STAGE,"biggest_ms",
 *  "advice":COMMAND,"advice_because","sum_error_ms","unseen":{STAGE:N},"images_present":N,
 *  "samples":[{"total_ms","stages":{STAGE:ms},"unseen":[STAGE],"image_present":bool}]}.
 * The total is the client's; what the stages leave of it is the stage COLDSTART_REST, so the stages of a sample add up to
 * its total; by more than COLDSTART_SUM_MS they differ only when they are another start's, which is FAILED. Quantiles are
 * interpolated linearly. What the runtime changed for it is changed back, also after Ctrl-C. The caller frees.
 * FAILED when the runtime cannot do it, or when others keep the function warm. */
enum { COLDSTART_SUM_MS = 5 };
#define COLDSTART_REST "client and connection"
node_t *coldstart_measure(const struct coldstart *run, struct err *err);
/* The same document from samples alone (a part of the above, for tests and for stored samples). */
void coldstart_summarise(node_t *doc);

#endif
