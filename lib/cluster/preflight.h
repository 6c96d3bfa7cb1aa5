/* Before a cluster is asked for: whether it could be made, each thing that it needs looked at in two rounds of requests.
 * What would fail is said now, in the words that would otherwise arrive in ten minutes. */
#ifndef CLUSTER_PREFLIGHT_H
#define CLUSTER_PREFLIGHT_H

#include "doc/print.h"
#include "openstack/openstack.h"

/* wanted: the body of the creation, with the template's name or UUID as its "cluster_template_id".
 *
 * An array of findings: {"check": "image", "state": "ok", "detail": "fedora-coreos-35: active", "hint": null,
 * "exit_code": 0}. state: "ok"; "warn": it would be made, but perhaps not as it was meant; "fail": it would not be made, and
 * exit_code says how that ends; "unknown": the cloud does not tell this login. The caller frees. NULL: err, when not even
 * the login works. */
node_t *preflight_run(struct openstack *os, const node_t *wanted, struct err *err);

/* The same for a template before there is one: whether a cluster of one master and one node could be made of it. */
node_t *preflight_template(struct openstack *os, const node_t *template, struct err *err);

/* Findings as a list; what to try is a column of -o wide. */
int preflight_print(const struct print_options *opts, const node_t *findings, struct err *err);

/* 0 when nothing fails; else -1 with the first failure as the error: its sentence, its hint, its exit code. failing: "cannot
 * create cluster ml". */
int preflight_verdict(const node_t *findings, const char *failing, struct err *err);

#endif
