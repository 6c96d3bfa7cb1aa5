#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "bench/coldmarks.h"
#include "suites.h"

/* A recorded order of arrivals: "kind[:uid[:container]]@ms" in the order in which they came. */
static void arrive(struct cold_marks *marks, const char *text)
{
    static const char *const reasons[] = {"pulling", "Pulling", "pulled", "Pulled", "started", "Started", "given", "Scheduled"};
    CLEANUP(strv_release) struct strv parts = STRV_INIT;
    AUTOFREE char *copy = xstrdup(text);
    char *at = strchr(copy, '@');
    *at = '\0';
    int64_t at_ns = strtoll(at + 1, NULL, 10) * 1000000;
    strv_split(&parts, copy, ":");
    const char *kind = parts.v[0], *uid = parts.n > 1 ? parts.v[1] : "p", *container = parts.n > 2 ? parts.v[2] : "c";
    AUTOFREE char *pod = xasprintf(
        "{\"metadata\":{\"uid\":\"%s\"},\"spec\":{%s},\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"%s\"}]}}", uid,
        strcmp(kind, "created") == 0 ? "" : "\"nodeName\":\"n\"", strcmp(kind, "ready") == 0 ? "True" : "False");
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *object = json_parse(pod, strlen(pod), "it", &err);
    CLEANUP(node_free) node_t *event = node_new_object();
    node_t *involved = node_set(event, "involvedObject", node_new_object());
    AUTOFREE char *path = xasprintf("spec.containers{%s}", container);
    node_set_str(involved, "uid", uid);
    node_set_str(involved, "fieldPath", path);
    for (size_t i = 0; i < ARRAY_LEN(reasons); i += 2)
        if (strcmp(kind, reasons[i]) == 0) {
            node_set_str(event, "reason", reasons[i + 1]);
            cold_marks_of_event(marks, event, at_ns);
            return;
        }
    if (strcmp(kind, "decided") == 0) {
        node_t *one = json_parse("{\"spec\":{\"replicas\":1}}", 23, "it", &err);
        cold_marks_of_deployment(marks, one, NULL, at_ns);
        node_free(one);
        return;
    }
    cold_marks_of_pod(marks, object, at_ns);
}

/* "held 40 | pod created 10 | ...", without those of 0 ms; "unseen" ones after a "?". */
static void tell(const char *arrivals, int64_t first_byte_ms, struct str *s)
{
    CLEANUP(cold_marks_release) struct cold_marks marks = {0};
    CLEANUP(strv_release) struct strv all = STRV_INIT;
    strv_split(&all, arrivals, " ");
    for (size_t i = 0; i < all.n; i++)
        arrive(&marks, all.v[i]);
    const struct cold_span span = {.first_byte_ns = first_byte_ms * 1000000};
    CLEANUP(node_free) node_t *doc = cold_marks_stages(&marks, &span);
    if (!doc) {
        str_add(s, "none");
        return;
    }
    double sum = 0;
    for (const node_t *stage = node_first(node_get(doc, "stages")); stage; stage = node_next(stage)) {
        double ms = node_num(stage, "/ms", -1);
        ck_assert_double_ge(ms, 0);
        sum += ms;
        if (ms > 0)
            str_addf(s, "%s%s %g", s->len ? " | " : "", node_str(stage, "/stage", ""), ms);
    }
    ck_assert_double_eq_tol(sum, (double)first_byte_ms, 1e-6);
    for (const node_t *name = node_first(node_get(doc, "unseen")); name; name = node_next(name))
        str_addf(s, " ?%s", node_text(name));
    if (node_bool(doc, "/image_present", false))
        str_add(s, " present");
}

static const struct {
    const char *arrivals;
    int64_t first_byte_ms;
    const char *stages;
} orders[] = {
    /* as it should be: the image is there; and fetched */
    {"decided@40 created@50 scheduled@60 pulled@260 started@300 ready@600", 640,
     "held 40 | pod created 10 | scheduled 10 | sandbox 200 | container 40 | ready 300 | first byte 40 present"},
    {"decided@40 created@50 scheduled@60 pulling@260 pulled@1260 started@1300 ready@1600", 1640,
     "held 40 | pod created 10 | scheduled 10 | sandbox 200 | image 1000 | container 40 | ready 300 | first byte 40"},
    /* two containers, one after the other: both are fetched, and the start is the last one's */
    {"decided@10 created@20 scheduled@30 pulling:p:a@100 pulled:p:a@300 started:p:a@350 pulling:p:b@360 pulled:p:b@460 "
     "started:p:b@500 ready@600",
     610,
     "held 10 | pod created 10 | scheduled 10 | sandbox 70 | image 300 | container 50 | sidecars 50 | ready 100 | first byte 10"},
    /* the answer is there before the pod is known to be ready; what comes later was not later */
    {"decided@40 created@50 scheduled@60 pulled@260 started@300 ready@900", 640,
     "held 40 | pod created 10 | scheduled 10 | sandbox 200 | container 40 | ready 340 present"},
    {"decided@40 created@50 scheduled@60 pulled@260 started@2000 ready@2100", 640,
     "held 40 | pod created 10 | scheduled 10 | sandbox 200 | container 380 present"},
    /* the Deployment's change comes over another connection, after its pod; an event before the pod it is about */
    {"created@50 decided@70 scheduled@60 pulled@260 started@300 ready@600", 640,
     "held 50 | scheduled 10 | sandbox 200 | container 40 | ready 300 | first byte 40 present"},
    {"decided@40 pulled@45 given@46 created@50 started@300 ready@600", 640,
     "held 40 | pod created 5 | container 255 | ready 300 | first byte 40 present"},
    /* never seen: its time is in what follows */
    {"created@50 scheduled@60 ready@600", 640,
     "pod created 50 | scheduled 10 | ready 540 | first byte 40 ?held ?sandbox ?container ?sidecars"},
    {"decided@40 created@50", 640, "held 40 | pod created 10 | first byte 590 ?scheduled ?sandbox ?container ?sidecars ?ready"},
    {"decided@40 created@50 scheduled@60 pulling@100 started@300 ready@600", 640,
     "held 40 | pod created 10 | scheduled 10 | sandbox 40 | image 200 | ready 300 | first byte 40"},
    /* the same news twice: the first counts */
    {"decided@40 decided@500 created@50 created@55 scheduled@60 scheduled@70 pulled@260 pulled@290 started@300 ready@600 "
     "ready@610",
     640, "held 40 | pod created 10 | scheduled 10 | sandbox 200 | container 40 | ready 300 | first byte 40 present"},
    /* two pods: the one that could answer first; another function's pod is known by events alone, and no pod of ours */
    {"decided@40 created:a@50 scheduled:a@55 created:b@60 scheduled:b@65 pulled:b@200 started:b@300 ready:b@400 pulled:a@250 "
     "started:a@350 ready:a@500",
     420, "held 40 | pod created 20 | scheduled 5 | sandbox 135 | container 100 | ready 100 | first byte 20 present"},
    {"pulled:x@10 started:x@20 decided@40 created@50 scheduled@60 pulled@260 started@300 ready@600", 640,
     "held 40 | pod created 10 | scheduled 10 | sandbox 200 | container 40 | ready 300 | first byte 40 present"},
    {"decided@40 pulled:x@10 started:x@20", 640, "none"},
};

START_TEST(stages_of_an_order_of_arrivals)
{
    CLEANUP(str_release) struct str seen = STR_INIT;
    tell(orders[_i].arrivals, orders[_i].first_byte_ms, &seen);
    ck_assert_str_eq(seen.buf, orders[_i].stages);
}
END_TEST

/* Whatever comes in whatever order, the stages are not negative and add up (tell asserts both). */
START_TEST(any_order_adds_up)
{
    static const char *const kinds[] = {"decided", "created", "scheduled", "pulling", "pulled", "started", "ready"};
    unsigned random = 1;
    for (int round = 0; round < 2000; round++) {
        CLEANUP(str_release) struct str arrivals = STR_INIT;
        CLEANUP(str_release) struct str seen = STR_INIT;
        str_add(&arrivals, "created@5");
        for (int i = 0; i < 12; i++) {
            random = random * 1103515245 + 12345;
            str_addf(&arrivals, " %s:%c@%u", kinds[(random >> 16) % ARRAY_LEN(kinds)], "pq"[(random >> 20) % 2],
                     (random >> 8) % 1000);
        }
        tell(arrivals.buf, (int64_t)(random >> 10) % 1000, &seen);
    }
}
END_TEST

START_TEST(a_cold_start_is_complete_when_its_pod_is_ready)
{
    CLEANUP(cold_marks_release) struct cold_marks marks = {0};
    ck_assert(!cold_marks_complete(&marks));
    arrive(&marks, "created@1");
    arrive(&marks, "ready@2");
    ck_assert(!cold_marks_complete(&marks));
    arrive(&marks, "started@3");
    ck_assert(cold_marks_complete(&marks));
}
END_TEST

START_TEST(what_is_kept_is_bounded)
{
    CLEANUP(cold_marks_release) struct cold_marks marks = {0};
    for (int i = 0; i < COLD_MARKS_MAX + 10; i++) {
        AUTOFREE char *text = xasprintf("pulled:x%d@1", i);
        arrive(&marks, text);
    }
    ck_assert_uint_eq(marks.n, COLD_MARKS_MAX);
}
END_TEST

Suite *suite_bench_coldstart(void)
{
    Suite *suite = suite_create("bench_coldstart");
    TCase *tcase = tcase_create("bench_coldstart");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, stages_of_an_order_of_arrivals, 0, ARRAY_LEN(orders));
    tcase_add_test(tcase, any_order_adds_up);
    tcase_add_test(tcase, a_cold_start_is_complete_when_its_pod_is_ready);
    tcase_add_test(tcase, what_is_kept_is_bounded);
    suite_add_tcase(suite, tcase);
    return suite;
}
