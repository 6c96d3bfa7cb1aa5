/* Alerts as an answer like others. */
#ifndef TOP_WARN_H
#define TOP_WARN_H

#include "metrics/prom.h"

/* What was warned of at a time of the past, as a query: Prometheus keeps no summaries. */
#define PAST_ALERTS "(time() - ALERTS_FOR_STATE) * ignoring (alertstate) group_right () ALERTS"

/* A series each, with the labels alertname, target, state, severity and summary; its value is its age in seconds.
 * alertmanager: NULL, or whom to ask what is silenced; when it does not answer, *ret_note says so (the caller frees it). */
int alerts_fetch(const struct prom *prom, const struct prom *alertmanager, struct prom_result *ret, char **ret_note,
                 struct err *err);
/* The answer of PAST_ALERTS in the same form. */
void alerts_of_past(struct prom_result *result);

#endif
