#include "kube/login.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/file.h"
#include "kube/kubeconfig.h"

static const char *keep(struct kube_login *login, const char *text)
{
    if (!text)
        return NULL;
    strv_add(&login->kept, text);
    return login->kept.v[login->kept.n - 1];
}

static const char *keep_decoded(struct kube_login *login, const node_t *entry, const char *key)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    const char *data = node_text(node_get(entry, key));
    if (!data || !base64_decode(&text, data))
        return NULL;
    const char *kept = keep(login, text.buf);
    explicit_bzero(text.buf, text.len);
    return kept;
}

static const char *keep_path(struct kube_login *login, const char *folder, const node_t *entry, const char *key)
{
    const char *path = node_text(node_get(entry, key));
    AUTOFREE char *full = path ? path_resolve(folder, path) : NULL;
    return keep(login, full);
}

static int missing(const char *list, const char *name, const node_t *items, struct err *err)
{
    CLEANUP(str_release) struct str known = STR_INIT;
    for (const node_t *item = node_first(items); item; item = node_next(item))
        str_addf(&known, "%s%s", known.len ? ", " : "", node_str(item, "/name", "?"));
    err_set(err, ERR_NOT_FOUND, "the kubeconfig has no %s \"%s\"", list, name);
    return err_why(err, "known are: %s", known.len ? known.buf : "none");
}

static node_t *find(const node_t *root, const char *list, const char *word, const char *name, struct err *err)
{
    node_t *items = node_get(root, list);
    for (node_t *item = node_first(items); item; item = node_next(item))
        if (strcmp(node_str(item, "/name", ""), name) == 0)
            return node_get(item, word);
    missing(word, name, items, err);
    return NULL;
}

static int fill(struct kube_login *login, const node_t *root, const char *folder, struct err *err)
{
    const node_t *context = find(root, "contexts", "context", login->context, err);
    const node_t *cluster = context ? find(root, "clusters", "cluster", node_str(context, "/cluster", ""), err) : NULL;
    const node_t *user = cluster ? find(root, "users", "user", node_str(context, "/user", ""), err) : NULL;
    if (!user)
        return -1;
    struct kube_access *access = &login->access;
    access->server = keep(login, node_str(cluster, "/server", ""));
    access->ca_pem = keep_decoded(login, cluster, "certificate-authority-data");
    access->ca_file = keep_path(login, folder, cluster, "certificate-authority");
    access->insecure = node_bool(cluster, "/insecure-skip-tls-verify", false);
    access->cert_pem = keep_decoded(login, user, "client-certificate-data");
    access->key_pem = keep_decoded(login, user, "client-key-data");
    access->cert_file = keep_path(login, folder, user, "client-certificate");
    access->key_file = keep_path(login, folder, user, "client-key");
    access->token = keep(login, node_str(user, "/token", NULL));
    access->ns = keep(login, node_str(context, "/namespace", NULL));
    return 0;
}

int kube_login_load(struct kube_login *ret, const struct context *context, struct err *err)
{
    *ret = (struct kube_login){0};
    const char *given = context_get(context, SETTING_kubeconfig);
    AUTOFREE char *path = given ? xstrdup(given) : kubeconfig_path();
    AUTOFREE char *folder = xasprintf("%.*s", (int)(strrchr(path, '/') ? strrchr(path, '/') - path : 0), path);
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    if (doc_load(&doc, path, err) != 0)
        return -1;
    const char *name = context_get(context, SETTING_kube_context);
    ret->context = xstrdup(name ? name : node_str(doc.root, "/current-context", ""));
    if (fill(ret, doc.root, folder, err) == 0)
        return 0;
    kube_login_release(ret);
    return -1;
}

void kube_login_release(struct kube_login *login)
{
    for (size_t i = 0; i < login->kept.n; i++)
        explicit_bzero(login->kept.v[i], strlen(login->kept.v[i]));
    strv_release(&login->kept);
    free(login->context);
    *login = (struct kube_login){0};
}

int kube_open_context(struct kube *kube, const struct context *context, const struct kube_settings *settings, struct err *err)
{
    CLEANUP(kube_login_release) struct kube_login login = {0};
    *kube = (struct kube){0};
    if (kube_login_load(&login, context, err) != 0)
        return -1;
    const char *ns = context_get(context, SETTING_namespace);
    if (ns)
        login.access.ns = ns;
    return kube_open(kube, &login.access, settings, err);
}
