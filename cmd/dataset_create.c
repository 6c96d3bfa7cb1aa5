/* dataset create, dataset delete */
#include <string.h>

#include "base/unit.h"
#include "dataset.h"

#define GIB ((int64_t)1 << 30)

struct create_opts {
    int64_t size;
    const char *type, *zone, *from, *image;
    struct strv labels;
};
static const struct opt create_opts[] = {
    {.name = "size",
     .type = OPT_BYTES,
     OPT(struct create_opts, size),
     .metavar = "SIZE",
     .help = "how large: 100Gi (rounded up to whole GiB)"},
    {.name = "type", .type = OPT_STRING, OPT(struct create_opts, type), .metavar = "TYPE", .help = "the volume type of Cinder"},
    {.name = "zone", .type = OPT_STRING, OPT(struct create_opts, zone), .metavar = "ZONE", .help = "the availability zone"},
    {.name = "from",
     .type = OPT_STRING,
     OPT(struct create_opts, from),
     .metavar = "SNAPSHOT",
     .help = "filled from a volume's snapshot, by name or id (then --size may be left out)"},
    {.name = "image", .type = OPT_STRING, OPT(struct create_opts, image), .metavar = "IMAGE", .help = "filled from an image"},
    {.name = "label", .type = OPT_LIST, OPT(struct create_opts, labels), .metavar = "K=V", .help = "a label"},
    {0},
};

static int check_labels(const struct strv *labels, struct err *err)
{
    for (size_t i = 0; i < labels->n; i++) {
        if (!strchr(labels->v[i], '=') || labels->v[i][0] == '=')
            return err_set(err, ERR_USAGE, "--label: \"%s\" is not K=V", labels->v[i]);
        if (str_starts(labels->v[i], DATASET_PREFIX))
            return err_set(err, ERR_USAGE, "--label: keys that begin with " DATASET_PREFIX " are aiwf's own");
    }
    return 0;
}

static int check_size(const struct create_opts *opts, struct err *err)
{
    enum { TOO_SMALL = 1 << 20 };
    if (!opts->size && opts->from)
        return 0;
    if (!opts->size) {
        err_set(err, ERR_USAGE, "how large is it to be?");
        return err_hint(err, "--size 100Gi");
    }
    if (opts->size >= TOO_SMALL)
        return 0;
    err_set(err, ERR_USAGE, "--size: %lld bytes are no volume", (long long)opts->size);
    return err_hint(err, "with a unit: --size %lldGi", (long long)opts->size);
}

static int64_t whole_gib(struct cli *cli, int64_t bytes)
{
    int64_t gib = bytes / GIB + (bytes % GIB != 0);
    CLEANUP(str_release) struct str text = STR_INIT;
    bytes_print(&text, (double)bytes);
    if (bytes % GIB)
        cli_note(cli, "%s rounded up to %lldGi: volumes have whole GiB", text.buf, (long long)gib);
    return gib;
}

static int dry_run(struct cli *cli, struct openstack *os, const struct dataset_spec *spec, struct err *err)
{
    bool asks = cli->dry_run == DRY_RUN_SERVER;
    if (asks && dataset_check(os, spec, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *body = dataset_body(asks ? os : NULL, spec, err);
    return body ? print_request(cli, body, err) : -1;
}

static int create_it(struct cli *cli, struct openstack *os, const struct dataset_spec *spec, struct err *err)
{
    CLEANUP(node_free) node_t *made = dataset_create(os, spec, err);
    if (!made)
        return -1;
    AUTOFREE char *resume = xasprintf("aiwf dataset show %s", spec->name);
    struct dataset_wait wait = {.os = os, .dataset = made, .doing = "creating", .until = "available", .resume = resume};
    CLEANUP(node_free) node_t *ready = NULL;
    if (cli_waits(cli, true) && dataset_wait(cli, &wait, &ready, err) != 0)
        return -1;
    return dataset_print(cli, ready ? ready : made, err);
}

static int create(struct cli *cli, struct err *err)
{
    const struct create_opts *opts = cli->opts;
    if (opts->from && opts->image)
        return err_set(err, ERR_USAGE, "--from and --image: a volume has one source");
    if (check_labels(&opts->labels, err) != 0 || check_size(opts, err) != 0)
        return -1;
    struct dataset_spec spec = {.name = cli->args.v[0],
                                .gib = whole_gib(cli, opts->size),
                                .type = opts->type,
                                .zone = opts->zone,
                                .snapshot = opts->from,
                                .image = opts->image,
                                .labels = &opts->labels};
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli->dry_run == DRY_RUN_CLIENT)
        return dry_run(cli, NULL, &spec, err);
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    if (cli->dry_run == DRY_RUN_SERVER)
        return dry_run(cli, &os, &spec, err);
    AUTOFREE char *what = xasprintf("create dataset %s", spec.name);
    return cli_confirm(cli, what, err) == 0 ? create_it(cli, &os, &spec, err) : -1;
}

static const struct arg name_arg[] = {{.name = "NAME", .help = "the dataset"}, {0}};
static const struct example create_examples[] = {
    {"aiwf dataset create imagenet --size 200Gi --label team=vision", "an empty volume; returns when it is available"},
    {"aiwf dataset create imagenet-2 --from imagenet-monday", "from a snapshot"},
    {"aiwf dataset create big --size 10Ti --dry-run=server", "what would stand in the way: name, type, quotas"},
    {0},
};

const struct cmd dataset_create_cmd = {
    .name = "create",
    .help = "make a volume for training data",
    .about = "With --dry-run=server nothing is made: the name, the type, the source and the quotas are checked, and the request\n"
             "is printed.",
    .args = name_arg,
    .opts = create_opts,
    .opts_size = sizeof(struct create_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "10m",
    .columns = dataset_show_columns,
    .examples = create_examples,
    .run = create,
};

/* ---- delete ---- */

static int delete_one(struct cli *cli, const char *name, struct err *err)
{
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    if (cli->dry_run == DRY_RUN_CLIENT)
        return cli_note(cli, "would delete dataset %s", name), 0;
    CLEANUP(node_free) node_t *dataset = dataset_show(&os, name, err);
    if (!dataset)
        return -1;
    if (node_len(node_get(dataset, "attachments"))) {
        err_set(err, ERR_CONFLICT, "cannot delete dataset %s", name);
        err_why(err, "it is attached to server %s", node_str(dataset, "/attachments/0/server_id", "?"));
        return err_hint(err, "aiwf dataset detach %s", name);
    }
    if (cli->dry_run == DRY_RUN_SERVER)
        return cli_note(cli, "would delete dataset %s", name), 0;
    if (resource_delete(&os, &cinder_dataset, node_str(dataset, "/id", ""), NULL, err) != 0)
        return -1;
    AUTOFREE char *resume = xasprintf("aiwf dataset show %s", name);
    struct dataset_wait wait = {.os = &os, .dataset = dataset, .doing = "deleting", .resume = resume};
    if (cli_waits(cli, true) && dataset_wait(cli, &wait, NULL, err) != 0)
        return -1;
    cli_note(cli, "dataset %s deleted", name);
    return 0;
}

static int delete_all(struct cli *cli, struct err *err)
{
    return cli_confirm_names(cli, "delete", "dataset", err) == 0 ? cli_each_name(cli, delete_one, err) : -1;
}

static const struct arg names_arg[] = {
    {.name = "NAME", .help = "datasets, by name or id", .many = true, .complete = dataset_complete}, {0}};
static const struct example delete_examples[] = {
    {"aiwf dataset delete imagenet", "the volume and its data; returns when it is gone"},
    {"aiwf dataset delete a b c --no-wait", "several, each tried"},
    {0},
};

const struct cmd dataset_delete_cmd = {
    .name = "delete",
    .help = "delete datasets, with their data",
    .about = "Volumes that are no datasets are left alone, and so are those that a server uses.",
    .args = names_arg,
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "10m",
    .examples = delete_examples,
    .run = delete_all,
};
