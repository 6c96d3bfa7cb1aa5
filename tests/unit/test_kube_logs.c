#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "kube/log_reader.h"
#include "kube/logs.h"
#include "suites.h"
#include "wire.h"

/* ---- lines ----------------------------------------------------------------------------------------------------- */

static bool collect(const struct log_line *line, void *arg)
{
    struct str *seen = arg;
    str_addn(seen, line->text + line->stamp_len, line->len - line->stamp_len);
    str_add(seen, line->cut ? "<cut>|" : "|");
    return true;
}

static void feed(struct log_reader *reader, const char *text, size_t piece, struct str *seen)
{
    for (size_t at = 0, len = strlen(text); at < len; at += piece)
        ck_assert(log_reader_feed(reader, text + at, len - at < piece ? len - at : piece, collect, seen));
}

#define AT(second, rest) "2026-11-28T17:02:" second ".500000000Z " rest "\n"

START_TEST(lines_come_whole_in_whatever_pieces)
{
    static const char text[] = AT("01", "one") AT("02", "") AT("02", "two\r") "no stamp\n2026-11-28T17:02:03.500000000Z last";
    for (size_t piece = 1; piece <= sizeof(text); piece++) {
        struct log_reader reader = {.rest = STR_INIT};
        CLEANUP(str_release) struct str seen = STR_INIT;
        feed(&reader, text, piece, &seen);
        ck_assert_str_eq(seen.buf, "one||two|no stamp|");
        ck_assert(log_reader_end(&reader, collect, &seen));
        ck_assert_str_eq(seen.buf, "one||two|no stamp|last|");
        log_reader_release(&reader);
    }
}
END_TEST

struct cut {
    const char *before, *again, *seen, *since;
};
static const struct cut cuts[] = {
    /* cut between lines; the last second comes again */
    {AT("01", "a") AT("02", "b"), AT("02", "b") AT("03", "c"), "a|b|c|", "2026-11-28T17:02:02Z"},
    /* within a line */
    {AT("01", "a") "2026-11-28T17:02:02.500000000Z he", AT("01", "a") AT("02", "hello"), "a|hello|", "2026-11-28T17:02:01Z"},
    /* several lines with one stamp, of which two were told */
    {AT("01", "a") AT("01", "b"), AT("01", "a") AT("01", "b") AT("01", "c") AT("01", "a"), "a|b|c|a|", "2026-11-28T17:02:01Z"},
    /* of the same second, at other times */
    {"2026-11-28T17:02:01.1Z a\n2026-11-28T17:02:01.25Z b\n",
     "2026-11-28T17:02:01.1Z a\n2026-11-28T17:02:01.25Z b\n2026-11-28T17:02:01.3Z c\n", "a|b|c|", "2026-11-28T17:02:01Z"},
    /* a kubelet that writes its own zone's time */
    {"2026-11-28T18:02:01.1+01:00 a\n", "2026-11-28T18:02:01.1+01:00 a\n2026-11-28T18:02:01.2+01:00 b\n", "a|b|",
     "2026-11-28T17:02:01Z"},
    /* nothing had come */
    {"", AT("01", "a"), "a|", NULL},
    /* it goes on as if nothing had been */
    {AT("01", "a"), AT("04", "b") AT("03", "c"), "a|b|c|", "2026-11-28T17:02:01Z"},
};

START_TEST(a_cut_loses_and_repeats_no_line)
{
    const struct cut *c = &cuts[_i];
    struct log_reader reader = {.rest = STR_INIT};
    CLEANUP(str_release) struct str seen = STR_INIT;
    feed(&reader, c->before, 7, &seen);
    AUTOFREE char *since = log_reader_resume(&reader);
    ck_assert_msg(str_eq(since, c->since), "%s", since);
    feed(&reader, c->again, 5, &seen);
    ck_assert_str_eq(seen.buf, c->seen);
    log_reader_release(&reader);
}
END_TEST

/* What was begun is a line after all, when nothing more can be read. */
START_TEST(a_last_half_line_is_told)
{
    struct log_reader reader = {.rest = STR_INIT};
    CLEANUP(str_release) struct str seen = STR_INIT;
    feed(&reader, AT("01", "a") "2026-11-28T17:02:02.500000000Z he", 100, &seen);
    free(log_reader_resume(&reader));
    ck_assert(log_reader_end(&reader, collect, &seen));
    ck_assert_str_eq(seen.buf, "a|he|");
    log_reader_release(&reader);
}
END_TEST

static bool measure(const struct log_line *line, void *arg)
{
    struct str *seen = arg;
    str_addf(seen, "%zu%s|", line->len, line->cut ? "<cut>" : "");
    return true;
}

START_TEST(a_line_is_bounded)
{
    enum { PIECE = 100 << 10 };
    struct log_reader reader = {.rest = STR_INIT};
    CLEANUP(str_release) struct str seen = STR_INIT;
    AUTOFREE char *piece = xmalloc(PIECE);
    memset(piece, 'x', PIECE);
    for (int i = 0; i < 100; i++)
        ck_assert(log_reader_feed(&reader, piece, PIECE, measure, &seen));
    ck_assert_uint_lt(reader.rest.cap, 2 << 20);
    ck_assert(log_reader_feed(&reader, "end\nnext\n", 9, measure, &seen));
    ck_assert_str_eq(seen.buf, "1048616<cut>|4|");
    ck_assert_uint_lt(reader.rest.cap, 128 << 10);
    log_reader_release(&reader);
}
END_TEST

static bool only_one(const struct log_line *line, void *arg)
{
    collect(line, arg);
    return false;
}

START_TEST(who_has_enough_gets_no_more)
{
    struct log_reader reader = {.rest = STR_INIT};
    CLEANUP(str_release) struct str seen = STR_INIT;
    ck_assert(!log_reader_feed(&reader, "a\nb\n", 4, only_one, &seen));
    ck_assert_str_eq(seen.buf, "a|");
    log_reader_release(&reader);
}
END_TEST

/* ---- pods, scripted: what a real kubelet will not do on demand ---------------------------------------------------- */

#define POD(version, phase, state, restarts)                                                                               \
    "{\\\"metadata\\\":{\\\"name\\\":\\\"p\\\",\\\"namespace\\\":\\\"n\\\",\\\"uid\\\":\\\"u\\\",\\\"resourceVersion\\\":" \
    "\\\"" version "\\\"},"                                                                                                \
    "\\\"spec\\\":{\\\"containers\\\":[{\\\"name\\\":\\\"m\\\"}]},\\\"status\\\":{\\\"phase\\\":\\\"" phase                \
    "\\\",\\\"containerStatuses\\\":[{\\\"name\\\":\\\"m\\\",\\\"restartCount\\\":" restarts ",\\\"state\\\":{\\\"" state  \
    "\\\":{\\\"reason\\\":\\\"Why\\\"}}}]}}"
#define PODS(list) "{\"body\":\"{\\\"metadata\\\":{\\\"resourceVersion\\\":\\\"1\\\"},\\\"items\\\":[" list "]}\"}"
#define EVENT(type, pod) \
    "{\"delay_ms\":300,\"chunked\":true,\"body\":\"{\\\"type\\\":\\\"" type "\\\",\\\"object\\\":" pod "}\\n\"}"
#define NO_MORE    "{\"hang\":true}"
#define WAITS      POD("1", "Pending", "waiting", "0")
#define RUNS       POD("2", "Running", "running", "0")
#define AGAIN      POD("3", "Running", "running", "1")
#define ENDS       POD("4", "Succeeded", "terminated", "0")
#define ENDS_AGAIN POD("5", "Succeeded", "terminated", "1")

struct heard {
    struct str lines, news;
};

static bool hear(const struct kube_log_line *line, void *arg)
{
    struct heard *heard = arg;
    str_addf(&heard->lines, "%s: ", line->label);
    str_addn(&heard->lines, line->text, line->len);
    str_addc(&heard->lines, '|');
    return true;
}

static void hear_news(const char *label, const char *text, void *arg)
{
    struct heard *heard = arg;
    str_addf(&heard->news, "%s: %s|", label, text);
}

struct script {
    const char *pods, *events, *logs;
};

static int run(const struct script *wanted, struct kube_logs *logs, struct heard *heard, node_t **ret_log, struct err *err)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube = {0};
    AUTOFREE char *script = xasprintf("{\"routes\":{\"/api/v1/namespaces/n/pods\":[%s],\"/api/v1/namespaces/n/pods?watch\":[%s],"
                                      "\"/api/v1/namespaces/n/pods/p/log\":[%s]}}",
                                      wanted->pods, wanted->events ? wanted->events : NO_MORE, wanted->logs);
    wire_start(&wire, script);
    ck_assert_int_eq(kube_open(&kube, &(struct kube_access){.server = wire.url, .ns = "n"}, &(struct kube_settings){0}, err), 0);
    logs->ns = "n";
    logs->selector = "a=b";
    logs->on_line = hear;
    logs->say = hear_news;
    logs->arg = heard;
    *heard = (struct heard){.lines = STR_INIT, .news = STR_INIT};
    int rc = kube_logs(&kube, logs, err);
    *ret_log = wire_log(&wire);
    return rc;
}

/* The query of each request for a log, one after the other. */
static void queries(const node_t *log, struct str *s)
{
    for (const node_t *r = node_first(log); r; r = node_next(r)) {
        const char *path = node_str(r, "/path", "");
        if (strstr(path, "/log?"))
            str_addf(s, "%s ", strchr(path, '?') + 1);
    }
}

struct story {
    struct script script;
    bool follow, previous;
    int64_t tail;
    enum err_code code;
    const char *lines, *words; /* words: in the error */
    const char *asked;         /* in the queries for logs */
};
#define LOG(text)              "{\"chunked\":true,\"body\":\"" text "\"}"
#define CUT_LOG(text)          "{\"chunked\":true,\"body\":\"" text "junk\",\"cut\":1000}"
#define LINE(sec, text)        "2026-11-28T17:02:" sec ".5Z " text "\\n"
#define REFUSED(status, words) "{\"status\":" status ",\"body\":\"{\\\"message\\\":\\\"" words "\\\"}\"}"
static const struct story stories[] = {
    {{PODS(RUNS), NULL, LOG(LINE("01", "a") LINE("02", "b"))}, .tail = -1, .lines = "p: a|p: b|"},
    {{PODS(RUNS), NULL, LOG(LINE("02", "b"))}, .tail = 1, .lines = "p: b|", .asked = "tailLines=1"},
    {{PODS(""), NULL, LOG("")}, .code = ERR_NOT_FOUND, .lines = "", .words = "no pods with a=b"},
    {{PODS(WAITS), NULL, LOG("")}, .code = ERR_FAILED, .lines = "", .words = "has not started: Why"},
    {{PODS(RUNS), NULL, LOG("")}, .previous = true, .code = ERR_FAILED, .lines = "", .words = "started twice"},
    {{PODS(AGAIN), NULL, LOG(LINE("01", "a"))}, .previous = true, .tail = -1, .lines = "p: a|", .asked = "previous=true"},
    {{PODS(RUNS), NULL, REFUSED("403", "pods/log is forbidden")},
     .code = ERR_AUTH,
     .lines = "",
     .words = "pods/log is forbidden"},
    /* the connection is cut: the rest is read from the last second */
    {{PODS(RUNS), NULL, CUT_LOG(LINE("01", "a") LINE("02", "b")) "," LOG(LINE("02", "b") LINE("03", "c"))},
     .tail = -1,
     .lines = "p: a|p: b|p: c|",
     .asked = "sinceTime=2026-11-28T17%3A02%3A02Z"},
    /* followed: it runs, then has ended; its last lines came after the answer's end */
    {{PODS(RUNS) "," PODS(ENDS), EVENT("MODIFIED", ENDS) "," NO_MORE,
      LOG(LINE("01", "a")) "," LOG(LINE("01", "a") LINE("02", "b"))},
     .follow = true,
     .tail = -1,
     .lines = "p: a|p: b|",
     .asked = "sinceTime=2026-11-28T17%3A02%3A01Z"},
    /* it does not exist yet, then waits, then runs, then is gone */
    {{PODS(""), EVENT("ADDED", WAITS) "," EVENT("MODIFIED", RUNS) "," EVENT("DELETED", ENDS) "," NO_MORE, LOG(LINE("01", "a"))},
     .follow = true,
     .tail = -1,
     .lines = "p: a|"},
    /* the kubelet is away for a moment */
    {{PODS(RUNS) "," PODS(ENDS), EVENT("MODIFIED", ENDS) "," NO_MORE, REFUSED("502", "no route") "," LOG(LINE("01", "a"))},
     .follow = true,
     .tail = -1,
     .lines = "p: a|"},
    /* started again: what it said last, then what it says now */
    {{PODS(RUNS) "," PODS(ENDS_AGAIN), EVENT("MODIFIED", AGAIN) "," EVENT("MODIFIED", ENDS_AGAIN) "," NO_MORE,
      LOG(LINE("01", "a")) "," LOG(LINE("01", "a") LINE("02", "dead")) "," LOG(LINE("03", "b"))},
     .follow = true,
     .tail = -1,
     .lines = "p: a|p: dead|p: b|"},
    /* what was said last is not kept any more */
    {{PODS(RUNS) "," PODS(ENDS_AGAIN), EVENT("MODIFIED", AGAIN) "," EVENT("MODIFIED", ENDS_AGAIN) "," NO_MORE,
      LOG(LINE("01", "a")) "," LOG("unable to retrieve container logs for x") "," LOG(LINE("03", "b"))},
     .follow = true,
     .tail = -1,
     .lines = "p: a|p: b|"},
    {{PODS(RUNS), NULL, LOG("unable to retrieve container logs for containerd://x")}, .tail = -1, .lines = ""},
    {{PODS(RUNS), NULL, LOG(LINE("01", "unable to retrieve container logs for x"))},
     .tail = -1,
     .lines = "p: unable to retrieve container logs for x|"},
    /* who may not read logs is told so while following too */
    {{PODS(RUNS), NULL, REFUSED("403", "pods/log is forbidden")},
     .follow = true,
     .code = ERR_AUTH,
     .lines = "",
     .words = "forbidden"},
};

START_TEST(logs_are_read_to_their_end)
{
    const struct story *story = &stories[_i];
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *log = NULL;
    CLEANUP(str_release) struct str asked = STR_INIT;
    struct kube_logs logs = {.follow = story->follow, .previous = story->previous, .tail = story->tail};
    struct heard heard;
    int rc = run(&story->script, &logs, &heard, &log, &err);
    AUTOFREE char *all = xasprintf("%s | %s | %s", err.what ? err.what : "", err.why ? err.why : "", err.hint ? err.hint : "");
    ck_assert_msg(err.code == story->code && rc == (story->code ? -1 : 0), "%d: %s", err.code, all);
    ck_assert_str_eq(heard.lines.buf, story->lines);
    ck_assert_msg(!story->words || strstr(all, story->words), "%s", all);
    queries(log, &asked);
    ck_assert_msg(!story->asked || strstr(asked.buf, story->asked), "%s", asked.buf);
    str_release(&heard.lines);
    str_release(&heard.news);
}
END_TEST

/* 64 MiB without an end of a line: nothing of it is collected. */
START_TEST(memory_does_not_depend_on_the_log)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *log = NULL;
    const struct script script = {PODS(RUNS), NULL, "{\"body_bytes\":67108864}"};
    struct kube_logs logs = {.tail = -1};
    struct heard heard;
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    ck_assert_msg(run(&script, &logs, &heard, &log, &err) == 0, "%s: %s", err.what, err.why);
    getrusage(RUSAGE_SELF, &after);
    ck_assert_uint_eq(heard.lines.len, LOG_LINE_MAX + LOG_STAMP_MAX + strlen("p: |"));
    ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 32 << 10);
    str_release(&heard.lines);
    str_release(&heard.news);
}
END_TEST

Suite *suite_kube_logs(void)
{
    Suite *suite = suite_create("kube_logs");
    TCase *tcase = tcase_create("logs");
    tcase_set_timeout(tcase, 20);
    tcase_add_test(tcase, lines_come_whole_in_whatever_pieces);
    tcase_add_loop_test(tcase, a_cut_loses_and_repeats_no_line, 0, (int)ARRAY_LEN(cuts));
    tcase_add_test(tcase, a_last_half_line_is_told);
    tcase_add_test(tcase, a_line_is_bounded);
    tcase_add_test(tcase, who_has_enough_gets_no_more);
    tcase_add_test(tcase, memory_does_not_depend_on_the_log);
    tcase_add_loop_test(tcase, logs_are_read_to_their_end, 0, (int)ARRAY_LEN(stories));
    suite_add_tcase(suite, tcase);
    return suite;
}
