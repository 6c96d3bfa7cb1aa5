/* Contexts and settings: $XDG_CONFIG_HOME/aiwf/config.yaml, AIWF_* variables, flags.
 *
 * A setting has an origin: flag beats environment beats file beats default. The context `local`
 * always exists. */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>

#include "doc/doc.h"
#include "doc/schema.h"

/* The settings of a context: key in the file, environment variable, type, help. One list for the schema,
 * `context add`, `context show --origin`, the man page. Secrets are stored as a file's path. */
#define CONTEXT_SETTINGS(X)                                                                                                    \
    X(cloud, "cloud", "AIWF_CLOUD", TEXT, "a cloud's name in clouds.yaml")                                                     \
    X(kube_context, "kube-context", "AIWF_KUBE_CONTEXT", TEXT, "a context of the kubeconfig")                                  \
    X(kubeconfig, "kubeconfig", "AIWF_KUBECONFIG", PATH, "the kubeconfig's path")                                              \
    X(namespace, "namespace", "AIWF_NAMESPACE", TEXT, "the Kubernetes or OpenFaaS namespace")                                  \
    X(openfaas, "openfaas", "AIWF_OPENFAAS", URL, "an OpenFaaS gateway's URL, or kube://NAMESPACE/SERVICE:PORT")               \
    X(knative, "knative", "AIWF_KNATIVE", URL, "the URL of Knative's ingress")                                                 \
    X(openwhisk, "openwhisk", "AIWF_OPENWHISK", URL, "the URL of OpenWhisk's host")                                            \
    X(prometheus, "prometheus", "AIWF_PROMETHEUS", URL, "a Prometheus server's URL, or kube://NAMESPACE/SERVICE:PORT")         \
    X(prometheus_user, "prometheus-user", "AIWF_PROMETHEUS_USER", TEXT, "the Prometheus server's user")                        \
    X(prometheus_password_file, "prometheus-password-file", "AIWF_PROMETHEUS_PASSWORD_FILE", PATH, "a file with its password") \
    X(prometheus_token_file, "prometheus-token-file", "AIWF_PROMETHEUS_TOKEN_FILE", PATH, "a file with its bearer token")      \
    X(prometheus_headers_file, "prometheus-headers-file", "AIWF_PROMETHEUS_HEADERS_FILE", PATH,                                \
      "a file of headers for it, NAME: VALUE a line")                                                                          \
    X(scrape_hosts, "scrape-hosts", "AIWF_SCRAPE_HOSTS", TEXT,                                                                 \
      "whose exporters get the login of --scrape: NAME, NAME:PORT or .DOMAIN, separated by commas")                            \
    X(scrape_user, "scrape-user", "AIWF_SCRAPE_USER", TEXT, "the exporters' user")                                             \
    X(scrape_password_file, "scrape-password-file", "AIWF_SCRAPE_PASSWORD_FILE", PATH, "a file with its password")             \
    X(scrape_token_file, "scrape-token-file", "AIWF_SCRAPE_TOKEN_FILE", PATH, "a file with the exporters' bearer token")       \
    X(alertmanager, "alertmanager", "AIWF_ALERTMANAGER", URL, "an Alertmanager's URL, or kube://NAMESPACE/SERVICE:PORT")       \
    X(grafana, "grafana", "AIWF_GRAFANA", URL, "a Grafana's URL")                                                              \
    X(grafana_token_file, "grafana-token-file", "AIWF_GRAFANA_TOKEN_FILE", PATH,                                               \
      "a file with the token of a service account of Grafana")                                                                 \
    X(runtime, "runtime", "AIWF_RUNTIME", TEXT, "the default runtime of functions")                                            \
    X(user, "user", "AIWF_USER", TEXT, "the gateway's user")                                                                   \
    X(password_file, "password-file", "AIWF_PASSWORD_FILE", PATH, "a file with the gateway's password")                        \
    X(oauth2_url, "oauth2-url", "AIWF_OAUTH2_URL", URL, "the endpoint that gives the gateway's tokens (OAuth 2.0)")            \
    X(oauth2_client_id, "oauth2-client-id", "AIWF_OAUTH2_CLIENT_ID", TEXT, "the client that asks there")                       \
    X(oauth2_secret_file, "oauth2-secret-file", "AIWF_OAUTH2_SECRET_FILE", PATH,                                               \
      "a file with its secret (else the variable AIWF_OAUTH2_SECRET)")                                                         \
    X(oauth2_scope, "oauth2-scope", "AIWF_OAUTH2_SCOPE", TEXT, "the scope that is asked for")                                  \
    X(oauth2_audience, "oauth2-audience", "AIWF_OAUTH2_AUDIENCE", TEXT, "whom the token is for")                               \
    X(ca_file, "ca-file", "AIWF_CA_FILE", PATH, "a PEM file of certificate authorities to trust")                              \
    X(cert_file, "cert-file", "AIWF_CERT_FILE", PATH, "a client certificate in PEM")                                           \
    X(key_file, "key-file", "AIWF_KEY_FILE", PATH, "the client certificate's key in PEM")                                      \
    X(insecure, "insecure", "AIWF_INSECURE", BOOL, "true: do not verify TLS certificates")                                     \
    X(protected_, "protected", "AIWF_PROTECTED", BOOL, "true: ask before anything changes")                                    \
    X(currency, "currency", "AIWF_CURRENCY", TEXT, "the currency of prices")                                                   \
    X(price_cpu_hour, "price-cpu-hour", "AIWF_PRICE_CPU_HOUR", NUMBER, "price of a CPU core for an hour")                      \
    X(price_gpu_hour, "price-gpu-hour", "AIWF_PRICE_GPU_HOUR", NUMBER, "price of a GPU for an hour")                           \
    X(price_kwh, "price-kwh", "AIWF_PRICE_KWH", NUMBER, "price of a kilowatt-hour")                                            \
    X(idle_watts, "idle-watts", "AIWF_IDLE_WATTS", NUMBER, "the machine's power when idle, W")                                 \
    X(max_watts, "max-watts", "AIWF_MAX_WATTS", NUMBER, "the machine's power at full load, W")

enum setting {
#define X(ident, key, env, type, help) SETTING_##ident,
    CONTEXT_SETTINGS(X)
#undef X
        SETTING_COUNT
};

enum setting_type {
    SETTING_TEXT,
    SETTING_URL,    /* http or https, or of a service inside of the cluster: endpoint.h */
    SETTING_PATH,   /* in the file relative to its folder, elsewhere to the working one; ~/ is $HOME */
    SETTING_BOOL,   /* "true" or "false" */
    SETTING_NUMBER, /* not negative */
};

struct setting_info {
    const char *key, *env, *help;
    enum setting_type type;
};
extern const struct setting_info setting_infos[SETTING_COUNT];

/* The value as contexts hold it (paths absolute, URLs normal), or NULL: USAGE, naming `where` ("--openfaas",
 * "AIWF_OPENFAAS") and the value. The caller frees. base: what a relative path is relative to; NULL: the
 * working folder. */
char *setting_value(enum setting setting, const char *text, const char *where, const char *base, struct err *err);

enum origin { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_ENV, ORIGIN_FLAG };
const char *origin_name(enum origin origin); /* "default", "file", "environment", "flag" */

/* A resolved context: what a command works with. */
struct context {
    char *name;
    enum origin name_origin;     /* flag, environment, file (current-context), default (local) */
    char *values[SETTING_COUNT]; /* NULL: not set */
    enum origin origins[SETTING_COUNT];
    bool is_local;     /* the context `local` */
    bool is_protected; /* protected: true */
};
void context_release(struct context *context);
DEFINE_CLEANUP(struct context, context_release)
const char *context_get(const struct context *context, enum setting setting); /* or NULL */

/* The file as it is: contexts and the current one. A missing file is an empty one. */
struct conf {
    char *path;
    struct str text;
    struct doc doc;
};
int conf_load(struct conf *conf, struct err *err);
void conf_release(struct conf *conf);
DEFINE_CLEANUP(struct conf, conf_release)

/* The context to use: `flag` (--context; NULL: none), else AIWF_CONTEXT, else the file's current-context, else
 * local. flag_values[setting] are values given by flags (--cloud); NULL: none. Where the context would be local, and a flag
 * or a variable names a kube-context more loudly than that, the kube-context is the context, by its name; as loudly is USAGE.
 * A context that does not exist is NOT_FOUND with the known ones; never another one instead. */
int conf_resolve(const struct conf *conf, const char *flag, const char *const flag_values[SETTING_COUNT], struct context *ret,
                 struct err *err);
/* The name and its origin alone, which need not exist. */
void conf_choose(const struct conf *conf, const char *flag, struct context *ret);
/* The settings of a context as the file has them, or NULL. */
const node_t *conf_settings(const struct conf *conf, const char *name);
/* Names: local first, then the file's, in its order. */
void conf_names(const struct conf *conf, struct strv *names);

/* Each changes the file under its lock, re-reading it there, and replaces it atomically (0600). Comments and
 * layout are kept as far as the file is in block style; else it is printed anew.
 * settings: an object by the schema of a context. They are those of a new context (CONFLICT when the name is there), instead
 * of all that it has, or beside those that are not among them, without those that are null (NOT_FOUND when there is none of that name). USAGE for a name
 * that would be hard to type. */
enum conf_set { CONF_NEW, CONF_REPLACE, CONF_MERGE };
int conf_set_context(const char *name, const node_t *settings, enum conf_set how, struct err *err);
int conf_can_delete(const struct conf *conf, const char *name, struct err *err);
int conf_delete_context(const char *name, struct err *err); /* NOT_FOUND; `local` only loses its settings */
int conf_use_context(const char *name, struct err *err);    /* NOT_FOUND */

extern const struct field conf_schema[];

/* ~/.openfaas/config.yml (facts: faas-cli's config/config_file.go): adds or replaces one gateway's basic
 * login; reads one back. The password goes nowhere else. */
int openfaas_login_save(const char *gateway, const char *user, const char *password, struct err *err);
struct openfaas_login {
    char *user, *password;
    char *token; /* of OAuth 2.0, a bearer's: then there is no user; wiped when released */
};
void openfaas_login_release(struct openfaas_login *login);
DEFINE_CLEANUP(struct openfaas_login, openfaas_login_release)
int openfaas_login_load(const char *gateway, struct openfaas_login *ret, struct err *err); /* NOT_FOUND */

#endif
