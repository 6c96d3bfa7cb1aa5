/* aiwf train submit */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "function.h"
#include "train.h"

struct submit_opts {
    const char *trainer;
    const char *workdir, *source, *cpu, *image;
    struct strv env;
    int64_t gpus, retries, timeout_ms, memory_bytes;
    bool logs;
};

static const struct opt submit_opts[] = {
    {.name = "gpus",
     .type = OPT_INT,
     OPT(struct submit_opts, gpus),
     .metavar = "N",
     .min = 0,
     .max = 1024,
     .help = "GPUs; it waits in the queue until they are free"},
    {.name = "cpu", .type = OPT_STRING, OPT(struct submit_opts, cpu), .metavar = "CORES", .help = "CPU: 0.5, 250m, 2"},
    {.name = "memory", .type = OPT_BYTES, OPT(struct submit_opts, memory_bytes), .metavar = "SIZE", .help = "memory: 512Mi, 8Gi"},
    {.name = "retries",
     .type = OPT_INT,
     OPT(struct submit_opts, retries),
     .metavar = "N",
     .min = 0,
     .max = 1000,
     .help = "run it again, up to N times, when it fails"},
    {.name = "timeout",
     .type = OPT_DURATION,
     OPT(struct submit_opts, timeout_ms),
     .metavar = "TIME",
     .help = "end an attempt that takes longer"},
    {.name = "env",
     .letter = 'e',
     .type = OPT_LIST,
     OPT(struct submit_opts, env),
     .metavar = "K=V",
     .help = "an environment variable"},
    {.name = "workdir",
     .type = OPT_DIR,
     OPT(struct submit_opts, workdir),
     .metavar = "DIR",
     .help = "run in this folder (usual: a private one)"},
    {.name = "source",
     .type = OPT_DIR,
     OPT(struct submit_opts, source),
     .metavar = "DIR",
     .help = "run in a private copy of this folder"},
    {.name = "image",
     .type = OPT_STRING,
     OPT(struct submit_opts, image),
     .metavar = "IMAGE",
     .help = "the container image, on trainers that have them"},
    {.name = "logs",
     .letter = 'l',
     .type = OPT_FLAG,
     OPT(struct submit_opts, logs),
     .help = "with --wait: its log on standard output meanwhile"},
    TRAINER_OPT(struct submit_opts),
    {0},
};

static int folder(const char *option, const char *given, char **ret, struct err *err)
{
    struct stat st;
    if (!given)
        return 0;
    *ret = realpath(given, NULL);
    if (!*ret)
        return err_sys(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "--%s %s", option, given);
    if (stat(*ret, &st) != 0 || !S_ISDIR(st.st_mode))
        return err_set(err, ERR_USAGE, "--%s %s is not a folder", option, given);
    return 0;
}

/* What follows "--" is the command. */
static void command_of(const struct cli *cli, struct strv *command)
{
    for (size_t i = cli->dashes_at; i < cli->args.n; i++)
        strv_add(command, cli->args.v[i]);
}

static int print_spec(struct cli *cli, const struct trainer *trainer, const struct job_spec *spec, struct err *err)
{
    if (!trainer->spec_json)
        return trainer_lacks(trainer, "show what it would send", err);
    CLEANUP(node_free) node_t *body = trainer->spec_json(spec);
    return print_request(cli, body, err);
}

static int print_job(struct cli *cli, node_t *job, struct err *err)
{
    train_decorate(cli, job);
    return cli_print_one(cli, "job", job, err);
}

static int wait_and_print(struct cli *cli, const struct train_env *env, const char *name, struct err *err)
{
    const struct submit_opts *opts = cli->opts;
    struct train_wait wait = {.env = env, .name = name, .follow = opts->logs};
    CLEANUP(node_free) node_t *job = NULL;
    CLEANUP(err_release) struct err print_err = ERR_INIT;
    int rc = train_wait(cli, &wait, &job, err);
    bool is_table = cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE;
    bool is_told = rc != 0 && (is_table || err->code != ERR_WORKLOAD); /* a script wants the document of a failed job too */
    if (job && !is_told && !opts->logs && print_job(cli, job, &print_err) != 0)
        return rc == 0 ? err_move(err, &print_err) : -1;
    return rc;
}

static int submit_spec(struct cli *cli, const struct job_spec *spec, struct err *err)
{
    const struct submit_opts *opts = cli->opts;
    struct train_env env = {.trainer = trainer_for(&cli->context, opts->trainer, err)};
    if (!env.trainer)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE)
        return print_spec(cli, env.trainer, spec, err);
    if (train_env(cli, opts->trainer, &env, err) != 0)
        return -1;
    if (!env.trainer->submit)
        return trainer_lacks(env.trainer, "submit a job", err);
    AUTOFREE char *what = xasprintf("submit job %s", spec->name);
    if (cli_confirm(cli, what, err) != 0 || env.trainer->submit(&env.env, spec, err) != 0)
        return -1;
    if (cli_waits(cli, opts->logs))
        return wait_and_print(cli, &env, spec->name, err);
    CLEANUP(node_free) node_t *job = env.trainer->show(&env.env, spec->name, err);
    if (!job)
        return -1;
    int rc = print_job(cli, job, err);
    cli_hint(cli, "aiwf train wait %s", spec->name);
    return rc;
}

static int submit(struct cli *cli, struct err *err)
{
    const struct submit_opts *opts = cli->opts;
    CLEANUP(strv_release) struct strv command = STRV_INIT;
    AUTOFREE char *workdir = NULL;
    AUTOFREE char *source = NULL;
    struct job_spec spec = {
        .name = cli->args.v[0],
        .image = opts->image,
        .command = &command,
        .env = &opts->env,
        .gpus = opts->gpus,
        .memory_bytes = opts->memory_bytes,
        .retries = opts->retries,
        .timeout_ms = opts->timeout_ms,
    };
    command_of(cli, &command);
    if (opts->workdir && opts->source)
        return err_set(err, ERR_USAGE, "--workdir and --source exclude each other");
    if (folder("workdir", opts->workdir, &workdir, err) != 0 || folder("source", opts->source, &source, err) != 0 ||
        check_env_pairs(&opts->env, err) != 0)
        return -1;
    spec.workdir = workdir;
    spec.source = source;
    if (opts->cpu && parse_cores(opts->cpu, &spec.cpus, err) != 0)
        return -1;
    return submit_spec(cli, &spec, err);
}

static const struct arg submit_args[] = {
    {.name = "NAME", .help = "the job's name"},
    {.name = "COMMAND", .help = "what runs, with its arguments", .many = true, .after_dashes = true},
    {0},
};

static const struct example submit_examples[] = {
    {"aiwf train submit digits --source ./digits --wait -- python3 train.py --epochs 20",
     "train in a private copy of a folder; exit 9 when it fails"},
    {"aiwf train submit resnet --gpus 2 --retries 1 --timeout 8h -- ./train.sh", "queue it and return"},
    {"aiwf train submit nightly --wait -o json -- make model", "its document on stdout at the end"},
    {0},
};

const struct cmd train_submit_cmd = {
    .name = "submit",
    .help = "submit a job: a command that runs to its end",
    .about = "Returns once the job is queued; with --wait, once it has ended: exit 9 when its command failed,\n"
             "with the exit code or signal and its last lines. Ctrl-C while waiting leaves the job running and\n"
             "names the command that goes on waiting. --timeout is the job's own.",
    .args = submit_args,
    .opts = submit_opts,
    .opts_size = sizeof(struct submit_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_WAITS,
    .columns = train_show_columns,
    .examples = submit_examples,
    .run = submit,
};
