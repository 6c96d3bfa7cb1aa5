/* CPU time and memory from /proc, read when asked. */
#ifndef LOCAL_PROC_H
#define LOCAL_PROC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "local/meter.h"

/* A session of processes: what child_spawn starts. */
struct proc_session {
    pid_t id;
    double cpu_s;         /* of its living processes and the children they waited for */
    int64_t memory_bytes; /* resident, shared pages counted in each */
    int64_t processes;
};

/* Sorts the sessions by id and fills them in, in one pass over /proc (none when count is 0). */
void proc_sessions_fill(struct proc_session *sessions, size_t count);
const struct proc_session *proc_session_find(const struct proc_session *sorted, size_t count, pid_t id);

/* This process under the names that every Prometheus client uses: process_cpu_seconds_total and so on. */
struct proc_self_meter;
struct proc_self_meter *proc_self_meter_new(struct meter *meter);
void proc_self_meter_free(struct proc_self_meter *self);

#endif
