/* Which runtimes there are: the files lib/serverless/rt_*.c, collected by the Makefile. */
#include "serverless/runtime.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define X(name) extern const struct runtime runtime_##name;
#include "gen/runtimes.inc"
#undef X

const struct runtime *const runtimes[] = {
#define X(name) &runtime_##name,
#include "gen/runtimes.inc"
#undef X
    NULL,
};

const struct runtime *runtime_find(const char *name)
{
    for (size_t i = 0; name && runtimes[i]; i++)
        if (strcmp(runtimes[i]->name, name) == 0)
            return runtimes[i];
    return NULL;
}

/* What a context that says no runtime can run functions on. */
static const char *usual_runtime(const struct context *context)
{
    if (context->is_local)
        return "local";
    if (context_get(context, SETTING_openfaas))
        return "openfaas";
    if (context_get(context, SETTING_openwhisk))
        return "openwhisk";
    if (context_get(context, SETTING_kube_context) || context_get(context, SETTING_kubeconfig))
        return "knative";
    return NULL;
}

static void unknown_runtime(const char *name, struct err *err)
{
    CLEANUP(str_release) struct str known = STR_INIT;
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    for (const struct runtime *const *runtime = runtimes; *runtime; runtime++) {
        str_addf(&known, "%s%s", names.n ? ", " : "", (*runtime)->name);
        strv_add(&names, (*runtime)->name);
    }
    err_set(err, ERR_USAGE, "unknown runtime \"%s\"", name);
    err_why(err, "known are: %s", known.buf);
    const char *nearest = str_nearest(name, (const char *const *)names.v, names.n);
    if (nearest)
        err_hint(err, "--runtime %s", nearest);
}

const struct runtime *runtime_for(const struct context *context, const char *name, struct err *err)
{
    if (!name)
        name = context_get(context, SETTING_runtime);
    if (!name)
        name = usual_runtime(context);
    if (!name) {
        err_set(err, ERR_USAGE, "context %s says nothing that runs functions", context->name);
        err_hint(err, "aiwf context set %s --openfaas URL, or --context local", context->name);
        return NULL;
    }
    const struct runtime *runtime = runtime_find(name);
    if (!runtime)
        unknown_runtime(name, err);
    return runtime;
}

const char *invoke_start(const struct http_response *res)
{
    const char *start = http_header(res, "x-aiwf-start");
    bool is_known = start && (strcmp(start, "cold") == 0 || strcmp(start, "warm") == 0);
    return is_known ? start : NULL;
}

double invoke_part_ms(const struct http_response *res, const char *part)
{
    AUTOFREE char *name = xasprintf("x-aiwf-%s-ms", part);
    const char *text = http_header(res, name);
    double ms;
    return text && str_to_num(text, &ms) && ms >= 0 ? ms : (double)NAN;
}

void runtime_access_release(struct runtime_access *access)
{
    if (access->password)
        explicit_bzero(access->password, strlen(access->password));
    free(access->url);
    free(access->user);
    free(access->password);
    free(access->cert_file);
    free(access->key_file);
}

int runtime_lacks(const struct runtime *runtime, const char *operation, struct err *err)
{
    err_set(err, ERR_FAILED, "%s cannot %s", runtime->name, operation);
    return err_hint(err, "aiwf function runtimes");
}
