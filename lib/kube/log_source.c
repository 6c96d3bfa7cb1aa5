#include "kube/log_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kube/object.h"
#include "net/url.h"

enum {
    AGAIN_MS = 300, /* until the pod's status tells what the end of its log meant */
    WAIT_MS = 1000, /* for a container that was said to run, and does not yet */
    RETRY_MS = 250, /* after a failure, doubled each time */
    RETRY_MAX_MS = 8000,
    GIVE_UP_MS = 120000,
};

static void source_free(struct log_source *source)
{
    http_stream_close(source->stream);
    log_reader_release(&source->reader);
    free(source->pod);
    free(source->uid);
    free(source->container);
    free(source->label);
    free(source->waits);
    free(source);
}

void log_sources_release(struct log_sources *sources)
{
    for (size_t i = 0; i < sources->n; i++)
        source_free(sources->all[i]);
    free(sources->all);
    err_release(&sources->err);
}

static void say(const struct log_source *source, const char *text)
{
    const struct kube_logs *logs = source->all->logs;
    if (logs->say)
        logs->say(source->label, text, logs->arg);
}

/* ---- lines ----------------------------------------------------------------------------------------------------- */

/* No line of it, but the kubelet's word that the container is not kept: with 200, in the log's place (facts: Kubernetes
 * v1.37, pkg/kubelet/kuberuntime, GetContainerLogs). */
static bool is_not_kept(const struct log_line *line)
{
    static const char words[] = "unable to retrieve container logs for ";
    return !line->stamp_len && line->len >= sizeof(words) - 1 && memcmp(line->text, words, sizeof(words) - 1) == 0;
}

static bool on_line(const struct log_line *line, void *arg)
{
    const struct log_source *source = arg;
    const struct kube_logs *logs = source->all->logs;
    if (!line->stamp_len && source->reading == READING_EARLIER)
        return true;
    if (is_not_kept(line)) {
        say(source, "its log is not kept any more");
        return true;
    }
    size_t skip = logs->timestamps ? 0 : line->stamp_len;
    struct kube_log_line out = {
        .label = source->label,
        .pod = source->pod,
        .container = source->container,
        .text = line->text + skip,
        .len = line->len - skip,
        .cut = line->cut,
    };
    return logs->on_line(&out, logs->arg);
}

static bool on_data(const char *data, size_t len, void *arg)
{
    struct log_source *source = arg;
    struct log_sources *all = source->all;
    if (all->stop)
        return false;
    all->heard_ms = clock_mono_ms();
    source->failures = 0;
    source->failing_since_ms = 0;
    all->stop = !log_reader_feed(&source->reader, data, len, on_line, source);
    return !all->stop;
}

static void end_of_log(struct log_source *source)
{
    source->is_read = true;
    if (!log_reader_end(&source->reader, on_line, source))
        source->all->stop = true;
}

/* ---- the end of an answer --------------------------------------------------------------------------------------- */

static void wait_a_little(struct log_source *source, int64_t ms) { source->not_before_ms = clock_mono_ms() + ms; }

/* A passing failure, as far as one can know. */
static void try_again(struct log_source *source, const struct err *err)
{
    int64_t now = clock_mono_ms();
    int64_t delay = RETRY_MS << (source->failures < 5 ? source->failures : 5);
    if (!source->failures++)
        source->failing_since_ms = now;
    if (now - source->failing_since_ms > GIVE_UP_MS) {
        err_copy(&source->all->err, err);
        return;
    }
    if (source->failures == 3)
        say(source, err->why ? err->why : err->what);
    wait_a_little(source, delay < RETRY_MAX_MS ? delay : RETRY_MAX_MS);
}

static void refused(struct log_source *source, const struct http_response *res)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    http_check(res, &err, "cannot read the log of pod %s, container %s", source->pod, source->container);
    if (res->status == 401 || res->status == 403)
        err_copy(&source->all->err, &err);
    else if (res->status == 404)
        source->is_gone = true;
    else if (res->status == 400 && source->reading != READING_LIVE)
        source->is_read = true; /* that container's log is not kept any more */
    else if (res->status == 400)
        wait_a_little(source, WAIT_MS);
    else
        try_again(source, &err);
    if (source->is_gone || source->is_read)
        end_of_log(source);
}

static void on_end(const struct http_response *res, const struct err *err, void *arg)
{
    struct log_source *source = arg;
    source->stream = NULL;
    if (source->all->stop)
        return;
    if (err->what)
        try_again(source, err);
    else if (res->status >= 300)
        refused(source, res);
    else if (source->reading == READING_LIVE)
        wait_a_little(source, AGAIN_MS);
    else
        end_of_log(source);
}

/* ---- the beginning ---------------------------------------------------------------------------------------------- */

static void add_range(const struct log_source *source, struct str *url, bool again)
{
    const struct kube_logs *logs = source->all->logs;
    CLEANUP(str_release) struct str since = STR_INIT;
    AUTOFREE char *tail = xasprintf("%lld", (long long)logs->tail);
    if (again || source->read_restarts != source->restarts)
        return;
    if (logs->since_ms)
        rfc3339_print(&since, logs->since_ms);
    url_query(url, "sinceTime", logs->since_ms ? since.buf : NULL);
    url_query(url, "tailLines", logs->tail >= 0 ? tail : NULL);
}

static void open_reading(struct log_source *source, enum log_reading reading)
{
    const struct log_sources *all = source->all;
    CLEANUP(str_release) struct str url = STR_INIT;
    bool again = source->was_opened;
    AUTOFREE char *since = again ? log_reader_resume(&source->reader) : NULL;
    str_add(&url, all->kube->server);
    kube_path(&url, &kube_pods, all->logs->ns, source->pod, "log");
    url_query(&url, "container", source->container);
    url_query(&url, "timestamps", "true");
    url_query(&url, "follow", reading == READING_LIVE ? "true" : NULL);
    url_query(&url, "previous", reading == READING_EARLIER ? "true" : NULL);
    url_query(&url, "sinceTime", since);
    add_range(source, &url, again);
    struct http_stream_call call = {
        .req = {.url = url.buf, .once = true, .first_byte_ms = -1, .total_ms = -1, .on_data = on_data, .arg = source},
        .on_end = on_end,
    };
    source->reading = reading;
    source->was_opened = true;
    source->stream = http_stream_open(all->kube->http, &call);
}

static void begin_next(struct log_source *source)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "container %s was started again", source->container);
    say(source, text.buf);
    source->read_restarts = source->restarts;
    source->is_read = false;
}

bool log_source_is_wanted(const struct log_source *source)
{
    if (source->stream)
        return true;
    if (source->is_gone || !source->has_started || (source->all->logs->previous && !source->restarts))
        return false;
    return !source->is_read || source->restarts > source->read_restarts;
}

int log_source_go_on(struct log_source *source, struct err *err)
{
    struct log_sources *all = source->all;
    if (all->err.code != ERR_OK)
        return err_copy(err, &all->err);
    if (source->stream || !log_source_is_wanted(source) || clock_mono_ms() < source->not_before_ms)
        return 0;
    if (!source->was_opened)
        source->read_restarts = source->restarts;
    if (all->logs->previous) {
        open_reading(source, READING_EARLIER);
        return 0;
    }
    if (source->restarts > source->read_restarts && source->is_read)
        begin_next(source);
    if (source->restarts > source->read_restarts)
        open_reading(source, READING_EARLIER);
    else
        open_reading(source, source->is_running && all->logs->follow ? READING_LIVE : READING_REST);
    return 0;
}

/* ---- all of them ------------------------------------------------------------------------------------------------ */

static struct log_source *find(const struct log_sources *sources, const char *uid, const char *container)
{
    for (size_t i = 0; i < sources->n; i++)
        if (strcmp(sources->all[i]->uid, uid) == 0 && strcmp(sources->all[i]->container, container) == 0)
            return sources->all[i];
    return NULL;
}

static size_t count_wanted(const struct kube_logs *logs, const node_t *pod)
{
    if (logs->container)
        return 1;
    return node_len(node_at(pod, "/spec/initContainers")) + node_len(node_at(pod, "/spec/containers"));
}

static char *label_of(const struct log_sources *sources, const node_t *pod, const char *container)
{
    const struct kube_logs *logs = sources->logs;
    AUTOFREE char *label = logs->label ? logs->label(pod, logs->arg) : xstrdup(node_str(pod, "/metadata/name", "?"));
    return count_wanted(logs, pod) > 1 ? xasprintf("%s/%s", label, container) : TAKE(label);
}

static struct log_source *add(struct log_sources *sources, const node_t *pod, const char *container)
{
    struct log_source *source = xcalloc(1, sizeof(*source));
    *source = (struct log_source){.all = sources, .reader.rest = STR_INIT};
    source->pod = xstrdup(node_str(pod, "/metadata/name", "?"));
    source->uid = xstrdup(node_str(pod, "/metadata/uid", ""));
    source->container = xstrdup(container);
    source->label = label_of(sources, pod, container);
    GROW(sources->all, sources->n, sources->cap);
    sources->all[sources->n++] = source;
    sources->had_some = true;
    return source;
}

static const node_t *status_of(const node_t *pod, const char *list, const char *container)
{
    return node_find(node_at(pod, list), "/name", container);
}

static void update(struct log_source *source, const node_t *pod, const node_t *status)
{
    const char *phase = node_str(pod, "/status/phase", "");
    const char *waits = node_str(status, "/state/waiting/reason", NULL);
    source->is_running = node_at(status, "/state/running");
    source->restarts = node_int(status, "/restartCount", 0);
    source->has_started = source->is_running || node_at(status, "/state/terminated") || node_at(status, "/lastState/terminated");
    source->pod_has_ended = strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
    free(source->waits);
    source->waits = xstrdup_or_null(waits);
}

static void see_containers(struct log_sources *sources, const node_t *pod, const char *spec, const char *status)
{
    const char *uid = node_str(pod, "/metadata/uid", "");
    for (const node_t *c = node_first(node_at(pod, spec)); c; c = node_next(c)) {
        const char *name = node_str(c, "/name", "");
        if (sources->logs->container && strcmp(sources->logs->container, name) != 0)
            continue;
        struct log_source *source = find(sources, uid, name);
        update(source ? source : add(sources, pod, name), pod, status_of(pod, status, name));
    }
}

void log_sources_see(struct log_sources *sources, const node_t *pod)
{
    const struct kube_logs *logs = sources->logs;
    if (logs->is_wanted && !logs->is_wanted(pod, logs->arg))
        return;
    see_containers(sources, pod, "/spec/initContainers", "/status/initContainerStatuses");
    see_containers(sources, pod, "/spec/containers", "/status/containerStatuses");
}

void log_sources_forget(struct log_sources *sources, const char *uid)
{
    for (size_t i = 0; i < sources->n; i++)
        if (strcmp(sources->all[i]->uid, uid) == 0)
            sources->all[i]->is_gone = true;
}

static void drop_gone(struct log_sources *sources)
{
    size_t kept = 0;
    for (size_t i = 0; i < sources->n; i++) {
        struct log_source *source = sources->all[i];
        if (source->is_gone && !source->stream)
            source_free(source);
        else
            sources->all[kept++] = source;
    }
    sources->n = kept;
}

int log_sources_wait_ms(const struct log_sources *sources, int64_t until_ms)
{
    int64_t now = clock_mono_ms();
    for (size_t i = 0; i < sources->n; i++) {
        const struct log_source *source = sources->all[i];
        if (!source->stream && log_source_is_wanted(source) && source->not_before_ms < until_ms)
            until_ms = source->not_before_ms;
    }
    return until_ms > now ? (int)(until_ms - now) : 0;
}

int log_sources_go_on(struct log_sources *sources, struct err *err)
{
    drop_gone(sources);
    for (size_t i = 0; i < sources->n && !sources->stop; i++)
        if (log_source_go_on(sources->all[i], err) != 0)
            return -1;
    return 0;
}

bool log_sources_are_read(const struct log_sources *sources)
{
    for (size_t i = 0; i < sources->n; i++)
        if (log_source_is_wanted(sources->all[i]))
            return false;
    return true;
}

bool log_sources_have_ended(const struct log_sources *sources)
{
    for (size_t i = 0; i < sources->n; i++)
        if (!sources->all[i]->pod_has_ended)
            return false;
    return sources->had_some && log_sources_are_read(sources);
}
