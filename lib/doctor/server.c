/* The context's servers, step by step: name, connection, TLS, login, version, permissions, metrics. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "conf/endpoint.h"
#include "doctor/parts.h"
#include "net/url.h"

enum { PROBE_MS = 20000, EXPIRES_SOON_DAYS = 21 };

void probe_ask(struct probe *probe, struct http *http, const char *base, const char *path)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    struct http_request req = {
        .url = url_path(&url, base, path, NULL),
        .once = true,
        .certificate = true,
        .total_ms = PROBE_MS,
    };
    probe->asked = true;
    http_do(http, &req, &probe->res, &probe->err);
}

/* The gateway without a login, or NULL when there is nothing to ask. */
static struct probe *gateway(struct doctor *d)
{
    const char *url = d->context ? context_get(d->context, SETTING_openfaas) : NULL;
    if (!url || !d->input->open || endpoint_is_inside(url))
        return NULL;
    if (!d->gateway.asked)
        probe_ask(&d->gateway, d->input->open, url, "/healthz");
    return &d->gateway;
}

static struct probe *prometheus(struct doctor *d)
{
    const struct prom *prom = d->input->prometheus;
    if (!prom)
        return NULL;
    if (!d->prometheus.asked)
        probe_ask(&d->prometheus, prom->http, prom->base, "/api/v1/status/buildinfo");
    return &d->prometheus;
}

bool probe_came_to(const struct probe *probe, enum http_stage stage) { return probe && probe->res.stage >= stage; }
static bool is_tls(const struct context *context, enum setting setting)
{
    return str_starts(context_get(context, setting), "https:");
}

enum verdict probe_name(const struct probe *probe, const char *url, struct finding *f)
{
    if (!probe)
        return CHECK_NONE;
    if (!probe_came_to(probe, HTTP_RESOLVED))
        return is_error(f, &probe->err);
    CLEANUP(str_release) struct str origin = STR_INIT;
    url_origin(&origin, url);
    const char *host = strstr(origin.buf, "://") + 3;
    str_cut(&origin, (size_t)(strrchr(origin.buf, ':') - origin.buf));
    return is_ok(f, "%s found in %.1f ms", host, (double)probe->res.dns_us / 1e3);
}

enum verdict probe_connection(const struct probe *probe, struct finding *f)
{
    if (!probe_came_to(probe, HTTP_RESOLVED))
        return CHECK_NONE;
    if (!probe_came_to(probe, HTTP_CONNECTED))
        return is_error(f, &probe->err);
    return is_ok(f, "TCP in %.1f ms", (double)(probe->res.connect_us - probe->res.dns_us) / 1e3);
}

static enum verdict check_expiry(const struct probe *probe, struct finding *f)
{
    enum { DAY_MS = 86400000 };
    if (!probe->res.certificate_ends_ms)
        return is_ok(f, "certificate verified");
    CLEANUP(str_release) struct str date = STR_INIT;
    rfc3339_print(&date, probe->res.certificate_ends_ms);
    int64_t days = (probe->res.certificate_ends_ms - clock_wall_ms()) / DAY_MS;
    if (days < EXPIRES_SOON_DAYS)
        return is_doubtful(f, "renew the server's certificate", "certificate expires in %lld days, at %s", (long long)days,
                           date.buf);
    return is_ok(f, "certificate verified, valid until %s", date.buf);
}

enum verdict probe_tls(const struct probe *probe, bool insecure, const char *fix, struct finding *f)
{
    if (!probe_came_to(probe, HTTP_CONNECTED))
        return CHECK_NONE;
    if (!probe_came_to(probe, HTTP_SENT))
        return is_error(f, &probe->err);
    if (insecure)
        return is_doubtful(f, fix, "the certificate is not verified: insecure is true");
    return check_expiry(probe, f);
}

static enum verdict check_tls(const struct doctor *d, const struct probe *probe, enum setting setting, struct finding *f)
{
    if (!probe || !is_tls(d->context, setting))
        return CHECK_NONE;
    return probe_tls(probe, str_eq(context_get(d->context, SETTING_insecure), "true"), "ca-file instead of insecure", f);
}

/* The setting is still an address inside of the cluster where no way there was found. */
enum verdict check_gateway_name(struct doctor *d, struct finding *f)
{
    if (d->context && endpoint_is_inside(context_get(d->context, SETTING_openfaas)))
        return is_error(f, d->input->gateway_err);
    return probe_name(gateway(d), d->context ? context_get(d->context, SETTING_openfaas) : NULL, f);
}

enum verdict check_gateway_connection(struct doctor *d, struct finding *f) { return probe_connection(gateway(d), f); }

enum verdict check_gateway_tls(struct doctor *d, struct finding *f) { return check_tls(d, gateway(d), SETTING_openfaas, f); }

/* /system/info needs the login, and tells the version. A gateway that is no OpenFaaS has no such path. */
static enum verdict ask_login(struct doctor *d, struct finding *f)
{
    if (!d->input->gateway)
        return is_error(f, d->input->gateway_err);
    probe_ask(&d->login, d->input->gateway, context_get(d->context, SETTING_openfaas), "/system/info");
    const char *user = context_get(d->context, SETTING_user);
    int status = d->login.res.status;
    if (!status)
        return is_error(f, &d->login.err);
    if ((status == 401 || status == 403) && !user)
        return is_bad(f, ERR_AUTH, "set user and password-file of the context", "the gateway wants a login (status %d)", status);
    if (status == 401 || status == 403)
        return is_bad(f, ERR_AUTH, "check user and the content of password-file", "the login of %s is refused (status %d)", user,
                      status);
    if (status == 404)
        return is_bad(f, ERR_FAILED, "check the URL openfaas of the context",
                      "what answers is no OpenFaaS gateway: it has no /system/info");
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (http_check(&d->login.res, &err, "the gateway is not well") != 0)
        return is_error(f, &err);
    return user ? is_ok(f, "as %s", user) : is_ok(f, "none needed");
}

enum verdict check_gateway_login(struct doctor *d, struct finding *f)
{
    const struct probe *probe = gateway(d);
    if (!probe_came_to(probe, HTTP_SENT))
        return CHECK_NONE;
    return probe->err.what ? is_error(f, &probe->err) : ask_login(d, f);
}

static node_t *json_of(const struct probe *probe, struct err *err)
{
    return probe->res.status == 200 ? json_parse(probe->res.body.buf, probe->res.body.len, "the answer", err) : NULL;
}

enum verdict check_gateway_version(struct doctor *d, struct finding *f)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *info = json_of(&d->login, &err);
    if (d->login.res.status != 200)
        return CHECK_NONE;
    if (node_type(info) != NODE_OBJECT)
        return is_doubtful(f, "check the URL openfaas of the context", "the gateway does not tell its version");
    return is_ok(f, "%s (%s), provider %s %s", node_str(info, "/version/release", "?"), node_str(info, "/arch", "?"),
                 node_str(info, "/provider/provider", node_str(info, "/provider/name", "?")),
                 node_str(info, "/provider/version/release", ""));
}

static void add_namespace(struct str *url, const struct context *context)
{
    const char *namespace = context_get(context, SETTING_namespace);
    if (namespace)
        url_query(url, "namespace", namespace);
}

enum verdict check_gateway_permissions(struct doctor *d, struct finding *f)
{
    if (d->login.res.status != 200)
        return CHECK_NONE;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str url = STR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    url_path(&url, context_get(d->context, SETTING_openfaas), "/system/functions", NULL);
    add_namespace(&url, d->context);
    struct http_request req = {.url = url.buf, .once = true, .total_ms = PROBE_MS};
    if (http_do(d->input->gateway, &req, &res, &err) != 0 || http_check(&res, &err, "may not list functions") != 0)
        return is_error(f, &err);
    CLEANUP(node_free) node_t *list = json_parse(res.body.buf, res.body.len, "the list of functions", &err);
    if (!list)
        return is_error(f, &err);
    return is_ok(f, "may list functions (%zu)", node_len(list));
}

/* The local gateway shows its metrics at the same port; OpenFaaS's own at another one, which Prometheus knows. */
enum verdict check_gateway_metrics(struct doctor *d, struct finding *f)
{
    const struct probe *probe = gateway(d);
    if (!probe_came_to(probe, HTTP_ANSWERED) || !d->context->is_local)
        return CHECK_NONE;
    struct probe metrics = {.res = HTTP_RESPONSE_INIT, .err = ERR_INIT};
    probe_ask(&metrics, d->input->open, context_get(d->context, SETTING_openfaas), "/metrics");
    bool present = metrics.res.status == 200 && strstr(metrics.res.body.buf, "# TYPE ");
    enum verdict verdict = present ? is_ok(f, "%zu bytes at /metrics", metrics.res.body.len)
                                   : is_doubtful(f, "aiwf local logs", "no metrics at /metrics (status %d)", metrics.res.status);
    http_response_release(&metrics.res);
    err_release(&metrics.err);
    return verdict;
}

enum verdict check_prometheus_name(struct doctor *d, struct finding *f)
{
    const struct prom *prom = d->input->prometheus;
    if (!prom)
        return d->input->prometheus_err->what ? is_error(f, d->input->prometheus_err) : CHECK_NONE;
    return probe_name(prometheus(d), prom->base, f);
}

enum verdict check_prometheus_connection(struct doctor *d, struct finding *f) { return probe_connection(prometheus(d), f); }

enum verdict check_prometheus_tls(struct doctor *d, struct finding *f)
{
    return check_tls(d, prometheus(d), SETTING_prometheus, f);
}

enum verdict check_prometheus_version(struct doctor *d, struct finding *f)
{
    const struct probe *probe = prometheus(d);
    if (!probe_came_to(probe, HTTP_SENT))
        return CHECK_NONE;
    if (probe->err.what)
        return is_error(f, &probe->err);
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (probe->res.status != 404 && http_check(&probe->res, &err, "Prometheus refuses to tell its version") != 0)
        return is_error(f, &err);
    CLEANUP(node_free) node_t *info = json_of(probe, &err);
    const char *version = node_str(info, "/data/version", NULL);
    if (!version)
        return is_doubtful(f, "check the URL prometheus of the context",
                           "what answers does not tell a version as Prometheus does");
    return is_ok(f, "Prometheus %s", version);
}

enum verdict check_prometheus_metrics(struct doctor *d, struct finding *f)
{
    const struct probe *probe = prometheus(d);
    if (!probe_came_to(probe, HTTP_ANSWERED) || probe->res.status != 200)
        return CHECK_NONE;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    struct prom_query query = {.expr = "count({__name__=~\"gateway_.+\"})"};
    if (prom_query(d->input->prometheus, &query, &result, &err) != 0)
        return is_error(f, &err);
    double series = result.n && result.series[0].n_points ? result.series[0].points[0].value : 0;
    if (series < 1)
        return is_doubtful(f, "let Prometheus scrape the gateway's /metrics",
                           "no gateway_ series: it does not scrape the gateway");
    return is_ok(f, "%.0f gateway_ series", series);
}
