#include "model/tensor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void tensor_release(struct tensor *tensor)
{
    free(tensor->values);
    *tensor = TENSOR_INIT;
}

int tensor_allocate(struct tensor *tensor, const char *source, struct err *err)
{
    size_t n = 1;
    for (size_t i = 0; i < tensor->dims; i++) {
        if (!tensor->shape[i])
            return err_set(err, ERR_USAGE, "%s: there are no values in it", source);
        if (tensor->shape[i] > TENSOR_ITEMS_MAX / n)
            return err_set(err, ERR_CAPACITY, "%s: more than %d values", source, TENSOR_ITEMS_MAX);
        n *= tensor->shape[i];
    }
    tensor->n = n;
    tensor->values = xcalloc(n, sizeof(*tensor->values));
    return 0;
}

void tensor_print_shape(const struct tensor *tensor, struct str *s)
{
    str_addc(s, '[');
    for (size_t i = 0; i < tensor->dims; i++)
        str_addf(s, "%s%zu", i ? ", " : "", tensor->shape[i]);
    str_addc(s, ']');
}

static node_t *value_node(const struct tensor *tensor, size_t at)
{
    double value = tensor->values[at];
    return strcmp(tensor->type, "BOOL") == 0 ? node_new_bool(value > 0) : node_new_num(value);
}

node_t *tensor_flat(const struct tensor *tensor)
{
    node_t *list = node_new_array();
    for (size_t i = 0; i < tensor->n; i++)
        node_push(list, value_node(tensor, i));
    return list;
}

static node_t *nested(const struct tensor *tensor, size_t dim, size_t *at)
{
    if (dim == tensor->dims)
        return value_node(tensor, (*at)++);
    node_t *list = node_new_array();
    for (size_t i = 0; i < tensor->shape[dim]; i++)
        node_push(list, nested(tensor, dim + 1, at));
    return list;
}

node_t *tensor_nested(const struct tensor *tensor)
{
    size_t at = 0;
    return nested(tensor, 0, &at);
}

/* ---- lists ---- */

static int measure(const node_t *node, const char *source, struct tensor *tensor, struct err *err)
{
    for (; node_type(node) == NODE_ARRAY; node = node_first(node)) {
        if (tensor->dims == TENSOR_DIMS_MAX)
            return err_set(err, ERR_USAGE, "%s: lists are more than %d deep", source, TENSOR_DIMS_MAX);
        tensor->shape[tensor->dims++] = node_len(node);
        if (!node_len(node))
            break;
    }
    return 0;
}

struct filling {
    const char *source;
    struct tensor *tensor;
    size_t at;
};

static int fill(struct filling *filling, const node_t *node, size_t dim, struct err *err)
{
    struct tensor *tensor = filling->tensor;
    enum node_type type = node_type(node);
    if (dim < tensor->dims) {
        if (type != NODE_ARRAY || node_len(node) != tensor->shape[dim])
            return err_set(err, ERR_USAGE, "%s: its lists are not all of the same length", filling->source);
        for (const node_t *item = node_first(node); item; item = node_next(item))
            if (fill(filling, item, dim + 1, err) != 0)
                return -1;
        return 0;
    }
    if (type != NODE_NUMBER && type != NODE_BOOL)
        return err_set(err, ERR_USAGE, "%s: a number is wanted, not %s", filling->source, node_type_name(type));
    double value = type == NODE_BOOL ? node_bool(node, "", false) : node_value(node);
    if (!isfinite(value))
        return err_set(err, ERR_USAGE, "%s: a number is beyond all bounds", filling->source);
    tensor->values[filling->at++] = value;
    return 0;
}

int tensor_from_node(const node_t *node, const char *source, struct tensor *ret, struct err *err)
{
    struct tensor tensor = TENSOR_INIT;
    struct filling filling = {.source = source, .tensor = &tensor};
    if (measure(node, source, &tensor, err) == 0 && tensor_allocate(&tensor, source, err) == 0 &&
        fill(&filling, node, 0, err) == 0) {
        *ret = tensor;
        return 0;
    }
    tensor_release(&tensor);
    return -1;
}

/* ---- CSV ---- */

struct csv {
    const char *source;
    double *values;
    size_t n, cap, columns, rows, line;
};

static bool next_cell(const char **text, const char *end, struct str *cell)
{
    str_reset(cell);
    const char *stop = *text;
    while (stop < end && *stop != ',' && *stop != '\n')
        stop++;
    const char *from = *text, *to = stop;
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (from < to && (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\r'))
        to--;
    str_addn(cell, from, (size_t)(to - from));
    bool more = stop < end && *stop == ',';
    *text = stop < end ? stop + 1 : end;
    return more;
}

/* Whether each cell was a number; those are kept. */
static int read_row(struct csv *csv, const char **text, const char *end, struct err *err)
{
    enum { CELL_MAX = 64 };
    CLEANUP(str_release) struct str cell = STR_INIT_MAX(CELL_MAX);
    size_t before = csv->n, words = 0, columns = 0;
    CLEANUP(str_release) struct str word = STR_INIT;
    for (bool more = true; more; columns++) {
        double value;
        more = next_cell(text, end, &cell);
        if (csv->n >= TENSOR_ITEMS_MAX)
            return err_set(err, ERR_CAPACITY, "%s: more than %d values", csv->source, TENSOR_ITEMS_MAX);
        bool is_number = !cell.truncated && str_to_num(cell.buf, &value) && isfinite(value);
        if (!is_number && !words++)
            str_add_safe(&word, cell.buf, cell.len, false);
        GROW(csv->values, csv->n, csv->cap);
        csv->values[csv->n++] = is_number ? value : 0;
    }
    if (words && csv->line == 1) { /* titles */
        csv->n = before;
        csv->columns = columns;
        return 0;
    }
    if (words)
        return err_set(err, ERR_USAGE, "%s:%zu: \"%s\" is not a number", csv->source, csv->line, word.buf);
    if (csv->columns && columns != csv->columns)
        return err_set(err, ERR_USAGE, "%s:%zu: %zu values, and %zu in the lines before", csv->source, csv->line, columns,
                       csv->columns);
    csv->columns = columns;
    csv->rows++;
    return 0;
}

static bool is_blank(const char *text, const char *end)
{
    while (text < end && (*text == ' ' || *text == '\t' || *text == '\r'))
        text++;
    return text == end || *text == '\n';
}

static int read_rows(struct csv *csv, const char *text, const char *end, struct err *err)
{
    while (text < end) {
        csv->line++;
        if (is_blank(text, end)) {
            const char *stop = memchr(text, '\n', (size_t)(end - text));
            text = stop ? stop + 1 : end;
        } else if (read_row(csv, &text, end, err) != 0) {
            return -1;
        }
    }
    return csv->rows ? 0 : err_set(err, ERR_USAGE, "%s: there are no values in it", csv->source);
}

int tensor_from_csv(const char *text, size_t len, const char *source, struct tensor *ret, struct err *err)
{
    struct csv csv = {.source = source};
    if (read_rows(&csv, text, text + len, err) != 0) {
        free(csv.values);
        return -1;
    }
    *ret = (struct tensor){.type = "FP64", .dims = 2, .shape = {csv.rows, csv.columns}, .n = csv.n, .values = csv.values};
    return 0;
}
