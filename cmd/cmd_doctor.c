/* Checks what the context needs, end to end. */
#include <stdlib.h>

#include "doctor/doctor.h"
#include "kube.h"
#include "local/client.h"
#include "openstack.h"
#include "reach.h"

static size_t failures(const node_t *rows)
{
    size_t n = 0;
    for (const node_t *row = node_first(rows); row; row = node_next(row))
        n += str_eq(node_str(row, "/status", ""), "fail");
    return n;
}

/* Nobody says that a cloud is wanted where only a clouds.yaml lies about. */
static bool wants_cloud(const struct cli *cli)
{
    const char *cloud = getenv("OS_CLOUD"), *url = getenv("OS_AUTH_URL");
    return context_get(&cli->context, SETTING_cloud) || (cloud && *cloud) || (url && *url);
}

/* A kubeconfig alone says nothing: most machines have one. */
static bool wants_kube(const struct cli *cli)
{
    return context_get(&cli->context, SETTING_kube_context) || context_get(&cli->context, SETTING_kubeconfig);
}

/* Whether there is one. */
static bool open_prometheus(struct cli *cli, struct prom *ret, struct err *err)
{
    enum { PROBE_MS = 20000 };
    struct prom_settings settings = {.total_ms = PROBE_MS, .retries = -1};
    return context_get(&cli->context, SETTING_prometheus) && cli_prometheus(cli, &settings, ret, err) == 0;
}

static int run(struct cli *cli, struct err *err)
{
    CLEANUP(err_release) struct err context_err = ERR_INIT;
    CLEANUP(err_release) struct err client_err = ERR_INIT;
    CLEANUP(err_release) struct err cloud_err = ERR_INIT;
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    CLEANUP(err_release) struct err prometheus_err = ERR_INIT;
    CLEANUP(err_release) struct err kube_err = ERR_INIT;
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(kube_release) struct kube kube = {0};
    CLEANUP(openstack_release) struct openstack os = {0};
    struct doctor_input input = {
        .context_err = &context_err,
        .gateway_err = &client_err,
        .prometheus_err = &prometheus_err,
        .cloud_err = &cloud_err,
        .kube_err = &kube_err,
    };
    if (cli_resolve(cli, &context_err) == 0) {
        local_client_fill(&cli->context, &ignored); /* a runtime that is not running has a row of its own */
        input.context = &cli->context;
        input.gateway = context_get(&cli->context, SETTING_openfaas) ? cli_http(cli, &client_err) : NULL;
        input.open = cli_http_open(cli, &ignored);
        input.prometheus = open_prometheus(cli, &prom, &prometheus_err) ? &prom : NULL;
        if (wants_cloud(cli) && cli_openstack(cli, &os, &cloud_err) == 0)
            input.cloud = &os;
        if (wants_kube(cli) && cli_kube(cli, &kube, &kube_err) == 0)
            input.kube = &kube;
    }
    CLEANUP(node_free) node_t *rows = node_new_array();
    enum err_code worst = doctor_check(&input, rows);
    if (cli_print_list(cli, "check", rows, err) != 0)
        return -1;
    if (worst == ERR_OK)
        return 0;
    if (worst == ERR_INTERRUPTED)
        return err_set(err, ERR_INTERRUPTED, "interrupted; not everything was checked");
    size_t n = failures(rows);
    return err_set(err, worst, "%zu %s failed", n, n == 1 ? "check" : "checks");
}

static const struct column columns[] = {
    {"CHECK", "/check", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"DETAIL", "/detail", CELL_TEXT, false},
    {"FIX", "/fix", CELL_TEXT, false},
    {0},
};
static const struct example examples[] = {
    {"aiwf doctor", "check the context in use"},
    {"aiwf doctor --context prod -o json --jq '.items[] | select(.status != \"ok\")'", "what is not in order in another one"},
    {0},
};

const struct cmd cmd_doctor = {
    .name = "doctor",
    .group = "settings",
    .help = "check what a context needs, end to end, and say how to fix it",
    .about = "Checks, in the order in which they are used: the configuration file, the context, the libraries, the files\n"
             "that the context names, its OpenStack cloud (Keystone, the login, the services of the catalog, Magnum), and\n"
             "each of its servers: name resolution, connection, TLS, login, version, permissions, metrics. Each line is ok, warn "
             "or fail, with the fix; what depends on a failure is left out.\n"
             "\n"
             "Exit code: 0 when nothing failed (warnings too), else that of the worst failure.",
    .flags = CMD_CONTEXT | CMD_LIST | CMD_RESOLVES,
    .columns = columns,
    .examples = examples,
    .run = run,
};
