#include "kube/login.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "base/file.h"
#include "kube/config.h"

/* ---- what a login holds on to ---- */

static const char *keep(struct kube_login *login, const char *text)
{
    if (!text || !*text)
        return NULL;
    strv_add(&login->kept, text);
    return login->kept.v[login->kept.n - 1];
}

static const char *keep_text(struct kube_login *login, const struct kube_entry *entry, const char *key)
{
    return keep(login, node_text(node_get(entry->node, key)));
}

static const char *keep_decoded(struct kube_login *login, const struct kube_entry *entry, const char *key)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    const char *data = node_text(node_get(entry->node, key));
    if (!data || !base64_decode(&text, data))
        return NULL;
    const char *kept = keep(login, text.buf);
    explicit_bzero(text.buf, text.len);
    return kept;
}

static const char *keep_path(struct kube_login *login, const struct kube_entry *entry, const char *key)
{
    const char *path = node_text(node_get(entry->node, key));
    AUTOFREE char *full = path && *path ? kube_config_path(entry->file, path) : NULL;
    return keep(login, full);
}

static bool has(const struct kube_entry *entry, const char *key) { return *(node_str(entry->node, key, "")); }

static int entry_err(const struct kube_entry *entry, const char *key, struct err *err, const char *what)
{
    const node_t *node = key ? node_get(entry->node, key) : NULL;
    return doc_err(&entry->file->doc, node ? node : entry->item, err, "%s", what);
}

/* A word and a name, and the file where that stands: cluster "c" of ~/.kube/config. */
static const char *keep_words(struct kube_login *login, const struct kube_entry *entry, const char *word)
{
    AUTOFREE char *words = xasprintf("%s \"%s\" of %s", word, node_str(entry->item, "/name", ""), entry->file->doc.source);
    return keep(login, words);
}

/* ---- finding ---- */

static int unknown(const struct kube_config *config, const char *list, const char *name, struct err *err)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    CLEANUP(str_release) struct str known = STR_INIT;
    CLEANUP(str_release) struct str files = STR_INIT;
    kube_config_names(config, list, &names);
    for (size_t i = 0; i < names.n; i++)
        str_addf(&known, "%s%s", known.len ? ", " : "", names.v[i]);
    kube_config_say(config, &files);
    err_set(err, ERR_NOT_FOUND, "the kubeconfig has no %.*s \"%s\"", (int)strlen(list) - 1, list, name);
    err_why(err, "known in %s are: %s", files.buf, known.len ? known.buf : "none");
    const char *nearest = str_nearest(name, (const char *const *)names.v, names.n);
    return nearest ? err_hint(err, "did you mean %s?", nearest) : -1;
}

static int no_context(const struct kube_config *config, struct err *err)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    CLEANUP(str_release) struct str files = STR_INIT;
    kube_config_names(config, "contexts", &names);
    kube_config_say(config, &files);
    if (!config->n) {
        err_set(err, ERR_USAGE, "there is no kubeconfig");
        err_why(err, "looked for %s", files.len ? files.buf : "no file: KUBECONFIG names none");
        return err_hint(err, "KUBECONFIG=FILE, or aiwf cluster kubeconfig NAME for a cluster of Magnum");
    }
    err_set(err, ERR_USAGE, "no Kubernetes cluster is chosen");
    err_why(err, "%s %s no current-context", files.buf, config->n > 1 ? "have" : "has");
    return names.n ? err_hint(err, "--kube-context %s", names.v[0]) : -1;
}

struct parts {
    struct kube_entry context, cluster, user;
    bool has_user;
};

static int find_parts(const struct kube_config *config, const char *name, struct parts *ret, struct err *err)
{
    *ret = (struct parts){0};
    if (!kube_config_find(config, "contexts", name, &ret->context))
        return unknown(config, "contexts", name, err);
    const char *cluster = node_str(ret->context.node, "/cluster", ""), *user = node_str(ret->context.node, "/user", "");
    if (!kube_config_find(config, "clusters", cluster, &ret->cluster))
        return unknown(config, "clusters", cluster, err);
    ret->has_user = *user;
    return !*user || kube_config_find(config, "users", user, &ret->user) ? 0 : unknown(config, "users", user, err);
}

/* ---- the cluster ---- */

/* As client-go reads one without a scheme: TLS where anything says so. */
static const char *keep_server(struct kube_login *login, const struct parts *parts)
{
    const char *server = node_str(parts->cluster.node, "/server", "");
    bool is_tls = has(&parts->cluster, "/certificate-authority") || has(&parts->cluster, "/certificate-authority-data") ||
                  node_bool(parts->cluster.node, "/insecure-skip-tls-verify", false) ||
                  has(&parts->user, "/client-certificate") || has(&parts->user, "/client-certificate-data");
    AUTOFREE char *url = strstr(server, "://") ? xstrdup(server) : xasprintf("%s://%s", is_tls ? "https" : "http", server);
    return keep(login, url);
}

/* Go resolves names at a SOCKS proxy; libcurl's word for that is socks5h. */
static int read_proxy(struct kube_login *login, const struct kube_entry *cluster, struct err *err)
{
    static const char *const schemes[] = {"http://", "https://", "socks5://"};
    const char *url = node_str(cluster->node, "/proxy-url", "");
    for (size_t i = 0; *url && i < ARRAY_LEN(schemes); i++) {
        if (!str_starts(url, schemes[i]) || !url[strlen(schemes[i])])
            continue;
        AUTOFREE char *proxy = i == 2 ? xasprintf("socks5h://%s", url + strlen(schemes[i])) : xstrdup(url);
        login->access.proxy = keep(login, proxy);
        return 0;
    }
    return *url ? entry_err(cluster, "proxy-url", err, "proxy-url must begin with http://, https:// or socks5://") : 0;
}

static int read_tls_name(struct kube_login *login, const struct kube_entry *cluster, struct err *err)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
    const char *name = node_str(cluster->node, "/tls-server-name", "");
    if (name[strspn(name, letters)])
        return entry_err(cluster, "tls-server-name", err, "tls-server-name is no host name");
    login->access.tls_name = keep(login, name);
    return 0;
}

static int read_cluster(struct kube_login *login, const struct parts *parts, struct err *err)
{
    const struct kube_entry *cluster = &parts->cluster;
    struct kube_access *access = &login->access;
    access->cluster_words = keep_words(login, cluster, "cluster");
    if (!has(cluster, "/server"))
        return entry_err(cluster, "server", err, "this cluster has no server");
    if (has(cluster, "/certificate-authority") && has(cluster, "/certificate-authority-data"))
        return entry_err(cluster, "certificate-authority", err, "there is certificate-authority-data too: remove one");
    access->server = keep_server(login, parts);
    access->ca_pem = keep_decoded(login, cluster, "certificate-authority-data");
    access->ca_file = keep_path(login, cluster, "certificate-authority");
    access->insecure = node_bool(cluster->node, "/insecure-skip-tls-verify", false);
    access->plain = node_bool(cluster->node, "/disable-compression", false);
    if (access->insecure && (access->ca_pem || access->ca_file))
        return entry_err(cluster, "insecure-skip-tls-verify", err,
                         "insecure-skip-tls-verify and a certificate-authority contradict each other: remove one");
    return read_proxy(login, cluster, err) != 0 || read_tls_name(login, cluster, err) != 0 ? -1 : 0;
}

/* ---- the user ---- */

static int check_user(const struct kube_entry *user, struct err *err)
{
    bool has_cert = has(user, "/client-certificate") || has(user, "/client-certificate-data");
    bool has_token = has(user, "/token") || has(user, "/tokenFile");
    if (node_type(node_get(user->node, "auth-provider")) == NODE_OBJECT) {
        entry_err(user, "auth-provider", err, "auth-provider is no longer supported, by Kubernetes either");
        return err_hint(err, "use your provider's exec plugin: gke-gcloud-auth-plugin, kubelogin, kubectl oidc-login");
    }
    if (has(user, "/client-certificate") && has(user, "/client-certificate-data"))
        return entry_err(user, "client-certificate", err, "there is client-certificate-data too: remove one");
    if (has_cert && has(user, "/client-key") && has(user, "/client-key-data"))
        return entry_err(user, "client-key", err, "there is client-key-data too: remove one");
    if (has_cert && !has(user, "/client-key") && !has(user, "/client-key-data"))
        return entry_err(user, "client-certificate", err, "there is a client certificate, but no client-key");
    if (has_token && (has(user, "/username") || has(user, "/password")))
        return entry_err(user, "username", err, "there is a token too: remove one");
    return 0;
}

static void read_impersonation(struct kube_login *login, const struct kube_entry *user)
{
    const char *as = node_str(user->node, "/as", ""), *uid = node_str(user->node, "/as-uid", "");
    struct strv *headers = &login->impersonate;
    if (!*as)
        return;
    strv_addf(headers, "Impersonate-User: %s", as);
    if (*uid)
        strv_addf(headers, "Impersonate-Uid: %s", uid);
    for (const node_t *group = node_first(node_get(user->node, "as-groups")); group; group = node_next(group))
        strv_addf(headers, "Impersonate-Group: %s", node_text(group));
    for (const node_t *extra = node_first(node_get(user->node, "as-user-extra")); extra; extra = node_next(extra)) {
        CLEANUP(str_release) struct str key = STR_INIT;
        str_add_urlenc(&key, node_key(extra));
        for (const node_t *value = node_first(extra); value; value = node_next(value))
            strv_addf(headers, "Impersonate-Extra-%s: %s", key.buf, node_text(value) ? node_text(value) : "");
    }
    login->access.impersonate = (const char *const *)headers->v;
}

/* What a program that logs in is told of the cluster. */
static node_t *cluster_info(const struct kube_access *access, const struct kube_entry *cluster)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str pem = STR_INIT_MAX(1 << 20);
    CLEANUP(str_release) struct str data = STR_INIT;
    node_t *info = node_new_object();
    node_set_str(info, "server", access->server);
    if (access->tls_name)
        node_set_str(info, "tls-server-name", access->tls_name);
    if (access->insecure)
        node_set_bool(info, "insecure-skip-tls-verify", true);
    if (access->ca_pem)
        str_add(&pem, access->ca_pem);
    else if (access->ca_file)
        file_read(access->ca_file, &pem, &none);
    base64_encode(&data, pem.buf, pem.len);
    if (data.len)
        node_set_str(info, "certificate-authority-data", data.buf);
    if (has(cluster, "/proxy-url"))
        node_set_str(info, "proxy-url", node_str(cluster->node, "/proxy-url", ""));
    if (access->plain)
        node_set_bool(info, "disable-compression", true);
    node_t *config = NULL;
    for (const node_t *e = node_first(node_get(cluster->node, "extensions")); e && !config; e = node_next(e))
        if (strcmp(node_str(e, "/name", ""), "client.authentication.k8s.io/exec") == 0 && node_get(e, "extension"))
            config = node_copy(node_get(e, "extension"));
    node_set(info, "config", config ? config : node_new_null());
    return info;
}

static int read_exec(struct kube_login *login, const struct parts *parts, struct err *err)
{
    const node_t *exec = node_get(parts->user.node, "exec");
    login->exec = (struct kube_exec){
        .config = node_copy(exec),
        .cluster = cluster_info(&login->access, &parts->cluster),
        .folder = xstrdup(parts->user.file->folder),
    };
    login->access.exec = &login->exec;
    CLEANUP(err_release) struct err fault = ERR_INIT;
    if (kube_exec_check(&login->exec, &fault) == 0)
        return 0;
    entry_err(&parts->user, "exec", err, fault.what);
    return fault.hint ? err_hint(err, "%s", fault.hint) : -1;
}

static void say_login(struct kube_login *login)
{
    const struct kube_access *access = &login->access;
    CLEANUP(str_release) struct str words = STR_INIT;
    if (access->token_file)
        str_addf(&words, "the token of %s", access->token_file);
    else if (access->token)
        str_add(&words, "a token");
    else if (access->user || access->password)
        str_add(&words, "a password");
    else if (access->cert_pem || access->cert_file)
        str_add(&words, "a client certificate");
    else if (access->exec)
        str_addf(&words, "the program %s", node_str(access->exec->config, "/command", ""));
    login->access.login_words = keep(login, words.buf);
}

static int read_user(struct kube_login *login, const struct parts *parts, struct err *err)
{
    const struct kube_entry *user = &parts->user;
    struct kube_access *access = &login->access;
    access->user_words = keep_words(login, user, "user");
    if (check_user(user, err) != 0)
        return -1;
    read_impersonation(login, user);
    if (!str_starts(access->server, "https://"))
        return 0; /* nor does kubectl send a login where all can read it */
    access->cert_pem = keep_decoded(login, user, "client-certificate-data");
    access->cert_file = keep_path(login, user, "client-certificate");
    if (access->cert_pem || access->cert_file) {
        access->key_pem = keep_decoded(login, user, "client-key-data");
        access->key_file = keep_path(login, user, "client-key");
    }
    access->token = keep_text(login, user, "token");
    access->token_file = keep_path(login, user, "tokenFile");
    access->user = keep_text(login, user, "username");
    access->password = keep_text(login, user, "password");
    bool is_known = access->cert_pem || access->cert_file || access->token || access->token_file || access->user;
    if (!is_known && node_get(user->node, "exec") && read_exec(login, parts, err) != 0)
        return -1;
    say_login(login);
    return 0;
}

/* ---- inside of a pod (client-go, rest/config.go) ---- */

#define POD_FOLDER "/var/run/secrets/kubernetes.io/serviceaccount"

static bool is_in_pod(void)
{
    struct stat st;
    const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
    return host && *host && port && *port && stat(POD_FOLDER "/token", &st) == 0 && !S_ISDIR(st.st_mode);
}

static void read_pod(struct kube_login *login)
{
    enum { NAME_MAX_BYTES = 256 };
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str ns = STR_INIT_MAX(NAME_MAX_BYTES);
    const char *host = getenv("KUBERNETES_SERVICE_HOST"), *given = getenv("POD_NAMESPACE");
    bool is_v6 = strchr(host, ':');
    AUTOFREE char *server = xasprintf(is_v6 ? "https://[%s]:%s" : "https://%s:%s", host, getenv("KUBERNETES_SERVICE_PORT"));
    struct kube_access *access = &login->access;
    access->server = keep(login, server);
    access->token_file = keep(login, POD_FOLDER "/token");
    access->ca_file = keep(login, file_exists(POD_FOLDER "/ca.crt") ? POD_FOLDER "/ca.crt" : NULL);
    access->cluster_words = "this pod's cluster";
    access->user_words = "this pod's service account";
    access->login_words = "the token of " POD_FOLDER "/token";
    if (!given || !*given)
        file_read(POD_FOLDER "/namespace", &ns, &none);
    str_cut(&ns, strcspn(ns.buf, " \t\r\n"));
    access->ns = keep(login, given && *given ? given : ns.buf);
}

/* ---- all of it ---- */

static int read_config(struct kube_login *login, const struct kube_config *config, const char *name, struct err *err)
{
    struct parts parts;
    login->context = xstrdup(name);
    if (find_parts(config, name, &parts, err) != 0 || read_cluster(login, &parts, err) != 0)
        return -1;
    login->access.ns = keep_text(login, &parts.context, "namespace");
    return parts.has_user ? read_user(login, &parts, err) : 0;
}

int kube_login_load(struct kube_login *ret, const struct context *context, struct err *err)
{
    CLEANUP(kube_config_release) struct kube_config config = {0};
    *ret = (struct kube_login){0};
    if (kube_config_load(&config, context_get(context, SETTING_kubeconfig), err) != 0)
        return err_wrap(err, "cannot use the kubeconfig");
    const char *given = context_get(context, SETTING_kube_context);
    const char *name = given ? given : kube_config_current(&config);
    if (!*name && is_in_pod()) {
        read_pod(ret);
        return 0;
    }
    if (!*name)
        return no_context(&config, err);
    if (read_config(ret, &config, name, err) == 0)
        return 0;
    kube_login_release(ret);
    return -1;
}

void kube_login_release(struct kube_login *login)
{
    for (size_t i = 0; i < login->kept.n; i++)
        explicit_bzero(login->kept.v[i], strlen(login->kept.v[i]));
    strv_release(&login->kept);
    strv_release(&login->impersonate);
    kube_exec_release(&login->exec);
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

void kube_context_names(const char *path, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(kube_config_release) struct kube_config config = {0};
    if (kube_config_load(&config, path, &none) == 0)
        kube_config_names(&config, "contexts", names);
}
