/* aiwf train events */
#include "kube.h"
#include "train.h"

struct events_opts {
    const char *trainer;
};
static const struct opt events_opts[] = {TRAINER_OPT(struct events_opts), {0}};

static int events(struct cli *cli, struct err *err)
{
    const struct events_opts *opts = cli->opts;
    const char *name = cli->args.v[0];
    struct trainer_env env;
    if (train_env_of(cli, opts->trainer, name, &env, err) != 0)
        return train_not_there(err);
    if (!env.trainer->events)
        return trainer_lacks(env.trainer, "list events", err);
    CLEANUP(node_free) node_t *items = env.trainer->events(&env, name, err);
    return items ? cli_print_list(cli, "event", items, err) : train_not_there(err);
}

static const struct arg events_arg[] = {{.name = "NAME", .help = "the job", .complete = complete_train_jobs}, {0}};

static const struct example events_examples[] = {
    {"aiwf train events resnet", "of the job, its pods and its place in the queue, by time"},
    {"aiwf train events resnet -o json --jq '.items[] | select(.type == \"Warning\").message'", "the warnings"},
    {0},
};

const struct cmd train_events_cmd = {
    .name = "events",
    .help = "what happened to a job, its pods and its workload",
    .about = "Kubernetes keeps events for an hour.",
    .args = events_arg,
    .opts = events_opts,
    .opts_size = sizeof(struct events_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = kube_event_columns,
    .examples = events_examples,
    .run = events,
};
