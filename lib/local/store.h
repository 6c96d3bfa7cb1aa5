/* Durable state: one JSON document an object, FOLDER/NAME.json, replaced atomically: a kill at any
 * moment leaves the old or the new one. */
#ifndef LOCAL_STORE_H
#define LOCAL_STORE_H

#include "base/err.h"
#include "base/str.h"
#include "doc/node.h"

/* Names of functions, jobs and pools: [a-z0-9]([-a-z0-9]*[a-z0-9])?, at most 63. USAGE otherwise;
 * `kind` is the word for the message. */
enum { STORE_NAME_MAX = 63 };
int store_name_check(const char *kind, const char *name, struct err *err);

/* Makes the folder (0700) and tries whether it can be written: FAILED, with what to do, when not. */
int store_open(const char *folder, struct err *err);
int store_put(const char *folder, const char *name, const node_t *document, struct err *err);
int store_delete(const char *folder, const char *name, struct err *err); /* fine when it is not there */

/* Every document, in order of names; fn borrows it. A file that is no JSON object, or that fn refuses
 * (-1, with err), is renamed NAME.json.broken and told in `broken` (one line each: which and why);
 * loading goes on. Leftovers of an interrupted write are removed. -1 only when the folder cannot be
 * read. */
int store_load(const char *folder, int (*fn)(const char *name, const node_t *document, void *arg, struct err *err), void *arg,
               struct strv *broken, struct err *err);

#endif
