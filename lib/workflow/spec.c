/* From a document to a struct workflow. Names are resolved in graph.c, once all stages are known. */
#include "workflow/spec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "base/unit.h"
#include "workflow/graph.h"

static const char *const kind_names[] = {[STAGE_BATCH] = "batch", [STAGE_TRAIN] = "train", [STAGE_INFERENCE] = "inference"};

const char *stage_kind_name(enum stage_kind kind) { return kind_names[kind]; }

bool workflow_name_ok(const char *name)
{
    size_t len = strlen(name);
    if (!len || len > WORKFLOW_NAME_MAX || name[0] == '-' || name[len - 1] == '-')
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

size_t workflow_find(const struct workflow *wf, const char *stage)
{
    for (size_t i = 0; i < wf->n; i++)
        if (strcmp(wf->stages[i].name, stage) == 0)
            return i;
    return wf->n;
}

bool stage_needs_only_order(const struct stage *stage, size_t other)
{
    for (size_t i = 0; i < stage->inputs_n; i++)
        if (!stage->inputs[i].file && stage->inputs[i].from == other)
            return false;
    return true;
}

static char *text_of(const node_t *object, const char *key) { return xstrdup_or_null(node_text(node_get(object, key))); }

/* A number counts seconds. schema_check has seen that it is one or the other. */
static int64_t ms_of(const node_t *object, const char *key, int64_t missing)
{
    const node_t *node = node_get(object, key);
    int64_t ms = missing;
    if (node_type(node) == NODE_NUMBER)
        return (int64_t)(node_value(node) * 1000);
    if (node_text(node))
        duration_parse(node_text(node), &ms);
    return ms;
}

static int64_t bytes_of(const node_t *object, const char *key)
{
    const node_t *node = node_get(object, key);
    int64_t bytes = 0;
    if (node_type(node) == NODE_NUMBER)
        return (int64_t)node_value(node);
    if (node_text(node))
        bytes_parse(node_text(node), &bytes);
    return bytes;
}

static int add_env(const struct doc *doc, const node_t *map, const node_t *node, struct strv *env, struct err *err)
{
    double value = node_value(node);
    if (graph_check_variable(doc, map, node, "env", err) != 0)
        return -1;
    if (node_text(node))
        strv_addf(env, "%s=%s", node_key(node), node_text(node));
    else if (node_type(node) == NODE_BOOL)
        strv_addf(env, "%s=%s", node_key(node), node_bool(node, "", false) ? "true" : "false");
    else if (node_type(node) == NODE_NUMBER && num_is_whole(value) && fabs(value) < 1e15)
        strv_addf(env, "%s=%.0f", node_key(node), value);
    else
        return doc_err(doc, node, err, "env %s must be text: put it in quotes", node_key(node));
    return 0;
}

/* Stays below the stage's folder, and out of what aiwf puts there. */
static bool output_path_ok(const char *path)
{
    CLEANUP(strv_release) struct strv parts = STRV_INIT;
    strv_split(&parts, path, "/");
    if (!parts.n || *path == '/' || strlen(path) > 255 || strcmp(parts.v[0], "inputs") == 0)
        return false;
    return !strv_has(&parts, "..") && !strv_has(&parts, ".");
}

static int read_outputs(const struct doc *doc, const node_t *map, struct stage *stage, struct err *err)
{
    stage->outputs = xcalloc(node_len(map) + 1, sizeof(*stage->outputs));
    for (const node_t *node = node_first(map); node; node = node_next(node)) {
        if (graph_check_variable(doc, map, node, "output", err) != 0)
            return -1;
        if (!output_path_ok(node_text(node))) {
            doc_err(doc, node, err, "output %s: \"%s\" is no path in the stage's folder", node_key(node), node_text(node));
            return err_hint(err, "a relative path without .., and not below inputs/");
        }
        stage->outputs[stage->outputs_n++] = (struct stage_output){xstrdup(node_key(node)), xstrdup(node_text(node))};
    }
    return 0;
}

/* Fields that mean nothing for a kind would be silently ignored: they are refused instead. */
static int check_kind(const struct doc *doc, const node_t *node, const struct stage *stage, struct err *err)
{
    static const char *const of_jobs[] = {"outputs", "retries", "queue", "priority", NULL};
    static const char *const of_functions[] = {"function",    "mode",        "scale",      "idle",
                                               "concurrency", "queue_limit", "ready_path", NULL};
    const char *const *others = stage->kind == STAGE_INFERENCE ? of_jobs : of_functions;
    for (; *others; others++) {
        const node_t *field = node_get(node, *others);
        if (field)
            return doc_err(doc, field, err, "stage %s: \"%s\" does not apply to kind %s", stage->name, *others,
                           stage_kind_name(stage->kind));
    }
    if (!stage->command && !stage->image)
        return doc_err(doc, node, err, "stage %s has neither a command nor an image", stage->name);
    return 0;
}

static int read_scale(const struct doc *doc, const node_t *node, struct stage *stage, struct err *err)
{
    stage->scale_min = stage->scale_max = -1;
    if (!node)
        return 0;
    CLEANUP(strv_release) struct strv ends = STRV_INIT;
    strv_split(&ends, node_text(node), ".");
    long long min = 0, max = 0;
    if (ends.n != 2 || !str_to_int(ends.v[0], 0, 99999, &min) || !str_to_int(ends.v[1], 0, 99999, &max) || max < min || max < 1)
        return doc_err(doc, node, err, "scale %s is not MIN..MAX with MAX 1 or more and not below MIN", node_text(node));
    stage->scale_min = min;
    stage->scale_max = max;
    return 0;
}

static int read_source(const struct doc *doc, const node_t *node, const char *base, struct stage *stage, struct err *err)
{
    if (!node)
        return 0;
    stage->source = path_resolve(base, node_text(node));
    if (file_exists(stage->source))
        return 0;
    return doc_err(doc, node, err, "stage %s: there is no source %s", stage->name, stage->source);
}

static enum stage_kind kind_of(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++)
        if (str_eq(kind_names[i], word))
            return (enum stage_kind)i;
    return STAGE_BATCH;
}

static void read_plain(const node_t *node, const char *workflow, struct stage *stage)
{
    stage->name = text_of(node, "name");
    stage->kind = kind_of(node_str(node, "/kind", NULL));
    stage->command = text_of(node, "command");
    stage->image = text_of(node, "image");
    stage->retries = node_int(node, "/retries", 0);
    stage->timeout_ms = ms_of(node, "timeout", 0);
    stage->gpus = node_int(node, "/gpus", 0);
    stage->memory_bytes = bytes_of(node, "memory");
    stage->cpus = node_num(node, "/cpus", 0);
    stage->queue = text_of(node, "queue");
    stage->priority = text_of(node, "priority");
    stage->function = text_of(node, "function");
    if (!stage->function)
        stage->function = xasprintf("%s-%s", workflow, stage->name);
    stage->mode = xstrdup(node_str(node, "/mode", "http"));
    stage->ready_path = text_of(node, "ready_path");
    stage->idle_ms = ms_of(node, "idle", -1);
    stage->concurrency = node_int(node, "/concurrency", 0);
    stage->queue_limit = node_int(node, "/queue_limit", -1);
}

static int read_stage(const struct doc *doc, const node_t *node, const char *base, const struct workflow *wf, struct stage *stage,
                      struct err *err)
{
    read_plain(node, wf->name, stage);
    const node_t *env = node_get(node, "env");
    for (const node_t *pair = node_first(env); pair; pair = node_next(pair))
        if (add_env(doc, env, pair, &stage->env, err) != 0)
            return -1;
    strv_sort(&stage->env);
    if (check_kind(doc, node, stage, err) != 0)
        return -1;
    if (read_scale(doc, node_get(node, "scale"), stage, err) != 0)
        return -1;
    if (read_source(doc, node_get(node, "source"), base, stage, err) != 0)
        return -1;
    return read_outputs(doc, node_get(node, "outputs"), stage, err);
}

static int read_stages(const struct doc *doc, const char *base, struct workflow *wf, struct err *err)
{
    const node_t *list = node_get(doc->root, "stages");
    if (node_len(list) < 1 || node_len(list) > WORKFLOW_MAX_STAGES)
        return doc_err(doc, list, err, "a workflow has 1 to %d stages, this one %zu", WORKFLOW_MAX_STAGES, node_len(list));
    wf->stages = xcalloc(node_len(list), sizeof(*wf->stages));
    for (const node_t *node = node_first(list); node; node = node_next(node)) {
        if (workflow_find(wf, node_str(node, "/name", "")) < wf->n)
            return doc_err(doc, node_get(node, "name"), err, "there are two stages named \"%s\"", node_str(node, "/name", ""));
        struct stage *stage = &wf->stages[wf->n++];
        if (read_stage(doc, node, base, wf, stage, err) != 0)
            return -1;
    }
    return 0;
}

static int read_workflow(const struct doc *doc, const char *base, struct workflow *wf, struct err *err)
{
    if (schema_check(doc, workflow_schema, err) != 0)
        return -1;
    const node_t *objectives = node_get(doc->root, "objectives");
    int64_t p95 = ms_of(objectives, "p95", -1);
    wf->name = text_of(doc->root, "name");
    wf->context = text_of(doc->root, "context");
    wf->objectives = (struct objectives){
        .p95_ms = p95 < 0 ? NAN : (double)p95,
        .cost = node_num(objectives, "/cost", NAN),
        .energy_j = node_num(objectives, "/energy_j", NAN),
    };
    if (read_stages(doc, base, wf, err) != 0)
        return -1;
    return graph_link(doc, base, wf, err);
}

static int from_doc(const struct doc *doc, const char *base, struct workflow *ret, struct err *err)
{
    CLEANUP(workflow_release) struct workflow wf = WORKFLOW_INIT;
    if (read_workflow(doc, base, &wf, err) != 0)
        return -1;
    *ret = wf;
    wf = WORKFLOW_INIT;
    return 0;
}

int workflow_parse(const char *text, size_t len, const char *source, const char *base, struct workflow *ret, struct err *err)
{
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    if (doc_parse(&doc, text, len, source, err) != 0)
        return -1;
    return from_doc(&doc, base, ret, err);
}

int workflow_load(const char *path, struct workflow *ret, struct err *err)
{
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    if (doc_load(&doc, path, err) != 0)
        return -1;
    AUTOFREE char *cwd = getcwd(NULL, 0);
    if (!cwd)
        return err_sys(err, ERR_FAILED, "cannot tell the current folder");
    bool is_file = strcmp(path, "-") != 0;
    AUTOFREE char *file = is_file ? path_resolve(cwd, path) : NULL;
    AUTOFREE char *base = is_file ? xstrndup(file, (size_t)(strrchr(file, '/') - file + 1)) : xstrdup(cwd);
    if (from_doc(&doc, base, ret, err) != 0)
        return -1;
    ret->file = TAKE(file);
    return 0;
}

static void stage_release(struct stage *stage)
{
    for (size_t i = 0; i < stage->inputs_n; i++) {
        free(stage->inputs[i].name);
        free(stage->inputs[i].path);
        free(stage->inputs[i].file);
    }
    for (size_t i = 0; i < stage->outputs_n; i++) {
        free(stage->outputs[i].name);
        free(stage->outputs[i].path);
    }
    free(stage->inputs);
    free(stage->outputs);
    free(stage->needs);
    strv_release(&stage->env);
    char *texts[] = {stage->name,     stage->command,  stage->image, stage->source,    stage->queue,
                     stage->priority, stage->function, stage->mode,  stage->ready_path};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        free(texts[i]);
}

void workflow_release(struct workflow *wf)
{
    for (size_t i = 0; i < wf->n; i++)
        stage_release(&wf->stages[i]);
    free(wf->stages);
    free(wf->order);
    free(wf->name);
    free(wf->context);
    free(wf->file);
    *wf = WORKFLOW_INIT;
}
