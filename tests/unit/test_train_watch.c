/* A job that is followed by watches: what a server that watches, refuses to, or comes and goes makes of it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "suites.h"
#include "train/kube_job.h"
#include "wire.h"

enum { ENOUGH_MS = 20000 };

#define JOBS               "/apis/batch/v1/namespaces/default/jobs"
#define PODS               "/api/v1/namespaces/default/pods"
#define JOB(version, rest) "{'metadata':{'name':'x','uid':'u','resourceVersion':'" version "'}" rest "}"
#define ANOTHER            "{'metadata':{'name':'x','uid':'v','resourceVersion':'30'}}"
#define ENDED              ",'status':{'conditions':[{'type':'Complete','status':'True'}]}"
#define LIST(items)        "{'metadata':{'resourceVersion':'10'},'items':[" items "]}"
#define EVENT(type, job)   "{'type':'" type "','object':" job "}\\n"
#define HANG               "{\"hang\":true}"
#define REPLY(text)        "{\"chunked\":true,\"body\":\"" text "\"}"
#define CASE(shown, jobs, changes)                                                                                      \
    "{\"routes\":{\"" JOBS "/x\":[" shown "],\"" JOBS "\":[" jobs "],\"" JOBS "?watch\":[" changes "," HANG "],\"" PODS \
    "\":[" REPLY(LIST("")) "],\"" PODS "?watch\":[" HANG "]}}"

/* ' becomes \", except inside of the script's own keys, which are written with " here. */
static void start(struct wire *wire, const char *quoted)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    for (const char *p = quoted; *p; p++)
        str_add(&text, *p == '\'' ? "\\\"" : (char[]){*p, '\0'});
    wire_start(wire, text.buf);
}

static void open_kube(const struct wire *wire, struct kube *kube)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(kube_open(kube, &(struct kube_access){.server = wire->url}, &(struct kube_settings){0}, &err), 0);
}

struct seen {
    struct str states;   /* each once: "Pending Succeeded" */
    size_t troubles;     /* looks that saw nothing */
    enum err_code error; /* of the last look */
};
static void seen_release(struct seen *seen) { str_release(&seen->states); }
DEFINE_CLEANUP(struct seen, seen_release)

static bool look(struct job_watch *watch, struct seen *seen)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *job = job_watch_look(watch, &err);
    const char *state = node_str(job, "/state", "");
    seen->troubles += !job;
    seen->error = err.code;
    if (!str_ends(seen->states.buf, state))
        str_addf(&seen->states, "%s%s", seen->states.len ? " " : "", state);
    return job_is_over(job) || err.code == ERR_NOT_FOUND;
}

static void follow(const struct wire *wire, struct seen *seen)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(kube_release) struct kube kube;
    open_kube(wire, &kube);
    const struct trainer_env env = {.trainer = trainer_find("job"), .kube = &kube};
    CLEANUP(job_watch_close) struct job_watch *watch = env.trainer->watch(&env, "x");
    *seen = (struct seen){.states = STR_INIT};
    for (int64_t until = clock_mono_ms() + ENOUGH_MS; !look(watch, seen) && clock_mono_ms() < until;)
        ck_assert_int_eq(job_watch_change(watch, 200, &err), 0);
}

static size_t times_asked(const struct wire *wire, const char *path)
{
    size_t n = 0;
    CLEANUP(node_free) node_t *log = wire_log(wire);
    for (const node_t *entry = node_first(log); entry; entry = node_next(entry))
        n += strcmp(node_str(entry, "/path", ""), path) == 0;
    return n;
}

START_TEST(it_is_asked_once_and_then_followed)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(seen_release) struct seen seen;
    start(&wire, CASE(REPLY(JOB("9", "")) "," REPLY(JOB("11", ENDED)), REPLY(LIST(JOB("10", ",'status':{'active':1,'ready':1}"))),
                      "{\"delay_ms\":900,\"chunked\":true,\"body\":\"" EVENT("MODIFIED", JOB("11", ENDED)) "\"}"));
    follow(&wire, &seen);
    ck_assert_str_eq(seen.states.buf, "Pending Running Succeeded");
    ck_assert_uint_eq(times_asked(&wire, JOBS "/x"), 2); /* at the beginning and at the end */
}
END_TEST

START_TEST(a_server_that_comes_and_goes_is_trouble_and_no_end)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(seen_release) struct seen seen;
    start(&wire, CASE(REPLY(JOB("9", "")) "," REPLY(JOB("11", ENDED)), REPLY(LIST(JOB("10", ""))),
                      "{\"status\":503}," REPLY(EVENT("MODIFIED", JOB("11", ENDED)))));
    follow(&wire, &seen);
    ck_assert_str_eq(seen.states.buf, "Pending Succeeded");
    ck_assert_uint_ge(seen.troubles, 1);
}
END_TEST

START_TEST(where_it_may_not_be_watched_it_is_asked_again)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(seen_release) struct seen seen;
    start(&wire, CASE(REPLY(JOB("9", "")) "," REPLY(JOB("9", "")) "," REPLY(JOB("9", "")) "," REPLY(JOB("11", ENDED)),
                      "{\"status\":403,\"body\":\"{'kind':'Status','code':403}\"}", HANG));
    follow(&wire, &seen);
    ck_assert_str_eq(seen.states.buf, "Pending Succeeded");
    ck_assert_uint_eq(seen.troubles, 0);
}
END_TEST

/* The watch of the job is back before that of its pods: why it failed is in what they have not heard yet. */
START_TEST(the_end_is_looked_at_whole)
{
    static const char failed[] = ",'status':{'conditions':[{'type':'Failed','status':'True','reason':'BackoffLimitExceeded'}]}";
    static const char pod[] = "{'metadata':{'name':'p','uid':'p','resourceVersion':'%d','labels':{'batch.kubernetes.io/"
                              "job-completion-index':'0'}},'status':{'phase':'%s'%s}}";
    CLEANUP(wire_stop) struct wire wire;
    AUTOFREE char *job = xasprintf("{'metadata':{'name':'x','uid':'u','resourceVersion':'11'}%s}", failed);
    AUTOFREE char *runs = xasprintf(pod, 9, "Running", "");
    AUTOFREE char *ended = xasprintf(
        pod, 11, "Failed", ",'containerStatuses':[{'name':'main','state':{'terminated':{'exitCode':3,'reason':'Error'}}}]");
    AUTOFREE char *script = xasprintf(
        "{\"routes\":{\"" JOBS "/x\":[" REPLY(JOB("9", "")) "," REPLY("%s") "],\"" JOBS "\":[" REPLY(
            LIST(JOB("10", ""))) "],\"" JOBS
                                 "?watch\":[" REPLY("{'type':'MODIFIED','object':%s}\\n") "," HANG "],\"" PODS "\":[" REPLY(
                                     LIST("%s")) "," REPLY(LIST("%s")) "," REPLY(LIST("%s")) "],\"" PODS "?watch\":[" HANG "]}}",
        job, job, runs, runs, ended);
    start(&wire, script);
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(kube_release) struct kube kube;
    open_kube(&wire, &kube);
    const struct trainer_env env = {.trainer = trainer_find("job"), .kube = &kube};
    CLEANUP(job_watch_close) struct job_watch *watch = env.trainer->watch(&env, "x");
    for (int64_t until = clock_mono_ms() + ENOUGH_MS;;) {
        CLEANUP(node_free) node_t *seen = job_watch_look(watch, &err);
        ck_assert_msg(seen, "%s: %s", err.what, err.why);
        if (job_is_over(seen)) {
            ck_assert_int_eq(node_int(seen, "/exit_code", -1), 3);
            break;
        }
        ck_assert_int_lt(clock_mono_ms(), until);
        ck_assert_int_eq(job_watch_change(watch, 200, &err), 0);
    }
}
END_TEST

START_TEST(another_job_of_its_name_is_not_the_one_that_was_waited_for)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(seen_release) struct seen seen;
    start(&wire,
          CASE(REPLY(JOB("9", "")), REPLY(LIST(JOB("10", ""))), REPLY(EVENT("DELETED", JOB("12", "")) EVENT("ADDED", ANOTHER))));
    follow(&wire, &seen);
    ck_assert_int_eq(seen.error, ERR_NOT_FOUND);
}
END_TEST

/* Kueue would make a workload later, and let the job in. */
START_TEST(one_that_is_cancelled_before_kueue_has_come_to_it_leaves_the_queue)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(kube_release) struct kube kube;
    const char *workloads = _i ? "{'metadata':{'name':'w'}}" : "";
    AUTOFREE char *script = xasprintf(
        "{\"routes\":{\"" JOBS "/x\":[" REPLY("{'metadata':{'name':'x','uid':'u','labels':{'kueue.x-k8s.io/queue-name':'q'}},"
                                              "'spec':{'suspend':true}}") "],\"/apis/kueue.x-k8s.io/v1beta1/namespaces/default/"
                                                                          "workloads\":[{\"body\":\"{'items':[%s]}\"}]},"
                                                                          "\"replies\":[{\"body\":\"{}\"}]}",
        workloads);
    start(&wire, script);
    open_kube(&wire, &kube);
    const struct trainer_env env = {.trainer = trainer_find("job"), .kube = &kube};
    ck_assert_msg(env.trainer->cancel(&env, "x", &err) == 0, "%s: %s", err.what, err.why);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    const node_t *last = NULL;
    for (const node_t *entry = node_first(log); entry; entry = node_next(entry))
        last = entry;
    CLEANUP(node_free)
    node_t *patch = json_parse(node_str(last, "/body", ""), strlen(node_str(last, "/body", "")), "patch", &err);
    const node_t *label = node_at(patch, "/metadata/labels/kueue.x-k8s.io~1queue-name");
    ck_assert(node_bool(patch, "/spec/suspend", false));
    ck_assert(_i ? !label : node_type(label) == NODE_NULL);
    ck_assert_pstr_eq(node_str(patch, "/metadata/annotations/aiwf~1queue", NULL), _i ? NULL : "q");
}
END_TEST

/* It would be suspended for ever. Who may not look may still be right. */
static const struct {
    const char *reply, *word;
    enum err_code code;
} kueues[] = {
    {"{\"status\":404,\"body\":\"404 page not found\"}", "Kueue is not installed", ERR_FAILED},
    {"{\"body\":\"{'items':[{'metadata':{'name':'other'}}]}\"}", "there are: other", ERR_NOT_FOUND},
    {"{\"body\":\"{'items':[{'metadata':{'name':'q'}}]}\"}", NULL, ERR_OK},
    {"{\"status\":403,\"body\":\"{'kind':'Status','code':403}\"}", NULL, ERR_OK},
};

START_TEST(a_queue_that_is_not_there_is_refused)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(kube_release) struct kube kube;
    AUTOFREE char *script = xasprintf("{\"replies\":[%s]}", kueues[_i].reply);
    start(&wire, script);
    open_kube(&wire, &kube);
    const struct trainer_env env = {.trainer = trainer_find("job"), .kube = &kube};
    ck_assert_int_eq(kube_job_check_queue(&env, "q", &err), kueues[_i].word ? -1 : 0);
    ck_assert_int_eq(err.code, kueues[_i].code);
    ck_assert(!kueues[_i].word || strstr(err.why, kueues[_i].word));
}
END_TEST

/* Each version of Kubeflow Trainer calls otherwise what a job changes of its pods. */
static const struct {
    const char *field, *tolerations;
    bool has_affinity, has_deadline;
} versions[] = {
    {"'podSpecOverrides':{}", "/spec/podSpecOverrides/0", false, false},
    {"'podTemplateOverrides':{}", "/spec/podTemplateOverrides/0/spec", true, false},
    {"'runtimePatches':{},'activeDeadlineSeconds':{}",
     "/spec/runtimePatches/0/trainingRuntimeSpec/template/spec/replicatedJobs/0/template/spec/template/spec", true, true},
};

START_TEST(a_trainjob_is_written_for_the_version_that_is_installed)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(kube_release) struct kube kube;
    AUTOFREE char *script = xasprintf("{\"replies\":[{\"body\":\"{'spec':{'versions':[{'schema':{'openAPIV3Schema':{'properties':"
                                      "{'spec':{'properties':{%s}}}}}}]}}\"}]}",
                                      versions[_i].field);
    start(&wire, script);
    open_kube(&wire, &kube);
    const struct trainer_env env = {.trainer = trainer_find("trainjob"), .kube = &kube};
    struct job_spec spec = {.name = "x", .image = "i", .gpus = 1, .spot = true};
    CLEANUP(node_free) node_t *object = kube_job_manifest(&env, &spec, false, &err);
    ck_assert_msg(object, "%s: %s", err.what, err.why);
    const node_t *pod = node_at(object, versions[_i].tolerations);
    ck_assert_uint_eq(node_len(node_get(pod, "tolerations")), 2);
    ck_assert(!node_get(pod, "affinity") == !versions[_i].has_affinity);
    spec.timeout_ms = 1500;
    CLEANUP(node_free) node_t *timed = kube_job_manifest(&env, &spec, false, &err);
    ck_assert(!timed == !versions[_i].has_deadline);
    ck_assert_int_eq(node_int(timed, "/spec/activeDeadlineSeconds", -1), timed ? 2 : -1);
}
END_TEST

/* "left" outlives its TrainJob; "set-a-0" is of a runtime that does not say what its Jobs are, "own-a-0" of a JobSet without a TrainJob. */
START_TEST(what_trainer_makes_is_no_job_of_its_own)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(kube_release) struct kube kube;
    start(&wire,
          "{\"routes\":{\"/apis/kubeflow.org/v1/namespaces/default/pytorchjobs\":[" REPLY(LIST(
              "")) "],"
                   "\"/apis/kubeflow.org/v1/namespaces/default/tfjobs\":[" REPLY(LIST(
                       "")) "],"
                            "\"/apis/trainer.kubeflow.org/v1alpha1/namespaces/default/trainjobs\":["
                            "{\"body\":\"{'items':[{'metadata':{'name':'set','namespace':'default'}}]}\"}],\"" JOBS
                            "\":[{\"body\":\"{'items':["
                            "{'metadata':{'name':'left','namespace':'default','labels':{'jobset.sigs.k8s.io/jobset-name':'gone',"
                            "'trainer.kubeflow.org/trainjob-ancestor-step':'trainer'}}},"
                            "{'metadata':{'name':'set-a-0','namespace':'default','labels':{'jobset.sigs.k8s.io/"
                            "jobset-name':'set'}}},"
                            "{'metadata':{'name':'own-a-0','namespace':'default','labels':{'jobset.sigs.k8s.io/"
                            "jobset-name':'own'}}}]}\"}]}}");
    open_kube(&wire, &kube);
    const struct trainer_env env = {.trainer = trainer_find("auto"), .kube = &kube};
    CLEANUP(node_free) node_t *jobs = env.trainer->list(&env, &err);
    ck_assert_msg(jobs, "%s: %s", err.what, err.why);
    CLEANUP(str_release) struct str names = STR_INIT;
    for (const node_t *job = node_first(jobs); job; job = node_next(job))
        str_addf(&names, "%s ", node_str(job, "/name", ""));
    ck_assert_str_eq(names.buf, "own-a-0 set ");
}
END_TEST

START_TEST(once_more_it_is_nobodys_part)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(kube_release) struct kube kube;
    start(&wire,
          "{\"routes\":{\"" JOBS "/left\":[{\"body\":\"{'metadata':{'name':'left','labels':{'mine':'1','job-name':'left',"
          "'jobset.sigs.k8s.io/jobset-name':'gone','trainer.kubeflow.org/trainjob-ancestor-step':'trainer'}}" ENDED "}\"}],"
          "\"" JOBS "\":[{\"status\":201,\"body\":\"{'metadata':{'name':'left-2'}}\"}]}}");
    open_kube(&wire, &kube);
    const struct trainer_env env = {.trainer = trainer_find("job"), .kube = &kube};
    AUTOFREE char *name = NULL;
    ck_assert_msg(env.trainer->retry(&env, "left", NULL, &name, &err) == 0, "%s: %s", err.what, err.why);
    ck_assert_str_eq(name, "left-2");
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    const char *body = "";
    for (const node_t *entry = node_first(log); entry; entry = node_next(entry))
        body = strcmp(node_str(entry, "/method", ""), "POST") == 0 ? node_str(entry, "/body", "") : body;
    ck_assert_ptr_nonnull(strstr(body, "\"labels\":{\"mine\":\"1\",\"aiwf/job\":\"left-2\"}"));
}
END_TEST

Suite *suite_train_watch(void)
{
    enum { TEST_S = 40 };
    Suite *suite = suite_create("train_watch");
    TCase *tcase = tcase_create("watch");
    tcase_set_timeout(tcase, TEST_S);
    tcase_add_test(tcase, it_is_asked_once_and_then_followed);
    tcase_add_test(tcase, a_server_that_comes_and_goes_is_trouble_and_no_end);
    tcase_add_test(tcase, where_it_may_not_be_watched_it_is_asked_again);
    tcase_add_test(tcase, the_end_is_looked_at_whole);
    tcase_add_test(tcase, another_job_of_its_name_is_not_the_one_that_was_waited_for);
    tcase_add_loop_test(tcase, one_that_is_cancelled_before_kueue_has_come_to_it_leaves_the_queue, 0, 2);
    tcase_add_loop_test(tcase, a_trainjob_is_written_for_the_version_that_is_installed, 0, ARRAY_LEN(versions));
    tcase_add_loop_test(tcase, a_queue_that_is_not_there_is_refused, 0, ARRAY_LEN(kueues));
    tcase_add_test(tcase, what_trainer_makes_is_no_job_of_its_own);
    tcase_add_test(tcase, once_more_it_is_nobodys_part);
    suite_add_tcase(suite, tcase);
    return suite;
}
