/* What the verbs of `aiwf model` share: see cmd_model.c. */
#ifndef CMD_MODEL_H
#define CMD_MODEL_H

#include "cmd.h"
#include "function.h"
#include "model/model.h"

/* A model that is served: where, and by what server. */
struct served_model {
    struct function_env env;
    const struct model_server *server;
    char *path; /* where the model is from; may be NULL */
};
void served_model_release(struct served_model *model);
DEFINE_CLEANUP(struct served_model, served_model_release)

/* Finds it wherever the context can serve models. NOT_FOUND. */
int served_model_find(struct cli *cli, const char *name, struct served_model *ret, struct err *err);
/* What can serve models in the context: "local", or "knative" and "deployment". NULL-terminated. */
const char *const *model_runtimes(const struct cli *cli);

complete_fn complete_models;

#define MODEL_ASK_OPTS(type_)                                                                                                    \
    {.name = "version", .type = OPT_STRING, OPT(type_, version), .metavar = "N", .help = "of this version (usual: the latest)"}, \
    {                                                                                                                            \
        .name = "label", .type = OPT_STRING, OPT(type_, label), .metavar = "LABEL", .help = "of the version with this label"     \
    }

extern const struct cmd model_serve_cmd, model_predict_cmd;

#endif
