#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doc/doc.h"
#include "suites.h"

static void parse(struct doc *doc, const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    int rc = doc_parse(doc, text, strlen(text), "t.yaml", &err);
    ck_assert_msg(rc == 0, "%s\n%s: %s", text, err.what, err.why ? err.why : "");
}

static void check_reads_as(const char *text, const char *json)
{
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    CLEANUP(str_release) struct str s = STR_INIT;
    parse(&doc, text);
    json_print(doc.root, &s);
    ck_assert_str_eq(s.buf, json);
}

static void check_refused(const char *text, size_t len, const char *what)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct doc doc = DOC_INIT;
    ck_assert_msg(doc_parse(&doc, text, len, "t.yaml", &err) == -1, "accepted: %s", text);
    ck_assert_ptr_null(doc.root);
    ck_assert_ptr_null(doc.source);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert_str_eq(err.what, what);
}

START_TEST(scalars_have_their_types)
{
    static const struct {
        const char *text;
        const char *json;
    } cases[] = {
        {"[true, True, TRUE, false, yes, no, on, tRue]", "[true,true,true,false,\"yes\",\"no\",\"on\",\"tRue\"]"},
        {"[null, Null, ~, nUll]", "[null,null,null,\"nUll\"]"},
        {"a:\nb: ''", "{\"a\":null,\"b\":\"\"}"},
        {"[1, -2, +3, 0o17, 0x1F, 017, 0b1, 1_000]", "[1,-2,3,15,31,17,\"0b1\",\"1_000\"]"},
        {"[1.5, .5, 1., -1e3, 1e+2, 1.e, ., +.5, 1e]", "[1.5,0.5,1,-1000,100,\"1.e\",\".\",0.5,\"1e\"]"},
        {"[.inf, -.inf, .nan, 1e999, .NaN]", "[\".inf\",\"-.inf\",\".nan\",\"1e999\",\".NaN\"]"},
        {"[9007199254740991, 9007199254740993, 0xffffffffffffffffff]",
         "[9007199254740991,\"9007199254740993\",\"0xffffffffffffffffff\"]"},
        {"['1', \"true\", !!str 12, ! 12, !!int 7, !!float 7, !!null '']", "[\"1\",\"true\",\"12\",\"12\",7,7,null]"},
        {"[2026-11-24, 1:30, 10m, 1.2.3, 0x, -, 1-2]", "[\"2026-11-24\",\"1:30\",\"10m\",\"1.2.3\",\"0x\",\"-\",\"1-2\"]"},
        {"a: |\n  x\n   y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\n y\\n\",\"b\":\"x y\"}"},
        {"1: a\ntrue: b\n~: c\n", "{\"1\":\"a\",\"true\":\"b\",\"~\":\"c\"}"},
        {"", "null"},
        {"# nothing\n", "null"},
        {"--- \na: 1\n...\n", "{\"a\":1}"},
        {"{\"a\": [1, {\"b\": \"\\u00e9\\/\"}],\n\t\"c\":null}", "{\"a\":[1,{\"b\":\"\xc3\xa9/\"}],\"c\":null}"},
        {"{\"smile\":\"\\ud83d\\ude00\"}", "{\"smile\":\"\xf0\x9f\x98\x80\"}"}, /* JSON that libyaml refuses */
        {"!!map {a: !!seq [1]}", "{\"a\":[1]}"},
    };
    check_reads_as(cases[_i].text, cases[_i].json);
}
END_TEST

START_TEST(anchors_aliases_and_merges)
{
    check_reads_as("a: &x [1, {b: 2}]\nc: *x\n", "{\"a\":[1,{\"b\":2}],\"c\":[1,{\"b\":2}]}");
    check_reads_as("base: &b {x: 1, y: 2}\nd:\n  <<: *b\n  y: 3\n", "{\"base\":{\"x\":1,\"y\":2},\"d\":{\"y\":3,\"x\":1}}");
    check_reads_as("- &a {x: 1, y: 1}\n- &b {y: 2, z: 2}\n- <<: [*a, *b]\n",
                   "[{\"x\":1,\"y\":1},{\"y\":2,\"z\":2},{\"x\":1,\"y\":1,\"z\":2}]");
    check_reads_as("\"<<\": plain\n", "{\"<<\":\"plain\"}");
    /* an anchor inside of what a merge takes, and on a key, are usable later */
    check_reads_as("a:\n  <<: &m {x: &n [1]}\nb: *m\nc: *n\n", "{\"a\":{\"x\":[1]},\"b\":{\"x\":[1]},\"c\":[1]}");
    check_reads_as("&k key: 1\nb: *k\n", "{\"key\":1,\"b\":\"key\"}");
    check_reads_as("- &a 1\n- *a\n- &a 2\n- *a\n", "[1,1,2,2]");
}
END_TEST

START_TEST(wrong_yaml_is_refused_with_its_place)
{
    static const struct {
        const char *text;
        const char *what;
    } cases[] = {
        {"name: a\nother: b\nname: c\n", "t.yaml:3:1: found duplicate key \"name\" (first on line 1)"},
        {"a: {x: 1, x: 2}", "t.yaml:1:11: found duplicate key \"x\" (first on line 1)"},
        {"{\"a\":1,\"a\":2}", "t.yaml:1:8: found duplicate key \"a\" (first on line 1)"},
        {"a: [1, 2\nb: 3\n", "t.yaml:2:2: did not find expected ',' or ']'"},
        {"a:\n\t- x\n", "t.yaml:2:1: found character that cannot start any token"},
        {"a: *gone\n", "t.yaml:1:4: unknown anchor \"gone\" (it must be complete before it is used)"},
        {"a: &a [*a]\n", "t.yaml:1:8: unknown anchor \"a\" (it must be complete before it is used)"},
        {"a: !secret x\n", "t.yaml:1:4: unknown tag \"!secret\""},
        {"a: !!python/object x\n", "t.yaml:1:4: unknown tag \"tag:yaml.org,2002:python/object\""},
        {"a: !!int x\n", "t.yaml:1:4: \"x\" is not what its tag \"tag:yaml.org,2002:int\" says"},
        {"a: !!map [1]\n", "t.yaml:1:4: a list is not what its tag \"tag:yaml.org,2002:map\" says"},
        {"? [a]\n: 1\n", "t.yaml:1:3: a key must be a word or a quoted text"},
        {"a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document starts here, and only one is expected"},
        {"a: \"x\\0y\"\n", "t.yaml:1:4: a NUL character in a string"},
        {"a:\n  <<: 3\n", "t.yaml:2:7: a merge (<<) takes a mapping, or a list of mappings, not a number"},
        {"a: b: c\n", "t.yaml:1:5: mapping values are not allowed in this context"},
        {"ok: 1\na: \xff\n", "t.yaml:2:4: invalid leading UTF-8 octet"},
        {"a: \x1b[31m\n", "t.yaml:1:4: control characters are not allowed"},
        {"a: 'open\n", "t.yaml:2:1: found unexpected end of stream"},
    };
    check_refused(cases[_i].text, strlen(cases[_i].text), cases[_i].what);
}
END_TEST

START_TEST(nul_bytes_are_refused)
{
    check_refused("a: \0b", 5, "t.yaml:1:4: control characters are not allowed");
}
END_TEST

START_TEST(nodes_remember_their_places)
{
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    parse(&doc, "base: &b\n  x: 1\nlist:\n- one\n-   two\nd:\n  <<: *b\n  y: 5\n");
    struct doc_place two = doc_place(&doc, node_at(doc.root, "/list/1"));
    ck_assert_int_eq(two.line, 5);
    ck_assert_int_eq(two.column, 5);
    struct doc_place key = doc_key_place(&doc, node_at(doc.root, "/d/y"));
    ck_assert_int_eq(key.line, 8);
    ck_assert_int_eq(key.column, 3);
    ck_assert_int_eq(doc_place(&doc, node_at(doc.root, "/d/x")).line, 2); /* where it was written */
    ck_assert_int_eq(doc_place(&doc, NULL).line, 0);

    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(doc_err(&doc, node_at(doc.root, "/d/y"), &err, "no %d", 5), -1);
    ck_assert_str_eq(err.what, "t.yaml:8:6: no 5");
    ck_assert_int_eq(err.code, ERR_USAGE);
    doc_err(&doc, NULL, &err, "whole");
    ck_assert_str_eq(err.what, "t.yaml: whole");
}
END_TEST

/* Nine levels of nine aliases each: a few hundred bytes that stand for 387 million nodes. */
START_TEST(alias_bombs_are_refused)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    str_add(&s, "a0: &a0 [x]\n");
    for (int i = 1; i <= 9; i++) {
        str_addf(&s, "a%d: &a%d [", i, i);
        for (int k = 0; k < 9; k++)
            str_addf(&s, "%s*a%d", k ? ", " : "", i - 1);
        str_add(&s, "]\n");
    }
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct doc doc;
    ck_assert_int_eq(doc_parse(&doc, s.buf, s.len, "bomb", &err), -1);
    ck_assert_ptr_nonnull(strstr(err.what, "too large once aliases are expanded"));
}
END_TEST

/* Few nodes, but many bytes. */
START_TEST(bombs_of_text_are_refused)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    str_add(&s, "- &a ");
    for (int i = 0; i < 1 << 20; i++)
        str_addc(&s, 'x');
    for (int i = 0; i < 100; i++)
        str_add(&s, "\n- *a");
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct doc doc;
    ck_assert_int_eq(doc_parse(&doc, s.buf, s.len, "bomb", &err), -1);
    ck_assert_ptr_nonnull(strstr(err.what, "too large once aliases are expanded"));
}
END_TEST

START_TEST(depth_is_limited)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    for (int i = 0; i < YAML_MAX_DEPTH + 1; i++)
        str_addc(&s, '[');
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct doc doc;
    ck_assert_int_eq(doc_parse(&doc, s.buf, s.len, "deep", &err), -1);
    ck_assert_str_eq(err.what, "deep:1:101: nested too deeply (limit: 100 levels)");

    /* each list holds the one before: the depth comes from aliases */
    str_reset(&s);
    str_add(&s, "- &a0 [1]\n");
    for (int i = 1; i < 200; i++)
        str_addf(&s, "- &a%d [*a%d]\n", i, i - 1);
    ck_assert_int_eq(doc_parse(&doc, s.buf, s.len, "deep", &err), -1);
    ck_assert_ptr_nonnull(strstr(err.what, "nested too deeply once aliases are expanded"));
}
END_TEST

START_TEST(size_is_limited)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct doc doc;
    ck_assert_int_eq(doc_parse(&doc, "x", (size_t)YAML_MAX_BYTES + 1, "big", &err), -1);
    ck_assert_str_eq(err.what, "big is larger than 64 MiB");
}
END_TEST

static int note_name(struct doc *doc, void *arg, struct err *err)
{
    if (!node_get(doc->root, "name"))
        return doc_err(doc, doc->root, err, "no name");
    str_addf(arg, "%s@%d ", node_str(doc->root, "/name", ""), doc_place(doc, node_get(doc->root, "name")).line);
    return 0;
}

START_TEST(streams_of_documents)
{
    static const char text[] = "name: a\n---\n# empty\n---\nname: b\nx: &x 1\n---\nname: c\n";
    CLEANUP(str_release) struct str s = STR_INIT;
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(doc_parse_all(text, strlen(text), "s", note_name, &s, &err), 0);
    ck_assert_str_eq(s.buf, "a@1 b@5 c@8 ");

    str_reset(&s);
    static const char bad[] = "name: a\n---\nnam: b\n---\nname: c\n";
    ck_assert_int_eq(doc_parse_all(bad, strlen(bad), "s", note_name, &s, &err), -1);
    ck_assert_str_eq(s.buf, "a@1 ");
    ck_assert_str_eq(err.what, "s:3:1: no name");

    static const char across[] = "a: &x 1\n---\nname: *x\n"; /* an anchor ends with its document */
    ck_assert_int_eq(doc_parse_all(across, strlen(across), "s", note_name, &s, &err), -1);
}
END_TEST

START_TEST(files)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct doc doc;
    ck_assert_int_eq(doc_load(&doc, "/nonexistent/x.yaml", &err), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);

    char path[] = "/tmp/aiwf-doc.XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "a: [\n", 5), 5);
    close(fd);
    ck_assert_int_eq(doc_load(&doc, path, &err), -1);
    unlink(path);
    ck_assert(str_starts(err.what, path));
    ck_assert_ptr_nonnull(strstr(err.what, ":2:1: "));
}
END_TEST

START_TEST(yaml_is_written_as_people_write_it)
{
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    parse(&doc, "{name: hello, count: 3, f: 0.5, big: 1e300, t: true, none: null, list: [a, {b: c, d: []}], empty: {},"
                " s: 'true', no: 'no', num: '12', date: '2026-01-01', text: \"one\\ntwo\\n\", esc: \"\\e[31m\", sp: ' x', at: "
                "'@x', c: 'a: b',"
                " path: /usr/bin/x, url: 'http://h:1/x', hash: 'a #b', u: \"\xc3\xa9\"}");
    CLEANUP(str_release) struct str s = STR_INIT;
    yaml_print(doc.root, &s);
    ck_assert_str_eq(s.buf,
                     "name: hello\ncount: 3\nf: 0.5\nbig: 1e+300\nt: true\nnone: null\nlist:\n- a\n- b: c\n  d: []\nempty: {}\n"
                     "s: 'true'\n'no': 'no'\nnum: '12'\ndate: '2026-01-01'\ntext: |\n  one\n  two\nesc: \"\\e[31m\"\nsp: ' "
                     "x'\nat: '@x'\nc: 'a: b'\n"
                     "path: /usr/bin/x\nurl: http://h:1/x\nhash: 'a #b'\nu: \xc3\xa9\n");
}
END_TEST

/* ---- property: what is written reads back ---- */

static unsigned next_random(unsigned *state) { return (*state = *state * 1103515245u + 12345u) >> 8; }

static void random_text(unsigned *state, struct str *s)
{
    static const char *const pieces[] = {
        "a",
        "b",
        " ",
        "\n",
        ":",
        ": ",
        " #",
        "-",
        "- ",
        "'",
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ",",
        "&",
        "*",
        "!",
        "|",
        ">",
        "%",
        "@",
        "`",
        "?",
        "0",
        "1",
        ".",
        "e",
        "x",
        "\t",
        "\x1b",
        "\x7f",
        "\xc3\xa9",
        "\xc2\x85",
        "\xe2\x80\xa8",
        "\xef\xbb\xbf",
        "\xf0\x9f\x98\x80",
        "\xe6\xbc\xa2",
        "null",
        "true",
        "~",
        "<<",
        "=",
        "no",
        ".inf",
        "0x1f",
        "1e5",
        "---",
        "...",
        "\r",
        "\n\n",
        "  ",
        "#",
        "1:30",
    };
    for (unsigned n = next_random(state) % 6; n > 0; n--)
        str_add(s, pieces[next_random(state) % ARRAY_LEN(pieces)]);
}

static double random_number(unsigned *state)
{
    double value = (double)next_random(state) - 8000000;
    switch (next_random(state) % 4) {
    case 0:
        return value;
    case 1:
        return value / 1024;
    case 2:
        return value * 1e12 + 1;
    default:
        return ldexp(value, (int)(next_random(state) % 1800) - 900);
    }
}

static node_t *random_node(unsigned *state, int depth)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    unsigned kind = next_random(state) % (depth > 3 ? 5 : 8);
    if (kind < 3) {
        random_text(state, &text);
        return node_new_str(text.buf);
    }
    if (kind == 3)
        return node_new_num(random_number(state));
    if (kind == 4)
        return next_random(state) % 3 ? node_new_bool(next_random(state) % 2) : node_new_null();
    bool is_object = kind > 5;
    node_t *node = is_object ? node_new_object() : node_new_array();
    for (unsigned n = next_random(state) % 5; n > 0; n--) {
        str_reset(&text);
        random_text(state, &text);
        if (is_object)
            node_set(node, text.buf, random_node(state, depth + 1));
        else
            node_push(node, random_node(state, depth + 1));
    }
    return node;
}

static void check_same(const node_t *node, const node_t *back, const char *text)
{
    CLEANUP(str_release) struct str a = STR_INIT;
    CLEANUP(str_release) struct str b = STR_INIT;
    json_print(node, &a);
    json_print(back, &b);
    ck_assert_msg(strcmp(a.buf, b.buf) == 0, "%s\nas:\n%s\nreads back as %s", a.buf, text, b.buf);
}

START_TEST(random_trees_go_round)
{
    for (unsigned seed = 0; seed < 500; seed++) {
        unsigned state = (unsigned)_i * 1000003u + seed;
        CLEANUP(err_release) struct err err = ERR_INIT;
        CLEANUP(node_free) node_t *node = random_node(&state, 0);
        CLEANUP(str_release) struct str s = STR_INIT;

        yaml_print(node, &s);
        CLEANUP(doc_release) struct doc doc = DOC_INIT;
        int rc = doc_parse(&doc, s.buf, s.len, "yaml", &err);
        ck_assert_msg(rc == 0, "%s\n%s", s.buf, err.what);
        check_same(node, doc.root, s.buf);

        str_reset(&s);
        json_print_pretty(node, &s);
        CLEANUP(node_free) node_t *back = json_parse(s.buf, s.len, "json", &err);
        ck_assert_msg(back != NULL, "%s\n%s", s.buf, err.what);
        check_same(node, back, s.buf);
    }
}
END_TEST

Suite *suite_doc_yaml(void)
{
    Suite *suite = suite_create("doc_yaml");
    TCase *read = tcase_create("read");
    tcase_set_timeout(read, 60);
    tcase_add_loop_test(read, scalars_have_their_types, 0, 17);
    tcase_add_test(read, anchors_aliases_and_merges);
    tcase_add_loop_test(read, wrong_yaml_is_refused_with_its_place, 0, 19);
    tcase_add_test(read, nul_bytes_are_refused);
    tcase_add_test(read, nodes_remember_their_places);
    tcase_add_test(read, alias_bombs_are_refused);
    tcase_add_test(read, bombs_of_text_are_refused);
    tcase_add_test(read, depth_is_limited);
    tcase_add_test(read, size_is_limited);
    tcase_add_test(read, streams_of_documents);
    tcase_add_test(read, files);
    suite_add_tcase(suite, read);
    TCase *write = tcase_create("write");
    tcase_set_timeout(write, 120);
    tcase_add_test(write, yaml_is_written_as_people_write_it);
    tcase_add_loop_test(write, random_trees_go_round, 0, 4);
    suite_add_tcase(suite, write);
    return suite;
}
