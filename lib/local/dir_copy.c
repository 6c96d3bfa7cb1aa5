#include "local/dir_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/program.h"
#include "base/str.h"
#include "local/child.h"

/* What the process says at its end: nothing after a crash, else the error's code, what and why, each
 * with its NUL. Code 0 is success. */
enum { REPORT_MAX = 64 << 10 };

struct dir_copy {
    pid_t pid;
    int fd;
    struct watch *watch;
    char *path;
    struct str report;
    struct dir_copy_done done;
};

static void report(int fd, const struct err *err)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    str_addf(&s, "%d%c%s%c%s%c", (int)err->code, 0, err->what ? err->what : "", 0, err->why ? err->why : "", 0);
    (void)!fd_write_all(fd, s.buf, s.len);
}

/* In the process: nothing of the gateway's is kept open, and it goes with the gateway. */
static _Noreturn void copy_and_exit(int fd, pid_t parent, const char *path, const char *source)
{
    struct err err = ERR_INIT;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || dup2(fd, STDERR_FILENO) < 0)
        _exit(1);
    close_range(STDERR_FILENO + 1, ~0U, 0);
    child_dir_make(path, source, &err);
    report(STDERR_FILENO, &err);
    _exit(0);
}

static void read_report(const struct str *text, struct err *err)
{
    const char *what = memchr(text->buf, '\0', text->len);
    const char *end = text->buf + text->len;
    const char *why = what && what + 1 < end ? memchr(what + 1, '\0', (size_t)(end - what - 1)) : NULL;
    long long code = 0;
    if (!why || why + 1 >= end || end[-1] != '\0' || !str_to_int(text->buf, 0, ERR_INTERRUPTED, &code)) {
        err_set(err, ERR_FAILED, "the copy of the source was ended");
        return;
    }
    if (code == ERR_OK)
        return;
    err_set(err, (enum err_code)code, "%s", what + 1);
    if (why[1])
        err_why(err, "%s", why + 1);
}

static void tell_end(struct dir_copy *copy)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(err_release) struct err unused = ERR_INIT;
    watch_free(copy->watch);
    close(copy->fd);
    program_wait(copy->pid);
    read_report(&copy->report, &err);
    if (err.code != ERR_OK)
        dir_remove(copy->path, &unused);
    struct dir_copy_done done = copy->done;
    str_release(&copy->report);
    free(copy->path);
    free(copy);
    done.fn(err.code == ERR_OK ? NULL : &err, done.arg);
}

/* False once all of it is there. */
static bool read_more(struct dir_copy *copy)
{
    char buf[4096];
    ssize_t n = read(copy->fd, buf, sizeof(buf));
    if (n > 0)
        str_addn(&copy->report, buf, (size_t)n);
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

static void readable(unsigned what, void *arg)
{
    (void)what;
    if (!read_more(arg))
        tell_end(arg);
}

struct dir_copy *dir_copy_start(struct loop *loop, const char *path, const char *source, struct dir_copy_done done,
                                struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        err_sys(err, ERR_CAPACITY, "cannot make a pipe");
        return NULL;
    }
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        copy_and_exit(ends[1], parent, path, source);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        err_sys(err, ERR_CAPACITY, "cannot start a process");
        return NULL;
    }
    struct dir_copy *copy = xcalloc(1, sizeof(*copy));
    *copy = (struct dir_copy){.pid = pid, .fd = ends[0], .path = xstrdup(path), .report = STR_INIT_MAX(REPORT_MAX), .done = done};
    copy->watch = watch_new(loop, copy->fd, readable, copy);
    watch_set(copy->watch, WATCH_READ);
    return copy;
}

void dir_copy_stop(struct dir_copy *copy) { kill(copy->pid, SIGKILL); }

void dir_copy_finish(struct dir_copy *copy)
{
    while (read_more(copy))
        ;
    tell_end(copy);
}
