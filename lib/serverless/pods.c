#include "serverless/pods.h"

#include <string.h>

#include "kube/object.h"

/* The container that keeps a pod from starting; NULL: none does. */
static const node_t *trouble_of(const node_t *pod)
{
    static const char *const reasons[] = {"ErrImagePull",     "ImagePullBackOff",           "InvalidImageName",
                                          "CrashLoopBackOff", "CreateContainerConfigError", "CreateContainerError"};
    for (const node_t *c = node_first(node_at(pod, "/status/containerStatuses")); c; c = node_next(c)) {
        const node_t *waiting = node_at(c, "/state/waiting");
        for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
            if (strcmp(node_str(waiting, "/reason", ""), reasons[i]) == 0)
                return c;
    }
    return NULL;
}

static void set_message(node_t *function, const char *reason, const char *message)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "%s%s%s", reason, *message ? ": " : "", message);
    node_set_str(function, "message", text.buf);
}

/* Of one that crashes again and again, how it ended; of others what the kubelet says. */
static void tell_container(const node_t *container, node_t *function)
{
    const node_t *waiting = node_at(container, "/state/waiting"), *ended = node_at(container, "/lastState/terminated");
    const char *reason = node_str(waiting, "/reason", "");
    if (!ended || strcmp(reason, "CrashLoopBackOff") != 0) {
        set_message(function, reason, node_str(waiting, "/message", ""));
        return;
    }
    AUTOFREE char *how =
        xasprintf("its container exited with code %lld (%s), %lld times", (long long)node_int(ended, "/exitCode", 0),
                  node_str(ended, "/reason", "?"), (long long)node_int(container, "/restartCount", 0) + 1);
    set_message(function, reason, how);
}

void pods_tell(const node_t *pods, node_t *function)
{
    for (const node_t *pod = node_first(pods); pod; pod = node_next(pod)) {
        const node_t *trouble = trouble_of(pod), *scheduled = kube_condition(pod, "PodScheduled");
        if (trouble) {
            node_set_str(function, "state", "Failed");
            tell_container(trouble, function);
            return;
        }
        if (strcmp(node_str(scheduled, "/status", ""), "False") == 0)
            set_message(function, node_str(scheduled, "/reason", ""), node_str(scheduled, "/message", ""));
    }
}

void pods_tell_trouble(struct kube *kube, const char *selector, node_t *function)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *pods = kube_list_of(kube, &kube_pods, kube->ns, selector, &none);
    pods_tell(pods, function);
}
