/* Waiting for a job's end, and its log. */
#include <string.h>

#include "base/clock.h"
#include "base/sig.h"
#include "cmd.h"
#include "function.h"
#include "train.h"
#include "train/last_words.h"
#include "wait/wait.h"

/* A log is asked for more lines than are shown: torchrun's report comes last. */
enum { LAST_LINES = 5, LINES_ASKED = 60, LINE_MAX_BYTES = 1000 };

struct looking {
    const struct train_wait *wait;
    struct job_watch *watch; /* NULL: it is asked again and again */
    node_t *last;
    node_t *failure;   /* of a rank, the last one seen */
    struct strv lines; /* and what it had written: its pod may be gone when the job ends */
};

static void looking_release(struct looking *looking)
{
    job_watch_close(looking->watch);
    node_free(looking->last);
    node_free(looking->failure);
    strv_release(&looking->lines);
}
DEFINE_CLEANUP(struct looking, looking_release)

/* "position 2, behind train/bert" */
static void add_place(const node_t *job, struct str *note)
{
    int64_t position = node_int(job, "/queue_position", 0);
    const char *behind = node_str(job, "/behind", NULL);
    if (strcmp(node_str(job, "/state", ""), "Queued") != 0 || position < 1)
        return;
    str_addf(note, "position %s%lld", node_bool(job, "/estimated", false) ? "~" : "", (long long)position);
    if (behind)
        str_addf(note, ", behind %s", behind);
}

static void add_what(const node_t *job, const char *state, struct str *note)
{
    const char *reason = node_str(job, "/reason", NULL);
    if (reason && *reason)
        str_addf(note, "%s%s", str_ends(note->buf, "\t") ? "" : ": ", reason);
    else if (strcmp(state, "Running") == 0 && node_int(job, "/ranks/total", 1) > 1)
        str_addf(note, "%lld of %lld ranks", (long long)node_int(job, "/ranks/ready", 0),
                 (long long)node_int(job, "/ranks/total", 0));
}

static void add_note(const node_t *job, const char *state, struct str *note)
{
    for (const char *p = state; *p; p++)
        str_addc(note, (*p >= 'A' && *p <= 'Z') ? (char)(*p - 'A' + 'a') : *p);
    str_addc(note, '\t');
    add_place(job, note);
    add_what(job, state, note);
    int64_t attempt = node_int(job, "/attempt", 1);
    if (attempt > 1)
        str_addf(note, "%sattempt %lld", str_ends(note->buf, "\t") ? "" : ", ", (long long)attempt);
}

/* Its own words; what the trainer says of it is in the error already. */
static bool keep_line(const node_t *line, void *arg)
{
    if (!is_system_line(line))
        strv_add(arg, node_str(line, "/text", ""));
    return true;
}

static void read_lines(struct looking *looking, bool previous)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    const struct trainer_env *env = looking->wait->env;
    CLEANUP(strv_release) struct strv lines = STRV_INIT;
    struct job_logs logs = {.tail = LINES_ASKED, .rank = node_int(looking->failure, "/rank", -1), .previous = previous};
    logs.pod = node_str(looking->failure, "/pod", NULL);
    logs.on_line = keep_line;
    logs.arg = &lines;
    if (env->trainer->logs)
        env->trainer->logs(env, looking->wait->name, &logs, &none);
    CLEANUP(str_release) struct str text = STR_INIT;
    for (size_t i = 0; i < lines.n; i++)
        str_cat(&text, lines.v[i], "\n");
    str_cut(&text, last_words_own(text.buf));
    strv_last_lines(&looking->lines, text.buf, LAST_LINES);
}

/* As its pod's status has them, or else as its log has, which is asked for and may be gone. */
static void keep_lines(struct looking *looking)
{
    const char *output = node_str(looking->failure, "/last_output", NULL);
    bool goes_on = node_bool(looking->failure, "/goes_on", false);
    strv_release(&looking->lines);
    looking->lines = STRV_INIT;
    if (output) {
        strv_last_lines(&looking->lines, output, LAST_LINES);
        return;
    }
    read_lines(looking, goes_on);
    if (goes_on && !looking->lines.n)
        read_lines(looking, false);
}

static void note_failure(struct looking *looking)
{
    const node_t *seen = node_get(looking->last, "last_failure");
    bool is_cause_known = looking->failure && !job_failed_for_another(looking->failure);
    if (!seen || (looking->failure && node_equal(seen, looking->failure)) || (is_cause_known && job_failed_for_another(seen)))
        return;
    node_free(looking->failure);
    looking->failure = node_copy(seen);
    keep_lines(looking);
}

static enum wait_state not_seen(const struct looking *looking, struct err *err)
{
    if (err->code == ERR_UNREACHABLE || err->code == ERR_TIMEOUT || err->code == ERR_FAILED || err->code == ERR_CAPACITY)
        return WAIT_PENDING;
    if (err->code == ERR_NOT_FOUND && looking->last)
        err_set(err, ERR_NOT_FOUND, "job %s was deleted while it was waited for", looking->wait->name);
    return WAIT_FAILED;
}

static enum wait_state look_once(void *arg, struct str *note, struct err *err)
{
    struct looking *looking = arg;
    const struct trainer_env *env = looking->wait->env;
    node_t *job = looking->watch ? job_watch_look(looking->watch, err) : env->trainer->show(env, looking->wait->name, err);
    if (!job)
        return not_seen(looking, err);
    node_free(looking->last);
    looking->last = job;
    note_failure(looking);
    job_recall(job, looking->failure);
    add_note(job, node_str(job, "/state", "?"), note);
    if (!job_is_over(job))
        return WAIT_PENDING;
    return job_result(job, err) == 0 ? WAIT_DONE : WAIT_FAILED;
}

/* For people a line begins with its rank. */
static bool print_line(const node_t *line, void *arg)
{
    const struct cli *cli = arg;
    const char *label = node_str(line, "/label", NULL);
    if (!label || cli->print.format == PRINT_JSON || cli->print.format == PRINT_NDJSON)
        return print_log_line(cli, line, false);
    CLEANUP(node_free) node_t *labelled = node_copy(line);
    AUTOFREE char *text = xasprintf("[%s] %s", label, node_str(line, "/text", ""));
    node_set_str(labelled, "text", text);
    return print_log_line(cli, labelled, false);
}

int train_logs(struct cli *cli, const struct trainer_env *env, const char *name, struct job_logs *logs, struct err *err)
{
    logs->on_line = print_line;
    logs->arg = cli;
    return env->trainer->logs ? env->trainer->logs(env, name, logs, err) : trainer_lacks(env->trainer, "show logs", err);
}

static void tell_last_lines(struct cli *cli, struct looking *looking)
{
    bool is_machine = cli->output && (str_starts(cli->output, "json") || strcmp(cli->output, "ndjson") == 0);
    if (looking->wait->follow || is_machine)
        return;
    if (!looking->lines.n)
        keep_lines(looking);
    for (size_t i = 0; i < looking->lines.n; i++)
        cli_note(cli, "  | %.*s", LINE_MAX_BYTES, looking->lines.v[i]);
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
    CLEANUP(looking_release) struct looking looking = {.wait = wait};
    if (wait->env->trainer->watch)
        looking.watch = wait->env->trainer->watch(wait->env, wait->name);
    int64_t left = wait->timeout_ms ? wait->timeout_ms - (clock_mono_ms() - start) : 0;
    struct wait waiting = {
        .what = what,
        .look = look_once,
        .arg = &looking,
        .change = looking.watch ? job_watch_change : NULL,
        .source = looking.watch,
        .timeout_ms = wait->timeout_ms && left < 1 ? 1 : left,
        .progress = progress,
        .resume = resume,
    };
    int rc = wait_for(&waiting, err);
    if (rc != 0 && err->code == ERR_WORKLOAD)
        tell_last_lines(cli, &looking);
    if (rc != 0 && err->code == ERR_TIMEOUT)
        err_hint(err, "aiwf why train %s, or %s", wait->name, resume);
    *ret = TAKE(looking.last);
    return rc;
}
