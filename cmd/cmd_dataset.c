/* Training data: volumes of the context's cloud. */
#include "dataset.h"

#include <math.h>
#include <stdlib.h>

void dataset_complete(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, &none) != 0)
        return;
    CLEANUP(node_free) node_t *items = dataset_list(&os, false, &none);
    complete_names_of(items, names);
}

void dataset_for_people(const struct cli *cli, node_t *dataset)
{
    if ((cli->print.format != PRINT_TABLE && cli->print.format != PRINT_WIDE) || cli->jq)
        return;
    node_set_num(dataset, "size_bytes", ldexp(node_num(dataset, "/size", (double)NAN), 30));
    node_set_bool(dataset, "is_dataset", node_get(node_get(dataset, "metadata"), DATASET_MARK) != NULL);
    CLEANUP(str_release) struct str s = STR_INIT;
    for (const node_t *label = node_first(node_get(dataset, "metadata")); label; label = node_next(label))
        if (!str_starts(node_key(label), DATASET_PREFIX))
            str_addf(&s, "%s%s=%s", s.len ? "," : "", node_key(label), node_text(label) ? node_text(label) : "?");
    node_set_str(dataset, "labels_line", s.len ? s.buf : NULL);
}

int dataset_print(struct cli *cli, node_t *dataset, struct err *err)
{
    dataset_for_people(cli, dataset);
    return print_one(&cli->print, "dataset", dataset_show_columns, dataset, err);
}

struct list_opts {
    bool all;
};
static const struct opt list_opts[] = {
    {.name = "all", .type = OPT_FLAG, OPT(struct list_opts, all), .help = "also volumes that are no datasets"},
    {0},
};

static int list(struct cli *cli, struct err *err)
{
    const struct list_opts *opts = cli->opts;
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *items = dataset_list(&os, opts->all, err);
    if (!items)
        return -1;
    for (node_t *item = node_first(items); item; item = node_next(item))
        dataset_for_people(cli, item);
    bool people = cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE;
    if (node_len(items) || !people || cli->jq || cli->watch)
        return cli_print_list(cli, "dataset", items, err);
    cli_note(cli, "no datasets in cloud %s", os.cloud.name);
    return 0;
}

static int show_one(struct cli *cli, const char *name, struct err *err)
{
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *dataset = dataset_show(&os, name, err);
    return dataset ? dataset_print(cli, dataset, err) : -1;
}

static int show(struct cli *cli, struct err *err) { return cli_each_name(cli, show_one, err); }

static const struct column list_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"SIZE", "/size_bytes", CELL_BYTES, false},
    {"TYPE", "/volume_type", CELL_TEXT, false},
    {"SERVER", "/attachments/0/server_id", CELL_TEXT, false},
    {"LABELS", "/labels_line", CELL_TEXT, false},
    {"DATASET", "/is_dataset", CELL_TEXT, true},
    {"ZONE", "/availability_zone", CELL_TEXT, true},
    {"CREATED", "/created_at", CELL_TEXT, true},
    {"ID", "/id", CELL_TEXT, true},
    {0},
};
const struct column dataset_show_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"SIZE", "/size_bytes", CELL_BYTES, false},
    {"TYPE", "/volume_type", CELL_TEXT, false},
    {"SERVER", "/attachments/0/server_id", CELL_TEXT, false},
    {"DEVICE", "/attachments/0/device", CELL_TEXT, false},
    {"LABELS", "/labels_line", CELL_TEXT, false},
    {"SNAPSHOT", "/snapshot_id", CELL_TEXT, false},
    {"ZONE", "/availability_zone", CELL_TEXT, false},
    {"CREATED", "/created_at", CELL_TEXT, false},
    {0},
};
static const struct arg names_arg[] = {
    {.name = "NAME", .help = "datasets, by name or id", .many = true, .complete = dataset_complete}, {0}};
static const struct example list_examples[] = {
    {"aiwf dataset list", "the project's training data"},
    {"aiwf dataset list -o json --jq '.items[] | select(.metadata.team == \"vision\").name'", "by a label, for a script"},
    {0},
};
static const struct example show_examples[] = {
    {"aiwf dataset show imagenet", "one dataset: size, server, labels"},
    {"aiwf dataset show imagenet -o json --jq .id", "its volume's id"},
    {0},
};

static const struct cmd cmd_list = {
    .name = "list",
    .help = "list datasets",
    .opts = list_opts,
    .opts_size = sizeof(struct list_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = list_columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd cmd_show = {
    .name = "show",
    .help = "show datasets",
    .args = names_arg,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = dataset_show_columns,
    .examples = show_examples,
    .run = show,
};

static const struct cmd *const verbs[] = {
    &dataset_create_cmd,   &cmd_list,           &cmd_show, &dataset_attach_cmd, &dataset_detach_cmd,
    &dataset_manifest_cmd, &dataset_delete_cmd, NULL,
};

const struct cmd cmd_dataset = {
    .name = "dataset",
    .group = "infrastructure",
    .kind = "dataset",
    .help = "training data: volumes for servers and clusters",
    .about = "A dataset is a Cinder volume whose metadata has " DATASET_MARK "; labels are its other metadata. It is used by a\n"
             "server (attach), or in a cluster whose nodes run the Cinder driver (manifest).",
    .cmds = verbs,
};
