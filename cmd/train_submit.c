/* aiwf train submit */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "doc/doc.h"
#include "function.h"
#include "train.h"

struct submit_opts {
    const char *trainer;
    const char *workdir, *source, *cpu, *image, *queue, *priority, *runtime, *success, *file;
    struct strv env, datasets;
    int64_t gpus, nodes, workers, ps, retries, timeout_ms, memory_bytes;
    bool logs, spot;
};
enum { RANKS_MAX = 10000 };

static const struct opt submit_opts[] = {
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct submit_opts, file),
     .metavar = "FILE",
     .help = "a manifest: Job, PyTorchJob, TFJob or TrainJob (- is standard input)"},
    {.name = "gpus",
     .type = OPT_INT,
     OPT(struct submit_opts, gpus),
     .metavar = "N",
     RANGE(0, 1024),
     .help = "GPUs of each node; it waits until they are free"},
    {.name = "nodes",
     .type = OPT_INT,
     OPT(struct submit_opts, nodes),
     .metavar = "N",
     RANGE(1, RANKS_MAX),
     .missing = "1",
     .help = "run on so many nodes, a rank each"},
    {.name = "workers",
     .type = OPT_INT,
     OPT(struct submit_opts, workers),
     .metavar = "N",
     RANGE(0, RANKS_MAX),
     .help = "workers of a TFJob, the chief among them"},
    {.name = "ps",
     .type = OPT_INT,
     OPT(struct submit_opts, ps),
     .metavar = "N",
     RANGE(0, RANKS_MAX),
     .help = "parameter servers of a TFJob"},
    {.name = "cpu", .type = OPT_STRING, OPT(struct submit_opts, cpu), .metavar = "CORES", .help = "CPU: 0.5, 250m, 2"},
    {.name = "memory", .type = OPT_BYTES, OPT(struct submit_opts, memory_bytes), .metavar = "SIZE", .help = "memory: 512Mi, 8Gi"},
    {.name = "retries",
     .type = OPT_INT,
     OPT(struct submit_opts, retries),
     .metavar = "N",
     RANGE(0, 1000),
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
     .help = "the container image, in a cluster (trainjob: usually its runtime's)"},
    {.name = "dataset",
     .type = OPT_LIST,
     OPT(struct submit_opts, datasets),
     .metavar = "NAME[:PATH]",
     .help = "a volume claim, at PATH (usual: /data/NAME)"},
    {.name = "queue",
     .type = OPT_STRING,
     OPT(struct submit_opts, queue),
     .metavar = "NAME",
     .help = "wait in this queue of Kueue's"},
    {.name = "success",
     .type = OPT_STRING,
     OPT(struct submit_opts, success),
     .metavar = "RANKS",
     .help = "it has succeeded once these ranks have: 0, 0-2,5, all (usual: by its trainer)"},
    {.name = "priority",
     .type = OPT_STRING,
     OPT(struct submit_opts, priority),
     .metavar = "CLASS",
     .help = "the priority class of its pods"},
    {.name = "spot",
     .type = OPT_FLAG,
     OPT(struct submit_opts, spot),
     .help = "may run on nodes that can be taken away (taint and label aiwf/spot), and prefers them"},
    {.name = "runtime",
     .type = OPT_STRING,
     OPT(struct submit_opts, runtime),
     .metavar = "NAME",
     .help = "the training runtime of a TrainJob (usual: torch-distributed)"},
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

static int print_manifest(struct cli *cli, const struct trainer_env *env, const struct job_spec *spec, struct err *err)
{
    if (!env->trainer->manifest)
        return trainer_lacks(env->trainer, "show what it would send", err);
    CLEANUP(node_free) node_t *body = env->trainer->manifest(env, spec, cli->dry_run == DRY_RUN_SERVER, err);
    return body ? print_request(cli, body, err) : -1;
}

static int wait_and_print(struct cli *cli, const struct trainer_env *env, const char *name, struct err *err)
{
    const struct submit_opts *opts = cli->opts;
    struct train_wait wait = {.env = env, .name = name, .follow = opts->logs};
    CLEANUP(node_free) node_t *job = NULL;
    CLEANUP(err_release) struct err print_err = ERR_INIT;
    int rc = train_wait(cli, &wait, &job, err);
    bool is_table = cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE;
    bool is_told = rc != 0 && (is_table || err->code != ERR_WORKLOAD); /* a script wants the document of a failed job too */
    if (job && !is_told && !opts->logs && train_print_job(cli, job, &print_err) != 0)
        return rc == 0 ? err_move(err, &print_err) : -1;
    return rc;
}

static int submit_and_print(struct cli *cli, const struct trainer_env *env, const struct job_spec *spec, struct err *err)
{
    const struct submit_opts *opts = cli->opts;
    if (!env->trainer->submit)
        return trainer_lacks(env->trainer, "submit a job", err);
    AUTOFREE char *what = xasprintf("submit job %s", spec->name);
    if (cli_confirm(cli, what, err) != 0 || env->trainer->submit(env, spec, err) != 0)
        return -1;
    if (cli_waits(cli, opts->logs))
        return wait_and_print(cli, env, spec->name, err);
    return train_print_new(cli, env, spec->name, err);
}

static int submit_spec(struct cli *cli, const struct job_spec *spec, struct err *err)
{
    const struct submit_opts *opts = cli->opts;
    struct trainer_env env = {.context = &cli->context, .trainer = trainer_for(&cli->context, opts->trainer, err)};
    if (!env.trainer)
        return -1;
    if (cli->dry_run == DRY_RUN_CLIENT && !env.trainer->needs_cluster)
        return print_manifest(cli, &env, spec, err); /* without its gateway */
    if (train_env(cli, opts->trainer, &env, err) != 0 || trainer_choose(&env, spec, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE)
        return print_manifest(cli, &env, spec, err);
    return submit_and_print(cli, &env, spec, err);
}

static int spec_of(struct cli *cli, struct job_spec *spec, struct err *err)
{
    const struct submit_opts *opts = cli->opts;
    if (!cli->dashes_at || !spec->command->n) {
        err_set(err, ERR_USAGE, "aiwf train submit needs %s", cli->dashes_at ? "-- COMMAND, or -f FILE" : "NAME, or -f FILE");
        return err_hint(err, "aiwf train submit -h");
    }
    if (opts->workdir && opts->source)
        return err_set(err, ERR_USAGE, "--workdir and --source exclude each other");
    if (check_env_pairs(&opts->env, err) != 0)
        return -1;
    return opts->cpu ? parse_cores(opts->cpu, &spec->cpus, err) : 0;
}

static int submit_flags(struct cli *cli, struct err *err)
{
    const struct submit_opts *opts = cli->opts;
    CLEANUP(strv_release) struct strv command = STRV_INIT;
    AUTOFREE char *workdir = NULL;
    AUTOFREE char *source = NULL;
    command_of(cli, &command);
    struct job_spec spec = {
        .name = cli->args.n ? cli->args.v[0] : NULL,
        .image = opts->image,
        .command = &command,
        .env = &opts->env,
        .datasets = &opts->datasets,
        .gpus = opts->gpus,
        .nodes = opts->nodes,
        .workers = opts->workers,
        .ps = opts->ps,
        .queue = opts->queue,
        .priority = opts->priority,
        .runtime = opts->runtime,
        .success = opts->success,
        .spot = opts->spot,
        .memory_bytes = opts->memory_bytes,
        .retries = opts->retries,
        .timeout_ms = opts->timeout_ms,
    };
    if (spec_of(cli, &spec, err) != 0 || folder("workdir", opts->workdir, &workdir, err) != 0 ||
        folder("source", opts->source, &source, err) != 0)
        return -1;
    spec.workdir = workdir;
    spec.source = source;
    return submit_spec(cli, &spec, err);
}

/* What a manifest says itself. */
static int check_alone(const struct cli *cli, struct err *err)
{
    const struct submit_opts *opts = cli->opts;
    bool has_flags = opts->image || opts->source || opts->workdir || opts->cpu || opts->priority || opts->runtime ||
                     opts->success || opts->env.n || opts->datasets.n || opts->gpus || opts->nodes > 1 || opts->workers ||
                     opts->ps || opts->retries || opts->timeout_ms || opts->memory_bytes || opts->spot;
    if (has_flags)
        return err_set(err, ERR_USAGE, "with -f FILE only the name, --queue and --trainer can be given: the rest is the file's");
    if (cli->dashes_at < cli->args.n)
        return err_set(err, ERR_USAGE, "with -f FILE the command is the file's");
    return 0;
}

static int check_manifest(const struct doc *doc, const char *trainer, struct err *err)
{
    const struct trainer *its = trainer_of(doc->root);
    if (!its) {
        const char *version = node_str(doc->root, "/apiVersion", ""), *kind = node_str(doc->root, "/kind", "");
        if (*version && *kind)
            doc_err(doc, node_get(doc->root, "kind"), err, "%s of %s is no job that aiwf knows", kind, version);
        else
            doc_err(doc, doc->root, err, "a job needs apiVersion and kind");
        return err_hint(err, "batch/v1 Job, kubeflow.org/v1 PyTorchJob or TFJob, trainer.kubeflow.org/v1alpha1 TrainJob");
    }
    if (!trainer || trainer_find(trainer) == its || strcmp(trainer, "auto") == 0)
        return 0;
    return doc_err(doc, doc->root, err, "a %s is run by --trainer %s, not %s", node_str(doc->root, "/kind", "?"), its->name,
                   trainer);
}

static int submit_file(struct cli *cli, struct err *err)
{
    const struct submit_opts *opts = cli->opts;
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    if (check_alone(cli, err) != 0 || doc_load(&doc, opts->file, err) != 0 || check_manifest(&doc, opts->trainer, err) != 0)
        return -1;
    const char *name = cli->args.n ? cli->args.v[0] : node_str(doc.root, "/metadata/name", NULL);
    if (!name)
        return doc_err(&doc, doc.root, err, "it has no metadata.name, and no name was given");
    struct job_spec spec = {.name = name, .queue = opts->queue, .manifest = doc.root, .file = &doc};
    return submit_spec(cli, &spec, err);
}

static int submit(struct cli *cli, struct err *err)
{
    const struct submit_opts *opts = cli->opts;
    return opts->file ? submit_file(cli, err) : submit_flags(cli, err);
}

static const struct arg submit_args[] = {
    {.name = "NAME", .help = "the job's name (with -f: usual is the file's)", .optional = true},
    {.name = "COMMAND", .help = "what runs, with its arguments", .optional = true, .many = true, .after_dashes = true},
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
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .columns = train_show_columns,
    .examples = submit_examples,
    .run = submit,
};
