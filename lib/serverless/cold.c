#include "serverless/cold.h"

#include <string.h>

#include "kube/object.h"
#include "wait/wait.h"

#define SERVICE_LABEL "serving.knative.dev/service"
#define SCALING       "autoscaling.knative.dev/"
#define WINDOW        SCALING "window"
#define WINDOW_BEFORE "aiwf/window-before" /* "": there was none */
#define SHORTEST      "6s"

/* ---- none left ---- */

static void hurry(const struct cold_wait *wait, const node_t *pod)
{
    CLEANUP(err_release) struct err none = ERR_INIT; /* it may be gone already */
    CLEANUP(node_free) node_t *options = node_new_object();
    if (!node_str(pod, "/metadata/deletionTimestamp", NULL) || node_int(pod, "/metadata/deletionGracePeriodSeconds", 0) <= 1)
        return;
    node_set_str(options, "apiVersion", "v1");
    node_set_str(options, "kind", "DeleteOptions");
    node_set_num(options, "gracePeriodSeconds", 1);
    struct kube_call call = {
        .method = "DELETE",
        .kind = &kube_pods,
        .ns = wait->ns,
        .name = node_str(pod, "/metadata/name", ""),
        .body = options,
        .failing = "cannot end a pod",
    };
    kube_do(wait->kube, &call, NULL, &none);
}

static enum wait_state look_gone(void *arg, struct str *note, struct err *err)
{
    const struct cold_wait *wait = arg;
    CLEANUP(node_free) node_t *pods = kube_list_of(wait->kube, &kube_pods, wait->ns, wait->selector, err);
    if (!pods)
        return err->code == ERR_UNREACHABLE || err->code == ERR_TIMEOUT ? WAIT_PENDING : WAIT_FAILED;
    for (const node_t *pod = node_first(pods); pod; pod = node_next(pod))
        hurry(wait, pod);
    str_addf(note, "%zu left", node_len(pods));
    return node_len(pods) ? WAIT_PENDING : WAIT_DONE;
}

int cold_wait_gone(const struct cold_wait *wait, struct err *err)
{
    enum { LOOK_MS = 250 };
    struct cold_wait copy = *wait;
    AUTOFREE char *what = xasprintf("the end of the last instance of function %s", wait->name);
    struct wait waiting = {.what = what, .look = look_gone, .arg = &copy, .timeout_ms = wait->timeout_ms, .interval_ms = LOOK_MS};
    if (wait_for(&waiting, err) == 0)
        return 0;
    return err->code == ERR_TIMEOUT ? err_hint(err, "other clients or a pool keep it warm: aiwf pool list") : -1;
}

/* ---- Knative ---- */

static node_t *autoscalers_of(const struct runtime_env *env, const char *name, struct err *err)
{
    AUTOFREE char *selector = xasprintf(SERVICE_LABEL "=%s", name);
    return kube_list_of(env->kube, &kube_pod_autoscalers, env->kube->ns, selector, err);
}

static const char *annotation(const node_t *object, const char *key)
{
    return node_text(node_get(node_at(object, "/metadata/annotations"), key));
}

/* Each is a text, or NULL for none. */
static int annotate(const struct runtime_env *env, const node_t *autoscaler, const char *window, const char *before,
                    struct err *err)
{
    CLEANUP(node_free) node_t *patch = node_new_object();
    node_t *annotations = node_set(node_set(patch, "metadata", node_new_object()), "annotations", node_new_object());
    node_set_str(annotations, WINDOW, window);
    node_set_str(annotations, WINDOW_BEFORE, before);
    return kube_patch(env->kube, &kube_pod_autoscalers, env->kube->ns, node_str(autoscaler, "/metadata/name", ""), patch, err);
}

static int check_floor(const node_t *autoscaler, const char *name, struct err *err)
{
    static const char *const keys[] = {SCALING "min-scale", SCALING "minScale"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const char *floor = annotation(autoscaler, keys[i]);
        if (!floor || strcmp(floor, "0") == 0)
            continue;
        err_set(err, ERR_CONFLICT, "function \"%s\" keeps %s instances (min-scale), and is never cold", name, floor);
        return err_hint(err, "aiwf pool list, or deploy it with --scale 0..");
    }
    return 0;
}

/* A run that was killed left the window short: what it was before stays what it was before. */
static int shorten(const struct runtime_env *env, const node_t *autoscaler, struct err *err)
{
    const char *before = annotation(autoscaler, WINDOW_BEFORE), *window = annotation(autoscaler, WINDOW);
    return before ? 0 : annotate(env, autoscaler, SHORTEST, window ? window : "", err);
}

/* Of several, some may have been shortened. */
static void give_back(const struct runtime_env *env, const char *name)
{
    CLEANUP(err_release) struct err none = ERR_INIT; /* why it failed is told already */
    cold_end_knative(env, name, NULL, &none);
}

static const char own_window[] = "by the autoscaler, after the function's own window (no right to shorten it)";
static const char short_window[] =
    "by the autoscaler, after a window of " SHORTEST " (on the PodAutoscaler, for as long as this runs)";

node_t *cold_begin_knative(const struct runtime_env *env, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *service = kube_show(env->kube, &kube_knative_services, env->kube->ns, name, err);
    CLEANUP(node_free) node_t *autoscalers = service ? autoscalers_of(env, name, err) : NULL;
    if (!autoscalers)
        return NULL;
    for (const node_t *each = node_first(autoscalers); each; each = node_next(each))
        if (check_floor(each, name, err) != 0)
            return NULL;
    node_t *begun = node_new_object();
    node_set_str(begun, "how", short_window);
    for (const node_t *each = node_first(autoscalers); each; each = node_next(each)) {
        CLEANUP(err_release) struct err refused = ERR_INIT;
        if (shorten(env, each, &refused) == 0)
            continue;
        if (refused.code == ERR_AUTH) {
            node_set_str(begun, "how", own_window);
            break;
        }
        err_move(err, &refused);
        node_free(begun);
        give_back(env, name);
        return NULL;
    }
    return begun;
}

int cold_end_knative(const struct runtime_env *env, const char *name, const node_t *begun, struct err *err)
{
    (void)begun; /* what was before is written there */
    int rc = 0;
    CLEANUP(node_free) node_t *autoscalers = autoscalers_of(env, name, err);
    if (!autoscalers)
        return -1;
    for (const node_t *each = node_first(autoscalers); each; each = node_next(each)) {
        const char *before = annotation(each, WINDOW_BEFORE);
        if (before && annotate(env, each, *before ? before : NULL, NULL, err) != 0)
            rc = -1;
    }
    return rc;
}

int cold_make_knative(const struct runtime_env *env, const char *name, struct err *err)
{
    enum { TIMEOUT_MS = 300000 }; /* a window may be an hour: then it is not waited for */
    AUTOFREE char *selector = xasprintf(SERVICE_LABEL "=%s", name);
    return cold_wait_gone(
        &(struct cold_wait){.kube = env->kube, .ns = env->kube->ns, .selector = selector, .name = name, .timeout_ms = TIMEOUT_MS},
        err);
}
