#include "reach.h"

#include <stdlib.h>
#include <string.h>

#include "conf/endpoint.h"
#include "kube.h"
#include "kube/login.h"
#include "kube/object.h"
#include "kube/tunnel.h"
#include "local/client.h"
#include "net/url.h"

static char *proxy_url(const struct kube *kube, const struct endpoint *to)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    AUTOFREE char *name = xasprintf("%s%s:%s", to->tls ? "https:" : "", to->service, to->port);
    str_add(&url, kube->server);
    kube_path(&url, &kube_services, to->ns, name, "proxy");
    str_add(&url, to->path);
    return str_detach(&url);
}

/* The cluster's client, made when it is first needed; NULL: there is none. */
static struct kube *cluster_of(struct cli *cli, const struct prom_settings *settings, struct err *err)
{
    const struct kube_settings kube_settings = {
        .trace = settings->trace,
        .timing = settings->timing,
        .total_ms = settings->total_ms,
        .retries = settings->retries,
    };
    if (!cli->prometheus_kube)
        cli->prometheus_kube = xcalloc(1, sizeof(*cli->prometheus_kube));
    struct kube *kube = cli->prometheus_kube;
    return kube->http || kube_open_context(kube, &cli->context, &kube_settings, err) == 0 ? kube : NULL;
}

struct reach {
    struct cli *cli;
    const struct prom_settings *settings;
};

static char *reach_exporter(void *arg, const struct endpoint *to, struct http **ret_http, struct err *err)
{
    const struct reach *reach = arg;
    const struct kube *kube = cluster_of(reach->cli, reach->settings, err);
    if (!kube)
        return NULL;
    *ret_http = kube->http;
    return proxy_url(kube, to);
}

static int open_exporters(struct cli *cli, const struct prom_settings *settings, struct prom *ret, struct err *err)
{
    enum { TIMEOUT_MS = 10000 };
    struct prom_settings ways = *settings;
    struct reach reach = {.cli = cli, .settings = &ways};
    ways.reach = reach_exporter;
    ways.reach_arg = &reach;
    ways.total_ms = settings->total_ms ? settings->total_ms : TIMEOUT_MS;
    return prom_open(ret, &cli->context, &ways, err);
}

int cli_prometheus(struct cli *cli, const struct prom_settings *settings, struct prom *ret, struct err *err)
{
    const char *text = settings->url ? settings->url : context_get(&cli->context, SETTING_prometheus);
    if (settings->scrape && settings->scrape->n)
        return open_exporters(cli, settings, ret, err);
    if (!endpoint_is_inside(text))
        return prom_open(ret, &cli->context, settings, err);
    CLEANUP(endpoint_release) struct endpoint to = {0};
    if (endpoint_parse(text, &to, err) != 0)
        return -1;
    const struct kube *kube = cluster_of(cli, settings, err);
    if (!kube)
        return -1;
    AUTOFREE char *url = proxy_url(kube, &to);
    struct prom_settings inside = {.url = settings->url, .via = url, .http = kube->http, .kind = settings->kind};
    return prom_open(ret, &cli->context, &inside, err);
}

/* An address of one's own in the context `local` is another gateway than this user's. */
static bool add_local_gateway(const struct cli *cli, struct strv *exporters, struct err *err)
{
    CLEANUP(local_gateway_release) struct local_gateway gateway = LOCAL_GATEWAY_INIT;
    const struct context *context = &cli->context;
    AUTOFREE char *dir = local_state_dir();
    if (!context->is_local || context_get(context, SETTING_prometheus) || context_get(context, SETTING_openfaas) ||
        local_gateway_find(dir, &gateway, err) != 0)
        return false;
    strv_addf(exporters, "aiwf=%s", gateway.url);
    return true;
}

int cli_figures(struct cli *cli, const struct prom_settings *settings, struct prom *ret, struct err *err)
{
    CLEANUP(strv_release) struct strv local = STRV_INIT;
    CLEANUP(err_release) struct err down = ERR_INIT;
    struct prom_settings ways = *settings;
    bool is_said = settings->url || (settings->scrape && settings->scrape->n);
    if (!is_said && add_local_gateway(cli, &local, &down))
        ways.scrape = &local;
    if (cli_prometheus(cli, &ways, ret, err) == 0)
        return 0;
    if (err->code != ERR_USAGE || !down.what)
        return -1;
    err_move(err, &down);
    return err_hint(err, "aiwf local up: its gateway is read itself; or --prometheus URL, AIWF_PROMETHEUS=URL, "
                         "prometheus in the context");
}

static void say(const struct err *err, void *arg) { cli_print_error(arg, err); }

/* As the cluster itself calls it; a port that only has a name is not asked for. */
static char *inside_url(const struct endpoint *to)
{
    bool has_number = !to->port[strspn(to->port, "0123456789")];
    return xasprintf("%s://%s.%s.svc%s%s%s", to->tls ? "https" : "http", to->service, to->ns, has_number ? ":" : "",
                     has_number ? to->port : "", to->path);
}

int cli_reach_gateway(struct cli *cli, const char **ret_socket, struct err *err)
{
    const char *text = context_get(&cli->context, SETTING_openfaas);
    if (!cli->gateway_tunnel && endpoint_is_inside(text)) {
        CLEANUP(endpoint_release) struct endpoint to = {0};
        CLEANUP(kube_release) struct kube kube = {0};
        if (endpoint_parse(text, &to, err) != 0 || cli_kube(cli, &kube, err) != 0)
            return err_wrap(err, "cannot reach the gateway at %s", text);
        cli->gateway_tunnel = kube_tunnel_open(&kube, &to, cli->completing ? NULL : say, cli, err);
        if (!cli->gateway_tunnel)
            return err_wrap(err, "cannot reach the gateway at %s", text);
        free(cli->context.values[SETTING_openfaas]);
        cli->context.values[SETTING_openfaas] = inside_url(&to);
    }
    *ret_socket = cli->gateway_tunnel ? kube_tunnel_socket(cli->gateway_tunnel) : NULL;
    return 0;
}

void cli_reach_release(struct cli *cli)
{
    kube_tunnel_close(cli->gateway_tunnel);
    if (cli->prometheus_kube)
        kube_release(cli->prometheus_kube);
    free(cli->prometheus_kube);
}
