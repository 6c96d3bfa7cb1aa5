/* What a run would do: where each stage goes and why, what earlier runs measured, what need not be redone. */
#ifndef WORKFLOW_PLAN_H
#define WORKFLOW_PLAN_H

#include "workflow/home.h"
#include "workflow/run.h"

/* One document a stage, in the order of running:
 * {"name","kind","placed_on","why","needs":[],"unchanged":bool,"refused":TEXT|null,"p95_ms","cost","currency","energy_j","energy_source"}
 * home: NULL when nothing ever ran. Asks the runtime for latencies of functions that were deployed before; one
 * that does not answer only leaves them unknown. env->http may be NULL: it is not asked at all. */
node_t *workflow_plan(const struct workflow *wf, const struct home *home, const struct run_env *env, struct err *err);

/* Objectives against what is known, a line each: "p95 < 200 ms: 141 ms, holds". */
void workflow_objectives(const struct workflow *wf, const node_t *plan, struct strv *lines);

#endif
