#include "serverless/kube_function.h"

#include <string.h>

#include "kube/apply.h"
#include "kube/logs.h"

/* Created by apply too: what a later apply leaves out goes only where it was applied before. */
int kube_function_put(struct kube *kube, const struct kube_function_put *put, struct err *err)
{
    struct kube_apply apply = {.kind = put->kind, .ns = kube->ns, .object = put->object, .source = put->source, .force = true};
    CLEANUP(node_free) node_t *there = NULL;
    const char *name = node_str(put->object, "/metadata/name", ""), *ns = node_str(put->object, "/metadata/namespace", kube->ns);
    if (!put->replace && kube_find(kube, put->kind, ns, name, &there, err) != 0)
        return -1;
    if (!there)
        return kube_apply(kube, &apply, NULL, err);
    err_set(err, ERR_CONFLICT, "function \"%s\" exists already", name);
    return err_hint(err, "--replace, or --if-not-exists");
}

/* "2026-01-01T00:00:00.0Z text" */
static bool give_line(const struct kube_log_line *line, void *arg)
{
    const struct kube_function_logs *logs = arg;
    AUTOFREE char *text = xstrndup(line->text, line->len);
    char *blank = strchr(text, ' ');
    CLEANUP(node_free) node_t *document = node_new_object();
    if (blank)
        *blank = '\0';
    node_set_str(document, "timestamp", blank ? text : NULL);
    node_set_str(document, "instance", line->label);
    node_set_str(document, "text", blank ? blank + 1 : text);
    return logs->on_line(document, logs->arg);
}

int kube_function_logs(struct kube *kube, const struct kube_function_logs *logs, struct err *err)
{
    struct kube_function_logs copy = *logs;
    struct kube_logs what = {
        .ns = kube->ns,
        .selector = logs->selector,
        .container = logs->container,
        .follow = logs->follow,
        .tail = logs->tail < 0 ? -1 : logs->tail,
        .timestamps = true,
        .on_line = give_line,
        .arg = &copy,
    };
    if (kube_logs(kube, &what, err) == 0)
        return 0;
    if (err->code != ERR_NOT_FOUND)
        return -1;
    err_clear(err); /* it has no instance now, and so no log */
    return 0;
}
