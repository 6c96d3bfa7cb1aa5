/* Allocation that never fails, and cleanup by scope.
 *
 * Running out of memory ends the program (exit 1): there are no out-of-memory branches elsewhere.
 * Ownership is in the name: x_init (set up), x_release (free what it holds), x_clear (release and
 * make usable again), x_free (free it too). Destructors accept NULL. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *ptr, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *text) __attribute__((malloc, nonnull, returns_nonnull));
char *xstrndup(const char *text, size_t len) __attribute__((malloc, nonnull, returns_nonnull));
char *xasprintf(const char *fmt, ...) __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

/* NULL stays NULL. */
char *xstrdup_or_null(const char *text);

/* Makes room in a growing array for one more element: ptr, n and cap are lvalues. */
#define GROW(ptr, n, cap)                                    \
    do {                                                     \
        if ((n) >= (cap)) {                                  \
            (cap) = (cap) ? (cap)*2 : 8;                     \
            (ptr) = xrealloc((ptr), (cap) * sizeof(*(ptr))); \
        }                                                    \
    } while (0)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Moves a pointer out of a variable, which becomes NULL. */
#define TAKE(ptr)                         \
    (__extension__({                      \
        __typeof__(ptr) *taken_ = &(ptr); \
        __typeof__(ptr) value_ = *taken_; \
        *taken_ = NULL;                   \
        value_;                           \
    }))

/* DEFINE_CLEANUP(struct str, str_release) makes cleanup_str_release for CLEANUP(str_release). */
#define CLEANUP(fn) __attribute__((cleanup(cleanup_##fn)))
#define DEFINE_CLEANUP(type, fn) \
    static inline void cleanup_##fn(type *p) { fn(p); }
#define DEFINE_CLEANUP_PTR(type, fn) \
    static inline void cleanup_##fn(type **p) { fn(*p); }

void mem_free_ptr(void *pptr);
#define AUTOFREE __attribute__((cleanup(mem_free_ptr)))

/* Closes *fd when it is not negative. */
void fd_close_ptr(const int *fd);
#define AUTOCLOSE __attribute__((cleanup(fd_close_ptr)))
/* Moves a descriptor out of a variable, which becomes -1. */
int fd_take(int *fd);

#endif
