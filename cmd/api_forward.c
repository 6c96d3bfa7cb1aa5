/* A port of this machine that leads to a pod. */
#include <string.h>

#include "api.h"
#include "kube.h"
#include "kube/object.h"
#include "kube/portforward.h"

struct target {
    const char *pod, *service, *port;
    int local_port; /* 0: a free one */
};

static int split_name(const char *text, struct target *ret, struct err *err)
{
    const char *slash = strchr(text, '/');
    const char *name = slash ? slash + 1 : text;
    size_t kind = slash ? (size_t)(slash - text) : 0;
    bool is_pod = kind == 3 && strncmp(text, "pod", kind) == 0;
    bool is_service =
        !slash || (kind == 3 && strncmp(text, "svc", kind) == 0) || (kind == 7 && strncmp(text, "service", kind) == 0);
    if ((!is_pod && !is_service) || !*name || strchr(name, '/')) {
        err_set(err, ERR_USAGE, "\"%s\" is neither a service nor a pod", text);
        return err_hint(err, "NAME or service/NAME, or pod/NAME");
    }
    if (is_pod)
        ret->pod = name;
    else
        ret->service = name;
    return 0;
}

/* A local port is the pod's own unless one is given; ":PORT", and a port's name, take a free one. */
static int split_port(struct cli *cli, const char *text, struct target *ret, struct err *err)
{
    long long number;
    const char *colon = strchr(text, ':');
    ret->port = colon ? colon + 1 : text;
    strv_take(&cli->kept, xstrndup(text, colon ? (size_t)(colon - text) : strlen(text)));
    const char *local = cli->kept.v[cli->kept.n - 1];
    bool is_number = str_to_int(local, 1, 65535, &number);
    if (!*ret->port || (colon && *local && !is_number)) {
        err_set(err, ERR_USAGE, "\"%s\" is not [LOCAL:]PORT", text);
        return err_hint(err, "9090, 8080:80, :80 for a free local port, or a port's name: http");
    }
    ret->local_port = is_number ? (int)number : 0;
    return 0;
}

static void say(const struct err *err, void *arg) { cli_print_error(arg, err); }

static int run(struct cli *cli, struct err *err)
{
    struct target target = {0};
    CLEANUP(kube_release) struct kube kube = {0};
    if (split_name(cli->args.v[0], &target, err) != 0 || split_port(cli, cli->args.v[1], &target, err) != 0 ||
        cli_kube(cli, &kube, err) != 0)
        return -1;
    struct kube_forward forward = {
        .kube = &kube,
        .ns = kube.ns,
        .pod = target.pod,
        .service = target.service,
        .port = target.port,
        .say = say,
        .arg = cli,
    };
    AUTOFREE char *pod = NULL;
    int port = 0;
    if (kube_forward_resolve(&forward, &pod, &port, err) != 0)
        return -1;
    AUTOCLOSE int fd = kube_forward_listen(&target.local_port, err);
    if (fd < 0)
        return -1;
    cli_note(cli, "127.0.0.1:%d leads to port %d of pod %s in namespace %s, until Ctrl-C", target.local_port, port, pod, kube.ns);
    return cli_until_interrupt(kube_forward_serve(&forward, fd, -1, err), err);
}

static void complete_services(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(kube_release) struct kube kube = {0};
    if (cli_kube(cli, &kube, &none) != 0)
        return;
    CLEANUP(node_free) node_t *services = kube_list_of(&kube, &kube_services, kube.ns, NULL, &none);
    for (const node_t *s = node_first(services); s; s = node_next(s))
        strv_add(names, node_str(s, "/metadata/name", ""));
}

static const struct arg args[] = {
    {.name = "TARGET", .help = "a service's name, or pod/NAME", .complete = complete_services},
    {.name = "PORT", .help = "its port, by number or name; LOCAL:PORT for another port of this machine, :PORT for a free one"},
    {0},
};
static const struct example examples[] = {
    {"aiwf api forward prometheus-server 9090:80 -n monitoring", "Prometheus at http://127.0.0.1:9090"},
    {"aiwf api forward gateway :http -n openfaas", "a free local port, the service's port named http"},
    {"aiwf api forward pod/bert-worker-0 6006", "TensorBoard in one pod"},
    {0},
};

const struct cmd api_forward = {
    .name = "forward",
    .help = "make a port of a pod or service one of this machine",
    .about = "Listens on 127.0.0.1 until Ctrl-C; each connection is carried to the pod through the API server (a WebSocket\n"
             "each). Of a service it is a ready pod; when that ends, the next connection goes to another one. A connection\n"
             "that fails is told on standard error, and ends; the others go on.\n"
             "\n"
             "The contexts' settings prometheus and openfaas need none of this: kube://NAMESPACE/SERVICE:PORT reaches the\n"
             "service whenever a command needs it.",
    .args = args,
    .flags = CMD_CONTEXT,
    .examples = examples,
    .run = run,
};
