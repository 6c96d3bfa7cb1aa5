/* Tokens kept between calls. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "doc/kept_file.h"
#include "openstack/identity.h"

enum { GOOD_FOR_MS = 60000 };

/* One line a setting, sorted: the order in which they were written does not count. */
static void add_settings(const struct cloud *cloud, struct strv *lines)
{
    const node_t *auth = node_get(cloud->config, "auth");
    for (const node_t *setting = node_first(auth); setting; setting = node_next(setting))
        if (node_text(setting) && strcmp(node_key(setting), "passcode") != 0)
            strv_addf(lines, "%s=%s", node_key(setting), node_text(setting));
    strv_sort(lines);
}

char *token_cache_path(const struct cloud *cloud, struct err *err)
{
    CLEANUP(strv_release) struct strv lines = STRV_INIT;
    CLEANUP(strv_release) struct strv methods = STRV_INIT;
    AUTOFREE char *url = identity_url(cloud, err);
    if (!url || identity_methods(cloud, &methods, err) != 0)
        return NULL;
    add_settings(cloud, &lines);
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "%s\n%s\n", cloud->name, url);
    for (size_t i = 0; i < methods.n; i++)
        str_addf(&text, "%s\n", methods.v[i]);
    for (size_t i = 0; i < lines.n; i++) {
        str_addf(&text, "%s\n", lines.v[i]);
        explicit_bzero(lines.v[i], strlen(lines.v[i]));
    }
    char hash[HASH_HEX];
    int rc = hash_data(text.buf, text.len, hash, err);
    explicit_bzero(text.buf, text.len);
    if (rc != 0)
        return NULL;
    AUTOFREE char *name = xasprintf("tokens/%s.json", hash);
    return path_cache(name);
}

bool token_cache_load(const char *path, struct token *ret)
{
    CLEANUP(node_free) node_t *root = kept_file_read(path);
    const char *id = node_str(root, "/id", NULL);
    node_t *catalog = node_get(root, "catalog"), *about = node_get(root, "about"), *roots = node_get(root, "roots");
    int64_t expires_ms;
    if (!token_id_is_sane(id) || node_type(catalog) != NODE_ARRAY || node_type(about) != NODE_OBJECT ||
        !rfc3339_parse(node_str(root, "/expires_at", ""), &expires_ms) || expires_ms - clock_wall_ms() < GOOD_FOR_MS)
        return false;
    *ret = (struct token){
        .id = xstrdup(id),
        .expires_ms = expires_ms,
        .catalog = node_detach(root, catalog),
        .roots = node_type(roots) == NODE_OBJECT ? node_detach(root, roots) : NULL,
        .about = node_detach(root, about),
    };
    return true;
}

void token_cache_save(const char *path, const struct token *token)
{
    CLEANUP(node_free) node_t *root = node_new_object();
    CLEANUP(str_release) struct str expires = STR_INIT;
    rfc3339_print(&expires, token->expires_ms);
    node_set_str(root, "id", token->id);
    node_set_str(root, "expires_at", expires.buf);
    node_set(root, "catalog", node_copy(token->catalog));
    node_set(root, "about", token->about ? node_copy(token->about) : node_new_object());
    if (token->roots)
        node_set(root, "roots", node_copy(token->roots));
    kept_file_write(path, root);
}
