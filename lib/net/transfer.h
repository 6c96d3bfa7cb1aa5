/* Inside of the HTTP client: one request through all its tries. Only lib/net includes this. */
#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

#include <sys/types.h>

#include "net/curl_lib.h"
#include "net/http.h"

enum { HTTP_IDLE_MAX = 16 };

struct http {
    const struct curl_lib *curl;
    CURLM *multi;
    struct http_settings set; /* its strings are ours */
    char *auth_origin;        /* where the login goes; NULL: everywhere */
    struct strv headers;      /* and these with it */
    struct strv old_logins;   /* that libcurl may still read */
    struct pem_file *pem_files;
    size_t n_pem_files;
    char *no_proxy;
    CURL *idle[HTTP_IDLE_MAX]; /* handles to use again */
    size_t n_idle;
    struct transfer **open; /* waiting or running */
    size_t n_open, cap_open;
    size_t running;  /* of them, without streams */
    unsigned logins; /* how often the login was to be renewed, and whether the last time it was */
    bool is_renewed;
    struct http_stream *streams;
    bool news;                 /* something came since the loop went to sleep */
    bool needs_bundle;         /* an authority is in the system's bundle alone */
    int waits, ends, messages; /* of the first few: for the network, of tries, of handshakes */
    int look_ms;               /* after so long without any it looks again */
    bool were_many;            /* at once, and one still is open */
    bool had_http1, had_http2; /* answers of it */
    bool stream_news;          /* a stream got data or ended since the last http_poll */
};

/* No authority of one's own, and no trust without one. */
bool trusts_system(const struct http_settings *settings);

enum transfer_state { TRANSFER_WAITING, TRANSFER_RUNNING, TRANSFER_DONE };

/* Why we ended a try ourselves. */
enum transfer_abort {
    ABORT_NONE,
    ABORT_TOO_LARGE, /* the answer's body */
    ABORT_HEADERS,   /* too many or too large */
    ABORT_LATE,      /* no first byte in time, or too long a pause after it */
    ABORT_REPEAT,    /* a kept connection died, and libcurl wanted to send again what must not be */
    ABORT_BODY,      /* the body's file cannot be read */
};

struct transfer {
    struct http *http; /* whose settings it goes with */
    struct http *loop; /* who drives it, over its connections */
    const struct http_request *req;
    struct http_response *res;
    struct err *err;
    bool failed;
    bool by_folder; /* the system's authorities are looked up, not read */
    bool is_stream; /* goes on for long: not counted among those in flight */

    enum transfer_state state;
    int64_t start_at_ms; /* while waiting: the next try */
    int64_t deadline_ms; /* of all tries; 0: none */
    bool finite_body;    /* body_file has a known size and can be sent again */
    off_t body_start, body_len;

    /* of the current try */
    CURL *easy;
    struct curl_slist *headers;
    struct curl_slist *connect_to; /* with settings.tls_name */
    char error[CURL_ERROR_SIZE];
    int64_t quiet_since_ms; /* connected, or the last piece sent or got: waits for the next one count from here */
    int socket;             /* that a body without a known end goes to; -1: unknown */
    curl_off_t sent_bytes;
    size_t got_bytes, header_bytes;
    int sends;       /* how often curl began to send; 0: nothing can have arrived */
    bool answering;  /* the first byte came */
    bool streamed;   /* on_data has seen something: no repeat */
    bool relogged;   /* after a 401, which happens once for all tries */
    unsigned logins; /* the client's, when the try began */
    bool stopped;    /* by on_data */
    enum transfer_abort abort;
};

/* http.c */
void secret_free(const char *secret); /* overwritten first */

/* pem.c: false when there can be no file. */
bool pem_path(struct http *http, const char *pem, struct str *path);
void pem_files_free(struct http *http);

/* transfer.c: a try from its start to its end. */
int transfer_begin(struct transfer *t);
void transfer_measure(struct transfer *t, CURLcode code); /* its times and how far it came, into the response */
void transfer_end(struct transfer *t);
/* A handle that only connects (CURLOPT_CONNECT_ONLY), by the client's route, TLS and limits; the caller drives it, in
 * a multi handle of its own. */
int transfer_connect(struct transfer *t);
void transfer_disconnect(struct transfer *t);
/* One line of an answer's head, as libcurl would have brought it: into t->res. false: too many. */
bool transfer_header(struct transfer *t, const char *line, size_t len);

/* transfer_head.c */
bool request_has_header(const struct http_request *req, const char *name);
void transfer_set_headers(struct transfer *t);
void transfer_set_login(struct transfer *t);
/* The headers that go with the request of a handle that only connects, login and Host among them: "Name: value\r\n" each. */
void transfer_head(const struct transfer *t, struct str *head);

/* transfer_body.c */
bool method_is_token(const char *text);
bool body_goes_by_http1(const struct transfer *t);
/* Of one that has no known end, when its connection is there, to the server or the proxy. */
struct socket_end {
    const char *ip;
    int port;
};
void body_find_socket(struct transfer *t, const struct socket_end *ours, const struct socket_end *theirs);
void transfer_set_method(struct transfer *t);
/* Where the body starts, so that a repeat can send it again. */
void transfer_measure_body(struct transfer *t);

/* transfer_tls.c */
void transfer_set_tls(struct transfer *t);
/* When the first certificate that the server showed ends, and whether one of them is outside of its time. Wall clock, 0: unknown. */
struct shown_certificates {
    int64_t ends_ms;
    bool is_early, is_late;
};
void transfer_certificates(const struct transfer *t, struct shown_certificates *ret);

/* loop.c: drives what is open. */
enum { IN_FLIGHT_MAX = 32 };
bool loop_has_room(const struct http *http);
void loop_prepare(struct transfer *t, struct http *http, const struct http_request *req, int total_ms);
/* Begins a prepared one at its start_at_ms. */
void loop_add(struct transfer *t);
/* Ends one in whatever state. */
void loop_drop(struct transfer *t);
/* All that can be done without waiting; returns how long there is nothing to do without news from the network. */
int loop_turn(struct http *http);
/* Until there is news, an interrupt, or so many milliseconds. */
void loop_sleep(struct http *http, int sleep_ms);

/* stream.c */
void streams_free(struct http *http);

/* auth.c */
bool login_goes_to(const struct http *http, const char *url);
int login_ready(struct transfer *t);    /* before a try */
bool login_renewed(struct transfer *t); /* after a 401 */
void old_logins_free(struct http *http);

/* retry.c */
bool can_send_again(const struct transfer *t); /* what was sent, and what came, allow it */
bool request_is_idempotent(const struct http_request *req);
bool retries_left(const struct transfer *t);
/* Whether to try again after a try ended with code; *ret_delay_ms: when. */
bool retry_wanted(struct transfer *t, CURLcode code, int64_t *ret_delay_ms);
/* Seconds or an HTTP date, as milliseconds from now; -1: neither. */
int64_t retry_after_ms(const char *text, int64_t wall_ms);

/* fault.c: why no whole answer came. */
int transfer_fault(struct transfer *t, CURLcode code);
/* Of a try that OpenSSL has ended: no authority that it knows has signed the certificate. */
bool is_of_unknown_authority(const struct transfer *t);

/* trace.c */
void trace_attach(struct transfer *t);
void trace_end(struct transfer *t, CURLcode code);
/* A head that libcurl does not see; mark is "> " or "< ". */
void trace_head(const struct transfer *t, const char *mark, const struct str *head);

#endif
