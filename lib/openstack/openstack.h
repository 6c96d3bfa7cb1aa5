/* One cloud, logged in: requests to its services by catalog, with a token that is renewed when it must be. */
#ifndef OPENSTACK_OPENSTACK_H
#define OPENSTACK_OPENSTACK_H

#include <stdio.h>

#include "conf/conf.h"
#include "openstack/identity.h"

struct openstack {
    struct cloud cloud;
    struct http *http;
    struct token token; /* .id NULL: not logged in yet */
    char *cache_path;
    struct asker asker;
};

struct openstack_settings {
    FILE *trace, *timing;
    int total_ms; /* of one request; 0: 60 s */
    int retries;  /* as in http_settings */
    struct asker asker;
};

/* The context's cloud (else OS_CLOUD and so on, see clouds.h). Nothing is sent yet. The cloud's TLS settings win over
 * the context's. */
int openstack_open(struct openstack *os, const struct context *context, const struct openstack_settings *settings,
                   struct err *err);
void openstack_release(struct openstack *os);
DEFINE_CLEANUP(struct openstack, openstack_release)

struct openstack_call {
    const char *method;  /* NULL: GET */
    const char *service; /* a type of the catalog: "container-infra" */
    const char *path;    /* from the root of the service: "/v1/clusters?limit=2"; begins with a slash, "{project_id}" is ours */
    const char
        *microversion;   /* "1.10": sent as OpenStack-API-Version; a server that is older is asked for its newest. NULL: none */
    const char *needs;   /* "1.9": the oldest that has what is asked for; NULL: any */
    const node_t *body;  /* sent as JSON; NULL: none */
    const char *failing; /* what an error says: "cannot list clusters"; NULL: nothing is added */
    bool (*passes)(const struct http_response *res); /* as in http_request */
};

/* One request, with a token from the cache if there is one; a 401 renews it, once. 0 whatever the status, as http_do.
 * FAILED when the server's newest microversion is older than .needs: nothing was done then. */
int openstack_do(struct openstack *os, const struct openstack_call *call, struct http_response *res, struct err *err);
/* Many at once over kept connections; errs[i] is set where results[i] failed. Returns how many failed. */
int openstack_do_all(struct openstack *os, const struct openstack_call *calls, struct http_response *results, struct err *errs,
                     size_t n);

/* The answer, which must be a JSON object: by its status (http_check), with `failing`. The caller frees. */
node_t *openstack_answer(const struct http_response *res, const char *failing, struct err *err);
/* openstack_do, whose answer is a JSON object. The caller frees. */
node_t *openstack_get(struct openstack *os, const struct openstack_call *call, struct err *err);
/* openstack_do for a change: *ret is its answer, NULL when that is empty; ret NULL: nobody wants it. */
int openstack_send(struct openstack *os, const struct openstack_call *call, node_t **ret, struct err *err);

/* A token is in os->token after it: a kept one (*was_kept, which may be NULL), unless `anew`. */
int openstack_login(struct openstack *os, bool anew, bool *was_kept, struct err *err);
/* The kept token, if there is one (*had), is revoked and forgotten. */
int openstack_logout(struct openstack *os, bool *had, struct err *err);
/* Who we are there, logging in if need be: Keystone's token without its catalog (user, project, roles, ...). NULL: err. It
 * belongs to os, until the next request. */
const node_t *openstack_whoami(struct openstack *os, struct err *err);

/* An endpoint and a path: where the catalog's URL has a version ("/v2.1", "/v3/PROJECT") and the path begins with one,
 * the path's counts from there. Where neither has one, openstack_do has asked the service for its versions before. */
void openstack_url(struct str *s, const char *endpoint, const char *path);

#endif
