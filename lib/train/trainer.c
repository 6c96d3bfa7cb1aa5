/* Which trainers there are: the files lib/train/trainer_*.c, collected by the Makefile. */
#include "train/trainer.h"

#include <string.h>

#define X(name) extern const struct trainer trainer_##name;
#include "gen/trainers.inc"
#undef X

const struct trainer *const trainers[] = {
#define X(name) &trainer_##name,
#include "gen/trainers.inc"
#undef X
    NULL,
};

const struct trainer *trainer_find(const char *name)
{
    for (size_t i = 0; name && trainers[i]; i++)
        if (strcmp(trainers[i]->name, name) == 0)
            return trainers[i];
    return NULL;
}

static void unknown_trainer(const char *name, struct err *err)
{
    CLEANUP(str_release) struct str known = STR_INIT;
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    for (const struct trainer *const *trainer = trainers; *trainer; trainer++) {
        str_addf(&known, "%s%s", names.n ? ", " : "", (*trainer)->name);
        strv_add(&names, (*trainer)->name);
    }
    err_set(err, ERR_USAGE, "unknown trainer \"%s\"", name);
    err_why(err, "known are: %s", known.buf);
    const char *nearest = str_nearest(name, (const char *const *)names.v, names.n);
    if (nearest)
        err_hint(err, "--trainer %s", nearest);
}

const struct trainer *trainer_for(const struct context *context, const char *name, struct err *err)
{
    bool has_cluster = context_get(context, SETTING_kube_context) || context_get(context, SETTING_kubeconfig);
    if (!name)
        name = context->is_local ? "local" : has_cluster ? "job" : NULL;
    if (!name) {
        err_set(err, ERR_USAGE, "context %s says nothing that runs jobs", context->name);
        err_hint(err, "aiwf context add %s --kube-context NAME, or --context local", context->name);
        return NULL;
    }
    const struct trainer *trainer = trainer_find(name);
    if (!trainer)
        unknown_trainer(name, err);
    return trainer;
}

int trainer_lacks(const struct trainer *trainer, const char *operation, struct err *err)
{
    return err_set(err, ERR_FAILED, "%s cannot %s", trainer->name, operation);
}

static void failure_hint(const node_t *job, const char *name, struct err *err)
{
    if (strcmp(node_str(job, "/signal", ""), "KILL") == 0 && strstr(node_str(job, "/reason", ""), "memory"))
        err_hint(err, "a larger --memory; aiwf train logs %s --tail 50", name);
    else
        err_hint(err, "aiwf train logs %s --tail 50", name);
}

/* "exit code 3" and "killed by signal SEGV" say no more than the error itself. */
static bool is_said(const char *reason)
{
    const char *number = str_starts(reason, "exit code ") ? reason + strlen("exit code ") : NULL;
    const char *name = str_starts(reason, "killed by signal ") ? reason + strlen("killed by signal ") : NULL;
    return (number && !number[strspn(number, "0123456789")]) || (name && !strchr(name, ' '));
}

int job_result(const node_t *job, struct err *err)
{
    const char *name = node_str(job, "/name", "?");
    const char *state = node_str(job, "/state", "");
    const char *signal = node_str(job, "/signal", NULL);
    const char *reason = node_str(job, "/reason", NULL);
    if (strcmp(state, "Succeeded") == 0)
        return 0;
    if (strcmp(state, "Cancelled") == 0) {
        err_set(err, ERR_WORKLOAD, "job %s was cancelled", name);
        return -1;
    }
    if (strcmp(state, "Failed") != 0)
        return err_set(err, ERR_FAILED, "job %s is not over: %s", name, *state ? state : "state unknown");
    int64_t code = node_int(job, "/exit_code", -1);
    if (signal)
        err_set(err, ERR_WORKLOAD, "job %s failed: killed by SIG%s", name, str_starts(signal, "SIG") ? signal + 3 : signal);
    else if (code >= 0)
        err_set(err, ERR_WORKLOAD, "job %s failed: exit %lld", name, (long long)code);
    else
        err_set(err, ERR_WORKLOAD, "job %s failed", name);
    if (reason && *reason && !is_said(reason))
        err_why(err, "%s", reason);
    failure_hint(job, name, err);
    return -1;
}
