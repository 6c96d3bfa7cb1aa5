#include "model/model.h"

#include <string.h>

#include "base/hash.h"
#include "kube/apply.h"
#include "kube/object.h"
#include "kube/podspec.h"
#include "net/rest.h"
#include "net/url.h"
#include "serverless/deployment.h"
#include "serverless/knative.h"
#include "serverless/openfaas.h"

#define FILES_DIR  "/etc/aiwf-model"
#define VOLUME_DIR "/mnt/model"

static bool has_any(const struct strv *list) { return list && list->n; }
static bool is_tfserving(const struct model_spec *spec) { return spec->server == &model_server_tfserving; }

/* ---- check ---- */

static int check_number(const char *option, const char *text, struct err *err)
{
    long long value;
    if (str_to_int(text, 0, INT64_MAX, &value))
        return 0;
    return err_set(err, ERR_USAGE, "%s: \"%s\" is not a version's number", option, text);
}

static int check_labels(const struct model_spec *spec, struct err *err)
{
    for (size_t i = 0; has_any(spec->labels) && i < spec->labels->n; i++) {
        const char *label = spec->labels->v[i], *equals = strchr(label, '=');
        static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
        if (!equals || equals == label || strspn(label, letters) != (size_t)(equals - label))
            return err_set(err, ERR_USAGE, "--version-label: \"%s\" is not LABEL=VERSION", label);
        if (check_number("--version-label", equals + 1, err) != 0)
            return -1;
        if (!has_any(spec->versions) || !strv_has(spec->versions, equals + 1)) {
            err_set(err, ERR_USAGE, "--version-label: version %s is not served", equals + 1);
            return err_hint(err, "--version %s", equals + 1);
        }
    }
    return 0;
}

/* BatchingParameters (facts: tensorflow/serving, servables/tensorflow/session_bundle_config.proto). */
static int check_batching(const struct model_spec *spec, struct err *err)
{
    static const char *const known[] = {"max_batch_size", "batch_timeout_micros", "max_enqueued_batches", "num_batch_threads"};
    for (size_t i = 0; has_any(spec->batching) && i < spec->batching->n; i++) {
        const char *pair = spec->batching->v[i], *equals = strchr(pair, '=');
        AUTOFREE char *key = xstrndup(pair, equals ? (size_t)(equals - pair) : strlen(pair));
        bool is_known = false;
        long long value;
        for (size_t k = 0; k < ARRAY_LEN(known); k++)
            is_known = is_known || strcmp(key, known[k]) == 0;
        if (!is_known) {
            const char *nearest = str_nearest(key, known, ARRAY_LEN(known));
            err_set(err, ERR_USAGE, "--batching: there is no parameter \"%s\"", key);
            return err_hint(err, "%s=N", nearest ? nearest : known[0]);
        }
        if (!equals || !str_to_int(equals + 1, 0, INT32_MAX, &value))
            return err_set(err, ERR_USAGE, "--batching: %s is not a number", key);
    }
    return 0;
}

int model_check(const struct model_spec *spec, struct err *err)
{
    if (!spec->path) {
        err_set(err, ERR_USAGE, "which model?");
        return err_hint(err, "--model CLAIM:PATH of a volume claim, or PATH");
    }
    if (has_any(spec->labels) && !spec->server->has_labels)
        return err_set(err, ERR_USAGE, "--version-label: a server of the Open Inference Protocol has no such thing");
    if ((has_any(spec->batching) || has_any(spec->versions)) && !is_tfserving(spec))
        return err_set(err, ERR_USAGE, "%s: the server's own configuration says that, beside its model",
                       has_any(spec->batching) ? "--batching" : "--version");
    for (size_t i = 0; has_any(spec->versions) && i < spec->versions->n; i++)
        if (check_number("--version", spec->versions->v[i], err) != 0)
            return -1;
    return check_labels(spec, err) != 0 || check_batching(spec, err) != 0 ? -1 : 0;
}

/* ---- TensorFlow Serving's files: protobuf's text format ---- */

static const char *base_path(const struct model_spec *spec, struct str *s)
{
    if (spec->claim)
        str_addf(s, VOLUME_DIR "%s%s", *spec->path && *spec->path != '/' ? "/" : "", spec->path);
    else
        str_add(s, spec->path);
    return s->buf;
}

static void add_models(const struct model_spec *spec, struct str *s)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    str_add(s, "model_config_list {\n  config {\n    name: ");
    json_print_string(spec->name, s); /* its escapes are those of protobuf's texts too */
    str_add(s, "\n    base_path: ");
    json_print_string(base_path(spec, &path), s);
    str_add(s, "\n    model_platform: \"tensorflow\"\n    model_version_policy { specific {");
    for (size_t i = 0; i < spec->versions->n; i++)
        str_addf(s, " versions: %s", spec->versions->v[i]);
    str_add(s, " } }\n");
    for (size_t i = 0; has_any(spec->labels) && i < spec->labels->n; i++) {
        const char *equals = strchr(spec->labels->v[i], '=');
        str_addf(s, "    version_labels { key: \"%.*s\" value: %s }\n", (int)(equals - spec->labels->v[i]), spec->labels->v[i],
                 equals + 1);
    }
    str_add(s, "  }\n}\n");
}

static void add_batching(const struct model_spec *spec, struct str *s)
{
    for (size_t i = 0; i < spec->batching->n; i++) {
        const char *equals = strchr(spec->batching->v[i], '=');
        str_addf(s, "%.*s { value: %s }\n", (int)(equals - spec->batching->v[i]), spec->batching->v[i], equals + 1);
    }
}

node_t *model_files(const struct model_spec *spec)
{
    node_t *files = node_new_object();
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!is_tfserving(spec))
        return files;
    str_addf(&text, "prometheus_config { enable: true path: \"%s\" }\n", spec->server->metrics_path);
    node_set_str(files, "monitoring.config", text.buf);
    str_reset(&text);
    if (has_any(spec->versions)) {
        add_models(spec, &text);
        node_set_str(files, "models.config", text.buf);
        str_reset(&text);
    }
    if (has_any(spec->batching)) {
        add_batching(spec, &text);
        node_set_str(files, "batching.config", text.buf);
    }
    return files;
}

/* ---- the container ---- */

static int64_t port_of(const struct model_spec *spec) { return spec->port ? spec->port : spec->server->port; }

static void push_text(node_t *list, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void push_text(node_t *list, const char *fmt, ...)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&text, fmt, ap);
    va_end(ap);
    node_push(list, node_new_str(text.buf));
}

static node_t *args_of(const struct model_spec *spec, const node_t *files)
{
    node_t *args = node_new_array();
    CLEANUP(str_release) struct str path = STR_INIT;
    if (is_tfserving(spec)) {
        push_text(args, "--rest_api_port=%lld", (long long)port_of(spec));
        if (node_get(files, "models.config")) {
            push_text(args, "--model_config_file=" FILES_DIR "/models.config");
            push_text(args, "--allow_version_labels_for_unavailable_models=true");
        } else {
            push_text(args, "--model_name=%s", spec->name);
            push_text(args, "--model_base_path=%s", base_path(spec, &path));
        }
        push_text(args, "--monitoring_config_file=" FILES_DIR "/monitoring.config");
        if (node_get(files, "batching.config")) {
            push_text(args, "--enable_batching=true");
            push_text(args, "--batching_parameters_file=" FILES_DIR "/batching.config");
        }
    }
    for (size_t i = 0; has_any(spec->args) && i < spec->args->n; i++)
        node_push(args, node_new_str(spec->args->v[i]));
    return args;
}

static void drop_env(node_t *env, const char *name)
{
    for (node_t *variable = node_first(env), *next; variable; variable = next) {
        next = node_next(variable);
        if (strcmp(node_str(variable, "/name", ""), name) == 0)
            node_free(node_detach(env, variable));
    }
}

static void set_port(node_t *container, int64_t port)
{
    node_t *ports = node_array(container, "ports");
    node_t *first = node_first(ports) ? node_first(ports) : node_push(ports, node_new_object());
    node_set_num(first, "containerPort", (double)port);
    drop_env(node_get(container, "env"), "PORT"); /* the server has its own word for it */
}

static void set_probe(const struct model_spec *spec, node_t *container)
{
    struct model_ask ask = {.model = spec->name};
    CLEANUP(str_release) struct str path = STR_INIT;
    spec->server->path(&ask, MODEL_READY, &path);
    node_t *probe = node_object(container, "readinessProbe");
    node_delete(probe, "tcpSocket");
    node_t *get = node_set(probe, "httpGet", node_new_object());
    node_set_str(get, "path", path.buf);
    node_set_num(get, "port", (double)port_of(spec));
}

static void annotate(const struct model_spec *spec, const node_t *files, node_t *metadata)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT;
    char hash[HASH_HEX];
    node_t *annotations = node_object(metadata, "annotations");
    AUTOFREE char *port = xasprintf("%lld", (long long)port_of(spec));
    node_set_str(annotations, "prometheus.io/scrape", "true");
    node_set_str(annotations, "prometheus.io/port", port);
    node_set_str(annotations, "prometheus.io/path", spec->server->metrics_path);
    json_print(files, &text);
    if (node_len(files) && hash_data(text.buf, text.len, hash, &none) == 0)
        node_set_str(annotations, "io.aiwf.model-files", hash); /* other files are other pods */
}

void model_fill(const struct model_spec *spec, const node_t *files, node_t *object)
{
    static const struct kube_mount files_at = {.name = "model-files", .path = FILES_DIR, .read_only = true},
                                   volume_at = {.name = "model", .path = VOLUME_DIR, .read_only = true};
    node_t *template = node_at(object, "/spec/template"), *pod = node_get(template, "spec");
    node_t *container = node_first(node_get(pod, "containers"));
    CLEANUP(str_release) struct str path = STR_INIT;
    AUTOFREE char *claim = spec->claim ? xasprintf("%s:%s", spec->claim, spec->path) : xstrdup(spec->path);
    node_t *args = args_of(spec, files);
    set_port(container, port_of(spec));
    set_probe(spec, container);
    node_t *env = node_array(container, "env");
    kube_env_add(env, "MODEL_NAME", spec->name);
    kube_env_add(env, "MODEL_PATH", base_path(spec, &path));
    if (node_len(args))
        node_set(container, "args", args);
    else
        node_free(args);
    if (node_len(files)) {
        AUTOFREE char *name = xasprintf("%s-model", spec->name);
        node_set_str(node_set(kube_volume_add(pod, container, &files_at), "configMap", node_new_object()), "name", name);
    }
    if (spec->claim) {
        node_t *source = node_set(kube_volume_add(pod, container, &volume_at), "persistentVolumeClaim", node_new_object());
        node_set_str(source, "claimName", spec->claim);
        node_set_bool(source, "readOnly", true);
    }
    annotate(spec, files, node_object(template, "metadata"));
    node_set_str(node_object(node_get(object, "metadata"), "annotations"), MODEL_PATH_NOTE, claim);
}

/* ---- objects ---- */

static void mark(const struct model_spec *spec, node_t *object)
{
    node_t *labels = node_object(node_get(object, "metadata"), "labels");
    node_set_str(labels, MODEL_LABEL, spec->name);
    node_set_str(labels, MODEL_SERVER_LABEL, spec->server->name);
}

static node_t *files_object(const struct model_spec *spec, const node_t *files, const char *ns)
{
    AUTOFREE char *name = xasprintf("%s-model", spec->name);
    node_t *object = kube_object(&kube_config_maps, ns, name);
    kube_mark(object);
    node_set(object, "data", node_copy(files));
    return object;
}

node_t *model_objects(const struct model_spec *spec, const char *runtime, const char *ns)
{
    const struct function_spec *function = &spec->function;
    CLEANUP(node_free) node_t *files = model_files(spec);
    node_t *objects = node_new_array();
    if (node_len(files))
        node_push(objects, files_object(spec, files, ns));
    bool is_function = strcmp(runtime, "knative") == 0;
    node_t *main = node_push(objects, is_function ? knative_service(function, ns) : deployment_body(function, ns));
    model_fill(spec, files, main);
    if (!is_function)
        node_push(objects, deployment_service(function, ns));
    if (!is_function && deployment_has_autoscaler(function))
        node_push(objects, deployment_autoscaler(function, ns));
    for (node_t *object = node_first(objects); object; object = node_next(object))
        mark(spec, object);
    return objects;
}

static const struct kube_kind *kind_of(const node_t *object)
{
    const char *kind = node_str(object, "/kind", ""), *version = node_str(object, "/apiVersion", "");
    if (strcmp(kind, "Service") == 0)
        return strchr(version, '/') ? &kube_knative_services : &kube_services;
    for (size_t i = 0; kube_known_kinds[i]; i++)
        if (strcmp(kube_known_kinds[i]->kind, kind) == 0)
            return kube_known_kinds[i];
    return NULL;
}

/* Knative takes no volume claims unless its operator lets it. What cannot be seen is left to its webhook. */
static int check_claims(const struct runtime_env *env, const struct model_spec *spec, struct err *err)
{
    static const char flag[] = "kubernetes.podspec-persistent-volume-claim";
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    CLEANUP(node_free) node_t *features = kube_show(env->kube, &kube_config_maps, "knative-serving", "config-features", &unseen);
    const char *value = node_text(node_get(node_get(features, "data"), flag));
    if (!spec->claim || !features || str_eq(value, "enabled"))
        return 0;
    err_set(err, ERR_USAGE, "--model %s:...: this cluster's Knative takes no volume claims", spec->claim);
    err_why(err, "%s is %s in config-features of namespace knative-serving", flag, value ? value : "disabled");
    return err_hint(err, "--as deployment; or its operator sets that to enabled");
}

static int deploy_objects(const struct runtime *runtime, const struct runtime_env *env, const struct model_spec *spec,
                          struct err *err)
{
    if (strcmp(runtime->name, "knative") == 0 && check_claims(env, spec, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *objects = model_objects(spec, runtime->name, env->kube->ns);
    for (const node_t *object = node_first(objects); object; object = node_next(object)) {
        struct kube_apply apply = {.kind = kind_of(object), .object = object, .force = true};
        if (kube_apply(env->kube, &apply, NULL, err) != 0)
            return err_wrap(err, "cannot serve model \"%s\"", spec->name);
    }
    return 0;
}

int model_deploy(const struct runtime *runtime, const struct runtime_env *env, const struct model_spec *spec, bool replace,
                 struct err *err)
{
    CLEANUP(err_release) struct err look = ERR_INIT;
    CLEANUP(node_free) node_t *there = runtime->show(env, spec->name, &look);
    if (!there && look.code != ERR_NOT_FOUND)
        return err_move(err, &look);
    if (there && !replace) {
        err_set(err, ERR_CONFLICT, "there is a %s of the name \"%s\" already", runtime->needs_cluster ? "function" : "process",
                spec->name);
        return err_hint(err, "--replace, or another name");
    }
    if (!runtime->needs_cluster)
        return runtime->deploy(env, &spec->function, replace, err);
    return deploy_objects(runtime, env, spec, err);
}

int model_remove(const struct runtime *runtime, const struct runtime_env *env, const char *name, struct err *err)
{
    if (runtime->remove(env, name, err) != 0)
        return -1;
    CLEANUP(err_release) struct err one = ERR_INIT;
    AUTOFREE char *files = xasprintf("%s-model", name);
    if (!runtime->needs_cluster || kube_delete(env->kube, &kube_config_maps, env->kube->ns, files, &one) == 0 ||
        one.code == ERR_NOT_FOUND)
        return 0;
    return err_move(err, &one);
}

/* ---- what is served ---- */

static void add_mark(node_t *marks, const char *name, const node_t *labels, const char *path)
{
    const char *model = node_text(node_get(labels, MODEL_LABEL)), *server = node_text(node_get(labels, MODEL_SERVER_LABEL));
    if (!model)
        return;
    node_t *one = node_push(marks, node_new_object());
    node_set_str(one, "name", name);
    node_set_str(one, "server", server ? server : "?");
    node_set_str(one, "path", path);
}

static node_t *marks_of_cluster(const struct runtime *runtime, const struct runtime_env *env, struct err *err)
{
    const struct kube_kind *kind = strcmp(runtime->name, "knative") == 0 ? &kube_knative_services : &kube_deployments;
    CLEANUP(node_free) node_t *objects = NULL;
    if (kube_list_if(env->kube, kind, env->kube->ns, MODEL_LABEL, &objects, err) != 0)
        return NULL;
    node_t *marks = node_new_array();
    for (const node_t *object = node_first(objects); object; object = node_next(object))
        add_mark(marks, node_str(object, "/metadata/name", "?"), node_at(object, "/metadata/labels"),
                 node_text(node_get(node_at(object, "/metadata/annotations"), MODEL_PATH_NOTE)));
    return marks;
}

node_t *model_marks(const struct runtime *runtime, const struct runtime_env *env, struct err *err)
{
    if (runtime->needs_cluster)
        return marks_of_cluster(runtime, env, err);
    CLEANUP(str_release) struct str url = STR_INIT;
    struct openfaas gateway;
    if (openfaas_of(env, &gateway, err) != 0)
        return NULL;
    url_path(&url, gateway.url, "/system/functions", NULL);
    CLEANUP(node_free) node_t *functions = rest_get(env->http, url.buf, "cannot list models", err);
    if (!functions)
        return NULL;
    node_t *marks = node_new_array();
    for (const node_t *one = node_first(functions); one; one = node_next(one))
        add_mark(marks, node_str(one, "/name", "?"), node_get(one, "labels"),
                 node_text(node_get(node_get(one, "envVars"), "MODEL_PATH")));
    return marks;
}
