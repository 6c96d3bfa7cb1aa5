#include "local/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "local/function.h"

/* The first output is held back this long, or up to this size: a process that fails at once can still get its 500,
 * and a short answer its length. */
enum { HOLD_MS = 30, HOLD_BYTES = 65536 };

struct process {
    struct grave grave;
    struct call *call; /* NULL: over, waits for its end */
    struct function *function;
    struct process *next, *previous;
    struct child child;
    pid_t pid;
    struct watch *ended;
    struct output output; /* stderr only */
    struct wire in;       /* stdin: written */
    struct wire out;      /* stdout: read */
    struct str held;
    struct deadline deadline; /* the hold, later the grace time */
    char *home, *mark;        /* leftovers.h */
    int64_t wanted_ns, spawned_ns;
    bool body_ended, out_ended, has_exited;
    struct child_end end;
};

static void add_env_header(struct strv *env, const struct header *header)
{
    CLEANUP(str_release) struct str pair = STR_INIT;
    str_add(&pair, "Http_");
    bool upper = true;
    for (unsigned i = 0; i < header->name_len; i++) {
        char c = header->name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-')
            return; /* no name of a variable */
        if (letter)
            c = upper ? (char)(c & ~0x20) : (char)(c | 0x20);
        upper = c == '-';
        str_addc(&pair, c == '-' ? '_' : c);
    }
    str_addc(&pair, '=');
    str_addn(&pair, header->value, header->value_len);
    if (header_is(header, "proxy") || memchr(header->value, '\0', header->value_len))
        return; /* Http_Proxy would steer the function's own requests */
    strv_add(env, pair.buf);
}

/* classic-watchdog: main.go getAdditionalEnvs */
static void request_env(struct strv *env, const struct call *call, const struct head *head)
{
    const char *end = head->target + head->target_len;
    const char *path = head->target + sizeof("/function/") - 1;
    while (path < end && *path != '/' && *path != '?')
        path++;
    const char *mark = memchr(path, '?', (size_t)(end - path));
    const char *path_end = mark ? mark : end;
    strv_addf(env, "Http_Method=%s", head->method);
    strv_addf(env, "Http_Path=%.*s", path == path_end ? 1 : (int)(path_end - path), path == path_end ? "/" : path);
    strv_addf(env, "Http_Query=%.*s", mark ? (int)(end - mark - 1) : 0, mark ? mark + 1 : "");
    strv_addf(env, "Http_ContentLength=%lld", head->has_length ? (long long)head->length : head->is_chunked ? -1LL : 0LL);
    for (size_t i = 0; i < head->n; i++)
        if (head_passes(head, &head->headers[i]) || head->headers[i].id == HEADER_CONTENT_LENGTH)
            add_env_header(env, &head->headers[i]);
    if (call->has_own_id)
        strv_addf(env, "Http_X_Call_Id=%s", call->id);
    strv_addf(env, "Http_X_Start_Time=%lld", (long long)call->wall_ns);
}

static void process_unlink(struct process *process)
{
    struct functions *all = process->function->all;
    if (process->previous)
        process->previous->next = process->next;
    else
        all->processes = process->next;
    if (process->next)
        process->next->previous = process->previous;
}

/* The child has been reaped. */
static void process_release(struct process *process)
{
    struct function *function = process->function;
    CLEANUP(err_release) struct err unused = ERR_INIT;
    watch_free(TAKE(process->ended));
    output_close(&process->output);
    wire_close(&process->in);
    wire_close(&process->out);
    deadline_release(&process->deadline);
    str_clear(&process->held);
    dir_remove(process->home, &unused);
    free(TAKE(process->home));
    leftovers_end(function->all->daemon->leftovers, TAKE(process->mark));
    process_unlink(process);
    grave_add(function->all->daemon->server, &process->grave);
    function->running--;
    function_cold_check(function);
    function_balance(function);
    function->calls--;
    function_leave_check(function);
}

/* The answer's head, with its length when all of it is known. */
static bool begin_answer(struct process *process, struct gather *gather)
{
    struct call *call = process->call;
    struct conn *conn = call->conn;
    bool is_whole = process->out_ended && process->has_exited;
    gather_begin(gather, &conn->wire, false);
    if (!forward_own_answer(call, process->function->config.mime, is_whole ? (int64_t)process->held.len : -1, gather))
        return false;
    if (!conn->is_head && process->held.len)
        gather_body(process->held.buf, process->held.len, gather);
    return true;
}

/* Whatever is held goes out now. False: the call is gone. */
static bool process_begin(struct process *process)
{
    struct call *call = process->call;
    struct gather gather;
    bool ok = begin_answer(process, &gather) && gather_send(&gather);
    str_clear(&process->held);
    deadline_clear(&process->deadline);
    if (!ok) {
        conn_close(call->conn);
        return false;
    }
    return true;
}

/* Exited and all output read: the answer is complete. */
static void process_finish(struct process *process)
{
    struct call *call = process->call;
    if (!call) {
        process_release(process);
        return;
    }
    bool ok = process->end.exit_code == 0 && process->end.signal == 0;
    output_close(&process->output);
    if (!ok) {
        CLEANUP(str_release) struct str how = STR_INIT;
        function_end_text(process->function, &process->end, &how);
        call_fail(call, 500, "function \"%s\" %s", process->function->name, how.buf); /* abandons the process */
        return;
    }
    function_well(process->function);
    if (!call->has_answered && !process_begin(process))
        return;
    struct gather gather;
    gather_begin(&gather, &call->conn->wire, call->is_chunked && !call->conn->is_head);
    gather_end(&gather);
    gather_send(&gather);
    call->process = NULL;
    process->call = NULL;
    process_release(process);
    call_finish(call);
}

static void process_look(struct process *process)
{
    if (process->has_exited && (process->out_ended || !process->call))
        process_finish(process);
}

static void read_rest(struct process *process);

static void process_ended(unsigned what, void *arg)
{
    (void)what;
    struct process *process = arg;
    struct server *server = process->function->all->daemon->server;
    if (!process->has_exited && child_reap(&process->child, &process->end)) {
        process->has_exited = true;
        watch_free(TAKE(process->ended));
        if (process->function->workload)
            workload_ended(process->function->workload, process->pid, process->end.cpu_s);
        if (process->call && !process->out_ended)
            read_rest(process);
        process_look(process);
    }
    graves_empty(server);
}

static void take_output(struct process *process, const char *data, size_t len)
{
    struct call *call = process->call;
    if (!call->has_answered) {
        if (!process->held.len)
            deadline_set(&process->deadline, clock_mono_ms(), HOLD_MS);
        str_addn(&process->held, data, len);
        if (process->held.len >= HOLD_BYTES)
            process_begin(process);
        return;
    }
    if (call->conn->is_head)
        return;
    struct gather gather;
    gather_begin(&gather, &call->conn->wire, call->is_chunked);
    gather_body(data, len, &gather);
    if (!gather_send(&gather)) {
        conn_close(call->conn);
        return;
    }
    call_progress(call);
    if (wire_kept(&call->conn->wire) > WIRE_HIGH)
        wire_read(&process->out, false);
}

/* One read; false: nothing more now. */
static bool read_output(struct process *process)
{
    struct server *server = process->function->all->daemon->server;
    ssize_t n = read(process->out.fd, server->in, SCRATCH_BYTES);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0) {
        process->out_ended = true;
        wire_read(&process->out, false);
        return false;
    }
    take_output(process, server->in, (size_t)n);
    return process->call != NULL;
}

/* What the process left running may hold its stdout open: its own end counts. */
static void read_rest(struct process *process)
{
    while (process->call && wire_kept(&process->call->conn->wire) <= WIRE_HIGH && read_output(process))
        ;
    if (!process->call || wire_kept(&process->call->conn->wire) <= WIRE_HIGH)
        process->out_ended = true;
}

static void out_readable(unsigned what, void *arg)
{
    (void)what;
    struct process *process = arg;
    struct server *server = process->function->all->daemon->server;
    if (process->call)
        read_output(process);
    if (process->out_ended)
        process_look(process);
    graves_empty(server);
}

static void in_writable(unsigned what, void *arg)
{
    (void)what;
    struct process *process = arg;
    struct server *server = process->function->all->daemon->server;
    bool ok = wire_flush(&process->in);
    if ((!ok || !wire_kept(&process->in)) && process->body_ended)
        wire_close(&process->in);
    if ((!ok || !wire_kept(&process->in)) && process->call)
        call_function_ready(process->call);
    graves_empty(server);
}

static void process_late(void *arg)
{
    struct process *process = arg;
    struct server *server = process->function->all->daemon->server;
    if (!process->call)
        child_signal(&process->child, SIGKILL);
    else if (!process->call->has_answered && process_begin(process))
        call_progress(process->call);
    graves_empty(server);
}

void process_body(const char *data, size_t len, void *arg)
{
    struct process *process = arg;
    if (process->in.fd >= 0)
        wire_put(&process->in, data, len); /* one that does not read its input may still answer */
}

void process_body_end(struct process *process)
{
    process->body_ended = true;
    if (process->in.fd >= 0 && !wire_kept(&process->in))
        wire_close(&process->in);
}

void process_request_body(struct process *process, const char *data, size_t len)
{
    struct call *call = process->call;
    struct conn *conn = call->conn;
    if (!call_take_body(call, data, len, process_body, process))
        return;
    if (conn->in.is_complete)
        process_body_end(process);
    call_progress(call);
    if (wire_kept(&process->in) > WIRE_HIGH)
        wire_read(&conn->wire, false);
}

void process_resume(struct process *process)
{
    if (!process->out_ended)
        wire_read(&process->out, true);
    if (process->has_exited && !process->out_ended)
        read_rest(process);
    process_look(process);
}

void process_abandon(struct process *process)
{
    process->call = NULL;
    wire_close(&process->in);
    wire_close(&process->out);
    if (process->has_exited) {
        process_release(process);
        return;
    }
    child_signal(&process->child, SIGTERM);
    deadline_set(&process->deadline, clock_mono_ms(), GRACE_MS);
}

void processes_kill(struct functions *functions)
{
    while (functions->processes) {
        struct process *process = functions->processes;
        child_kill(&process->child);
        process_release(process);
    }
}

/* Our ends must not block; the process's may. */
static int make_pipes(int in[2], int out[2], struct err *err)
{
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || fcntl(in[1], F_SETFL, O_NONBLOCK) != 0 ||
        fcntl(out[0], F_SETFL, O_NONBLOCK) != 0)
        return err_sys(err, ERR_FAILED, "cannot make a pipe");
    return 0;
}

static int spawn(struct process *process, const struct strv *env, struct err *err)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    int rc = make_pipes(in, out, err);
    if (rc == 0) {
        struct launch how = {.function = process->function,
                             .home = process->home,
                             .mark = process->mark,
                             .more_env = env,
                             .stdin_fd = in[0],
                             .stdout_fd = out[1],
                             .child = &process->child,
                             .output = &process->output};
        rc = launch(&how, err);
    }
    const int theirs[] = {in[0], out[1]};
    for (size_t i = 0; i < ARRAY_LEN(theirs); i++)
        if (theirs[i] >= 0)
            close(theirs[i]);
    struct loop *loop = process->function->all->daemon->loop;
    if (rc == 0) {
        wire_open(&process->in, loop, in[1], in_writable, process);
        wire_open(&process->out, loop, out[0], out_readable, process);
        wire_read(&process->out, true);
        return 0;
    }
    const int ours[] = {in[1], out[0]};
    for (size_t i = 0; i < ARRAY_LEN(ours); i++)
        if (ours[i] >= 0)
            close(ours[i]);
    return -1;
}

struct process *process_start(struct call *call, const struct head *head, struct err *err)
{
    struct function *function = call->function;
    struct functions *all = function->all;
    AUTOFREE char *home = functions_new_home(all, function);
    if (child_dir_make(home, NULL, err) != 0)
        return NULL;

    CLEANUP(strv_release) struct strv env = STRV_INIT;
    request_env(&env, call, head);
    struct process *process = xcalloc(1, sizeof(*process));
    *process = (struct process){.function = function,
                                .child = CHILD_INIT,
                                .in = WIRE_INIT,
                                .out = WIRE_INIT,
                                .held = STR_INIT,
                                .wanted_ns = clock_mono_ns()};
    process->home = TAKE(home);
    process->mark = leftovers_mark(all->daemon->leftovers);
    if (spawn(process, &env, err) != 0) {
        CLEANUP(err_release) struct err unused = ERR_INIT;
        dir_remove(process->home, &unused);
        free(process->home);
        free(process->mark);
        free(process);
        return NULL;
    }
    process->spawned_ns = clock_mono_ns();
    call->wanted_ns = process->wanted_ns;
    call->spawned_ns = process->spawned_ns;
    process->pid = process->child.pid;
    process->call = call;
    process->next = all->processes;
    if (process->next)
        process->next->previous = process;
    all->processes = process;
    function->running++;
    function->calls++; /* the process holds it too */
    deadline_init(&process->deadline, all->daemon->loop, process_late, process);
    process->ended = watch_new(all->daemon->loop, process->child.pidfd, process_ended, process);
    watch_set(process->ended, WATCH_READ);
    return process;
}
