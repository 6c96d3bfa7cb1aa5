/* The things of a cloud, all in one way: a kind says where its service has them, and they are listed page by page, shown
 * by name or id, created, changed and deleted. Documents are the service's own, without its links.
 *
 * Another kind is another entry in the file of its service (magnum.h, ...). */
#ifndef OPENSTACK_RESOURCE_H
#define OPENSTACK_RESOURCE_H

#include "openstack/openstack.h"

struct resource {
    const char *word;    /* "cluster": in messages; its plural has an s */
    const char *noun;    /* "cluster", "infra servers": the aiwf command that lists and shows them, for hints; NULL: none does */
    const char *service; /* a type of the catalog: "container-infra" */
    const char *path;    /* "/v1/clusters"; of one: "/v1/clusters/ID" */
    const char *list_path;    /* where a list has all that `path` of one has: "/v2.1/servers/detail"; NULL: path */
    const char *list;         /* the member of a list's answer: "clusters" */
    const char *one;          /* the member that holds one, in answers and in the body of a creation; NULL: none */
    const char *id;           /* the member that is its id; NULL: "id" */
    const char *name;         /* the member that is its name; NULL: "name" */
    const char *filter;       /* the query of a list that filters by name, and finds all of that very name; NULL: it has none */
    const char *microversion; /* what we understand: see openstack_call */
    const char *needs;        /* the oldest that has it; NULL: any */
    bool (*passes)(const struct http_response *res); /* as in http_request, of lists and of one */
    bool by_name; /* the service itself takes a name for an id, and answers 409 when it fits several */
};

/* All of them, in the server's order. query: "role=worker", or NULL. The caller frees. */
node_t *resource_list(struct openstack *os, const struct resource *kind, const char *query, struct err *err);
/* By name or id: NOT_FOUND, or CONFLICT with the ids when the name fits several. The caller frees. */
node_t *resource_show(struct openstack *os, const struct resource *kind, const char *name, struct err *err);
/* The same by a list with `query`, for services that know ids only, and for other projects' things ("all_tenants=1"). */
node_t *resource_find(struct openstack *os, const struct resource *kind, const char *name, const char *query, struct err *err);
/* The id of what resource_show finds; NULL: as resource_show. The caller frees. */
char *resource_id(struct openstack *os, const struct resource *kind, const char *name, struct err *err);

/* The answer to a creation (Magnum: {"uuid"}). body is without the kind's own member. Never repeated by itself: a name is
 * no key. The caller frees. */
node_t *resource_create(struct openstack *os, const struct resource *kind, const node_t *body, struct err *err);
/* A request for one, by id: method "PATCH" or "PUT" at path/ID, or "POST" at path/ID/ACTION. body is sent as it is.
 * failing: "cannot resize cluster ml". *ret may be NULL: nobody wants the answer; it is NULL when that is empty. */
struct resource_change {
    const char *method, *id, *action; /* action: "actions/resize"; NULL: none */
    const node_t *body;
    const char *failing;
    const char *microversion, *needs; /* NULL: the kind's */
};
int resource_change(struct openstack *os, const struct resource *kind, const struct resource_change *change, node_t **ret,
                    struct err *err);
/* By id. query: "cascade=true", or NULL. NOT_FOUND when it is gone. */
int resource_delete(struct openstack *os, const struct resource *kind, const char *id, const char *query, struct err *err);

/* "8-4-4-4-12": what OpenStack gives as an id. */
bool resource_is_uuid(const char *text);

/* Of a page: the path and query of the next one, or NULL when it is the last: "next", "links"/"next", or the link "next"
 * of "LIST_links". The server's idea of its own address is not used, only the query. The caller frees. */
char *resource_next(const node_t *page, const struct resource *kind, const char *path);

#endif
