/* What a real cluster does not do on demand: refusals of some questions, ranks that fail in an order, orders that are not served. */
#include <check.h>
#include <string.h>

#include "kube/kueue.h"
#include "suites.h"
#include "top/places.h"
#include "why/kube.h"
#include "why/quota.h"
#include "wire.h"

static node_t *replies; /* path: body with ' for ", or a status */

static void start(void) { replies = node_new_object(); }

static void route(const char *path, int status, const char *text)
{
    AUTOFREE char *body = xstrdup(text);
    for (char *c = body; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    node_t *reply = node_push(node_set(replies, path, node_new_array()), node_new_object());
    node_set_num(reply, "status", status);
    node_set_str(reply, "body", body);
}

static void refuse(const char *path)
{
    route(path, 403, "{'kind':'Status','status':'Failure','reason':'Forbidden','message':'you may not','code':403}");
}

static void serve(struct wire *wire, struct kube *kube)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(node_free) node_t *script = node_new_object();
    node_set(script, "routes", replies);
    node_t *other = node_push(node_set(script, "replies", node_new_array()), node_new_object());
    node_set_num(other, "status", 404);
    node_set_str(other, "body",
                 "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"NotFound\",\"message\":\"not found\",\"code\":404}");
    json_print(script, &text);
    wire_start(wire, text.buf);
    struct kube_access access = {.server = wire->url, .ns = "ml"};
    struct kube_settings settings = {.retries = -1};
    ck_assert_int_eq(kube_open(kube, &access, &settings, &err), 0);
}

static const node_t *link_of(const node_t *why, const char *kind)
{
    for (const node_t *link = node_first(node_get(why, "chain")); link; link = node_next(link))
        if (strcmp(node_str(link, "/kind", ""), kind) == 0)
            return link;
    return NULL;
}

#define POD(name, spec, status)                                                \
    "{'metadata':{'name':'" name "','namespace':'ml','uid':'u'},'spec':{" spec \
    "'containers':[{'name':'main','resources':{'limits':{'nvidia.com/gpu':'8','memory':'2Gi'}}}]},'status':{" status "}}"

START_TEST(a_user_who_may_not_see_the_nodes_is_told_what_the_scheduler_said)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube = {0};
    route("/api/v1/namespaces/ml/pods/a", 200,
          POD("a", "",
              "'phase':'Pending','conditions':[{'type':'PodScheduled','status':'False','reason':'Unschedulable','message':'0/3 "
              "nodes are "
              "available: 2 Insufficient nvidia.com/gpu, 1 node(s) had untolerated taint {team: vision}. preemption: none'}]"));
    refuse("/api/v1/nodes");
    serve(&wire, &kube);
    struct why_place place = {.kube = &kube};
    CLEANUP(node_free) node_t *why = why_pod(&place, "a", &err);
    ck_assert_ptr_nonnull(why);
    ck_assert_str_eq(node_str(why, "/verdict", ""), "waiting");
    ck_assert_str_eq(node_str(link_of(why, "resource"), "/reason", ""), "asked 8");
    ck_assert_str_eq(node_str(link_of(why, "taint"), "/name", ""), "team: vision");
    ck_assert(!node_bool(link_of(why, "nodes"), "/seen", true));
}
END_TEST

START_TEST(a_kill_for_memory_names_the_limit)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube = {0};
    route("/api/v1/namespaces/ml/pods/a", 200,
          POD("a", "'nodeName':'n',",
              "'phase':'Failed','containerStatuses':[{'name':'main','restartCount':0,'state':{'terminated':{'exitCode':137,'"
              "reason':"
              "'OOMKilled'}}}]"));
    route("/api/v1/nodes/n", 200, "{'metadata':{'name':'n'},'status':{'conditions':[{'type':'Ready','status':'True'}]}}");
    serve(&wire, &kube);
    struct why_place place = {.kube = &kube};
    CLEANUP(node_free) node_t *why = why_pod(&place, "a", &err);
    ck_assert_str_eq(node_str(why, "/verdict", ""), "failed");
    ck_assert_str_eq(node_str(link_of(why, "container"), "/reason", ""), "exit 137 (OOMKilled), limit 2Gi");
    ck_assert_ptr_null(link_of(why, "node"));
}
END_TEST

/* The log is not asked for: the node that had it may be gone. */
START_TEST(the_end_of_a_log_that_the_status_keeps_is_told)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube = {0};
    route("/api/v1/namespaces/ml/pods/a", 200,
          "{'metadata':{'name':'a','namespace':'ml','uid':'u'},'spec':{'nodeName':'n','containers':[{'name':'main',"
          "'terminationMessagePolicy':'FallbackToLogsOnError'}]},'status':{'phase':'Failed','containerStatuses':[{'name':'main',"
          "'restartCount':0,'state':{'terminated':{'exitCode':5,'reason':'Error','message':'epoch 2\\nno space left\\n'}}}]}}");
    route("/api/v1/nodes/n", 200, "{'metadata':{'name':'n'},'status':{'conditions':[{'type':'Ready','status':'True'}]}}");
    serve(&wire, &kube);
    struct why_place place = {.kube = &kube};
    CLEANUP(node_free) node_t *why = why_pod(&place, "a", &err);
    ck_assert_str_eq(node_str(link_of(why, "container"), "/reason", ""), "exit 5 (Error)");
    ck_assert_str_eq(node_str(link_of(why, "log"), "/reason", ""), "epoch 2 \u00b7 no space left");
}
END_TEST

START_TEST(an_eviction_and_a_node_that_is_gone_are_told)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube = {0};
    route("/api/v1/namespaces/ml/pods/a", 200,
          POD("a", "'nodeName':'n',", "'phase':'Failed','reason':'Evicted','message':'The node was low on resource: memory.'"));
    route("/api/v1/nodes/n", 200, "{'metadata':{'name':'n'},'status':{'conditions':[{'type':'Ready','status':'True'}]}}");
    route("/api/v1/namespaces/ml/pods/b", 200, POD("b", "'nodeName':'lost',", "'phase':'Running'"));
    serve(&wire, &kube);
    struct why_place place = {.kube = &kube};
    CLEANUP(node_free) node_t *evicted = why_pod(&place, "a", &err);
    ck_assert_str_eq(node_str(evicted, "/summary", ""), "pod a: Evicted: The node was low on resource: memory.");
    CLEANUP(node_free) node_t *lost = why_pod(&place, "b", &err);
    ck_assert_str_eq(node_str(link_of(lost, "node"), "/state", ""), "missing");
    ck_assert_str_eq(node_str(lost, "/summary", ""), "pod b is on node lost, which is not there any more");
}
END_TEST

#define RANK(index, code, at)                                                                                                \
    "{'metadata':{'name':'j-" index "','namespace':'ml','uid':'u" index                                                      \
    "','labels':{'batch.kubernetes.io/job-name':'j','batch.kubernetes.io/"                                                   \
    "job-completion-index':'" index "'}},'spec':{'nodeName':'n','containers':[{'name':'main'}]},'status':{'phase':'Failed'," \
    "'containerStatuses':[{'name':'main','state':{'terminated':{'exitCode':" code ",'reason':'Error','finishedAt':'" at      \
    "'}}}]}}"

START_TEST(of_many_ranks_the_first_that_failed_is_told)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube = {0};
    route("/apis/batch/v1/namespaces/ml/jobs/j", 200,
          "{'metadata':{'name':'j','uid':'j'},'status':{'conditions':[{'type':'FailureTarget','status':'True'},{'type':'Failed','"
          "status':"
          "'True','message':'Job has reached the specified backoff limit'}]}}");
    route("/api/v1/namespaces/ml/pods", 200,
          "{'items':[" RANK("0", "143", "2026-01-01T00:00:09Z") "," RANK("3", "7", "2026-01-01T00:00:05Z") "," RANK(
              "1", "143", "2026-01-01T00:00:08Z") "]}");
    route("/api/v1/namespaces/ml/pods/j-3/log", 200, "step 11\nloss is nan\n");
    route("/api/v1/nodes/n", 200, "{'metadata':{'name':'n'},'status':{'conditions':[{'type':'Ready','status':'True'}]}}");
    serve(&wire, &kube);
    struct why_place place = {.kube = &kube};
    CLEANUP(node_free) node_t *why = why_job(&place, "j", &err);
    ck_assert_str_eq(node_str(why, "/summary", ""),
                     "rank 3: container main of pod j-3 ended with exit 7 (Error): step 11 \u00b7 loss is nan");
    ck_assert_str_eq(node_str(link_of(why, "pod"), "/name", ""), "j-3");
    ck_assert_str_eq(node_str(link_of(why, "pods"), "/state", ""), "2 more");
}
END_TEST

START_TEST(a_quota_that_refused_is_parsed)
{
    CLEANUP(node_free)
    node_t *refusal = quota_refusal(
        "Error creating: pods \"j-x\" is forbidden: exceeded quota: team, requested: requests.nvidia.com/gpu=4,pods=1, used: "
        "pods=3,requests.nvidia.com/gpu=6, limited: requests.nvidia.com/gpu=8,pods=3");
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(refusal, &text);
    ck_assert_str_eq(text.buf, "{\"quota\":\"team\",\"resources\":[{\"resource\":\"requests.nvidia.com/"
                               "gpu\",\"asked\":\"4\",\"used\":\"6\",\"limit\":\"8\"},"
                               "{\"resource\":\"pods\",\"asked\":\"1\",\"used\":\"3\",\"limit\":\"3\"}]}");
    ck_assert_ptr_null(quota_refusal("pods \"x\" is forbidden: violates PodSecurity"));
    ck_assert_ptr_null(quota_refusal("exceeded quota: "));
}
END_TEST

#define WORKLOAD(name, priority, created, more)                                                            \
    "{'metadata':{'name':'job-" name "','namespace':'ml','creationTimestamp':'" created                    \
    "','ownerReferences':[{'kind':'Job','name':'" name "'}]},'spec':{'queueName':'q','priority':" priority \
    ",'podSets':[{'count':2,'template':{'spec':{'containers':[{'resources':{'requests':{'"                 \
    "nvidia.com/gpu':'4'}}}]}}}]" more

static void kueue_routes(void)
{
    route("/apis/kueue.x-k8s.io/v1beta1/namespaces/ml/localqueues", 200,
          "{'items':[{'metadata':{'name':'q','namespace':'ml'},'spec':{'clusterQueue':'cq'},'status':{'pendingWorkloads':3,'"
          "admittedWorkloads':0,"
          "'conditions':[{'type':'Active','status':'True'}]}}]}");
    route("/apis/kueue.x-k8s.io/v1beta1/namespaces/ml/workloads", 200,
          "{'items':[" WORKLOAD("late", "0", "2026-01-01T00:00:02Z", "}}") "," WORKLOAD(
              "early", "0", "2026-01-01T00:00:01Z",
              "}}") "," WORKLOAD("first", "5", "2026-01-01T00:00:03Z",
                                 "}}") "," WORKLOAD("off", "9", "2026-01-01T00:00:00Z",
                                                    ",'active':false}}") "," WORKLOAD("runs", "9", "2026-01-01T00:00:00Z",
                                                                                      "},'status':{'conditions':[{'type':'"
                                                                                      "Admitted','status':'True'}]}}") "]}");
}

START_TEST(an_order_that_is_not_served_is_worked_out_and_marked)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube = {0};
    CLEANUP(kueue_release) struct kueue kueue = {0};
    CLEANUP(str_release) struct str lines = STR_INIT;
    kueue_routes();
    refuse("/apis/kueue.x-k8s.io/v1beta1/clusterqueues/cq");
    serve(&wire, &kube);
    ck_assert_int_eq(kueue_open(&kueue, &kube, "ml", &err), 0);
    CLEANUP(node_free) node_t *waiting = kueue_waiting(&kueue, "q", &err);
    for (const node_t *one = node_first(waiting); one; one = node_next(one))
        str_addf(&lines, "%.0f %s %s %d %s\n", node_num(one, "/position", 0), node_str(one, "/job", "?"),
                 node_str(one, "/state", "?"), node_bool(one, "/estimated", false), node_str(one, "/behind", "-"));
    ck_assert_str_eq(lines.buf, "0 train/off Inactive 0 -\n1 train/first Pending 1 -\n2 train/early Pending 1 train/first\n"
                                "3 train/late Pending 1 train/early\n");
    ck_assert_double_eq(node_num(node_get(node_get(node_first(waiting), "asks"), "nvidia.com/gpu"), "", 0), 8);
    CLEANUP(node_free) node_t *queues = kueue_queues(&kueue);
    ck_assert(!node_bool(node_first(queues), "/quota_seen", true));
    ck_assert_int_eq(node_type(node_get(node_first(queues), "quota")), NODE_NULL);
    ck_assert_ptr_nonnull(strstr(node_str(node_first(queues), "/quota_unseen_because", ""), "not allowed"));
}
END_TEST

START_TEST(kueues_own_order_wins_and_names_who_is_before)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube = {0};
    CLEANUP(kueue_release) struct kueue kueue = {0};
    CLEANUP(str_release) struct str lines = STR_INIT;
    kueue_routes();
    route("/apis/visibility.kueue.x-k8s.io/v1beta1/namespaces/ml/localqueues/q/pendingworkloads", 200,
          "{'items':[{'metadata':{'name':'job-late','namespace':'ml'},'positionInLocalQueue':0},{'metadata':{'name':'job-early','"
          "namespace':'ml'},"
          "'positionInLocalQueue':1},{'metadata':{'name':'job-first','namespace':'ml'},'positionInLocalQueue':2}]}");
    route("/apis/visibility.kueue.x-k8s.io/v1beta1/clusterqueues/cq/pendingworkloads", 200,
          "{'items':[{'metadata':{'name':'job-x','namespace':'other','ownerReferences':[{'kind':'RayJob','name':'x'}]},'"
          "positionInClusterQueue':0},"
          "{'metadata':{'name':'job-late','namespace':'ml'},'positionInClusterQueue':1}]}");
    serve(&wire, &kube);
    ck_assert_int_eq(kueue_open(&kueue, &kube, "ml", &err), 0);
    CLEANUP(node_free) node_t *waiting = kueue_waiting(&kueue, "q", &err);
    for (const node_t *one = node_first(waiting); one; one = node_next(one))
        if (strcmp(node_str(one, "/state", ""), "Pending") == 0)
            str_addf(&lines, "%.0f %s %d %s\n", node_num(one, "/position", 0), node_str(one, "/job", "?"),
                     node_bool(one, "/estimated", true), node_str(one, "/behind", "-"));
    ck_assert_str_eq(lines.buf,
                     "1 train/late 0 rayjob/x in other\n2 train/early 0 workload/job-late\n3 train/first 0 workload/job-early\n");
    ck_assert_ptr_null(kueue_waiting(&kueue, "none", &err));
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
    ck_assert_str_eq(err.why, "there are: q");
}
END_TEST

START_TEST(without_kueue_it_says_so)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube = {0};
    CLEANUP(kueue_release) struct kueue kueue = {0};
    route("/apis/kueue.x-k8s.io/v1beta1/namespaces/ml/localqueues", 404, "404 page not found");
    route("/apis/kueue.x-k8s.io/v1beta2/namespaces/ml/localqueues", 404, "404 page not found");
    serve(&wire, &kube);
    ck_assert_int_eq(kueue_open(&kueue, &kube, "ml", &err), -1);
    ck_assert_int_eq(err.code, ERR_FAILED);
    ck_assert_ptr_nonnull(strstr(err.why, "Kueue is not installed"));
    ck_assert_ptr_nonnull(strstr(err.hint, "install Kueue"));
}
END_TEST

#define QUEUE(ns, name, pending) "{'metadata':{'name':'" name "','namespace':'" ns "'},'status':{'pendingWorkloads':" pending "}}"
#define QUEUES                   "/apis/kueue.x-k8s.io/v1beta1/localqueues"
#define QUEUES_OF_ML             "/apis/kueue.x-k8s.io/v1beta1/namespaces/ml/localqueues"
#define ORDER(ns, name)          "/apis/visibility.kueue.x-k8s.io/v1beta1/namespaces/" ns "/localqueues/" name "/pendingworkloads"
#define ENTRY(owner, place)      "{'metadata':{'name':'w','namespace':'ml'" owner "},'localQueueName':'gpus'" place "}"

static void take_places(struct prom_result *ret, int expected, struct err *err)
{
    CLEANUP(kube_release) struct kube kube = {0};
    CLEANUP(wire_stop) struct wire wire = {0};
    serve(&wire, &kube);
    ck_assert_int_eq(places_fetch(&kube, ret, err), expected);
}

/* Of others anything may come: what has no owner or no place is left out; a queue that does not say its order does not take
 * the others'. */
START_TEST(places_are_those_that_kueue_tells)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    route(QUEUES, 200, "{'items':[" QUEUE("ml", "gpus", "2") "," QUEUE("ml", "empty", "0") "," QUEUE("x", "dark", "1") ",7,{}]}");
    route(ORDER("ml", "gpus"), 200,
          "{'items':[" ENTRY(",'ownerReferences':[{'kind':'Job','name':'bert'}]", ",'positionInLocalQueue':1") "," ENTRY(
              ",'ownerReferences':[{'kind':'Job','name':'gpt'}]", "") "," ENTRY("", ",'positionInLocalQueue':0") ",[],5]}");
    refuse(ORDER("x", "dark"));
    take_places(&result, 0, &err);
    ck_assert_uint_eq(result.n, 1);
    ck_assert_str_eq(prom_label(&result.series[0], "job_name"), "bert");
    ck_assert_str_eq(prom_label(&result.series[0], "namespace"), "ml");
    ck_assert_str_eq(prom_label(&result.series[0], "queue"), "gpus");
    ck_assert_double_eq_tol(result.series[0].points[0].value, 2, 1e-9);
}
END_TEST

START_TEST(places_of_the_own_namespace_are_better_than_none)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    refuse(QUEUES);
    route(QUEUES_OF_ML, 200, "{'items':[" QUEUE("ml", "gpus", "1") "]}");
    route(ORDER("ml", "gpus"), 200,
          "{'items':[" ENTRY(",'ownerReferences':[{'kind':'Job','name':'bert'}]", ",'positionInLocalQueue':0") "]}");
    take_places(&result, 0, &err);
    ck_assert_uint_eq(result.n, 1);
}
END_TEST

START_TEST(places_that_nobody_tells_are_unknown)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    route(QUEUES, 200, "{'items':[" QUEUE("ml", "gpus", "1") "]}");
    refuse(ORDER("ml", "gpus"));
    take_places(&result, -1, &err);
    ck_assert_int_eq(err.code, ERR_AUTH);
    err_clear(&err);
    start(); /* no Kueue there: that is no failure */
    route(QUEUES, 404, "404 page not found");
    route("/apis/kueue.x-k8s.io/v1beta2/localqueues", 404, "404 page not found");
    take_places(&result, 1, &err);
    ck_assert_int_eq(err.code, ERR_OK);
    ck_assert_uint_eq(result.n, 0);
}
END_TEST

Suite *suite_why_wire(void)
{
    Suite *suite = suite_create("why_wire");
    TCase *tcase = tcase_create("why_wire");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, start, NULL);
    tcase_add_test(tcase, a_user_who_may_not_see_the_nodes_is_told_what_the_scheduler_said);
    tcase_add_test(tcase, a_kill_for_memory_names_the_limit);
    tcase_add_test(tcase, the_end_of_a_log_that_the_status_keeps_is_told);
    tcase_add_test(tcase, an_eviction_and_a_node_that_is_gone_are_told);
    tcase_add_test(tcase, of_many_ranks_the_first_that_failed_is_told);
    tcase_add_test(tcase, a_quota_that_refused_is_parsed);
    tcase_add_test(tcase, an_order_that_is_not_served_is_worked_out_and_marked);
    tcase_add_test(tcase, kueues_own_order_wins_and_names_who_is_before);
    tcase_add_test(tcase, without_kueue_it_says_so);
    tcase_add_test(tcase, places_are_those_that_kueue_tells);
    tcase_add_test(tcase, places_of_the_own_namespace_are_better_than_none);
    tcase_add_test(tcase, places_that_nobody_tells_are_unknown);
    suite_add_tcase(suite, tcase);
    return suite;
}
