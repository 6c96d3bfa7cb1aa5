#include "openstack/magnum_fields.h"

#include <string.h>

/* clang-format off */
#define TEXT(name_, help_)  {.name = (name_), .type = FIELD_STRING, .help = (help_)}
#define FLAG(name_, help_)  {.name = (name_), .type = FIELD_BOOL, .help = (help_)}
#define COUNT(name_, min_, help_) {.name = (name_), .type = FIELD_INT, .min = (min_), .max = 1e6, .help = (help_)}
#define MAP(name_, help_)   {.name = (name_), .type = FIELD_MAP, .item = FIELD_ANY, .help = (help_)}
/* clang-format on */

static const char *const server_types[] = {"vm", "bm", NULL};
static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute", NULL};

const struct field magnum_cluster_fields[] = {
    TEXT("name", "its name"),
    TEXT("cluster_template_id", "what it is made of, by name or UUID"),
    TEXT("keypair", "whose key may log in"),
    COUNT("node_count", 0, "nodes that run pods"),
    COUNT("master_count", 1, "nodes of the control plane"),
    TEXT("flavor_id", "the nodes' flavor"),
    TEXT("master_flavor_id", "the control plane's flavor"),
    COUNT("docker_volume_size", 1, "GiB of a volume for the images of each machine"),
    COUNT("create_timeout", 0, "minutes until Magnum gives up; 0: never"),
    MAP("labels", "labels of Magnum's driver"),
    FLAG("merge_labels", "the labels are added to the template's"),
    TEXT("fixed_network", "an existing network for the machines"),
    TEXT("fixed_subnet", "an existing subnet for the machines"),
    FLAG("floating_ip_enabled", "floating addresses for the machines"),
    FLAG("master_lb_enabled", "a load balancer before the control plane"),
    TEXT("discovery_url", "where etcd's members find each other"),
    {0},
};

const struct field magnum_template_fields[] = {
    TEXT("name", "its name"),
    TEXT("coe", "what it makes clusters of: kubernetes"),
    TEXT("driver", "which of Magnum's drivers makes them"),
    TEXT("image_id", "the machines' image"),
    TEXT("flavor_id", "the nodes' flavor"),
    TEXT("master_flavor_id", "the control plane's flavor"),
    TEXT("keypair_id", "whose key may log in"),
    TEXT("external_network_id", "the network that floating addresses are of"),
    TEXT("fixed_network", "an existing network for the machines"),
    TEXT("fixed_subnet", "an existing subnet for the machines"),
    TEXT("dns_nameserver", "name servers, with commas between"),
    TEXT("network_driver", "the pods' network: flannel, calico, cilium"),
    TEXT("volume_driver", "the pods' volumes: cinder"),
    TEXT("docker_storage_driver", "how the container runtime stores"),
    COUNT("docker_volume_size", 1, "GiB of a volume for the images of each machine"),
    {.name = "apiserver_port", .type = FIELD_INT, .min = 1024, .max = 65535, .help = "the port of Kubernetes"},
    TEXT("http_proxy", "the machines' proxy"),
    TEXT("https_proxy", "the machines' proxy"),
    TEXT("no_proxy", "what they reach without it"),
    FLAG("registry_enabled", "a registry of images in the cluster"),
    TEXT("insecure_registry", "a registry that has no certificate"),
    FLAG("tls_disabled", "Kubernetes without certificates"),
    FLAG("master_lb_enabled", "a load balancer before the control plane"),
    FLAG("floating_ip_enabled", "floating addresses for the machines"),
    FLAG("public", "others may use it"),
    FLAG("hidden", "only administrators see it"),
    {.name = "server_type", .type = FIELD_STRING, .choices = server_types, .help = "vm, or bm: bare metal"},
    TEXT("tags", "words, with commas between"),
    MAP("labels", "labels of Magnum's driver"),
    {0},
};

static const struct field taint_fields[] = {
    {.name = "key", .type = FIELD_STRING, .required = true, .help = "its key"},
    TEXT("value", "its value"),
    {.name = "effect", .type = FIELD_STRING, .required = true, .choices = effects, .help = "what it does to pods"},
    {0},
};

const struct field magnum_nodegroup_fields[] = {
    TEXT("name", "its name"),
    TEXT("flavor_id", "its nodes' flavor; usual: the cluster's"),
    TEXT("image_id", "its nodes' image; usual: the template's"),
    TEXT("role", "a word for it; usual: worker"),
    COUNT("node_count", 0, "how many nodes"),
    COUNT("min_node_count", 0, "the autoscaler's floor"),
    COUNT("max_node_count", 0, "the autoscaler's ceiling"),
    COUNT("docker_volume_size", 1, "GiB of a volume for the images of each node"),
    FLAG("merge_labels", "the labels are added to the cluster's"),
    MAP("labels", "labels of Magnum's driver"),
    MAP("node_labels", "labels of its nodes in Kubernetes"),
    {.name = "node_taints",
     .type = FIELD_ARRAY,
     .item = FIELD_OBJECT,
     .fields = taint_fields,
     .help = "taints of its nodes in Kubernetes"},
    {0},
};

const struct field magnum_cluster_changes[] = {
    COUNT("node_count", 0, "how many nodes its default node group has"),
    TEXT("health_status", "HEALTHY, UNHEALTHY or UNKNOWN: of who watches it"),
    TEXT("health_status_reason", "why, as JSON of strings: {\"api\": \"ok\"}"),
    {0},
};

/* ---- patches ---- */

enum { FIELDS_MAX = 64 };

static const char *list_names(const char *const *names, size_t n, struct str *s)
{
    for (size_t i = 0; i < n; i++)
        str_addf(s, "%s%s", i ? ", " : "", names[i]);
    return s->buf;
}

static const struct field *find(const struct field *fields, const char *key, size_t len, struct err *err)
{
    const char *names[FIELDS_MAX];
    CLEANUP(str_release) struct str list = STR_INIT;
    size_t n = 0;
    for (; n < FIELDS_MAX && fields[n].name; n++) {
        names[n] = fields[n].name;
        if (strlen(names[n]) == len && strncmp(names[n], key, len) == 0)
            return &fields[n];
    }
    AUTOFREE char *word = xasprintf("%.*s", (int)len, key);
    const char *nearest = str_nearest(word, names, n);
    err_set(err, ERR_USAGE, "no field \"%s\" can be changed", word);
    if (nearest)
        err_hint(err, "%s?", nearest);
    else
        err_hint(err, "%s", list_names(names, n, &list));
    return NULL;
}

/* The field of KEY or FIELD.KEY, and where it is: "/labels/kube_tag". */
static const struct field *locate(const struct field *fields, const char *key, size_t len, struct str *path, struct err *err)
{
    const char *dot = memchr(key, '.', len);
    size_t field_len = dot ? (size_t)(dot - key) : len;
    const struct field *field = find(fields, key, field_len, err);
    if (!field)
        return NULL;
    str_addf(path, "/%s", field->name);
    bool is_map = field->type == FIELD_MAP;
    if (dot && is_map && len > field_len + 1) {
        str_addf(path, "/%.*s", (int)(len - field_len - 1), dot + 1);
        return field;
    }
    if (!dot)
        return field;
    err_set(err, ERR_USAGE, "\"%.*s\": %s", (int)len, key, is_map ? "a key is missing" : "the field has no parts");
    return NULL;
}

static node_t *typed(const struct field *field, const char *text, struct err *err)
{
    long long number;
    if (field->type == FIELD_BOOL && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
        return node_new_bool(strcmp(text, "true") == 0);
    if (field->type == FIELD_INT && str_to_int(text, (long long)field->min, (long long)field->max, &number))
        return node_new_num((double)number);
    if (field->type == FIELD_STRING || field->type == FIELD_MAP)
        return node_new_str(text);
    err_set(err, ERR_USAGE, "%s=%s: %s is wanted", field->name, text,
            field->type == FIELD_BOOL ? "true or false" : "a whole number");
    if (field->type == FIELD_INT)
        err_hint(err, "from %lld to %lld", (long long)field->min, (long long)field->max);
    return NULL;
}

static void push(node_t *patch, const char *op, const char *path, node_t *value)
{
    node_t *step = node_push(patch, node_new_object());
    node_set_str(step, "op", op);
    node_set_str(step, "path", path);
    if (value)
        node_set(step, "value", value);
}

int magnum_patch_set(node_t *patch, const struct field *fields, const char *pair, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    const char *equals = strchr(pair, '=');
    if (!equals || equals == pair)
        return err_set(err, ERR_USAGE, "\"%s\" is not KEY=VALUE", pair);
    const struct field *field = locate(fields, pair, (size_t)(equals - pair), &path, err);
    if (!field)
        return -1;
    bool is_part = strchr(path.buf + 1, '/');
    if (field->type == FIELD_MAP && !is_part) {
        err_set(err, ERR_USAGE, "%s is changed key by key", field->name);
        return err_hint(err, "%s.KEY=VALUE", field->name);
    }
    node_t *value = typed(field, equals + 1, err);
    if (!value)
        return -1;
    push(patch, is_part ? "add" : "replace", path.buf, value);
    return 0;
}

int magnum_patch_remove(node_t *patch, const struct field *fields, const char *key, struct err *err)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    if (!locate(fields, key, strlen(key), &path, err))
        return -1;
    push(patch, "remove", path.buf, NULL);
    return 0;
}

void magnum_patch_words(const struct field *fields, struct strv *words)
{
    for (; fields->name; fields++)
        if (fields->type != FIELD_MAP)
            strv_addf(words, "%s=", fields->name);
}
