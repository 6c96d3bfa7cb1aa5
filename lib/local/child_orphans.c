/* Finding processes again by the mark in their environment. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "local/child.h"

enum {
    ENVIRON_BYTES = 64 << 10, /* the marks are the first variables that we set */
    SWEEPS = 20,              /* a process may fork while we look */
    END_MS = 500,             /* a killed process is gone in no time, unless its disk hangs */
};

/* The fields of /proc/PID/stat after the command's name, which may hold anything. */
static int stat_fields(pid_t pid, struct str *text, const char **ret)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *path = xasprintf("/proc/%d/stat", (int)pid);
    if (file_read(path, text, &err) != 0)
        return -1;
    const char *name_end = strrchr(text->buf, ')');
    if (!name_end || name_end[1] != ' ')
        return -1;
    *ret = name_end + 2;
    return 0;
}

/* Field `number` as proc(5) counts, from 3 (state) on; -1: not there. */
static long long stat_field(pid_t pid, int number)
{
    CLEANUP(str_release) struct str text = STR_INIT_MAX(4096);
    const char *fields;
    if (stat_fields(pid, &text, &fields) != 0)
        return -1;
    CLEANUP(strv_release) struct strv list = STRV_INIT;
    strv_split(&list, fields, " \n");
    long long value = -1;
    size_t index = (size_t)(number - 3);
    return index < list.n && str_to_int(list.v[index], 0, INT64_MAX, &value) ? value : -1;
}

uint64_t child_start_ticks(pid_t pid)
{
    long long ticks = stat_field(pid, 22);
    return ticks > 0 ? (uint64_t)ticks : 0;
}

static bool is_marked(pid_t pid, const struct map *marks)
{
    AUTOFREE char *path = xasprintf("/proc/%d/environ", (int)pid);
    AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    AUTOFREE char *text = xmalloc(ENVIRON_BYTES + 1);
    size_t len = 0;
    for (ssize_t n; len < ENVIRON_BYTES && (n = read(fd, text + len, ENVIRON_BYTES - len)) > 0;)
        len += (size_t)n;
    text[len] = '\0';
    for (const char *p = text; p < text + len; p += strlen(p) + 1)
        if (str_starts(p, "AIWF_LOCAL_") && map_has(marks, p))
            return true;
    return false;
}

static bool is_ancestor(pid_t pid)
{
    for (long long p = getpid(); p > 1; p = stat_field((pid_t)p, 4))
        if (p == pid)
            return true;
    return false;
}

/* Through a pidfd, so that a number taken over by another process in between is not hit. */
static bool end_process(pid_t pid, const struct map *marks)
{
    AUTOCLOSE int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0 || !is_marked(pid, marks) || syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) != 0)
        return false;
    struct pollfd gone = {.fd = pidfd, .events = POLLIN};
    poll(&gone, 1, END_MS);
    return true;
}

static int sweep(const struct map *marks)
{
    DIR *proc = opendir("/proc");
    if (!proc)
        return 0;
    int ended = 0;
    for (const struct dirent *entry; (entry = readdir(proc));) {
        long long pid;
        if (!isdigit((unsigned char)entry->d_name[0]) || !str_to_int(entry->d_name, 2, INT32_MAX, &pid))
            continue;
        if (is_marked((pid_t)pid, marks) && !is_ancestor((pid_t)pid) && end_process((pid_t)pid, marks))
            ended++;
    }
    closedir(proc);
    return ended;
}

static int end_marked(const struct map *marks)
{
    int total = 0;
    for (int i = 0; i < SWEEPS; i++) {
        int ended = sweep(marks);
        if (!ended)
            break;
        total += ended;
    }
    return total;
}

static void mark(struct map *marks, const char *variable, const char *value)
{
    AUTOFREE char *pair = xasprintf("%s=%s", variable, value);
    map_set(marks, pair, NULL);
}

int child_end_orphans(const char *owner)
{
    CLEANUP(map_release) struct map marks = MAP_INIT(NULL);
    mark(&marks, "AIWF_LOCAL_OWNER", owner);
    return end_marked(&marks);
}

int child_end_marked(const struct strv *list)
{
    CLEANUP(map_release) struct map marks = MAP_INIT(NULL);
    for (size_t i = 0; i < list->n; i++)
        mark(&marks, "AIWF_LOCAL_RUN", list->v[i]);
    return list->n ? end_marked(&marks) : 0;
}
