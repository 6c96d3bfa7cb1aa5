/* The parts of promql: tree, words, values. */
#ifndef METRICS_PROMQL_PARTS_H
#define METRICS_PROMQL_PARTS_H

#include <regex.h>
#include <string.h>

#include "metrics/promql.h"

/* ---- the tree: it lives in its promql's arena */

enum promql_type { PROMQL_NONE, PROMQL_SCALAR, PROMQL_STRING, PROMQL_VECTOR, PROMQL_MATRIX };
const char *promql_type_name(enum promql_type type); /* as Prometheus calls it: "instant vector" */

enum promql_match { MATCH_IS, MATCH_IS_NOT, MATCH_LIKE, MATCH_UNLIKE };

struct promql_regex {
    regex_t compiled;
    struct promql_regex *next; /* all of an expression, to free them */
};

struct promql_matcher {
    const char *name, *value;
    enum promql_match how;
    struct promql_regex *regex;
};

enum promql_op {
    OP_OR,
    OP_AND,
    OP_UNLESS,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_MOD,
    OP_ATAN2,
    OP_POW,
};
bool promql_op_compares(enum promql_op op);
bool promql_op_is_of_sets(enum promql_op op);

struct promql_names {
    const char **v;
    size_t n, cap;
};

enum promql_card { CARD_ONE_TO_ONE, CARD_MANY_TO_ONE /* group_left */, CARD_ONE_TO_MANY /* group_right */ };

enum promql_kind { NODE_LITERAL, NODE_WORDS, NODE_SELECTOR, NODE_CALL, NODE_AGGREGATION, NODE_OPERATION, NODE_NEGATION };

struct promql_node {
    enum promql_kind kind;
    enum promql_type type;
    int depth;
    double number;    /* NODE_LITERAL */
    const char *text; /* NODE_WORDS */
    /* NODE_SELECTOR */
    const char *metric; /* the name that it must have; NULL: several */
    struct promql_matcher *matchers;
    size_t n_matchers;
    int64_t window_ms, offset_ms;
    /* NODE_CALL, NODE_AGGREGATION, NODE_OPERATION, NODE_NEGATION */
    const struct promql_function *function;
    const struct promql_aggregation *aggregation;
    struct promql_node **args; /* of an aggregation: the vector, then its parameter */
    size_t n_args;
    struct promql_regex *regex; /* of label_replace */
    /* NODE_AGGREGATION: by (!is_without), without; NODE_OPERATION: on, ignoring */
    bool is_without, is_on, is_bool;
    struct promql_names labels, include;
    enum promql_op op;
    enum promql_card card;
};

struct promql {
    struct arena arena;
    struct promql_node *root;
    struct promql_regex *regexes;
};

/* ---- words */

enum promql_token_kind { TOKEN_END, TOKEN_NAME, TOKEN_NUMBER, TOKEN_DURATION, TOKEN_STRING, TOKEN_SIGN };

struct promql_token {
    enum promql_token_kind kind;
    const char *at; /* in the text */
    size_t len;
    double number;       /* TOKEN_NUMBER */
    int64_t duration_ms; /* TOKEN_DURATION */
    const char *text;    /* TOKEN_STRING: what it says; TOKEN_NAME, TOKEN_SIGN: itself. In the arena */
};

struct promql_reader {
    struct arena *arena;
    const char *text, *at;
    struct promql_token token; /* the one that comes next */
    struct promql *promql;
    int depth;
    struct err *err;
};
/* Reads the next token; -1: there is no such word. */
int promql_next(struct promql_reader *reader);
bool promql_name_is_label(const char *name);
int promql_fail(struct promql_reader *reader, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The whole of a text, as Prometheus' anchored expressions. Lives as long as promql. NULL: USAGE. */
struct promql_regex *promql_compile(struct promql *promql, const char *pattern, struct err *err);
bool promql_matches(const struct promql_matcher *matcher, const char *value);
/* The matches of a pattern that fits the whole text, from groups[1] on; false: it does not fit. */
bool promql_regex_groups(const struct promql_regex *regex, const char *text, regmatch_t *groups, size_t n);

/* ---- values: they live in the arena of one evaluation */

struct promql_labels {
    const struct prom_label *v; /* sorted by name */
    size_t n;
};

struct promql_sample {
    struct promql_labels labels;
    double value;
    int64_t at_ms;
};

struct promql_value {
    enum promql_type type; /* of a matrix there is none: functions take the windows one by one */
    double scalar;
    const char *text;
    struct promql_sample *v;
    size_t n, cap;
};

struct promql_eval {
    const struct memory *memory;
    struct arena *arena;
    int64_t at_ms;
    bool is_short; /* a window began before what is known */
    struct err *err;
};

int promql_value_of(struct promql_eval *eval, const struct promql_node *node, struct promql_value *ret);
void promql_push(struct promql_eval *eval, struct promql_value *value, struct promql_sample sample);
/* FAILED when two have the same labels. */
int promql_check_unique(struct promql_eval *eval, const struct promql_value *value);

const char *promql_label(struct promql_labels labels, const char *name); /* "" when there is none */
struct promql_labels promql_labels_without(struct arena *arena, struct promql_labels labels, const struct promql_names *names);
struct promql_labels promql_labels_only(struct arena *arena, struct promql_labels labels, const struct promql_names *names);
struct promql_labels promql_unnamed(struct arena *arena, struct promql_labels labels); /* without the metric's name */
/* value "": without it. */
struct promql_labels promql_labels_set(struct arena *arena, struct promql_labels labels, const char *name, const char *value);
void promql_labels_key(struct promql_labels labels, struct str *key);
bool promql_has_name(const struct promql_names *names, const char *name);

/* ---- series */

/* The series that a selector matches, one after another: begins with {0}. NULL: the end. */
struct promql_cursor {
    const struct memory_metric *metric;
    struct map_entry *entry;
    size_t i;
};
const struct memory_series *promql_next_series(const struct memory *memory, const struct promql_node *selector,
                                               struct promql_cursor *cursor);

/* The points of a series in a selector's window. */
struct promql_window {
    const struct memory_point *points; /* without stale ones */
    size_t n;
    int64_t from_ms, to_ms;
};

/* ---- functions */

enum { PROMQL_MAX_ARGS = 5 };

struct promql_function {
    const char *name;
    enum promql_type ret;
    enum promql_type args[PROMQL_MAX_ARGS];
    size_t optional; /* of the last ones */
    bool keeps_name;
    double (*of_number)(double value);                                                /* of each */
    bool (*of_window)(const struct promql_window *window, double param, double *ret); /* of each; param: the scalar argument */
    int (*of_all)(struct promql_eval *eval, const struct promql_node *call, struct promql_value *ret);
};
const struct promql_function *promql_function_find(const char *name); /* NULL: there is none */
extern const struct promql_function promql_window_functions[], promql_number_functions[], promql_vector_functions[];

struct promql_aggregation {
    const char *name;
    bool has_param;
    bool keeps_labels; /* topk, bottomk: some of the samples themselves */
};
const struct promql_aggregation *promql_aggregation_find(const char *name);
int promql_aggregate(struct promql_eval *eval, const struct promql_node *node, struct promql_value *ret);
int promql_operate(struct promql_eval *eval, const struct promql_node *node, struct promql_value *ret);
/* Of sorted values. */
double promql_quantile(double q, const double *values, size_t n);
int promql_compare_numbers(const void *a, const void *b); /* for qsort; NaN first */

#endif
