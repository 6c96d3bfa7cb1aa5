#include "workflow/objects.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tree.h"

static int link_in(const struct home *home, const char *from, const char *object, struct err *err)
{
    AUTOFREE char *fresh = home_path(home, "objects", ".new");
    if (dir_remove(fresh, err) != 0 || tree_copy(from, fresh, TREE_LINK, err) != 0)
        return -1;
    if (tree_sync(fresh, err) != 0)
        return -1;
    return rename(fresh, object) == 0 ? 0 : err_sys(err, ERR_FAILED, "cannot write %s", object);
}

int object_put(const struct home *home, const char *from, char ret[HASH_HEX], struct err *err)
{
    char hash[HASH_HEX];
    AUTOFREE char *objects = home_path(home, "objects", NULL);
    if (hash_tree(from, hash, err) != 0 || dir_make(objects, 0700, err) != 0)
        return -1;
    AUTOFREE char *object = home_path(home, "objects", hash);
    if (!object_has(home, hash)) {
        if (dir_remove(object, err) != 0 || link_in(home, from, object, err) != 0)
            return -1;
    }
    memcpy(ret, hash, HASH_HEX);
    return 0;
}

bool object_has(const struct home *home, const char *hash)
{
    if (strlen(hash) != HASH_HEX - 1 || strspn(hash, "0123456789abcdef") != HASH_HEX - 1)
        return false;
    AUTOFREE char *object = home_path(home, "objects", hash);
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    char now[HASH_HEX];
    return hash_tree(object, now, &ignored) == 0 && strcmp(now, hash) == 0;
}

int object_get(const struct home *home, const char *hash, const char *to, struct err *err)
{
    AUTOFREE char *object = home_path(home, "objects", hash);
    AUTOFREE char *folder = xstrndup(to, (size_t)(strrchr(to, '/') - to));
    if (dir_make(folder, 0700, err) != 0)
        return -1;
    return tree_copy(object, to, TREE_COPY, err);
}

int objects_prune(const struct home *home, const struct map *keep, struct err *err)
{
    AUTOFREE char *objects = home_path(home, "objects", NULL);
    DIR *dir = opendir(objects);
    int rc = 0;
    for (const struct dirent *entry; dir && rc == 0 && (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || map_has(keep, entry->d_name))
            continue;
        AUTOFREE char *path = path_join(objects, entry->d_name);
        rc = dir_remove(path, err);
    }
    if (dir)
        closedir(dir);
    return rc;
}
