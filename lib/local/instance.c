/* One process that listens on $PORT: its start, the wait until it listens, its end. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "local/function.h"
#include "local/upstream.h"

/* Ports are tried below the range from which the kernel gives out others (32768 and up), so that no outgoing
 * connection sits on one. */
enum { PORT_FIRST = 20000, PORT_LAST = 32000, PORT_TRIES = 2000 };
enum { PROBE_MIN_NS = 100000, PROBE_PART = 24, READY_RETRY_MS = 10 };

/* Waits for an instance to listen: tries to connect, first often, later every 1/24 of the time waited, so that what
 * is lost stays a small part of any start. */
struct probe {
    int timer_fd;
    struct watch *timer;
    struct wire wire; /* a GET of the ready path */
    char status[16];  /* the start of its answer */
    size_t status_len;
};

static void probe_free(struct probe *probe)
{
    if (!probe)
        return;
    watch_free(probe->timer);
    if (probe->timer_fd >= 0)
        close(probe->timer_fd);
    wire_close(&probe->wire);
    free(probe);
}

static int pick_port(struct functions *all, struct err *err)
{
    for (int i = 0; i < PORT_TRIES; i++) {
        int port = PORT_FIRST + all->next_port++ % (PORT_LAST - PORT_FIRST);
        AUTOCLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
        if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
            return port;
    }
    return err_set(err, ERR_CAPACITY, "no free port from %d to %d", PORT_FIRST, PORT_LAST);
}

static void drop_old_source(struct functions *all, const struct instance *instance)
{
    const struct function *function = instance->function;
    if (instance->revision == function->revision && !function->is_removed)
        return;
    for (const struct instance *i = function->instances; i; i = i->next)
        if (i->revision == instance->revision)
            return;
    CLEANUP(err_release) struct err unused = ERR_INIT;
    AUTOFREE char *folder = xasprintf("%s/%s/r%lld", all->run_folder, function->name, (long long)instance->revision);
    dir_remove(folder, &unused);
}

static void instance_unlink(struct instance *instance)
{
    struct function *function = instance->function;
    if (instance->previous)
        instance->previous->next = instance->next;
    else
        function->instances = instance->next;
    if (instance->next)
        instance->next->previous = instance->previous;
}

static void set_state(struct instance *instance, enum instance_state state)
{
    struct function *function = instance->function;
    int *counts[] = {&function->starting, &function->ready, &function->stopping, &function->stopping};
    --*counts[instance->state];
    ++*counts[state];
    instance->state = state;
}

/* Frees all of it but the memory. The process has ended. */
static void instance_release(struct instance *instance)
{
    struct function *function = instance->function;
    struct functions *all = function->all;
    CLEANUP(err_release) struct err unused = ERR_INIT;
    upstream_close_all(instance);
    watch_free(TAKE(instance->ended));
    output_close(&instance->output);
    deadline_release(&instance->deadline);
    probe_free(TAKE(instance->probe));
    set_state(instance, INSTANCE_STOPPING);
    function->stopping--;
    instance_unlink(instance);
    drop_old_source(all, instance);
    dir_remove(instance->home, &unused);
    free(TAKE(instance->home));
    leftovers_end(all->daemon->leftovers, TAKE(instance->mark));
    grave_add(all->daemon->server, &instance->grave);
}

static void instance_gone(struct instance *instance, const struct child_end *end)
{
    struct function *function = instance->function;
    if (function->workload)
        workload_ended(function->workload, instance->pid, end->cpu_s);
    output_close(&instance->output);
    enum instance_state was = instance->state;
    set_state(instance, INSTANCE_STOPPING); /* nobody is sent here any more */
    int64_t lived_ms = (clock_mono_ns() - instance->spawned_ns) / 1000000;
    CLEANUP(str_release) struct str how = STR_INIT;
    function_end_text(function, end, &how);
    upstream_fail_all(instance, how.buf);
    instance_release(instance);
    if (was == INSTANCE_STARTING)
        function_failed(function, 0, "%s before it listened on $PORT", how.buf);
    else if (was == INSTANCE_READY)
        function_failed(function, lived_ms, "%s", how.buf);
    function_tell_idle(function);
    function_cold_check(function);
    function_balance(function);
    function_leave_check(function);
}

static void instance_ended(unsigned what, void *arg)
{
    (void)what;
    struct instance *instance = arg;
    struct server *server = instance->function->all->daemon->server;
    struct child_end end = {0};
    if (child_reap(&instance->child, &end))
        instance_gone(instance, &end);
    graves_empty(server);
}

static void instance_is_ready(struct instance *instance, int fd)
{
    struct function *function = instance->function;
    instance->listening_ns = clock_mono_ns();
    probe_free(TAKE(instance->probe));
    set_state(instance, INSTANCE_READY);
    deadline_clear(&instance->deadline);
    if (fd >= 0)
        upstream_adopt(instance, fd);
    function_well(function);
    function_balance(function);
    if (instance->inflight == 0)
        instance_idle(instance, clock_mono_ms());
    function_tell_idle(function);
}

/* A socket that is connected now, or -1: nothing listens yet. */
static int try_connect(int port)
{
    bool is_pending = false;
    int fd = connect_local(port, &is_pending);
    if (fd < 0)
        return -1;
    struct sockaddr_in peer = {0}, own = {0};
    socklen_t peer_len = sizeof(peer), own_len = sizeof(own);
    bool is_connected =
        getpeername(fd, (struct sockaddr *)&peer, &peer_len) == 0 && getsockname(fd, (struct sockaddr *)&own, &own_len) == 0;
    if (is_connected && peer.sin_port != own.sin_port) /* a socket can connect to itself */
        return fd;
    close(fd);
    return -1;
}

static void probe_later(struct instance *instance)
{
    int64_t wait_ns = (clock_mono_ns() - instance->spawned_ns) / PROBE_PART;
    if (wait_ns < PROBE_MIN_NS)
        wait_ns = PROBE_MIN_NS;
    struct itimerspec when = {.it_value = {.tv_sec = wait_ns / 1000000000, .tv_nsec = wait_ns % 1000000000}};
    timerfd_settime(instance->probe->timer_fd, 0, &when, NULL);
}

static void ready_answer(unsigned what, void *arg)
{
    struct instance *instance = arg;
    struct probe *probe = instance->probe;
    struct server *server = instance->function->all->daemon->server;
    if ((what & WATCH_WRITE) && !wire_flush(&probe->wire))
        what |= WATCH_READ;
    if (!(what & WATCH_READ))
        return;
    ssize_t n = recv(probe->wire.fd, probe->status + probe->status_len, sizeof(probe->status) - 1 - probe->status_len, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    probe->status_len += n > 0 ? (size_t)n : 0;
    probe->status[probe->status_len] = '\0';
    if (n > 0 && probe->status_len < sizeof("HTTP/1.1 200") - 1)
        return;
    wire_close(&probe->wire);
    if (str_starts(probe->status, "HTTP/1.") && probe->status_len > 9 && probe->status[9] == '2')
        instance_is_ready(instance, -1);
    else
        probe_later(instance);
    graves_empty(server);
}

static void ask_ready_path(struct instance *instance, int fd)
{
    struct probe *probe = instance->probe;
    probe->status_len = 0;
    wire_open(&probe->wire, instance->function->all->daemon->loop, fd, ready_answer, instance);
    AUTOFREE char *request =
        xasprintf("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: aiwf-ready\r\nConnection: close\r\n\r\n",
                  instance->function->config.ready_path, instance->port);
    wire_read(&probe->wire, true);
    wire_put(&probe->wire, request, strlen(request));
}

static void probe_now(struct instance *instance)
{
    int fd = try_connect(instance->port);
    if (fd < 0)
        probe_later(instance);
    else if (instance->function->config.ready_path)
        ask_ready_path(instance, fd);
    else
        instance_is_ready(instance, fd);
}

static void probe_fired(unsigned what, void *arg)
{
    (void)what;
    struct instance *instance = arg;
    struct server *server = instance->function->all->daemon->server;
    uint64_t expirations = 0;
    if (read(instance->probe->timer_fd, &expirations, sizeof(expirations)) == (ssize_t)sizeof(expirations))
        probe_now(instance);
    graves_empty(server);
}

static void probe_begin(struct instance *instance)
{
    struct probe *probe = xcalloc(1, sizeof(*probe));
    *probe = (struct probe){.timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), .wire = WIRE_INIT};
    instance->probe = probe;
    probe->timer = watch_new(instance->function->all->daemon->loop, probe->timer_fd, probe_fired, instance);
    watch_set(probe->timer, WATCH_READ);
    probe_later(instance);
}

static void never_listened(struct instance *instance)
{
    struct function *function = instance->function;
    CLEANUP(str_release) struct str why = STR_INIT;
    duration_print(&why, function->config.start_ms);
    const char *what = function->config.ready_path && instance->probe && instance->probe->status_len ? "was not ready"
                                                                                                     : "did not listen on $PORT";
    probe_free(TAKE(instance->probe));
    instance_stop(instance);
    function_failed(function, 0, "%s within %s", what, why.buf);
}

static void instance_late(void *arg)
{
    struct instance *instance = arg;
    struct function *function = instance->function;
    struct server *server = function->all->daemon->server;
    switch (instance->state) {
    case INSTANCE_STARTING:
        never_listened(instance);
        break;
    case INSTANCE_READY:
        if (instance->inflight == 0 && clock_mono_ms() - instance->idle_since_ms < function->config.idle_ms)
            deadline_set(&instance->deadline, instance->idle_since_ms, function->config.idle_ms);
        else if (instance->inflight == 0 && (function->ready > function_floor(function) || function->is_held_cold))
            instance_stop(instance);
        break;
    case INSTANCE_DRAINING:
        instance_stop(instance);
        break;
    case INSTANCE_STOPPING:
        child_signal(&instance->child, SIGKILL);
        break;
    }
    graves_empty(server);
}

void instance_idle(struct instance *instance, int64_t now_ms)
{
    instance->idle_since_ms = now_ms;
    if (instance->state == INSTANCE_DRAINING)
        instance_stop(instance);
    else if (instance->state == INSTANCE_READY && !instance->deadline.at_ms)
        deadline_set(&instance->deadline, now_ms, instance->function->config.idle_ms);
}

void instance_stop(struct instance *instance)
{
    if (instance->state == INSTANCE_STOPPING)
        return;
    set_state(instance, INSTANCE_STOPPING);
    probe_free(TAKE(instance->probe));
    upstream_close_idle(instance);
    child_signal(&instance->child, SIGTERM);
    deadline_set(&instance->deadline, clock_mono_ms(), GRACE_MS);
    function_tell_idle(instance->function);
}

void instance_drain(struct instance *instance)
{
    if (instance->state > INSTANCE_READY)
        return;
    if (instance->inflight == 0) {
        instance_stop(instance);
        return;
    }
    set_state(instance, INSTANCE_DRAINING);
    deadline_set(&instance->deadline, clock_mono_ms(), DRAIN_MS);
}

void instance_kill_now(struct instance *instance)
{
    child_kill(&instance->child);
    instance_release(instance);
}

int instance_start(struct function *function, struct err *err)
{
    struct functions *all = function->all;
    int port = pick_port(all, err);
    if (port < 0)
        return -1;
    AUTOFREE char *home = functions_new_home(all, function);
    if (child_dir_make(home, NULL, err) != 0)
        return -1;

    struct instance *instance = xcalloc(1, sizeof(*instance));
    *instance = (struct instance){
        .function = function, .state = INSTANCE_STARTING, .child = CHILD_INIT, .port = port, .revision = function->revision};
    int64_t before_ns = clock_mono_ns();
    AUTOFREE char *mark = leftovers_mark(all->daemon->leftovers);
    struct launch how = {.function = function,
                         .home = home,
                         .mark = mark,
                         .port = port,
                         .stdin_fd = -1,
                         .stdout_fd = -1,
                         .child = &instance->child,
                         .output = &instance->output};
    if (launch(&how, err) != 0) {
        CLEANUP(err_release) struct err unused = ERR_INIT;
        dir_remove(home, &unused);
        free(instance);
        return -1;
    }
    instance->pid = instance->child.pid;
    instance->wanted_ns = before_ns;
    instance->spawned_ns = clock_mono_ns();
    instance->home = TAKE(home);
    instance->mark = TAKE(mark);
    instance->next = NULL;
    struct instance **last = &function->instances;
    while (*last) {
        instance->previous = *last;
        last = &(*last)->next;
    }
    *last = instance;
    function->starting++;
    instance->ended = watch_new(all->daemon->loop, instance->child.pidfd, instance_ended, instance);
    watch_set(instance->ended, WATCH_READ);
    deadline_init(&instance->deadline, all->daemon->loop, instance_late, instance);
    deadline_set(&instance->deadline, clock_mono_ms(), function->config.start_ms);
    probe_begin(instance);
    return 0;
}
