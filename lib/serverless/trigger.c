#include "serverless/trigger.h"

#include <string.h>
#include <strings.h>

#include "kube/ask.h"

#define EVENTING                                     \
    .word = "trigger", .system = "Knative Eventing", \
    .remedy = "install Knative Eventing (knative.dev/docs/install), or call the function: aiwf function invoke --event"

static const struct kube_kind triggers = {
    .group = "eventing.knative.dev", .version = "v1", .plural = "triggers", .kind = "Trigger", EVENTING};
static const struct kube_kind ping_sources = {
    .group = "sources.knative.dev", .version = "v1", .plural = "pingsources", .kind = "PingSource", EVENTING};
static const struct kube_kind kafka_sources = {
    .group = "sources.knative.dev",
    .version = "v1beta1",
    .plural = "kafkasources",
    .kind = "KafkaSource",
    .word = "trigger",
    .system = "Knative's source for Kafka",
    .remedy = "install it beside Knative Eventing (knative-extensions/eventing-kafka-broker)"};

static const struct kube_kind brokers = {
    .group = "eventing.knative.dev", .version = "v1", .plural = "brokers", .kind = "Broker", EVENTING};

const struct kube_kind *const trigger_kinds[TRIGGER_KINDS] = {
    [TRIGGER_BROKER] = &triggers, [TRIGGER_CLOCK] = &ping_sources, [TRIGGER_KAFKA] = &kafka_sources};

const struct kube_flag trigger_flags[] = {
    {"metadata.name", "NAME"},
    {"spec.broker", "--broker"},
    {"spec.filter", "--filter"},
    {"spec.schedule", "--schedule"},
    {"spec.data", "--data"},
    {"spec.bootstrapServers", "--kafka"},
    {"spec.topics", "--topic"},
    {"spec.consumerGroup", "--group"},
    {"spec.subscriber", "--function"},
    {"spec.sink", "--function"},
    {0},
};

static int check_filters(const struct trigger_spec *spec, struct err *err)
{
    for (size_t i = 0; spec->filters && i < spec->filters->n; i++) {
        const char *filter = spec->filters->v[i], *equals = strchr(filter, '=');
        if (!equals || equals == filter)
            return err_set(err, ERR_USAGE, "--filter: \"%s\" is not ATTRIBUTE=VALUE", filter);
    }
    return 0;
}

int trigger_check(const struct trigger_spec *spec, enum trigger_kind *ret, struct err *err)
{
    bool has_filters = spec->filters && spec->filters->n, has_topics = spec->topics && spec->topics->n;
    bool is_broker = spec->broker || has_filters;
    if ((spec->schedule != NULL) + (spec->kafka != NULL) + is_broker > 1) {
        err_set(err, ERR_USAGE, "a trigger is of a broker, of a clock or of Kafka");
        return err_hint(err, "one of --broker and --filter, --schedule, --kafka");
    }
    if (spec->data && !spec->schedule)
        return err_set(err, ERR_USAGE, "--data is what a --schedule sends");
    if (has_topics != (spec->kafka != NULL) || (spec->group && !spec->kafka))
        return err_set(err, ERR_USAGE, "--kafka HOST:PORT, --topic and --group belong together");
    *ret = spec->schedule ? TRIGGER_CLOCK : spec->kafka ? TRIGGER_KAFKA : TRIGGER_BROKER;
    return check_filters(spec, err);
}

static node_t *reference(const struct trigger_spec *spec)
{
    node_t *to = node_new_object();
    node_t *ref = node_set(to, "ref", node_new_object());
    node_set_str(ref, "apiVersion", "serving.knative.dev/v1");
    node_set_str(ref, "kind", "Service");
    node_set_str(ref, "name", spec->function);
    return to;
}

static node_t *texts(const struct strv *list)
{
    node_t *array = node_new_array();
    for (size_t i = 0; i < list->n; i++)
        node_push(array, node_new_str(list->v[i]));
    return array;
}

static void fill_broker(const struct trigger_spec *spec, node_t *of)
{
    node_set_str(of, "broker", spec->broker ? spec->broker : "default");
    if (spec->filters && spec->filters->n)
        node_set_pairs(node_set(node_set(of, "filter", node_new_object()), "attributes", node_new_object()), spec->filters);
    node_set(of, "subscriber", reference(spec));
}

static void fill_clock(const struct trigger_spec *spec, node_t *of)
{
    node_set_str(of, "schedule", spec->schedule);
    if (spec->data) {
        node_set_str(of, "contentType", "application/json");
        node_set_str(of, "data", spec->data);
    }
    node_set(of, "sink", reference(spec));
}

static void fill_kafka(const struct trigger_spec *spec, node_t *of)
{
    CLEANUP(strv_release) struct strv servers = STRV_INIT;
    strv_split(&servers, spec->kafka, ",");
    node_set(of, "bootstrapServers", texts(&servers));
    node_set(of, "topics", texts(spec->topics));
    if (spec->group)
        node_set_str(of, "consumerGroup", spec->group);
    node_set(of, "sink", reference(spec));
}

node_t *trigger_object(const struct trigger_spec *spec, enum trigger_kind kind, const char *ns)
{
    static void (*const fill[TRIGGER_KINDS])(const struct trigger_spec *, node_t *) = {
        [TRIGGER_BROKER] = fill_broker, [TRIGGER_CLOCK] = fill_clock, [TRIGGER_KAFKA] = fill_kafka};
    node_t *object = kube_object(trigger_kinds[kind], ns, spec->name);
    kube_mark(object);
    fill[kind](spec, node_set(object, "spec", node_new_object()));
    return object;
}

/* The newer filters, in any of their dialects, stand before the attributes. */
static void add_filters(struct str *on, const node_t *object)
{
    size_t n = node_len(node_at(object, "/spec/filters"));
    const node_t *filters = node_at(object, "/spec/filter/attributes");
    if (n) {
        str_addf(on, ", %zu filter%s", n, n == 1 ? "" : "s");
        return;
    }
    for (const node_t *filter = node_type(filters) == NODE_OBJECT ? node_first(filters) : NULL; filter;
         filter = node_next(filter))
        str_addf(on, " %s=%s", node_key(filter), node_text(filter) ? node_text(filter) : "?");
}

/* As NAMESPACE/NAME where it is of another one (spec.brokerRef, behind a feature flag in 0.42). */
static void add_broker(node_t *document, const node_t *object)
{
    const char *name = node_str(object, "/spec/brokerRef/name", NULL), *ns = node_str(object, "/spec/brokerRef/namespace", NULL);
    CLEANUP(str_release) struct str broker = STR_INIT;
    if (name && ns)
        str_cat(&broker, ns, "/");
    str_add(&broker, name ? name : node_str(object, "/spec/broker", "default"));
    node_set_str(document, "broker", broker.buf);
}

static void add_on(node_t *document, const node_t *object, enum trigger_kind kind)
{
    CLEANUP(str_release) struct str on = STR_INIT;
    if (kind == TRIGGER_CLOCK)
        str_addf(&on, "schedule %s", node_str(object, "/spec/schedule", "?"));
    if (kind == TRIGGER_BROKER)
        str_cat(&on, "broker ", node_str(document, "/broker", "default"));
    add_filters(&on, object);
    for (const node_t *topic = node_first(node_at(object, "/spec/topics")); topic; topic = node_next(topic))
        str_addf(&on, "%s%s", on.len ? "," : "kafka ", node_text(topic) ? node_text(topic) : "?");
    node_set_str(document, "on", on.buf);
}

node_t *trigger_document(const node_t *object, enum trigger_kind kind)
{
    node_t *document = node_new_object();
    const node_t *ready = kube_condition(object, "Ready");
    const char *status = node_str(ready, "/status", "Unknown");
    const char *to = kind == TRIGGER_BROKER ? "/spec/subscriber/ref/name" : "/spec/sink/ref/name";
    bool is_ready = strcmp(status, "True") == 0;
    node_set_str(document, "name", node_str(object, "/metadata/name", "?"));
    node_set_str(document, "kind", trigger_kinds[kind]->kind);
    node_set_str(document, "function", node_str(object, to, NULL));
    node_set_str(document, "broker", NULL);
    if (kind == TRIGGER_BROKER)
        add_broker(document, object);
    add_on(document, object, kind);
    node_set_str(document, "state", is_ready ? "Ready" : strcmp(status, "False") == 0 ? "Failed" : "Starting");
    node_set_str(document, "message", is_ready ? NULL : node_str(ready, "/message", node_str(ready, "/reason", NULL)));
    node_set_str(document, "created", node_str(object, "/metadata/creationTimestamp", NULL));
    return document;
}

static void set_copy(node_t *document, const char *key, const node_t *value)
{
    node_set(document, key, value ? node_copy(value) : node_new_null());
}

node_t *trigger_detail(const node_t *object, enum trigger_kind kind)
{
    node_t *document = trigger_document(object, kind);
    set_copy(document, "filter", node_at(object, "/spec/filter/attributes"));
    set_copy(document, "filters", node_at(object, "/spec/filters"));
    node_set_str(document, "schedule", node_str(object, "/spec/schedule", NULL));
    node_set_str(document, "timezone", node_str(object, "/spec/timezone", NULL));
    node_set_str(document, "data", node_str(object, "/spec/data", NULL));
    node_set_str(document, "data_base64", node_str(object, "/spec/dataBase64", NULL));
    set_copy(document, "servers", node_at(object, "/spec/bootstrapServers"));
    set_copy(document, "topics", node_at(object, "/spec/topics"));
    node_set_str(document, "group", node_str(object, "/spec/consumerGroup", NULL));
    node_set_str(document, "url", node_str(object, "/status/subscriberUri", node_str(object, "/status/sinkUri", NULL)));
    node_set(document, "conditions", kube_conditions(object));
    return document;
}

/* One of another namespace is not looked for. */
static const char *mute_broker(const node_t *document)
{
    const char *broker = node_str(document, "/broker", NULL);
    bool is_mute = broker && !strchr(broker, '/') && !node_str(document, "/message", NULL) &&
                   strcmp(node_str(document, "/state", ""), "Starting") == 0;
    return is_mute ? broker : NULL;
}

static bool is_missing(const struct kube_ask *asks, const struct strv *names, const char *name)
{
    int i = name ? str_index((const char *const *)names->v, name) : -1;
    return i >= 0 && asks[i].err.code == ERR_NOT_FOUND;
}

void trigger_tell_brokers(struct kube *kube, node_t *documents)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    for (const node_t *one = documents; one; one = node_next(one))
        if (mute_broker(one) && !strv_has(&names, mute_broker(one)))
            strv_add(&names, mute_broker(one));
    AUTOFREE struct kube_ask *asks = xcalloc(names.n + 1, sizeof(*asks));
    for (size_t i = 0; i < names.n; i++)
        kube_ask_one(&asks[i], &brokers, kube->ns, names.v[i]);
    kube_ask_all(kube, asks, names.n);
    for (node_t *one = documents; one; one = node_next(one)) {
        if (!is_missing(asks, &names, mute_broker(one)))
            continue;
        AUTOFREE char *message = xasprintf("there is no broker \"%s\" in namespace %s", mute_broker(one), kube->ns);
        node_set_str(one, "message", message);
    }
    for (size_t i = 0; i < names.n; i++)
        kube_ask_release(&asks[i]);
}

node_t *trigger_list(struct kube *kube, struct err *err)
{
    CLEANUP(node_free) node_t *all = node_new_array();
    struct kube_listing lists[TRIGGER_KINDS] = {{0}};
    size_t installed = 0;
    for (enum trigger_kind kind = 0; kind < TRIGGER_KINDS; kind++)
        lists[kind] = (struct kube_listing){.kind = trigger_kinds[kind], .ns = kube->ns};
    if (kube_list_installed(kube, lists, TRIGGER_KINDS, err) != 0)
        return NULL;
    for (enum trigger_kind kind = 0; kind < TRIGGER_KINDS; kind++) {
        installed += lists[kind].items != NULL;
        for (const node_t *object = node_first(lists[kind].items); object; object = node_next(object))
            node_push(all, trigger_document(object, kind));
        kube_listing_release(&lists[kind]);
    }
    if (installed)
        return TAKE(all);
    err_set(err, ERR_FAILED, "%s is not installed in this cluster", triggers.system);
    err_hint(err, "%s", triggers.remedy);
    return NULL;
}

/* "pingsource/nightly": of this kind alone. */
static bool is_of_kind(const char **name, enum trigger_kind *ret)
{
    const char *slash = strchr(*name, '/');
    for (enum trigger_kind kind = 0; slash && kind < TRIGGER_KINDS; kind++) {
        const char *word = trigger_kinds[kind]->kind;
        if (strlen(word) != (size_t)(slash - *name) || strncasecmp(word, *name, strlen(word)) != 0)
            continue;
        *name = slash + 1;
        *ret = kind;
        return true;
    }
    return false;
}

static node_t *none_alone(const struct kube_ask *asks, size_t n, const char *name, const char *ns, struct err *err)
{
    CLEANUP(str_release) struct str kinds = STR_INIT;
    CLEANUP(str_release) struct str names = STR_INIT;
    for (size_t i = 0; i < n; i++) {
        if (!asks[i].answer)
            continue;
        str_addf(&kinds, "%sa %s", kinds.len ? " and " : "", asks[i].kind->kind);
        str_addf(&names, "%s%s/%s", names.len ? ", or " : "", asks[i].kind->kind, name);
    }
    if (kinds.len) {
        err_set(err, ERR_CONFLICT, "several triggers are called \"%s\": %s", name, kinds.buf);
        err_hint(err, "%s", names.buf);
        return NULL;
    }
    err_set(err, ERR_NOT_FOUND, "there is no trigger \"%s\" in namespace %s", name, ns);
    err_hint(err, "aiwf function trigger list");
    return NULL;
}

node_t *trigger_find(struct kube *kube, const char *name, enum trigger_kind *ret, struct err *err)
{
    struct kube_ask asks[TRIGGER_KINDS] = {{0}};
    enum trigger_kind only = 0;
    size_t n = is_of_kind(&name, &only) ? 1 : TRIGGER_KINDS;
    node_t *there = NULL;
    int found = kube_ask_kinds(kube, &trigger_kinds[only], asks, n, name, err);
    for (size_t i = 0; found == 1 && i < n; i++) {
        if (!asks[i].answer)
            continue;
        there = TAKE(asks[i].answer);
        *ret = only + (enum trigger_kind)i;
    }
    if (found != 1 && found >= 0)
        none_alone(asks, n, name, kube->ns, err);
    for (size_t i = 0; i < n; i++)
        kube_ask_release(&asks[i]);
    return there;
}
