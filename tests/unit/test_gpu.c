#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "gpu/gpu.h"
#include "gpu/idle.h"
#include "gpu/reclaim.h"
#include "gpu/resource.h"
#include "gpu/share.h"
#include "suites.h"
#include "wire.h"

static node_t *parsed(const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str json = STR_INIT;
    for (const char *c = text; *c; c++)
        str_addc(&json, *c == '\'' ? '"' : *c);
    node_t *node = json_parse(json.buf, json.len, "test", &err);
    ck_assert_msg(node, "%s", err.what);
    return node;
}

static void route(node_t *routes, const char *path, int status, const char *body)
{
    CLEANUP(node_free) node_t *answer = *body == '{' ? parsed(body) : NULL;
    CLEANUP(str_release) struct str text = STR_INIT;
    if (answer)
        json_print(answer, &text);
    else
        str_add(&text, body);
    node_t *replies = node_get(routes, path);
    if (!replies)
        replies = node_set(routes, path, node_new_array());
    node_t *reply = node_push(replies, node_new_object());
    node_set_num(reply, "status", status);
    node_set_str(reply, "body", text.buf);
}

static void serve(struct wire *wire, node_t *routes)
{
    CLEANUP(node_free) node_t *play = node_new_object();
    CLEANUP(str_release) struct str text = STR_INIT;
    node_set(play, "routes", routes);
    json_print(play, &text);
    wire_start(wire, text.buf);
}

static const struct {
    const char *pod;
    double gpus;
} asks[] = {
    {"{'spec':{'containers':[{'resources':{'limits':{'nvidia.com/gpu':'2','cpu':'1'}}},{'resources':{'limits':{'nvidia.com/"
     "gpu':1}}}]}}",
     3},
    {"{'spec':{'initContainers':[{'resources':{'limits':{'nvidia.com/"
     "gpu':'4'}}}],'containers':[{'resources':{'limits':{'nvidia.com/gpu':'1'}}}]}}",
     4},
    {"{'spec':{'initContainers':[{'restartPolicy':'Always','resources':{'limits':{'nvidia.com/gpu':'1'}}},"
     "{'resources':{'limits':{'nvidia.com/gpu':'2'}}}],'containers':[{'resources':{'limits':{'nvidia.com/gpu':'1'}}}]}}",
     3},
    {"{'spec':{'containers':[{'resources':{'limits':{'nvidia.com/gpu':'none'}}}]}}", 0},
    {"{'spec':{'containers':[{'resources':{'limits':{'cpu':'1'}}}]}}", 0},
};

START_TEST(pods_ask_for_what_the_scheduler_counts)
{
    CLEANUP(node_free) node_t *pod = parsed(asks[_i].pod);
    CLEANUP(node_free) node_t *asked = gpu_asked(pod);
    ck_assert_double_eq(node_num(asked, "/nvidia.com~1gpu", 0), asks[_i].gpus);
}
END_TEST

#define NODE_MIG                                                                                                     \
    "{'metadata':{'name':'mig','labels':{'nvidia.com/gpu.product':'A100-SXM4-40GB','nvidia.com/gpu.memory':'40960'," \
    "'nvidia.com/mig.strategy':'mixed','nvidia.com/mig-1g.5gb.memory':'4864'}},"                                     \
    "'status':{'capacity':{'nvidia.com/mig-1g.5gb':'7'},'allocatable':{'nvidia.com/mig-1g.5gb':'6'},"                \
    "'conditions':[{'type':'Ready','status':'True'}]}}"
#define NODE_SHARED                                                                                              \
    "{'metadata':{'name':'shared','labels':{'nvidia.com/gpu.product':'T4-SHARED','nvidia.com/gpu.replicas':'4'," \
    "'nvidia.com/gpu.sharing-strategy':'time-slicing'}},'spec':{'unschedulable':true},"                          \
    "'status':{'capacity':{'nvidia.com/gpu':'4'},'allocatable':{'nvidia.com/"                                    \
    "gpu':'4'},'conditions':[{'type':'Ready','status':'True'}]}}"
#define NODE_BARE                                       \
    "{'metadata':{'name':'bare','labels':{'nvidia.com/" \
    "gpu.count':'2'}},'status':{'conditions':[{'type':'Ready','status':'True'}]}}"
#define POD(name, node, resource)                                                                                             \
    "{'metadata':{'name':'" name "','namespace':'n','labels':{'batch.kubernetes.io/job-name':'j'}},'spec':{'nodeName':'" node \
    "','containers':[{'resources':{'limits':{" resource "}}}]}}"
#define DEVICE(name) \
    "{'name':'" name "','basic':{'attributes':{'productName':{'string':'H100'}},'capacity':{'memory':{'value':'80Gi'}}}}"

static void load(struct wire *wire, struct gpu_inventory *inventory)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(kube_release) struct kube kube = {0};
    struct kube_access access = {.server = wire->url};
    ck_assert_int_eq(kube_open(&kube, &access, &(struct kube_settings){.retries = -1}, &err), 0);
    ck_assert_msg(gpu_inventory_load(inventory, &kube, &err) == 0, "%s: %s", err.what, err.why);
}

static void serve_cluster(struct wire *wire)
{
    node_t *routes = node_new_object();
    route(routes, "/api/v1/nodes", 200, "{'metadata':{'continue':'x'},'items':[" NODE_MIG "]}");
    route(routes, "/api/v1/nodes", 200, "{'items':[" NODE_SHARED "," NODE_BARE "]}");
    route(
        routes, "/api/v1/pods", 200,
        "{'items':[" POD("p", "mig", "'nvidia.com/mig-1g.5gb':'2'") "," POD(
            "idle", "mig",
            "'cpu':'1'") ","
                         "{'metadata':{'name':'d','namespace':'n'},'spec':{'nodeName':'dra','resourceClaims':[{'name':'g'}]}}]}");
    route(routes, "/apis/resource.k8s.io/v1/resourceslices", 404, "404 page not found");
    route(routes, "/apis/resource.k8s.io/v1beta2/resourceslices", 404, "404 page not found");
    route(routes, "/apis/resource.k8s.io/v1beta1/resourceslices", 200,
          "{'items':[{'spec':{'driver':'gpu.nvidia.com','nodeName':'dra','pool':{'name':'dra'},'devices':[" DEVICE(
              "gpu-0") "," DEVICE("gpu-1") "]}},{'spec':{'driver':'nic.example.com','nodeName':'dra','pool':{'name':'dra'},'"
                                           "devices':[{'name':'x'}]}}]}");
    route(routes, "/apis/resource.k8s.io/v1/resourceclaims", 404, "404 page not found");
    route(routes, "/apis/resource.k8s.io/v1beta2/resourceclaims", 404, "404 page not found");
    route(routes, "/apis/resource.k8s.io/v1beta1/resourceclaims", 200,
          "{'items':[{'metadata':{'namespace':'n'},'status':{'reservedFor':[{'resource':'pods','name':'d'}],"
          "'allocation':{'devices':{'results':[{'driver':'gpu.nvidia.com','pool':'dra','device':'gpu-1'}]}}}}]}");
    serve(wire, routes);
}

static void row_is(const node_t *row, const char *wanted)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    static const char *const members[] = {"/node", "/state", "/resource", "/mig", "/sharing", "/pod", "/owner/text"};
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        str_addf(&text, "%s ", node_str(row, members[i], "-"));
    str_addf(&text, "%g %g", node_num(row, "/gpus", -1), node_num(row, "/memory_bytes", -1) / (1 << 20));
    ck_assert_str_eq(text.buf, wanted);
    ck_assert_int_eq(node_type(node_get(row, "util_ratio")), NODE_NULL);
}

START_TEST(rows_tell_who_holds_what)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(gpu_inventory_release) struct gpu_inventory inventory;
    CLEANUP(gpu_measured_release) struct gpu_measured measured;
    CLEANUP(err_release) struct err nobody = ERR_INIT;
    err_set(&nobody, ERR_USAGE, "nobody measures");
    serve_cluster(&wire);
    load(&wire, &inventory);
    gpu_measure(&measured, &inventory, NULL, &nobody, 0);
    ck_assert_str_eq(measured.unknown.what, "nobody measures");
    CLEANUP(node_free) node_t *rows = gpu_rows(&inventory, &measured);
    const node_t *row = node_first(rows);
    row_is(row, "mig Held nvidia.com/mig-1g.5gb 1g.5gb - p train/j 2 4864");
    row_is(row = node_next(row), "mig Free nvidia.com/mig-1g.5gb 1g.5gb - - - 4 4864");
    row_is(row = node_next(row), "mig Unhealthy nvidia.com/mig-1g.5gb 1g.5gb - - - 1 4864");
    row_is(row = node_next(row), "shared Cordoned nvidia.com/gpu - time-slicing - - 4 -9.53674e-07");
    row_is(row = node_next(row), "bare NotOffered nvidia.com/gpu - - - - 2 -9.53674e-07");
    row_is(row = node_next(row), "dra NotReady gpu.nvidia.com - - - - 1 81920");
    row_is(row = node_next(row), "dra Held gpu.nvidia.com - - d pod/d 1 81920");
    ck_assert_ptr_null(node_next(row));
}
END_TEST

static const struct {
    const char *cards; /* of a pod that holds two GPUs */
    const char *node;
    int held_min;
    const char *state, *why;
} judgements[] = {
    {"[{'peak_ratio':0.01,'covered_ratio':1},{'peak_ratio':0.04,'covered_ratio':0.95}]", "{}", 60, "Idle", NULL},
    {"[{'peak_ratio':0.01,'covered_ratio':1},{'peak_ratio':0.05,'covered_ratio':1}]", "{}", 60, "Busy", NULL},
    {"[{'peak_ratio':0,'covered_ratio':1}]", "{}", 60, "Unknown", "1 of 2 GPUs are measured"},
    {"[{'peak_ratio':0,'covered_ratio':1}]", "{'sharing':'time-slicing'}", 60, "Idle", NULL},
    {"[{'peak_ratio':0,'covered_ratio':1},{'peak_ratio':0,'covered_ratio':0.5}]", "{}", 60, "Unknown",
     "measured for 50% of the time only"},
    {"[{'peak_ratio':0,'covered_ratio':1},{'covered_ratio':1}]", "{}", 60, "Unknown", "measured for 100% of the time only"},
    {"[]", "{}", 60, "Unknown", "no dcgm-exporter of node n1 is in Prometheus"},
    {"[{'peak_ratio':0,'covered_ratio':1},{'peak_ratio':0,'covered_ratio':1}]", "{}", 10, "New", "has them for 10m only"},
};

static void free_cards(void *cards) { free(((struct gpu_cards *)cards)->v); }

START_TEST(only_what_is_measured_all_the_time_is_idle)
{
    CLEANUP(node_free) node_t *node = parsed(judgements[_i].node);
    CLEANUP(node_free) node_t *list = parsed(judgements[_i].cards);
    CLEANUP(node_free) node_t *pods = parsed("[{'namespace':'n','pod':'p','node':'n1','asks':{'nvidia.com/gpu':2}}]");
    CLEANUP(str_release) struct str since = STR_INIT;
    rfc3339_print(&since, clock_wall_ms() - judgements[_i].held_min * 60000LL);
    node_set_str(node_first(pods), "since", since.buf);
    struct gpu_inventory inventory = {.pods = pods, .by_node = MAP_INIT(NULL)};
    struct gpu_measured measured = {.by_pod = MAP_INIT(free_cards), .by_node = MAP_INIT(NULL), .unknown = ERR_INIT};
    struct gpu_cards cards = {0};
    map_set(&inventory.by_node, "n1", node);
    for (node_t *card = node_first(list); card; card = node_next(card)) {
        GROW(cards.v, cards.n, cards.cap);
        cards.v[cards.n++] = card;
    }
    if (cards.n)
        map_set(&measured.by_pod, "n/p", &cards);
    struct gpu_rule rule = {.for_ms = 30 * 60000, .below_ratio = 0.05};
    CLEANUP(node_free) node_t *rows = gpu_judge(&inventory, &measured, &rule);
    ck_assert_str_eq(node_str(rows, "/0/state", ""), judgements[_i].state);
    if (judgements[_i].why)
        ck_assert_str_eq(node_str(rows, "/0/why", ""), judgements[_i].why);
    map_release(&measured.by_pod);
    map_release(&inventory.by_node);
}
END_TEST

#define ROW(pod, state, kind, name, text)                                                                                      \
    "{'namespace':'n','pod':'" pod "','state':'" state "','gpus':1,'owner':{'kind':'" kind "','name':'" name "','text':'" text \
    "'}}"

static void plan_is(const node_t *item, const char *wanted)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "%s %s: %s%s", node_str(item, "/name", ""), node_str(item, "/state", ""), node_str(item, "/action", ""),
             node_str(item, "/why", ""));
    ck_assert_str_eq(text.buf, wanted);
}

static void serve_owners(struct wire *wire)
{
    node_t *routes = node_new_object();
    route(routes, "/api/v1/namespaces/n", 200, "{'metadata':{'name':'n'}}");
    route(routes, "/apis/batch/v1/namespaces/n/jobs/a", 200, "{'metadata':{'uid':'u1'}}");
    route(routes, "/apis/batch/v1/namespaces/n/jobs/q", 200,
          "{'metadata':{'uid':'u2','labels':{'kueue.x-k8s.io/queue-name':'x'}}}");
    route(routes, "/apis/apps/v1/namespaces/n/deployments/d", 200, "{'metadata':{'annotations':{'aiwf/no-reclaim':'true'}}}");
    serve(wire, routes);
}

START_TEST(a_job_is_idle_when_all_of_it_is)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube = {0};
    serve_owners(&wire);
    struct kube_access access = {.server = wire.url};
    ck_assert_int_eq(kube_open(&kube, &access, &(struct kube_settings){.retries = -1}, &err), 0);
    CLEANUP(node_free)
    node_t *judged = parsed(
        "[" ROW("a-0", "Idle", "Job", "a", "train/a") "," ROW("a-1", "Idle", "Job", "a", "train/a") "," ROW("b-0", "Idle", "Job", "b", "train/b") "," ROW(
            "b-1", "Busy",
            "Job", "b",
            "train/b") "," ROW("c-0", "Unknown", "Job", "c",
                               "train/c") "," ROW("c-1", "Idle", "Job", "c",
                                                  "train/c") "," ROW("q-0", "Idle", "Job", "q",
                                                                     "train/q") "," ROW("d-0", "Idle", "Deployment", "d",
                                                                                        "deployment/d") "," ROW("p", "Idle",
                                                                                                                "Pod", "p",
                                                                                                                "pod/p") "," ROW("s",
                                                                                                                                 "Idle",
                                                                                                                                 "DaemonSet",
                                                                                                                                 "s",
                                                                                                                                 "daemonset/s") "]");
    struct strv none = STRV_INIT;
    CLEANUP(node_free) node_t *plan = gpu_reclaim_plan(&kube, judged, &none, &err);
    const node_t *item = node_first(plan);
    plan_is(item, "train/a Idle: suspend");
    ck_assert_double_eq(node_num(item, "/gpus", 0), 2);
    plan_is(item = node_next(item), "train/b Busy: it is not idle");
    plan_is(item = node_next(item), "train/c Unknown: it is not idle");
    plan_is(item = node_next(item), "train/q Idle: deactivate in Kueue");
    plan_is(item = node_next(item), "deployment/d Idle: it has the annotation aiwf/no-reclaim");
    plan_is(item = node_next(item), "pod/p Idle: a pod of its own is only deleted when it is named");
    plan_is(node_next(item), "daemonset/s Idle: nothing scales it to zero");
}
END_TEST

static const struct {
    const char *text, *wanted; /* what it makes, or what is wrong */
} configs[] = {
    {"version: v1", "none 1 0"},
    {"version: v1\nsharing: {timeSlicing: {resources: [{name: nvidia.com/gpu, replicas: 4}]}}", "time-slicing 4 0"},
    {"version: v1\nsharing: {mps: {renameByDefault: true, resources: [{name: nvidia.com/gpu, replicas: 2}]}}", "mps 2 1"},
    {"version: v1\nsharing: {timeSlicing: {resources: [{name: nvidia.com/mig-1g.5gb, replicas: 2}]}}", "time-slicing 1 0"},
    {"flags: {}", "none 1 0"},
    {"sharing: {timeSlicing: {resources: [{name: gpu, devices: all, replicas: 3}]}}", "time-slicing 3 0"},
    {"sharing: {timeSlicing: {resources: [{name: gpu, devices: [0, \"0:1\", GPU-b1], replicas: 3}]}}", "time-slicing 3 0"},
    {"sharing: {timeSlicing: {resources: [{name: gpu, devices: 0, replicas: 3}]}}", "f:1:58: devices: "},
    {"sharing: {timeSlicing: {resources: [{name: gpu, devices: some, replicas: 3}]}}", "f:1:58: devices: "},
    {"sharing: {timeSlicing: {resources: [{name: gpu, devices: [first], replicas: 3}]}}", "f:1:58: devices: "},
    {"sharing: {timeSlicing: {resources: [{name: gpu-, replicas: 3}]}}", "f:1:44: "},
    {"flags: {plugin: {deviceIDStrategy: name}}", "f:1:36: "},
    {"flags: {plugin: {deviceStrategy: name}}", "f:1:18: "},
    {"imex: {channelIDs: [0]}", "none 1 0"},
    {"imex: {channelIDs: [1]}", "f:1:20: channelIDs: "},
    {"version: v1\nsharing: {timeSlicing: {resources: []}}", "f:2:36: resources: nothing is named"},
    {"version: v1\nsharing: {timeSlicing: {resources: [{name: amd.com/gpu, replicas: 2}]}}", "f:2:44: "},
    {"version: v1\nflags: {migStrategy: single}\nsharing: {mps: {resources: [{name: nvidia.com/gpu, replicas: 2}]}}",
     "f:3:16: mps: not with MIG (migStrategy is single)"},
};

START_TEST(configurations_are_checked_before_they_are_sent)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    struct gpu_share share;
    ck_assert_int_eq(doc_parse(&doc, configs[_i].text, strlen(configs[_i].text), "f", &err), 0);
    if (gpu_share_read(&doc, &share, &err) != 0) {
        ck_assert_int_eq(err.code, ERR_USAGE);
        ck_assert_msg(strstr(err.what, configs[_i].wanted) == err.what, "%s", err.what);
        return;
    }
    AUTOFREE char *made = xasprintf("%s %lld %d", share.strategy, (long long)share.replicas, share.is_renamed);
    ck_assert_str_eq(made, configs[_i].wanted);
}
END_TEST

Suite *suite_gpu(void)
{
    Suite *suite = suite_create("gpu");
    TCase *tc = tcase_create("gpu");
    tcase_add_loop_test(tc, pods_ask_for_what_the_scheduler_counts, 0, (int)ARRAY_LEN(asks));
    tcase_add_test(tc, rows_tell_who_holds_what);
    tcase_add_loop_test(tc, only_what_is_measured_all_the_time_is_idle, 0, (int)ARRAY_LEN(judgements));
    tcase_add_test(tc, a_job_is_idle_when_all_of_it_is);
    tcase_add_loop_test(tc, configurations_are_checked_before_they_are_sent, 0, (int)ARRAY_LEN(configs));
    suite_add_tcase(suite, tc);
    return suite;
}
