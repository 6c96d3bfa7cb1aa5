/* What the requests of `aiwf api` share: methods, and an answer as it came. */
#include "api.h"

#include <string.h>

static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", NULL};

int api_check_method(const char *method, struct err *err)
{
    if (str_index(methods, method) >= 0)
        return 0;
    err_set(err, ERR_USAGE, "\"%s\" is not a method", method);
    return err_hint(err, "GET, HEAD, POST, PUT, PATCH or DELETE");
}

bool api_is_reading(const char *method) { return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0; }

int api_print_node(struct cli *cli, const node_t *node, struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (cli->jq)
        return jq_run(cli->jq, node, cli->out, err);
    switch (cli->print.format) {
    case PRINT_TABLE:
    case PRINT_WIDE:
    case PRINT_JSON:
        json_print_pretty(node, &text);
        break;
    case PRINT_NDJSON:
        json_print(node, &text);
        break;
    case PRINT_YAML:
        yaml_print(node, &text);
        break;
    case PRINT_NAME:
    case PRINT_CSV:
    case PRINT_CUSTOM:
        err_set(err, ERR_USAGE, "an answer has no columns");
        return err_hint(err, "-o json, yaml or ndjson, or --jq EXPR");
    }
    fprintf(cli->out, "%s%s", text.buf, text.len && text.buf[text.len - 1] == '\n' ? "" : "\n");
    return 0;
}

/* As it came; on a terminal without what could control it. */
void api_print_text(const struct cli *cli, const struct str *body)
{
    CLEANUP(str_release) struct str safe = STR_INIT;
    if (cli->out_tty)
        str_add_safe(&safe, body->buf, body->len, true);
    const struct str *text = cli->out_tty ? &safe : body;
    fwrite(text->buf, 1, text->len, cli->out);
    if (text->len && text->buf[text->len - 1] != '\n')
        fputc('\n', cli->out);
}

int api_print_answer(struct cli *cli, const struct http_response *res, struct err *err)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    if (!res->body.len)
        return 0;
    CLEANUP(node_free) node_t *node = json_parse(res->body.buf, res->body.len, "the answer", &none);
    if (node)
        return api_print_node(cli, node, err);
    if (cli->jq)
        return err_move(err, &none);
    api_print_text(cli, &res->body);
    return 0;
}
