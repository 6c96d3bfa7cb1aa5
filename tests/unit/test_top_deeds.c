/* Changes from the screen, what is kept of it, the mouse and the colours. */
#include <check.h>
#include <locale.h>
#include <string.h>

#include "scratch.h"
#include "suites.h"
#include "top/act.h"
#include "top/deed.h"
#include "top/keys.h"
#include "top/rows.h"
#include "top/settings.h"
#include "tui/theme.h"

static struct state state;
static char *home;

static size_t index_of(const char *panel)
{
    size_t i = 0;
    while (strcmp(state.tables[i].panel->name, panel) != 0)
        i++;
    return i;
}

static void add_row(const char *panel, const char *key, const char *metric, double value)
{
    struct table *table = &state.tables[index_of(panel)];
    struct row *row = table_add(table, key);
    struct reading *reading = reading_of(table, row, metric);
    reading->sample = (struct sample){.value = value, .state = SAMPLE_KNOWN};
    state_arrange(&state);
}

static void start(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    home = scratch_new();
    setenv("XDG_CONFIG_HOME", home, 1);
    state_init(&state);
    state.context = "prod";
    state.source.state = SOURCE_UP;
    state.view.is_interactive = true;
    state.view.interval_ms = 2000;
    add_row("functions", "ml/ocr-00007", "ready", 2);
    add_row("functions", "resize.other", "ready", 1);
    add_row("jobs", "bert", "gpus", 8);
    state.view.focus = index_of("functions");
}

static void stop(void)
{
    state_release(&state);
    scratch_end(home);
}

static void keys(const char *text)
{
    for (; *text; text++)
        state_key(&state, *text == '\n' ? TERM_ENTER : (unsigned char)*text);
}

static bool is_drawn(const char *text, int rows, int cols)
{
    CLEANUP(surface_release) struct surface surface;
    CLEANUP(str_release) struct str drawn = STR_INIT;
    surface_init(&surface, rows, cols, true);
    frame_draw(&state, &surface);
    surface_print(&surface, false, &drawn);
    return strstr(drawn.buf, text) != NULL;
}

START_TEST(without_actions_the_screen_only_reads)
{
    static const char *const lines[] = {":scale 3\n", ":warm 1\n", ":cancel\n"};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        keys(lines[i]);
        ck_assert_int_eq(state.view.prompt, PROMPT_NONE);
        ck_assert_ptr_nonnull(strstr(state.view.note.buf, "only reads"));
        ck_assert_uint_eq(state.view.deed.words.n, 0);
    }
    state_key(&state, TERM_F0 + 9);
    ck_assert_ptr_nonnull(strstr(state.view.note.buf, "only reads"));
}
END_TEST

START_TEST(a_change_is_asked_about_by_its_names)
{
    state.view.with_actions = true;
    strv_add(&state.view.self, "--context=prod");
    keys(":scale 3\n");
    ck_assert_int_eq(state.view.prompt, PROMPT_CONFIRM);
    ck_assert(is_drawn("context prod: scale function ml/ocr from 2 to 3?", 30, 100));
    ck_assert(is_drawn("context prod", 3, 100)); /* where there is no bar, too */
    static const char *const words[] = {"--context=prod", "--namespace=ml", "function", "scale", "--yes", "--", "ocr", "3"};
    ck_assert_uint_eq(state.view.deed.words.n, ARRAY_LEN(words));
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        ck_assert_str_eq(state.view.deed.words.v[i], words[i]);
    keys("n\n");
    ck_assert_ptr_nonnull(strstr(state.view.note.buf, "not done: scale function ml/ocr"));
    ck_assert_uint_eq(state.view.n_pages, 0);
    ck_assert_uint_eq(state.view.deed.words.n, 0);
}
END_TEST

/* What is left in the line is no answer: Enter alone, Esc after y, the name of another context. */
START_TEST(only_the_answer_does_it)
{
    static const char *const wrong[] = {"\n", "Y\n", "yes\n", "prod\n", "yy\n"};
    state.view.with_actions = true;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        keys(":warm 1\n");
        keys(wrong[i]);
        ck_assert_uint_eq(state.view.n_pages, 0);
    }
    keys(":warm 1\ny");
    state_key(&state, TERM_ESCAPE);
    ck_assert_uint_eq(state.view.n_pages, 0);
    state.is_protected = true;
    keys(":warm 1\ny\n");
    ck_assert_uint_eq(state.view.n_pages, 0);
    keys(":warm 1\npro\n");
    ck_assert_uint_eq(state.view.n_pages, 0);
    keys(":warm 1\n");
    ck_assert(is_drawn("It is protected", 30, 120));
}
END_TEST

START_TEST(what_cannot_be_changed_says_so)
{
    static const struct {
        const char *line, *note;
    } cases[] = {{":scale\n", "scale needs N"},     {":scale x\n", "needs a number"},
                 {":scale -1\n", "needs a number"}, {":cancel\n", "is for a train, and this is a function"},
                 {":cancel 3\n", "nothing after"},  {":scal 3\n", "did you mean scale?"}};
    state.view.with_actions = true;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        keys(cases[i].line);
        ck_assert_msg(strstr(state.view.note.buf, cases[i].note) != NULL, "%s: %s", cases[i].line, state.view.note.buf);
    }
    keys("[:scale 3\n");
    ck_assert_ptr_nonnull(strstr(state.view.note.buf, "this is the past"));
}
END_TEST

START_TEST(what_is_kept_is_there_again)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    keys(":sort p95\n:range 3h\n:interval 5s\n:theme light\n:group namespace\n:filter o'c: #\n:mouse off\n:curves "
         "ascii\n:functions\n");
    state_key(&state, TERM_F0 + 12);
    ck_assert_ptr_nonnull(strstr(state.view.note.buf, "kept in"));
    state_release(&state);
    state_init(&state);
    ck_assert_int_eq(settings_load(&state, &err), 0);
    const struct view *view = &state.view;
    ck_assert_str_eq(view->only->name, "functions");
    ck_assert_str_eq(state.tables[view->focus].panel->columns[state.tables[view->focus].sort].id, "p95_ms");
    ck_assert_int_eq(view->span.range_ms, 3 * 60 * 60 * 1000);
    ck_assert_int_eq(view->interval_ms, 5000);
    ck_assert_str_eq(view->theme->name, "light");
    ck_assert_int_eq(view->curves, SPARK_AS_ASCII);
    ck_assert_int_eq(view->group, GROUP_NAMESPACE);
    ck_assert_str_eq(view->filter.buf, "o'c: #");
    ck_assert(!view->has_mouse);
}
END_TEST

START_TEST(a_file_with_mistakes_is_refused)
{
    static const struct {
        const char *text, *what, *hint;
    } cases[] = {{"panle: jobs\n", "panle", "panel"},
                 {"panel: job\n", "job is no panel", "jobs"},
                 {"theme: lihgt\n", "lihgt", "light"},
                 {"sort: p96\n", "no panel has a column", "p9"},
                 {"interval: 1ms\n", "too short", NULL},
                 {"range: 300d\n", "too long", NULL},
                 {"- a\n", "top.yaml", NULL},
                 {"panel: [\n", "top.yaml", NULL},
                 {"mouse: maybe\n", "mouse", NULL}};
    AUTOFREE char *folder = path_join(home, "aiwf");
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(dir_make(folder, 0700, &err), 0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        scratch_write(folder, "top.yaml", cases[i].text);
        ck_assert_msg(settings_load(&state, &err) == -1, "%s", cases[i].text);
        ck_assert_int_eq(err.code, ERR_USAGE);
        ck_assert_msg(strstr(err.what, cases[i].what) != NULL, "%s", err.what);
        ck_assert_ptr_nonnull(strstr(err.what, "top.yaml"));
        if (cases[i].hint)
            ck_assert_msg((err.hint && strstr(err.hint, cases[i].hint)) || strstr(err.what, cases[i].hint), "%s", err.what);
        err_clear(&err);
    }
    scratch_write(folder, "top.yaml", "");
    ck_assert_int_eq(settings_load(&state, &err), 0);
    scratch_write(folder, "top.yaml", "interval: 10\n");
    ck_assert_int_eq(settings_load(&state, &err), 0);
    ck_assert_int_eq(state.view.interval_ms, 10000);
}
END_TEST

/* The place of a text on a frame of 30x100, and a click there. */
static void click_on(const char *text)
{
    CLEANUP(surface_release) struct surface surface;
    surface_init(&surface, 30, 100, true);
    frame_draw(&state, &surface);
    for (int row = 0; row < surface.rows; row++) {
        CLEANUP(str_release) struct str line = STR_INIT;
        for (int col = 0; col < surface.cols; col++)
            str_add(&line, surface.cells[row * surface.stride + col].width == 1 &&
                                   surface.cells[row * surface.stride + col].text[1] == '\0'
                               ? surface.cells[row * surface.stride + col].text
                               : "?");
        const char *at = strstr(line.buf, text);
        if (!at)
            continue;
        state_click(&state, surface_mark_at(&surface, row, (int)(at - line.buf)));
        return;
    }
    ck_abort_msg("no %s", text);
}

START_TEST(clicks_go_where_they_are)
{
    click_on("bert");
    ck_assert_uint_eq(state.view.focus, index_of("jobs"));
    click_on("resize");
    ck_assert_uint_eq(state.view.focus, index_of("functions"));
    ck_assert_str_eq(table_selected(&state.tables[state.view.focus])->key, "resize.other");
    click_on("Jobs");
    ck_assert_str_eq(state.view.only->name, "jobs");
    click_on("aiwf top");
    ck_assert_str_eq(state.view.only->name, "jobs");
    state_click(&state, 0xffffffff);
    state_key(&state, '0');
    state.view.focus = index_of("functions");
    state_key(&state, TERM_WHEEL_UP);
    ck_assert_uint_eq(state.tables[state.view.focus].selected, 0);
    state_key(&state, TERM_WHEEL_DOWN);
    ck_assert_uint_eq(state.tables[state.view.focus].selected, 1);
}
END_TEST

START_TEST(help_is_longer_than_a_screen)
{
    state.view.page_rows = frame_page_rows(24);
    state_key(&state, '?');
    ck_assert(is_drawn("this help, and back", 24, 80));
    ck_assert(!is_drawn("curves   over", 24, 80));
    state_key(&state, 'G');
    ck_assert(!is_drawn("this help, and back", 24, 80));
    ck_assert(is_drawn("curves   over", 24, 80));
    state_key(&state, TERM_WHEEL_DOWN);
    ck_assert(is_drawn("curves   over", 24, 80));
    state_key(&state, 'g');
    ck_assert(is_drawn("this help, and back", 24, 80));
    state_key(&state, '?');
    ck_assert(!is_drawn("this help, and back", 24, 80));
}
END_TEST

START_TEST(themes_fit_the_terminal)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    size_t n = 0;
    for (; tui_theme_names[n]; n++) {
        const struct theme *theme = theme_find(tui_theme_names[n], &err);
        ck_assert_str_eq(theme->name, tui_theme_names[n]);
        for (int tint = 1; tint < TINT_COUNT; tint++) {
            ck_assert_int_lt(theme_color(theme, (enum tint)tint, 8, false), 8);
            ck_assert_int_lt(theme_color(theme, (enum tint)tint, 16, false), 16);
            ck_assert_int_lt(theme_color(theme, (enum tint)tint, 256, false), 256);
            ck_assert_int_eq(theme_color(theme, (enum tint)tint, 1 << 24, true) == -1, theme->is_mono);
        }
        ck_assert_int_eq(theme_color(theme, TINT_NONE, 256, false), -1);
    }
    ck_assert_uint_ge(n, 3);
    ck_assert_ptr_null(theme_find("drak", &err));
    ck_assert_str_eq(err.hint, "did you mean dark");
}
END_TEST

Suite *suite_top_deeds(void)
{
    Suite *suite = suite_create("top_deeds");
    TCase *tcase = tcase_create("deeds");
    tcase_add_checked_fixture(tcase, start, stop);
    tcase_add_test(tcase, without_actions_the_screen_only_reads);
    tcase_add_test(tcase, a_change_is_asked_about_by_its_names);
    tcase_add_test(tcase, only_the_answer_does_it);
    tcase_add_test(tcase, what_cannot_be_changed_says_so);
    tcase_add_test(tcase, what_is_kept_is_there_again);
    tcase_add_test(tcase, a_file_with_mistakes_is_refused);
    tcase_add_test(tcase, clicks_go_where_they_are);
    tcase_add_test(tcase, help_is_longer_than_a_screen);
    tcase_add_test(tcase, themes_fit_the_terminal);
    suite_add_tcase(suite, tcase);
    return suite;
}
