/* The line after ":". */
#include <string.h>

#include "base/clock.h"
#include "top/act.h"
#include "top/deed.h"

struct command {
    const char *name;
    const char *args; /* as help shows them: "TIME"; NULL: none */
    const char *help;
    int (*run)(struct state *state, const char *arg, struct err *err);
    void (*complete)(const struct state *state, struct strv *words);
};

static int run_at(struct state *state, const char *arg, struct err *err)
{
    int64_t at_ms;
    if (when_parse(arg, clock_wall_ms(), &at_ms)) {
        state_at(state, at_ms);
        return 0;
    }
    err_set(err, ERR_USAGE, "\"%s\" is no time of the past", arg);
    return err_hint(err, "at 03:00, at 2026-11-28T03:00, at 2h");
}

static int run_now(struct state *state, const char *arg, struct err *err)
{
    (void)arg, (void)err;
    state_at(state, 0);
    return 0;
}

static int parse_duration(const char *arg, int64_t min_ms, int64_t max_ms, int64_t *ret_ms, struct err *err)
{
    CLEANUP(str_release) struct str limits = STR_INIT;
    if (duration_parse(arg, ret_ms) && *ret_ms >= min_ms && *ret_ms <= max_ms)
        return 0;
    duration_print(&limits, min_ms);
    str_add(&limits, " and ");
    duration_print(&limits, max_ms);
    return err_set(err, ERR_USAGE, "\"%s\" is no time between %s", arg, limits.buf);
}

static int run_range(struct state *state, const char *arg, struct err *err)
{
    int64_t range_ms;
    if (parse_duration(arg, RANGE_MIN_MS, RANGE_MAX_MS, &range_ms, err) != 0)
        return -1;
    state->view.span.range_ms = range_ms;
    return 0;
}

static int run_interval(struct state *state, const char *arg, struct err *err)
{
    int64_t interval_ms;
    if (parse_duration(arg, TOP_INTERVAL_MIN_MS, TOP_INTERVAL_MAX_MS, &interval_ms, err) != 0)
        return -1;
    state->view.interval_ms = interval_ms;
    return 0;
}

static int run_filter(struct state *state, const char *arg, struct err *err)
{
    (void)err;
    str_reset(&state->view.filter);
    str_add(&state->view.filter, arg);
    state_arrange(state);
    return 0;
}

static int run_group(struct state *state, const char *arg, struct err *err)
{
    size_t n = 0;
    for (; group_names[n]; n++) {
        if (strcmp(group_names[n], arg) != 0)
            continue;
        state->view.group = (enum group)n;
        state_arrange(state);
        return 0;
    }
    const char *nearest = str_nearest(arg, group_names, n);
    err_set(err, ERR_USAGE, "there is no group \"%s\"", arg);
    return err_hint(err, "%s%s", nearest ? "did you mean " : "none, node, namespace or context", nearest ? nearest : "");
}

static int run_sort(struct state *state, const char *arg, struct err *err) { return state_sort_by(state, arg, err); }

static int run_all(struct state *state, const char *arg, struct err *err)
{
    (void)arg, (void)err;
    state_all(state);
    return 0;
}

static int run_theme(struct state *state, const char *arg, struct err *err)
{
    const struct theme *theme = theme_find(arg, err);
    if (!theme)
        return -1;
    state->view.theme = theme;
    return 0;
}

static int run_curves(struct state *state, const char *arg, struct err *err)
{
    int choice = str_index(spark_choice_names, arg);
    if (choice < 0)
        return err_set(err, ERR_USAGE, "curves auto, braille, block or ascii");
    state->view.curves = (enum spark_choice)choice;
    return 0;
}

static int run_mouse(struct state *state, const char *arg, struct err *err)
{
    bool is_on = strcmp(arg, "on") == 0;
    if (!is_on && strcmp(arg, "off") != 0)
        return err_set(err, ERR_USAGE, "mouse on, or mouse off");
    state->view.has_mouse = is_on;
    return 0;
}

static int run_scale(struct state *state, const char *arg, struct err *err) { return deed_ask(state, "scale", arg, err); }
static int run_warm(struct state *state, const char *arg, struct err *err) { return deed_ask(state, "warm", arg, err); }
static int run_cancel(struct state *state, const char *arg, struct err *err) { return deed_ask(state, "cancel", arg, err); }

static int run_quit(struct state *state, const char *arg, struct err *err)
{
    (void)arg, (void)err;
    state->view.is_left = true;
    return 0;
}

static void add_columns(const struct state *state, struct strv *words)
{
    const struct top_column *column = state->tables[state->view.focus].panel->columns;
    for (; column && column->id; column++)
        strv_add(words, column->title);
}

static void add_ranges(const struct state *state, struct strv *words)
{
    (void)state;
    strv_split(words, "5m 15m 1h 3h 6h 24h", " ");
}

static void add_groups(const struct state *state, struct strv *words)
{
    (void)state;
    for (const char *const *name = group_names; *name; name++)
        strv_add(words, *name);
}

static void add_themes(const struct state *state, struct strv *words)
{
    (void)state;
    for (const char *const *name = tui_theme_names; *name; name++)
        strv_add(words, *name);
}

static void add_curves(const struct state *state, struct strv *words)
{
    (void)state;
    for (const char *const *name = spark_choice_names; *name; name++)
        strv_add(words, *name);
}

static void add_switches(const struct state *state, struct strv *words)
{
    (void)state;
    strv_split(words, "on off", " ");
}

static const struct command commands[] = {
    {"all", NULL, "every panel", run_all, NULL},
    {"at", "TIME", "as it was then: 03:00, 2026-11-28T03:00, 2h (ago)", run_at, NULL},
    {"cancel", NULL, "end the selected job", run_cancel, NULL},
    {"curves", "NAME", "of braille, blocks or ASCII; auto: what the terminal can", run_curves, add_curves},
    {"filter", "TEXT", "rows with it in their name; !TEXT: without; LABEL=VALUE", run_filter, NULL},
    {"group", "NAME", "rows under their node, namespace or context", run_group, add_groups},
    {"interval", "TIME", "ask this often", run_interval, NULL},
    {"mouse", "on|off", "off: the terminal selects text itself", run_mouse, add_switches},
    {"now", NULL, "as it is", run_now, NULL},
    {"quit", NULL, "leave", run_quit, NULL},
    {"range", "TIME", "curves are over this time", run_range, add_ranges},
    {"scale", "N", "set how many instances of the selected function run", run_scale, NULL},
    {"sort", "COLUMN", "sort by a column", run_sort, add_columns},
    {"theme", "NAME", "other colours", run_theme, add_themes},
    {"warm", "N", "keep so many instances of it ready (a pool)", run_warm, NULL},
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static bool show_panel(struct state *state, const char *name)
{
    for (size_t i = 0; i < state->n; i++) {
        if (strcmp(state->tables[i].panel->name, name) != 0)
            continue;
        state_only(state, i);
        return true;
    }
    return false;
}

static void add_names(const struct state *state, struct strv *words)
{
    for (size_t i = 0; i < state->n; i++)
        strv_add(words, state->tables[i].panel->name);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        strv_add(words, commands[i].name);
}

static int no_command(const struct state *state, const char *name, struct err *err)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    add_names(state, &names);
    const char *nearest = str_nearest(name, (const char *const *)names.v, names.n);
    err_set(err, ERR_USAGE, "there is no command \"%s\"", name);
    return nearest ? err_hint(err, "did you mean %s?", nearest) : err_hint(err, "Tab shows what there is");
}

static int run(struct state *state, const char *name, const char *arg, struct err *err)
{
    const struct command *command = find_command(name);
    if (!command && show_panel(state, name))
        return 0;
    if (!command)
        return no_command(state, name, err);
    if (command->args && !*arg && strcmp(name, "filter") != 0)
        return err_set(err, ERR_USAGE, "%s needs %s", name, command->args);
    if (!command->args && *arg)
        return err_set(err, ERR_USAGE, "%s needs nothing after it", name);
    return command->run(state, arg, err);
}

/* Blanks around a text, in place. */
static char *trim(char *text)
{
    text += strspn(text, " ");
    size_t len = strlen(text);
    while (len && text[len - 1] == ' ')
        text[--len] = '\0';
    return text;
}

void command_run(struct state *state, const char *line)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *copy = xstrdup(line);
    char *name = trim(copy);
    char *arg = name + strcspn(name, " ");
    if (*arg)
        *arg++ = '\0';
    if (!*name || run(state, name, trim(arg), &err) == 0)
        return;
    str_addf(&state->view.note, "%s%s%s", err.what, err.hint ? ": " : "", err.hint ? err.hint : "");
}

/* Those that begin with it; the part that all of them share. */
static size_t keep_matches(struct strv *words, const char *begin, struct str *shared)
{
    size_t n = 0;
    for (size_t i = 0; i < words->n; i++) {
        if (!str_starts(words->v[i], begin))
            continue;
        size_t same = 0;
        while (n && shared->buf[same] && shared->buf[same] == words->v[i][same])
            same++;
        if (n++)
            str_cut(shared, same);
        else
            str_add(shared, words->v[i]);
    }
    return n;
}

static void list_matches(const struct strv *words, const char *begin, struct str *note)
{
    for (size_t i = 0; i < words->n; i++)
        if (str_starts(words->v[i], begin))
            str_addf(note, "%s%s", note->len ? "  " : "", words->v[i]);
}

void command_complete(struct state *state)
{
    struct str *line = &state->view.command;
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    CLEANUP(str_release) struct str shared = STR_INIT;
    size_t name_len = strcspn(line->buf, " ");
    AUTOFREE char *name = xstrndup(line->buf, name_len);
    const struct command *command = name_len < line->len ? find_command(name) : NULL;
    const char *begin = line->buf;
    if (name_len == line->len)
        add_names(state, &words);
    else if (command && command->complete)
        command->complete(state, &words);
    if (name_len < line->len)
        begin += name_len + strspn(line->buf + name_len, " ");
    size_t n = keep_matches(&words, begin, &shared);
    if (n > 1 && shared.len == strlen(begin))
        list_matches(&words, begin, &state->view.note);
    str_add(line, n ? shared.buf + strlen(begin) : "");
    if (n == 1)
        str_addc(line, ' ');
}
