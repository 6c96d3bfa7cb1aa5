/* One attempt of a job: its process, its output, its deadline. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "local/dir_copy.h"
#include "local/job_impl.h"
#include "local/leftovers.h"

enum { OUTPUTS = 2, DRAINS_AT_END = 32 /* of 64 KiB: more than a pipe holds */ };

struct job_run {
    struct job *job;
    struct dir_copy *copy; /* its folder is being made: nothing runs yet */
    struct child child;
    char *mark; /* leftovers.h; NULL: nothing was started */
    struct watch *ended;
    int fds[OUTPUTS]; /* our ends of its stdout and stderr; -1: at their end */
    struct watch *watches[OUTPUTS];
    struct timer *timer; /* the timeout; after TERM, the grace time */
    enum job_ending ending;
};

char *job_log_path(const struct job *job) { return xasprintf("%s/%s.log", job->jobs->logs, job->name); }
char *job_work_path(const struct job *job) { return path_join(job->jobs->work, job->name); }
pid_t job_run_pid(const struct job_run *run) { return run->child.pid; }

static void run_free(struct job_run *run)
{
    if (run->mark)
        leftovers_end(run->job->jobs->settings.leftovers, run->mark);
    watch_free(run->ended);
    for (int i = 0; i < OUTPUTS; i++) {
        watch_free(run->watches[i]);
        if (run->fds[i] >= 0)
            close(run->fds[i]);
    }
    timer_free(run->timer);
    free(run);
}

/* False at the end of the stream. */
static bool drain(struct job_run *run, int i)
{
    enum log_stream stream = i == 0 ? LOG_STDOUT : LOG_STDERR;
    if (logfile_drain(run->job->log, stream, run->fds[i]))
        return true;
    watch_free(run->watches[i]);
    run->watches[i] = NULL;
    close(run->fds[i]);
    run->fds[i] = -1;
    return false;
}

/* What its pipes still hold. Something that left its session may keep them open: no waiting. */
static void drain_rest(struct job_run *run)
{
    for (int i = 0; i < OUTPUTS; i++)
        for (int n = 0; n < DRAINS_AT_END && run->fds[i] >= 0; n++) {
            struct pollfd pipe_end = {.fd = run->fds[i], .events = POLLIN};
            if (poll(&pipe_end, 1, 0) != 1 || !drain(run, i))
                break;
        }
    logfile_flush(run->job->log, LOG_STDOUT);
    logfile_flush(run->job->log, LOG_STDERR);
}

static void note_end(const struct job_run *run, const struct child_end *end)
{
    const char *name = end->signal ? sigabbrev_np(end->signal) : NULL;
    if (end->signal)
        logfile_note(run->job->log, "attempt %lld was ended by signal %s", (long long)run->job->attempt, name ? name : "unknown");
    else
        logfile_note(run->job->log, "attempt %lld exited with code %d", (long long)run->job->attempt, end->exit_code);
}

static bool finish_if_ended(struct job_run *run)
{
    pid_t pid = run->child.pid;
    struct child_end end;
    if (!child_reap(&run->child, &end))
        return false;
    struct job *job = run->job;
    enum job_ending why = run->ending;
    drain_rest(run);
    note_end(run, &end);
    workload_ended(job->workload, pid, end.cpu_s);
    job->run = NULL;
    run_free(run);
    jobs_attempt_ended(job, &end, why);
    return true;
}

static void process_ended(unsigned what, void *arg)
{
    (void)what;
    finish_if_ended(arg);
}

static void stdout_ready(unsigned what, void *arg)
{
    (void)what;
    drain(arg, 0);
}

static void stderr_ready(unsigned what, void *arg)
{
    (void)what;
    drain(arg, 1);
}

static void signal_run(struct job_run *run, int signal)
{
    if (run->copy)
        dir_copy_stop(run->copy);
    else
        child_signal(&run->child, signal);
}

static void time_is_up(void *arg)
{
    struct job_run *run = arg;
    if (run->ending == ENDING_NOT)
        job_run_end(run->job, ENDING_TIMEOUT);
    else
        signal_run(run, SIGKILL);
}

void job_run_end(struct job *job, enum job_ending why)
{
    struct job_run *run = job->run;
    if (run->ending != ENDING_NOT)
        return;
    run->ending = why;
    signal_run(run, SIGTERM);
    timer_set(run->timer, JOB_GRACE_MS);
}

void job_run_kill(struct job *job, enum job_ending why)
{
    struct job_run *run = job->run;
    run->ending = why;
    signal_run(run, SIGKILL);
    job_run_wait(job, -1);
}

void job_run_wait(struct job *job, int64_t timeout_ms)
{
    int64_t end = clock_mono_ms() + timeout_ms;
    while (job->run) {
        struct job_run *run = job->run;
        if (run->copy) {
            dir_copy_finish(run->copy);
            continue;
        }
        int64_t left = timeout_ms < 0 ? -1 : end - clock_mono_ms();
        if (timeout_ms >= 0 && left <= 0)
            return;
        struct pollfd fds[1 + OUTPUTS] = {{.fd = run->child.pidfd, .events = POLLIN}};
        for (int i = 0; i < OUTPUTS; i++)
            fds[1 + i] = (struct pollfd){.fd = run->fds[i], .events = POLLIN};
        if (poll(fds, 1 + OUTPUTS, (int)left) < 0 && errno != EINTR)
            return;
        for (int i = 0; i < OUTPUTS; i++)
            if (fds[1 + i].revents)
                drain(run, i);
        if (fds[0].revents && finish_if_ended(run))
            return;
    }
}

/* CUDA numbers GPUs by speed unless told otherwise; NVML, which counted them, by bus. */
static void add_gpu_env(const struct job *job, struct strv *env)
{
    CLEANUP(str_release) struct str list = STR_INIT;
    for (int64_t i = 0; job->gpus && i < job->jobs->gpu_count; i++)
        if (job->gpus[i])
            str_addf(&list, "%s%lld", list.len ? "," : "", (long long)i);
    child_env_set(env, "CUDA_VISIBLE_DEVICES", list.buf);
    child_env_set(env, "CUDA_DEVICE_ORDER", "PCI_BUS_ID");
}

static int make_env(const struct job_run *run, const char *home, struct strv *env, struct err *err)
{
    const struct job *job = run->job;
    child_env(env, home, job->jobs->settings.owner, run->mark);
    for (const node_t *n = node_first(node_get(job->spec, "env")); n; n = node_next(n)) {
        AUTOFREE char *pair = xasprintf("%s=%s", node_key(n), node_text(n));
        if (child_env_add(env, pair, err) != 0)
            return -1;
    }
    child_env_set(env, "AIWF_JOB_NAME", job->name);
    AUTOFREE char *attempt = xasprintf("%lld", (long long)job->attempt);
    child_env_set(env, "AIWF_JOB_ATTEMPT", attempt);
    add_gpu_env(job, env);
    return 0;
}

static int spawn(struct job_run *run, const int writers[OUTPUTS], struct err *err)
{
    const struct job *job = run->job;
    AUTOFREE char *home = job_work_path(job);
    CLEANUP(strv_release) struct strv env = STRV_INIT;
    run->mark = leftovers_mark(job->jobs->settings.leftovers);
    if (make_env(run, home, &env, err) != 0)
        return -1;
    CLEANUP(strv_release) struct strv argv = STRV_INIT;
    for (const node_t *n = node_first(node_get(job->spec, "command")); n; n = node_next(n))
        strv_add(&argv, node_text(n));

    struct child_spec spec = {
        .argv = (const char *const *)argv.v,
        .env = (const char *const *)env.v,
        .cwd = node_str(job->spec, "/workdir", home),
        .stdin_fd = -1,
        .stdout_fd = writers[0],
        .stderr_fd = writers[1],
        .limits = job_needs(job).limits,
    };
    return child_spawn(&spec, &run->child, err);
}

static int open_pipes(struct job_run *run, int writers[OUTPUTS], struct err *err)
{
    for (int i = 0; i < OUTPUTS; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0)
            return err_sys(err, ERR_CAPACITY, "cannot make a pipe");
        run->fds[i] = ends[0];
        writers[i] = ends[1];
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
    }
    return 0;
}

static void watch_run(struct job_run *run)
{
    struct loop *loop = run->job->jobs->settings.loop;
    run->ended = watch_new(loop, run->child.pidfd, process_ended, run);
    watch_set(run->ended, WATCH_READ);
    void (*const ready[OUTPUTS])(unsigned, void *) = {stdout_ready, stderr_ready};
    for (int i = 0; i < OUTPUTS; i++) {
        run->watches[i] = watch_new(loop, run->fds[i], ready[i], run);
        watch_set(run->watches[i], WATCH_READ);
    }
}

static int run_command(struct job_run *run, struct err *err)
{
    struct job *job = run->job;
    int writers[OUTPUTS] = {-1, -1};
    int rc = open_pipes(run, writers, err);
    if (rc == 0)
        rc = spawn(run, writers, err);
    for (int i = 0; i < OUTPUTS; i++)
        if (writers[i] >= 0)
            close(writers[i]);
    if (rc != 0)
        return -1;
    logfile_note(job->log, "attempt %lld started, process %d", (long long)job->attempt, (int)run->child.pid);
    workload_started(job->workload, run->child.pid);
    watch_run(run);
    return 0;
}

static void drop_run(struct job *job, const struct err *err)
{
    logfile_note(job->log, "%s%s%s", err->what, err->why ? ": " : "", err->why ? err->why : "");
    run_free(TAKE(job->run));
}

static void folder_made(const struct err *failure, void *arg)
{
    struct job_run *run = arg;
    struct job *job = run->job;
    enum job_ending why = run->ending;
    CLEANUP(err_release) struct err err = ERR_INIT;
    run->copy = NULL;
    if (!failure && why == ENDING_NOT && run_command(run, &err) == 0)
        return;
    if (!failure && why != ENDING_NOT)
        err_set(&err, ERR_INTERRUPTED, "ended before the command was started");
    failure = failure ? failure : &err;
    drop_run(job, failure);
    if (why == ENDING_NOT)
        jobs_attempt_impossible(job, failure);
    else
        jobs_attempt_ended(job, &(struct child_end){.exit_code = -1, .signal = SIGTERM}, why);
}

int job_run_start(struct job *job, struct err *err)
{
    const struct jobs_settings *settings = &job->jobs->settings;
    const char *source = node_str(job->spec, "/source", NULL);
    AUTOFREE char *home = job_work_path(job);
    struct job_run *run = xcalloc(1, sizeof(*run));
    *run = (struct job_run){.job = job, .child = CHILD_INIT, .fds = {-1, -1}};
    run->timer = timer_new(settings->loop, time_is_up, run);
    int64_t timeout_ms = job_needs(job).timeout_ms;
    if (timeout_ms)
        timer_set(run->timer, timeout_ms);
    vitals_sample(settings->vitals);
    job->before = workload_usage(job->workload);
    job->run = run;
    if (source)
        run->copy = dir_copy_start(settings->loop, home, source, (struct dir_copy_done){folder_made, run}, err);
    if (source ? run->copy != NULL : child_dir_make(home, NULL, err) == 0 && run_command(run, err) == 0)
        return 0;
    drop_run(job, err);
    return -1;
}
