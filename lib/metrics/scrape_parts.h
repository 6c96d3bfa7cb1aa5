#ifndef METRICS_SCRAPE_PARTS_H
#define METRICS_SCRAPE_PARTS_H

#include "metrics/memory.h"
#include "metrics/scrape.h"

struct scrape_target {
    char *job, *url;
    bool is_known; /* the context's login is meant for it */
    char *via;     /* what is asked in the place of url: the way into a cluster; NULL: url itself */
    bool is_up;
    struct err why; /* it is not */
    double took_ms;
    size_t samples;
};

struct scrape {
    struct http *http, *known; /* without a login; with the context's, for those that it is meant for */
    struct http *inside;       /* the caller's, that reaches into a cluster */
    char *token_file;          /* of known */
    struct memory memory;
    struct scrape_target *targets;
    size_t n;
    size_t rounds;
    int64_t pair_ms;
    bool is_fresh; /* the last round has served no queries yet */
};

#endif
