/* Alerts: Prometheus' own, and what became of them in Alertmanager (its API v2); and the rules they come from. */
#ifndef METRICS_ALERTS_H
#define METRICS_ALERTS_H

#include "metrics/prom.h"

/* Alertmanager's alerts, an array; server is one that was opened with the kind "Alertmanager". NULL: AUTH, UNREACHABLE, or
 * FAILED for what is no Alertmanager. */
node_t *alertmanager_alerts(const struct prom *server, struct err *err);

/* One list of both: each alert once, the loudest first. {"name","state","severity","since":RFC3339,"summary","value","labels",
 * "annotations","silenced_by":[],"inhibited_by":[],"receivers":[],"sources":[]}; the state is pending, firing, silenced or
 * inhibited. alerts is /api/v1/alerts of Prometheus, told is Alertmanager's; NULL: that one was not asked. */
node_t *alerts_join(const node_t *alerts, const node_t *told);

/* The rules of /api/v1/rules: {"name","type":"alerting|recording","state","health","group","file","for_ms","query","labels",
 * "annotations","alerts":N,"evaluated":RFC3339,"took_ms","error"}; what a rule of its type does not have is null. */
node_t *alerts_rules(const node_t *rules);

#endif
