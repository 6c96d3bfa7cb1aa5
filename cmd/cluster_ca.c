/* aiwf cluster ca */
#include "base/clock.h"
#include "base/file.h"
#include "cluster.h"
#include "openstack/magnum_access.h"

/* ---- show ---- */

struct show_opts {
    bool pem;
};
static const struct opt show_opts[] = {
    {.name = "pem", .type = OPT_FLAG, OPT(struct show_opts, pem), .help = "only the certificate, in PEM"},
    {0},
};

static node_t *certificate_node(const char *pem, const char *what, struct err *err)
{
    CLEANUP(pki_certificate_release) struct pki_certificate certificate = {0};
    if (pki_read(pem, what, &certificate, err) != 0)
        return NULL;
    CLEANUP(str_release) struct str starts = STR_INIT;
    CLEANUP(str_release) struct str ends = STR_INIT;
    rfc3339_print(&starts, certificate.starts_ms);
    rfc3339_print(&ends, certificate.ends_ms);
    node_t *item = node_new_object();
    node_set_str(item, "subject", certificate.subject);
    node_set_str(item, "issuer", certificate.issuer);
    node_set_str(item, "starts_at", starts.buf);
    node_set_str(item, "expires_at", ends.buf);
    node_set_str(item, "sha256", certificate.sha256);
    node_set_str(item, "pem", pem);
    return item;
}

static int show(struct cli *cli, struct err *err)
{
    const struct show_opts *opts = cli->opts;
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *cluster = cluster_find(&os, cli->args.v[0], "show the CA of", err);
    AUTOFREE char *pem = cluster ? magnum_ca(&os, cluster, err) : NULL;
    if (!pem)
        return -1;
    if (opts->pem) {
        fputs(pem, cli->out);
        return 0;
    }
    CLEANUP(node_free) node_t *item = certificate_node(pem, "the cluster's CA", err);
    return item ? cli_print_one(cli, "certificate", item, err) : -1;
}

static const struct column ca_columns[] = {
    {"SUBJECT", "/subject", CELL_TEXT, false},  {"ISSUER", "/issuer", CELL_TEXT, true},
    {"STARTS", "/starts_at", CELL_TEXT, false}, {"EXPIRES", "/expires_at", CELL_TEXT, false},
    {"SHA256", "/sha256", CELL_TEXT, false},    {0},
};
static const struct example show_examples[] = {
    {"aiwf cluster ca show ml", "whose it is, and until when"},
    {"aiwf cluster ca show ml --pem", "the certificate itself, for a file"},
    {0},
};
static const struct cmd cmd_show = {
    .name = "show",
    .help = "show the certificate authority of a cluster",
    .args = cluster_arg,
    .opts = show_opts,
    .opts_size = sizeof(struct show_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = ca_columns,
    .examples = show_examples,
    .run = show,
};

/* ---- sign ---- */

enum { CSR_MAX_BYTES = 64 << 10 };

static int sign(struct cli *cli, struct err *err)
{
    CLEANUP(str_release) struct str csr = STR_INIT_MAX(CSR_MAX_BYTES);
    if (file_read(cli->args.v[1], &csr, err) != 0)
        return -1;
    if (!pki_is_request(csr.buf)) {
        err_set(err, ERR_USAGE, "%s is not a signing request in PEM", cli->args.v[1]);
        return err_hint(err,
                        "openssl req -new -newkey rsa:2048 -nodes -subj /O=system:masters/CN=admin -keyout key.pem -out my.csr");
    }
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *cluster = cluster_find(&os, cli->args.v[0], "sign for", err);
    AUTOFREE char *pem = cluster ? magnum_sign(&os, cluster, csr.buf, err) : NULL;
    if (!pem)
        return -1;
    fputs(pem, cli->out);
    return 0;
}

static const struct arg sign_args[] = {
    {.name = "NAME", .help = "the cluster, by name or UUID", .complete = complete_clusters},
    {.name = "FILE", .help = "a signing request in PEM, \"-\" for standard input"},
    {0},
};
static const struct example sign_examples[] = {
    {"aiwf cluster ca sign ml my.csr", "the certificate in PEM, on standard output"},
    {"aiwf cluster ca sign ml - <my.csr", "the request from standard input"},
    {0},
};
static const struct cmd cmd_sign = {
    .name = "sign",
    .help = "have a signing request signed by a cluster's certificate authority",
    .args = sign_args,
    .flags = CMD_CONTEXT,
    .examples = sign_examples,
    .run = sign,
};

/* ---- rotate ---- */

struct rotate_opts {
    const char *goal;
};
static const struct opt rotate_opts[] = {
    GOAL_OPT(struct rotate_opts, cluster_change_goals, GOAL_HELP),
    {0},
};

static int rotate(struct cli *cli, struct err *err)
{
    const struct rotate_opts *opts = cli->opts;
    const char *name = cli->args.v[0];
    AUTOFREE char *what = xasprintf("replace the certificate authority of cluster %s: every kubeconfig for it ends", name);
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_confirm(cli, what, err) != 0 || cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *cluster = cluster_find(&os, name, "rotate the CA of", err);
    if (!cluster)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would %s", what);
        return 0;
    }
    if (magnum_rotate_ca(&os, cluster, err) != 0)
        return -1;
    cli_note(cli, "Magnum replaces the certificate authority of cluster %s", name);
    struct cluster_begun begun = {.os = &os,
                                  .id = node_str(cluster, "/uuid", ""),
                                  .name = name,
                                  .doing = "rotate the CA of",
                                  .before = cluster,
                                  .goal = cluster_goal_of(opts->goal)};
    return cluster_finish(cli, &begun, err);
}

static const struct example rotate_examples[] = {
    {"aiwf cluster ca rotate ml", "asks first; every machine of the cluster gets new certificates"},
    {"aiwf cluster ca rotate ml --yes --wait", "without a question, for a script, until Kubernetes answers with the new ones"},
    {0},
};
static const struct cmd cmd_rotate = {
    .name = "rotate",
    .help = "replace a cluster's certificate authority",
    .about = "Certificates that the old one has signed are refused from then on: make new kubeconfigs. Not every driver\n"
             "of Magnum can do it. On a terminal it waits, elsewhere with --wait, until Kubernetes shows a certificate of the\n"
             "new one and its nodes are Ready.",
    .args = cluster_arg,
    .opts = rotate_opts,
    .opts_size = sizeof(struct rotate_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "60m",
    .columns = cluster_show_columns,
    .examples = rotate_examples,
    .run = rotate,
};

static const struct cmd *const verbs[] = {&cmd_show, &cmd_sign, &cmd_rotate, NULL};

const struct cmd cluster_ca_cmd = {
    .name = "ca",
    .help = "a cluster's certificate authority: show, sign, rotate",
    .cmds = verbs,
};
