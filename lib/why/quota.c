#include "why/quota.h"

#include <string.h>

/* What stands after `word` and before the next part. */
static char *part(const char *message, const char *word)
{
    const char *start = strstr(message, word);
    if (!start)
        return NULL;
    start += strlen(word);
    const char *end = strstr(start, ", ");
    return end ? xstrndup(start, (size_t)(end - start)) : xstrdup(start);
}

/* Of "a=1,b=2": the value of a. */
static const char *value_of(const struct strv *pairs, const char *key)
{
    size_t len = strlen(key);
    for (size_t i = 0; i < pairs->n; i++)
        if (strncmp(pairs->v[i], key, len) == 0 && pairs->v[i][len] == '=')
            return pairs->v[i] + len + 1;
    return NULL;
}

static void add_resource(node_t *resources, const char *pair, const struct strv *used, const struct strv *limited)
{
    const char *equals = strchr(pair, '=');
    if (!equals)
        return;
    AUTOFREE char *name = xstrndup(pair, (size_t)(equals - pair));
    node_t *one = node_push(resources, node_new_object());
    node_set_str(one, "resource", name);
    node_set_str(one, "asked", equals + 1);
    node_set_str(one, "used", value_of(used, name));
    node_set_str(one, "limit", value_of(limited, name));
}

node_t *quota_refusal(const char *message)
{
    CLEANUP(strv_release) struct strv asked = STRV_INIT;
    CLEANUP(strv_release) struct strv used = STRV_INIT;
    CLEANUP(strv_release) struct strv limited = STRV_INIT;
    AUTOFREE char *name = part(message, "exceeded quota: ");
    AUTOFREE char *asked_text = part(message, "requested: ");
    AUTOFREE char *used_text = part(message, "used: ");
    AUTOFREE char *limited_text = part(message, "limited: ");
    if (!name || !asked_text)
        return NULL;
    strv_split(&asked, asked_text, ",");
    strv_split(&used, used_text ? used_text : "", ",");
    strv_split(&limited, limited_text ? limited_text : "", ",");
    node_t *refusal = node_new_object();
    node_set_str(refusal, "quota", name);
    node_t *resources = node_set(refusal, "resources", node_new_array());
    for (size_t i = 0; i < asked.n && i < 16; i++)
        add_resource(resources, asked.v[i], &used, &limited);
    return refusal;
}
