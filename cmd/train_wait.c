/* Waiting for a job's end, and its log. */
#include <string.h>

#include "base/clock.h"
#include "base/sig.h"
#include "cmd.h"
#include "function.h"
#include "train.h"
#include "wait/wait.h"

enum { LAST_LINES = 5 };

struct looking {
    const struct train_wait *wait;
    node_t *last;
};

static void add_note(const node_t *job, const char *state, struct str *note)
{
    for (const char *p = state; *p; p++)
        str_addc(note, (*p >= 'A' && *p <= 'Z') ? (char)(*p - 'A' + 'a') : *p);
    str_addc(note, '\t');
    const char *reason = node_str(job, "/reason", NULL);
    int64_t position = node_int(job, "/queue_position", 0);
    if (strcmp(state, "Queued") == 0 && position > 0)
        str_addf(note, "position %lld", (long long)position);
    else if (reason && *reason)
        str_add(note, reason);
    int64_t attempt = node_int(job, "/attempt", 1);
    if (attempt > 1)
        str_addf(note, "%sattempt %lld", str_ends(note->buf, "\t") ? "" : ", ", (long long)attempt);
}

static enum wait_state look_once(void *arg, struct str *note, struct err *err)
{
    struct looking *looking = arg;
    const struct trainer_env *env = looking->wait->env;
    node_free(looking->last);
    looking->last = env->trainer->show(env, looking->wait->name, err);
    if (!looking->last) {
        bool passing = err->code == ERR_UNREACHABLE || err->code == ERR_TIMEOUT || err->code == ERR_FAILED;
        return passing ? WAIT_PENDING : WAIT_FAILED;
    }
    const char *state = node_str(looking->last, "/state", "?");
    add_note(looking->last, state, note);
    if (!job_is_over(looking->last))
        return WAIT_PENDING;
    return job_result(looking->last, err) == 0 ? WAIT_DONE : WAIT_FAILED;
}

static bool print_line(const node_t *line, void *arg) { return print_log_line(arg, line, false); }

int train_logs(struct cli *cli, const struct trainer_env *env, const char *name, struct job_logs *logs, struct err *err)
{
    logs->on_line = print_line;
    logs->arg = cli;
    return env->trainer->logs ? env->trainer->logs(env, name, logs, err) : trainer_lacks(env->trainer, "show logs", err);
}

static bool tell_line(const node_t *line, void *arg)
{
    if (is_system_line(line))
        return true; /* the error says it already */
    cli_note(arg, "  | %s", node_str(line, "/text", ""));
    return true;
}

static void tell_last_lines(struct cli *cli, const struct train_wait *wait, const node_t *job)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    const struct trainer *trainer = wait->env->trainer;
    struct job_logs logs = {.tail = LAST_LINES, .rank = node_int(job, "/failed_rank", -1), .on_line = tell_line, .arg = cli};
    bool is_machine = cli->output && (str_starts(cli->output, "json") || strcmp(cli->output, "ndjson") == 0);
    if (trainer->logs && !wait->follow && !is_machine)
        trainer->logs(wait->env, wait->name, &logs, &none);
}

/* The log is followed first: its end is the job's end. */
static int follow_log(struct cli *cli, const struct train_wait *wait, struct err *err)
{
    CLEANUP(err_release) struct err log_err = ERR_INIT;
    struct job_logs logs = {.follow = true, .tail = -1, .rank = -1};
    if (!wait->follow || train_logs(cli, wait->env, wait->name, &logs, &log_err) == 0 || log_err.code != ERR_INTERRUPTED)
        return 0;
    err_set(err, ERR_INTERRUPTED, "interrupted while waiting for job %s; it goes on", wait->name);
    return err_hint(err, "aiwf train wait %s", wait->name);
}

int train_wait(struct cli *cli, const struct train_wait *wait, node_t **ret, struct err *err)
{
    if (!wait->env->trainer->show)
        return trainer_lacks(wait->env->trainer, "show a job", err);
    AUTOFREE char *what = xasprintf("job %s", wait->name);
    AUTOFREE char *resume = xasprintf("aiwf train wait %s", wait->name);
    int64_t start = clock_mono_ms();
    if (follow_log(cli, wait, err) != 0)
        return -1;
    CLEANUP(progress_free) struct progress *progress = cli_progress(cli);
    struct looking looking = {.wait = wait};
    int64_t left = wait->timeout_ms ? wait->timeout_ms - (clock_mono_ms() - start) : 0;
    struct wait waiting = {
        .what = what,
        .look = look_once,
        .arg = &looking,
        .timeout_ms = wait->timeout_ms && left < 1 ? 1 : left,
        .progress = progress,
        .resume = resume,
    };
    int rc = wait_for(&waiting, err);
    *ret = looking.last;
    if (rc != 0 && err->code == ERR_WORKLOAD)
        tell_last_lines(cli, wait, *ret);
    return rc;
}
