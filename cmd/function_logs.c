/* aiwf function logs, and how a line of a log is printed. */
#include <string.h>

#include "base/clock.h"
#include "cmd.h"
#include "function.h"

struct logs_opts {
    const char *runtime;
    bool follow, timestamps;
    int64_t tail, since_ms;
};
static const struct opt logs_opts[] = {
    {.name = "follow",
     .letter = 'f',
     .type = OPT_FLAG,
     OPT(struct logs_opts, follow),
     .help = "go on as lines come, until Ctrl-C"},
    TAIL_OPT(struct logs_opts),
    {.name = "since",
     .type = OPT_DURATION,
     OPT(struct logs_opts, since_ms),
     .metavar = "TIME",
     .help = "only lines of the last TIME (10m, 1h)"},
    {.name = "timestamps", .type = OPT_FLAG, OPT(struct logs_opts, timestamps), .help = "the time before each line"},
    RUNTIME_OPT(struct logs_opts),
    {0},
};

struct log_printer {
    struct cli *cli;
    bool timestamps;
    int64_t since_ms; /* wall clock; 0: all */
};

bool is_system_line(const node_t *line)
{
    return strcmp(node_str(line, "/stream", ""), "system") == 0 || strcmp(node_str(line, "/instance", ""), "system") == 0;
}

static void print_own_words(const struct cli *cli, const char *timestamp, const char *text)
{
    CLEANUP(str_release) struct str safe = STR_INIT;
    if (cli->out_tty)
        str_add_safe(&safe, text, strlen(text), false);
    fprintf(cli->out, "%s%s%s\n", timestamp, *timestamp ? " " : "", cli->out_tty ? safe.buf : text);
}

bool print_log_line(const struct cli *cli, const node_t *line, bool timestamps)
{
    const char *timestamp = timestamps ? node_str(line, "/timestamp", "-") : "";
    const char *text = node_str(line, "/text", "");
    CLEANUP(str_release) struct str json = STR_INIT;
    if (cli->print.format == PRINT_JSON || cli->print.format == PRINT_NDJSON) {
        json_print(line, &json);
        fprintf(cli->out, "%s\n", json.buf);
    } else if (is_system_line(line)) {
        fflush(cli->out);
        cli_note(cli, "%s%s-- %s", timestamp, *timestamp ? " " : "", text);
    } else {
        print_own_words(cli, timestamp, text);
    }
    fflush(cli->out);
    return !ferror(cli->out);
}

static bool print_log(const node_t *line, void *arg)
{
    struct log_printer *printer = arg;
    int64_t at = 0;
    if (printer->since_ms && rfc3339_parse(node_str(line, "/timestamp", ""), &at) && at < printer->since_ms)
        return true;
    return print_log_line(printer->cli, line, printer->timestamps);
}

static int logs(struct cli *cli, struct err *err)
{
    const struct logs_opts *opts = cli->opts;
    struct function_env env;
    if (function_env(cli, opts->runtime, &env, err) != 0)
        return -1;
    if (!env.runtime->logs)
        return runtime_lacks(env.runtime, "show logs", err);
    struct log_printer printer = {
        .cli = cli, .timestamps = opts->timestamps, .since_ms = opts->since_ms ? clock_wall_ms() - opts->since_ms : 0};
    int rc = env.runtime->logs(&env.env, cli->args.v[0], opts->follow, opts->tail, print_log, &printer, err);
    if (opts->follow)
        rc = cli_until_interrupt(rc, err);
    return rc != 0 && err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function list") : rc;
}

static bool tell_log(const node_t *line, void *arg)
{
    if (is_system_line(line))
        return true; /* the gateway's own words are the error's reason already */
    cli_note(arg, "  | %s", node_str(line, "/text", ""));
    return true;
}

void function_tell_logs(struct cli *cli, const struct function_env *env, const char *name)
{
    enum { LINES = 5 };
    CLEANUP(err_release) struct err none = ERR_INIT;
    bool is_machine = cli->output && (str_starts(cli->output, "json") || strcmp(cli->output, "ndjson") == 0);
    if (env->runtime->logs && !is_machine)
        env->runtime->logs(&env->env, name, false, LINES, tell_log, cli, &none);
}

static const struct arg name_arg[] = {{.name = "NAME", .help = "the function", .complete = complete_functions}, {0}};

static const struct example log_examples[] = {
    {"aiwf function logs digits --tail 20", "its last lines"},
    {"aiwf function logs digits -f --since 10m", "those of the last ten minutes, and go on"},
    {0},
};
const struct cmd function_logs_cmd = {
    .name = "logs",
    .help = "print what a function wrote",
    .args = name_arg,
    .opts = logs_opts,
    .opts_size = sizeof(struct logs_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .examples = log_examples,
    .run = logs,
};
