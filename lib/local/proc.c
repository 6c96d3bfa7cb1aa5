#include "local/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

/* /proc/PID/stat's fields after the name, as proc(5) numbers them. */
enum { FIELD_FIRST = 3, FIELD_SESSION = 6, FIELD_UTIME = 14, FIELD_CSTIME = 17, FIELD_RSS = 24, FIELD_LAST = 24 };

static bool read_stat(const char *pid, long long fields[FIELD_LAST + 1])
{
    char path[64], text[1024];
    snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
    AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (len <= 0)
        return false;
    text[len] = '\0';
    const char *p = strrchr(text, ')');
    if (!p || strlen(p) < 4)
        return false;
    p += 3; /* the state's letter */
    for (int i = FIELD_FIRST + 1; i <= FIELD_LAST; i++) {
        p = strchr(p, ' ');
        if (!p)
            return false;
        char *end;
        fields[i] = strtoll(++p, &end, 10);
        p = end;
    }
    return true;
}

static int compare_ids(const void *a, const void *b)
{
    const struct proc_session *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

const struct proc_session *proc_session_find(const struct proc_session *sorted, size_t count, pid_t id)
{
    struct proc_session key = {.id = id};
    return count ? bsearch(&key, sorted, count, sizeof(*sorted), compare_ids) : NULL;
}

static void add_process(struct proc_session *sessions, size_t count, const char *pid)
{
    long long fields[FIELD_LAST + 1];
    if (!read_stat(pid, fields))
        return;
    struct proc_session key = {.id = (pid_t)fields[FIELD_SESSION]};
    struct proc_session *session = bsearch(&key, sessions, count, sizeof(*sessions), compare_ids);
    if (!session)
        return;
    double ticks = 0;
    for (int i = FIELD_UTIME; i <= FIELD_CSTIME; i++)
        ticks += (double)fields[i];
    session->cpu_s += ticks / (double)sysconf(_SC_CLK_TCK);
    session->memory_bytes += fields[FIELD_RSS] * sysconf(_SC_PAGESIZE);
    session->processes++;
}

void proc_sessions_fill(struct proc_session *sessions, size_t count)
{
    DIR *proc = count ? opendir("/proc") : NULL;
    if (!proc)
        return;
    qsort(sessions, count, sizeof(*sessions), compare_ids);
    for (const struct dirent *entry; (entry = readdir(proc));)
        if (isdigit((unsigned char)entry->d_name[0]))
            add_process(sessions, count, entry->d_name);
    closedir(proc);
}

static const struct family_info cpu_info = {
    .name = "process_cpu_seconds_total", .help = "Total user and system CPU time spent in seconds.", .kind = METER_COUNTER};
static const struct family_info memory_info = {
    .name = "process_resident_memory_bytes", .help = "Resident memory size in bytes.", .kind = METER_GAUGE};
static const struct family_info start_info = {
    .name = "process_start_time_seconds", .help = "Start time of the process since unix epoch in seconds.", .kind = METER_GAUGE};
static const struct family_info files_info = {
    .name = "process_open_fds", .help = "Number of open file descriptors.", .kind = METER_GAUGE};
static const struct family_info max_files_info = {
    .name = "process_max_fds", .help = "Maximum number of open file descriptors.", .kind = METER_GAUGE};

struct proc_self_meter {
    struct series *cpu, *memory, *files, *max_files;
};

static size_t count_files(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (!folder)
        return 0;
    for (const struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count - 1; /* without the one that lists them */
}

static void scrape(void *arg)
{
    const struct proc_self_meter *self = arg;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    series_set(self->cpu, (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                              (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    long long fields[FIELD_LAST + 1];
    if (read_stat("self", fields))
        series_set(self->memory, (double)fields[FIELD_RSS] * (double)sysconf(_SC_PAGESIZE));
    series_set(self->files, (double)count_files());
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        series_set(self->max_files, (double)limit.rlim_cur);
}

struct proc_self_meter *proc_self_meter_new(struct meter *meter)
{
    struct proc_self_meter *self = xcalloc(1, sizeof(*self));
    const char *const none[] = {NULL};
    self->cpu = family_series(meter_family(meter, &cpu_info), none);
    self->memory = family_series(meter_family(meter, &memory_info), none);
    self->files = family_series(meter_family(meter, &files_info), none);
    self->max_files = family_series(meter_family(meter, &max_files_info), none);
    series_set(family_series(meter_family(meter, &start_info), none), (double)clock_wall_ms() / 1e3);
    meter_on_scrape(meter, scrape, self);
    return self;
}

void proc_self_meter_free(struct proc_self_meter *self) { free(self); }
