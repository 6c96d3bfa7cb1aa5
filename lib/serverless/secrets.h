/* Values that functions may read and nobody else: they go in, and never come back. */
#ifndef SERVERLESS_SECRETS_H
#define SERVERLESS_SECRETS_H

#include "base/str.h"
#include "serverless/runtime.h"

/* The largest value, in bytes: Kubernetes keeps at most 1 MiB in a Secret, its names and base64 included. */
enum { SECRET_VALUE_MAX = 512 << 10 };

struct secret {
    const char *name;
    const char *key;         /* of its one value; NULL: its name */
    const struct str *value; /* bytes, as they are */
};

/* Of a runtime: how its secrets are kept. */
struct secret_store {
    bool has_keys; /* a value may have another key than the secret's name */
    /* [{"name", "namespace", "keys": [..]|null, "created": RFC3339|null}], by name. The caller frees. */
    node_t *(*list)(const struct runtime_env *env, struct err *err);
    int (*create)(const struct runtime_env *env, const struct secret *secret, struct err *err); /* CONFLICT: exists */
    int (*update)(const struct runtime_env *env, const struct secret *secret, struct err *err); /* NOT_FOUND */
    int (*remove)(const struct runtime_env *env, const char *name, struct err *err);            /* NOT_FOUND */
};
extern const struct secret_store secrets_kubernetes, secrets_openfaas;

/* A name that every store takes (RFC 1123); USAGE otherwise. */
int secret_check_name(const char *name, struct err *err);

#endif
