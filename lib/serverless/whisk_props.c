#include "serverless/whisk_props.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "net/url.h"

void whisk_props_release(struct whisk_props *props)
{
    if (props->password)
        explicit_bzero(props->password, strlen(props->password));
    free(props->host);
    free(props->user);
    free(props->password);
    free(props->ns);
    free(props->cert_file);
    free(props->key_file);
}

static void put(char **place, const char *value)
{
    free(*place);
    *place = *value ? xstrdup(value) : NULL;
}

/* AUTH is "uuid:key". */
static int put_auth(struct whisk_props *props, const char *value, const char *source, struct err *err)
{
    const char *colon = strchr(value, ':');
    if (!colon || colon == value || !colon[1])
        return err_set(err, ERR_USAGE, "%s: AUTH is not ID:KEY", source);
    free(props->user);
    free(props->password);
    props->user = xstrndup(value, (size_t)(colon - value));
    props->password = xstrdup(colon + 1);
    return 0;
}

static int put_host(struct whisk_props *props, const char *value, const char *source, struct err *err)
{
    AUTOFREE char *url = strstr(value, "://") ? xstrdup(value) : xasprintf("https://%s", value);
    free(props->host);
    props->host = url_check(url, err);
    return props->host ? 0 : err_wrap(err, "%s: APIHOST", source);
}

static int put_line(struct whisk_props *props, char *line, const char *source, struct err *err)
{
    char *equals = strchr(line, '=');
    if (!equals)
        return 0; /* as its own client does */
    *equals = '\0';
    char *key = line, *value = equals + 1;
    size_t len = strlen(value);
    while (len && isspace((unsigned char)value[len - 1]))
        value[--len] = '\0';
    value += strspn(value, " \t");
    key[strcspn(key, " \t")] = '\0';
    if (strcmp(key, "APIHOST") == 0 && *value)
        return put_host(props, value, source, err);
    if (strcmp(key, "AUTH") == 0 && *value)
        return put_auth(props, value, source, err);
    if (strcmp(key, "NAMESPACE") == 0)
        put(&props->ns, value);
    else if (strcmp(key, "CERT") == 0)
        put(&props->cert_file, value);
    else if (strcmp(key, "KEY") == 0)
        put(&props->key_file, value);
    return 0;
}

int whisk_props_parse(const char *text, const char *source, struct whisk_props *ret, struct err *err)
{
    while (*text) {
        size_t len = strcspn(text, "\r\n"), blank = strspn(text, " \t");
        AUTOFREE char *line = xstrndup(text + blank, len - blank);
        int rc = *line == '#' ? 0 : put_line(ret, line, source, err);
        explicit_bzero(line, strlen(line));
        if (rc != 0)
            return -1;
        text += len + strspn(text + len, "\r\n");
    }
    return 0;
}

static int load(struct whisk_props *ret, char **ret_path, struct err *err)
{
    enum { FILE_MAX_BYTES = 64 << 10 };
    const char *named = getenv("WSK_CONFIG_FILE");
    bool is_named = named && *named;
    *ret_path = is_named ? xstrdup(named) : path_home(".wskprops");
    CLEANUP(str_release) struct str text = STR_INIT_MAX(FILE_MAX_BYTES);
    if (!is_named && !file_exists(*ret_path))
        return 0;
    if (file_read(*ret_path, &text, err) != 0)
        return -1;
    int rc = whisk_props_parse(text.buf, *ret_path, ret, err);
    explicit_bzero(text.buf, text.len);
    return rc;
}

static bool is_same_host(const char *a, const char *b)
{
    CLEANUP(str_release) struct str first = STR_INIT;
    CLEANUP(str_release) struct str second = STR_INIT;
    url_origin(&first, a);
    url_origin(&second, b);
    return first.len && strcmp(first.buf, second.buf) == 0;
}

/* A context may say the login itself: user, and password-file with the key. */
static int take_context(const struct context *context, struct whisk_props *props, struct err *err)
{
    enum { KEY_MAX_BYTES = 4096 };
    const char *user = context_get(context, SETTING_user), *path = context_get(context, SETTING_password_file);
    const char *ns = context_get(context, SETTING_namespace);
    if (ns)
        put(&props->ns, ns);
    if (!user || !path)
        return 0;
    CLEANUP(str_release) struct str key = STR_INIT_MAX(KEY_MAX_BYTES);
    if (file_read(path, &key, err) != 0)
        return err_wrap(err, "cannot read the key of context %s", context->name);
    str_cut(&key, strcspn(key.buf, "\r\n"));
    put(&props->user, user);
    put(&props->password, key.buf);
    explicit_bzero(key.buf, key.len);
    return 0;
}

int whisk_props_of(const struct context *context, struct whisk_props *ret, struct err *err)
{
    AUTOFREE char *path = NULL;
    const char *host = context_get(context, SETTING_openwhisk);
    CLEANUP(whisk_props_release) struct whisk_props kept = {0};
    *ret = (struct whisk_props){0};
    if (load(&kept, &path, err) != 0)
        return -1;
    if (!host && !kept.host) {
        err_set(err, ERR_USAGE, "context %s has no OpenWhisk", context->name);
        return err_hint(err, "APIHOST and AUTH in %s, or aiwf context add NAME --openwhisk URL", path);
    }
    if (host && (!kept.host || !is_same_host(host, kept.host))) {
        ret->host = xstrdup(host);
    } else {
        *ret = kept;
        kept = (struct whisk_props){0};
    }
    return take_context(context, ret, err);
}
