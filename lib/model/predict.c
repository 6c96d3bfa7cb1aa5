/* Requests to the server of a model, and the files that they are made of. */
#include <string.h>

#include "base/file.h"
#include "model/model.h"

int model_send(const struct model_call *call, enum model_path what, const struct str *body, struct http_response *res,
               struct err *err)
{
    static const char *const json[] = {"Content-Type: application/json", NULL};
    CLEANUP(str_release) struct str path = STR_INIT;
    call->server->path(call->ask, what, &path);
    struct invoke_request request = {
        .name = call->ask->model,
        .method = body ? "POST" : "GET",
        .path = path.buf,
        .headers = body ? json : NULL,
        .body = body ? body->buf : NULL,
        .body_len = body ? body->len : 0,
        .timeout_ms = call->timeout_ms,
    };
    return call->runtime->invoke(call->env, &request, res, err);
}

static node_t *get(const struct model_call *call, enum model_path what, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    if (model_send(call, what, NULL, &res, err) != 0 ||
        http_check(&res, err, "model \"%s\" does not say what it is", call->ask->model) != 0)
        return NULL;
    return res.body.len ? json_parse(res.body.buf, res.body.len, "the server's answer", err) : node_new_object();
}

node_t *model_about(const struct model_call *call, struct err *err)
{
    CLEANUP(err_release) struct err unseen = ERR_INIT; /* its status alone tells enough, and so does its metadata */
    CLEANUP(node_free) node_t *metadata = get(call, MODEL_METADATA, err);
    struct model_ask all = {.model = call->ask->model};
    struct model_call whole = *call;
    whole.ask = &all;
    CLEANUP(node_free) node_t *status = call->server->has_labels ? get(&whole, MODEL_STATUS, &unseen) : NULL;
    if (!metadata && !status)
        return NULL;
    err_clear(err);
    return call->server->about(call->ask, status, metadata);
}

int model_is_ready(const struct model_call *call, struct str *note, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    if (model_send(call, MODEL_READY, NULL, &res, err) != 0) {
        /* In a cluster nobody may be behind the service for a moment; here it is the process that failed. */
        bool passing = err->code == ERR_UNREACHABLE || err->code == ERR_TIMEOUT ||
                       (err->code == ERR_WORKLOAD && call->runtime->needs_cluster);
        if (!passing)
            return -1;
        str_add(note, "starting");
        err_clear(err);
        return 0;
    }
    CLEANUP(err_release) struct err why = ERR_INIT;
    if (http_check(&res, &why, "not ready") == 0) {
        str_add(note, "ready");
        return 1;
    }
    str_addf(note, "loading\t%s", why.why ? why.why : "");
    return 0;
}

/* ---- files ---- */

/* What is in it, by what it begins with: a name may say anything. */
static bool is_npy(const struct str *data) { return data->len > 6 && memcmp(data->buf, "\x93NUMPY", 6) == 0; }

static bool is_json(const struct str *data)
{
    const char *text = data->buf + strspn(data->buf, " \t\r\n");
    return *text == '{' || *text == '[';
}

static int of_tensor(const struct model_call *call, struct tensor *tensor, const node_t *about, struct str *ret, struct err *err)
{
    const node_t *input = model_input_of(call->ask, about, err);
    if (!input && err->what)
        return -1;
    if (model_fit(tensor, input, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *body = call->server->request(call->ask, tensor, input, err);
    if (!body)
        return -1;
    json_print(body, ret);
    return 0;
}

/* Lists of numbers become a request; an object is one already, but for {"instances": [...]} where that is not spoken. */
static int of_json(const struct model_call *call, const struct str *data, const char *path, const node_t *about, struct str *ret,
                   struct err *err)
{
    CLEANUP(node_free) node_t *root = json_parse(data->buf, data->len, path, err);
    if (!root) {
        err->code = ERR_USAGE;
        return -1;
    }
    bool is_tf = call->server == &model_server_tfserving;
    const node_t *rows = node_type(root) == NODE_ARRAY ? root : node_get(root, "instances");
    bool is_whole = node_type(root) == NODE_OBJECT && (is_tf || !rows);
    CLEANUP(tensor_release) struct tensor tensor = TENSOR_INIT;
    CLEANUP(err_release) struct err no_numbers = ERR_INIT;
    if (!is_whole && tensor_from_node(rows, path, &tensor, &no_numbers) == 0)
        return of_tensor(call, &tensor, about, ret, err);
    if (!is_whole && !is_tf)
        return err_move(err, &no_numbers);
    if (!is_whole) { /* texts and objects: rows as they are */
        node_t *body = node_new_object();
        node_set(body, "instances", node_copy(rows));
        json_print(body, ret);
        node_free(body);
        return 0;
    }
    json_print(root, ret);
    return 0;
}

int model_body(const struct model_call *call, const char *path, const node_t *about, struct str *ret, struct err *err)
{
    CLEANUP(str_release) struct str data = STR_INIT_MAX(TENSOR_FILE_MAX);
    CLEANUP(tensor_release) struct tensor tensor = TENSOR_INIT;
    if (file_read(path, &data, err) != 0)
        return -1;
    if (!is_npy(&data) && is_json(&data))
        return of_json(call, &data, path, about, ret, err);
    int rc = is_npy(&data) ? tensor_from_npy(data.buf, data.len, path, &tensor, err)
                           : tensor_from_csv(data.buf, data.len, path, &tensor, err);
    return rc == 0 ? of_tensor(call, &tensor, about, ret, err) : -1;
}
