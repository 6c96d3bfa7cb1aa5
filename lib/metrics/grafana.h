/* A client of Grafana's HTTP API: dashboards and their folder. The wire format (legacy API, in all versions so far) ends here. */
#ifndef METRICS_GRAFANA_H
#define METRICS_GRAFANA_H

#include <stdio.h>

#include "conf/conf.h"
#include "doc/node.h"
#include "net/http.h"

struct grafana {
    char *base;
    struct http *http;
};
void grafana_release(struct grafana *grafana);
DEFINE_CLEANUP(struct grafana, grafana_release)

struct grafana_settings {
    const char *url; /* --grafana; NULL: the context's */
    FILE *trace, *timing;
};
/* The token is the context's grafana-token-file; one that the configuration's file says goes only to the server that it says. */
int grafana_open(struct grafana *ret, const struct context *context, const struct grafana_settings *settings, struct err *err);

/* "new", "changed" or "same" by what Grafana has under the dashboard's uid; NULL: err is set. */
const char *grafana_compare(const struct grafana *grafana, const node_t *dashboard, struct err *err);
/* Makes the folder, fine if it is there. */
int grafana_folder(const struct grafana *grafana, const char *uid, const char *title, struct err *err);
/* Makes or replaces it, in this folder. */
int grafana_save(const struct grafana *grafana, const node_t *dashboard, const char *folder_uid, struct err *err);
/* NOT_FOUND: it is not there. */
int grafana_delete(const struct grafana *grafana, const char *uid, struct err *err);
/* {"name":uid,"title","folder","url"} of those with this tag. */
node_t *grafana_list(const struct grafana *grafana, const char *tag, struct err *err);

#endif
