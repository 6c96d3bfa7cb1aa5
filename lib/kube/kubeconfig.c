#include "kube/kubeconfig.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

char *kubeconfig_path(void)
{
    const char *at = getenv("KUBECONFIG");
    AUTOFREE char *last = NULL;
    while (at && *at) {
        size_t len = strcspn(at, ":");
        if (len) {
            free(last);
            last = xasprintf("%.*s", (int)len, at);
            if (file_exists(last))
                return TAKE(last);
        }
        at += len + (at[len] == ':');
    }
    return last ? TAKE(last) : path_home(".kube/config");
}

static bool is_list_or_none(const node_t *root, const char *key)
{
    enum node_type type = node_type(node_get(root, key));
    return type == NODE_NONE || type == NODE_NULL || type == NODE_ARRAY;
}

static int read_it(struct kubeconfig *config, struct err *err)
{
    if (!file_exists(config->path)) {
        kubeconfig_init(config);
        return 0;
    }
    if (doc_load(&config->doc, config->path, err) != 0)
        return -1;
    if (node_type(config->doc.root) == NODE_NULL) {
        kubeconfig_init(config);
        return 0;
    }
    config->root = config->doc.root;
    bool is_one = node_type(config->root) == NODE_OBJECT && is_list_or_none(config->root, "clusters") &&
                  is_list_or_none(config->root, "users") && is_list_or_none(config->root, "contexts");
    return is_one ? 0 : doc_err(&config->doc, config->root, err, "this is not a kubeconfig");
}

int kubeconfig_open(struct kubeconfig *config, const char *path, struct err *err)
{
    *config = (struct kubeconfig){.lock = KUBE_LOCK_INIT};
    char real[PATH_MAX];
    config->path = xstrdup(realpath(path, real) ? real : path);
    if (kube_lock_file(&config->lock, config->path, err) == 0 && read_it(config, err) == 0)
        return 0;
    kubeconfig_release(config);
    return -1;
}

void kubeconfig_init(struct kubeconfig *config)
{
    config->root = node_new_object();
    node_set_str(config->root, "apiVersion", "v1");
    node_set_str(config->root, "kind", "Config");
}

int kubeconfig_save(struct kubeconfig *config, struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    yaml_print(config->root, &text);
    int rc = file_write_atomic(config->path, text.buf, text.len, 0600, err);
    explicit_bzero(text.buf, text.len);
    return rc;
}

void kubeconfig_release(struct kubeconfig *config)
{
    if (config->lock.path)
        kube_unlock(&config->lock);
    if (config->root != config->doc.root)
        node_free(config->root);
    doc_release(&config->doc);
    free(config->path);
    *config = (struct kubeconfig){0};
}

/* "clusters" -> "cluster" */
static char *inner_key(const char *list) { return xasprintf("%.*s", (int)strlen(list) - 1, list); }

static node_t *find_item(const struct kubeconfig *config, const char *list, const char *name)
{
    return node_find(node_get(config->root, list), "/name", name);
}

node_t *kubeconfig_find(const struct kubeconfig *config, const char *list, const char *name)
{
    AUTOFREE char *key = inner_key(list);
    node_t *item = find_item(config, list, name);
    return item ? node_get(item, key) : NULL;
}

void kubeconfig_put(struct kubeconfig *config, const char *list, const char *name, node_t *what)
{
    AUTOFREE char *key = inner_key(list);
    node_t *items = node_array(config->root, list);
    node_t *item = find_item(config, list, name);
    if (!item) {
        item = node_push(items, node_new_object());
        node_set_str(item, "name", name);
    }
    node_set(item, key, what);
}
