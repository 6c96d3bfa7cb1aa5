/* aiwf gpu share: how NVIDIA's device plugin shares GPUs. */
#include <string.h>

#include "base/file.h"
#include "gpu.h"
#include "gpu/share.h"
#include "wait/wait.h"

struct share_opts {
    const char *file, *config_map, *key;
    struct strv nodes;
};

static void add_offered(node_t *row)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    for (const node_t *r = node_first(node_get(row, "offered")); r; r = node_next(r))
        str_addf(&text, "%s%g %s", text.len ? ", " : "", node_value(r), node_key(r));
    node_set_str(row, "offers", text.len ? text.buf : NULL);
}

static int share_show(struct cli *cli, struct err *err)
{
    CLEANUP(gpu_look_release) struct gpu_look look = {0};
    if (gpu_kube(cli, &look.kube, err) != 0 || gpu_inventory_load(&look.inventory, &look.kube, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *rows = gpu_share_rows(&look.inventory);
    for (node_t *row = node_first(rows); row && gpu_is_for_people(cli); row = node_next(row))
        add_offered(row);
    return cli_print_list(cli, "GPU node", rows, err);
}

/* Those that are named, else all with GPUs. */
static node_t *nodes_of(const struct gpu_inventory *inventory, const struct strv *names, const char *key)
{
    node_t *nodes = node_new_object();
    for (size_t i = 0; i < names->n; i++)
        node_set_str(nodes, names->v[i], key);
    CLEANUP(node_free) node_t *rows = names->n ? NULL : gpu_share_rows(inventory);
    for (const node_t *row = node_first(rows); row; row = node_next(row))
        node_set_str(nodes, node_str(row, "/node", ""), key);
    return nodes;
}

/* The key is the file's name, as `kubectl create configmap --from-file` has it, but for what a label may not have. */
static char *key_of(const struct share_opts *opts)
{
    if (opts->key)
        return xstrdup(opts->key);
    const char *slash = strrchr(opts->file, '/');
    char *key = xstrdup(slash ? slash + 1 : opts->file);
    char *dot = strrchr(key, '.');
    if (dot && dot != key && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0))
        *dot = '\0';
    return key;
}

static int check_key(const char *key, struct err *err)
{
    enum { LABEL_MAX = 63 };
    size_t len = strlen(key);
    static const char alnum[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    bool is_label = len && len <= LABEL_MAX && strchr(alnum, key[0]) && strchr(alnum, key[len - 1]);
    for (const char *c = key; *c; c++)
        is_label = is_label && (strchr(alnum, *c) || strchr("-_.", *c));
    if (is_label)
        return 0;
    err_set(err, ERR_USAGE, "\"%s\" cannot name a configuration: it is the value of a label", key);
    return err_hint(err, "--name KEY of letters, digits, '-', '_' and '.'");
}

struct settling {
    struct kube *kube;
    const struct gpu_share_plan *plan;
    const struct gpu_share *share;
};

static enum wait_state look_settled(void *arg, struct str *note, struct err *err)
{
    struct settling *settling = arg;
    CLEANUP(gpu_inventory_release) struct gpu_inventory inventory = {0};
    CLEANUP(str_release) struct str waiting = STR_INIT;
    if (gpu_inventory_load(&inventory, settling->kube, err) != 0)
        return WAIT_PENDING;
    size_t settled = gpu_share_offered(&inventory, settling->plan, settling->share, &waiting);
    str_addf(note, "%zu of %zu nodes\t%s", settled, node_len(settling->plan->nodes), waiting.buf);
    return waiting.len ? WAIT_PENDING : WAIT_DONE;
}

static int wait_settled(struct cli *cli, struct settling *settling, struct err *err)
{
    CLEANUP(progress_free) struct progress *progress = cli_progress(cli);
    struct wait wait = {
        .what = "device plugin",
        .look = look_settled,
        .arg = settling,
        .timeout_ms = cli->timeout_ms,
        .interval_ms = 1000,
        .progress = progress,
        .resume = "aiwf gpu share show",
    };
    return wait_for(&wait, err);
}

/* The reason stays the error's; what was taken back, or not, is its hint. */
static int take_back(struct kube *kube, const char *map, struct err *err)
{
    CLEANUP(err_release) struct err back_err = ERR_INIT;
    CLEANUP(gpu_share_plan_release) struct gpu_share_plan back = {0};
    struct gpu_inventory inventory = {0};
    bool is_back = gpu_share_find(kube, map, &back, &back_err) == 0 && gpu_share_back(kube, &back, &back_err) == 0 &&
                   gpu_inventory_load(&inventory, kube, &back_err) == 0 &&
                   gpu_share_look(kube, &inventory, &back, &back_err) == 0 && gpu_share_apply(kube, &back, false, &back_err) == 0;
    gpu_inventory_release(&inventory);
    if (is_back)
        return err_hint(err, "all was put back as it was; the device plugin's log of these nodes says why");
    return err_hint(err, "aiwf gpu share rollback (putting it back failed: %s)", back_err.what);
}

static int print_plan(struct cli *cli, const struct gpu_share_plan *plan, struct err *err)
{
    CLEANUP(str_release) struct str diff = STR_INIT;
    if (gpu_is_for_people(cli)) {
        CLEANUP(str_release) struct str safe = STR_INIT;
        gpu_share_diff(plan, &diff);
        str_add_safe(&safe, diff.buf, diff.len, true);
        fprintf(cli->out, "%s", safe.buf);
        fflush(cli->out);
        return 0;
    }
    CLEANUP(node_free) node_t *change = node_new_object();
    AUTOFREE char *map = xasprintf("%s/%s", plan->ns, plan->name);
    node_set_str(change, "config_map", map);
    node_set_str(change, "name", plan->key);
    node_set(change, "before", node_copy(plan->before));
    node_set_str(change, "text", plan->text);
    node_set(change, "nodes", node_copy(plan->nodes));
    return print_one(&cli->print, "share", NULL, change, err);
}

static bool is_changed(const struct gpu_share_plan *plan)
{
    CLEANUP(str_release) struct str diff = STR_INIT;
    gpu_share_diff(plan, &diff);
    return diff.len;
}

/* Shows it, asks, does it. 1: there is nothing to do, or it is a dry run. */
static int carry_out(struct cli *cli, struct kube *kube, const struct gpu_share_plan *plan, bool record, struct err *err)
{
    if (print_plan(cli, plan, err) != 0)
        return -1;
    if (!is_changed(plan)) {
        cli_note(cli, "nothing changes");
        return 1;
    }
    if (cli->dry_run != DRY_RUN_NONE)
        return 1;
    AUTOFREE char *what = xasprintf("change how the GPUs of %zu nodes are shared", node_len(plan->nodes));
    if (cli_confirm_always(cli, what, err) != 0)
        return -1;
    return gpu_share_apply(kube, plan, record, err);
}

static int make_plan(struct cli *cli, struct gpu_look *look, struct gpu_share_plan *plan, struct err *err)
{
    const struct share_opts *opts = cli->opts;
    plan->key = key_of(opts);
    if (check_key(plan->key, err) != 0 || gpu_kube(cli, &look->kube, err) != 0 ||
        gpu_share_find(&look->kube, opts->config_map, plan, err) != 0 ||
        gpu_inventory_load(&look->inventory, &look->kube, err) != 0)
        return -1;
    plan->nodes = nodes_of(&look->inventory, &opts->nodes, plan->key);
    if (!node_len(plan->nodes))
        return err_set(err, ERR_NOT_FOUND, "no node has GPUs");
    return gpu_share_look(&look->kube, &look->inventory, plan, err);
}

static int share_apply(struct cli *cli, struct err *err)
{
    const struct share_opts *opts = cli->opts;
    enum { CONFIG_MAX = 512 << 10 };
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    CLEANUP(str_release) struct str text = STR_INIT_MAX(CONFIG_MAX);
    CLEANUP(gpu_look_release) struct gpu_look look = {0};
    CLEANUP(gpu_share_plan_release) struct gpu_share_plan plan = {0};
    struct gpu_share share;
    if (!opts->file) {
        err_set(err, ERR_USAGE, "aiwf gpu share apply needs -f FILE");
        return err_hint(err, "aiwf gpu share apply -h");
    }
    if (file_read(opts->file, &text, err) != 0 || doc_parse(&doc, text.buf, text.len, opts->file, err) != 0 ||
        gpu_share_read(&doc, &share, err) != 0 || make_plan(cli, &look, &plan, err) != 0)
        return -1;
    plan.text = xstrdup(text.buf);
    int rc = carry_out(cli, &look.kube, &plan, true, err);
    if (rc != 0 || !cli_waits(cli, true))
        return rc > 0 ? 0 : rc;
    struct settling settling = {.kube = &look.kube, .plan = &plan, .share = &share};
    if (wait_settled(cli, &settling, err) == 0)
        return 0;
    AUTOFREE char *map = xasprintf("%s/%s", plan.ns, plan.name);
    return err->code == ERR_TIMEOUT ? take_back(&look.kube, map, err) : -1;
}

static int share_rollback(struct cli *cli, struct err *err)
{
    const struct share_opts *opts = cli->opts;
    CLEANUP(gpu_look_release) struct gpu_look look = {0};
    CLEANUP(gpu_share_plan_release) struct gpu_share_plan plan = {0};
    if (gpu_kube(cli, &look.kube, err) != 0 || gpu_share_find(&look.kube, opts->config_map, &plan, err) != 0 ||
        gpu_share_back(&look.kube, &plan, err) != 0 || gpu_inventory_load(&look.inventory, &look.kube, err) != 0 ||
        gpu_share_look(&look.kube, &look.inventory, &plan, err) != 0)
        return -1;
    int rc = carry_out(cli, &look.kube, &plan, false, err);
    return rc > 0 ? 0 : rc;
}

#define MAP_OPT                                                                                                    \
    {                                                                                                              \
        .name = "config-map", .type = OPT_STRING, OPT(struct share_opts, config_map), .metavar = "NAMESPACE/NAME", \
        .help = "the plugin's config map (usual: the one it mounts)"                                               \
    }
static const struct opt apply_opts[] = {
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct share_opts, file),
     .metavar = "FILE",
     .help = "a configuration of the device plugin (version: v1)"},
    {.name = "name",
     .type = OPT_STRING,
     OPT(struct share_opts, key),
     .metavar = "KEY",
     .help = "what it is called in the config map (usual: the file's name)"},
    {.name = "node",
     .type = OPT_LIST,
     OPT(struct share_opts, nodes),
     .metavar = "NODE",
     .help = "only this node, and others so named (usual: all with GPUs)"},
    MAP_OPT,
    {0},
};
static const struct opt rollback_opts[] = {MAP_OPT, {0}};

static const struct column show_columns[] = {
    {.title = "NODE", .path = "/node"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "CONFIG", .path = "/config"},
    {.title = "SHARING", .path = "/strategy"},
    {.title = "REPLICAS", .path = "/replicas", .kind = CELL_NUMBER},
    {.title = "GPUS", .path = "/gpus", .kind = CELL_NUMBER},
    {.title = "MIG", .path = "/mig_strategy", .wide = true},
    {.title = "OFFERS", .path = "/offers"},
    {0},
};
static const struct example show_examples[] = {
    {"aiwf gpu share show", "each node's configuration, and what it offers by it"},
    {"aiwf gpu share show -o json", "the same for programs"},
    {0},
};
static const struct example apply_examples[] = {
    {"aiwf gpu share apply -f slices.yaml --dry-run", "what would change, in the config map and on the nodes"},
    {"aiwf gpu share apply -f slices.yaml --node gpu-1 --yes", "on one node; put back when its plugin does not follow"},
    {0},
};
static const struct example rollback_examples[] = {
    {"aiwf gpu share rollback --dry-run", "what the last apply has changed"},
    {"aiwf gpu share rollback --yes", "as it was before the last apply"},
    {0},
};

static const struct cmd show_cmd = {
    .name = "show",
    .help = "show how each node's GPUs are shared",
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = show_columns,
    .examples = show_examples,
    .run = share_show,
};
static const struct cmd apply_cmd = {
    .name = "apply",
    .help = "share GPUs by a configuration of NVIDIA's device plugin",
    .about = "Puts the file into the plugin's config map under a name, and that name on the nodes' label\n"
             "nvidia.com/device-plugin.config. What changes is shown first. It waits until the nodes offer what the\n"
             "configuration says, and when they do not within --timeout, all is put back as it was (exit 8).\n"
             "Pods that hold GPUs keep them.",
    .opts = apply_opts,
    .opts_size = sizeof(struct share_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "2m",
    .examples = apply_examples,
    .run = share_apply,
};
static const struct cmd rollback_cmd = {
    .name = "rollback",
    .help = "put back what the last apply has changed",
    .opts = rollback_opts,
    .opts_size = sizeof(struct share_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS,
    .examples = rollback_examples,
    .run = share_rollback,
};

const struct cmd gpu_share_cmd = {
    .name = "share",
    .help = "one GPU for several: time-slicing, MPS, MIG",
    .cmds = (const struct cmd *const[]){&show_cmd, &apply_cmd, &rollback_cmd, NULL},
};
