#include "kube/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

enum { WAIT_MS = 10000, STEP_MS = 20 };
static const char mark[] = "aiwf\n";

/* What was locked may have been removed and made again meanwhile. */
static bool is_still(int fd, const char *path)
{
    struct stat a, b;
    return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static bool is_ours(int fd)
{
    char text[sizeof(mark)] = "";
    return pread(fd, text, sizeof(text) - 1, 0) == (ssize_t)sizeof(mark) - 1 && strcmp(text, mark) == 0;
}

/* A new one, or one that we made and whose owner has died. */
static int try_once(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool made = fd >= 0;
    if (!made && errno != EEXIST)
        return -1;
    if (!made)
        fd = open(path, O_RDWR | O_CLOEXEC); /* kubectl's cannot be opened: it has mode 0 */
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && is_still(fd, path)) {
        if (made ? fd_write_all(fd, mark, strlen(mark)) == 0 : is_ours(fd))
            return fd;
        if (made)
            unlink(path);
    }
    if (fd >= 0)
        close(fd);
    errno = EEXIST;
    return -1;
}

static int make_folder(const char *file, struct err *err)
{
    const char *slash = strrchr(file, '/');
    AUTOFREE char *folder = slash && slash != file ? xstrndup(file, (size_t)(slash - file)) : NULL;
    return folder ? dir_make(folder, 0700, err) : 0;
}

int kube_lock_file(struct kube_lock *lock, const char *file, struct err *err)
{
    AUTOFREE char *path = xasprintf("%s.lock", file);
    int64_t end = clock_mono_ms() + WAIT_MS;
    if (make_folder(file, err) != 0)
        return -1;
    while ((lock->fd = try_once(path)) < 0) {
        if (errno != EEXIST)
            return err_sys(err, ERR_FAILED, "cannot lock %s", file);
        if (clock_sleep_ms(STEP_MS))
            return err_set(err, ERR_INTERRUPTED, "interrupted; %s was not changed", file);
        if (clock_mono_ms() < end)
            continue;
        err_set(err, ERR_CONFLICT, "%s is locked by another program", file);
        return err_hint(err, "if no kubectl is at work on it: rm %s", path);
    }
    lock->path = TAKE(path);
    return 0;
}

void kube_unlock(struct kube_lock *lock)
{
    if (lock->fd < 0)
        return;
    unlink(lock->path);
    close(lock->fd);
    free(lock->path);
    *lock = KUBE_LOCK_INIT;
}
