/* A folder as a ZIP archive (facts: PKWARE's APPNOTE 6.3.10, sections 4.3 and 4.4): what runtimes of code take. Nothing is
 * compressed, and times are left out, so that the same folder is the same bytes. */
#ifndef SERVERLESS_ZIP_H
#define SERVERLESS_ZIP_H

#include "base/err.h"
#include "base/str.h"

/* All regular files below folder, by name; links are followed, .git is left out. CAPACITY when it is longer than max bytes,
 * USAGE when there is no file. */
int zip_folder(const char *folder, size_t max, struct str *ret, struct err *err);

#endif
