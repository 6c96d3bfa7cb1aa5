/* One request to a function, wherever it is. */
#ifndef SERVERLESS_INVOKE_H
#define SERVERLESS_INVOKE_H

#include "serverless/runtime.h"

struct invoke_way {
    struct http *http;
    /* The request's path, as typed, follows it. One that ends with a slash keeps it: the API server's proxy sends a GET of
     * ".../proxy" elsewhere (301). */
    const char *base;
    char *const *headers; /* besides the request's own, NULL-terminated; NULL: none */
};
/* The answer is taken as it is: what its status means is for the runtime to say. */
int invoke_send(const struct invoke_way *way, const struct invoke_request *req, struct http_response *res, struct err *err);

#endif
