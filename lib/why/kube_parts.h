/* What the files of `why pod|job|function` share, for lib/why/kube*.c only. */
#ifndef WHY_KUBE_PARTS_H
#define WHY_KUBE_PARTS_H

#include "kube/ask.h"
#include "why/kube.h"

struct why_kube {
    const struct why_place *place;
    struct kube *kube;
    const char *ns;
    struct chain chain;
    const char *verdict; /* the first one that is told stands; NULL: healthy */
    struct str summary;
    node_t *nodes; /* of the cluster, once asked */
    struct err nodes_err;
};
void why_kube_start(struct why_kube *why, const struct why_place *place);
/* The document, and the end of why. The caller frees. */
node_t *why_kube_end(struct why_kube *why, const struct link *what);
/* Verdict and summary, in the order of importance: what was said first stands. */
void why_say(struct why_kube *why, const char *verdict, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Safe in a command that someone will copy: of letters, digits and ._/=:- only. */
bool why_is_plain(const char *text);
/* "3 nodes", "1 node" */
void why_count(struct str *s, double n, const char *word);
/* ", for 41m" since a time of RFC 3339; nothing for none. */
void why_since(struct str *s, const char *time);
/* The nodes of the cluster; NULL: they cannot be seen. */
const node_t *why_nodes(struct why_kube *why);

/* Events about an object, by its uid. */
void why_ask_events(struct kube_ask *ask, const char *ns, const node_t *object);
/* The latest of a reason, or of any warning where reason is NULL; NULL: none. */
const node_t *why_event(const node_t *events, const char *reason);
/* The last three lines that say something, as one. */
void why_last_lines(struct str *s, const char *text);
/* The end of what a container wrote, as one line; "" when there is nothing to see. */
void why_log_tail(struct why_kube *why, const node_t *pod, const char *container, bool previous, struct str *s);

/* A pod and what is below it. */
void why_tell_pod(struct why_kube *why, const node_t *pod, int depth);
/* As kubectl's STATUS says it: "CrashLoopBackOff", "Unschedulable", "Running". */
const char *why_pod_state(const node_t *pod);
/* How bad: 0 well; the higher, the sooner to be told. */
int why_pod_badness(const node_t *pod);
/* What a pod that has no node waits for. */
void why_tell_unscheduled(struct why_kube *why, const node_t *pod, int depth);
/* A volume claim, and why it is not bound. */
void why_tell_claims(struct why_kube *why, const node_t *pod, int depth);
/* A node that is not ready or not there (node NULL), and the server that it is. */
void why_tell_node(struct why_kube *why, const char *name, const node_t *node, int depth);
/* What is wrong with its containers. true: something was. */
bool why_tell_containers(struct why_kube *why, const node_t *pod, const node_t *events, int depth);

/* A job's workload at Kueue: admitted, or what it waits for. */
void why_tell_workload(struct why_kube *why, const node_t *workload, int depth);
/* Pods that could not even be made, as an event tells it: a quota, a policy. false: events have no such. */
bool why_tell_refusal(struct why_kube *why, const node_t *events, int depth);
/* The worst of some pods, if one is not well; the first that failed of those. */
void why_tell_worst(struct why_kube *why, const node_t *pods, int depth);

#endif
