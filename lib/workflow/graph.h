/* The graph of stages: names become indexes, cycles are found, an order is made. */
#ifndef WORKFLOW_GRAPH_H
#define WORKFLOW_GRAPH_H

#include "workflow/spec.h"

/* Reads needs and inputs of every stage of doc and fills wf->order. USAGE with the place of the fault. */
int graph_link(const struct doc *doc, const char *base, struct workflow *wf, struct err *err);

/* The key of a member of map that becomes an environment variable's name (env, inputs, outputs). Inputs
 * and outputs become upper case there, so members may not differ in case only. */
int graph_check_variable(const struct doc *doc, const node_t *map, const node_t *node, const char *what, struct err *err);

#endif
