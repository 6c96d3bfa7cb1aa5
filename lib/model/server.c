#include "model/server.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

const struct model_server *const model_servers[] = {&model_server_tfserving, &model_server_v2, NULL};

const struct model_server *model_server_find(const char *name)
{
    for (size_t i = 0; name && model_servers[i]; i++)
        if (strcmp(model_servers[i]->name, name) == 0)
            return model_servers[i];
    return NULL;
}

static void add_names(const node_t *inputs, struct str *s)
{
    for (const node_t *input = node_first(inputs); input; input = node_next(input)) {
        const char *name = node_str(input, "/name", "?");
        str_add(s, s->len ? ", " : "");
        str_add_safe(s, name, strlen(name), false);
    }
}

const node_t *model_input_of(const struct model_ask *ask, const node_t *about, struct err *err)
{
    const node_t *inputs = node_get(about, "inputs");
    CLEANUP(str_release) struct str names = STR_INIT;
    if (!node_len(inputs))
        return NULL;
    if (!ask->input && node_len(inputs) == 1)
        return node_first(inputs);
    const node_t *input = ask->input ? node_find(inputs, "/name", ask->input) : NULL;
    if (input)
        return input;
    add_names(inputs, &names);
    if (ask->input)
        err_set(err, ERR_USAGE, "model \"%s\" has no input \"%s\"", ask->model, ask->input);
    else
        err_set(err, ERR_USAGE, "model \"%s\" has several inputs", ask->model);
    err_why(err, "its inputs are: %s", names.buf);
    if (!ask->input)
        err_hint(err, "--input NAME, or a JSON file that has them all");
    return NULL;
}

/* ---- shape ---- */

static bool has_shape(const struct tensor *tensor, const node_t *shape, size_t from)
{
    size_t dim = 0;
    const node_t *wanted = node_first(shape);
    for (size_t i = 0; i < from && wanted; i++)
        wanted = node_next(wanted);
    for (; wanted; wanted = node_next(wanted), dim++) {
        double size = node_value(wanted);
        if (dim >= tensor->dims || (size >= 0 && size != (double)tensor->shape[dim]))
            return false;
    }
    return dim == tensor->dims;
}

static void make_one_row(struct tensor *tensor)
{
    memmove(tensor->shape + 1, tensor->shape, tensor->dims * sizeof(tensor->shape[0]));
    tensor->shape[0] = 1;
    tensor->dims++;
}

static int fit_shape(struct tensor *tensor, const node_t *input, struct err *err)
{
    const node_t *shape = node_get(input, "shape");
    if (node_type(shape) != NODE_ARRAY || has_shape(tensor, shape, 0))
        return 0;
    bool is_row = node_value(node_first(shape)) < 0 && tensor->dims < TENSOR_DIMS_MAX && has_shape(tensor, shape, 1);
    if (is_row) {
        make_one_row(tensor);
        return 0;
    }
    CLEANUP(str_release) struct str wanted = STR_INIT;
    CLEANUP(str_release) struct str given = STR_INIT;
    json_print(shape, &wanted);
    tensor_print_shape(tensor, &given);
    err_set(err, ERR_USAGE, "input \"%s\" takes the shape %s, and this has %s", node_str(input, "/name", "?"), wanted.buf,
            given.buf);
    return err_why(err, "-1 stands for any number");
}

/* ---- values ---- */

static bool type_bounds(const char *type, double *ret_min, double *ret_max)
{
    static const struct {
        const char *type;
        int bits;
        bool is_signed;
    } types[] = {{"BOOL", 1, false}, {"UINT8", 8, false}, {"UINT16", 16, false}, {"UINT32", 32, false}, {"UINT64", 64, false},
                 {"INT8", 8, true},  {"INT16", 16, true}, {"INT32", 32, true},   {"INT64", 64, true}};
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (strcmp(types[i].type, type) != 0)
            continue;
        *ret_min = types[i].is_signed ? -ldexp(1, types[i].bits - 1) : 0;
        *ret_max = ldexp(1, types[i].bits - types[i].is_signed) - 1;
        return true;
    }
    return false;
}

int model_fit(struct tensor *tensor, const node_t *input, struct err *err)
{
    const char *type = node_str(input, "/type", NULL), *name = node_str(input, "/name", "?");
    double min, max;
    if (!input)
        return 0;
    if (type && strcmp(type, "BYTES") == 0) {
        err_set(err, ERR_USAGE, "input \"%s\" takes texts, and these are numbers", name);
        return err_hint(err, "a JSON file that is the whole request");
    }
    if (fit_shape(tensor, input, err) != 0)
        return -1;
    if (!type || !type_bounds(type, &min, &max))
        return 0;
    for (size_t i = 0; i < tensor->n; i++) {
        double value = tensor->values[i];
        if (value < min || value > max || !num_is_whole(value))
            return err_set(err, ERR_USAGE, "input \"%s\" takes %s, and value %zu is %g", name, type, i, value);
    }
    return 0;
}
