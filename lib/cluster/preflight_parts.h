/* What the files of the pre-flight share, for lib/cluster/preflight*.c only. */
#ifndef CLUSTER_PREFLIGHT_PARTS_H
#define CLUSTER_PREFLIGHT_PARTS_H

#include "cluster/preflight.h"
#include "openstack/ask.h"
#include "openstack/quota.h"

enum question {
    /* first round */
    Q_TEMPLATE,
    Q_FLAVORS,
    Q_QUOTAS,
    Q_QUOTAS_END = Q_QUOTAS + QUOTA_ASKS - 1,
    /* second round: what the template names */
    Q_IMAGE,
    Q_KEYPAIR,
    Q_EXTERNAL,
    Q_OUTSIDE, /* the same among external ones: the member itself is not shown to all */
    Q_NETWORK,
    Q_SUBNET,
    Q_ROOM,                  /* Placement: hosts for the flavor of masters and nodes */
    Q_ROOM_END = Q_ROOM + 1, /* and for another one of the nodes */
    Q_GPUS,                  /* Placement: free GPUs, as above */
    Q_GPUS_END = Q_GPUS + 1,
    QUESTIONS,
};

/* Servers of one flavor. */
struct preflight_servers {
    const char *role; /* "masters", "nodes", "masters and nodes" */
    const char *name; /* of the flavor as it is asked for; NULL: nobody names one */
    int64_t count;
    const node_t *flavor; /* NULL: there is none of that name, or it is not known */
};

struct preflight {
    const node_t *wanted, *template;
    struct ask asks[QUESTIONS];
    struct preflight_servers servers[2]; /* masters, nodes */
    node_t *findings;
};

/* A member of the creation, else of the template; NULL when it is in none, or null there. */
const node_t *preflight_given(const struct preflight *p, const char *member);
const char *preflight_text(const struct preflight *p, const char *member); /* "" is NULL */
int64_t preflight_number(const struct preflight *p, const char *member, int64_t missing);
bool preflight_flag(const struct preflight *p, const char *member, bool missing);
/* A label's value, with the template's where they count. */
const char *preflight_label(const struct preflight *p, const char *name);

/* Findings. A failure's code is its exit code; hint may be NULL. */
void preflight_ok(struct preflight *p, const char *check, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void preflight_warn(struct preflight *p, const char *check, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
struct preflight_fault {
    const char *check;
    enum err_code code;
    const char *hint;
};
void preflight_fail(struct preflight *p, const struct preflight_fault *fault, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A question without an answer: "needs admin" when it was refused, else the error's words. */
void preflight_unknown(struct preflight *p, const char *check, const struct err *why);

/* The checks, each adds one finding or more. */
void preflight_check_image(struct preflight *p);
void preflight_check_flavors(struct preflight *p);
void preflight_check_room(struct preflight *p);
void preflight_check_networks(struct preflight *p);
void preflight_check_keypair(struct preflight *p);
void preflight_check_login(struct preflight *p, const node_t *whoami);
void preflight_check_labels(struct preflight *p);
void preflight_check_quotas(struct preflight *p);

#endif
