#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "openstack/dataset.h"
#include "openstack/gpu_list.h"
#include "openstack/neutron.h"
#include "openstack/nova.h"
#include "openstack/placement.h"
#include "openstack/quota.h"
#include "openstack_cloud.h"
#include "scratch.h"
#include "suites.h"
#include "wire.h"

static struct wire wire;
static struct openstack os;
static struct err err;
static char *folder;
static node_t *routes;

/* Texts are JSON with ' for ". */
static char *json_of(const char *text)
{
    char *json = xstrdup(text);
    for (char *p = json; *p; p++)
        if (*p == '\'')
            *p = '"';
    return json;
}

static void route(const char *path, int status, const char *text)
{
    node_t *replies = node_get(routes, path);
    node_t *reply = node_push(replies ? replies : node_set(routes, path, node_new_array()), node_new_object());
    AUTOFREE char *body = json_of(text);
    node_set_num(reply, "status", status);
    node_set_str(reply, "body", body);
}

static void setup(void)
{
    err = ERR_INIT;
    folder = scratch_new();
    routes = node_new_object();
    route("/v3/auth/tokens", 201, "{'token':{'expires_at':'2999-01-01T00:00:00Z','project':{'id':'p1'}}}");
    node_t *headers = node_new_object();
    node_set_str(headers, "X-Subject-Token", "tok");
    node_set(node_first(node_get(routes, "/v3/auth/tokens")), "headers", headers);
}

static void start(void)
{
    CLEANUP(node_free) node_t *all = node_new_object();
    CLEANUP(str_release) struct str text = STR_INIT;
    node_set(all, "routes", TAKE(routes));
    json_print(all, &text);
    wire_start(&wire, text.buf);
    CLEANUP(node_free) node_t *config = node_new_object();
    node_t *auth = node_set(config, "auth", node_new_object());
    node_set_str(auth, "auth_url", wire.url);
    node_set_str(auth, "username", "u");
    node_set_str(auth, "password", "s3cret");
    static const char *const services[] = {"compute", "network", "block_storage", "container_infra", "placement", "image"};
    for (size_t i = 0; i < ARRAY_LEN(services); i++) {
        AUTOFREE char *key = xasprintf("%s_endpoint_override", services[i]);
        node_set_str(config, key, wire.url);
    }
    str_reset(&text);
    json_print(config, &text);
    os = (struct openstack){.cloud = cloud_of(text.buf), .cache_path = path_join(folder, "t.json")};
    struct http_settings settings = {.retries = -1};
    os.http = http_new(&settings, &err);
    ck_assert_ptr_nonnull(os.http);
}

static void teardown(void)
{
    openstack_release(&os);
    err_release(&err);
    wire_stop(&wire);
    scratch_end(folder);
}

/* How often a path was asked for, with a query or without. */
static int asked(const char *path)
{
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    int times = 0;
    for (const node_t *request = node_first(log); request; request = node_next(request))
        times += str_starts(node_str(request, "/path", ""), path);
    return times;
}

/* ---- pages and names ---- */

START_TEST(links_of_nova_are_followed)
{
    route("/v2.1/servers/detail", 200,
          "{'servers':[{'id':'a','links':[]}],'servers_links':[{'rel':'self','href':'x?no=1'},"
          "{'rel':'next','href':'http://elsewhere/v2.1/servers/detail?marker=a'}]}");
    route("/v2.1/servers/detail", 200, "{'servers':[{'id':'b'}]}");
    start();
    CLEANUP(node_free) node_t *items = resource_list(&os, &nova_server, "all_tenants=1", &err);
    ck_assert_msg(items && node_len(items) == 2, "%s", err.what);
    ck_assert_int_eq(asked("/v2.1/servers/detail?marker=a"), 1);
}
END_TEST

static const struct {
    const char *name, *asked;
} filters[] = {
    {"gpu-1", "/v2.1/servers/detail?all_tenants=1&name=gpu-1"},
    {"gpu+1", "/v2.1/servers/detail?all_tenants=1"}, /* a regular expression that does not fit itself */
};

START_TEST(a_name_is_looked_for_by_its_service)
{
    AUTOFREE char *text =
        xasprintf("{'servers':[{'id':'a','name':'%s'},{'id':'b','name':'%sx'}]}", filters[_i].name, filters[_i].name);
    route("/v2.1/servers/detail", 200, text);
    start();
    CLEANUP(node_free) node_t *item = resource_find(&os, &nova_server, filters[_i].name, "all_tenants=1", &err);
    ck_assert_str_eq(node_str(item, "/id", "none"), "a");
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    ck_assert_str_eq(node_str(log, "/1/path", ""), filters[_i].asked);
}
END_TEST

START_TEST(a_floating_ip_is_known_by_its_address)
{
    route("/v2.0/floatingips", 200,
          "{'floatingips':[{'id':'a','floating_ip_address':'1.2.3.4'},{'id':'b','floating_ip_address':'1.2.3.40'}]}");
    start();
    CLEANUP(node_free) node_t *item = resource_show(&os, &neutron_floating_ip, "1.2.3.4", &err);
    ck_assert_str_eq(node_str(item, "/id", "none"), "a");
}
END_TEST

/* ---- GPUs ---- */

#define FLAVORS                                                                                \
    "{'flavors':[{'name':'m1','extra_specs':{}},"                                              \
    "{'name':'one','extra_specs':{'resources:VGPU':'1','trait:CUSTOM_GPU_A100':'required'}},"  \
    "{'name':'four','extra_specs':{'resources:VGPU':'4','trait:CUSTOM_GPU_A100':'required'}}," \
    "{'name':'pci','extra_specs':{'pci_passthrough:alias':'h100:8'}}]}"

static node_t *gpu_named(node_t *flavors, const char *name)
{
    for (node_t *flavor = node_first(flavors); flavor; flavor = node_next(flavor))
        if (strcmp(node_str(flavor, "/name", ""), name) == 0)
            return node_get(flavor, "gpu");
    return NULL;
}

START_TEST(free_gpus_are_counted_once_for_all_flavors)
{
    route("/v2.1/flavors/detail", 200, FLAVORS);
    route("/allocation_candidates", 200,
          "{'allocation_requests':[],'provider_summaries':{"
          "'host':{'resources':{'VCPU':{'capacity':64,'used':1}}},"
          "'card1':{'resources':{'VGPU':{'capacity':8,'used':1}}},"
          "'card2':{'resources':{'VGPU':{'capacity':3,'used':0}}},"
          "'full':{'resources':{'VGPU':{'capacity':2,'used':4}}}}}");
    start();
    CLEANUP(node_free) node_t *flavors = gpu_flavors(&os, &err);
    ck_assert_msg(flavors && node_len(flavors) == 3, "%s", err.what);
    ck_assert_int_eq(node_int(gpu_named(flavors, "one"), "/free", -1), 10);
    ck_assert_int_eq(node_int(gpu_named(flavors, "one"), "/fits", -1), 10);
    ck_assert_int_eq(node_int(gpu_named(flavors, "four"), "/free", -1), 10);
    ck_assert_int_eq(node_int(gpu_named(flavors, "four"), "/fits", -1), 1); /* seven and three: one server has one card */
    ck_assert_int_eq(node_type(node_get(gpu_named(flavors, "pci"), "free")), NODE_NULL);
    ck_assert_int_eq(asked("/allocation_candidates"), 1);
    ck_assert_int_eq(asked("/allocation_candidates?resources=VGPU%3A1&required=CUSTOM_GPU_A100"), 1);
}
END_TEST

START_TEST(who_may_not_ask_placement_is_told_so)
{
    route("/v2.1/flavors/detail", 200, FLAVORS);
    route("/allocation_candidates", 403, "{'errors':[{'status':403,'title':'Forbidden','detail':'not for you'}]}");
    start();
    CLEANUP(node_free) node_t *flavors = gpu_flavors(&os, &err);
    ck_assert_int_eq(node_type(node_get(gpu_named(flavors, "four"), "free")), NODE_NULL);
    ck_assert_ptr_nonnull(strstr(node_str(gpu_named(flavors, "one"), "/unknown", ""), "not for you"));
    ck_assert_ptr_nonnull(strstr(node_str(gpu_named(flavors, "four"), "/unknown", ""), "not for you"));
}
END_TEST

START_TEST(hosts_with_room_are_counted_by_their_roots)
{
    route("/allocation_candidates", 200,
          "{'provider_summaries':{'h1':{'root_provider_uuid':'h1'},'card':{'root_provider_uuid':'h1'},"
          "'h2':{'root_provider_uuid':'h2'}}}");
    start();
    AUTOFREE char *text = json_of("{'vcpus':4,'ram':8192,'disk':0,'swap':512,'extra_specs':{'resources:VGPU':'2'}}");
    CLEANUP(node_free) node_t *flavor = json_parse(text, strlen(text), "flavor", &err);
    ck_assert_int_eq(placement_hosts(&os, flavor, &err), 2);
    ck_assert_int_eq(asked("/allocation_candidates?resources=VCPU%3A4%2CMEMORY_MB%3A8192%2CDISK_GB%3A1%2CVGPU%3A2"), 1);
}
END_TEST

/* ---- quotas ---- */

#define NOVA_QUOTAS "{'quota_set':{'id':'p1','cores':{'limit':20,'in_use':4,'reserved':2},'ram':{'limit':-1,'in_use':512}}}"

static const node_t *row_of(const node_t *rows, const char *service, const char *resource)
{
    for (const node_t *row = node_first(rows); row; row = node_next(row))
        if (strcmp(node_str(row, "/service", ""), service) == 0 && strcmp(node_str(row, "/resource", ""), resource) == 0)
            return row;
    return NULL;
}

START_TEST(a_service_that_fails_does_not_hide_the_others)
{
    route("/v2.1/os-quota-sets/p1/detail", 200, NOVA_QUOTAS);
    route("/v2.0/quotas/p1/details", 503, "<html>down</html>");
    route("/v3/p1/os-quota-sets/p1", 200, "{'quota_set':{'gigabytes':{'limit':10,'in_use':12,'reserved':0}}}");
    route("/v1/quotas/p1/Cluster", 404, "{}");
    route("/v1/stats", 200, "{'clusters':2,'nodes':9}");
    start();
    CLEANUP(node_free) node_t *rows = quota_list(&os, &err);
    ck_assert_msg(rows != NULL, "%s", err.what);
    const node_t *cores = row_of(rows, "nova", "cores"), *ram = row_of(rows, "nova", "ram");
    ck_assert_int_eq(node_int(cores, "/used", -1), 6);
    ck_assert_int_eq(node_int(cores, "/free", -1), 14);
    ck_assert(node_bool(ram, "/unlimited", false) && node_type(node_get(ram, "limit")) == NODE_NULL);
    ck_assert_str_eq(node_str(ram, "/unit", ""), "MiB");
    ck_assert_int_eq(node_int(row_of(rows, "cinder", "gigabytes"), "/free", -1), 0);
    ck_assert_int_eq(node_int(row_of(rows, "magnum", "clusters"), "/used", -1), 2);
    ck_assert_int_eq(node_type(node_get(row_of(rows, "magnum", "clusters"), "limit")), NODE_NULL);
    ck_assert(!node_bool(row_of(rows, "magnum", "clusters"), "/unlimited", true));
    ck_assert_ptr_nonnull(strstr(node_str(row_of(rows, "neutron", ""), "/error", ""), "neutron"));
}
END_TEST

START_TEST(no_service_at_all_is_an_error)
{
    route("/none", 200, "{}");
    start();
    ck_assert_ptr_null(quota_list(&os, &err));
    ck_assert_int_ne(err.code, ERR_OK);
}
END_TEST

/* ---- datasets ---- */

#define VOLUMES                                                                    \
    "{'volumes':[{'id':'v1','name':'data','metadata':{'aiwf.io/dataset':'true'}}," \
    "{'id':'v2','name':'data','metadata':{}},{'id':'v3','name':'root','metadata':{'dataset':'true'}}]}"

START_TEST(only_marked_volumes_are_datasets)
{
    route("/v3/p1/volumes/detail", 200, VOLUMES); /* of a cloud that ignores the filter */
    start();
    CLEANUP(node_free) node_t *some = dataset_list(&os, false, &err);
    ck_assert_msg(some && node_len(some) == 1, "%s", err.what);
    ck_assert_int_eq(asked("/v3/p1/volumes/detail?metadata=%7B%22aiwf.io%2Fdataset%22%3A%22true%22%7D"), 1);
    CLEANUP(node_free) node_t *all = dataset_list(&os, true, &err);
    ck_assert_uint_eq(node_len(all), 3);
    ck_assert_ptr_null(dataset_show(&os, "root", &err));
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(err.why, "is no dataset"));
}
END_TEST

static const struct {
    const char *name, *expected;
} kube_names[] = {
    {"imagenet", "imagenet"}, {"ImageNet_2012.v1", "imagenet-2012-v1"}, {"--x--", "x"}, {"\xc3\xa9", "dataset-v1"},
    {"", "dataset-v1"},
};

START_TEST(a_manifest_has_names_that_kubernetes_takes)
{
    CLEANUP(node_free) node_t *dataset = node_new_object();
    node_set_str(dataset, "id", "v1");
    node_set_str(dataset, "name", kube_names[_i].name);
    node_set_num(dataset, "size", 100);
    struct dataset_claim claim = {.namespace_name = "ns", .fs_type = "xfs"};
    CLEANUP(node_free) node_t *list = dataset_manifest(dataset, &claim);
    ck_assert_str_eq(node_str(list, "/items/0/metadata/name", ""), kube_names[_i].expected);
    ck_assert_str_eq(node_str(list, "/items/1/spec/volumeName", ""), kube_names[_i].expected);
    ck_assert_str_eq(node_str(list, "/items/0/spec/claimRef/namespace", ""), "ns");
    ck_assert_str_eq(node_str(list, "/items/0/spec/csi/volumeHandle", ""), "v1");
    ck_assert_str_eq(node_str(list, "/items/0/spec/csi/fsType", ""), "xfs");
    ck_assert_str_eq(node_str(list, "/items/1/spec/resources/requests/storage", ""), "100Gi");
    ck_assert_str_eq(node_str(list, "/items/0/spec/persistentVolumeReclaimPolicy", ""), "Retain");
}
END_TEST

Suite *suite_openstack_infra(void)
{
    Suite *suite = suite_create("openstack_infra");
    TCase *tcase = tcase_create("wire");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, links_of_nova_are_followed);
    tcase_add_loop_test(tcase, a_name_is_looked_for_by_its_service, 0, (int)ARRAY_LEN(filters));
    tcase_add_test(tcase, a_floating_ip_is_known_by_its_address);
    tcase_add_test(tcase, free_gpus_are_counted_once_for_all_flavors);
    tcase_add_test(tcase, who_may_not_ask_placement_is_told_so);
    tcase_add_test(tcase, hosts_with_room_are_counted_by_their_roots);
    tcase_add_test(tcase, a_service_that_fails_does_not_hide_the_others);
    tcase_add_test(tcase, no_service_at_all_is_an_error);
    tcase_add_test(tcase, only_marked_volumes_are_datasets);
    suite_add_tcase(suite, tcase);
    TCase *plain = tcase_create("manifest");
    tcase_add_loop_test(plain, a_manifest_has_names_that_kubernetes_takes, 0, (int)ARRAY_LEN(kube_names));
    suite_add_tcase(suite, plain);
    return suite;
}
