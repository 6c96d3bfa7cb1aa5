#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "suites.h"
#include "wait/wait.h"

struct script {
    const enum wait_state *states;
    const char *const *notes;
    size_t at;
    bool trouble; /* a pending look could not see */
};

static enum wait_state look(void *arg, struct str *note, struct err *err)
{
    struct script *script = arg;
    enum wait_state state = script->states[script->at];
    if (script->notes)
        str_add(note, script->notes[script->at]);
    if (state == WAIT_FAILED)
        err_set(err, ERR_WORKLOAD, "it crashed");
    if (state == WAIT_PENDING && script->trouble)
        err_set(err, ERR_UNREACHABLE, "connection refused");
    if (state == WAIT_PENDING && script->states[script->at + 1] != (enum wait_state) - 1)
        script->at++;
    return state;
}

#define END ((enum wait_state) - 1)

START_TEST(a_wait_ends_when_it_is_there)
{
    static const enum wait_state states[] = {WAIT_PENDING, WAIT_PENDING, WAIT_DONE, END};
    struct script script = {.states = states, .trouble = true};
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct wait wait = {.what = "function f", .look = look, .arg = &script, .timeout_ms = 5000, .interval_ms = 1};
    ck_assert_int_eq(wait_for(&wait, &err), 0);
    ck_assert_ptr_null(err.what);
    ck_assert_uint_eq(script.at, 2);
}
END_TEST

struct news {
    int calls;
    bool interrupted;
};

static int pass_news(void *source, int64_t at_most_ms, struct err *err)
{
    struct news *news = source;
    news->calls++;
    ck_assert_int_gt(at_most_ms, 0);
    ck_assert_int_le(at_most_ms, 60000);
    return news->interrupted ? err_set(err, ERR_INTERRUPTED, "interrupted") : 0;
}

static enum wait_state look_slowly(void *arg, struct str *note, struct err *err)
{
    (void)note;
    (void)err;
    int *looks = arg;
    clock_sleep_ms(300);
    return ++*looks < 3 ? WAIT_PENDING : WAIT_DONE;
}

static int rest_is_long(void *source, int64_t at_most_ms, struct err *err)
{
    (void)err;
    ck_assert_int_ge(at_most_ms, 1200);
    ck_assert_int_le(at_most_ms, 5000);
    ++*(int *)source;
    return 0;
}

START_TEST(a_slow_server_is_left_alone_for_longer)
{
    int looks = 0, rests = 0;
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct wait wait = {.what = "cluster c", .look = look_slowly, .arg = &looks, .change = rest_is_long, .source = &rests};
    ck_assert_int_eq(wait_for(&wait, &err), 0);
    ck_assert_int_eq(rests, 2);
}
END_TEST

START_TEST(a_source_of_change_is_waited_for_instead_of_time)
{
    static const enum wait_state states[] = {WAIT_PENDING, WAIT_PENDING, WAIT_DONE, END};
    struct script script = {.states = states};
    struct news news = {0};
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct wait wait = {.what = "job j", .look = look, .arg = &script, .timeout_ms = 60000, .interval_ms = 30000};
    wait.change = pass_news;
    wait.source = &news;
    wait.resume = "aiwf train wait j";
    int64_t start = clock_mono_ms();
    ck_assert_int_eq(wait_for(&wait, &err), 0);
    ck_assert_int_eq(news.calls, 2);
    ck_assert_int_lt(clock_mono_ms() - start, 10000);
    script.at = 0;
    news.interrupted = true;
    ck_assert_int_eq(wait_for(&wait, &err), -1);
    ck_assert_int_eq(err.code, ERR_INTERRUPTED);
    ck_assert_str_eq(err.hint, "aiwf train wait j");
}
END_TEST

START_TEST(a_failure_ends_a_wait_at_once)
{
    static const enum wait_state states[] = {WAIT_PENDING, WAIT_FAILED, END};
    struct script script = {.states = states};
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct wait wait = {.what = "function f", .look = look, .arg = &script, .timeout_ms = 60000, .interval_ms = 1};
    ck_assert_int_eq(wait_for(&wait, &err), -1);
    ck_assert_int_eq(err.code, ERR_WORKLOAD);
}
END_TEST

START_TEST(a_wait_times_out_with_what_it_saw)
{
    static const enum wait_state states[] = {WAIT_PENDING, END};
    static const char *const notes[] = {"queued\tposition 2"};
    struct script script = {.states = states, .notes = notes, .trouble = _i == 1};
    CLEANUP(err_release) struct err err = ERR_INIT;
    FILE *nowhere = fopen("/dev/null", "w");
    CLEANUP(progress_free) struct progress *progress = progress_new(nowhere, false, false);
    struct wait wait = {.what = "job j",
                        .look = look,
                        .arg = &script,
                        .timeout_ms = 5,
                        .interval_ms = 2,
                        .progress = progress,
                        .resume = "aiwf train wait j"};
    ck_assert_int_eq(wait_for(&wait, &err), -1);
    ck_assert_int_eq(err.code, ERR_TIMEOUT);
    ck_assert_str_eq(err.why, _i == 1 ? "connection refused" : "last seen: queued position 2");
    ck_assert_str_eq(err.hint, "aiwf train wait j");
    fclose(nowhere);
}
END_TEST

static char *progress_text(bool tty, void (*steps)(struct progress *))
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct progress *progress = progress_new(out, tty, false);
    steps(progress);
    progress_free(progress);
    fclose(out);
    return text;
}

static void repeat_and_change(struct progress *progress)
{
    progress_update(progress, "job j", "queued", "position 2");
    progress_update(progress, "job j", "queued", "position 2");
    progress_update(progress, "job j", "running", "\033[2Jon gpu 0\nforged line");
    progress_settle(progress, "job j", "ok", "");
}

static size_t count(const char *text, char c)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == c;
    return n;
}

START_TEST(in_a_pipe_each_change_is_one_line)
{
    AUTOFREE char *text = progress_text(false, repeat_and_change);
    ck_assert_uint_eq(count(text, '\n'), 3);
    ck_assert_uint_eq(count(text, '\033'), 0);
    ck_assert_ptr_nonnull(strstr(text, "] job j  queued     position 2\n"));
    ck_assert_ptr_nonnull(strstr(text, "] job j  ok\n"));
}
END_TEST

/* What a terminal shows after the text: cursor up, erase to the end, newline; no wrapping lines. */
static void render(const char *text, char screen[8][128])
{
    size_t row = 0, col = 0;
    memset(screen, 0, 8 * 128);
    while (*text) {
        if (str_starts(text, "\033[")) {
            size_t n = strtoul(text + 2, NULL, 10);
            text += 2 + strspn(text + 2, "0123456789");
            if (*text == 'A')
                row -= n ? n : 1;
            else if (*text == 'J')
                memset(screen + row, 0, (8 - row) * 128);
            else if (*text == 'K')
                memset(screen[row] + col, 0, 128 - col);
            text++;
        } else if (*text == '\n') {
            row++, col = 0, text++;
        } else if (*text == '\r') {
            col = 0, text++;
        } else {
            ck_assert_uint_lt(col, 79);
            screen[row][col++] = *text++;
        }
        ck_assert_uint_lt(row, 8);
    }
}

static void two_at_once(struct progress *progress)
{
    progress_update(progress, "train", "running",
                    "a note that is much longer than any terminal is wide, so that it must be cut and never wraps around");
    progress_update(progress, "serve", "waiting", "");
    progress_settle(progress, "serve", "ok", "");
    progress_update(progress, "train", "running", "more");
    progress_settle(progress, "train", "failed", "exit 3");
}

START_TEST(on_a_terminal_a_live_line_settles)
{
    char screen[8][128];
    AUTOFREE char *text = progress_text(true, two_at_once);
    render(text, screen);
    ck_assert(str_starts(screen[0], "  serve           ok"));
    ck_assert(str_starts(screen[1], "  train           failed      exit 3"));
    ck_assert_str_eq(screen[2], "");
}
END_TEST

Suite *suite_wait(void)
{
    Suite *suite = suite_create("wait");
    TCase *tcase = tcase_create("wait");
    tcase_add_test(tcase, a_wait_ends_when_it_is_there);
    tcase_add_test(tcase, a_slow_server_is_left_alone_for_longer);
    tcase_add_test(tcase, a_source_of_change_is_waited_for_instead_of_time);
    tcase_add_test(tcase, a_failure_ends_a_wait_at_once);
    tcase_add_loop_test(tcase, a_wait_times_out_with_what_it_saw, 0, 2);
    tcase_add_test(tcase, in_a_pipe_each_change_is_one_line);
    tcase_add_test(tcase, on_a_terminal_a_live_line_settles);
    suite_add_tcase(suite, tcase);
    return suite;
}
