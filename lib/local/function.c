/* How many instances of a function run: its queue, scaling, scale to zero, floors, backoff. */
#include "local/function.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "local/call.h"

struct cold_waiter {
    struct cold_waiter *next;
    void (*fn)(bool is_cold, void *arg);
    void *arg;
};

int64_t function_floor(const struct function *function)
{
    if (function->config.is_stdio)
        return 0;
    int64_t floor = function->config.scale_min;
    int64_t pool = function->all->daemon->pools ? pools_floor(function->all->daemon->pools, function->name) : 0;
    if (pool > floor)
        floor = pool;
    int64_t ceiling = function_ceiling(function);
    return floor < ceiling ? floor : ceiling;
}

/* A pool's ceiling counts for more than scale.max, either way: it is the later word. */
int64_t function_ceiling(const struct function *function)
{
    int64_t pool = function->all->daemon->pools ? pools_ceiling(function->all->daemon->pools, function->name) : -1;
    return pool >= 0 ? pool : function->config.scale_max;
}

bool function_is_backing_off(const struct function *function)
{
    return function->backoff_until_ms && clock_mono_ms() < function->backoff_until_ms;
}

struct logfile *function_log(struct function *function)
{
    if (!function->log)
        function->log = logfile_new(function->log_path, 0);
    return function->log;
}

void function_log_note(struct function *function, const char *fmt, ...)
{
    if (function->is_removed)
        return;
    CLEANUP(str_release) struct str s = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&s, fmt, ap);
    va_end(ap);
    logfile_note(function_log(function), "%s", s.buf);
}

/* What a process said last, as a reason for its end. */
static void add_last_line(const struct function *function, struct str *s)
{
    CLEANUP(log_reader_free) struct log_reader *reader = log_reader_new(function->log_path, 8, 0);
    CLEANUP(str_release) struct str last = STR_INIT;
    struct log_line line;
    while (reader && log_reader_next(reader, &line)) {
        if (line.stream == LOG_SYSTEM || line.len == 0)
            continue;
        str_reset(&last);
        str_addn(&last, line.text, line.len < 300 ? line.len : 300);
    }
    if (last.len)
        str_addf(s, ": %s", last.buf);
}

void function_end_text(struct function *function, const struct child_end *end, struct str *s)
{
    if (end->signal)
        str_addf(s, "was ended by signal %d (%s)", end->signal, strsignal(end->signal));
    else
        str_addf(s, "exited with code %d", end->exit_code);
    if (end->signal == 9 && function->config.memory_bytes)
        str_add(s, ", perhaps for its memory limit");
    add_last_line(function, s);
}

static void queue_unlink(struct function *function, struct call *call)
{
    if (call->previous)
        call->previous->next = call->next;
    else
        function->queue_first = call->next;
    if (call->next)
        call->next->previous = call->previous;
    else
        function->queue_last = call->previous;
    call->next = call->previous = NULL;
    call->is_queued = false;
    function->queued--;
}

void function_dequeue(struct function *function, struct call *call)
{
    if (call->is_queued)
        queue_unlink(function, call);
}

void function_enqueue(struct function *function, struct call *call)
{
    call->is_queued = true;
    call->next = NULL;
    call->previous = function->queue_last;
    if (function->queue_last)
        function->queue_last->next = call;
    else
        function->queue_first = call;
    function->queue_last = call;
    function->queued++;
    function->is_held_cold = false;
    function_balance(function);
}

struct instance *function_pick(struct function *function)
{
    for (struct instance *i = function->instances; i; i = i->next)
        if (i->state == INSTANCE_READY && i->inflight < function->config.target)
            return i;
    return NULL;
}

static int64_t count_idle(const struct function *function)
{
    int64_t n = 0;
    for (const struct instance *i = function->instances; i; i = i->next)
        n += i->state == INSTANCE_READY && i->inflight == 0;
    return n;
}

static void tell_pools(struct instance *instance, bool is_cold)
{
    struct function *function = instance->function;
    struct pools *pools = function->all->daemon->pools;
    bool is_over = instance->inflight == 0 && instance->idle_since_ms &&
                   clock_mono_ms() - instance->idle_since_ms > function->config.idle_ms;
    pools_on_request(pools, function->name, is_cold ? POOL_COLD : !instance->was_used || is_over ? POOL_KEPT : POOL_WARM);
}

void function_tell_idle(struct function *function)
{
    if (function->is_pooled)
        pools_on_idle(function->all->daemon->pools, function->name, count_idle(function));
}

void function_take(struct instance *instance, bool is_cold)
{
    struct function *function = instance->function;
    if (function->is_pooled)
        tell_pools(instance, is_cold);
    instance->inflight++;
    instance->was_used = true;
    if (instance->inflight == 1)
        function_tell_idle(function);
}

void function_give_back(struct instance *instance)
{
    struct function *function = instance->function;
    instance->inflight--;
    if (instance->inflight == 0)
        instance_idle(instance, clock_mono_ms());
    if (instance->inflight == 0)
        function_tell_idle(function);
    if (function->queue_first)
        function_balance(function);
}

/* The first of the queue goes where there is room, as long as there is. */
static void dispatch(struct function *function)
{
    if (function->is_dispatching)
        return;
    function->is_dispatching = true;
    while (function->queue_first) {
        struct call *call = function->queue_first;
        if (function->config.is_stdio) {
            if (function->running >= function->config.scale_max || function_is_backing_off(function))
                break;
            queue_unlink(function, call);
            call_assign(call, NULL);
            continue;
        }
        struct instance *instance = function_pick(function);
        if (!instance)
            break;
        queue_unlink(function, call);
        call_assign(call, instance);
    }
    function->is_dispatching = false;
}

static void function_refuse_queue(struct function *function)
{
    while (function->queue_first) {
        struct call *call = function->queue_first;
        queue_unlink(function, call);
        call_fail(call, 503, "function \"%s\" cannot start: %s", function->name,
                  function->message ? function->message : "it failed");
    }
}

static void again(void *arg)
{
    struct function *function = arg;
    struct server *server = function->all->daemon->server;
    function_balance(function);
    if (server)
        graves_empty(server);
}

void function_failed(struct function *function, int64_t lived_ms, const char *fmt, ...)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&s, fmt, ap);
    va_end(ap);

    free(function->message);
    function->message = str_detach(&s);
    function->crashes = lived_ms >= STEADY_MS ? 1 : function->crashes + 1;
    int64_t wait_ms = BACKOFF_MIN_MS;
    for (int i = 1; i < function->crashes && wait_ms < BACKOFF_MAX_MS; i++)
        wait_ms *= 2;
    if (wait_ms > BACKOFF_MAX_MS)
        wait_ms = BACKOFF_MAX_MS;
    function->backoff_until_ms = clock_mono_ms() + wait_ms;
    function_log_note(function, "%s; next try not before %lld ms", function->message, (long long)wait_ms);
    if (function->ready + function->starting == 0 && function->running == 0)
        function_refuse_queue(function);
    timer_set(function->again, wait_ms + 1);
}

void function_well(struct function *function)
{
    free(TAKE(function->message));
    function->backoff_until_ms = 0;
}

static bool wants_more(const struct function *function)
{
    int64_t have = function->ready + function->starting;
    if (have >= function_ceiling(function))
        return function->queued && have == 0 && function_ceiling(function) > 0;
    return (have < function_floor(function) && !function->is_held_cold) ||
           (int64_t)function->queued > function->starting * function->config.target;
}

static void start_wanted(struct function *function)
{
    while (!function_is_backing_off(function) && wants_more(function)) {
        CLEANUP(err_release) struct err err = ERR_INIT;
        if (instance_start(function, &err) != 0)
            function_failed(function, 0, "%s%s%s", err.what, err.why ? ": " : "", err.why ? err.why : "");
    }
    if (function->queued && function->ready + function->starting == 0 && function_ceiling(function) == 0) {
        free(function->message);
        function->message = xstrdup("its pool's ceiling is 0");
        function_refuse_queue(function);
    }
}

void function_balance(struct function *function)
{
    dispatch(function);
    if (function->all->is_ending || function->is_dispatching || function->is_removed || function->config.is_stdio)
        return;
    start_wanted(function);
}

void function_shrink(struct function *function, int64_t keep)
{
    int64_t have = function->ready + function->starting;
    for (int pass = 0; pass < 2; pass++) /* those without work first */
        for (struct instance *i = function->instances, *next; i && have > keep; i = next) {
            next = i->next;
            if (i->state > INSTANCE_READY || (pass == 0 && i->inflight))
                continue;
            have--;
            instance_drain(i);
        }
}

void function_make_cold(struct function *function, void (*fn)(bool is_cold, void *arg), void *arg)
{
    struct cold_waiter *waiter = xcalloc(1, sizeof(*waiter));
    *waiter = (struct cold_waiter){.next = function->cold_waiters, .fn = fn, .arg = arg};
    function->cold_waiters = waiter;
    function->replicas = 0;
    function->is_held_cold = true;
    function_shrink(function, 0);
    function_cold_check(function);
}

void function_cold_check(struct function *function)
{
    if (function->instances || function->running)
        return;
    while (function->cold_waiters) {
        struct cold_waiter *waiter = function->cold_waiters;
        function->cold_waiters = waiter->next;
        waiter->fn(true, waiter->arg);
        free(waiter);
    }
}

struct function *function_new(struct functions *all, const char *name)
{
    struct function *function = xcalloc(1, sizeof(*function));
    function->all = all;
    function->name = xstrdup(name);
    function->replicas = 1;
    function->log_path = xasprintf("%s/%s.log", all->log_folder, name);
    function->again = timer_new(all->daemon->loop, again, function);
    return function;
}

void function_free(struct function *function)
{
    if (function->is_removed) { /* empty by now, unless a new one of this name has its files there */
        AUTOFREE char *folder = path_join(function->all->run_folder, function->name);
        rmdir(folder);
    }
    timer_free(function->again);
    stats_release(&function->stats);
    function_config_release(&function->config);
    logfile_free(function->log);
    node_free(function->spec);
    free(function->log_path);
    free(function->message);
    free(function->name);
    free(function);
}

static void cold_waiters_give_up(struct function *function)
{
    while (function->cold_waiters) {
        struct cold_waiter *waiter = function->cold_waiters;
        function->cold_waiters = waiter->next;
        waiter->fn(false, waiter->arg);
        free(waiter);
    }
}

void function_remove(struct function *function)
{
    function->calls++; /* ours: the queue's last call must not free it under us */
    function->is_removed = true;
    function->next_leaving = function->all->leaving;
    function->all->leaving = function;
    free(function->message);
    function->message = xstrdup("it was removed");
    timer_clear(function->again);
    function_refuse_queue(function);
    cold_waiters_give_up(function);
    /* What has its name may be deployed anew at once: nothing named after it is kept. */
    stats_drop(function);
    if (function->workload)
        workload_forget(TAKE(function->workload));
    if (function->log)
        logfile_note(function->log, "removed"); /* those who follow it see is_removed and end */
    logfile_remove(function->log_path);
    function_shrink(function, 0);
    function->calls--;
    function_leave_check(function);
}

void function_leave_check(struct function *function)
{
    if (!function->is_removed || function->instances || function->calls)
        return;
    for (struct function **at = &function->all->leaving; *at; at = &(*at)->next_leaving)
        if (*at == function) {
            *at = function->next_leaving;
            break;
        }
    function_free(function);
}
