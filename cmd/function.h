/* What the verbs of `aiwf function` share: see cmd_function.c. */
#ifndef CMD_FUNCTION_H
#define CMD_FUNCTION_H

#include "cmd.h"
#include "serverless/runtime.h"

/* A runtime, and what it needs to work in cli's context. */
struct function_env {
    const struct runtime *runtime;
    struct runtime_env env;
};
/* name: --runtime, or NULL. */
int function_env(struct cli *cli, const char *name, struct function_env *ret, struct err *err);

/* Every verb has --runtime first in its options. */
#define RUNTIME_OPT(type_)                                                                                      \
    {                                                                                                           \
        .name = "runtime", .type = OPT_STRING, OPT(type_, runtime), .metavar = "NAME",                          \
        .help = "where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)", \
        .complete = complete_runtimes                                                                           \
    }

complete_fn complete_functions, complete_runtimes;

/* Where a wait ends. "Ready" and "Idle" both answer requests; "Failed" ends every wait but that for deletion. */
enum function_goal {
    FUNCTION_READY,   /* it answers: an instance is ready, or none is needed yet */
    FUNCTION_IDLE,    /* no instance runs */
    FUNCTION_DELETED, /* it is gone */
    FUNCTION_SCALED,  /* as many instances as were asked for are ready */
};
struct function_wait {
    const struct function_env *env;
    const char *name;
    enum function_goal goal;
    int64_t replicas;       /* of FUNCTION_SCALED */
    int64_t timeout_ms;     /* 0: none */
    int64_t window_ms;      /* a failure that passes in this time is none; 0: what the runtime may try again */
    int64_t start_limit_ms; /* an instance that runs for so long without being ready has failed; 0: no limit */
};
/* *ret is the function's last document (NULL when it is gone); the caller frees it. */
int function_wait(struct cli *cli, const struct function_wait *wait, node_t **ret, struct err *err);

/* The table's own fields: "ready" (2/2), "runs" (image or command, and why it is not well), and the ratio
 * "cold_ratio" for all formats. */
void function_decorate(const struct cli *cli, node_t *function);

/* A line of a function's or job's log, {"timestamp","text",...}: its own words to stdout (escaped on a
 * terminal; the whole line with -o json), what the runtime says about it to stderr. False: stdout is closed. */
bool print_log_line(const struct cli *cli, const node_t *line, bool timestamps);
/* Whether the runtime says it, and not the function or job itself. */
bool is_system_line(const node_t *line);
/* Shows the last lines of a failed function's log on stderr. */
void function_tell_logs(struct cli *cli, const struct function_env *env, const char *name);

/* A manifest: what the options of deploy say, as a document. The spec's strings live in it. */
enum { FUNCTION_SCALE_MAX = 10000 };
extern const char *const function_modes[];
extern const struct field function_manifest_fields[];
struct function_manifest {
    const struct doc *doc; /* NULL: none; outlives it */
    struct function_spec spec;
    struct function_detail detail;
    struct strv env, labels, metrics, kept;
};
/* What `more` says beats what detail says, or is added to it; texts are borrowed. */
void function_detail_merge(struct function_detail *detail, const struct function_detail *more);
void function_detail_release(struct function_detail *detail);
DEFINE_CLEANUP(struct function_detail, function_detail_release)
#define FUNCTION_SPEC_INIT ((struct function_spec){.scale_min = -1, .scale_max = -1, .idle_ms = -1, .queue = -1})
/* Of our own manifest, or of a Knative Service. */
int function_manifest_load(struct function_manifest *manifest, const struct doc *doc, struct err *err);
int function_detail_load(struct function_manifest *manifest, struct err *err);
/* The folder that a document's paths are relative to. The caller frees. */
char *function_manifest_folder(const struct doc *doc);
/* OpenFaaS's stack.yaml (facts: faas-cli, stack/schema.go): the functions of it, NULL when it is none. */
const node_t *function_stack_of(const struct doc *doc);
/* One of them: a member of functions. */
int function_stack_load(struct function_manifest *manifest, const struct doc *doc, const node_t *function, struct err *err);
/* "K=V" of each member, added to pairs. */
int function_pairs_of(const struct doc *doc, const node_t *map, struct strv *pairs, struct err *err);
/* A text, or a number as one. */
const char *function_text_of(struct function_manifest *manifest, const node_t *node);
const char *function_manifest_keep(struct function_manifest *manifest, char *text); /* takes text */
void function_manifest_release(struct function_manifest *manifest);
DEFINE_CLEANUP(struct function_manifest, function_manifest_release)

/* --event: "TYPE[,ATTRIBUTE=VALUE]..." as the headers of a CloudEvent in binary mode, but for its id. USAGE: what is none. */
int function_event(const char *text, struct strv *headers, struct err *err);
/* One that no other event has. The caller frees. */
char *function_event_id(void);

/* USAGE unless each is K=V with a name that a shell can use; the value is not shown. */
int check_env_pairs(const struct strv *pairs, struct err *err);
/* "0.5", "250m", "2"; USAGE otherwise, and for nothing or less. */
int parse_cores(const char *text, double *ret, struct err *err);

extern const struct cmd function_deploy_cmd, function_invoke_cmd, function_coldstart_cmd, function_logs_cmd, function_diff_cmd,
    function_export_cmd, function_revisions_cmd, function_traffic_cmd, function_rollback_cmd, function_events_cmd,
    function_secret_cmd, function_build_cmd, function_runtimes_cmd, function_trigger_cmd, function_domain_cmd, function_rule_cmd;

#endif
