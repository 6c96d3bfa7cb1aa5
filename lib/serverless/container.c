#include "serverless/container.h"

#include <string.h>

#include "base/clock.h"
#include "kube/podspec.h"
#include "kube/quantity.h"

void set_if_any(node_t *object, const char *key, node_t *members)
{
    if (node_len(members))
        node_set(object, key, members);
    else
        node_free(members);
}

static void set_text(node_t *object, const char *key, const char *text)
{
    if (text)
        node_set_str(object, key, text);
}

/* "A" and "B" of "A=B"; NULL: there is no "=" or nothing before it. */
static char *key_of(const char *pair, const char **ret_value)
{
    const char *equals = strchr(pair, '=');
    if (!equals || equals == pair)
        return NULL;
    *ret_value = equals + 1;
    return xstrndup(pair, (size_t)(equals - pair));
}

/* ---- secrets and config maps ---- */

static const struct source_kind {
    const char *prefix, *env_from, *value_from;
} sources[] = {
    {"secret:", "secretRef", "secretKeyRef"},
    {"config-map:", "configMapRef", "configMapKeyRef"},
};

/* NULL: it is neither. *ret_name: what follows. */
static const struct source_kind *source_kind(const char *text, const char **ret_name)
{
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        if (str_starts(text, sources[i].prefix) && text[strlen(sources[i].prefix)]) {
            *ret_name = text + strlen(sources[i].prefix);
            return &sources[i];
        }
    return NULL;
}

static int no_source(const char *option, const char *text, const char *wanted, struct err *err)
{
    err_set(err, ERR_USAGE, "%s: \"%s\" is not %s", option, text, wanted);
    return err_hint(err, "secret:NAME and config-map:NAME are sources");
}

static int add_env_from(node_t *list, const char *text, struct err *err)
{
    const char *name;
    const struct source_kind *kind = source_kind(text, &name);
    if (!kind || strchr(name, ':'))
        return no_source("--env-from", text, "secret:NAME or config-map:NAME", err);
    node_set_str(node_set(node_push(list, node_new_object()), kind->env_from, node_new_object()), "name", name);
    return 0;
}

static int add_env_value_from(node_t *env, const char *text, struct err *err)
{
    const char *source = "", *rest;
    AUTOFREE char *variable = key_of(text, &source);
    const struct source_kind *kind = variable ? source_kind(source, &rest) : NULL;
    const char *colon = kind ? strrchr(rest, ':') : NULL;
    if (!colon || colon == rest || !colon[1])
        return no_source("--env-value-from", text, "VARIABLE=secret:NAME:KEY", err);
    AUTOFREE char *name = xstrndup(rest, (size_t)(colon - rest));
    node_t *one = node_push(env, node_new_object());
    node_set_str(one, "name", variable);
    node_t *ref = node_set(node_set(one, "valueFrom", node_new_object()), kind->value_from, node_new_object());
    node_set_str(ref, "name", name);
    node_set_str(ref, "key", colon + 1);
    return 0;
}

/* ---- volumes ---- */

const char *container_source_of(const char *volume)
{
    const char *equals = strchr(volume, '=');
    return equals ? equals + 1 : "";
}

static int no_volume(const char *text, struct err *err)
{
    err_set(err, ERR_USAGE, "--volume: \"%s\" is not /PATH=SOURCE", text);
    return err_hint(err, "/PATH=secret:NAME, config-map:NAME, pvc:NAME[:ro] or empty-dir[:SIZE]");
}

/* What the volume is of, into volume; false: it is nothing that is known. */
static bool set_volume(node_t *volume, const char *source, bool *ret_read_only)
{
    const char *name;
    const struct source_kind *kind = source_kind(source, &name);
    bool is_claim = str_starts(source, "pvc:"), is_empty = strcmp(source, "empty-dir") == 0 || str_starts(source, "empty-dir:");
    if (kind == &sources[0])
        node_set_str(node_set(volume, "secret", node_new_object()), "secretName", name);
    else if (kind)
        node_set_str(node_set(volume, "configMap", node_new_object()), "name", name);
    if (kind)
        return true;
    if (is_empty) {
        node_t *empty = node_set(volume, "emptyDir", node_new_object());
        set_text(empty, "sizeLimit", source[strlen("empty-dir")] ? source + strlen("empty-dir:") : NULL);
        return source[strlen("empty-dir")] != ':' || source[strlen("empty-dir:")];
    }
    if (!is_claim || !source[strlen("pvc:")])
        return false;
    *ret_read_only = str_ends(source, ":ro");
    AUTOFREE char *claim = xstrdup(source + strlen("pvc:"));
    if (*ret_read_only)
        claim[strlen(claim) - strlen(":ro")] = '\0';
    node_t *of = node_set(volume, "persistentVolumeClaim", node_new_object());
    node_set_str(of, "claimName", claim);
    if (*ret_read_only)
        node_set_bool(of, "readOnly", true);
    return *claim;
}

static int add_volume(node_t *volumes, node_t *mounts, const char *text, struct err *err)
{
    const char *source = "";
    bool read_only = false;
    AUTOFREE char *path = key_of(text, &source);
    AUTOFREE char *name = xasprintf("volume-%zu", node_len(volumes));
    node_t *volume = node_push(volumes, node_new_object());
    node_set_str(volume, "name", name);
    if (!path || *path != '/' || strstr(path, "..") || !set_volume(volume, source, &read_only))
        return no_volume(text, err);
    node_t *mount = node_push(mounts, node_new_object());
    node_set_str(mount, "name", name);
    node_set_str(mount, "mountPath", path);
    if (read_only)
        node_set_bool(mount, "readOnly", true);
    return 0;
}

/* ---- probes ---- */

static const struct {
    const char *word, *field;
    bool is_time;
} probe_settings[] = {{"delay", "initialDelaySeconds", true},
                      {"period", "periodSeconds", true},
                      {"timeout", "timeoutSeconds", true},
                      {"failures", "failureThreshold", false},
                      {"successes", "successThreshold", false}};

/* "period=2s"; false: it is no setting. */
static bool set_probe_setting(node_t *probe, const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(probe_settings); i++) {
        const char *word = probe_settings[i].word, *value = text + strlen(word) + 1;
        int64_t ms = 0;
        long long count = 0;
        if (!str_starts(text, word) || text[strlen(word)] != '=')
            continue;
        bool is_valid = probe_settings[i].is_time ? duration_parse(value, &ms) && ms >= 0 && ms <= INT32_MAX
                                                  : str_to_int(value, 1, 10000, &count);
        if (is_valid)
            node_set_num(probe, probe_settings[i].field, (double)(probe_settings[i].is_time ? seconds_up(ms) : count));
        return is_valid;
    }
    return false;
}

/* A number, or the port's name. */
static void set_port(node_t *check, const char *text, const char *usual)
{
    long long port;
    if (text && str_to_int(text, 1, 65535, &port))
        node_set_num(check, "port", (double)port);
    else
        set_text(check, "port", usual);
}

static bool is_port(const char *text)
{
    long long port;
    return str_to_int(text, 1, 65535, &port);
}

/* "http:[PORT:]/PATH", "tcp[:PORT]", "grpc:PORT", "exec:COMMAND". */
static bool set_probe_check(node_t *probe, const char *text, const char *usual)
{
    const char *colon = strchr(text, ':'), *rest = colon ? colon + 1 : NULL;
    if (str_starts(text, "http:")) {
        const char *path = strchr(rest, '/');
        AUTOFREE char *port = xstrndup(rest, path && path > rest ? (size_t)(path - rest) - 1 : 0);
        if (!path || (path > rest && (path[-1] != ':' || !is_port(port))))
            return false;
        node_t *get = node_set(probe, "httpGet", node_new_object());
        node_set_str(get, "path", path);
        set_port(get, port, usual);
        return true;
    }
    if (strcmp(text, "tcp") == 0 || str_starts(text, "tcp:")) {
        set_port(node_set(probe, "tcpSocket", node_new_object()), rest, usual);
        return !rest || is_port(rest);
    }
    if (str_starts(text, "grpc:")) {
        set_port(node_set(probe, "grpc", node_new_object()), rest, NULL);
        return is_port(rest);
    }
    if (!str_starts(text, "exec:") || !*rest)
        return false;
    node_t *command = node_set(node_set(probe, "exec", node_new_object()), "command", node_new_array());
    node_push(command, node_new_str("/bin/sh"));
    node_push(command, node_new_str("-c"));
    node_push(command, node_new_str(rest));
    return true;
}

/* Settings stand at the end, so that a command may have commas. */
static node_t *probe_of(const char *text, const char *option, const char *usual, struct err *err)
{
    CLEANUP(node_free) node_t *probe = node_new_object();
    AUTOFREE char *check = xstrdup(text);
    for (char *comma; (comma = strrchr(check, ',')) && set_probe_setting(probe, comma + 1);)
        *comma = '\0';
    if (set_probe_check(probe, check, usual))
        return TAKE(probe);
    err_set(err, ERR_USAGE, "%s: \"%s\" is no probe", option, text);
    err_hint(
        err,
        "http:/PATH, http:PORT:/PATH, tcp:PORT, grpc:PORT or exec:COMMAND, and then ,period=2s,timeout=1s,delay=5s,failures=3");
    return NULL;
}

static node_t *ready_path_probe(const char *path, const char *usual)
{
    node_t *probe = node_new_object();
    node_t *get = node_set(probe, "httpGet", node_new_object());
    node_set_str(get, "path", path);
    set_text(get, "port", usual);
    return probe;
}

static int set_probes(node_t *container, const struct function_spec *spec, const char *usual, struct err *err)
{
    const struct function_detail *detail = function_detail(spec);
    if (detail->ready_probe && spec->ready_path)
        return err_set(err, ERR_USAGE, "--ready-path and --ready-probe exclude each other");
    if (spec->ready_path)
        node_set(container, "readinessProbe", ready_path_probe(spec->ready_path, usual));
    node_t *ready = detail->ready_probe ? probe_of(detail->ready_probe, "--ready-probe", usual, err) : NULL;
    if (detail->ready_probe && !ready)
        return -1;
    if (ready)
        node_set(container, "readinessProbe", ready);
    node_t *live = detail->live_probe ? probe_of(detail->live_probe, "--live-probe", usual, err) : NULL;
    if (detail->live_probe && !live)
        return -1;
    if (live)
        node_set(container, "livenessProbe", live);
    return 0;
}

/* ---- resources ---- */

static int add_amounts(node_t *resources, const struct strv *pairs, const char *option, struct err *err)
{
    for (size_t i = 0; i < pairs->n; i++) {
        const char *value = "";
        AUTOFREE char *name = key_of(pairs->v[i], &value);
        CLEANUP(node_free) node_t *amount = node_new_str(value);
        if (!name || !(kube_quantity(amount) >= 0)) {
            err_set(err, ERR_USAGE, "%s: \"%s\" is not RESOURCE=AMOUNT", option, pairs->v[i]);
            return err_hint(err, "%s memory=256Mi, or ephemeral-storage=1Gi", option);
        }
        node_set_str(resources, name, value);
    }
    return 0;
}

static int set_resources(node_t *container, const struct function_spec *spec, struct err *err)
{
    const struct function_detail *detail = function_detail(spec);
    CLEANUP(node_free) node_t *limits = node_new_object();
    CLEANUP(node_free) node_t *requests = node_new_object();
    AUTOFREE char *cpu = xasprintf("%lldm", (long long)(spec->cpus * 1000 + 0.5));
    if (spec->memory_bytes > 0)
        kube_set_amount(limits, "memory", spec->memory_bytes);
    if (spec->cpus > 0)
        node_set_str(limits, "cpu", cpu);
    if (spec->gpus > 0)
        kube_set_amount(limits, "nvidia.com/gpu", spec->gpus);
    if (add_amounts(limits, &detail->limits, "--limit", err) != 0 ||
        add_amounts(requests, &detail->requests, "--request", err) != 0)
        return -1;
    node_t *resources = node_new_object();
    set_if_any(resources, "limits", TAKE(limits));
    set_if_any(resources, "requests", TAKE(requests));
    set_if_any(container, "resources", resources);
    return 0;
}

/* ---- the container ---- */

static void set_command(node_t *container, const struct function_spec *spec)
{
    const struct function_detail *detail = function_detail(spec);
    if (spec->command) {
        node_t *command = node_set(container, "command", node_new_array());
        node_push(command, node_new_str("/bin/sh"));
        node_push(command, node_new_str("-c"));
        node_push(command, node_new_str(spec->command));
    }
    node_t *args = node_new_array();
    for (size_t i = 0; i < detail->args.n; i++)
        node_push(args, node_new_str(detail->args.v[i]));
    set_if_any(container, "args", args);
}

static int set_environment(node_t *container, const struct function_spec *spec, struct err *err)
{
    const struct function_detail *detail = function_detail(spec);
    CLEANUP(node_free) node_t *env = kube_env(spec->env);
    CLEANUP(node_free) node_t *from = node_new_array();
    for (size_t i = 0; i < detail->env_value_from.n; i++)
        if (add_env_value_from(env, detail->env_value_from.v[i], err) != 0)
            return -1;
    for (size_t i = 0; i < detail->env_from.n; i++)
        if (add_env_from(from, detail->env_from.v[i], err) != 0)
            return -1;
    set_if_any(container, "env", TAKE(env));
    set_if_any(container, "envFrom", TAKE(from));
    return 0;
}

static int set_security(node_t *container, const struct function_spec *spec, struct err *err)
{
    const struct function_detail *detail = function_detail(spec);
    long long user;
    CLEANUP(node_free) node_t *context = node_new_object();
    if (detail->user && !str_to_int(detail->user, 0, INT32_MAX, &user))
        return err_set(err, ERR_USAGE, "--user: \"%s\" is not the number of a user", detail->user);
    if (detail->user)
        node_set_num(context, "runAsUser", (double)user);
    if (detail->read_only)
        node_set_bool(context, "readOnlyRootFilesystem", true);
    set_if_any(container, "securityContext", TAKE(context));
    return 0;
}

/* Volumes stand in the pod, and where they appear in the container; NULL: not wanted. */
static int set_volumes(node_t *pod, node_t *container, const struct function_spec *spec, struct err *err)
{
    const struct function_detail *detail = function_detail(spec);
    CLEANUP(node_free) node_t *volumes = node_new_array();
    CLEANUP(node_free) node_t *mounts = node_new_array();
    for (size_t i = 0; i < detail->volumes.n; i++)
        if (add_volume(volumes, mounts, detail->volumes.v[i], err) != 0)
            return -1;
    if (pod)
        set_if_any(pod, "volumes", TAKE(volumes));
    if (container)
        set_if_any(container, "volumeMounts", TAKE(mounts));
    return 0;
}

static int fill_container(node_t *container, const struct function_spec *spec, const char *port, struct err *err)
{
    node_set_str(container, "image", spec->image);
    set_command(container, spec);
    if (set_environment(container, spec, err) != 0 || set_resources(container, spec, err) != 0)
        return -1;
    if (set_probes(container, spec, port, err) != 0 || set_security(container, spec, err) != 0)
        return -1;
    return set_volumes(NULL, container, spec, err);
}

node_t *container_of(const struct function_spec *spec, const char *port)
{
    CLEANUP(err_release) struct err none = ERR_INIT; /* checked before: container_check */
    node_t *container = node_new_object();
    fill_container(container, spec, port, &none);
    return container;
}

int container_port(const struct function_spec *spec, bool *ret_h2c)
{
    const char *text = function_detail(spec)->port;
    long long port;
    *ret_h2c = text && str_starts(text, "h2c:");
    if (!text || !str_to_int(*ret_h2c ? text + strlen("h2c:") : text, 1, 65535, &port))
        return 0;
    return (int)port;
}

/* ---- where its pod runs ---- */

static void set_node_selector(node_t *pod, const struct strv *pairs)
{
    node_t *selector = node_new_object();
    node_set_pairs(selector, pairs);
    set_if_any(pod, "nodeSelector", selector);
}

/* "KEY=V1,V2": one of these. */
static void add_expression(node_t *expressions, const char *pair)
{
    const char *values = "";
    AUTOFREE char *key = key_of(pair, &values);
    CLEANUP(strv_release) struct strv list = STRV_INIT;
    strv_split(&list, values, ",");
    node_t *expression = node_push(expressions, node_new_object());
    node_set_str(expression, "key", key);
    node_set_str(expression, "operator", "In");
    node_t *in = node_set(expression, "values", node_new_array());
    for (size_t i = 0; i < list.n; i++)
        node_push(in, node_new_str(list.v[i]));
}

static void set_node_affinity(node_t *pod, const struct strv *pairs)
{
    if (!pairs->n)
        return;
    node_t *of_nodes = node_set(node_set(pod, "affinity", node_new_object()), "nodeAffinity", node_new_object());
    node_t *required = node_set(of_nodes, "requiredDuringSchedulingIgnoredDuringExecution", node_new_object());
    node_t *term = node_push(node_set(required, "nodeSelectorTerms", node_new_array()), node_new_object());
    node_t *expressions = node_set(term, "matchExpressions", node_new_array());
    for (size_t i = 0; i < pairs->n; i++)
        add_expression(expressions, pairs->v[i]);
}

static bool is_effect(const char *text)
{
    return strcmp(text, "NoSchedule") == 0 || strcmp(text, "PreferNoSchedule") == 0 || strcmp(text, "NoExecute") == 0;
}

/* "KEY[=VALUE][:EFFECT]"; false: it is none. */
static bool add_toleration(node_t *list, const char *text)
{
    node_t *toleration = node_push(list, node_new_object());
    const char *colon = strrchr(text, ':'), *value = NULL;
    AUTOFREE char *taint = xstrndup(text, colon ? (size_t)(colon - text) : strlen(text));
    AUTOFREE char *key = key_of(taint, &value);
    node_set_str(toleration, "key", key ? key : taint);
    node_set_str(toleration, "operator", key ? "Equal" : "Exists");
    set_text(toleration, "value", value);
    set_text(toleration, "effect", colon ? colon + 1 : NULL);
    return *taint && *taint != '=' && (!colon || is_effect(colon + 1));
}

static void set_tolerations(node_t *pod, const struct strv *texts)
{
    node_t *list = node_new_array();
    for (size_t i = 0; i < texts->n; i++)
        add_toleration(list, texts->v[i]);
    set_if_any(pod, "tolerations", list);
}

void container_fill_pod(const struct function_spec *spec, node_t *pod)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    const struct function_detail *detail = function_detail(spec);
    set_volumes(pod, NULL, spec, &none);
    set_text(pod, "serviceAccountName", detail->service_account);
    set_text(pod, "runtimeClassName", detail->runtime_class);
    node_t *secrets = node_new_array();
    for (size_t i = 0; i < detail->pull_secrets.n; i++)
        node_set_str(node_push(secrets, node_new_object()), "name", detail->pull_secrets.v[i]);
    set_if_any(pod, "imagePullSecrets", secrets);
    set_node_selector(pod, &detail->node_selector);
    set_node_affinity(pod, &detail->node_affinity);
    set_tolerations(pod, &detail->tolerations);
}

/* ---- checks ---- */

static int check_pairs(const struct strv *pairs, const char *option, struct err *err)
{
    for (size_t i = 0; i < pairs->n; i++) {
        const char *value;
        AUTOFREE char *key = key_of(pairs->v[i], &value);
        if (!key)
            return err_set(err, ERR_USAGE, "%s: \"%s\" is not K=V", option, pairs->v[i]);
    }
    return 0;
}

static int check_places(const struct function_detail *detail, struct err *err)
{
    CLEANUP(node_free) node_t *list = node_new_array();
    for (size_t i = 0; i < detail->tolerations.n; i++) {
        if (add_toleration(list, detail->tolerations.v[i]))
            continue;
        err_set(err, ERR_USAGE, "--toleration: \"%s\" is not KEY[=VALUE][:EFFECT]", detail->tolerations.v[i]);
        return err_hint(err, "effects are NoSchedule, PreferNoSchedule and NoExecute");
    }
    if (check_pairs(&detail->node_selector, "--node-selector", err) != 0)
        return -1;
    return check_pairs(&detail->node_affinity, "--node-affinity", err);
}

static int check_port(const struct function_spec *spec, struct err *err)
{
    bool is_h2c;
    const char *text = function_detail(spec)->port;
    if (!text || container_port(spec, &is_h2c))
        return 0;
    return err_set(err, ERR_USAGE, "--port: \"%s\" is not PORT or h2c:PORT", text);
}

int container_check(const struct function_spec *spec, struct err *err)
{
    const struct function_detail *detail = function_detail(spec);
    CLEANUP(node_free) node_t *container = node_new_object();
    if (fill_container(container, spec, NULL, err) != 0 || check_port(spec, err) != 0)
        return -1;
    if (check_pairs(&detail->annotations, "--annotation", err) != 0)
        return -1;
    return check_places(detail, err);
}
