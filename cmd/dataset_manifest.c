/* dataset manifest */
#include <string.h>

#include "dataset.h"
#include "doc/doc.h"

struct manifest_opts {
    const char *fs_type;
};
static const struct opt manifest_opts[] = {
    {.name = "fs-type",
     .type = OPT_STRING,
     OPT(struct manifest_opts, fs_type),
     .metavar = "TYPE",
     .missing = "ext4",
     .help = "the file system, made when the volume has none: ext4, xfs"},
    {0},
};

static void print_documents(struct cli *cli, const node_t *items)
{
    for (const node_t *item = node_first(items); item; item = node_next(item)) {
        CLEANUP(str_release) struct str text = STR_INIT;
        yaml_print(item, &text);
        fprintf(cli->out, "---\n%s", text.buf);
    }
}

static int manifest(struct cli *cli, struct err *err)
{
    const struct manifest_opts *opts = cli->opts;
    const char *namespace_name = context_get(&cli->context, SETTING_namespace);
    struct dataset_claim claim = {.namespace_name = namespace_name ? namespace_name : "default", .fs_type = opts->fs_type};
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *dataset = dataset_show(&os, cli->args.v[0], err);
    if (!dataset)
        return -1;
    CLEANUP(node_free) node_t *list = dataset_manifest(dataset, &claim);
    bool people = (cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE) && !cli->jq;
    if (!people)
        return print_request(cli, list, err);
    print_documents(cli, node_get(list, "items"));
    return 0;
}

static const struct arg name_arg[] = {{.name = "NAME", .help = "the dataset, by name or id", .complete = dataset_complete}, {0}};
static const struct example examples[] = {
    {"aiwf dataset manifest imagenet -n training", "a PersistentVolume and its claim, for kubectl apply -f -"},
    {"aiwf dataset manifest imagenet -o json --jq '.items[0].spec.csi'", "how the volume is named there"},
    {0},
};

const struct cmd dataset_manifest_cmd = {
    .name = "manifest",
    .help = "a dataset as a PersistentVolume and its claim",
    .about = "For a cluster in the same cloud whose nodes run the Cinder driver (Magnum's label cinder_csi_enabled, true when\n"
             "nothing else is said). The claim is bound to this volume, and the data outlives both: deleting them in the\n"
             "cluster leaves the dataset. Pods name the claim, NAME in small letters, in spec.volumes[].persistentVolumeClaim.",
    .args = name_arg,
    .opts = manifest_opts,
    .opts_size = sizeof(struct manifest_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .examples = examples,
    .run = manifest,
};
