/* Models behind servers: served as functions, as deployments, or as processes of this machine. */
#include <stdlib.h>

#include "model.h"

void served_model_release(struct served_model *model) { free(model->path); }

const char *const *model_runtimes(const struct cli *cli)
{
    static const char *const local[] = {"local", NULL}, *const cluster[] = {"knative", "deployment", NULL};
    return cli->context.is_local ? local : cluster;
}

int served_model_find(struct cli *cli, const char *name, struct served_model *ret, struct err *err)
{
    *ret = (struct served_model){0};
    for (const char *const *runtime = model_runtimes(cli); *runtime; runtime++) {
        if (function_env(cli, *runtime, &ret->env, err) != 0)
            return -1;
        CLEANUP(node_free) node_t *marks = model_marks(ret->env.runtime, &ret->env.env, err);
        if (!marks)
            return -1;
        const node_t *mark = node_find(marks, "/name", name);
        if (!mark)
            continue;
        ret->server = model_server_find(node_str(mark, "/server", ""));
        ret->path = xstrdup_or_null(node_str(mark, "/path", NULL));
        return ret->server ? 0 : err_set(err, ERR_FAILED, "model \"%s\" has a server that is not known here", name);
    }
    err_set(err, ERR_NOT_FOUND, "there is no model \"%s\"", name);
    return err_hint(err, "aiwf model list");
}

void complete_models(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    for (const char *const *runtime = model_runtimes(cli); *runtime; runtime++) {
        struct function_env env;
        if (function_env(cli, *runtime, &env, &none) != 0)
            return;
        CLEANUP(node_free) node_t *marks = model_marks(env.runtime, &env.env, &none);
        complete_names_of(marks, names);
    }
}

/* ---- list ---- */

static void take_models(struct cli *cli, const node_t *marks, node_t *functions, node_t *models)
{
    for (node_t *function = node_first(functions), *next; function; function = next) {
        next = node_next(function);
        const node_t *mark = node_find(marks, "/name", node_str(function, "/name", ""));
        if (!mark)
            continue;
        function_decorate(cli, function);
        node_set_str(function, "server", node_str(mark, "/server", NULL));
        node_set_str(function, "model", node_str(mark, "/path", NULL));
        node_push(models, node_detach(functions, function));
    }
}

static int list(struct cli *cli, struct err *err)
{
    CLEANUP(node_free) node_t *models = node_new_array();
    for (const char *const *runtime = model_runtimes(cli); *runtime; runtime++) {
        struct function_env env;
        if (function_env(cli, *runtime, &env, err) != 0)
            return -1;
        CLEANUP(node_free) node_t *marks = model_marks(env.runtime, &env.env, err);
        if (!marks)
            return -1;
        if (!node_len(marks))
            continue;
        CLEANUP(node_free) node_t *functions = env.runtime->list(&env.env, err);
        if (!functions)
            return -1;
        take_models(cli, marks, functions, models);
    }
    return cli_print_list(cli, "model", models, err);
}

/* ---- show ---- */

struct show_opts {
    const char *version, *label;
};
static const struct opt show_opts[] = {MODEL_ASK_OPTS(struct show_opts), {0}};

/* "x FP32 [-1,64]" of each. */
static void add_line(node_t *model, const char *key, const node_t *tensors)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    for (const node_t *tensor = node_first(tensors); tensor; tensor = node_next(tensor)) {
        str_addf(&text, "%s%s %s ", text.len ? ", " : "", node_str(tensor, "/name", "?"), node_str(tensor, "/type", "?"));
        json_print(node_get(tensor, "shape"), &text);
    }
    node_set_str(model, key, text.len ? text.buf : NULL);
}

static void add_versions(node_t *model, const node_t *versions)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    for (const node_t *version = node_first(versions); version; version = node_next(version)) {
        const char *state = node_str(version, "/state", NULL), *message = node_str(version, "/message", NULL);
        str_addf(&text, "%s%s%s%s", text.len ? ", " : "", node_str(version, "/version", "?"), state ? " " : "",
                 state ? state : "");
        if (message)
            str_addf(&text, " (%s)", message);
    }
    node_set_str(model, "versions_line", text.len ? text.buf : NULL);
}

static int show_one(struct cli *cli, const char *name, struct err *err)
{
    const struct show_opts *opts = cli->opts;
    CLEANUP(served_model_release) struct served_model served = {0};
    if (served_model_find(cli, name, &served, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *model = served.env.runtime->show(&served.env.env, name, err);
    if (!model)
        return -1;
    struct model_ask ask = {.model = name, .version = opts->version, .label = opts->label};
    struct model_call call = {.runtime = served.env.runtime, .env = &served.env.env, .server = served.server, .ask = &ask};
    CLEANUP(err_release) struct err silent = ERR_INIT;
    CLEANUP(node_free) node_t *about = model_about(&call, &silent);
    function_decorate(cli, model);
    node_set_str(model, "server", served.server->name);
    node_set_str(model, "model", served.path);
    node_set(model, "about", about ? node_copy(about) : node_new_null());
    add_versions(model, node_get(about, "versions"));
    add_line(model, "inputs_line", node_get(about, "inputs"));
    add_line(model, "outputs_line", node_get(about, "outputs"));
    if (!about && silent.why && !node_str(model, "/message", NULL))
        node_set_str(model, "message", silent.why);
    return cli_print_one(cli, "model", model, err);
}

static int show(struct cli *cli, struct err *err) { return cli_each_name(cli, show_one, err); }

/* ---- logs, scale, delete ---- */

struct logs_opts {
    bool follow, timestamps;
    int64_t tail;
};
static const struct opt logs_opts[] = {
    {.name = "follow",
     .letter = 'f',
     .type = OPT_FLAG,
     OPT(struct logs_opts, follow),
     .help = "go on as lines come, until Ctrl-C"},
    TAIL_OPT(struct logs_opts),
    {.name = "timestamps", .type = OPT_FLAG, OPT(struct logs_opts, timestamps), .help = "the time before each line"},
    {0},
};

static bool print_line(const node_t *line, void *arg)
{
    struct cli *cli = arg;
    const struct logs_opts *opts = cli->opts;
    return print_log_line(cli, line, opts->timestamps);
}

static int logs(struct cli *cli, struct err *err)
{
    const struct logs_opts *opts = cli->opts;
    CLEANUP(served_model_release) struct served_model model = {0};
    if (served_model_find(cli, cli->args.v[0], &model, err) != 0)
        return -1;
    int rc = model.env.runtime->logs(&model.env.env, cli->args.v[0], opts->follow, opts->tail, print_line, cli, err);
    return opts->follow ? cli_until_interrupt(rc, err) : rc;
}

static int scale(struct cli *cli, struct err *err)
{
    const char *name = cli->args.v[0];
    CLEANUP(served_model_release) struct served_model model = {0};
    long long replicas;
    if (!str_to_int(cli->args.v[1], 0, FUNCTION_SCALE_MAX, &replicas))
        return err_set(err, ERR_USAGE, "N: \"%s\" is not a number of instances", cli->args.v[1]);
    AUTOFREE char *what = xasprintf("scale model %s to %lld", name, replicas);
    if (served_model_find(cli, name, &model, err) != 0 || cli_confirm(cli, what, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would %s", what);
        return 0;
    }
    if (model.env.runtime->scale(&model.env.env, name, replicas, err) != 0 || !cli_waits(cli, true))
        return err->what ? -1 : 0;
    struct function_wait wait = {
        .env = &model.env, .name = name, .goal = FUNCTION_SCALED, .replicas = replicas, .timeout_ms = cli->timeout_ms};
    CLEANUP(node_free) node_t *function = NULL;
    return function_wait(cli, &wait, &function, err);
}

static int delete_one(struct cli *cli, const char *name, struct err *err)
{
    CLEANUP(served_model_release) struct served_model model = {0};
    if (served_model_find(cli, name, &model, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would delete model %s", name);
        return 0;
    }
    if (model_remove(model.env.runtime, &model.env.env, name, err) != 0)
        return -1;
    cli_note(cli, "model %s deleted", name);
    return 0;
}

static int delete_models(struct cli *cli, struct err *err)
{
    return cli_confirm_names(cli, "delete", "model", err) != 0 ? -1 : cli_each_name(cli, delete_one, err);
}

/* ---- the tables ---- */

static const struct arg name_arg[] = {{.name = "NAME", .help = "the model", .complete = complete_models}, {0}};
static const struct arg names_arg[] = {{.name = "NAME", .help = "models", .many = true, .complete = complete_models}, {0}};
static const struct arg scale_args[] = {
    {.name = "NAME", .help = "the model", .complete = complete_models}, {.name = "N", .help = "how many instances"}, {0}};

static const struct column list_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "SERVER", .path = "/server"},
    {.title = "RUNTIME", .path = "/runtime"},
    {.title = "READY", .path = "/ready"},
    {.title = "MODEL", .path = "/model"},
    {.title = "AGE", .path = "/created", .kind = CELL_AGE, .wide = true},
    {.title = "RUNS", .path = "/runs"},
    {0},
};
static const struct column show_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "MESSAGE", .path = "/message"},
    {.title = "SERVER", .path = "/server"},
    {.title = "RUNTIME", .path = "/runtime"},
    {.title = "MODEL", .path = "/model"},
    {.title = "VERSIONS", .path = "/versions_line"},
    {.title = "INPUTS", .path = "/inputs_line"},
    {.title = "OUTPUTS", .path = "/outputs_line"},
    {.title = "URL", .path = "/url"},
    {.title = "IMAGE", .path = "/image"},
    {.title = "READY", .path = "/ready"},
    {.title = "SCALE-MIN", .path = "/scale/min", .kind = CELL_NUMBER},
    {.title = "SCALE-MAX", .path = "/scale/max", .kind = CELL_NUMBER},
    {.title = "AUTOSCALER", .path = "/autoscaler/decision"},
    {.title = "AGE", .path = "/created", .kind = CELL_AGE},
    {0},
};
static const struct example list_examples[] = {
    {"aiwf model list", "the models that are served, and by what"},
    {"aiwf model list -o json --jq '.items[] | select(.state != \"Ready\").name'", "those that are not well, for a script"},
    {0},
};
static const struct example show_examples[] = {
    {"aiwf model show digits", "versions, inputs and outputs, as its server says them"},
    {"aiwf model show digits -o json --jq '.about.inputs[0].shape'", "what a row looks like"},
    {0},
};
static const struct example logs_examples[] = {
    {"aiwf model logs digits --tail 20", "the last lines of its server"},
    {"aiwf model logs digits -f", "and go on"},
    {0},
};
static const struct example scale_examples[] = {
    {"aiwf model scale digits 3", "three instances, now"},
    {"aiwf model scale digits 0 --no-wait", "none; as a function, the next request starts one"},
    {0},
};
static const struct example delete_examples[] = {
    {"aiwf model delete digits", "end its server; the volume with the model stays"},
    {"aiwf model delete a b --yes", "several, without a question in a protected context"},
    {0},
};

static const struct cmd list_cmd = {
    .name = "list",
    .help = "list the models that are served",
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = list_columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd show_cmd = {
    .name = "show",
    .help = "show all about a model: versions, inputs, outputs",
    .args = names_arg,
    .opts = show_opts,
    .opts_size = sizeof(struct show_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = show_columns,
    .examples = show_examples,
    .run = show,
};
static const struct cmd logs_cmd = {
    .name = "logs",
    .help = "print what a model's server wrote",
    .args = name_arg,
    .opts = logs_opts,
    .opts_size = sizeof(struct logs_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .examples = logs_examples,
    .run = logs,
};
static const struct cmd scale_cmd = {
    .name = "scale",
    .help = "set how many instances of a model's server run",
    .args = scale_args,
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "2m",
    .examples = scale_examples,
    .run = scale,
};
static const struct cmd delete_cmd = {
    .name = "delete",
    .help = "end the servers of models",
    .args = names_arg,
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS,
    .examples = delete_examples,
    .run = delete_models,
};

const struct cmd cmd_model = {
    .name = "model",
    .group = "functions",
    .kind = "model",
    .help = "models: serve them, and ask them",
    .about = "A model is a function with a model server in it: TensorFlow Serving, or any server that speaks the Open Inference\n"
             "Protocol (v2). It is a Knative Service or a Deployment of the context's cluster, or a process of this machine in\n"
             "the context local.",
    .cmds = (const struct cmd *const[]){&model_serve_cmd, &list_cmd, &show_cmd, &model_predict_cmd, &logs_cmd, &scale_cmd,
                                        &delete_cmd, NULL},
};
