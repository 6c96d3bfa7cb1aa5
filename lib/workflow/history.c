/* What the journal tells of the last run, as one document. */
#include <string.h>

#include "base/clock.h"
#include "workflow/journal.h"

static node_t *stage_of(const node_t *status, const node_t *record)
{
    const char *name = node_str(record, "/stage", "");
    return node_find(node_get(status, "stages"), "/name", name);
}

static const char *state_after(const node_t *record)
{
    static const struct {
        const char *event, *state;
    } states[] = {
        {"start", "Running"}, {"done", "Succeeded"}, {"failed", "Failed"}, {"cancelled", "Cancelled"}, {"skipped", "Skipped"}};
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (str_eq(node_str(record, "/event", NULL), states[i].event))
            return node_bool(record, "/cached", false) ? "Cached" : states[i].state;
    return NULL;
}

static void set_message(node_t *stage, const node_t *record)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    const char *event = node_str(record, "/event", "");
    if (strcmp(event, "failed") == 0)
        str_add(&text, node_str(record, "/message", "failed"));
    else if (strcmp(event, "skipped") == 0)
        str_addf(&text, "%s did not succeed", node_str(record, "/because", "a stage before"));
    else if (strcmp(event, "done") == 0 && node_get(record, "function"))
        str_addf(&text, "function %s", node_str(record, "/function", ""));
    else if (strcmp(event, "done") == 0)
        for (const node_t *output = node_first(node_get(record, "outputs")); output; output = node_next(output))
            str_addf(&text, "%s%s", text.len ? ", " : "", node_key(output));
    node_set_str(stage, "message", text.len ? text.buf : NULL);
}

static void apply(node_t *status, const node_t *record)
{
    node_t *stage = stage_of(status, record);
    const char *state = state_after(record);
    if (!stage || !state)
        return;
    for (const node_t *field = node_first(record); field; field = node_next(field)) {
        const char *key = node_key(field);
        if (strcmp(key, "event") != 0 && strcmp(key, "stage") != 0 && strcmp(key, "at") != 0)
            node_set(stage, key, node_copy(field));
    }
    node_set_str(stage, "state", state);
    node_set_str(stage, strcmp(state, "Running") == 0 ? "started" : "finished", node_str(record, "/at", NULL));
    set_message(stage, record);
}

static node_t *begin(const node_t *run, const char *name)
{
    node_t *status = node_new_object();
    node_set_str(status, "name", name);
    node_set_str(status, "state", "Running");
    static const char *const kept[] = {"run", "file", "context"};
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        node_set(status, kept[i], node_get(run, kept[i]) ? node_copy(node_get(run, kept[i])) : node_new_null());
    node_set_str(status, "started", node_str(run, "/at", NULL));
    node_set(status, "finished", node_new_null());
    node_t *stages = node_set(status, "stages", node_new_array());
    for (const node_t *s = node_first(node_get(run, "stages")); s; s = node_next(s)) {
        node_t *stage = node_push(stages, node_copy(s));
        node_set_str(stage, "state", "Pending");
    }
    return status;
}

static bool settled_well(const node_t *stage)
{
    const char *state = node_str(stage, "/state", "");
    return strcmp(state, "Succeeded") == 0 || strcmp(state, "Cached") == 0;
}

/* In this run, as a job; one that failed has used energy, too. */
static bool has_run(const node_t *stage)
{
    const char *state = node_str(stage, "/state", "");
    return node_get(stage, "job") &&
           (strcmp(state, "Succeeded") == 0 || (strcmp(state, "Failed") == 0 && node_get(stage, "run_ms")));
}

/* Sums over the stages that ran; energy is unknown as soon as one of them has none. */
static void add_sums(node_t *status)
{
    size_t done = 0;
    double energy = 0;
    for (const node_t *s = node_first(node_get(status, "stages")); s; s = node_next(s)) {
        done += settled_well(s);
        if (has_run(s))
            energy += node_num(s, "/energy_j", __builtin_nan(""));
    }
    node_set_num(status, "done", (double)done);
    node_set_num(status, "total", (double)node_len(node_get(status, "stages")));
    node_set_num(status, "energy_j", energy);
    int64_t from, to;
    bool known = rfc3339_parse(node_str(status, "/started", ""), &from) && rfc3339_parse(node_str(status, "/finished", ""), &to);
    node_set_num(status, "run_ms", known ? (double)(to - from) : __builtin_nan(""));
}

/* A stage that has no end, in a run that nobody drives, is told as what it is. */
static void end_without_end(node_t *status)
{
    node_set_str(status, "state", "Interrupted");
    for (node_t *s = node_first(node_get(status, "stages")); s; s = node_next(s))
        if (strcmp(node_str(s, "/state", ""), "Running") == 0)
            node_set_str(s, "message", "nobody waits for it: the run was interrupted");
}

node_t *journal_status(const struct journal *journal, const char *name, bool live)
{
    bool ended = false;
    const node_t *run = journal_run(journal, &ended);
    if (!run)
        return NULL;
    node_t *status = begin(run, name);
    for (const node_t *r = node_next(run); r; r = node_next(r)) {
        apply(status, r);
        if (strcmp(node_str(r, "/event", ""), "end") != 0)
            continue;
        node_set_str(status, "state", node_str(r, "/state", "Failed"));
        node_set_str(status, "finished", node_str(r, "/at", NULL));
    }
    if (!ended && !live)
        end_without_end(status);
    add_sums(status);
    return status;
}
