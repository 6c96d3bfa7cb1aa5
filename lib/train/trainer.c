/* Which trainers there are: the files lib/train/trainer_*.c, collected by the Makefile. */
#include "train/kube_job.h"

#include <string.h>

#include "train/last_words.h"

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
        name = context->is_local ? "local" : has_cluster ? "auto" : NULL;
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

const struct trainer *trainer_of(const node_t *object)
{
    for (const struct trainer *const *trainer = trainers; *trainer; trainer++) {
        const struct kube_kind *kind = (*trainer)->cluster ? (*trainer)->cluster->kind : NULL;
        AUTOFREE char *version = kind ? xasprintf("%s/%s", kind->group, kind->version) : NULL;
        if (version && strcmp(node_str(object, "/apiVersion", ""), version) == 0 &&
            strcmp(node_str(object, "/kind", ""), kind->kind) == 0)
            return *trainer;
    }
    return NULL;
}

int trainer_locate(struct trainer_env *env, const char *name, struct err *err)
{
    if (env->trainer->locate)
        env->trainer = env->trainer->locate(env, name, err);
    return env->trainer ? 0 : -1;
}

int trainer_choose(struct trainer_env *env, const struct job_spec *spec, struct err *err)
{
    if (env->trainer->choose)
        env->trainer = env->trainer->choose(env, spec, err);
    return env->trainer ? 0 : -1;
}

int trainer_lacks(const struct trainer *trainer, const char *operation, struct err *err)
{
    return err_set(err, ERR_FAILED, "%s cannot %s", trainer->name, operation);
}

static void failure_hint(const node_t *job, const char *name, struct err *err)
{
    const char *reason = node_str(job, "/reason", "");
    int64_t rank = node_int(job, "/failed_rank", -1);
    bool of_memory =
        (strcmp(node_str(job, "/signal", ""), "KILL") == 0 && strstr(reason, "memory")) || strstr(reason, "OOMKilled");
    AUTOFREE char *which = rank > 0 ? xasprintf(" --rank %lld", (long long)rank) : xstrdup("");
    err_hint(err, "%saiwf train logs %s%s --tail 50, or aiwf why train %s", of_memory ? "a larger --memory; " : "", name, which,
             name);
}

/* "exit code 3" and "killed by signal SEGV" say no more than the error itself. */
static bool is_said(const char *reason)
{
    const char *number = str_starts(reason, "exit code ") ? reason + strlen("exit code ") : NULL;
    const char *name = str_starts(reason, "killed by signal ") ? reason + strlen("killed by signal ") : NULL;
    return (number && !number[strspn(number, "0123456789")]) || (name && !strchr(name, ' '));
}

/* "exit 137 (SIGKILL)": what a shell makes of a signal. */
static void add_end(const node_t *job, struct str *s)
{
    enum { SHELL_SIGNAL = 128 };
    const char *signal = node_str(job, "/signal", NULL);
    int64_t code = node_int(job, "/exit_code", -1);
    const char *name = code > SHELL_SIGNAL && code < 2 * SHELL_SIGNAL ? sigabbrev_np((int)code - SHELL_SIGNAL) : NULL;
    if (signal)
        str_addf(s, ": killed by SIG%s", str_starts(signal, "SIG") ? signal + 3 : signal);
    else if (code >= 0)
        str_addf(s, ": exit %lld", (long long)code);
    if (!signal && name)
        str_addf(s, " (SIG%s)", name);
}

bool job_failed_for_another(const node_t *failure)
{
    int64_t code = node_int(failure, "/exit_code", 0);
    if (node_str(failure, "/reason", NULL))
        return false;
    return code == 143 || code == 137 || last_words_blame_another(node_str(failure, "/last_output", ""));
}

void job_recall(node_t *job, const node_t *last_failure)
{
    static const char *const copied[] = {"exit_code", "reason", "message", "last_output"};
    bool is_late = str_starts(node_str(job, "/reason", ""), "DeadlineExceeded");
    if (!last_failure || is_late || strcmp(node_str(job, "/state", ""), "Failed") != 0)
        return;
    if (!node_get(job, "job_reason"))
        node_set(job, "job_reason", node_copy(node_get(job, "reason")));
    node_set(job, "failed_rank", node_copy(node_get(last_failure, "rank")));
    node_set(job, "failed_pod", node_copy(node_get(last_failure, "pod")));
    for (size_t i = 0; i < ARRAY_LEN(copied); i++)
        if (node_get(last_failure, copied[i]))
            node_set(job, copied[i], node_copy(node_get(last_failure, copied[i])));
}

static int failed(const node_t *job, struct err *err)
{
    CLEANUP(str_release) struct str end = STR_INIT;
    const char *name = node_str(job, "/name", "?"), *reason = node_str(job, "/reason", NULL);
    int64_t rank = node_int(job, "/failed_rank", -1);
    if (rank >= 0 && node_int(job, "/ranks/total", 1) > 1)
        str_addf(&end, ": rank %lld", (long long)rank);
    add_end(job, &end);
    err_set(err, ERR_WORKLOAD, "job %s failed%s", name, end.buf);
    const char *message = node_str(job, "/message", NULL);
    if (reason && *reason && !is_said(reason))
        err_why(err, "%s%s%s", reason, message ? ": " : "", message ? message : "");
    failure_hint(job, name, err);
    return -1;
}

int job_unanswered(const char *name, struct err *err)
{
    if (err->code != ERR_INTERRUPTED)
        return -1;
    err_set(err, ERR_INTERRUPTED, "interrupted while job %s was being submitted; it may run all the same", name);
    return err_hint(err, "aiwf train wait %s", name);
}

bool job_is_over(const node_t *job)
{
    const char *state = node_str(job, "/state", "");
    return strcmp(state, "Succeeded") == 0 || strcmp(state, "Failed") == 0 || strcmp(state, "Cancelled") == 0;
}

int job_result(const node_t *job, struct err *err)
{
    const char *name = node_str(job, "/name", "?"), *state = node_str(job, "/state", "");
    if (strcmp(state, "Succeeded") == 0)
        return 0;
    if (strcmp(state, "Cancelled") == 0)
        return err_set(err, ERR_WORKLOAD, "job %s was cancelled", name);
    if (strcmp(state, "Failed") == 0)
        return failed(job, err);
    return err_set(err, ERR_FAILED, "job %s is not over: %s", name, *state ? state : "state unknown");
}
