/* Stages of kind inference: a function, deployed from a folder with its source and inputs, that must
 * answer before the stage is done. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "workflow/step.h"

enum { READY_MAX_MS = 120000 };

/* An older result of a job can be used again; of a function, only the newest one is deployed. */
static bool is_last_deployed(const struct run *run, size_t at)
{
    const char *stage = run->wf->stages[at].name;
    bool is_open;
    journal_start(&run->home->journal, stage, &is_open);
    return !is_open && str_eq(node_str(journal_last_done(&run->home->journal, stage), "/key", NULL), run->steps[at].made.key);
}

int step_function_stands(struct run *run, size_t at, const node_t *done, bool *ret, struct err *err)
{
    const struct runtime_env env = run_runtime(run->env);
    CLEANUP(err_release) struct err remote = ERR_INIT;
    *ret = false;
    if (!is_last_deployed(run, at))
        return 0;
    CLEANUP(node_free) node_t *doc = run->env->runtime->show(&env, run->wf->stages[at].function, &remote);
    if (!doc && remote.code == ERR_NOT_FOUND)
        return 0;
    if (!doc)
        return err_move(err, &remote);
    step_remote_ok(run);
    bool is_same = str_eq(node_str(doc, "/created", NULL), node_str(done, "/created", NULL)) &&
                   str_eq(node_str(doc, "/command", NULL), run->wf->stages[at].command);
    *ret = is_same && strcmp(node_str(doc, "/state", ""), "Failed") != 0;
    return 0;
}

int step_function_prepare(struct run *run, size_t at, struct err *err)
{
    struct step *step = &run->steps[at];
    const struct stage *stage = &run->wf->stages[at];
    free(step->handle);
    free(step->folder);
    step->handle = xstrdup(stage->function);
    AUTOFREE char *name = xasprintf("%s-%.12s", stage->function, step->made.key);
    step->folder = home_path(run->home, "functions", name);
    step->try_number = journal_tries(&run->home->journal, stage->name, step->made.key);
    if (step_folder(run, at, step->folder, err) != 0)
        return -1;
    node_t *record = journal_record("start", stage->name);
    node_set_str(record, "key", step->made.key);
    node_set_str(record, "function", step->handle);
    node_set_num(record, "try", (double)step->try_number);
    step->state = STEP_STARTING;
    return journal_add(&run->home->journal, record, err);
}

int step_function_submit(struct run *run, size_t at, struct err *err)
{
    struct step *step = &run->steps[at];
    const struct stage *stage = &run->wf->stages[at];
    const struct runtime_env runtime = run_runtime(run->env);
    CLEANUP(err_release) struct err remote = ERR_INIT;
    CLEANUP(node_free) node_t *before = run->env->runtime->show(&runtime, stage->function, &remote);
    if (!before && remote.code != ERR_NOT_FOUND)
        return step_remote_error(run, at, &remote, err);
    err_clear(&remote);
    step->existed = before;

    CLEANUP(strv_release) struct strv env = STRV_INIT;
    step_environment(run, at, &env);
    const struct function_spec spec = {
        .name = stage->function,
        .image = stage->image,
        .command = stage->command,
        .source = step->folder,
        .mode = stage->mode,
        .env = &env,
        .scale_min = stage->scale_min,
        .scale_max = stage->scale_max,
        .idle_ms = stage->idle_ms,
        .concurrency = stage->concurrency,
        .queue = stage->queue_limit,
        .memory_bytes = stage->memory_bytes,
        .cpus = stage->cpus,
        .gpus = stage->gpus,
        .timeout_ms = stage->timeout_ms,
        .ready_path = stage->ready_path,
    };
    if (run->env->runtime->deploy(&runtime, &spec, true, &remote) != 0)
        return step_remote_error(run, at, &remote, err);
    step_remote_ok(run);
    step->state = STEP_RUNNING;
    step->begun_ms = clock_mono_ms();
    step_say(run, at, "deployed", stage->function);
    return 0;
}

/* Folders of earlier deployments: the runtime runs functions from copies of its own. */
static void remove_older_folders(const struct run *run, const struct step *step, const char *function)
{
    AUTOFREE char *parent = home_path(run->home, "functions", NULL);
    const char *current = strrchr(step->folder, '/') + 1;
    size_t len = strlen(function);
    DIR *dir = opendir(parent);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        bool is_ours =
            str_starts(entry->d_name, function) && entry->d_name[len] == '-' && strlen(entry->d_name) == strlen(current);
        if (!is_ours || strcmp(entry->d_name, current) == 0)
            continue;
        AUTOFREE char *path = path_join(parent, entry->d_name);
        CLEANUP(err_release) struct err ignored = ERR_INIT;
        dir_remove(path, &ignored);
    }
    if (dir)
        closedir(dir);
}

static int ready(struct run *run, size_t at, const node_t *doc, struct err *err)
{
    const struct step *step = &run->steps[at];
    node_t *record = journal_record("done", run->wf->stages[at].name);
    node_set_str(record, "function", step->handle);
    node_set_str(record, "url", node_str(doc, "/url", NULL));
    node_set_str(record, "created", node_str(doc, "/created", NULL));
    node_set_num(record, "run_ms", (double)(clock_mono_ms() - step->begun_ms));
    remove_older_folders(run, step, run->wf->stages[at].function);
    return step_done(run, at, record, err);
}

/* One request that must be answered by the function itself. A stdio function is not asked: each request
 * is work. ret_note says what came instead. */
static bool answers(const struct run *run, const struct stage *stage, struct str *ret_note, struct err *remote)
{
    if (strcmp(stage->mode, "stdio") == 0)
        return true;
    const struct runtime_env env = run_runtime(run->env);
    const struct invoke_request req = {
        .name = stage->function, .method = "GET", .path = stage->ready_path ? stage->ready_path : "/"};
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    if (run->env->runtime->invoke(&env, &req, &res, remote) != 0)
        return false;
    bool gateways_own = res.status == 502 || res.status == 503 || res.status == 504;
    if (stage->ready_path ? res.status >= 200 && res.status < 300 : !gateways_own)
        return true;
    str_addf(ret_note, "GET %s answers %d", req.path, res.status);
    return false;
}

static int not_ready(struct run *run, size_t at, const char *state, const char *note, struct err *err)
{
    const struct step *step = &run->steps[at];
    bool is_over = strcmp(state, "Failed") == 0 || clock_mono_ms() - step->begun_ms > READY_MAX_MS;
    if (!is_over) {
        step_say(run, at, "starting", note);
        return 0;
    }
    AUTOFREE char *message = xasprintf("function %s is not ready: %s", step->handle, *note ? note : state);
    node_t *record = journal_record("failed", run->wf->stages[at].name);
    node_set_str(record, "function", step->handle);
    return step_failed(run, at, record, message, err);
}

int step_function_watch(struct run *run, size_t at, struct err *err)
{
    const struct stage *stage = &run->wf->stages[at];
    const struct runtime_env env = run_runtime(run->env);
    CLEANUP(err_release) struct err remote = ERR_INIT;
    CLEANUP(node_free) node_t *doc = run->env->runtime->show(&env, stage->function, &remote);
    if (!doc)
        return step_remote_error(run, at, &remote, err);
    step_remote_ok(run);
    const char *state = node_str(doc, "/state", "");
    if (strcmp(state, "Ready") != 0 && strcmp(state, "Idle") != 0)
        return not_ready(run, at, state, node_str(doc, "/message", ""), err);
    CLEANUP(str_release) struct str note = STR_INIT;
    if (answers(run, stage, &note, &remote))
        return ready(run, at, doc, err);
    if (remote.what && remote.code != ERR_WORKLOAD)
        return step_remote_error(run, at, &remote, err);
    bool is_over = remote.code == ERR_WORKLOAD;
    return not_ready(run, at, is_over ? "Failed" : state, is_over && remote.why ? remote.why : note.buf, err);
}
