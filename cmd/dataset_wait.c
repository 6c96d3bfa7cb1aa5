/* Waiting for a volume. */
#include <string.h>

#include "dataset.h"
#include "wait/wait.h"

struct looking {
    const struct dataset_wait *wait;
    node_t *last;
};

static int say_failed(const struct looking *looking, const char *status, struct err *err)
{
    const struct dataset_wait *wait = looking->wait;
    const char *name = node_str(wait->dataset, "/name", "?");
    AUTOFREE char *reason = cinder_reason(wait->os, node_str(wait->dataset, "/id", ""));
    err_set(err, ERR_FAILED, "%s dataset %s failed", wait->doing, name);
    err_why(err, "%s (status %s)", reason ? reason : "Cinder gives no reason", status);
    return err_hint(err, strcmp(status, "error") == 0 ? "aiwf dataset delete %s" : "aiwf dataset show %s", name);
}

static enum wait_state look(void *arg, struct str *note, struct err *err)
{
    struct looking *looking = arg;
    const struct dataset_wait *wait = looking->wait;
    CLEANUP(node_free) node_t *now = resource_show(wait->os, &cinder_dataset, node_str(wait->dataset, "/id", ""), err);
    if (!now && err->code == ERR_NOT_FOUND && !wait->until) {
        err_clear(err);
        return WAIT_DONE;
    }
    if (!now)
        return err->code == ERR_NOT_FOUND || err->code == ERR_AUTH ? WAIT_FAILED : WAIT_PENDING;
    const char *status = node_str(now, "/status", "?");
    str_add(note, status);
    bool failed = str_starts(status, "error") || (wait->failed && strcmp(status, wait->failed) == 0);
    bool done = wait->until && strcmp(status, wait->until) == 0;
    if (failed && !done)
        return say_failed(looking, status, err), WAIT_FAILED;
    if (done)
        looking->last = TAKE(now);
    return done ? WAIT_DONE : WAIT_PENDING;
}

int dataset_wait(struct cli *cli, const struct dataset_wait *wait, node_t **ret, struct err *err)
{
    CLEANUP(progress_free) struct progress *progress = cli_progress(cli);
    AUTOFREE char *what = xasprintf("dataset %s", node_str(wait->dataset, "/name", "?"));
    struct looking looking = {.wait = wait};
    struct wait waiting = {.what = what,
                           .look = look,
                           .arg = &looking,
                           .timeout_ms = cli->timeout_ms,
                           .interval_ms = 500,
                           .progress = progress,
                           .resume = wait->resume};
    int rc = wait_for(&waiting, err);
    CLEANUP(node_free) node_t *last = looking.last;
    if (rc == 0 && ret)
        *ret = TAKE(last);
    return rc;
}
