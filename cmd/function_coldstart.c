/* aiwf function coldstart: what a cold start is made of. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "bench/coldstart.h"
#include "bench/coldwatch.h"
#include "cmd.h"
#include "function.h"
#include "kube.h"

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
     RANGE(1, 10000),
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

/* What the stages are to people, and what makes them shorter; JSON keeps their names. */
static const struct {
    const char *stage, *label, *cause, *remedy;
} labels[] = {
    {"queued", "held until a start is decided", "waiting for a decision to start", NULL},
    {"spawn", "process started", "the start of a process", NULL},
    {"listen", "process start to listening", "the function's own start (imports, model load)", NULL},
    {"held", "held until a scale decision", "waiting for the decision to scale", NULL},
    {"pod created", "pod created", "the controllers between the decision and the pod", NULL},
    {"scheduled", "scheduled", "the scheduler, or waiting for a node with room", NULL},
    {"sandbox", "sandbox and network", "kubelet, the pod's sandbox and its network", "a lighter --runtime-class, fewer volumes"},
    {"image", "image", "fetching the image", "a smaller image"},
    {"container", "container started", "making and starting the container", "a lighter --runtime-class"},
    {"sidecars", "sidecars started", "the start of the pod's other containers, beside the function's own start", "fewer of them"},
    {"ready", "process start to ready", "the function's own start (imports, model load) and its probe",
     "load less at the start, probe sooner"},
    {"first byte", "request to first byte", "the function's first answer", NULL},
};

static size_t label_at(const char *stage)
{
    size_t i = 0;
    while (i < ARRAY_LEN(labels) && strcmp(labels[i].stage, stage) != 0)
        i++;
    return i;
}

static const char *label_of(const char *stage)
{
    size_t at = label_at(stage);
    return at < ARRAY_LEN(labels) ? labels[at].label : stage;
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

static const char *image_note(const node_t *doc)
{
    double present = node_num(doc, "/images_present", NAN);
    return present == node_num(doc, "/rounds", 0) ? "present on the node" : present > 0 ? "at times present on the node" : "";
}

/* The stages and their total, as rows of a table. */
static node_t *rows_of(const node_t *doc)
{
    static const struct column warm_column = {.title = "WARM", .path = "/warm_p50_ms", .kind = CELL_MS};
    const char *biggest = node_str(doc, "/biggest", "");
    node_t *rows = node_new_array();
    for (const node_t *stage = node_first(node_get(doc, "stages")); stage; stage = node_next(stage)) {
        const char *name = node_str(stage, "/stage", "?");
        const char *note = strcmp(name, biggest) == 0 ? "<- biggest" : strcmp(name, "image") == 0 ? image_note(doc) : "";
        node_push(rows, row(label_of(name), node_num(stage, "/p50_ms", NAN), node_num(stage, "/p95_ms", NAN),
                            node_num(stage, "/share", NAN), note));
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
    const char *stage = node_str(doc, "/biggest", "?");
    size_t at = label_at(stage);
    bool is_known = at < ARRAY_LEN(labels);
    str_add(&text, "what would help: ");
    print_cell(&column, doc, &text);
    str_addf(&text, " are %s", is_known ? labels[at].cause : stage);
    if (is_known && labels[at].remedy)
        str_addf(&text, ": %s", labels[at].remedy);
    str_addf(&text, "; %s: %s", node_str(doc, "/advice_because", ""), node_str(doc, "/advice", ""));
    fprintf(cli->out, "%s\n", text.buf);
}

/* How sure the figures are. */
static void print_measure(struct cli *cli, const node_t *doc)
{
    double uncertainty = node_num(doc, "/uncertainty_ms", NAN);
    if (isnan(uncertainty))
        return;
    fprintf(cli->out, "stages are timed by the arrival of watch events here, ± %.1f ms (the API server and back); made cold %s\n",
            uncertainty, node_str(doc, "/how", "?"));
    for (const node_t *each = node_first(node_get(doc, "unseen")); each; each = node_next(each))
        fprintf(cli->out, "the end of \"%s\" was not seen %lld times: it is in the stage after it\n", label_of(node_key(each)),
                (long long)node_value(each));
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
    if (is_people) {
        print_measure(cli, doc);
        print_advice(cli, doc);
    }
    return 0;
}

/* Where a cluster shows the start of an instance. *ret NULL: nobody looks. */
static int open_watch(struct cli *cli, const struct function_env *env, const char *name, struct coldwatch **ret, struct err *err)
{
    const struct context *context = &cli->context;
    bool has_cluster =
        env->runtime->needs_cluster || context_get(context, SETTING_kube_context) || context_get(context, SETTING_kubeconfig);
    if (!env->runtime->label || !has_cluster)
        return 0;
    CLEANUP(kube_release) struct kube kube = {0};
    AUTOFREE char *selector = xasprintf("%s=%s", env->runtime->label, name);
    if (cli_kube(cli, &kube, err) != 0)
        return -1;
    const char *usual = env->runtime->needs_cluster ? kube.ns : "openfaas-fn", *ns = context_get(context, SETTING_namespace);
    AUTOFREE char *where = xstrdup(ns ? ns : usual);
    return (*ret = coldwatch_open(&kube, where, selector, err)) ? 0 : -1;
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
    CLEANUP(coldwatch_close) struct coldwatch *watch = NULL;
    if (open_watch(cli, &env, request.name, &watch, err) != 0)
        return -1;
    struct coldstart run = {.runtime = env.runtime, .env = &env.env, .request = &request, .rounds = opts->n, .watch = watch};
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
             "function that others use at the moment. Totals are the client's; quantiles are interpolated.\n"
             "\n"
             "On a cluster the stages are timed by the arrival of watch events on this machine, as server stamps\n"
             "have whole seconds. A Knative function is left to its autoscaler, whose window is made short on the\n"
             "PodAutoscaler meanwhile (with no new revision) where that is allowed; a deployment goes from 0 to 1\n"
             "replicas; on OpenFaaS, stages are seen where the context has a Kubernetes too.",
    .args = name_arg,
    .opts = coldstart_opts,
    .opts_size = sizeof(struct coldstart_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES,
    .columns = coldstart_columns,
    .examples = coldstart_examples,
    .run = coldstart,
};
