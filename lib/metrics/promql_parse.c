/* From words to a tree: the grammar of PromQL without subqueries and @. */
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "metrics/promql_parts.h"

enum { MAX_TEXT = 64 << 10, MAX_DEPTH = 200 };

const char *promql_type_name(enum promql_type type)
{
    static const char *const names[] = {[PROMQL_NONE] = "nothing",
                                        [PROMQL_SCALAR] = "scalar",
                                        [PROMQL_STRING] = "string",
                                        [PROMQL_VECTOR] = "instant vector",
                                        [PROMQL_MATRIX] = "range vector"};
    return names[type];
}

/* From the weakest to the strongest. */
static const struct {
    const char *text;
    enum promql_op op;
    int strength;
} ops[] = {
    {"or", OP_OR, 1}, {"and", OP_AND, 2}, {"unless", OP_UNLESS, 2}, {"==", OP_EQ, 3}, {"!=", OP_NE, 3}, {"<=", OP_LE, 3},
    {"<", OP_LT, 3},  {">=", OP_GE, 3},   {">", OP_GT, 3},          {"+", OP_ADD, 4}, {"-", OP_SUB, 4}, {"*", OP_MUL, 5},
    {"/", OP_DIV, 5}, {"%", OP_MOD, 5},   {"atan2", OP_ATAN2, 5},   {"^", OP_POW, 6},
};
enum { STRENGTH_POW = 6 };

bool promql_op_compares(enum promql_op op) { return op >= OP_EQ && op <= OP_GE; }
bool promql_op_is_of_sets(enum promql_op op) { return op <= OP_UNLESS; }

static bool is_sign(const struct promql_reader *reader, const char *sign)
{
    return reader->token.kind == TOKEN_SIGN && strcmp(reader->token.text, sign) == 0;
}

static bool is_word(const struct promql_reader *reader, const char *word)
{
    return reader->token.kind == TOKEN_NAME && strcasecmp(reader->token.text, word) == 0;
}

static int expect(struct promql_reader *reader, const char *sign)
{
    if (!is_sign(reader, sign))
        return promql_fail(reader, "\"%s\" is missing", sign);
    return promql_next(reader);
}

static int not_here(struct promql_reader *reader, const char *what)
{
    err_set(reader->err, ERR_USAGE, "%s cannot be had without a Prometheus", what);
    err_why(reader->err, "exporters that are read directly are asked in a part of PromQL");
    return err_hint(reader->err, "--prometheus URL");
}

static struct promql_node *new_node(struct promql_reader *reader, enum promql_kind kind, enum promql_type type)
{
    struct promql_node *node = arena_get(reader->arena, sizeof(*node));
    node->kind = kind;
    node->type = type;
    return node;
}

/* A chain of a thousand operators is as deep as a thousand brackets. */
static int set_args(struct promql_reader *reader, struct promql_node *node, struct promql_node **args, size_t n)
{
    node->args = arena_get(reader->arena, n * sizeof(*node->args));
    node->n_args = n;
    for (size_t i = 0; i < n; i++) {
        node->args[i] = args[i];
        node->depth = args[i]->depth >= node->depth ? args[i]->depth + 1 : node->depth;
    }
    return node->depth > MAX_DEPTH ? promql_fail(reader, "the expression is too deep") : 0;
}

static struct promql_node *read_expr(struct promql_reader *reader, int weakest);

/* ---- selectors */

static int read_match(struct promql_reader *reader, enum promql_match *ret)
{
    static const struct {
        const char *sign;
        enum promql_match how;
    } matches[] = {{"=", MATCH_IS}, {"!=", MATCH_IS_NOT}, {"=~", MATCH_LIKE}, {"!~", MATCH_UNLIKE}};
    for (size_t i = 0; i < ARRAY_LEN(matches); i++) {
        if (is_sign(reader, matches[i].sign)) {
            *ret = matches[i].how;
            return promql_next(reader);
        }
    }
    return promql_fail(reader, "= != =~ or !~ is missing behind a label");
}

static int add_matcher(struct promql_reader *reader, struct promql_node *node, size_t *cap, struct promql_matcher matcher)
{
    if (matcher.how == MATCH_LIKE || matcher.how == MATCH_UNLIKE) {
        matcher.regex = promql_compile(reader->promql, matcher.value, reader->err);
        if (!matcher.regex)
            return -1;
    }
    if (matcher.how == MATCH_IS && strcmp(matcher.name, "__name__") == 0)
        node->metric = matcher.value;
    ARENA_GROW(reader->arena, node->matchers, node->n_matchers, *cap);
    node->matchers[node->n_matchers++] = matcher;
    return 0;
}

static int read_matcher(struct promql_reader *reader, struct promql_node *node, size_t *cap)
{
    struct promql_matcher matcher = {.name = reader->token.text};
    if (reader->token.kind != TOKEN_NAME || !promql_name_is_label(matcher.name))
        return promql_fail(reader, "a label's name is missing");
    if (promql_next(reader) != 0 || read_match(reader, &matcher.how) != 0)
        return -1;
    matcher.value = reader->token.text;
    if (reader->token.kind != TOKEN_STRING)
        return promql_fail(reader, "a label's value is a string in quotes");
    return add_matcher(reader, node, cap, matcher) != 0 || promql_next(reader) != 0 ? -1 : 0;
}

static int read_matchers(struct promql_reader *reader, struct promql_node *node, size_t *cap)
{
    if (!is_sign(reader, "{"))
        return 0;
    if (promql_next(reader) != 0)
        return -1;
    while (!is_sign(reader, "}")) {
        if (read_matcher(reader, node, cap) != 0)
            return -1;
        if (!is_sign(reader, "}") && expect(reader, ",") != 0)
            return -1;
    }
    return promql_next(reader);
}

static int check_matchers(struct promql_reader *reader, const struct promql_node *node)
{
    for (size_t i = 0; i < node->n_matchers; i++)
        if (!promql_matches(&node->matchers[i], ""))
            return 0;
    return promql_fail(reader, "vector selector must contain at least one non-empty matcher");
}

static struct promql_node *read_selector(struct promql_reader *reader, const char *name)
{
    struct promql_node *node = new_node(reader, NODE_SELECTOR, PROMQL_VECTOR);
    size_t cap = 0;
    if (name && add_matcher(reader, node, &cap, (struct promql_matcher){.name = "__name__", .value = name}) != 0)
        return NULL;
    if (read_matchers(reader, node, &cap) != 0 || check_matchers(reader, node) != 0)
        return NULL;
    return node;
}

/* ---- behind a selector: [5m], offset 5m */

static int read_window(struct promql_reader *reader, struct promql_node *node)
{
    if (promql_next(reader) != 0)
        return -1;
    int64_t window_ms = reader->token.duration_ms;
    if (reader->token.kind != TOKEN_DURATION || window_ms <= 0)
        return promql_fail(reader, "[] holds how long it looks back: [5m]");
    if (promql_next(reader) != 0)
        return -1;
    if (is_sign(reader, ":"))
        return not_here(reader, "a subquery");
    if (node->kind != NODE_SELECTOR || node->window_ms || node->offset_ms)
        return promql_fail(reader, "ranges only allowed for vector selectors");
    node->window_ms = window_ms;
    node->type = PROMQL_MATRIX;
    return expect(reader, "]");
}

static int read_offset(struct promql_reader *reader, struct promql_node *node)
{
    if (promql_next(reader) != 0)
        return -1;
    bool is_minus = is_sign(reader, "-");
    if (is_minus && promql_next(reader) != 0)
        return -1;
    if (reader->token.kind != TOKEN_DURATION)
        return promql_fail(reader, "offset wants how long: offset 5m");
    if (node->kind != NODE_SELECTOR || node->offset_ms)
        return promql_fail(reader, "offset stands behind a selector, once");
    node->offset_ms = is_minus ? -reader->token.duration_ms : reader->token.duration_ms;
    return promql_next(reader);
}

static struct promql_node *read_behind(struct promql_reader *reader, struct promql_node *node)
{
    while (node) {
        if (is_sign(reader, "@")) {
            not_here(reader, "@");
            return NULL;
        }
        bool is_window = is_sign(reader, "[");
        if (!is_window && !is_word(reader, "offset"))
            return node;
        if ((is_window ? read_window(reader, node) : read_offset(reader, node)) != 0)
            return NULL;
    }
    return NULL;
}

/* ---- calls */

static int read_args(struct promql_reader *reader, struct promql_node *node)
{
    struct promql_node *args[PROMQL_MAX_ARGS];
    size_t n = 0;
    if (expect(reader, "(") != 0)
        return -1;
    while (!is_sign(reader, ")")) {
        if (n == ARRAY_LEN(args))
            return promql_fail(reader, "there are too many arguments");
        args[n] = read_expr(reader, 0);
        if (!args[n++])
            return -1;
        if (!is_sign(reader, ")") && expect(reader, ",") != 0)
            return -1;
    }
    return promql_next(reader) != 0 ? -1 : set_args(reader, node, args, n);
}

static int check_args(struct promql_reader *reader, const struct promql_node *call)
{
    const struct promql_function *function = call->function;
    size_t most = 0;
    while (most < PROMQL_MAX_ARGS && function->args[most] != PROMQL_NONE)
        most++;
    if (call->n_args > most || call->n_args + function->optional < most)
        return promql_fail(reader, "%s takes %zu argument%s, not %zu", function->name, most, most == 1 ? "" : "s", call->n_args);
    for (size_t i = 0; i < call->n_args; i++)
        if (call->args[i]->type != function->args[i])
            return promql_fail(reader, "expected type %s in call to function \"%s\", got %s", promql_type_name(function->args[i]),
                               function->name, promql_type_name(call->args[i]->type));
    return 0;
}

/* label_replace(v, dst, replacement, src, regex) */
static int prepare_replace(struct promql_reader *reader, struct promql_node *call)
{
    if (strcmp(call->function->name, "label_replace") != 0)
        return 0;
    if (!promql_name_is_label(call->args[1]->text))
        return promql_fail(reader, "invalid destination label name in label_replace(): %s", call->args[1]->text);
    call->regex = promql_compile(reader->promql, call->args[4]->text, reader->err);
    return call->regex ? 0 : -1;
}

static struct promql_node *read_call(struct promql_reader *reader, const char *name)
{
    struct promql_node *node = new_node(reader, NODE_CALL, PROMQL_VECTOR);
    node->function = promql_function_find(name);
    if (!node->function) {
        AUTOFREE char *what = xasprintf("the function \"%s\"", name);
        not_here(reader, what);
        return NULL;
    }
    node->type = node->function->ret;
    if (read_args(reader, node) != 0 || check_args(reader, node) != 0 || prepare_replace(reader, node) != 0)
        return NULL;
    return node;
}

static int read_names(struct promql_reader *reader, struct promql_names *names)
{
    if (expect(reader, "(") != 0)
        return -1;
    while (!is_sign(reader, ")")) {
        if (reader->token.kind != TOKEN_NAME || !promql_name_is_label(reader->token.text))
            return promql_fail(reader, "a label's name is missing");
        ARENA_GROW(reader->arena, names->v, names->n, names->cap);
        names->v[names->n++] = reader->token.text;
        if (promql_next(reader) != 0 || (!is_sign(reader, ")") && expect(reader, ",") != 0))
            return -1;
    }
    return promql_next(reader);
}

static int read_grouping(struct promql_reader *reader, struct promql_node *node)
{
    if (!is_word(reader, "by") && !is_word(reader, "without"))
        return 0;
    node->is_without = is_word(reader, "without");
    return promql_next(reader) != 0 ? -1 : read_names(reader, &node->labels);
}

/* The vector comes first in the tree, the parameter in the text. */
static int order_args(struct promql_reader *reader, struct promql_node *node)
{
    const struct promql_aggregation *aggregation = node->aggregation;
    if (node->n_args != 1 + (size_t)aggregation->has_param)
        return promql_fail(reader, "%s takes %s", aggregation->name,
                           aggregation->has_param ? "a parameter and a vector" : "a vector");
    if (aggregation->has_param) {
        struct promql_node *param = node->args[0];
        node->args[0] = node->args[1];
        node->args[1] = param;
        if (param->type != PROMQL_SCALAR)
            return promql_fail(reader, "expected type scalar in aggregation parameter, got %s", promql_type_name(param->type));
    }
    if (node->args[0]->type != PROMQL_VECTOR)
        return promql_fail(reader, "expected type instant vector in aggregation expression, got %s",
                           promql_type_name(node->args[0]->type));
    return 0;
}

static struct promql_node *read_aggregation(struct promql_reader *reader, const struct promql_aggregation *aggregation)
{
    struct promql_node *node = new_node(reader, NODE_AGGREGATION, PROMQL_VECTOR);
    node->aggregation = aggregation;
    if (read_grouping(reader, node) != 0 || read_args(reader, node) != 0)
        return NULL;
    bool is_grouped = node->labels.n || node->is_without;
    if (!is_grouped && read_grouping(reader, node) != 0)
        return NULL;
    return order_args(reader, node) == 0 ? node : NULL;
}

/* ---- what stands alone */

static struct promql_node *literal(struct promql_reader *reader, double number)
{
    struct promql_node *node = new_node(reader, NODE_LITERAL, PROMQL_SCALAR);
    node->number = number;
    return promql_next(reader) == 0 ? node : NULL;
}

static struct promql_node *read_name(struct promql_reader *reader)
{
    const char *name = reader->token.text;
    const struct promql_aggregation *aggregation = promql_aggregation_find(name);
    if (strcasecmp(name, "inf") == 0 || strcasecmp(name, "nan") == 0)
        return literal(reader, strcasecmp(name, "nan") == 0 ? NAN : INFINITY);
    if (promql_next(reader) != 0)
        return NULL;
    bool is_call = is_sign(reader, "(");
    if (aggregation && (is_call || is_word(reader, "by") || is_word(reader, "without")))
        return read_aggregation(reader, aggregation);
    if (strcasecmp(name, "count_values") == 0 && (is_call || is_word(reader, "by") || is_word(reader, "without"))) {
        not_here(reader, "count_values");
        return NULL;
    }
    return is_call ? read_call(reader, name) : read_selector(reader, name);
}

static struct promql_node *read_words(struct promql_reader *reader)
{
    struct promql_node *node = new_node(reader, NODE_WORDS, PROMQL_STRING);
    node->text = reader->token.text;
    return promql_next(reader) == 0 ? node : NULL;
}

static struct promql_node *read_brackets(struct promql_reader *reader)
{
    struct promql_node *node = promql_next(reader) == 0 ? read_expr(reader, 0) : NULL;
    return node && expect(reader, ")") == 0 ? node : NULL;
}

static struct promql_node *read_single(struct promql_reader *reader)
{
    struct promql_node *node = NULL;
    if (reader->token.kind == TOKEN_NAME)
        node = read_name(reader);
    else if (reader->token.kind == TOKEN_NUMBER)
        node = literal(reader, reader->token.number);
    else if (reader->token.kind == TOKEN_STRING)
        node = read_words(reader);
    else if (is_sign(reader, "("))
        node = read_brackets(reader);
    else if (is_sign(reader, "{"))
        node = read_selector(reader, NULL);
    else
        promql_fail(reader, reader->token.kind == TOKEN_END ? "it ends where something is missing" : "\"%s\" cannot stand here",
                    reader->token.text);
    return read_behind(reader, node);
}

/* -2 ^ 2 is -(2 ^ 2). */
static struct promql_node *read_signed(struct promql_reader *reader)
{
    bool is_minus = is_sign(reader, "-");
    if (!is_minus && !is_sign(reader, "+"))
        return read_single(reader);
    if (promql_next(reader) != 0)
        return NULL;
    struct promql_node *operand = read_expr(reader, STRENGTH_POW);
    if (!operand)
        return NULL;
    if (operand->type != PROMQL_SCALAR && operand->type != PROMQL_VECTOR) {
        promql_fail(reader, "unary expression only allowed on expressions of type scalar or instant vector, got %s",
                    promql_type_name(operand->type));
        return NULL;
    }
    if (!is_minus)
        return operand;
    struct promql_node *node = new_node(reader, NODE_NEGATION, operand->type);
    return set_args(reader, node, &operand, 1) == 0 ? node : NULL;
}

/* ---- operations */

static int read_group_side(struct promql_reader *reader, struct promql_node *node)
{
    if (!is_word(reader, "group_left") && !is_word(reader, "group_right"))
        return 0;
    node->card = is_word(reader, "group_left") ? CARD_MANY_TO_ONE : CARD_ONE_TO_MANY;
    if (promql_next(reader) != 0)
        return -1;
    return is_sign(reader, "(") ? read_names(reader, &node->include) : 0;
}

/* bool on (a) group_left (b) */
static int read_matching(struct promql_reader *reader, struct promql_node *node)
{
    if (is_word(reader, "bool")) {
        node->is_bool = true;
        if (promql_next(reader) != 0)
            return -1;
    }
    if (!is_word(reader, "on") && !is_word(reader, "ignoring"))
        return 0;
    node->is_on = is_word(reader, "on");
    if (promql_next(reader) != 0 || read_names(reader, &node->labels) != 0)
        return -1;
    return read_group_side(reader, node);
}

static int check_operation(struct promql_reader *reader, struct promql_node *node)
{
    enum promql_type left = node->args[0]->type, right = node->args[1]->type;
    bool is_of_vectors = left == PROMQL_VECTOR && right == PROMQL_VECTOR;
    if ((left != PROMQL_SCALAR && left != PROMQL_VECTOR) || (right != PROMQL_SCALAR && right != PROMQL_VECTOR))
        return promql_fail(reader, "binary expression must contain only scalar and instant vector types");
    if (node->is_bool && !promql_op_compares(node->op))
        return promql_fail(reader, "bool modifier can only be used on comparison operators");
    if (promql_op_compares(node->op) && !node->is_bool && left == PROMQL_SCALAR && right == PROMQL_SCALAR)
        return promql_fail(reader, "comparisons between scalars must use BOOL modifier");
    if (promql_op_is_of_sets(node->op) && !is_of_vectors)
        return promql_fail(reader, "set operators are of vectors, not of scalars");
    if (promql_op_is_of_sets(node->op) && node->card != CARD_ONE_TO_ONE)
        return promql_fail(reader, "no grouping allowed for set operators");
    if (!is_of_vectors && (node->is_on || node->labels.n))
        return promql_fail(reader, "vector matching only allowed between instant vectors");
    for (size_t i = 0; node->is_on && i < node->include.n; i++)
        if (promql_has_name(&node->labels, node->include.v[i]))
            return promql_fail(reader, "label \"%s\" must not occur in ON and GROUP clause at once", node->include.v[i]);
    node->type = left == PROMQL_SCALAR && right == PROMQL_SCALAR ? PROMQL_SCALAR : PROMQL_VECTOR;
    return 0;
}

static size_t op_at(const struct promql_reader *reader)
{
    size_t i = 0;
    while (i < ARRAY_LEN(ops) && !is_sign(reader, ops[i].text) && !is_word(reader, ops[i].text))
        i++;
    return i;
}

/* ^ binds to the right: 2 ^ 3 ^ 2 is 2 ^ (3 ^ 2). */
static struct promql_node *read_operation(struct promql_reader *reader, struct promql_node *left, size_t which)
{
    struct promql_node *node = new_node(reader, NODE_OPERATION, PROMQL_VECTOR);
    node->op = ops[which].op;
    if (promql_next(reader) != 0 || read_matching(reader, node) != 0)
        return NULL;
    struct promql_node *right = read_expr(reader, ops[which].strength + (node->op != OP_POW));
    struct promql_node *args[] = {left, right};
    if (!right || set_args(reader, node, args, 2) != 0 || check_operation(reader, node) != 0)
        return NULL;
    return node;
}

static struct promql_node *read_expr(struct promql_reader *reader, int weakest)
{
    if (++reader->depth > MAX_DEPTH) {
        promql_fail(reader, "the expression is too deep");
        return NULL;
    }
    struct promql_node *node = read_signed(reader);
    for (size_t which; node && (which = op_at(reader)) < ARRAY_LEN(ops) && ops[which].strength >= weakest;)
        node = read_operation(reader, node, which);
    reader->depth--;
    return node;
}

/* ---- the whole */

static struct promql_node *read_whole(struct promql_reader *reader)
{
    if (promql_next(reader) != 0)
        return NULL;
    struct promql_node *node = read_expr(reader, 0);
    if (node && reader->token.kind != TOKEN_END) {
        promql_fail(reader, "\"%s\" cannot stand here", reader->token.text);
        return NULL;
    }
    return node;
}

struct promql *promql_parse(const char *text, struct err *err)
{
    if (strlen(text) > MAX_TEXT) {
        err_set(err, ERR_USAGE, "the expression is longer than %d bytes", MAX_TEXT);
        return NULL;
    }
    CLEANUP(promql_free) struct promql *promql = xcalloc(1, sizeof(*promql));
    struct promql_reader reader = {.arena = &promql->arena, .text = text, .at = text, .promql = promql, .err = err};
    promql->root = read_whole(&reader);
    return promql->root ? TAKE(promql) : NULL;
}

void promql_free(struct promql *promql)
{
    if (!promql)
        return;
    for (struct promql_regex *regex = promql->regexes; regex; regex = regex->next)
        regfree(&regex->compiled);
    arena_release(&promql->arena);
    free(promql);
}

static void walk(const struct promql_node *node, void (*see)(const struct promql_node *selector, void *arg), void *arg)
{
    if (node->kind == NODE_SELECTOR)
        see(node, arg);
    for (size_t i = 0; i < node->n_args; i++)
        walk(node->args[i], see, arg);
}

static void see_window(const struct promql_node *selector, void *arg)
{
    int64_t *longest = arg;
    *longest = selector->window_ms > *longest ? selector->window_ms : *longest;
}

int64_t promql_window_ms(const struct promql *promql)
{
    int64_t longest = 0;
    walk(promql->root, see_window, &longest);
    return longest;
}

struct wanting {
    struct memory *memory;
    int64_t range_ms;
};

/* A range begins between two rounds: a little more than it needs. */
static void see_want(const struct promql_node *selector, void *arg)
{
    enum { SLACK_MS = 30000 };
    const struct wanting *wanting = arg;
    int64_t span = selector->window_ms + selector->offset_ms + wanting->range_ms;
    if (span > 0)
        memory_want(wanting->memory, selector->metric, span + (wanting->range_ms ? SLACK_MS : 0));
}

void promql_want(const struct promql *promql, struct memory *memory, int64_t range_ms)
{
    struct wanting wanting = {.memory = memory, .range_ms = range_ms};
    walk(promql->root, see_want, &wanting);
}
