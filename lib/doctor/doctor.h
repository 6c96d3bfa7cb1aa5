/* Checks what a context needs, end to end, in the order in which things are used: what fails first is the
 * cause, and what depends on it is left out. */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "conf/conf.h"
#include "doc/node.h"
#include "kube/kube.h"
#include "metrics/prom.h"
#include "net/http.h"
#include "openstack/openstack.h"

struct doctor_input {
    const struct context *context; /* NULL: it could not be resolved, for this reason: */
    const struct err *context_err;
    struct http *gateway; /* sends the login of the context's gateway; NULL: there is none, for this reason: */
    const struct err *gateway_err;
    struct http *open;             /* sends no login; NULL as gateway */
    const struct prom *prometheus; /* the context's; NULL: there is none, for this reason (none: none is set): */
    const struct err *prometheus_err;
    struct openstack *cloud;     /* opened, not logged in; NULL: there is none, for this reason: */
    const struct err *cloud_err; /* nothing is set: no cloud is chosen, which is fine */
    struct kube *kube;           /* of the context; NULL: there is none, for this reason (none: none is set): */
    const struct err *kube_err;
};

/* Pushes {"check","status": ok|warn|fail,"detail","fix"|null} into rows, an array. Returns ERR_OK when nothing
 * failed, else the worst failure's code; INTERRUPTED when Ctrl-C ended it early. */
enum err_code doctor_check(const struct doctor_input *input, node_t *rows);

#endif
