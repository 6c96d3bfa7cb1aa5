/* What goes to stderr: errors, notes, hints. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

static bool wants_json(const struct cli *cli)
{
    return cli->output && (str_starts(cli->output, "json") || strcmp(cli->output, "ndjson") == 0);
}

bool cli_color(const struct cli *cli, bool tty)
{
    if (cli->color && strcmp(cli->color, "auto") != 0)
        return strcmp(cli->color, "always") == 0;
    const char *term = getenv("TERM");
    const char *no_color = getenv("NO_COLOR");
    return tty && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

static void add_part(node_t *object, const char *key, const char *text)
{
    if (text)
        node_set_str(object, key, text);
}

static void print_error_json(const struct cli *cli, const struct err *err)
{
    CLEANUP(node_free) node_t *doc = node_new_object();
    node_t *body = node_set(doc, "error", node_new_object());
    node_set_str(body, "code", err_word(err->code));
    node_set_num(body, "exit", err->code);
    add_part(body, "message", err->what);
    add_part(body, "reason", err->why);
    add_part(body, "hint", err->hint);
    add_part(body, "request_id", err->request_id);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(doc, &text);
    fprintf(cli->err, "%s\n", text.buf);
}

static void print_line(FILE *out, const char *before, const char *text, const char *after)
{
    CLEANUP(str_release) struct str safe = STR_INIT;
    str_add_safe(&safe, text, strlen(text), false);
    fprintf(out, "%s%s%s\n", before, safe.buf, after);
}

static void print_lines(FILE *out, const char *before, const char *text)
{
    for (;;) {
        size_t len = strcspn(text, "\n");
        AUTOFREE char *line = xstrndup(text, len);
        print_line(out, before, line, "");
        if (!text[len])
            return;
        text += len + 1;
    }
}

void cli_print_error(const struct cli *cli, const struct err *err)
{
    fflush(cli->out);
    if (!err->what)
        return;
    if (wants_json(cli)) {
        print_error_json(cli, err);
        return;
    }
    bool color = cli_color(cli, cli->err_tty);
    print_line(cli->err, color ? "\033[31merror:\033[m " : "error: ", err->what, "");
    if (err->why)
        print_lines(cli->err, "  ", err->why);
    if (err->hint)
        print_line(cli->err, str_starts(err->hint, "did you mean") ? "  " : "  try: ", err->hint, "");
    if (err->request_id)
        print_line(cli->err, color ? "\033[2m  request id: " : "  request id: ", err->request_id, color ? "\033[m" : "");
}

void cli_note(const struct cli *cli, const char *fmt, ...)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&text, fmt, ap);
    va_end(ap);
    print_line(cli->err, "", text.buf, "");
}

void cli_hint(const struct cli *cli, const char *fmt, ...)
{
    if (!cli->err_tty || !cli->out_tty)
        return;
    CLEANUP(str_release) struct str text = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&text, fmt, ap);
    va_end(ap);
    bool color = cli_color(cli, true);
    print_line(cli->err, color ? "\033[2mnext: " : "next: ", text.buf, color ? "\033[m" : "");
}

struct progress *cli_progress(const struct cli *cli)
{
    if (wants_json(cli) && !cli->err_tty)
        return NULL;
    return progress_new(cli->err, cli->err_tty, cli_color(cli, cli->err_tty));
}
