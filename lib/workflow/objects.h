/* Outputs by content: what a stage made is kept once, as objects/HASH, and handed on from there. */
#ifndef WORKFLOW_OBJECTS_H
#define WORKFLOW_OBJECTS_H

#include "base/hash.h"
#include "base/map.h"
#include "workflow/home.h"

/* Stores a file or folder (by hard links: `from` must not change afterwards), forced to disk. */
int object_put(const struct home *home, const char *from, char ret[HASH_HEX], struct err *err);
/* Whether the object is there and still what its name says. */
bool object_has(const struct home *home, const char *hash);
/* Copies an object to `to`, which must not exist; its folder is made. */
int object_get(const struct home *home, const char *hash, const char *to, struct err *err);
/* Removes every object but those that are keys of `keep`. */
int objects_prune(const struct home *home, const struct map *keep, struct err *err);

#endif
