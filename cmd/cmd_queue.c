/* What waits for room, in which order, and for what. */
#include "kube.h"
#include "kube/kueue.h"
#include "train/trainer.h"
#include "why/queue.h"

/* The context's queues, whichever system has them. */
struct queues {
    node_t *list;    /* with NAME: what waits in that one */
    bool is_waiting; /* which of both */
};

static int local_queues(struct cli *cli, struct queues *ret, struct err *err)
{
    struct trainer_env env = {.trainer = trainer_find("local"), .http = cli_http(cli, err), .context = &cli->context};
    if (!env.http)
        return -1;
    CLEANUP(node_free) node_t *jobs = env.trainer->list(&env, err);
    if (!jobs)
        return -1;
    if (ret->is_waiting && !str_eq(cli->args.v[0], "local")) {
        err_set(err, ERR_NOT_FOUND, "there is no queue \"%s\" in context %s", cli->args.v[0], cli->context.name);
        err_why(err, "there is: local");
        return err_hint(err, "aiwf queue local");
    }
    if (ret->is_waiting) {
        ret->list = queue_local_waiting(jobs);
        return 0;
    }
    CLEANUP(node_free) node_t *status = queue_local_status(env.http, context_get(&cli->context, SETTING_openfaas), err);
    ret->list = status ? queue_local(jobs, status) : NULL;
    return status ? 0 : -1;
}

static int kueue_queues_of(struct cli *cli, struct queues *ret, struct err *err)
{
    CLEANUP(kube_release) struct kube kube = {0};
    CLEANUP(kueue_release) struct kueue kueue = {0};
    if (cli_kube(cli, &kube, err) != 0 || kueue_open(&kueue, &kube, kube.ns, err) != 0)
        return -1;
    ret->list = ret->is_waiting ? kueue_waiting(&kueue, cli->args.v[0], err) : kueue_queues(&kueue);
    return ret->list ? 0 : -1;
}

static const struct column queue_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"STATE", "/state", CELL_STATE, false},
    {"PENDING", "/pending", CELL_NUMBER, false},
    {"ADMITTED", "/admitted", CELL_NUMBER, false},
    {"CLUSTERQUEUE", "/cluster_queue", CELL_TEXT, false},
    {"COHORT", "/cohort", CELL_TEXT, true},
    {"STRATEGY", "/strategy", CELL_TEXT, true},
    {"USED", "/line", CELL_TEXT, false},
    {0},
};
static const struct column waiting_columns[] = {
    {"JOB", "/job", CELL_TEXT, false},
    {"STATE", "/state", CELL_STATE, false},
    {"POSITION", "/place", CELL_TEXT, false},
    {"PRIORITY", "/priority", CELL_NUMBER, false},
    {"ASKS", "/asked", CELL_TEXT, false},
    {"AGE", "/since", CELL_AGE, false},
    {"WORKLOAD", "/workload", CELL_TEXT, true},
    {"WHY", "/why", CELL_TEXT, false},
    {0},
};

static bool is_for_people(const struct cli *cli)
{
    return (cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE) && !cli->jq;
}

static int print_waiting(struct cli *cli, node_t *jobs, struct err *err)
{
    if (is_for_people(cli))
        queue_decorate_waiting(jobs);
    if (is_for_people(cli) && !node_len(jobs) && !cli->watch)
        cli_note(cli, "no jobs wait in queue %s of context %s", cli->args.v[0], cli->context.name);
    return print_list(&cli->print, "job", waiting_columns, jobs, err);
}

static int queue(struct cli *cli, struct err *err)
{
    struct queues queues = {.is_waiting = cli->args.n > 0};
    int rc = cli->context.is_local ? local_queues(cli, &queues, err) : kueue_queues_of(cli, &queues, err);
    CLEANUP(node_free) node_t *list = queues.list;
    if (rc != 0)
        return -1;
    if (queues.is_waiting)
        return print_waiting(cli, list, err);
    if (is_for_people(cli))
        queue_decorate(list);
    return cli_print_list(cli, "queue", list, err);
}

static void complete_queues(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    struct queues queues = {0};
    int rc = cli->context.is_local ? local_queues(cli, &queues, &none) : kueue_queues_of(cli, &queues, &none);
    CLEANUP(node_free) node_t *list = queues.list;
    complete_names_of(rc == 0 ? list : NULL, names);
}

static const struct arg queue_args[] = {
    {.name = "NAME", .help = "a queue: what waits in it", .optional = true, .complete = complete_queues},
    {0},
};
static const struct example queue_examples[] = {
    {"aiwf queue", "the queues of the namespace, what they hold and what is left"},
    {"aiwf queue vision", "what waits in one: in which order, behind whom, and for what"},
    {"aiwf queue vision -o json --jq '.items[] | select(.name == \"resnet\") | .position'", "a job's place, for a script"},
    {0},
};

const struct cmd cmd_queue = {
    .name = "queue",
    .group = "functions",
    .help = "queues of jobs: what waits, in which order, and for what",
    .about =
        "In a cluster they are Kueue's: its LocalQueues with the quota of their ClusterQueues, and the order in which Kueue\n"
        "will admit what waits. Where the server does not tell this order, it is worked out by priority and age, and marked\n"
        "with ~. In the context local there is one queue, local: the gateway's.",
    .args = queue_args,
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = queue_columns,
    .examples = queue_examples,
    .run = queue,
};
