#include "local/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

/* Enough for what runs between clone and exec: system calls only. */
enum { CHILD_STACK = 32 << 10 };

/* The child of clone(CLONE_VM) shares our memory while we are suspended: it reads this and writes
 * only `failed` and `error`. */
struct start {
    const struct child_spec *spec;
    const char *program;
    cpu_set_t cpus;
    bool pin;
    pid_t parent;
    const char *failed; /* the step that failed, NULL while none has */
    int error;
};

static int set_limit(int resource, int64_t value)
{
    struct rlimit limit = {.rlim_cur = (rlim_t)value, .rlim_max = (rlim_t)value};
    return prlimit(0, (__rlimit_resource_t)resource, &limit, NULL);
}

static int set_limits(const struct start *start)
{
    const struct child_limits *limits = &start->spec->limits;
    if (set_limit(RLIMIT_CORE, 0) != 0)
        return -1;
    if (limits->memory_bytes && set_limit(RLIMIT_DATA, limits->memory_bytes) != 0)
        return -1;
    if (limits->file_bytes && set_limit(RLIMIT_FSIZE, limits->file_bytes) != 0)
        return -1;
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return -1;
    rlim_t wanted = (rlim_t)(limits->files ? limits->files : CHILD_FILES);
    if (wanted < files.rlim_max && set_limit(RLIMIT_NOFILE, (int64_t)wanted) != 0)
        return -1;
    return start->pin ? sched_setaffinity(0, sizeof(start->cpus), &start->cpus) : 0;
}

static int set_descriptors(const struct child_spec *spec)
{
    const int given[3] = {spec->stdin_fd, spec->stdout_fd, spec->stderr_fd};
    int high[3];
    for (int i = 0; i < 3; i++) {
        int fd = given[i] >= 0 ? given[i] : open("/dev/null", O_RDWR | O_CLOEXEC);
        high[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (high[i] < 0)
            return -1;
    }
    for (int i = 0; i < 3; i++)
        if (dup2(high[i], i) < 0)
            return -1;
    /* Older kernels lack it: then O_CLOEXEC on all that we open has to do. */
    if (close_range(3, ~0U, 0) != 0 && errno != ENOSYS)
        return -1;
    return 0;
}

static int set_signals(void)
{
    for (int number = 1; number < SIGRTMIN; number++)
        signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    return sigprocmask(SIG_SETMASK, &none, NULL);
}

static int fail(struct start *start, const char *step)
{
    start->error = errno;
    start->failed = step;
    _exit(127);
}

/* execve changes nothing, whatever its prototype says. */
static char *const *exec_list(const char *const *list)
{
    union {
        const char *const *ours;
        char *const *theirs;
    } view = {.ours = list};
    return view.theirs;
}

__attribute__((no_sanitize("address", "undefined"))) static int child_main(void *arg)
{
    struct start *start = arg;
    const struct child_spec *spec = start->spec;
    if (setsid() < 0)
        return fail(start, "setsid");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return fail(start, "prctl");
    if (getppid() != start->parent)
        _exit(127); /* the parent died before it could be watched */
    if (set_descriptors(spec) != 0)
        return fail(start, "descriptors");
    if (chdir(spec->cwd ? spec->cwd : "/") != 0)
        return fail(start, "folder");
    if (set_limits(start) != 0)
        return fail(start, "limits");
    if (set_signals() != 0)
        return fail(start, "signals");
    execve(start->program, exec_list(spec->argv), exec_list(spec->env));
    return fail(start, "exec");
}

/* The most memory we ever had. */
static int64_t own_rss_bytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (int64_t)usage.ru_maxrss * 1024 : 0;
}

static const char *env_get(const char *const *env, const char *key)
{
    size_t len = strlen(key);
    for (; env && *env; env++)
        if (strncmp(*env, key, len) == 0 && (*env)[len] == '=')
            return *env + len + 1;
    return NULL;
}

/* As execvp does it, but by the child's own PATH. */
static char *find_program(const char *name, const struct child_spec *spec, struct err *err)
{
    if (!*name) {
        err_set(err, ERR_USAGE, "the command is empty");
        return NULL;
    }
    if (strchr(name, '/'))
        return xstrdup(name);

    const char *path = env_get(spec->env, "PATH");
    CLEANUP(strv_release) struct strv folders = STRV_INIT;
    strv_split(&folders, path ? path : "/usr/local/bin:/usr/bin:/bin", ":");
    for (size_t i = 0; i < folders.n; i++) {
        AUTOFREE char *candidate = path_join(folders.v[i], name);
        struct stat st;
        if (stat(candidate, &st) == 0 && S_ISREG(st.st_mode) && access(candidate, X_OK) == 0)
            return TAKE(candidate);
    }
    err_set(err, ERR_NOT_FOUND, "cannot start \"%s\": no such command", name);
    err_why(err, "not found in PATH=%s", path ? path : "(none)");
    return NULL;
}

/* Whole cores, beginning at a place that differs between starts, so that they are spread. */
static void choose_cpus(struct start *start)
{
    double wanted = start->spec->limits.cpus;
    cpu_set_t ours;
    if (wanted <= 0 || sched_getaffinity(0, sizeof(ours), &ours) != 0 || wanted >= CPU_COUNT(&ours))
        return;

    CPU_ZERO(&start->cpus);
    int first = (int)((clock_mono_ns() >> 10) % CPU_SETSIZE);
    int left = (int)wanted + (wanted > (int)wanted);
    for (int i = 0; i < CPU_SETSIZE && left > 0; i++) {
        int cpu = (first + i) % CPU_SETSIZE;
        if (CPU_ISSET(cpu, &ours)) {
            CPU_SET(cpu, &start->cpus);
            left--;
        }
    }
    start->pin = true;
}

static int start_failed(const struct start *start, struct err *err)
{
    errno = start->error;
    if (str_eq(start->failed, "folder"))
        return err_sys(err, ERR_FAILED, "cannot enter the folder %s", start->spec->cwd);
    if (!str_eq(start->failed, "exec"))
        return err_sys(err, ERR_FAILED, "cannot start \"%s\" (%s)", start->spec->argv[0],
                       start->failed ? start->failed : "killed");
    bool is_missing = start->error == ENOENT || start->error == ENOTDIR;
    err_sys(err, is_missing ? ERR_NOT_FOUND : ERR_FAILED, "cannot start \"%s\"", start->spec->argv[0]);
    return start->error == ENOEXEC ? err_hint(err, "begin the script with #!/bin/sh, or run it as: sh %s", start->spec->argv[0])
                                   : -1;
}

int child_spawn(const struct child_spec *spec, struct child *ret, struct err *err)
{
    AUTOFREE char *program = find_program(spec->argv[0], spec, err);
    if (!program)
        return -1;

    struct start start = {.spec = spec, .program = program, .parent = getpid()};
    choose_cpus(&start);
    /* No handler of ours may run in the child while it shares our memory. */
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    int pidfd = -1;
    _Alignas(16) char stack[CHILD_STACK];
    pid_t pid = clone(child_main, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &start, &pidfd);
    int clone_error = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);

    if (pid < 0) {
        errno = clone_error;
        return err_sys(err, errno == EAGAIN || errno == ENOMEM ? ERR_CAPACITY : ERR_FAILED, "cannot start \"%s\"", spec->argv[0]);
    }
    if (start.failed) {
        struct child failed = {.pid = pid, .pidfd = pidfd};
        child_kill(&failed);
        return start_failed(&start, err);
    }
    fcntl(pidfd, F_SETFD, FD_CLOEXEC);
    *ret = (struct child){.pid = pid, .pidfd = pidfd, .rss_bytes = own_rss_bytes()};
    return 0;
}

void child_signal(const struct child *child, int number)
{
    if (child->pid > 0)
        kill(-child->pid, number);
}

static void reap(struct child *child, struct child_end *ret)
{
    int status = 0;
    struct rusage usage = {0};
    pid_t pid;
    do
        pid = wait4(child->pid, &status, 0, &usage);
    while (pid < 0 && errno == EINTR);

    bool is_known = pid == child->pid;
    int64_t max_rss = (int64_t)usage.ru_maxrss * 1024;
    *ret = (struct child_end){
        .exit_code = is_known && WIFEXITED(status) ? WEXITSTATUS(status) : -1,
        .signal = is_known && WIFSIGNALED(status) ? WTERMSIG(status) : 0,
        .cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
        .max_rss_bytes = max_rss > child->rss_bytes ? max_rss : 0,
    };
    if (child->pidfd >= 0)
        close(child->pidfd);
    *child = CHILD_INIT;
}

bool child_reap(struct child *child, struct child_end *ret)
{
    if (child->pid <= 0)
        return false;
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0)
        return false;
    /* Not reaped yet, so that the number still means this group. */
    kill(-child->pid, SIGKILL);
    reap(child, ret);
    return true;
}

void child_kill(struct child *child)
{
    if (child->pid <= 0)
        return;
    kill(child->pid, SIGKILL);
    kill(-child->pid, SIGKILL);
    struct child_end end;
    reap(child, &end);
}

void child_env_set(struct strv *env, const char *key, const char *value)
{
    size_t len = strlen(key);
    for (size_t i = 0; i < env->n; i++)
        if (strncmp(env->v[i], key, len) == 0 && env->v[i][len] == '=') {
            free(env->v[i]);
            env->v[i] = xasprintf("%s=%s", key, value);
            return;
        }
    strv_addf(env, "%s=%s", key, value);
}

void child_env(struct strv *env, const char *home, const char *owner, const char *mark)
{
    const char *path = getenv("PATH");
    child_env_set(env, "AIWF_LOCAL_OWNER", owner); /* first, where child_end_orphans looks */
    child_env_set(env, "AIWF_LOCAL_RUN", mark);
    child_env_set(env, "PATH", path && *path ? path : "/usr/local/bin:/usr/bin:/bin");
    child_env_set(env, "HOME", home);
    child_env_set(env, "TMPDIR", home);
    child_env_set(env, "LANG", "C.UTF-8");
}

int child_env_add(struct strv *env, const char *pair, struct err *err)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    static const char word[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    size_t len = strspn(pair, word);
    if (!len || !memchr(letters, pair[0], sizeof(letters) - 1) || pair[len] != '=')
        return err_set(err, ERR_USAGE, "\"%s\" is no environment variable: NAME=VALUE is", pair);
    AUTOFREE char *key = xstrndup(pair, len);
    if (!str_eq(key, "AIWF_LOCAL_OWNER") && !str_eq(key, "AIWF_LOCAL_RUN"))
        child_env_set(env, key, pair + len + 1);
    return 0;
}
