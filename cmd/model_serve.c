/* aiwf model serve: a model behind a server, and then until it has answered its warm-up requests. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model.h"
#include "serverless/deployment.h"
#include "serverless/knative.h"
#include "wait/wait.h"

struct serve_opts {
    const char *model, *server, *as, *image, *command, *source, *scale, *cpu, *warmup;
    struct strv env, versions, labels, batching;
    int64_t port, memory_bytes, gpus, concurrency, warmups;
    bool replace;
};

static const char *const servers[] = {"tfserving", "v2", NULL};
static const char *const forms[] = {"function", "deployment", NULL};

static const struct opt serve_opts[] = {
    {.name = "model",
     .type = OPT_STRING,
     OPT(struct serve_opts, model),
     .metavar = "[CLAIM:]PATH",
     .help = "where the model is: in a volume claim, else in the image (local: of this machine)"},
    {.name = "server",
     .type = OPT_CHOICE,
     OPT(struct serve_opts, server),
     .metavar = "SERVER",
     .choices = servers,
     .missing = "tfserving",
     .help = "what serves it: tfserving (TensorFlow Serving), v2 (Open Inference Protocol)"},
    {.name = "as",
     .type = OPT_CHOICE,
     OPT(struct serve_opts, as),
     .metavar = "FORM",
     .choices = forms,
     .help = "function (Knative; usual in a cluster) or deployment (stays, with an autoscaler)"},
    {.name = "image",
     .type = OPT_STRING,
     OPT(struct serve_opts, image),
     .metavar = "IMAGE",
     .help = "the server's image (usual for tfserving: tensorflow/serving)"},
    {.name = "command",
     .type = OPT_STRING,
     OPT(struct serve_opts, command),
     .metavar = "CMD",
     .help = "local: the server, by /bin/sh -c; it listens on $PORT, its model is $MODEL_PATH. In a cluster: in the place of the "
             "image's entrypoint, whose arguments are \"$0\" \"$@\""},
    {.name = "source", .type = OPT_DIR, OPT(struct serve_opts, source), .metavar = "DIR", .help = "local: the command's folder"},
    {.name = "version",
     .type = OPT_LIST,
     OPT(struct serve_opts, versions),
     .metavar = "N",
     .help = "serve these versions (usual: the latest); tfserving"},
    {.name = "version-label",
     .type = OPT_LIST,
     OPT(struct serve_opts, labels),
     .metavar = "LABEL=N",
     .help = "a label for a version: stable=3; tfserving"},
    {.name = "batching",
     .type = OPT_LIST,
     OPT(struct serve_opts, batching),
     .metavar = "K=N",
     .help = "max_batch_size, batch_timeout_micros, max_enqueued_batches, num_batch_threads; tfserving"},
    {.name = "warmup",
     .type = OPT_FILE,
     OPT(struct serve_opts, warmup),
     .metavar = "FILE",
     .help = "a prediction (as predict -f) that it has to answer before it is called ready"},
    {.name = "warmup-requests",
     .type = OPT_INT,
     OPT(struct serve_opts, warmups),
     .metavar = "N",
     RANGE(1, 10000),
     .missing = "3",
     .help = "so often, for each instance"},
    {.name = "port",
     .type = OPT_INT,
     OPT(struct serve_opts, port),
     .metavar = "PORT",
     RANGE(1, 65535),
     .help = "where the server listens in its image (usual: tfserving 8501, v2 8080)"},
    {.name = "env",
     .letter = 'e',
     .type = OPT_LIST,
     OPT(struct serve_opts, env),
     .metavar = "K=V",
     .help = "an environment variable of the server"},
    {.name = "scale",
     .type = OPT_STRING,
     OPT(struct serve_opts, scale),
     .metavar = "MIN..MAX",
     .help = "instances: at least, at most"},
    {.name = "concurrency",
     .type = OPT_INT,
     OPT(struct serve_opts, concurrency),
     .metavar = "N",
     RANGE(1, 100000),
     .help = "requests at once an instance"},
    {.name = "memory",
     .type = OPT_BYTES,
     OPT(struct serve_opts, memory_bytes),
     .metavar = "SIZE",
     .help = "memory of an instance"},
    {.name = "cpu", .type = OPT_STRING, OPT(struct serve_opts, cpu), .metavar = "CORES", .help = "CPU of an instance: 0.5, 250m"},
    {.name = "gpus",
     .type = OPT_INT,
     OPT(struct serve_opts, gpus),
     .metavar = "N",
     RANGE(0, 1024),
     .help = "GPUs of an instance"},
    {.name = "replace", .type = OPT_FLAG, OPT(struct serve_opts, replace), .help = "put it in the place of one of that name"},
    {0},
};

struct serving {
    struct cli *cli;
    const struct serve_opts *opts;
    const char *runtime; /* its name */
    struct model_spec spec;
    struct strv args, env, labels; /* of the spec */
    char *claim, *path, *ready_path, *source;
    int64_t deadline_ms; /* monotonic; 0: none */
};

static void serving_release(struct serving *serving)
{
    strv_release(&serving->args);
    strv_release(&serving->env);
    strv_release(&serving->labels);
    free(serving->claim);
    free(serving->path);
    free(serving->ready_path);
    free(serving->source);
}
DEFINE_CLEANUP(struct serving, serving_release)

/* ---- what was asked for ---- */

static int take_runtime(struct serving *serving, struct err *err)
{
    bool is_local = serving->cli->context.is_local;
    const char *as = serving->opts->as;
    if (is_local && as)
        return err_set(err, ERR_USAGE, "--as %s: the context %s has processes only", as, serving->cli->context.name);
    serving->runtime = is_local ? "local" : as && strcmp(as, "deployment") == 0 ? "deployment" : "knative";
    return 0;
}

/* CLAIM:PATH in a cluster; there a path of an image is absolute, and so has no colon before its first slash. */
static void take_model(struct serving *serving, const char *text)
{
    const char *colon = strchr(text, ':'), *slash = strchr(text, '/');
    bool has_claim = strcmp(serving->runtime, "local") != 0 && colon && colon != text && (!slash || colon < slash);
    serving->claim = has_claim ? xstrndup(text, (size_t)(colon - text)) : NULL;
    serving->path = xstrdup(has_claim ? colon + 1 : text);
    serving->spec.claim = serving->claim;
    serving->spec.path = serving->path;
}

static int take_scale(const char *text, struct function_spec *function, struct err *err)
{
    const char *dots = strstr(text, "..");
    AUTOFREE char *least = dots ? xstrndup(text, (size_t)(dots - text)) : xstrdup(text);
    long long min, max;
    if (!str_to_int(least, 0, FUNCTION_SCALE_MAX, &min) || !str_to_int(dots ? dots + 2 : text, 1, FUNCTION_SCALE_MAX, &max) ||
        min > max)
        return err_set(err, ERR_USAGE, "--scale: \"%s\" is not MIN..MAX", text);
    function->scale_min = min;
    function->scale_max = max;
    return 0;
}

static int local_path(struct serving *serving, struct err *err)
{
    char *whole = realpath(serving->path, NULL);
    if (!whole)
        return err_sys(err, ERR_NOT_FOUND, "--model %s", serving->path);
    free(serving->path);
    serving->path = whole;
    serving->spec.path = whole;
    serving->source = serving->opts->source ? realpath(serving->opts->source, NULL) : NULL;
    if (serving->opts->source && !serving->source)
        return err_sys(err, ERR_NOT_FOUND, "--source %s", serving->opts->source);
    strv_addf(&serving->env, "MODEL_NAME=%s", serving->spec.name);
    strv_addf(&serving->env, "MODEL_PATH=%s", whole);
    serving->spec.function.command = serving->opts->command;
    serving->spec.function.source = serving->source;
    if (serving->opts->command)
        return 0;
    err_set(err, ERR_USAGE, "what serves the model here?");
    return err_hint(err,
                    "--command 'tensorflow_model_server --rest_api_port=$PORT --model_name=%s --model_base_path=$MODEL_PATH'",
                    serving->spec.name);
}

static int cluster_image(struct serving *serving, struct err *err)
{
    const struct serve_opts *opts = serving->opts;
    const char *image = opts->image ? opts->image : serving->spec.server->image;
    if (opts->source)
        return err_set(err, ERR_USAGE, "--source: in a cluster the server is an image; its arguments stand after --");
    serving->spec.function.command = opts->command;
    if (!image) {
        err_set(err, ERR_USAGE, "no image is usual for a server of the Open Inference Protocol");
        return err_hint(err,
                        "--image nvcr.io/nvidia/tritonserver:TAG --port 8000 -- tritonserver --model-repository=DIR, or another");
    }
    serving->spec.function.image = image;
    if (!serving->spec.claim && *serving->spec.path != '/') {
        err_set(err, ERR_USAGE, "--model: \"%s\" is neither CLAIM:PATH nor a path from / in the image", serving->spec.path);
        return err_hint(err, "aiwf dataset list");
    }
    return 0;
}

static void copy_list(struct strv *to, const struct strv *from)
{
    for (size_t i = 0; i < from->n; i++)
        strv_add(to, from->v[i]);
}

static int take_function(struct serving *serving, struct err *err)
{
    const struct serve_opts *opts = serving->opts;
    struct function_spec *function = &serving->spec.function;
    struct model_ask ask = {.model = serving->spec.name};
    CLEANUP(str_release) struct str ready = STR_INIT;
    serving->spec.server->path(&ask, MODEL_READY, &ready);
    serving->ready_path = str_detach(&ready);
    strv_addf(&serving->labels, MODEL_LABEL "=%s", serving->spec.name);
    strv_addf(&serving->labels, MODEL_SERVER_LABEL "=%s", serving->spec.server->name);
    copy_list(&serving->env, &opts->env);
    *function = FUNCTION_SPEC_INIT;
    function->name = serving->spec.name;
    function->mode = "http";
    function->env = &serving->env;
    function->labels = &serving->labels;
    function->ready_path = serving->ready_path;
    function->memory_bytes = opts->memory_bytes;
    function->gpus = opts->gpus;
    function->concurrency = opts->concurrency;
    if (opts->cpu && parse_cores(opts->cpu, &function->cpus, err) != 0)
        return -1;
    if (opts->scale && take_scale(opts->scale, function, err) != 0)
        return -1;
    return check_env_pairs(&opts->env, err);
}

static int take_args(struct serving *serving)
{
    const struct cli *cli = serving->cli;
    for (size_t i = cli->dashes_at; i < cli->args.n; i++)
        strv_add(&serving->args, cli->args.v[i]);
    serving->spec.args = &serving->args;
    return 0;
}

static int collect(struct serving *serving, struct err *err)
{
    const struct serve_opts *opts = serving->opts;
    struct model_spec *spec = &serving->spec;
    spec->server = model_server_find(opts->server);
    spec->name = serving->cli->args.v[0];
    spec->port = opts->port;
    spec->versions = &opts->versions;
    spec->labels = &opts->labels;
    spec->batching = &opts->batching;
    if (take_runtime(serving, err) != 0)
        return -1;
    if (opts->model)
        take_model(serving, opts->model);
    if (model_check(spec, err) != 0 || take_function(serving, err) != 0 || take_args(serving) != 0)
        return -1;
    if (strcmp(serving->runtime, "local") == 0)
        return local_path(serving, err);
    if (cluster_image(serving, err) != 0)
        return -1;
    return strcmp(serving->runtime, "knative") == 0 ? knative_check(&spec->function, err)
                                                    : deployment_check(&spec->function, err);
}

/* ---- until it answers ---- */

static int64_t time_left(const struct serving *serving)
{
    int64_t left = serving->deadline_ms - clock_mono_ms();
    return !serving->deadline_ms ? 0 : left > 1 ? left : 1;
}

static enum wait_state look_ready(void *arg, struct str *note, struct err *err)
{
    int ready = model_is_ready(arg, note, err);
    return ready < 0 ? WAIT_FAILED : ready ? WAIT_DONE : WAIT_PENDING;
}

static int wait_loaded(const struct serving *serving, struct model_call *call, struct err *err)
{
    AUTOFREE char *what = xasprintf("model %s", serving->spec.name);
    AUTOFREE char *resume = xasprintf("aiwf model show %s", serving->spec.name);
    CLEANUP(progress_free) struct progress *progress = cli_progress(serving->cli);
    struct wait waiting = {
        .what = what, .look = look_ready, .arg = call, .timeout_ms = time_left(serving), .progress = progress, .resume = resume};
    return wait_for(&waiting, err);
}

static int warm_up(const struct serving *serving, const struct model_call *call, int64_t instances, struct err *err)
{
    CLEANUP(str_release) struct str body = STR_INIT;
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    CLEANUP(node_free) node_t *about = model_about(call, &unseen);
    if (model_body(call, serving->opts->warmup, about, &body, err) != 0)
        return err_wrap(err, "--warmup");
    double first_ms = 0, last_ms = 0;
    int64_t n = serving->opts->warmups * (instances > 1 ? instances : 1);
    for (int64_t i = 0; i < n; i++) {
        CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
        if (model_send(call, MODEL_PREDICT, &body, &res, err) != 0)
            return -1;
        if (http_check(&res, err, "model \"%s\" does not answer its warm-up", serving->spec.name) != 0) {
            err->code = ERR_WORKLOAD;
            return -1;
        }
        last_ms = (double)res.total_us / 1000;
        first_ms = i ? first_ms : last_ms;
    }
    cli_note(serving->cli, "warmed up by %lld requests: the first took %.1f ms, the last %.1f ms", (long long)n, first_ms,
             last_ms);
    return 0;
}

static int wait_served(struct serving *serving, struct function_env *env, struct err *err)
{
    CLEANUP(node_free) node_t *function = NULL;
    struct cli *cli = serving->cli;
    const char *name = serving->spec.name;
    struct function_wait wait = {.env = env, .name = name, .goal = FUNCTION_READY, .timeout_ms = time_left(serving)};
    struct model_ask ask = {.model = name};
    struct model_call call = {
        .runtime = env->runtime, .env = &env->env, .server = serving->spec.server, .ask = &ask, .timeout_ms = time_left(serving)};
    if (function_wait(cli, &wait, &function, err) == 0 && wait_loaded(serving, &call, err) == 0 &&
        (!serving->opts->warmup || warm_up(serving, &call, node_int(function, "/replicas", 1), err) == 0))
        return 0;
    if (err->code == ERR_WORKLOAD || err->code == ERR_TIMEOUT)
        function_tell_logs(cli, env, name);
    return -1;
}

static int print_served(struct serving *serving, const struct function_env *env, struct err *err)
{
    struct cli *cli = serving->cli;
    CLEANUP(node_free) node_t *model = env->runtime->show(&env->env, serving->spec.name, err);
    if (!model)
        return -1;
    function_decorate(cli, model);
    node_set_str(model, "server", serving->spec.server->name);
    int rc = cli_print_one(cli, "model", model, err);
    cli_hint(cli, "aiwf model predict %s -f instances.json", serving->spec.name);
    return rc;
}

static int dry_run(struct serving *serving, struct err *err)
{
    struct cli *cli = serving->cli;
    const char *runtime = serving->runtime;
    if (strcmp(runtime, "local") == 0) {
        CLEANUP(node_free) node_t *body = runtime_find("local")->spec_json(&serving->spec.function);
        return print_request(cli, body, err);
    }
    CLEANUP(node_free) node_t *list = node_new_object();
    node_set_str(list, "apiVersion", "v1");
    node_set_str(list, "kind", "List");
    node_set(list, "items", model_objects(&serving->spec, runtime, NULL));
    return print_request(cli, list, err);
}

static int serve(struct cli *cli, struct err *err)
{
    CLEANUP(serving_release) struct serving serving = {.cli = cli, .opts = cli->opts};
    struct function_env env;
    if (collect(&serving, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE)
        return dry_run(&serving, err);
    AUTOFREE char *what = xasprintf("serve model %s", serving.spec.name);
    if (function_env(cli, serving.runtime, &env, err) != 0 || cli_confirm(cli, what, err) != 0 ||
        model_deploy(env.runtime, &env.env, &serving.spec, serving.opts->replace, err) != 0)
        return -1;
    serving.deadline_ms = cli->timeout_ms ? clock_mono_ms() + cli->timeout_ms : 0;
    if (cli_waits(cli, true) && wait_served(&serving, &env, err) != 0)
        return -1;
    return print_served(&serving, &env, err);
}

static const struct arg serve_args[] = {
    {.name = "NAME", .help = "the model's name"},
    {.name = "ARG", .help = "arguments of the server, after its own", .optional = true, .many = true, .after_dashes = true},
    {0}};

static const struct column serve_columns[] = {
    {.title = "NAME", .path = "/name"},     {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "SERVER", .path = "/server"}, {.title = "RUNTIME", .path = "/runtime"},
    {.title = "URL", .path = "/url"},       {0},
};

static const struct example serve_examples[] = {
    {"aiwf model serve digits --model models:/digits --as function --scale 0..4",
     "from the volume claim models, scaling to zero"},
    {"aiwf model serve digits --model models:/digits --as deployment --scale 1..4 --cpu 1 --version 2 --version 3 "
     "--version-label stable=2",
     "two versions of it, one with a label"},
    {"aiwf model serve ranker --server v2 --image registry.example/ranker:3 --model /models/ranker --warmup rows.npy",
     "another server; ready when it has answered"},
    {"aiwf model serve digits --context local --server tfserving --model model.json --source . --command 'python3 serve.py'",
     "a process of this machine"},
    {0},
};

const struct cmd model_serve_cmd = {
    .name = "serve",
    .help = "serve a model, and wait until it answers",
    .about = "TensorFlow Serving gets a ConfigMap with its own files: versions and labels, batching, metrics. Pods say to\n"
             "Prometheus where their metrics are. It is called ready when the server says so of the model, and when the\n"
             "requests of --warmup have been answered.",
    .args = serve_args,
    .opts = serve_opts,
    .opts_size = sizeof(struct serve_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_WAITS,
    .timeout = "5m",
    .columns = serve_columns,
    .examples = serve_examples,
    .run = serve,
};
