/* What keys do to the screen, without a terminal. */
#include <check.h>
#include <locale.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "suites.h"
#include "top/act.h"
#include "top/keys.h"

static struct state state;

static void start(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    setenv("TZ", "UTC", 1);
    tzset();
    state_init(&state);
    state.context = "unit";
    state.url = "http://127.0.0.1:9090";
    state.view.is_interactive = true;
    state.view.interval_ms = 2000;
}

static void stop(void) { state_release(&state); }

static void keys(const char *text)
{
    for (; *text; text++)
        state_key(&state, *text == '\t' ? TERM_TAB : (unsigned char)*text);
}

static void command(const char *text)
{
    state_key(&state, ':');
    keys(text);
    state_key(&state, TERM_ENTER);
}

/* One frame has it. */
static void check_drawn(const char *text, bool has)
{
    CLEANUP(surface_release) struct surface surface;
    CLEANUP(str_release) struct str drawn = STR_INIT;
    surface_init(&surface, 40, 120, true);
    frame_draw(&state, &surface);
    surface_print(&surface, false, &drawn);
    ck_assert_msg((strstr(drawn.buf, text) != NULL) == has, "%s \"%s\" in\n%s", has ? "no" : "there is", text, drawn.buf);
}

static size_t index_of(const char *panel)
{
    size_t i = 0;
    while (strcmp(state.tables[i].panel->name, panel) != 0)
        i++;
    return i;
}

START_TEST(a_number_fills_the_screen)
{
    size_t jobs = index_of("jobs");
    state_key(&state, (int)('1' + jobs));
    ck_assert_str_eq(state.view.only->name, "jobs");
    check_drawn("no jobs", false);
    check_drawn("JOB ", true);
    check_drawn("FUNCTION", false);
    check_drawn("Functions", true); /* the line of panels still has all */
    state_key(&state, '0');
    ck_assert_ptr_null(state.view.only);
    check_drawn("FUNCTION", true);
    state_key(&state, '9');
    ck_assert(state.n >= 9 || !state.view.only);
}
END_TEST

START_TEST(tab_goes_through_the_panels)
{
    state.view.focus = index_of("functions");
    state_key(&state, TERM_TAB);
    ck_assert_str_eq(state.view.only->name, "functions");
    state_key(&state, TERM_TAB);
    ck_assert_str_ne(state.view.only->name, "functions");
    state_key(&state, TERM_BACK_TAB);
    ck_assert_str_eq(state.view.only->name, "functions");
    state_key(&state, TERM_RIGHT);
    ck_assert_str_ne(state.view.only->name, "functions");
    state_key(&state, TERM_ESCAPE);
    ck_assert_ptr_null(state.view.only);
    for (size_t i = 0; i < 3 * state.n; i++) {
        state_key(&state, TERM_TAB);
        ck_assert(table_has_tab(&state, &state.tables[state.view.focus]));
    }
}
END_TEST

START_TEST(escape_closes_what_was_opened_last)
{
    state_key(&state, '1');
    keys("/x");
    state_key(&state, TERM_ENTER);
    state_key(&state, '?');
    state_key(&state, TERM_ESCAPE);
    ck_assert(!state.view.shows_help && state.view.filter.len && state.view.only);
    state_key(&state, TERM_ESCAPE);
    ck_assert(!state.view.filter.len && state.view.only);
    state_key(&state, TERM_ESCAPE);
    ck_assert_ptr_null(state.view.only);
}
END_TEST

START_TEST(time_is_stepped_through)
{
    int64_t before_ms = clock_wall_ms() - 5 * 60 * 1000;
    keys("[");
    int64_t at_ms = state.view.span.at_ms;
    ck_assert(at_ms >= before_ms - 2000 && at_ms <= before_ms + 60000);
    keys("[");
    ck_assert_int_eq(state.view.span.at_ms, at_ms - 5 * 60 * 1000);
    check_drawn("PAST", false); /* as long as the figures are those of now */
    check_drawn("asking for 20", true);
    state.taken = state.view.span;
    state.now_ms = state.view.span.at_ms;
    check_drawn("PAST 20", true);
    check_drawn("asking for", false);
    keys("]]");
    ck_assert_int_eq(state.view.span.at_ms, 0); /* never later than now */
    keys("]");
    ck_assert_int_eq(state.view.span.at_ms, 0);
    check_drawn("PAST 20", true);
    check_drawn("asking for now", true);
    state.taken = state.view.span;
    check_drawn("PAST", false);
    keys("[n");
    ck_assert_int_eq(state.view.span.at_ms, 0);
}
END_TEST

START_TEST(ranges_go_round)
{
    int64_t most = 0;
    for (int i = 0; i < 6; i++) {
        state_key(&state, 'r');
        most = state.view.span.range_ms > most ? state.view.span.range_ms : most;
    }
    ck_assert_int_eq(state.view.span.range_ms, RANGE_USUAL_MS);
    ck_assert_int_eq(most, 24 * 60 * 60 * 1000);
}
END_TEST

START_TEST(times_are_what_people_mean)
{
    int64_t now;
    ck_assert(rfc3339_parse("2026-11-28T10:00:00Z", &now));
    static const struct {
        const char *text, *is;
    } cases[] = {{"03:00", "2026-11-28T03:00:00Z"},
                 {"10:00", "2026-11-28T10:00:00Z"},
                 {"10:01", "2026-11-27T10:01:00Z"},
                 {"23:59:30", "2026-11-27T23:59:30Z"},
                 {"2026-11-27T03:00", "2026-11-27T03:00:00Z"},
                 {"2026-11-27", "2026-11-27T00:00:00Z"},
                 {"2026-11-28T09:00:00+02:00", "2026-11-28T07:00:00Z"},
                 {"2h", "2026-11-28T08:00:00Z"},
                 {"-90s", "2026-11-28T09:58:30Z"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t at, is;
        ck_assert_msg(when_parse(cases[i].text, now, &at), "%s", cases[i].text);
        ck_assert(rfc3339_parse(cases[i].is, &is));
        ck_assert_msg(at == is, "%s is %lld", cases[i].text, (long long)at);
    }
    static const char *const wrong[] = {"", "noon", "24:00", "2026-11-28T10:01", "2027-01-01", "9999999h", "03:00x", "--1h"};
    int64_t at = 1;
    ck_assert(when_parse("now", now, &at) && at == 0);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        ck_assert_msg(!when_parse(wrong[i], now, &at), "%s", wrong[i]);
}
END_TEST

START_TEST(commands_do_what_they_say)
{
    command("at 2020-01-02T03:00");
    ck_assert_int_eq(state.view.span.at_ms, 1577934000000);
    command("now");
    ck_assert_int_eq(state.view.span.at_ms, 0);
    command("range 3h");
    ck_assert_int_eq(state.view.span.range_ms, 3 * 60 * 60 * 1000);
    command("  interval   10s ");
    ck_assert_int_eq(state.view.interval_ms, 10000);
    command("filter oc");
    ck_assert_str_eq(state.view.filter.buf, "oc");
    command("filter");
    ck_assert_uint_eq(state.view.filter.len, 0);
    command("jobs");
    ck_assert_str_eq(state.view.only->name, "jobs");
    command("all");
    ck_assert_ptr_null(state.view.only);
    state.view.focus = index_of("functions");
    command("sort p95");
    ck_assert_str_eq(state.tables[state.view.focus].panel->columns[state.tables[state.view.focus].sort].id, "p95_ms");
    ck_assert_uint_eq(state.view.note.len, 0);
    command("quit");
    ck_assert(state.view.is_left);
}
END_TEST

START_TEST(a_wrong_command_says_what_was_meant)
{
    static const struct {
        const char *line, *note;
    } cases[] = {{"job", "did you mean jobs?"},     {"sort p96", "did you mean p9"}, {"at noon", "is no time of the past"},
                 {"range", "range needs TIME"},     {"now 3", "needs nothing"},      {"range 1s", "between 1m and 7d"},
                 {"xyzzyx", "there is no command"}, {"interval x", "between 100ms"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        command(cases[i].line);
        ck_assert_msg(strstr(state.view.note.buf, cases[i].note) != NULL, "%s: %s", cases[i].line, state.view.note.buf);
        check_drawn(cases[i].note, true);
        state_key(&state, 'j');
        check_drawn(cases[i].note, false);
    }
    ck_assert_int_eq(state.view.span.at_ms, 0);
}
END_TEST

START_TEST(tab_completes_a_command)
{
    keys(":ra\t");
    ck_assert_str_eq(state.view.command.buf, "range ");
    keys("3\t");
    ck_assert_str_eq(state.view.command.buf, "range 3h ");
    state_key(&state, TERM_ESCAPE);
    ck_assert_int_eq(state.view.prompt, PROMPT_NONE);
    keys(":");
    ck_assert_uint_eq(state.view.command.len, 0);
    state_key(&state, TERM_TAB);
    check_drawn("overview", true);
    keys("zz\t");
    ck_assert_str_eq(state.view.command.buf, "zz");
    for (int i = 0; i < 3; i++)
        state_key(&state, TERM_BACKSPACE);
    ck_assert_int_eq(state.view.prompt, PROMPT_NONE);
    ck_assert(!state.view.is_left);
}
END_TEST

Suite *suite_top_keys(void)
{
    Suite *suite = suite_create("top_keys");
    TCase *tcase = tcase_create("keys");
    tcase_add_checked_fixture(tcase, start, stop);
    tcase_add_test(tcase, a_number_fills_the_screen);
    tcase_add_test(tcase, tab_goes_through_the_panels);
    tcase_add_test(tcase, escape_closes_what_was_opened_last);
    tcase_add_test(tcase, time_is_stepped_through);
    tcase_add_test(tcase, ranges_go_round);
    tcase_add_test(tcase, times_are_what_people_mean);
    tcase_add_test(tcase, commands_do_what_they_say);
    tcase_add_test(tcase, a_wrong_command_says_what_was_meant);
    tcase_add_test(tcase, tab_completes_a_command);
    suite_add_tcase(suite, tcase);
    return suite;
}
