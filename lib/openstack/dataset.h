/* Training data: a Cinder volume that metadata marks, so that it is found among all others. Documents are Cinder's own. */
#ifndef OPENSTACK_DATASET_H
#define OPENSTACK_DATASET_H

#include "openstack/cinder.h"

#define DATASET_MARK   "aiwf.io/dataset" /* in a volume's metadata, "true" */
#define DATASET_PREFIX "aiwf.io/"        /* of keys that are ours: no label has it */

struct dataset_spec {
    const char *name;
    int64_t gib;                  /* 0: the snapshot's */
    const char *type, *zone;      /* NULL: the cloud's own choice */
    const char *snapshot, *image; /* filled from: name or id; one of them, or none */
    const struct strv *labels;    /* "K=V" */
};

/* all: with the volumes that are no datasets. */
node_t *dataset_list(struct openstack *os, bool all, struct err *err);
/* By name or id: NOT_FOUND also for a volume that is no dataset, which is said. The caller frees. */
node_t *dataset_show(struct openstack *os, const char *name, struct err *err);
/* What a creation sends, without the cover; os NULL: names stay as they are. The caller frees. */
node_t *dataset_body(struct openstack *os, const struct dataset_spec *spec, struct err *err);
/* CONFLICT when there is one of that name; otherwise the new one, which is still being made. */
node_t *dataset_create(struct openstack *os, const struct dataset_spec *spec, struct err *err);
/* What dataset_create would say: the name, the type, the source, and the quotas. */
int dataset_check(struct openstack *os, const struct dataset_spec *spec, struct err *err);

/* Begin, and end, a server's use of it. Nova goes on by itself: the volume's status tells when it is done. */
int dataset_attach(struct openstack *os, const node_t *dataset, const char *server_id, struct err *err);
int dataset_detach(struct openstack *os, const node_t *dataset, const char *server_id, struct err *err);

/* A PersistentVolume and a PersistentVolumeClaim that is bound to it, as a "List": the volume in a cluster whose nodes run
 * the Cinder driver (facts: cloud-provider-openstack, "Using with Cinder CSI", static provisioning). */
struct dataset_claim {
    const char *namespace_name, *fs_type;
};
node_t *dataset_manifest(const node_t *dataset, const struct dataset_claim *claim);

#endif
