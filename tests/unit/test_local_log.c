#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "local/logfile.h"
#include "scratch.h"
#include "suites.h"

static char *folder, *path;
static struct logfile *writer;

static void begin(void)
{
    folder = scratch_new();
    path = path_join(folder, "x.log");
    writer = logfile_new(path, 2000);
}

static void end(void)
{
    logfile_free(writer);
    free(path);
    scratch_end(folder);
}

static void say(const char *text) { logfile_write(writer, LOG_STDOUT, text, strlen(text)); }

/* All lines now, as "text|text|". */
static void read_lines(struct log_reader *reader, struct str *s)
{
    struct log_line line;
    while (log_reader_next(reader, &line))
        str_addf(s, "%s|", line.text);
}

static void expect(int64_t tail, const char *lines)
{
    CLEANUP(log_reader_free) struct log_reader *reader = log_reader_new(path, tail, 0);
    CLEANUP(str_release) struct str s = STR_INIT;
    read_lines(reader, &s);
    ck_assert_str_eq(s.buf, lines);
}

START_TEST(lines_are_put_together)
{
    say("one\ntw");
    expect(-1, "one|");
    logfile_write(writer, LOG_STDERR, "err\n", 4);
    say("o\r\n");
    say("\nlast");
    expect(-1, "one|err|two||");
    logfile_flush(writer, LOG_STDOUT);
    expect(-1, "one|err|two||last|");
    expect(0, "");
    expect(1, "last|");
    expect(3, "two||last|");
    expect(99, "one|err|two||last|");
}
END_TEST

START_TEST(streams_and_times_are_kept)
{
    int64_t before = clock_wall_ms();
    logfile_note(writer, "started %d", 7);
    CLEANUP(log_reader_free) struct log_reader *reader = log_reader_new(path, -1, 0);
    struct log_line line;
    ck_assert(log_reader_next(reader, &line));
    ck_assert_int_eq(line.stream, LOG_SYSTEM);
    ck_assert(line.wall_ms >= before && line.wall_ms <= clock_wall_ms());
    CLEANUP(str_release) struct str s = STR_INIT;
    log_line_print(&line, &s);
    ck_assert_ptr_nonnull(strstr(s.buf, "\"stream\":\"system\",\"text\":\"started 7\"}\n"));
    CLEANUP(log_reader_free) struct log_reader *later = log_reader_new(path, -1, clock_wall_ms() + 1000);
    ck_assert(!log_reader_next(later, &line));
}
END_TEST

START_TEST(the_size_is_bounded)
{
    for (int i = 0; i < 1000; i++)
        logfile_note(writer, "line %d of many", i);
    AUTOFREE char *older = xasprintf("%s.1", path);
    struct stat st;
    ck_assert(stat(path, &st) == 0 && st.st_size <= 2000);
    ck_assert(stat(older, &st) == 0 && st.st_size <= 2000);
    expect(2, "line 998 of many|line 999 of many|");
    CLEANUP(log_reader_free) struct log_reader *reader = log_reader_new(path, -1, 0);
    CLEANUP(str_release) struct str s = STR_INIT;
    read_lines(reader, &s);
    ck_assert(str_ends(s.buf, "|line 998 of many|line 999 of many|"));
}
END_TEST

START_TEST(a_reader_follows_across_rotations)
{
    CLEANUP(log_reader_free) struct log_reader *reader = log_reader_new(path, -1, 0);
    CLEANUP(str_release) struct str seen = STR_INIT, expected = STR_INIT;
    read_lines(reader, &seen);
    for (int i = 0; i < 300; i++) {
        logfile_note(writer, "%d", i);
        str_addf(&expected, "%d|", i);
        if (i % 7 == 0)
            read_lines(reader, &seen);
    }
    read_lines(reader, &seen);
    ck_assert_str_eq(seen.buf, expected.buf);
}
END_TEST

START_TEST(tail_reaches_into_the_older_file)
{
    AUTOFREE char *older = xasprintf("%s.1", path);
    int i = 0;
    while (!file_exists(older))
        logfile_note(writer, "%d", i++);
    CLEANUP(str_release) struct str expected = STR_INIT;
    for (int n = i - 5; n < i; n++)
        str_addf(&expected, "%d|", n);
    expect(5, expected.buf);
}
END_TEST

START_TEST(bytes_that_are_no_text_stay_valid_json)
{
    say("a\xff\xc3\xa9\x01\n");
    logfile_write(writer, LOG_STDOUT, "n\0l\n", 4);
    expect(-1, "a\xef\xbf\xbd\xc3\xa9\x01|n\xef\xbf\xbdl|");
}
END_TEST

START_TEST(long_lines_are_broken_between_characters)
{
    enum { CHARACTERS = LOGFILE_LINE_BYTES / 2 + 10 };
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addc(&text, 'x');
    for (int i = 0; i < CHARACTERS; i++)
        str_add(&text, "\xc3\xa9");
    str_addc(&text, '\n');
    logfile_free(writer);
    writer = logfile_new(path, 0);
    say(text.buf);
    CLEANUP(log_reader_free) struct log_reader *reader = log_reader_new(path, -1, 0);
    struct log_line line;
    ck_assert(log_reader_next(reader, &line));
    ck_assert_uint_eq(line.len, LOGFILE_LINE_BYTES - 1);
    ck_assert(log_reader_next(reader, &line));
    ck_assert_ptr_null(strstr(line.text, "\xef\xbf\xbd"));
}
END_TEST

START_TEST(a_torn_record_spoils_no_other)
{
    say("one\n");
    logfile_close(writer);
    AUTOCLOSE int fd = open(path, O_WRONLY | O_APPEND);
    ck_assert_int_eq(write(fd, "2026-01-", 8), 8);
    say("two\n");
    expect(-1, "one|two|");
}
END_TEST

static void count_call(void *arg) { ++*(int *)arg; }

static void unwatch_self(void *arg)
{
    ++*(int *)arg;
    logfile_unwatch(writer, unwatch_self, arg);
}

START_TEST(watchers_are_called)
{
    int calls = 0, once = 0;
    logfile_watch(writer, unwatch_self, &once);
    logfile_watch(writer, count_call, &calls);
    say("half");
    ck_assert_int_eq(calls, 0);
    say("\n");
    say("more\n");
    ck_assert_int_eq(calls, 2);
    ck_assert_int_eq(once, 1);
    logfile_unwatch(writer, count_call, &calls);
    say("again\n");
    ck_assert_int_eq(calls, 2);
}
END_TEST

START_TEST(what_cannot_be_written_is_counted)
{
    logfile_free(writer);
    writer = logfile_new("/nonexistent-folder/x.log", 0);
    say("lost\n");
    ck_assert_int_gt(logfile_dropped(writer), 5);
}
END_TEST

Suite *suite_local_log(void)
{
    Suite *suite = suite_create("local_log");
    TCase *tcase = tcase_create("log");
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, lines_are_put_together);
    tcase_add_test(tcase, streams_and_times_are_kept);
    tcase_add_test(tcase, the_size_is_bounded);
    tcase_add_test(tcase, a_reader_follows_across_rotations);
    tcase_add_test(tcase, tail_reaches_into_the_older_file);
    tcase_add_test(tcase, bytes_that_are_no_text_stay_valid_json);
    tcase_add_test(tcase, long_lines_are_broken_between_characters);
    tcase_add_test(tcase, a_torn_record_spoils_no_other);
    tcase_add_test(tcase, watchers_are_called);
    tcase_add_test(tcase, what_cannot_be_written_is_counted);
    suite_add_tcase(suite, tcase);
    return suite;
}
