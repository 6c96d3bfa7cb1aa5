/* Base64 (RFC 4648, section 4): logins and certificates in other programs' files. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>

#include "base/str.h"

void base64_encode(struct str *s, const void *data, size_t len);
/* false when text is not base64 of whole bytes; white space between characters is fine. */
bool base64_decode(struct str *s, const char *text);

#endif
