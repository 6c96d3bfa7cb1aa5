/* aiwf template create */
#include "cluster/preflight.h"
#include "magnum_body.h"
#include "openstack/magnum_template.h"
#include "template.h"

struct create_opts {
    const char *file;
    const char *image, *flavor, *master_flavor, *keypair, *external, *network, *subnet, *dns;
    const char *network_driver, *volume_driver, *storage_driver, *driver, *server_type, *tags;
    const char *http_proxy, *https_proxy, *no_proxy, *insecure_registry;
    int64_t volume_gib, port;
    struct strv labels;
    bool master_lb, floating_ip, no_floating_ip, public, hidden, tls_disabled, registry;
};

#define TEXT_OPT(name_, member_, metavar_, help_)                                                                     \
    {                                                                                                                 \
        .name = (name_), .type = OPT_STRING, OPT(struct create_opts, member_), .metavar = (metavar_), .help = (help_) \
    }
#define FLAG_OPT(name_, member_, help_)                                                      \
    {                                                                                        \
        .name = (name_), .type = OPT_FLAG, OPT(struct create_opts, member_), .help = (help_) \
    }

static const char *const server_types[] = {"vm", "bm", NULL};
static const char *const network_drivers[] = {"flannel", "calico", "cilium", NULL};
static const char *const volume_drivers[] = {"cinder", NULL};

static const struct opt create_opts[] = {
    {.name = "image",
     .type = OPT_STRING,
     OPT(struct create_opts, image),
     .metavar = "IMAGE",
     .help = "the machines' image, with the property os_distro: aiwf infra images",
     .complete = complete_images},
    {.name = "flavor",
     .type = OPT_STRING,
     OPT(struct create_opts, flavor),
     .metavar = "FLAVOR",
     .help = "of the nodes: aiwf infra flavors",
     .complete = complete_flavors},
    {.name = "master-flavor",
     .type = OPT_STRING,
     OPT(struct create_opts, master_flavor),
     .metavar = "FLAVOR",
     .help = "of the control plane",
     .complete = complete_flavors},
    {.name = "external-network",
     .type = OPT_STRING,
     OPT(struct create_opts, external),
     .metavar = "NETWORK",
     .help = "the network that floating addresses are of",
     .complete = complete_networks},
    TEXT_OPT("keypair", keypair, "KEYPAIR", "whose key may log in"),
    {.name = "docker-volume-size",
     .type = OPT_INT,
     OPT(struct create_opts, volume_gib),
     .metavar = "GIB",
     RANGE(0, 1e6),
     .help = "a volume for the images of each machine"},
    {.name = "label", .type = OPT_LIST, OPT(struct create_opts, labels), .metavar = "K=V", .help = "a label of Magnum's driver"},
    {.name = "network-driver",
     .type = OPT_STRING,
     OPT(struct create_opts, network_driver),
     .metavar = "DRIVER",
     .choices = network_drivers,
     .help = "the pods' network (usual: flannel)"},
    {.name = "volume-driver",
     .type = OPT_STRING,
     OPT(struct create_opts, volume_driver),
     .metavar = "DRIVER",
     .choices = volume_drivers,
     .help = "the pods' volumes"},
    TEXT_OPT("docker-storage-driver", storage_driver, "DRIVER", "how the container runtime stores"),
    TEXT_OPT("dns-nameserver", dns, "ADDRESS", "name servers, with commas between"),
    {.name = "fixed-network",
     .type = OPT_STRING,
     OPT(struct create_opts, network),
     .metavar = "NETWORK",
     .help = "an existing network for the machines",
     .complete = complete_networks},
    TEXT_OPT("fixed-subnet", subnet, "SUBNET", "an existing subnet for the machines"),
    FLAG_OPT("master-lb", master_lb, "a load balancer before the control plane"),
    FLAG_OPT("floating-ip", floating_ip, "floating addresses for the machines (usual)"),
    FLAG_OPT("no-floating-ip", no_floating_ip, "no floating addresses"),
    FLAG_OPT("public", public, "others may use it (wants an administrator)"),
    FLAG_OPT("hidden", hidden, "only administrators see it (wants one)"),
    {.name = "server-type",
     .type = OPT_CHOICE,
     OPT(struct create_opts, server_type),
     .metavar = "TYPE",
     .choices = server_types,
     .help = "vm, or bm: bare metal (usual: vm)"},
    TEXT_OPT("driver", driver, "DRIVER", "which of Magnum's drivers makes clusters of it (new servers)"),
    FLAG_OPT("tls-disabled", tls_disabled, "Kubernetes without certificates"),
    {.name = "apiserver-port",
     .type = OPT_INT,
     OPT(struct create_opts, port),
     .metavar = "PORT",
     RANGE(0, 65535),
     .help = "the port of Kubernetes, from 1024 on"},
    TEXT_OPT("http-proxy", http_proxy, "URL", "the machines' proxy"),
    TEXT_OPT("https-proxy", https_proxy, "URL", "the machines' proxy"),
    TEXT_OPT("no-proxy", no_proxy, "LIST", "what they reach without it, with commas between"),
    FLAG_OPT("registry", registry, "a registry of images in the cluster"),
    TEXT_OPT("insecure-registry", insecure_registry, "ADDRESS", "a registry that has no certificate"),
    TEXT_OPT("tags", tags, "LIST", "words, with commas between"),
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct create_opts, file),
     .metavar = "FILE",
     .help = "Magnum's own members (YAML, \"-\" is standard input); options beat it"},
    {0},
};

#define TEXT(member_, opt_)                                          \
    {                                                                \
        (member_), OPT_STRING, offsetof(struct create_opts, opt_), 0 \
    }
#define FLAG(member_, opt_)                                        \
    {                                                              \
        (member_), OPT_FLAG, offsetof(struct create_opts, opt_), 0 \
    }
static const struct body_opt members[] = {
    TEXT("image_id", image),
    TEXT("flavor_id", flavor),
    TEXT("master_flavor_id", master_flavor),
    TEXT("keypair_id", keypair),
    TEXT("external_network_id", external),
    TEXT("fixed_network", network),
    TEXT("fixed_subnet", subnet),
    TEXT("dns_nameserver", dns),
    TEXT("network_driver", network_driver),
    TEXT("volume_driver", volume_driver),
    TEXT("docker_storage_driver", storage_driver),
    TEXT("driver", driver),
    TEXT("server_type", server_type),
    TEXT("tags", tags),
    TEXT("http_proxy", http_proxy),
    TEXT("https_proxy", https_proxy),
    TEXT("no_proxy", no_proxy),
    TEXT("insecure_registry", insecure_registry),
    FLAG("master_lb_enabled", master_lb),
    FLAG("public", public),
    FLAG("hidden", hidden),
    FLAG("tls_disabled", tls_disabled),
    FLAG("registry_enabled", registry),
    {"docker_volume_size", OPT_INT, offsetof(struct create_opts, volume_gib), 0},
    {"apiserver_port", OPT_INT, offsetof(struct create_opts, port), 0},
    {0},
};

static int make_body(struct cli *cli, node_t *body, struct err *err)
{
    const struct create_opts *opts = cli->opts;
    if (body_load(opts->file, "template", magnum_template_fields, body, err) != 0)
        return -1;
    if (cli->args.n)
        node_set_str(body, "name", cli->args.v[0]);
    if (!node_get(body, "coe"))
        node_set_str(body, "coe", "kubernetes");
    body_opts(body, members, opts);
    if (body_pairs(body, "labels", "--label", &opts->labels, err) != 0 ||
        body_flag(body, "floating_ip_enabled", "floating-ip", opts->floating_ip, opts->no_floating_ip, err) != 0)
        return -1;
    return magnum_template_check(body, err);
}

/* --dry-run=server: what it names is looked for, nothing is made. */
static int preflight(struct cli *cli, struct openstack *os, const node_t *body, struct err *err)
{
    CLEANUP(node_free) node_t *findings = preflight_template(os, body, err);
    return findings ? body_preflight(cli, "template", body, findings, err) : -1;
}

static int create(struct cli *cli, struct err *err)
{
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(node_free) node_t *body = node_new_object();
    if (make_body(cli, body, err) != 0)
        return -1;
    if (cli->dry_run == DRY_RUN_CLIENT)
        return print_request(cli, body, err);
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    if (cli->dry_run == DRY_RUN_SERVER)
        return preflight(cli, &os, body, err);
    AUTOFREE char *what = xasprintf("create template %s", node_str(body, "/name", ""));
    if (cli_confirm(cli, what, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *made = magnum_template_create(&os, body, err);
    if (!made || cli_print_one(cli, "template", made, err) != 0)
        return -1;
    cli_hint(cli, "aiwf cluster create NAME --template %s", node_str(made, "/name", "?"));
    return 0;
}

static const struct arg create_args[] = {
    {.name = "NAME", .help = "the new template's name, unless the file has it (Magnum makes one up)", .optional = true},
    {0},
};
static const struct example create_examples[] = {
    {"aiwf template create gpu --image fedora-coreos-35 --external-network public --flavor g1.a100 --master-flavor m1.small",
     "clusters whose nodes have GPUs"},
    {"aiwf template create gpu -f gpu.yaml --label kube_tag=v1.23.3-rancher1 --dry-run=server",
     "from a document, and only whether the cloud has all that it names"},
    {0},
};

const struct cmd template_create_cmd = {
    .name = "create",
    .help = "make a template that clusters are made from",
    .about = "The document of --file has Magnum's own members: image_id, flavor_id, external_network_id, labels, ... Magnum\n"
             "lets several templates have one name; they are then told apart by their UUIDs. --dry-run=server looks for the\n"
             "image, flavors, networks and keypair that are named, and for room for one master and one node.",
    .args = create_args,
    .opts = create_opts,
    .opts_size = sizeof(struct create_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS,
    .columns = template_show_columns,
    .examples = create_examples,
    .run = create,
};
