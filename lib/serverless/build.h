/* A folder becomes an image, by a builder that this machine has: buildah (facts: buildah-build(1), buildah-push(1)), whose own
 * environment variables (BUILDAH_ISOLATION, STORAGE_DRIVER) hold. */
#ifndef SERVERLESS_BUILD_H
#define SERVERLESS_BUILD_H

#include "base/err.h"
#include "base/str.h"

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

#endif
