/* A folder becomes an image, by a builder that this machine has: buildah (facts: buildah-build(1), buildah-push(1)), whose own
 * environment variables (BUILDAH_ISOLATION, STORAGE_DRIVER) hold. */
#ifndef SERVERLESS_BUILD_H
#define SERVERLESS_BUILD_H

#include "base/err.h"
#include "base/str.h"
#include "kube/kube.h"
#include "tui/progress.h"

struct build_spec {
    const char *image;  /* NAME:TAG */
    const char *folder; /* absolute */
    const char *file;   /* of how it is built; NULL: the folder's Containerfile or Dockerfile */
    /* Where the folder has none: FROM base, all of the folder in /app, CMD command by /bin/sh -c. */
    const char *base, *command;
    const struct strv *args; /* "K=V", --build-arg */
    const char *archive;     /* also as an OCI archive there; NULL: no */
    bool push;               /* also to the registry of its name */
};

/* USAGE for what does not fit together: nothing to build by, two ways at once, a name that is none. */
int build_check(const struct build_spec *spec, struct err *err);
/* What it is built by where the folder has no file of its own. Added to s. */
void build_containerfile(const struct build_spec *spec, struct str *s);
/* What the builder says goes to log_fd. *ret_id: of the image, "sha256:..."; the caller frees. FAILED when there is no builder
 * (the hint says what to install), WORKLOAD when it failed, INTERRUPTED. */
int build_run(const struct build_spec *spec, int log_fd, char **ret_id, struct err *err);

/* The same by a Job of the cluster that runs an image of kaniko's kind (facts: kaniko's README, "Using kaniko": --context,
 * --dockerfile, --destination; a registry's login is /kaniko/.docker/config.json). The folder travels in a ConfigMap, so that it
 * may have BUILD_CONTEXT_MAX bytes once tar has packed it. The image goes to its registry: spec->push is not asked for. */
enum { BUILD_CONTEXT_MAX = 700 << 10 };
struct build_job {
    struct kube *kube;
    const char *builder;                          /* its image */
    const char *login;                            /* a Secret of the type kubernetes.io/dockerconfigjson; NULL: none */
    int64_t timeout_ms;                           /* 0: none */
    struct progress *progress;                    /* NULL: silent */
    void (*on_line)(const char *line, void *arg); /* what the builder says, in the end; text is another's */
    void *arg;
};
#define BUILD_JOB_IMAGE "gcr.io/kaniko-project/executor:latest"
/* The Job alone, with the context in the ConfigMap of the same name. The caller frees. */
node_t *build_job_object(const struct build_spec *spec, const struct build_job *job, const char *name);
/* Errors as build_run's; CAPACITY for a folder that is too large, USAGE for what only buildah does. */
int build_job_run(const struct build_spec *spec, const struct build_job *job, int log_fd, struct err *err);

/* What both need. */
const char *build_own_file(const struct build_spec *spec);                                       /* "Containerfile", or NULL */
int build_run_program(const struct strv *words, int log_fd, const char *doing, struct err *err); /* waits for its end */

#endif
