#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gpu/gpu.h"
#include "gpu/resource.h"
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

Suite *suite_gpu(void)
{
    Suite *suite = suite_create("gpu");
    TCase *tc = tcase_create("gpu");
    tcase_add_loop_test(tc, pods_ask_for_what_the_scheduler_counts, 0, (int)ARRAY_LEN(asks));
    tcase_add_test(tc, rows_tell_who_holds_what);
    suite_add_tcase(suite, tc);
    return suite;
}
