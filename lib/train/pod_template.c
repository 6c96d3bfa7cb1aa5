/* The pods of a job's ranks; the end of what one wrote before it failed stays in its status (facts: the Kubernetes API reference,
 * v1.37, PodTemplateSpec). */
#include <string.h>

#include "base/num.h"
#include "kube/podspec.h"
#include "train/kube_job.h"

#define GPU       "nvidia.com/gpu"
#define SPOT      "aiwf/spot" /* the taint and the label of nodes that may be taken away */
#define DATA_PATH "/data/"

static int check_dataset(const char *text, struct err *err)
{
    const char *colon = strchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : strlen(text);
    bool is_name = len > 0 && len <= 253 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.") >= len;
    if (is_name && (!colon || (colon[1] == '/' && !strstr(colon, ".."))))
        return 0;
    err_set(err, ERR_USAGE, "--dataset %s is no NAME[:/PATH]", text);
    return err_hint(err, "the volume claim's name, and where it appears (usual: " DATA_PATH "NAME)");
}

int pod_check(const struct job_spec *spec, bool needs_image, struct err *err)
{
    if (spec->image ? !*spec->image : needs_image) {
        err_set(err, ERR_USAGE, "a job in a cluster needs an image");
        return err_hint(err, "--image NAME");
    }
    if (spec->workdir) {
        err_set(err, ERR_USAGE, "--workdir is a folder of this machine: a job in a cluster cannot run there");
        return err_hint(err, "--source DIR takes a copy of it along");
    }
    if (spec->source && (!spec->command || !spec->command->n))
        return err_set(err, ERR_USAGE, "--source needs a command to run there: -- COMMAND");
    for (size_t i = 0; spec->datasets && i < spec->datasets->n; i++)
        if (check_dataset(spec->datasets->v[i], err) != 0)
            return -1;
    return 0;
}

/* Memory is a limit, so that a rank that wants more is the one to be ended; processors are only asked for. */
node_t *pod_resources(const struct job_spec *spec)
{
    if (!spec->gpus && !spec->memory_bytes && !(spec->cpus > 0))
        return NULL;
    node_t *resources = node_new_object();
    node_t *limits = node_set(resources, "limits", node_new_object());
    node_t *requests = node_set(resources, "requests", node_new_object());
    if (spec->gpus)
        kube_set_amount(limits, GPU, spec->gpus);
    if (spec->memory_bytes) {
        kube_set_amount(limits, "memory", spec->memory_bytes);
        kube_set_amount(requests, "memory", spec->memory_bytes);
    }
    AUTOFREE char *cpu = xasprintf("%.0fm", num_ceil(spec->cpus * 1000));
    if (spec->cpus > 0)
        node_set_str(requests, "cpu", cpu);
    return resources;
}

node_t *pod_env(const struct job_spec *spec) { return spec->env && spec->env->n ? kube_env(spec->env) : NULL; }

static void set_some(node_t *object, const char *key, node_t *child)
{
    if (child)
        node_set(object, key, child);
}

static void mount_dataset(const char *text, node_t *pod, node_t *container)
{
    const char *colon = strchr(text, ':');
    AUTOFREE char *claim = xstrndup(text, colon ? (size_t)(colon - text) : strlen(text));
    AUTOFREE char *path = colon ? xstrdup(colon + 1) : xasprintf(DATA_PATH "%s", claim);
    AUTOFREE char *name = xasprintf("data-%zu", node_len(node_get(pod, "volumes")));
    node_t *volume = kube_volume_add(pod, container, &(struct kube_mount){.name = name, .path = path});
    node_set_str(node_set(volume, "persistentVolumeClaim", node_new_object()), "claimName", claim);
}

static void add_datasets(const struct job_spec *spec, node_t *pod, node_t *container)
{
    for (size_t i = 0; spec->datasets && i < spec->datasets->n; i++)
        mount_dataset(spec->datasets->v[i], pod, container);
}

static void tolerate(node_t *pod, const char *key)
{
    node_t *toleration = node_push(node_array(pod, "tolerations"), node_new_object());
    node_set_str(toleration, "key", key);
    node_set_str(toleration, "operator", "Exists");
}

/* Nodes that may be taken away are preferred, not demanded. */
static void prefer_spot(node_t *pod)
{
    static const char affinity[] = "{\"nodeAffinity\":{\"preferredDuringSchedulingIgnoredDuringExecution\":[{\"weight\":100,"
                                   "\"preference\":{\"matchExpressions\":[{\"key\":\"" SPOT "\",\"operator\":\"Exists\"}]}}]}}";
    CLEANUP(err_release) struct err none = ERR_INIT;
    tolerate(pod, SPOT);
    set_some(pod, "affinity", json_parse(affinity, strlen(affinity), "affinity", &none));
}

static void fill_container(const struct job_spec *spec, node_t *container)
{
    if (spec->image)
        node_set_str(container, "image", spec->image);
    if (spec->command && spec->command->n) {
        node_t *command = node_set(container, "command", node_new_array());
        for (size_t i = 0; i < spec->command->n; i++)
            node_push(command, node_new_str(spec->command->v[i]));
    }
    set_some(container, "env", pod_env(spec));
    set_some(container, "resources", pod_resources(spec));
}

node_t *pod_template(const struct job_spec *spec, const char *container_name)
{
    node_t *template = node_new_object();
    node_t *metadata = node_set(template, "metadata", node_new_object());
    node_set_str(node_set(metadata, "labels", node_new_object()), LABEL_JOB, spec->name);
    node_t *pod = node_set(template, "spec", node_new_object());
    node_set_str(pod, "restartPolicy", "Never");
    if (spec->priority)
        node_set_str(pod, "priorityClassName", spec->priority);
    node_t *container = node_push(node_set(pod, "containers", node_new_array()), node_new_object());
    node_set_str(container, "name", container_name);
    node_set_str(container, "terminationMessagePolicy", "FallbackToLogsOnError");
    fill_container(spec, container);
    add_datasets(spec, pod, container);
    if (spec->files)
        job_source_mount(spec->files, template);
    if (spec->gpus)
        tolerate(pod, GPU);
    if (spec->spot)
        prefer_spot(pod);
    return template;
}

int64_t pod_gpus(const node_t *pod_spec)
{
    int64_t gpus = 0;
    for (const node_t *c = node_first(node_get(pod_spec, "containers")); c; c = node_next(c)) {
        long long n;
        const char *text = node_str(c, "/resources/limits/nvidia.com~1gpu", NULL);
        if (text && str_to_int(text, 0, 1000000, &n))
            gpus += n;
        else
            gpus += node_int(c, "/resources/limits/nvidia.com~1gpu", 0);
    }
    return gpus;
}
