#include <check.h>

#include "base/str.h"
#include "conf/endpoint.h"
#include "suites.h"

struct sound {
    const char *text, *ns, *service, *port, *path, *kept;
    bool tls;
};
static const struct sound sounds[] = {
    {"kube://monitoring/prometheus-server:80", "monitoring", "prometheus-server", "80", "",
     "kube://monitoring/prometheus-server:80", false},
    {"kube://m/p:web/prom/", "m", "p", "web", "/prom", "kube://m/p:web/prom", false},
    {"kube://m/https:p:443", "m", "p", "443", "", "kube://m/https:p:443", true},
    {"kube://m/http:p:8080/a/b", "m", "p", "8080", "/a/b", "kube://m/p:8080/a/b", false},
};

START_TEST(addresses_inside_are_read)
{
    const struct sound *s = &sounds[_i];
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(endpoint_release) struct endpoint e = {0};
    ck_assert_msg(endpoint_parse(s->text, &e, &err) == 0, "%s", err.what);
    ck_assert_str_eq(e.ns, s->ns);
    ck_assert_str_eq(e.service, s->service);
    ck_assert_str_eq(e.port, s->port);
    ck_assert_str_eq(e.path, s->path);
    ck_assert_int_eq(e.tls, s->tls);
    AUTOFREE char *kept = endpoint_check(s->text, &err);
    ck_assert_str_eq(kept, s->kept);
}
END_TEST

static const char *const broken[] = {
    "kube://",           "kube://m",           "kube://m/p",         "kube://m/p:",       "kube://m/p:0",
    "kube://m/p:65536",  "kube:///p:80",       "kube://m/:80",       "kube://M/p:80",     "kube://m/p:80?x=1",
    "kube://m/p:80/a#b", "kube://m/p:80/../x", "kube://m/p:80/a/..", "kube://m/p:80/a b", "kube://m/-p:80",
    "kube://m/p-:80",    "kube://u@m/p:80",    "kube://m/p/q:80",    "kube://m/ftp:p:80", "kube://m/p:80x_",
    "kube://m/..:80",
};

START_TEST(others_are_refused)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_msg(!endpoint_check(broken[_i], &err), "%s", broken[_i]);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert(str_starts(err.hint, "kube://"));
}
END_TEST

Suite *suite_conf_endpoint(void)
{
    Suite *suite = suite_create("conf_endpoint");
    TCase *tcase = tcase_create("endpoint");
    tcase_add_loop_test(tcase, addresses_inside_are_read, 0, (int)ARRAY_LEN(sounds));
    tcase_add_loop_test(tcase, others_are_refused, 0, (int)ARRAY_LEN(broken));
    suite_add_tcase(suite, tcase);
    return suite;
}
