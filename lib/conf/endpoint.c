#include "conf/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "net/url.h"

static const char scheme[] = "kube://";

void endpoint_release(struct endpoint *endpoint)
{
    free(endpoint->ns);
    free(endpoint->service);
    free(endpoint->port);
    free(endpoint->path);
    *endpoint = (struct endpoint){0};
}

bool endpoint_is_inside(const char *text) { return text && str_starts(text, scheme); }

/* RFC 1123: what Kubernetes lets a namespace, a service or a port be called. */
static size_t label_length(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return len <= 63 && len && text[0] != '-' && text[len - 1] != '-' ? len : 0;
}

static bool take_label(const char **at, char end, char **ret)
{
    size_t len = label_length(*at);
    if (!len || (*at)[len] != end)
        return false;
    *ret = xstrndup(*at, len);
    *at += len + 1;
    return true;
}

static bool take_port(const char **at, char **ret)
{
    size_t len = label_length(*at);
    long long number;
    *ret = xstrndup(*at, len);
    *at += len;
    if (!len || (**at && **at != '/'))
        return false;
    return (*ret)[strspn(*ret, "0123456789")] || str_to_int(*ret, 1, 65535, &number);
}

static bool take_path(const char *at, char **ret)
{
    size_t len = strlen(at);
    while (len && at[len - 1] == '/')
        len--;
    *ret = xstrndup(at, len);
    for (const char *c = *ret; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f || *c == '?' || *c == '#')
            return false;
    return !strstr(*ret, "/../") && !str_ends(*ret, "/..");
}

int endpoint_parse(const char *text, struct endpoint *ret, struct err *err)
{
    CLEANUP(endpoint_release) struct endpoint endpoint = {0};
    const char *at = text + strlen(scheme);
    bool is_sound = endpoint_is_inside(text) && take_label(&at, '/', &endpoint.ns);
    endpoint.tls = is_sound && str_starts(at, "https:");
    if (is_sound && (endpoint.tls || str_starts(at, "http:")))
        at = strchr(at, ':') + 1;
    if (!is_sound || !take_label(&at, ':', &endpoint.service) || !take_port(&at, &endpoint.port) ||
        !take_path(at, &endpoint.path)) {
        err_set(err, ERR_USAGE, "\"%s\" is not kube://NAMESPACE/SERVICE:PORT[/PATH]", text);
        return err_hint(err, "kube://monitoring/prometheus-server:80; https:SERVICE where the service speaks TLS");
    }
    *ret = endpoint;
    memset(&endpoint, 0, sizeof(endpoint)); /* it is ret's now */
    return 0;
}

char *endpoint_check(const char *text, struct err *err)
{
    CLEANUP(endpoint_release) struct endpoint endpoint = {0};
    if (!endpoint_is_inside(text))
        return url_check(text, err);
    if (endpoint_parse(text, &endpoint, err) != 0)
        return NULL;
    return xasprintf("%s%s/%s%s:%s%s", scheme, endpoint.ns, endpoint.tls ? "https:" : "", endpoint.service, endpoint.port,
                     endpoint.path);
}
