/* Starting a process of a function: its command, environment, limits, and its output into the log. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "local/function.h"

static const enum log_stream streams[2] = {LOG_STDOUT, LOG_STDERR};

static void output_close_one(struct output *output, int which)
{
    watch_free(TAKE(output->watches[which]));
    if (output->fds[which] >= 0)
        close(output->fds[which]);
    output->fds[which] = -1;
}

static bool output_drain(struct output *output, int which)
{
    struct function *function = output->function;
    if (!function->is_removed)
        return logfile_drain(function_log(function), streams[which], output->fds[which]);
    char discard[16384];
    ssize_t n = read(output->fds[which], discard, sizeof(discard));
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void output_readable(unsigned what, void *arg)
{
    (void)what;
    struct output *output = arg;
    for (int i = 0; i < 2; i++)
        if (output->fds[i] >= 0 && !output_drain(output, i))
            output_close_one(output, i);
}

void output_close(struct output *output)
{
    for (int i = 0; i < 2; i++)
        if (output->fds[i] >= 0) {
            output_drain(output, i);
            output_close_one(output, i);
            if (!output->function->is_removed)
                logfile_flush(function_log(output->function), streams[i]);
        }
}

/* What the shell would not change: such a command is run without one, which saves the shell's own start. */
static bool is_plain(const char *command)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+,- ";
    return command[strspn(command, plain)] == '\0';
}

/* A plain command that is no program (cd, exit, exec ...) is the shell's after all. */
static int spawn(struct child_spec *spec, const char *command, struct child *child, struct err *err)
{
    if (is_plain(command)) {
        CLEANUP(strv_release) struct strv words = STRV_INIT;
        CLEANUP(err_release) struct err unused = ERR_INIT;
        strv_split(&words, command, " ");
        spec->argv = (const char *const *)words.v;
        if (child_spawn(spec, child, &unused) == 0)
            return 0;
    }
    const char *const shell[] = {"/bin/sh", "-c", command, NULL};
    spec->argv = shell;
    int rc = child_spawn(spec, child, err);
    spec->argv = NULL;
    return rc;
}

static void fill_env(const struct launch *launch, struct strv *env)
{
    const struct function *function = launch->function;
    child_env(env, launch->home, function->all->daemon->owner, launch->mark);
    if (launch->port) {
        AUTOFREE char *port = xasprintf("%d", launch->port);
        AUTOFREE char *revision = xasprintf("%s-%05lld", function->name, (long long)function->revision);
        child_env_set(env, "PORT", port);
        child_env_set(env, "HOST", "127.0.0.1");
        child_env_set(env, "K_SERVICE", function->name);
        child_env_set(env, "K_CONFIGURATION", function->name);
        child_env_set(env, "K_REVISION", revision);
    }
    child_env_set(env, "fprocess", function->config.command);
    const struct strv *lists[] = {launch->more_env, &function->config.env};
    for (size_t l = 0; l < ARRAY_LEN(lists); l++)
        for (size_t i = 0; lists[l] && i < lists[l]->n; i++) {
            AUTOFREE char *key = xstrdup(lists[l]->v[i]);
            char *equals = strchr(key, '=');
            if (!equals)
                continue;
            *equals = '\0';
            child_env_set(env, key, equals + 1);
        }
}

static int make_pipe(int ret[2], struct err *err)
{
    if (pipe2(ret, O_CLOEXEC) != 0 || fcntl(ret[0], F_SETFL, O_NONBLOCK) != 0)
        return err_sys(err, ERR_FAILED, "cannot make a pipe");
    return 0;
}

int launch(const struct launch *launch, struct err *err)
{
    struct function *function = launch->function;
    struct output *output = launch->output;
    *output = (struct output){.function = function, .fds = {-1, -1}};

    int out[2] = {-1, -1}, errs[2] = {-1, -1};
    CLEANUP(strv_release) struct strv env = STRV_INIT;
    fill_env(launch, &env);
    AUTOFREE char *source = function_source_folder(function);
    int rc = launch->stdout_fd >= 0 ? 0 : make_pipe(out, err);
    rc = rc == 0 ? make_pipe(errs, err) : rc;
    if (rc == 0) {
        struct child_spec spec = CHILD_SPEC_INIT;
        spec.env = (const char *const *)env.v;
        spec.cwd = source ? source : launch->home;
        spec.stdin_fd = launch->stdin_fd;
        spec.stdout_fd = launch->stdout_fd >= 0 ? launch->stdout_fd : out[1];
        spec.stderr_fd = errs[1];
        spec.limits = (struct child_limits){.memory_bytes = function->config.memory_bytes, .cpus = function->config.cpus};
        rc = spawn(&spec, function->config.command, launch->child, err);
    }
    if (rc == 0 && launch->child->pidfd < 0) {
        child_kill(launch->child);
        rc = err_set(err, ERR_CAPACITY, "no descriptor left to watch the process");
    }
    const int ends[] = {out[1], errs[1]};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (ends[i] >= 0)
            close(ends[i]);
    output->fds[0] = out[0];
    output->fds[1] = errs[0];
    for (int i = 0; i < 2; i++)
        if (output->fds[i] >= 0 && rc == 0) {
            output->watches[i] = watch_new(function->all->daemon->loop, output->fds[i], output_readable, output);
            watch_set(output->watches[i], WATCH_READ);
        }
    if (rc != 0) {
        for (int i = 0; i < 2; i++)
            output_close_one(output, i);
        return -1;
    }
    if (!function->workload)
        function->workload = vitals_workload(function->all->daemon->vitals, "function", function->name);
    workload_started(function->workload, launch->child->pid);
    return 0;
}
