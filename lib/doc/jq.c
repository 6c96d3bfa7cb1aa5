/* libjq 1.6. A jv goes by value; every call takes the reference that it is given (jv.h). */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* jv.h defines a static function that calls it; without optimisation it stays, though unused. */
#pragma weak jv_get_kind
#include <jq.h>

#include "base/dl.h"
#include "base/sig.h"
#include "doc/print.h"

static struct jq_lib {
    jq_state *(*init)(void);
    void (*set_error_cb)(jq_state *, jq_msg_cb, void *);
    void (*set_input_cb)(jq_state *, jq_input_cb, void *);
    void (*set_debug_cb)(jq_state *, jq_msg_cb, void *);
    void (*set_attr)(jq_state *, jv, jv);
    int (*compile)(jq_state *, const char *);
    void (*start)(jq_state *, jv, int);
    jv (*next)(jq_state *);
    int (*halted)(jq_state *);
    jv (*exit_code)(jq_state *);
    jv (*error_message)(jq_state *);
    void (*teardown)(jq_state **);
    jv (*invalid)(void);
    jv (*array)(void);
    jv (*string)(const char *);
    double (*number)(jv);
    jv (*parse)(const char *, int);
    jv (*dump)(jv, int);
    jv_kind (*kind)(jv);
    jv (*copy)(jv);
    void (*free)(jv);
    int (*has_msg)(jv);
    jv (*get_msg)(jv);
    const char *(*text)(jv);
    int (*text_len)(jv);
} jq;

static const struct dl_symbol symbols[] = {
    DL_SYMBOL(struct jq_lib, init, "jq_init"),
    DL_SYMBOL(struct jq_lib, set_error_cb, "jq_set_error_cb"),
    DL_SYMBOL(struct jq_lib, set_input_cb, "jq_set_input_cb"),
    DL_SYMBOL(struct jq_lib, set_debug_cb, "jq_set_debug_cb"),
    DL_SYMBOL(struct jq_lib, set_attr, "jq_set_attr"),
    DL_SYMBOL(struct jq_lib, compile, "jq_compile"),
    DL_SYMBOL(struct jq_lib, start, "jq_start"),
    DL_SYMBOL(struct jq_lib, next, "jq_next"),
    DL_SYMBOL(struct jq_lib, halted, "jq_halted"),
    DL_SYMBOL(struct jq_lib, exit_code, "jq_get_exit_code"),
    DL_SYMBOL(struct jq_lib, error_message, "jq_get_error_message"),
    DL_SYMBOL(struct jq_lib, teardown, "jq_teardown"),
    DL_SYMBOL(struct jq_lib, invalid, "jv_invalid"),
    DL_SYMBOL(struct jq_lib, array, "jv_array"),
    DL_SYMBOL(struct jq_lib, string, "jv_string"),
    DL_SYMBOL(struct jq_lib, number, "jv_number_value"),
    DL_SYMBOL(struct jq_lib, parse, "jv_parse_sized"),
    DL_SYMBOL(struct jq_lib, dump, "jv_dump_string"),
    DL_SYMBOL(struct jq_lib, kind, "jv_get_kind"),
    DL_SYMBOL(struct jq_lib, copy, "jv_copy"),
    DL_SYMBOL(struct jq_lib, free, "jv_free"),
    DL_SYMBOL(struct jq_lib, has_msg, "jv_invalid_has_msg"),
    DL_SYMBOL(struct jq_lib, get_msg, "jv_invalid_get_msg"),
    DL_SYMBOL(struct jq_lib, text, "jv_string_value"),
    DL_SYMBOL(struct jq_lib, text_len, "jv_string_length_bytes"),
    {0},
};
static const char *const sonames[] = {"libjq.so.1", NULL};
static const char *const before[] = {"libonig.so.5", NULL};
static struct dl_library library = {.sonames = sonames, .before = before, .package = "libjq1", .symbols = symbols, .table = &jq};

/* A string as it is, anything else as JSON. Takes value. */
static void add_value(jv value, struct str *s)
{
    jv text = jq.kind(value) == JV_KIND_STRING ? value : jq.dump(value, 0);
    str_addn(s, jq.text(text), (size_t)jq.text_len(jq.copy(text)));
    jq.free(text);
}

/* Otherwise libjq prints to stderr. Only the first message says what is wrong. */
static void keep_message(void *arg, jv message)
{
    struct str *s = arg;
    if (s->len)
        jq.free(message);
    else
        add_value(message, s);
}

/* "input": there is one document, and the expression has it. */
static jv no_input(jq_state *state, void *arg)
{
    (void)state, (void)arg;
    return jq.invalid();
}

static void print_debug(void *arg, jv message)
{
    (void)arg;
    CLEANUP(str_release) struct str line = STR_INIT;
    CLEANUP(str_release) struct str safe = STR_INIT;
    add_value(jq.dump(message, 0), &line);
    str_add_safe(&safe, line.buf, line.len, true);
    fprintf(stderr, "[\"DEBUG:\",%s]\n", safe.buf);
}

/* Without them libjq 1.6 calls what was never set, and takes a missing search path for an array. */
static void set_up(jq_state *state, struct str *messages)
{
    jq.set_error_cb(state, keep_message, messages);
    jq.set_input_cb(state, no_input, NULL);
    jq.set_debug_cb(state, print_debug, NULL);
    jq.set_attr(state, jq.string("JQ_LIBRARY_PATH"), jq.array());
    jq.set_attr(state, jq.string("JQ_ORIGIN"), jq.string("."));
    jq.set_attr(state, jq.string("PROGRAM_ORIGIN"), jq.string("."));
}

static int wrong_expression(const char *expression, const char *why, struct err *err)
{
    static const char prefix[] = "jq: error: ";
    if (str_starts(why, prefix))
        why += sizeof(prefix) - 1;
    size_t len = strcspn(why, "\n");
    if (len && why[len - 1] == ':')
        len--;
    err_set(err, ERR_USAGE, "wrong --jq expression: %s", expression);
    return err_why(err, "%.*s", (int)len, why);
}

/* A raw string of others must not reach a terminal. */
static void write_line(struct str *line, FILE *out)
{
    if (isatty(fileno(out))) {
        CLEANUP(str_release) struct str safe = STR_INIT;
        str_add_safe(&safe, line->buf, line->len, true);
        fwrite(safe.buf, 1, safe.len, out);
    } else {
        fwrite(line->buf, 1, line->len, out);
    }
    fputc('\n', out);
}

/* Takes last: the invalid value that ended the results, with a message when it was an error. */
static int finish(const char *expression, jv last, struct err *err)
{
    if (!jq.has_msg(jq.copy(last))) {
        jq.free(last);
        return 0;
    }
    CLEANUP(str_release) struct str why = STR_INIT;
    add_value(jq.get_msg(last), &why);
    return wrong_expression(expression, why.buf, err);
}

/* halt ends well; halt_error does not, and may say why. */
static int finish_halted(jq_state *state, struct err *err)
{
    jv code = jq.exit_code(state);
    bool is_well = jq.kind(code) != JV_KIND_NUMBER || jq.number(jq.copy(code)) == 0;
    jq.free(code);
    if (is_well)
        return 0;
    CLEANUP(str_release) struct str why = STR_INIT;
    jv message = jq.error_message(state);
    if (jq.kind(message) == JV_KIND_INVALID || jq.kind(message) == JV_KIND_NULL)
        jq.free(message);
    else
        add_value(message, &why);
    err_set(err, ERR_FAILED, "the --jq expression ended with halt_error");
    return why.len ? err_why(err, "%.*s", (int)strcspn(why.buf, "\n"), why.buf) : -1;
}

static int print_results(jq_state *state, const char *expression, FILE *out, struct err *err)
{
    CLEANUP(str_release) struct str line = STR_INIT;
    jv value;
    while (jq.kind(value = jq.next(state)) != JV_KIND_INVALID) {
        if (sig_interrupted() || ferror(out)) {
            jq.free(value);
            return sig_interrupted() ? err_set(err, ERR_INTERRUPTED, "interrupted") : 0;
        }
        str_reset(&line);
        add_value(value, &line);
        write_line(&line, out);
    }
    if (!jq.halted(state))
        return finish(expression, value, err);
    jq.free(value);
    return finish_halted(state, err);
}

static int run(jq_state *state, const char *expression, const node_t *node, FILE *out, struct err *err)
{
    CLEANUP(str_release) struct str messages = STR_INIT;
    set_up(state, &messages);
    if (!jq.compile(state, expression))
        return wrong_expression(expression, messages.buf, err);

    CLEANUP(str_release) struct str json = STR_INIT;
    json_print(node, &json);
    if (json.len > INT_MAX)
        return err_set(err, ERR_FAILED, "too large for --jq");
    jv input = jq.parse(json.buf, (int)json.len);
    if (jq.kind(input) == JV_KIND_INVALID) {
        jq.free(input);
        return err_set(err, ERR_FAILED, "too deeply nested for --jq");
    }
    jq.start(state, input, 0);
    return print_results(state, expression, out, err);
}

int jq_run(const char *expression, const node_t *node, FILE *out, struct err *err)
{
    if (dl_bind(&library, err) != 0)
        return -1;
    jq_state *state = jq.init();
    if (!state)
        return err_set(err, ERR_FAILED, "libjq cannot start");
    sig_end_at_once(true);
    int rc = run(state, expression, node, out, err);
    sig_end_at_once(false);
    jq.teardown(&state);
    return rc;
}
