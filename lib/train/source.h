/* A folder of this machine that goes along with a job of a cluster: its files in a ConfigMap, which belongs to the job. Each
 * rank copies them into a folder of its own and runs there. */
#ifndef TRAIN_SOURCE_H
#define TRAIN_SOURCE_H

#include "kube/object.h"
#include "train/trainer.h"

enum { SOURCE_MAX_BYTES = 900 << 10, SOURCE_MAX_FILES = 1000 }; /* a ConfigMap holds 1 MiB */

struct job_source {
    node_t *config_map; /* NULL: the job has no source */
    node_t *items;      /* of a volume: which key is which file */
};
void job_source_release(struct job_source *source);
DEFINE_CLEANUP(struct job_source, job_source_release)

/* Reads the folder. .git and __pycache__ stay here, and so do links. USAGE when it is too large, with the largest files. */
int job_source_read(struct job_source *ret, const struct job_spec *spec, const char *ns, struct err *err);
/* Puts it before what the ranks of a pod template run. */
void job_source_mount(const struct job_source *source, node_t *pod_template);
/* Makes it, unless it is there already: its name tells what is in it. */
int job_source_create(const struct trainer_env *env, const struct job_source *source, struct err *err);
/* Something of the namespace that goes when the job goes. object: the job, as the server has it. */
int job_own(const struct trainer_env *env, const struct kube_kind *kind, const char *name, const node_t *object, struct err *err);

#endif
