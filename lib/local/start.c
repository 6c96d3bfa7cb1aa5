/* Starting the gateway as a process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "local/client.h"

enum { LOG_END_MAX = 64 << 10 };

/* In the child, between fork and exec. */
static void detach(int log_fd)
{
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (setsid() < 0 || null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 || dup2(log_fd, STDOUT_FILENO) < 0 ||
        dup2(log_fd, STDERR_FILENO) < 0)
        _exit(127);
    close_range(STDERR_FILENO + 1, ~0U, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (chdir("/") != 0)
        _exit(127);
}

/* Where there is no room for this line there is none for the gateway's own words: its reason is told here. */
static int log_start(int log_fd, const char *log_path, struct err *err)
{
    CLEANUP(str_release) struct str line = STR_INIT;
    rfc3339_print(&line, clock_wall_ms());
    str_add(&line, " the gateway is started\n");
    ssize_t n = write(log_fd, line.buf, line.len);
    if (n == (ssize_t)line.len)
        return 0;
    if (n >= 0)
        errno = ENOSPC;
    return err_sys(err, ERR_FAILED, "cannot write %s", log_path);
}

int local_start(char *const *argv, const char *log_path, pid_t *ret_pid, off_t *ret_log_offset, struct err *err)
{
    AUTOCLOSE int log_fd = open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log_fd < 0)
        return err_sys(err, ERR_FAILED, "cannot write %s", log_path);
    if (log_start(log_fd, log_path, err) != 0)
        return -1;
    *ret_log_offset = lseek(log_fd, 0, SEEK_END);
    pid_t pid = fork();
    if (pid < 0)
        return err_sys(err, ERR_FAILED, "cannot start a process");
    if (pid == 0) {
        detach(log_fd);
        execv(argv[0], argv);
        _exit(127);
    }
    *ret_pid = pid;
    return 0;
}

static int error_code(const char *word)
{
#define X(number, ident, text, meaning) \
    if (strcmp(word, text) == 0)        \
        return number;
    EXIT_CODES(X)
#undef X
    return ERR_FAILED;
}

static int from_json(const char *line, size_t len, struct err *err)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *doc = json_parse(line, len, "the gateway's log", &none);
    const char *what = node_str(doc, "/error/message", NULL);
    if (!what)
        return 0;
    const char *why = node_str(doc, "/error/reason", NULL);
    const char *hint = node_str(doc, "/error/hint", NULL);
    err_set(err, (enum err_code)error_code(node_str(doc, "/error/code", "")), "%s", what);
    if (why)
        err_why(err, "%s", why);
    if (hint)
        err_hint(err, "%s", hint);
    return -1;
}

static void read_from(const char *path, off_t offset, struct str *text)
{
    AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    char buf[4096];
    for (ssize_t n; !text->truncated && (n = pread(fd, buf, sizeof(buf), offset)) > 0; offset += n)
        str_addn(text, buf, (size_t)n);
}

int local_start_failure(const char *log_path, off_t offset, struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT_MAX(LOG_END_MAX);
    CLEANUP(strv_release) struct strv lines = STRV_INIT;
    read_from(log_path, offset, &text);
    strv_split(&lines, text.buf, "\r\n");
    for (size_t i = lines.n; i > 0; i--)
        if (str_starts(lines.v[i - 1], "{\"error\"") && from_json(lines.v[i - 1], strlen(lines.v[i - 1]), err) != 0)
            return -1;
    err_set(err, ERR_FAILED, "the local gateway ended at once");
    if (lines.n)
        err_why(err, "%s", lines.v[lines.n - 1]);
    return err_hint(err, "aiwf local logs");
}
