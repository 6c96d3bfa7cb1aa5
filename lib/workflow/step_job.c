/* Stages of kind batch and train: a job in a folder of its own, whose outputs are stored when it ends. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/tree.h"
#include "workflow/objects.h"
#include "workflow/step.h"

enum { JOB_NAME_MAX = 63, LOG_TAIL = 10, SYSTEM_LINES = 2 };

/* The same stage, made from the same things, at the same try, is the same job: that is how a run that
 * was killed between submitting and noting it finds what it submitted. */
static int name_job(const struct run *run, size_t at, char **ret, struct err *err)
{
    const struct step *step = &run->steps[at];
    AUTOFREE char *text = xasprintf("%s %lld %lld", step->made.key, (long long)run->fresh, (long long)step->try_number);
    char hash[HASH_HEX];
    if (hash_data(text, strlen(text), hash, err) != 0)
        return -1;
    AUTOFREE char *words = xasprintf("%s-%s", run->wf->name, run->wf->stages[at].name);
    *ret = xasprintf("%.*s-%.8s", JOB_NAME_MAX - 9, words, hash);
    return 0;
}

int step_job_forget(struct run *run, size_t at, const node_t *start, struct err *err)
{
    const struct trainer_env env = run_trainer(run->env);
    const char *job = node_str(start, "/job", NULL);
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    if (job && run->env->trainer->cancel)
        run->env->trainer->cancel(&env, job, &ignored);
    node_t *record = journal_record("cancelled", run->wf->stages[at].name);
    node_set_str(record, "key", node_str(start, "/key", NULL));
    node_set_num(record, "try", node_num(start, "/try", 0));
    return journal_add(&run->home->journal, record, err);
}

/* It ended badly while nobody waited for it: that was one try, the next one begins. */
static int next_try(struct run *run, size_t at, struct err *err)
{
    struct step *step = &run->steps[at];
    node_t *record = journal_record("failed", run->wf->stages[at].name);
    node_set_str(record, "job", step->handle);
    if (step_failed(run, at, record, "ended badly while nobody waited for it", err) != 0)
        return -1;
    step->try_number++;
    step->state = STEP_WAITING;
    free(TAKE(step->handle));
    return name_job(run, at, &step->handle, err);
}

/* A job that this stage had before: RUNNING when it is still to be watched. ret_submit: there is none,
 * or it is to be tried anew. */
static int adopt(struct run *run, size_t at, bool *ret_submit, struct err *err)
{
    struct step *step = &run->steps[at];
    const struct trainer_env env = run_trainer(run->env);
    bool is_open;
    const node_t *start = journal_start(&run->home->journal, run->wf->stages[at].name, &is_open);
    *ret_submit = true;
    if (!is_open)
        return 0;
    if (!str_eq(node_str(start, "/job", NULL), step->handle))
        return step_job_forget(run, at, start, err);
    CLEANUP(err_release) struct err remote = ERR_INIT;
    CLEANUP(node_free) node_t *doc = run->env->trainer->show(&env, step->handle, &remote);
    if (!doc && remote.code == ERR_NOT_FOUND)
        return 0;
    *ret_submit = false;
    if (!doc)
        return step_remote_error(run, at, &remote, err);
    step_remote_ok(run);
    const char *state = node_str(doc, "/state", "");
    *ret_submit = strcmp(state, "Failed") == 0 || strcmp(state, "Cancelled") == 0;
    if (*ret_submit)
        return next_try(run, at, err);
    step->state = STEP_RUNNING;
    return 0;
}

static int note_start(struct run *run, size_t at, struct err *err)
{
    struct step *step = &run->steps[at];
    node_t *record = journal_record("start", run->wf->stages[at].name);
    node_set_str(record, "key", step->made.key);
    node_set_str(record, "job", step->handle);
    node_set_num(record, "try", (double)step->try_number);
    step->state = STEP_STARTING;
    return journal_add(&run->home->journal, record, err);
}

int step_job_prepare(struct run *run, size_t at, struct err *err)
{
    struct step *step = &run->steps[at];
    bool must_submit;
    step->try_number = journal_tries(&run->home->journal, run->wf->stages[at].name, step->made.key);
    free(TAKE(step->handle));
    free(TAKE(step->folder));
    if (name_job(run, at, &step->handle, err) != 0 || adopt(run, at, &must_submit, err) != 0)
        return -1;
    step->folder = home_path(run->home, "work", step->handle);
    step->begun_ms = clock_mono_ms();
    if (!must_submit)
        return 0;
    return step_folder(run, at, step->folder, err) == 0 ? note_start(run, at, err) : -1;
}

/* A finished job of this name, of a state folder that is gone, makes room; an unfinished one is ours. */
static int settle_conflict(const struct run *run, const struct trainer_env *env, const struct job_spec *spec, struct err *remote)
{
    const struct trainer *trainer = run->env->trainer;
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    CLEANUP(node_free) node_t *doc = trainer->show(env, spec->name, &ignored);
    if (!doc || !trainer->remove)
        return -1;
    bool is_ours = !job_is_over(doc);
    if (!is_ours && trainer->remove(env, spec->name, &ignored) != 0)
        return -1;
    err_clear(remote);
    return is_ours ? 0 : trainer->submit(env, spec, remote);
}

static int submit(const struct run *run, const struct trainer_env *env, const struct job_spec *spec, struct err *remote)
{
    if (run->env->trainer->submit(env, spec, remote) == 0)
        return 0;
    return remote->code == ERR_CONFLICT ? settle_conflict(run, env, spec, remote) : -1;
}

int step_job_submit(struct run *run, size_t at, struct err *err)
{
    struct step *step = &run->steps[at];
    const struct stage *stage = &run->wf->stages[at];
    CLEANUP(strv_release) struct strv env = STRV_INIT;
    CLEANUP(strv_release) struct strv command = STRV_INIT;
    step_environment(run, at, &env);
    if (stage->command) {
        strv_add(&command, "/bin/sh");
        strv_add(&command, "-c");
        strv_add(&command, stage->command);
    }
    const struct job_spec spec = {
        .name = step->handle,
        .image = stage->image,
        .command = &command,
        .workdir = run->env->trainer->needs_cluster ? NULL : step->folder, /* it is of this machine */
        .env = &env,
        .gpus = stage->gpus,
        .memory_bytes = stage->memory_bytes,
        .cpus = stage->cpus,
        .retries = stage->retries,
        .timeout_ms = stage->timeout_ms,
        .queue = stage->queue,
        .priority = stage->priority,
    };
    const struct trainer_env trainer = run_trainer(run->env);
    CLEANUP(err_release) struct err remote = ERR_INIT;
    if (submit(run, &trainer, &spec, &remote) != 0)
        return step_remote_error(run, at, &remote, err);
    step_remote_ok(run);
    step->state = STEP_RUNNING;
    step_say(run, at, "submitted", step->handle);
    return 0;
}

static void copy_fields(const node_t *doc, node_t *record)
{
    static const char *const fields[] = {"attempt", "exit_code", "signal",        "reason",   "wait_ms",
                                         "run_ms",  "cpu_s",     "max_rss_bytes", "energy_j", "energy_source"};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (node_get(doc, fields[i]))
            node_set(record, fields[i], node_copy(node_get(doc, fields[i])));
    node_set_str(record, "job", node_str(doc, "/name", NULL));
}

/* What the job itself wrote; the trainer's own words are in the message. */
static bool keep_line(const node_t *line, void *arg)
{
    if (strcmp(node_str(line, "/stream", ""), "system") == 0)
        return true;
    node_push(arg, node_new_str(node_str(line, "/text", "")));
    return true;
}

/* As the job's own document has them, or else its log, which may be gone with its pods. */
static node_t *last_lines(const struct run *run, const node_t *doc, const char *job)
{
    node_t *lines = node_new_array();
    CLEANUP(strv_release) struct strv kept = STRV_INIT;
    strv_last_lines(&kept, node_str(doc, "/last_output", ""), LOG_TAIL);
    for (size_t i = 0; i < kept.n; i++)
        node_push(lines, node_new_str(kept.v[i]));
    if (kept.n)
        return lines;
    const struct job_logs logs = {.tail = LOG_TAIL + SYSTEM_LINES, .rank = -1, .on_line = keep_line, .arg = lines};
    const struct trainer_env env = run_trainer(run->env);
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    if (run->env->trainer->logs)
        run->env->trainer->logs(&env, job, &logs, &ignored);
    return lines;
}

static void describe_failure(const node_t *doc, struct str *s)
{
    const char *signal = node_str(doc, "/signal", NULL);
    const char *reason = node_str(doc, "/reason", NULL);
    int64_t attempt = node_int(doc, "/attempt", 1);
    if (strcmp(node_str(doc, "/state", ""), "Cancelled") == 0)
        str_add(s, "cancelled");
    else if (signal)
        str_addf(s, "killed by signal %s", signal);
    else
        str_addf(s, "exit code %lld", (long long)node_int(doc, "/exit_code", -1));
    if (reason && !strstr(s->buf, reason) && !strstr(reason, s->buf))
        str_addf(s, ", %s", reason);
    if (attempt > 1)
        str_addf(s, " (after %lld attempts)", (long long)attempt);
}

static int failed(struct run *run, size_t at, const node_t *doc, struct err *err)
{
    CLEANUP(str_release) struct str message = STR_INIT;
    describe_failure(doc, &message);
    node_t *record = journal_record("failed", run->wf->stages[at].name);
    copy_fields(doc, record);
    node_set(record, "log", last_lines(run, doc, run->steps[at].handle));
    return step_failed(run, at, record, message.buf, err);
}

/* A job may leave a link as its output; what it points to must lie in the job's own folder. */
static char *output_file(const char *folder, const char *path)
{
    AUTOFREE char *whole = path_join(folder, path);
    AUTOFREE char *real = realpath(whole, NULL);
    AUTOFREE char *real_folder = realpath(folder, NULL);
    if (!real || !real_folder || !str_starts(real, real_folder) || real[strlen(real_folder)] != '/')
        return NULL;
    return TAKE(real);
}

static int missing_output(struct run *run, size_t at, const struct stage_output *output, node_t *record, struct err *err)
{
    AUTOFREE char *whole = path_join(run->steps[at].folder, output->path);
    struct stat st;
    bool is_elsewhere = stat(whole, &st) == 0;
    AUTOFREE char *message = xasprintf("it ended well, but its output %s (%s) %s", output->name, output->path,
                                       is_elsewhere ? "leads out of the stage's folder" : "is not there");
    node_t *failure = journal_record("failed", run->wf->stages[at].name);
    for (const node_t *field = node_first(record); field; field = node_next(field))
        if (!node_get(failure, node_key(field)))
            node_set(failure, node_key(field), node_copy(field));
    node_delete(failure, "outputs");
    node_set(failure, "log", last_lines(run, NULL, run->steps[at].handle));
    return step_failed(run, at, failure, message, err);
}

static int collect(struct run *run, size_t at, const node_t *doc, struct err *err)
{
    struct step *step = &run->steps[at];
    const struct stage *stage = &run->wf->stages[at];
    CLEANUP(node_free) node_t *record = journal_record("done", stage->name);
    copy_fields(doc, record);
    node_t *outputs = node_set(record, "outputs", node_new_object());
    for (size_t i = 0; i < stage->outputs_n; i++) {
        AUTOFREE char *file = output_file(step->folder, stage->outputs[i].path);
        if (!file)
            return missing_output(run, at, &stage->outputs[i], record, err);
        char hash[HASH_HEX];
        if (object_put(run->home, file, hash, err) != 0)
            return err_wrap(err, "cannot keep the output %s of stage %s", stage->outputs[i].name, stage->name);
        node_t *output = node_set(outputs, stage->outputs[i].name, node_new_object());
        node_set_str(output, "hash", hash);
        node_set_num(output, "bytes", (double)tree_bytes(file));
    }
    if (step_done(run, at, TAKE(record), err) != 0)
        return -1;
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    dir_remove(step->folder, &ignored);
    return 0;
}

static void say_job(const struct run *run, size_t at, const node_t *doc)
{
    CLEANUP(str_release) struct str note = STR_INIT;
    bool is_queued = strcmp(node_str(doc, "/state", ""), "Queued") == 0;
    int64_t attempt = node_int(doc, "/attempt", 1), tries = node_int(doc, "/retries", 0) + 1;
    int64_t position = node_int(doc, "/queue_position", 0);
    if (is_queued && position > 0)
        str_addf(&note, "position %lld", (long long)position);
    else if (attempt > tries) /* what the gateway lost counts as an attempt, and as no try */
        str_addf(&note, "attempt %lld", (long long)attempt);
    else if (attempt > 1)
        str_addf(&note, "attempt %lld of %lld", (long long)attempt, (long long)tries);
    step_say(run, at, is_queued ? "queued" : "running", note.buf);
}

int step_job_watch(struct run *run, size_t at, const node_t *doc, struct err *err)
{
    const char *state = node_str(doc, "/state", "");
    if (strcmp(state, "Succeeded") == 0)
        return collect(run, at, doc, err);
    if (strcmp(state, "Failed") == 0 || strcmp(state, "Cancelled") == 0)
        return failed(run, at, doc, err);
    say_job(run, at, doc);
    return 0;
}
