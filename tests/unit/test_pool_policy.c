#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pool/advise.h"
#include "pool/breakeven.h"
#include "pool/forecast.h"
#include "pool/hold.h"
#include "pool/kept.h"
#include "pool/policy.h"
#include "pool/prepull.h"
#include "pool/reconcile.h"
#include "suites.h"

/* "MINUTESxTIMES ...": idle times. */
static struct idle_times idle_of(const char *text)
{
    struct idle_times times = {0};
    CLEANUP(strv_release) struct strv parts = STRV_INIT;
    strv_split(&parts, text, " ");
    for (size_t i = 0; i < parts.n; i++) {
        char *x;
        long minutes = strtol(parts.v[i], &x, 10), n = *x ? strtol(x + 1, NULL, 10) : 1;
        while (n-- > 0)
            idle_add(&times, minutes);
    }
    return times;
}

static const struct {
    const char *idle;
    enum idle_verdict verdict;
    int64_t prewarm, until; /* minutes, where it follows a pattern */
} idles[] = {
    /* every half hour: ready again a tenth before, kept a tenth longer than the bin's end */
    {"30x50", IDLE_PATTERN, 27, 35},
    {"0x1000", IDLE_PATTERN, 0, 2},
    /* cut at the 5th and the 99th percentile: what is beyond them does not count */
    {"1x4 30x95 200x1", IDLE_PATTERN, 27, 35},
    {"1x6 30x94", IDLE_PATTERN, 0, 35},
    {"30x98 200x2", IDLE_PATTERN, 27, 222},
    {"239x40", IDLE_PATTERN, 215, 240},
    {"30x9", IDLE_TOO_FEW, 0, 0},
    {"", IDLE_TOO_FEW, 0, 0},
    {"300x6 10x5", IDLE_BEYOND, 0, 240},
    {"300x5 10x5", IDLE_PATTERN, 9, 240},
};

START_TEST(idle_times_tell_when_to_be_ready)
{
    const struct idle_times times = idle_of(idles[_i].idle);
    const struct idle_policy policy = idle_decide(&times);
    ck_assert_int_eq(policy.verdict, idles[_i].verdict);
    ck_assert_int_eq(policy.prewarm_min, idles[_i].prewarm);
    ck_assert_int_eq(policy.until_min, idles[_i].until);
}
END_TEST

START_TEST(idle_times_without_a_pattern_keep_it_four_hours)
{
    struct idle_times times = {0};
    for (int i = 0; i < IDLE_BINS; i++)
        idle_add(&times, i);
    const struct idle_policy policy = idle_decide(&times);
    ck_assert_int_eq(policy.verdict, IDLE_SPREAD);
    ck_assert_double_lt(policy.variation, 2);
    ck_assert(idle_wants_one(&policy, 0));
    ck_assert(idle_wants_one(&policy, IDLE_BINS));
    ck_assert(!idle_wants_one(&policy, IDLE_BINS + 1));
}
END_TEST

START_TEST(one_is_ready_in_between_only)
{
    const struct idle_times times = idle_of("30x50"), few = idle_of("30x9"), far = idle_of("300x50");
    const struct idle_policy policy = idle_decide(&times), too_few = idle_decide(&few), beyond = idle_decide(&far);
    ck_assert(!idle_wants_one(&policy, 0));
    ck_assert(!idle_wants_one(&policy, 26));
    ck_assert(idle_wants_one(&policy, 27));
    ck_assert(idle_wants_one(&policy, 35));
    ck_assert(!idle_wants_one(&policy, 36));
    ck_assert(!idle_wants_one(&policy, -1));
    ck_assert(!idle_wants_one(&too_few, 30));
    ck_assert(!idle_wants_one(&beyond, 30));
}
END_TEST

START_TEST(counts_become_idle_times)
{
    static const double counts[] = {0, 1, 0, 0, 2, 1, NAN, 5, 0, 1};
    struct idle_times times = {0};
    idle_add_counts(&times, counts, ARRAY_LEN(counts));
    /* 2 between the first and the second; the pair; next to each other; none across what is unknown; then five and one */
    ck_assert_uint_eq(times.n, 1 + 1 + 1 + 4 + 1);
    ck_assert_uint_eq(times.bins[2], 1);
    ck_assert_uint_eq(times.bins[1], 1);
    ck_assert_uint_eq(times.bins[0], 6);
}
END_TEST

START_TEST(counters_become_counts)
{
    /* new while Prometheus was there; a gap; a restart that begins at zero */
    static const double counter[] = {NAN, NAN, 3, 5, NAN, 9, 2, 2};
    static const bool up[] = {true, true, true, true, true, true, true, true};
    static const bool late[] = {false, false, true, true, true, true, true, true};
    double counts[8] = {0}, others[8] = {0};
    history_add_counter(counts, counter, up, 8);
    static const double wanted[] = {0, 0, 3, 2, 0, 4, 2, 0};
    for (size_t i = 0; i < 8; i++)
        ck_assert_double_eq(counts[i], wanted[i]);
    history_add_counter(others, counter, late, 8); /* it was there before Prometheus looked */
    ck_assert_double_eq(others[2], 0);
    ck_assert_double_eq(others[3], 2);
}
END_TEST

START_TEST(instances_for_a_load)
{
    static const struct {
        struct load load;
        int64_t wanted;
    } cases[] = {
        {{.per_s = 0, .service_s = 1, .concurrency = 1, .target = 0.7}, 0},
        {{.per_s = NAN, .service_s = 1, .concurrency = 1, .target = 0.7}, 0},
        {{.per_s = 0.01, .service_s = 0.1, .concurrency = 1, .target = 0.7}, 1},
        {{.per_s = 7, .service_s = 1, .concurrency = 1, .target = 0.7}, 10},
        {{.per_s = 7.1, .service_s = 1, .concurrency = 1, .target = 0.7}, 11},
        {{.per_s = 70, .service_s = 1, .concurrency = 10, .target = 0.7}, 10},
        {{.per_s = 70, .service_s = NAN, .concurrency = 0, .target = 0.7}, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        ck_assert_int_eq(load_instances(&cases[i].load), cases[i].wanted);
}
END_TEST

START_TEST(keeping_pays_from_a_rate_on)
{
    /* a start of 2 s and a window of 58 s: 60 in an hour, one after the other, are an hour */
    const struct keep keep = {.cold_s = 2, .linger_s = 58, .idle_w = 10, .busy_w = 50};
    ck_assert_double_eq_tol(keep_pays_money(&keep), 60, 1e-9);
    ck_assert_double_eq_tol(keep_pays_energy(&keep), 36000.0 / 680, 1e-9);
    const struct keep unknown = {.cold_s = NAN, .linger_s = 58, .idle_w = 10, .busy_w = NAN};
    ck_assert(isnan(keep_pays_money(&unknown)));
    ck_assert(isnan(keep_pays_energy(&unknown)));
}
END_TEST

/* By hand: 0.02 an hour and instance; each start holds one for 3 + 6 s, 9/3600 of an hour: 0.00005 a request, so 400 of them are
 * 0.02. In joules: 3 s of 9 W and 6 s of 3 W are 45 J; an hour of 3 W is 10,800 J, which is 240 of them. */
static const struct {
    double rate, started_cost, started_w, waiting_s;
    const char *money, *energy, *mark;
} by_hand[] = {
    {100, 0.005, 1.25, 300, "start", "start", NULL},
    {120, 0.006, 1.5, 360, "start", "start", "its rate now"},
    {240, 0.012, 3, 720, "start", "keep", "from here it takes less energy"},
    {400, 0.02, 5, 1200, "keep", "keep", "from here keeping one costs less"},
    {1000, 0.05, 12.5, 3000, "keep", "keep", NULL},
};

START_TEST(rates_are_compared_in_money_and_energy)
{
    static const double rates[] = {1000, 100, 400};
    const struct break_even of = {.keep = {.cold_s = 3, .linger_s = 6, .idle_w = 3, .busy_w = 9},
                                  .cost_per_hour = 0.02,
                                  .seen_per_hour = 120,
                                  .rates = rates,
                                  .n = ARRAY_LEN(rates)};
    CLEANUP(node_free) node_t *rows = break_even_rows(&of);
    ck_assert_uint_eq(node_len(rows), ARRAY_LEN(by_hand));
    const node_t *row = node_first(rows);
    for (size_t i = 0; i < ARRAY_LEN(by_hand); i++, row = node_next(row)) {
        ck_assert_double_eq_tol(node_num(row, "/requests_per_hour", NAN), by_hand[i].rate, 1e-9);
        ck_assert_double_eq_tol(node_num(row, "/started_cost_per_hour", NAN), by_hand[i].started_cost, 1e-12);
        ck_assert_double_eq_tol(node_num(row, "/kept_cost_per_hour", NAN), 0.02, 1e-12);
        ck_assert_double_eq_tol(node_num(row, "/started_w", NAN), by_hand[i].started_w, 1e-9);
        ck_assert_double_eq_tol(node_num(row, "/kept_w", NAN), 3, 1e-9);
        ck_assert_double_eq_tol(node_num(row, "/waiting_s_per_hour", NAN), by_hand[i].waiting_s, 1e-9);
        ck_assert_pstr_eq(node_str(row, "/money", NULL), by_hand[i].money);
        ck_assert_pstr_eq(node_str(row, "/energy", NULL), by_hand[i].energy);
        ck_assert_pstr_eq(node_str(row, "/mark", NULL), by_hand[i].mark);
    }
}
END_TEST

static const struct {
    struct keep keep;
    const char *rates;
} usual[] = {
    {{.cold_s = 3, .linger_s = 6, .idle_w = NAN, .busy_w = NAN}, "1 2 5 10 20 50 100 200 400 500 1000 "},
    {{.cold_s = 2, .linger_s = 58, .idle_w = 10, .busy_w = 10}, "1 2 5 10 20 50 60 100 200 "}, /* both cross at once */
    {{.cold_s = NAN, .linger_s = 6, .idle_w = NAN, .busy_w = NAN}, "1 2 5 10 20 50 100 200 500 1000 "},
};

START_TEST(the_usual_rates_go_beyond_where_it_pays)
{
    const struct break_even of = {.keep = usual[_i].keep, .cost_per_hour = NAN, .seen_per_hour = NAN};
    CLEANUP(node_free) node_t *rows = break_even_rows(&of);
    CLEANUP(str_release) struct str rates = STR_INIT;
    for (const node_t *row = node_first(rows); row; row = node_next(row)) {
        str_addf(&rates, "%g ", node_num(row, "/requests_per_hour", NAN));
        ck_assert(isnan(node_num(row, "/started_cost_per_hour", NAN)));
        ck_assert_int_eq(node_str(row, "/money", NULL) != NULL, !isnan(of.keep.cold_s));
    }
    ck_assert_str_eq(rates.buf, usual[_i].rates);
}
END_TEST

/* Two weeks from a Monday, 10 a minute from 8 to 18 on working days, once at night. */
static void office(struct history *history)
{
    enum { MONDAY = 1767571200, MINUTES = 14 * 24 * 60 }; /* 2026-01-05T00:00:00Z */
    *history = (struct history){.n = MINUTES, .start_s = MONDAY, .known = MINUTES, .service_s = 2, .metric = "m"};
    history->counts = xcalloc(MINUTES, sizeof(*history->counts));
    for (int i = 0; i < MINUTES; i++) {
        int day = i / 1440 % 7, hour = i / 60 % 24;
        history->counts[i] = day < 5 && hour >= 8 && hour < 18 ? 60 : i % 1440 == 180;
        history->requests += history->counts[i];
    }
}

START_TEST(office_hours_become_a_schedule)
{
    setenv("TZ", "UTC", 1);
    tzset();
    CLEANUP(history_release) struct history history;
    office(&history);
    const struct advise advise = {.function = "f", .concurrency = 1, .keep = {.cold_s = 2, .linger_s = 58}, .cost_per_hour = 0.5};
    CLEANUP(node_free) node_t *doc = advise_of(&history, &advise);
    /* one a second of two seconds each, at 70 %: three; the night's one is not worth it */
    ck_assert_str_eq(node_str(doc, "/command", ""),
                     "aiwf pool create f-warm --function f --min 0 --schedule '0 0 * * 1-5=0' --schedule '0 8 * * 1-5=3' "
                     "--schedule '0 18 * * 1-5=0' --schedule '0 0 * * 0,6=0'");
    ck_assert_double_eq_tol(node_num(doc, "/hours_warm_per_day", 0), 10 * 3 * 5.0 / 7, 1e-9);
    ck_assert_double_eq_tol(node_num(doc, "/cost_per_day", 0), 10 * 3 * 5.0 / 7 / 2, 1e-9);
    ck_assert_double_eq_tol(node_num(doc, "/break_even_per_hour", 0), 60, 1e-9);
    ck_assert_uint_gt(node_len(node_get(doc, "rates")), 5);
}
END_TEST

START_TEST(an_hour_that_does_not_pay_gets_none)
{
    struct profile profile = {0};
    profile.per_s[DAY_WORKING][9] = 0.02;
    profile.per_h[DAY_WORKING][9] = 10;
    profile.per_s[DAY_WORKING][10] = 3; /* several are not a matter of paying */
    profile.per_h[DAY_WORKING][10] = 10;
    struct floors_by by = {.load = {.service_s = 1, .concurrency = 1, .target = 0.7}, .pays_per_h = 60};
    ck_assert_int_eq(floors_of_profile(&profile, &by).at[DAY_WORKING][9], 0);
    ck_assert_int_eq(floors_of_profile(&profile, &by).at[DAY_WORKING][10], 5);
    by.pays_per_h = 9;
    ck_assert_int_eq(floors_of_profile(&profile, &by).at[DAY_WORKING][9], 1);
    by.pays_per_h = NAN;
    ck_assert_int_eq(floors_of_profile(&profile, &by).at[DAY_WORKING][9], 1);
}
END_TEST

START_TEST(too_little_history_proposes_nothing)
{
    static const struct {
        int64_t known;
        double each;
        const char *why;
    } cases[] = {{1439, 1, "too few data: less than a day of history"},
                 {1440, 0, "no request in all that time: a floor of 0"},
                 {1440, 0.005, "too few data: fewer than 10 idle times"}};
    double counts[1440];
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        for (int i = 0; i < 1440; i++)
            counts[i] = cases[k].each >= 1 ? 1 : (cases[k].each > 0 && i % 300 == 0);
        const struct history history = {
            .counts = counts, .n = 1440, .known = cases[k].known, .requests = cases[k].each, .service_s = NAN, .metric = "m"};
        CLEANUP(node_free) node_t *doc = advise_of(&history, &(struct advise){.function = "f", .concurrency = 1});
        ck_assert_str_eq(node_str(doc, "/why", ""), cases[k].why);
        ck_assert_int_eq(node_type(node_get(doc, "floor")), NODE_NULL);
        ck_assert_int_eq(node_type(node_get(doc, "command")), NODE_NULL);
    }
}
END_TEST

START_TEST(a_forecast_is_ready_before_the_next)
{
    enum { MINUTES = 2976 + 31 };
    static double counts[MINUTES];
    for (int i = 0; i < MINUTES; i++)
        counts[i] = i % 31 == 0;
    static const struct {
        size_t n; /* 2976 = 96 * 31 was the last */
        int64_t since, floor;
    } cases[] = {{2976 + 4, 3, 0}, {2976 + 27, 26, 0}, {2976 + 28, 27, 1}, {2976 + 31, 30, 1}, {2977, 0, 0}, {20, 19, 0}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct history history = {.counts = counts, .n = cases[i].n, .service_s = NAN};
        const struct forecast forecast = forecast_of(&history, 1);
        ck_assert_int_eq(forecast.since_min, cases[i].since);
        ck_assert_int_eq(forecast.floor, cases[i].floor);
    }
}
END_TEST

/* ---- objects that others may have written ---- */

static const struct {
    const char *name, *data, *wrong; /* NULL: it is one */
} maps[] = {
    {"aiwf-pool-p",
     "'rules':'{\\\"name\\\":\\\"p\\\",\\\"function\\\":\\\"f\\\",\\\"min\\\":2}','runtime':'knative','forecast':'true'", NULL},
    {"aiwf-pool-q", "'rules':'{\\\"name\\\":\\\"p\\\",\\\"function\\\":\\\"f\\\"}','runtime':'knative'", "rules"},
    {"aiwf-pool-p", "'rules':'{\\\"name\\\":\\\"p\\\",\\\"function\\\":\\\"f\\\",\\\"min\\\":-2}','runtime':'knative'", "rules"},
    {"aiwf-pool-p", "'rules':'[[[','runtime':'knative'", "rules"},
    {"aiwf-pool-p", "'runtime':'knative'", "rules"},
    {"aiwf-pool-p", "'rules':'{\\\"name\\\":\\\"p\\\",\\\"function\\\":\\\"f\\\"}','runtime':'local'", "runtime"},
    {"aiwf-pool-p", "'rules':'{\\\"name\\\":\\\"p\\\",\\\"function\\\":\\\"f\\\"}','runtime':'nothing'", "runtime"},
    {"aiwf-pool-p", "'rules':'{\\\"name\\\":\\\"p\\\",\\\"function\\\":\\\"f\\\"}','runtime':'knative','gpus':'-1'",
     "number of gpus"},
};

static node_t *json_of(const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *copy = xstrdup(text);
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    node_t *node = json_parse(copy, strlen(copy), "it", &err);
    ck_assert_msg(node != NULL, "%s", err.what);
    return node;
}

START_TEST(a_pool_is_what_it_says_or_it_is_none)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *text = xasprintf("{'metadata':{'name':'%s'},'data':{%s}}", maps[_i].name, maps[_i].data);
    CLEANUP(node_free) node_t *map = json_of(text);
    CLEANUP(kept_release) struct kept kept;
    int rc = kept_parse(map, &kept, &err);
    ck_assert_int_eq(rc, maps[_i].wrong ? -1 : 0);
    if (maps[_i].wrong)
        ck_assert_msg(strstr(err.what, maps[_i].wrong) != NULL, "%s", err.what);
    else
        ck_assert_int_eq(kept_floor(&kept, 5, 0), 5); /* the forecast is more */
}
END_TEST

static const struct {
    const char *node, *pod;
    bool fits;
} nodes[] = {
    {"", "", true},
    {"'spec':{'unschedulable':true},", "", false},
    {"'spec':{'taints':[{'key':'a','value':'b','effect':'NoSchedule'}]},", "", false},
    {"'spec':{'taints':[{'key':'a','value':'b','effect':'PreferNoSchedule'}]},", "", true},
    {"'spec':{'taints':[{'key':'a','value':'b','effect':'NoSchedule'}]},", "'tolerations':[{'key':'a','operator':'Exists'}]",
     true},
    {"'spec':{'taints':[{'key':'a','value':'b','effect':'NoSchedule'}]},", "'tolerations':[{'key':'a','value':'c'}]", false},
    {"'spec':{'taints':[{'key':'a','value':'b','effect':'NoSchedule'}]},", "'tolerations':[{'key':'a','value':'b'}]", true},
    {"'spec':{'taints':[{'key':'a','effect':'NoExecute'}]},", "'tolerations':[{'operator':'Exists','effect':'NoSchedule'}]",
     false},
    {"", "'nodeSelector':{'gpu':'yes'}", true},
    {"", "'nodeSelector':{'gpu':'no'}", false},
};

START_TEST(images_are_fetched_where_a_pod_may_run)
{
    AUTOFREE char *text = xasprintf(
        "{%s'metadata':{'labels':{'gpu':'yes'}},'status':{'conditions':[{'type':'Ready','status':'True'}]}}", nodes[_i].node);
    AUTOFREE char *pod_text = xasprintf("{%s}", nodes[_i].pod);
    CLEANUP(node_free) node_t *node = json_of(text);
    CLEANUP(node_free) node_t *pod = json_of(pod_text);
    ck_assert_int_eq(prepull_fits(node, pod), nodes[_i].fits);
}
END_TEST

START_TEST(an_image_is_known_by_its_short_name_too)
{
    CLEANUP(node_free) node_t *node = json_of("{'status':{'images':[{'names':['docker.io/library/redis:7','r/x@sha256:1']}]}}");
    ck_assert(prepull_has(node, "redis:7"));
    ck_assert(prepull_has(node, "docker.io/library/redis:7"));
    ck_assert(prepull_has(node, "r/x@sha256:1"));
    ck_assert(!prepull_has(node, "redis:8"));
    ck_assert(!prepull_has(node, "x@sha256:1"));
}
END_TEST

START_TEST(what_is_held_gives_way)
{
#define ASKS(n, phase) \
    "{'spec':{'containers':[{'resources':{'requests':{'nvidia.com/gpu':'" n "'}}}]},'status':{'phase':'" phase "'}}"
    CLEANUP(node_free) node_t *pods = json_of("[" ASKS("1", "Running") "," ASKS("2", "Pending") "," ASKS("4", "Succeeded") "]");
    ck_assert_int_eq(hold_wanted(pods, 8), 5);
    ck_assert_int_eq(hold_wanted(pods, 2), 0);
    ck_assert_int_eq(hold_wanted(NULL, 2), 2);
}
END_TEST

Suite *suite_pool_policy(void)
{
    Suite *suite = suite_create("pool_policy");
    TCase *tcase = tcase_create("pool_policy");
    tcase_add_loop_test(tcase, idle_times_tell_when_to_be_ready, 0, ARRAY_LEN(idles));
    tcase_add_test(tcase, idle_times_without_a_pattern_keep_it_four_hours);
    tcase_add_test(tcase, one_is_ready_in_between_only);
    tcase_add_test(tcase, counts_become_idle_times);
    tcase_add_test(tcase, counters_become_counts);
    tcase_add_test(tcase, instances_for_a_load);
    tcase_add_test(tcase, keeping_pays_from_a_rate_on);
    tcase_add_test(tcase, rates_are_compared_in_money_and_energy);
    tcase_add_loop_test(tcase, the_usual_rates_go_beyond_where_it_pays, 0, ARRAY_LEN(usual));
    tcase_add_test(tcase, office_hours_become_a_schedule);
    tcase_add_test(tcase, an_hour_that_does_not_pay_gets_none);
    tcase_add_test(tcase, too_little_history_proposes_nothing);
    tcase_add_test(tcase, a_forecast_is_ready_before_the_next);
    tcase_add_loop_test(tcase, a_pool_is_what_it_says_or_it_is_none, 0, ARRAY_LEN(maps));
    tcase_add_loop_test(tcase, images_are_fetched_where_a_pod_may_run, 0, ARRAY_LEN(nodes));
    tcase_add_test(tcase, an_image_is_known_by_its_short_name_too);
    tcase_add_test(tcase, what_is_held_gives_way);
    suite_add_tcase(suite, tcase);
    return suite;
}
