/* aiwf why pod|job|train|function|workflow: what runs, in a cluster or at a gateway. */
#include "function.h"
#include "kube.h"
#include "kube/object.h"
#include "openstack.h"
#include "train.h"
#include "why.h"
#include "why/kube.h"
#include "why/local.h"
#include "workflow/home.h"

typedef node_t *why_fn(const struct why_place *place, const char *name, struct err *err);

static int open_cloud(void *arg, struct openstack *ret, struct err *err) { return cli_openstack(arg, ret, err); }

static node_t *in_kube(struct cli *cli, why_fn *fn, const char *name, struct err *err)
{
    struct kube *kube = cli_kube_kept(cli, err);
    struct why_place place = {.kube = kube, .arg = cli};
    if (!kube)
        return NULL;
    if (context_get(&cli->context, SETTING_cloud))
        place.open_cloud = open_cloud;
    return fn(&place, name, err);
}

/* Functions of a gateway, where the context has no cluster of its own. */
static bool has_gateway_only(const struct cli *cli)
{
    const struct context *context = &cli->context;
    bool has_cluster = context_get(context, SETTING_kube_context) || context_get(context, SETTING_kubeconfig);
    return context->is_local || (context_get(context, SETTING_openfaas) && !has_cluster);
}

static node_t *job_of(struct cli *cli, const char *name, struct err *err)
{
    struct trainer_env env;
    if (!cli->context.is_local)
        return in_kube(cli, why_job, name, err);
    return train_env(cli, "local", &env, err) == 0 ? why_local_job(&env, name, err) : NULL;
}

static node_t *function_of(struct cli *cli, const char *name, struct err *err)
{
    struct function_env env;
    if (!has_gateway_only(cli))
        return in_kube(cli, why_function, name, err);
    return function_env(cli, NULL, &env, err) == 0 ? why_gateway_function(env.runtime, &env.env, name, err) : NULL;
}

static int print_taken(struct cli *cli, node_t *taken, struct err *err)
{
    CLEANUP(node_free) node_t *why = taken;
    return why ? why_print(cli, why, err) : -1;
}

static int pod(struct cli *cli, struct err *err) { return print_taken(cli, in_kube(cli, why_pod, cli->args.v[0], err), err); }
static int job(struct cli *cli, struct err *err) { return print_taken(cli, job_of(cli, cli->args.v[0], err), err); }
static int function(struct cli *cli, struct err *err) { return print_taken(cli, function_of(cli, cli->args.v[0], err), err); }

static node_t *job_of_stage(void *arg, const char *name, struct err *err) { return job_of(arg, name, err); }
static node_t *function_of_stage(void *arg, const char *name, struct err *err) { return function_of(arg, name, err); }

static int workflow(struct cli *cli, struct err *err)
{
    CLEANUP(home_release) struct home home = HOME_INIT;
    if (home_open(&home, cli->args.v[0], false, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *status = home_status(&home);
    if (!status)
        return err_set(err, ERR_NOT_FOUND, "workflow \"%s\" never ran here", cli->args.v[0]);
    struct why_stage stage = {.job = job_of_stage, .function = function_of_stage, .arg = cli};
    return print_taken(cli, why_workflow(status, cli->context.name, &stage), err);
}

/* ---- names ---- */

static void complete_in_kube(struct cli *cli, const struct kube_kind *kind, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    struct kube *kube = cli_kube_kept(cli, &none);
    CLEANUP(node_free) node_t *items = kube ? kube_list_of(kube, kind, kube->ns, NULL, &none) : NULL;
    for (const node_t *item = node_first(items); item; item = node_next(item))
        strv_add(names, node_str(item, "/metadata/name", ""));
}
static void complete_pods(struct cli *cli, struct strv *names) { complete_in_kube(cli, &kube_pods, names); }

static void complete_jobs(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    struct trainer_env env;
    if (train_env(cli, NULL, &env, &none) != 0 || !env.trainer->list)
        return;
    CLEANUP(node_free) node_t *list = env.trainer->list(&env, &none);
    complete_names_of(list, names);
}

static void complete_workflows(struct cli *cli, struct strv *names)
{
    (void)cli;
    home_names(names);
}

static const struct arg pod_args[] = {
    {.name = "NAME", .help = "the pod", .complete = complete_pods},
    {0},
};
static const struct example pod_examples[] = {
    {"aiwf why pod resnet-0-x7k2p", "why it does not run, or ended"},
    {"aiwf why pod resnet-0-x7k2p -o json --jq '.chain[] | select(.kind == \"holders\") | .reason'",
     "who has the GPUs, for a script"},
    {0},
};
const struct cmd why_pod_cmd = {
    .name = "pod",
    .help = "why a pod is not scheduled, does not start, or ended",
    .about =
        "It tells what the scheduler, the kubelet and the registry said, and what that means here: who holds the GPUs that it\n"
        "waits for, which taint on which nodes, which claim, secret or image is missing, what it wrote before it ended; down\n"
        "to the server in the context's cloud where its node is not ready. What this login may not see is marked so.",
    .args = pod_args,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = why_columns,
    .examples = pod_examples,
    .run = pod,
};

static const struct arg job_args[] = {
    {.name = "NAME", .help = "the job", .complete = complete_jobs},
    {0},
};
static const struct example job_examples[] = {
    {"aiwf why job resnet", "what it waits for, or what it failed for"},
    {"aiwf why job resnet -o json --jq .verdict", "failed, waiting, unhealthy or healthy"},
    {0},
};
static const struct example train_examples[] = {
    {"aiwf why train resnet", "what it waits for and who has it, or which rank failed and how"},
    {"aiwf why train resnet -o json --jq .summary", "one line, for a script"},
    {0},
};
#define JOB_ABOUT                                                                                                          \
    "Whichever kind has that name: a TrainJob, a PyTorchJob, a TFJob, a JobSet or a Job; in the context local, a job of\n" \
    "its gateway. It tells its place at Kueue (the quota that it waits for, who has that, behind whom it stands), what\n"  \
    "refused its pods, and the rank that is worst, or failed first: its exit code, its reason, its last lines."
const struct cmd why_job_cmd = {
    .name = "job",
    .help = "why a job waits, does not start, or failed",
    .about = JOB_ABOUT,
    .args = job_args,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = why_columns,
    .examples = job_examples,
    .run = job,
};
const struct cmd why_train_cmd = {
    .name = "train",
    .help = "the same as why job",
    .about = JOB_ABOUT,
    .args = job_args,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = why_columns,
    .examples = train_examples,
    .run = job,
};

static const struct arg function_args[] = {
    {.name = "NAME", .help = "the function", .complete = complete_functions},
    {0},
};
static const struct example function_examples[] = {
    {"aiwf why function ocr", "why it is not ready"},
    {"aiwf why function ocr -o json --jq .summary", "one line, for a script"},
    {0},
};
const struct cmd why_function_cmd = {
    .name = "function",
    .help = "why a function is not ready",
    .about = "In a cluster a Knative Service with its newest revision, or a Deployment, down to the pod that is worst; at a\n"
             "gateway what its runtime says.",
    .args = function_args,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = why_columns,
    .examples = function_examples,
    .run = function,
};

static const struct arg workflow_args[] = {
    {.name = "NAME", .help = "a workflow that ran here", .complete = complete_workflows},
    {0},
};
static const struct example workflow_examples[] = {
    {"aiwf why workflow digits", "the stage that stopped it, and why that one did"},
    {"aiwf why workflow digits -o json --jq '.chain[-1].reason'", "the deepest reason"},
    {0},
};
const struct cmd why_workflow_cmd = {
    .name = "workflow",
    .help = "why a workflow failed, or is not finished",
    .about = "By the journal of its last run: the stage that failed or still runs, and the job or function of that stage.",
    .args = workflow_args,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = why_columns,
    .examples = workflow_examples,
    .run = workflow,
};
