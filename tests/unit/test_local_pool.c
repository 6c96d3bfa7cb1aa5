#include <check.h>
#include <string.h>

#include "base/clock.h"
#include "local/loop.h"
#include "local/pool.h"
#include "local/pool_impl.h"
#include "local/store.h"
#include "scratch.h"
#include "suites.h"

static char *state;
static struct loop *loop;
static struct vitals *vitals;
static struct pools *pools;
static int changes;

static void count_change(const char *function, void *arg)
{
    (void)function, (void)arg;
    changes++;
}

static void open_pools(void)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv broken = STRV_INIT;
    struct pools_settings settings = {.state = state, .vitals = vitals, .loop = loop, .on_change = count_change};
    pools = pools_new(&settings, &broken, &err);
    ck_assert_msg(pools != NULL, "%s", err.what);
}

static void begin(void)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    state = scratch_new();
    loop = loop_new(&err);
    vitals = vitals_new(&(struct energy_settings){0}, loop);
    changes = 0;
    open_pools();
}

static void end(void)
{
    pools_free(pools);
    vitals_free(vitals);
    loop_free(loop);
    scratch_end(state);
}

static int create(const char *text, struct err *err)
{
    CLEANUP(node_free) node_t *spec = json_parse(text, strlen(text), "test", err);
    ck_assert_ptr_nonnull(spec);
    CLEANUP(node_free) node_t *pool = pools_create(pools, spec, err);
    return pool ? 0 : -1;
}

static double number(const char *name, const char *pointer)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *pool = pools_show(pools, name, &err);
    return node_num(pool, pointer, -99);
}

START_TEST(the_largest_floor_and_the_least_ceiling_count)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(create("{\"name\":\"a\",\"function\":\"f\",\"min\":1,\"max\":9}", &err), 0);
    ck_assert_int_eq(create("{\"name\":\"b\",\"function\":\"f\",\"min\":3,\"max\":5}", &err), 0);
    ck_assert_int_eq(pools_floor(pools, "f"), 3);
    ck_assert_int_eq(pools_ceiling(pools, "f"), 5);
    ck_assert_int_eq(pools_floor(pools, "other"), 0);
    ck_assert_int_eq(pools_ceiling(pools, "other"), -1);
    ck_assert_int_eq(changes, 2);
    ck_assert_int_eq(pools_delete(pools, "b", &err), 0);
    ck_assert_int_eq(pools_floor(pools, "f"), 1);
    ck_assert_int_eq(pools_ceiling(pools, "f"), 9);
    ck_assert_int_eq(changes, 3);
    ck_assert_int_eq(pools_delete(pools, "b", &err), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_schedule_holds_until_another_fires)
{
    setenv("TZ", "UTC", 1);
    CLEANUP(err_release) struct err err = ERR_INIT;
    static const char text[] = "{\"name\":\"a\",\"function\":\"f\",\"min\":1,\"schedule\":[{\"cron\":\"0 8 * * "
                               "*\",\"min\":4},{\"cron\":\"0 20 * * *\",\"min\":0}],"
                               "\"created_ms\":1767265200000}"; /* 2026-01-01T11:00:00Z */
    CLEANUP(node_free) node_t *spec = json_parse(text, strlen(text), "test", &err);
    struct pool *pool = pool_parse(spec, &err);
    ck_assert_ptr_nonnull(pool);
    static const struct {
        const char *at;
        int64_t floor;
    } cases[] = {
        {"2026-01-01T12:00:00Z", 1}, /* 8:00 was before it was there */
        {"2026-01-01T19:59:59Z", 1}, {"2026-01-01T20:00:00Z", 0}, {"2026-01-02T07:59:59Z", 0},
        {"2026-01-02T08:00:00Z", 4}, {"2026-01-02T19:59:59Z", 4}, {"2026-02-02T21:00:00Z", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t ms;
        ck_assert(rfc3339_parse(cases[i].at, &ms));
        ck_assert_msg(pool_floor_at(pool, ms / 1000) == cases[i].floor, "%s", cases[i].at);
    }
    pool_free(pool);
}
END_TEST

START_TEST(requests_and_idle_time_are_counted_and_kept)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(create("{\"name\":\"a\",\"function\":\"f\",\"min\":2}", &err), 0);
    pools_on_request(pools, "f", POOL_COLD);
    pools_on_request(pools, "f", POOL_WARM);
    pools_on_request(pools, "f", POOL_KEPT);
    pools_on_request(pools, "g", POOL_COLD);
    pools_on_idle(pools, "f", 5);
    clock_sleep_ms(50);
    pools_on_idle(pools, "f", 0);
    double idle_s = number("a", "/idle_s");
    ck_assert(idle_s >= 0.1 && idle_s < 2); /* two kept, of five */
    pools_free(pools);
    open_pools();
    ck_assert(number("a", "/hits") == 2);
    ck_assert(number("a", "/misses") == 1);
    ck_assert(number("a", "/cold_starts_avoided") == 1);
    ck_assert(number("a", "/idle_s") == idle_s);
    ck_assert(number("a", "/min") == 2 && number("a", "/floor") == 2);
}
END_TEST

START_TEST(wrong_pools_are_refused)
{
    static const char *const wrong[] = {
        "{}",
        "{\"name\":\"a\"}",
        "{\"name\":\"A\",\"function\":\"f\"}",
        "{\"name\":\"a\",\"function\":\"../f\"}",
        "{\"name\":\"a\",\"function\":\"f\",\"min\":-1}",
        "{\"name\":\"a\",\"function\":\"f\",\"min\":2,\"max\":1}",
        "{\"name\":\"a\",\"function\":\"f\",\"max\":1,\"schedule\":[{\"cron\":\"* * * * *\",\"min\":2}]}",
        "{\"name\":\"a\",\"function\":\"f\",\"schedule\":[{\"cron\":\"0 0 31 2 *\",\"min\":1}]}",
        "{\"name\":\"a\",\"function\":\"f\",\"schedule\":[{\"min\":1}]}",
        "{\"name\":\"a\",\"function\":\"f\",\"mni\":1}",
        "{\"name\":\"a\",\"function\":\"f\",\"stats\":{\"hits\":7}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        CLEANUP(err_release) struct err err = ERR_INIT;
        ck_assert_msg(create(wrong[i], &err) == -1, "%s", wrong[i]);
        ck_assert_int_eq(err.code, ERR_USAGE);
    }
    ck_assert_int_eq(pools_count(pools), 0);
}
END_TEST

Suite *suite_local_pool(void)
{
    Suite *suite = suite_create("local_pool");
    TCase *tcase = tcase_create("pool");
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, the_largest_floor_and_the_least_ceiling_count);
    tcase_add_test(tcase, a_schedule_holds_until_another_fires);
    tcase_add_test(tcase, requests_and_idle_time_are_counted_and_kept);
    tcase_add_test(tcase, wrong_pools_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
