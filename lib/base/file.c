#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

static int read_all(int fd, const char *path, struct str *s, struct err *err)
{
    char chunk[16384];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(err, ERR_FAILED, "cannot read %s", path);
        if (n == 0)
            return 0;
        str_addn(s, chunk, (size_t)n);
        if (s->truncated)
            return err_set(err, ERR_USAGE, "%s is too large: the limit is %zu bytes", path, s->max);
    }
}

int file_read(const char *path, struct str *s, struct err *err)
{
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, "standard input", s, err);
    AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "cannot open %s", path);
    return read_all(fd, path, s, err);
}

int fd_write_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

/* As readable as what is to lie in it. */
static int make_parent(const char *path, mode_t mode, struct err *err)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return 0;
    AUTOFREE char *parent = xstrndup(path, (size_t)(slash - path));
    return dir_make(parent, mode & 0077 ? 0755 : 0700, err);
}

int file_write_atomic(const char *path, const void *data, size_t len, mode_t mode, struct err *err)
{
    if (make_parent(path, mode, err) != 0)
        return -1;

    AUTOFREE char *temporary = xasprintf("%s.XXXXXX", path);
    AUTOCLOSE int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, ERR_FAILED, "cannot write %s", path);
    if (fchmod(fd, mode) == 0 && fd_write_all(fd, data, len) == 0 && fsync(fd) == 0 && rename(temporary, path) == 0)
        return 0;
    err_sys(err, ERR_FAILED, "cannot write %s", path);
    unlink(temporary);
    return -1;
}

int dir_make(const char *path, mode_t mode, struct err *err)
{
    AUTOFREE char *partial = xstrdup(path);
    for (char *p = partial + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char end = *p;
        *p = '\0';
        if (mkdir(partial, mode) != 0 && errno != EEXIST)
            return err_sys(err, ERR_FAILED, "cannot create the folder %s", partial);
        *p = end;
        if (!end)
            break;
    }
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        return err_set(err, ERR_FAILED, "%s is not a folder", path);
    return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

int dir_remove(const char *path, struct err *err)
{
    enum { OPEN_FOLDERS = 16 };
    if (nftw(path, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
        return err_sys(err, ERR_FAILED, "cannot remove %s", path);
    return 0;
}

int file_lock(const char *path, int timeout_ms, struct err *err)
{
    if (make_parent(path, 0600, err) != 0)
        return -1;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_sys(err, ERR_FAILED, "cannot open the lock %s", path);

    int64_t end = clock_mono_ms() + timeout_ms;
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            err_sys(err, ERR_FAILED, "cannot lock %s", path);
            close(fd);
            return -1;
        }
        if (clock_mono_ms() >= end || clock_sleep_ms(5)) {
            close(fd);
            return err_set(err, ERR_CONFLICT, "%s is locked by another process", path);
        }
    }
    return fd;
}

bool file_exists(const char *path) { return access(path, F_OK) == 0; }

char *path_join(const char *a, const char *b)
{
    const char *slash = *a && str_ends(a, "/") ? "" : "/";
    return xasprintf("%s%s%s", a, slash, b);
}

char *path_resolve(const char *base, const char *path) { return *path == '/' ? xstrdup(path) : path_join(base, path); }

char *path_home(const char *rest)
{
    const char *home = getenv("HOME");
    if (!home || *home != '/') {
        const struct passwd *pw = getpwuid(getuid());
        home = pw ? pw->pw_dir : "/";
    }
    return rest ? path_join(home, rest) : xstrdup(home);
}

static char *xdg_path(const char *variable, const char *fallback, const char *rest)
{
    const char *base = getenv(variable);
    AUTOFREE char *home = base && *base == '/' ? NULL : path_home(fallback);
    AUTOFREE char *ours = path_join(home ? home : base, "aiwf");
    return rest ? path_join(ours, rest) : TAKE(ours);
}

char *path_config(const char *rest) { return xdg_path("XDG_CONFIG_HOME", ".config", rest); }

char *path_cache(const char *rest) { return xdg_path("XDG_CACHE_HOME", ".cache", rest); }

char *path_state(const char *rest) { return xdg_path("XDG_STATE_HOME", ".local/state", rest); }
