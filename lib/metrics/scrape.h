/* Exporters that are read directly, with a short history in memory, in the place of a Prometheus: each round of queries
 * reads all of them once, at the same time, and is answered from what they said. */
#ifndef METRICS_SCRAPE_H
#define METRICS_SCRAPE_H

#include "metrics/prom.h"

/* settings->scrape, and what else of them applies: URLs, or kube:// addresses (conf/endpoint.h). The context's TLS settings
 * hold; its login at exporters goes to those that scrape-hosts names. USAGE for a target that is neither. */
struct scrape *scrape_new(const struct context *context, const struct prom_settings *settings, struct err *err);
void scrape_free(struct scrape *scrape);
DEFINE_CLEANUP_PTR(struct scrape, scrape_free)
char *scrape_name(const struct scrape *scrape); /* "http://a:9100/metrics", "3 exporters"; the caller frees it */

/* As prom_query_all. An exporter that does not answer is up == 0 and all of its series are stale; when none answers, every
 * query fails with the reason. */
int scrape_query_all(struct scrape *scrape, const struct prom_query *queries, struct prom_result *results, struct err *errs,
                     size_t n);
/* As prom_watch. */
int scrape_watch(struct scrape *scrape, const struct prom_query *queries, size_t n, struct err *err);
/* As prom_read, for names, labels, series, metadata and targets; NOT_FOUND for what only a server has. */
node_t *scrape_read(struct scrape *scrape, const struct prom_read *what, struct strv *warnings, struct err *err);

#endif
