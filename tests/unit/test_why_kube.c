#include <check.h>
#include <string.h>

#include "suites.h"
#include "why/holders.h"
#include "why/sched.h"

static const struct {
    const char *message, *causes; /* CAUSE NODES WHAT, a line each; NULL: no such message */
} said[] = {
    {"0/9 nodes are available: 3 Insufficient nvidia.com/gpu, 2 node(s) had untolerated taint {nvidia.com/gpu: present}, 4 "
     "node(s) didn't "
     "match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/9 nodes are available: 3 No preemption "
     "victims found "
     "for incoming pod, 6 Preemption is not helpful for scheduling.",
     "selector 4 -\ninsufficient 3 nvidia.com/gpu\ntaint 2 nvidia.com/gpu: present\n"},
    {"0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/1 nodes are available: 1 "
     "Preemption is not "
     "helpful for scheduling.",
     "claim all -\n"},
    {"0/9 nodes are available: persistentvolumeclaim \"data\" not found. preemption: 0/9 nodes are available.",
     "claim all data\n"},
    {"0/2 nodes are available: 1 Too many pods, 1 node(s) were unschedulable. preemption: x",
     "insufficient 1 pods\ncordoned 1 -\n"},
    {"0/2 nodes are available: 2 node(s) had untolerated taint {a: b, 3 c}.", "taint 2 a: b, 3 c\n"},
    {"0/2 nodes are available: 2 node(s) had untolerated taint(s).", "taint 2 -\n"},
    {"0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) didn't match pod anti-affinity "
     "rules, 1 "
     "cannot allocate all claims.",
     "spread 1 -\nrules 1 -\ndevices 1 -\n"},
    {"0/1 nodes are available: 1 something new.", "other 1 -\n"},
    {"0/0 nodes are available", ""},
    {"no nodes available to schedule pods", NULL},
    {"", NULL},
    {"0/x nodes are available: 1 Insufficient cpu", NULL},
    {" nodes are available/", NULL},
};

START_TEST(the_schedulers_words_are_parsed)
{
    CLEANUP(str_release) struct str lines = STR_INIT;
    CLEANUP(node_free) node_t *parsed = sched_parse(said[_i].message);
    ck_assert_int_eq(!parsed, !said[_i].causes);
    for (const node_t *one = node_first(node_get(parsed, "causes")); one; one = node_next(one)) {
        str_addf(&lines, "%s ", node_str(one, "/cause", "?"));
        str_addf(&lines, node_type(node_get(one, "nodes")) == NODE_NULL ? "all " : "%.0f ", node_num(one, "/nodes", 0));
        str_addf(&lines, "%s\n", node_str(one, "/what", "-"));
    }
    ck_assert_str_eq(lines.buf, said[_i].causes ? said[_i].causes : "");
}
END_TEST

START_TEST(holders_are_jobs_and_functions_with_what_their_pods_ask)
{
    static const char text[] =
        "[{\"metadata\":{\"name\":\"a-0\",\"namespace\":\"x\",\"labels\":{\"batch.kubernetes.io/"
        "job-name\":\"a\"}},\"spec\":{\"nodeName\":\"n\","
        "\"containers\":[{\"resources\":{\"limits\":{\"gpu\":\"2\"}}}]},\"status\":{\"phase\":\"Running\"}},"
        "{\"metadata\":{\"name\":\"a-1\",\"namespace\":\"x\",\"labels\":{\"batch.kubernetes.io/"
        "job-name\":\"a\"}},\"spec\":{\"nodeName\":\"n\","
        "\"containers\":[{\"resources\":{\"limits\":{\"gpu\":\"2\"}}}]},\"status\":{\"phase\":\"Pending\"}},"
        "{\"metadata\":{\"name\":\"gone\",\"namespace\":\"x\"},\"spec\":{\"nodeName\":\"n\",\"containers\":[{\"resources\":{"
        "\"limits\":{\"gpu\":"
        "\"2\"}}}]},\"status\":{\"phase\":\"Succeeded\"}},"
        "{\"metadata\":{\"name\":\"waits\",\"namespace\":\"x\"},\"spec\":{\"containers\":[{\"resources\":{\"limits\":{\"gpu\":"
        "\"8\"}}}]}},"
        "{\"metadata\":{\"name\":\"b\",\"namespace\":\"y\"},\"spec\":{\"nodeName\":\"n\",\"containers\":[{\"resources\":{"
        "\"limits\":{\"gpu\":\"1\"}}}]},"
        "\"status\":{\"phase\":\"Running\"}}]";
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str s = STR_INIT;
    CLEANUP(node_free) node_t *pods = json_parse(text, strlen(text), "pods", &err);
    ck_assert_ptr_nonnull(pods);
    CLEANUP(node_free) node_t *holders = holders_of(pods, "gpu");
    holders_print(&s, holders, "gpu", "x");
    ck_assert_str_eq(s.buf, "train/a (4) \u00b7 pod/b in y (1)");
}
END_TEST

Suite *suite_why_kube(void)
{
    Suite *suite = suite_create("why_kube");
    TCase *tcase = tcase_create("why_kube");
    tcase_add_loop_test(tcase, the_schedulers_words_are_parsed, 0, (int)ARRAY_LEN(said));
    tcase_add_test(tcase, holders_are_jobs_and_functions_with_what_their_pods_ask);
    suite_add_tcase(suite, tcase);
    return suite;
}
