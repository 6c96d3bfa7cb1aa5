/* SHA-256 (libcrypto, loaded when first used), as lower-case hex. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>

#include "base/err.h"

enum { HASH_HEX = 65 };

int hash_data(const void *data, size_t len, char ret[HASH_HEX], struct err *err);
int hash_file(const char *path, char ret[HASH_HEX], struct err *err);
/* All files below path in sorted order, names, modes and contents; for one file the same as hash_file. */
int hash_tree(const char *path, char ret[HASH_HEX], struct err *err);

#endif
