/* A scratch folder for a test: made by scratch_new, removed by scratch_end. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <check.h>
#include <stdlib.h>

#include "base/file.h"

static inline char *scratch_new(void)
{
    const char *tmp = getenv("TMPDIR");
    char *path = xasprintf("%s/aiwf-unit.XXXXXX", tmp ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(path));
    return path;
}

static inline void scratch_end(char *path)
{
    struct err err = ERR_INIT;
    dir_remove(path, &err);
    err_release(&err);
    free(path);
}

static inline void scratch_write(const char *folder, const char *name, const char *text)
{
    struct err err = ERR_INIT;
    AUTOFREE char *path = path_join(folder, name);
    ck_assert_int_eq(file_write_atomic(path, text, strlen(text), 0600, &err), 0);
    err_release(&err);
}

#endif
