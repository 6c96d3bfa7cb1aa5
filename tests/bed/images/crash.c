/* Ends badly, as told: after RUN_MS milliseconds, with the status EXIT_CODE (1), or by taking memory without end (EXIT_CODE=oom). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(void)
{
    const char *run = getenv("RUN_MS"), *code = getenv("EXIT_CODE");
    long ms = run ? strtol(run, NULL, 10) : 0;
    fprintf(stderr, "crash: ending after %ld ms, as told\n", ms);
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
    while (code && strcmp(code, "oom") == 0) {
        size_t step = 1 << 20;
        char *block = malloc(step);
        if (!block)
            return 1;
        memset(block, 1, step);
    }
    return code ? atoi(code) : 1;
}
