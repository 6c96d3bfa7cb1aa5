#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "serverless/container.h"
#include "serverless/deployment.h"
#include "serverless/knative.h"
#include "serverless/knative_start.h"
#include "serverless/traffic.h"
#include "serverless/trigger.h"
#include "suites.h"

#define SPEC .name = "f", .image = "i", .mode = "http", .scale_min = -1, .scale_max = -1, .idle_ms = -1, .queue = -1

static void expect_json(const node_t *node, const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *wanted = json_parse(text, strlen(text), "expected", &err);
    CLEANUP(str_release) struct str got = STR_INIT;
    json_print(node, &got);
    ck_assert_msg(wanted && node_equal(node, wanted), "got %s\nwanted %s", got.buf, text);
}

static struct strv list_of(const char *text)
{
    struct strv list = STRV_INIT;
    strv_split(&list, text, " ");
    return list;
}

/* What a runtime has no word for is refused by its option, and who has it is named. */
START_TEST(what_is_not_there_is_refused_by_its_option)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct function_spec spec = {SPEC};
    struct function_detail detail = {0};
    spec.detail = &detail;
    for (const struct runtime *const *runtime = runtimes; *runtime; runtime++) {
        ck_assert_ptr_nonnull((*runtime)->support);
        spec.command = (*runtime)->support[FEATURE_COMMAND].as ? "cat" : NULL;
        ck_assert_msg(function_check(*runtime, &spec, &err) == 0, "%s: %s", (*runtime)->name, err.what);
    }
    spec.command = "cat";
    spec.queue = 5;
    ck_assert_int_eq(function_check(runtime_find("knative"), &spec, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert(str_starts(err.what, "--queue: "));
    ck_assert_ptr_nonnull(strstr(err.hint, "--runtime local"));
    ck_assert_ptr_null(strstr(err.hint, "--runtime knative"));
    spec.queue = -1;
    detail.volumes = list_of("/x=pvc:c");
    ck_assert_int_eq(function_check(runtime_find("local"), &spec, &err), -1);
    ck_assert(str_starts(err.what, "--volume PATH=pvc:NAME: local has no such thing"));
    ck_assert_int_eq(function_check(runtime_find("deployment"), &spec, &err), 0);
    strv_release(&detail.volumes);
    spec.image = NULL;
    ck_assert_int_eq(function_check(runtime_find("openfaas"), &spec, &err), -1);
    ck_assert_str_eq(err.hint, "--image");
}
END_TEST

START_TEST(claims_are_written_unless_they_say_not)
{
    struct function_detail detail = {.volumes = list_of("/x=pvc:c:ro")};
    struct function_spec spec = {SPEC, .detail = &detail};
    ck_assert(function_says(&spec, FEATURE_VOLUME_CLAIM));
    ck_assert(!function_says(&spec, FEATURE_VOLUME_WRITE));
    ck_assert(!function_says(&spec, FEATURE_VOLUME_EMPTY));
    strv_add(&detail.volumes, "/y=pvc:d");
    ck_assert(function_says(&spec, FEATURE_VOLUME_WRITE));
    strv_release(&detail.volumes);
}
END_TEST

static const struct {
    const char *probe, *json; /* NULL: it is none */
} probes[] = {
    {"http:/ready", "{\"httpGet\":{\"path\":\"/ready\"}}"},
    {"http:8081:/a:b", "{\"httpGet\":{\"path\":\"/a:b\",\"port\":8081}}"},
    {"tcp", "{\"tcpSocket\":{}}"},
    {"tcp:90,period=1500ms,failures=4", "{\"tcpSocket\":{\"port\":90},\"periodSeconds\":2,\"failureThreshold\":4}"},
    {"grpc:50051", "{\"grpc\":{\"port\":50051}}"},
    {"exec:test a,b,delay=5s", "{\"exec\":{\"command\":[\"/bin/sh\",\"-c\",\"test a,b\"]},\"initialDelaySeconds\":5}"},
    {"http:ready", NULL},
    {"http:99999:/x", NULL},
    {"http:80x/", NULL},
    {"tcp:", NULL},
    {"grpc:", NULL},
    {"exec:", NULL},
    {"tcp:80,period=much", NULL},
    {"tcp:80,colour=red", NULL},
    {"", NULL},
    {"/ready", NULL},
};

START_TEST(a_probe_is_read)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct function_detail detail = {.ready_probe = probes[_i].probe};
    struct function_spec spec = {SPEC, .detail = &detail};
    if (!probes[_i].json) {
        ck_assert_int_eq(container_check(&spec, &err), -1);
        ck_assert_int_eq(err.code, ERR_USAGE);
        ck_assert(str_starts(err.what, "--ready-probe: "));
        return;
    }
    ck_assert_msg(container_check(&spec, &err) == 0, "%s", err.what);
    CLEANUP(node_free) node_t *container = container_of(&spec, NULL);
    expect_json(node_get(container, "readinessProbe"), probes[_i].json);
}
END_TEST

static const struct {
    const char *text, *volume; /* NULL: it is none */
} volumes[] = {
    {"/a=secret:s", "{\"name\":\"volume-0\",\"secret\":{\"secretName\":\"s\"}}"},
    {"/a=config-map:m", "{\"name\":\"volume-0\",\"configMap\":{\"name\":\"m\"}}"},
    {"/a=pvc:c", "{\"name\":\"volume-0\",\"persistentVolumeClaim\":{\"claimName\":\"c\"}}"},
    {"/a=pvc:c:ro", "{\"name\":\"volume-0\",\"persistentVolumeClaim\":{\"claimName\":\"c\",\"readOnly\":true}}"},
    {"/a=empty-dir", "{\"name\":\"volume-0\",\"emptyDir\":{}}"},
    {"/a=empty-dir:1Gi", "{\"name\":\"volume-0\",\"emptyDir\":{\"sizeLimit\":\"1Gi\"}}"},
    {"a=secret:s", NULL},
    {"/a/../b=secret:s", NULL},
    {"/a=secret:", NULL},
    {"/a=pvc:", NULL},
    {"/a=pvc::ro", NULL},
    {"/a=empty-dir:", NULL},
    {"/a=host:/etc", NULL},
    {"/a", NULL},
    {"=secret:s", NULL},
};

START_TEST(a_volume_is_read)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct function_detail detail = {.volumes = list_of(volumes[_i].text)};
    struct function_spec spec = {SPEC, .detail = &detail};
    CLEANUP(node_free) node_t *pod = node_new_object();
    int rc = container_check(&spec, &err);
    ck_assert_int_eq(rc, volumes[_i].volume ? 0 : -1);
    if (volumes[_i].volume) {
        container_fill_pod(&spec, pod);
        expect_json(node_at(pod, "/volumes/0"), volumes[_i].volume);
    } else {
        ck_assert(str_starts(err.what, "--volume: "));
    }
    strv_release(&detail.volumes);
}
END_TEST

START_TEST(where_a_pod_may_run)
{
    struct function_detail detail = {
        .node_selector = list_of("gpu=a100"),
        .node_affinity = list_of("zone=a,b"),
        .tolerations = list_of("nvidia.com/gpu:NoSchedule spot=true"),
        .pull_secrets = list_of("r"),
        .service_account = "sa",
        .runtime_class = "nvidia",
    };
    struct function_spec spec = {SPEC, .detail = &detail};
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *pod = node_new_object();
    ck_assert_int_eq(container_check(&spec, &err), 0);
    container_fill_pod(&spec, pod);
    expect_json(pod, "{\"serviceAccountName\":\"sa\",\"runtimeClassName\":\"nvidia\",\"imagePullSecrets\":[{\"name\":\"r\"}],"
                     "\"nodeSelector\":{\"gpu\":\"a100\"},\"affinity\":{\"nodeAffinity\":{"
                     "\"requiredDuringSchedulingIgnoredDuringExecution\":{\"nodeSelectorTerms\":[{\"matchExpressions\":["
                     "{\"key\":\"zone\",\"operator\":\"In\",\"values\":[\"a\",\"b\"]}]}]}}},\"tolerations\":["
                     "{\"key\":\"nvidia.com/gpu\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\"},"
                     "{\"key\":\"spot\",\"operator\":\"Equal\",\"value\":\"true\"}]}");
    strv_add(&detail.tolerations, "a:Sometimes");
    ck_assert_int_eq(container_check(&spec, &err), -1);
    ck_assert(str_starts(err.what, "--toleration: "));
    strv_release(&detail.node_selector);
    strv_release(&detail.node_affinity);
    strv_release(&detail.tolerations);
    strv_release(&detail.pull_secrets);
}
END_TEST

START_TEST(an_environment_from_elsewhere)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct function_detail detail = {.env_from = list_of("secret:s config-map:m"), .env_value_from = list_of("K=secret:s:key")};
    struct function_spec spec = {SPEC, .detail = &detail};
    ck_assert_int_eq(container_check(&spec, &err), 0);
    CLEANUP(node_free) node_t *container = container_of(&spec, NULL);
    expect_json(node_get(container, "env"),
                "[{\"name\":\"K\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"s\",\"key\":\"key\"}}}]");
    expect_json(node_get(container, "envFrom"), "[{\"secretRef\":{\"name\":\"s\"}},{\"configMapRef\":{\"name\":\"m\"}}]");
    strv_add(&detail.env_value_from, "K=secret:s");
    ck_assert_int_eq(container_check(&spec, &err), -1);
    ck_assert(str_starts(err.what, "--env-value-from: "));
    strv_release(&detail.env_from);
    strv_release(&detail.env_value_from);
}
END_TEST

static const struct {
    const char *metric, *class, *json; /* NULL: it is refused */
} metrics[] = {
    {"rps=100", NULL, "{\"autoscaling.knative.dev/metric\":\"rps\",\"autoscaling.knative.dev/target\":\"100\"}"},
    {"cpu=70", NULL,
     "{\"autoscaling.knative.dev/metric\":\"cpu\",\"autoscaling.knative.dev/target\":\"70\","
     "\"autoscaling.knative.dev/class\":\"hpa.autoscaling.knative.dev\"}"},
    {"concurrency=2", "kpa",
     "{\"autoscaling.knative.dev/metric\":\"concurrency\",\"autoscaling.knative.dev/target\":\"2\","
     "\"autoscaling.knative.dev/class\":\"kpa.autoscaling.knative.dev\"}"},
    {"queue=2", "mine.example.com",
     "{\"autoscaling.knative.dev/metric\":\"queue\",\"autoscaling.knative.dev/target\":\"2\","
     "\"autoscaling.knative.dev/class\":\"mine.example.com\"}"},
    {"cpu=70", "kpa", NULL},
    {"rps=1 cpu=2", NULL, NULL},
    {"rps=0", NULL, NULL},
    {"rps", NULL, NULL},
    {"rps=1", "vpa", NULL},
};

START_TEST(what_knative_decides_by)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv given = list_of(metrics[_i].metric);
    struct function_detail detail = {.scale_class = metrics[_i].class};
    struct function_spec spec = {SPEC, .detail = &detail, .metrics = &given};
    ck_assert_int_eq(knative_check(&spec, &err), metrics[_i].json ? 0 : -1);
    if (!metrics[_i].json)
        return;
    CLEANUP(node_free) node_t *service = knative_service(&spec, NULL);
    expect_json(node_at(service, "/spec/template/metadata/annotations"), metrics[_i].json);
}
END_TEST

static const struct {
    int64_t min, max;
    const char *initial, *activation, *says; /* NULL: all is well */
} bounds[] = {
    {1, 4, "4", "2", NULL},
    {0, 0, "9", "9", NULL}, /* no ceiling */
    {5, 4, NULL, NULL, "--scale: "},
    {3, 4, NULL, "2", "--scale-activation 2 is less"},
    {1, 4, NULL, "5", "--scale-activation 5 is more"},
    {1, 4, "5", NULL, "--scale-initial 5 is more"},
    {1, 4, "-1", NULL, "--scale-initial: "},
    {1, 4, NULL, "x", "--scale-activation: "},
    {0, 4, NULL, "1", "--scale-activation: \"1\" is not a number of 2 to"},
};

START_TEST(bounds_that_cross_are_refused)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct function_detail detail = {.scale_initial = bounds[_i].initial, .scale_activation = bounds[_i].activation};
    struct function_spec spec = {SPEC, .detail = &detail};
    spec.scale_min = bounds[_i].min;
    spec.scale_max = bounds[_i].max;
    ck_assert_int_eq(knative_check(&spec, &err), bounds[_i].says ? -1 : 0);
    ck_assert_msg(!bounds[_i].says || str_starts(err.what, bounds[_i].says), "%s", err.what);
}
END_TEST

START_TEST(what_belongs_to_the_service_is_there)
{
    struct function_detail detail = {
        .annotations = list_of("networking.knative.dev/http-protocol=Redirected a=b"),
        .rollout = "2m",
        .revision_name = "v2",
        .cluster_local = true,
    };
    struct function_spec spec = {SPEC, .detail = &detail};
    CLEANUP(node_free) node_t *service = knative_service(&spec, NULL);
    expect_json(node_at(service, "/metadata/annotations"), "{\"serving.knative.dev/rollout-duration\":\"120s\","
                                                           "\"networking.knative.dev/http-protocol\":\"Redirected\"}");
    expect_json(node_at(service, "/spec/template/metadata"), "{\"name\":\"f-v2\",\"annotations\":{\"a\":\"b\"}}");
    ck_assert_str_eq(node_str(service, "/metadata/labels/networking.knative.dev~1visibility", ""), "cluster-local");
    detail.revision_name = "f-v3";
    CLEANUP(node_free) node_t *whole = knative_service(&spec, NULL);
    ck_assert_str_eq(node_str(whole, "/spec/template/metadata/name", ""), "f-v3");
    strv_release(&detail.annotations);
}
END_TEST

static const struct {
    const char *before, *shares, *tags, *removed, *after; /* after NULL: it is refused */
} shifts[] = {
    {"[]", "", "", "", "[]"},
    {"[]", "f-1=10", "", "", "[{\"revisionName\":\"f-1\",\"percent\":10},{\"latestRevision\":true,\"percent\":90}]"},
    {"[]", "f-1=100", "", "", "[{\"revisionName\":\"f-1\",\"percent\":100}]"},
    {"[]", "f-1=40 f-2=60", "", "", "[{\"revisionName\":\"f-1\",\"percent\":40},{\"revisionName\":\"f-2\",\"percent\":60}]"},
    {"[]", "", "@latest=next", "", "[{\"latestRevision\":true,\"percent\":100,\"tag\":\"next\"}]"},
    {"[]", "", "f-1=old", "",
     "[{\"latestRevision\":true,\"percent\":100},{\"revisionName\":\"f-1\",\"percent\":0,\"tag\":\"old\"}]"},
    /* shares replace shares, and tags stay */
    {"[{\"revisionName\":\"f-1\",\"percent\":100,\"tag\":\"old\",\"url\":\"http://x\"}]", "@latest=100", "", "",
     "[{\"revisionName\":\"f-1\",\"percent\":0,\"tag\":\"old\"},{\"latestRevision\":true,\"percent\":100}]"},
    /* a tag moves */
    {"[{\"revisionName\":\"f-1\",\"percent\":100,\"tag\":\"t\"}]", "", "f-2=t", "",
     "[{\"revisionName\":\"f-1\",\"percent\":100},{\"revisionName\":\"f-2\",\"percent\":0,\"tag\":\"t\"}]"},
    {"[{\"revisionName\":\"f-1\",\"percent\":0,\"tag\":\"t\"},{\"latestRevision\":true,\"percent\":100}]", "", "", "t",
     "[{\"latestRevision\":true,\"percent\":100}]"},
    {"[]", "f-1=101", "", "", NULL},
    {"[]", "f-1=60 f-2=60", "", "", NULL},
    {"[]", "@latest=60", "", "", NULL},
    {"[]", "f-1=10 f-1=20", "", "", NULL},
    {"[]", "f-1", "", "", NULL},
    {"[]", "=10", "", "", NULL},
    {"[]", "", "f-1=T", "", NULL},
    {"[]", "", "f-1=a f-2=a", "", NULL},
    {"[]", "", "", "none", NULL},
};

START_TEST(requests_are_shared)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv shares = list_of(shifts[_i].shares);
    CLEANUP(strv_release) struct strv tags = list_of(shifts[_i].tags);
    CLEANUP(strv_release) struct strv removed = list_of(shifts[_i].removed);
    CLEANUP(node_free) node_t *before = json_parse(shifts[_i].before, strlen(shifts[_i].before), "it", &err);
    const struct traffic_change change = {.shares = &shares, .tags = &tags, .removed = &removed};
    CLEANUP(node_free) node_t *after = traffic_changed(before, &change, &err);
    ck_assert_msg(!after == !shifts[_i].after, "%s", err.what ? err.what : "it was taken");
    if (after)
        expect_json(after, shifts[_i].after);
}
END_TEST

static const char service_text[] =
    "{\"apiVersion\":\"serving.knative.dev/v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"f\",\"namespace\":\"n\","
    "\"uid\":\"u\",\"resourceVersion\":\"7\",\"labels\":{\"a\":\"b\"},\"annotations\":{\"serving.knative.dev/creator\":\"me\","
    "\"mine\":\"x\"}},\"spec\":{\"template\":{\"metadata\":{\"creationTimestamp\":null},\"spec\":{\"containers\":["
    "{\"image\":\"i\"}]}},\"traffic\":[{\"latestRevision\":true,\"percent\":100}]},\"status\":{\"traffic\":["
    "{\"revisionName\":\"f-00002\",\"percent\":90},{\"revisionName\":\"f-00001\",\"percent\":10,\"tag\":\"old\","
    "\"url\":\"http://old-f\"}]}}";

START_TEST(an_export_deploys_the_same_again)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *service = json_parse(service_text, strlen(service_text), "it", &err);
    CLEANUP(node_free) node_t *manifest = knative_manifest(service);
    expect_json(manifest, "{\"apiVersion\":\"serving.knative.dev/v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"f\","
                          "\"labels\":{\"a\":\"b\"},\"annotations\":{\"mine\":\"x\"}},\"spec\":{\"template\":{\"metadata\":{},"
                          "\"spec\":{\"containers\":[{\"image\":\"i\"}]}}}}");
}
END_TEST

START_TEST(revisions_are_listed_newest_first)
{
    static const char text[] =
        "[{\"metadata\":{\"name\":\"f-00001\",\"labels\":{\"serving.knative.dev/configurationGeneration\":\"1\"}},"
        "\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}},"
        "{\"metadata\":{\"name\":\"f-00010\",\"labels\":{\"serving.knative.dev/configurationGeneration\":\"10\"}},"
        "\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\",\"reason\":\"ExitCode3\"}]}},"
        "{\"metadata\":{\"name\":\"f-00002\",\"labels\":{\"serving.knative.dev/configurationGeneration\":\"2\"}},"
        "\"status\":{\"actualReplicas\":1,\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}]";
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *service = json_parse(service_text, strlen(service_text), "it", &err);
    CLEANUP(node_free) node_t *all = json_parse(text, strlen(text), "it", &err);
    CLEANUP(node_free) node_t *list = knative_revisions(service, all);
    CLEANUP(str_release) struct str got = STR_INIT;
    for (const node_t *one = node_first(list); one; one = node_next(one))
        str_addf(&got, "%s %s %lld %s;", node_str(one, "/revision", ""), node_str(one, "/state", ""),
                 (long long)node_int(one, "/percent", -1), node_str(one, "/message", node_str(one, "/tags/0", "-")));
    ck_assert_str_eq(got.buf, "f-00010 Failed 0 ExitCode3;f-00002 Ready 90 -;f-00001 Idle 10 old;");
}
END_TEST

#define SERVICE(generation)                                                                                              \
    "{\"metadata\":{\"name\":\"f\",\"generation\":2},\"status\":{\"observedGeneration\":" generation ",\"conditions\":[" \
    "{\"type\":\"RoutesReady\",\"status\":\"Unknown\",\"message\":\"later\"}]}}"
#define POD(state, ready)                                                                                                 \
    "{\"metadata\":{\"uid\":\"u\"},\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"" ready "\"}],"           \
    "\"containerStatuses\":[{\"name\":\"queue-proxy\",\"state\":{\"running\":{\"startedAt\":\"2026-01-01T00:00:00Z\"}}}," \
    "{\"name\":\"user-container\"," state "}]}}"
#define RUNNING "\"imageID\":\"x\",\"state\":{\"running\":{\"startedAt\":\"2026-01-01T00:00:10Z\"}}"

static const struct {
    const char *service, *revision, *pods, *stages;
    int64_t unready_ms; /* -1: it is not said */
} sights[] = {
    {SERVICE("1"), "Unknown", "[" POD(RUNNING, "True") "]", "configuration waiting;", -1},
    {SERVICE("2"), "True", "[]", "configuration ok;revision ok;image ok;pods ok;probe ok;route waiting;", -1},
    {SERVICE("2"), "Unknown", "[" POD("\"state\":{\"waiting\":{\"reason\":\"ContainerCreating\"}}", "False") "]",
     "configuration ok;revision waiting;image waiting;pods waiting;probe waiting;route waiting;", -1},
    {SERVICE("2"), "Unknown", "[" POD("\"state\":{\"waiting\":{\"reason\":\"ErrImagePull\",\"message\":\"no\"}}", "False") "]",
     "configuration ok;revision waiting;image failed;pods waiting;probe waiting;route waiting;", -1},
    {SERVICE("2"), "Unknown", "[" POD(RUNNING, "False") "]",
     "configuration ok;revision waiting;image ok;pods ok;probe waiting;route waiting;", 5000},
    {SERVICE("2"), "False", "[" POD(RUNNING, "True") "]",
     "configuration ok;revision failed;image ok;pods ok;probe waiting;route waiting;", -1},
};

START_TEST(a_start_is_told_in_stages)
{
    enum { FIFTEEN_S = 15000 };
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *text = xasprintf("{\"metadata\":{\"name\":\"f-1\"},\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":"
                                    "\"%s\"}]}}",
                                    sights[_i].revision);
    CLEANUP(node_free) node_t *service = json_parse(sights[_i].service, strlen(sights[_i].service), "it", &err);
    CLEANUP(node_free) node_t *revision = json_parse(text, strlen(text), "it", &err);
    CLEANUP(node_free) node_t *pods = json_parse(sights[_i].pods, strlen(sights[_i].pods), "it", &err);
    CLEANUP(node_free) node_t *function = node_new_object();
    struct knative_sight sight = {.service = service, .revision = revision, .pods = pods};
    ck_assert(rfc3339_parse("2026-01-01T00:00:00Z", &sight.now_ms));
    sight.now_ms += FIFTEEN_S;
    knative_tell_stages(&sight, function);
    CLEANUP(str_release) struct str got = STR_INIT;
    for (const node_t *one = node_first(node_get(function, "stages")); one; one = node_next(one))
        str_addf(&got, "%s %s;", node_str(one, "/stage", ""), node_str(one, "/state", ""));
    ck_assert_str_eq(got.buf, sights[_i].stages);
    ck_assert_int_eq(node_int(function, "/unready_ms", -1), sights[_i].unready_ms);
}
END_TEST

START_TEST(a_failed_revision_says_why)
{
    static const char text[] =
        "{\"metadata\":{\"name\":\"f-1\"},\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\","
        "\"reason\":\"ExitCode3\",\"message\":\"Container failed with: x\\n\"}]}}";
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *revision = json_parse(text, strlen(text), "it", &err);
    CLEANUP(node_free) node_t *function = node_new_object();
    node_set_str(function, "state", "Deploying");
    knative_tell_failure(revision, function);
    ck_assert_ptr_null(node_get(function, "message"));
    node_set_str(function, "state", "Failed");
    knative_tell_failure(revision, function);
    ck_assert_str_eq(node_str(function, "/message", ""), "f-1: ExitCode3: Container failed with: x");
}
END_TEST

static const struct {
    const char *broker, *filters, *schedule, *data, *kafka, *topics, *spec; /* spec NULL: it is refused */
} triggers[] = {
    {NULL, "type=a source=/b", NULL, NULL, NULL, "",
     "{\"broker\":\"default\",\"filter\":{\"attributes\":{\"type\":\"a\",\"source\":\"/"
     "b\"}},\"subscriber\":{\"ref\":{\"apiVersion\":"
     "\"serving.knative.dev/v1\",\"kind\":\"Service\",\"name\":\"f\"}}}"},
    {NULL, "", "* * * * *", "{}", NULL, "",
     "{\"schedule\":\"* * * * *\",\"contentType\":\"application/json\",\"data\":\"{}\",\"sink\":{\"ref\":{\"apiVersion\":"
     "\"serving.knative.dev/v1\",\"kind\":\"Service\",\"name\":\"f\"}}}"},
    {NULL, "", NULL, NULL, "k:9092,l:9092", "t",
     "{\"bootstrapServers\":[\"k:9092\",\"l:9092\"],\"topics\":[\"t\"],\"sink\":{\"ref\":{\"apiVersion\":\"serving.knative.dev/"
     "v1\","
     "\"kind\":\"Service\",\"name\":\"f\"}}}"},
    {"b", "", "* * * * *", NULL, NULL, "", NULL},
    {NULL, "", NULL, "{}", NULL, "", NULL},
    {NULL, "", NULL, NULL, "k:1", "", NULL},
    {NULL, "", NULL, NULL, NULL, "t", NULL},
    {NULL, "type", NULL, NULL, NULL, "", NULL},
};

START_TEST(a_trigger_is_one_of_three)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv filters = list_of(triggers[_i].filters);
    CLEANUP(strv_release) struct strv topics = list_of(triggers[_i].topics);
    struct trigger_spec spec = {.name = "t",
                                .function = "f",
                                .broker = triggers[_i].broker,
                                .filters = &filters,
                                .schedule = triggers[_i].schedule,
                                .data = triggers[_i].data,
                                .kafka = triggers[_i].kafka,
                                .topics = &topics};
    enum trigger_kind kind;
    int rc = trigger_check(&spec, &kind, &err);
    ck_assert_int_eq(rc, triggers[_i].spec ? 0 : -1);
    if (rc != 0)
        return;
    CLEANUP(node_free) node_t *object = trigger_object(&spec, kind, "n");
    expect_json(node_get(object, "spec"), triggers[_i].spec);
    CLEANUP(node_free) node_t *document = trigger_document(object, kind);
    ck_assert_str_eq(node_str(document, "/function", ""), "f");
}
END_TEST

Suite *suite_function(void)
{
    Suite *suite = suite_create("function");
    TCase *tc = tcase_create("function");
    tcase_add_test(tc, what_is_not_there_is_refused_by_its_option);
    tcase_add_test(tc, claims_are_written_unless_they_say_not);
    tcase_add_loop_test(tc, a_probe_is_read, 0, (int)ARRAY_LEN(probes));
    tcase_add_loop_test(tc, a_volume_is_read, 0, (int)ARRAY_LEN(volumes));
    tcase_add_test(tc, where_a_pod_may_run);
    tcase_add_test(tc, an_environment_from_elsewhere);
    tcase_add_loop_test(tc, what_knative_decides_by, 0, (int)ARRAY_LEN(metrics));
    tcase_add_loop_test(tc, bounds_that_cross_are_refused, 0, (int)ARRAY_LEN(bounds));
    tcase_add_test(tc, what_belongs_to_the_service_is_there);
    tcase_add_loop_test(tc, requests_are_shared, 0, (int)ARRAY_LEN(shifts));
    tcase_add_test(tc, an_export_deploys_the_same_again);
    tcase_add_test(tc, revisions_are_listed_newest_first);
    tcase_add_loop_test(tc, a_start_is_told_in_stages, 0, (int)ARRAY_LEN(sights));
    tcase_add_test(tc, a_failed_revision_says_why);
    tcase_add_loop_test(tc, a_trigger_is_one_of_three, 0, (int)ARRAY_LEN(triggers));
    suite_add_tcase(suite, tc);
    return suite;
}
