/* A token of OAuth 2.0 by client credentials (RFC 6749, 4.4; facts: openfaas/go-sdk, client_credentials_auth.go, as Keycloak
 * wants it): for a client's login hook. It is kept in the cache until it ends. */
#ifndef NET_OAUTH2_H
#define NET_OAUTH2_H

#include "net/http.h"

struct oauth2_settings {
    const char *url; /* the token endpoint */
    const char *client_id, *client_secret;
    const char *scope, *audience; /* NULL: none */
    bool quick;                   /* no token is asked for: only one that is kept is used */
};
struct oauth2;
/* http: which asks for tokens, not the one that uses them; it stays the caller's. Nothing is sent yet. */
struct oauth2 *oauth2_new(struct http *http, const struct oauth2_settings *settings);
void oauth2_free(struct oauth2 *oauth2);

/* http_settings.login, with the oauth2 as its arg. AUTH: the endpoint refuses the client, in its own words. */
int oauth2_login(struct http *http, bool refused, void *arg, struct err *err);

#endif
