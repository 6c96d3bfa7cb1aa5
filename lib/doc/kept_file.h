/* A secret that is kept between calls: JSON in a file that nobody else may read. */
#ifndef DOC_KEPT_FILE_H
#define DOC_KEPT_FILE_H

#include "doc/node.h"

/* NULL: there is none, it is no JSON, or others could have written or read it. To be wiped (node_wipe). */
node_t *kept_file_read(const char *path);
/* Replaces it, 0600; what cannot be kept is not. */
void kept_file_write(const char *path, const node_t *root);

#endif
