/* Rules of Prometheus and dashboards of Grafana, made of the vocabulary. The same vocabulary makes the same bytes. */
#ifndef METRICS_DASHBOARD_H
#define METRICS_DASHBOARD_H

#include "metrics/vocabulary.h"

/* {"groups":[...]} as Prometheus reads it: a group a source, a rule a figure. aiwf:gpu_util{measured_by="dcgm"} is gpu.util by dcgm. */
node_t *rules_record(const node_t *vocabulary);
node_t *rules_warn(const node_t *vocabulary);
/* The same as an object of the Prometheus operator; takes groups. */
node_t *rules_object(const char *name, node_t *groups);

/* One dashboard (of the vocabulary's) as Grafana's file provisioning and its API take it: without an id, the data source is a
 * variable, and so is the window of rates. prices has the context's by their settings' names; panels whose price is not there
 * are left out, and named in missing. */
node_t *dashboard_make(const node_t *vocabulary, const node_t *dashboard, const node_t *prices, struct strv *missing);
/* A provider for Grafana's provisioning/dashboards, which reads the dashboards in folder. */
node_t *dashboard_provider(const char *folder);

#endif
