/* Who holds a resource of the cluster: pods with a node, by the job or function that they work for. */
#ifndef WHY_HOLDERS_H
#define WHY_HOLDERS_H

#include "doc/node.h"

/* pods: what was listed. [{"who": "train/bert", "namespace", "amount", "pods": N, "since": RFC 3339 of the first one, "priority":
 * the least}], the largest first. The caller frees. */
node_t *holders_of(const node_t *pods, const char *resource);
/* "train/bert (8, 6h) · function/ocr in vision (4, 9d) · 2 others (3)"; ns: what need not be said. */
void holders_print(struct str *s, const node_t *holders, const char *resource, const char *ns);

#endif
