/* Alerts of two servers become one list. */
#include <check.h>
#include <string.h>

#include "metrics/alerts.h"
#include "suites.h"
#include "wire.h"

static node_t *parse(const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    node_t *node = json_parse(text, strlen(text), "test", &err);
    ck_assert_ptr_nonnull(node);
    return node;
}

static const char own[] = "{\"alerts\":["
                          "{\"labels\":{\"alertname\":\"Down\",\"job\":\"a\"},\"state\":\"pending\",\"activeAt\":\"2026-01-01T00:"
                          "00:00Z\",\"value\":\"1e+00\"},"
                          "{\"labels\":{\"alertname\":\"Down\",\"job\":\"b\",\"severity\":\"critical\"},\"annotations\":{"
                          "\"description\":\"d\"},\"state\":\"firing\",\"value\":\"NaN\"},"
                          "{\"labels\":{\"alertname\":\"Down\",\"job\":\"c\",\"gone\":\"\"},\"state\":\"firing\"}]}";
static const char told[] =
    "[{\"labels\":{\"alertname\":\"Down\",\"job\":\"b\",\"severity\":\"critical\",\"region\":\"x\"},\"receivers\":[{\"name\":"
    "\"team\"}],"
    "\"status\":{\"state\":\"suppressed\",\"silencedBy\":[\"1f\"],\"inhibitedBy\":[]}},"
    "{\"labels\":{\"alertname\":\"Down\",\"job\":\"c\"},\"status\":{\"state\":\"active\",\"silencedBy\":[],\"inhibitedBy\":[]}},"
    "{\"labels\":{\"alertname\":\"Else\"},\"startsAt\":\"2026-01-02T00:00:00Z\",\"status\":{\"state\":\"suppressed\","
    "\"inhibitedBy\":[\"2a\"]}},"
    "7,{\"labels\":[]}]";

START_TEST(both_lists_become_one_and_the_loudest_is_first)
{
    CLEANUP(node_free) node_t *alerts = parse(own);
    CLEANUP(node_free) node_t *other = parse(told);
    CLEANUP(node_free) node_t *items = alerts_join(alerts, other);
    static const char *const jobs[] = {"c", "", "", "a", "", "b"};
    static const char *const states[] = {"firing", "firing", "firing", "pending", "inhibited", "silenced"};
    ck_assert_uint_eq(node_len(items), ARRAY_LEN(states));
    const node_t *item = node_first(items);
    for (size_t i = 0; item; item = node_next(item), i++) {
        ck_assert_str_eq(node_str(item, "/state", ""), states[i]);
        ck_assert_str_eq(node_str(item, "/labels/job", ""), jobs[i]);
    }
    ck_assert_str_eq(node_str(items, "/0/sources/1", ""), "alertmanager");
    ck_assert_str_eq(node_str(items, "/3/sources/0", ""), "prometheus");
    ck_assert_uint_eq(node_len(node_at(items, "/3/sources")), 1);
    ck_assert_str_eq(node_str(items, "/5/silenced_by/0", ""), "1f");
    ck_assert_str_eq(node_str(items, "/5/receivers/0", ""), "team");
    ck_assert_str_eq(node_str(items, "/5/summary", ""), "d");
    ck_assert_ptr_nonnull(node_at(items, "/5/value"));
    ck_assert(node_type(node_at(items, "/5/value")) == NODE_NULL);
}
END_TEST

START_TEST(one_server_alone_is_a_list_too)
{
    CLEANUP(node_free) node_t *alerts = parse(own);
    CLEANUP(node_free) node_t *other = parse(told);
    CLEANUP(node_free) node_t *first = alerts_join(alerts, NULL);
    CLEANUP(node_free) node_t *second = alerts_join(NULL, other);
    ck_assert_uint_eq(node_len(first), 3);
    ck_assert_str_eq(node_str(first, "/0/state", ""), "firing");
    ck_assert_uint_eq(node_len(second), 5);
}
END_TEST

START_TEST(what_a_rule_does_not_have_is_null)
{
    CLEANUP(node_free)
    node_t *rules = parse(
        "{\"groups\":[{\"name\":\"g\",\"rules\":["
        "{\"type\":\"recording\",\"name\":\"a:b\",\"query\":\"up\",\"health\":\"ok\",\"lastError\":\"\"},"
        "{\"type\":\"alerting\",\"name\":\"A\",\"state\":\"firing\",\"duration\":15,\"alerts\":[{}],\"lastError\":\"no\"}]}]}");
    CLEANUP(node_free) node_t *items = alerts_rules(rules);
    ck_assert(node_type(node_at(items, "/0/for_ms")) == NODE_NULL);
    ck_assert(node_type(node_at(items, "/0/alerts")) == NODE_NULL);
    ck_assert(node_type(node_at(items, "/0/error")) == NODE_NULL);
    ck_assert_int_eq(node_int(items, "/1/for_ms", 0), 15000);
    ck_assert_int_eq(node_int(items, "/1/alerts", 0), 1);
    ck_assert_str_eq(node_str(items, "/1/error", ""), "no");
}
END_TEST

static const struct {
    const char *reply;
    enum err_code code;
} strange[] = {
    {"{\"replies\":[{\"body\":\"{}\"}]}", ERR_FAILED},
    {"{\"replies\":[{\"status\":404,\"body\":\"[]\"}]}", ERR_FAILED},
    {"{\"replies\":[{\"status\":403,\"body\":\"no\"}]}", ERR_AUTH},
};

START_TEST(what_is_no_alertmanager_is_an_error)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_release) struct prom server = {0};
    struct context context = {.name = xstrdup("c")};
    wire_start(&wire, strange[_i].reply);
    struct prom_settings settings = {.url = wire.url, .kind = "Alertmanager", .retries = -1};
    ck_assert_int_eq(prom_open(&server, &context, &settings, &err), 0);
    ck_assert_ptr_null(alertmanager_alerts(&server, &err));
    ck_assert_int_eq(err.code, strange[_i].code);
    ck_assert_ptr_nonnull(strstr(err.hint, "--alertmanager"));
    context_release(&context);
}
END_TEST

Suite *suite_alerts(void)
{
    Suite *suite = suite_create("alerts");
    TCase *tcase = tcase_create("alerts");
    tcase_add_test(tcase, both_lists_become_one_and_the_loudest_is_first);
    tcase_add_test(tcase, one_server_alone_is_a_list_too);
    tcase_add_test(tcase, what_a_rule_does_not_have_is_null);
    tcase_add_loop_test(tcase, what_is_no_alertmanager_is_an_error, 0, ARRAY_LEN(strange));
    suite_add_tcase(suite, tcase);
    return suite;
}
