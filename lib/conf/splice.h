/* Editing config.yaml as text, so that comments and layout stay. Inside of lib/conf. */
#ifndef CONF_SPLICE_H
#define CONF_SPLICE_H

#include "conf/conf.h"

/* Writes conf's text with one context set (settings; NULL: removed) into out. The layout may be one that this does not
 * understand: the caller parses the result and compares. */
void splice_context(const struct conf *conf, const char *name, const node_t *settings, struct str *out);
/* The same with current-context (NULL: removed). */
void splice_current(const struct conf *conf, const char *name, struct str *out);

#endif
