/* One request to a function, wherever it is. */
#ifndef SERVERLESS_INVOKE_H
#define SERVERLESS_INVOKE_H

#include "serverless/runtime.h"

/* To base and the request's path, as typed; host: in place of base's own (NULL: that). The answer is taken as it is: what
 * its status means is for the runtime to say. */
int invoke_send(struct http *http, const struct invoke_request *req, const char *base, const char *host,
                struct http_response *res, struct err *err);

#endif
