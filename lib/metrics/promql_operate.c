/* Operations of numbers and of vectors, and how the series of two vectors find each other. promql/engine.go of
 * prometheus/prometheus, 2.42: VectorBinop, VectorAnd, VectorOr, VectorUnless. */
#include <stdint.h>

#include "base/num.h"
#include "metrics/promql_parts.h"

static bool holds(enum promql_op op, double a, double b)
{
    switch (op) {
    case OP_EQ:
        return a <= b && a >= b;
    case OP_NE:
        return !(a <= b && a >= b);
    case OP_LT:
        return a < b;
    case OP_LE:
        return a <= b;
    case OP_GT:
        return a > b;
    default:
        return a >= b;
    }
}

static double compute(enum promql_op op, double a, double b)
{
    switch (op) {
    case OP_ADD:
        return a + b;
    case OP_SUB:
        return a - b;
    case OP_MUL:
        return a * b;
    case OP_DIV:
        return a / b;
    case OP_MOD:
        return num_fmod(a, b);
    case OP_POW:
        return num_pow(a, b);
    case OP_ATAN2:
        return num_atan2(a, b);
    default:
        return holds(op, a, b);
    }
}

/* atan2 forgets to. */
static bool drops_name(const struct promql_node *node)
{
    return node->is_bool || !(promql_op_compares(node->op) || node->op == OP_ATAN2);
}

/* ---- a vector and a number */

struct sides {
    struct promql_value left, right;
};

static int with_number(struct promql_eval *eval, const struct promql_node *node, const struct sides *sides,
                       struct promql_value *ret)
{
    bool is_left = node->args[0]->type == PROMQL_SCALAR;
    const struct promql_value *vector = is_left ? &sides->right : &sides->left;
    bool filters = promql_op_compares(node->op) && !node->is_bool;
    for (size_t i = 0; i < vector->n; i++) {
        struct promql_sample sample = vector->v[i];
        double a = is_left ? sides->left.scalar : sample.value, b = is_left ? sample.value : sides->right.scalar;
        if (filters && !holds(node->op, a, b))
            continue;
        if (!filters)
            sample.value = compute(node->op, a, b);
        if (drops_name(node))
            sample.labels = promql_unnamed(eval->arena, sample.labels);
        promql_push(eval, ret, sample);
    }
    return promql_check_unique(eval, ret);
}

/* ---- two vectors */

/* What two series have in common when they belong together. */
static void add_signature(struct promql_eval *eval, const struct promql_node *node, struct promql_labels labels, struct str *key)
{
    struct promql_labels kept = node->is_on
                                    ? promql_labels_only(eval->arena, labels, &node->labels)
                                    : promql_unnamed(eval->arena, promql_labels_without(eval->arena, labels, &node->labels));
    str_reset(key);
    promql_labels_key(kept, key);
}

static void add_signatures(struct promql_eval *eval, const struct promql_node *node, const struct promql_value *value,
                           struct map *seen, struct str *key)
{
    for (size_t i = 0; i < value->n; i++) {
        add_signature(eval, node, value->v[i].labels, key);
        map_set(seen, key->buf, &value->v[i]);
    }
}

static int of_sets(struct promql_eval *eval, const struct promql_node *node, const struct sides *sides, struct promql_value *ret)
{
    CLEANUP(map_release) struct map seen = MAP_INIT(NULL);
    CLEANUP(str_release) struct str key = STR_INIT;
    bool is_or = node->op == OP_OR;
    const struct promql_value *checked = is_or ? &sides->right : &sides->left, *against = is_or ? &sides->left : &sides->right;
    for (size_t i = 0; is_or && i < sides->left.n; i++)
        promql_push(eval, ret, sides->left.v[i]);
    add_signatures(eval, node, against, &seen, &key);
    for (size_t i = 0; i < checked->n; i++) {
        add_signature(eval, node, checked->v[i].labels, &key);
        if (map_has(&seen, key.buf) == (node->op == OP_AND))
            promql_push(eval, ret, checked->v[i]);
    }
    return promql_check_unique(eval, ret);
}

static int many(struct promql_eval *eval, const char *why)
{
    err_set(eval->err, ERR_FAILED, "the query cannot be evaluated");
    return err_why(eval->err, "%s", why);
}

/* The side where each is one. */
static int index_ones(struct promql_eval *eval, const struct promql_node *node, const struct promql_value *ones,
                      struct map *index)
{
    CLEANUP(str_release) struct str key = STR_INIT;
    for (size_t i = 0; i < ones->n; i++) {
        add_signature(eval, node, ones->v[i].labels, &key);
        if (map_has(index, key.buf))
            return many(eval, node->card == CARD_ONE_TO_MANY
                                  ? "found duplicate series for the match group on the left hand-side of the operation;"
                                    "many-to-many matching not allowed: matching labels must be unique on one side"
                                  : "found duplicate series for the match group on the right hand-side of the operation;"
                                    "many-to-many matching not allowed: matching labels must be unique on one side");
        map_set(index, key.buf, &ones->v[i]);
    }
    return 0;
}

static struct promql_labels result_labels(struct promql_eval *eval, const struct promql_node *node,
                                          struct promql_labels many_side, struct promql_labels one_side)
{
    struct promql_labels labels = drops_name(node) ? promql_unnamed(eval->arena, many_side) : many_side;
    if (node->card == CARD_ONE_TO_ONE)
        labels = node->is_on ? promql_labels_only(eval->arena, labels, &node->labels)
                             : promql_labels_without(eval->arena, labels, &node->labels);
    for (size_t i = 0; i < node->include.n; i++)
        labels = promql_labels_set(eval->arena, labels, node->include.v[i], promql_label(one_side, node->include.v[i]));
    return labels;
}

struct pairing {
    struct map ones, taken;
    struct str key;
};

/* One of the many with its one. */
static int pair(struct promql_eval *eval, const struct promql_node *node, struct pairing *pairing,
                const struct promql_sample *sample, struct promql_value *ret)
{
    add_signature(eval, node, sample->labels, &pairing->key);
    const struct promql_sample *one = map_get(&pairing->ones, pairing->key.buf);
    if (!one)
        return 0;
    bool is_turned = node->card == CARD_ONE_TO_MANY, filters = promql_op_compares(node->op) && !node->is_bool;
    double a = is_turned ? one->value : sample->value, b = is_turned ? sample->value : one->value;
    if (filters && !holds(node->op, a, b))
        return 0;
    struct promql_labels labels = result_labels(eval, node, sample->labels, one->labels);
    if (node->card != CARD_ONE_TO_ONE) {
        str_reset(&pairing->key);
        promql_labels_key(labels, &pairing->key);
    }
    if (map_has(&pairing->taken, pairing->key.buf))
        return many(eval, node->card == CARD_ONE_TO_ONE
                              ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
                              : "multiple matches for labels: grouping labels must ensure unique matches");
    map_set(&pairing->taken, pairing->key.buf, NULL);
    promql_push(eval, ret,
                (struct promql_sample){.labels = labels, .value = filters ? a : compute(node->op, a, b), .at_ms = eval->at_ms});
    return 0;
}

static int of_vectors(struct promql_eval *eval, const struct promql_node *node, const struct sides *sides,
                      struct promql_value *ret)
{
    bool is_turned = node->card == CARD_ONE_TO_MANY;
    const struct promql_value *several = is_turned ? &sides->right : &sides->left,
                              *ones = is_turned ? &sides->left : &sides->right;
    if (!several->n || !ones->n)
        return 0;
    struct pairing pairing = {.ones = MAP_INIT(NULL), .taken = MAP_INIT(NULL), .key = STR_INIT};
    int rc = index_ones(eval, node, ones, &pairing.ones);
    for (size_t i = 0; rc == 0 && i < several->n; i++)
        rc = pair(eval, node, &pairing, &several->v[i], ret);
    map_release(&pairing.ones);
    map_release(&pairing.taken);
    str_release(&pairing.key);
    return rc == 0 ? promql_check_unique(eval, ret) : -1;
}

int promql_operate(struct promql_eval *eval, const struct promql_node *node, struct promql_value *ret)
{
    struct sides sides;
    if (promql_value_of(eval, node->args[0], &sides.left) != 0 || promql_value_of(eval, node->args[1], &sides.right) != 0)
        return -1;
    if (ret->type == PROMQL_SCALAR) {
        ret->scalar = compute(node->op, sides.left.scalar, sides.right.scalar);
        return 0;
    }
    if (promql_op_is_of_sets(node->op))
        return of_sets(eval, node, &sides, ret);
    bool has_number = node->args[0]->type == PROMQL_SCALAR || node->args[1]->type == PROMQL_SCALAR;
    return has_number ? with_number(eval, node, &sides, ret) : of_vectors(eval, node, &sides, ret);
}
