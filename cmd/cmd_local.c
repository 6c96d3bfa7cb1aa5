/* The local runtime: functions and jobs as processes of this machine, behind a gateway. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd.h"
#include "local/client.h"
#include "local/daemon.h"
#include "local_logs.h"
#include "wait/wait.h"

/* TERM lets functions end what they do; what does not end by itself is killed by the gateway. */
enum { DOWN_MS = 30000 };

struct serve_opts {
    int64_t port, gpus, timeout_ms;
    double idle_watts, max_watts;
};

#define SERVE_OPTS                                                                                                    \
    {.name = "port",                                                                                                  \
     .letter = 'p',                                                                                                   \
     .type = OPT_INT,                                                                                                 \
     OPT(struct serve_opts, port),                                                                                    \
     .metavar = "N",                                                                                                  \
     RANGE(1, 65535),                                                                                                 \
     .help = "listen on this port of 127.0.0.1 (usual: 31112, or a free one when that is taken)"},                    \
        {.name = "gpus",                                                                                              \
         .type = OPT_INT,                                                                                             \
         OPT(struct serve_opts, gpus),                                                                                \
         .metavar = "N",                                                                                              \
         RANGE(-1, 1024),                                                                                             \
         .missing = "-1",                                                                                             \
         .help = "GPUs that jobs may be given (-1: as many as the driver shows)"},                                    \
        {.name = "idle-watts",                                                                                        \
         .type = OPT_NUMBER,                                                                                          \
         OPT(struct serve_opts, idle_watts),                                                                          \
         .metavar = "W",                                                                                              \
         RANGE(0, 100000),                                                                                            \
         .help = "this machine's power when idle, where no counter shows it"},                                        \
    {                                                                                                                 \
        .name = "max-watts", .type = OPT_NUMBER, OPT(struct serve_opts, max_watts), .metavar = "W", RANGE(0, 100000), \
        .help = "this machine's power at full load, where no counter shows it"                                        \
    }

static const struct opt serve_opts[] = {SERVE_OPTS, {0}};
static const struct opt up_opts[] = {
    SERVE_OPTS,
    {.name = "timeout",
     .type = OPT_DURATION,
     OPT(struct serve_opts, timeout_ms),
     .metavar = "TIME",
     .missing = "15s",
     .help = "give up when it does not answer after this time"},
    {0},
};

/* What `up` watches: its child, until the gateway answers. */
struct start {
    struct cli *cli;
    const char *state_dir, *log_path;
    off_t log_offset;
    pid_t child;
    bool child_ended;
    struct local_gateway gateway;
};

static FILE *trace(const struct cli *cli) { return cli->verbose ? cli->err : NULL; }

static bool answers(struct cli *cli, const struct local_gateway *gateway, struct err *err)
{
    CLEANUP(http_free) struct http *http = local_gateway_http(gateway, trace(cli), err);
    return http && local_gateway_ping(http, gateway, err) == 0;
}

/* A gateway that another `up` started at the same moment is as good as ours. */
static enum wait_state look_started(void *arg, struct str *note, struct err *err)
{
    struct start *start = arg;
    int status = 0;
    if (!start->child_ended && waitpid(start->child, &status, WNOHANG) == start->child)
        start->child_ended = true;
    local_gateway_release(&start->gateway);
    if (local_gateway_find(start->state_dir, &start->gateway, err) == 0 && answers(start->cli, &start->gateway, err)) {
        str_addf(note, "up\t%s", start->gateway.url);
        return WAIT_DONE;
    }
    str_add(note, "starting\t");
    if (!start->child_ended || start->gateway.pid)
        return WAIT_PENDING;
    local_start_failure(start->log_path, start->log_offset, err);
    return WAIT_FAILED;
}

static void end_child(struct start *start)
{
    if (start->child_ended)
        return;
    kill(start->child, SIGTERM);
    for (int i = 0; i < 100 && waitpid(start->child, NULL, WNOHANG) == 0; i++)
        poll(NULL, 0, 20);
    kill(start->child, SIGKILL);
}

static int spawn(struct start *start, const struct serve_opts *opts, struct err *err)
{
    AUTOFREE char *self = realpath("/proc/self/exe", NULL);
    if (!self)
        return err_sys(err, ERR_FAILED, "cannot find this program's file");
    CLEANUP(strv_release) struct strv argv = STRV_INIT;
    strv_add(&argv, self);
    strv_add(&argv, "local");
    strv_add(&argv, "serve");
    strv_add(&argv, "-ojson"); /* its error comes back through the log */
    if (opts->port)
        strv_addf(&argv, "--port=%lld", (long long)opts->port);
    strv_addf(&argv, "--gpus=%lld", (long long)opts->gpus);
    strv_addf(&argv, "--idle-watts=%.17g", opts->idle_watts);
    strv_addf(&argv, "--max-watts=%.17g", opts->max_watts);
    return local_start(argv.v, start->log_path, &start->child, &start->log_offset, err);
}

/* faas-cli finds the login there; a read-only home must not stop the runtime. */
static void save_login(struct cli *cli, const struct local_gateway *gateway)
{
    enum { PASSWORD_MAX = 4096 };
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str password = STR_INIT_MAX(PASSWORD_MAX);
    if (!gateway->password_file || file_read(gateway->password_file, &password, &err) != 0)
        return;
    str_cut(&password, strcspn(password.buf, "\r\n"));
    if (openfaas_login_save(gateway->url, gateway->user, password.buf, &err) != 0)
        cli_note(cli, "note: the login was not saved for faas-cli: %s%s%s", err.what, err.why ? ": " : "",
                 err.why ? err.why : "");
}

static int print_gateway(struct cli *cli, const node_t *json, struct err *err)
{
    CLEANUP(node_free) node_t *item = node_copy(json);
    node_delete(item, "start_ticks");
    return cli_print_one(cli, "local gateway", item, err);
}

static int64_t port_of(const char *url)
{
    const char *colon = strrchr(url, ':');
    long long port = 0;
    return colon && str_to_int(colon + 1, 1, 65535, &port) ? port : 0;
}

/* What was asked for and the running gateway does not have: NULL, or the option. */
static const char *option_that_differs(const struct serve_opts *opts, const struct local_gateway *gateway, const node_t *live)
{
    if (opts->port && opts->port != port_of(gateway->url))
        return "port";
    if (opts->gpus >= 0 && opts->gpus != node_int(live, "/gpus/total", -1))
        return "gpus";
    if (opts->idle_watts > 0 && opts->idle_watts != node_num(live, "/energy/idle_watts", 0))
        return "idle-watts";
    bool is_modelled = node_bool(live, "/energy/estimated", false);
    return is_modelled && opts->max_watts > 0 && opts->max_watts != node_num(live, "/energy/max_watts", 0) ? "max-watts" : NULL;
}

static int already_up(struct cli *cli, const struct local_gateway *gateway, struct err *err)
{
    CLEANUP(http_free) struct http *http = local_gateway_http(gateway, trace(cli), err);
    CLEANUP(node_free) node_t *live = http ? local_gateway_status(http, gateway, err) : NULL;
    if (!live)
        return -1;
    const char *option = option_that_differs(cli->opts, gateway, live);
    if (option) {
        err_set(err, ERR_CONFLICT, "the local runtime is already up, with another --%s: %s", option, gateway->url);
        return err_hint(err, "aiwf local down, then aiwf local up with --%s", option);
    }
    cli_note(cli, "already up: %s (pid %d)", gateway->url, (int)gateway->pid);
    save_login(cli, gateway);
    return print_gateway(cli, gateway->json, err);
}

static int wait_started(struct start *start, struct err *err)
{
    const struct serve_opts *opts = start->cli->opts;
    CLEANUP(progress_free) struct progress *progress = start->cli->err_tty ? cli_progress(start->cli) : NULL;
    struct wait wait = {.what = "local gateway",
                        .look = look_started,
                        .arg = start,
                        .timeout_ms = opts->timeout_ms,
                        .interval_ms = 10,
                        .progress = progress};
    if (wait_for(&wait, err) == 0)
        return 0;
    end_child(start);
    if (err->code == ERR_INTERRUPTED)
        return err_set(err, ERR_INTERRUPTED, "interrupted; the local runtime was not started");
    if (err->code == ERR_TIMEOUT)
        err_hint(err, "aiwf local logs");
    return -1;
}

static int start_gateway(struct start *start, struct err *err)
{
    if (spawn(start, start->cli->opts, err) != 0 || wait_started(start, err) != 0)
        return -1;
    save_login(start->cli, &start->gateway);
    int rc = print_gateway(start->cli, start->gateway.json, err);
    cli_hint(start->cli, "aiwf function deploy hello --command cat --mode stdio");
    return rc;
}

static bool is_up(struct cli *cli, const char *state_dir, struct local_gateway *ret)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    return local_gateway_find(state_dir, ret, &none) == 0 && answers(cli, ret, &none);
}

/* The lock is of `up` only: a second one waits for the first, and then finds the gateway up. */
static int up_locked(struct cli *cli, const char *state_dir, struct err *err)
{
    const struct serve_opts *opts = cli->opts;
    AUTOFREE char *log_path = path_join(state_dir, "gateway.log");
    AUTOFREE char *lock_path = path_join(state_dir, "up.lock");
    CLEANUP(local_gateway_release) struct local_gateway running = LOCAL_GATEWAY_INIT;
    if (dir_make(state_dir, 0700, err) != 0)
        return -1;
    AUTOCLOSE int lock_fd = file_lock(lock_path, (int)(opts->timeout_ms < INT32_MAX ? opts->timeout_ms : INT32_MAX), err);
    if (lock_fd < 0)
        return -1;
    if (is_up(cli, state_dir, &running))
        return already_up(cli, &running, err);
    struct start start = {.cli = cli, .state_dir = state_dir, .log_path = log_path};
    int rc = start_gateway(&start, err);
    local_gateway_release(&start.gateway);
    return rc;
}

static int up(struct cli *cli, struct err *err)
{
    AUTOFREE char *state_dir = local_state_dir();
    CLEANUP(local_gateway_release) struct local_gateway running = LOCAL_GATEWAY_INIT;
    if (is_up(cli, state_dir, &running))
        return already_up(cli, &running, err);
    if (up_locked(cli, state_dir, err) != 0)
        return err->code == ERR_INTERRUPTED ? -1 : err_wrap(err, "cannot start the local runtime");
    return 0;
}

static enum wait_state look_gone(void *arg, struct str *note, struct err *err)
{
    (void)err;
    struct pollfd fd = {.fd = *(int *)arg, .events = POLLIN};
    str_add(note, "ending\tfunctions and jobs are ended");
    if (poll(&fd, 1, 0) != 1)
        return WAIT_PENDING;
    str_reset(note);
    str_add(note, "down\t");
    return WAIT_DONE;
}

static int end_gateway(struct cli *cli, const struct local_gateway *gateway, int pidfd, struct err *err)
{
    if (pidfd_send_signal(pidfd, SIGTERM, NULL, 0) != 0 && errno != ESRCH)
        return err_sys(err, ERR_FAILED, "cannot end the local gateway (pid %d)", (int)gateway->pid);
    CLEANUP(progress_free) struct progress *progress = cli->err_tty ? cli_progress(cli) : NULL;
    struct wait wait = {.what = "local gateway",
                        .look = look_gone,
                        .arg = &pidfd,
                        .timeout_ms = DOWN_MS,
                        .interval_ms = 10,
                        .progress = progress,
                        .resume = "aiwf local down"};
    if (wait_for(&wait, err) == 0)
        return 0;
    if (err->code != ERR_TIMEOUT)
        return -1;
    err_clear(err);
    cli_note(cli, "it does not end by itself: killed");
    wait.timeout_ms = DOWN_MS;
    return pidfd_send_signal(pidfd, SIGKILL, NULL, 0) == 0
               ? wait_for(&wait, err)
               : err_sys(err, ERR_FAILED, "cannot kill the local gateway (pid %d)", (int)gateway->pid);
}

/* The context local, whatever the current one is: it may be protected. */
static int confirm_down(struct cli *cli, struct err *err)
{
    cli->context_name = "local";
    cli->kube_context = NULL;
    if (cli_resolve(cli, err) == 0)
        return cli_confirm(cli, "end the local runtime and all that runs on it", err);
    if (!cli->yes)
        return err_hint(err, "whether local is protected is not known; --yes ends it all the same");
    err_clear(err);
    return 0;
}

/* -1: it does not answer. */
static int64_t running_jobs(struct cli *cli, const struct local_gateway *gateway)
{
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    CLEANUP(http_free) struct http *http = local_gateway_http(gateway, trace(cli), &unseen);
    CLEANUP(node_free) node_t *live = http ? local_gateway_status(http, gateway, &unseen) : NULL;
    return node_int(live, "/jobs/running", -1);
}

static int down(struct cli *cli, struct err *err)
{
    AUTOFREE char *state_dir = local_state_dir();
    CLEANUP(local_gateway_release) struct local_gateway gateway = LOCAL_GATEWAY_INIT;
    CLEANUP(local_gateway_release) struct local_gateway again = LOCAL_GATEWAY_INIT;
    CLEANUP(err_release) struct err none = ERR_INIT;
    if (local_gateway_find(state_dir, &gateway, &none) != 0) {
        if (none.code != ERR_UNREACHABLE)
            return err_move(err, &none);
        cli_note(cli, "the local runtime is not running");
        return 0;
    }
    if (confirm_down(cli, err) != 0)
        return -1;
    int64_t jobs = running_jobs(cli, &gateway);
    if (cli->dry_run != DRY_RUN_NONE) {
        AUTOFREE char *running = jobs < 0 ? xstrdup("unknown") : xasprintf("%lld", (long long)jobs);
        cli_note(cli, "would end the gateway, process %d (running jobs: %s)", (int)gateway.pid, running);
        return 0;
    }
    /* The descriptor holds the process; that it is the gateway is asked once more after it is held. */
    AUTOCLOSE int pidfd = pidfd_open(gateway.pid, 0);
    if (pidfd < 0 || local_gateway_find(state_dir, &again, &none) != 0 || again.pid != gateway.pid)
        return 0;
    if (end_gateway(cli, &gateway, pidfd, err) != 0)
        return -1;
    if (jobs > 0)
        cli_note(cli, "%lld running job%s ended with it: what had not finished begins again with the next `aiwf local up`",
                 (long long)jobs, jobs == 1 ? "" : "s");
    return 0;
}

static int status(struct cli *cli, struct err *err)
{
    AUTOFREE char *state_dir = local_state_dir();
    CLEANUP(local_gateway_release) struct local_gateway gateway = LOCAL_GATEWAY_INIT;
    if (local_gateway_find(state_dir, &gateway, err) != 0) {
        if (err->code == ERR_UNREACHABLE)
            err->code = ERR_NOT_FOUND; /* asked whether it is there: it is not */
        return -1;
    }
    CLEANUP(http_free) struct http *http = local_gateway_http(&gateway, trace(cli), err);
    CLEANUP(node_free) node_t *live = http ? local_gateway_status(http, &gateway, err) : NULL;
    if (!live)
        return -1;
    for (node_t *member = node_first(live), *next; member; member = next) {
        next = node_next(member);
        AUTOFREE char *key = xstrdup(node_key(member));
        if (!node_get(gateway.json, key))
            node_set(gateway.json, key, node_detach(live, member));
    }
    return print_gateway(cli, gateway.json, err);
}

static int serve(struct cli *cli, struct err *err)
{
    const struct serve_opts *opts = cli->opts;
    AUTOFREE char *state_dir = local_state_dir();
    struct local_config config = {
        .state_dir = state_dir,
        .port = (int)opts->port,
        .gpus = (int)opts->gpus,
        .idle_watts = opts->idle_watts,
        .max_watts = opts->max_watts,
    };
    return local_serve(&config, err);
}

static const struct column gateway_columns[] = {
    {.title = "GATEWAY", .path = "/gateway"},
    {.title = "METRICS", .path = "/metrics"},
    {.title = "PID", .path = "/pid", .kind = CELL_TEXT},
    {.title = "USER", .path = "/user"},
    {.title = "PASSWORD-FILE", .path = "/password_file"},
    {0},
};

static const struct column status_columns[] = {
    {.title = "GATEWAY", .path = "/gateway"},
    {.title = "METRICS", .path = "/metrics"},
    {.title = "PID", .path = "/pid", .kind = CELL_TEXT},
    {.title = "AGE", .path = "/started", .kind = CELL_AGE},
    {.title = "USER", .path = "/user"},
    {.title = "PASSWORD-FILE", .path = "/password_file"},
    {.title = "FUNCTIONS", .path = "/functions", .kind = CELL_TEXT},
    {.title = "INSTANCES", .path = "/instances", .kind = CELL_TEXT},
    {.title = "JOBS-RUNNING", .path = "/jobs/running", .kind = CELL_TEXT},
    {.title = "JOBS-QUEUED", .path = "/jobs/queued", .kind = CELL_TEXT},
    {.title = "GPUS", .path = "/gpus/total", .kind = CELL_TEXT},
    {.title = "GPUS-FREE", .path = "/gpus/free", .kind = CELL_TEXT},
    {.title = "POWER", .path = "/energy/watts", .kind = CELL_WATTS},
    {.title = "ENERGY-SOURCE", .path = "/energy/source"},
    {0},
};

static const struct example up_examples[] = {
    {"aiwf local up", "start it, unless it runs already"},
    {"aiwf local up --port 8080 --gpus 2 -o json", "on the port that faas-cli expects, with two GPUs declared"},
    {0},
};
static const struct example down_examples[] = {
    {"aiwf local down", "end the gateway, its functions' processes and its jobs"},
    {"aiwf local down && aiwf local up", "start anew: functions, jobs and results are kept"},
    {0},
};
static const struct example status_examples[] = {
    {"aiwf local status", "where it listens and what runs on it"},
    {"aiwf local status -o json --jq .metrics", "the URL that Prometheus scrapes"},
    {0},
};
static const struct cmd cmd_up = {
    .name = "up",
    .help = "start the local runtime, unless it runs already",
    .about = "Starts the gateway on 127.0.0.1 and returns when it answers. A generated password is kept in\n"
             "a file that only you can read, and the login is written to ~/.openfaas/config.yml, where the\n"
             "OpenFaaS client finds it. Deployed functions, jobs and results of earlier runs are there again.",
    .opts = up_opts,
    .opts_size = sizeof(struct serve_opts),
    .flags = CMD_OUTPUT,
    .columns = gateway_columns,
    .examples = up_examples,
    .run = up,
};
static const struct cmd cmd_down = {
    .name = "down",
    .help = "end the local runtime and all that runs on it",
    .about = "Jobs that run are ended, and begun again by the next `aiwf local up`; functions and results are kept.",
    .flags = CMD_CHANGES,
    .examples = down_examples,
    .run = down,
};
static const struct cmd cmd_status = {
    .name = "status",
    .help = "show whether the local runtime runs, and what runs on it",
    .about = "Exit 3 when it is down.",
    .flags = CMD_OUTPUT,
    .columns = status_columns,
    .examples = status_examples,
    .run = status,
};
static const struct cmd cmd_serve = {
    .name = "serve",
    .help = "be the gateway (what `aiwf local up` starts)",
    .opts = serve_opts,
    .opts_size = sizeof(struct serve_opts),
    .flags = CMD_OUTPUT | CMD_HIDDEN,
    .run = serve,
};

const struct cmd cmd_local = {
    .name = "local",
    .group = "local",
    .help = "the runtime on this machine: up, down, status, logs",
    .cmds = (const struct cmd *const[]){&cmd_up, &cmd_down, &cmd_status, &local_logs_cmd, &cmd_serve, NULL},
};
