#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sig.h"
#include "kube/watch.h"
#include "net/stream.h"
#include "suites.h"
#include "wire.h"

enum { ENOUGH_MS = 20000 };

/* What was seen: "+a ~a -a" in order. */
struct seen {
    struct kube_watch *watch;
    struct str text;
};

static void on_change(enum kube_change change, const node_t *object, const node_t *kept, void *arg)
{
    struct seen *seen = arg;
    ck_assert(change == KUBE_ADDED ? !kept : kept != NULL);
    str_addf(&seen->text, "%s%c%s%s", seen->text.len ? " " : "", "+~-"[change], node_str(object, "/metadata/name", "?"),
             node_str(object, "/status/phase", ""));
}

static void seen_end(struct seen *seen)
{
    kube_watch_close(seen->watch);
    str_release(&seen->text);
}
DEFINE_CLEANUP(struct seen, seen_end)

static void open_kube(struct kube *kube, const struct wire *wire)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(kube_open(kube, &(struct kube_access){.server = wire->url}, &(struct kube_settings){0}, &err), 0);
}

static void watch_pods(struct seen *seen, struct kube *kube, const char *ns)
{
    static const char *const keep[] = {"/status/phase", "/metadata/labels/a~1b", NULL};
    const struct kube_watch_spec spec = {.kind = &kube_pods, .ns = ns, .keep = keep, .on_change = on_change, .arg = seen};
    *seen = (struct seen){.text = STR_INIT};
    seen->watch = kube_watch_open(kube, &spec);
}

static void poll_until(struct kube *kube, const struct seen *seen, const char *wanted)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    int64_t until = clock_mono_ms() + ENOUGH_MS;
    while (strcmp(seen->text.buf, wanted) != 0 && clock_mono_ms() < until && kube_watch_check(seen->watch, &err) == 0)
        ck_assert_int_ge(http_poll(kube->http, 100, &err), 0);
    ck_assert_msg(strcmp(seen->text.buf, wanted) == 0, "saw \"%s\" (%s)", seen->text.buf, err.what);
}

#define POD(name, uid, version, phase)                                                        \
    "{\"metadata\":{\"name\":\"" name "\",\"uid\":\"" uid "\",\"resourceVersion\":\"" version \
    "\"},\"status\":{\"phase\":\"" phase "\"}}"
#define LIST(version, items) "{\"metadata\":{\"resourceVersion\":\"" version "\"},\"items\":[" items "]}"
#define EVENT(type, object)  "{\"type\":\"" type "\",\"object\":" object "}\n"
#define BOOKMARK(version)    EVENT("BOOKMARK", "{\"metadata\":{\"resourceVersion\":\"" version "\"}}")
#define GONE                 EVENT("ERROR", "{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\"}")

static node_t *push_reply(node_t *replies, int status, const char *body)
{
    node_t *reply = node_push(replies, node_new_object());
    node_set_num(reply, "status", status);
    node_set_str(reply, "body", body);
    node_set_bool(reply, "chunked", true);
    return reply;
}

static node_t *route(node_t *script, const char *ns)
{
    node_t *routes = node_get(script, "routes");
    if (!routes)
        routes = node_set(script, "routes", node_new_object());
    AUTOFREE char *path = xasprintf("/api/v1/namespaces/%s/pods", ns);
    return node_set(routes, path, node_new_array());
}

static void start(struct wire *wire, const node_t *script)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(script, &text);
    wire_start(wire, text.buf);
}

static const node_t *nth_asked(const node_t *log, const char *ns, int n)
{
    AUTOFREE char *path = xasprintf("/namespaces/%s/", ns);
    for (const node_t *entry = node_first(log); entry; entry = node_next(entry))
        if (strstr(node_str(entry, "/path", ""), path) && n-- == 0)
            return entry;
    ck_abort_msg("%s was not asked so often", ns);
}

static const char cut_text[] = EVENT("ADDED", POD("a", "1", "11", "P")) EVENT("MODIFIED", POD("a", "1", "12", "R")) BOOKMARK("13")
    EVENT("DELETED", POD("a", "1", "14", "S")) EVENT("ADDED", POD("b", "2", "15", ""));

/* The version of the last event that is whole before the cut. */
static int version_at(size_t cut)
{
    int version = 10;
    for (size_t i = 0; i < cut; i++)
        version += cut_text[i] == '\n';
    return version;
}

START_TEST(a_watch_cut_at_any_byte_goes_on_where_it_was)
{
    enum { LEN = sizeof(cut_text) - 1 };
    static struct seen seen[LEN + 1];
    CLEANUP(node_free) node_t *script = node_new_object();
    for (size_t cut = 0; cut <= LEN; cut++) {
        AUTOFREE char *ns = xasprintf("n%zu", cut);
        node_t *replies = route(script, ns);
        push_reply(replies, 200, LIST("10", ""));
        node_set_num(push_reply(replies, 200, cut_text), "cut", (double)cut);
        /* a server goes on after the version that it is asked for */
        const char *rest = cut_text;
        for (int version = version_at(cut); version > 10; version--)
            rest = strchr(rest, '\n') + 1;
        AUTOFREE char *body = xasprintf("%s" EVENT("ADDED", POD("c", "3", "16", "")), rest);
        push_reply(replies, 200, body);
        node_set_bool(push_reply(replies, 200, ""), "hang", true);
    }
    CLEANUP(wire_stop) struct wire wire;
    start(&wire, script);
    CLEANUP(kube_release) struct kube kube;
    open_kube(&kube, &wire);
    for (size_t cut = 0; cut <= LEN; cut++) {
        AUTOFREE char *ns = xasprintf("n%zu", cut);
        watch_pods(&seen[cut], &kube, ns);
    }
    for (size_t cut = 0; cut <= LEN; cut++)
        poll_until(&kube, &seen[cut], "+aP ~aR -aS +b +c");
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    for (size_t cut = 0; cut <= LEN; cut++) {
        AUTOFREE char *ns = xasprintf("n%zu", cut);
        AUTOFREE char *version = xasprintf("&resourceVersion=%d", version_at(cut));
        ck_assert(str_ends(node_str(nth_asked(log, ns, 2), "/path", ""), version));
        seen_end(&seen[cut]);
    }
}
END_TEST

/* Both ways of saying that a version is too old. */
static void forgotten(bool as_event)
{
    CLEANUP(node_free) node_t *script = node_new_object();
    node_t *replies = route(script, "x");
    push_reply(replies, 200,
               LIST("10", POD("same", "1", "1", "") "," POD("changed", "2", "2", "P") "," POD("gone", "3", "3", "L") "," POD(
                              "another", "4", "4", "")));
    push_reply(replies, as_event ? 200 : 410, as_event ? BOOKMARK("11") GONE : "{\"kind\":\"Status\",\"message\":\"old\"}");
    push_reply(replies, 200,
               LIST("20", POD("same", "1", "1", "") "," POD("changed", "2", "12", "R") "," POD("another", "5", "13", "")));
    push_reply(replies, 200, EVENT("DELETED", POD("same", "1", "21", "")));
    node_set_bool(push_reply(replies, 200, ""), "hang", true);
    CLEANUP(wire_stop) struct wire wire;
    start(&wire, script);
    CLEANUP(kube_release) struct kube kube;
    open_kube(&kube, &wire);
    CLEANUP(seen_end) struct seen seen;
    watch_pods(&seen, &kube, "x");
    poll_until(&kube, &seen, "+same +changedP +goneL +another ~changedR -another +another -goneL -same");
    ck_assert_uint_eq(node_len(kube_watch_items(seen.watch)), 2);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    ck_assert_ptr_null(strstr(node_str(nth_asked(log, "x", 2), "/path", ""), "watch"));
    ck_assert_ptr_nonnull(strstr(node_str(nth_asked(log, "x", 3), "/path", ""), "resourceVersion=20"));
}

START_TEST(a_forgotten_version_lists_anew_and_tells_what_vanished)
{
    forgotten(false);
    forgotten(true);
}
END_TEST

START_TEST(a_forgotten_page_begins_the_list_again)
{
    CLEANUP(node_free) node_t *script = node_new_object();
    node_t *replies = route(script, "x");
    push_reply(replies, 200,
               "{\"metadata\":{\"resourceVersion\":\"10\",\"continue\":\"c&1\"},\"items\":[" POD("a", "1", "1", "") "]}");
    push_reply(replies, 410, "{\"kind\":\"Status\"}");
    push_reply(replies, 200,
               "{\"metadata\":{\"resourceVersion\":\"20\",\"continue\":\"c2\"},\"items\":[" POD("b", "2", "2", "") "]}");
    node_set_num(push_reply(replies, 200, LIST("20", POD("c", "3", "3", ""))), "cut", 60);
    push_reply(replies, 200, LIST("20", POD("c", "3", "3", "")));
    node_set_bool(push_reply(replies, 200, ""), "hang", true);
    CLEANUP(wire_stop) struct wire wire;
    start(&wire, script);
    CLEANUP(kube_release) struct kube kube;
    open_kube(&kube, &wire);
    CLEANUP(seen_end) struct seen seen;
    watch_pods(&seen, &kube, "x");
    poll_until(&kube, &seen, "+a +b +c -a");
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    ck_assert(str_ends(node_str(nth_asked(log, "x", 1), "/path", ""), "?limit=500&continue=c%261"));
    ck_assert(str_ends(node_str(nth_asked(log, "x", 2), "/path", ""), "?limit=500"));
    ck_assert(str_ends(node_str(nth_asked(log, "x", 4), "/path", ""), "continue=c2"));
}
END_TEST

START_TEST(a_busy_server_is_asked_again_when_it_says)
{
    CLEANUP(node_free) node_t *script = node_new_object();
    node_t *replies = route(script, "x");
    node_t *busy = push_reply(replies, 429, "slow down");
    node_set_str(node_set(busy, "headers", node_new_object()), "Retry-After", "1");
    push_reply(replies, 200, LIST("10", ""));
    push_reply(replies, 500, "{\"kind\":\"Status\",\"message\":\"etcd is away\"}");
    push_reply(replies, 200, EVENT("ERROR", "{\"kind\":\"Status\",\"code\":500,\"message\":\"etcd left\"}"));
    push_reply(replies, 200, EVENT("ADDED", POD("a", "1", "11", "")));
    node_set_bool(push_reply(replies, 200, ""), "hang", true);
    CLEANUP(wire_stop) struct wire wire;
    start(&wire, script);
    CLEANUP(kube_release) struct kube kube;
    open_kube(&kube, &wire);
    CLEANUP(seen_end) struct seen seen;
    int64_t began = clock_mono_ms();
    watch_pods(&seen, &kube, "x");
    CLEANUP(err_release) struct err err = ERR_INIT;
    while (!kube_watch_trouble(seen.watch))
        ck_assert_int_ge(http_poll(kube.http, 1000, &err), 0);
    ck_assert_int_eq(kube_watch_trouble(seen.watch)->code, ERR_CAPACITY);
    ck_assert_int_eq(kube_watch_sync(seen.watch, &err), 0);
    ck_assert_int_ge(clock_mono_ms() - began, 1000);
    poll_until(&kube, &seen, "+a");
    ck_assert_ptr_null(kube_watch_trouble(seen.watch));
}
END_TEST

static void is_over(int status, const char *body, enum err_code code, const char *why)
{
    CLEANUP(node_free) node_t *script = node_new_object();
    push_reply(route(script, "x"), status, body);
    CLEANUP(wire_stop) struct wire wire;
    start(&wire, script);
    CLEANUP(kube_release) struct kube kube;
    open_kube(&kube, &wire);
    CLEANUP(seen_end) struct seen seen;
    CLEANUP(err_release) struct err err = ERR_INIT;
    watch_pods(&seen, &kube, "x");
    ck_assert_int_eq(kube_watch_sync(seen.watch, &err), -1);
    ck_assert_int_eq(err.code, code);
    ck_assert_msg(str_starts(err.what, "cannot watch pods"), "%s", err.what);
    ck_assert_msg(strstr(err.why, why) != NULL, "%s", err.why);
}

START_TEST(a_refusal_ends_it)
{
    is_over(403, "{\"kind\":\"Status\",\"message\":\"pods is forbidden\"}", ERR_AUTH, "pods is forbidden (status 403)");
    is_over(404, "404 page not found", ERR_FAILED, "does not know");
    is_over(503, "{\"kind\":\"Status\",\"message\":\"starting\"}", ERR_FAILED, "starting");
    is_over(200, "{\"items\":[{]}", ERR_FAILED, "pods:1:");
}
END_TEST

START_TEST(an_event_may_be_large_and_what_is_kept_is_small)
{
    CLEANUP(str_release) struct str big = STR_INIT;
    str_add(&big, "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\",\"uid\":\"1\",\"resourceVersion\":\"11\","
                  "\"labels\":{\"a/b\":\"kept\",\"c\":\"not\"}},\"data\":\"");
    for (int i = 0; i < 3 << 20; i++)
        str_addc(&big, 'x');
    str_add(&big, "\"}}\n");
    CLEANUP(node_free) node_t *script = node_new_object();
    node_t *replies = route(script, "x");
    push_reply(replies, 200, LIST("10", ""));
    push_reply(replies, 200, big.buf);
    node_set_bool(push_reply(replies, 200, ""), "hang", true);
    CLEANUP(wire_stop) struct wire wire;
    start(&wire, script);
    CLEANUP(kube_release) struct kube kube;
    open_kube(&kube, &wire);
    CLEANUP(seen_end) struct seen seen;
    watch_pods(&seen, &kube, "x");
    poll_until(&kube, &seen, "+a");
    CLEANUP(str_release) struct str kept = STR_INIT;
    json_print(kube_watch_items(seen.watch), &kept);
    ck_assert_str_eq(kept.buf,
                     "[{\"metadata\":{\"name\":\"a\",\"uid\":\"1\",\"resourceVersion\":\"11\",\"labels\":{\"a/b\":\"kept\"}}}]");
}
END_TEST

START_TEST(an_interrupt_ends_the_wait)
{
    CLEANUP(node_free) node_t *script = node_new_object();
    node_set_bool(push_reply(route(script, "x"), 200, ""), "hang", true);
    CLEANUP(wire_stop) struct wire wire;
    start(&wire, script);
    CLEANUP(kube_release) struct kube kube;
    open_kube(&kube, &wire);
    CLEANUP(seen_end) struct seen seen;
    CLEANUP(err_release) struct err err = ERR_INIT;
    sig_install();
    watch_pods(&seen, &kube, "x");
    sig_interrupt();
    ck_assert_int_eq(kube_watch_sync(seen.watch, &err), -1);
    ck_assert_int_eq(err.code, ERR_INTERRUPTED);
    sig_reset();
}
END_TEST

Suite *suite_kube_watch(void)
{
    Suite *suite = suite_create("kube_watch");
    TCase *tcase = tcase_create("kube_watch");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_watch_cut_at_any_byte_goes_on_where_it_was);
    tcase_add_test(tcase, a_forgotten_version_lists_anew_and_tells_what_vanished);
    tcase_add_test(tcase, a_forgotten_page_begins_the_list_again);
    tcase_add_test(tcase, a_busy_server_is_asked_again_when_it_says);
    tcase_add_test(tcase, a_refusal_ends_it);
    tcase_add_test(tcase, an_event_may_be_large_and_what_is_kept_is_small);
    tcase_add_test(tcase, an_interrupt_ends_the_wait);
    suite_add_tcase(suite, tcase);
    return suite;
}
