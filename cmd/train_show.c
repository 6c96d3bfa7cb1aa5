/* How one job is shown. */
#include "cmd.h"
#include "train.h"

static const struct column job_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "NAMESPACE", .path = "/namespace"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "REASON", .path = "/reason"},
    {.title = "MESSAGE", .path = "/message"},
    {.title = "LAST-LINE", .path = "/last_line"},
    {.title = "TRAINER", .path = "/trainer"},
    {.title = "IMAGE", .path = "/image"},
    {.title = "COMMAND", .path = "/line"},
    {.title = "RANKS", .path = "/ranks_ready"},
    {.title = "GPUS", .path = "/gpus", .kind = CELL_NUMBER},
    {.title = "QUEUE", .path = "/queue"},
    {.title = "ADMISSION", .path = "/admission"},
    {.title = "PRIORITY", .path = "/priority"},
    {.title = "RETRIES", .path = "/retries", .kind = CELL_NUMBER},
    {.title = "RESTARTS", .path = "/restarts", .kind = CELL_NUMBER},
    {.title = "EVICTIONS", .path = "/evictions", .kind = CELL_NUMBER},
    {.title = "NODE-LOSSES", .path = "/node_losses", .kind = CELL_NUMBER},
    {.title = "FAILED-RANK", .path = "/failed_rank", .kind = CELL_NUMBER},
    {.title = "EXIT", .path = "/exit_code", .kind = CELL_NUMBER},
    {.title = "WAITED", .path = "/wait_ms", .kind = CELL_DURATION},
    {.title = "RAN", .path = "/run_ms", .kind = CELL_DURATION},
    {.title = "AGE", .path = "/queued", .kind = CELL_AGE},
    {0},
};

static const struct column rank_columns[] = {
    {.title = "RANK", .path = "/rank", .kind = CELL_NUMBER},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "POD", .path = "/pod"},
    {.title = "NODE", .path = "/node"},
    {.title = "RESTARTS", .path = "/restarts", .kind = CELL_NUMBER},
    {.title = "TRIES", .path = "/tries", .kind = CELL_NUMBER, .wide = true},
    {.title = "STARTED", .path = "/started", .wide = true},
    {.title = "FINISHED", .path = "/finished", .wide = true},
    {.title = "EXIT", .path = "/exit_code", .kind = CELL_NUMBER},
    {.title = "REASON", .path = "/reason"},
    {0},
};

int train_print_job(struct cli *cli, node_t *job, struct err *err)
{
    bool is_table = (cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE) && !cli->jq;
    const node_t *ranks = node_get(job, "pods");
    train_decorate(cli, job);
    if (!is_table || !node_get(job, "ranks"))
        return cli_print_one(cli, "job", job, err);
    if (print_one(&cli->print, "job", job_columns, job, err) != 0)
        return -1;
    if (!node_len(ranks))
        return 0;
    fputc('\n', cli->out);
    return print_list(&cli->print, "rank", rank_columns, ranks, err);
}

int train_print_new(struct cli *cli, const struct trainer_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *job = env->trainer->show(env, name, err);
    if (job && train_print_job(cli, job, err) == 0) {
        cli_hint(cli, "aiwf train wait %s", name);
        return 0;
    }
    if (err->code != ERR_INTERRUPTED)
        return -1;
    err_set(err, ERR_INTERRUPTED, "interrupted; job %s was submitted, and goes on", name);
    return err_hint(err, "aiwf train wait %s", name);
}
