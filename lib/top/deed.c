#include "top/deed.h"

#include <math.h>
#include <string.h>

#include "top/drill.h"
#include "top/parts.h"

struct verb {
    const char *name, *kind, *metric; /* of the row, as it is now; NULL: none */
    bool has_number;
    /* Without the object's name, which comes last. */
    void (*words)(const struct object *object, const char *arg, struct strv *words);
};

enum { MOST = 10000 };

static void scale_words(const struct object *object, const char *arg, struct strv *words)
{
    strv_split(words, "function scale --yes --", " ");
    strv_add(words, object->name);
    strv_add(words, arg);
}

/* A pool of its own, which keeps so many ready. */
static void warm_words(const struct object *object, const char *arg, struct strv *words)
{
    strv_split(words, "pool create --yes", " ");
    strv_addf(words, "--min=%s", arg);
    strv_addf(words, "--function=%s", object->name);
    strv_add(words, "--");
    strv_addf(words, "%s-warm", object->name);
}

static void cancel_words(const struct object *object, const char *arg, struct strv *words)
{
    (void)arg;
    strv_split(words, "train cancel --yes --", " ");
    strv_add(words, object->name);
}

static const struct verb verbs[] = {
    {"scale", "function", "ready", true, scale_words},
    {"warm", "function", NULL, true, warm_words},
    {"cancel", "train", NULL, false, cancel_words},
};

static const struct verb *find_verb(const char *name)
{
    size_t i = 0;
    while (strcmp(verbs[i].name, name) != 0)
        i++;
    return &verbs[i];
}

static int check_verb(const struct state *state, const struct verb *verb, const char *arg, struct err *err)
{
    long long number;
    if (!state->view.with_actions) {
        err_set(err, ERR_USAGE, "this screen only reads");
        return err_hint(err, "aiwf top --actions");
    }
    if (state->view.span.at_ms || state->taken.at_ms)
        return err_set(err, ERR_USAGE, "this is the past: n goes to now");
    if (verb->has_number && !str_to_int(arg, 0, MOST, &number))
        return err_set(err, ERR_USAGE, "%s needs a number", verb->name);
    if (!verb->has_number && *arg)
        return err_set(err, ERR_USAGE, "%s needs nothing after it", verb->name);
    return 0;
}

/* "scale function ocr from 2 to 3" */
static void describe(const struct state *state, const struct verb *verb, const struct object *object, const char *arg,
                     struct str *s)
{
    const struct table *table = &state->tables[state->view.focus];
    const struct row *row = view_page(&state->view) ? NULL : table_selected(table);
    double now = row && verb->metric ? reading_value(row_reading(table, row, verb->metric)) : NAN;
    str_addf(s, "%s %s ", verb->name, object->kind);
    if (object->ns)
        str_addf(s, "%s/", object->ns);
    str_add(s, object->name);
    if (isfinite(now))
        str_addf(s, " from %.0f", now);
    if (verb->has_number)
        str_addf(s, " to %s", arg);
}

int deed_ask(struct state *state, const char *name, const char *arg, struct err *err)
{
    const struct verb *verb = find_verb(name);
    CLEANUP(object_release) struct object object = {0};
    if (check_verb(state, verb, arg, err) != 0)
        return -1;
    drill_object(state, &object);
    if (!object.kind)
        return err_set(err, ERR_USAGE, "nothing is selected");
    if (strcmp(object.kind, verb->kind) != 0)
        return err_set(err, ERR_USAGE, "%s is for a %s, and this is a %s", verb->name, verb->kind, object.kind);
    struct deed *deed = &state->view.deed;
    deed_release(deed);
    drill_self(state, &object, &deed->words);
    if (object.ns)
        strv_addf(&deed->words, "--namespace=%s", object.ns);
    verb->words(&object, arg, &deed->words);
    object_set(&deed->object, object.kind, object.name, object.ns);
    deed->object.context = object.context;
    describe(state, verb, &object, arg, &deed->does);
    str_reset(&state->view.command);
    state->view.prompt = PROMPT_CONFIRM;
    return 0;
}

void deed_release(struct deed *deed)
{
    strv_release(&deed->words);
    object_release(&deed->object);
    str_release(&deed->does);
    *deed = (struct deed){.does = STR_INIT};
}

void deed_question(const struct state *state, struct str *s)
{
    const struct state *of = state_of(state, state->view.deed.object.context);
    str_addf(s, "context %s: %s?  ", of->context, state->view.deed.does.buf);
    if (of->is_protected)
        str_add(s, "It is protected: its name, and Enter: ");
    else
        str_add(s, "y, and Enter: ");
}

static int start(struct state *state, struct err *err)
{
    const struct deed *deed = &state->view.deed;
    if (view_is_full(&state->view))
        return err_set(err, ERR_USAGE, "too many pages: Esc goes back");
    CLEANUP(page_free) struct page *page = page_new(deed->does.buf, &deed->object);
    page->changes = true;
    if (page_run(page, &deed->words, err) != 0)
        return -1;
    view_push(&state->view, TAKE(page));
    return 0;
}

void deed_answer(struct state *state)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct view *view = &state->view;
    const struct state *of = state_of(state, view->deed.object.context);
    const char *wanted = of->is_protected ? of->context : "y";
    view->prompt = PROMPT_NONE;
    if (!wanted || strcmp(view->command.buf, wanted) != 0)
        str_addf(&view->note, "not done: %s", view->deed.does.buf);
    else if (start(state, &err) != 0)
        str_add(&view->note, err.what);
    deed_release(&view->deed);
}
