/* Reading an answer: headers, and what its status and body say went wrong. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doc/node.h"
#include "net/http.h"

enum { MESSAGE_MAX_BYTES = 500 };

void http_response_release(struct http_response *res)
{
    str_release(&res->body);
    strv_release(&res->headers);
    free(res->content_type);
}

const char *http_header(const struct http_response *res, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < res->headers.n; i++) {
        const char *header = res->headers.v[i];
        if (strncmp(header, name, len) == 0 && header[len] == ':')
            return header + len + 2;
    }
    return NULL;
}

static enum err_code code_of(int status)
{
    switch (status) {
    case 401:
    case 403:
    case 407:
        return ERR_AUTH;
    case 404:
    case 410:
        return ERR_NOT_FOUND;
    case 408:
    case 504:
        return ERR_TIMEOUT;
    case 409:
    case 412:
        return ERR_CONFLICT;
    case 413:
    case 429:
    case 507:
        return ERR_CAPACITY;
    default:
        return ERR_FAILED;
    }
}

static const char *text_at(const node_t *root, const char *pointer)
{
    const char *text = node_text(node_at(root, pointer));
    return text && *text ? text : NULL;
}

/* Where the systems we speak to put their message, most telling first: our gateway, Keystone and Heat
 * {"error":{"message"}}; Prometheus, OpenWhisk {"error":"..."}; Kubernetes' Status {"message"}; Magnum, Placement
 * {"errors":[{"detail"}]}; Ironic's and Magnum's older {"faultstring"}. */
static const char *message_of(const node_t *root)
{
    static const char *const places[] = {"/error/message",    "/error",          "/message",     "/errors/0/detail",
                                         "/errors/0/message", "/errors/0/title", "/faultstring", "/detail"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        const char *text = text_at(root, places[i]);
        if (text)
            return text;
    }
    /* Nova, Cinder, Neutron: one member named after the fault, {"badRequest":{"message"}} */
    for (const node_t *member = node_first(root); member; member = node_next(member)) {
        const char *text = text_at(member, "/message");
        if (text)
            return text;
    }
    return NULL;
}

static void add_line(struct str *s, const char *text, size_t len)
{
    bool cut = len > MESSAGE_MAX_BYTES;
    if (cut)
        len = MESSAGE_MAX_BYTES;
    while (cut && len && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    str_add_safe(s, text, len, false);
    if (cut)
        str_add(s, "...");
}

/* And the next one, where the first only leads to it: "The request content was malformed:". */
static void add_first_line(struct str *s, const char *text)
{
    text += strspn(text, " \t\r\n");
    size_t len = strcspn(text, "\r\n");
    add_line(s, text, len);
    const char *next = text + len + strspn(text + len, " \t\r\n");
    if (!len || text[len - 1] != ':' || !*next)
        return;
    str_addc(s, ' ');
    add_line(s, next, strcspn(next, "\r\n"));
}

static bool is_html(const struct http_response *res)
{
    const char *text = res->body.buf + strspn(res->body.buf, " \t\r\n");
    return (res->content_type && strcasestr(res->content_type, "html")) || strncasecmp(text, "<!doctype", 9) == 0 ||
           strncasecmp(text, "<html", 5) == 0;
}

/* The server's words, or "" when it said nothing that one can read. */
static void add_reason(struct str *s, const struct http_response *res)
{
    if (is_html(res)) {
        str_addf(s, "(an HTML page of %zu bytes)", res->body.len);
        return;
    }
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    CLEANUP(node_free) node_t *root = *res->body.buf ? json_parse(res->body.buf, res->body.len, "the answer", &ignored) : NULL;
    const char *message = root ? message_of(root) : NULL;
    if (root && node_type(root) == NODE_STRING)
        message = node_text(root);
    if (message || !root)
        add_first_line(s, message ? message : res->body.buf);
}

static void keep_request_id(const struct http_response *res, struct err *err)
{
    static const char *const names[] = {"x-openstack-request-id", "x-compute-request-id", "x-request-id", "x-call-id",
                                        "audit-id"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *id = http_header(res, names[i]);
        if (!id || !*id)
            continue;
        CLEANUP(str_release) struct str safe = STR_INIT;
        add_first_line(&safe, id);
        free(err->request_id);
        err->request_id = str_detach(&safe);
        return;
    }
}

static void add_hint(const struct http_response *res, struct err *err)
{
    const char *retry_after = http_header(res, "retry-after");
    long long seconds;
    if (res->status == 401)
        err_hint(err, "check the login of the context: aiwf doctor");
    else if (retry_after && str_to_int(retry_after, 1, 86400, &seconds))
        err_hint(err, "again in %lld s, as the server says", seconds);
}

int http_check(const struct http_response *res, struct err *err, const char *fmt, ...)
{
    if (res->status < 300)
        return 0;

    CLEANUP(str_release) struct str what = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&what, fmt, ap);
    va_end(ap);
    err_set(err, code_of(res->status), "%s", what.buf);

    CLEANUP(str_release) struct str why = STR_INIT;
    if (res->status < 400) {
        const char *to = http_header(res, "location");
        str_add(&why, "the server points elsewhere");
        if (to) {
            str_add(&why, ": ");
            add_first_line(&why, to);
        }
    } else {
        add_reason(&why, res);
    }
    if (why.len)
        err_why(err, "%s (status %d)", why.buf, res->status);
    else
        err_why(err, "the server answered with status %d", res->status);
    add_hint(res, err);
    keep_request_id(res, err);
    return -1;
}
