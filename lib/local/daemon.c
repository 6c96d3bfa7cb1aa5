#include "local/daemon.h"

#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/sig.h"
#include "local/async.h"
#include "local/child.h"
#include "local/functions.h"
#include "local/job.h"
#include "local/leftovers.h"
#include "local/loop.h"
#include "local/pool.h"
#include "local/server.h"
#include "local/vitals.h"
#include "version.h"

enum { PASSWORD_BYTES = 24, PASSWORD_MAX = 256, LOCK_WAIT_MS = 100 };

static const struct route *const tables[] = {routes_openfaas, routes_logs, routes_functions, routes_async,
                                             routes_status,   routes_jobs, routes_pools,     NULL};

/* One descriptor a connection: as many as we may. */
static void raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int make_password(const char *path, struct err *err)
{
    unsigned char random[PASSWORD_BYTES];
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return err_sys(err, ERR_FAILED, "cannot make a password");
    CLEANUP(str_release) struct str text = STR_INIT;
    for (size_t i = 0; i < sizeof(random); i++)
        str_addf(&text, "%02x", random[i]);
    return file_write_atomic(path, text.buf, text.len, 0600, err);
}

/* Kept over restarts, so that logins stay good. The caller frees. */
static char *load_password(const char *path, struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT_MAX(PASSWORD_MAX);
    if (!file_exists(path) && make_password(path, err) != 0)
        return NULL;
    if (file_read(path, &text, err) != 0)
        return NULL;
    str_cut(&text, strcspn(text.buf, "\r\n"));
    if (!text.len) {
        err_set(err, ERR_FAILED, "the password file %s is empty", path);
        err_hint(err, "remove it: a new one is made");
        return NULL;
    }
    return str_detach(&text);
}

static int take_lock(const char *state_dir, struct err *err)
{
    AUTOFREE char *path = path_join(state_dir, "lock");
    int fd = file_lock(path, LOCK_WAIT_MS, err);
    if (fd < 0 && err->code == ERR_CONFLICT) {
        err_set(err, ERR_CONFLICT, "a local gateway already runs with the state folder %s", state_dir);
        err_hint(err, "aiwf local status");
    }
    return fd;
}

static int write_gateway_json(const struct daemon *daemon, const char *path, const char *password_file, struct err *err)
{
    CLEANUP(node_free) node_t *doc = node_new_object();
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str started = STR_INIT;
    rfc3339_print(&started, daemon->started_ms);
    AUTOFREE char *metrics = xasprintf("%s/metrics", daemon->url);
    node_set_str(doc, "gateway", daemon->url);
    node_set_str(doc, "metrics", metrics);
    node_set_num(doc, "pid", getpid());
    node_set_num(doc, "start_ticks", (double)child_start_ticks(getpid()));
    node_set_str(doc, "user", "admin");
    node_set_str(doc, "password_file", password_file);
    node_set_str(doc, "state_dir", daemon->config.state_dir);
    node_set_str(doc, "started", started.buf);
    node_set_str(doc, "version", AIWF_VERSION);
    json_print_pretty(doc, &text);
    str_addc(&text, '\n');
    return file_write_atomic(path, text.buf, text.len, 0600, err);
}

static void interrupted(unsigned what, void *arg)
{
    (void)what;
    struct daemon *daemon = arg;
    loop_stop(daemon->loop);
}

static void pool_changed(const char *function, void *arg)
{
    struct daemon *daemon = arg;
    functions_rescale(daemon->functions, function);
}

static int64_t pool_warm(const char *function, void *arg)
{
    const struct daemon *daemon = arg;
    return functions_ready(daemon->functions, function);
}

static void tell_broken(const struct strv *broken)
{
    for (size_t i = 0; i < broken->n; i++)
        fprintf(stderr, "warning: %s\n", broken->v[i]);
}

/* All parts but the server. -1: some may be there; daemon_release takes them. */
static int make_parts(struct daemon *daemon, struct strv *broken, struct err *err)
{
    const struct local_config *config = &daemon->config;
    daemon->loop = loop_new(err);
    if (!daemon->loop)
        return -1;
    daemon->leftovers = leftovers_new(daemon->loop);
    daemon->vitals =
        vitals_new(&(struct energy_settings){.idle_watts = config->idle_watts, .max_watts = config->max_watts}, daemon->loop);
    daemon->functions = functions_new(daemon, broken, err);
    if (!daemon->functions)
        return -1;
    daemon->jobs = jobs_new(&(struct jobs_settings){.state = config->state_dir,
                                                    .owner = daemon->owner,
                                                    .gpus = config->gpus,
                                                    .vitals = daemon->vitals,
                                                    .leftovers = daemon->leftovers,
                                                    .loop = daemon->loop},
                            broken, err);
    if (!daemon->jobs)
        return -1;
    daemon->pools = pools_new(&(struct pools_settings){.state = config->state_dir,
                                                       .vitals = daemon->vitals,
                                                       .loop = daemon->loop,
                                                       .on_change = pool_changed,
                                                       .warm = pool_warm,
                                                       .arg = daemon},
                              broken, err);
    if (!daemon->pools)
        return -1;
    daemon->async = async_new(daemon);
    return 0;
}

/* Requests end first, then what serves them. */
static void daemon_release(struct daemon *daemon)
{
    if (daemon->server)
        server_stop(daemon->server);
    async_free(daemon->async);
    if (daemon->server && daemon->functions)
        functions_stop(daemon->functions);
    jobs_free(daemon->jobs);
    pools_free(daemon->pools);
    daemon->pools = NULL;
    functions_free(daemon->functions);
    leftovers_free(daemon->leftovers);
    child_end_orphans(daemon->owner); /* what went into a session of its own */
    server_free(daemon->server);
    vitals_free(daemon->vitals);
    loop_free(daemon->loop);
    free(daemon->url);
    free(daemon->owner);
}
DEFINE_CLEANUP(struct daemon, daemon_release)

static int serve(struct daemon *daemon, const char *password_file, struct err *err)
{
    CLEANUP(strv_release) struct strv broken = STRV_INIT;
    AUTOFREE char *json_path = path_join(daemon->config.state_dir, "gateway.json");
    int port = 0;
    child_end_orphans(daemon->owner);
    if (make_parts(daemon, &broken, err) != 0)
        return -1;
    tell_broken(&broken);
    daemon->server = server_new(daemon, tables, &port, err);
    if (!daemon->server)
        return -1;
    daemon->url = xasprintf("http://127.0.0.1:%d", port);
    daemon->started_ms = clock_wall_ms();
    if (write_gateway_json(daemon, json_path, password_file, err) != 0)
        return -1;

    struct watch *signals = watch_new(daemon->loop, sig_fd(), interrupted, daemon);
    watch_set(signals, WATCH_READ);
    functions_start(daemon->functions);
    int rc = loop_run(daemon->loop, err);
    watch_free(signals);
    unlink(json_path);
    return rc;
}

/* By its path alone it would be the folder of a container's gateway, too, whose processes are seen from outside. */
static char *owner_of(const char *state_dir)
{
    struct stat st = {0};
    stat(state_dir, &st);
    return xasprintf("%s#%llx-%llx", state_dir, (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
}

int local_serve(const struct local_config *config, struct err *err)
{
    sig_install();
    raise_files();
    if (dir_make(config->state_dir, 0700, err) != 0)
        return -1;
    AUTOCLOSE int lock_fd = take_lock(config->state_dir, err);
    if (lock_fd < 0)
        return -1;
    AUTOFREE char *password_file = path_join(config->state_dir, "password");
    AUTOFREE char *password = load_password(password_file, err);
    if (!password)
        return -1;
    CLEANUP(daemon_release)
    struct daemon daemon = {.config = *config, .password = password, .owner = owner_of(config->state_dir)};
    return serve(&daemon, password_file, err);
}
