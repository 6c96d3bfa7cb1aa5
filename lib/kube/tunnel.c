#include "kube/tunnel.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct kube_tunnel {
    struct kube kube;
    char *ns, *service, *port;
    struct kube_forward forward;
    char *folder, *socket;
    int listen_fd, stop_fd;
    pthread_t thread;
    bool is_running;
};

static int make_folder(struct kube_tunnel *tunnel, struct err *err)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    bool is_short = runtime && *runtime == '/' && strlen(runtime) < 64;
    tunnel->folder = xasprintf("%s/aiwf-XXXXXX", is_short ? runtime : "/tmp");
    if (mkdtemp(tunnel->folder))
        return 0;
    free(TAKE(tunnel->folder));
    return err_sys(err, ERR_FAILED, "cannot make a folder for a socket in %s", is_short ? runtime : "/tmp");
}

static int listen_there(struct kube_tunnel *tunnel, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (make_folder(tunnel, err) != 0)
        return -1;
    tunnel->socket = xasprintf("%s/s", tunnel->folder);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", tunnel->socket);
    tunnel->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    tunnel->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (tunnel->listen_fd < 0 || tunnel->stop_fd < 0 ||
        bind(tunnel->listen_fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(tunnel->listen_fd, SOMAXCONN) != 0)
        return err_sys(err, ERR_FAILED, "cannot listen on %s", tunnel->socket);
    return 0;
}

static void *serve(void *arg)
{
    const struct kube_tunnel *tunnel = arg;
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (kube_forward_serve(&tunnel->forward, tunnel->listen_fd, tunnel->stop_fd, &err) != 0 && tunnel->forward.say)
        tunnel->forward.say(&err, tunnel->forward.arg);
    return NULL;
}

/* Signals are for the thread that owns the terminal. */
static int start(struct kube_tunnel *tunnel, struct err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    tunnel->is_running = pthread_create(&tunnel->thread, NULL, serve, tunnel) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return tunnel->is_running ? 0 : err_set(err, ERR_FAILED, "cannot start a thread");
}

/* That the service has a pod, before anything is sent to it. */
static int look(const struct kube_tunnel *tunnel, struct err *err)
{
    AUTOFREE char *pod = NULL;
    int port;
    return kube_forward_resolve(&tunnel->forward, &pod, &port, err);
}

struct kube_tunnel *kube_tunnel_open(struct kube *kube, const struct endpoint *to, void (*say)(const struct err *err, void *arg),
                                     void *arg, struct err *err)
{
    struct kube_tunnel *tunnel = xcalloc(1, sizeof(*tunnel));
    *tunnel = (struct kube_tunnel){.kube = *kube, .listen_fd = -1, .stop_fd = -1};
    *kube = (struct kube){0};
    tunnel->ns = xstrdup(to->ns);
    tunnel->service = xstrdup(to->service);
    tunnel->port = xstrdup(to->port);
    tunnel->forward = (struct kube_forward){
        .kube = &tunnel->kube,
        .ns = tunnel->ns,
        .service = tunnel->service,
        .port = tunnel->port,
        .say = say,
        .arg = arg,
    };
    if (look(tunnel, err) == 0 && listen_there(tunnel, err) == 0 && start(tunnel, err) == 0)
        return tunnel;
    kube_tunnel_close(tunnel);
    return NULL;
}

static void stop(struct kube_tunnel *tunnel)
{
    uint64_t one = 1;
    ssize_t ignored = write(tunnel->stop_fd, &one, sizeof(one));
    (void)ignored;
    pthread_join(tunnel->thread, NULL);
}

void kube_tunnel_close(struct kube_tunnel *tunnel)
{
    if (!tunnel)
        return;
    if (tunnel->is_running)
        stop(tunnel);
    if (tunnel->socket)
        unlink(tunnel->socket);
    if (tunnel->folder)
        rmdir(tunnel->folder);
    fd_close_ptr(&tunnel->listen_fd);
    fd_close_ptr(&tunnel->stop_fd);
    kube_release(&tunnel->kube);
    free(tunnel->ns);
    free(tunnel->service);
    free(tunnel->port);
    free(tunnel->folder);
    free(tunnel->socket);
    free(tunnel);
}

const char *kube_tunnel_socket(const struct kube_tunnel *tunnel) { return tunnel->socket; }
