/* What the verbs of `aiwf gpu` share: see cmd_gpu.c. */
#ifndef CMD_GPU_H
#define CMD_GPU_H

#include "cmd.h"
#include "gpu/gpu.h"
#include "gpu/idle.h"
#include "kube/kube.h"
#include "train.h"

/* A cluster's GPUs, as one look has them. */
struct gpu_look {
    struct kube kube;
    struct gpu_inventory inventory;
    struct gpu_measured measured;
};
/* over_ms: as gpu_measure's. prometheus: --prometheus, or NULL. */
int gpu_look(struct cli *cli, const char *prometheus, int64_t over_ms, struct gpu_look *ret, struct err *err);
void gpu_look_release(struct gpu_look *look);
DEFINE_CLEANUP(struct gpu_look, gpu_look_release)

/* USAGE in the context local, whose GPUs are not shared. */
int gpu_kube(struct cli *cli, struct kube *ret, struct err *err);
/* "-o table", "wide" and the like: other formats have no fields made for people. */
bool gpu_is_for_people(const struct cli *cli);

#define PROMETHEUS_OPT(type_)                                                               \
    {                                                                                       \
        .name = "prometheus", .type = OPT_STRING, OPT(type_, prometheus), .metavar = "URL", \
        .help = "who has dcgm-exporter's figures (usual: the context's)",                   \
    }

extern const struct cmd gpu_idle_cmd, gpu_reclaim_cmd; /* gpu_idle.c */
extern const struct cmd gpu_share_cmd;                 /* gpu_share.c */

/* gpu_local.c: the rows of `gpu list` in the context local: what its jobs hold, and what is left. The caller frees. */
node_t *gpu_local_rows(struct cli *cli, struct err *err);
/* As gpu_judge's, of jobs of the local gateway and by what it has seen itself. The caller frees. */
node_t *gpu_local_judged(struct cli *cli, const struct gpu_rule *rule, struct err *err);

/* How what a plan names is had back. */
struct gpu_reclaimer {
    int (*take)(const node_t *item, void *arg, struct err *err);
    size_t (*left)(const node_t *item, void *arg, struct err *err); /* so many hold theirs still; with err set: it is not known */
    void *arg;
};
/* Of gpu_local_judged's rows as gpu_reclaim_plan's; a job is cancelled. */
node_t *gpu_local_plan(const node_t *judged, const struct strv *names, struct err *err);
int gpu_local_take(const node_t *item, void *train_env, struct err *err);
size_t gpu_local_left(const node_t *item, void *train_env, struct err *err);
/* Whether the context is local, and names no cluster. */
bool gpu_is_local(const struct cli *cli);

#endif
