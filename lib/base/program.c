#include "base/program.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

char *program_find(const char *name)
{
    CLEANUP(strv_release) struct strv folders = STRV_INIT;
    const char *path = getenv("PATH");
    strv_split(&folders, path ? path : "", ":");
    for (size_t i = 0; i < folders.n; i++) {
        AUTOFREE char *program = path_join(folders.v[i], name);
        if (access(program, X_OK) == 0)
            return TAKE(program);
    }
    return NULL;
}
