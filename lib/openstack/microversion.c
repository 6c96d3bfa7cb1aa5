#include "openstack/microversion.h"

#include <stdlib.h>
#include <string.h>

#include "doc/node.h"

int microversion_cmp(const char *a, const char *b)
{
    char *rest_a, *rest_b;
    long major_a = strtol(a, &rest_a, 10), major_b = strtol(b, &rest_b, 10);
    if (major_a != major_b)
        return major_a < major_b ? -1 : 1;
    long minor_a = *rest_a ? strtol(rest_a + 1, NULL, 10) : 0, minor_b = *rest_b ? strtol(rest_b + 1, NULL, 10) : 0;
    return (minor_a > minor_b) - (minor_a < minor_b);
}

/* "1.7" at the start of text, and nothing that a number does not have. */
static char *number_at(const char *text)
{
    static const char digits[] = "0123456789";
    size_t major = text ? strspn(text, digits) : 0;
    if (!major || major > 4 || text[major] != '.')
        return NULL;
    size_t minor = strspn(text + major + 1, digits);
    return minor && minor <= 4 ? xasprintf("%.*s", (int)(major + 1 + minor), text) : NULL;
}

/* A header (Magnum, Cinder: "container-infra 1.7"), a member (Placement), or words (Nova: "... and maximum is 2.93."). */
char *microversion_newest(const struct http_response *res)
{
    const char *header = http_header(res, "openstack-api-maximum-version");
    const char *space = header ? strrchr(header, ' ') : NULL;
    if (header)
        return number_at(space ? space + 1 : header);
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *root = json_parse(res->body.buf, res->body.len, "the answer", &none);
    char *member = number_at(node_str(root, "/errors/0/max_version", NULL));
    if (member)
        return member;
    static const char words[] = "aximum is ";
    const char *at = strstr(res->body.buf, words);
    return at ? number_at(at + strlen(words)) : NULL;
}
