/* What plugins answered, kept until it expires. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "doc/kept_file.h"
#include "kube/exec.h"

/* Variables that change from one shell or folder to the next and choose no login. */
static bool is_noise(const char *variable)
{
    static const char *const names[] = {
        "_",        "PWD",    "OLDPWD",  "SHLVL",        "COLUMNS",        "LINES",         "TERM",
        "WINDOWID", "STY",    "WINDOW",  "SSH_TTY",      "SSH_CLIENT",     "TMUX_PANE",     "GPG_TTY",
        "PPID",     "RANDOM", "SECONDS", "EPOCHSECONDS", "SSH_CONNECTION", "XDG_SESSION_ID"};
    size_t len = strcspn(variable, "=");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strlen(names[i]) == len && strncmp(variable, names[i], len) == 0)
            return true;
    return false;
}

static char *kept_path(const struct kube_exec *exec)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(strv_release) struct strv env = STRV_INIT;
    CLEANUP(str_release) struct str key = STR_INIT;
    json_print(exec->config, &key);
    str_addc(&key, '\n');
    if (exec->cluster)
        json_print(exec->cluster, &key);
    str_addf(&key, "\n%s\n", exec->folder);
    for (char **variable = environ; *variable; variable++)
        if (!is_noise(*variable))
            strv_add(&env, *variable);
    strv_sort(&env);
    for (size_t i = 0; i < env.n; i++)
        str_addf(&key, "%s\n", env.v[i]);
    char hash[HASH_HEX];
    int rc = hash_data(key.buf, key.len, hash, &none);
    explicit_bzero(key.buf, key.len);
    if (rc != 0)
        return NULL;
    AUTOFREE char *name = xasprintf("exec/%s.json", hash);
    return path_cache(name);
}

bool kube_exec_kept(const struct kube_exec *exec, struct kube_credential *ret)
{
    AUTOFREE char *path = kept_path(exec);
    node_t *root = kept_file_read(path);
    *ret = (struct kube_credential){0};
    if (rfc3339_parse(node_str(root, "/expires", ""), &ret->expires_ms)) {
        ret->token = xstrdup_or_null(node_str(root, "/token", NULL));
        ret->cert_pem = xstrdup_or_null(node_str(root, "/certificate", NULL));
        ret->key_pem = xstrdup_or_null(node_str(root, "/key", NULL));
    }
    node_wipe(root);
    if ((ret->token || (ret->cert_pem && ret->key_pem)) && kube_credential_is_fresh(ret))
        return true;
    kube_credential_release(ret);
    return false;
}

void kube_exec_keep(const struct kube_exec *exec, const struct kube_credential *credential)
{
    CLEANUP(str_release) struct str expires = STR_INIT;
    AUTOFREE char *path = credential->expires_ms ? kept_path(exec) : NULL;
    if (!path)
        return;
    node_t *root = node_new_object();
    rfc3339_print(&expires, credential->expires_ms);
    node_set_str(root, "expires", expires.buf);
    node_set_str(root, "token", credential->token);
    node_set_str(root, "certificate", credential->cert_pem);
    node_set_str(root, "key", credential->key_pem);
    kept_file_write(path, root);
    node_wipe(root);
}

void kube_exec_forget(const struct kube_exec *exec)
{
    AUTOFREE char *path = kept_path(exec);
    if (path)
        unlink(path);
}
