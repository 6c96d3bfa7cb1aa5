/* OpenWhisk's documents (facts: apache/openwhisk, core/controller/src/main/resources/apiv1swagger.json, docs/annotations.md):
 * what a function says becomes an action, and an action and its activations become a function. */
#ifndef SERVERLESS_OPENWHISK_H
#define SERVERLESS_OPENWHISK_H

#include "serverless/features.h"

enum { WHISK_CODE_MAX = 48 << 20, WHISK_LIST_MAX = 200 }; /* bytes of an action's code; items of a list */

extern const struct function_support whisk_support[FEATURE_COUNT];
/* USAGE for what an action cannot say. */
int whisk_check(const struct function_spec *spec, struct err *err);
/* The body of PUT /namespaces/_/actions/NAME; code: a ZIP of spec->source, NULL where an image is run. The caller frees. */
node_t *whisk_action(const struct function_spec *spec, const struct str *code);
/* The kind of code in a folder, by the file that its runtime begins with ("python:default"); NULL: none that is known. */
const char *whisk_kind_of(const char *folder);

/* To annotations or parameters; takes value. Returns the pair. */
node_t *whisk_add_pair(node_t *list, const char *key, node_t *value);
/* "K=V" of each; a V that is true or false is that, all else text. May be NULL. */
void whisk_add_pairs(node_t *list, const struct strv *pairs);
/* An annotation's value by its key, or NULL. */
const node_t *whisk_annotation(const node_t *entity, const char *key);
/* Whether an activation is of the action NAME or PACKAGE/NAME: a list by name has those of other packages too. */
bool whisk_is_of(const node_t *activation, const char *name);
/* As runtime.h has it. activations (newest first, whole; NULL: not asked): how it went lately. The caller frees. */
node_t *whisk_function(const node_t *action, const node_t *activations);

/* Of an activation: milliseconds, NaN where it does not say. wait: queued in the system; init: of a cold start only; run: of
 * the code itself. */
struct whisk_times {
    double wait_ms, init_ms, run_ms;
};
struct whisk_times whisk_times(const node_t *activation);
/* {"total_ms","stages":[..]} of an activation that was a cold start. The caller frees. */
node_t *whisk_cold_start(const node_t *activation);

/* A line of an activation's log, "2026-01-01T00:00:00.0Z stdout: hi", as {"timestamp","stream","text","instance"}. */
node_t *whisk_log_line(const char *text, const char *activation);

#endif
