/* One try of a request: its method and its body. */
#include <string.h>
#include <sys/stat.h>

#include "net/transfer.h"

/* libcurl 7.88 can send a part of a body twice over HTTP/2, when the server takes it slower than it is read (curl's pull request
 * 11342; seen: 100 MB came as 64 KiB more, each of its buffers being so large). Of a body without a known end that risk stays: over
 * HTTP/1.1 proxies of Go, the API server among them, stop to read it when the answer begins. */
bool body_may_be_sent_twice(const struct transfer *t)
{
    enum { FRAME_BYTES = 16 << 10 };
    return t->finite_body || t->req->body_len > FRAME_BYTES;
}

static size_t on_read(char *buffer, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    size_t len = fread(buffer, 1, size * n, t->req->body_file);
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
