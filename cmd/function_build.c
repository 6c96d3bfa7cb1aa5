/* aiwf function build: a folder becomes an image. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "function.h"
#include "serverless/build.h"

struct build_opts {
    const char *source, *file, *base, *command, *archive;
    struct strv args;
    bool push;
};

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
    {.name = "push", .type = OPT_FLAG, OPT(struct build_opts, push), .help = "send it to the registry that its name says"},
    {0},
};

static int print_built(struct cli *cli, const struct build_spec *spec, const char *id, struct err *err)
{
    CLEANUP(node_free) node_t *item = node_new_object();
    node_set_str(item, "name", spec->image);
    node_set_str(item, "id", id);
    node_set_str(item, "builder", "buildah");
    node_set_str(item, "archive", spec->archive);
    node_set_bool(item, "pushed", spec->push);
    int rc = cli_print_one(cli, "image", item, err);
    cli_hint(cli, "aiwf function deploy NAME --image %s", spec->image);
    return rc;
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
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES,
    .columns = build_columns,
    .examples = build_examples,
    .run = build,
};
