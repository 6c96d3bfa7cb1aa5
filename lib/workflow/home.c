#include "workflow/home.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "workflow/spec.h"

static char *dir_of(const char *name)
{
    AUTOFREE char *part = xasprintf("workflows/%s", name);
    return path_state(part);
}

char *home_path(const struct home *home, const char *a, const char *b)
{
    return b ? xasprintf("%s/%s/%s", home->dir, a, b) : path_join(home->dir, a);
}

static pid_t read_pid(int fd)
{
    char text[32] = "";
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    long long pid = 0;
    if (n <= 0)
        return 0;
    text[strcspn(text, "\n")] = '\0';
    return str_to_int(text, 1, INT32_MAX, &pid) ? (pid_t)pid : 0;
}

pid_t home_runner(const char *name)
{
    AUTOFREE char *dir = dir_of(name);
    AUTOFREE char *path = path_join(dir, "lock");
    AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_SH | LOCK_NB) == 0)
        return 0;
    return read_pid(fd);
}

static int locked_by_other(const char *name, struct err *err)
{
    pid_t pid = home_runner(name);
    err_clear(err);
    if (pid)
        err_set(err, ERR_CONFLICT, "workflow %s is being run by process %d", name, pid);
    else
        err_set(err, ERR_CONFLICT, "workflow %s is being run by another process", name);
    return err_hint(err, "aiwf workflow status %s, or aiwf workflow cancel %s", name, name);
}

static int take_lock(struct home *home, struct err *err)
{
    AUTOFREE char *path = home_path(home, "lock", NULL);
    home->lock = file_lock(path, 0, err);
    if (home->lock < 0)
        return err->code == ERR_CONFLICT ? locked_by_other(home->name, err) : -1;
    char text[32];
    int len = snprintf(text, sizeof(text), "%d\n", getpid());
    if (ftruncate(home->lock, 0) != 0 || pwrite(home->lock, text, (size_t)len, 0) != len)
        return err_sys(err, ERR_FAILED, "cannot write %s", path);
    return 0;
}

static int unknown(const char *name, struct err *err)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    home_names(&names);
    err_set(err, ERR_NOT_FOUND, "workflow \"%s\" never ran here", name);
    const char *nearest = str_nearest(name, (const char *const *)names.v, names.n);
    return nearest ? err_hint(err, "did you mean \"%s\"?", nearest) : err_hint(err, "aiwf workflow list");
}

int home_open(struct home *ret, const char *name, bool write, struct err *err)
{
    if (!workflow_name_ok(name))
        return unknown(name, err);
    CLEANUP(home_release) struct home home = HOME_INIT;
    home.name = xstrdup(name);
    home.dir = dir_of(name);
    if (write && take_lock(&home, err) != 0)
        return -1;
    AUTOFREE char *journal = home_path(&home, "journal.ndjson", NULL);
    if (!write && !file_exists(journal))
        return unknown(name, err);
    if (journal_open(&home.journal, journal, write, err) != 0)
        return -1;
    *ret = home;
    home = HOME_INIT;
    return 0;
}

void home_release(struct home *home)
{
    if (home->lock >= 0)
        close(home->lock);
    journal_release(&home->journal);
    free(home->name);
    free(home->dir);
    *home = HOME_INIT;
}

static int check_ended(const struct home *home, struct err *err)
{
    bool ended = true;
    if (!journal_run(&home->journal, &ended) || ended)
        return 0;
    err_set(err, ERR_CONFLICT, "workflow %s was interrupted: its jobs may run on", home->name);
    return err_hint(err, "aiwf workflow cancel %s, then delete it", home->name);
}

static void add_functions(const struct home *home, struct strv *names)
{
    CLEANUP(node_free) node_t *status = home_status(home);
    for (const node_t *stage = node_first(node_get(status, "stages")); stage; stage = node_next(stage))
        if (node_str(stage, "/function", NULL))
            strv_add(names, node_str(stage, "/function", ""));
}

/* Held for writing, so that nobody begins a run meanwhile. */
static int open_ended(struct home *ret, const char *name, struct err *err)
{
    CLEANUP(home_release) struct home known = HOME_INIT;
    if (home_open(&known, name, false, err) != 0 || home_open(ret, name, true, err) != 0)
        return -1;
    return check_ended(ret, err);
}

int home_can_delete(const char *name, struct err *err)
{
    CLEANUP(home_release) struct home home = HOME_INIT;
    return open_ended(&home, name, err);
}

int home_delete(const char *name, struct strv *ret_functions, struct err *err)
{
    CLEANUP(home_release) struct home home = HOME_INIT;
    AUTOFREE char *hidden = xasprintf(".%s", name);
    AUTOFREE char *gone = dir_of(hidden); /* what a kill left there goes with it */
    if (open_ended(&home, name, err) != 0)
        return -1;
    add_functions(&home, ret_functions);
    if (dir_remove(gone, err) != 0)
        return -1;
    if (rename(home.dir, gone) != 0)
        return err_sys(err, ERR_FAILED, "cannot delete workflow %s", name);
    return dir_remove(gone, err);
}

void home_names(struct strv *names)
{
    AUTOFREE char *path = path_state("workflows");
    DIR *dir = opendir(path);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        if (!workflow_name_ok(entry->d_name))
            continue;
        AUTOFREE char *journal = xasprintf("%s/%s/journal.ndjson", path, entry->d_name);
        if (file_exists(journal))
            strv_add(names, entry->d_name);
    }
    if (dir)
        closedir(dir);
    strv_sort(names);
}

node_t *home_status(const struct home *home)
{
    bool is_live = home->lock >= 0 || home_runner(home->name) != 0;
    node_t *status = journal_status(&home->journal, home->name, is_live);
    for (const node_t *stage = node_first(node_get(status, "stages")); stage; stage = node_next(stage))
        for (node_t *output = node_first(node_get(stage, "outputs")); output; output = node_next(output)) {
            AUTOFREE char *path = home_path(home, "objects", node_str(output, "/hash", ""));
            node_set_str(output, "path", path);
        }
    return status;
}
