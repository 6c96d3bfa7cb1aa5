/* What the gateway knows of itself and its workloads: metrics, energy, GPUs, and CPU time, memory and
 * energy of each function and job. One for the daemon; /metrics is vitals_print. */
#ifndef LOCAL_VITALS_H
#define LOCAL_VITALS_H

#include <stdint.h>
#include <sys/types.h>

#include "doc/node.h"
#include "local/energy.h"
#include "local/gpu.h"
#include "local/loop.h"
#include "local/meter.h"

struct vitals;
struct workload; /* a function or a job, with its processes */

/* loop: for the slow timer, which runs only while a workload does; NULL: none. */
struct vitals *vitals_new(const struct energy_settings *settings, struct loop *loop);
void vitals_free(struct vitals *vitals);

struct meter *vitals_meter(struct vitals *vitals); /* register your families here */
struct gpus *vitals_gpus(struct vitals *vitals);

/* The workload of this kind ("function", "job") and name, made when first asked for; it lives until
 * workload_forget. */
struct workload *vitals_workload(struct vitals *vitals, const char *kind, const char *name);
void workload_forget(struct workload *workload);
/* Its processes, by the pid of a child's leader (child.h: also the session's id). Cheap: nothing is
 * read. `cpu_s` is the child's total, from child_end. */
void workload_started(struct workload *workload, pid_t pid);
void workload_ended(struct workload *workload, pid_t pid, double cpu_s);

/* Reads /proc and the energy now, and gives every workload its share. Called by vitals_print, at a
 * job's start and end, and by the slow timer. */
enum { VITALS_SAMPLE_MS = 10000 };
void vitals_sample(struct vitals *vitals);

struct usage {
    double cpu_s;         /* since it is known, ended processes included */
    double energy_j;      /* attributed */
    int64_t memory_bytes; /* resident, at the last sample */
    int64_t processes;
};
struct usage workload_usage(const struct workload *workload);

/* What one waiting instance of a workload draws, W: its resident memory's share of the machine's memory,
 * of the machine's idle power. By the last sample; 0 when it has no process then. */
double vitals_idle_watts(const struct vitals *vitals, const char *kind, const char *name);

const char *vitals_energy_source(const struct vitals *vitals); /* "rapl" or "model" */

/* The whole of /metrics, sampled now. */
void vitals_print(struct vitals *vitals, struct str *s);
/* {"source","estimated","watts","joules","idle_watts","max_watts","declared"}: for /system/aiwf/status. */
node_t *vitals_energy_json(struct vitals *vitals);

#endif
