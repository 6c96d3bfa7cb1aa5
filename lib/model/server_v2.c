/* The Open Inference Protocol, version 2, over HTTP (facts: kserve/open-inference-protocol, specification/protocol/
 * inference_rest.md), as KServe, Triton and ONNX Runtime's servers speak it. */
#include <math.h>
#include <string.h>

#include "model/server.h"
#include "net/url.h"

static void path(const struct model_ask *ask, enum model_path what, struct str *s)
{
    url_path(s, "", "/v2/models/{}", ask->model, NULL);
    if (ask->version)
        url_path(s, "", "/versions/{}", ask->version, NULL);
    if (what == MODEL_READY)
        str_add(s, "/ready");
    if (what == MODEL_PREDICT)
        str_add(s, "/infer");
}

static node_t *request(const struct model_ask *ask, const struct tensor *tensor, const node_t *input, struct err *err)
{
    const char *name = node_str(input, "/name", ask->input);
    if (!name) {
        err_set(err, ERR_USAGE, "model \"%s\" does not say what its input is called", ask->model);
        err_hint(err, "--input NAME");
        return NULL;
    }
    node_t *body = node_new_object();
    node_t *one = node_push(node_set(body, "inputs", node_new_array()), node_new_object());
    node_set_str(one, "name", name);
    node_t *shape = node_set(one, "shape", node_new_array());
    for (size_t i = 0; i < tensor->dims; i++)
        node_push(shape, node_new_num((double)tensor->shape[i]));
    node_set_str(one, "datatype", node_str(input, "/type", tensor->type));
    node_set(one, "data", tensor_flat(tensor));
    return body;
}

/* ---- the answer ---- */

/* The values of one row: a number, or lists of lists. data may be flat or nested. */
struct cutting {
    const node_t *next; /* of flat data */
};

static node_t *cut(struct cutting *cutting, const node_t *dim)
{
    if (!dim) {
        const node_t *value = cutting->next;
        cutting->next = value ? node_next(value) : NULL;
        return value ? node_copy(value) : node_new_null();
    }
    node_t *list = node_new_array();
    for (double i = 0; i < node_value(dim) && cutting->next; i++)
        node_push(list, cut(cutting, node_next(dim)));
    return list;
}

static bool has_size(const node_t *shape, const node_t *data)
{
    enum { DIMS_MAX = 32 };
    double n = 1;
    for (const node_t *dim = node_first(shape); dim; dim = node_next(dim))
        n *= node_value(dim) >= 0 ? node_value(dim) : (double)NAN;
    return node_len(shape) && node_len(shape) <= DIMS_MAX && n == (double)node_len(data);
}

/* One item a row; NULL: shape and data are not of one size. */
static node_t *rows_of(const node_t *output)
{
    const node_t *shape = node_get(output, "shape"), *data = node_get(output, "data");
    if (node_type(data) != NODE_ARRAY || node_type(shape) != NODE_ARRAY || !node_len(shape))
        return NULL;
    if (node_type(node_first(data)) == NODE_ARRAY) /* nested is allowed too */
        return node_value(node_first(shape)) == (double)node_len(data) ? node_copy(data) : NULL;
    if (!has_size(shape, data))
        return NULL;
    struct cutting cutting = {.next = node_first(data)};
    return cut(&cutting, node_first(shape));
}

static int no_answer(const char *why, struct err *err)
{
    err_set(err, ERR_FAILED, "the answer is no prediction");
    return err_why(err, "%s", why);
}

/* Several outputs: each row is an object of them. */
static int add_output(node_t *list, const node_t *output, bool is_alone, struct err *err)
{
    CLEANUP(node_free) node_t *rows = rows_of(output);
    if (!rows)
        return no_answer("an output's shape and data are not of one size", err);
    if (!is_alone && node_len(list) && node_len(list) != node_len(rows))
        return no_answer("its outputs have not as many rows each", err);
    node_t *row = node_first(list);
    while (node_first(rows)) {
        node_t *value = node_detach(rows, node_first(rows));
        if (is_alone) {
            node_push(list, value);
            continue;
        }
        node_t *place = row ? row : node_push(list, node_new_object());
        node_set(place, node_str(output, "/name", "?"), value);
        row = row ? node_next(row) : NULL;
    }
    return 0;
}

static node_t *predictions(const node_t *answer, struct err *err)
{
    const node_t *outputs = node_get(answer, "outputs");
    CLEANUP(node_free) node_t *list = node_new_array();
    if (node_type(outputs) != NODE_ARRAY || !node_len(outputs)) {
        no_answer("it has no \"outputs\"", err);
        return NULL;
    }
    for (const node_t *output = node_first(outputs); output; output = node_next(output))
        if (add_output(list, output, node_len(outputs) == 1, err) != 0)
            return NULL;
    return TAKE(list);
}

/* ---- about ---- */

static node_t *tensors_of(const node_t *metadata, const char *member)
{
    node_t *list = node_new_array();
    for (const node_t *tensor = node_first(node_get(metadata, member)); tensor; tensor = node_next(tensor)) {
        node_t *one = node_push(list, node_new_object());
        const node_t *shape = node_get(tensor, "shape");
        node_set_str(one, "name", node_str(tensor, "/name", NULL));
        node_set_str(one, "type", node_str(tensor, "/datatype", NULL));
        node_set(one, "shape", node_type(shape) == NODE_ARRAY ? node_copy(shape) : node_new_null());
    }
    return list;
}

/* That a model is ready is all that its status says; the answer to that may have no body. */
static node_t *about(const struct model_ask *ask, const node_t *status, const node_t *metadata)
{
    (void)ask, (void)status;
    node_t *about_model = node_new_object();
    node_t *versions = node_set(about_model, "versions", node_new_array());
    for (const node_t *text = node_first(node_get(metadata, "versions")); text; text = node_next(text))
        node_set_str(node_push(versions, node_new_object()), "version", node_text(text));
    node_set_str(about_model, "platform", node_str(metadata, "/platform", NULL));
    node_set(about_model, "inputs", tensors_of(metadata, "inputs"));
    node_set(about_model, "outputs", tensors_of(metadata, "outputs"));
    return about_model;
}

const struct model_server model_server_v2 = {
    .name = "v2",
    .help = "any server that speaks the Open Inference Protocol (v2)",
    .port = 8080,
    .metrics_path = "/metrics",
    .has_versions = true,
    .path = path,
    .request = request,
    .predictions = predictions,
    .about = about,
};
