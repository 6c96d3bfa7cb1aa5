#include "workflow/graph.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"

static bool variable_name_ok(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '_')
        return false;
    for (const char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && *p != '_')
            return false;
    return strlen(name) <= 64;
}

int graph_check_variable(const struct doc *doc, const node_t *map, const node_t *node, const char *what, struct err *err)
{
    const node_t *twin = NULL;
    for (const node_t *other = node_first(map); other != node && !twin; other = node_next(other))
        twin = strcasecmp(node_key(other), node_key(node)) == 0 ? other : NULL;
    if (twin)
        return doc_err(doc, node, err, "%s \"%s\" differs from \"%s\" in case only", what, node_key(node), node_key(twin));
    if (variable_name_ok(node_key(node)))
        return 0;
    doc_err(doc, node, err, "%s \"%s\" cannot be an environment variable's name", what, node_key(node));
    return err_hint(err, "letters, digits and _, at most 64, not beginning with a digit");
}

static void add_need(struct stage *stage, size_t other)
{
    for (size_t i = 0; i < stage->needs_n; i++)
        if (stage->needs[i] == other)
            return;
    GROW(stage->needs, stage->needs_n, stage->needs_cap);
    stage->needs[stage->needs_n++] = other;
}

static int hint_stage(const struct workflow *wf, const char *word, struct err *err)
{
    AUTOFREE const char **names = xcalloc(wf->n, sizeof(*names));
    for (size_t i = 0; i < wf->n; i++)
        names[i] = wf->stages[i].name;
    const char *nearest = str_nearest(word, names, wf->n);
    return nearest ? err_hint(err, "did you mean \"%s\"?", nearest) : -1;
}

static int read_needs(const struct doc *doc, const node_t *list, struct workflow *wf, struct stage *stage, struct err *err)
{
    for (const node_t *node = node_first(list); node; node = node_next(node)) {
        size_t other = workflow_find(wf, node_text(node));
        if (other == wf->n) {
            doc_err(doc, node, err, "stage %s needs \"%s\", which is no stage", stage->name, node_text(node));
            return hint_stage(wf, node_text(node), err);
        }
        add_need(stage, other);
    }
    return 0;
}

static int find_output(const struct doc *doc, const node_t *node, const struct workflow *wf, struct stage_input *input,
                       struct err *err)
{
    const struct stage *from = &wf->stages[input->from];
    const char *word = strchr(node_text(node), '.') + 1;
    AUTOFREE const char **names = xcalloc(from->outputs_n + 1, sizeof(*names));
    for (size_t i = 0; i < from->outputs_n; i++) {
        names[i] = from->outputs[i].name;
        if (strcmp(names[i], word) != 0)
            continue;
        input->output = i;
        return 0;
    }
    doc_err(doc, node, err, "input %s: stage %s has no output \"%s\"", input->name, from->name, word);
    const char *nearest = str_nearest(word, names, from->outputs_n);
    if (nearest)
        return err_hint(err, "did you mean \"%s.%s\"?", from->name, nearest);
    return err_hint(err, "a file of that name is written ./%s", node_text(node));
}

/* "stage.output" when there is such a stage, else a path. */
static bool names_stage(const struct workflow *wf, const char *text, size_t *ret)
{
    const char *dot = strchr(text, '.');
    if (!dot || strchr(text, '/'))
        return false;
    AUTOFREE char *stage = xstrndup(text, (size_t)(dot - text));
    *ret = workflow_find(wf, stage);
    return *ret < wf->n;
}

static int no_such_input(const struct doc *doc, const node_t *node, const struct workflow *wf, struct err *err)
{
    const char *text = node_text(node);
    const char *dot = strchr(text, '.');
    doc_err(doc, node, err, "input %s: \"%s\" is neither an output of a stage nor a file", node_key(node), text);
    if (!dot || strchr(text, '/'))
        return -1;
    AUTOFREE char *stage = xstrndup(text, (size_t)(dot - text));
    return hint_stage(wf, stage, err);
}

static char *place_of(const char *name, const char *path)
{
    const char *last = strrchr(path, '/');
    const char *dot = strrchr(last ? last + 1 : path, '.');
    bool plain = dot && dot > (last ? last + 1 : path) && strlen(dot) <= 16;
    return xasprintf("inputs/%s%s", name, plain ? dot : "");
}

static int read_input(const struct doc *doc, const node_t *node, const char *base, struct workflow *wf, struct stage *stage,
                      struct err *err)
{
    struct stage_input *input = &stage->inputs[stage->inputs_n++];
    input->name = xstrdup(node_key(node));
    if (names_stage(wf, node_text(node), &input->from)) {
        if (find_output(doc, node, wf, input, err) != 0)
            return -1;
        input->path = place_of(input->name, wf->stages[input->from].outputs[input->output].path);
        add_need(stage, input->from);
        return 0;
    }
    AUTOFREE char *file = path_resolve(base, node_text(node));
    if (!*node_text(node) || !file_exists(file))
        return no_such_input(doc, node, wf, err);
    input->path = place_of(input->name, file);
    input->file = TAKE(file);
    return 0;
}

static int read_inputs(const struct doc *doc, const node_t *map, const char *base, struct workflow *wf, struct stage *stage,
                       struct err *err)
{
    stage->inputs = xcalloc(node_len(map) + 1, sizeof(*stage->inputs));
    for (const node_t *node = node_first(map); node; node = node_next(node)) {
        if (graph_check_variable(doc, map, node, "input", err) != 0)
            return -1;
        if (read_input(doc, node, base, wf, stage, err) != 0)
            return -1;
    }
    return 0;
}

/* Stages that are not yet in order all wait for each other or for a cycle: following needs among them
 * must come back to where it was. */
static int name_cycle(const struct doc *doc, const struct workflow *wf, const bool *placed, struct err *err)
{
    AUTOFREE size_t *path = xcalloc(wf->n + 1, sizeof(*path));
    AUTOFREE size_t *seen_at = xcalloc(wf->n, sizeof(*seen_at));
    size_t at = 0, n = 0;
    while (placed[at])
        at++;
    for (; !seen_at[at]; n++) {
        path[n] = at;
        seen_at[at] = n + 1;
        const struct stage *stage = &wf->stages[at];
        for (size_t i = 0; i < stage->needs_n; i++)
            if (!placed[stage->needs[i]]) {
                at = stage->needs[i];
                break;
            }
    }
    enum { SHOWN = 12 };
    CLEANUP(str_release) struct str words = STR_INIT;
    size_t first = seen_at[at] - 1;
    for (size_t i = first; i < n && i < first + SHOWN; i++)
        str_addf(&words, "%s -> ", wf->stages[path[i]].name);
    str_addf(&words, "%s%s", n - first > SHOWN ? "... -> " : "", wf->stages[at].name);
    AUTOFREE char *pointer = xasprintf("/stages/%zu", at);
    doc_err(doc, node_at(doc->root, pointer), err, "stages need each other in a circle: %s", words.buf);
    return err_hint(err, "remove one of these needs (or the input that implies it)");
}

static bool is_free(const struct stage *stage, const bool *placed)
{
    for (size_t i = 0; i < stage->needs_n; i++)
        if (!placed[stage->needs[i]])
            return false;
    return true;
}

static int make_order(const struct doc *doc, struct workflow *wf, struct err *err)
{
    AUTOFREE bool *placed = xcalloc(wf->n, sizeof(*placed));
    wf->order = xcalloc(wf->n, sizeof(*wf->order));
    size_t n = 0;
    while (n < wf->n) {
        size_t before = n;
        for (size_t i = 0; i < wf->n; i++) {
            if (placed[i] || !is_free(&wf->stages[i], placed))
                continue;
            placed[i] = true;
            wf->order[n++] = i;
        }
        if (n == before)
            return name_cycle(doc, wf, placed, err);
    }
    return 0;
}

int graph_link(const struct doc *doc, const char *base, struct workflow *wf, struct err *err)
{
    size_t i = 0;
    for (const node_t *node = node_first(node_get(doc->root, "stages")); node; node = node_next(node), i++) {
        if (read_needs(doc, node_get(node, "needs"), wf, &wf->stages[i], err) != 0)
            return -1;
        if (read_inputs(doc, node_get(node, "inputs"), base, wf, &wf->stages[i], err) != 0)
            return -1;
    }
    return make_order(doc, wf, err);
}
