/* One try of a request: its method and its body. */
#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "net/transfer.h"

/* Over HTTP/2, libcurl 7.88 can send a part of a body twice when the connection takes no more (curl's pull request 11342; seen:
 * 100 MB came as 64 KiB more), and with GnuTLS the request fails (its record is to be sent again, libcurl sends another one). So what
 * is more than a frame goes over HTTP/1.1. Not so a body without a known end: over HTTP/1.1, proxies of Go, the API server among them,
 * read no more of it when the answer begins. libcurl is given no more of that than the connection takes at once, which a tunnel's does
 * not tell. */
bool body_goes_by_http1(const struct transfer *t)
{
    enum { FRAME_BYTES = 16 << 10 };
    bool has_tunnel = t->http->set.socket && login_goes_to(t->http, t->req->url);
    return t->finite_body || t->req->body_len > FRAME_BYTES || (t->req->body_file && has_tunnel);
}

static bool is_end(int socket, int (*name)(int, struct sockaddr *, socklen_t *), const struct socket_end *end)
{
    struct sockaddr_storage at = {0};
    socklen_t len = sizeof(at);
    char ip[INET6_ADDRSTRLEN] = "";
    const struct sockaddr_in *v4 = (struct sockaddr_in *)&at;
    const struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&at;
    if (name(socket, (struct sockaddr *)&at, &len) != 0 || (at.ss_family != AF_INET && at.ss_family != AF_INET6))
        return false;
    bool is_v4 = at.ss_family == AF_INET;
    inet_ntop(at.ss_family, is_v4 ? (const void *)&v4->sin_addr : &v6->sin6_addr, ip, sizeof(ip));
    return ntohs(is_v4 ? v4->sin_port : v6->sin6_port) == end->port && str_eq(ip, end->ip);
}

/* libcurl does not tell the socket of a request that goes on. */
void body_find_socket(struct transfer *t, const struct socket_end *ours, const struct socket_end *theirs)
{
    enum { FILES_MAX = 4096 };
    t->socket = -1;
    if (!t->req->body_file || t->finite_body)
        return;
    for (int file = 0; file < FILES_MAX && t->socket < 0; file++)
        if (is_end(file, getsockname, ours) && is_end(file, getpeername, theirs))
            t->socket = file;
}

/* What a socket takes at once. The kernel counts more than the bytes: a quarter of what it has left is sure, and the least is, as
 * libcurl asks when it has found room, and the kernel then takes a whole buffer. */
static size_t room_of(int socket)
{
    enum { SHARE = 4, LEAST_BYTES = 1 << 10 };
    uint32_t memory[SK_MEMINFO_VARS] = {0};
    socklen_t len = sizeof(memory);
    if (getsockopt(socket, SOL_SOCKET, SO_MEMINFO, memory, &len) != 0)
        return SIZE_MAX;
    uint32_t queued = memory[SK_MEMINFO_WMEM_QUEUED], most = memory[SK_MEMINFO_SNDBUF];
    uint32_t room = queued < most ? (most - queued) / SHARE : 0;
    return room > LEAST_BYTES ? room : LEAST_BYTES;
}

static size_t on_read(char *buffer, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    size_t most = size * n, room = t->socket < 0 ? most : room_of(t->socket);
    size_t len = fread(buffer, 1, room < most ? room : most, t->req->body_file);
    if (!len && ferror(t->req->body_file)) {
        t->abort = ABORT_BODY;
        return CURL_READFUNC_ABORT;
    }
    return len;
}

/* libcurl rewinds when a kept connection turned out to be dead. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
    struct transfer *t = arg;
    if (origin != SEEK_SET || !t->finite_body)
        return CURL_SEEKFUNC_CANTSEEK;
    return fseeko(t->req->body_file, t->body_start + offset, SEEK_SET) == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

static void set_file_body(struct transfer *t)
{
    const struct curl_lib *curl = t->http->curl;
    curl->easy_setopt(t->easy, CURLOPT_UPLOAD, 1L);
    curl->easy_setopt(t->easy, CURLOPT_READFUNCTION, on_read);
    curl->easy_setopt(t->easy, CURLOPT_READDATA, t);
    curl->easy_setopt(t->easy, CURLOPT_SEEKFUNCTION, on_seek);
    curl->easy_setopt(t->easy, CURLOPT_SEEKDATA, t);
    curl->easy_setopt(t->easy, CURLOPT_INFILESIZE_LARGE, t->finite_body ? (curl_off_t)t->body_len : (curl_off_t)-1);
}

/* RFC 9110, 5.6.2: what libcurl would put into the request's first line unseen. */
bool method_is_token(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
    return *text && !text[strspn(text, letters)];
}

void transfer_set_method(struct transfer *t)
{
    const struct curl_lib *curl = t->http->curl;
    const struct http_request *req = t->req;
    const char *method = req->method ? req->method : "GET";
    bool post = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
    if (req->body_file) {
        set_file_body(t);
    } else if (req->body || post) {
        curl->easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(req->body ? req->body_len : 0));
        curl->easy_setopt(t->easy, CURLOPT_POSTFIELDS, req->body ? req->body : "");
    } else if (strcmp(method, "HEAD") == 0) {
        curl->easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
    }
    curl->easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, method);
}

void transfer_measure_body(struct transfer *t)
{
    FILE *file = t->req->body_file;
    struct stat st;
    off_t at = file ? ftello(file) : -1;
    if (at < 0 || fstat(fileno(file), &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < at)
        return;
    t->finite_body = true;
    t->body_start = at;
    t->body_len = st.st_size - at;
}
