/* aiwf function deploy: until the function can answer. */
#include <string.h>

#include "cmd.h"
#include "function_deploy.h"

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

static int wait_deployed(struct cli *cli, const struct function_env *env, const struct function_spec *spec, node_t **ret,
                         struct err *err)
{
    enum { START_USUAL_MS = 60000 };
    const char *name = spec->name;
    const struct deploy_opts *opts = cli->opts;
    struct function_wait wait = {.env = env,
                                 .name = name,
                                 .goal = FUNCTION_READY,
                                 .timeout_ms = cli->timeout_ms,
                                 .start_limit_ms = spec->start_ms > 0 ? spec->start_ms : START_USUAL_MS,
                                 .window_ms = opts->wait_window_ms};
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

static int deploy_spec(const struct function_spec *spec, void *arg, struct err *err)
{
    struct cli *cli = arg;
    const struct deploy_opts *opts = cli->opts;
    struct function_env env;
    if (cli->dry_run == DRY_RUN_CLIENT) {
        env.runtime = function_runtime_of(cli, spec, err);
        return env.runtime ? print_spec(cli, env.runtime, spec, err) : -1;
    }
    const struct runtime *runtime = function_runtime_of(cli, spec, err);
    if (!runtime || (runtime->check && runtime->check(spec, err) != 0) || function_env(cli, runtime->name, &env, err) != 0)
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
    const char *advice = env.runtime->advice ? env.runtime->advice(spec) : NULL;
    if (advice)
        cli_note(cli, "%s", advice);
    node_t *function = NULL;
    if (cli_waits(cli, true) && wait_deployed(cli, &env, spec, &function, err) != 0)
        return -1;
    return print_deployed(cli, &env, spec->name, function, err);
}

static int deploy(struct cli *cli, struct err *err) { return function_collect(cli, deploy_spec, cli, err); }

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
    .opts = function_deploy_opts,
    .opts_size = sizeof(struct deploy_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "90s",
    .columns = deploy_columns,
    .examples = deploy_examples,
    .run = deploy,
};
