/* What a model server speaks: one file each (server_NAME.c). Requests and answers as documents; nothing is sent here. */
#ifndef MODEL_SERVER_H
#define MODEL_SERVER_H

#include "model/tensor.h"

/* What is asked for. NULL: not said. */
struct model_ask {
    const char *model;
    const char *version, *label; /* of one of them */
    const char *input;           /* the tensor's name */
    const char *signature;       /* TensorFlow's */
};

enum model_path { MODEL_STATUS, MODEL_METADATA, MODEL_READY, MODEL_PREDICT };

struct model_server {
    const char *name, *help;
    const char *image; /* the usual one; NULL: there is none */
    int port;          /* it listens there by itself */
    const char *metrics_path;
    bool has_labels, has_versions;
    /* The path of one of the above, escaped. */
    void (*path)(const struct model_ask *ask, enum model_path what, struct str *s);
    /* The body of a prediction; input: of model_about's inputs, NULL: unknown. The caller frees. */
    node_t *(*request)(const struct model_ask *ask, const struct tensor *tensor, const node_t *input, struct err *err);
    /* The predictions of an answer, one a row; FAILED when it is no answer. The caller frees. */
    node_t *(*predictions)(const node_t *answer, struct err *err);
    /* Of the answers to status and metadata (each may be NULL): {"versions": [{"version","state","message"}],
     * "inputs": [{"name","type","shape"}], "outputs": the same}, types in the words of the Open Inference Protocol,
     * -1 in a shape: any number. The caller frees. */
    node_t *(*about)(const struct model_ask *ask, const node_t *status, const node_t *metadata);
};
extern const struct model_server model_server_tfserving, model_server_v2;
extern const struct model_server *const model_servers[];        /* NULL-terminated */
const struct model_server *model_server_find(const char *name); /* or NULL */

/* The input that a tensor is for: ask->input, else the only one. NULL with err set (USAGE) when it has several or none of that
 * name; NULL without an error when nothing is known of inputs. */
const node_t *model_input_of(const struct model_ask *ask, const node_t *about, struct err *err);
/* Whether the input takes it: shape (a row alone becomes a list of one) and values that its type can hold. USAGE. */
int model_fit(struct tensor *tensor, const node_t *input, struct err *err);

#endif
