/* ~/.wskprops, where OpenWhisk's own client keeps its API host and login (facts: apache/openwhisk-client-go, whisk/wskprops.go):
 * lines KEY=VALUE, with # before comments; WSK_CONFIG_FILE names another file. */
#ifndef SERVERLESS_WHISK_PROPS_H
#define SERVERLESS_WHISK_PROPS_H

#include "conf/conf.h"

struct whisk_props {
    char *host; /* a URL, https where the file says no scheme */
    char *user, *password;
    char *ns; /* NULL: the login's own, "_" */
    char *cert_file, *key_file;
};
void whisk_props_release(struct whisk_props *props);
DEFINE_CLEANUP(struct whisk_props, whisk_props_release)

/* What the text says; source: of the text, for errors. What is not said stays NULL. USAGE. */
int whisk_props_parse(const char *text, const char *source, struct whisk_props *ret, struct err *err);
/* Of a context: its setting openwhisk, else the file's APIHOST. The file's login is given only for the file's own host.
 * USAGE when neither says a host. ret is to be released in any case. */
int whisk_props_of(const struct context *context, struct whisk_props *ret, struct err *err);

#endif
