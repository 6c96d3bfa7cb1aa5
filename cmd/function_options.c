/* What `aiwf function deploy` and `diff` can say of a function, by options and by a file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "function_deploy.h"

#define TEXT(name_, member_, metavar_, help_)                                                                         \
    {                                                                                                                 \
        .name = (name_), .type = OPT_STRING, OPT(struct deploy_opts, member_), .metavar = (metavar_), .help = (help_) \
    }
#define MANY(name_, member_, metavar_, help_)                                                                       \
    {                                                                                                               \
        .name = (name_), .type = OPT_LIST, OPT(struct deploy_opts, member_), .metavar = (metavar_), .help = (help_) \
    }
#define FLAG(name_, member_, help_)                                                          \
    {                                                                                        \
        .name = (name_), .type = OPT_FLAG, OPT(struct deploy_opts, member_), .help = (help_) \
    }

static const char *const classes[] = {"kpa", "hpa", NULL};

const struct opt function_deploy_opts[] = {
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct deploy_opts, file),
     .metavar = "FILE",
     .help = "a manifest (aiwf explain function), a Knative Service or OpenFaaS's stack.yaml; \"-\" is standard input"},
    FLAG("replace", replace, "put it in the place of one of that name"),
    FLAG("if-not-exists", if_not_exists, "leave one of that name as it is, and succeed"),
    {.name = "wait-window",
     .type = OPT_DURATION,
     OPT(struct deploy_opts, wait_window_ms),
     .metavar = "TIME",
     .help = "a failure that lasts no longer is none (usual: what the runtime may try again)"},
    RUNTIME_OPT(struct deploy_opts),

    {.section = "what runs",
     .name = "image",
     .type = OPT_STRING,
     OPT(struct deploy_opts, image),
     .metavar = "IMAGE",
     .help = "the container image, on runtimes that have them"},
    TEXT("command", command, "CMD", "what runs, by /bin/sh -c; in http mode it listens on $PORT"),
    MANY("arg", detail.args, "TEXT", "an argument of the image's program, or of the command"),
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
    TEXT("port", detail.port, "[h2c:]PORT", "the port that it listens on; h2c: it speaks HTTP/2"),
    TEXT("user", detail.user, "UID", "the number of the user that it runs as"),
    FLAG("read-only", detail.read_only, "nobody writes its root file system"),

    {.section = "environment, secrets, volumes",
     .name = "env",
     .letter = 'e',
     .type = OPT_LIST,
     OPT(struct deploy_opts, env),
     .metavar = "K=V",
     .help = "an environment variable"},
    MANY("env-from", detail.env_from, "SOURCE", "all of secret:NAME or config-map:NAME as variables"),
    MANY("env-value-from", detail.env_value_from, "K=SOURCE", "a variable: K=secret:NAME:KEY or K=config-map:NAME:KEY"),
    MANY("volume", detail.volumes, "PATH=SOURCE", "secret:NAME, config-map:NAME, pvc:NAME[:ro] or empty-dir[:SIZE] at /PATH"),
    MANY("secret", detail.secrets, "NAME", "a secret of OpenFaaS's, as a file"),

    {.section = "resources",
     .name = "memory",
     .type = OPT_BYTES,
     OPT(struct deploy_opts, memory_bytes),
     .metavar = "SIZE",
     .help = "memory of an instance: 256Mi, 1Gi"},
    TEXT("cpu", cpu, "CORES", "CPU of an instance: 0.5, 250m, 2"),
    {.name = "gpus",
     .type = OPT_INT,
     OPT(struct deploy_opts, gpus),
     .metavar = "N",
     RANGE(0, 1024),
     .help = "GPUs of an instance"},
    MANY("request", detail.requests, "K=AMOUNT", "what it asks for, where that is less than its limit"),
    MANY("limit", detail.limits, "K=AMOUNT", "another resource, limited: ephemeral-storage=1Gi"),

    {.section = "scaling",
     .name = "scale",
     .type = OPT_STRING,
     OPT(struct deploy_opts, scale),
     .metavar = "MIN..MAX",
     .help = "instances: at least, at most (0..4 scales to zero)"},
    MANY("metric", metrics, "NAME=VALUE",
         "an autoscaler decides by it: cpu=70 (per cent), memory=80, a pods' metric; on Knative also concurrency=N, rps=N"),
    TEXT("idle", idle, "TIME", "scale to the minimum after this time without requests"),
    {.name = "concurrency",
     .type = OPT_INT,
     OPT(struct deploy_opts, concurrency),
     .metavar = "N",
     RANGE(1, 100000),
     .help = "requests at once an instance"},
    {.name = "queue",
     .type = OPT_INT,
     OPT(struct deploy_opts, queue),
     .metavar = "N",
     RANGE(-1, 1000000),
     .missing = "-1",
     .help = "requests held while all instances are busy (-1: the usual); more get 429"},
    TEXT("scale-initial", detail.scale_initial, "N", "instances that a new revision begins with"),
    TEXT("scale-activation", detail.scale_activation, "N", "instances when it wakes from none (2 or more)"),
    TEXT("utilization", detail.utilization, "PERCENT", "of the metric's value, what is aimed at"),
    TEXT("scale-down-delay", detail.scale_down_delay, "TIME", "a pause before there are fewer instances"),
    {.name = "scale-class",
     .type = OPT_STRING,
     OPT(struct deploy_opts, detail.scale_class),
     .metavar = "CLASS",
     .choices = classes,
     .help = "which of Knative's autoscalers: kpa, hpa, NAME.DOMAIN (usual: by --metric)"},

    {.section = "health and time",
     .name = "ready-path",
     .type = OPT_STRING,
     OPT(struct deploy_opts, ready_path),
     .metavar = "PATH",
     .help = "ready once a GET of this answers 2xx (usual: once it listens)"},
    TEXT("ready-probe", detail.ready_probe, "PROBE",
         "http:/PATH, tcp:PORT, grpc:PORT or exec:COMMAND, and ,period=2s,timeout=1s,delay=5s,failures=3"),
    TEXT("live-probe", detail.live_probe, "PROBE", "the same: it is started again when this fails"),
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

    {.section = "where and as who",
     .name = "service-account",
     .type = OPT_STRING,
     OPT(struct deploy_opts, detail.service_account),
     .metavar = "NAME",
     .help = "who its pods are"},
    MANY("pull-secret", detail.pull_secrets, "NAME", "the registry's login"),
    TEXT("runtime-class", detail.runtime_class, "NAME", "what runs its containers"),
    MANY("node-selector", detail.node_selector, "K=V", "only on nodes with this label"),
    MANY("node-affinity", detail.node_affinity, "K=V1,V2", "only on nodes whose label is one of these"),
    MANY("toleration", detail.tolerations, "KEY[=V][:EFFECT]", "it stands this taint"),
    MANY("label", labels, "K=V", "a label"),
    MANY("annotation", detail.annotations, "K=V", "an annotation"),

    {.section = "revisions",
     .name = "revision-name",
     .type = OPT_STRING,
     OPT(struct deploy_opts, detail.revision_name),
     .metavar = "NAME",
     .help = "its name: v2 of f is f-v2 (usual: f-00002)"},
    MANY("traffic", detail.traffic, "REV=PERCENT", "requests that go there; what is left goes to the newest (@latest)"),
    MANY("tag", detail.tags, "REV=TAG", "a URL of its own"),
    TEXT("rollout", detail.rollout, "TIME", "requests move to the new revision over this time"),
    FLAG("cluster-local", detail.cluster_local, "no URL outside of the cluster"),
    {0},
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

static int take_pairs(struct function_manifest *manifest, const struct deploy_opts *opts, struct err *err)
{
    if (check_env_pairs(&opts->env, err) != 0)
        return -1;
    for (size_t i = 0; i < opts->env.n; i++)
        strv_add(&manifest->env, opts->env.v[i]);
    for (size_t i = 0; i < opts->labels.n; i++) {
        if (!strchr(opts->labels.v[i], '=') || opts->labels.v[i][0] == '=')
            return err_set(err, ERR_USAGE, "--label: \"%s\" is not K=V", opts->labels.v[i]);
        strv_add(&manifest->labels, opts->labels.v[i]);
    }
    for (size_t i = 0; i < opts->metrics.n; i++)
        strv_add(&manifest->metrics, opts->metrics.v[i]);
    return 0;
}

static int take_options(struct function_manifest *manifest, const struct deploy_opts *opts, struct err *err)
{
    struct function_spec *spec = &manifest->spec;
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
    function_detail_merge(&manifest->detail, &opts->detail);
    return take_pairs(manifest, opts, err);
}

static int check_source(struct function_manifest *manifest, struct err *err)
{
    struct function_spec *spec = &manifest->spec;
    struct stat st;
    if (!spec->source)
        return 0;
    char *path = realpath(spec->source, NULL);
    if (!path)
        return err_sys(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "--source %s", spec->source);
    spec->source = function_manifest_keep(manifest, path);
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return err_set(err, ERR_USAGE, "--source %s is not a folder", path);
    return 0;
}

/* A Knative Service says all of it itself. */
static int check_whole(const struct function_spec *spec, struct err *err)
{
    for (enum function_feature i = 0; spec->object && i < FEATURE_COUNT; i++) {
        if (i == FEATURE_MANIFEST || !function_says(spec, i))
            continue;
        err_set(err, ERR_USAGE, "%s: %s is a Knative Service, which says all of it", function_features[i].option,
                spec->object_doc->source);
        return err_hint(err, "change it there, or write it as a manifest: aiwf explain function");
    }
    return 0;
}

static int finish(struct function_manifest *manifest, const char *name, struct err *err)
{
    struct function_spec *spec = &manifest->spec;
    spec->env = &manifest->env;
    spec->labels = &manifest->labels;
    spec->metrics = &manifest->metrics;
    spec->detail = &manifest->detail;
    if (check_source(manifest, err) != 0 || check_whole(spec, err) != 0)
        return -1;
    if (spec->object && name && strcmp(name, spec->name) != 0) {
        doc_err(manifest->doc, node_at(spec->object, "/metadata/name"), err, "this Service is %s, not %s", spec->name, name);
        return err_hint(err, "leave NAME out, or change it there");
    }
    set_text(&spec->name, name);
    if (!spec->mode)
        spec->mode = "http";
    if (!spec->name) {
        err_set(err, ERR_USAGE, "the function has no name");
        return err_hint(err, "give NAME, or metadata.name in the file");
    }
    if (!spec->command && !spec->image && !spec->source && !spec->object) {
        err_set(err, ERR_USAGE, "function \"%s\" has nothing to run", spec->name);
        return err_hint(err, "--command 'python3 app.py', or --image where containers run");
    }
    return 0;
}

struct collecting {
    const struct deploy_opts *opts;
    const char *name; /* of the command line; NULL: none */
    const struct doc *doc;
    int (*fn)(const struct function_spec *spec, void *arg, struct err *err);
    void *arg;
};

/* stack: the function of it; NULL: none. */
static int one_function(const struct collecting *collecting, const node_t *stack, struct err *err)
{
    CLEANUP(function_manifest_release) struct function_manifest manifest = {.spec = FUNCTION_SPEC_INIT};
    if (stack && function_stack_load(&manifest, collecting->doc, stack, err) != 0)
        return -1;
    if (collecting->doc && !stack && function_manifest_load(&manifest, collecting->doc, err) != 0)
        return -1;
    if (take_options(&manifest, collecting->opts, err) != 0 || finish(&manifest, stack ? NULL : collecting->name, err) != 0)
        return -1;
    return collecting->fn(&manifest.spec, collecting->arg, err);
}

static int no_such_function(const struct collecting *collecting, const node_t *stack, struct err *err)
{
    CLEANUP(str_release) struct str names = STR_INIT;
    for (const node_t *function = node_first(stack); function; function = node_next(function))
        str_addf(&names, "%s%s", names.len ? ", " : "", node_key(function));
    doc_err(collecting->doc, stack, err, "there is no function \"%s\"", collecting->name);
    err->code = ERR_NOT_FOUND;
    return err_hint(err, "there are %s", names.buf);
}

static int each_of_stack(const struct collecting *collecting, const node_t *stack, struct err *err)
{
    size_t n = 0;
    for (const node_t *function = node_first(stack); function; function = node_next(function)) {
        if (collecting->name && strcmp(node_key(function), collecting->name) != 0)
            continue;
        n++;
        if (one_function(collecting, function, err) != 0)
            return -1;
    }
    return n || !collecting->name ? 0 : no_such_function(collecting, stack, err);
}

int function_collect(struct cli *cli, int (*fn)(const struct function_spec *spec, void *arg, struct err *err), void *arg,
                     struct err *err)
{
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    struct collecting collecting = {.opts = cli->opts, .name = cli->args.n ? cli->args.v[0] : NULL, .fn = fn, .arg = arg};
    if (collecting.opts->replace && collecting.opts->if_not_exists)
        return err_set(err, ERR_USAGE, "--replace and --if-not-exists exclude each other");
    if (!collecting.opts->file)
        return one_function(&collecting, NULL, err);
    if (doc_load(&doc, collecting.opts->file, err) != 0)
        return -1;
    collecting.doc = &doc;
    const node_t *stack = function_stack_of(&doc);
    return stack ? each_of_stack(&collecting, stack, err) : one_function(&collecting, NULL, err);
}

const struct runtime *function_runtime_of(struct cli *cli, const struct function_spec *spec, struct err *err)
{
    const struct deploy_opts *opts = cli->opts;
    bool is_said = opts->runtime || context_get(&cli->context, SETTING_runtime);
    return runtime_for(&cli->context, spec->object && !is_said ? "knative" : opts->runtime, err);
}
