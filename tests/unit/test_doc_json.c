#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "doc/node.h"
#include "suites.h"

static node_t *parse(const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    node_t *node = json_parse(text, strlen(text), "test", &err);
    ck_assert_msg(node != NULL, "%s: %s", text, err.what);
    return node;
}

/* Parses and prints again. */
static void check_prints(const char *text, const char *expected)
{
    CLEANUP(node_free) node_t *node = parse(text);
    CLEANUP(str_release) struct str s = STR_INIT;
    json_print(node, &s);
    ck_assert_str_eq(s.buf, expected);
}

static void check_refused(const char *text, size_t len, const char *what)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *node = json_parse(text, len, "test", &err);
    ck_assert_msg(node == NULL, "accepted: %s", text);
    ck_assert_int_eq(err.code, ERR_FAILED);
    ck_assert_str_eq(err.what, what);
}

START_TEST(json_goes_round)
{
    static const struct {
        const char *text;
        const char *printed;
    } cases[] = {
        {"{}", "{}"},
        {" [ ] ", "[]"},
        {"\xef\xbb\xbf[true,false,null]", "[true,false,null]"},
        {"{\"a\" : [1, 2.50, -0, 1e3, 0.1]}", "{\"a\":[1,2.5,0,1000,0.1]}"},
        {"[9007199254740991,-9007199254740991,1e16,1e300,1.7976931348623157e308,5e-324]",
         "[9007199254740991,-9007199254740991,1e+16,1e+300,1.7976931348623157e+308,4.94065645841247e-324]"},
        {"[1234567890123, 1000000000000000]", "[1234567890123,1000000000000000]"},
        {"\"\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\\"\\\\\"", "\"\xc3\xa9\xf0\x9f\x98\x80/\\b\\f\\n\\r\\t\\\"\\\\\""},
        {"\"\\u001b[31m\\u007f\\u009b\"", "\"\\u001b[31m\\u007f\\u009b\""},
        {"{\"a\":1,\"b\":2,\"a\":3}", "{\"b\":2,\"a\":3}"}, /* the last wins */
        {"[{\"x\":{\"a\":1,\"a\":{\"b\":1,\"b\":2}}}]", "[{\"x\":{\"a\":{\"b\":2}}}]"},
        {"\"a\\u0000b\"", "\"a\xef\xbf\xbd"
                          "b\""},                                          /* our strings hold no NUL */
        {"\"\\ud800x\\udc00\"", "\"\xef\xbf\xbdx\xef\xbf\xbd\""},          /* halves of pairs */
        {"\"\\ud800\\ud83d\\ude00\"", "\"\xef\xbf\xbd\xf0\x9f\x98\x80\""}, /* a half before a pair */
        {"\"\\\\u0000\"", "\"\\\\u0000\""},                                /* an escaped backslash, no escape */
        {"{\"\xff\":1,\"\xfe\":2}", "{\"\xef\xbf\xbd\":2}"},               /* the same name, once repaired */
        {"\"bad \xff\xc0\xaf utf\"", "\"bad \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd utf\""},
    };
    check_prints(cases[_i].text, cases[_i].printed);
}
END_TEST

START_TEST(wrong_json_is_refused_with_its_place)
{
    static const struct {
        const char *text;
        const char *what;
    } cases[] = {
        {"", "test:1:1: the text ends where a value should be"},
        {"{\"a\":1,}", "test:1:8: found '}' where a name in quotes should be"},
        {"[1,]", "test:1:4: found ']' where a value should be"},
        {"[1 2]", "test:1:4: found '2' where ',' or ']' should be"},
        {"{\"a\" 1}", "test:1:6: found '1' where ':' should be"},
        {"{a:1}", "test:1:2: found 'a' where a name in quotes should be"},
        {"{\n  \"\xc3\xa9\": tru\n}", "test:2:8: found 't' where a value should be"},
        {"[] []", "test:1:4: found '[' where the end should be"},
        {"{} x", "test:1:4: found 'x' where the end should be"},
        {"[01]", "test:1:3: found '1' where ',' or ']' should be"},
        {"[1.]", "test:1:4: found ']' where a digit should be"},
        {"[-]", "test:1:3: found ']' where a digit should be"},
        {"[1e]", "test:1:4: found ']' where a digit should be"},
        {"[+1]", "test:1:2: found '+' where a value should be"},
        {"[NaN]", "test:1:2: found 'N' where a value should be"},
        {"[1e999]", "test:1:2: a number out of range"},
        {"[1111111111111111111111111111111111111111111111111111111111111111]", "test:1:2: a number of more than 63 characters"},
        {"[\"abc", "test:1:2: a string that does not end"},
        {"\"a\nb\"", "test:1:3: a raw control character in a string"},
        {"\"\\x41\"", "test:1:2: an unknown escape in a string"},
        {"\"\\u12g4\"", "test:1:2: an unknown escape in a string"},
        {"\"\\u00\x13"
         "9\"",
         "test:1:2: an unknown escape in a string"}, /* no digit, but for a bit */
        {"[\x1b]", "test:1:2: found '\\x1b' where a value should be"},
    };
    check_refused(cases[_i].text, strlen(cases[_i].text), cases[_i].what);
}
END_TEST

START_TEST(nul_bytes_are_refused)
{
    check_refused("[1\0]", 4, "test:1:3: found '\\x00' where ',' or ']' should be");
    check_refused("\"a\0b\"", 5, "test:1:3: a raw control character in a string");
    check_refused("{}\0", 3, "test:1:3: found '\\x00' where the end should be");
    check_refused("\0", 1, "test:1:1: found '\\x00' where a value should be");
}
END_TEST

START_TEST(every_cut_text_is_refused)
{
    static const char text[] = "{\"a\":[1,-2.5e+3,\"x\\u00e9\\n\"],\"b\":{\"c\":null,\"d\":true}}";
    for (size_t len = 0; len + 1 < sizeof(text); len++) {
        CLEANUP(err_release) struct err err = ERR_INIT;
        AUTOFREE char *exact = xmalloc(len + 1); /* so that a sanitizer sees a read beyond it */
        memcpy(exact, text, len);
        exact = xrealloc(exact, len ? len : 1);
        CLEANUP(node_free) node_t *node = json_parse(exact, len, "test", &err);
        ck_assert_msg(node == NULL, "accepted the first %zu bytes", len);
    }
}
END_TEST

static void nested(struct str *s, int depth)
{
    for (int i = 0; i < depth; i++)
        str_add(s, i % 2 ? "{\"a\":" : "[");
    str_add(s, "1");
    for (int i = depth; i-- > 0;)
        str_add(s, i % 2 ? "}" : "]");
}

START_TEST(depth_is_limited)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    CLEANUP(err_release) struct err err = ERR_INIT;
    nested(&s, JSON_MAX_DEPTH);
    node_t *node = json_parse(s.buf, s.len, "test", &err);
    ck_assert_ptr_nonnull(node);
    node_free(node);

    str_reset(&s);
    nested(&s, JSON_MAX_DEPTH + 1);
    ck_assert_ptr_null(json_parse(s.buf, s.len, "test", &err));
    ck_assert_ptr_nonnull(strstr(err.what, "nested too deeply"));

    str_reset(&s);
    for (int i = 0; i < 1000000; i++)
        str_addc(&s, '[');
    ck_assert_ptr_null(json_parse(s.buf, s.len, "test", &err));
}
END_TEST

/* Nothing is read before the size is checked. */
START_TEST(size_is_limited)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_ptr_null(json_parse("[]", (size_t)JSON_MAX_BYTES + 1, "test", &err));
    ck_assert_str_eq(err.what, "test is larger than 256 MiB");
}
END_TEST

/* Large objects take another way than small ones. */
START_TEST(repeated_names_in_a_large_object)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    for (int i = 0; i < 200; i++)
        str_addf(&s, "%c\"k%d\":%d", i ? ',' : '{', i % 100, i);
    str_addc(&s, '}');
    CLEANUP(node_free) node_t *node = parse(s.buf);
    ck_assert_uint_eq(node_len(node), 100);
    ck_assert_int_eq(node_int(node, "/k7", 0), 107);
}
END_TEST

START_TEST(pretty_json)
{
    CLEANUP(node_free) node_t *node = parse("{\"a\":[1,{\"b\":[]}],\"c\":{}}");
    CLEANUP(str_release) struct str s = STR_INIT;
    json_print_pretty(node, &s);
    ck_assert_str_eq(s.buf, "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}");
}
END_TEST

START_TEST(pointers_reach_what_they_name)
{
    CLEANUP(node_free) node_t *node = parse("{\"a\":{\"b\":[10,{\"c\":\"x\"}]},\"m~n\":1,\"x/y\":2,\"\":3,\"Name\":4}");
    ck_assert_str_eq(node_str(node, "/a/b/1/c", "none"), "x");
    ck_assert_int_eq(node_int(node, "/a/b/0", -1), 10);
    ck_assert_int_eq(node_int(node, "/m~0n", -1), 1);
    ck_assert_int_eq(node_int(node, "/x~1y", -1), 2);
    ck_assert_int_eq(node_int(node, "/", -1), 3);
    ck_assert_ptr_eq(node_at(node, ""), node);
    static const char *const missing[] = {"/name", "/a/b/2",     "/a/b/01", "/a/b/-", "/a/b/", "/a/b/99999999999999999999",
                                          "a",     "/a/b/1/c/d", "/nam"};
    for (size_t i = 0; i < ARRAY_LEN(missing); i++)
        ck_assert_msg(node_at(node, missing[i]) == NULL, "%s", missing[i]);
}
END_TEST

START_TEST(reading_never_fails)
{
    CLEANUP(node_free) node_t *node = parse("{\"s\":\"7\",\"n\":1e300,\"f\":-2.9,\"b\":true,\"z\":null}");
    ck_assert_int_eq(node_int(node, "/s", -1), -1);
    ck_assert_int_eq(node_int(node, "/n", -1), -1); /* does not fit */
    ck_assert_int_eq(node_int(node, "/f", -1), -2);
    ck_assert(node_bool(node, "/b", false));
    ck_assert(!node_bool(node, "/s", false));
    ck_assert_str_eq(node_str(node, "/z", "d"), "d");
    ck_assert_str_eq(node_str(NULL, "/z", "d"), "d");
    ck_assert_double_eq(node_num(node, "/gone", 5), 5);
    ck_assert(isnan(node_value(node)));
    ck_assert_ptr_null(node_text(node_get(node, "n")));
    ck_assert_ptr_null(node_get(node_get(node, "s"), "x"));
    ck_assert_uint_eq(node_len(NULL), 0);
    ck_assert_ptr_null(node_first(node_get(node, "s")));
    ck_assert_int_eq(node_type(NULL), NODE_NONE);
}
END_TEST

START_TEST(members_that_are_made_when_missing)
{
    CLEANUP(node_free) node_t *object = parse("{\"labels\": null, \"env\": [1], \"spec\": {\"a\": 1}}");
    node_set_str(node_object(object, "labels"), "x", "y"); /* as YAML reads `labels:` with nothing below it */
    node_push(node_array(object, "env"), node_new_num(2));
    node_push(node_array(object, "args"), node_new_num(3));
    ck_assert_ptr_eq(node_object(object, "spec"), node_get(object, "spec"));
    ck_assert_ptr_null(node_object(NULL, "x"));
    CLEANUP(str_release) struct str s = STR_INIT;
    json_print(object, &s);
    ck_assert_str_eq(s.buf, "{\"labels\":{\"x\":\"y\"},\"env\":[1,2],\"spec\":{\"a\":1},\"args\":[3]}");
}
END_TEST

START_TEST(building_and_taking_apart)
{
    CLEANUP(node_free) node_t *object = node_new_object();
    node_set_str(object, "a", "1");
    node_set_num(object, "b", NAN);
    node_set_bool(object, "c", true);
    node_set_num(object, "a", 2); /* replaces, and keeps its place */
    node_set_str(object, "d", NULL);
    node_t *list = node_set(object, "list", node_new_array());
    node_push(list, node_new_num(1));
    node_push(list, node_new_str("x"));
    ck_assert_ptr_eq(node_set(object, "list", list), list);
    ck_assert_ptr_null(node_set(list, "x", node_new_null())); /* not an object: the child is freed */
    ck_assert_ptr_null(node_push(object, node_new_null()));
    CLEANUP(str_release) struct str s = STR_INIT;
    json_print(object, &s);
    ck_assert_str_eq(s.buf, "{\"a\":2,\"b\":null,\"c\":true,\"d\":null,\"list\":[1,\"x\"]}");

    ck_assert(node_delete(object, "b"));
    ck_assert(!node_delete(object, "b"));
    ck_assert_str_eq(node_key(list), "list");
    CLEANUP(node_free) node_t *taken = node_detach(object, list);
    ck_assert_ptr_null(node_key(taken));
    CLEANUP(node_free) node_t *copy = node_copy(node_get(object, "a"));
    ck_assert_ptr_null(node_key(copy));
    ck_assert_uint_eq(node_len(object), 3);
}
END_TEST

START_TEST(equality_ignores_the_order_of_members)
{
    CLEANUP(node_free) node_t *a = parse("{\"x\":[1,{\"a\":1,\"b\":null}],\"y\":\"t\"}");
    CLEANUP(node_free) node_t *b = parse("{\"y\":\"t\",\"x\":[1,{\"b\":null,\"a\":1}]}");
    CLEANUP(node_free) node_t *c = parse("{\"y\":\"t\",\"x\":[{\"b\":null,\"a\":1},1]}");
    ck_assert(node_equal(a, b));
    ck_assert(!node_equal(a, c));
    ck_assert(!node_equal(a, NULL));
    ck_assert(node_equal(NULL, NULL));
}
END_TEST

Suite *suite_doc_json(void)
{
    Suite *suite = suite_create("doc_json");
    TCase *text = tcase_create("text");
    tcase_set_timeout(text, 60);
    tcase_add_loop_test(text, json_goes_round, 0, 16);
    tcase_add_loop_test(text, wrong_json_is_refused_with_its_place, 0, 23);
    tcase_add_test(text, nul_bytes_are_refused);
    tcase_add_test(text, every_cut_text_is_refused);
    tcase_add_test(text, depth_is_limited);
    tcase_add_test(text, size_is_limited);
    tcase_add_test(text, repeated_names_in_a_large_object);
    tcase_add_test(text, pretty_json);
    suite_add_tcase(suite, text);
    TCase *tree = tcase_create("tree");
    tcase_add_test(tree, pointers_reach_what_they_name);
    tcase_add_test(tree, reading_never_fails);
    tcase_add_test(tree, building_and_taking_apart);
    tcase_add_test(tree, members_that_are_made_when_missing);
    tcase_add_test(tree, equality_ignores_the_order_of_members);
    suite_add_tcase(suite, tree);
    return suite;
}
