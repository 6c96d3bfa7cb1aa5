#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void out_of_memory(void)
{
    static const char text[] = "error: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);
    (void)ignored;
    _exit(1);
}

static void *checked(void *ptr)
{
    if (!ptr)
        out_of_memory();
    return ptr;
}

void *xmalloc(size_t size) { return checked(malloc(size ? size : 1)); }

void *xcalloc(size_t count, size_t size) { return checked(calloc(count ? count : 1, size ? size : 1)); }

void *xrealloc(void *ptr, size_t size) { return checked(realloc(ptr, size ? size : 1)); }

char *xstrdup(const char *text) { return checked(strdup(text)); }

char *xstrndup(const char *text, size_t len) { return checked(strndup(text, len)); }

char *xstrdup_or_null(const char *text) { return text ? xstrdup(text) : NULL; }

char *xasprintf(const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int len = vasprintf(&text, fmt, ap);
    va_end(ap);
    return len < 0 ? checked(NULL) : text;
}

void mem_free_ptr(void *pptr)
{
    void *ptr;
    memcpy(&ptr, pptr, sizeof(ptr));
    free(ptr);
}

int fd_take(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

void fd_close_ptr(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
