/* TensorFlow Serving's REST API (facts: tensorflow/serving, g3doc/api_rest.md). */
#include <stdlib.h>
#include <string.h>

#include "model/server.h"
#include "net/url.h"

static void path(const struct model_ask *ask, enum model_path what, struct str *s)
{
    url_path(s, "", "/v1/models/{}", ask->model, NULL);
    if (ask->version)
        url_path(s, "", "/versions/{}", ask->version, NULL);
    else if (ask->label)
        url_path(s, "", "/labels/{}", ask->label, NULL);
    if (what == MODEL_METADATA || what == MODEL_READY) /* its status answers while the model is still read */
        str_add(s, "/metadata");
    if (what == MODEL_PREDICT)
        str_add(s, ":predict");
}

/* By rows: one instance each. An input that is named is a member of each. */
static node_t *request(const struct model_ask *ask, const struct tensor *tensor, const node_t *input, struct err *err)
{
    (void)input, (void)err;
    CLEANUP(node_free) node_t *values = tensor_nested(tensor);
    node_t *body = node_new_object();
    if (ask->signature)
        node_set_str(body, "signature_name", ask->signature);
    if (!ask->input) {
        node_set(body, "instances", TAKE(values));
        return body;
    }
    node_t *instances = node_set(body, "instances", node_new_array());
    while (node_first(values)) {
        node_t *row = node_detach(values, node_first(values));
        node_set(node_push(instances, node_new_object()), ask->input, row);
    }
    return body;
}

/* {"predictions": [..]}, or by columns {"outputs": ..}. */
static node_t *predictions(const node_t *answer, struct err *err)
{
    const node_t *rows = node_get(answer, "predictions"), *outputs = node_get(answer, "outputs");
    if (node_type(rows) == NODE_ARRAY)
        return node_copy(rows);
    if (node_type(outputs) == NODE_ARRAY)
        return node_copy(outputs);
    if (outputs) {
        node_t *one = node_new_array();
        node_push(one, node_copy(outputs));
        return one;
    }
    err_set(err, ERR_FAILED, "the answer is no prediction");
    err_why(err, "neither \"predictions\" nor \"outputs\" is in it");
    return NULL;
}

/* ---- about ---- */

/* Its words for types, in those of the Open Inference Protocol. */
static const char *type_of(const char *dtype)
{
    static const char *const types[][2] = {
        {"DT_FLOAT", "FP32"},    {"DT_DOUBLE", "FP64"},   {"DT_HALF", "FP16"},   {"DT_BOOL", "BOOL"},   {"DT_INT8", "INT8"},
        {"DT_INT16", "INT16"},   {"DT_INT32", "INT32"},   {"DT_INT64", "INT64"}, {"DT_UINT8", "UINT8"}, {"DT_UINT16", "UINT16"},
        {"DT_UINT32", "UINT32"}, {"DT_UINT64", "UINT64"}, {"DT_STRING", "BYTES"}};
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (strcmp(types[i][0], dtype) == 0)
            return types[i][1];
    return NULL;
}

static node_t *shape_of(const node_t *tensor)
{
    if (node_bool(tensor, "/tensor_shape/unknown_rank", false))
        return node_new_null();
    node_t *shape = node_new_array();
    for (const node_t *dim = node_first(node_at(tensor, "/tensor_shape/dim")); dim; dim = node_next(dim)) {
        const char *text = node_str(dim, "/size", NULL); /* int64: a text in JSON */
        long long size;
        bool is_known = text && str_to_int(text, -1, INT32_MAX, &size);
        node_push(shape, node_new_num(is_known ? (double)size : node_num(dim, "/size", -1)));
    }
    return shape;
}

static node_t *tensors_of(const node_t *signature, const char *member)
{
    node_t *list = node_new_array();
    for (const node_t *tensor = node_first(node_get(signature, member)); tensor; tensor = node_next(tensor)) {
        node_t *one = node_push(list, node_new_object());
        node_set_str(one, "name", node_key(tensor));
        node_set_str(one, "type", type_of(node_str(tensor, "/dtype", "")));
        node_set(one, "shape", shape_of(tensor));
    }
    return list;
}

static node_t *versions_of(const node_t *status)
{
    node_t *list = node_new_array();
    for (const node_t *one = node_first(node_get(status, "model_version_status")); one; one = node_next(one)) {
        node_t *version = node_push(list, node_new_object());
        const char *message = node_str(one, "/status/error_message", "");
        node_set_str(version, "version", node_str(one, "/version", NULL));
        node_set_str(version, "state", node_str(one, "/state", NULL));
        node_set_str(version, "message", *message ? message : NULL);
    }
    return list;
}

static node_t *about(const struct model_ask *ask, const node_t *status, const node_t *metadata)
{
    const node_t *signatures = node_at(metadata, "/metadata/signature_def/signature_def");
    const node_t *signature = node_get(signatures, ask->signature ? ask->signature : "serving_default");
    node_t *about_model = node_new_object();
    node_set(about_model, "versions", versions_of(status));
    node_set(about_model, "inputs", tensors_of(signature, "inputs"));
    node_set(about_model, "outputs", tensors_of(signature, "outputs"));
    return about_model;
}

const struct model_server model_server_tfserving = {
    .name = "tfserving",
    .help = "TensorFlow Serving, its REST API",
    .image = "tensorflow/serving",
    .port = 8501,
    .metrics_path = "/monitoring/prometheus/metrics",
    .has_labels = true,
    .has_versions = true,
    .path = path,
    .request = request,
    .predictions = predictions,
    .about = about,
};
