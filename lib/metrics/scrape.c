#include "metrics/scrape.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "metrics/login.h"
#include "metrics/promql.h"
#include "metrics/scrape_parts.h"
#include "net/url.h"

enum { TIMEOUT_MS = 10000 };

static const char *const accept_headers[] = {
    "Accept: application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", NULL};

/* ---- targets */

static void target_release(struct scrape_target *target)
{
    free(target->job);
    free(target->url);
    free(target->via);
    err_release(&target->why);
}

/* JOB=URL. */
static const char *split_job(const char *text, char **ret_job)
{
    size_t len = strcspn(text, "=:/?[");
    bool has_job = len && text[len] == '=';
    *ret_job = has_job ? xstrndup(text, len) : xstrdup("scrape");
    return has_job ? text + len + 1 : text;
}

/* A path and a query may follow: exporters such as blackbox_exporter need one. */
static char *metrics_url(const char *text, struct err *err)
{
    size_t len = strcspn(text, "?");
    AUTOFREE char *before = xasprintf("%s%.*s", strstr(text, "://") ? "" : "http://", (int)len, text);
    AUTOFREE char *base = url_check(before, err);
    if (!base)
        return NULL;
    for (const char *c = text + len; *c; c++) {
        if (*c > ' ' && *c < 0x7f && *c != '#')
            continue;
        err_set(err, ERR_USAGE, "the query of \"%s\" has characters that a URL cannot have", base);
        return NULL;
    }
    bool has_path = strchr(strstr(base, "://") + 3, '/'), has_slash = len && text[len - 1] == '/';
    return xasprintf("%s%s%s", base, !has_path ? "/metrics" : has_slash ? "/" : "", text + len);
}

/* host:port, the usual port where the URL has none, as Prometheus adds it. */
static char *instance_of(const char *url)
{
    CLEANUP(str_release) struct str origin = STR_INIT;
    url_origin(&origin, url);
    const char *host = strstr(origin.buf, "://");
    return xstrdup(host ? host + 3 : origin.buf);
}

/* As the cluster itself calls it. */
static char *name_inside(const struct endpoint *to) { return xasprintf("%s.%s.svc:%s", to->service, to->ns, to->port); }

/* Its address, its way and what its instance is called. */
static int reach_inside(struct scrape *scrape, struct scrape_target *target, const struct prom_settings *settings,
                        struct err *err)
{
    CLEANUP(endpoint_release) struct endpoint to = {0};
    if (endpoint_parse(target->url, &to, err) != 0)
        return -1;
    if (!settings->reach)
        return err_set(err, ERR_USAGE, "%s is inside of a cluster, which this does not reach", target->url);
    if (!*to.path) {
        free(to.path);
        to.path = xstrdup("/metrics");
    }
    target->via = settings->reach(settings->reach_arg, &to, &scrape->inside, err);
    if (!target->via)
        return err_wrap(err, "cannot reach %s", target->url);
    AUTOFREE char *instance = name_inside(&to);
    return memory_add_target(&scrape->memory, target->job, instance, err);
}

static int no_exporter(const char *url, struct err *err)
{
    CLEANUP(str_release) struct str shown = STR_INIT;
    url_mask_broken(&shown, url);
    return err_wrap(err, "--scrape: \"%s\" is no exporter", shown.buf);
}

static int add_target(struct scrape *scrape, const char *text, const struct prom_settings *settings, struct err *err)
{
    struct scrape_target *target = &scrape->targets[scrape->n++];
    target->why = ERR_INIT;
    const char *url = split_job(text, &target->job);
    if (endpoint_is_inside(url)) {
        target->url = xstrdup(url);
        return reach_inside(scrape, target, settings, err);
    }
    target->url = metrics_url(url, err);
    if (!target->url)
        return no_exporter(url, err);
    AUTOFREE char *instance = instance_of(target->url);
    return memory_add_target(&scrape->memory, target->job, instance, err);
}

/* The first without a login, the second with the context's. */
static int open_clients(struct scrape *scrape, const struct context *context, const struct prom_settings *settings,
                        struct err *err)
{
    struct http_settings http = {
        .ca_file = context_get(context, SETTING_ca_file),
        .cert_file = context_get(context, SETTING_cert_file),
        .key_file = context_get(context, SETTING_key_file),
        .insecure = str_eq(context_get(context, SETTING_insecure), "true"),
        .total_ms = settings->total_ms ? settings->total_ms : TIMEOUT_MS,
        .retries = -1,
        .trace = settings->trace,
        .timing = settings->timing,
    };
    CLEANUP(prom_login_release) struct prom_login login = PROM_LOGIN_INIT;
    if (prom_login_read(&login, context, LOGIN_EXPORTERS, err) != 0)
        return -1;
    scrape->http = http_new(&http, err);
    scrape->token_file = xstrdup_or_null(login.token_file);
    prom_login_apply(&login, scrape->token_file, &http);
    scrape->known = scrape->http ? http_new(&http, err) : NULL;
    return scrape->known ? 0 : -1;
}

struct scrape *scrape_new(const struct context *context, const struct prom_settings *settings, struct err *err)
{
    CLEANUP(scrape_free) struct scrape *scrape = xcalloc(1, sizeof(*scrape));
    memory_init(&scrape->memory);
    scrape->pair_ms = settings->pair_ms;
    scrape->targets = xcalloc(settings->scrape->n, sizeof(*scrape->targets));
    for (size_t i = 0; i < settings->scrape->n; i++) {
        if (add_target(scrape, settings->scrape->v[i], settings, err) != 0)
            return NULL;
        struct scrape_target *target = &scrape->targets[i];
        target->is_known = !target->via && scrape_login_fits(context, target->url);
    }
    if (open_clients(scrape, context, settings, err) != 0)
        return NULL;
    return TAKE(scrape);
}

void scrape_free(struct scrape *scrape)
{
    if (!scrape)
        return;
    for (size_t i = 0; i < scrape->n; i++)
        target_release(&scrape->targets[i]);
    free(scrape->targets);
    memory_release(&scrape->memory);
    http_free(scrape->http);
    http_free(scrape->known);
    free(scrape->token_file);
    free(scrape);
}

char *scrape_name(const struct scrape *scrape)
{
    CLEANUP(str_release) struct str one = STR_INIT;
    url_mask(&one, scrape->targets[0].url);
    return scrape->n == 1 ? str_detach(&one) : xasprintf("%zu exporters", scrape->n);
}

/* ---- reading */

/* Of an exporter that is away, a proxy before it says so. */
static int check_answer(const struct scrape_target *target, const struct http_response *res, struct err *err)
{
    if (http_check(res, err, "it does not give its metrics") == 0)
        return 0;
    if (res->status == 502 || res->status == 503 || res->status == 504)
        err->code = ERR_UNREACHABLE;
    if (err->code == ERR_AUTH && !target->via)
        err_hint(err, "%s",
                 target->is_known ? "scrape-user and scrape-password-file, or scrape-token-file, of the context"
                                  : "the context's login goes to the exporters that scrape-hosts names");
    return -1;
}

static int read_answer(struct scrape *scrape, size_t i, const struct http_response *res, int64_t at_ms, struct err *err)
{
    CLEANUP(exposition_release) struct exposition said = EXPOSITION_INIT;
    enum exposition_format format;
    if (check_answer(&scrape->targets[i], res, err) != 0 || exposition_format_of(res->content_type, &format, err) != 0 ||
        exposition_parse(&said, res->body.buf, res->body.len, format, err) != 0)
        return -1;
    scrape->targets[i].samples = said.n;
    return memory_take(&scrape->memory, i, &said, at_ms, err);
}

static void take_answer(struct scrape *scrape, size_t i, const struct http_response *res, struct err *err, int64_t at_ms)
{
    struct scrape_target *target = &scrape->targets[i];
    double took_s = (double)res->total_us / 1e6;
    target->samples = 0;
    target->took_ms = (double)res->total_us / 1e3;
    bool is_up = !err->code && read_answer(scrape, i, res, at_ms, err) == 0;
    memory_put(&scrape->memory, i, "up", is_up, at_ms);
    memory_put(&scrape->memory, i, "scrape_duration_seconds", took_s, at_ms);
    memory_put(&scrape->memory, i, "scrape_samples_scraped", (double)target->samples, at_ms);
    if (!is_up)
        memory_lose(&scrape->memory, i, at_ms);
    err_clear(&target->why);
    if (!is_up)
        err_copy(&target->why, err);
    target->is_up = is_up;
}

static int take_answers(struct scrape *scrape, const struct http_response *answers, struct err *errs, int64_t at_ms,
                        struct err *err)
{
    size_t up = 0;
    for (size_t i = 0; i < scrape->n; i++) {
        if (errs[i].code == ERR_INTERRUPTED)
            return err_copy(err, &errs[i]);
        take_answer(scrape, i, &answers[i], &errs[i], at_ms);
        up += scrape->targets[i].is_up;
    }
    memory_end_round(&scrape->memory, at_ms);
    if (up)
        return 0;
    AUTOFREE char *name = scrape_name(scrape);
    err_copy(err, &scrape->targets[0].why);
    return err_wrap(err, "cannot read %s", name);
}

static struct http *client_of(const struct scrape *scrape, const struct scrape_target *target)
{
    if (target->via)
        return scrape->inside;
    return target->is_known ? scrape->known : scrape->http;
}

/* All at once; each has its own deadline. */
static int read_round(struct scrape *scrape, struct err *err)
{
    int64_t at_ms = clock_wall_ms();
    struct http_request *requests = xcalloc(scrape->n, sizeof(*requests));
    struct http_response *answers = xcalloc(scrape->n, sizeof(*answers));
    struct err *errs = xcalloc(scrape->n, sizeof(*errs));
    if (at_ms <= scrape->memory.latest_ms)
        at_ms = scrape->memory.latest_ms + 1;
    for (size_t i = 0; i < scrape->n; i++) {
        const struct scrape_target *target = &scrape->targets[i];
        requests[i] = (struct http_request){.url = target->via ? target->via : target->url,
                                            .headers = accept_headers,
                                            .once = true,
                                            .as = client_of(scrape, target)};
        answers[i] = HTTP_RESPONSE_INIT;
        errs[i] = ERR_INIT;
    }
    http_do_all(scrape->http, requests, answers, errs, scrape->n);
    int rc = take_answers(scrape, answers, errs, at_ms, err);
    for (size_t i = 0; i < scrape->n; i++) {
        http_response_release(&answers[i]);
        err_release(&errs[i]);
    }
    free(requests);
    free(answers);
    free(errs);
    scrape->rounds++;
    scrape->is_fresh = true;
    return rc;
}

/* ---- questions */

struct question {
    struct promql **exprs; /* NULL: it cannot be read */
    int64_t window_ms;     /* the longest */
};

static struct question read_questions(struct scrape *scrape, const struct prom_query *queries, struct err *errs, size_t n)
{
    struct question question = {.exprs = xcalloc(n, sizeof(*question.exprs))};
    for (size_t i = 0; i < n; i++) {
        question.exprs[i] = promql_parse(queries[i].expr, &errs[i]);
        if (!question.exprs[i])
            continue;
        int64_t window_ms = promql_window_ms(question.exprs[i]);
        promql_want(question.exprs[i], &scrape->memory, queries[i].range_ms);
        question.window_ms = window_ms > question.window_ms ? window_ms : question.window_ms;
    }
    return question;
}

static void question_release(struct question *question, size_t n)
{
    for (size_t i = 0; i < n; i++)
        promql_free(question->exprs[i]);
    free(question->exprs);
}

/* What names and labels were read for serves the queries that follow. */
static int read_for(struct scrape *scrape, int64_t window_ms, struct err *err)
{
    if (!scrape->is_fresh && read_round(scrape, err) != 0)
        return -1;
    if (scrape->pair_ms && window_ms && scrape->rounds < 2) {
        if (clock_sleep_ms(scrape->pair_ms))
            return err_set(err, ERR_INTERRUPTED, "interrupted");
        if (read_round(scrape, err) != 0)
            return -1;
    }
    scrape->is_fresh = false;
    return 0;
}

static void warn_down(const struct scrape *scrape, struct strv *warnings)
{
    for (size_t i = 0; i < scrape->n; i++) {
        const struct scrape_target *target = &scrape->targets[i];
        if (!target->is_up)
            strv_addf(warnings, "%s at %s is down: %s%s%s", target->job, scrape->memory.targets[i].instance, target->why.what,
                      target->why.why ? ": " : "", target->why.why ? target->why.why : "");
    }
}

int scrape_query_all(struct scrape *scrape, const struct prom_query *queries, struct prom_result *results, struct err *errs,
                     size_t n)
{
    CLEANUP(err_release) struct err unread = ERR_INIT;
    int failed = 0;
    for (size_t i = 0; i < n; i++) {
        results[i] = PROM_RESULT_INIT;
        errs[i] = ERR_INIT;
    }
    struct question question = read_questions(scrape, queries, errs, n);
    int rc = read_for(scrape, question.window_ms, &unread);
    for (size_t i = 0; i < n; i++) {
        if (question.exprs[i] && rc != 0)
            err_copy(&errs[i], &unread);
        else if (question.exprs[i] && promql_eval(question.exprs[i], &scrape->memory, &queries[i], &results[i], &errs[i]) == 0)
            warn_down(scrape, &results[i].warnings);
        failed += errs[i].code != 0;
    }
    question_release(&question, n);
    return failed;
}

/* A round that nobody answers is a round: what is not known in it stays unknown. */
static int read_until(struct scrape *scrape, int64_t known_ms, int64_t step_ms, struct err *err)
{
    while (!scrape->rounds || scrape->memory.latest_ms - scrape->memory.begin_ms < known_ms) {
        CLEANUP(err_release) struct err unread = ERR_INIT;
        if (clock_sleep_ms(scrape->rounds ? step_ms : 0))
            return err_set(err, ERR_INTERRUPTED, "interrupted");
        if (read_round(scrape, &unread) != 0 && unread.code == ERR_INTERRUPTED)
            return err_move(err, &unread);
    }
    return 0;
}

int scrape_watch(struct scrape *scrape, const struct prom_query *queries, size_t n, struct err *err)
{
    int64_t known_ms = 0, step_ms = INT64_MAX;
    AUTOFREE struct err *errs = xcalloc(n, sizeof(*errs));
    struct question question = read_questions(scrape, queries, errs, n);
    for (size_t i = 0; i < n; i++) {
        err_release(&errs[i]); /* the query itself tells it */
        known_ms = queries[i].range_ms > known_ms ? queries[i].range_ms : known_ms;
        step_ms = queries[i].range_ms && queries[i].step_ms < step_ms ? queries[i].step_ms : step_ms;
    }
    bool looks_back = question.window_ms;
    question_release(&question, n);
    if (!known_ms)
        return 0;
    /* The first step of what looks back needs a reading before it. What was read until now was not for these. */
    memory_begin_again(&scrape->memory);
    scrape->rounds = 0;
    return read_until(scrape, known_ms + (looks_back ? step_ms : 0), step_ms, err);
}

/* ---- what a server tells besides */

static const char *form_value(const struct prom_read *what, const char *name)
{
    for (const char *const *pair = what->form; pair && pair[0]; pair += 2)
        if (strcmp(pair[0], name) == 0 && pair[1] && *pair[1])
            return pair[1];
    return NULL;
}

/* The series of match[], or all. */
static int each_matching(const struct scrape *scrape, const struct prom_read *what,
                         void (*see)(const struct memory_series *series, void *arg), void *arg, struct err *err)
{
    const char *match = form_value(what, "match[]");
    CLEANUP(promql_free) struct promql *selector = promql_parse(match ? match : "{__name__!=\"\"}", err);
    return selector ? promql_each(selector, &scrape->memory, see, arg, err) : -1;
}

static void add_series(const struct memory_series *series, void *arg)
{
    node_t *labels = node_push(arg, node_new_object());
    for (size_t i = 0; i < series->n_labels; i++)
        node_set_str(labels, series->labels[i].name, series->labels[i].value);
}

static node_t *read_series(const struct scrape *scrape, const struct prom_read *what, struct err *err)
{
    CLEANUP(node_free) node_t *list = node_new_array();
    return each_matching(scrape, what, add_series, list, err) == 0 ? TAKE(list) : NULL;
}

struct names {
    struct map seen;
    const char *only; /* values of this label; NULL: names of labels */
};

static void add_names(const struct memory_series *series, void *arg)
{
    struct names *names = arg;
    for (size_t i = 0; i < series->n_labels; i++)
        if (!names->only)
            map_set(&names->seen, series->labels[i].name, NULL);
        else if (strcmp(series->labels[i].name, names->only) == 0)
            map_set(&names->seen, series->labels[i].value, NULL);
}

static node_t *read_names(const struct scrape *scrape, const struct prom_read *what, const char *only, struct err *err)
{
    struct names names = {.seen = MAP_INIT(NULL), .only = only};
    CLEANUP(strv_release) struct strv sorted = STRV_INIT;
    int rc = each_matching(scrape, what, add_names, &names, err);
    for (struct map_entry *entry = map_first(&names.seen); entry; entry = map_next(&names.seen, entry))
        strv_add(&sorted, entry->key);
    map_release(&names.seen);
    if (rc != 0)
        return NULL;
    strv_sort(&sorted);
    node_t *list = node_new_array();
    for (size_t i = 0; i < sorted.n; i++)
        node_push(list, node_new_str(sorted.v[i]));
    return list;
}

static node_t *read_metadata(const struct scrape *scrape)
{
    node_t *all = node_new_object();
    const struct map *abouts = &scrape->memory.abouts;
    for (struct map_entry *entry = map_first(abouts); entry; entry = map_next(abouts, entry))
        node_push(node_set(all, entry->key, node_new_array()), node_copy(entry->value));
    return all;
}

static node_t *target_document(const struct scrape *scrape, size_t i)
{
    const struct scrape_target *target = &scrape->targets[i];
    CLEANUP(str_release) struct str url = STR_INIT;
    CLEANUP(str_release) struct str last = STR_INIT;
    url_mask(&url, target->url);
    rfc3339_print(&last, scrape->memory.latest_ms);
    node_t *node = node_new_object();
    node_set_str(node, "scrapeUrl", url.buf);
    node_set_str(node, "health", target->is_up ? "up" : "down");
    node_set_str(node, "lastScrape", last.buf);
    node_set_num(node, "lastScrapeDuration", target->took_ms / 1000);
    node_t *labels = node_set(node, "labels", node_new_object());
    node_set_str(labels, "instance", scrape->memory.targets[i].instance);
    node_set_str(labels, "job", target->job);
    AUTOFREE char *why =
        target->why.why ? xasprintf("%s: %s", target->why.what, target->why.why) : xstrdup_or_null(target->why.what);
    node_set_str(node, "lastError", target->is_up || !why ? "" : why);
    return node;
}

static node_t *read_targets(const struct scrape *scrape)
{
    node_t *data = node_new_object();
    node_t *list = node_set(data, "activeTargets", node_new_array());
    for (size_t i = 0; i < scrape->n; i++)
        node_push(list, target_document(scrape, i));
    return data;
}

node_t *scrape_read(struct scrape *scrape, const struct prom_read *what, struct strv *warnings, struct err *err)
{
    bool is_targets = strcmp(what->path, "/api/v1/targets") == 0;
    CLEANUP(err_release) struct err unread = ERR_INIT;
    if (!scrape->rounds && read_round(scrape, &unread) != 0 && !is_targets) {
        err_move(err, &unread);
        return NULL;
    }
    if (is_targets)
        return read_targets(scrape);
    if (warnings)
        warn_down(scrape, warnings);
    if (strcmp(what->path, "/api/v1/label/{}/values") == 0)
        return read_names(scrape, what, what->arg, err);
    if (strcmp(what->path, "/api/v1/labels") == 0)
        return read_names(scrape, what, NULL, err);
    if (strcmp(what->path, "/api/v1/series") == 0)
        return read_series(scrape, what, err);
    if (strcmp(what->path, "/api/v1/metadata") == 0)
        return read_metadata(scrape);
    err_set(err, ERR_NOT_FOUND, "exporters have nothing of this");
    err_hint(err, "--prometheus URL: only a Prometheus has it");
    return NULL;
}
