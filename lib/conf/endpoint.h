/* Where a server is that may be inside of a cluster: "kube://NAMESPACE/[https:]SERVICE:PORT[/PATH]", PORT by number or name. */
#ifndef CONF_ENDPOINT_H
#define CONF_ENDPOINT_H

#include <stdbool.h>

#include "base/err.h"

struct endpoint {
    char *ns, *service, *port;
    char *path; /* "", or "/..." without a slash at its end */
    bool tls;
};
void endpoint_release(struct endpoint *endpoint);
DEFINE_CLEANUP(struct endpoint, endpoint_release)

bool endpoint_is_inside(const char *text); /* kube:// */
/* USAGE for what is none. */
int endpoint_parse(const char *text, struct endpoint *ret, struct err *err);
/* A URL (url_check) or such an address, as contexts hold it; NULL: USAGE. The caller frees. */
char *endpoint_check(const char *text, struct err *err);

#endif
