/* A fuzz target is one file with LLVMFuzzerTestOneInput. Built without libFuzzer, it gets this main,
 * which replays the files that are its arguments. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise stops the run, as a sanitizer's finding does. */
static inline void fuzz_require(int holds, const char *promise)
{
    if (holds)
        return;
    fprintf(stderr, "broken: %s\n", promise);
    abort();
}

static int replay(const char *path)
{
    enum { LARGEST_INPUT = 64 << 20 };
    CLEANUP(str_release) struct str input = STR_INIT_MAX(LARGEST_INPUT);
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (file_read(path, &input, &err) != 0) {
        fprintf(stderr, "%s\n", err.what);
        return -1;
    }
    /* of its exact size, so that a read beyond the end is seen */
    AUTOFREE uint8_t *data = xmalloc(input.len ? input.len : 1);
    memcpy(data, input.buf, input.len);
    LLVMFuzzerTestOneInput(data, input.len);
    return 0;
}

/* Weak: libFuzzer's library has its own. */
__attribute__((weak)) int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (replay(argv[i]) != 0)
            return EXIT_FAILURE;
    return EXIT_SUCCESS;
}

#endif
