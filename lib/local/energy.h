/* The machine's energy: RAPL counters where the kernel shows them, otherwise a model from CPU
 * utilisation and declared watts. Nothing is read but by energy_sample. */
#ifndef LOCAL_ENERGY_H
#define LOCAL_ENERGY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct energy;

struct energy_settings {
    double idle_watts, max_watts; /* declared; 0: a default by the number of cores */
    const char *powercap;         /* NULL: /sys/class/powercap */
    const char *proc_stat;        /* NULL: /proc/stat */
};

struct energy_zone {
    const char *name; /* "package-0", "dram-0", "psys", "machine" */
    double joules;    /* since energy_new */
    double watts;     /* mean between the last two samples */
};

/* What the last sample gave. */
struct energy_reading {
    const char *source; /* "rapl" or "model" */
    bool is_estimated;
    double watts;                 /* mean between the last two samples; NaN before the second */
    double joules;                /* since energy_new, over all zones */
    double idle_watts, max_watts; /* of the model; for rapl: idle is declared or the least seen */
    bool is_default;              /* the watts were not declared */
    size_t zone_count;
    const struct energy_zone *zones; /* until the next sample */
};

/* One interval between two samples, from which workloads get their share. */
struct energy_interval {
    double seconds;
    double joules;
    double idle_joules; /* what the machine would have used anyway */
    double busy_s;      /* CPU time used by anything */
    double capacity_s;  /* CPU time there was */
};

struct energy *energy_new(const struct energy_settings *settings);
void energy_free(struct energy *energy);
/* Reads now. The interval since the previous sample (zeros at the first). */
struct energy_interval energy_sample(struct energy *energy);
const struct energy_reading *energy_last(const struct energy *energy);

/* A workload's part of an interval in which it used cpu_s: of the energy above idle by its share of
 * the busy time, of the idle energy by its share of the capacity. */
double energy_share(const struct energy_interval *interval, double cpu_s);

#endif
