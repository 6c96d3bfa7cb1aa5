/* Heat: the stacks that Magnum's older driver makes clusters of (facts: the orchestration API reference, v1). A stack
 * has resources, and some of those are stacks again. */
#ifndef OPENSTACK_HEAT_H
#define OPENSTACK_HEAT_H

#include "openstack/ask.h"

/* "/v1/{project_id}/stacks/NAME/ID" by id, which is what the other calls want. NOT_FOUND: there is no such stack, or what
 * is given is not one's id (the Cluster API drivers put the name of a release there). The caller frees. */
char *heat_stack_path(struct openstack *os, const char *id, struct err *err);
/* NAME of such a path; the caller frees. */
char *heat_stack_name(const char *path);

/* Stacks by id, as a question of a fan-out, which the cloud answers with at most one; its path (the caller frees). */
void heat_ask_stack(struct ask *ask, const char *id);
void heat_ask_stack_at(struct ask *ask, const char *path); /* one by its path, heat_stack_path's */
char *heat_path_of(const node_t *stack);
void heat_ask_resources(struct ask *ask, const char *path);

/* As calls, for a fan-out; url holds the path and must outlive it. The answers' members: "resources", "stack". */
struct openstack_call heat_resources_call(const char *path, struct str *url);
struct openstack_call heat_stack_call(const char *path, struct str *url);

/* An array of all resources, nested ones too. The caller frees. */
node_t *heat_resources(struct openstack *os, const char *path, struct err *err);
/* An array of the events after that of the id `after` (NULL: all), oldest first, of nested stacks too. The caller frees. */
node_t *heat_events(struct openstack *os, const char *path, const char *after, struct err *err);

bool heat_is_complete(const node_t *resource); /* CREATE_COMPLETE, UPDATE_COMPLETE, ... */
bool heat_is_failed(const node_t *resource);
bool heat_is_server(const node_t *resource);                      /* of Nova's */
bool heat_is_inside(const node_t *resource, const node_t *outer); /* directly in the stack that outer is */
/* The failed resource that the others failed for: the deepest one, and none that Heat only gave up because of another.
 * NULL: none has failed. It belongs to the array. */
const node_t *heat_culprit(const node_t *resources);
/* Each of those that it is the first of; likewise what the others in progress wait for. */
bool heat_is_culprit(const node_t *resources, const node_t *resource);
bool heat_is_awaited(const node_t *resources, const node_t *resource);
bool heat_are_together(const node_t *resource, const node_t *other); /* directly in one stack */
/* "kube_minions/0/kube-minion": the resource with those it is nested in. */
void heat_resource_place(const node_t *resources, const node_t *resource, struct str *s);
/* A reason without the covers that each nesting puts around it ("Error: resources.a.resources.b: "). */
const char *heat_reason(const char *text);

#endif
