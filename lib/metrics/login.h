/* The login at a context's Prometheus: basic, bearer, and headers such as a tenant's; and that at exporters. */
#ifndef METRICS_LOGIN_H
#define METRICS_LOGIN_H

#include "metrics/prom.h"

struct prom_login {
    const char *user, *token_file; /* the context's; NULL: none */
    struct str password, token;
};
#define PROM_LOGIN_INIT ((struct prom_login){.password = STR_INIT_MAX(PROM_SECRET_MAX), .token = STR_INIT_MAX(PROM_SECRET_MAX)})
enum { PROM_SECRET_MAX = 64 << 10 };
void prom_login_release(struct prom_login *login); /* wipes it */
DEFINE_CLEANUP(struct prom_login, prom_login_release)

/* Whether the context's login is meant for this server. What the configuration's file says goes to the file's server only,
 * never to one that a flag or a variable puts in its place;
 * and what is no Prometheus gets it only on the same server. */
bool prom_login_fits(const struct context *context, const char *url, const struct prom_settings *settings);
/* Whether the context's login at exporters is meant for this one, by scrape-hosts. What the configuration's file says goes to
 * the hosts that the file names only. */
bool scrape_login_fits(const struct context *context, const char *url);
enum login_whose { LOGIN_PROMETHEUS, LOGIN_EXPORTERS };
/* USAGE for what contradicts itself, and for a login at exporters that no host gets; NOT_FOUND for a file that is not there. */
int prom_login_read(struct prom_login *ret, const struct context *context, enum login_whose whose, struct err *err);
/* Into a client's settings, for http_new, which copies it. token_file: login's, kept by the caller for as long as the client lives. */
void prom_login_apply(const struct prom_login *login, char *token_file, struct http_settings *settings);
/* prometheus-headers-file: "NAME: VALUE" a line; blank lines and lines with # are left out. */
int prom_headers_read(struct strv *ret, const struct context *context, struct err *err);
/* A secret alone in a file: its first line. */
int prom_secret_read(struct str *ret, const char *path, struct err *err);

#endif
