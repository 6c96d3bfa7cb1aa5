#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "doc/items.h"
#include "suites.h"

static int add_item(node_t *item, void *arg, struct err *err)
{
    (void)err;
    node_push(arg, item);
    return 0;
}

static int refuse_item(node_t *item, void *arg, struct err *err)
{
    (void)arg;
    node_free(item);
    return err_set(err, ERR_CAPACITY, "enough");
}

static const char list[] =
    "{\"kind\": \"List\", \"x\": [\"items\", [1, 2]], \"metadata\": {\"items\": [9], \"continue\": \"a\\\"],b\"},\n"
    " \"items\": [ {\"a\": [1, {\"b\": \"]},{\\\\\"}]} , {\"c\": 2}\n, 3 ], \"after\": \"}\"}\n";

/* The text cut in two at `at`. */
static void read_cut(size_t at, size_t len)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *found = node_new_array();
    CLEANUP(json_items_release)
    struct json_items items = JSON_ITEMS_INIT(.member = "items", .source = "it", .on_item = add_item, .arg = found);
    ck_assert_int_eq(json_items_feed(&items, list, at, &err), 0);
    ck_assert_int_eq(json_items_feed(&items, list + at, len - at, &err), 0);
    CLEANUP(node_free) node_t *rest = json_items_end(&items, &err);
    ck_assert_msg(rest != NULL, "%s", err.what);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(found, &text);
    ck_assert_str_eq(text.buf, "[{\"a\":[1,{\"b\":\"]},{\\\\\"}]},{\"c\":2},3]");
    ck_assert_str_eq(node_str(rest, "/after", ""), "}");
    ck_assert_str_eq(node_str(rest, "/metadata/continue", ""), "a\"],b");
    ck_assert_int_eq(node_int(rest, "/metadata/items/0", 0), 9);
    ck_assert_int_eq(node_int(rest, "/x/1/1", 0), 2);
    ck_assert_uint_eq(node_len(node_get(rest, "items")), 0);
}

START_TEST(elements_are_the_same_wherever_the_text_is_cut)
{
    for (size_t at = 0; at < sizeof(list); at++)
        read_cut(at, sizeof(list) - 1);
}
END_TEST

static const char managed[] =
    "{\"metadata\":{\"skip\":[0]},\"items\":[{\"skip\":[1],\"metadata\":{\"a\":{\"skip\":[2]},\"skip\":[{\"b\":\"]}\\\"\"},[[]]],"
    "\"c\":\"skip\"},\"spec\":{\"skip\":[3]}},{\"metadata\":{\"skip\":[]}},{\"metadata\":{\"skip\":{\"d\":[4]},\"skipped\":[5]}},"
    "{\"metadata\":[[6]]}]}";

static void leave_out_cut(const char *without, const char *wanted, size_t at)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *found = node_new_array();
    CLEANUP(json_items_release)
    struct json_items items =
        JSON_ITEMS_INIT(.member = "items", .without = without, .source = "it", .on_item = add_item, .arg = found);
    ck_assert_int_eq(json_items_feed(&items, managed, at, &err), 0);
    ck_assert_int_eq(json_items_feed(&items, managed + at, sizeof(managed) - 1 - at, &err), 0);
    CLEANUP(node_free) node_t *rest = json_items_end(&items, &err);
    ck_assert_msg(rest != NULL, "%s", err.what);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(found, &text);
    ck_assert_str_eq(text.buf, wanted);
    ck_assert_int_eq(node_int(rest, "/metadata/skip/0", 1), 0);
}

START_TEST(what_is_left_out_is_an_array_of_the_metadata)
{
    static const char left[] =
        "[{\"skip\":[1],\"metadata\":{\"a\":{\"skip\":[2]},\"skip\":[],\"c\":\"skip\"},\"spec\":{\"skip\":[3]}},"
        "{\"metadata\":{\"skip\":[]}},{\"metadata\":{\"skip\":{\"d\":[4]},\"skipped\":[5]}},"
        "{\"metadata\":[[6]]}]";
    const char *all = strstr(managed, "[{\"skip");
    AUTOFREE char *kept = xstrndup(all, strlen(all) - 1);
    for (size_t at = 0; at < sizeof(managed); at++) {
        leave_out_cut("skip", left, at);
        leave_out_cut(NULL, kept, at);
    }
}
END_TEST

static int feed(const char *text, int (*on_item)(node_t *, void *, struct err *), struct err *err)
{
    CLEANUP(node_free) node_t *found = node_new_array();
    CLEANUP(json_items_release)
    struct json_items items =
        JSON_ITEMS_INIT(.member = "items", .without = "skip", .source = "it", .on_item = on_item, .arg = found);
    if (json_items_feed(&items, text, strlen(text), err) != 0)
        return -1;
    CLEANUP(node_free) node_t *rest = json_items_end(&items, err);
    return rest ? (int)node_len(found) : -1;
}

START_TEST(bad_texts_are_refused)
{
    static const char *const bad[] = {"",
                                      "{\"items\":[{]}",
                                      "{\"items\":[}]}",
                                      "{\"items\":[1,2}",
                                      "]]]]",
                                      "[1]x",
                                      "{\"items\":[1],\"b\":}",
                                      "{\"items\":[tru]}",
                                      "{\"items\":[\"a]}",
                                      "{\"items\":[{\"metadata\":{\"skip\":[1",
                                      "{\"items\":[{\"metadata\":{\"skip\":[}}]}",
                                      "{\"items\":[{\"metadata\":{\"skip\":[1]}",
                                      "{\"items\":[{\"metadata\":{\"skip\":[1]]}}]}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        CLEANUP(err_release) struct err err = ERR_INIT;
        ck_assert_msg(feed(bad[i], add_item, &err) == -1, "%s", bad[i]);
        ck_assert_int_eq(err.code, ERR_FAILED);
    }
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(feed("{\"items\":[1,2]}", refuse_item, &err), -1);
    ck_assert_int_eq(err.code, ERR_CAPACITY);
    ck_assert_int_eq(feed("{\"items\":[]}", add_item, &err), 0);
    ck_assert_int_eq(feed("{\"items\":null}", add_item, &err), 0);
    ck_assert_int_eq(feed("{\"items\":[1,2]}", add_item, &err), 2);
}
END_TEST

START_TEST(no_part_may_be_endless)
{
    static const char *const starts[] = {"{\"items\":[\"", "{\"a\":\""};
    AUTOFREE char *filler = xmalloc(1 << 20);
    memset(filler, 'x', 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        CLEANUP(err_release) struct err err = ERR_INIT;
        CLEANUP(json_items_release) struct json_items items = JSON_ITEMS_INIT(.member = "items", .source = "it");
        ck_assert_int_eq(json_items_feed(&items, starts[i], strlen(starts[i]), &err), 0);
        int rc = 0;
        for (int n = 0; n < 32 && rc == 0; n++)
            rc = json_items_feed(&items, filler, 1 << 20, &err);
        ck_assert_int_eq(rc, -1);
    }
}
END_TEST

Suite *suite_doc_items(void)
{
    Suite *suite = suite_create("doc_items");
    TCase *tcase = tcase_create("doc_items");
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, elements_are_the_same_wherever_the_text_is_cut);
    tcase_add_test(tcase, what_is_left_out_is_an_array_of_the_metadata);
    tcase_add_test(tcase, bad_texts_are_refused);
    tcase_add_test(tcase, no_part_may_be_endless);
    suite_add_tcase(suite, tcase);
    return suite;
}
