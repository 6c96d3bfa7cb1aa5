/* The OpenFaaS gateway's REST API (openfaas/faas, api-docs/spec.openapi.yml), as the runtimes `openfaas` and
 * `local` speak it. */
#ifndef SERVERLESS_OPENFAAS_H
#define SERVERLESS_OPENFAAS_H

#include "serverless/runtime.h"

/* A gateway, and how to reach it. */
struct openfaas {
    struct http *http;
    const char *url;
    const char *namespace; /* NULL: the gateway's usual one */
};

/* Of a context: USAGE when it has no gateway. */
int openfaas_of(const struct runtime_env *env, struct openfaas *ret, struct err *err);

/* USAGE for metrics and schedules that it does not understand. */
int openfaas_check(const struct function_spec *spec, struct err *err);
/* What of spec only its paid editions do, for people; NULL: nothing. Which edition it is no gateway says. */
const char *openfaas_advice(const struct function_spec *spec);
/* A FunctionDeployment. Our options travel as lib/local/api.md says: labels com.openfaas.scale.*, limits,
 * environment variables of the watchdog, annotations. */
node_t *openfaas_deployment(const struct function_spec *spec);

/* PUT when replacing (POST when there is nothing to replace yet), else POST. */
int openfaas_deploy(const struct openfaas *gateway, const struct function_spec *spec, bool replace, struct err *err);
int openfaas_scale(const struct openfaas *gateway, const char *name, int64_t replicas, struct err *err);
int openfaas_remove(const struct openfaas *gateway, const char *name, struct err *err);
struct openfaas_logs {
    const char *name;
    bool follow;
    int64_t tail; /* < 0: all */
    bool (*on_line)(const node_t *line, void *arg);
    void *arg;
};
int openfaas_logs(const struct openfaas *gateway, const struct openfaas_logs *logs, struct err *err);
/* What it is called by below the gateway: "f", or "f.NS" outside the gateway's own namespace. The caller frees. */
char *openfaas_full_name(const struct openfaas *gateway, const char *name);
/* Sends the request and takes the answer as it is; what its status means is for the runtime to say. */
int openfaas_invoke(const struct openfaas *gateway, const struct invoke_request *req, struct http_response *res, struct err *err);

#endif
