/* The one way out: every HTTP request of aiwf goes through this client (libcurl's multi interface,
 * loaded when the first client is made).
 *
 * Connections are kept and shared; HTTP/2 over TLS where offered; TLS is always verified unless
 * `insecure` is set; proxies come from the environment (never for this machine itself). No redirect is
 * followed. A request is repeated only where that is safe: an idempotent method, a failure before
 * anything was sent, or a 429 that names its Retry-After; with backoff, jitter and Retry-After, within
 * `retries` and the deadline. Ctrl-C (base/sig.h) ends any request at once.
 *
 * A client belongs to one thread, and to one http_do at a time: on_data must not use it. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

struct http; /* a client: connections, defaults */

struct http_settings {
    const char *ca_file, *cert_file, *key_file; /* PEM; NULL: the system's, none */
    const char *ca_pem, *cert_pem, *key_pem;    /* the same as text, so that a key need not be on a disk; they win */
    bool insecure;
    const char *user, *password; /* basic auth, NULL: none */
    const char *bearer;
    const char *const *headers; /* "Name: value", go where the login goes; NULL: none */
    const char *auth_url;       /* the login goes only to this URL's scheme, host and port; NULL: to all */
    /* A login that does not last. Called before each try to auth_url and, once a request, after its answer was 401
     * (refused): it may call http_set_bearer and http_set_certificate. 1: it did; 0: all is as it was; -1: there is no
     * login, and the request fails with err. It may not do requests of this client. */
    int (*login)(struct http *http, bool refused, void *arg, struct err *err);
    void *login_arg;
    const char *first_url; /* where it goes first; NULL: auth_url, or it is not known yet */
    const char *socket;    /* a Unix socket that leads to auth_url: nothing of its name or port is asked for; NULL: none */
    const char *tls_name;  /* whose certificate it must be, where that is not the URL's host */
    const char *proxy;     /* http, https, socks5 or socks5h; for all hosts; NULL: from the environment */
    bool plain;            /* ask for no compressed answers */
    int connect_ms;        /* 0: 10 s */
    int first_byte_ms;     /* 0: 60 s; counts from the last byte that was sent */
    int total_ms;          /* of a request with its repeats; 0: none */
    int retries;           /* repeats after the first try; -1: none; 0: the default, 3 */
    int at_once;           /* requests in flight, besides streams; 0: 32 */
    FILE *trace;           /* -v: requests, answers, headers (secrets masked); NULL: none */
    FILE *timing;          /* --timing: one line a request; NULL: none */
    /* Where hints send people: "certificate-authority of cluster c in FILE"; NULL: to aiwf's context. */
    const char *ca_setting, *cert_setting, *proxy_setting;
};

struct http *http_new(const struct http_settings *settings, struct err *err);
void http_free(struct http *http);
DEFINE_CLEANUP_PTR(struct http, http_free)
/* Another login from now on; NULL: none. Both are copied, and wiped in the end. */
void http_set_bearer(struct http *http, const char *token);
void http_set_certificate(struct http *http, const char *cert_pem, const char *key_pem);

struct http_response;

struct http_request {
    const char *method; /* NULL: GET */
    const char *url;
    const char *const *headers; /* "Name: value", NULL-terminated; may be NULL */
    const void *body;           /* sent from memory */
    size_t body_len;
    FILE *body_file; /* or streamed from here, chunked when its size is unknown */
    bool idempotent; /* a POST that may be repeated (GET, HEAD, PUT, DELETE, OPTIONS always may) */
    bool once;       /* never repeat */
    /* Whether the answer is one that passes by itself, beside 429, 502, 503 and 504; NULL: none is. */
    bool (*passes)(const struct http_response *res);
    bool certificate;  /* tell when the server's certificate ends: res->certificate_ends_ms */
    size_t max_bytes;  /* of the answer's body; 0: HTTP_MAX_BYTES */
    int first_byte_ms; /* 0: the client's; -1: none */
    int idle_ms;       /* the longest pause within an answer; 0: none */
    int total_ms;      /* 0: the client's; -1: none */
    /* Streaming: called with pieces of a 2xx answer's body instead of collecting it; return false to
     * stop (which is no error). Other statuses' bodies are collected. */
    bool (*on_data)(const char *data, size_t len, void *arg);
    void *arg;
    /* Another client, of the same thread: its settings, its TLS and its login hold, so that one http_do_all asks servers that
     * are reached differently; NULL: the client's own. */
    struct http *as;
};

enum { HTTP_MAX_BYTES = 64 << 20 };

/* How far the last try came; through a proxy, the first two are the proxy's. */
enum http_stage { HTTP_NOTHING, HTTP_RESOLVED, HTTP_CONNECTED, HTTP_SENT, HTTP_ANSWERED };

struct http_response {
    int status;            /* the final one */
    struct str body;       /* at most max_bytes */
    struct strv headers;   /* "name: value", names in lower case */
    char *content_type;    /* or NULL */
    enum http_stage stage; /* also of a try that failed */
    int attempts;
    bool reused; /* a kept connection */
    /* From the start of the last try. */
    int64_t dns_us, connect_us, tls_us, first_byte_us, total_us;
    int64_t certificate_ends_ms; /* with request.certificate: wall clock; 0: unknown, or a kept connection */
};
#define HTTP_RESPONSE_INIT ((struct http_response){.body = {.buf = str_empty}})
void http_response_release(struct http_response *res);
DEFINE_CLEANUP(struct http_response, http_response_release)

/* res is HTTP_RESPONSE_INIT or an earlier one, which is emptied.
 * 0 whatever the status: the caller reads res->status. -1 when no whole answer came: UNREACHABLE
 * (name, connection, TLS, with the cause and the URL), TIMEOUT, INTERRUPTED, FAILED (too large). */
int http_do(struct http *http, const struct http_request *req, struct http_response *res, struct err *err);
/* Many at once over kept connections; errs[i] is set where results[i] failed. Returns how many failed. */
int http_do_all(struct http *http, const struct http_request *reqs, struct http_response *results, struct err *errs, size_t n);

/* For those who begin again by themselves: when, after so many failures in a row; with backoff and jitter, and not before
 * the answer's Retry-After (of at most a minute). */
int64_t http_retry_delay_ms(const struct http_response *res, int failures);

/* Of the answer: a header's value by lower-case name, or NULL. */
const char *http_header(const struct http_response *res, const char *name);

/* Turns a status >= 300 into an error: the code by status (404/410 NOT_FOUND, 401/403/407 AUTH, 409/412
 * CONFLICT, 413/429/507 CAPACITY, 408/504 TIMEOUT, else FAILED; 3xx is FAILED and names where it points),
 * `what` as given, the body's message as the reason (JSON shapes of the systems we speak to, or the plain
 * text's first line; HTML is named, not shown), and the server's request id. Returns 0 for a status below 300. */
int http_check(const struct http_response *res, struct err *err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
