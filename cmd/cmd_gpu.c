/* GPUs: which there are, who has them, what they do. */
#include "gpu.h"

#include <math.h>
#include <string.h>

#include "kube.h"
#include "metrics/prom.h"
#include "reach.h"

bool gpu_is_for_people(const struct cli *cli)
{
    return cli->print.format != PRINT_JSON && cli->print.format != PRINT_YAML && cli->print.format != PRINT_NDJSON && !cli->jq;
}

bool gpu_is_local(const struct cli *cli) { return cli->context.is_local && !context_get(&cli->context, SETTING_kubeconfig); }

int gpu_kube(struct cli *cli, struct kube *ret, struct err *err)
{
    if (!gpu_is_local(cli))
        return cli_kube(cli, ret, err);
    err_set(err, ERR_USAGE, "the local runtime gives a GPU to one job at a time: it has no sharing to show or apply");
    return err_hint(err, "for a cluster's: aiwf context add NAME --kubeconfig FILE, then --context NAME");
}

static void measure(struct cli *cli, const char *prometheus, int64_t over_ms, struct gpu_look *look)
{
    enum { MEASURE_MS = 10000 };
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_release) struct prom prom = {0};
    struct prom_settings settings = {
        .url = prometheus,
        .total_ms = MEASURE_MS,
        .retries = -1,
        .trace = cli->verbose ? cli->err : NULL,
        .timing = cli->timing ? cli->err : NULL,
    };
    bool is_open = cli_prometheus(cli, &settings, &prom, &err) == 0;
    gpu_measure(&look->measured, &look->inventory, is_open ? &prom : NULL, &err, over_ms);
}

int gpu_look(struct cli *cli, const char *prometheus, int64_t over_ms, struct gpu_look *ret, struct err *err)
{
    *ret = (struct gpu_look){0};
    if (gpu_kube(cli, &ret->kube, err) != 0 || gpu_inventory_load(&ret->inventory, &ret->kube, err) != 0)
        return -1;
    measure(cli, prometheus, over_ms, ret);
    return 0;
}

void gpu_look_release(struct gpu_look *look)
{
    gpu_measured_release(&look->measured);
    gpu_inventory_release(&look->inventory);
    kube_release(&look->kube);
}

/* "H100-80GB-HBM3", "A100-SXM4-40GB MIG 1g.5gb", "A100 time-slicing x4". */
static void add_offer(node_t *row)
{
    CLEANUP(str_release) struct str offer = STR_INIT;
    const char *mig = node_str(row, "/mig", NULL);
    const char *product = node_str(row, "/product", NULL);
    const char *sharing = node_str(row, "/sharing", NULL);
    int64_t replicas = node_int(row, "/replicas", 0);
    str_add(&offer, product ? product : node_str(row, "/resource", ""));
    if (mig && !strstr(offer.buf, mig))
        str_addf(&offer, " MIG %s", mig);
    if (sharing)
        str_addf(&offer, " %s", sharing);
    if (sharing && replicas > 1)
        str_addf(&offer, " x%lld", (long long)replicas);
    node_set_str(row, "offer", offer.buf);
}

static void add_held_by(node_t *row)
{
    const char *pod = node_str(row, "/pod", NULL);
    const char *owner = node_str(row, "/owner/text", NULL);
    if (!pod)
        return;
    CLEANUP(str_release) struct str text = STR_INIT;
    bool has_owner = owner && strcmp(node_str(row, "/owner/work", "pod"), "pod") != 0;
    if (has_owner)
        str_addf(&text, "%s  ", owner);
    str_addf(&text, "pod %s/%s", node_str(row, "/namespace", ""), pod);
    node_set_str(row, "held_by", text.buf);
}

struct list_opts {
    const char *prometheus;
};
static const struct opt list_opts[] = {PROMETHEUS_OPT(struct list_opts), {0}};

static void tell_unknown(const struct cli *cli, const struct gpu_look *look)
{
    const struct err *dra = &look->inventory.dra_unseen, *measured = &look->measured.unknown;
    if (cli->watch)
        return;
    if (dra->what)
        cli_note(cli, "devices of DRA are not listed: %s%s%s", dra->what, dra->why ? ": " : "", dra->why ? dra->why : "");
    if (measured->what)
        cli_note(cli, "what they do is unknown: %s%s%s", measured->what, measured->why ? ": " : "",
                 measured->why ? measured->why : "");
}

static int list_local(struct cli *cli, struct err *err)
{
    CLEANUP(node_free) node_t *rows = gpu_local_rows(cli, err);
    return rows ? cli_print_list(cli, "GPU", rows, err) : -1;
}

static int list(struct cli *cli, struct err *err)
{
    const struct list_opts *opts = cli->opts;
    if (gpu_is_local(cli))
        return list_local(cli, err);
    CLEANUP(gpu_look_release) struct gpu_look look;
    if (gpu_look(cli, opts->prometheus, 0, &look, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *rows = gpu_rows(&look.inventory, &look.measured);
    for (node_t *row = node_first(rows); row && gpu_is_for_people(cli); row = node_next(row)) {
        add_offer(row);
        add_held_by(row);
    }
    if (node_len(rows))
        tell_unknown(cli, &look);
    return cli_print_list(cli, "GPU", rows, err);
}

static const struct column list_columns[] = {
    {.title = "NODE", .path = "/node"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "GPUS", .path = "/gpus", .kind = CELL_NUMBER},
    {.title = "PRODUCT", .path = "/offer"},
    {.title = "MEMORY", .path = "/memory_bytes", .kind = CELL_BYTES},
    {.title = "UTIL", .path = "/util_ratio", .kind = CELL_PERCENT},
    {.title = "USED", .path = "/memory_used_bytes", .kind = CELL_BYTES, .wide = true},
    {.title = "POWER", .path = "/power_w", .kind = CELL_WATTS, .wide = true},
    {.title = "RESOURCE", .path = "/resource", .wide = true},
    {.title = "SINCE", .path = "/since", .kind = CELL_AGE, .wide = true},
    {.title = "DEVICES", .path = "/devices", .kind = CELL_LIST, .wide = true},
    {.title = "HELD-BY", .path = "/held_by"},
    {0},
};

static const struct example list_examples[] = {
    {"aiwf gpu list", "every node's GPUs: free, or held by which pod of which job"},
    {"aiwf gpu list -o json --jq '[.items[] | select(.state == \"Free\") | .gpus] | add'", "how many are free"},
    {0},
};

static const struct cmd list_cmd = {
    .name = "list",
    .help = "list GPUs: where, which, how shared, who holds them, how busy",
    .about = "A row is what one pod holds of a node's GPUs, or what is left of them. Held GPUs are counted by what pods\n"
             "ask for, as the scheduler does. How busy they are is dcgm-exporter's word, by the context's Prometheus;\n"
             "what nobody measures is \"-\", never 0.\n"
             "States: Held, Free, Unhealthy (the device plugin withdrew it), NotOffered (labels tell of it, but no device\n"
             "plugin offers it), NotReady and Cordoned (of their node).\n"
             "In the context local: those that aiwf local up was given, and which job has them.",
    .opts = list_opts,
    .opts_size = sizeof(struct list_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = list_columns,
    .examples = list_examples,
    .run = list,
};

const struct cmd cmd_gpu = {
    .name = "gpu",
    .group = "functions",
    .help = "GPUs of a cluster: who holds them, which are idle, how they are shared",
    .cmds = (const struct cmd *const[]){&list_cmd, &gpu_idle_cmd, &gpu_reclaim_cmd, &gpu_share_cmd, NULL},
};
