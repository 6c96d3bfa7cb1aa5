#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "suites.h"

/* ---- .npy ---- */

#define NPY(version, len) "\x93NUMPY" version len
#define V1(len)           NPY("\1\0", len)

struct bytes {
    const char *data;
    size_t len;
};
#define BYTES(text)              \
    {                            \
        (text), sizeof(text) - 1 \
    }

static const struct {
    struct bytes file;
    const char *type, *json;
} arrays[] = {
    {BYTES(V1("\x39\0") "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\0\0\x80\x3f\0\0\0\xc0"), "FP32", "[1,-2]"},
    {BYTES(V1("\x38\0") "{'descr': '>i2', 'fortran_order': False, 'shape': (1,2)}\xff\xfe\1\0"), "INT16", "[[-2,256]]"},
    {BYTES(V1("\x37\0") "{'descr': '|u1', 'fortran_order': True, 'shape': (2,3)}\1\2\3\4\5\6"), "UINT8", "[[1,3,5],[2,4,6]]"},
    {BYTES(V1("\x36\0") "{'shape': (2,), 'fortran_order': False, 'descr':'|b1'}\0\1"), "BOOL", "[false,true]"},
    {BYTES(V1("\x37\0") "{'descr': '<f2', 'fortran_order': False, 'shape': (3,)}\0\x3c\0\xc0\1\0"), "FP16",
     "[1,-2,5.9604644775390625e-08]"},
    {BYTES(V1("\x35\0") "{'descr': '<i8', 'fortran_order': False, 'shape': ()}\0\0\0\0\0\0\x20\0"), "INT64", "9007199254740992"},
    {BYTES(NPY("\2\0", "\x37\0\0\0") "{'descr': '|i1', 'fortran_order': False, 'shape': (1,)}\x80"), "INT8", "[-128]"},
};

START_TEST(an_array_is_read)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(tensor_release) struct tensor tensor = TENSOR_INIT;
    CLEANUP(str_release) struct str got = STR_INIT;
    ck_assert_msg(tensor_from_npy(arrays[_i].file.data, arrays[_i].file.len, "f", &tensor, &err) == 0, "%s", err.what);
    ck_assert_str_eq(tensor.type, arrays[_i].type);
    CLEANUP(node_free) node_t *nested = tensor_nested(&tensor);
    json_print(nested, &got);
    ck_assert_str_eq(got.buf, arrays[_i].json);
}
END_TEST

static const struct {
    struct bytes file;
    const char *says;
} bad_arrays[] = {
    {BYTES(""), "no .npy"},
    {BYTES("\x93NUMPY"), "no .npy"},
    {BYTES(V1("\x39\0")), "longer than it may be"},
    {BYTES(NPY("\4\0", "\0\0")), "version"},
    {BYTES(NPY("\2\0", "\xff\xff\xff\xff") "{}"), "longer than it may be"},
    {BYTES(V1("\x38\0") "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }1234"), "Python objects"},
    {BYTES(V1("\x40\0") "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}\0\0\0\0"), "records"},
    {BYTES(V1("\x37\0") "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}01234567"), "type <c8"},
    {BYTES(V1("\x37\0") "{'descr': '<U3', 'fortran_order': False, 'shape': (1,)}01234567"), "type <U3"},
    {BYTES(V1("\x37\0") "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}\0\0\x80\x3f"), "its header says"},
    {BYTES(V1("\x37\0") "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}\0\0\x80\x3f\0"), "its header says"},
    {BYTES(V1("\x37\0") "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}\0\0\xc0\x7f"), "JSON can hold"},
    {BYTES(V1("\x37\0") "{'descr': '<i8', 'fortran_order': False, 'shape': (1,)}\1\0\0\0\0\0\x20\0"), "JSON can hold"},
    {BYTES(V1("\x37\0") "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)}"), "no values"},
    {BYTES(V1("\x4c\0") "{'descr': '|u1', 'fortran_order': False, 'shape': (65536,65536,65536,65536)}"), "more than"},
    {BYTES(V1("\x44\0") "{'descr': '|u1', 'fortran_order': False, 'shape': (999999999999999)}"), "no shape"},
    {BYTES(V1("\x46\0") "{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}x"), "dimensions"},
    {BYTES(V1("\x26\0") "{'descr': '|u1', 'fortran_order':Fals}"), "not understood"},
    {BYTES(V1("\x18\0") "{'descr': '|u1','descr':"), "not understood"},
    {BYTES(V1("\x11\0") "{'descr': '|u1' }"), "not understood"},
};

START_TEST(an_array_that_lies_is_refused)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(tensor_release) struct tensor tensor = TENSOR_INIT;
    ck_assert_int_eq(tensor_from_npy(bad_arrays[_i].file.data, bad_arrays[_i].file.len, "f", &tensor, &err), -1);
    ck_assert_msg(strstr(err.what, bad_arrays[_i].says), "%s", err.what);
    ck_assert(err.code == ERR_USAGE || err.code == ERR_CAPACITY);
}
END_TEST

/* ---- CSV and lists ---- */

static const struct {
    const char *text, *json; /* json: or what the error says */
    bool is_good;
} tables[] = {
    {"1,2\n3,4\n", "[[1,2],[3,4]]", true},
    {"a,b\r\n 1 ,\t2 \r\n\r\n-3e2,.5", "[[1,2],[-300,0.5]]", true},
    {"7", "[[7]]", true},
    {"", "no values", false},
    {"a,b\n", "no values", false},
    {"1,2\n3\n", "f:2: 1 values, and 2", false},
    {"a,b\n1\n", "f:2: 1 values, and 2", false},
    {"1,2\n3,x\033\n", "f:2: \"x\\x1b\" is not a number", false},
    {"1,2\n3,\n", "f:2: \"\" is not a number", false},
    {"1\nnan\n", "f:2: \"nan\"", false},
    {"1\n1e999\n", "f:2: \"1e999\"", false},
};

START_TEST(rows_of_a_table)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(tensor_release) struct tensor tensor = TENSOR_INIT;
    CLEANUP(str_release) struct str got = STR_INIT;
    int rc = tensor_from_csv(tables[_i].text, strlen(tables[_i].text), "f", &tensor, &err);
    ck_assert_int_eq(rc == 0, tables[_i].is_good);
    if (rc != 0) {
        ck_assert_msg(strstr(err.what, tables[_i].json), "%s", err.what);
        return;
    }
    CLEANUP(node_free) node_t *nested = tensor_nested(&tensor);
    json_print(nested, &got);
    ck_assert_str_eq(got.buf, tables[_i].json);
}
END_TEST

static node_t *parse(const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    node_t *node = json_parse(text, strlen(text), "x", &err);
    ck_assert_msg(node, "%s: %s", text, err.what);
    return node;
}

static const struct {
    const char *json, *input, *shape, *says; /* says NULL: it fits */
} fits[] = {
    {"[[1,2]]", "{\"name\":\"x\",\"type\":\"FP32\",\"shape\":[-1,2]}", "[1, 2]", NULL},
    {"[1,2]", "{\"name\":\"x\",\"type\":\"FP32\",\"shape\":[-1,2]}", "[1, 2]", NULL}, /* a row alone */
    {"[1,2]", "{\"name\":\"x\",\"type\":\"FP32\",\"shape\":[4,2]}", NULL, "[4,2], and this has [2]"},
    {"[[1,2,3]]", "{\"name\":\"x\",\"type\":\"FP32\",\"shape\":[-1,2]}", NULL, "[-1,2], and this has [1, 3]"},
    {"[[1,2]]", "{\"name\":\"x\",\"type\":\"INT8\",\"shape\":null}", "[1, 2]", NULL},
    {"[[1,0.5]]", "{\"name\":\"x\",\"type\":\"INT8\",\"shape\":[-1,2]}", NULL, "takes INT8, and value 1 is 0.5"},
    {"[[-129]]", "{\"name\":\"x\",\"type\":\"INT8\",\"shape\":[-1,1]}", NULL, "takes INT8"},
    {"[[-1]]", "{\"name\":\"x\",\"type\":\"UINT8\",\"shape\":[-1,1]}", NULL, "takes UINT8"},
    {"[[255]]", "{\"name\":\"x\",\"type\":\"UINT8\",\"shape\":[-1,1]}", "[1, 1]", NULL},
    {"[[2]]", "{\"name\":\"x\",\"type\":\"BOOL\",\"shape\":[-1,1]}", NULL, "takes BOOL"},
    {"[[1]]", "{\"name\":\"x\",\"type\":\"BYTES\",\"shape\":[-1,1]}", NULL, "takes texts"},
};

START_TEST(what_an_input_takes)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(tensor_release) struct tensor tensor = TENSOR_INIT;
    CLEANUP(str_release) struct str shape = STR_INIT;
    CLEANUP(node_free) node_t *rows = parse(fits[_i].json), *input = parse(fits[_i].input);
    ck_assert_int_eq(tensor_from_node(rows, "f", &tensor, &err), 0);
    int rc = model_fit(&tensor, input, &err);
    if (fits[_i].says) {
        ck_assert_int_eq(rc, -1);
        ck_assert_msg(strstr(err.what, fits[_i].says), "%s", err.what);
        return;
    }
    tensor_print_shape(&tensor, &shape);
    ck_assert_str_eq(shape.buf, fits[_i].shape);
}
END_TEST

static const char *const ragged[] = {"[[1,2],[3]]", "[[1],2]", "[1,[2]]", "[\"1\"]",
                                     "[null]",      "[]",      "[[]]",    "[[[[[[[[[1]]]]]]]]]"};

START_TEST(lists_that_are_no_rows)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(tensor_release) struct tensor tensor = TENSOR_INIT;
    CLEANUP(node_free) node_t *rows = parse(ragged[_i]);
    ck_assert_int_eq(tensor_from_node(rows, "f", &tensor, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
}
END_TEST

/* ---- answers ---- */

static const struct {
    const struct model_server *server;
    const char *answer, *rows; /* rows NULL: it is no answer */
} answers[] = {
    {&model_server_tfserving, "{\"predictions\":[[0.1,0.9],[1,0]]}", "[[0.1,0.9],[1,0]]"},
    {&model_server_tfserving, "{\"outputs\":[3,4]}", "[3,4]"},
    {&model_server_tfserving, "{\"outputs\":{\"a\":[1]}}", "[{\"a\":[1]}]"},
    {&model_server_tfserving, "{\"error\":\"x\"}", NULL},
    {&model_server_v2, "{\"outputs\":[{\"name\":\"d\",\"shape\":[2],\"data\":[3,4]}]}", "[3,4]"},
    {&model_server_v2, "{\"outputs\":[{\"name\":\"d\",\"shape\":[2,2],\"data\":[1,2,3,4]}]}", "[[1,2],[3,4]]"},
    {&model_server_v2, "{\"outputs\":[{\"name\":\"d\",\"shape\":[2,2],\"data\":[[1,2],[3,4]]}]}", "[[1,2],[3,4]]"},
    {&model_server_v2,
     "{\"outputs\":[{\"name\":\"a\",\"shape\":[2],\"data\":[1,2]},{\"name\":\"b\",\"shape\":[2,1],\"data\":[\"x\",\"y\"]}]}",
     "[{\"a\":1,\"b\":[\"x\"]},{\"a\":2,\"b\":[\"y\"]}]"},
    {&model_server_v2, "{\"outputs\":[{\"name\":\"d\",\"shape\":[3],\"data\":[1,2]}]}", NULL},
    {&model_server_v2, "{\"outputs\":[{\"name\":\"d\",\"shape\":[-1,-2],\"data\":[1,2]}]}", NULL},
    {&model_server_v2, "{\"outputs\":[{\"name\":\"d\",\"shape\":[],\"data\":[1]}]}", NULL},
    {&model_server_v2,
     "{\"outputs\":[{\"name\":\"a\",\"shape\":[1],\"data\":[1]},{\"name\":\"b\",\"shape\":[2],\"data\":[1,2]}]}", NULL},
    {&model_server_v2, "{\"outputs\":[]}", NULL},
    {&model_server_v2, "[1]", NULL},
};

START_TEST(what_a_server_predicts)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str got = STR_INIT;
    CLEANUP(node_free) node_t *answer = parse(answers[_i].answer);
    CLEANUP(node_free) node_t *rows = answers[_i].server->predictions(answer, &err);
    ck_assert_int_eq(rows != NULL, answers[_i].rows != NULL);
    if (!rows) {
        ck_assert_int_eq(err.code, ERR_FAILED);
        return;
    }
    json_print(rows, &got);
    ck_assert_str_eq(got.buf, answers[_i].rows);
}
END_TEST

START_TEST(a_shape_of_a_million_dimensions_is_no_answer)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT;
    str_add(&text, "{\"outputs\":[{\"name\":\"d\",\"data\":[1],\"shape\":[1");
    for (int i = 0; i < 1000000; i++)
        str_add(&text, ",1");
    str_add(&text, "]}]}");
    CLEANUP(node_free) node_t *answer = parse(text.buf);
    ck_assert_ptr_null(model_server_v2.predictions(answer, &err));
}
END_TEST

/* ---- objects ---- */

static struct model_spec spec_of(const struct model_server *server)
{
    return (struct model_spec){
        .server = server,
        .name = "m",
        .claim = "models",
        .path = "/a",
        .function = {.name = "m", .image = "i", .mode = "http", .scale_min = -1, .scale_max = -1, .idle_ms = -1, .queue = -1}};
}

START_TEST(tensorflows_own_files)
{
    CLEANUP(strv_release) struct strv versions = STRV_INIT, labels = STRV_INIT, batching = STRV_INIT;
    strv_add(&versions, "2");
    strv_add(&versions, "3");
    strv_add(&labels, "stable=2");
    strv_add(&batching, "max_batch_size=32");
    struct model_spec spec = spec_of(&model_server_tfserving);
    spec.versions = &versions;
    spec.labels = &labels;
    spec.batching = &batching;
    CLEANUP(node_free) node_t *files = model_files(&spec);
    ck_assert_str_eq(node_text(node_get(files, "batching.config")), "max_batch_size { value: 32 }\n");
    const char *models = node_text(node_get(files, "models.config"));
    ck_assert_ptr_nonnull(strstr(models, "base_path: \"/mnt/model/a\""));
    ck_assert_ptr_nonnull(strstr(models, "specific { versions: 2 versions: 3 }"));
    ck_assert_ptr_nonnull(strstr(models, "version_labels { key: \"stable\" value: 2 }"));
}
END_TEST

static const char *const runtimes_of_models[] = {"knative", "deployment"};

START_TEST(a_model_is_a_function_with_a_server)
{
    struct model_spec spec = spec_of(&model_server_tfserving);
    CLEANUP(node_free) node_t *objects = model_objects(&spec, runtimes_of_models[_i], "ns");
    const node_t *object = node_at(objects, "/1"), *container = node_at(object, "/spec/template/spec/containers/0");
    ck_assert_str_eq(node_str(objects, "/0/kind", ""), "ConfigMap");
    ck_assert_str_eq(node_str(object, "/metadata/labels/io.aiwf.model", ""), "m");
    ck_assert_str_eq(node_str(object, "/metadata/annotations/io.aiwf.model-path", ""), "models:/a");
    ck_assert_str_eq(node_str(object, "/spec/template/metadata/annotations/prometheus.io~1port", ""), "8501");
    ck_assert_int_eq(node_int(container, "/ports/0/containerPort", 0), 8501);
    ck_assert_str_eq(node_str(container, "/readinessProbe/httpGet/path", ""), "/v1/models/m/metadata");
    ck_assert_str_eq(node_str(container, "/args/2", ""), "--model_base_path=/mnt/model/a");
    ck_assert_str_eq(node_str(object, "/spec/template/spec/volumes/1/persistentVolumeClaim/claimName", ""), "models");
    for (const node_t *env = node_first(node_get(container, "env")); env; env = node_next(env))
        ck_assert_str_ne(node_str(env, "/name", ""), "PORT");
}
END_TEST

Suite *suite_model(void)
{
    Suite *suite = suite_create("model");
    TCase *tcase = tcase_create("numbers");
    tcase_add_loop_test(tcase, an_array_is_read, 0, (int)ARRAY_LEN(arrays));
    tcase_add_loop_test(tcase, an_array_that_lies_is_refused, 0, (int)ARRAY_LEN(bad_arrays));
    tcase_add_loop_test(tcase, rows_of_a_table, 0, (int)ARRAY_LEN(tables));
    tcase_add_loop_test(tcase, what_an_input_takes, 0, (int)ARRAY_LEN(fits));
    tcase_add_loop_test(tcase, lists_that_are_no_rows, 0, (int)ARRAY_LEN(ragged));
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("servers");
    tcase_add_loop_test(tcase, what_a_server_predicts, 0, (int)ARRAY_LEN(answers));
    tcase_add_test(tcase, a_shape_of_a_million_dimensions_is_no_answer);
    tcase_add_test(tcase, tensorflows_own_files);
    tcase_add_loop_test(tcase, a_model_is_a_function_with_a_server, 0, (int)ARRAY_LEN(runtimes_of_models));
    suite_add_tcase(suite, tcase);
    return suite;
}
