#include "metrics/prom.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "metrics/login.h"
#include "metrics/scrape.h"
#include "net/url.h"

/* A server carries out 20 at a time, for all who ask (prometheus 2.42: --query.max-concurrency); and libcurl looks at each that is
 * in flight whenever one has news. */
enum { TOTAL_MS = 60000, QUERIES_AT_ONCE = 8 };

static int no_prometheus(const struct context *context, struct err *err)
{
    err_set(err, ERR_USAGE, "no Prometheus is configured in context %s", context->name);
    err_why(err, "this reads its figures from a Prometheus server%s", context->is_local ? " that scrapes the local gateway" : "");
    return err_hint(
        err, "--prometheus URL, AIWF_PROMETHEUS=URL, or prometheus in the context; aiwf help query shows how to start one");
}

static int make_client(struct prom *prom, const struct context *context, const struct prom_settings *settings, struct err *err)
{
    struct http_settings http_settings = {
        .at_once = QUERIES_AT_ONCE,
        .ca_file = context_get(context, SETTING_ca_file),
        .cert_file = context_get(context, SETTING_cert_file),
        .key_file = context_get(context, SETTING_key_file),
        .insecure = str_eq(context_get(context, SETTING_insecure), "true"),
        .total_ms = settings->total_ms ? settings->total_ms : TOTAL_MS,
        .retries = settings->retries,
        .auth_url = prom->base,
        .trace = settings->trace,
        .timing = settings->timing,
    };
    CLEANUP(prom_login_release) struct prom_login login = PROM_LOGIN_INIT;
    if (prom_login_fits(context, prom->base, settings) &&
        (prom_login_read(&login, context, LOGIN_PROMETHEUS, err) != 0 || prom_headers_read(&prom->headers, context, err) != 0))
        return -1;
    prom->token_file = xstrdup_or_null(login.token_file);
    prom_login_apply(&login, prom->token_file, &http_settings);
    prom->http = http_new(&http_settings, err);
    return prom->http ? 0 : -1;
}

static int open_exporters(struct prom *prom, const struct context *context, const struct prom_settings *settings, struct err *err)
{
    *prom = (struct prom){.scrape = scrape_new(context, settings, err), .kind = "exporters"};
    if (!prom->scrape)
        return -1;
    prom->base = scrape_name(prom->scrape);
    return 0;
}

/* The context's TLS settings apply; its user and password belong to its gateway and stay here. */
int prom_open(struct prom *prom, const struct context *context, const struct prom_settings *settings, struct err *err)
{
    if (settings->scrape && settings->scrape->n)
        return open_exporters(prom, context, settings, err);
    const char *url = settings->url ? settings->url : context_get(context, SETTING_prometheus);
    if (!url)
        return no_prometheus(context, err);
    *prom = (struct prom){.base = url_check(settings->via ? settings->via : url, err)};
    prom->kind = settings->kind ? settings->kind : "Prometheus";
    if (!prom->base)
        return err_hint(err, "--prometheus http://HOST:9090");
    int rc = 0;
    if (settings->http) {
        prom->http = settings->http;
        prom->is_borrowed = true;
        rc = prom_login_fits(context, url, settings) ? prom_headers_read(&prom->headers, context, err) : 0;
    } else {
        rc = make_client(prom, context, settings, err);
    }
    if (rc != 0)
        prom_release(prom);
    return rc;
}

void prom_release(struct prom *prom)
{
    free(prom->base);
    free(prom->token_file);
    strv_release(&prom->headers);
    scrape_free(prom->scrape);
    if (!prom->is_borrowed)
        http_free(prom->http);
    *prom = (struct prom){0};
}

static void add_field(struct str *form, const char *name, const char *value)
{
    str_addf(form, "%s%s=", form->len ? "&" : "", name);
    str_add_urlenc(form, value);
}

/* Unix seconds with a fraction, as the API takes them. */
static void add_seconds(struct str *form, const char *name, int64_t ms)
{
    AUTOFREE char *text = xasprintf("%.3f", (double)ms / 1000);
    add_field(form, name, text);
}

static void add_form(struct str *form, const struct prom_query *query)
{
    add_field(form, "query", query->expr);
    if (!query->range_ms) {
        if (query->at_ms)
            add_seconds(form, "time", query->at_ms);
        return;
    }
    int64_t end = query->at_ms ? query->at_ms : clock_wall_ms();
    add_seconds(form, "start", end - query->range_ms);
    add_seconds(form, "end", end);
    add_seconds(form, "step", query->step_ms > 0 ? query->step_ms : 1);
}

struct post {
    struct str url, form;
    const char **headers;
};

static void post_release(struct post *post)
{
    str_release(&post->url);
    str_release(&post->form);
    free(post->headers);
}

/* The server's own and the API's, NULL-terminated; the caller frees the array. */
static const char **headers_of(const struct prom *prom, bool has_form)
{
    const char **headers = xcalloc(prom->headers.n + 3, sizeof(*headers));
    size_t n = 0;
    for (size_t i = 0; i < prom->headers.n; i++)
        headers[n++] = prom->headers.v[i];
    headers[n++] = "Accept: application/json";
    if (has_form)
        headers[n++] = "Content-Type: application/x-www-form-urlencoded";
    return headers;
}

/* POST: an expression may be longer than a URL may be. */
static struct http_request prepare(const struct prom *prom, const struct prom_query *query, struct post *post)
{
    *post = (struct post){.url = STR_INIT, .form = STR_INIT, .headers = headers_of(prom, true)};
    url_path(&post->url, prom->base, query->range_ms ? "/api/v1/query_range" : "/api/v1/query", NULL);
    add_form(&post->form, query);
    return (struct http_request){
        .method = "POST",
        .url = post->url.buf,
        .headers = post->headers,
        .body = post->form.buf,
        .body_len = post->form.len,
        .idempotent = true,
    };
}

static int unanswered(const struct prom *prom, struct err *err)
{
    if (err->code == ERR_INTERRUPTED)
        return -1;
    err_wrap(err, "cannot query %s at %s", prom->kind, prom->base);
    if (strcmp(prom->kind, "Prometheus") != 0)
        return -1;
    return err_hint(err, "--prometheus URL, or the context's prometheus setting (aiwf context show --origin)");
}

static int refused(const struct prom *prom, struct err *err)
{
    if (err->code == ERR_USAGE)
        return -1;
    if (err->code == ERR_AUTH && !err->hint)
        err_hint(err, "prometheus-token-file, or prometheus-user and prometheus-password-file, of the context");
    return err_wrap(err, "cannot query Prometheus at %s", prom->base);
}

static int answered(const struct prom *prom, const struct http_response *res, struct label_sets *sets, struct prom_result *ret,
                    struct err *err)
{
    if (prom_parse(res->status, res->body.buf, res->body.len, sets, ret, err) == 0)
        return 0;
    return refused(prom, err);
}

int prom_query_all(const struct prom *prom, const struct prom_query *queries, struct prom_result *results, struct err *errs,
                   size_t n)
{
    if (prom->scrape)
        return scrape_query_all(prom->scrape, queries, results, errs, n);
    struct post *posts = xcalloc(n, sizeof(*posts));
    struct http_request *requests = xcalloc(n, sizeof(*requests));
    struct http_response *responses = xcalloc(n, sizeof(*responses));
    for (size_t i = 0; i < n; i++) {
        requests[i] = prepare(prom, &queries[i], &posts[i]);
        responses[i] = HTTP_RESPONSE_INIT;
        results[i] = PROM_RESULT_INIT;
        errs[i] = ERR_INIT;
    }
    http_do_all(prom->http, requests, responses, errs, n);

    int failed = 0;
    for (size_t i = 0; i < n; i++) {
        int rc =
            errs[i].code ? unanswered(prom, &errs[i]) : answered(prom, &responses[i], queries[i].sets, &results[i], &errs[i]);
        failed += rc != 0;
        http_response_release(&responses[i]);
        post_release(&posts[i]);
    }
    free(posts);
    free(requests);
    free(responses);
    return failed;
}

int prom_query(const struct prom *prom, const struct prom_query *query, struct prom_result *ret, struct err *err)
{
    struct prom_result result;
    CLEANUP(err_release) struct err one = ERR_INIT;
    if (prom_query_all(prom, query, &result, &one, 1) != 0)
        return err_move(err, &one);
    *ret = result;
    return 0;
}

int prom_watch(const struct prom *prom, const struct prom_query *queries, size_t n, struct err *err)
{
    return prom->scrape ? scrape_watch(prom->scrape, queries, n, err) : 0;
}

int prom_get(const struct prom *prom, const struct prom_read *what, struct http_response *ret, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    url_path(&url, prom->base, what->path, what->arg, NULL);
    for (const char *const *pair = what->form; pair && pair[0]; pair += 2)
        url_query(&url, pair[0], pair[1] && *pair[1] ? pair[1] : NULL);
    AUTOFREE const char **headers = headers_of(prom, false);
    struct http_request request = {.url = url.buf, .headers = headers};
    return http_do(prom->http, &request, ret, err) == 0 ? 0 : unanswered(prom, err);
}

node_t *prom_read(const struct prom *prom, const struct prom_read *what, struct strv *warnings, struct err *err)
{
    if (prom->scrape)
        return scrape_read(prom->scrape, what, warnings, err);
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    if (prom_get(prom, what, &res, err) != 0)
        return NULL;
    node_t *data = prom_parse_data(res.status, res.body.buf, res.body.len, warnings, err);
    if (!data)
        refused(prom, err);
    return data;
}
