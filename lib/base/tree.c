#include "base/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

struct copying {
    enum tree_how how;
    size_t entries;
    struct err *err;
};

static int copy_entry(struct copying *c, const char *from, const char *to, int depth);

static int cannot(const struct copying *c, const char *to)
{
    return err_sys(c->err, errno == EEXIST ? ERR_CONFLICT : ERR_FAILED, "cannot write %s", to);
}

static int copy_by_hand(int in, int out)
{
    enum { CHUNK = 1 << 17 };
    AUTOFREE char *chunk = xmalloc(CHUNK);
    ssize_t n;
    while ((n = read(in, chunk, CHUNK)) > 0)
        for (ssize_t done = 0, step; done < n; done += step)
            if ((step = write(out, chunk + done, (size_t)(n - done))) < 0)
                return -1;
    return n < 0 ? -1 : 0;
}

static int copy_data(int in, int out)
{
    enum { PIECE = 1 << 30 };
    ssize_t n;
    bool any = false;
    while ((n = copy_file_range(in, NULL, out, NULL, PIECE, 0)) > 0)
        any = true;
    if (n == 0 && any)
        return 0;
    /* Nothing copied may also mean a file system that cannot (procfs, another device). */
    return any ? -1 : copy_by_hand(in, out);
}

static int copy_file(const struct copying *c, const char *from, const char *to, mode_t mode)
{
    if (c->how == TREE_LINK && link(from, to) == 0)
        return 0;
    AUTOCLOSE int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return err_sys(c->err, ERR_FAILED, "cannot open %s", from);
    AUTOCLOSE int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0777);
    if (out < 0 || copy_data(in, out) != 0)
        return cannot(c, to);
    return 0;
}

static int copy_link(const struct copying *c, const char *from, const char *to)
{
    char target[4096];
    ssize_t len = readlink(from, target, sizeof(target) - 1);
    if (len < 0)
        return err_sys(c->err, ERR_FAILED, "cannot read the link %s", from);
    target[len] = '\0';
    return symlink(target, to) == 0 ? 0 : cannot(c, to);
}

static int copy_folder(struct copying *c, const char *from, const char *to, mode_t mode, int depth)
{
    if (mkdir(to, (mode & 0777) | S_IRWXU) != 0 && errno != EEXIST)
        return cannot(c, to);
    DIR *dir = opendir(from);
    if (!dir)
        return err_sys(c->err, ERR_FAILED, "cannot list %s", from);
    int rc = 0;
    for (const struct dirent *entry; rc == 0 && (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        AUTOFREE char *child = path_join(from, entry->d_name);
        AUTOFREE char *copy = path_join(to, entry->d_name);
        rc = copy_entry(c, child, copy, depth + 1);
    }
    closedir(dir);
    return rc;
}

static int copy_entry(struct copying *c, const char *from, const char *to, int depth)
{
    if (++c->entries > TREE_MAX_ENTRIES || depth > TREE_MAX_DEPTH)
        return err_set(c->err, ERR_CAPACITY, "%s: more than %d files, or %d folders deep", from, TREE_MAX_ENTRIES,
                       TREE_MAX_DEPTH);
    struct stat st;
    if ((depth ? lstat(from, &st) : stat(from, &st)) != 0)
        return err_sys(c->err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "cannot open %s", from);
    if (S_ISDIR(st.st_mode))
        return copy_folder(c, from, to, st.st_mode, depth);
    if (S_ISREG(st.st_mode))
        return copy_file(c, from, to, st.st_mode);
    if (S_ISLNK(st.st_mode))
        return copy_link(c, from, to);
    return 0;
}

int tree_copy(const char *from, const char *to, enum tree_how how, struct err *err)
{
    struct copying copying = {.how = how, .err = err};
    return copy_entry(&copying, from, to, 0);
}

enum { OPEN_FOLDERS = 16 };

static int sync_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)ftw;
    if (!S_ISREG(st->st_mode) && type != FTW_D && type != FTW_DP)
        return 0;
    AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 || fsync(fd) != 0 ? -1 : 0;
}

int tree_sync(const char *path, struct err *err)
{
    if (nftw(path, sync_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) != 0)
        return err_sys(err, ERR_FAILED, "cannot force %s to disk", path);
    return 0;
}

int64_t tree_bytes(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return 0;
    if (!S_ISDIR(st.st_mode))
        return S_ISREG(st.st_mode) ? st.st_size : 0;
    DIR *dir = opendir(path);
    int64_t sum = 0;
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        AUTOFREE char *child = path_join(path, entry->d_name);
        sum += tree_bytes(child);
    }
    if (dir)
        closedir(dir);
    return sum;
}
