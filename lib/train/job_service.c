/* How the ranks of a Job find each other: a headless Service gives each pod of an indexed Job the host name NAME-INDEX below it
 * (facts: the Kubernetes documentation, "Indexed Job for parallel processing", "DNS for Services and Pods"). */

#include "kube/podspec.h"
#include "train/kube_job.h"

#define TAIL  "-ranks"
#define INDEX "metadata.labels['batch.kubernetes.io/job-completion-index']"

static char *service_name(const char *job) { return xasprintf("%s" TAIL, job); }
static char *master_name(const char *job) { return xasprintf("%s-0.%s" TAIL, job, job); }

static void set_from_index(node_t *env, const char *name)
{
    node_t *variable = kube_env_default(env, name, NULL);
    node_t *from = variable ? node_set(variable, "valueFrom", node_new_object()) : NULL;
    if (from)
        node_set_str(node_set(from, "fieldRef", node_new_object()), "fieldPath", INDEX);
}

void job_service_use(node_t *template, const char *job, int64_t nodes)
{
    AUTOFREE char *service = service_name(job);
    AUTOFREE char *master = master_name(job);
    AUTOFREE char *total = xasprintf("%lld", (long long)nodes);
    node_t *pod = node_get(template, "spec"), *container = node_at(pod, "/containers/0");
    node_t *env = node_array(container, "env");
    node_set_str(pod, "subdomain", service);
    kube_env_default(env, "MASTER_ADDR", master);
    kube_env_default(env, "MASTER_PORT", "29500");
    kube_env_default(env, "WORLD_SIZE", total);
    set_from_index(env, "RANK");
    /* the same for torchrun, as options of its own */
    kube_env_default(env, "PET_MASTER_ADDR", master);
    kube_env_default(env, "PET_MASTER_PORT", "29500");
    kube_env_default(env, "PET_NNODES", total);
    set_from_index(env, "PET_NODE_RANK");
}

void job_service_rename(node_t *template, const char *job, const char *as)
{
    AUTOFREE char *old_service = service_name(job);
    AUTOFREE char *old_master = master_name(job);
    AUTOFREE char *service = service_name(as);
    AUTOFREE char *master = master_name(as);
    node_t *pod = node_get(template, "spec");
    if (!str_eq(node_str(pod, "/subdomain", NULL), old_service))
        return;
    node_set_str(pod, "subdomain", service);
    for (node_t *container = node_first(node_get(pod, "containers")); container; container = node_next(container))
        for (node_t *variable = node_first(node_get(container, "env")); variable; variable = node_next(variable))
            if (str_eq(node_str(variable, "/value", NULL), old_master))
                node_set_str(variable, "value", master);
}

node_t *job_service_of(const node_t *object)
{
    const char *job = node_str(object, "/metadata/name", "");
    AUTOFREE char *name = service_name(job);
    if (!str_eq(node_str(object, "/spec/template/spec/subdomain", NULL), name))
        return NULL;
    node_t *service = kube_object(&kube_services, node_str(object, "/metadata/namespace", NULL), name);
    node_t *labels = kube_mark(service);
    node_set_str(labels, LABEL_JOB, job);
    node_t *spec = node_set(service, "spec", node_new_object());
    node_set_str(spec, "clusterIP", "None");
    node_set_bool(spec, "publishNotReadyAddresses", true); /* they look for each other before they are ready */
    node_set_str(node_set(spec, "selector", node_new_object()), "batch.kubernetes.io/job-name", job);
    return service;
}

static int is_ours(const struct trainer_env *env, const node_t *service, struct err *err)
{
    const char *name = node_str(service, "/metadata/name", "?");
    CLEANUP(node_free) node_t *there = kube_show(env->kube, &kube_services, env->kube->ns, name, err);
    if (!there)
        return -1;
    if (str_eq(node_str(there, "/metadata/labels/aiwf~1job", NULL), node_str(service, "/metadata/labels/aiwf~1job", NULL)))
        return 0;
    err_set(err, ERR_CONFLICT, "the job's ranks need a service \"%s\" to find each other, and another one has that name", name);
    return err_hint(err, "another name for the job");
}

int job_service_create(const struct trainer_env *env, const node_t *service, bool *ret_made, struct err *err)
{
    *ret_made = service && kube_create(env->kube, &kube_services, service, NULL, NULL, err) == 0;
    if (!service || *ret_made)
        return 0;
    if (err->code != ERR_CONFLICT)
        return -1;
    err_clear(err);
    return is_ours(env, service, err);
}
