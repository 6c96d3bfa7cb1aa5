/* Keystone v3: a login becomes a token with its catalog of services (facts: keystone's API reference, "Password
 * authentication with scoped authorization"). */
#ifndef OPENSTACK_IDENTITY_H
#define OPENSTACK_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "net/http.h"
#include "openstack/clouds.h"

enum { TOKEN_MAX_BYTES = 16384 };

struct token {
    char *id;           /* the secret: goes into X-Auth-Token and nowhere else */
    int64_t expires_ms; /* wall clock */
    node_t *catalog;    /* Keystone's; an empty array for an unscoped token */
    node_t *roots;      /* endpoint without a version -> where its current one is, of those that were asked; may be NULL */
    node_t *about;      /* the rest of Keystone's token: user, project, roles, ... */
};
void token_release(struct token *token);
DEFINE_CLEANUP(struct token, token_release)
/* What may stand in a header: printable ASCII without spaces, not too long. */
bool token_id_is_sane(const char *id);

/* "https://host:5000/v3" of the cloud's auth_url; NULL with USAGE. The caller frees. */
char *identity_url(const struct cloud *cloud, struct err *err);
/* How the cloud's login is made, in Keystone's words: password, token, application_credential, totp. USAGE for two ways
 * to log in at once, and for an auth_type that is not supported. */
int identity_methods(const struct cloud *cloud, struct strv *methods, struct err *err);
/* The body of POST /v3/auth/tokens. USAGE for what the cloud's settings lack. It holds secrets. */
node_t *identity_body(const struct cloud *cloud, const struct strv *methods, struct err *err);

/* A cloud without a login (facts: keystoneauth1 noauth.py, token_endpoint.py): auth_type none, and admin_token (or
 * token_endpoint), which has its token in the settings. Every service is at its `endpoint`, there is no catalog and no
 * project; the token does not end and is not kept. */
bool identity_is_static(const struct cloud *cloud);
int identity_static(const struct cloud *cloud, struct token *ret, struct err *err);
/* Where all services are; it belongs to the cloud. NULL: USAGE. */
const char *identity_static_endpoint(const struct cloud *cloud, struct err *err);

/* Who can be asked for a secret that the settings lack: .secret returns the line that was typed, or NULL (end of input,
 * Ctrl-C); the login overwrites and frees it. .secret NULL: nobody can be asked. */
struct asker {
    char *(*secret)(void *arg, const char *prompt);
    void *arg;
};
/* Asks for a token. Where Keystone wants another factor (Openstack-Auth-Receipt), that is sent after it. AUTH when the
 * login is refused, and says whose. A password that was asked for stays in the cloud's settings, for a renewal; a passcode,
 * good for one login, is taken out of them. */
int identity_login(struct http *http, struct cloud *cloud, const struct asker *asker, struct token *ret, struct err *err);
/* Keystone forgets the token. Fine when it has already. */
int identity_revoke(struct http *http, const struct cloud *cloud, const struct token *token, struct err *err);
/* After a request to a service of the cloud failed: what to try is said in the words of clouds.yaml. Returns -1. */
int identity_unreached(const struct cloud *cloud, struct err *err);
/* What Keystone answered with 201: the token's id, and its body. */
int identity_parse(const char *id, const char *body, size_t len, struct token *ret, struct err *err);

/* The endpoint of a service in the catalog, by type (or one of its other names), the cloud's interface and region.
 * NULL: FAILED, with what there is. It belongs to the catalog. */
const char *identity_endpoint(const struct cloud *cloud, const node_t *catalog, const char *service, struct err *err);

/* The token cache: $XDG_CACHE_HOME/aiwf/tokens/HASH.json, 0600, replaced atomically. HASH is of the cloud's name, the
 * Keystone and the whole login as it is configured, the secret included: another password never finds the token of an
 * earlier one. What was typed does not count, nor a passcode: it is another each time. */
char *token_cache_path(const struct cloud *cloud, struct err *err);
/* True when there is a token that is good for another minute, in a file that only we can read. */
bool token_cache_load(const char *path, struct token *ret);
/* Nothing is said when it cannot be kept: the next call then logs in again. */
void token_cache_save(const char *path, const struct token *token);

#endif
