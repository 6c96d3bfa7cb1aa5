/* dataset attach, dataset detach */
#include <stdlib.h>
#include <string.h>

#include "dataset.h"
#include "openstack/magnum.h"
#include "openstack/nova.h"

static void complete_servers(struct cli *cli, struct strv *names) { resource_complete(cli, &nova_server, names); }

/* Both names at first, then what is asked of Nova. */
struct use {
    node_t *dataset;
    char *server_id;
};
static void use_release(struct use *use)
{
    node_free(use->dataset);
    free(use->server_id);
}
DEFINE_CLEANUP(struct use, use_release)

static int find(struct openstack *os, const char *name, const char *server, struct use *use, struct err *err)
{
    use->dataset = dataset_show(os, name, err);
    if (!use->dataset)
        return -1;
    use->server_id = server ? resource_id(os, &nova_server, server, err) : NULL;
    return !server || use->server_id ? 0 : -1;
}

static int attach_it(struct cli *cli, struct openstack *os, const struct use *use, struct err *err)
{
    const char *name = node_str(use->dataset, "/name", "?");
    if (dataset_attach(os, use->dataset, use->server_id, err) != 0)
        return -1;
    AUTOFREE char *resume = xasprintf("aiwf dataset show %s", name);
    struct dataset_wait wait = {.os = os,
                                .dataset = use->dataset,
                                .doing = "attaching",
                                .until = "in-use",
                                .failed = "available", /* Nova gave it back */
                                .resume = resume};
    CLEANUP(node_free) node_t *now = NULL;
    if (cli_waits(cli, true) && dataset_wait(cli, &wait, &now, err) != 0)
        return -1;
    return now ? dataset_print(cli, now, err) : (cli_note(cli, "attaching dataset %s", name), 0);
}

struct attach_opts {
    const char *cluster, *fs_type;
};
static void complete_clusters(struct cli *cli, struct strv *names) { resource_complete(cli, &magnum_cluster, names); }
static const struct opt attach_opts[] = {
    {.name = "cluster",
     .type = OPT_STRING,
     OPT(struct attach_opts, cluster),
     .metavar = "CLUSTER",
     .help = "to a Magnum cluster in place of a server: a PersistentVolume and its claim",
     .complete = complete_clusters},
    {.name = "fs-type",
     .type = OPT_STRING,
     OPT(struct attach_opts, fs_type),
     .metavar = "TYPE",
     .missing = "ext4",
     .help = "with --cluster: the file system, made when the volume has none: ext4, xfs"},
    {0},
};

static int attach_to_cluster(struct cli *cli, struct openstack *os, struct err *err)
{
    const struct attach_opts *opts = cli->opts;
    CLEANUP(node_free) node_t *dataset = dataset_show(os, cli->args.v[0], err);
    struct dataset_use use = {.os = os, .dataset = dataset, .cluster = opts->cluster, .fs_type = opts->fs_type};
    return dataset ? dataset_use_in_cluster(cli, &use, err) : -1;
}

static int attach_to_server(struct cli *cli, struct openstack *os, struct err *err)
{
    const char *name = cli->args.v[0], *server = cli->args.v[1];
    CLEANUP(use_release) struct use use = {0};
    if (find(os, name, server, &use, err) != 0)
        return -1;
    if (cli->dry_run == DRY_RUN_SERVER)
        return cli_note(cli, "would attach dataset %s to server %s", name, server), 0;
    return attach_it(cli, os, &use, err);
}

static int attach(struct cli *cli, struct err *err)
{
    const struct attach_opts *opts = cli->opts;
    const char *name = cli->args.v[0], *server = cli->args.n > 1 ? cli->args.v[1] : NULL;
    if (!server == !opts->cluster) {
        err_set(err, ERR_USAGE, "to what shall dataset %s be attached?", name);
        return err_hint(err, "a SERVER, or --cluster CLUSTER");
    }
    AUTOFREE char *what =
        xasprintf("attach dataset %s to %s %s", name, server ? "server" : "cluster", server ? server : opts->cluster);
    if (cli->dry_run == DRY_RUN_CLIENT)
        return cli_note(cli, "would %s", what), 0;
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0 || cli_confirm(cli, what, err) != 0)
        return -1;
    return server ? attach_to_server(cli, &os, err) : attach_to_cluster(cli, &os, err);
}

static const struct arg attach_args[] = {
    {.name = "NAME", .help = "the dataset, by name or id", .complete = dataset_complete},
    {.name = "SERVER", .help = "the server, by name or id", .optional = true, .complete = complete_servers},
    {0},
};
static const struct example attach_examples[] = {
    {"aiwf dataset attach imagenet gpu-1", "returns when the server has it"},
    {"aiwf dataset attach imagenet gpu-1 -o json --jq '.attachments[0].device'", "as which disk"},
    {"aiwf dataset attach imagenet --cluster ml -n training", "as the claim training/imagenet, returns when it is bound"},
    {0},
};

const struct cmd dataset_attach_cmd = {
    .name = "attach",
    .help = "give a dataset to a server, or to a cluster",
    .about = "In a cluster it is a PersistentVolume and a claim of its name in the namespace of -n, as aiwf dataset manifest\n"
             "prints them: the cluster's nodes must run the Cinder driver (Magnum's label cinder_csi_enabled). kubectl delete\n"
             "pvc,pv takes it away there, and the data stays.",
    .args = attach_args,
    .opts = attach_opts,
    .opts_size = sizeof(struct attach_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "5m",
    .columns = dataset_show_columns,
    .examples = attach_examples,
    .run = attach,
};

/* ---- detach ---- */

static int detach_all(struct openstack *os, const struct use *use, size_t *ret_asked, struct err *err)
{
    for (const node_t *one = node_first(node_get(use->dataset, "attachments")); one; one = node_next(one)) {
        const char *id = node_str(one, "/server_id", "");
        if (use->server_id && strcmp(id, use->server_id) != 0)
            continue;
        if (dataset_detach(os, use->dataset, id, err) != 0)
            return -1;
        (*ret_asked)++;
    }
    return 0;
}

static int detach(struct cli *cli, struct err *err)
{
    const char *name = cli->args.v[0], *server = cli->args.n > 1 ? cli->args.v[1] : NULL;
    if (cli->dry_run == DRY_RUN_CLIENT)
        return cli_note(cli, "would detach dataset %s", name), 0;
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(use_release) struct use use = {0};
    AUTOFREE char *what = xasprintf("detach dataset %s", name);
    if (cli_openstack(cli, &os, err) != 0 || cli_confirm(cli, what, err) != 0 || find(&os, name, server, &use, err) != 0)
        return -1;
    if (cli->dry_run == DRY_RUN_SERVER)
        return cli_note(cli, "would detach dataset %s", name), 0;
    size_t asked = 0;
    if (detach_all(&os, &use, &asked, err) != 0)
        return -1;
    if (!asked)
        return cli_note(cli, "dataset %s is not attached%s%s", name, server ? " to server " : "", server ? server : ""), 0;
    bool rest = asked < node_len(node_get(use.dataset, "attachments")); /* of other servers: it stays in use */
    AUTOFREE char *resume = xasprintf("aiwf dataset show %s", name);
    struct dataset_wait wait = {.os = &os, .dataset = use.dataset, .doing = "detaching", .until = "available", .resume = resume};
    if (!rest && cli_waits(cli, true) && dataset_wait(cli, &wait, NULL, err) != 0)
        return -1;
    cli_note(cli, "dataset %s detached", name);
    return 0;
}

static const struct arg detach_args[] = {
    {.name = "NAME", .help = "the dataset, by name or id", .complete = dataset_complete},
    {.name = "SERVER", .help = "from this server only", .optional = true, .complete = complete_servers},
    {0},
};
static const struct example detach_examples[] = {
    {"aiwf dataset detach imagenet", "from the server that has it; unmount it there first"},
    {"aiwf dataset detach shared gpu-1", "one of several servers"},
    {0},
};

const struct cmd dataset_detach_cmd = {
    .name = "detach",
    .help = "take a dataset from its server",
    .args = detach_args,
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "5m",
    .examples = detach_examples,
    .run = detach,
};
