/* SHA-256 as lower-case hex, and SHA-1 for protocols that want it; by libnettle, loaded when first used: libcrypto's
 * takes half a millisecond to begin. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>

#include "base/err.h"

enum { HASH_HEX = 65, SHA1_BYTES = 20 };

int hash_data(const void *data, size_t len, char ret[HASH_HEX], struct err *err);
int hash_file(const char *path, char ret[HASH_HEX], struct err *err);
/* All files below path in sorted order, names, modes and contents; for one file the same as hash_file. */
int hash_tree(const char *path, char ret[HASH_HEX], struct err *err);

/* Not against forgers: RFC 6455 wants it. */
int hash_sha1(const void *data, size_t len, unsigned char ret[SHA1_BYTES], struct err *err);

#endif
