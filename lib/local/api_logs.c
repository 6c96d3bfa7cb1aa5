/* /system/logs: a function's lines as NDJSON (openfaas/faas-provider logs/logs.go), with follow. */
#include <string.h>

#include "base/clock.h"
#include "local/function.h"
#include "local/log_reply.h"

/* The function is held while somebody reads, as by a call. */
static void print_line(const struct log_line *line, void *arg, struct str *s)
{
    const struct function *function = arg;
    CLEANUP(str_release) struct str at = STR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT;
    rfc3339_print(&at, line->wall_ms);
    str_addn(&text, line->text, line->len);
    str_addf(s,
             "{\"name\":\"%s\",\"namespace\":\"openfaas-fn\",\"instance\":\"%s\",\"timestamp\":\"%s\",\"text\":", function->name,
             log_stream_name(line->stream), at.buf);
    json_print_string(text.buf, s);
    str_add(s, "}\n");
}

static bool is_over(void *arg)
{
    const struct function *function = arg;
    return function->is_removed;
}

static void let_go(void *arg)
{
    struct function *function = arg;
    function->calls--;
    function_leave_check(function);
}

static void logs(struct request *req)
{
    const char *name = request_query(req, "name");
    struct function *function = name ? functions_find(req->daemon->functions, name, strlen(name)) : NULL;
    if (!function) {
        reply_error(req, 404, "there is no function \"%s\"", name ? name : "");
        return;
    }
    function->calls++;
    reply_log(req, &(struct log_source){.path = function->log_path,
                                        .log = request_query_bool(req, "follow") ? function_log(function) : NULL,
                                        .is_over = is_over,
                                        .print = print_line,
                                        .release = let_go,
                                        .arg = function});
}

const struct route routes_logs[] = {
    {.method = "GET", .pattern = "/system/logs", .handler = logs},
    {0},
};
