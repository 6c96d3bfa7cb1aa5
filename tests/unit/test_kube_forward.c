#include <arpa/inet.h>
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "kube/portforward.h"
#include "suites.h"
#include "wire.h"

/* A forwarder in a thread of its own, and one who has connected to it. */
struct relay {
    struct wire wire;
    struct kube kube;
    struct kube_forward forward;
    struct str said;
    pthread_t thread;
    int listen_fd, stop[2], fd;
};

static void on_say(const struct err *err, void *arg) { str_addf(arg, "%s: %s", err->what, err->why ? err->why : ""); }

static void *serve(void *arg)
{
    struct relay *relay = arg;
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(kube_forward_serve(&relay->forward, relay->listen_fd, relay->stop[0], &err), 0);
    return NULL;
}

static int connected(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval limit = {.tv_sec = 10};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    return fd;
}

#define POD_PATH "/api/v1/namespaces/ml/pods/web"
#define POD                                                                                                   \
    "{\"body\":\"{\\\"metadata\\\":{\\\"name\\\":\\\"web\\\"},\\\"status\\\":{\\\"phase\\\":\\\"Running\\\"," \
    "\\\"conditions\\\":[{\\\"type\\\":\\\"Ready\\\",\\\"status\\\":\\\"True\\\"}]}}\"}"
/* Each channel begins with the port, 80, little-endian. */
#define PORTS "\\u0082\\u0003\\u0000P\\u0000\\u0082\\u0003\\u0001P\\u0000"

static void relay_start(struct relay *relay, const char *steps)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *script =
        xasprintf("{\"routes\":{\"" POD_PATH "\":[" POD "],\"" POD_PATH "/portforward\":[{\"upgrade\":[%s]}]}}", steps);
    *relay = (struct relay){.said = STR_INIT};
    wire_start(&relay->wire, script);
    ck_assert_int_eq(kube_open(&relay->kube, &(struct kube_access){.server = relay->wire.url}, &(struct kube_settings){0}, &err),
                     0);
    relay->forward =
        (struct kube_forward){.kube = &relay->kube, .ns = "ml", .pod = "web", .port = "80", .say = on_say, .arg = &relay->said};
    int port = 0;
    relay->listen_fd = kube_forward_listen(&port, &err);
    ck_assert_int_ge(relay->listen_fd, 0);
    ck_assert_int_eq(pipe(relay->stop), 0);
    ck_assert_int_eq(pthread_create(&relay->thread, NULL, serve, relay), 0);
    relay->fd = connected(port);
}

/* After it what was said can be read. */
static void relay_end(struct relay *relay)
{
    close(relay->fd);
    close(relay->stop[1]);
    pthread_join(relay->thread, NULL);
    close(relay->stop[0]);
    close(relay->listen_fd);
}

static void relay_release(struct relay *relay)
{
    kube_release(&relay->kube);
    wire_stop(&relay->wire);
    str_release(&relay->said);
}
DEFINE_CLEANUP(struct relay, relay_release)

/* All that comes, until the end; -1: it was cut. */
static ssize_t received(const struct relay *relay, char *ret, size_t size)
{
    size_t len = 0;
    ssize_t n;
    while ((n = recv(relay->fd, ret + len, size - 1 - len, 0)) > 0)
        len += (size_t)n;
    ret[len] = '\0';
    return n < 0 ? -1 : (ssize_t)len;
}

START_TEST(bytes_go_both_ways)
{
    CLEANUP(relay_release) struct relay relay;
    char got[64];
    relay_start(&relay,
                "{\"send\":\"" PORTS "\"},{\"take\":11},{\"send\":\"\\u0082\\u0005\\u0000pong\\u0088\\u0002\\u0003\\u00e8\"}");
    ck_assert_int_eq(send(relay.fd, "ping", 4, 0), 4);
    ck_assert_int_eq(received(&relay, got, sizeof(got)), 4);
    ck_assert_str_eq(got, "pong");
    relay_end(&relay);
    ck_assert_str_eq(relay.said.buf, "");
}
END_TEST

/* Its pod goes on listening, as it is not told, and is not waited for. */
START_TEST(who_has_the_answer_before_saying_all_is_let_go)
{
    CLEANUP(relay_release) struct relay relay;
    char got[64] = "";
    relay_start(&relay, "{\"send\":\"" PORTS "\"},{\"take\":11},{\"send\":\"\\u0082\\u0005\\u0000pong\"},{\"take\":100}");
    ck_assert_int_eq(send(relay.fd, "ping", 4, 0), 4);
    ck_assert_int_eq(recv(relay.fd, got, 4, MSG_WAITALL), 4);
    ck_assert_str_eq(got, "pong");
    ck_assert_int_eq(shutdown(relay.fd, SHUT_WR), 0);
    ck_assert_int_eq(received(&relay, got, sizeof(got)), 0);
    relay_end(&relay);
}
END_TEST

static const struct {
    const char *sent, *said;
} breaches[] = {
    {"\\u0082\\u0003\\u0000Q\\u0000", "the server does not keep to the protocol"},
    {"\\u0082\\u0004\\u0000P\\u0000x", "the server does not keep to the protocol"},
    {PORTS "\\u0082\\u0003\\u0002P\\u0000", "the server does not keep to the protocol"},
    {PORTS "\\u0082\\u0004\\u0001no\\u001b", "cannot connect to port 80 of pod web: no"},
    {PORTS "\\u0082\\u0005\\u0000half\\u0082\\u0003\\u0001no", "cannot connect to port 80 of pod web: no"},
};

/* Half an answer must not look like a whole one. */
START_TEST(what_fails_is_cut_and_told)
{
    CLEANUP(relay_release) struct relay relay;
    AUTOFREE char *steps = xasprintf("{\"send\":\"%s\"},{\"take\":100}", breaches[_i].sent);
    char got[64];
    relay_start(&relay, steps);
    ck_assert_int_eq(received(&relay, got, sizeof(got)), -1);
    relay_end(&relay);
    ck_assert_msg(strstr(relay.said.buf, breaches[_i].said) && !strchr(relay.said.buf, '\033'), "%s", relay.said.buf);
}
END_TEST

Suite *suite_kube_forward(void)
{
    Suite *suite = suite_create("kube_forward");
    TCase *tcase = tcase_create("portforward");
    tcase_set_timeout(tcase, 30); /* one waits for five seconds to be let go */
    tcase_add_test(tcase, bytes_go_both_ways);
    tcase_add_test(tcase, who_has_the_answer_before_saying_all_is_let_go);
    tcase_add_loop_test(tcase, what_fails_is_cut_and_told, 0, (int)ARRAY_LEN(breaches));
    suite_add_tcase(suite, tcase);
    return suite;
}
