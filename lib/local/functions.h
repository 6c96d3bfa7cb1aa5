/* The deployed functions as the rest of the gateway sees them: by name and as documents. */
#ifndef LOCAL_FUNCTIONS_H
#define LOCAL_FUNCTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "doc/node.h"
#include "local/daemon.h"

struct function;
struct functions;

/* Loads STATE_DIR/functions; `broken` receives a line for each document that could not be used. */
struct functions *functions_new(struct daemon *daemon, struct strv *broken, struct err *err);
/* Starts what floors ask for: once the server listens. */
void functions_start(struct functions *functions);
/* Ends every instance and process: TERM, then KILL for what is left after the grace time. No request may be under way. */
void functions_stop(struct functions *functions);
void functions_free(struct functions *functions);

/* name need not be terminated. NULL: none. */
struct function *functions_find(const struct functions *functions, const char *name, size_t len);
size_t functions_count(const struct functions *functions);
int64_t functions_ready(const struct functions *functions, const char *name); /* instances that take requests now */
int functions_instances(const struct functions *functions);                   /* running now */

/* spec is OpenFaaS's FunctionDeployment. CONFLICT: it exists and !replace, or is being deployed. NOT_FOUND: it
 * does not exist and must_exist. done is called once, with NULL when it is deployed: before this returns, or
 * from the loop when a source was copied first. */
struct deploy_done {
    void (*fn)(const struct err *err, void *arg);
    void *arg;
};
void functions_deploy(struct functions *functions, const node_t *spec, bool replace, bool must_exist, struct deploy_done done);
int functions_remove(struct functions *functions, const char *name, struct err *err);
int functions_scale(struct functions *functions, const char *name, long long replicas, struct err *err);
/* A pool's floor or ceiling changed. */
void functions_rescale(struct functions *functions, const char *name);

/* As lib/serverless/runtime.h says, and as OpenFaaS's FunctionStatus. */
node_t *function_document(const struct function *function);
node_t *function_status(const struct function *function);

#endif
