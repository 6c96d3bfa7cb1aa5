#include "workflow/run.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/sig.h"
#include "wait/wait.h"
#include "workflow/objects.h"
#include "workflow/step.h"

enum {
    INTERVAL_MS = 100,
    KEEP_RESULTS = 5, /* of each stage, from older runs */
    LIST_FROM = 4,    /* from so many running jobs on, one list is asked for instead of each job */
};

static int start_stage(struct run *run, size_t at, struct err *err)
{
    bool is_function = run->wf->stages[at].kind == STAGE_INFERENCE;
    struct step *step = &run->steps[at];
    if (step->state == STEP_WAITING && (is_function ? step_function_prepare : step_job_prepare)(run, at, err) != 0)
        return -1;
    if (step->state != STEP_STARTING || sig_interrupted())
        return 0;
    return (is_function ? step_function_submit : step_job_submit)(run, at, err);
}

/* The outputs of a done record are all still there, unharmed. */
static bool is_whole(const struct run *run, const node_t *done)
{
    for (const node_t *output = node_first(node_get(done, "outputs")); output; output = node_next(output))
        if (!object_has(run->home, node_str(output, "/hash", "")))
            return false;
    return true;
}

static int reuse(struct run *run, size_t at, const node_t *done, struct err *err)
{
    bool is_open;
    const node_t *start = journal_start(&run->home->journal, run->wf->stages[at].name, &is_open);
    if (is_open && step_job_forget(run, at, start, err) != 0)
        return -1;
    node_t *record = node_copy(done);
    node_set_bool(record, "cached", true);
    return step_done(run, at, record, err);
}

static int begin_stage(struct run *run, size_t at, struct err *err)
{
    const struct stage *stage = &run->wf->stages[at];
    struct step *step = &run->steps[at];
    AUTOFREE struct made *made = xcalloc(run->wf->n, sizeof(*made));
    for (size_t i = 0; i < run->wf->n; i++)
        made[i] = run->steps[i].made;
    if (key_of(run->wf, at, made, step->made.key, err) != 0)
        return -1;
    const node_t *since = run->fresh ? journal_run_number(&run->home->journal, run->fresh) : NULL;
    const node_t *done = journal_done(&run->home->journal, since, stage->name, step->made.key);
    bool stands = done && is_whole(run, done);
    if (stands && stage->kind == STAGE_INFERENCE) {
        CLEANUP(err_release) struct err remote = ERR_INIT;
        if (step_function_stands(run, at, done, &stands, &remote) != 0)
            return step_remote_error(run, at, &remote, err);
    }
    return stands ? reuse(run, at, done, err) : start_stage(run, at, err);
}

static int skip_stage(struct run *run, size_t at, size_t because, struct err *err)
{
    node_t *record = journal_record("skipped", run->wf->stages[at].name);
    node_set_str(record, "because", run->wf->stages[because].name);
    if (journal_add(&run->home->journal, record, err) != 0)
        return -1;
    run->steps[at].state = STEP_SKIPPED;
    AUTOFREE char *note = xasprintf("%s did not succeed", run->wf->stages[because].name);
    step_say(run, at, "skipped", note);
    return 0;
}

static int begin_if_free(struct run *run, size_t at, struct err *err)
{
    const struct stage *stage = &run->wf->stages[at];
    bool is_free = true;
    for (size_t i = 0; i < stage->needs_n; i++) {
        enum step_state state = run->steps[stage->needs[i]].state;
        if (state == STEP_FAILED || state == STEP_SKIPPED)
            return skip_stage(run, at, stage->needs[i], err);
        is_free = is_free && state == STEP_DONE;
    }
    return is_free ? begin_stage(run, at, err) : 0;
}

static size_t running_jobs(const struct run *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->wf->n; i++)
        n += run->steps[i].state == STEP_RUNNING && run->wf->stages[i].kind != STAGE_INFERENCE;
    return n;
}

struct trainer_env run_trainer(const struct run_env *env)
{
    return (struct trainer_env){.trainer = env->trainer, .http = env->http, .kube = env->kube, .context = env->context};
}

struct runtime_env run_runtime(const struct run_env *env)
{
    return (struct runtime_env){.http = env->http, .kube = env->kube, .context = env->context};
}

/* A job that is gone was deleted by someone: a failure, like any other end. */
static int watch_job(struct run *run, size_t at, const node_t *jobs, struct err *err)
{
    const struct trainer_env env = run_trainer(run->env);
    const node_t *listed = jobs ? node_find(jobs, "/name", run->steps[at].handle) : NULL;
    if (listed)
        return step_job_watch(run, at, listed, err);
    CLEANUP(err_release) struct err remote = ERR_INIT;
    CLEANUP(node_free) node_t *job = run->env->trainer->show(&env, run->steps[at].handle, &remote);
    if (!job)
        return step_remote_error(run, at, &remote, err);
    step_remote_ok(run);
    return step_job_watch(run, at, job, err);
}

static int watch_all(struct run *run, struct err *err)
{
    const struct trainer_env env = run_trainer(run->env);
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    CLEANUP(node_free) node_t *jobs = running_jobs(run) >= LIST_FROM ? run->env->trainer->list(&env, &ignored) : NULL;
    for (size_t i = 0; i < run->wf->n && !sig_interrupted(); i++) {
        if (run->steps[i].state != STEP_RUNNING)
            continue;
        bool is_function = run->wf->stages[i].kind == STAGE_INFERENCE;
        if ((is_function ? step_function_watch(run, i, err) : watch_job(run, i, jobs, err)) != 0)
            return -1;
    }
    return 0;
}

static int look_once(struct run *run, struct err *err)
{
    for (size_t i = 0; i < run->wf->n && !sig_interrupted(); i++) {
        size_t at = run->wf->order[i];
        if (run->steps[at].state == STEP_WAITING && begin_if_free(run, at, err) != 0)
            return -1;
        if (run->steps[at].state == STEP_STARTING && start_stage(run, at, err) != 0)
            return -1;
    }
    return watch_all(run, err);
}

static enum wait_state look(void *arg, struct str *note, struct err *err)
{
    struct run *run = arg;
    size_t over = 0;
    if (look_once(run, err) != 0)
        return WAIT_FAILED;
    for (size_t i = 0; i < run->wf->n; i++)
        over += run->steps[i].state >= STEP_DONE;
    str_addf(note, "%zu of %zu stages", over, run->wf->n);
    return over == run->wf->n ? WAIT_DONE : WAIT_PENDING;
}

/* Best effort, whatever stopped the run: a disk that is full does not keep jobs from being cancelled. */
static void cancel_stage(struct run *run, size_t at, struct strv *names)
{
    struct step *step = &run->steps[at];
    const struct trainer_env trainer = run_trainer(run->env);
    const struct runtime_env runtime = run_runtime(run->env);
    bool is_function = run->wf->stages[at].kind == STAGE_INFERENCE;
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    int rc = 0;
    if (!is_function && run->env->trainer->cancel)
        rc = run->env->trainer->cancel(&trainer, step->handle, &ignored);
    else if (is_function && !step->existed && run->env->runtime->remove)
        rc = run->env->runtime->remove(&runtime, step->handle, &ignored);
    if (rc != 0 && ignored.code != ERR_NOT_FOUND && ignored.code != ERR_CONFLICT)
        return;
    node_t *record = journal_record("cancelled", run->wf->stages[at].name);
    node_set_str(record, "key", step->made.key);
    node_set_num(record, "try", (double)step->try_number);
    err_clear(&ignored);
    journal_add(&run->home->journal, record, &ignored);
    step->state = STEP_SKIPPED;
    step_say(run, at, "cancelled", NULL);
    strv_add(names, run->wf->stages[at].name);
}

static int end_run(struct run *run, const char *state, struct err *err)
{
    node_t *record = journal_record("end", NULL);
    node_set_str(record, "state", state);
    return journal_add(&run->home->journal, record, err);
}

static int stop(struct run *run, struct err *err)
{
    bool interrupted = err->code == ERR_INTERRUPTED || sig_interrupted();
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    sig_reset(); /* or every request below would end at once */
    for (size_t i = 0; i < run->wf->n; i++)
        if (run->steps[i].state == STEP_RUNNING || (run->steps[i].state == STEP_STARTING && run->steps[i].handle))
            cancel_stage(run, i, &names);
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    end_run(run, "Interrupted", &ignored);
    if (interrupted) {
        CLEANUP(str_release) struct str list = STR_INIT;
        for (size_t i = 0; i < names.n; i++)
            str_addf(&list, "%s%s", i ? ", " : "", names.v[i]);
        err_clear(err);
        err_set(err, ERR_INTERRUPTED, "workflow %s was interrupted", run->wf->name);
        err_why(err, names.n ? "cancelled: %s; what had finished is kept" : "nothing was running%s; what had finished is kept",
                list.buf);
    }
    if (!err->hint || interrupted)
        err_hint(err, "aiwf workflow resume %s", run->wf->name);
    return -1;
}

static int conclude(struct run *run, struct err *err)
{
    CLEANUP(str_release) struct str failed = STR_INIT;
    size_t n = 0, first = 0;
    for (size_t i = 0; i < run->wf->n; i++)
        if (run->steps[i].state == STEP_FAILED) {
            str_addf(&failed, "%s%s", n ? ", " : "", run->wf->stages[i].name);
            first = n++ ? first : i;
        }
    if (end_run(run, n ? "Failed" : "Succeeded", err) != 0)
        return -1;
    if (!n)
        return 0;
    enum err_code refused = run->steps[first].refused;
    err_set(err, refused ? refused : ERR_WORKLOAD, "workflow %s failed at stage%s %s", run->wf->name, n > 1 ? "s" : "",
            failed.buf);
    CLEANUP(node_free) node_t *status = journal_status(&run->home->journal, run->wf->name, true);
    for (const node_t *s = node_first(node_get(status, "stages")); s; s = node_next(s))
        if (strcmp(node_str(s, "/name", ""), run->wf->stages[first].name) == 0)
            err_why(err, "%s: %s", run->wf->stages[first].name, node_str(s, "/message", "failed"));
    if (refused) /* it has no log */
        return err_hint(err, "aiwf workflow plan -f %s; then aiwf workflow resume %s", run->wf->file, run->wf->name);
    return err_hint(err, "aiwf workflow logs %s %s; then aiwf workflow resume %s", run->wf->name, run->wf->stages[first].name,
                    run->wf->name);
}

static int add_run_record(struct run *run, struct err *err)
{
    node_t *record = journal_record("run", NULL);
    node_set_num(record, "run", (double)run->number);
    node_set(record, "fresh", run->fresh ? node_new_num((double)run->fresh) : node_new_null());
    node_set_str(record, "file", run->wf->file);
    node_set_str(record, "context", run->env->context->name);
    node_set_num(record, "pid", (double)getpid());
    node_t *stages = node_set(record, "stages", node_new_array());
    for (size_t i = 0; i < run->wf->n; i++) {
        node_t *stage = node_push(stages, node_new_object());
        node_set_str(stage, "name", run->wf->stages[i].name);
        node_set_str(stage, "kind", stage_kind_name(run->wf->stages[i].kind));
    }
    return journal_add(&run->home->journal, record, err);
}

/* Jobs of an earlier run whose stages left the file. Those of the others are adopted or cancelled when
 * their stage begins, since only then its key is known. */
static void cancel_orphans(const struct run *run, const node_t *earlier)
{
    const struct trainer_env env = run_trainer(run->env);
    for (const node_t *s = node_first(node_get(earlier, "stages")); s; s = node_next(s)) {
        bool is_open;
        const node_t *start = journal_start(&run->home->journal, node_str(s, "/name", ""), &is_open);
        const char *job = node_str(start, "/job", NULL);
        if (!is_open || !job || workflow_find(run->wf, node_str(s, "/name", "")) < run->wf->n)
            continue;
        CLEANUP(err_release) struct err ignored = ERR_INIT;
        run->env->trainer->cancel(&env, job, &ignored);
    }
}

/* Folders of jobs that nobody will collect any more. */
static void remove_old_work(const struct home *home)
{
    AUTOFREE char *parent = home_path(home, "work", NULL);
    DIR *dir = opendir(parent);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        bool is_awaited = entry->d_name[0] == '.';
        for (const node_t *r = node_first(home->journal.records); r && !is_awaited; r = node_next(r)) {
            bool is_open = false;
            if (str_eq(node_str(r, "/job", NULL), entry->d_name))
                is_awaited = journal_start(&home->journal, node_str(r, "/stage", ""), &is_open) && is_open;
        }
        if (is_awaited)
            continue;
        AUTOFREE char *path = path_join(parent, entry->d_name);
        CLEANUP(err_release) struct err ignored = ERR_INIT;
        dir_remove(path, &ignored);
    }
    if (dir)
        closedir(dir);
}

static int tidy(const struct run *run, struct err *err)
{
    if (journal_compact(&run->home->journal, KEEP_RESULTS, err) != 0)
        return -1;
    CLEANUP(map_release) struct map keep = MAP_INIT(NULL);
    for (const node_t *r = node_first(run->home->journal.records); r; r = node_next(r))
        for (const node_t *output = node_first(node_get(r, "outputs")); output; output = node_next(output))
            map_set(&keep, node_str(output, "/hash", ""), run->home);
    remove_old_work(run->home);
    return objects_prune(run->home, &keep, err);
}

static int begin_run(struct run *run, struct err *err)
{
    bool ended;
    const node_t *last = journal_run(&run->home->journal, &ended);
    bool goes_on = run->env->resume && last;
    run->number = node_int(last, "/run", 0) + (goes_on ? 0 : 1);
    run->fresh = goes_on ? node_int(last, "/fresh", 0) : run->env->fresh ? run->number : 0;
    if (last)
        cancel_orphans(run, last);
    if (!goes_on && tidy(run, err) != 0)
        return err_wrap(err, "cannot tidy what earlier runs of %s left", run->wf->name);
    return add_run_record(run, err);
}

static void release_steps(struct run *run)
{
    for (size_t i = 0; i < run->wf->n; i++) {
        free(run->steps[i].handle);
        free(run->steps[i].folder);
        made_release(&run->steps[i].made);
    }
    free(run->steps);
}

int workflow_run(const struct workflow *wf, struct home *home, const struct run_env *env, struct err *err)
{
    struct run run = {.wf = wf, .home = home, .env = env, .steps = xcalloc(wf->n, sizeof(*run.steps))};
    int rc = begin_run(&run, err);
    if (rc == 0) {
        AUTOFREE char *what = xasprintf("workflow %s", wf->name);
        const struct wait wait = {.what = what, .look = look, .arg = &run, .interval_ms = INTERVAL_MS};
        rc = wait_for(&wait, err);
        rc = rc == 0 ? conclude(&run, err) : stop(&run, err);
    }
    release_steps(&run);
    return rc;
}

int workflow_cancel(struct home *home, const struct run_env *env, size_t *ret_n, struct err *err)
{
    const struct trainer_env trainer = run_trainer(env);
    bool ended;
    const node_t *run = journal_run(&home->journal, &ended);
    *ret_n = 0;
    for (const node_t *s = node_first(node_get(run, "stages")); s; s = node_next(s)) {
        bool is_open;
        const node_t *start = journal_start(&home->journal, node_str(s, "/name", ""), &is_open);
        if (!is_open)
            continue;
        CLEANUP(err_release) struct err remote = ERR_INIT;
        const char *job = node_str(start, "/job", NULL);
        bool was_there = job && env->trainer->cancel(&trainer, job, &remote) == 0;
        if (remote.code != ERR_OK && remote.code != ERR_NOT_FOUND && remote.code != ERR_CONFLICT)
            return err_move(err, &remote);
        *ret_n += was_there;
        node_t *record = journal_record("cancelled", node_str(s, "/name", ""));
        node_set_str(record, "key", node_str(start, "/key", ""));
        node_set_num(record, "try", node_num(start, "/try", 0));
        if (journal_add(&home->journal, record, err) != 0)
            return -1;
    }
    if (ended || !run)
        return 0;
    node_t *record = journal_record("end", NULL);
    node_set_str(record, "state", "Cancelled");
    return journal_add(&home->journal, record, err);
}
