#include "kube/auth.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"

enum { TOKEN_MAX_BYTES = 1 << 20, TOKEN_FILE_MS = 60000, PEM_MAX_BYTES = 1 << 20 };

static char *public_pem(const char *pem, const char *file)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT_MAX(PEM_MAX_BYTES);
    if (pem)
        return xstrdup(pem);
    return file && file_read(file, &text, &none) == 0 ? str_detach(&text) : NULL;
}

struct kube_auth *kube_auth_new(const struct kube_access *access, const struct kube_settings *settings)
{
    struct kube_auth *auth = xcalloc(1, sizeof(*auth));
    auth->token_file = xstrdup_or_null(access->token_file);
    auth->cluster_words = xstrdup_or_null(access->cluster_words);
    auth->user_words = xstrdup_or_null(access->user_words);
    auth->login_words = xstrdup_or_null(access->login_words);
    auth->cert_pem = public_pem(access->cert_pem, access->cert_file);
    auth->ca_pem = public_pem(access->ca_pem, access->ca_file);
    auth->proxy = xstrdup_or_null(access->proxy);
    auth->quick = settings->quick;
    auth->insecure = access->insecure;
    auth->warn = settings->warn;
    auth->warn_arg = settings->warn_arg;
    if (access->exec)
        auth->exec = (struct kube_exec){
            .config = node_copy(access->exec->config),
            .cluster = access->exec->cluster ? node_copy(access->exec->cluster) : NULL,
            .folder = xstrdup(access->exec->folder),
        };
    return auth;
}

void kube_auth_free(struct kube_auth *auth)
{
    if (!auth)
        return;
    free(auth->token_file);
    kube_exec_release(&auth->exec);
    kube_credential_release(&auth->credential);
    err_release(&auth->last);
    free(auth->cluster_words);
    free(auth->user_words);
    free(auth->login_words);
    free(auth->cert_pem);
    free(auth->ca_pem);
    free(auth->proxy);
    strv_release(&auth->warned);
    free(auth);
}

bool kube_is_insecure(const struct kube *kube) { return kube->auth->insecure; }

bool kube_auth_changes(const struct kube_auth *auth) { return auth->token_file || auth->exec.config; }

/* ---- a token in a file ---- */

static int read_token(struct kube_auth *auth, struct str *token, struct err *err)
{
    if (file_read(auth->token_file, token, err) != 0) {
        err->code = ERR_AUTH;
        return err_wrap(err, "cannot log in: cannot read the token's file");
    }
    size_t start = strspn(token->buf, " \t\r\n");
    size_t len = strcspn(token->buf + start, " \t\r\n");
    if (!len)
        return err_set(err, ERR_AUTH, "cannot log in: the token's file %s is empty", auth->token_file);
    memmove(token->buf, token->buf + start, len);
    str_cut(token, len);
    return 0;
}

static int token_from_file(struct http *http, bool refused, struct kube_auth *auth, struct err *err)
{
    int64_t now = clock_mono_ms();
    CLEANUP(str_release) struct str token = STR_INIT_MAX(TOKEN_MAX_BYTES);
    if (!refused && auth->read_at_ms && now - auth->read_at_ms < TOKEN_FILE_MS)
        return 0;
    int rc = read_token(auth, &token, err);
    if (rc == 0)
        http_set_bearer(http, token.buf);
    explicit_bzero(token.buf, token.len);
    if (rc != 0)
        return -1;
    auth->read_at_ms = now;
    return 1;
}

/* ---- a program ---- */

static void use(struct http *http, const struct kube_credential *credential)
{
    http_set_bearer(http, credential->token);
    http_set_certificate(http, credential->cert_pem, credential->key_pem);
}

static int run_again(struct kube_auth *auth, struct err *err)
{
    struct kube_credential credential = {0};
    if (auth->quick)
        return err_set(err, ERR_AUTH, "not logged in");
    if (kube_exec_run(&auth->exec, &credential, err) != 0)
        return -1;
    kube_credential_release(&auth->credential);
    auth->credential = credential;
    kube_exec_keep(&auth->exec, &credential);
    return 0;
}

static bool has_credential(const struct kube_auth *auth) { return auth->credential.token || auth->credential.cert_pem; }

static int login_of_program(struct http *http, bool refused, struct kube_auth *auth, struct err *err)
{
    if (refused)
        kube_exec_forget(&auth->exec);
    else if (has_credential(auth) && kube_credential_is_fresh(&auth->credential))
        return 0;
    if (refused || has_credential(auth) || !kube_exec_kept(&auth->exec, &auth->credential))
        if (run_again(auth, err) != 0)
            return -1;
    use(http, &auth->credential);
    free(auth->cert_pem);
    auth->cert_pem = xstrdup_or_null(auth->credential.cert_pem);
    return 1;
}

int kube_auth_login(struct http *http, bool refused, void *arg, struct err *err)
{
    struct kube_auth *auth = arg;
    int rc = auth->exec.config ? login_of_program(http, refused, auth, err) : token_from_file(http, refused, auth, err);
    if (rc < 0 && refused)
        err_copy(&auth->last, err);
    return rc;
}

/* ---- warnings: RFC 7234, 5.5: 299 AGENT "TEXT" ---- */

static char *warning_text(const char *header)
{
    const char *quote = strchr(header, '"');
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!str_starts(header, "299 ") || !quote)
        return NULL;
    for (const char *c = quote + 1; *c && *c != '"'; c++) {
        if (*c == '\\' && c[1])
            c++;
        str_addc(&text, *c);
    }
    return str_detach(&text);
}

void kube_warn(struct kube_auth *auth, const struct http_response *res)
{
    static const char name[] = "warning: ";
    for (size_t i = 0; auth->warn && i < res->headers.n; i++) {
        const char *header = res->headers.v[i];
        AUTOFREE char *text = str_starts(header, name) ? warning_text(header + strlen(name)) : NULL;
        if (!text || strv_has(&auth->warned, text))
            continue;
        strv_add(&auth->warned, text);
        auth->warn(text, auth->warn_arg);
    }
}
