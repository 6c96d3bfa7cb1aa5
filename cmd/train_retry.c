/* aiwf train retry */
#include "cmd.h"
#include "train.h"

struct retry_opts {
    const char *trainer, *name;
    bool replace;
};
static const struct opt retry_opts[] = {
    {.name = "name",
     .type = OPT_STRING,
     OPT(struct retry_opts, name),
     .metavar = "NEW",
     .help = "what the new job is called (usual: NAME-2, NAME-3, ...)"},
    {.name = "replace",
     .type = OPT_FLAG,
     OPT(struct retry_opts, replace),
     .help = "in the place of the old one, whose record and log go"},
    TRAINER_OPT(struct retry_opts),
    {0},
};

static int retry_as(struct cli *cli, const struct trainer_env *env, struct err *err)
{
    const struct retry_opts *opts = cli->opts;
    AUTOFREE char *made = NULL;
    if (env->trainer->retry(env, cli->args.v[0], opts->replace ? cli->args.v[0] : opts->name, &made, err) != 0)
        return train_not_there(err);
    struct train_wait wait = {.env = env, .name = made};
    if (cli_waits(cli, false)) {
        CLEANUP(node_free) node_t *job = NULL;
        return train_wait(cli, &wait, &job, err);
    }
    return train_print_new(cli, env, made, err);
}

static int retry(struct cli *cli, struct err *err)
{
    const struct retry_opts *opts = cli->opts;
    const char *name = cli->args.v[0];
    AUTOFREE char *what = xasprintf(opts->replace ? "delete job %s and run it again" : "run job %s again", name);
    struct trainer_env env;
    if (opts->replace && opts->name)
        return err_set(err, ERR_USAGE, "--replace keeps the name: --name cannot be given");
    if (train_env_of(cli, opts->trainer, name, &env, err) != 0)
        return train_not_there(err);
    if (!env.trainer->retry)
        return trainer_lacks(env.trainer, "run a job again", err);
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would %s", what);
        return 0;
    }
    return cli_confirm(cli, what, err) == 0 ? retry_as(cli, &env, err) : -1;
}

static const struct arg retry_arg[] = {{.name = "NAME", .help = "a job that is over", .complete = complete_train_jobs}, {0}};

static const struct example retry_examples[] = {
    {"aiwf train retry resnet --wait", "the same once more, as resnet-2; exit 9 when it fails again"},
    {"aiwf train retry resnet --name resnet-again", "under a name of your own"},
    {"aiwf train retry resnet --replace --wait", "under its own: the one that failed goes"},
    {0},
};

const struct cmd train_retry_cmd = {
    .name = "retry",
    .help = "run a job that is over once more",
    .about = "The new job is made from what is still there of the old one, which stays as it is\n"
             "unless --replace is given.",
    .args = retry_arg,
    .opts = retry_opts,
    .opts_size = sizeof(struct retry_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_WAITS,
    .columns = train_show_columns,
    .examples = retry_examples,
    .run = retry,
};
