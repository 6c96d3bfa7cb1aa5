#include "local/energy.h"

#include <dirent.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"

/* What a machine of N cores draws when nothing is declared: a desktop processor's order of size. */
static const double BASE_WATTS = 5, IDLE_WATTS_CORE = 1, BUSY_WATTS_CORE = 6;

enum { SHORTEST_MS = 20 /* /proc/stat counts in ticks of 10 ms */ };

struct zone {
    char *name, *path; /* path of energy_uj */
    uint64_t range_uj; /* the counter begins again at 0 after this */
    uint64_t last_uj;
};

struct energy {
    char *proc_stat;
    struct zone *zones; /* RAPL's; none: the model */
    size_t n, cap;
    struct energy_zone *shown;
    struct energy_reading reading;
    bool is_idle_declared;
    double least_watts;        /* seen by RAPL */
    int64_t last_ms;           /* 0: no sample yet */
    double busy_s, capacity_s; /* of /proc/stat at the last sample */
};

static bool read_text(const char *folder, const char *file, struct str *s)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *path = path_join(folder, file);
    str_reset(s);
    if (file_read(path, s, &err) != 0)
        return false;
    while (s->len && s->buf[s->len - 1] == '\n')
        str_cut(s, s->len - 1);
    return true;
}

static bool read_number(const char *path, uint64_t *ret)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT_MAX(64);
    if (file_read(path, &text, &err) != 0)
        return false;
    if (text.len && text.buf[text.len - 1] == '\n')
        str_cut(&text, text.len - 1);
    long long value;
    if (!str_to_int(text.buf, 0, INT64_MAX, &value))
        return false;
    *ret = (uint64_t)value;
    return true;
}

/* Packages and memory do not overlap; "core" and "uncore" are parts of a package, "psys" holds it. */
static bool is_counted(const char *name) { return str_starts(name, "package") || str_eq(name, "dram"); }

static void add_zone(struct energy *energy, const char *powercap, const char *entry)
{
    CLEANUP(str_release) struct str name = STR_INIT_MAX(64);
    AUTOFREE char *folder = path_join(powercap, entry);
    if (!read_text(folder, "name", &name) || !is_counted(name.buf))
        return;
    struct zone zone = {0};
    AUTOFREE char *range = path_join(folder, "max_energy_range_uj");
    zone.path = path_join(folder, "energy_uj");
    if (!read_number(zone.path, &zone.last_uj) || !read_number(range, &zone.range_uj)) {
        free(zone.path);
        return;
    }
    /* "dram" of every package is called the same: intel-rapl:1:0 is dram-1. */
    zone.name = str_eq(name.buf, "dram")
                    ? xasprintf("dram-%.*s", (int)strcspn(entry + strlen("intel-rapl:"), ":"), entry + strlen("intel-rapl:"))
                    : xstrdup(name.buf);
    GROW(energy->zones, energy->n, energy->cap);
    energy->zones[energy->n++] = zone;
}

static void find_zones(struct energy *energy, const char *powercap)
{
    struct dirent **entries;
    int count = scandir(powercap, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (str_starts(entries[i]->d_name, "intel-rapl:"))
            add_zone(energy, powercap, entries[i]->d_name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static void set_watts(struct energy *energy, const struct energy_settings *settings)
{
    double cores = (double)sysconf(_SC_NPROCESSORS_ONLN);
    struct energy_reading *reading = &energy->reading;
    reading->idle_watts = settings->idle_watts > 0 ? settings->idle_watts : BASE_WATTS + IDLE_WATTS_CORE * cores;
    reading->max_watts = settings->max_watts > 0 ? settings->max_watts : BASE_WATTS + BUSY_WATTS_CORE * cores;
    reading->max_watts = num_max(reading->max_watts, reading->idle_watts);
    reading->is_default = !(settings->idle_watts > 0 && settings->max_watts > 0);
    energy->is_idle_declared = settings->idle_watts > 0;
}

struct energy *energy_new(const struct energy_settings *settings)
{
    struct energy *energy = xcalloc(1, sizeof(*energy));
    energy->proc_stat = xstrdup(settings->proc_stat ? settings->proc_stat : "/proc/stat");
    set_watts(energy, settings);
    find_zones(energy, settings->powercap ? settings->powercap : "/sys/class/powercap");

    size_t shown = energy->n ? energy->n : 1;
    energy->shown = xcalloc(shown, sizeof(*energy->shown));
    energy->shown[0].name = "machine";
    for (size_t i = 0; i < energy->n; i++)
        energy->shown[i].name = energy->zones[i].name;
    for (size_t i = 0; i < shown; i++)
        energy->shown[i].watts = NAN;
    energy->reading.source = energy->n ? "rapl" : "model";
    energy->reading.is_estimated = !energy->n;
    energy->reading.watts = NAN;
    energy->reading.zone_count = shown;
    energy->reading.zones = energy->shown;
    energy_sample(energy);
    return energy;
}

void energy_free(struct energy *energy)
{
    if (!energy)
        return;
    for (size_t i = 0; i < energy->n; i++) {
        free(energy->zones[i].name);
        free(energy->zones[i].path);
    }
    free(energy->zones);
    free(energy->shown);
    free(energy->proc_stat);
    free(energy);
}

/* "cpu  user nice system idle iowait irq softirq steal guest guest_nice" (proc(5)); guest time is in
 * user already; steal was not ours to use. */
static bool read_cpu(const struct energy *energy, double *ret_busy_s, double *ret_capacity_s)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT_MAX(1 << 20);
    if (file_read(energy->proc_stat, &text, &err) != 0 || !str_starts(text.buf, "cpu "))
        return false;
    str_cut(&text, strcspn(text.buf, "\n"));
    CLEANUP(strv_release) struct strv fields = STRV_INIT;
    strv_split(&fields, text.buf, " ");
    enum { USER = 1, IDLE = 4, IOWAIT = 5, SOFTIRQ = 7 };
    double busy = 0, all = 0;
    for (size_t i = USER; i <= SOFTIRQ; i++) {
        double ticks;
        if (i >= fields.n || !str_to_num(fields.v[i], &ticks))
            return false;
        all += ticks;
        busy += i == IDLE || i == IOWAIT ? 0 : ticks;
    }
    double hertz = (double)sysconf(_SC_CLK_TCK);
    *ret_busy_s = busy / hertz;
    *ret_capacity_s = all / hertz;
    return true;
}

static void add_joules(struct energy *energy, size_t zone, double joules, double seconds)
{
    struct energy_zone *shown = &energy->shown[zone];
    shown->joules += joules;
    shown->watts = joules / seconds;
    energy->reading.joules += joules;
}

static double sample_rapl(struct energy *energy, double seconds)
{
    double total = 0;
    for (size_t i = 0; i < energy->n; i++) {
        struct zone *zone = &energy->zones[i];
        uint64_t now;
        if (!read_number(zone->path, &now))
            continue;
        uint64_t used = now >= zone->last_uj ? now - zone->last_uj : zone->range_uj - zone->last_uj + now;
        zone->last_uj = now;
        add_joules(energy, i, (double)used / 1e6, seconds);
        total += (double)used / 1e6;
    }
    return total;
}

static double idle_watts(struct energy *energy, double watts)
{
    if (!energy->n || energy->is_idle_declared)
        return num_min(energy->reading.idle_watts, watts);
    energy->least_watts = energy->least_watts > 0 ? num_min(energy->least_watts, watts) : watts;
    return energy->reading.idle_watts = energy->least_watts;
}

static double sample_model(struct energy *energy, double seconds, double utilisation)
{
    const struct energy_reading *reading = &energy->reading;
    double joules = (reading->idle_watts + (reading->max_watts - reading->idle_watts) * utilisation) * seconds;
    add_joules(energy, 0, joules, seconds);
    return joules;
}

struct energy_interval energy_sample(struct energy *energy)
{
    struct energy_interval interval = {0};
    int64_t now = clock_mono_ms();
    if (energy->last_ms && now - energy->last_ms < SHORTEST_MS)
        return interval;

    double busy = energy->busy_s, capacity = energy->capacity_s;
    bool is_known = read_cpu(energy, &busy, &capacity);
    double busy_s = num_max(busy - energy->busy_s, 0), capacity_s = num_max(capacity - energy->capacity_s, 0);
    energy->busy_s = busy;
    energy->capacity_s = capacity;
    bool is_first = !energy->last_ms;
    double seconds = (double)(now - energy->last_ms) / 1e3;
    energy->last_ms = now;
    if (is_first)
        return interval;

    double utilisation = is_known && capacity_s > 0 ? num_min(busy_s / capacity_s, 1) : 0;
    interval.seconds = seconds;
    interval.joules = energy->n ? sample_rapl(energy, seconds) : sample_model(energy, seconds, utilisation);
    energy->reading.watts = interval.joules / seconds;
    interval.idle_joules = idle_watts(energy, energy->reading.watts) * seconds;
    interval.busy_s = busy_s;
    interval.capacity_s = capacity_s > 0 ? capacity_s : seconds * (double)sysconf(_SC_NPROCESSORS_ONLN);
    return interval;
}

const struct energy_reading *energy_last(const struct energy *energy) { return &energy->reading; }

double energy_share(const struct energy_interval *interval, double cpu_s)
{
    if (!(interval->capacity_s > 0) || !(cpu_s > 0))
        return 0;
    /* Ticks are coarse: a workload may be seen with more time than the whole machine had. */
    double of_capacity = num_min(cpu_s / interval->capacity_s, 1);
    double of_busy = num_min(cpu_s / num_max(interval->busy_s, cpu_s), 1);
    return interval->idle_joules * of_capacity + (interval->joules - interval->idle_joules) * of_busy;
}
