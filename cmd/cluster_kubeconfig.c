/* aiwf cluster kubeconfig */
#include <string.h>

#include "base/clock.h"
#include "cluster.h"
#include "cluster/kubeconfig.h"

struct kubeconfig_opts {
    const char *file, *context_name, *key;
    bool keystone, renew, use;
};
static const char *const keys[] = {"ec", "rsa", NULL};
static const struct opt kubeconfig_opts[] = {
    {.name = "file",
     .type = OPT_FILE,
     OPT(struct kubeconfig_opts, file),
     .metavar = "FILE",
     .help = "the kubeconfig to change, \"-\": print one (default: kubectl's, by KUBECONFIG)"},
    {.name = "context-name",
     .type = OPT_STRING,
     OPT(struct kubeconfig_opts, context_name),
     .metavar = "NAME",
     .help = "what its context is called there (default: the cluster's name)"},
    {.name = "use", .type = OPT_FLAG, OPT(struct kubeconfig_opts, use), .help = "make it the current context"},
    {.name = "key",
     .type = OPT_CHOICE,
     OPT(struct kubeconfig_opts, key),
     .choices = keys,
     .help = "the kind of key: ec (P-256, the usual one), rsa (2048 bits)"},
    {.name = "renew",
     .type = OPT_FLAG,
     OPT(struct kubeconfig_opts, renew),
     .help = "a new certificate even if there is one that is good for a week"},
    {.name = "keystone",
     .type = OPT_FLAG,
     OPT(struct kubeconfig_opts, keystone),
     .help = "log in by the cloud's token (aiwf login --exec-credential), not by a certificate"},
    {0},
};

static int print_alone(struct cli *cli, struct openstack *os, const node_t *cluster, const struct cluster_login *login,
                       struct err *err)
{
    CLEANUP(kubeconfig_release) struct kubeconfig config = {0};
    CLEANUP(cluster_entry_release) struct cluster_entry entry = {0};
    CLEANUP(str_release) struct str text = STR_INIT;
    kubeconfig_init(&config);
    if (cluster_kubeconfig(os, cluster, login, &config, &entry, err) != 0)
        return -1;
    yaml_print(config.root, &text);
    fwrite(text.buf, 1, text.len, cli->out);
    explicit_bzero(text.buf, text.len);
    return 0;
}

static node_t *told(const struct kubeconfig *config, const struct cluster_login *login, const struct cluster_entry *entry)
{
    node_t *item = node_new_object();
    CLEANUP(str_release) struct str ends = STR_INIT;
    node_set_str(item, "context", login->name);
    node_set_str(item, "file", config->path);
    node_set_str(item, "server", entry->server);
    node_set_str(item, "user", entry->user);
    if (entry->ends_ms)
        rfc3339_print(&ends, entry->ends_ms);
    node_set_str(item, "expires_at", entry->ends_ms ? ends.buf : NULL);
    node_set_bool(item, "kept", entry->is_kept);
    node_set_bool(item, "current", entry->is_current);
    return item;
}

static int kubeconfig(struct cli *cli, struct err *err)
{
    const struct kubeconfig_opts *opts = cli->opts;
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *cluster = cluster_find(&os, cli->args.v[0], "make a kubeconfig for", err);
    if (!cluster)
        return -1;
    struct cluster_login login = {
        .name = opts->context_name ? opts->context_name : node_str(cluster, "/name", cli->args.v[0]),
        .key = str_eq(opts->key, "rsa") ? PKI_RSA : PKI_EC,
        .of_that_key = opts->key,
        .by_keystone = opts->keystone,
        .renew = opts->renew,
        .use = opts->use,
    };
    if (str_eq(opts->file, "-"))
        return print_alone(cli, &os, cluster, &login, err);
    CLEANUP(kubeconfig_release) struct kubeconfig config = {0};
    CLEANUP(cluster_entry_release) struct cluster_entry entry = {0};
    AUTOFREE char *path = opts->file ? xstrdup(opts->file) : kubeconfig_path();
    if (kubeconfig_open(&config, path, err) != 0 || cluster_kubeconfig(&os, cluster, &login, &config, &entry, err) != 0 ||
        kubeconfig_save(&config, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *item = told(&config, &login, &entry);
    int rc = cli_print_one(cli, "kubeconfig", item, err);
    cli_hint(cli, entry.is_current ? "kubectl get nodes" : "kubectl --context %s get nodes", login.name);
    return rc;
}

static const struct column kubeconfig_columns[] = {
    {"CONTEXT", "/context", CELL_TEXT, false}, {"SERVER", "/server", CELL_TEXT, false},
    {"USER", "/user", CELL_TEXT, false},       {"EXPIRES", "/expires_at", CELL_TEXT, false},
    {"KEPT", "/kept", CELL_TEXT, false},       {"CURRENT", "/current", CELL_TEXT, false},
    {"FILE", "/file", CELL_TEXT, false},       {0},
};

static const struct example kubeconfig_examples[] = {
    {"aiwf cluster kubeconfig ml --use", "kubectl's file gets a context ml, which is the current one then"},
    {"aiwf cluster kubeconfig ml --file ml.yaml --key rsa", "into a file of its own"},
    {"aiwf cluster kubeconfig ml --keystone", "with the login of the cloud instead of a certificate"},
    {0},
};

const struct cmd cluster_kubeconfig_cmd = {
    .name = "kubeconfig",
    .help = "put a cluster into a kubeconfig, with a new certificate",
    .about = "A key and a signing request are made here, and Magnum's certificate authority signs for CN=admin,\n"
             "O=system:masters: the key never leaves this machine. A certificate that is there already and good for\n"
             "another week is kept, unless --key asks for another kind. The file is replaced in one step, with mode 0600, under "
             "kubectl's lock; other\n"
             "entries stay as they are (its comments are lost), and one of the same name that leads to another server is\n"
             "not overwritten.\n"
             "\n"
             "With --keystone kubectl asks aiwf for a token of the cloud; the cluster must know Keystone for that (label\n"
             "keystone_auth_enabled).",
    .args = cluster_arg,
    .opts = kubeconfig_opts,
    .opts_size = sizeof(struct kubeconfig_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = kubeconfig_columns,
    .examples = kubeconfig_examples,
    .run = kubeconfig,
};
