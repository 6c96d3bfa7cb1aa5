/* Inside of the clouds' configuration. Only lib/openstack includes this. */
#ifndef OPENSTACK_CLOUDS_PARTS_H
#define OPENSTACK_CLOUDS_PARTS_H

#include "doc/doc.h"

/* What the files and the environment say, before a cloud is chosen. */
struct clouds {
    node_t *clouds;   /* name -> its settings; never NULL */
    node_t *profiles; /* of clouds-public.yaml; NULL: none */
    char *source;     /* the path of clouds.yaml; NULL: none */
    char *env_name;   /* what the environment's cloud is called */
    bool has_env;
};
int clouds_read(struct clouds *ret, struct err *err);
void clouds_release(struct clouds *clouds);
DEFINE_CLEANUP(struct clouds, clouds_release)

/* Deep: members of `from` replace those of `into`, objects are merged. */
void clouds_merge(node_t *into, const node_t *from);
/* As the SDK updates a cloud: only `auth` is merged key by key, everything else replaced. */
void clouds_update(node_t *into, const node_t *from);
/* A copy with '_' for '-' in every key and numbers as text. */
node_t *clouds_normal(const node_t *node);
/* Old spellings to new ones, the login below /auth, domains filled in, auth_url expanded. */
void clouds_fix(node_t *config);

#endif
