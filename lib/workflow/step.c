/* What jobs and functions have in common: folders, environment, records, answers that did not come. */
#include "workflow/step.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/tree.h"
#include "workflow/objects.h"

/* How long a gateway may be away (restarted, say) before a run gives up. */
enum { DEAF_MAX_MS = 60000 };

void step_say(const struct run *run, size_t at, const char *state, const char *note)
{
    bool over = run->steps[at].state >= STEP_DONE;
    if (!run->env->progress)
        return;
    (over ? progress_settle : progress_update)(run->env->progress, run->wf->stages[at].name, state, note ? note : "");
}

void step_remote_ok(struct run *run)
{
    run->heard = true;
    run->deaf_since_ms = 0;
}

static bool is_passing(const struct err *err)
{
    return err->code == ERR_UNREACHABLE || err->code == ERR_TIMEOUT || err->code == ERR_INTERRUPTED;
}

int step_remote_error(struct run *run, size_t at, struct err *remote, struct err *err)
{
    if (remote->code == ERR_AUTH) /* no stage can do better */
        return err_move(err, remote);
    if (!is_passing(remote)) {
        CLEANUP(str_release) struct str text = STR_INIT;
        step_remote_ok(run);
        str_addf(&text, "%s%s%s", remote->what, remote->why ? ": " : "", remote->why ? remote->why : "");
        node_t *record = journal_record("failed", run->wf->stages[at].name);
        bool is_refused = run->steps[at].state == STEP_STARTING && remote->code != ERR_WORKLOAD;
        run->steps[at].refused = is_refused ? remote->code : ERR_OK;
        err_clear(remote);
        return step_failed(run, at, record, text.buf, err);
    }
    if (remote->code == ERR_INTERRUPTED) {
        err_clear(remote);
        return 0;
    }
    if (!run->deaf_since_ms)
        run->deaf_since_ms = clock_mono_ms();
    if (!run->heard || clock_mono_ms() - run->deaf_since_ms > DEAF_MAX_MS)
        return err_move(err, remote);
    step_say(run, at, "waiting", remote->what);
    err_clear(remote);
    return 0;
}

static void finish_record(const struct run *run, size_t at, node_t *record)
{
    const struct step *step = &run->steps[at];
    node_set_str(record, "key", step->made.key);
    node_set_num(record, "try", (double)step->try_number);
}

int step_done(struct run *run, size_t at, node_t *record, struct err *err)
{
    struct step *step = &run->steps[at];
    bool cached = node_bool(record, "/cached", false);
    finish_record(run, at, record);
    CLEANUP(str_release) struct str note = STR_INIT;
    if (cached)
        str_add(&note, "nothing that it depends on changed");
    else if (node_get(record, "url"))
        str_addf(&note, "%s", node_str(record, "/url", ""));
    if (!made_from(&run->wf->stages[at], record, &step->made))
        return node_free(record), err_set(err, ERR_FAILED, "stage %s left an incomplete record", run->wf->stages[at].name);
    if (journal_add(&run->home->journal, record, err) != 0)
        return -1;
    step->state = STEP_DONE;
    step_say(run, at, cached ? "unchanged" : "ok", note.buf);
    return 0;
}

int step_failed(struct run *run, size_t at, node_t *record, const char *message, struct err *err)
{
    struct step *step = &run->steps[at];
    finish_record(run, at, record);
    node_set_str(record, "message", message);
    if (journal_add(&run->home->journal, record, err) != 0)
        return -1;
    step->state = STEP_FAILED;
    step_say(run, at, "failed", message);
    return 0;
}

/* "AIWF_INPUT_" and "train-data" give AIWF_INPUT_TRAIN_DATA=value. */
static void add_variable(struct strv *env, const char *prefix, const char *name, const char *value)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    str_add(&s, prefix);
    for (; *name; name++)
        str_addc(&s, *name == '-' ? '_' : (char)toupper((unsigned char)*name));
    strv_addf(env, "%s=%s", s.buf, value);
}

void step_environment(const struct run *run, size_t at, struct strv *env)
{
    const struct stage *stage = &run->wf->stages[at];
    for (size_t i = 0; i < stage->env.n; i++)
        strv_add(env, stage->env.v[i]);
    add_variable(env, "AIWF_", "workflow", run->wf->name);
    add_variable(env, "AIWF_", "stage", stage->name);
    for (size_t i = 0; i < stage->inputs_n; i++)
        add_variable(env, "AIWF_INPUT_", stage->inputs[i].name, stage->inputs[i].path);
    for (size_t i = 0; i < stage->outputs_n; i++)
        add_variable(env, "AIWF_OUTPUT_", stage->outputs[i].name, stage->outputs[i].path);
    for (size_t i = 0; i < stage->needs_n; i++) {
        const struct made *made = &run->steps[stage->needs[i]].made;
        if (made->url)
            add_variable(env, "AIWF_FUNCTION_", run->wf->stages[stage->needs[i]].name, made->url);
    }
}

static int copy_source(const struct stage *stage, const char *folder, struct err *err)
{
    struct stat st;
    if (stat(stage->source, &st) != 0)
        return err_sys(err, ERR_FAILED, "cannot open %s", stage->source);
    if (S_ISDIR(st.st_mode))
        return tree_copy(stage->source, folder, TREE_COPY, err);
    AUTOFREE char *to = path_join(folder, strrchr(stage->source, '/') + 1);
    return tree_copy(stage->source, to, TREE_COPY, err);
}

static int put_input(const struct run *run, const struct stage_input *input, const char *folder, struct err *err)
{
    AUTOFREE char *to = path_join(folder, input->path);
    if (!input->file)
        return object_get(run->home, run->steps[input->from].made.outputs[input->output], to, err);
    AUTOFREE char *parent = path_join(folder, "inputs");
    if (dir_make(parent, 0700, err) != 0)
        return -1;
    return tree_copy(input->file, to, TREE_COPY, err);
}

int step_folder(const struct run *run, size_t at, const char *folder, struct err *err)
{
    const struct stage *stage = &run->wf->stages[at];
    if (dir_remove(folder, err) != 0 || dir_make(folder, 0700, err) != 0)
        return -1;
    if (stage->source && copy_source(stage, folder, err) != 0)
        return err_wrap(err, "cannot copy the source of stage %s", stage->name);
    for (size_t i = 0; i < stage->inputs_n; i++)
        if (put_input(run, &stage->inputs[i], folder, err) != 0)
            return err_wrap(err, "cannot give stage %s its input %s", stage->name, stage->inputs[i].name);
    for (size_t i = 0; i < stage->outputs_n; i++) {
        AUTOFREE char *path = path_join(folder, stage->outputs[i].path);
        *strrchr(path, '/') = '\0';
        if (dir_make(path, 0700, err) != 0)
            return -1;
    }
    return 0;
}
