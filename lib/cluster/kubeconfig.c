#include "cluster/kubeconfig.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"

static const int64_t renew_before_ms = 7 * 24 * 3600 * 1000LL;
static const char mark[] = "aiwf.io"; /* the name of our extension of a cluster's entry: {cloud, uuid} */

void cluster_entry_release(struct cluster_entry *entry)
{
    free(entry->server);
    free(entry->user);
    *entry = (struct cluster_entry){0};
}

static node_t *base64_of(const char *text)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    base64_encode(&s, text, strlen(text));
    node_t *node = node_new_str(s.buf);
    explicit_bzero(s.buf, s.len);
    return node;
}

static char *from_base64(const node_t *user, const char *pointer)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    const char *text = node_str(user, pointer, NULL);
    return text && base64_decode(&s, text) ? str_detach(&s) : NULL;
}

/* Whether the entry is a cluster's of ours in this cloud, or one that leads to the same server. */
static bool may_replace(const node_t *entry, const char *cloud, const char *server)
{
    for (const node_t *e = node_first(node_get(entry, "extensions")); e; e = node_next(e))
        if (strcmp(node_str(e, "/name", ""), mark) == 0 && strcmp(node_str(e, "/extension/cloud", ""), cloud) == 0)
            return true;
    return strcmp(node_str(entry, "/server", ""), server) == 0;
}

static node_t *cluster_node(const struct openstack *os, const node_t *cluster, const struct magnum_access *access)
{
    node_t *node = node_new_object();
    node_set_str(node, "server", access->server);
    if (access->ca_pem)
        node_set(node, "certificate-authority-data", base64_of(access->ca_pem));
    node_t *extension = node_push(node_set(node, "extensions", node_new_array()), node_new_object());
    node_set_str(extension, "name", mark);
    node_t *about = node_set(extension, "extension", node_new_object());
    node_set_str(about, "cloud", os->cloud.name);
    node_set_str(about, "uuid", node_str(cluster, "/uuid", ""));
    return node;
}

static node_t *keystone_user(const struct openstack *os)
{
    const char *const args[] = {"login", "--exec-credential", "--cloud", os->cloud.name};
    node_t *user = node_new_object();
    node_t *exec = node_set(user, "exec", node_new_object());
    node_set_str(exec, "apiVersion", "client.authentication.k8s.io/v1");
    node_set_str(exec, "command", "aiwf");
    node_t *list = node_set(exec, "args", node_new_array());
    for (size_t i = 0; i < sizeof(args) / sizeof(*args); i++)
        node_push(list, node_new_str(args[i]));
    node_set_str(exec, "interactiveMode", "IfAvailable");
    node_set_str(exec, "installHint", "aiwf is not on the PATH");
    return user;
}

static bool is_still_good(const node_t *user, const char *ca_pem, const struct cluster_login *login, int64_t *ret_ends_ms)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(pki_certificate_release) struct pki_certificate certificate = {0};
    AUTOFREE char *cert = from_base64(user, "/client-certificate-data");
    char *key = from_base64(user, "/client-key-data");
    bool good = cert && key && pki_signed_by(cert, ca_pem) && pki_belong(cert, key) &&
                (!login->of_that_key || pki_is_kind(key, login->key)) &&
                pki_read(cert, "the certificate", &certificate, &none) == 0 &&
                certificate.ends_ms - clock_wall_ms() > renew_before_ms;
    pki_wipe(key);
    *ret_ends_ms = good ? certificate.ends_ms : 0;
    return good;
}

static node_t *certificate_user(const struct magnum_access *access)
{
    node_t *user = node_new_object();
    node_set(user, "client-certificate-data", base64_of(access->cert_pem));
    node_set(user, "client-key-data", base64_of(access->key_pem));
    return user;
}

/* NULL with *failed false: the one that is there stays. */
static node_t *make_user(struct openstack *os, const node_t *cluster, const struct cluster_login *login,
                         const struct magnum_access *server, const node_t *earlier, struct cluster_entry *ret, bool *failed,
                         struct err *err)
{
    *failed = false;
    if (login->by_keystone)
        return keystone_user(os);
    if (!server->ca_pem)
        return node_new_object();
    ret->is_kept = !login->renew && is_still_good(earlier, server->ca_pem, login, &ret->ends_ms);
    if (ret->is_kept)
        return NULL;
    CLEANUP(magnum_access_release) struct magnum_access access = {0};
    *failed = magnum_access(os, cluster, login->key, &access, err) != 0;
    ret->ends_ms = access.ends_ms;
    return *failed ? NULL : certificate_user(&access);
}

static void put_context(struct kubeconfig *config, const struct cluster_login *login, struct cluster_entry *ret)
{
    node_t *context = kubeconfig_find(config, "contexts", login->name);
    context = context ? node_copy(context) : node_new_object(); /* a namespace that was set stays */
    node_set_str(context, "cluster", login->name);
    node_set_str(context, "user", ret->user);
    kubeconfig_put(config, "contexts", login->name, context);
    if (login->use || !*node_str(config->root, "/current-context", ""))
        node_set_str(config->root, "current-context", login->name);
    ret->is_current = strcmp(node_str(config->root, "/current-context", ""), login->name) == 0;
}

int cluster_kubeconfig(struct openstack *os, const node_t *cluster, const struct cluster_login *login, struct kubeconfig *config,
                       struct cluster_entry *ret, struct err *err)
{
    *ret = (struct cluster_entry){0};
    CLEANUP(magnum_access_release) struct magnum_access server = {0};
    if (magnum_access_server(os, cluster, &server, err) != 0)
        return -1;
    const node_t *there = kubeconfig_find(config, "clusters", login->name);
    if (there && !may_replace(there, os->cloud.name, server.server)) {
        err_set(err, ERR_CONFLICT, "%s has another cluster of the name %s", config->path, login->name);
        err_why(err, "its server is %s, and this one's %s", node_str(there, "/server", "-"), server.server);
        return err_hint(err, "--context-name OTHER, or --file OTHER");
    }
    ret->server = xstrdup(server.server);
    ret->user = xasprintf("%s-%s", login->name, login->by_keystone ? "keystone" : "admin");
    bool failed;
    node_t *user = make_user(os, cluster, login, &server, kubeconfig_find(config, "users", ret->user), ret, &failed, err);
    if (failed) {
        cluster_entry_release(ret);
        return -1;
    }
    if (user)
        kubeconfig_put(config, "users", ret->user, user);
    kubeconfig_put(config, "clusters", login->name, cluster_node(os, cluster, &server));
    put_context(config, login, ret);
    return 0;
}
