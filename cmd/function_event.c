/* aiwf function invoke --event: a CloudEvent in binary mode (facts: CloudEvents 1.0, HTTP protocol binding). */
#include <string.h>
#include <sys/random.h>

#include "function.h"

/* Of a header's value: printable ASCII but space, quote and per cent stands for itself. */
static void add_encoded(struct str *s, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        str_addf(s, *c > ' ' && *c < 0x7f && *c != '"' && *c != '%' ? "%c" : "%%%02X", *c);
}

static void add_attribute(struct strv *headers, const char *name, const char *value)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    str_addf(&s, "ce-%s: ", name);
    add_encoded(&s, value);
    strv_add(headers, s.buf);
}

static bool has_attribute(const struct strv *headers, const char *name)
{
    AUTOFREE char *start = xasprintf("ce-%s: ", name);
    for (size_t i = 0; i < headers->n; i++)
        if (str_starts(headers->v[i], start))
            return true;
    return false;
}

static int take_attribute(struct strv *headers, const char *pair, struct err *err)
{
    const char *equals = strchr(pair, '=');
    AUTOFREE char *name = xstrndup(pair, equals ? (size_t)(equals - pair) : 0);
    bool is_name = *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789") == strlen(name);
    if (!is_name || !equals[1]) {
        err_set(err, ERR_USAGE, "--event: \"%s\" is not ATTRIBUTE=VALUE", pair);
        return err_hint(err, "--event io.aiwf.test,source=/me,subject=x: small letters and digits");
    }
    if (strcmp(name, "specversion") == 0 || has_attribute(headers, name))
        return err_set(err, ERR_USAGE, "--event: %s is given twice", name);
    add_attribute(headers, name, equals + 1);
    return 0;
}

int function_event(const char *text, struct strv *headers, struct err *err)
{
    CLEANUP(strv_release) struct strv parts = STRV_INIT;
    strv_split(&parts, text, ",");
    if (!parts.n || strchr(parts.v[0], '='))
        return err_set(err, ERR_USAGE, "--event: \"%s\" does not begin with the event's type", text);
    add_attribute(headers, "specversion", "1.0");
    add_attribute(headers, "type", parts.v[0]);
    for (size_t i = 1; i < parts.n; i++)
        if (take_attribute(headers, parts.v[i], err) != 0)
            return -1;
    if (!has_attribute(headers, "source"))
        add_attribute(headers, "source", "/aiwf");
    return 0;
}

char *function_event_id(void)
{
    unsigned char bytes[16] = {0};
    CLEANUP(str_release) struct str s = STR_INIT;
    if (getrandom(bytes, sizeof(bytes), 0) < 0)
        bytes[0] = 1; /* then it is not random */
    for (size_t i = 0; i < sizeof(bytes); i++)
        str_addf(&s, "%02x", bytes[i]);
    return str_detach(&s);
}
