#include "serverless/secrets.h"

#include <string.h>

int secret_check_name(const char *name, struct err *err)
{
    enum { NAME_MAX_BYTES = 253 };
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789", inner[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
    size_t len = strlen(name);
    if (len && len <= NAME_MAX_BYTES && strspn(name, inner) == len && strchr(letters, name[0]) && strchr(letters, name[len - 1]))
        return 0;
    err_set(err, ERR_USAGE, "\"%s\" is no name of a secret", name);
    return err_why(err, "lower case letters, digits, - and ., at most %d of them, not at the ends - or .", NAME_MAX_BYTES);
}
