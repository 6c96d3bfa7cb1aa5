/* NumPy's files, CSV and lists become numbers that are as many as they say, finite, and come back as the same ones. */
#include "fuzz.h"

#include <math.h>

#include "model/tensor.h"

static void check(const struct tensor *tensor)
{
    size_t n = 1;
    fuzz_require(tensor->dims <= TENSOR_DIMS_MAX, "bounded dimensions");
    for (size_t i = 0; i < tensor->dims; i++)
        n *= tensor->shape[i];
    fuzz_require(n == tensor->n && n && n <= TENSOR_ITEMS_MAX, "as many values as the shape says");
    for (size_t i = 0; i < n; i++)
        fuzz_require(isfinite(tensor->values[i]), "values that JSON can hold");
}

static void check_lists(const struct tensor *tensor)
{
    enum { SOME = 4096 };
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(tensor_release) struct tensor again = TENSOR_INIT;
    if (tensor->n > SOME || !tensor->dims)
        return;
    CLEANUP(node_free) node_t *nested = tensor_nested(tensor);
    fuzz_require(tensor_from_node(nested, "x", &again, &err) == 0, "lists of it are read again");
    fuzz_require(again.n == tensor->n && again.dims == tensor->dims, "of the same shape");
    fuzz_require(memcmp(again.values, tensor->values, again.n * sizeof(*again.values)) == 0, "with the same values");
}

static void judge(int rc, struct tensor *tensor, struct err *err)
{
    if (rc == 0) {
        check(tensor);
        check_lists(tensor);
    } else {
        fuzz_require(err->what && !tensor->values, "a refusal says why, and keeps nothing");
    }
    tensor_release(tensor);
    err_clear(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct tensor tensor = TENSOR_INIT;
    judge(tensor_from_npy(data, size, "x", &tensor, &err), &tensor, &err);
    judge(tensor_from_csv((const char *)data, size, "x", &tensor, &err), &tensor, &err);
    node_t *root = json_parse((const char *)data, size, "x", &err);
    err_clear(&err);
    if (root)
        judge(tensor_from_node(root, "x", &tensor, &err), &tensor, &err);
    node_free(root);
    return 0;
}
