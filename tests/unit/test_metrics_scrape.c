/* Exporters that are slow, broken or gone, behind the functions of a Prometheus. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "metrics/login.h"
#include "metrics/prom.h"
#include "scratch.h"
#include "suites.h"
#include "wire.h"

static void open_exporters(struct prom *prom, const struct strv *targets, int total_ms, int64_t pair_ms)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct context context = {0};
    struct prom_settings settings = {.scrape = targets, .total_ms = total_ms, .pair_ms = pair_ms};
    ck_assert_msg(prom_open(prom, &context, &settings, &err) == 0, "%s", err.what);
}

static double value_of(const struct prom *prom, const char *expr)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    struct prom_query query = {.expr = expr};
    ck_assert_msg(prom_query(prom, &query, &result, &err) == 0, "%s: %s", err.what, err.why);
    ck_assert_msg(result.n == 1, "%s has %zu series", expr, result.n);
    return result.series[0].points[0].value;
}

static size_t asked(const struct wire *wire)
{
    CLEANUP(node_free) node_t *log = wire_log(wire);
    return node_len(log);
}

START_TEST(one_that_hangs_is_down_and_the_others_answer)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(strv_release) struct strv targets = STRV_INIT;
    wire_start(&wire, "{\"routes\":{\"/good\":[{\"body\":\"a 1\\n\"}],\"/hang\":[{\"hang\":true}]}}");
    strv_addf(&targets, "%s/good", wire.url);
    strv_addf(&targets, "other=%s/hang", wire.url);
    open_exporters(&prom, &targets, 300, 0);
    int64_t before_ms = clock_mono_ms();
    ck_assert_double_eq_tol(value_of(&prom, "sum(up)"), 1, 1e-9);
    ck_assert_int_lt(clock_mono_ms() - before_ms, 5000);
    ck_assert_double_eq_tol(value_of(&prom, "up{job=\"other\"}"), 0, 1e-9);
    ck_assert_double_eq_tol(value_of(&prom, "a"), 1, 1e-9);
}
END_TEST

static const struct {
    const char *reply, *why;
} broken[] = {
    {"{\"status\":500,\"body\":\"oh\"}", "it does not give its metrics"},
    {"{\"status\":401,\"body\":\"\"}", "it does not give its metrics"},
    {"{\"body\":\"a 1\\nb\\n\"}", "line 2 of the metrics cannot be read: its value is no number"},
    {"{\"body\":\"a 1\\n\",\"cut\":1}", "was cut"},
    {"{\"headers\":{\"Content-Type\":\"text/html\"},\"body\":\"<p>\"}", "this is a web page, not metrics"},
    {"{\"headers\":{\"Content-Type\":\"application/openmetrics-text; version=1.0.0\"},\"body\":\"a 1\\n\"}",
     "the metrics end in the middle"},
    {"{\"close\":true}", "closed"},
};

START_TEST(what_is_broken_is_down_and_says_why)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(strv_release) struct strv targets = STRV_INIT;
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct prom_read read = {.path = "/api/v1/targets"};
    AUTOFREE char *script = xasprintf("{\"replies\":[%s]}", broken[_i].reply);
    wire_start(&wire, script);
    strv_add(&targets, wire.url);
    open_exporters(&prom, &targets, 3000, 0);
    CLEANUP(node_free) node_t *data = prom_read(&prom, &read, NULL, &err);
    ck_assert_str_eq(node_str(data, "/activeTargets/0/health", ""), "down");
    const char *why = node_str(data, "/activeTargets/0/lastError", "");
    ck_assert_msg(strstr(why, broken[_i].why) != NULL, "%s", why);
}
END_TEST

START_TEST(a_round_reads_once_for_all)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(strv_release) struct strv targets = STRV_INIT;
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct prom_query queries[] = {{.expr = "a"}, {.expr = "b +"}, {.expr = "sum(a)"}};
    struct prom_result results[ARRAY_LEN(queries)];
    struct err errs[ARRAY_LEN(queries)];
    struct prom_read read = {.path = "/api/v1/label/{}/values", .arg = "__name__"};
    wire_start(&wire, "{\"replies\":[{\"body\":\"a 1\\n\",\"gzip\":true}]}");
    strv_add(&targets, wire.url);
    open_exporters(&prom, &targets, 3000, 0);
    CLEANUP(node_free) node_t *names = prom_read(&prom, &read, NULL, &err);
    ck_assert_str_eq(node_str(names, "/0", ""), "a");
    ck_assert_int_eq(prom_query_all(&prom, queries, results, errs, ARRAY_LEN(queries)), 1);
    ck_assert_uint_eq(asked(&wire), 1);
    ck_assert_int_eq(errs[1].code, ERR_USAGE);
    ck_assert_uint_eq(results[2].n, 1);
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        prom_result_release(&results[i]);
        err_release(&errs[i]);
    }
    ck_assert_double_eq_tol(value_of(&prom, "a"), 1, 1e-9);
    ck_assert_uint_eq(asked(&wire), 2);
}
END_TEST

START_TEST(what_looks_back_is_read_twice)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(strv_release) struct strv targets = STRV_INIT;
    wire_start(&wire, "{\"replies\":[{\"body\":\"c 10\\n\"},{\"body\":\"c 17\\n\"}]}");
    strv_add(&targets, wire.url);
    open_exporters(&prom, &targets, 3000, 20);
    ck_assert_double_eq_tol(value_of(&prom, "increase(c[5m])"), 7, 1e-9);
    ck_assert_uint_eq(asked(&wire), 2);
}
END_TEST

START_TEST(what_only_a_server_has_is_not_found)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(strv_release) struct strv targets = STRV_INIT;
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct prom_read read = {.path = "/api/v1/rules"};
    wire_start(&wire, "{\"replies\":[{\"body\":\"a 1\\n\"}]}");
    strv_add(&targets, wire.url);
    open_exporters(&prom, &targets, 3000, 0);
    ck_assert_ptr_null(prom_read(&prom, &read, NULL, &err));
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
}
END_TEST

struct way {
    struct http *http;
    const char *server;
};

static char *reach(void *arg, const struct endpoint *to, struct http **ret_http, struct err *err)
{
    const struct way *way = arg;
    *ret_http = way->http;
    if (way->server)
        return xasprintf("%s/%s/%s/%s%s", way->server, to->ns, to->service, to->port, to->path);
    err_set(err, ERR_AUTH, "no login");
    return NULL;
}

START_TEST(one_inside_of_a_cluster_is_asked_by_the_clusters_client)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(strv_release) struct strv targets = STRV_INIT;
    struct context context = {0};
    wire_start(&wire, "{\"routes\":{\"/a/b/80/metrics\":[{\"body\":\"x 1\\n\"}],\"/a/b/web/own\":[{\"body\":\"x 2\\n\"}],"
                      "\"/metrics\":[{\"body\":\"x 4\\n\"}]}}");
    const struct http_settings cluster = {.bearer = "s3cret"};
    CLEANUP(http_free) struct http *http = http_new(&cluster, &err);
    struct way way = {.http = http, .server = wire.url};
    struct prom_settings settings = {.scrape = &targets, .reach = reach, .reach_arg = &way};
    strv_add(&targets, "job=kube://a/b:80");
    strv_add(&targets, wire.url);
    strv_add(&targets, "kube://a/b:web/own");
    ck_assert_msg(prom_open(&prom, &context, &settings, &err) == 0, "%s", err.what);
    ck_assert_double_eq_tol(value_of(&prom, "sum(x)"), 7, 1e-9);
    ck_assert_double_eq_tol(value_of(&prom, "x{job=\"job\",instance=\"b.a.svc:80\"}"), 1, 1e-9);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    for (const node_t *request = node_first(log); request; request = node_next(request))
        ck_assert_str_eq(node_str(request, "/headers/authorization", "none"),
                         strcmp(node_str(request, "/path", ""), "/metrics") == 0 ? "none" : "Bearer s3cret");
}
END_TEST

START_TEST(those_inside_are_read_while_those_outside_are)
{
    enum { LATE_MS = 700 };
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(strv_release) struct strv targets = STRV_INIT;
    struct context context = {0};
    wire_start(&wire, "{\"replies\":[{\"body\":\"x 1\\n\",\"delay_ms\":700}]}");
    CLEANUP(http_free) struct http *http = http_new(&(struct http_settings){0}, &err);
    struct way way = {.http = http, .server = wire.url};
    struct prom_settings settings = {.scrape = &targets, .reach = reach, .reach_arg = &way};
    strv_add(&targets, "kube://a/b:80");
    strv_add(&targets, wire.url);
    ck_assert_msg(prom_open(&prom, &context, &settings, &err) == 0, "%s", err.what);
    int64_t before_ms = clock_mono_ms();
    ck_assert_double_eq_tol(value_of(&prom, "sum(x)"), 2, 1e-9);
    ck_assert_int_lt(clock_mono_ms() - before_ms, 2 * LATE_MS);
}
END_TEST

START_TEST(an_address_inside_needs_a_way)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(strv_release) struct strv targets = STRV_INIT;
    struct context context = {0};
    struct way way = {0};
    struct prom_settings settings = {.scrape = &targets};
    strv_add(&targets, "kube://a/b:80");
    ck_assert_int_eq(prom_open(&prom, &context, &settings, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    err_clear(&err);
    settings.reach = reach;
    settings.reach_arg = &way;
    ck_assert_int_eq(prom_open(&prom, &context, &settings, &err), -1);
    ck_assert_int_eq(err.code, ERR_AUTH);
    err_clear(&err);
    strv_release(&targets);
    targets = STRV_INIT;
    strv_add(&targets, "kube://a/b");
    ck_assert_int_eq(prom_open(&prom, &context, &settings, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
}
END_TEST

static void set(struct context *context, enum setting setting, const char *value, enum origin origin)
{
    free(context->values[setting]);
    context->values[setting] = xstrdup_or_null(value);
    context->origins[setting] = origin;
}

static const struct {
    const char *hosts, *url;
    bool fits;
} hosts[] = {
    {"gpu1", "https://gpu1:9400/metrics", true},
    {"gpu1", "https://GPU1:9400/metrics", true},
    {"gpu1", "https://gpu1.evil.test:9400/metrics", false},
    {"gpu1", "https://gpu10:9400/metrics", false},
    {"gpu1", "https://evil.test/gpu1", false},
    {"gpu1:9400", "http://gpu1:9400/metrics", true},
    {"gpu1:9400", "http://gpu1:9401/metrics", false},
    {"gpu1:443", "https://gpu1/metrics", true},
    {"a, gpu1,b", "http://gpu1:9400/metrics", true},
    {".example.org", "http://gpu1.example.org:9400/metrics", true},
    {".example.org", "http://example.org:9400/metrics", false},
    {".example.org", "http://evilexample.org:9400/metrics", false},
    {".example.org", "http://gpu1.example.org.evil.test:9400/metrics", false},
    {"[::1]", "http://[::1]:9400/metrics", true},
    {"", "http://gpu1:9400/metrics", false},
    {".", "http://gpu1:9400/metrics", false},
};

START_TEST(a_login_is_meant_for_hosts)
{
    struct context context = {0};
    set(&context, SETTING_scrape_user, "ann", ORIGIN_FILE);
    set(&context, SETTING_scrape_hosts, hosts[_i].hosts, ORIGIN_FILE);
    ck_assert_int_eq(scrape_login_fits(&context, hosts[_i].url), hosts[_i].fits);
    set(&context, SETTING_scrape_hosts, hosts[_i].hosts, ORIGIN_ENV);
    ck_assert(!scrape_login_fits(&context, hosts[_i].url)); /* a variable does not send the file's login elsewhere */
    set(&context, SETTING_scrape_user, "ann", ORIGIN_ENV);
    ck_assert_int_eq(scrape_login_fits(&context, hosts[_i].url), hosts[_i].fits);
    context_release(&context);
}
END_TEST

/* 0: a user and a password; 1: a token, renewed in its file. */
START_TEST(a_login_goes_to_its_hosts_only)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(strv_release) struct strv targets = STRV_INIT;
    struct context context = {.name = xstrdup("c")};
    struct prom_settings settings = {.scrape = &targets};
    char *folder = scratch_new();
    AUTOFREE char *secret = path_join(folder, "secret");
    scratch_write(folder, "secret", "s3cret\n");
    wire_start(&wire, "{\"routes\":{\"/renewed\":[{\"status\":401},{\"body\":\"x 1\\n\"}]},\"replies\":[{\"body\":\"x 1\\n\"}]}");
    set(&context, SETTING_scrape_hosts, "127.0.0.1", ORIGIN_FILE);
    set(&context, SETTING_scrape_user, _i ? NULL : "ann", ORIGIN_FILE);
    set(&context, _i ? SETTING_scrape_token_file : SETTING_scrape_password_file, secret, ORIGIN_FILE);
    strv_addf(&targets, "%s/%s", wire.url, _i ? "renewed" : "known");
    strv_addf(&targets, "other=http://localhost:%d/other", wire.port);
    ck_assert_msg(prom_open(&prom, &context, &settings, &err) == 0, "%s", err.what);
    scratch_write(folder, "secret", "newer\n");
    ck_assert_double_eq_tol(value_of(&prom, "sum(x)"), 2, 1e-9);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    size_t n = 0;
    for (const node_t *request = node_first(log); request; request = node_next(request), n++) {
        const char *login = node_str(request, "/headers/authorization", "none"), *path = node_str(request, "/path", "");
        if (strcmp(path, "/other") == 0)
            ck_assert_str_eq(login, "none");
        else if (!_i)
            ck_assert_str_eq(login, "Basic YW5uOnMzY3JldA==");
        else
            ck_assert_msg(strcmp(login, "Bearer s3cret") == 0 || strcmp(login, "Bearer newer") == 0, "%s", login);
    }
    ck_assert_uint_eq(n, _i ? 3 : 2);
    context_release(&context);
    scratch_end(folder);
}
END_TEST

START_TEST(a_login_for_nobody_is_refused)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(strv_release) struct strv targets = STRV_INIT;
    struct context context = {.name = xstrdup("c")};
    struct prom_settings settings = {.scrape = &targets};
    strv_add(&targets, "http://gpu1.test:9400");
    set(&context, SETTING_scrape_user, "ann", ORIGIN_FILE);
    ck_assert_int_eq(prom_open(&prom, &context, &settings, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.what, "scrape-user and scrape-password-file"));
    set(&context, SETTING_scrape_password_file, "/none", ORIGIN_FILE);
    ck_assert_int_eq(prom_open(&prom, &context, &settings, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.hint, "scrape-hosts"));
    context_release(&context);
}
END_TEST

/* 0: an exporter itself; 1: a cluster's proxy before it. */
START_TEST(one_that_is_not_ready_is_unreachable)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_release) struct prom prom = {0};
    CLEANUP(strv_release) struct strv targets = STRV_INIT;
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    struct context context = {0};
    wire_start(&wire, "{\"replies\":[{\"status\":503,\"body\":\"no endpoints available\"}]}");
    CLEANUP(http_free) struct http *http = http_new(&(struct http_settings){0}, &err);
    struct way way = {.http = http, .server = wire.url};
    struct prom_settings settings = {.scrape = &targets, .reach = reach, .reach_arg = &way};
    strv_add(&targets, _i ? "kube://a/b:80" : wire.url);
    ck_assert_msg(prom_open(&prom, &context, &settings, &err) == 0, "%s", err.what);
    ck_assert_int_eq(prom_query(&prom, &(struct prom_query){.expr = "up"}, &result, &err), -1);
    ck_assert_int_eq(err.code, ERR_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(err.why, "no endpoints available"));
}
END_TEST

Suite *suite_metrics_scrape(void)
{
    Suite *suite = suite_create("metrics_scrape");
    TCase *tc = tcase_create("metrics_scrape");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, one_that_hangs_is_down_and_the_others_answer);
    tcase_add_loop_test(tc, what_is_broken_is_down_and_says_why, 0, (int)ARRAY_LEN(broken));
    tcase_add_test(tc, a_round_reads_once_for_all);
    tcase_add_test(tc, what_looks_back_is_read_twice);
    tcase_add_test(tc, one_inside_of_a_cluster_is_asked_by_the_clusters_client);
    tcase_add_test(tc, those_inside_are_read_while_those_outside_are);
    tcase_add_test(tc, an_address_inside_needs_a_way);
    tcase_add_loop_test(tc, a_login_is_meant_for_hosts, 0, (int)ARRAY_LEN(hosts));
    tcase_add_loop_test(tc, a_login_goes_to_its_hosts_only, 0, 2);
    tcase_add_test(tc, a_login_for_nobody_is_refused);
    tcase_add_loop_test(tc, one_that_is_not_ready_is_unreachable, 0, 2);
    tcase_add_test(tc, what_only_a_server_has_is_not_found);
    suite_add_tcase(suite, tc);
    return suite;
}
