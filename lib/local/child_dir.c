/* Private folders of functions and jobs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/tree.h"
#include "local/child.h"

/* A copy into itself would not end before the limits. */
static int refuse_inside(const char *path, const char *source, struct err *err)
{
    AUTOFREE char *real_path = realpath(path, NULL);
    AUTOFREE char *real_source = realpath(source, NULL);
    if (!real_path || !real_source)
        return 0;
    size_t len = strlen(real_source);
    bool is_inside = strncmp(real_path, real_source, len) == 0 && (real_path[len] == '/' || real_path[len] == '\0' || len == 1);
    return is_inside ? err_set(err, ERR_USAGE, "the source folder %s holds the gateway's own state (%s)", source, path) : 0;
}

static int check_source(const char *source, struct err *err)
{
    struct stat st;
    if (stat(source, &st) != 0)
        return err_sys(err, ERR_USAGE, "cannot read the folder %s", source);
    if (!S_ISDIR(st.st_mode))
        return err_set(err, ERR_USAGE, "%s is no folder", source);
    int64_t bytes = tree_bytes(source);
    if (bytes <= CHILD_DIR_BYTES)
        return 0;
    err_set(err, ERR_CAPACITY, "%s is too large to be copied: %lld bytes, the limit is %lld", source, (long long)bytes,
            (long long)CHILD_DIR_BYTES);
    return err_hint(err, "name large data by their path instead of copying them");
}

static int copy_source(const char *path, const char *source, struct err *err)
{
    if (check_source(source, err) != 0 || refuse_inside(path, source, err) != 0)
        return -1;
    return tree_copy(source, path, TREE_COPY, err);
}

int child_dir_make(const char *path, const char *source, struct err *err)
{
    /* The usual case of a cold start costs one call. */
    if (!source && mkdir(path, 0700) == 0)
        return 0;
    if (dir_remove(path, err) != 0 || dir_make(path, 0700, err) != 0)
        return -1;
    if (!source || copy_source(path, source, err) == 0)
        return 0;
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    dir_remove(path, &ignored);
    return -1;
}
