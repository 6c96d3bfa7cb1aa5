#include "top/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/program.h"

extern char **environ;

int child_start(struct child *child, const struct strv *words, struct err *err)
{
    int fds[2];
    CLEANUP(strv_release) struct strv argv = STRV_INIT;
    strv_add(&argv, "/proc/self/exe"); /* also when a newer one was installed since */
    for (size_t i = 0; i < words->n; i++)
        strv_add(&argv, words->v[i]);
    if (pipe2(fds, O_CLOEXEC) != 0)
        return err_sys(err, ERR_FAILED, "cannot make a pipe");
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    struct program_fd given[] = {{STDIN_FILENO, -1}, {STDOUT_FILENO, fds[1]}, {STDERR_FILENO, fds[1]}};
    const struct program program = {.argv = argv.v, .env = environ, .fds = given, .n_fds = ARRAY_LEN(given)};
    int rc = program_start(&program, &child->pid);
    close(fds[1]);
    child->fd = fds[0];
    if (rc == 0)
        return 0;
    close(fds[0]);
    *child = CHILD_INIT;
    return err_set(err, ERR_FAILED, "cannot start aiwf %s: %s", words->n ? words->v[0] : "", strerror(rc));
}

int child_read(struct child *child, struct str *s)
{
    enum { CHUNK = 16384, AT_ONCE = 16 };
    char chunk[CHUNK];
    for (int i = 0; child->fd >= 0 && i < AT_ONCE; i++) {
        ssize_t n = read(child->fd, chunk, sizeof(chunk));
        if (n > 0) {
            str_addn(s, chunk, (size_t)n);
            continue;
        }
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        close(child->fd);
        child->fd = -1;
    }
    return child->fd >= 0 ? 0 : -1;
}

bool child_ended(struct child *child, int *ret_code)
{
    int status;
    if (child->pid <= 0 || waitpid(child->pid, &status, WNOHANG) != child->pid)
        return false;
    child->pid = 0;
    *ret_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

void child_leave(struct child *child, bool is_reading)
{
    if (child->fd >= 0)
        close(child->fd);
    if (child->pid > 0 && is_reading) {
        kill(child->pid, SIGKILL); /* it has nothing to put away, and no key waits for it */
        waitpid(child->pid, NULL, 0);
    }
    *child = CHILD_INIT;
}
