/* Inside of lib/kube: the login of an open cluster while it is in use. */
#ifndef KUBE_AUTH_H
#define KUBE_AUTH_H

#include "kube/exec.h"
#include "kube/kube.h"

struct kube_auth {
    char *token_file;
    int64_t read_at_ms; /* the file; 0: not yet */
    struct kube_exec exec;
    struct kube_credential credential; /* of exec */
    bool quick, insecure;
    struct err last; /* why a refused login could not be renewed */
    /* for messages */
    char *cluster_words, *user_words, *login_words;
    char *cert_pem, *ca_pem; /* public parts, to say when they end */
    char *proxy;
    /* warnings */
    void (*warn)(const char *text, void *arg);
    void *warn_arg;
    struct strv warned;
};

struct kube_auth *kube_auth_new(const struct kube_access *access, const struct kube_settings *settings);
void kube_auth_free(struct kube_auth *auth);
/* struct http_settings' login; arg is the kube_auth. */
int kube_auth_login(struct http *http, bool refused, void *arg, struct err *err);
bool kube_auth_changes(const struct kube_auth *auth);

/* The Warning headers of an answer. */
void kube_warn(struct kube_auth *auth, const struct http_response *res);

/* refused.c: a 401 or 403 in words. */
int kube_refused(struct kube *kube, const struct kube_request *request, const struct http_response *res, const char *failing,
                 struct err *err);

#endif
