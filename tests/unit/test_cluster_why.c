/* why cluster and the pre-flight against clouds that the real one will not be. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/preflight.h"
#include "openstack_cloud.h"
#include "scratch.h"
#include "suites.h"
#include "why/cluster.h"
#include "why/kube.h"
#include "wire.h"

#define STACK "0b7a4c3e-1111-4222-8333-444455556666"
#define HEAT  "/v1/p/stacks"

static struct wire wire;
static struct openstack os;
static struct err err;
static char *folder;
static node_t *script;

/* What the service answers there, instead of what it did. */
static void answers(const char *path, int status, const char *body)
{
    node_t *reply = node_new_object(), *replies = node_new_array();
    node_set_num(reply, "status", status);
    node_set_str(reply, "body", body);
    node_push(replies, reply);
    node_set(node_get(script, "routes"), path, replies);
}

static void log_in_as(const char *more)
{
    AUTOFREE char *token = xasprintf("{\"token\":{\"expires_at\":\"2999-01-01T00:00:00Z\",\"user\":{\"name\":\"u\"},"
                                     "\"project\":{\"id\":\"p\",\"name\":\"demo\"}%s}}",
                                     more);
    answers("/v3/auth/tokens", 201, token);
    node_t *headers = node_new_object();
    node_set_str(headers, "X-Subject-Token", "tok");
    node_set(node_at(script, "/routes/~1v3~1auth~1tokens/0"), "headers", headers);
}

static void begin(void)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    static const char base[] = "{\"routes\":{},\"replies\":[{\"status\":404,\"body\":\"{}\"}]}";
    err = ERR_INIT;
    script = json_parse(base, strlen(base), "base", &none);
    log_in_as("");
}

static void start(void)
{
    static const char *const services[] = {"container_infra", "orchestration", "compute",  "network",
                                           "image",           "block_storage", "placement"};
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(script, &text);
    folder = scratch_new();
    wire_start(&wire, text.buf);
    CLEANUP(str_release) struct str config = STR_INIT;
    str_addf(&config, "{\"auth\":{\"auth_url\":\"%s\",\"username\":\"u\",\"password\":\"s3cret\"}", wire.url);
    for (size_t i = 0; i < ARRAY_LEN(services); i++)
        str_addf(&config, ",\"%s_endpoint_override\":\"%s\"", services[i], wire.url);
    str_add(&config, "}");
    os = (struct openstack){.cloud = cloud_of(config.buf), .cache_path = path_join(folder, "t.json")};
    struct http_settings settings = {.retries = -1};
    os.http = http_new(&settings, &err);
    ck_assert_ptr_nonnull(os.http);
}

static void end(void)
{
    openstack_release(&os);
    err_release(&err);
    wire_stop(&wire);
    scratch_end(folder);
    node_free(script);
}

static bool was_asked(const char *part)
{
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    for (const node_t *request = node_first(log); request; request = node_next(request))
        if (strstr(node_str(request, "/path", ""), part))
            return true;
    return false;
}

static const node_t *link_of(const node_t *why, const char *layer, const char *kind)
{
    for (const node_t *link = node_first(node_get(why, "chain")); link; link = node_next(link))
        if (strcmp(node_str(link, "/layer", ""), layer) == 0 && strcmp(node_str(link, "/kind", ""), kind) == 0)
            return link;
    return NULL;
}

/* ---- why ---- */

static void a_cluster(const char *status, const char *stack)
{
    AUTOFREE char *body =
        xasprintf("{\"uuid\":\"u1\",\"name\":\"ml\",\"status\":\"%s\",\"status_reason\":null,\"stack_id\":\"%s\","
                  "\"project_id\":\"p\",\"node_count\":3,\"cluster_template_id\":\"t1\"}",
                  status, stack);
    answers("/v1/clusters/ml", 200, body);
    answers("/v1/clusters/u1/nodegroups", 200,
            "{\"nodegroups\":[{\"name\":\"default-worker\",\"uuid\":\"g\",\"status\":\"CREATE_IN_PROGRESS\"}]}");
    answers("/v1/clustertemplates/t1", 200, "{\"name\":\"k8s\",\"image_id\":\"img\"}");
}

static void a_server_in_error(const char *name)
{
    AUTOFREE char *server = xasprintf("{\"id\":\"s1\",\"name\":\"%s\",\"status\":\"ERROR\",\"flavor\":{\"original_name\":\"g\","
                                      "\"vcpus\":4,\"ram\":8,\"disk\":0,\"extra_specs\":{\"resources:VGPU\":\"2\"}}",
                                      name);
    AUTOFREE char *list =
        xasprintf("{\"servers\":[%s},{\"id\":\"s2\",\"name\":\"ml-2-abc-node-0\",\"status\":\"ERROR\"}]}", server);
    AUTOFREE char *one = xasprintf("{\"server\":%s,\"fault\":{\"message\":\"No valid host was found. \"}}}", server);
    answers("/v2.1/servers/detail", 200, list);
    answers("/v2.1/servers/s1", 200, one);
    answers("/v2.0/ports", 200, "{\"ports\":[{\"id\":\"p1\",\"status\":\"DOWN\",\"binding:vif_type\":\"binding_failed\"}]}");
    answers("/allocation_candidates", 200, "{\"allocation_requests\":[],\"provider_summaries\":{}}");
}

static void a_failed_stack(void)
{
    answers(HEAT, 200, "{\"stacks\":[{\"id\":\"" STACK "\",\"stack_name\":\"ml-abc\",\"stack_status\":\"CREATE_FAILED\"}]}");
    answers(HEAT "/ml-abc/" STACK "/resources", 200,
            "{\"resources\":[{\"resource_name\":\"kube-minion\",\"resource_type\":\"OS::Nova::Server\",\"resource_status\":"
            "\"CREATE_FAILED\",\"physical_resource_id\":\"s1\",\"resource_status_reason\":\"ResourceInError: "
            "resources.kube-minion: Went to status ERROR\",\"links\":[{\"rel\":\"stack\",\"href\":\"h\"}]}]}");
}

START_TEST(a_cluster_api_driver_has_no_stack)
{
    begin();
    a_cluster("CREATE_IN_PROGRESS", "ml-xyz");
    a_server_in_error("ml-xyz-node-0");
    start();
    CLEANUP(node_free) node_t *why = why_cluster(&os, "ml", &err);
    ck_assert_msg(why != NULL, "%s", err.what);
    ck_assert(!was_asked("stacks"));
    ck_assert_str_eq(node_str(why, "/verdict", ""), "waiting");
    ck_assert_ptr_null(link_of(why, "heat", "stack"));
    ck_assert_str_eq(node_str(link_of(why, "magnum", "nodegroup"), "/state", ""), "CREATE_IN_PROGRESS");
    ck_assert_str_eq(node_str(link_of(why, "nova", "server"), "/reason", ""), "No valid host was found.");
    ck_assert_str_eq(node_str(link_of(why, "placement", "flavor"), "/state", ""), "room for 0");
    ck_assert_str_eq(node_str(link_of(why, "placement", "GPUs"), "/state", ""), "free 0");
    ck_assert_ptr_nonnull(strstr(node_str(link_of(why, "neutron", "port"), "/reason", ""), "binding failed"));
    ck_assert_uint_eq(node_len(node_get(why, "chain")), 6); /* not the server of cluster ml-2 */
    end();
}
END_TEST

static const struct {
    const char *path, *layer, *kind;
} steps[] = {
    {HEAT, "heat", "stack"},
    {HEAT "/ml-abc/" STACK "/resources", "heat", "resources"},
    {"/v2.1/servers/detail", "nova", "servers"},
    {"/allocation_candidates", "placement", "flavor"},
    {"/v2.0/ports", "neutron", "port"},
};

START_TEST(a_refused_step_is_told_as_not_seen)
{
    begin();
    a_cluster("CREATE_FAILED", STACK);
    a_failed_stack();
    a_server_in_error("ml-abc-node-0");
    answers(steps[_i].path, 403, "{\"error\":{\"message\":\"not for you\"}}");
    start();
    CLEANUP(node_free) node_t *why = why_cluster(&os, "ml", &err);
    ck_assert_msg(why != NULL, "%s", err.what);
    const node_t *link = link_of(why, steps[_i].layer, steps[_i].kind);
    ck_assert_ptr_nonnull(link);
    ck_assert(!node_bool(link, "/seen", true));
    ck_assert_ptr_nonnull(strstr(node_str(link, "/reason", ""), "needs admin"));
    ck_assert_str_eq(node_str(why, "/verdict", ""), "failed");
    end();
}
END_TEST

static const struct {
    int status;
    const char *body;
} gone[] = {{404, "{}"}, {200, "{\"stacks\":[]}"}, {503, "down"}};

START_TEST(a_heat_that_is_gone_ends_nothing)
{
    begin();
    a_cluster("CREATE_FAILED", STACK);
    a_server_in_error("ml-abc-node-0");
    answers(HEAT, gone[_i].status, gone[_i].body);
    start();
    CLEANUP(node_free) node_t *why = why_cluster(&os, "ml", &err);
    ck_assert_msg(why != NULL, "%s", err.what);
    ck_assert(!node_bool(link_of(why, "heat", "stack"), "/seen", true));
    ck_assert_str_eq(node_str(link_of(why, "nova", "server"), "/state", ""), "ERROR");
    ck_assert_str_eq(node_str(why, "/summary", ""),
                     "cluster ml failed: port p1: binding failed: no network agent of the server's "
                     "host could take it");
    end();
}
END_TEST

START_TEST(a_healthy_cluster_is_well)
{
    begin();
    a_cluster("CREATE_COMPLETE", STACK);
    answers(HEAT, 200, "{\"stacks\":[{\"id\":\"" STACK "\",\"stack_name\":\"ml-abc\",\"stack_status\":\"CREATE_COMPLETE\"}]}");
    answers(HEAT "/ml-abc/" STACK "/resources", 200, "{\"resources\":[]}");
    answers("/v2.1/servers/detail", 200, "{\"servers\":[{\"id\":\"s1\",\"name\":\"ml-abc-node-0\",\"status\":\"ACTIVE\"}]}");
    start();
    CLEANUP(node_free) node_t *why = why_cluster(&os, "ml", &err);
    ck_assert_msg(why != NULL, "%s", err.what);
    ck_assert_str_eq(node_str(why, "/verdict", ""), "healthy");
    ck_assert_uint_eq(node_len(node_get(why, "useful")), 0);
    end();
}
END_TEST

START_TEST(an_unhealthy_clusters_kubernetes_is_asked)
{
    begin();
    a_cluster("CREATE_COMPLETE", "");
    answers(
        "/v1/clusters/ml", 200,
        "{\"uuid\":\"u1\",\"name\":\"ml\",\"status\":\"CREATE_COMPLETE\",\"project_id\":\"p\",\"health_status\":\"UNHEALTHY\","
        "\"health_status_reason\":{\"api\":\"timed out\"},\"api_address\":\"http://127.0.0.1:1\"}");
    start();
    CLEANUP(node_free) node_t *why = why_cluster(&os, "ml", &err);
    ck_assert_msg(why != NULL, "%s", err.what);
    ck_assert_str_eq(node_str(why, "/verdict", ""), "unhealthy");
    const node_t *api = link_of(why, "kubernetes", "api");
    ck_assert_str_eq(node_str(api, "/name", ""), "http://127.0.0.1:1");
    ck_assert_str_eq(node_str(api, "/state", ""), "unreachable");
    ck_assert(str_starts(node_str(api, "/reason", ""), "from here: "));
    end();
}
END_TEST

/* Lists of stacks are a project's own; Heat leads an administrator to another's by its id. */
START_TEST(an_administrator_sees_another_projects_stack)
{
    begin();
    a_cluster("CREATE_COMPLETE", STACK);
    answers("/v1/clusters/ml", 200,
            "{\"uuid\":\"u1\",\"name\":\"ml\",\"status\":\"CREATE_FAILED\",\"project_id\":\"other\",\"stack_id\":\"" STACK "\"}");
    answers(HEAT "/" STACK, 302, "");
    node_t *headers = node_new_object();
    node_set_str(headers, "Location", "http://h/v1/other/stacks/ml-abc/" STACK);
    node_set(node_at(script, "/routes/~1v1~1p~1stacks~1" STACK "/0"), "headers", headers);
    answers(HEAT "/ml-abc/" STACK, 200,
            "{\"stack\":{\"id\":\"" STACK "\",\"stack_name\":\"ml-abc\",\"stack_status\":\"CREATE_FAILED\"}}");
    answers(HEAT "/ml-abc/" STACK "/resources", 200, "{\"resources\":[]}");
    start();
    CLEANUP(node_free) node_t *why = why_cluster(&os, "ml", &err);
    ck_assert_msg(why != NULL, "%s", err.what);
    ck_assert_str_eq(node_str(link_of(why, "heat", "stack"), "/state", ""), "CREATE_FAILED");
    ck_assert(was_asked("/ml-abc/" STACK "/resources"));
    end();
}
END_TEST

START_TEST(no_cluster_is_not_found)
{
    begin();
    start();
    ck_assert_ptr_null(why_cluster(&os, "ml", &err));
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
    end();
}
END_TEST

/* ---- the tree ---- */

START_TEST(the_tree_has_its_branches)
{
    struct chain chain = {.links = node_new_array(), .useful = node_new_array()};
    struct link links[] = {{.depth = 0, .layer = "magnum", .kind = "cluster", .name = "ml", .state = "A"},
                           {.depth = 1, .layer = "heat", .kind = "stack", .name = "s", .state = "B", .reason = "r\033[31m "},
                           {.depth = 2, .layer = "nova", .kind = "server", .name = "n"},
                           {.depth = 1, .layer = "nova", .kind = "server", .name = "m", .unseen = true, .reason = "x"}};
    for (size_t i = 0; i < ARRAY_LEN(links); i++)
        chain_add(&chain, &links[i]);
    chain_try(&chain, "first", "aiwf %s", "a");
    chain_try(&chain, "second", "aiwf b");
    chain_try(&chain, "third", "aiwf a");
    CLEANUP(node_free) node_t *why = node_new_object();
    node_set(why, "chain", chain.links);
    node_set(why, "useful", chain.useful);
    node_set_str(why, "summary", "so");
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct chain_style style = {0};
    chain_print(why, &style, out);
    fclose(out);
    ck_assert_str_eq(text, "cluster ml (Magnum)    A\n"
                           "|- stack s (Heat)      B  r\\x1b[31m\n"
                           "|  `- server n (Nova)  -\n"
                           "`- server m (Nova)     -  [not seen] x\n"
                           "so\n"
                           "most useful now:\n"
                           "  aiwf b  second\n"
                           "  aiwf a  third\n");
    free(text);
}
END_TEST

/* ---- pre-flight ---- */

static void a_roomy_cloud(void)
{
    answers(
        "/v1/clustertemplates/k8s", 200,
        "{\"name\":\"k8s\",\"image_id\":\"img\",\"external_network_id\":\"out\",\"flavor_id\":\"f\",\"master_flavor_id\":\"f\","
        "\"docker_volume_size\":10,\"labels\":{}}");
    answers("/v2.1/flavors/detail", 200, "{\"flavors\":[{\"id\":\"1\",\"name\":\"f\",\"vcpus\":2,\"ram\":1024,\"disk\":10}]}");
    answers("/v2.1/os-quota-sets/p/detail", 200, "{\"quota_set\":{\"cores\":{\"limit\":16,\"in_use\":8,\"reserved\":0}}}");
    answers("/v2.0/quotas/p/details", 200, "{\"quota\":{\"port\":{\"limit\":-1,\"used\":8,\"reserved\":0}}}");
    answers("/v3/p/os-quota-sets/p", 200, "{\"quota_set\":{\"gigabytes\":{\"limit\":100,\"in_use\":0,\"reserved\":0}}}");
    answers("/v2/images", 200, "{\"images\":[{\"id\":\"i\",\"name\":\"img\",\"status\":\"active\",\"os_distro\":\"fcos\"}]}");
    answers("/v2.0/networks", 200, "{\"networks\":[{\"id\":\"n\",\"name\":\"out\",\"subnets\":[\"s\"]}]}");
    answers("/v2.1/os-keypairs/key", 200, "{\"keypair\":{\"name\":\"key\"}}");
    answers("/allocation_candidates", 200,
            "{\"provider_summaries\":{\"h\":{\"resources\":{\"VCPU\":{\"capacity\":64,\"used\":0},\"MEMORY_MB\":{\"capacity\":"
            "9999,\"used\":0},\"DISK_GB\":{\"capacity\":900,\"used\":0}}}}}");
}

static node_t *fly(int nodes)
{
    AUTOFREE char *text =
        xasprintf("{\"name\":\"ml\",\"cluster_template_id\":\"k8s\",\"keypair\":\"key\",\"node_count\":%d}", nodes);
    CLEANUP(node_free) node_t *wanted = json_parse(text, strlen(text), "body", &err);
    return preflight_run(&os, wanted, &err);
}

static const node_t *finding_of(const node_t *findings, const char *check) { return node_find(findings, "/check", check); }

static const char *state_of(const node_t *findings, const char *check)
{
    return node_str(finding_of(findings, check), "/state", "none");
}

START_TEST(what_is_left_is_enough_to_the_last_core)
{
    begin();
    a_roomy_cloud();
    start();
    CLEANUP(node_free) node_t *all = fly(3); /* with the master, 8 cores */
    CLEANUP(node_free) node_t *more = fly(4);
    ck_assert_str_eq(state_of(all, "quota nova cores"), "ok");
    ck_assert_str_eq(state_of(all, "quota neutron port"), "ok");
    ck_assert_int_eq(preflight_verdict(all, "no", &err), 0);
    ck_assert_str_eq(state_of(more, "quota nova cores"), "fail");
    ck_assert_str_eq(node_str(finding_of(more, "quota nova cores"), "/detail", ""), "asked 10, free 8 of 16");
    ck_assert_int_eq(preflight_verdict(more, "cannot create cluster ml", &err), -1);
    ck_assert_int_eq(err.code, ERR_CAPACITY);
    ck_assert_str_eq(err.what, "cannot create cluster ml: quota nova cores");
    end();
}
END_TEST

START_TEST(a_label_that_nobody_knows_is_warned_of)
{
    static const char *const labels[] = {"kube_tg", "audit_log_new", "kube_tag", "kube_tags"};
    begin();
    a_roomy_cloud();
    start();
    CLEANUP(node_free) node_t *wanted = node_new_object();
    node_set_str(wanted, "name", "ml");
    node_set_str(wanted, "cluster_template_id", "k8s");
    for (size_t i = 0; i < ARRAY_LEN(labels); i++)
        node_set_str(node_object(wanted, "labels"), labels[i], "1");
    CLEANUP(node_free) node_t *findings = preflight_run(&os, wanted, &err);
    const node_t *first = node_find(findings, "/detail", "kube_tg is none that a driver of Magnum's documents");
    ck_assert_str_eq(node_str(first, "/state", ""), "warn");
    ck_assert_str_eq(node_str(first, "/hint", ""), "kube_tag?");
    ck_assert(node_find(findings, "/detail", "kube_tags is none that a driver of Magnum's documents") != NULL);
    ck_assert(node_find(findings, "/detail", "kube_tag is none that a driver of Magnum's documents") == NULL);
    ck_assert(node_find(findings, "/detail", "audit_log_new is none that a driver of Magnum's documents") == NULL);
    end();
}
END_TEST

static const struct {
    const char *path;
    int status;
    const char *body, *check, *state;
} worse[] = {
    {"/v2/images", 200, "{\"images\":[]}", "image", "fail"},
    {"/v2/images", 200, "{\"images\":[{\"id\":\"i\",\"status\":\"queued\",\"os_distro\":\"fcos\"}]}", "image", "fail"},
    {"/v2/images", 200, "{\"images\":[{\"id\":\"i\",\"status\":\"active\"}]}", "image", "fail"},
    {"/v2/images", 200, "{\"images\":[{\"id\":\"i\"},{\"id\":\"j\"}]}", "image", "fail"},
    {"/v2/images", 403, "{}", "image", "unknown"},
    {"/v2.1/flavors/detail", 200, "{\"flavors\":[]}", "flavor of nodes", "fail"},
    {"/v2.1/flavors/detail", 500, "{}", "flavor of nodes", "unknown"},
    {"/v2.0/networks", 200, "{\"networks\":[]}", "external network", "fail"},
    {"/v2.1/os-keypairs/key", 404, "{}", "keypair", "fail"},
    {"/v2.1/os-quota-sets/p/detail", 503, "down", "quota nova", "unknown"},
    {"/allocation_candidates", 403, "{}", "hosts", "unknown"},
    {"/allocation_candidates", 200, "{\"provider_summaries\":{}}", "hosts", "fail"},
    {"/v1/clustertemplates/k8s", 404, "{}", "template", "fail"},
};

START_TEST(what_is_wrong_is_found)
{
    begin();
    a_roomy_cloud();
    answers(worse[_i].path, worse[_i].status, worse[_i].body);
    start();
    CLEANUP(node_free) node_t *findings = fly(3);
    ck_assert_msg(findings != NULL, "%s", err.what);
    ck_assert_str_eq(state_of(findings, worse[_i].check), worse[_i].state);
    end();
}
END_TEST

static const struct {
    const char *token, *state;
} credentials[] = {
    {"", "ok"},
    {",\"application_credential\":{\"restricted\":true}", "fail"},
    {",\"application_credential\":{\"restricted\":false}", "warn"},
};

START_TEST(a_login_that_can_make_no_trust_is_told)
{
    begin();
    a_roomy_cloud();
    log_in_as(credentials[_i].token);
    start();
    CLEANUP(node_free) node_t *findings = fly(1);
    ck_assert_str_eq(state_of(findings, "login"), credentials[_i].state);
    end();
}
END_TEST

/* ---- nodes that are servers ---- */

#define NOT_READY                                                                                                        \
    "{\"metadata\":{\"name\":\"ml-xyz-node-0\"},\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"Unknown\"," \
    "\"message\":\"Kubelet "                                                                                             \
    "stopped posting node status.\"}]}}"

static int open_copy(void *arg, struct openstack *ret, struct err *error)
{
    (void)arg;
    *ret = os;
    os = (struct openstack){0};
    return ret->http ? 0 : err_set(error, ERR_FAILED, "gone");
}

START_TEST(a_pods_node_is_followed_to_its_server)
{
    begin();
    answers("/api/v1/namespaces/ml/pods/a", 200,
            "{\"metadata\":{\"name\":\"a\",\"uid\":\"u\"},\"spec\":{\"nodeName\":\"ml-xyz-node-0\"},\"status\":{\"phase\":"
            "\"Running\"}}");
    answers("/api/v1/nodes/ml-xyz-node-0", 200, NOT_READY);
    answers("/v2.1/servers/detail", 200,
            "{\"servers\":[{\"id\":\"s1\",\"name\":\"ml-xyz-node-0\",\"status\":\"ERROR\",\"fault\":{\"message\":\"No valid host "
            "was found. \"}}]}");
    start();
    CLEANUP(kube_release) struct kube kube = {0};
    struct kube_access access = {.server = wire.url, .ns = "ml"};
    struct kube_settings settings = {.retries = -1};
    ck_assert_int_eq(kube_open(&kube, &access, &settings, &err), 0);
    struct why_place place = {.kube = &kube, .open_cloud = open_copy};
    CLEANUP(node_free) node_t *why = why_pod(&place, "a", &err);
    ck_assert_str_eq(node_str(why, "/verdict", ""), "unhealthy");
    ck_assert_str_eq(node_str(link_of(why, "kubernetes", "node"), "/state", ""), "NotReady");
    ck_assert_str_eq(node_str(link_of(why, "nova", "server"), "/state", ""), "ERROR");
    ck_assert_str_eq(node_str(link_of(why, "nova", "server"), "/reason", ""), "No valid host was found.");
    end();
}
END_TEST

Suite *suite_cluster_why(void)
{
    Suite *suite = suite_create("cluster_why");
    TCase *why = tcase_create("why"), *preflight = tcase_create("preflight");
    tcase_add_test(why, a_cluster_api_driver_has_no_stack);
    tcase_add_loop_test(why, a_refused_step_is_told_as_not_seen, 0, (int)ARRAY_LEN(steps));
    tcase_add_loop_test(why, a_heat_that_is_gone_ends_nothing, 0, (int)ARRAY_LEN(gone));
    tcase_add_test(why, a_healthy_cluster_is_well);
    tcase_add_test(why, an_unhealthy_clusters_kubernetes_is_asked);
    tcase_add_test(why, an_administrator_sees_another_projects_stack);
    tcase_add_test(why, no_cluster_is_not_found);
    tcase_add_test(why, the_tree_has_its_branches);
    tcase_add_test(preflight, what_is_left_is_enough_to_the_last_core);
    tcase_add_test(preflight, a_label_that_nobody_knows_is_warned_of);
    tcase_add_loop_test(preflight, what_is_wrong_is_found, 0, (int)ARRAY_LEN(worse));
    tcase_add_loop_test(preflight, a_login_that_can_make_no_trust_is_told, 0, (int)ARRAY_LEN(credentials));
    tcase_add_test(why, a_pods_node_is_followed_to_its_server);
    suite_add_tcase(suite, why);
    suite_add_tcase(suite, preflight);
    return suite;
}
