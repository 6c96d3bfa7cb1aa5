#ifndef METRICS_SCRAPE_PARTS_H
#define METRICS_SCRAPE_PARTS_H

#include "metrics/memory.h"
#include "metrics/scrape.h"

struct scrape_target {
    char *job, *url;
    bool is_up;
    struct err why; /* it is not */
    double took_ms;
    size_t samples;
};

struct scrape {
    struct http *http;
    struct memory memory;
    struct scrape_target *targets;
    size_t n, rounds;
    int64_t pair_ms;
    bool is_fresh; /* the last round has served no queries yet */
};

#endif
