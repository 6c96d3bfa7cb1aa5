/* NumPy's array files: a magic number, a header that is a Python dictionary, and the values as memory has them. */
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "model/tensor.h"

enum { MAGIC_BYTES = 6, HEADER_MAX = 64 << 10, ITEM_MAX = 8 };

struct npy {
    const unsigned char *data;
    size_t len;
    const char *source;
    /* its header */
    const char *at, *end;
    char kind; /* b, i, u or f */
    size_t size;
    bool big_endian, columns_first;
};

static int bad(const struct npy *npy, const char *what, struct err *err)
{
    return err_set(err, ERR_USAGE, "%s: %s", npy->source, what);
}

/* ---- the header ---- */

static void skip_blanks(struct npy *npy)
{
    while (npy->at < npy->end && (*npy->at == ' ' || *npy->at == '\n' || *npy->at == '\t'))
        npy->at++;
}

static bool take(struct npy *npy, char c)
{
    skip_blanks(npy);
    if (npy->at == npy->end || *npy->at != c)
        return false;
    npy->at++;
    return true;
}

/* A text in quotes, without escapes: none is needed for what may stand here. */
static bool take_text(struct npy *npy, struct str *ret)
{
    skip_blanks(npy);
    if (npy->at == npy->end || (*npy->at != '\'' && *npy->at != '"'))
        return false;
    char quote = *npy->at++;
    const char *stop = memchr(npy->at, quote, (size_t)(npy->end - npy->at));
    if (!stop)
        return false;
    str_reset(ret);
    str_addn(ret, npy->at, (size_t)(stop - npy->at));
    npy->at = stop + 1;
    return !ret->truncated && !strchr(ret->buf, '\\');
}

static bool take_word(struct npy *npy, const char *word)
{
    size_t len = strlen(word);
    skip_blanks(npy);
    if ((size_t)(npy->end - npy->at) < len || memcmp(npy->at, word, len) != 0)
        return false;
    npy->at += len;
    return true;
}

static bool take_size(struct npy *npy, size_t *ret)
{
    enum { DIGITS_MAX = 12 };
    size_t digits = 0;
    skip_blanks(npy);
    for (*ret = 0; npy->at < npy->end && isdigit((unsigned char)*npy->at) && digits < DIGITS_MAX; npy->at++, digits++)
        *ret = *ret * 10 + (size_t)(*npy->at - '0');
    return digits && digits < DIGITS_MAX;
}

/* "<f4": byte order, kind, bytes. */
static int read_type(struct npy *npy, struct err *err)
{
    enum { DESCR_MAX = 16 };
    CLEANUP(str_release) struct str text = STR_INIT_MAX(DESCR_MAX);
    skip_blanks(npy);
    if (npy->at < npy->end && *npy->at == '[')
        return bad(npy, "records are no numbers", err);
    if (!take_text(npy, &text) || text.len < 2 || !strchr("<>|=", text.buf[0]))
        return bad(npy, "its header has no type that is understood", err);
    const char *sizes[] = {['b'] = "1", ['i'] = "1248", ['u'] = "1248", ['f'] = "248"};
    unsigned char kind = (unsigned char)text.buf[1];
    if (kind == 'O')
        return bad(npy, "it has Python objects, which only their program could read", err);
    const char *known = kind < ARRAY_LEN(sizes) ? sizes[kind] : NULL;
    if (!known || text.len != 3 || !strchr(known, text.buf[2]))
        return err_set(err, ERR_USAGE, "%s: values of type %s; bool, integers and floats are understood", npy->source, text.buf);
    npy->kind = (char)kind;
    npy->size = (size_t)(text.buf[2] - '0');
    npy->big_endian = text.buf[0] == '>';
    return 0;
}

static int read_shape(struct npy *npy, struct tensor *tensor, struct err *err)
{
    if (!take(npy, '('))
        return bad(npy, "its header has no shape that is understood", err);
    tensor->dims = 0;
    while (!take(npy, ')')) {
        if (tensor->dims == TENSOR_DIMS_MAX)
            return bad(npy, "it has too many dimensions", err);
        if (!take_size(npy, &tensor->shape[tensor->dims++]))
            return bad(npy, "its header has no shape that is understood", err);
        if (take(npy, ','))
            continue;
        if (!take(npy, ')'))
            return bad(npy, "its header has no shape that is understood", err);
        break;
    }
    return 0;
}

static int read_member(struct npy *npy, struct tensor *tensor, unsigned *seen, struct err *err)
{
    enum { KEY_MAX = 32 };
    static const char *const keys[] = {"descr", "fortran_order", "shape"};
    CLEANUP(str_release) struct str key = STR_INIT_MAX(KEY_MAX);
    if (!take_text(npy, &key) || !take(npy, ':'))
        return bad(npy, "its header is not understood", err);
    for (unsigned i = 0; i < ARRAY_LEN(keys); i++)
        if (strcmp(key.buf, keys[i]) == 0 && !(*seen & 1U << i)) {
            *seen |= 1U << i;
            if (i == 0)
                return read_type(npy, err);
            if (i == 2)
                return read_shape(npy, tensor, err);
            npy->columns_first = take_word(npy, "True");
            return npy->columns_first || take_word(npy, "False") ? 0 : bad(npy, "its header is not understood", err);
        }
    return bad(npy, "its header is not understood", err);
}

static int read_header(struct npy *npy, struct tensor *tensor, struct err *err)
{
    enum { ALL = 7 };
    unsigned seen = 0;
    if (!take(npy, '{'))
        return bad(npy, "its header is not understood", err);
    while (!take(npy, '}')) {
        if (read_member(npy, tensor, &seen, err) != 0)
            return -1;
        if (take(npy, ','))
            continue;
        if (!take(npy, '}'))
            return bad(npy, "its header is not understood", err);
        break;
    }
    skip_blanks(npy);
    return seen == ALL && npy->at == npy->end ? 0 : bad(npy, "its header is not understood", err);
}

/* Leaves data and len at the values. */
static int find_header(struct npy *npy, struct err *err)
{
    static const unsigned char magic[MAGIC_BYTES] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
    enum { SHORT = MAGIC_BYTES + 2 + 2, LONG = MAGIC_BYTES + 2 + 4 };
    const unsigned char *data = npy->data;
    if (npy->len < SHORT || memcmp(data, magic, MAGIC_BYTES) != 0)
        return bad(npy, "it is no .npy file", err);
    unsigned version = data[MAGIC_BYTES];
    if (version < 1 || version > 3 || (version > 1 && npy->len < LONG))
        return bad(npy, "it is of a version that is not known", err);
    size_t begin = version == 1 ? SHORT : LONG;
    size_t len = data[8] | (size_t)data[9] << 8;
    if (version > 1)
        len |= (size_t)data[10] << 16 | (size_t)data[11] << 24;
    if (len > HEADER_MAX || len > npy->len - begin)
        return bad(npy, "its header is longer than it may be", err);
    npy->at = (const char *)data + begin;
    npy->end = npy->at + len;
    npy->data += begin + len;
    npy->len -= begin + len;
    return 0;
}

/* ---- the values ---- */

static double half_value(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 0x1f);
    double fraction = (double)(bits & 0x3ff), sign = bits & 0x8000 ? -1 : 1;
    if (exponent == 0x1f)
        return (double)NAN; /* or an infinity: neither is taken */
    return sign * (exponent ? ldexp(fraction + 1024, exponent - 25) : ldexp(fraction, -24));
}

static double float_value(uint64_t bits, size_t size)
{
    uint32_t half = (uint32_t)bits;
    float single;
    double value;
    if (size == 2)
        return half_value(bits);
    if (size == 4) {
        memcpy(&single, &half, sizeof(single));
        return (double)single;
    }
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* NaN: JSON has no word for it. */
static double value_of(const struct npy *npy, size_t at)
{
    enum { EXACT_BITS = 53 };
    const unsigned char *item = npy->data + at * npy->size;
    uint64_t bits = 0;
    for (size_t i = 0; i < npy->size; i++)
        bits |= (uint64_t)item[npy->big_endian ? npy->size - 1 - i : i] << 8 * i;
    if (npy->kind == 'f')
        return float_value(bits, npy->size);
    bool negative = npy->kind == 'i' && bits >> (8 * npy->size - 1);
    if (negative && npy->size < 8)
        bits |= ~(uint64_t)0 << 8 * npy->size;
    uint64_t magnitude = negative ? ~bits + 1 : bits;
    if (magnitude > (uint64_t)1 << EXACT_BITS)
        return (double)NAN;
    if (npy->kind == 'b')
        return bits != 0;
    return negative ? -(double)magnitude : (double)magnitude;
}

static const char *type_of(const struct npy *npy)
{
    static const char *const signed_[] = {[1] = "INT8", [2] = "INT16", [4] = "INT32", [8] = "INT64"};
    static const char *const unsigned_[] = {[1] = "UINT8", [2] = "UINT16", [4] = "UINT32", [8] = "UINT64"};
    static const char *const floats[] = {[2] = "FP16", [4] = "FP32", [8] = "FP64"};
    return npy->kind == 'b'   ? "BOOL"
           : npy->kind == 'i' ? signed_[npy->size]
           : npy->kind == 'u' ? unsigned_[npy->size]
                              : floats[npy->size];
}

/* Where the value that is the at-th by rows stands in the file. */
static size_t place_of(const struct npy *npy, const struct tensor *tensor, size_t at)
{
    size_t place = 0, step = tensor->n;
    if (!npy->columns_first)
        return at;
    for (size_t dim = tensor->dims; dim-- > 0;) {
        size_t index = at % tensor->shape[dim];
        step /= tensor->shape[dim];
        place += index * step;
        at /= tensor->shape[dim];
    }
    return place;
}

static int read_values(const struct npy *npy, struct tensor *tensor, struct err *err)
{
    if (tensor_allocate(tensor, npy->source, err) != 0)
        return -1;
    if (npy->len / npy->size != tensor->n || npy->len % npy->size)
        return err_set(err, ERR_USAGE, "%s: %zu bytes of values, and its header says %zu of %zu bytes", npy->source, npy->len,
                       tensor->n, npy->size);
    for (size_t i = 0; i < tensor->n; i++) {
        double value = value_of(npy, place_of(npy, tensor, i));
        if (!isfinite(value))
            return err_set(err, ERR_USAGE, "%s: value %zu is no number that JSON can hold exactly", npy->source, i);
        tensor->values[i] = value;
    }
    tensor->type = type_of(npy);
    return 0;
}

int tensor_from_npy(const void *data, size_t len, const char *source, struct tensor *ret, struct err *err)
{
    struct npy npy = {.data = data, .len = len, .source = source, .kind = 'b', .size = 1};
    struct tensor tensor = TENSOR_INIT;
    if (find_header(&npy, err) == 0 && read_header(&npy, &tensor, err) == 0 && read_values(&npy, &tensor, err) == 0) {
        *ret = tensor;
        return 0;
    }
    tensor_release(&tensor);
    return -1;
}
