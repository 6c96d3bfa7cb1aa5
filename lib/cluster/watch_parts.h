/* What the parts of cluster_wait share: see watch.h. */
#ifndef CLUSTER_WATCH_PARTS_H
#define CLUSTER_WATCH_PARTS_H

#include "cluster/watch.h"
#include "kube/kube.h"

enum { STACKS_MAX = 64, LINES_MAX = 64 };

/* One of Heat's: the cluster's, or that of a node group which was added later. */
struct watch_stack {
    char *id;
    char *path;        /* NULL: not found, or not looked for yet */
    bool is_none;      /* no stack of Heat */
    node_t *resources; /* NULL: not seen */
    char *status;      /* "" : not seen */
};

/* A line of progress. */
struct watch_line {
    char *name, *seen;
    int64_t changed_ms;
    bool settled;
};

struct watch {
    const struct cluster_wait *wait;
    int64_t started_ms, seen_ms; /* seen: when Magnum answered last */
    node_t *cluster;             /* Magnum's document; NULL: not seen yet */
    bool is_gone, has_begun;
    node_t *groups, *servers; /* arrays; NULL: not seen */
    int64_t servers_ms;       /* when they were asked for */
    struct watch_stack stacks[STACKS_MAX];
    size_t n_stacks;
    struct watch_line lines[LINES_MAX];
    size_t n_lines;
    /* of its Kubernetes */
    struct kube kube;
    int64_t unreached_ms; /* since when it cannot be reached; 0: it can, or was not tried */
};
void watch_release(struct watch *watch);
DEFINE_CLEANUP(struct watch, watch_release)

/* Looks at Magnum, Heat and Nova. -1: Magnum could not be seen; err says why. */
int watch_see(struct watch *watch, struct err *err);
const char *watch_status(const struct watch *watch); /* Magnum's word on the cluster; "": none yet */
bool watch_is_busy(const struct watch *watch);       /* Magnum has an operation on it in progress */
/* The stack of a node group (NULL: the cluster's); NULL: none that is seen. */
const struct watch_stack *watch_stack_of(const struct watch *watch, const node_t *group);
/* The server of this resource of Heat's; NULL: not seen. */
const node_t *watch_server(const struct watch *watch, const node_t *resource);
bool watch_server_is_active(const node_t *server);

enum stage_state { STAGE_NOT_YET, STAGE_BUSY, STAGE_OK, STAGE_FAILED };
struct stage_view {
    enum stage_state state;
    struct str word, note; /* "3/4", "ml-node-2: BUILD (spawning)" */
};
/* A stage is a function in this table. */
struct stage {
    const char *name;
    unsigned goals; /* bits: 1 << CLUSTER_READY, ... */
    bool of_group;  /* a line for each node group of that role */
    const char *role;
    int64_t limit_ms; /* without any change */
    /* err is set with STAGE_FAILED; with STAGE_BUSY it is a passing failure. */
    void (*look)(struct watch *watch, const node_t *group, struct stage_view *view, struct err *err);
};
extern const struct stage watch_stages[]; /* ends with {0} */

void stage_kubernetes(struct watch *watch, const node_t *group, struct stage_view *view, struct err *err);
void stage_group(struct watch *watch, const node_t *group, struct stage_view *view, struct err *err);

#endif
