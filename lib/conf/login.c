/* ~/.openfaas/config.yml, which faas-cli reads and writes too (its config/config_file.go): auths: a list of
 * {gateway, auth: basic, token: base64(user:password), options}, or auth: oauth2 with a bearer's token. The gateway is looked up by its exact text. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/file.h"
#include "conf/conf.h"

enum { LOCK_MS = 10000 };

/* As faas-cli: $OPENFAAS_CONFIG is a folder; in CI the working folder is used, so that jobs do not share logins. */
static char *login_path(void)
{
    const char *folder = getenv("OPENFAAS_CONFIG");
    if (folder && *folder)
        return path_join(folder, "config.yml");
    const char *ci = getenv("CI");
    if (ci && (strcmp(ci, "true") == 0 || strcmp(ci, "1") == 0))
        return xstrdup(".openfaas/config.yml");
    return path_home(".openfaas/config.yml");
}

/* As faas-cli stores it: in lower case, without trailing slashes. */
static char *gateway_key(const char *gateway)
{
    char *key = xstrdup(gateway);
    size_t len = strlen(key);
    while (len && key[len - 1] == '/')
        key[--len] = '\0';
    for (char *c = key; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return key;
}

static int load(struct doc *doc, const char *path, struct err *err)
{
    if (!file_exists(path))
        return 0;
    if (doc_load(doc, path, err) != 0)
        return -1;
    if (node_type(doc->root) > NODE_NULL && node_type(doc->root) != NODE_OBJECT)
        return doc_err(doc, doc->root, err, "expected a mapping with auths");
    return 0;
}

static node_t *find_login(const node_t *root, const char *key) { return node_find(node_get(root, "auths"), "/gateway", key); }

static void put_login(node_t *root, const char *key, const char *user, const char *password)
{
    node_t *auths = node_array(root, "auths");
    node_t *auth = find_login(root, key);
    if (!auth)
        auth = node_push(auths, node_new_object());
    CLEANUP(str_release) struct str plain = STR_INIT;
    CLEANUP(str_release) struct str token = STR_INIT;
    str_addf(&plain, "%s:%s", user, password);
    base64_encode(&token, plain.buf, plain.len);
    node_set_str(auth, "gateway", key);
    node_set_str(auth, "auth", "basic");
    node_set_str(auth, "token", token.buf);
    node_array(auth, "options");
    explicit_bzero(plain.buf, plain.len);
    explicit_bzero(token.buf, token.len);
}

int openfaas_login_save(const char *gateway, const char *user, const char *password, struct err *err)
{
    AUTOFREE char *path = login_path();
    AUTOFREE char *key = gateway_key(gateway);
    AUTOFREE char *lock_path = xasprintf("%s.lock", path);
    AUTOCLOSE int lock = file_lock(lock_path, LOCK_MS, err);
    if (lock < 0)
        return -1;
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    if (load(&doc, path, err) != 0)
        return -1;
    if (node_type(doc.root) != NODE_OBJECT) {
        node_free(doc.root);
        doc.root = node_new_object();
    }
    put_login(doc.root, key, user, password);
    CLEANUP(str_release) struct str text = STR_INIT;
    yaml_print(doc.root, &text);
    int rc = file_write_atomic(path, text.buf, text.len, 0600, err);
    explicit_bzero(text.buf, text.len);
    return rc;
}

static void wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

void openfaas_login_release(struct openfaas_login *login)
{
    free(login->user);
    wipe(login->password);
    wipe(login->token);
    *login = (struct openfaas_login){0};
}

static int read_basic(const char *token, struct openfaas_login *ret)
{
    CLEANUP(str_release) struct str plain = STR_INIT;
    const char *colon = base64_decode(&plain, token) ? strchr(plain.buf, ':') : NULL;
    if (colon) {
        ret->user = xstrndup(plain.buf, (size_t)(colon - plain.buf));
        ret->password = xstrdup(colon + 1);
    }
    explicit_bzero(plain.buf, plain.len);
    return colon ? 0 : -1;
}

int openfaas_login_load(const char *gateway, struct openfaas_login *ret, struct err *err)
{
    AUTOFREE char *path = login_path();
    AUTOFREE char *key = gateway_key(gateway);
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    *ret = (struct openfaas_login){0};
    if (load(&doc, path, err) != 0)
        return -1;
    const node_t *auth = find_login(doc.root, key);
    const char *token = node_str(auth, "/token", NULL), *way = node_str(auth, "/auth", "basic");
    bool is_basic = strcmp(way, "basic") == 0, is_oauth2 = strcmp(way, "oauth2") == 0;
    if (!token || !(is_basic || is_oauth2)) {
        err_set(err, ERR_NOT_FOUND, "no login for %s in %s", key, path);
        return err_hint(err, "faas-cli login -g %s", key);
    }
    if (is_basic && read_basic(token, ret) != 0)
        return err_set(err, ERR_USAGE, "the login for %s in %s is not base64 of user:password", key, path);
    if (is_oauth2)
        ret->token = xstrdup(token);
    return 0;
}
