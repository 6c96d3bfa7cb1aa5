/* What the files of lib/doctor share. */
#ifndef DOCTOR_PARTS_H
#define DOCTOR_PARTS_H

#include "doctor/doctor.h"

enum verdict { CHECK_NONE, CHECK_OK, CHECK_WARN, CHECK_FAIL }; /* NONE: does not apply, no row */

/* One request to a server, made when first needed; several checks read it. */
struct probe {
    bool asked;
    struct http_response res;
    struct err err;
};

struct doctor {
    const struct doctor_input *input;
    const struct context *context;
    struct probe gateway, login, prometheus, keystone, kube;
    bool is_keystone, is_logged_in; /* of the cloud, what the checks before have found */
    bool is_in_kube;                /* the API server lets us in */
};

struct finding {
    struct str detail, fix;
    enum err_code code; /* of a failure */
};

enum verdict is_ok(struct finding *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* fix: what to do, or NULL. */
enum verdict is_doubtful(struct finding *f, const char *fix, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
enum verdict is_bad(struct finding *f, enum err_code code, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
enum verdict is_error(struct finding *f, const struct err *err);

/* machine.c: this machine and its files. */
enum verdict check_config(struct doctor *d, struct finding *f);
enum verdict check_libraries(struct doctor *d, struct finding *f);
enum verdict check_context(struct doctor *d, struct finding *f);
enum verdict check_files(struct doctor *d, struct finding *f);
enum verdict check_systems(struct doctor *d, struct finding *f);
enum verdict check_local(struct doctor *d, struct finding *f);

/* cloud.c: the OpenStack cloud. */
enum verdict check_cloud(struct doctor *d, struct finding *f);
enum verdict check_keystone_name(struct doctor *d, struct finding *f);
enum verdict check_keystone_connection(struct doctor *d, struct finding *f);
enum verdict check_keystone_tls(struct doctor *d, struct finding *f);
enum verdict check_keystone_version(struct doctor *d, struct finding *f);
enum verdict check_cloud_login(struct doctor *d, struct finding *f);
enum verdict check_cloud_services(struct doctor *d, struct finding *f);
enum verdict check_magnum_version(struct doctor *d, struct finding *f);

/* kubernetes.c: the Kubernetes cluster. */
enum verdict check_kube(struct doctor *d, struct finding *f);
enum verdict check_kube_name(struct doctor *d, struct finding *f);
enum verdict check_kube_connection(struct doctor *d, struct finding *f);
enum verdict check_kube_tls(struct doctor *d, struct finding *f);
enum verdict check_kube_login(struct doctor *d, struct finding *f);
enum verdict check_kube_version(struct doctor *d, struct finding *f);
enum verdict check_kube_permissions(struct doctor *d, struct finding *f);
enum verdict check_kube_systems(struct doctor *d, struct finding *f);

/* server.c: what is said of any server, by its probe (NULL: there is none). */
void probe_ask(struct probe *probe, struct http *http, const char *base, const char *path);
bool probe_came_to(const struct probe *probe, enum http_stage stage);
enum verdict probe_name(const struct probe *probe, const char *url, struct finding *f);
enum verdict probe_connection(const struct probe *probe, struct finding *f);
enum verdict probe_tls(const struct probe *probe, bool insecure, const char *fix, struct finding *f);

/* server.c: the gateway and Prometheus. */
enum verdict check_gateway_name(struct doctor *d, struct finding *f);
enum verdict check_gateway_connection(struct doctor *d, struct finding *f);
enum verdict check_gateway_tls(struct doctor *d, struct finding *f);
enum verdict check_gateway_login(struct doctor *d, struct finding *f);
enum verdict check_gateway_version(struct doctor *d, struct finding *f);
enum verdict check_gateway_permissions(struct doctor *d, struct finding *f);
enum verdict check_gateway_metrics(struct doctor *d, struct finding *f);
enum verdict check_prometheus_name(struct doctor *d, struct finding *f);
enum verdict check_prometheus_connection(struct doctor *d, struct finding *f);
enum verdict check_prometheus_tls(struct doctor *d, struct finding *f);
enum verdict check_prometheus_version(struct doctor *d, struct finding *f);
enum verdict check_prometheus_metrics(struct doctor *d, struct finding *f);

#endif
