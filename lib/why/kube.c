/* What everything in Kubernetes has in common: the document, events, nodes, the end of a log. */
#include "why/kube.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/url.h"
#include "openstack/ask.h"
#include "openstack/nova.h"
#include "train/last_words.h"
#include "why/kube_parts.h"

void why_kube_start(struct why_kube *why, const struct why_place *place)
{
    *why = (struct why_kube){
        .place = place,
        .kube = place->kube,
        .ns = place->kube->ns,
        .chain = {.links = node_new_array(), .useful = node_new_array()},
        .summary = STR_INIT,
        .nodes_err = ERR_INIT,
    };
}

node_t *why_kube_end(struct why_kube *why, const struct link *what)
{
    node_t *document = node_new_object();
    node_set_str(document, "name", what->name);
    node_set_str(document, "namespace", why->ns);
    node_set_str(document, "id", what->id);
    node_set_str(document, "status", what->state);
    node_set_str(document, "verdict", why->verdict ? why->verdict : "healthy");
    if (!why->verdict)
        str_addf(&why->summary, "nothing is wrong with %s %s that can be seen", what->kind, what->name);
    node_set_str(document, "summary", why->summary.buf);
    node_set(document, "chain", TAKE(why->chain.links));
    node_set(document, "useful", TAKE(why->chain.useful));
    str_release(&why->summary);
    node_free(why->nodes);
    err_release(&why->nodes_err);
    return document;
}

void why_say(struct why_kube *why, const char *verdict, const char *fmt, ...)
{
    if (why->verdict)
        return;
    why->verdict = verdict;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&why->summary, fmt, ap);
    va_end(ap);
}

bool why_is_plain(const char *text)
{
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr("._/=:-", *text))
            return false;
    return true;
}

void why_count(struct str *s, double n, const char *word) { str_addf(s, "%.0f %s%s", n, word, n == 1 ? "" : "s"); }

void why_since(struct str *s, const char *time)
{
    int64_t at_ms;
    if (!time || !rfc3339_parse(time, &at_ms) || clock_wall_ms() < at_ms)
        return;
    str_add(s, s->len ? ", for " : "for ");
    age_print(s, clock_wall_ms() - at_ms);
}

const node_t *why_nodes(struct why_kube *why)
{
    if (!why->nodes && why->nodes_err.code == ERR_OK)
        why->nodes = kube_list_of(why->kube, &kube_nodes_kind, NULL, NULL, &why->nodes_err);
    return why->nodes;
}

/* ---- events ---- */

void why_ask_events(struct kube_ask *ask, const char *ns, const node_t *object)
{
    AUTOFREE char *fields = xasprintf("involvedObject.uid=%s", node_str(object, "/metadata/uid", ""));
    kube_ask_list(ask, &kube_events, ns, NULL, fields);
}

static const char *time_of(const node_t *event)
{
    static const char *const where[] = {"/series/lastObservedTime", "/lastTimestamp", "/eventTime",
                                        "/metadata/creationTimestamp"};
    for (size_t i = 0; i < ARRAY_LEN(where); i++)
        if (*node_str(event, where[i], ""))
            return node_str(event, where[i], "");
    return "";
}

const node_t *why_event(const node_t *events, const char *reason)
{
    const node_t *latest = NULL;
    for (const node_t *event = node_first(events); event; event = node_next(event)) {
        bool is_meant =
            reason ? strcmp(node_str(event, "/reason", ""), reason) == 0 : strcmp(node_str(event, "/type", ""), "Warning") == 0;
        if (is_meant && (!latest || strcmp(time_of(event), time_of(latest)) >= 0))
            latest = event;
    }
    return latest;
}

/* ---- the end of a log ---- */

void why_last_lines(struct str *s, const char *text)
{
    enum { LINES = 3, LINE_MAX_BYTES = 240 };
    CLEANUP(strv_release) struct strv lines = STRV_INIT;
    AUTOFREE char *own = xstrndup(text, last_words_own(text));
    strv_last_lines(&lines, own, LINES);
    for (size_t i = 0; i < lines.n; i++)
        str_addf(s, "%s%.*s", i ? " \u00b7 " : "", LINE_MAX_BYTES, lines.v[i] + strspn(lines.v[i], " \t"));
}

void why_log_tail(struct why_kube *why, const node_t *pod, const char *container, bool previous, struct str *s)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str path = STR_INIT;
    kube_path(&path, &kube_pods, why->ns, node_str(pod, "/metadata/name", "?"), "log");
    url_query(&path, "container", container);
    url_query(&path, "tailLines", "60");
    url_query(&path, "limitBytes", "65536");
    url_query(&path, "previous", previous ? "true" : NULL);
    struct kube_request request = {.path = path.buf, .accept = "*/*"};
    if (kube_send(why->kube, &request, &res, &none) == 0 && res.status == 200)
        why_last_lines(s, res.body.buf);
}

/* ---- nodes and the servers that they are ---- */

/* "openstack:///UUID", "openstack://REGION/UUID" */
static const char *server_id(const node_t *node)
{
    const char *provider = node_str(node, "/spec/providerID", ""), *slash = strrchr(provider, '/');
    return str_starts(provider, "openstack://") && slash && resource_is_uuid(slash + 1) ? slash + 1 : NULL;
}

static void ask_server(struct ask *ask, const char *name, const node_t *node)
{
    CLEANUP(str_release) struct str query = STR_INIT;
    const char *id = server_id(node);
    if (id) {
        ask_one(ask, &nova_server, id);
        return;
    }
    AUTOFREE char *pattern = xasprintf("^%s$", name);
    url_query(&query, "name", pattern);
    ask_list(ask, &nova_server, query.buf);
}

static void add_server(struct why_kube *why, const struct ask *ask, const char *name, int depth)
{
    const node_t *server = ask_found(ask);
    const char *fault = node_str(server, "/fault/message", NULL), *status = node_str(server, "/status", NULL);
    struct link link = {.depth = depth, .layer = "nova", .kind = "server", .name = node_str(server, "/name", name)};
    link.id = node_str(server, "/id", NULL);
    link.state = server ? status : ask_is_missing(ask) ? "missing" : NULL;
    link.reason = fault;
    if (!server && ask_is_missing(ask))
        link.reason = "the cloud has no server of this name in the project";
    else if (!server)
        link.unseen = true, link.reason = ask->err.why ? ask->err.why : ask->err.what;
    chain_add(&why->chain, &link);
    if (server && strcmp(node_str(server, "/status", ""), "ACTIVE") != 0 && why_is_plain(link.name))
        chain_try(&why->chain, "what the cloud says of the server", "aiwf api openstack GET compute:/v2.1/servers/%s", link.id);
}

static void tell_server(struct why_kube *why, const char *name, const node_t *node, int depth)
{
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (!why->place->open_cloud)
        return;
    if (why->place->open_cloud(why->place->arg, &os, &err) != 0) {
        struct link link = {.depth = depth, .layer = "nova", .kind = "server", .name = name, .unseen = true};
        link.reason = err.why ? err.why : err.what;
        chain_add(&why->chain, &link);
        return;
    }
    struct ask ask = {0};
    ask_server(&ask, name, node);
    ask_all(&os, &ask, 1);
    add_server(why, &ask, name, depth);
    ask_release(&ask);
}

void why_tell_node(struct why_kube *why, const char *name, const node_t *node, int depth)
{
    CLEANUP(str_release) struct str reason = STR_INIT;
    const node_t *ready = kube_condition(node, "Ready");
    if (node && kube_condition_is(node, "Ready", "True"))
        return;
    str_add(&reason, node ? node_str(ready, "/message", node_str(ready, "/reason", "its kubelet has not reported yet"))
                          : "there is no such node any more");
    why_since(&reason, node_str(ready, "/lastTransitionTime", NULL));
    struct link link = {.depth = depth, .layer = "kubernetes", .kind = "node", .name = name, .reason = reason.buf};
    link.state = node ? "NotReady" : "missing";
    chain_add(&why->chain, &link);
    tell_server(why, name, node, depth + 1);
}
