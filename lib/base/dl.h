/* Libraries that are bound when first needed, so that a start which does not use them is not
 * slowed by them.
 *
 * A library is a struct of function pointers and a table of its symbols:
 *     struct jq_lib { jv (*parse)(const char *); ... };
 *     static const struct dl_symbol symbols[] = { DL_SYMBOL(struct jq_lib, parse, "jv_parse"), {0} };
 *     if (dl_bind(&library, err) != 0) return -1; ... jq.parse(text);
 * Their own symbols are bound as they are called: binding the thousands of libcurl and what it needs at once
 * costs about a millisecond of CPU. */
#ifndef BASE_DL_H
#define BASE_DL_H

#include <stddef.h>

#include "base/err.h"

struct dl_symbol {
    const char *name;
    size_t offset;
};

struct dl_library {
    const char *const *sonames; /* tried in order, NULL-terminated */
    const char *const *before;  /* of a large one, the largest that it needs, NULL-terminated: see dl_release_pages */
    const char *package;        /* Debian's name, for the error's hint */
    const struct dl_symbol *symbols;
    void *table; /* the struct that receives the pointers */
    void *handle;
};

#define DL_SYMBOL(type, member, symbol)                    \
    {                                                      \
        .name = (symbol), .offset = offsetof(type, member) \
    }

/* 0 when the library is bound (now or before); FAILED with the package to install otherwise. */
int dl_bind(struct dl_library *library, struct err *err);
/* The same of one without which nothing can be done: the program ends, with exit 1, where it cannot be bound. */
void dl_need(struct dl_library *library);

/* Gives back the pages of programs and libraries that were only read, dl_bind's own last step for a large one. Resolving the
 * addresses of libcurl's thirty libraries reads most of their pages once: 5 MB that a command never needs again. What
 * is still needed is read again from the page cache. A TLS handshake, too, reads megabytes that nothing after it needs (OpenSSL's 4,
 * and again to say farewell). */
void dl_release_pages(void);

#endif
