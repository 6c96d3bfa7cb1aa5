/* aiwf function build: a folder becomes an image. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "function.h"
#include "kube.h"
#include "serverless/build.h"

struct build_opts {
    const char *source, *file, *base, *command, *archive, *builder, *job_image, *login;
    struct strv args;
    bool push;
};

static const char *const builders[] = {"buildah", "job", NULL};

static const struct opt build_opts[] = {
    {.name = "source", .type = OPT_DIR, OPT(struct build_opts, source), .metavar = "DIR", .missing = ".", .help = "the folder"},
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct build_opts, file),
     .metavar = "FILE",
     .help = "how it is built (usual: the folder's Containerfile or Dockerfile)"},
    {.name = "base",
     .type = OPT_STRING,
     OPT(struct build_opts, base),
     .metavar = "IMAGE",
     .help = "where the folder has no such file: what the image stands on"},
    {.name = "command",
     .type = OPT_STRING,
     OPT(struct build_opts, command),
     .metavar = "CMD",
     .help = "and what it runs, by /bin/sh -c in /app, where the folder is"},
    {.name = "build-arg",
     .type = OPT_LIST,
     OPT(struct build_opts, args),
     .metavar = "K=V",
     .help = "an argument of the file's ARG"},
    {.name = "archive",
     .type = OPT_FILE,
     OPT(struct build_opts, archive),
     .metavar = "FILE",
     .help = "write the image there too, as an OCI archive"},
    {.name = "builder",
     .type = OPT_CHOICE,
     OPT(struct build_opts, builder),
     .metavar = "BUILDER",
     .choices = builders,
     .missing = "buildah",
     .help = "buildah (here), or job (in the context's cluster, and to a registry)"},
    {.name = "job-image",
     .type = OPT_STRING,
     OPT(struct build_opts, job_image),
     .metavar = "IMAGE",
     .missing = BUILD_JOB_IMAGE,
     .help = "what builds in a job: an image that takes kaniko's options"},
    {.name = "push-secret",
     .type = OPT_STRING,
     OPT(struct build_opts, login),
     .metavar = "SECRET",
     .help = "the registry's login for a job: a Secret of the type kubernetes.io/dockerconfigjson"},
    {.name = "push", .type = OPT_FLAG, OPT(struct build_opts, push), .help = "send it to the registry that its name says"},
    {0},
};

static int print_built(struct cli *cli, const struct build_spec *spec, const char *id, struct err *err)
{
    const struct build_opts *opts = cli->opts;
    CLEANUP(node_free) node_t *item = node_new_object();
    node_set_str(item, "name", spec->image);
    node_set_str(item, "id", id);
    node_set_str(item, "builder", opts->builder);
    node_set_str(item, "archive", spec->archive);
    node_set_bool(item, "pushed", spec->push);
    int rc = cli_print_one(cli, "image", item, err);
    cli_hint(cli, "aiwf function deploy NAME --image %s", spec->image);
    return rc;
}

static void say(const char *line, void *arg)
{
    CLEANUP(str_release) struct str safe = STR_INIT;
    str_add_safe(&safe, line, strlen(line), false);
    cli_note(arg, "  | %s", safe.buf);
}

static int build_by_job(struct cli *cli, const struct build_spec *spec, struct err *err)
{
    const struct build_opts *opts = cli->opts;
    CLEANUP(progress_free) struct progress *progress = cli_progress(cli);
    struct build_job job = {.builder = opts->job_image,
                            .login = opts->login,
                            .timeout_ms = cli->timeout_ms,
                            .progress = progress,
                            .on_line = say,
                            .arg = cli};
    if (cli->dry_run != DRY_RUN_NONE) {
        CLEANUP(node_free) node_t *object = build_job_object(spec, &job, "build");
        return print_request(cli, object, err);
    }
    AUTOFREE char *what = xasprintf("build and push image %s", spec->image);
    job.kube = cli_kube_kept(cli, err);
    if (!job.kube || cli_confirm(cli, what, err) != 0 || build_job_run(spec, &job, STDERR_FILENO, err) != 0)
        return -1;
    struct build_spec pushed = *spec;
    pushed.push = true;
    return print_built(cli, &pushed, NULL, err);
}

static int build(struct cli *cli, struct err *err)
{
    const struct build_opts *opts = cli->opts;
    AUTOFREE char *folder = realpath(opts->source, NULL);
    if (!folder)
        return err_sys(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "--source %s", opts->source);
    struct build_spec spec = {.image = cli->args.v[0],
                              .folder = folder,
                              .file = opts->file,
                              .base = opts->base,
                              .command = opts->command,
                              .args = &opts->args,
                              .archive = opts->archive,
                              .push = opts->push};
    if (build_check(&spec, err) != 0)
        return -1;
    if (strcmp(opts->builder, "job") == 0)
        return build_by_job(cli, &spec, err);
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would build %s from %s%s", spec.image, folder, spec.push ? ", and push it" : "");
        return 0;
    }
    AUTOFREE char *what = xasprintf("push image %s", spec.image);
    if (spec.push && cli_confirm(cli, what, err) != 0)
        return -1;
    char *id = NULL;
    fflush(cli->err);
    if (build_run(&spec, STDERR_FILENO, &id, err) != 0)
        return -1;
    AUTOFREE char *kept = id;
    return print_built(cli, &spec, kept, err);
}

static const struct arg image_arg[] = {{.name = "IMAGE", .help = "the image's name: [REGISTRY/]NAME[:TAG]"}, {0}};

static const struct column build_columns[] = {
    {.title = "IMAGE", .path = "/name"},    {.title = "ID", .path = "/id"},           {.title = "BUILDER", .path = "/builder"},
    {.title = "PUSHED", .path = "/pushed"}, {.title = "ARCHIVE", .path = "/archive"}, {0},
};

static const struct example build_examples[] = {
    {"aiwf function build registry.example/digits:1 --source ./digits --push", "by its Containerfile, and to the registry"},
    {"aiwf function build digits:1 --source ./digits --base python:3-slim --command 'python3 serve.py'", "a folder without one"},
    {"aiwf function build digits:1 --archive digits.tar", "as a file, for machines without a registry"},
    {"aiwf function build registry.example/digits:1 --builder job --push-secret registry", "by kaniko in the cluster"},
    {0},
};

const struct cmd function_build_cmd = {
    .name = "build",
    .help = "make an image of a folder",
    .about = "By buildah, where it is installed: it needs neither root nor a daemon. Its own environment holds: "
             "BUILDAH_ISOLATION=chroot\n"
             "and STORAGE_DRIVER=vfs where containers may not be nested. What it says goes to standard error.\n"
             "\n"
             "The runtimes local and openwhisk take folders as they are: aiwf function deploy --source.",
    .args = image_arg,
    .opts = build_opts,
    .opts_size = sizeof(struct build_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_WAITS,
    .timeout = "15m",
    .columns = build_columns,
    .examples = build_examples,
    .run = build,
};
