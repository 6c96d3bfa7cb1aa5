#include "local/vitals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "base/num.h"
#include "local/proc.h"

struct workload {
    struct vitals *vitals;
    char *key, *kind, *name;
    pid_t *pids; /* of leaders: sessions */
    size_t n, cap;
    double ended_cpu_s;  /* of processes that are gone */
    double seen_cpu_s;   /* total at the last sample */
    double shared_cpu_s; /* what energy_j stands for */
    double energy_j;
    int64_t memory_bytes, processes;
};

struct vitals {
    struct meter *meter;
    struct energy *energy;
    struct gpus *gpus;
    struct map workloads;    /* "kind/name" */
    double joules_per_cpu_s; /* of the last interval, for what no sample has seen yet */
    struct family *cpu, *memory, *workload_energy, *joules, *watts;
    struct proc_self_meter *self;
    struct timer *timer; /* NULL: none */
    bool is_ticking;
};

static const char *const workload_labels[] = {"kind", "name", NULL};
static const char *const energy_labels[] = {"source", "zone", "estimated", NULL};
static const char *const workload_energy_labels[] = {"kind", "name", "source", NULL};

static const struct family_info cpu_info = {.name = "aiwf_process_cpu_seconds_total",
                                            .help = "CPU time used by a function's or job's processes.",
                                            .kind = METER_COUNTER,
                                            .labels = workload_labels};
static const struct family_info memory_info = {.name = "aiwf_process_resident_memory_bytes",
                                               .help = "Resident memory of a function's or job's processes.",
                                               .kind = METER_GAUGE,
                                               .labels = workload_labels};
static const struct family_info workload_energy_info = {.name = "aiwf_workload_energy_joules_total",
                                                        .help = "Energy attributed to a function or job by its CPU time.",
                                                        .kind = METER_COUNTER,
                                                        .labels = workload_energy_labels};
static const struct family_info joules_info = {.name = "aiwf_energy_joules_total",
                                               .help = "Energy used by this machine since the gateway started.",
                                               .kind = METER_COUNTER,
                                               .labels = energy_labels};
static const struct family_info watts_info = {.name = "aiwf_power_watts",
                                              .help = "Mean power of this machine between the last two samples.",
                                              .kind = METER_GAUGE,
                                              .labels = energy_labels};

static void workload_free(void *arg)
{
    struct workload *workload = arg;
    free(workload->key);
    free(workload->kind);
    free(workload->name);
    free(workload->pids);
    free(workload);
}

static void scrape(void *arg);

static size_t count_runs(const struct vitals *vitals)
{
    size_t count = 0;
    for (struct map_entry *e = map_first(&vitals->workloads); e; e = map_next(&vitals->workloads, e))
        count += ((const struct workload *)e->value)->n;
    return count;
}

static void tick(void *arg)
{
    struct vitals *vitals = arg;
    vitals_sample(vitals);
    vitals->is_ticking = count_runs(vitals) > 0;
    if (vitals->is_ticking)
        timer_set(vitals->timer, VITALS_SAMPLE_MS);
}

struct vitals *vitals_new(const struct energy_settings *settings, struct loop *loop)
{
    struct vitals *vitals = xcalloc(1, sizeof(*vitals));
    vitals->meter = meter_new();
    vitals->energy = energy_new(settings);
    vitals->gpus = gpus_open();
    vitals->workloads = MAP_INIT(workload_free);
    const struct energy_reading *reading = energy_last(vitals->energy);
    vitals->joules_per_cpu_s = reading->max_watts / (double)sysconf(_SC_NPROCESSORS_ONLN);
    vitals->cpu = meter_family(vitals->meter, &cpu_info);
    vitals->memory = meter_family(vitals->meter, &memory_info);
    vitals->workload_energy = meter_family(vitals->meter, &workload_energy_info);
    vitals->joules = meter_family(vitals->meter, &joules_info);
    vitals->watts = meter_family(vitals->meter, &watts_info);
    meter_on_scrape(vitals->meter, scrape, vitals);
    gpus_register(vitals->gpus, vitals->meter);
    vitals->self = proc_self_meter_new(vitals->meter);
    vitals->timer = loop ? timer_new(loop, tick, vitals) : NULL;
    return vitals;
}

void vitals_free(struct vitals *vitals)
{
    if (!vitals)
        return;
    map_release(&vitals->workloads);
    meter_free(vitals->meter);
    gpus_free(vitals->gpus);
    energy_free(vitals->energy);
    proc_self_meter_free(vitals->self);
    timer_free(vitals->timer);
    free(vitals);
}

struct meter *vitals_meter(struct vitals *vitals) { return vitals->meter; }
struct gpus *vitals_gpus(struct vitals *vitals) { return vitals->gpus; }

struct workload *vitals_workload(struct vitals *vitals, const char *kind, const char *name)
{
    AUTOFREE char *key = xasprintf("%s/%s", kind, name);
    struct workload *workload = map_get(&vitals->workloads, key);
    if (workload)
        return workload;
    workload = xcalloc(1, sizeof(*workload));
    workload->vitals = vitals;
    workload->kind = xstrdup(kind);
    workload->name = xstrdup(name);
    workload->key = TAKE(key);
    map_set(&vitals->workloads, workload->key, workload);
    return workload;
}

void workload_forget(struct workload *workload)
{
    if (!workload)
        return;
    AUTOFREE char *key = xstrdup(workload->key);
    map_delete(&workload->vitals->workloads, key);
}

void workload_started(struct workload *workload, pid_t pid)
{
    GROW(workload->pids, workload->n, workload->cap);
    workload->pids[workload->n++] = pid;
    struct vitals *vitals = workload->vitals;
    if (vitals->timer && !vitals->is_ticking) {
        vitals->is_ticking = true;
        timer_set(vitals->timer, VITALS_SAMPLE_MS);
    }
}

void workload_ended(struct workload *workload, pid_t pid, double cpu_s)
{
    for (size_t i = 0; i < workload->n; i++)
        if (workload->pids[i] == pid) {
            workload->pids[i] = workload->pids[--workload->n];
            workload->ended_cpu_s += cpu_s;
            return;
        }
}

/* All running sessions, sorted, with what /proc says of each. */
static struct proc_session *look_at_sessions(const struct vitals *vitals, size_t *ret_count)
{
    size_t count = count_runs(vitals);
    struct proc_session *sessions = xcalloc(count + 1, sizeof(*sessions));
    size_t n = 0;
    for (struct map_entry *e = map_first(&vitals->workloads); e; e = map_next(&vitals->workloads, e)) {
        const struct workload *workload = e->value;
        for (size_t i = 0; i < workload->n; i++)
            sessions[n++].id = workload->pids[i];
    }
    proc_sessions_fill(sessions, n);
    *ret_count = n;
    return sessions;
}

static void see(struct workload *workload, const struct proc_session *sessions, size_t count)
{
    double cpu_s = workload->ended_cpu_s;
    workload->memory_bytes = workload->processes = 0;
    for (size_t i = 0; i < workload->n; i++) {
        const struct proc_session *session = proc_session_find(sessions, count, workload->pids[i]);
        if (!session)
            continue;
        cpu_s += session->cpu_s;
        workload->memory_bytes += session->memory_bytes;
        workload->processes += session->processes;
    }
    /* /proc's ticks may say a little more of a process than what it is charged for at its end. */
    workload->seen_cpu_s = num_max(cpu_s, workload->seen_cpu_s);
}

void vitals_sample(struct vitals *vitals)
{
    struct energy_interval interval = energy_sample(vitals->energy);
    gpus_note(vitals->gpus);
    size_t count;
    AUTOFREE struct proc_session *sessions = look_at_sessions(vitals, &count);
    if (interval.seconds > 0)
        vitals->joules_per_cpu_s = energy_share(&interval, num_max(interval.busy_s, 0.01)) / num_max(interval.busy_s, 0.01);
    for (struct map_entry *e = map_first(&vitals->workloads); e; e = map_next(&vitals->workloads, e)) {
        struct workload *workload = e->value;
        see(workload, sessions, count);
        if (!(interval.seconds > 0))
            continue;
        workload->energy_j += energy_share(&interval, workload->seen_cpu_s - workload->shared_cpu_s);
        workload->shared_cpu_s = workload->seen_cpu_s;
    }
}

struct usage workload_usage(const struct workload *workload)
{
    double cpu_s = num_max(workload->seen_cpu_s, workload->ended_cpu_s);
    double unshared_s = cpu_s - workload->shared_cpu_s;
    return (struct usage){
        .cpu_s = cpu_s,
        .energy_j = workload->energy_j + unshared_s * workload->vitals->joules_per_cpu_s,
        .memory_bytes = workload->memory_bytes,
        .processes = workload->processes,
    };
}

static void scrape_energy(struct vitals *vitals)
{
    const struct energy_reading *reading = energy_last(vitals->energy);
    for (size_t i = 0; i < reading->zone_count; i++) {
        const struct energy_zone *zone = &reading->zones[i];
        const char *values[] = {reading->source, zone->name, reading->is_estimated ? "true" : "false"};
        series_set(family_series(vitals->joules, values), zone->joules);
        if (!isnan(zone->watts))
            series_set(family_series(vitals->watts, values), zone->watts);
    }
}

static void scrape(void *arg)
{
    struct vitals *vitals = arg;
    vitals_sample(vitals);
    scrape_energy(vitals);
    family_clear(vitals->cpu);
    family_clear(vitals->memory);
    family_clear(vitals->workload_energy);
    const char *source = vitals_energy_source(vitals);
    for (struct map_entry *e = map_first(&vitals->workloads); e; e = map_next(&vitals->workloads, e)) {
        const struct workload *workload = e->value;
        const char *values[] = {workload->kind, workload->name, source};
        series_set(family_series(vitals->cpu, values), workload->seen_cpu_s);
        series_set(family_series(vitals->memory, values), (double)workload->memory_bytes);
        series_set(family_series(vitals->workload_energy, values), workload->energy_j);
    }
}

double vitals_idle_watts(const struct vitals *vitals, const char *kind, const char *name)
{
    AUTOFREE char *key = xasprintf("%s/%s", kind, name);
    const struct workload *workload = map_get(&vitals->workloads, key);
    if (!workload || !workload->n)
        return 0;
    double machine_bytes = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    double instance_bytes = (double)workload->memory_bytes / (double)workload->n;
    return energy_last(vitals->energy)->idle_watts * num_min(instance_bytes / machine_bytes, 1);
}

const char *vitals_energy_source(const struct vitals *vitals) { return energy_last(vitals->energy)->source; }

void vitals_print(struct vitals *vitals, struct str *s) { meter_print(vitals->meter, s); }

node_t *vitals_energy_json(struct vitals *vitals)
{
    vitals_sample(vitals);
    const struct energy_reading *reading = energy_last(vitals->energy);
    node_t *node = node_new_object();
    node_set_str(node, "source", reading->source);
    node_set_bool(node, "estimated", reading->is_estimated);
    node_set_num(node, "watts", reading->watts);
    node_set_num(node, "joules", reading->joules);
    node_set_num(node, "idle_watts", reading->idle_watts);
    node_set(node, "max_watts", reading->is_estimated ? node_new_num(reading->max_watts) : node_new_null());
    node_set_bool(node, "declared", !reading->is_default);
    return node;
}
