#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "top/sample.h"
#include "wire.h"

static struct wire wire;
static struct prom prom;
static struct plan *plan;
static struct context context;

/* A server that has GPUs, none of which says anything. */
static void begin(void)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    wire_start(&wire, "{\"routes\":{"
                      "\"/api/v1/label/__name__/"
                      "values\":[{\"body\":\"{\\\"status\\\":\\\"success\\\",\\\"data\\\":[\\\"DCGM_FI_DEV_GPU_UTIL\\\"]}\"}],"
                      "\"/api/v1/alerts\":[{\"body\":\"{\\\"status\\\":\\\"success\\\",\\\"data\\\":{\\\"alerts\\\":[]}}\"}]},"
                      "\"replies\":[{\"body\":\"{\\\"status\\\":\\\"success\\\",\\\"data\\\":{\\\"resultType\\\":\\\"vector\\\","
                      "\\\"result\\\":[]}}\"}]}");
    struct prom_settings settings = {.url = wire.url, .retries = -1};
    context = (struct context){.name = xstrdup("c")};
    ck_assert_int_eq(prom_open(&prom, &context, &settings, &err), 0);
    plan = plan_new(panel_find("gpus", &err), 60000);
}

static void end(void)
{
    plan_free(plan);
    prom_release(&prom);
    context_release(&context);
    wire_stop(&wire);
}

static size_t asked(const char *path)
{
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    size_t n = 0;
    for (const node_t *request = node_first(log); request; request = node_next(request))
        n += strcmp(node_str(request, "/path", ""), path) == 0;
    return n;
}

static void round_over(int64_t range_ms)
{
    struct span span = {.range_ms = range_ms};
    CLEANUP(batch_free) struct batch *batch = plan_fetch(plan, &prom, &span);
    ck_assert_uint_eq(batch->failed, 0);
}

/* What is now, in every round; of curves only new steps, which here are hours apart. */
START_TEST(a_curve_is_asked_when_it_has_a_new_step)
{
    static const char curves[] = "/api/v1/query_range";
    static const int64_t week_ms = 7LL * 86400000;
    round_over(week_ms);
    ck_assert_uint_eq(asked(curves), 1);
    size_t of_now = asked("/api/v1/query");
    round_over(week_ms);
    ck_assert_uint_eq(asked(curves), 1);
    ck_assert_uint_gt(asked("/api/v1/query"), of_now);
    round_over(week_ms - 86400000);
    ck_assert_uint_eq(asked(curves), 2);
    plan_forget_curves(plan);
    round_over(week_ms - 86400000);
    ck_assert_uint_eq(asked(curves), 3);
}
END_TEST

Suite *suite_top_rounds(void)
{
    Suite *suite = suite_create("top_rounds");
    TCase *tcase = tcase_create("top_rounds");
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, a_curve_is_asked_when_it_has_a_new_step);
    suite_add_tcase(suite, tcase);
    return suite;
}
