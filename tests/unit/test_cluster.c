#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/change.h"
#include "cluster/events.h"
#include "cluster/failure.h"
#include "cluster/watch.h"
#include "openstack/heat.h"
#include "openstack_cloud.h"
#include "scratch.h"
#include "suites.h"
#include "wire.h"

static struct wire wire;
static struct openstack os;
static struct err err;
static char *folder;
static node_t *last;

#define TOKEN                                                             \
    "{\"status\":201,\"headers\":{\"X-Subject-Token\":\"tok\"},\"body\":" \
    "\"{\\\"token\\\":{\\\"expires_at\\\":\\\"2999-01-01T00:00:00Z\\\",\\\"project\\\":{\\\"id\\\":\\\"p\\\"}}}\"}"
#define ROUTES(more) "{\"routes\":{\"/v3/auth/tokens\":[" TOKEN "]," more "},\"replies\":[{\"status\":404}]}"
/* Of JSON in JSON: the members of a cluster, with ' for ". */
#define CLUSTER(members) "{\"body\":\"{" members "}\"}"
#define Q(name, value)   "\\\"" name "\\\":\\\"" value "\\\""
#define STATUS(word)     CLUSTER(Q("uuid", "c") "," Q("name", "ml") "," Q("stack_id", "ml-abc") "," Q("status", word))
#define MAGNUM_404       "{\"status\":404,\"body\":\"{\\\"errors\\\":[{\\\"detail\\\":\\\"Cluster c could not be found.\\\"}]}\"}"
#define IDENTITY_AND_MORE \
    "{\"auth\":{\"auth_url\":\"%s\",\"username\":\"u\",\"password\":\"s3cret\"},\"container_infra_endpoint_override\":\"%s\"%s}"

static void start(const char *case_json, const char *services)
{
    err = ERR_INIT;
    last = NULL;
    folder = scratch_new();
    wire_start(&wire, case_json);
    CLEANUP(str_release) struct str more = STR_INIT;
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    strv_split(&names, services, " ");
    for (size_t i = 0; i < names.n; i++)
        str_addf(&more, ",\"%s_endpoint_override\":\"%s\"", names.v[i], wire.url);
    AUTOFREE char *config = xasprintf(IDENTITY_AND_MORE, wire.url, wire.url, more.buf);
    os = (struct openstack){.cloud = cloud_of(config), .cache_path = path_join(folder, "t.json")};
    struct http_settings settings = {.retries = -1};
    os.http = http_new(&settings, &err);
    ck_assert_ptr_nonnull(os.http);
}

static void end(void)
{
    openstack_release(&os);
    err_release(&err);
    node_free(last);
    wire_stop(&wire);
    scratch_end(folder);
}

static int waits(enum cluster_goal goal, int64_t stage_ms)
{
    struct cluster_wait wait = {.os = &os,
                                .id = "c",
                                .name = "ml",
                                .doing = "create",
                                .goal = goal,
                                .timeout_ms = 20000,
                                .resume = "aiwf cluster wait ml",
                                .interval_ms = 5,
                                .stage_ms = stage_ms};
    return cluster_wait(&wait, &last, &err);
}

/* ---- waiting ---- */

/* Requests to this path, whatever they ask of it. */
static size_t asked(const char *path)
{
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    size_t n = 0;
    for (const node_t *request = node_first(log); request; request = node_next(request)) {
        const char *text = node_str(request, "/path", "");
        size_t len = strcspn(text, "?");
        n += len == strlen(path) && strncmp(text, path, len) == 0;
    }
    return n;
}

START_TEST(a_wait_sees_through_passing_troubles)
{
    start(ROUTES("\"/v1/clusters/c\":[" MAGNUM_404
                 "," CLUSTER(Q("uuid", "c") ",\\\"status\\\":null") ",{\"status\":503},{\"close\":true},"
                                                                    "{\"status\":404}," STATUS("CREATE_IN_PROGRESS") "," STATUS(
                                                                        "CREATE_COMPLETE") "]"),
          "");
    ck_assert_msg(waits(CLUSTER_COMPLETE, 0) == 0, "%s: %s", err.what, err.why);
    ck_assert_str_eq(node_str(last, "/status", ""), "CREATE_COMPLETE");
    end();
}
END_TEST

START_TEST(a_cluster_that_vanishes_ends_the_wait)
{
    start(ROUTES("\"/v1/clusters/c\":[" STATUS("CREATE_IN_PROGRESS") "," MAGNUM_404 "]"), "");
    ck_assert_int_eq(waits(CLUSTER_COMPLETE, 0), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
    end();
}
END_TEST

START_TEST(only_magnum_says_that_it_is_gone)
{
    start(ROUTES("\"/v1/clusters/c\":[" STATUS("DELETE_IN_PROGRESS") ",{\"status\":404},{\"status\":404,\"body\":\"{}\"}," STATUS(
              "DELETE_IN_PROGRESS") "," MAGNUM_404 "]"),
          "");
    ck_assert_int_eq(waits(CLUSTER_DELETED, 0), 0);
    ck_assert_ptr_null(last);
    ck_assert_uint_eq(asked("/v1/clusters/c"), 5);
    end();
}
END_TEST

START_TEST(a_failure_is_told_to_who_only_waits)
{
    start(ROUTES("\"/v1/clusters/c\":[" STATUS("CREATE_FAILED") "]"), "");
    struct cluster_wait wait = {.os = &os, .id = "c", .name = "ml", .timeout_ms = 20000, .interval_ms = 5};
    ck_assert_int_eq(cluster_wait(&wait, &last, &err), -1);
    ck_assert_str_eq(err.what, "cluster ml is not well: CREATE_FAILED");
    end();
}
END_TEST

START_TEST(a_failed_deletion_is_told)
{
    start(ROUTES("\"/v1/clusters/c\":[" CLUSTER(
              Q("uuid", "c") "," Q("status", "DELETE_FAILED") "," Q("status_reason", "port in use")) "]"),
          "");
    ck_assert_int_eq(waits(CLUSTER_DELETED, 0), -1);
    ck_assert_int_eq(err.code, ERR_FAILED);
    ck_assert_str_eq(err.why, "port in use");
    end();
}
END_TEST

/* A Cluster API driver: no stack, and never a word of failure. */
#define GROUPS                                                                                             \
    "\"/v1/clusters/c/nodegroups\":[{\"body\":\"{\\\"nodegroups\\\":[{" Q("name", "default-master") "," Q( \
        "role", "master") ",\\\"node_count\\\":1},{" Q("name", "default-worker") "," Q("role",             \
                                                                                       "worker") ",\\\"node_count\\\":1}]}\"}]"
#define SERVERS(worker)                                                                                                  \
    "\"/v2.1/servers/detail\":[{\"body\":\"{\\\"servers\\\":[{" Q("name", "ml-abc-default-worker-x") "," worker "},{" Q( \
        "name", "ml-abc-control-plane-y") "," Q("status", "ACTIVE") "}]}\"}]"

START_TEST(a_stage_that_stands_still_ends_the_wait_with_the_cause)
{
    start(ROUTES("\"/v1/clusters/c\":[" STATUS("CREATE_IN_PROGRESS") "]," GROUPS "," SERVERS(
              Q("status", "ERROR") ",\\\"fault\\\":{" Q("message", "No valid host was found.") "}")),
          "compute");
    ck_assert_int_eq(waits(CLUSTER_READY, 300), -1);
    ck_assert_msg(err.code == ERR_CAPACITY, "%d %s: %s", err.code, err.what, err.why);
    ck_assert_str_eq(err.why, "No valid host was found.");
    end();
}
END_TEST

START_TEST(a_stage_that_stands_still_without_a_cause_is_a_timeout)
{
    start(ROUTES("\"/v1/clusters/c\":[" STATUS("CREATE_IN_PROGRESS") "]," GROUPS "," SERVERS(Q("status", "BUILD"))), "compute");
    ck_assert_int_eq(waits(CLUSTER_READY, 300), -1);
    ck_assert_int_eq(err.code, ERR_TIMEOUT);
    ck_assert_ptr_nonnull(strstr(err.hint, "aiwf cluster wait ml"));
    end();
}
END_TEST

START_TEST(a_deadline_tells_the_stage_and_what_it_waits_for)
{
    start(ROUTES("\"/v1/clusters/c\":[" STATUS("CREATE_IN_PROGRESS") "]," GROUPS "," SERVERS(Q("status", "BUILD"))), "compute");
    struct cluster_wait wait = {.os = &os, .id = "c", .name = "ml", .timeout_ms = 1500, .interval_ms = 100, .resume = "go on"};
    ck_assert_int_eq(cluster_wait(&wait, &last, &err), -1);
    ck_assert_int_eq(err.code, ERR_TIMEOUT);
    ck_assert_str_eq(err.why, "last seen: CREATE_IN_PROGRESS; nodes: 0/1 ml-abc-default-worker-x: BUILD");
    ck_assert_str_eq(err.hint, "go on");
    end();
}
END_TEST

START_TEST(an_older_status_is_not_the_end_of_a_change)
{
    start(ROUTES("\"/v1/clusters/c\":[" STATUS("CREATE_COMPLETE") "," STATUS("CREATE_COMPLETE") "," STATUS(
              "UPDATE_IN_PROGRESS") "," STATUS("UPDATE_COMPLETE") "]"),
          "");
    CLEANUP(node_free) node_t *before = node_new_object();
    node_set_str(before, "status", "CREATE_COMPLETE");
    struct cluster_wait wait = {
        .os = &os, .id = "c", .name = "ml", .before = before, .goal = CLUSTER_COMPLETE, .timeout_ms = 20000, .interval_ms = 5};
    ck_assert_int_eq(cluster_wait(&wait, &last, &err), 0);
    ck_assert_str_eq(node_str(last, "/status", ""), "UPDATE_COMPLETE");
    end();
}
END_TEST

/* ---- Heat ---- */

#define STACK_ID "935e53b3-a761-4a75-b308-f06ede124493"
#define ROW(name, status, reason, stack, nested)                                                                                 \
    "{" Q("resource_name", name) "," Q("resource_status", status) "," Q("resource_status_reason", reason) ",\\\"links\\\":[{" Q( \
        "rel", "stack") "," Q("href", stack) "},{" Q("rel", "nested") "," Q("href", nested) "}]}"
#define ROWS                                                                                                                    \
    "\\\"resources\\\":[" ROW("network", "CREATE_FAILED", "CREATE aborted", "s", "") "," ROW(                                   \
        "kube_masters", "CREATE_FAILED", "Error: resources.kube_masters.resources[0]: x", "s",                                  \
        "g") "," ROW("0", "CREATE_FAILED", "Error: resources[0].resources.kube-master: x", "g",                                 \
                     "m") "," ROW("kube-master", "CREATE_FAILED",                                                               \
                                  "ResourceInError: resources.kube-master: Went to status ERROR: No valid host was found", "m", \
                                  "") "]"

START_TEST(heat_names_the_resource_before_magnum_does)
{
    start(
        ROUTES("\"/v1/clusters/c\":[" CLUSTER(Q("uuid", "c") "," Q("stack_id", STACK_ID) "," Q(
            "status", "CREATE_IN_PROGRESS")) "],"
                                             "\"/v1/p/stacks/" STACK_ID
                                             "\":[{\"status\":302,\"headers\":{\"Location\":\"http://h/v1/p/stacks/ml-x/" STACK_ID
                                             "\"}}],"
                                             "\"/v1/p/stacks/ml-x/" STACK_ID "\":[{\"body\":\"{\\\"stack\\\":{" Q(
                                                 "stack_status", "CREATE_FAILED") "}}\"}],"
                                                                                  "\"/v1/p/stacks/ml-x/" STACK_ID
                                                                                  "/resources\":[{\"body\":\"{" ROWS "}\"}]"),
        "orchestration");
    ck_assert_int_eq(waits(CLUSTER_READY, 0), -1);
    ck_assert_msg(err.code == ERR_CAPACITY, "%d %s: %s", err.code, err.what, err.why);
    ck_assert_str_eq(err.what, "cannot create cluster ml: kube_masters/0/kube-master failed");
    ck_assert_str_eq(err.why, "Went to status ERROR: No valid host was found");
    end();
}
END_TEST

#define SEEN(status) CLUSTER(Q("uuid", "c") "," Q("name", "ml") "," Q("stack_id", STACK_ID) "," Q("status", status))
#define SERVER_ROW(status) \
    "{" Q("resource_type", "OS::Nova::Server") "," Q("physical_resource_id", "s1") "," Q("resource_status", status) "}"
#define OTHER_ROW(status)   "{" Q("resource_name", "deploy") "," Q("resource_status", status) "}"
#define SEEN_ROWS(a, b)     "{\"body\":\"{\\\"resources\\\":[" SERVER_ROW(a) "," OTHER_ROW(b) "]}\"}"
#define SEEN_SERVER(status) "{\"body\":\"{\\\"servers\\\":[{" Q("id", "s1") "," Q("status", status) "}]}\"}"

/* Each look at servers has Nova ask Neutron for ports and security groups. */
START_TEST(what_heat_has_ended_is_not_asked_for_again)
{
    start(
        ROUTES("\"/v1/clusters/c\":[" SEEN("CREATE_IN_PROGRESS") "," SEEN("CREATE_IN_PROGRESS") "," SEEN("CREATE_IN_PROGRESS") "," SEEN("CREATE_IN_PROGRESS") "," SEEN("CREATE_IN_PROGRESS") "," SEEN(
            "CREATE_COMPLETE") "],"
                               "\"/v1/p/stacks/" STACK_ID
                               "\":[{\"status\":302,\"headers\":{\"Location\":\"http://h/v1/p/stacks/ml-x/" STACK_ID "\"}}],"
                               "\"/v1/p/stacks/ml-x/" STACK_ID "\":[{\"body\":\"{\\\"stack\\\":{" Q(
                                   "stack_status",
                                   "CREATE_COMPLETE") "}}\"}],"
                                                      "\"/v1/p/stacks/ml-x/" STACK_ID
                                                      "/resources\":[" SEEN_ROWS("CREATE_IN_PROGRESS", "INIT_COMPLETE") "," SEEN_ROWS("CREATE_COMPLETE", "CREATE_IN_PROGRESS") "," SEEN_ROWS(
                                                          "CREATE_COMPLETE",
                                                          "CREATE_IN_PROGRESS") "," SEEN_ROWS("CREATE_COMPLETE",
                                                                                              "CREATE_IN_PROGRESS") "," SEEN_ROWS("CREATE_COMPLETE",
                                                                                                                                  "CREATE_COMPLETE") "],"
                                                                                                                                                     "\"/v2.1/servers/detail\":[" SEEN_SERVER(
                                                                                                                                                         "BUILD") "," SEEN_SERVER("ACTIVE") "]"),
        "orchestration compute");
    ck_assert_msg(waits(CLUSTER_COMPLETE, 0) == 0, "%s: %s", err.what, err.why);
    ck_assert_uint_eq(asked("/v1/p/stacks/ml-x/" STACK_ID "/resources"), 6);
    ck_assert_uint_eq(asked("/v2.1/servers/detail"), 2);
    ck_assert_uint_eq(asked("/v1/p/stacks/ml-x/" STACK_ID), 1);
    end();
}
END_TEST

static const struct {
    const char *text, *reason;
} reasons[] = {
    {"Resource CREATE failed: Error: resources.kube_masters.resources[0].resources.deploy: Deployment failed: no space",
     "Deployment failed: no space"},
    {"Quota exceeded for cores: 1", "Quota exceeded for cores: 1"},
    {"Resource CREATE failed: Error: resources.a: resources.b: why", "why"},
    {"resources.a", "resources.a"},
    {"", ""},
};

START_TEST(a_reason_comes_without_its_covers)
{
    ck_assert_str_eq(heat_reason(reasons[_i].text), reasons[_i].reason);
}
END_TEST

static const struct {
    const char *stack, *place;
} places[] = {
    {"ml-4475j2nvx6wt-kube_minions-tfcdqnsk4mcc-0-abcdefghijkl", "kube_minions/0"},
    {"ml-4475j2nvx6wt-network-qz7v5bxxk6sb", "network"},
    {"ml-4475j2nvx6wt-my-res-qz7v5bxxk6sb", "my-res"},
    {"ml-4475j2nvx6wt", ""},
    {"other-4475j2nvx6wt-x", ""},
};

START_TEST(an_event_has_a_place)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    cluster_event_place(places[_i].stack, "ml-4475j2nvx6wt", &s);
    ck_assert_str_eq(s.buf, places[_i].place);
}
END_TEST

static const struct {
    const char *location;
    bool found;
} locations[] = {
    {"http://h/v1/p/stacks/ml-x/id", true},  {"https://h/heat/v1/p/stacks/ml.x/id", true}, {"http://h/v1/p/stacks/ml-x", false},
    {"http://h/v1/p/stacks/a/../id", false}, {"http://h/v1/p/stacks/a/b?x=1", false},      {"http://h/elsewhere", false},
};

START_TEST(a_stack_is_where_heat_says)
{
    AUTOFREE char *text =
        xasprintf(ROUTES("\"/v1/p/stacks/s\":[{\"status\":302,\"headers\":{\"Location\":\"%s\"}}]"), locations[_i].location);
    start(text, "orchestration");
    AUTOFREE char *path = heat_stack_path(&os, "s", &err);
    ck_assert_msg((path != NULL) == locations[_i].found, "%s", path ? path : err.what);
    end();
}
END_TEST

/* ---- creation ---- */

static node_t *body_of(const char *name)
{
    node_t *body = node_new_object();
    node_set_str(body, "name", name);
    node_set_str(body, "cluster_template_id", "k");
    return body;
}

static const struct {
    const char *name;
    bool fine;
} names[] = {{"ml", true}, {"a.b_C-9", true}, {"1ml", false}, {"", false}, {"m l", false}, {"-a", false}, {"m/l", false}};

START_TEST(a_name_is_as_magnum_wants_it)
{
    err = ERR_INIT;
    CLEANUP(node_free) node_t *body = body_of(names[_i].name);
    ck_assert_int_eq(cluster_check(body, &err), names[_i].fine ? 0 : -1);
    err_release(&err);
}
END_TEST

/* A creation: what /v1/clusters/ml answers, what the POST gets, and how it ends. */
static const struct {
    const char *shown, *posted;
    enum err_code code;
    bool was_lost;
    const char *words;
    int posts;
} creations[] = {
    {MAGNUM_404, "{\"status\":202,\"body\":\"{\\\"uuid\\\":\\\"c\\\"}\"}", ERR_OK, false, NULL, 1},
    {STATUS("CREATE_COMPLETE"), "{\"status\":202}", ERR_CONFLICT, false, "c, CREATE_COMPLETE", 0},
    {MAGNUM_404 "," STATUS("CREATE_IN_PROGRESS"), "{\"close\":true}", ERR_OK, true, NULL, 1},
    {MAGNUM_404 "," MAGNUM_404 "," STATUS("CREATE_IN_PROGRESS"), "{\"status\":504}", ERR_OK, true, NULL, 1},
    {MAGNUM_404, "{\"close\":true}", ERR_UNREACHABLE, false, "look before repeating it", 1},
    {MAGNUM_404,
     "{\"status\":403,\"body\":\"{\\\"errors\\\":[{\\\"detail\\\":\\\"You have reached the maximum clusters per project, "
     "1.\\\"}]}\"}",
     ERR_CAPACITY, false, "maximum clusters", 1},
    {MAGNUM_404, "{\"status\":400,\"body\":\"{\\\"errors\\\":[{\\\"detail\\\":\\\"Invalid label\\\"}]}\"}", ERR_FAILED, false,
     "Invalid label", 1},
    {"{\"status\":503}", "{\"status\":202}", ERR_FAILED, false, "503", 0},
};

START_TEST(a_creation_is_never_repeated)
{
    AUTOFREE char *text =
        xasprintf(ROUTES("\"/v1/clusters/ml\":[%s],\"/v1/clusters\":[%s]"), creations[_i].shown, creations[_i].posted);
    start(text, "");
    CLEANUP(node_free) node_t *body = body_of("ml");
    bool was_lost = false;
    AUTOFREE char *id = cluster_create(&os, body, &was_lost, &err);
    AUTOFREE char *all = xasprintf("%s | %s | %s", err.what ? err.what : "", err.why ? err.why : "", err.hint ? err.hint : "");
    ck_assert_msg(err.code == creations[_i].code && was_lost == creations[_i].was_lost, "%d %s", err.code, all);
    ck_assert_msg(creations[_i].words ? strstr(all, creations[_i].words) != NULL : str_eq(id, "c"), "%s", all);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    int posts = 0;
    for (const node_t *request = node_first(log); request; request = node_next(request))
        posts += strcmp(node_str(request, "/path", ""), "/v1/clusters") == 0;
    ck_assert_int_eq(posts, creations[_i].posts);
    end();
}
END_TEST

/* ---- other changes ---- */

static const struct {
    const char *status, *reply;
    enum err_code code;
    const char *words;
    int asked;
} changes[] = {
    {"CREATE_COMPLETE", "{\"status\":202,\"body\":\"{}\"}", ERR_OK, "", 1},
    {"UPDATE_IN_PROGRESS", "{\"status\":202}", ERR_CONFLICT, "aiwf cluster wait ml", 0},
    {"CREATE_FAILED", "{\"status\":202}", ERR_FAILED, "it is CREATE_FAILED", 0},
    {"CREATE_COMPLETE",
     "{\"status\":400,\"body\":\"{\\\"errors\\\":[{\\\"detail\\\":\\\"Cluster c already has an operation in progress.\\\"}]}\"}",
     ERR_CONFLICT, "aiwf cluster wait ml", 1},
    {"CREATE_COMPLETE",
     "{\"status\":400,\"body\":\"{\\\"errors\\\":[{\\\"detail\\\":\\\"Resizing default-worker outside the allowed "
     "range\\\"}]}\"}",
     ERR_FAILED, "allowed range", 1},
};

START_TEST(a_change_meets_another)
{
    AUTOFREE char *text = xasprintf(ROUTES("\"/v1/clusters/c/actions/resize\":[%s]"), changes[_i].reply);
    start(text, "");
    CLEANUP(node_free) node_t *cluster = body_of("ml");
    node_set_str(cluster, "uuid", "c");
    node_set_str(cluster, "status", changes[_i].status);
    struct cluster_size size = {.nodes = 3};
    CLEANUP(node_free) node_t *body = cluster_size_body(&os, &size, &err);
    cluster_resize(&os, cluster, body, &err);
    AUTOFREE char *all = xasprintf("%s | %s | %s", err.what ? err.what : "", err.why ? err.why : "", err.hint ? err.hint : "");
    ck_assert_msg(err.code == changes[_i].code && strstr(all, changes[_i].words), "%d %s", err.code, all);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    ck_assert_int_eq((int)node_len(log), changes[_i].asked ? 2 : 0);
    end();
}
END_TEST

static const struct {
    const char *reason;
    enum err_code code;
    const char *word;
} causes[] = {
    {"VolumeSizeExceedsAvailableQuota: Requested volume exceeds", ERR_CAPACITY, "quota"},
    {"Message: No valid host was found. , Code: 500", ERR_CAPACITY, "no valid host"},
    {"Image x could not be found.", ERR_FAILED, "image"},
    {"Property error: Properties.image: No images matching {'name': 'x'}.", ERR_FAILED, "image"},
    {"Failed to create trustee or trust for Cluster", ERR_FAILED, "trust"},
    {"something else", ERR_FAILED, ""},
    {NULL, ERR_FAILED, ""},
};

START_TEST(a_reason_has_a_code)
{
    struct cluster_cause cause = cluster_cause(causes[_i].reason);
    ck_assert_int_eq(cause.code, causes[_i].code);
    ck_assert_str_eq(cause.word, causes[_i].word);
}
END_TEST

Suite *suite_cluster(void)
{
    Suite *suite = suite_create("cluster");
    TCase *tcase = tcase_create("cluster");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_wait_sees_through_passing_troubles);
    tcase_add_test(tcase, a_cluster_that_vanishes_ends_the_wait);
    tcase_add_test(tcase, only_magnum_says_that_it_is_gone);
    tcase_add_test(tcase, a_failure_is_told_to_who_only_waits);
    tcase_add_test(tcase, a_failed_deletion_is_told);
    tcase_add_test(tcase, a_stage_that_stands_still_ends_the_wait_with_the_cause);
    tcase_add_test(tcase, a_stage_that_stands_still_without_a_cause_is_a_timeout);
    tcase_add_test(tcase, a_deadline_tells_the_stage_and_what_it_waits_for);
    tcase_add_test(tcase, an_older_status_is_not_the_end_of_a_change);
    tcase_add_test(tcase, heat_names_the_resource_before_magnum_does);
    tcase_add_test(tcase, what_heat_has_ended_is_not_asked_for_again);
    tcase_add_loop_test(tcase, a_reason_comes_without_its_covers, 0, (int)ARRAY_LEN(reasons));
    tcase_add_loop_test(tcase, an_event_has_a_place, 0, (int)ARRAY_LEN(places));
    tcase_add_loop_test(tcase, a_stack_is_where_heat_says, 0, (int)ARRAY_LEN(locations));
    tcase_add_loop_test(tcase, a_name_is_as_magnum_wants_it, 0, (int)ARRAY_LEN(names));
    tcase_add_loop_test(tcase, a_creation_is_never_repeated, 0, (int)ARRAY_LEN(creations));
    tcase_add_loop_test(tcase, a_change_meets_another, 0, (int)ARRAY_LEN(changes));
    tcase_add_loop_test(tcase, a_reason_has_a_code, 0, (int)ARRAY_LEN(causes));
    suite_add_tcase(suite, tcase);
    return suite;
}
