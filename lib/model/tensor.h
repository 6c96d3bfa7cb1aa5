/* Numbers with a shape: what a model is asked about. They come from files of others (NumPy's .npy, CSV, JSON), so that each
 * size is checked before it is believed. */
#ifndef MODEL_TENSOR_H
#define MODEL_TENSOR_H

#include <stdbool.h>

#include "base/str.h"
#include "doc/node.h"

enum { TENSOR_DIMS_MAX = 8, TENSOR_ITEMS_MAX = 16 << 20, TENSOR_FILE_MAX = 256 << 20 };

struct tensor {
    const char *type; /* "FP32", "INT64", "BOOL": the words of the Open Inference Protocol */
    size_t dims;
    size_t shape[TENSOR_DIMS_MAX];
    size_t n; /* the product of shape */
    double *values;
};
#define TENSOR_INIT ((struct tensor){.type = "FP64"})
void tensor_release(struct tensor *tensor);
DEFINE_CLEANUP(struct tensor, tensor_release)

/* NumPy's format (facts: numpy/lib/format.py, versions 1.0 to 3.0): bool, integers and floats of any byte order, rows or columns
 * first. USAGE for anything else: Python objects (which are programs), records, texts, complex numbers, a size that is not what
 * its header says, and values that JSON cannot hold (NaN, infinities, integers beyond 2^53). source: for errors. */
int tensor_from_npy(const void *data, size_t len, const char *source, struct tensor *ret, struct err *err);
/* Lines of numbers between commas, as many in each; a first line that has other words is a title. One row a line. USAGE names
 * the line. */
int tensor_from_csv(const char *text, size_t len, const char *source, struct tensor *ret, struct err *err);
/* Lists of lists of numbers (or true and false), as many in each. USAGE. */
int tensor_from_node(const node_t *node, const char *source, struct tensor *ret, struct err *err);

/* "[10, 64]" */
void tensor_print_shape(const struct tensor *tensor, struct str *s);
/* Lists of lists, as the shape says; or one list of all. The caller frees. */
node_t *tensor_nested(const struct tensor *tensor);
node_t *tensor_flat(const struct tensor *tensor);

/* Makes room for what shape says: CAPACITY beyond the limits above, USAGE when there is nothing. Sets n. */
int tensor_allocate(struct tensor *tensor, const char *source, struct err *err);

#endif
