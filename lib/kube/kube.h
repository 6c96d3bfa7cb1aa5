/* A Kubernetes API server (facts: the Kubernetes API reference, v1). */
#ifndef KUBE_KUBE_H
#define KUBE_KUBE_H

#include <stdbool.h>
#include <stdio.h>

#include "doc/node.h"
#include "net/http.h"

struct kube_exec;
struct kube_auth; /* auth.h */

/* Where it is, and who we are there. All are copied. */
struct kube_access {
    const char *server;             /* "https://10.0.0.5:6443", a path after it is fine */
    const char *ca_pem, *ca_file;   /* of one; neither: the system's */
    const char *cert_pem, *key_pem; /* a client certificate, as text ... */
    const char *cert_file, *key_file;
    const char *token;      /* ... or a bearer token; sent to this server only */
    const char *token_file; /* beats token; read again each minute, and after a 401 */
    const char *user, *password;
    const struct kube_exec *exec;   /* or a program that knows one of the above */
    const char *const *impersonate; /* "Impersonate-User: jane", ...; NULL: nobody */
    bool insecure;                  /* the server's certificate is not verified */
    const char *tls_name;           /* in the server's certificate, where it is not the server's host */
    const char *proxy;              /* NULL: the environment's */
    bool plain;                     /* no compressed answers */
    const char *ns;                 /* the namespace to work in; NULL: default */
    /* For messages: "cluster c of FILE", "user u of FILE", "by a token"; NULL: unknown. */
    const char *cluster_words, *user_words, *login_words;
};

struct kube_settings {
    FILE *trace, *timing;
    int connect_ms, total_ms; /* of one request; 0: http's, 60 s */
    int retries;              /* as in http_settings */
    bool quick;               /* a program that logs in is not run: only what it gave before is used */
    /* Impersonation from the command line, which beats the kubeconfig's; NULL: none. */
    const char *as;
    const struct strv *as_groups;
    /* A Warning header of the server's, once each; text is another's. NULL: they are dropped. */
    void (*warn)(const char *text, void *arg);
    void *warn_arg;
};

struct kube {
    struct http *http;
    char *server;
    char *ns; /* the namespace to work in */
    struct kube_auth *auth;
};
/* Nothing is sent yet. */
int kube_open(struct kube *kube, const struct kube_access *access, const struct kube_settings *settings, struct err *err);
void kube_release(struct kube *kube);
DEFINE_CLEANUP(struct kube, kube_release)

/* Of a request that did not get through TLS: adds when a certificate ended, the server's or its authority's. */
void kube_explain_unreached(struct kube *kube, struct err *err);
/* Whether the server's certificate is not verified. */
bool kube_is_insecure(const struct kube *kube);

struct kube_request {
    const char *method; /* NULL: GET */
    const char *path;   /* "/apis/batch/v1/jobs?limit=5", escaped; below the server's own path */
    const char *accept; /* NULL: application/json */
    const char *body;   /* text; NULL: none */
    size_t body_len;
    const char *content_type; /* of the body; NULL: application/json */
    bool idempotent;          /* as in http_request */
    /* Streaming, as in http_request: without a deadline, unless it is an answer that ends by itself. */
    bool (*on_data)(const char *data, size_t len, void *arg);
    void *arg;
    bool ends;
};
/* As http_do: 0 whatever the status. */
int kube_send(struct kube *kube, const struct kube_request *request, struct http_response *res, struct err *err);
/* As http_do_all: how many failed. */
int kube_send_all(struct kube *kube, const struct kube_request *requests, struct http_response *results, struct err *errs,
                  size_t n);
/* Turns an answer of 300 or above into an error that says `failing`: the one place where an API server's refusal becomes
 * words. May ask the server why. */
int kube_check(struct kube *kube, const struct kube_request *request, const struct http_response *res, const char *failing,
               struct err *err);

/* GET path ("/version", "/api/v1/nodes?limit=1"): the answer, a JSON object. An error is by its status, in the words of
 * Kubernetes. The caller frees. */
node_t *kube_get(struct kube *kube, const char *path, const char *failing, struct err *err);
/* A list of any length: page by page, and element by element; without metadata.managedFields, which is half of each object. */
struct kube_each {
    const char *path;                      /* may have a query, but no limit */
    const char *accept;                    /* NULL: application/json */
    const char *member;                    /* NULL: "items" */
    const char *failing;                   /* what an error says */
    void (*take)(node_t *item, void *arg); /* owns the item */
    /* All over again: the server forgot the list under way (410), or an answer was cut; twice at most. NULL: that is a
     * failure. */
    void (*restart)(void *arg);
    void *arg;
    node_t **rest; /* gets the last page without its elements, the caller frees; NULL: nobody wants it */
};
int kube_each(struct kube *kube, const struct kube_each *each, struct err *err);
/* Several lists at once: in as many round trips as the longest has pages. errs[i], ERR_INIT, is set where one failed. */
void kube_each_all(struct kube *kube, const struct kube_each *each, struct err *errs, size_t n);
/* What it takes goes into an array, *items, which the caller frees. */
void kube_each_keep(struct kube_each *each, node_t **items);
/* The items of a list, whole, in pages of the server. path may have a query, but no limit. The caller frees. */
node_t *kube_list(struct kube *kube, const char *path, const char *failing, struct err *err);

struct kube_nodes {
    size_t ready, total;
    struct strv waiting; /* "NAME: REASON" of each that is not ready, in the words of its kubelet */
};
/* Which nodes are Ready; also the sign that the API answers at all. */
int kube_nodes(struct kube *kube, struct kube_nodes *ret, struct err *err);
void kube_nodes_release(struct kube_nodes *nodes);
DEFINE_CLEANUP(struct kube_nodes, kube_nodes_release)

#endif
