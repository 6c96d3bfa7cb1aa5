/* URLs built from parts: every value is escaped, none is pasted. */
#ifndef NET_URL_H
#define NET_URL_H

#include "base/err.h"
#include "base/str.h"

/* url_path(&s, base, "/system/function/{}/logs", name): each {} takes the next argument, percent-encoded
 * ("." and ".." too, so that no value climbs). Trailing slashes of base are dropped. Returns s->buf. The
 * arguments end with NULL. */
const char *url_path(struct str *s, const char *base, const char *pattern, ...) __attribute__((sentinel));
/* Appends ?key=value or &key=value, both escaped; nothing when value is NULL. */
void url_query(struct str *s, const char *key, const char *value);
/* http or https, a host, a sane port, no login in it, no query; USAGE otherwise. Scheme and host in lower
 * case, without trailing slashes; the caller frees. */
char *url_check(const char *text, struct err *err);

/* A URL as people may see it: a login becomes ***@, and so do the values of query keys that name secrets. */
void url_mask(struct str *s, const char *url);
/* Of a text that is no URL: all before the last @ may be a login. */
void url_mask_broken(struct str *s, const char *text);
/* "scheme://host:port" of a URL in lower case, with the scheme's usual port when it has none; "" if it is not one. */
void url_origin(struct str *s, const char *url);
/* Whether a header or query key of that name holds a secret: tokens, passwords, keys, cookies, signatures. */
bool name_is_secret(const char *name, size_t len);

#endif
