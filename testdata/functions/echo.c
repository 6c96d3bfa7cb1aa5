/* A function for tests: an HTTP/1.1 server on $PORT of 127.0.0.1 or $LISTEN, a thread a connection.
 *
 *   GET /            "ok"                     GET /bytes/N     N bytes, with a length     GET /chunked/N   the same in chunks
 *   POST /           the body again           POST /count      how many bytes it had      GET /head        the request's head
 *   GET /sleep/MS    after a pause            GET /status/N    with this status           GET /until-close/N  without a length
 *   GET /exit/N      ends the process         GET /raw         no HTTP at all             GET /close       closes without an answer
 *   GET /cut         half of what it promises GET /twice       Content-Length twice       GET /env/NAME    a variable
 *   GET /pid         its process number       GET /stderr/TEXT writes to its log          GET /cwd/FILE    a file of its folder */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { ROOM = 65536 };

struct conn {
    int fd;
    char in[ROOM + 1];
    size_t at, len; /* unread part of in */
};

static bool fill(struct conn *c)
{
    if (c->at == c->len)
        c->at = c->len = 0;
    if (c->len == ROOM) {
        memmove(c->in, c->in + c->at, c->len - c->at);
        c->len -= c->at;
        c->at = 0;
    }
    ssize_t n = c->len < ROOM ? read(c->fd, c->in + c->len, ROOM - c->len) : 0;
    if (n <= 0)
        return false;
    c->len += (size_t)n;
    c->in[c->len] = '\0';
    return true;
}

static bool send_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static bool answer(int fd, int status, const char *body, size_t len)
{
    char head[256];
    int n = snprintf(head, sizeof(head), "HTTP/1.1 %d Status\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n", status,
                     len);
    struct iovec parts[2] = {{head, (size_t)n}, {(void *)(uintptr_t)body, len}};
    ssize_t sent = writev(fd, parts, 2);
    if (sent < n)
        return false;
    return send_all(fd, body + (sent - n), len - (size_t)(sent - n));
}

static bool send_bytes(int fd, long long n, bool chunked)
{
    static char block[ROOM];
    memset(block, 'x', sizeof(block));
    while (n > 0) {
        size_t part = n < ROOM ? (size_t)n : ROOM;
        char size[32];
        if (chunked && !send_all(fd, size, (size_t)snprintf(size, sizeof(size), "%zx\r\n", part)))
            return false;
        if (!send_all(fd, block, part) || (chunked && !send_all(fd, "\r\n", 2)))
            return false;
        n -= (long long)part;
    }
    return !chunked || send_all(fd, "0\r\n\r\n", 5);
}

/* The body of a request: decoded, given to fn piece by piece. */
struct body {
    long long length; /* -1: chunked */
    int echo_fd;      /* -1: only counted */
    long long count;
};

static bool piece(struct conn *c, struct body *body, long long want)
{
    while (want > 0) {
        if (c->at == c->len && !fill(c))
            return false;
        size_t part = c->len - c->at;
        if ((long long)part > want)
            part = (size_t)want;
        if (body->echo_fd >= 0 && !send_all(body->echo_fd, c->in + c->at, part))
            return false;
        c->at += part;
        want -= (long long)part;
        body->count += (long long)part;
    }
    return true;
}

static bool line(struct conn *c, char *ret, size_t room)
{
    for (;;) {
        char *end = memchr(c->in + c->at, '\n', c->len - c->at);
        if (end) {
            size_t len = (size_t)(end - (c->in + c->at)) + 1;
            if (len >= room)
                return false;
            memcpy(ret, c->in + c->at, len);
            ret[len] = '\0';
            c->at += len;
            return true;
        }
        if (!fill(c))
            return false;
    }
}

static bool read_body(struct conn *c, struct body *body)
{
    if (body->length >= 0)
        return piece(c, body, body->length);
    char text[128];
    for (;;) {
        if (!line(c, text, sizeof(text)))
            return false;
        long long size = strtoll(text, NULL, 16);
        char head[32];
        if (body->echo_fd >= 0 && size && !send_all(body->echo_fd, head, (size_t)snprintf(head, sizeof(head), "%llx\r\n", size)))
            return false;
        if (size && !piece(c, body, size))
            return false;
        if (!line(c, text, sizeof(text)))
            return false;
        if (body->echo_fd >= 0 && !send_all(body->echo_fd, size ? "\r\n" : "0\r\n\r\n", size ? 2 : 5))
            return false;
        if (!size)
            return true;
    }
}

static const char *after(const char *path, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(path, prefix, n) == 0 ? path + n : NULL;
}

static bool serve_file(int fd, const char *name)
{
    char text[4096];
    FILE *file = fopen(name, "r");
    size_t n = file ? fread(text, 1, sizeof(text), file) : 0;
    if (file)
        fclose(file);
    return answer(fd, file ? 200 : 404, text, n);
}

static bool get(int fd, const char *path, const char *head, size_t head_len)
{
    const char *rest;
    char text[256];
    if (strcmp(path, "/") == 0 || after(path, "/function/")) /* the latter: as a gateway that keeps the whole path asks */
        return answer(fd, 200, "ok\n", 3);
    if ((rest = after(path, "/bytes/"))) {
        long long n = atoll(rest);
        return send_all(fd, text, (size_t)snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nContent-Length: %lld\r\n\r\n", n)) &&
               send_bytes(fd, n, false);
    }
    if ((rest = after(path, "/chunked/"))) {
        static const char chunked[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n";
        return send_all(fd, chunked, sizeof(chunked) - 1) && send_bytes(fd, atoll(rest), true);
    }
    if ((rest = after(path, "/until-close/"))) {
        static const char open_ended[] = "HTTP/1.1 200 OK\r\n\r\n";
        (void)(send_all(fd, open_ended, sizeof(open_ended) - 1) && send_bytes(fd, atoll(rest), false));
        return false;
    }
    if ((rest = after(path, "/sleep/"))) {
        usleep((useconds_t)atoi(rest) * 1000);
        return answer(fd, 200, "slept\n", 6);
    }
    if ((rest = after(path, "/status/")))
        return answer(fd, atoi(rest), "status\n", 7);
    if ((rest = after(path, "/exit/")))
        _exit(atoi(rest));
    if (strcmp(path, "/raw") == 0) {
        send_all(fd, "hello, this is no HTTP\r\n\r\n", 26);
        return false;
    }
    if (strcmp(path, "/close") == 0)
        return false;
    if (strcmp(path, "/cut") == 0) {
        static const char cut[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
        send_all(fd, cut, sizeof(cut) - 1);
        return false;
    }
    if (strcmp(path, "/twice") == 0) {
        static const char twice[] = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab";
        send_all(fd, twice, sizeof(twice) - 1);
        return false;
    }
    if (strcmp(path, "/head") == 0)
        return answer(fd, 200, head, head_len);
    if ((rest = after(path, "/env/"))) {
        const char *value = getenv(rest);
        return answer(fd, value ? 200 : 404, value ? value : "", value ? strlen(value) : 0);
    }
    if (strcmp(path, "/pid") == 0)
        return answer(fd, 200, text, (size_t)snprintf(text, sizeof(text), "%d\n", (int)getpid()));
    if ((rest = after(path, "/stderr/"))) {
        dprintf(2, "%s\n", rest);
        return answer(fd, 200, "logged\n", 7);
    }
    if ((rest = after(path, "/cwd/")))
        return serve_file(fd, rest);
    return answer(fd, 404, "no\n", 3);
}

static bool post(struct conn *c, const char *path, struct body *body)
{
    char text[128];
    if (strcmp(path, "/count") == 0) {
        body->echo_fd = -1;
        if (!read_body(c, body))
            return false;
        return answer(c->fd, 200, text, (size_t)snprintf(text, sizeof(text), "%lld\n", body->count));
    }
    if (strcmp(path, "/refuse") == 0) { /* an answer before the body was read */
        answer(c->fd, 413, "too much\n", 9);
        return false;
    }
    body->echo_fd = c->fd;
    int n = body->length >= 0 ? snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nContent-Length: %lld\r\n\r\n", body->length)
                              : snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    return send_all(c->fd, text, (size_t)n) && read_body(c, body);
}

static bool request(struct conn *c)
{
    char *end;
    while (!(end = c->len > c->at ? strstr(c->in + c->at, "\r\n\r\n") : NULL))
        if (!fill(c))
            return false;
    char *head = c->in + c->at;
    size_t head_len = (size_t)(end + 4 - head);
    c->at += head_len;
    char *saved = strndup(head, head_len);
    char method[16] = "", path[4096] = "";
    sscanf(saved, "%15s %4095[^? ]", method, path);
    struct body body = {.echo_fd = -1};
    char *length = strcasestr(saved, "\r\nContent-Length:");
    if (length)
        body.length = atoll(length + 17);
    if (strcasestr(saved, "\r\nTransfer-Encoding:"))
        body.length = -1;
    bool keep =
        strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ? post(c, path, &body) : get(c->fd, path, saved, head_len);
    free(saved);
    return keep;
}

static void *serve(void *arg)
{
    struct conn *c = arg;
    int on = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    while (request(c))
        ;
    close(c->fd);
    free(c);
    return NULL;
}

static void end(int number)
{
    (void)number;
    _exit(0);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    if (getpid() == 1) /* in a container, where a signal without a handler is ignored */
        signal(SIGTERM, end);
    const char *port = getenv("PORT"), *bound = getenv("LISTEN");
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atoi(port ? port : "0")),
                                  .sin_addr.s_addr = inet_addr(bound ? bound : "127.0.0.1")};
    if (!port || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 1024) != 0) {
        perror("cannot listen");
        return 1;
    }
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 256 << 10);
    for (;;) {
        struct conn *c = calloc(1, sizeof(*c));
        c->fd = accept(fd, NULL, NULL);
        pthread_t thread;
        if (c->fd < 0 || pthread_create(&thread, &attr, serve, c) != 0)
            free(c);
    }
}
