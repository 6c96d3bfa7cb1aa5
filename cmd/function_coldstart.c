/* aiwf function coldstart: what a cold start is made of. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "bench/coldstart.h"
#include "cmd.h"
#include "function.h"

enum { BODY_MAX = 64 << 20 };

struct coldstart_opts {
    const char *runtime;
    const char *file, *path, *method;
    int64_t n;
};

static const struct opt coldstart_opts[] = {
    {.name = "rounds",
     .letter = 'n',
     .type = OPT_INT,
     OPT(struct coldstart_opts, n),
     .metavar = "N",
     .min = 1,
     .max = 10000,
     .missing = "10",
     .help = "cold starts that count; one more goes before them"},
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct coldstart_opts, file),
     .metavar = "FILE",
     .help = "send this file with each request"},
    {.name = "path",
     .type = OPT_STRING,
     OPT(struct coldstart_opts, path),
     .metavar = "PATH",
     .help = "the path below the function"},
    {.name = "method",
     .letter = 'X',
     .type = OPT_STRING,
     OPT(struct coldstart_opts, method),
     .metavar = "METHOD",
     .help = "the method (usual: POST with a body, else GET)"},
    RUNTIME_OPT(struct coldstart_opts),
    {0},
};

static void tell_round(int64_t done, int64_t rounds, double total_ms, void *arg)
{
    CLEANUP(str_release) struct str state = STR_INIT;
    CLEANUP(str_release) struct str note = STR_INIT;
    str_addf(&state, "%lld/%lld", (long long)done, (long long)rounds);
    str_addf(&note, "%.1f ms", total_ms);
    if (done < rounds)
        progress_update(arg, "cold starts", state.buf, note.buf);
    else
        progress_settle(arg, "cold starts", state.buf, note.buf);
}

static bool drop(const char *data, size_t len, void *arg)
{
    (void)data, (void)len, (void)arg;
    return true;
}

/* What the runtimes' stages are to people; JSON keeps their names. */
static const struct {
    const char *stage, *label, *cause;
} labels[] = {
    {"queued", "held until a start is decided", "waiting for a decision to start"},
    {"spawn", "process started", "the start of a process"},
    {"listen", "process start to listening", "the function's own start (imports, model load)"},
    {"first byte", "request to first byte", "the function's first answer"},
};

static const char *label_of(const char *stage)
{
    for (size_t i = 0; i < ARRAY_LEN(labels); i++)
        if (strcmp(labels[i].stage, stage) == 0)
            return labels[i].label;
    return stage;
}

static const char *cause_of(const char *stage)
{
    for (size_t i = 0; i < ARRAY_LEN(labels); i++)
        if (strcmp(labels[i].stage, stage) == 0)
            return labels[i].cause;
    return stage;
}

static node_t *row(const char *stage, double p50_ms, double p95_ms, double share, const char *note)
{
    node_t *item = node_new_object();
    node_set_str(item, "stage", stage);
    node_set_num(item, "p50_ms", p50_ms);
    node_set_num(item, "p95_ms", p95_ms);
    node_set_num(item, "share", share);
    node_set_str(item, "note", note);
    return item;
}

/* The stages and their total, as rows of a table. */
static node_t *rows_of(const node_t *doc)
{
    static const struct column warm_column = {.title = "WARM", .path = "/warm_p50_ms", .kind = CELL_MS};
    const char *biggest = node_str(doc, "/biggest", "");
    node_t *rows = node_new_array();
    for (const node_t *stage = node_first(node_get(doc, "stages")); stage; stage = node_next(stage)) {
        const char *name = node_str(stage, "/stage", "?");
        node_push(rows, row(label_of(name), node_num(stage, "/p50_ms", NAN), node_num(stage, "/p95_ms", NAN),
                            node_num(stage, "/share", NAN), strcmp(name, biggest) == 0 ? "<- biggest" : ""));
    }
    CLEANUP(str_release) struct str warm = STR_INIT;
    str_add(&warm, "warm ");
    print_cell(&warm_column, doc, &warm);
    node_push(rows, row("total (measured by the client)", node_num(doc, "/total_p50_ms", NAN),
                        node_num(doc, "/total_p95_ms", NAN), 1, warm.buf));
    return rows;
}

static void print_advice(struct cli *cli, const node_t *doc)
{
    static const struct column column = {.title = "MS", .path = "/biggest_ms", .kind = CELL_MS};
    CLEANUP(str_release) struct str text = STR_INIT;
    str_add(&text, "what would help: ");
    print_cell(&column, doc, &text);
    str_addf(&text, " are %s. A floor of 1 avoids all of it: %s", cause_of(node_str(doc, "/biggest", "?")),
             node_str(doc, "/advice", ""));
    fprintf(cli->out, "%s\n", text.buf);
}

static int print_result(struct cli *cli, const node_t *doc, struct err *err)
{
    bool is_people = cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE;
    bool is_rows = is_people || cli->print.format == PRINT_CSV;
    if (!is_rows || cli->jq)
        return cli_print_one(cli, "cold start", doc, err);
    if (is_people)
        fprintf(cli->out, "%s (%s, %lld cold starts, 1 before them dropped)\n", node_str(doc, "/function", ""),
                node_str(doc, "/runtime", ""), (long long)node_int(doc, "/rounds", 0));
    CLEANUP(node_free) node_t *rows = rows_of(doc);
    if (cli_print_list(cli, "stage", rows, err) != 0)
        return -1;
    if (is_people)
        print_advice(cli, doc);
    return 0;
}

static int measure(struct cli *cli, struct coldstart *run, struct err *err)
{
    enum { WARM_ROUNDS = 20 };
    CLEANUP(progress_free) struct progress *progress = cli->err_tty ? cli_progress(cli) : NULL;
    run->warm_rounds = WARM_ROUNDS;
    run->on_round = tell_round;
    run->arg = progress;
    CLEANUP(node_free) node_t *doc = coldstart_measure(run, err);
    return doc ? print_result(cli, doc, err) : -1;
}

static int coldstart(struct cli *cli, struct err *err)
{
    const struct coldstart_opts *opts = cli->opts;
    CLEANUP(str_release) struct str body = STR_INIT_MAX(BODY_MAX);
    struct function_env env;
    if (function_env(cli, opts->runtime, &env, err) != 0)
        return -1;
    AUTOFREE char *what = xasprintf("end all instances of function %s, %lld times", cli->args.v[0], (long long)opts->n + 1);
    if (cli_confirm(cli, what, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would %s", what);
        return 0;
    }
    if (opts->file && file_read(opts->file, &body, err) != 0)
        return -1;
    struct invoke_request request = {
        .name = cli->args.v[0],
        .method = opts->method,
        .path = opts->path,
        .body = opts->file ? body.buf : NULL,
        .body_len = body.len,
        .on_data = drop,
    };
    struct coldstart run = {.runtime = env.runtime, .env = &env.env, .request = &request, .rounds = opts->n};
    return measure(cli, &run, err);
}

static const struct arg name_arg[] = {{.name = "NAME", .help = "the function", .complete = complete_functions}, {0}};

static const struct column coldstart_columns[] = {
    {.title = "STAGE", .path = "/stage"},
    {.title = "P50", .path = "/p50_ms", .kind = CELL_MS},
    {.title = "P95", .path = "/p95_ms", .kind = CELL_MS},
    {.title = "SHARE", .path = "/share", .kind = CELL_PERCENT},
    {.title = "NOTE", .path = "/note"},
    {0},
};

static const struct example coldstart_examples[] = {
    {"aiwf function coldstart digits -n 20", "20 cold starts, stage by stage"},
    {"aiwf function coldstart digits -f image.json -o json", "with a real request, samples included"},
    {0},
};

const struct cmd function_coldstart_cmd = {
    .name = "coldstart",
    .help = "measure what a cold start of a function is made of",
    .about = "Ends all instances of the function before each round, so that its request meets none: not for a\n"
             "function that others use at the moment. Totals are the client's; quantiles are interpolated.",
    .args = name_arg,
    .opts = coldstart_opts,
    .opts_size = sizeof(struct coldstart_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES,
    .columns = coldstart_columns,
    .examples = coldstart_examples,
    .run = coldstart,
};
