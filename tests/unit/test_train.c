/* Jobs of a cluster as the API server tells them: their states, and what their pods say of the ranks. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "train/kube_job.h"

static node_t *parsed(const char *quoted)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *text = xstrdup(quoted);
    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    node_t *node = json_parse(text, strlen(text), "case", &err);
    ck_assert_msg(node, "%s", err.what);
    return node;
}

static const struct {
    const char *trainer, *object, *state, *reason;
} states[] = {
    {"job", "{'status':{}}", "Pending", NULL},
    {"job", "{'status':{'active':2,'ready':1}}", "Running", NULL},
    {"job", "{'spec':{'suspend':true}}", "Suspended", NULL},
    {"job", "{'metadata':{'labels':{'kueue.x-k8s.io/queue-name':'q'}},'spec':{'suspend':true}}", "Queued", NULL},
    {"job", "{'metadata':{'annotations':{'aiwf/cancelled':'2026-01-01T00:00:00Z'}},'spec':{'suspend':true}}", "Cancelled", NULL},
    /* it had ended before the cancellation reached it */
    {"job",
     "{'metadata':{'annotations':{'aiwf/cancelled':'2026-01-01T00:00:00Z'}},'status':{'conditions':[{'type':'Complete','status':"
     "'True'}]}}",
     "Succeeded", NULL},
    {"job", "{'status':{'conditions':[{'type':'FailureTarget','status':'True'}],'ready':1}}", "Running", NULL},
    {"job", "{'status':{'conditions':[{'type':'Failed','status':'True','reason':'DeadlineExceeded','message':'too long'}]}}",
     "Failed", "DeadlineExceeded: too long"},
    {"job", "{'status':{'conditions':[{'type':'Failed','status':'False'}]}}", "Pending", NULL},
    /* a set of conditions has no order */
    {"pytorch",
     "{'status':{'conditions':[{'type':'Succeeded','status':'True'},{'type':'Created','status':'True'},{'type':'Running','status'"
     ":"
     "'False'}]}}",
     "Succeeded", NULL},
    {"pytorch", "{'status':{'conditions':[{'type':'Running','status':'True'}]}}", "Running", NULL},
    {"tf", "{'status':{'conditions':[{'type':'Restarting','status':'True','reason':'TFJobRestarting'}]}}", "Pending",
     "TFJobRestarting"},
    {"tf", "{'spec':{'runPolicy':{'suspend':true}}}", "Suspended", NULL},
    {"trainjob", "{'spec':{'trainer':{'numNodes':2}},'status':{'jobsStatus':[{'name':'node','ready':1}]}}", "Running", NULL},
    {"trainjob", "{'status':{'conditions':[{'type':'Complete','status':'True'}]}}", "Succeeded", NULL},
    {"trainjob", "{'status':'nonsense','spec':[]}", "Pending", NULL},
};

START_TEST(a_state_is_that_of_the_object)
{
    CLEANUP(node_free) node_t *object = parsed(states[_i].object);
    CLEANUP(node_free) node_t *job = kube_job_document(trainer_find(states[_i].trainer), object);
    ck_assert_str_eq(node_str(job, "/state", ""), states[_i].state);
    ck_assert_pstr_eq(node_str(job, "/reason", NULL), states[_i].reason);
}
END_TEST

#define POD(name, rank, status)                                                                   \
    "{'metadata':{'name':'" name "','creationTimestamp':'2026-01-01T00:00:0" name "Z','labels':{" \
    "'batch.kubernetes.io/job-completion-index':'" rank "'}},'status':{" status "}}"
#define ENDED(code, reason, at)                                                                                         \
    "'phase':'Failed','containerStatuses':[{'name':'main','state':{'terminated':{'exitCode':" code ",'reason':'" reason \
    "','finishedAt':'2026-01-01T00:01:" at "Z'}}}]"
#define FAILED "{'status':{'conditions':[{'type':'Failed','status':'True','reason':'BackoffLimitExceeded'}]}}"

static node_t *job_with(const char *object_text, const char *pods_text)
{
    const struct trainer *trainer = trainer_find("job");
    CLEANUP(node_free) node_t *object = parsed(object_text);
    CLEANUP(node_free) node_t *pods = parsed(pods_text);
    return kube_job_described(trainer, &(struct job_parts){.object = object, .pods = pods});
}

START_TEST(the_rank_that_failed_first_is_the_cause)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free)
    node_t *job = job_with(FAILED, "[" POD("1", "0", ENDED("1", "Error", "09")) "," POD("2", "2", ENDED("3", "Error", "05")) "]");
    ck_assert_int_eq(node_int(job, "/failed_rank", -1), 2);
    ck_assert_int_eq(node_int(job, "/exit_code", -1), 3);
    node_set_num(node_get(job, "ranks"), "total", 3);
    ck_assert_int_eq(job_result(job, &err), -1);
    ck_assert_int_eq(err.code, ERR_WORKLOAD);
    ck_assert(strstr(err.what, "rank 2: exit 3"));
}
END_TEST

/* Those that the controller ends after it have 143 or 137, and may be listed with an earlier second. */
START_TEST(one_that_was_told_to_end_is_not_the_cause)
{
    CLEANUP(node_free)
    node_t *job =
        job_with(FAILED, "[" POD("1", "0", ENDED("143", "Error", "04")) "," POD("2", "1", ENDED("1", "Error", "05")) "]");
    ck_assert_int_eq(node_int(job, "/failed_rank", -1), 1);
    CLEANUP(node_free) node_t *killed = job_with(FAILED, "[" POD("1", "0", ENDED("137", "OOMKilled", "04")) "]");
    ck_assert_int_eq(node_int(killed, "/failed_rank", -1), 0);
    ck_assert_str_eq(node_str(killed, "/reason", ""), "OOMKilled");
}
END_TEST

#define SAID(code, words, second)                                                                  \
    "'phase':'Failed','containerStatuses':[{'name':'main','state':{'terminated':{'exitCode':" code \
    ",'reason':'Error','message':'" words "','finishedAt':'2026-01-01T00:00:" second "Z'}}}]"
#define REPORT "ERROR:torch.distributed.elastic.multiprocessing.api:failed (exitcode: 1) local_rank: 0 (pid: 8)\\nRoot Cause\\n"

START_TEST(one_that_lost_another_is_not_the_cause_and_torchruns_report_is_not_its_words)
{
    CLEANUP(node_free)
    node_t *job =
        job_with(FAILED, "[" POD("1", "0", SAID("1", "RuntimeError: Connection closed by peer\\n" REPORT, "04")) "," POD(
                             "2", "1", SAID("1", "ValueError: loss is nan\\n" REPORT, "05")) "]");
    ck_assert_int_eq(node_int(job, "/failed_rank", -1), 1);
    ck_assert_str_eq(node_str(job, "/last_output", ""), "ValueError: loss is nan\n");
    CLEANUP(node_free)
    node_t *both = job_with(FAILED, "[" POD("1", "0", SAID("1", "Broken pipe", "05")) "," POD(
                                        "2", "1", SAID("1", "Connection reset by peer", "04")) "]");
    ck_assert_int_eq(node_int(both, "/failed_rank", -1), 1);
    CLEANUP(node_free) node_t *only = job_with(FAILED, "[" POD("1", "0", SAID("1", REPORT, "04")) "]");
    ck_assert(str_starts(node_str(only, "/last_output", ""), "ERROR:torch"));
}
END_TEST

START_TEST(the_newest_pod_of_a_rank_stands_for_it)
{
    CLEANUP(node_free)
    node_t *job = job_with("{}", "[" POD("1", "0", ENDED("1", "Error", "01")) "," POD("3", "0", "'phase':'Running'") "," POD(
                                     "2", "0", ENDED("2", "Error", "02")) "]");
    ck_assert_uint_eq(node_len(node_get(job, "pods")), 1);
    ck_assert_str_eq(node_str(job, "/pods/0/pod", ""), "3");
    ck_assert_int_eq(node_int(job, "/restarts", -1), 2);
    ck_assert_int_eq(node_int(job, "/attempt", -1), 3);
}
END_TEST

START_TEST(evictions_and_lost_nodes_are_counted)
{
    CLEANUP(node_free)
    node_t *job = job_with(
        "{}", "[" POD("1", "0", "'phase':'Failed','reason':'Evicted'") "," POD(
                  "2", "1",
                  "'phase':'Failed','conditions':[{'type':'DisruptionTarget','status':'True','reason':'DeletionByTaintManager'"
                  "}]") "," POD("3", "2",
                                "'phase':'Failed','conditions':[{'type':'DisruptionTarget','status':'True','reason':"
                                "'PreemptionByScheduler'}]") "]");
    ck_assert_int_eq(node_int(job, "/evictions", -1), 2);
    ck_assert_int_eq(node_int(job, "/node_losses", -1), 1);
}
END_TEST

static const struct {
    const char *trainer, *pod, *reason, *message;
    int evictions, losses;
} gone[] = {
    {"job", "x-0-abc12", "Evicted", "The node was low on resource: memory.", 1, 0},
    {"job", "x-abc12", "Preempted", "Preempted by pod y on node n", 1, 0},
    {"job", "x-3-abc12", "TaintManagerEviction", "Marking for deletion Pod ns/x-3-abc12", 0, 1},
    {"job", "x-3-abc12", "TaintManagerEviction", "Cancelling deletion of Pod ns/x-3-abc12", 0, 0},
    {"job", "x-y-0-abc12", "Evicted", "another job's", 0, 0},
    {"job", "xy-0-abc12", "Evicted", "another job's", 0, 0},
    {"job", "x-0-abc1", "Evicted", "no such name", 0, 0},
    {"pytorch", "x-worker-11", "Evicted", "", 1, 0},
    {"pytorch", "x-worker-a", "Evicted", "", 0, 0},
    {"trainjob", "x-node-0-1-abc12", "TaintManagerEviction", "Marking for deletion Pod ns/x-node-0-1-abc12", 0, 1},
    {"trainjob", "x-node-0-1-abc12-", "Evicted", "", 0, 0},
};

START_TEST(those_of_pods_that_are_gone_are_told_by_events)
{
    CLEANUP(node_free) node_t *losses = node_new_object();
    CLEANUP(node_free) node_t *job = node_new_object();
    CLEANUP(node_free) node_t *events = parsed("[{'involvedObject':{'kind':'Pod'}},{'involvedObject':{'kind':'Pod'}}]");
    for (node_t *event = node_first(events); event; event = node_next(event)) { /* the same pod is counted once */
        node_set_str(event, "reason", gone[_i].reason);
        node_set_str(event, "message", gone[_i].message);
        node_set_str(node_get(event, "involvedObject"), "name", gone[_i].pod);
    }
    job_losses_see_events(losses, trainer_find(gone[_i].trainer)->cluster, "x", events);
    job_add_losses(job, losses);
    ck_assert_int_eq(node_int(job, "/evictions", -1), gone[_i].evictions);
    ck_assert_int_eq(node_int(job, "/node_losses", -1), gone[_i].losses);
}
END_TEST

START_TEST(what_keeps_it_from_running_is_said)
{
    CLEANUP(node_free)
    node_t *job =
        job_with("{}", "[" POD("1", "0",
                               "'phase':'Pending','containerStatuses':[{'name':'main','state':{'waiting':{'reason':"
                               "'ContainerCreating'}}}]") "," POD("2", "1",
                                                                  "'phase':'Pending','containerStatuses':["
                                                                  "{'name':'main','state':{'waiting':{'reason':"
                                                                  "'ImagePullBackOff','message':'no such image'}}}]") "]");
    ck_assert_str_eq(node_str(job, "/reason", ""), "ImagePullBackOff: no such image");
}
END_TEST

/* The pods of a TrainJob's ranks go when it fails: what was seen of them before is all there is. */
START_TEST(a_failure_that_was_seen_is_recalled)
{
    CLEANUP(node_free) node_t *seen = parsed("{'rank':3,'pod':'p','exit_code':9,'reason':null}");
    CLEANUP(node_free) node_t *job = job_with(FAILED, "[]");
    CLEANUP(node_free) node_t *good = job_with("{'status':{'conditions':[{'type':'Complete','status':'True'}]}}", "[]");
    job_recall(job, seen);
    job_recall(good, seen);
    ck_assert_int_eq(node_int(job, "/failed_rank", -1), 3);
    ck_assert_int_eq(node_int(job, "/exit_code", -1), 9);
    ck_assert_ptr_null(node_get(good, "failed_rank"));
}
END_TEST

static const char *variable(const node_t *container, const char *name)
{
    const char *value = NULL;
    size_t n = 0;
    for (const node_t *one = node_first(node_get(container, "env")); one; one = node_next(one))
        if (strcmp(node_str(one, "/name", ""), name) == 0) {
            value = node_str(one, "/value", node_str(one, "/valueFrom/fieldRef/fieldPath", NULL));
            n++;
        }
    ck_assert_uint_le(n, 1);
    return value;
}

START_TEST(ranks_have_names_and_what_the_user_says_stays)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv given = STRV_INIT;
    struct kube nowhere = {.ns = (char[]){"n"}};
    const struct trainer_env env = {.trainer = trainer_find("job"), .kube = &nowhere};
    strv_add(&given, "MASTER_PORT=7");
    const struct job_spec spec = {.name = "x", .image = "i", .nodes = 3, .env = &given, .success = "0,2"};
    CLEANUP(node_free) node_t *list = kube_job_manifest(&env, &spec, false, &err);
    ck_assert_ptr_nonnull(list);
    const node_t *service = node_at(list, "/items/0"), *job = node_at(list, "/items/1");
    const node_t *container = node_at(job, "/spec/template/spec/containers/0");
    ck_assert_str_eq(node_str(service, "/metadata/name", ""), "x-ranks");
    ck_assert_str_eq(node_str(service, "/spec/clusterIP", ""), "None");
    ck_assert(node_bool(service, "/spec/publishNotReadyAddresses", false));
    ck_assert_str_eq(node_str(job, "/spec/template/spec/subdomain", ""), "x-ranks");
    ck_assert_str_eq(node_str(job, "/spec/successPolicy/rules/0/succeededIndexes", ""), "0,2");
    ck_assert_str_eq(variable(container, "MASTER_ADDR"), "x-0.x-ranks");
    ck_assert_str_eq(variable(container, "MASTER_PORT"), "7");
    ck_assert_str_eq(variable(container, "PET_NNODES"), "3");
    ck_assert(strstr(variable(container, "PET_NODE_RANK"), "job-completion-index"));
    CLEANUP(node_free) node_t *renamed = node_copy(node_at(job, "/spec/template"));
    job_service_rename(renamed, "x", "y");
    ck_assert_str_eq(variable(node_at(renamed, "/spec/containers/0"), "PET_MASTER_ADDR"), "y-0.y-ranks");
    job_service_rename(renamed, "x", "z"); /* not its own any more */
    ck_assert_str_eq(node_str(renamed, "/spec/subdomain", ""), "y-ranks");
}
END_TEST

START_TEST(only_a_trainjob_does_without_an_image)
{
    static const struct {
        const char *trainer;
        enum err_code code;
    } cases[] = {{"job", ERR_USAGE}, {"pytorch", ERR_USAGE}, {"tf", ERR_USAGE}, {"trainjob", ERR_OK}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(err_release) struct err err = ERR_INIT;
        struct kube nowhere = {.ns = (char[]){"n"}};
        const struct trainer_env env = {.trainer = trainer_find(cases[i].trainer), .kube = &nowhere};
        const struct job_spec spec = {.name = "x", .nodes = 1};
        CLEANUP(node_free) node_t *job = kube_job_manifest(&env, &spec, false, &err);
        ck_assert_msg(err.code == cases[i].code && !job == (err.code != ERR_OK), "%s: %s", cases[i].trainer, err.what);
        ck_assert_ptr_null(node_at(job, "/spec/trainer/image"));
        err_clear(&err);
        const struct job_spec empty = {.name = "x", .nodes = 1, .image = ""};
        ck_assert_ptr_null(kube_job_manifest(&env, &empty, false, &err));
        ck_assert_int_eq(err.code, ERR_USAGE);
    }
}
END_TEST

static char *processes(const char *trainer, int64_t gpus, const char *set)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv given = STRV_INIT;
    struct kube nowhere = {.ns = (char[]){"n"}};
    const struct trainer_env env = {.trainer = trainer_find(trainer), .kube = &nowhere};
    if (set)
        strv_add(&given, set);
    const struct job_spec spec = {.name = "x", .image = "i", .nodes = 2, .env = &given, .gpus = gpus};
    CLEANUP(node_free) node_t *list = kube_job_manifest(&env, &spec, false, &err);
    ck_assert_ptr_nonnull(list);
    const node_t *job = node_at(list, "/items/1") ? node_at(list, "/items/1") : list;
    const char *of_job = node_str(job, "/spec/nprocPerNode", NULL);
    const char *of_rank = variable(node_at(job, "/spec/template/spec/containers/0"), "PET_NPROC_PER_NODE");
    return xstrdup(of_job ? of_job : of_rank ? of_rank : "");
}

START_TEST(torchrun_starts_a_process_for_each_gpu_whatever_the_trainer)
{
    static const struct {
        const char *trainer, *set, *processes;
        int64_t gpus;
    } cases[] = {
        {"job", NULL, "", 0},
        {"job", NULL, "", 1},
        {"job", NULL, "4", 4},
        {"job", "PET_NPROC_PER_NODE=2", "2", 4},
        {"pytorch", NULL, "1", 0},
        {"pytorch", NULL, "", 4},
        {"pytorch", "PET_NPROC_PER_NODE=2", "2", 4},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTOFREE char *is = processes(cases[i].trainer, cases[i].gpus, cases[i].set);
        ck_assert_msg(str_eq(is, cases[i].processes), "%s with %d GPUs: %s", cases[i].trainer, (int)cases[i].gpus, is);
    }
}
END_TEST

START_TEST(one_that_kueue_does_not_know_of_says_so)
{
    CLEANUP(node_free)
    node_t *job = job_with("{'metadata':{'labels':{'kueue.x-k8s.io/queue-name':'q'}},'spec':{'suspend':true}}", "[]");
    ck_assert_str_eq(node_str(job, "/state", ""), "Queued");
    ck_assert(strstr(node_str(job, "/reason", ""), "Kueue has made no workload"));
    CLEANUP(node_free) node_t *place = parsed("{'position':3,'behind':'train/y','estimated':true}");
    job_add_place(job, place);
    ck_assert_int_eq(node_int(job, "/queue_position", -1), 3);
    ck_assert_str_eq(node_str(job, "/behind", ""), "train/y");
    CLEANUP(node_free) node_t *running = job_with("{'status':{'ready':1}}", "[]");
    job_add_place(running, place);
    ck_assert_int_eq(node_int(running, "/queue_position", -1), -1);
}
END_TEST

START_TEST(a_rank_killed_for_memory_tells_its_limit)
{
    CLEANUP(node_free)
    node_t *job =
        job_with(FAILED, "[{'metadata':{'name':'p','labels':{'batch.kubernetes.io/job-completion-index':'0'}},'spec':{"
                         "'containers':[{'name':'side','resources':{'limits':{'memory':'1Gi'}}},{'name':'main',"
                         "'resources':{'limits':{'memory':'33554432'}}}]},'status':{" ENDED("137", "OOMKilled", "04") "}}]");
    ck_assert_str_eq(node_str(job, "/message", ""), "its memory limit is 32Mi");
}
END_TEST

/* Its own words are no reason of the cluster's; the runtime's are no output. */
START_TEST(the_end_of_what_a_rank_wrote_is_kept_with_its_failure)
{
    CLEANUP(node_free)
    node_t *job = job_with(FAILED, "[" POD("1", "0", ENDED("3", "Error','message':'first\\nlast", "05")) "]");
    ck_assert_str_eq(node_str(job, "/last_failure/last_output", ""), "first\nlast");
    ck_assert_str_eq(node_str(job, "/last_output", ""), "first\nlast");
    ck_assert_ptr_null(node_str(job, "/message", NULL));
    CLEANUP(node_free)
    node_t *killed = job_with(FAILED, "[" POD("1", "0", ENDED("137", "OOMKilled','message':'epoch 3", "05")) "]");
    ck_assert_str_eq(node_str(killed, "/last_output", ""), "epoch 3");
    ck_assert_ptr_null(node_str(killed, "/message", NULL));
    CLEANUP(node_free)
    node_t *unable = job_with(FAILED, "[" POD("1", "0", ENDED("128", "StartError','message':'no such file", "05")) "]");
    ck_assert_ptr_null(node_str(unable, "/last_output", NULL));
    ck_assert_str_eq(node_str(unable, "/message", ""), "no such file");
}
END_TEST

static const struct {
    const char *trainer, *name;
    bool fine;
} names[] = {
    {"job", "a", true},
    {"job", "a-1", true},
    {"job", "", false},
    {"job", "A", false},
    {"job", "1a", false},
    {"job", "-a", false},
    {"job", "a-", false},
    {"job", "a.b", false},
    {"job", "a/../b", false},
    {"pytorch", "a", true},
    {"job", "a23456789-123456789-123456789-123456789-123456789-1234567", true},
    {"job", "a23456789-123456789-123456789-123456789-123456789-12345678", false},
};

START_TEST(a_name_is_a_host_name)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    int rc = kube_job_check_name(trainer_find(names[_i].trainer)->cluster, names[_i].name, &err);
    ck_assert_int_eq(rc, names[_i].fine ? 0 : -1);
    ck_assert_int_eq(err.code, names[_i].fine ? ERR_OK : ERR_USAGE);
}
END_TEST

Suite *suite_train(void)
{
    Suite *suite = suite_create("train");
    TCase *tcase = tcase_create("jobs");
    tcase_add_loop_test(tcase, a_state_is_that_of_the_object, 0, ARRAY_LEN(states));
    tcase_add_loop_test(tcase, a_name_is_a_host_name, 0, ARRAY_LEN(names));
    tcase_add_test(tcase, the_rank_that_failed_first_is_the_cause);
    tcase_add_test(tcase, one_that_was_told_to_end_is_not_the_cause);
    tcase_add_test(tcase, one_that_lost_another_is_not_the_cause_and_torchruns_report_is_not_its_words);
    tcase_add_test(tcase, the_newest_pod_of_a_rank_stands_for_it);
    tcase_add_test(tcase, evictions_and_lost_nodes_are_counted);
    tcase_add_loop_test(tcase, those_of_pods_that_are_gone_are_told_by_events, 0, ARRAY_LEN(gone));
    tcase_add_test(tcase, what_keeps_it_from_running_is_said);
    tcase_add_test(tcase, a_failure_that_was_seen_is_recalled);
    tcase_add_test(tcase, ranks_have_names_and_what_the_user_says_stays);
    tcase_add_test(tcase, only_a_trainjob_does_without_an_image);
    tcase_add_test(tcase, torchrun_starts_a_process_for_each_gpu_whatever_the_trainer);
    tcase_add_test(tcase, one_that_kueue_does_not_know_of_says_so);
    tcase_add_test(tcase, a_rank_killed_for_memory_tells_its_limit);
    tcase_add_test(tcase, the_end_of_what_a_rank_wrote_is_kept_with_its_failure);
    suite_add_tcase(suite, tcase);
    return suite;
}
