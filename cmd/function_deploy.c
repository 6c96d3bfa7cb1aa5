/* aiwf function deploy: options and a manifest to a function_spec, and then until it can answer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "cmd.h"
#include "function.h"

struct deploy_opts {
    const char *runtime;
    const char *file, *image, *command, *source, *mode, *scale, *ready_path, *cpu, *idle; /* idle: 0s is a value too */
    struct strv env, labels, metrics;
    int64_t concurrency, queue, memory_bytes, gpus, exec_timeout_ms, start_timeout_ms;
    bool replace, if_not_exists;
};

static const struct opt deploy_opts[] = {
    {.name = "command",
     .type = OPT_STRING,
     OPT(struct deploy_opts, command),
     .metavar = "CMD",
     .help = "what runs, by /bin/sh -c; in http mode it listens on $PORT"},
    {.name = "mode",
     .type = OPT_CHOICE,
     OPT(struct deploy_opts, mode),
     .metavar = "MODE",
     .choices = function_modes,
     .help = "http (a server; usual) or stdio (a process a request)"},
    {.name = "source",
     .type = OPT_DIR,
     OPT(struct deploy_opts, source),
     .metavar = "DIR",
     .help = "a folder; the command runs in a private copy of it"},
    {.name = "image",
     .type = OPT_STRING,
     OPT(struct deploy_opts, image),
     .metavar = "IMAGE",
     .help = "the container image, on runtimes that have them"},
    {.name = "env",
     .letter = 'e',
     .type = OPT_LIST,
     OPT(struct deploy_opts, env),
     .metavar = "K=V",
     .help = "an environment variable"},
    {.name = "label", .type = OPT_LIST, OPT(struct deploy_opts, labels), .metavar = "K=V", .help = "a label"},
    {.name = "scale",
     .type = OPT_STRING,
     OPT(struct deploy_opts, scale),
     .metavar = "MIN..MAX",
     .help = "instances: at least, at most (0..4 scales to zero)"},
    {.name = "metric",
     .type = OPT_LIST,
     OPT(struct deploy_opts, metrics),
     .metavar = "NAME=VALUE",
     .help = "an autoscaler decides by it: cpu=70, memory=80 (per cent), or a pods' metric"},
    {.name = "idle",
     .type = OPT_STRING,
     OPT(struct deploy_opts, idle),
     .metavar = "TIME",
     .help = "scale to the minimum after this time without requests"},
    {.name = "concurrency",
     .type = OPT_INT,
     OPT(struct deploy_opts, concurrency),
     .metavar = "N",
     .min = 1,
     .max = 100000,
     .help = "requests at once an instance"},
    {.name = "queue",
     .type = OPT_INT,
     OPT(struct deploy_opts, queue),
     .metavar = "N",
     .min = -1,
     .max = 1000000,
     .missing = "-1",
     .help = "requests held while all instances are busy (-1: the usual); more get 429"},
    {.name = "memory",
     .type = OPT_BYTES,
     OPT(struct deploy_opts, memory_bytes),
     .metavar = "SIZE",
     .help = "memory of an instance: 256Mi, 1Gi"},
    {.name = "cpu",
     .type = OPT_STRING,
     OPT(struct deploy_opts, cpu),
     .metavar = "CORES",
     .help = "CPU of an instance: 0.5, 250m, 2"},
    {.name = "gpus",
     .type = OPT_INT,
     OPT(struct deploy_opts, gpus),
     .metavar = "N",
     .min = 0,
     .max = 1024,
     .help = "GPUs of an instance"},
    {.name = "exec-timeout",
     .type = OPT_DURATION,
     OPT(struct deploy_opts, exec_timeout_ms),
     .metavar = "TIME",
     .help = "the longest that one request may take"},
    {.name = "start-timeout",
     .type = OPT_DURATION,
     OPT(struct deploy_opts, start_timeout_ms),
     .metavar = "TIME",
     .help = "an instance that is not ready after this time has failed (usual: 60s)"},
    {.name = "ready-path",
     .type = OPT_STRING,
     OPT(struct deploy_opts, ready_path),
     .metavar = "PATH",
     .help = "ready once a GET of this answers 2xx (usual: once it listens)"},
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct deploy_opts, file),
     .metavar = "FILE",
     .help = "a manifest (YAML, \"-\" is standard input); options beat it"},
    {.name = "replace", .type = OPT_FLAG, OPT(struct deploy_opts, replace), .help = "put it in the place of one of that name"},
    {.name = "if-not-exists",
     .type = OPT_FLAG,
     OPT(struct deploy_opts, if_not_exists),
     .help = "leave one of that name as it is, and succeed"},
    RUNTIME_OPT(struct deploy_opts),
    {0},
};

/* What deploy collects: the manifest's spec, then what the options say. */
struct deploy {
    struct cli *cli;
    struct function_manifest manifest;
};

/* "0..4", or "2" for exactly two. */
static int parse_scale(const char *text, struct function_spec *spec, struct err *err)
{
    const char *dots = strstr(text, "..");
    AUTOFREE char *low = xstrndup(text, dots ? (size_t)(dots - text) : strlen(text));
    long long min, max;
    bool is_range =
        str_to_int(low, 0, FUNCTION_SCALE_MAX, &min) && str_to_int(dots ? dots + 2 : low, 0, FUNCTION_SCALE_MAX, &max);
    if (!is_range || max < 1 || min > max) {
        err_set(err, ERR_USAGE, "--scale: \"%s\" is not MIN..MAX", text);
        return err_hint(err, "--scale 0..4: none when idle, at most 4 instances");
    }
    spec->scale_min = min;
    spec->scale_max = max;
    return 0;
}

static void set_text(const char **slot, const char *value)
{
    if (value)
        *slot = value;
}

static void set_number(int64_t *slot, int64_t value, int64_t not_given)
{
    if (value != not_given)
        *slot = value;
}

static int take_pairs(struct deploy *deploy, const struct deploy_opts *opts, struct err *err)
{
    if (check_env_pairs(&opts->env, err) != 0)
        return -1;
    for (size_t i = 0; i < opts->env.n; i++)
        strv_add(&deploy->manifest.env, opts->env.v[i]);
    for (size_t i = 0; i < opts->labels.n; i++) {
        if (!strchr(opts->labels.v[i], '=') || opts->labels.v[i][0] == '=')
            return err_set(err, ERR_USAGE, "--label: \"%s\" is not K=V", opts->labels.v[i]);
        strv_add(&deploy->manifest.labels, opts->labels.v[i]);
    }
    for (size_t i = 0; i < opts->metrics.n; i++)
        strv_add(&deploy->manifest.metrics, opts->metrics.v[i]);
    return 0;
}

static int take_options(struct deploy *deploy, const struct deploy_opts *opts, struct err *err)
{
    struct function_spec *spec = &deploy->manifest.spec;
    set_text(&spec->name, deploy->cli->args.n ? deploy->cli->args.v[0] : NULL);
    set_text(&spec->command, opts->command);
    set_text(&spec->mode, opts->mode);
    set_text(&spec->image, opts->image);
    set_text(&spec->source, opts->source);
    set_text(&spec->ready_path, opts->ready_path);
    set_number(&spec->concurrency, opts->concurrency, 0);
    set_number(&spec->queue, opts->queue, -1);
    set_number(&spec->memory_bytes, opts->memory_bytes, 0);
    set_number(&spec->gpus, opts->gpus, 0);
    set_number(&spec->timeout_ms, opts->exec_timeout_ms, 0);
    set_number(&spec->start_ms, opts->start_timeout_ms, 0);
    if (opts->idle && !duration_parse(opts->idle, &spec->idle_ms))
        return err_set(err, ERR_USAGE, "--idle: \"%s\" is not a duration such as 30s or 1h30m", opts->idle);
    if (opts->cpu && parse_cores(opts->cpu, &spec->cpus, err) != 0)
        return -1;
    if (opts->scale && parse_scale(opts->scale, spec, err) != 0)
        return -1;
    return take_pairs(deploy, opts, err);
}

static int check_source(struct deploy *deploy, struct err *err)
{
    struct function_spec *spec = &deploy->manifest.spec;
    struct stat st;
    if (!spec->source)
        return 0;
    char *path = realpath(spec->source, NULL);
    if (!path)
        return err_sys(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "--source %s", spec->source);
    spec->source = function_manifest_keep(&deploy->manifest, path);
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return err_set(err, ERR_USAGE, "--source %s is not a folder", path);
    return 0;
}

static int collect(struct deploy *deploy, struct err *err)
{
    const struct deploy_opts *opts = deploy->cli->opts;
    struct function_spec *spec = &deploy->manifest.spec;
    *spec = FUNCTION_SPEC_INIT;
    if (opts->file && function_manifest_load(&deploy->manifest, opts->file, err) != 0)
        return -1;
    if (take_options(deploy, opts, err) != 0 || check_source(deploy, err) != 0)
        return -1;
    spec->env = &deploy->manifest.env;
    spec->labels = &deploy->manifest.labels;
    spec->metrics = &deploy->manifest.metrics;
    if (!spec->mode)
        spec->mode = "http";
    if (!spec->name) {
        err_set(err, ERR_USAGE, "aiwf function deploy needs NAME");
        return err_hint(err, "aiwf function deploy -h");
    }
    if (!spec->command && !spec->image && !spec->source) {
        err_set(err, ERR_USAGE, "function \"%s\" has nothing to run", spec->name);
        return err_hint(err, "--command 'python3 app.py', or --image where containers run");
    }
    return opts->replace && opts->if_not_exists ? err_set(err, ERR_USAGE, "--replace and --if-not-exists exclude each other") : 0;
}

static int print_spec(struct cli *cli, const struct runtime *runtime, const struct function_spec *spec, struct err *err)
{
    if (!runtime->spec_json)
        return runtime_lacks(runtime, "show what it would send", err);
    if (runtime->check && runtime->check(spec, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *body = runtime->spec_json(spec);
    return print_request(cli, body, err);
}

static int print_deployed(struct cli *cli, const struct function_env *env, const char *name, node_t *known, struct err *err)
{
    CLEANUP(node_free) node_t *function = known ? known : env->runtime->show(&env->env, name, err);
    if (!function)
        return -1;
    function_decorate(cli, function);
    int rc = cli_print_one(cli, "function", function, err);
    cli_hint(cli, "aiwf function invoke %s", name);
    return rc;
}

/* A function that scales to zero is idle once it is deployed. Whether it can start is found out here, by one
 * instance, and not by its first request. That it is idle again soon after is as good as ready: what cannot
 * start has failed. */
static int try_start(const struct function_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *function = env->runtime->show(&env->env, name, err);
    if (!function)
        return -1;
    bool is_idle = strcmp(node_str(function, "/state", ""), "Idle") == 0;
    bool is_server = strcmp(node_str(function, "/mode", ""), "http") == 0;
    return is_idle && is_server && env->runtime->scale ? env->runtime->scale(&env->env, name, 1, err) : 0;
}

static int wait_deployed(struct cli *cli, const struct function_env *env, const char *name, node_t **ret, struct err *err)
{
    struct function_wait wait = {.env = env, .name = name, .goal = FUNCTION_READY, .timeout_ms = cli->timeout_ms};
    if (try_start(env, name, err) == 0 && function_wait(cli, &wait, ret, err) == 0)
        return 0;
    if (err->code == ERR_WORKLOAD || err->code == ERR_TIMEOUT)
        function_tell_logs(cli, env, name);
    return -1;
}

/* Checks with the server as far as that goes without a change. */
static int dry_run(struct cli *cli, const struct function_env *env, const struct function_spec *spec, struct err *err)
{
    const struct deploy_opts *opts = cli->opts;
    if (cli->dry_run == DRY_RUN_SERVER) {
        CLEANUP(err_release) struct err look_err = ERR_INIT;
        CLEANUP(node_free) node_t *there = env->runtime->show(&env->env, spec->name, &look_err);
        if (!there && look_err.code != ERR_NOT_FOUND)
            return err_move(err, &look_err);
        if (there && !opts->replace && !opts->if_not_exists) {
            err_set(err, ERR_CONFLICT, "function \"%s\" exists already", spec->name);
            return err_hint(err, "--replace, or --if-not-exists");
        }
    }
    return print_spec(cli, env->runtime, spec, err);
}

static int deploy_spec(struct cli *cli, const struct function_spec *spec, struct err *err)
{
    const struct deploy_opts *opts = cli->opts;
    struct function_env env;
    if (cli->dry_run == DRY_RUN_CLIENT) {
        env.runtime = runtime_for(&cli->context, opts->runtime, err);
        return env.runtime ? print_spec(cli, env.runtime, spec, err) : -1;
    }
    if (function_env(cli, opts->runtime, &env, err) != 0)
        return -1;
    if (cli->dry_run == DRY_RUN_SERVER)
        return dry_run(cli, &env, spec, err);
    if (!env.runtime->deploy)
        return runtime_lacks(env.runtime, "deploy a function", err);
    AUTOFREE char *what = xasprintf("deploy function %s", spec->name);
    if (cli_confirm(cli, what, err) != 0)
        return -1;
    if (env.runtime->deploy(&env.env, spec, opts->replace, err) != 0) {
        if (err->code != ERR_CONFLICT || !opts->if_not_exists)
            return -1;
        err_clear(err);
        cli_note(cli, "function %s is there already: left as it is", spec->name);
    }
    node_t *function = NULL;
    if (cli_waits(cli, true) && wait_deployed(cli, &env, spec->name, &function, err) != 0)
        return -1;
    return print_deployed(cli, &env, spec->name, function, err);
}

static int deploy(struct cli *cli, struct err *err)
{
    struct deploy deploy = {.cli = cli};
    int rc = collect(&deploy, err);
    if (rc == 0)
        rc = deploy_spec(cli, &deploy.manifest.spec, err);
    function_manifest_release(&deploy.manifest);
    return rc;
}

static const struct arg deploy_args[] = {
    {.name = "NAME", .help = "the function's name (a manifest may say it)", .optional = true}, {0}};

static const struct column deploy_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "RUNTIME", .path = "/runtime"},
    {.title = "URL", .path = "/url"},
    {0},
};

static const struct example deploy_examples[] = {
    {"aiwf function deploy hello --command cat --mode stdio",
     "one process a request: it reads the request and writes the answer"},
    {"aiwf function deploy digits --command 'python3 serve.py' --source ./digits --scale 0..4 --idle 30s",
     "a server on $PORT that scales to zero"},
    {"aiwf function deploy -f function.yaml --replace", "from a manifest, in the place of the one before"},
    {0},
};

const struct cmd function_deploy_cmd = {
    .name = "deploy",
    .help = "deploy a function and wait until it can answer",
    .about = "In http mode the command is a server that listens on $PORT. In stdio mode a process is started\n"
             "for each request: its standard input is the request, its standard output the answer.\n"
             "A function that crashes, or never listens, is reported with its reason at once (exit 9).",
    .args = deploy_args,
    .opts = deploy_opts,
    .opts_size = sizeof(struct deploy_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_WAITS,
    .timeout = "90s",
    .columns = deploy_columns,
    .examples = deploy_examples,
    .run = deploy,
};
