#include "openstack/versions.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "openstack/microversion.h"

size_t version_len(const char *text)
{
    size_t len = *text == 'v' ? 1 + strspn(text + 1, "0123456789.") : 0;
    return len > 1 && isdigit((unsigned char)text[1]) && (!text[len] || strchr("/?", text[len])) ? len : 0;
}

/* The first segment that is a version; NULL: none. */
static const char *segment(const char *url)
{
    const char *host = strstr(url, "://");
    const char *slash = strchr(host ? host + 3 : url, '/');
    while (slash && !version_len(slash + 1))
        slash = strchr(slash + 1, '/');
    return slash ? slash + 1 : NULL;
}

bool version_in(const char *url) { return segment(url) != NULL; }

static const char *self_link(const node_t *version)
{
    return node_str(node_find(node_get(version, "links"), "/rel", "self"), "/href", "");
}

static bool is_current(const node_t *version)
{
    const char *status = node_str(version, "/status", "");
    return strcasecmp(status, "current") == 0 || strcasecmp(status, "stable") == 0; /* Keystone's word is the second */
}

static bool is_better(const node_t *version, const node_t *best)
{
    if (!best || is_current(version) != is_current(best))
        return !best || is_current(version);
    return microversion_cmp(node_str(version, "/id", "v0") + 1, node_str(best, "/id", "v0") + 1) > 0;
}

char *version_address(const char *endpoint, const node_t *root)
{
    const node_t *list = node_get(root, "versions");
    if (node_type(list) == NODE_OBJECT) /* Keystone */
        list = node_get(list, "values");
    const node_t *best = NULL;
    for (const node_t *version = node_first(list); version; version = node_next(version))
        if (node_str(version, "/id", "")[0] == 'v' && segment(self_link(version)) && is_better(version, best))
            best = version;
    size_t len = strlen(endpoint);
    while (len && endpoint[len - 1] == '/')
        len--;
    const char *at = best ? segment(self_link(best)) : NULL;
    return at ? xasprintf("%.*s/%.*s", (int)len, endpoint, (int)version_len(at), at) : xasprintf("%.*s", (int)len, endpoint);
}
