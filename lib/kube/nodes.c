#include <string.h>

#include "kube/object.h"

static void count(struct kube_nodes *nodes, const node_t *node)
{
    const node_t *ready = kube_condition(node, "Ready");
    nodes->total++;
    if (strcmp(node_str(ready, "/status", ""), "True") == 0) {
        nodes->ready++;
        return;
    }
    const char *reason = node_str(ready, "/message", node_str(ready, "/reason", "its kubelet has not reported yet"));
    strv_addf(&nodes->waiting, "%s: %s", node_str(node, "/metadata/name", "-"), reason);
}

int kube_nodes(struct kube *kube, struct kube_nodes *ret, struct err *err)
{
    *ret = (struct kube_nodes){0};
    CLEANUP(node_free) node_t *items = kube_list(kube, "/api/v1/nodes", "cannot list the nodes", err);
    if (!items)
        return -1;
    for (const node_t *node = node_first(items); node; node = node_next(node))
        count(ret, node);
    return 0;
}

void kube_nodes_release(struct kube_nodes *nodes)
{
    strv_release(&nodes->waiting);
    *nodes = (struct kube_nodes){0};
}
