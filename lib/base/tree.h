/* Whole folders: copying, linking, forcing to disk, measuring. */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <stdint.h>

#include "base/err.h"

enum { TREE_MAX_ENTRIES = 100000, TREE_MAX_DEPTH = 100 };

enum tree_how {
    TREE_COPY, /* the data, shared by the file system where it can (reflink) */
    TREE_LINK, /* hard links where the file system allows, else copies */
};

/* Makes `to` a copy of a file or of a folder and all below it. The parent of `to` must exist; folders
 * that exist are filled, files that exist are CONFLICT. Links stay links; devices, sockets and pipes are
 * left out. CAPACITY beyond the limits above. On failure a part may be there: the caller removes it. */
int tree_copy(const char *from, const char *to, enum tree_how how, struct err *err);

/* Forces all files and folders to disk. */
int tree_sync(const char *path, struct err *err);

/* Sum of the sizes of the files, 0 for what is not there. */
int64_t tree_bytes(const char *path);

#endif
