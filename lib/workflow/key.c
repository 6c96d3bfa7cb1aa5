#include "workflow/key.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int add_inputs(const struct stage *stage, const struct made *made, node_t *doc, struct err *err)
{
    node_t *inputs = node_set(doc, "inputs", node_new_object());
    for (size_t i = 0; i < stage->inputs_n; i++) {
        const struct stage_input *input = &stage->inputs[i];
        char hash[HASH_HEX];
        if (!input->file)
            memcpy(hash, made[input->from].outputs[input->output], HASH_HEX);
        else if (hash_tree(input->file, hash, err) != 0)
            return -1;
        node_set_str(node_set(inputs, input->name, node_new_object()), "hash", hash);
        node_set_str(node_get(inputs, input->name), "path", input->path);
    }
    return 0;
}

static int add_source(const struct stage *stage, node_t *doc, struct err *err)
{
    char hash[HASH_HEX];
    if (!stage->source)
        return 0;
    if (hash_tree(stage->source, hash, err) != 0)
        return -1;
    struct stat st;
    bool is_file = stat(stage->source, &st) == 0 && S_ISREG(st.st_mode);
    node_set_str(doc, "source", hash);
    if (is_file)
        node_set_str(doc, "source_name", strrchr(stage->source, '/') + 1);
    return 0;
}

static void add_function(const struct stage *stage, node_t *doc)
{
    node_set_str(doc, "function", stage->function);
    node_set_str(doc, "mode", stage->mode);
    node_set_str(doc, "ready_path", stage->ready_path);
    node_set_num(doc, "scale_min", (double)stage->scale_min);
    node_set_num(doc, "scale_max", (double)stage->scale_max);
    node_set_num(doc, "idle_ms", (double)stage->idle_ms);
    node_set_num(doc, "concurrency", (double)stage->concurrency);
    node_set_num(doc, "queue_limit", (double)stage->queue_limit);
    node_set_num(doc, "timeout_ms", (double)stage->timeout_ms);
    node_set_num(doc, "memory_bytes", (double)stage->memory_bytes);
    node_set_num(doc, "cpus", stage->cpus);
}

static void add_order(const struct stage *stage, const struct made *made, node_t *doc)
{
    node_t *after = node_set(doc, "after", node_new_array());
    for (size_t i = 0; i < stage->needs_n; i++)
        if (stage_needs_only_order(stage, stage->needs[i]))
            node_push(after, node_new_str(made[stage->needs[i]].key));
}

int key_of(const struct workflow *wf, size_t at, const struct made *made, char ret[HASH_HEX], struct err *err)
{
    const struct stage *stage = &wf->stages[at];
    CLEANUP(node_free) node_t *doc = node_new_object();
    node_set_num(doc, "version", 1);
    node_set_str(doc, "kind", stage_kind_name(stage->kind));
    node_set_str(doc, "command", stage->command);
    node_set_str(doc, "image", stage->image);
    node_set_num(doc, "gpus", (double)stage->gpus);
    node_t *env = node_set(doc, "env", node_new_array());
    for (size_t i = 0; i < stage->env.n; i++)
        node_push(env, node_new_str(stage->env.v[i]));
    node_t *outputs = node_set(doc, "outputs", node_new_object());
    for (size_t i = 0; i < stage->outputs_n; i++)
        node_set_str(outputs, stage->outputs[i].name, stage->outputs[i].path);
    if (add_source(stage, doc, err) != 0 || add_inputs(stage, made, doc, err) != 0)
        return err_wrap(err, "cannot read what stage %s is made from", stage->name);
    add_order(stage, made, doc);
    if (stage->kind == STAGE_INFERENCE)
        add_function(stage, doc);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(doc, &text);
    return hash_data(text.buf, text.len, ret, err);
}

static bool copy_hash(char to[HASH_HEX], const char *from)
{
    if (!from || strlen(from) != HASH_HEX - 1)
        return false;
    memcpy(to, from, HASH_HEX);
    return true;
}

bool made_from(const struct stage *stage, const node_t *done, struct made *ret)
{
    struct made made = {.known = true, .outputs = xcalloc(stage->outputs_n + 1, sizeof(*made.outputs))};
    bool whole = copy_hash(made.key, node_str(done, "/key", NULL));
    for (size_t i = 0; whole && i < stage->outputs_n; i++)
        whole = copy_hash(made.outputs[i], node_str(node_get(node_get(done, "outputs"), stage->outputs[i].name), "/hash", NULL));
    made.url = xstrdup_or_null(node_str(done, "/url", NULL));
    if (whole) {
        made_release(ret);
        *ret = made;
    } else {
        made_release(&made);
    }
    return whole;
}

void made_release(struct made *made)
{
    free(made->outputs);
    free(made->url);
    *made = (struct made){0};
}
