#include <check.h>
#include <string.h>

#include "base/str.h"
#include "local/message.h"
#include "suites.h"

#define GET "GET / HTTP/1.1\r\nHost: x\r\n"

/* The status with which a request's head is refused; 0: it is taken. */
static int refusal(const char *text, struct head *head)
{
    struct message message;
    ssize_t len = head_length(text, strlen(text));
    if (len <= 0)
        return len < 0 ? 400 : -1;
    return message_request(&message, text, (size_t)len, head) == 0 ? 0 : head->problem_status;
}

START_TEST(heads_are_read_strictly)
{
    static const struct {
        const char *text;
        int status;
    } cases[] = {
        {GET "\r\n", 0},
        {"\r\n" GET "\r\n", 0},
        {"GET http://x/a HTTP/1.1\r\nHost: x\r\n\r\n", 0},
        {"GET / HTTP/1.0\r\n\r\n", 0},
        {GET "A: 1\r\n", -1},
        {GET "A: 1\n\r\n", 400},
        {GET "A : 1\r\n\r\n", 400},
        {GET "A: 1\r\n b\r\n\r\n", 400},
        {GET "Host: y\r\n\r\n", 400},
        {GET "A: \x01\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET /\x7f HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /#a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505},
        {GET "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400},
        {GET "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {GET "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400},
        {GET "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
        {GET "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {GET "Expect: 200-ok\r\n\r\n", 417},
        {"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405},
    };
    struct head head;
    ck_assert_msg(refusal(cases[_i].text, &head) == cases[_i].status, "%s", cases[_i].text);
}
END_TEST

START_TEST(more_than_100_headers_are_refused)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    struct head head;
    str_add(&s, GET);
    for (int i = 1; i < HEAD_MAX_HEADERS; i++)
        str_addf(&s, "X-%d: 1\r\n", i);
    str_add(&s, "\r\n");
    ck_assert_int_eq(refusal(s.buf, &head), 0);
    str_cut(&s, s.len - 2);
    str_add(&s, "Y: 1\r\n\r\n");
    ck_assert_int_eq(refusal(s.buf, &head), 431);
}
END_TEST

static void collect(const char *data, size_t len, void *arg) { str_addn(arg, data, len); }

/* Whatever the pieces in which it comes. */
START_TEST(chunks_are_decoded_in_any_pieces)
{
    static const char text[] =
        GET "Transfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nGET /next";
    size_t piece = (size_t)_i + 1, len = sizeof(text) - 1;
    struct message message;
    struct head head;
    ssize_t at = head_length(text, len);
    ck_assert_int_eq(message_request(&message, text, (size_t)at, &head), 0);
    ck_assert(head.is_chunked);
    CLEANUP(str_release) struct str body = STR_INIT;
    while (!message.is_complete) {
        size_t left = len - (size_t)at;
        ssize_t used = message_body(&message, text + at, piece < left ? piece : left, collect, &body);
        ck_assert_int_gt(used, 0);
        at += used;
    }
    ck_assert_str_eq(body.buf, "abc0123456789");
    ck_assert_str_eq(text + at, "GET /next");
}
END_TEST

START_TEST(a_length_ends_the_body)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef";
    struct message message;
    struct head head;
    ssize_t at = head_length(text, sizeof(text) - 1);
    ck_assert_int_eq(message_response(&message, text, (size_t)at, false, &head), 0);
    ck_assert_int_eq(head.status, 200);
    ck_assert_int_eq(head.length, 3);
    CLEANUP(str_release) struct str body = STR_INIT;
    ck_assert_int_eq(message_body(&message, text + at, 0, collect, &body), 0);
    ck_assert(!message.is_complete);
    ck_assert_int_eq(message_body(&message, text + at, 6, collect, &body), 3);
    ck_assert(message.is_complete);
    ck_assert_str_eq(body.buf, "abc");
}
END_TEST

START_TEST(the_end_of_the_connection_ends_some_answers)
{
    static const struct {
        const char *text;
        bool to_head, at_once, at_end;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\n\r\n", false, false, true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", false, false, false},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", true, true, true},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", false, false, false},
        {"HTTP/1.1 204 No Content\r\n\r\n", false, true, true},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", false, true, true},
        {"HTTP/1.1 100 Continue\r\n\r\n", false, true, true},
    };
    struct message message;
    struct head head;
    ck_assert_int_eq(message_response(&message, cases[_i].text, strlen(cases[_i].text), cases[_i].to_head, &head), 0);
    ck_assert_int_eq(message.is_complete, cases[_i].at_once);
    ck_assert_int_eq(message_end(&message), cases[_i].at_end);
}
END_TEST

START_TEST(what_is_between_two_peers_stays_there)
{
    static const char text[] = GET "Connection: keep-alive, X-Drop\r\nX-Drop: 1\r\nX-Dropped: 2\r\nTE: trailers\r\nUpgrade: "
                                   "h2c\r\nContent-Length: 0\r\nAccept: */*  \r\n\r\n";
    struct message message;
    struct head head;
    CLEANUP(str_release) struct str passed = STR_INIT;
    ck_assert_int_eq(message_request(&message, text, sizeof(text) - 1, &head), 0);
    for (size_t i = 0; i < head.n; i++)
        if (head_passes(&head, &head.headers[i]))
            str_addf(&passed, "%.*s=%.*s;", (int)head.headers[i].name_len, head.headers[i].name, (int)head.headers[i].value_len,
                     head.headers[i].value);
    ck_assert_str_eq(passed.buf, "Host=x;X-Dropped=2;Accept=*/*;");
}
END_TEST

Suite *suite_local_http(void)
{
    Suite *suite = suite_create("local_http");
    TCase *tcase = tcase_create("messages");
    tcase_add_loop_test(tcase, heads_are_read_strictly, 0, 21);
    tcase_add_test(tcase, more_than_100_headers_are_refused);
    tcase_add_loop_test(tcase, chunks_are_decoded_in_any_pieces, 0, 50);
    tcase_add_test(tcase, a_length_ends_the_body);
    tcase_add_loop_test(tcase, the_end_of_the_connection_ends_some_answers, 0, 7);
    tcase_add_test(tcase, what_is_between_two_peers_stays_there);
    suite_add_tcase(suite, tcase);
    return suite;
}
