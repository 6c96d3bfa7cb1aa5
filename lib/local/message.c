#include "local/message.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    enum header_id id;
} known[] = {
    {"connection", HEADER_CONNECTION},
    {"keep-alive", HEADER_HOP},
    {"proxy-connection", HEADER_HOP},
    {"proxy-authenticate", HEADER_HOP},
    {"proxy-authorization", HEADER_HOP},
    {"te", HEADER_HOP},
    {"trailer", HEADER_HOP},
    {"upgrade", HEADER_HOP},
    {"transfer-encoding", HEADER_TRANSFER_ENCODING},
    {"content-length", HEADER_CONTENT_LENGTH},
    {"host", HEADER_HOST},
    {"expect", HEADER_EXPECT},
    {"authorization", HEADER_AUTHORIZATION},
    {"x-forwarded-for", HEADER_FORWARDED_FOR},
    {"x-forwarded-host", HEADER_FORWARDED_HOST},
    {"x-call-id", HEADER_CALL_ID},
    {"x-start-time", HEADER_START_TIME},
    {"x-duration-seconds", HEADER_DURATION},
    {"x-aiwf-start", HEADER_START_KIND},
};

bool header_is(const struct header *header, const char *name)
{
    return strlen(name) == header->name_len && strncasecmp(header->name, name, header->name_len) == 0;
}

static enum header_id header_id(const struct header *header)
{
    char first = (char)(header->name[0] | 0x20);
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (known[i].name[0] == first && header_is(header, known[i].name))
            return known[i].id;
    return HEADER_OTHER;
}

ssize_t head_length(const char *data, size_t len)
{
    const char *line = data, *end = data + len;
    for (;;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        if (!newline)
            return 0;
        if (newline == line || newline[-1] != '\r')
            return -1;
        if (newline == line + 1 && line != data)
            return newline + 1 - data;
        line = newline + 1;
    }
}

/* What the parser's callbacks work on. */
struct reading {
    struct message *message;
    struct head *head; /* NULL: behind the head */
    bool to_head;
    void (*on_body)(const char *data, size_t len, void *arg);
    void *arg;
};

static int refuse(struct head *head, int status, const char *problem)
{
    if (!head->problem) {
        head->problem_status = status;
        head->problem = problem;
    }
    return -1;
}

static int on_url(http_parser *parser, const char *at, size_t len)
{
    struct head *head = ((struct reading *)parser->data)->head;
    head->target = at;
    head->target_len = len;
    return 0;
}

static int on_field(http_parser *parser, const char *at, size_t len)
{
    struct reading *reading = parser->data;
    struct head *head = reading->head;
    if (!head)
        return 0; /* a trailer */
    if (head->n == HEAD_MAX_HEADERS)
        return refuse(head, 431, "too many headers");
    if (memchr(at, ' ', len))
        return refuse(head, 400, "a space in a header's name");
    head->headers[head->n++] = (struct header){.name = at, .name_len = (unsigned)len};
    return 0;
}

static int on_value(http_parser *parser, const char *at, size_t len)
{
    struct head *head = ((struct reading *)parser->data)->head;
    if (!head)
        return 0;
    struct header *header = &head->headers[head->n - 1];
    if (header->value)
        return refuse(head, 400, "a folded header line");
    for (size_t i = 0; i < len; i++) { /* the parser lets a value begin with anything */
        unsigned char c = (unsigned char)at[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return refuse(head, 400, "a control character in a header");
    }
    while (len && (at[len - 1] == ' ' || at[len - 1] == '\t'))
        len--;
    header->value = at;
    header->value_len = (unsigned)len;
    return 0;
}

static int on_headers_complete(http_parser *parser)
{
    struct reading *reading = parser->data;
    parser->upgrade = 0; /* never offered, never taken up */
    unsigned status = parser->type == HTTP_RESPONSE ? parser->status_code : 200;
    bool is_bodiless = reading->to_head || status < 200 || status == 204 || status == 304; /* whatever its headers say */
    return is_bodiless ? 1 : 0;
}

static int on_body(http_parser *parser, const char *at, size_t len)
{
    struct reading *reading = parser->data;
    if (reading->on_body)
        reading->on_body(at, len, reading->arg);
    return 0;
}

static int on_message_complete(http_parser *parser)
{
    struct reading *reading = parser->data;
    reading->message->is_complete = true;
    http_parser_pause(parser, 1); /* what follows is another message */
    return 0;
}

static const http_parser_settings settings = {
    .on_url = on_url,
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

static bool value_is(const struct header *header, const char *text)
{
    return strlen(text) == header->value_len && strncasecmp(header->value, text, header->value_len) == 0;
}

/* One pass over the headers: ids, and the framing that both sides must read alike. */
static int check_headers(struct head *head, bool is_request)
{
    int hosts = 0, codings = 0;
    for (size_t i = 0; i < head->n; i++) {
        struct header *header = &head->headers[i];
        if (!header->value)
            header->value = "";
        header->id = header_id(header);
        switch (header->id) {
        case HEADER_HOST:
            hosts++;
            break;
        case HEADER_TRANSFER_ENCODING:
            codings++;
            if (!value_is(header, "chunked"))
                return refuse(head, is_request ? 501 : 502, "a transfer coding other than chunked");
            break;
        case HEADER_EXPECT:
            if (is_request && !value_is(header, "100-continue"))
                return refuse(head, 417, "an expectation other than 100-continue");
            head->expects_continue = true;
            break;
        default:
            break;
        }
    }
    head->is_chunked = codings > 0;
    if (codings > 1)
        return refuse(head, 400, "Transfer-Encoding twice");
    if (head->is_chunked && head->is_http10)
        return refuse(head, 400, "Transfer-Encoding in HTTP/1.0");
    if (is_request && (hosts > 1 || (hosts == 0 && !head->is_http10)))
        return refuse(head, 400, hosts ? "Host twice" : "no Host");
    return 0;
}

static int check_target(struct head *head)
{
    for (size_t i = 0; i < head->target_len; i++) {
        unsigned char c = (unsigned char)head->target[i];
        if (c <= ' ' || c >= 0x7f || c == '#')
            return refuse(head, 400, "a byte in the request's target that must be percent-encoded");
    }
    if (head->target_len && head->target[0] == '/')
        return 0;

    /* Absolute form (RFC 9112 section 3.2.2): the path begins after the authority. */
    const char *slashes = head->target ? memmem(head->target, head->target_len, "://", 3) : NULL;
    const char *end = head->target + head->target_len;
    const char *path = slashes ? memchr(slashes + 3, '/', (size_t)(end - slashes - 3)) : NULL;
    if (!path)
        return refuse(head, 400, "a request target that is no path");
    head->target_len = (size_t)(end - path);
    head->target = path;
    return 0;
}

static const char *parser_problem(enum http_errno number)
{
    if (number == HPE_UNEXPECTED_CONTENT_LENGTH)
        return "Content-Length twice, or beside Transfer-Encoding";
    return http_errno_description(number);
}

static int read_head(struct message *message, enum http_parser_type type, const char *data, size_t len, bool to_head,
                     struct head *head)
{
    struct reading reading = {.message = message, .head = head, .to_head = to_head};
    http_parser *parser = &message->parser;
    http_parser_init(parser, type);
    parser->data = &reading;
    message->is_complete = false;
    head->n = 0;
    head->target = NULL;
    head->target_len = 0;
    head->problem = NULL;
    head->expects_continue = false;

    http_parser_execute(parser, &settings, data, len);
    enum http_errno number = HTTP_PARSER_ERRNO(parser);
    if (head->problem)
        return -1;
    if (number != HPE_OK && number != HPE_PAUSED)
        return refuse(head, number == HPE_INVALID_VERSION ? 505 : 400, parser_problem(number));
    if (parser->http_major != 1)
        return refuse(head, 505, "an HTTP version other than 1.0 and 1.1");
    head->is_http10 = parser->http_minor == 0;
    head->status = (int)parser->status_code;
    head->has_length = (parser->flags & F_CONTENTLENGTH) != 0;
    head->length = parser->content_length;
    head->keep_alive = http_should_keep_alive(parser);
    return 0;
}

int message_request(struct message *message, const char *data, size_t len, struct head *head)
{
    if (read_head(message, HTTP_REQUEST, data, len, /* to_head = */ false, head) != 0)
        return -1;
    head->method = http_method_str(message->parser.method);
    if (message->parser.method == HTTP_CONNECT || message->parser.method == HTTP_TRACE)
        return refuse(head, 405, "a method that is not served here");
    if (check_target(head) != 0)
        return -1;
    return check_headers(head, /* is_request = */ true);
}

int message_response(struct message *message, const char *data, size_t len, bool to_head, struct head *head)
{
    if (read_head(message, HTTP_RESPONSE, data, len, to_head, head) != 0)
        return -1;
    return check_headers(head, /* is_request = */ false);
}

ssize_t message_body(struct message *message, const char *data, size_t len, void (*fn)(const char *data, size_t len, void *arg),
                     void *arg)
{
    if (message->is_complete || len == 0) /* no bytes would mean the end to the parser */
        return 0;
    struct reading reading = {.message = message, .on_body = fn, .arg = arg};
    message->parser.data = &reading;
    size_t used = http_parser_execute(&message->parser, &settings, data, len);
    enum http_errno number = HTTP_PARSER_ERRNO(&message->parser);
    if (number != HPE_OK && number != HPE_PAUSED)
        return -1;
    return (ssize_t)used;
}

bool message_end(struct message *message)
{
    if (message->is_complete)
        return true;
    struct reading reading = {.message = message};
    message->parser.data = &reading;
    http_parser_execute(&message->parser, &settings, NULL, 0);
    return message->is_complete;
}

const struct header *head_find(const struct head *head, enum header_id id)
{
    for (size_t i = 0; i < head->n; i++)
        if (head->headers[i].id == id)
            return &head->headers[i];
    return NULL;
}

/* Whether a Connection header lists this name. */
static bool is_listed(const struct header *connection, const struct header *header)
{
    const char *at = connection->value, *end = at + connection->value_len;
    while (at < end) {
        while (at < end && (*at == ' ' || *at == '\t' || *at == ','))
            at++;
        const char *word = at;
        while (at < end && *at != ',' && *at != ' ' && *at != '\t')
            at++;
        if ((size_t)(at - word) == header->name_len && strncasecmp(word, header->name, header->name_len) == 0)
            return true;
    }
    return false;
}

bool head_passes(const struct head *head, const struct header *header)
{
    switch (header->id) {
    case HEADER_HOP:
    case HEADER_CONNECTION:
    case HEADER_TRANSFER_ENCODING:
    case HEADER_CONTENT_LENGTH:
        return false;
    default:
        break;
    }
    for (size_t i = 0; i < head->n; i++)
        if (head->headers[i].id == HEADER_CONNECTION && is_listed(&head->headers[i], header))
            return false;
    return true;
}
