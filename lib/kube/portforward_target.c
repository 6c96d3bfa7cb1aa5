/* Which pod and which of its ports a connection goes to. */
#include <string.h>

#include "kube/object.h"
#include "kube/portforward.h"

static bool is_number(const char *port, long long *ret) { return str_to_int(port, 1, 65535, ret); }

static bool port_fits(const node_t *port, const char *number_at, const char *wanted)
{
    long long number;
    if (is_number(wanted, &number))
        return node_int(port, number_at, 0) == number;
    return strcmp(node_str(port, "/name", ""), wanted) == 0;
}

/* "80 (http), 443" */
static void add_ports(struct str *s, const node_t *ports, const char *number_at)
{
    for (const node_t *port = node_first(ports); port; port = node_next(port)) {
        const char *name = node_str(port, "/name", "");
        str_addf(s, "%s%lld", s->len ? ", " : "", (long long)node_int(port, number_at, 0));
        if (!*name)
            continue;
        str_add(s, " (");
        str_add_safe(s, name, strlen(name), false);
        str_add(s, ")");
    }
}

static int no_port(const char *kind, const char *name, const char *wanted, const struct str *known, struct err *err)
{
    err_set(err, ERR_USAGE, "%s %s has no port %s", kind, name, wanted);
    return err_why(err, "%s%s", known->len ? "it has " : "it names none", known->buf);
}

/* The name of the service's port, which its slices repeat. */
static int service_port(const struct kube_forward *forward, const node_t *service, const char **ret, struct err *err)
{
    const node_t *ports = node_at(service, "/spec/ports");
    for (const node_t *port = node_first(ports); port; port = node_next(port)) {
        if (!port_fits(port, "/port", forward->port))
            continue;
        *ret = node_str(port, "/name", "");
        return 0;
    }
    CLEANUP(str_release) struct str known = STR_INIT;
    add_ports(&known, ports, "/port");
    return no_port("service", forward->service, forward->port, &known, err);
}

static int slice_port(const node_t *slice, const char *name)
{
    return (int)node_int(node_find(node_get(slice, "ports"), "/name", name), "/port", 0);
}

struct endpoints {
    const char *pod; /* the first ready one */
    int port;
    size_t pods, others;
};

static void look(const node_t *slice, const char *port_name, struct endpoints *seen)
{
    int port = slice_port(slice, port_name);
    for (const node_t *e = node_first(node_get(slice, "endpoints")); e && port > 0; e = node_next(e)) {
        bool is_pod = strcmp(node_str(e, "/targetRef/kind", ""), "Pod") == 0;
        seen->pods += is_pod;
        seen->others += !is_pod;
        if (!is_pod || seen->pod || !node_bool(e, "/conditions/ready", true))
            continue;
        seen->pod = node_str(e, "/targetRef/name", NULL);
        seen->port = port;
    }
}

static int nobody_ready(const struct kube_forward *forward, const struct endpoints *seen, struct err *err)
{
    err_set(err, ERR_FAILED, "no pod of service %s is ready", forward->service);
    if (seen->others)
        return err_why(err, "its endpoints are no pods, and only pods can be forwarded to");
    if (seen->pods)
        return err_why(err, "it has %zu, none of them ready", seen->pods);
    err_why(err, "it has no endpoints");
    return err_hint(err, "does its selector fit the labels of its pods?");
}

static int resolve_service(const struct kube_forward *forward, char **ret_pod, int *ret_port, struct err *err)
{
    struct endpoints seen = {0};
    const char *port_name = NULL;
    CLEANUP(node_free) node_t *service = kube_show(forward->kube, &kube_services, forward->ns, forward->service, err);
    if (!service || service_port(forward, service, &port_name, err) != 0)
        return -1;
    AUTOFREE char *selector = xasprintf("kubernetes.io/service-name=%s", forward->service);
    CLEANUP(node_free) node_t *slices = kube_list_of(forward->kube, &kube_endpoint_slices, forward->ns, selector, err);
    if (!slices)
        return -1;
    for (const node_t *slice = node_first(slices); slice; slice = node_next(slice))
        look(slice, port_name, &seen);
    if (!seen.pod)
        return nobody_ready(forward, &seen, err);
    *ret_pod = xstrdup(seen.pod);
    *ret_port = seen.port;
    return 0;
}

static int container_port(const struct kube_forward *forward, const node_t *pod, struct err *err)
{
    CLEANUP(str_release) struct str known = STR_INIT;
    long long number;
    if (is_number(forward->port, &number))
        return (int)number;
    for (const node_t *c = node_first(node_at(pod, "/spec/containers")); c; c = node_next(c)) {
        const node_t *ports = node_get(c, "ports");
        for (const node_t *port = node_first(ports); port; port = node_next(port))
            if (port_fits(port, "/containerPort", forward->port))
                return (int)node_int(port, "/containerPort", 0);
        add_ports(&known, ports, "/containerPort");
    }
    return no_port("pod", forward->pod, forward->port, &known, err);
}

static int resolve_pod(const struct kube_forward *forward, char **ret_pod, int *ret_port, struct err *err)
{
    CLEANUP(node_free) node_t *pod = kube_show(forward->kube, &kube_pods, forward->ns, forward->pod, err);
    if (!pod)
        return -1;
    const char *phase = node_str(pod, "/status/phase", "Unknown");
    if (strcmp(phase, "Running") != 0)
        return err_set(err, ERR_FAILED, "pod %s is not running: it is %s", forward->pod, phase);
    int port = container_port(forward, pod, err);
    if (port < 0)
        return -1;
    *ret_pod = xstrdup(forward->pod);
    *ret_port = port;
    return 0;
}

int kube_forward_resolve(const struct kube_forward *forward, char **ret_pod, int *ret_port, struct err *err)
{
    return forward->service ? resolve_service(forward, ret_pod, ret_port, err) : resolve_pod(forward, ret_pod, ret_port, err);
}
