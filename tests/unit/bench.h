/* One client, one scripted server, one answer: what nearly every case of HTTP needs. */
#ifndef TESTS_UNIT_BENCH_H
#define TESTS_UNIT_BENCH_H

#include "net/http.h"
#include "wire.h"

struct bench {
    struct wire wire;
    struct http *http;
    struct http_response res;
    struct err err;
    char url[128]; /* of the server, path /x */
};

void bench_start(struct bench *b, const struct http_settings *settings, const char *case_json);
void bench_end(struct bench *b);
DEFINE_CLEANUP(struct bench, bench_end)

#define SETTINGS(...) (&(struct http_settings){__VA_ARGS__})
#define REQUEST(...)  ((struct http_request){__VA_ARGS__})

/* Sends req to b->url; the answer or the error is in b. */
int ask(struct bench *b, struct http_request req);
/* How many requests the server has seen. */
size_t asked(const struct bench *b);
/* A text from the server's log by JSON pointer, or "(nothing)". The caller frees. */
char *logged(const struct bench *b, const char *pointer);

#endif
