#include <check.h>
#include <math.h>
#include <string.h>

#include "kube/owner.h"
#include "kube/quantity.h"
#include "suites.h"

static const struct {
    const char *pod, *owner, *kind, *rank;
} cases[] = {
    {"{'metadata':{'name':'shell'}}", "pod/shell", "Pod", ""},
    {"{'metadata':{'name':'a-x','labels':{'batch.kubernetes.io/job-name':'a','batch.kubernetes.io/job-completion-index':'3'}}}",
     "train/a", "Job", "rank 3"},
    {"{'metadata':{'name':'b-worker-1','labels':{'training.kubeflow.org/job-name':'b','training.kubeflow.org/"
     "replica-type':'worker',"
     "'training.kubeflow.org/replica-index':'1'},'ownerReferences':[{'kind':'PyTorchJob','name':'b','controller':true}]}}",
     "train/b", "PyTorchJob", "rank 2"},
    {"{'metadata':{'name':'b-master-0','labels':{'training.kubeflow.org/job-name':'b','training.kubeflow.org/"
     "replica-type':'master',"
     "'training.kubeflow.org/replica-index':'0'},'ownerReferences':[{'kind':'PyTorchJob','name':'b','controller':true}]}}",
     "train/b", "PyTorchJob", "rank 0"},
    {"{'metadata':{'name':'t-ps-1','labels':{'training.kubeflow.org/job-name':'t','training.kubeflow.org/replica-type':'ps',"
     "'training.kubeflow.org/replica-index':'1'},'ownerReferences':[{'kind':'TFJob','name':'t','controller':true}]}}",
     "train/t", "TFJob", "ps 1"},
    /* a JobSet's pod is a Job's too */
    {"{'metadata':{'name':'n-node-0-1-x','labels':{'batch.kubernetes.io/job-name':'n-node-0','jobset.sigs.k8s.io/"
     "jobset-name':'n',"
     "'batch.kubernetes.io/job-completion-index':'1','trainer.kubeflow.org/trainjob-ancestor-step':'trainer'}}}",
     "train/n", "TrainJob", "rank 1"},
    {"{'metadata':{'name':'s-w-0-0-x','labels':{'jobset.sigs.k8s.io/jobset-name':'s'}}}", "train/s", "JobSet", ""},
    {"{'metadata':{'name':'ocr-00001-deployment-x','labels':{'serving.knative.dev/service':'ocr','serving.knative.dev/"
     "revision':'ocr-00001'}}}",
     "function/ocr", "Service", ""},
    {"{'metadata':{'name':'f-x','labels':{'faas_function':'f'}}}", "function/f", "Function", ""},
    {"{'metadata':{'name':'web-5d-x','labels':{'pod-template-hash':'5d'},'ownerReferences':[{'kind':'ReplicaSet','name':'web-5d',"
     "'controller':true}]}}",
     "deployment/web", "Deployment", ""},
    {"{'metadata':{'name':'web-5d-x','ownerReferences':[{'kind':'ReplicaSet','name':'web','controller':true}]}}",
     "replicaset/web", "ReplicaSet", ""},
    {"{'metadata':{'name':'p-0','ownerReferences':[{'kind':'StatefulSet','name':'p'}]}}", "statefulset/p", "StatefulSet", ""},
    /* of others, anything */
    {"{'metadata':{'name':5,'labels':'x','ownerReferences':7}}", "pod/?", "Pod", ""},
    {"{'metadata':{'name':'q','labels':{'job-name':''},'ownerReferences':[{'kind':'Cheese','name':'brie'}]}}", "pod/q", "Pod",
     ""},
};

START_TEST(a_pods_owner_is_told_by_its_labels)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str owner = STR_INIT;
    CLEANUP(str_release) struct str rank = STR_INIT;
    AUTOFREE char *text = xstrdup(cases[_i].pod);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    CLEANUP(node_free) node_t *pod = json_parse(text, strlen(text), "pod", &err);
    ck_assert_ptr_nonnull(pod);
    struct kube_owner its = kube_pod_owner(pod);
    kube_owner_print(&its, &owner);
    kube_pod_rank(pod, &rank);
    ck_assert_str_eq(owner.buf, cases[_i].owner);
    ck_assert_str_eq(its.kind, cases[_i].kind);
    ck_assert_str_eq(rank.buf, cases[_i].rank);
}
END_TEST

START_TEST(each_kind_of_job_has_its_pods_by_a_label)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    ck_assert(kube_owner_selector("TrainJob", "n", &s));
    ck_assert_str_eq(s.buf, "jobset.sigs.k8s.io/jobset-name=n");
    str_reset(&s);
    ck_assert(kube_owner_selector("Job", "a", &s));
    ck_assert_str_eq(s.buf, "batch.kubernetes.io/job-name=a");
    ck_assert(!kube_owner_selector("Deployment", "web", &s));
}
END_TEST

START_TEST(quantities_are_of_kubernetes)
{
    static const struct {
        const char *text;
        double amount;
    } amounts[] = {{"8", 8},     {"100m", 0.1}, {"250n", 2.5e-7}, {"16Gi", 17179869184.0},
                   {"1k", 1000}, {"1e3", 1000}, {"2E", 2e18},     {"1.5", 1.5},
                   {"0", 0},     {"", NAN},     {"x", NAN},       {"8GiB", NAN},
                   {"inf", NAN}, {"0x10", NAN}, {"--1", NAN}};
    for (size_t i = 0; i < ARRAY_LEN(amounts); i++) {
        CLEANUP(node_free) node_t *text = node_new_str(amounts[i].text);
        double amount = kube_quantity(text);
        ck_assert_msg(isnan(amounts[i].amount) ? isnan(amount) : fabs(amount - amounts[i].amount) <= 1e-9 * amount, "%s is %g",
                      amounts[i].text, amount);
    }
    CLEANUP(node_free) node_t *number = node_new_num(3);
    ck_assert_double_eq(kube_quantity(number), 3);
    ck_assert(isnan(kube_quantity(NULL)));
}
END_TEST

START_TEST(a_pod_asks_for_its_containers_or_its_largest_start)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    static const char text[] =
        "{\"spec\":{\"nodeName\":\"n\",\"initContainers\":[{\"resources\":{\"limits\":{\"gpu\":\"1\"}},\"restartPolicy\":"
        "\"Always\"},"
        "{\"resources\":{\"limits\":{\"gpu\":\"4\"}}}],\"containers\":[{\"resources\":{\"requests\":{\"cpu\":\"500m\"},"
        "\"limits\":{\"gpu\":2,\"cpu\":\"2\"}}},"
        "{\"resources\":{\"limits\":{\"cpu\":\"1\"}}}],\"overhead\":{\"cpu\":\"250m\"}},\"status\":{\"phase\":\"Running\"}}";
    CLEANUP(node_free) node_t *pod = json_parse(text, strlen(text), "pod", &err);
    ck_assert_double_eq(kube_pod_asks(pod, "gpu"), 5);
    ck_assert_double_eq(kube_pod_asks(pod, "cpu"), 1.75);
    ck_assert_double_eq(kube_pod_asks(pod, "memory"), 0);
    ck_assert_double_eq(kube_pod_asks(pod, "pods"), 1);
    ck_assert(kube_pod_holds(pod));
    node_set_str(node_get(pod, "status"), "phase", "Failed");
    ck_assert(!kube_pod_holds(pod));
}
END_TEST

Suite *suite_kube_owner(void)
{
    Suite *suite = suite_create("kube_owner");
    TCase *tcase = tcase_create("owner");
    tcase_add_loop_test(tcase, a_pods_owner_is_told_by_its_labels, 0, (int)ARRAY_LEN(cases));
    tcase_add_test(tcase, each_kind_of_job_has_its_pods_by_a_label);
    tcase_add_test(tcase, quantities_are_of_kubernetes);
    tcase_add_test(tcase, a_pod_asks_for_its_containers_or_its_largest_start);
    suite_add_tcase(suite, tcase);
    return suite;
}
