/* Models that are served: a function (lib/serverless) with a model server in it, marked by labels so that it is found again. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "model/server.h"
#include "serverless/runtime.h"

#define MODEL_LABEL        "io.aiwf.model"
#define MODEL_SERVER_LABEL "io.aiwf.model-server"
#define MODEL_PATH_NOTE    "io.aiwf.model-path"

/* What `model serve` can say. NULL, 0, empty: not said. */
struct model_spec {
    const struct model_server *server;
    const char *name;
    const char *claim;             /* of a volume claim with the model; NULL: path is in the image, or of this machine */
    const char *path;              /* where the model is: in the claim, in the image or on this machine */
    int64_t port;                  /* 0: the server's usual one */
    const struct strv *args;       /* for the server, after our own */
    const struct strv *versions;   /* numbers: these and no others */
    const struct strv *labels;     /* "LABEL=VERSION" */
    const struct strv *batching;   /* "max_batch_size=32", ... */
    struct function_spec function; /* image, command, source, env, scale, memory, ...: its name and labels are set here */
};

/* USAGE for what does not fit together, or the server has no word for. */
int model_check(const struct model_spec *spec, struct err *err);

/* The server's own files, for a ConfigMap: name to text; an empty object where there are none. The caller frees. */
node_t *model_files(const struct model_spec *spec);
/* Puts the server into what lib/serverless has made of spec->function: a Deployment or a Knative Service. files: as above. */
void model_fill(const struct model_spec *spec, const node_t *files, node_t *object);
/* All objects of a model, in the order in which they are applied. runtime: "knative" or "deployment". The caller frees. */
node_t *model_objects(const struct model_spec *spec, const char *runtime, const char *ns);

/* What is served where runtime runs functions: [{"name","server","path"}]. The caller frees. */
node_t *model_marks(const struct runtime *runtime, const struct runtime_env *env, struct err *err);
/* Puts the model there; CONFLICT when there is one of that name and !replace. */
int model_deploy(const struct runtime *runtime, const struct runtime_env *env, const struct model_spec *spec, bool replace,
                 struct err *err);
/* And away, with what belongs to it. */
int model_remove(const struct runtime *runtime, const struct runtime_env *env, const char *name, struct err *err);

/* One request to the server of a model. method NULL: GET, or POST with a body. 0 whatever the status. */
struct model_call {
    const struct runtime *runtime;
    const struct runtime_env *env;
    const struct model_server *server;
    const struct model_ask *ask;
    int64_t timeout_ms; /* 0: none */
};
int model_send(const struct model_call *call, enum model_path what, const struct str *body, struct http_response *res,
               struct err *err);
/* What the server says of the model (server.h, about); NULL with err set when it does not answer. The caller frees. */
node_t *model_about(const struct model_call *call, struct err *err);
/* Whether it answers requests now: 1, 0 (why: in note), -1 with err set. */
int model_is_ready(const struct model_call *call, struct str *note, struct err *err);

/* A file as the body of a prediction: .npy and CSV become what the server wants; JSON that is a whole request stays as it is.
 * about: as model_about gave it, NULL: nothing is checked. */
int model_body(const struct model_call *call, const char *path, const node_t *about, struct str *ret, struct err *err);

#endif
