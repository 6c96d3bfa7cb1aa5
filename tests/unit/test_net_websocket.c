#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/frame.h"
#include "net/websocket.h"
#include "suites.h"
#include "wire.h"

/* ---- frames ---------------------------------------------------------------------------------------------------- */

struct frames {
    const char *wire;
    size_t len;
    const char *seen; /* "text:hi ping:x close:1000 ", or what is wrong */
    enum frame_close code;
};
#define BYTES(text) .wire = (text), .len = sizeof(text) - 1
static const struct frames frames[] = {
    {BYTES("\x81\x02hi"), "text:hi "},
    {BYTES("\x82\x00"), "binary: "},
    {BYTES("\x01\x01h\x80\x01i"), "text:hi "},
    {BYTES("\x02\x01h\x89\x01x\x00\x01i\x80\x00\x81\x01z"), "ping:x binary:hi text:z "},
    {BYTES("\x01\x01\xc3\x80\x01\xa4"), "text:\xc3\xa4 "},
    {BYTES("\x8a\x00\x88\x02\x03\xe8"), "pong: close:1000 "},
    {BYTES("\x88\x00"), "close:0 "},
    {BYTES("\xc1\x02hi"), "reserved bits", CLOSE_PROTOCOL},
    {BYTES("\x81\x82\x01\x02\x03\x04hi"), "masked", CLOSE_PROTOCOL},
    {BYTES("\x83\x00"), "unknown kind", CLOSE_PROTOCOL},
    {BYTES("\x8b\x00"), "unknown kind", CLOSE_PROTOCOL},
    {BYTES("\x80\x01i"), "belongs to no message", CLOSE_PROTOCOL},
    {BYTES("\x01\x01h\x81\x01i"), "within another", CLOSE_PROTOCOL},
    {BYTES("\x09\x00"), "in fragments", CLOSE_PROTOCOL},
    {BYTES("\x89\x7e\x00\x7e"), "over 125", CLOSE_PROTOCOL},
    {BYTES("\x82\x7e\x00\x7d"), "length", CLOSE_PROTOCOL},
    {BYTES("\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"), "length", CLOSE_PROTOCOL},
    {BYTES("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"), "length", CLOSE_PROTOCOL},
    {BYTES("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"), "too large", CLOSE_TOO_LARGE},
    {BYTES("\x82\x7e\x04\x01"), "too large", CLOSE_TOO_LARGE},
    {BYTES("\x81\x01\xff"), "not UTF-8", CLOSE_NOT_TEXT},
    {BYTES("\x88\x01\x03"), "close frame", CLOSE_PROTOCOL},
    {BYTES("\x88\x02\x03\xed"), "close frame", CLOSE_PROTOCOL},
    {BYTES("\x88\x03\x03\xe8\xff"), "close frame", CLOSE_PROTOCOL},
};

static void tell(const struct frame_reader *reader, enum frame_kind kind, struct str *seen)
{
    static const char *const names[] = {
        [FRAME_TEXT] = "text", [FRAME_BINARY] = "binary", [FRAME_PING] = "ping", [FRAME_PONG] = "pong"};
    if (kind == FRAME_CLOSE)
        str_addf(seen, "close:%d ", frame_close_code(reader));
    else if (kind != FRAME_NONE)
        str_addf(seen, "%s:%s ", names[kind], kind < FRAME_CLOSE ? reader->message.buf : reader->control.buf);
}

/* In pieces of that size; false: broken. */
static bool read_pieces(struct frame_reader *reader, const struct frames *f, size_t piece, struct str *seen)
{
    for (size_t at = 0; at < f->len;) {
        enum frame_kind kind;
        ssize_t used = frame_read(reader, f->wire + at, f->len - at < piece ? f->len - at : piece, &kind);
        if (used < 0)
            return false;
        at += (size_t)used;
        tell(reader, kind, seen);
    }
    return true;
}

START_TEST(frames_are_read_and_broken_ones_refused)
{
    const struct frames *f = &frames[_i];
    for (size_t piece = 1; piece <= f->len; piece++) {
        CLEANUP(frame_reader_release) struct frame_reader reader = FRAME_READER_INIT(1024);
        CLEANUP(str_release) struct str seen = STR_INIT;
        ck_assert_int_eq(read_pieces(&reader, f, piece, &seen), !f->code);
        ck_assert_int_eq(reader.close_code, f->code);
        if (f->code)
            ck_assert_msg(strstr(reader.problem, f->seen) != NULL, "%s, not %s", reader.problem, f->seen);
        else
            ck_assert_str_eq(seen.buf, f->seen);
    }
}
END_TEST

/* Fragments count together. */
START_TEST(a_message_in_fragments_is_bounded)
{
    CLEANUP(frame_reader_release) struct frame_reader reader = FRAME_READER_INIT(1024);
    CLEANUP(str_release) struct str wire = STR_INIT;
    enum frame_kind kind;
    for (int i = 0; i < 9; i++) {
        str_addn(&wire, i ? "\x00\x7e\x00\x80" : "\x02\x7e\x00\x80", 4);
        for (int n = 0; n < 128; n++)
            str_addc(&wire, 'x');
    }
    ck_assert_int_eq(frame_read(&reader, wire.buf, wire.len, &kind), -1);
    ck_assert_int_eq(reader.close_code, CLOSE_TOO_LARGE);
    ck_assert_uint_eq(reader.message.len, 1024);
}
END_TEST

START_TEST(frames_are_written_masked)
{
    static const size_t sizes[] = {0, 5, 125, 126, 65535, 65536};
    const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        CLEANUP(str_release) struct str s = STR_INIT;
        AUTOFREE char *data = xcalloc(1, sizes[i] + 1);
        memset(data, 'H', sizes[i]);
        frame_write(&s, FRAME_BINARY, data, sizes[i], mask);
        size_t head = sizes[i] > 65535 ? 14 : sizes[i] > 125 ? 8 : 6;
        ck_assert_uint_eq(s.len, head + sizes[i]);
        ck_assert_int_eq((unsigned char)s.buf[0], 0x82);
        ck_assert_int_eq((unsigned char)s.buf[1] >> 7, 1);
        for (size_t n = 0; n < sizes[i]; n++)
            ck_assert_int_eq((unsigned char)s.buf[head + n] ^ mask[n % 4], 'H');
    }
}
END_TEST

/* ---- connections ------------------------------------------------------------------------------------------------ */

struct talk {
    struct http *http;
    struct websockets *all;
    struct websocket *ws;
};

static void talk_start(struct talk *talk, const struct http_settings *settings, const char *url)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    talk->http = http_new(settings, &err);
    ck_assert_ptr_nonnull(talk->http);
    talk->all = websockets_new(talk->http);
    talk->ws = websocket_open(talk->all, &(struct websocket_request){.url = url, .protocol = "test.one"}, &err);
    ck_assert_ptr_nonnull(talk->ws);
}

static void talk_stop(struct talk *talk)
{
    websocket_free(talk->ws);
    websockets_free(talk->all);
    http_free(talk->http);
}
DEFINE_CLEANUP(struct talk, talk_stop)

/* Until something happens. */
static enum websocket_event next(struct talk *talk, const struct str **message, struct err *err)
{
    int64_t until = clock_mono_ms() + 10000;
    enum websocket_event event;
    while ((event = websocket_next(talk->ws, message, err)) == WEBSOCKET_NOTHING) {
        ck_assert_msg(clock_mono_ms() < until, "nothing happens");
        websockets_wait(talk->all, NULL, 0, 1000);
    }
    return event;
}

static void expect_message(struct talk *talk, const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    const struct str *message;
    enum websocket_event event = next(talk, &message, &err);
    ck_assert_msg(event == WEBSOCKET_MESSAGE, "%d %s: %s", event, err.what, err.why);
    ck_assert_str_eq(message->buf, text);
}

/* A line of the server's log. */
static char *logged(const struct wire *wire, int line, const char *pointer)
{
    int64_t until = clock_mono_ms() + 5000;
    for (;;) {
        CLEANUP(node_free) node_t *log = wire_log(wire);
        AUTOFREE char *at = xasprintf("/%d%s", line, pointer);
        const char *text = node_str(log, at, NULL);
        if (text || clock_mono_ms() > until)
            return xstrdup(text ? text : "");
        clock_sleep_ms(5);
    }
}

START_TEST(messages_go_both_ways)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    const struct str *message;
    wire_start(
        &wire,
        "{\"replies\":[{\"upgrade\":[{\"send\":\"\\u0082\\u0002hi\\u0089\\u0001p\"},{\"take\":9},"
        "{\"send\":\"\\u0002\\u0001y\",\"take\":7},{\"send\":\"\\u0080\\u0001o\\u0088\\u0002\\u0003\\u00e8\",\"take\":8}]}]}");
    AUTOFREE char *url = xasprintf("%s/a%%20b?x=1", wire.url);
    CLEANUP(talk_stop) struct talk talk;
    talk_start(&talk, &(struct http_settings){.bearer = "t0ken"}, url);
    ck_assert(!websocket_is_open(talk.ws));
    expect_message(&talk, "hi");
    ck_assert(websocket_is_open(talk.ws));
    websocket_send(talk.ws, "abc", 3);
    expect_message(&talk, "yo");
    ck_assert_int_eq(next(&talk, &message, &err), WEBSOCKET_CLOSED);

    AUTOFREE char *path = logged(&wire, 0, "/path");
    AUTOFREE char *login = logged(&wire, 0, "/headers/authorization");
    AUTOFREE char *version = logged(&wire, 0, "/headers/sec-websocket-version");
    ck_assert_str_eq(path, "/a%20b?x=1");
    ck_assert_str_eq(login, "Bearer t0ken");
    ck_assert_str_eq(version, "13");
    AUTOFREE char *first = logged(&wire, 1, "/taken");
    AUTOFREE char *second = logged(&wire, 2, "/taken");
    AUTOFREE char *close = logged(&wire, 3, "/taken");
    ck_assert_msg(str_starts(first, "8283") && str_starts(second, "8a81") && str_starts(close, "8882"), "%s %s %s", first, second,
                  close);
}
END_TEST

START_TEST(a_close_is_a_handshake)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    const struct str *message;
    wire_start(&wire, "{\"replies\":[{\"upgrade\":[{\"send\":\"\\u0082\\u0002hi\"},{\"take\":8},{\"send\":"
                      "\"\\u0082\\u0001x\\u0088\\u0000\",\"take\":1}]}]}");
    CLEANUP(talk_stop) struct talk talk;
    talk_start(&talk, &(struct http_settings){0}, wire.url);
    expect_message(&talk, "hi");
    websocket_close(talk.ws);
    ck_assert_int_eq(next(&talk, &message, &err), WEBSOCKET_CLOSED);
    AUTOFREE char *taken = logged(&wire, 1, "/taken");
    ck_assert_msg(str_starts(taken, "8882"), "%s", taken);
}
END_TEST

START_TEST(tls_and_its_login_are_the_clients)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire, "{\"tls\":{\"client\":true},\"replies\":[{\"upgrade\":[{\"send\":\"\\u0082\\u0002hi\",\"take\":1}]}]}");
    AUTOFREE char *ca = wire_file(&wire, "ca.pem");
    AUTOFREE char *cert = wire_file(&wire, "client.pem");
    AUTOFREE char *key = wire_file(&wire, "client.key");
    CLEANUP(talk_stop) struct talk talk;
    talk_start(&talk, &(struct http_settings){.ca_file = ca, .cert_file = cert, .key_file = key}, wire.url);
    expect_message(&talk, "hi");
    AUTOFREE char *client = logged(&wire, 0, "/client");
    ck_assert_str_eq(client, "wire client");

    CLEANUP(talk_stop) struct talk stranger;
    const struct str *message;
    talk_start(&stranger, &(struct http_settings){0}, wire.url);
    ck_assert_int_eq(next(&stranger, &message, &err), WEBSOCKET_FAILED);
    ck_assert_int_eq(err.code, ERR_UNREACHABLE);
    ck_assert_msg(strstr(err.why, "unknown authority") != NULL, "%s", err.why);
}
END_TEST

struct failure {
    const char *reply;
    enum err_code code;
    const char *words;
};
static const struct failure failures[] = {
    {"{\"status\":403,\"body\":\"{\\\"kind\\\":\\\"Status\\\",\\\"message\\\":\\\"pods x is forbidden\\\"}\"}", ERR_AUTH,
     "pods x is forbidden"},
    {"{\"status\":404,\"body\":\"{\\\"message\\\":\\\"no pod\\\"}\"}", ERR_NOT_FOUND, "no pod"},
    {"{\"status\":404,\"body\":\"{\\\"message\\\":\\\"no pod\\\"}\",\"drip_ms\":3}", ERR_NOT_FOUND, "no pod"},
    {"{\"status\":502,\"chunked\":true,\"body\":\"<html>\"}", ERR_FAILED, "502"},
    {"{\"status\":200,\"body\":\"hello\"}", ERR_FAILED, "does not upgrade"},
    {"{\"status\":403,\"body\":\"half\",\"cut\":2}", ERR_AUTH, "403"},
    {"{\"close\":true}", ERR_UNREACHABLE, "closed without an answer"},
    {"{\"reset\":true}", ERR_UNREACHABLE, "closed without an answer"},
    {"{\"raw\":\"SSH-2.0-OpenSSH_9.2\\r\\n\"}", ERR_FAILED, "does not speak HTTP"},
    {"{\"raw\":\"HTTP/1.1 101 x\"}", ERR_UNREACHABLE, "closed without an answer"},
    {"{\"upgrade\":[],\"headers\":{\"Sec-WebSocket-Accept\":\"AAAA\"}}", ERR_FAILED, "does not fit"},
    {"{\"upgrade\":[],\"headers\":{\"Sec-WebSocket-Accept\":\"\"}}", ERR_FAILED, "does not fit"},
    {"{\"upgrade\":[],\"headers\":{\"Sec-WebSocket-Protocol\":\"\"}}", ERR_FAILED, "subprotocol"},
    {"{\"upgrade\":[],\"headers\":{\"Sec-WebSocket-Protocol\":\"other\"}}", ERR_FAILED, "subprotocol"},
    {"{\"upgrade\":[],\"headers\":{\"Upgrade\":\"h2c\"}}", ERR_FAILED, "something else"},
    {"{\"upgrade\":[],\"headers\":{\"Sec-WebSocket-Extensions\":\"permessage-deflate\"}}", ERR_FAILED, "extension"},
    {"{\"upgrade\":[]}", ERR_UNREACHABLE, "it was cut"},
    {"{\"upgrade\":[{\"send\":\"\\u0082\\u0005hel\"}]}", ERR_UNREACHABLE, "it was cut"},
    {"{\"upgrade\":[{\"send\":\"\\u0083\\u0000\",\"take\":8}]}", ERR_FAILED, "breaks the rules"},
    {"{\"upgrade\":[{\"send\":\"\\u0088\\u0005\\u0003\\u00f3\\u001b[m\",\"take\":8}]}", ERR_FAILED, "code 1011: \\x1b[m"},
};

START_TEST(a_connection_that_fails_says_why)
{
    const struct failure *f = &failures[_i];
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    AUTOFREE char *script = xasprintf("{\"replies\":[%s]}", f->reply);
    wire_start(&wire, script);
    CLEANUP(talk_stop) struct talk talk;
    talk_start(&talk, &(struct http_settings){0}, wire.url);
    const struct str *message;
    ck_assert_int_eq(next(&talk, &message, &err), WEBSOCKET_FAILED);
    AUTOFREE char *all = xasprintf("%s | %s | %s", err.what, err.why ? err.why : "", err.hint ? err.hint : "");
    ck_assert_msg(strstr(all, f->words) != NULL, "%s", all);
    ck_assert_msg(err.code == f->code, "%d: %s", err.code, all);
    /* and it stays so */
    ck_assert_int_eq(websocket_next(talk.ws, &message, &err), WEBSOCKET_FAILED);
}
END_TEST

START_TEST(nobody_listens)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    const struct str *message;
    CLEANUP(talk_stop) struct talk talk;
    talk_start(&talk, &(struct http_settings){0}, "http://127.0.0.1:1");
    ck_assert_int_eq(next(&talk, &message, &err), WEBSOCKET_FAILED);
    ck_assert_int_eq(err.code, ERR_UNREACHABLE);
}
END_TEST

/* Who does not take what came makes the server wait; nothing is lost. */
START_TEST(a_pause_holds_the_server)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    const struct str *message;
    wire_start(&wire,
               "{\"replies\":[{\"upgrade\":[{\"send\":\"\\u0082\\u0002hi\"},{\"send\":\"\\u0082\\u0002yo\",\"take\":1}]}]}");
    CLEANUP(talk_stop) struct talk talk;
    talk_start(&talk, &(struct http_settings){0}, wire.url);
    expect_message(&talk, "hi");
    websocket_pause(talk.ws, true);
    websockets_wait(talk.all, NULL, 0, 20);
    ck_assert_int_eq(websocket_next(talk.ws, &message, &err), WEBSOCKET_NOTHING);
    websocket_pause(talk.ws, false);
    expect_message(&talk, "yo");
}
END_TEST

Suite *suite_net_websocket(void)
{
    Suite *suite = suite_create("net_websocket");
    TCase *tcase = tcase_create("websocket");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, frames_are_read_and_broken_ones_refused, 0, (int)ARRAY_LEN(frames));
    tcase_add_test(tcase, a_message_in_fragments_is_bounded);
    tcase_add_test(tcase, frames_are_written_masked);
    tcase_add_test(tcase, messages_go_both_ways);
    tcase_add_test(tcase, a_close_is_a_handshake);
    tcase_add_test(tcase, tls_and_its_login_are_the_clients);
    tcase_add_loop_test(tcase, a_connection_that_fails_says_why, 0, (int)ARRAY_LEN(failures));
    tcase_add_test(tcase, nobody_listens);
    tcase_add_test(tcase, a_pause_holds_the_server);
    suite_add_tcase(suite, tcase);
    return suite;
}
