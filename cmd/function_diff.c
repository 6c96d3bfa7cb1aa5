/* aiwf function diff and export: a function as a file, and what a file would change. */
#include "cmd.h"
#include "function_deploy.h"

struct differing {
    struct cli *cli;
    bool differs;
};

static int diff_one(const struct function_spec *spec, void *arg, struct err *err)
{
    struct differing *differing = arg;
    struct cli *cli = differing->cli;
    struct function_env env;
    const struct runtime *runtime = function_runtime_of(cli, spec, err);
    if (!runtime)
        return -1;
    if (!runtime->diff)
        return runtime_lacks(runtime, "tell what a deployment would change", err);
    if ((runtime->check && runtime->check(spec, err) != 0) || function_env(cli, runtime->name, &env, err) != 0)
        return -1;
    CLEANUP(str_release) struct str lines = STR_INIT;
    bool differs = false;
    if (runtime->diff(&env.env, spec, &lines, &differs, err) != 0)
        return -1;
    if (differs)
        fprintf(cli->out, "function %s\n%s", spec->name, lines.buf);
    differing->differs |= differs;
    return 0;
}

static int diff(struct cli *cli, struct err *err)
{
    struct differing differing = {.cli = cli};
    if (function_collect(cli, diff_one, &differing, err) != 0)
        return -1;
    if (!differing.differs)
        return 0;
    err->code = ERR_DIFFERS; /* what was printed says it */
    return -1;
}

struct export_opts {
    const char *runtime;
};
static const struct opt export_opts[] = {RUNTIME_OPT(struct export_opts), {0}};

/* YAML where nothing else is asked for: it is made to be read, kept and deployed. */
static int export(struct cli *cli, struct err *err)
{
    const struct export_opts *opts = cli->opts;
    struct function_env env;
    if (function_env(cli, opts->runtime, &env, err) != 0)
        return -1;
    if (!env.runtime->manifest)
        return runtime_lacks(env.runtime, "write a function as a manifest", err);
    CLEANUP(node_free) node_t *manifest = env.runtime->manifest(&env.env, cli->args.v[0], err);
    if (!manifest)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function list") : -1;
    if (cli->jq || cli->print.format != PRINT_TABLE)
        return print_request(cli, manifest, err);
    CLEANUP(str_release) struct str text = STR_INIT;
    yaml_print(manifest, &text);
    fputs(text.buf, cli->out);
    return 0;
}

static const struct arg export_args[] = {{.name = "NAME", .help = "the function", .complete = complete_functions}, {0}};
static const struct arg diff_args[] = {
    {.name = "NAME", .help = "the function (a file may say it)", .optional = true, .complete = complete_functions}, {0}};

static const struct example diff_examples[] = {
    {"aiwf function diff -f function.yaml", "what deploying it would change; exit 10 when that is anything"},
    {"aiwf function diff ocr --image registry/ocr:2 --scale 1..4", "the same of options"},
    {0},
};
static const struct example export_examples[] = {
    {"aiwf function export ocr >ocr.yaml", "a file that aiwf function deploy -f takes"},
    {"aiwf function export ocr -o json --jq '.spec.template'", "a part of it"},
    {0},
};

const struct cmd function_diff_cmd = {
    .name = "diff",
    .help = "show what a deployment would change",
    .about = "The server itself works out the result (a dry run), and nothing is changed. Exit 10 when something differs.",
    .args = diff_args,
    .opts = function_deploy_opts,
    .opts_size = sizeof(struct deploy_opts),
    .flags = CMD_CONTEXT,
    .examples = diff_examples,
    .run = diff,
};

const struct cmd function_export_cmd = {
    .name = "export",
    .help = "print a function as a manifest that deploys it again",
    .args = export_args,
    .opts = export_opts,
    .opts_size = sizeof(struct export_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .examples = export_examples,
    .run = export,
};
