#include <check.h>
#include <string.h>

#include "doc/schema.h"
#include "suites.h"

static const char *const kinds[] = {"batch", "train", "inference", NULL};
static const struct field resources[] = {
    {.name = "gpus", .type = FIELD_INT, .min = 0, .max = 8, .missing = "0", .help = "GPUs of the stage"},
    {.name = "memory", .type = FIELD_BYTES},
    {0},
};
static const struct field stage[] = {
    {.name = "name", .type = FIELD_STRING, .required = true, .help = "its name", .pattern = "^[a-z][a-z0-9-]*$"},
    {.name = "kind", .type = FIELD_STRING, .choices = kinds, .missing = "batch"},
    {.name = "command", .type = FIELD_ARRAY, .item = FIELD_STRING, .help = "what runs"},
    {.name = "timeout", .type = FIELD_DURATION, .missing = "1h"},
    {.name = "share", .type = FIELD_NUMBER, .min = 0, .max = 1},
    {.name = "resources", .type = FIELD_OBJECT, .fields = resources},
    {.name = "cache", .type = FIELD_BOOL, .missing = "true"},
    {0},
};
static const struct field fields[] = {
    {.name = "name", .type = FIELD_STRING, .required = true, .help = "the workflow's name"},
    {.name = "stages", .type = FIELD_ARRAY, .item = FIELD_OBJECT, .fields = stage, .required = true, .help = "the steps"},
    {.name = "env", .type = FIELD_MAP, .item = FIELD_STRING, .help = "environment"},
    {.name = "contexts", .type = FIELD_MAP, .item = FIELD_OBJECT, .fields = resources},
    {.name = "extra", .type = FIELD_ANY},
    {0},
};

static int check(const char *text, struct err *err)
{
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    if (doc_parse(&doc, text, strlen(text), "wf.yaml", err) != 0)
        return -1;
    return schema_check(&doc, fields, err);
}

START_TEST(good_documents_pass)
{
    static const char *const cases[] = {
        "name: x\nstages: []\n",
        ("name: x\nstages:\n- name: a\n  kind: train\n  command: [a, b]\n  timeout: 90\n  share: 0.5\n"
         "  resources: {gpus: 8, memory: 1.5Gi}\n  cache: false\n"),
        "name: x\nstages: []\nenv: {A: b, name: c}\ncontexts: {prod: {gpus: 1}, empty: {}}\nextra: [1, {x: 2}]\n",
        "name: x\nstages: []\nenv:\n", /* null: as if it were not there */
    };
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_msg(check(cases[_i], &err) == 0, "%s", err.what);
}
END_TEST

START_TEST(the_first_fault_is_told)
{
    static const struct {
        const char *text;
        const char *what;
        const char *why;
        const char *hint;
    } cases[] = {
        {"name: x\nstages:\n- name: prep\n  comand: [a]\n", "wf.yaml:4:3: unknown key \"comand\" in stage \"prep\"", NULL,
         "did you mean \"command\"?"},
        {"name: x\nstages:\n- comand: [a]\n", "wf.yaml:3:3: unknown key \"comand\" in stage", NULL, "did you mean \"command\"?"},
        {"nmae: x\n", "wf.yaml:1:1: unknown key \"nmae\"", NULL, "did you mean \"name\"?"},
        {"zzzzzz: x\n", "wf.yaml:1:1: unknown key \"zzzzzz\"", NULL, "known keys: name, stages, env, contexts, extra"},
        {"name: x\nstages: []\ncontexts: {prod: {gpu: 1}}\n", "wf.yaml:3:19: unknown key \"gpu\" in context \"prod\"", NULL,
         "did you mean \"gpus\"?"},
        {"name: x\nstages: [{name: a, resources: {gpu: 1}}]\n", "wf.yaml:2:32: unknown key \"gpu\" in resources", NULL,
         "did you mean \"gpus\"?"},
        {"stages: []\n", "wf.yaml:1:1: missing key \"name\"", NULL, "name: the workflow's name"},
        {"name: x\nstages:\n- kind: batch\n", "wf.yaml:3:3: missing key \"name\" in stage", NULL, "name: its name"},
        {"name: ~\nstages: []\n", "wf.yaml:1:1: missing key \"name\"", NULL, "name: the workflow's name"},
        {"name: 3\nstages: []\n", "wf.yaml:1:7: \"name\" must be a string, not 3", NULL, "put it in quotes to make it a string"},
        {"name: [x]\n", "wf.yaml:1:7: \"name\" must be a string, not a list", NULL, NULL},
        {"name: x\nstages: {a: b}\n", "wf.yaml:2:9: \"stages\" must be a list, not an object", NULL, NULL},
        {"name: x\nstages: [prep]\n", "wf.yaml:2:10: an item of \"stages\" must be an object, not \"prep\"", NULL, NULL},
        {"name: x\nenv: {PORT: 80}\n", "wf.yaml:2:13: \"env.PORT\" must be a string, not 80", NULL,
         "put it in quotes to make it a string"},
        {"name: x\nenv: [a]\n", "wf.yaml:2:6: \"env\" must be a map, not a list", NULL, NULL},
        {"name: x\nstages: [{name: a, kind: trian}]\n", "wf.yaml:2:26: \"kind\" cannot be \"trian\"", NULL,
         "did you mean \"train\"?"},
        {"name: x\nstages: [{name: a, kind: zzzzzzzz}]\n", "wf.yaml:2:26: \"kind\" cannot be \"zzzzzzzz\"", NULL,
         "one of: batch, train, inference"},
        {"name: x\nstages: [{name: A}]\n", "wf.yaml:2:17: \"name\" cannot be \"A\"", "it must match ^[a-z][a-z0-9-]*$", NULL},
        {"name: x\nstages: [{name: a, timeout: 3x}]\n",
         "wf.yaml:2:29: \"timeout\" must be a duration (30s, 1h30m, or a number of seconds), not \"3x\"", NULL, NULL},
        {"name: x\nstages: [{name: a, timeout: -3}]\n",
         "wf.yaml:2:29: \"timeout\" must be a duration (30s, 1h30m, or a number of seconds), not -3", NULL, NULL},
        {"name: x\nstages: [{name: a, resources: {memory: big}}]\n",
         "wf.yaml:2:40: \"memory\" must be a size (256Mi, 1G, or a number of bytes), not \"big\"", NULL, NULL},
        {"name: x\nstages: [{name: a, resources: {gpus: 9}}]\n", "wf.yaml:2:38: \"gpus\" cannot be 9", "it must be from 0 to 8",
         NULL},
        {"name: x\nstages: [{name: a, resources: {gpus: 1.5}}]\n", "wf.yaml:2:38: \"gpus\" must be a whole number, not 1.5", NULL,
         NULL},
        {"name: x\nstages: [{name: a, share: 1.5}]\n", "wf.yaml:2:27: \"share\" cannot be 1.5", "it must be from 0 to 1", NULL},
        {"name: x\nstages: [{name: a, cache: yes}]\n", "wf.yaml:2:27: \"cache\" must be true or false, not \"yes\"", NULL, NULL},
        {"name: x\nstages: [{name: a, command: [1]}]\n", "wf.yaml:2:30: an item of \"command\" must be a string, not 1", NULL,
         "put it in quotes to make it a string"},
        {"", "wf.yaml: nothing in it", NULL, NULL},
        {"- 1\n", "wf.yaml:1:1: keys and values are expected, not a list", NULL, NULL},
        {"name: [x", "wf.yaml:2:1: did not find expected ',' or ']'", "while parsing a flow sequence that starts at line 1",
         NULL},
    };
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(check(cases[_i].text, &err), -1);
    ck_assert_str_eq(err.what, cases[_i].what);
    ck_assert_pstr_eq(err.why, cases[_i].why);
    ck_assert_pstr_eq(err.hint, cases[_i].hint);
    ck_assert_int_eq(err.code, ERR_USAGE);
}
END_TEST

START_TEST(long_values_are_shortened_in_errors)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    str_add(&s, "name: x\nstages: [{name: a, kind: ");
    for (int i = 0; i < 1000; i++)
        str_add(&s, "\xc3\xa9");
    str_add(&s, "}]\n");
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(check(s.buf, &err), -1);
    ck_assert_uint_lt(strlen(err.what), 120);
    ck_assert(str_ends(err.what, "\xc3\xa9..."));
}
END_TEST

START_TEST(it_explains_itself)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str s = STR_INIT;
    ck_assert_int_eq(schema_explain(fields, NULL, &s, &err), 0);
    ck_assert_str_eq(s.buf, "name         string           the workflow's name (required)\n"
                            "stages       list of objects  the steps (required)\n"
                            "  name       string           its name (required)\n"
                            "  kind       string           (batch | train | inference; default batch)\n"
                            "  command    list of strings  what runs\n"
                            "  timeout    duration         (default 1h)\n"
                            "  share      number           (0 to 1)\n"
                            "  resources  object\n"
                            "    gpus     whole number     GPUs of the stage (0 to 8; default 0)\n"
                            "    memory   bytes\n"
                            "  cache      boolean          (default true)\n"
                            "env          map of strings   environment\n"
                            "contexts     map of objects\n"
                            "  gpus       whole number     GPUs of the stage (0 to 8; default 0)\n"
                            "  memory     bytes\n"
                            "extra        any\n");
    str_reset(&s);
    ck_assert_int_eq(schema_explain(fields, "stages.resources", &s, &err), 0);
    ck_assert_str_eq(s.buf,
                     "resources  object\n  gpus     whole number  GPUs of the stage (0 to 8; default 0)\n  memory   bytes\n");

    str_reset(&s);
    ck_assert_int_eq(schema_explain(fields, "stages.comand", &s, &err), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
    ck_assert_str_eq(err.what, "no field \"comand\" in stages");
    ck_assert_str_eq(err.hint, "did you mean \"command\"?");
    ck_assert_int_eq(schema_explain(fields, "name.x", &s, &err), -1);
    ck_assert_str_eq(err.what, "no field \"x\" in name");
    ck_assert_int_eq(schema_explain(fields, "zzzzzz", &s, &err), -1);
    ck_assert_str_eq(err.hint, "there are: name, stages, env, contexts, extra");
    ck_assert_uint_eq(s.len, 0);
}
END_TEST

START_TEST(json_schema)
{
    CLEANUP(node_free) node_t *schema = schema_json("workflow", fields);
    ck_assert_str_eq(node_str(schema, "/$schema", ""), "https://json-schema.org/draft/2020-12/schema");
    ck_assert_str_eq(node_str(schema, "/title", ""), "workflow");
    ck_assert(!node_bool(schema, "/additionalProperties", true));
    ck_assert_str_eq(node_str(schema, "/required/1", ""), "stages");
    ck_assert_str_eq(node_str(schema, "/properties/name/description", ""), "the workflow's name");
    const node_t *item = node_at(schema, "/properties/stages/items");
    ck_assert(!node_bool(item, "/additionalProperties", true));
    ck_assert_str_eq(node_str(item, "/required/0", ""), "name");
    ck_assert_str_eq(node_str(item, "/properties/kind/enum/2", ""), "inference");
    ck_assert_str_eq(node_str(item, "/properties/kind/default", ""), "batch");
    ck_assert_str_eq(node_str(item, "/properties/name/pattern", ""), "^[a-z][a-z0-9-]*$");
    ck_assert_str_eq(node_str(item, "/properties/command/items/type", ""), "string");
    ck_assert(node_bool(item, "/properties/cache/default", false));
    ck_assert_int_eq(node_int(item, "/properties/resources/properties/gpus/maximum", 0), 8);
    ck_assert_int_eq(node_int(item, "/properties/resources/properties/gpus/default", -1), 0);
    ck_assert_str_eq(node_str(schema, "/properties/env/additionalProperties/type", ""), "string");
    ck_assert(!node_bool(schema, "/properties/contexts/additionalProperties/additionalProperties", true));
    ck_assert_ptr_null(node_at(schema, "/properties/extra/type"));
    ck_assert_ptr_null(node_at(item, "/properties/resources/required"));
}
END_TEST

Suite *suite_doc_schema(void)
{
    Suite *suite = suite_create("doc_schema");
    TCase *tcase = tcase_create("schema");
    tcase_add_loop_test(tcase, good_documents_pass, 0, 4);
    tcase_add_loop_test(tcase, the_first_fault_is_told, 0, 29);
    tcase_add_test(tcase, long_values_are_shortened_in_errors);
    tcase_add_test(tcase, it_explains_itself);
    tcase_add_test(tcase, json_schema);
    suite_add_tcase(suite, tcase);
    return suite;
}
