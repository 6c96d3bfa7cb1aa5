#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "doc/diff.h"
#include "kube/ask.h"
#include "kube/discovery.h"
#include "kube/table.h"
#include "scratch.h"
#include "suites.h"
#include "wire.h"

static void open_kube(struct kube *kube, const struct wire *wire)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(kube_open(kube, &(struct kube_access){.server = wire->url}, &(struct kube_settings){0}, &err), 0);
}

#define ITEM(name)        "{\\\"metadata\\\":{\\\"name\\\":\\\"" name "\\\"}}"
#define PAGE(next, items) "{\"body\":\"{\\\"metadata\\\":{\\\"continue\\\":\\\"" next "\\\"},\\\"items\\\":[" items "]}\"}"
#define CUT(next, items, at) \
    "{\"cut\":" at ",\"body\":\"{\\\"items\\\":[" items "],\\\"metadata\\\":{\\\"continue\\\":\\\"" next "\\\"}}\"}"

static void lists(const char *pages, const char *names)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    AUTOFREE char *script = xasprintf("{\"replies\":[%s]}", pages);
    wire_start(&wire, script);
    CLEANUP(kube_release) struct kube kube;
    open_kube(&kube, &wire);
    CLEANUP(node_free) node_t *items = kube_list_of(&kube, &kube_pods, "x", NULL, &err);
    CLEANUP(str_release) struct str found = STR_INIT;
    for (const node_t *item = node_first(items); item; item = node_next(item))
        str_add(&found, node_str(item, "/metadata/name", "?"));
    ck_assert_str_eq(items ? found.buf : err.what, names);
}

START_TEST(a_list_that_is_forgotten_or_cut_begins_again)
{
    lists(PAGE("1", ITEM("a")) "," PAGE("", ITEM("b")), "ab");
    lists(PAGE("1", ITEM("a")) ",{\"status\":410}," PAGE("1", ITEM("c")) "," PAGE("", ITEM("d")), "cd");
    lists(PAGE("1", ITEM("a")) "," CUT("", ITEM("b"), "40") "," PAGE("", ITEM("e")), "e");
    lists("{\"status\":410,\"body\":\"old\"}", "cannot list pods");
    lists("{\"body\":\"{}\"}", "cannot list pods");
}
END_TEST

#define PODS  "/api/v1/namespaces/x/pods"
#define JOBS  "/apis/batch/v1/namespaces/x/jobs"
#define TFS   "/apis/kubeflow.org/v1/namespaces/x/tfjobs"
#define NODES "/api/v1/nodes"

/* What of each kind is listed: the names, or why it is not. */
static void list_kinds(const char *routes, const char *wanted)
{
    CLEANUP(wire_stop) struct wire wire;
    AUTOFREE char *script = xasprintf("{\"routes\":{%s}}", routes);
    wire_start(&wire, script);
    CLEANUP(kube_release) struct kube kube = {0};
    CLEANUP(err_release) struct err err = ERR_INIT;
    const struct kube_settings settings = {.total_ms = 2000, .retries = -1};
    ck_assert_int_eq(kube_open(&kube, &(struct kube_access){.server = wire.url}, &settings, &err), 0);
    struct kube_listing lists[] = {{.kind = &kube_pods, .ns = "x", .selector = "a=b"},
                                   {.kind = &kube_tf_jobs, .ns = "x"},
                                   {.kind = &kube_jobs, .ns = "x"},
                                   {.kind = &kube_nodes_kind, .ns = "x"}};
    CLEANUP(str_release) struct str found = STR_INIT;
    kube_list_kinds(&kube, lists, ARRAY_LEN(lists));
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        str_addf(&found, "%s%s", i ? "," : "", lists[i].items ? "" : err_word(lists[i].err.code));
        for (const node_t *item = node_first(lists[i].items); item; item = node_next(item))
            str_add(&found, node_str(item, "/metadata/name", "?"));
        kube_listing_release(&lists[i]);
    }
    ck_assert_str_eq(found.buf, wanted);
}

#define ROUTE(path, pages) "\"" path "\":[" pages "]"
#define AFTER4(items)      "{\"after\":4,\"body\":\"{\\\"items\\\":[" items "]}\"}"
#define MISSING            "{\"status\":404,\"after\":4,\"body\":\"404 page not found\"}"
#define FORGOTTEN          "{\"status\":410}"

START_TEST(lists_are_asked_for_together)
{
    list_kinds(ROUTE(PODS, AFTER4(ITEM("a"))) "," ROUTE(TFS, MISSING) "," ROUTE(JOBS, AFTER4(ITEM("b") "," ITEM("c"))) "," ROUTE(
                   NODES, AFTER4("")),
               "a,not_found,bc,");
}
END_TEST

START_TEST(each_list_goes_on_and_fails_by_itself)
{
    list_kinds(ROUTE(PODS, PAGE("1", ITEM("a")) "," FORGOTTEN "," PAGE("1", ITEM("c")) "," PAGE("", ITEM("d"))) "," ROUTE(
                   TFS, "{\"status\":403}") "," ROUTE(JOBS,
                                                      PAGE("1", ITEM("e")) "," PAGE("2", ITEM("f")) "," PAGE(
                                                          "", ITEM("g"))) "," ROUTE(NODES, "{\"body\":\"{\\\"items\\\":7}\"}"),
               "cd,auth,efg,failed");
}
END_TEST

START_TEST(what_stays_forgotten_is_not_nothing)
{
    list_kinds(ROUTE(PODS, FORGOTTEN) "," ROUTE(TFS, "{\"status\":404}") "," ROUTE(JOBS, PAGE("", ITEM("a"))) "," ROUTE(
                   NODES, PAGE("", "")),
               "failed,not_found,a,");
}
END_TEST

START_TEST(what_may_lack_is_no_error)
{
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire, "{\"routes\":{" ROUTE(PODS "/p", "{\"after\":4,\"body\":\"{}\"}") "," ROUTE(TFS "/p", MISSING) "," ROUTE(
                          JOBS "/p", MISSING) "},\"replies\":[{\"status\":403,\"after\":4}]}");
    CLEANUP(kube_release) struct kube kube;
    open_kube(&kube, &wire);
    const struct kube_kind *const kinds[] = {&kube_pods, &kube_tf_jobs, &kube_jobs, &kube_train_jobs};
    struct kube_ask asks[ARRAY_LEN(kinds)] = {{0}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        kube_ask_one(&asks[i], kinds[i], "x", "p");
        asks[i].may_lack = i != 2;
    }
    kube_ask_all(&kube, asks, ARRAY_LEN(asks));
    static const enum err_code codes[] = {ERR_OK, ERR_OK, ERR_FAILED, ERR_AUTH};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        ck_assert_int_eq(asks[i].err.code, codes[i]);
        ck_assert_int_eq(asks[i].answer != NULL, i == 0);
        kube_ask_release(&asks[i]);
    }
}
END_TEST

START_TEST(managed_fields_are_not_kept)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire, "{\"replies\":[{\"body\":\"{\\\"items\\\":[{\\\"metadata\\\":{\\\"managedFields\\\":[{\\\"x\\\":1}],"
                      "\\\"name\\\":\\\"a\\\"},\\\"spec\\\":{\\\"managedFields\\\":[1]}}]}\"}]}");
    CLEANUP(kube_release) struct kube kube;
    open_kube(&kube, &wire);
    CLEANUP(node_free) node_t *items = kube_list_of(&kube, &kube_pods, "x", NULL, &err);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(items, &text);
    ck_assert_str_eq(text.buf, "[{\"metadata\":{\"managedFields\":[],\"name\":\"a\"},\"spec\":{\"managedFields\":[1]}}]");
}
END_TEST

START_TEST(a_system_that_is_not_installed_is_named)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire, "{\"replies\":[{\"status\":404,\"body\":\"404 page not found\"}]}");
    CLEANUP(kube_release) struct kube kube;
    open_kube(&kube, &wire);
    ck_assert_ptr_null(kube_list_of(&kube, &kube_knative_services, "x", NULL, &err));
    ck_assert_int_eq(err.code, ERR_FAILED);
    ck_assert_msg(str_starts(err.why, "Knative Serving is not installed"), "%s", err.why);
    err_clear(&err);
    node_t *items = NULL;
    ck_assert_int_eq(kube_list_if(&kube, &kube_knative_services, "x", NULL, &items, &err), 0);
    ck_assert_ptr_null(items);
}
END_TEST

static void named(const char *name, bool good)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_msg((kube_check_name("job", name, &err) == 0) == good, "%s", name);
    ck_assert_int_eq(err.code, good ? ERR_OK : ERR_USAGE);
}

START_TEST(names_are_dns_names)
{
    static const char *const good[] = {"a", "a-1", "1", "a.b", "a-b.c-d"};
    static const char *const bad[] = {
        "",   "A",    "a_b", "-a",       "a-",  "a.",
        ".a", "a..b", "a/b", "\xc3\xa4", "a b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        named(good[i], true);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        named(bad[i], false);
}
END_TEST

static const char discovery[] = "{\"routes\":{\"/api\":[{\"body\":\"{\\\"versions\\\":[\\\"v1\\\"]}\"}],"
                                "\"/api/"
                                "v1\":[{\"body\":\"{\\\"resources\\\":[{\\\"name\\\":\\\"bindings\\\",\\\"kind\\\":"
                                "\\\"Binding\\\",\\\"namespaced\\\":true}]}\"}],"
                                "\"/"
                                "apis\":[{\"body\":\"{\\\"kind\\\":\\\"APIGroupDiscoveryList\\\",\\\"items\\\":[{"
                                "\\\"metadata\\\":{\\\"name\\\":\\\"x.io\\\"},"
                                "\\\"versions\\\":[{\\\"version\\\":\\\"v2\\\",\\\"resources\\\":[{\\\"resource\\\":"
                                "\\\"things\\\",\\\"responseKind\\\":{\\\"kind\\\":"
                                "\\\"Thing\\\"},\\\"scope\\\":\\\"Cluster\\\",\\\"shortNames\\\":[\\\"th\\\"]}]},{"
                                "\\\"version\\\":\\\"v1\\\",\\\"resources\\\":[{"
                                "\\\"resource\\\":\\\"things\\\",\\\"responseKind\\\":{\\\"kind\\\":\\\"Thing\\\"},\\\"scope\\\":"
                                "\\\"Cluster\\\"}]}]}]}\"}]}}";

static void finds(struct kube *kube, const char *word, const char *wanted)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(kube_found_release) struct kube_found found = {0};
    CLEANUP(str_release) struct str text = STR_INIT;
    if (kube_find_kind(kube, word, &found, &err) == 0)
        kube_path(&text, &found.kind, "n", NULL, NULL);
    ck_assert_str_eq(text.len ? text.buf : err.what, wanted);
}

START_TEST(kinds_are_found_by_all_their_names_and_kept)
{
    char *folder = scratch_new();
    setenv("XDG_CACHE_HOME", folder, 1);
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire, discovery);
    CLEANUP(kube_release) struct kube kube;
    open_kube(&kube, &wire);
    finds(&kube, "pods", "/api/v1/namespaces/n/pods");
    finds(&kube, "jobs.batch", "/apis/batch/v1/namespaces/n/jobs");
    CLEANUP(node_free) node_t *nothing = wire_log(&wire);
    ck_assert_uint_eq(node_len(nothing), 0);
    finds(&kube, "things", "/apis/x.io/v2/things");
    finds(&kube, "Thing", "/apis/x.io/v2/things");
    finds(&kube, "th", "/apis/x.io/v2/things");
    finds(&kube, "things.x.io", "/apis/x.io/v2/things");
    finds(&kube, "things.v1.x.io", "/apis/x.io/v1/things");
    finds(&kube, "binding", "/api/v1/namespaces/n/bindings");
    CLEANUP(node_free) node_t *once = wire_log(&wire);
    ck_assert_uint_eq(node_len(once), 3);
    finds(&kube, "thingz", "this server has no kind \"thingz\"");
    finds(&kube, "pytorchjobs", "this server has no kind \"pytorchjobs\"");
    finds(&kube, "a/b", "\"a/b\" cannot be the name of a kind");
    CLEANUP(node_free) node_t *again = wire_log(&wire);
    ck_assert_uint_eq(node_len(again), 9);
    scratch_end(folder);
}
END_TEST

static void differs(const char *before, const char *after, const char *lines)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *a = *before ? json_parse(before, strlen(before), "a", &err) : NULL;
    CLEANUP(node_free) node_t *b = *after ? json_parse(after, strlen(after), "b", &err) : NULL;
    CLEANUP(str_release) struct str out = STR_INIT;
    size_t n = node_diff(a, b, &out);
    ck_assert_str_eq(out.buf, lines);
    ck_assert_int_eq(n == 0, *lines == '\0');
}

START_TEST(differences_are_told_by_field)
{
    differs("{\"a\":1,\"b\":[1]}", "{\"b\":[1],\"a\":1}", "");
    differs("{\"a\":{\"b\":1}}", "{\"a\":{\"b\":\"1\"}}", "- a.b: 1\n+ a.b: \"1\"\n");
    differs("{\"a\":[1,2]}", "{\"a\":[1,3,4]}", "- a[1]: 2\n+ a[1]: 3\n+ a[2]: 4\n");
    differs("{\"c\":[{\"name\":\"x\",\"v\":1},{\"name\":\"y\"}]}", "{\"c\":[{\"name\":\"z\"},{\"name\":\"x\",\"v\":2}]}",
            "- c[name=y].name: \"y\"\n+ c[name=z].name: \"z\"\n- c[name=x].v: 1\n+ c[name=x].v: 2\n");
    differs("{\"a\":{\"b\":1}}", "{}", "- a.b: 1\n");
    differs("", "{\"a\":{\"b\":[],\"c\":null}}", "+ a.b: []\n+ a.c: null\n");
    differs("{\"a\":{}}", "{\"a\":[1]}", "- a: {}\n+ a: [1]\n");
    differs("{\"\\u009b2J\":1}", "{}", "- \\xc2\\x9b2J: 1\n");
}
END_TEST

Suite *suite_kube_client(void)
{
    Suite *suite = suite_create("kube_client");
    TCase *tcase = tcase_create("kube_client");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_list_that_is_forgotten_or_cut_begins_again);
    tcase_add_test(tcase, lists_are_asked_for_together);
    tcase_add_test(tcase, what_stays_forgotten_is_not_nothing);
    tcase_add_test(tcase, each_list_goes_on_and_fails_by_itself);
    tcase_add_test(tcase, what_may_lack_is_no_error);
    tcase_add_test(tcase, managed_fields_are_not_kept);
    tcase_add_test(tcase, a_system_that_is_not_installed_is_named);
    tcase_add_test(tcase, names_are_dns_names);
    tcase_add_test(tcase, kinds_are_found_by_all_their_names_and_kept);
    tcase_add_test(tcase, differences_are_told_by_field);
    suite_add_tcase(suite, tcase);
    return suite;
}
