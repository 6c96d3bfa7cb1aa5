/* HTTP/1.x messages: a strict reading of heads, and bodies piece by piece, over http-parser.
 *
 * What two parsers could read in two ways is refused (RFC 9112 section 11.2, request smuggling): bare LF, folded
 * lines, names with spaces, Content-Length beside Transfer-Encoding or twice, codings other than one "chunked". */
#ifndef LOCAL_MESSAGE_H
#define LOCAL_MESSAGE_H

#include <http_parser.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { HEAD_MAX_BYTES = 16384, HEAD_MAX_HEADERS = 100 };

enum header_id {
    HEADER_OTHER,
    HEADER_HOP, /* between two peers only: Connection, Keep-Alive, TE, Trailer, Upgrade, ... */
    HEADER_CONNECTION,
    HEADER_TRANSFER_ENCODING,
    HEADER_CONTENT_LENGTH,
    HEADER_HOST,
    HEADER_EXPECT,
    HEADER_AUTHORIZATION,
    HEADER_FORWARDED_FOR,
    HEADER_FORWARDED_HOST,
    HEADER_CALL_ID,
    HEADER_START_TIME,
    HEADER_DURATION,
    HEADER_START_KIND, /* X-Aiwf-Start */
};

struct header {
    const char *name, *value; /* not terminated; in the buffer that was read */
    unsigned name_len, value_len;
    enum header_id id;
};

struct head {
    struct header headers[HEAD_MAX_HEADERS];
    size_t n;
    const char *target; /* of a request: origin form, from the first slash */
    size_t target_len;
    const char *method; /* a constant */
    int status;         /* of a response */
    bool is_http10, keep_alive, is_chunked, has_length, expects_continue;
    uint64_t length;    /* when has_length */
    int problem_status; /* why it was refused: 400, 417, 431, 501, 505 */
    const char *problem;
};

struct message {
    struct http_parser parser;
    bool is_complete;
};

/* Length of the head at the start of data (with its empty line); 0: not all there yet; -1: a line that does not end with CR LF. */
ssize_t head_length(const char *data, size_t len);

/* Reads exactly one head. -1: head->problem says why. A message without a body is complete then. */
int message_request(struct message *message, const char *data, size_t len, struct head *head);
/* to_head: it answers a HEAD request, so no body follows whatever it says. */
int message_response(struct message *message, const char *data, size_t len, bool to_head, struct head *head);

/* Gives what belongs to the body to fn, decoded; stops after its end (is_complete). Returns the bytes used, -1: broken coding. */
ssize_t message_body(struct message *message, const char *data, size_t len, void (*fn)(const char *data, size_t len, void *arg),
                     void *arg);
/* The peer closed: true when that ends the message (a response without a length). */
bool message_end(struct message *message);

const struct header *head_find(const struct head *head, enum header_id id); /* the first, or NULL */
/* False for what must not be passed on: hop-by-hop headers and those that Connection names. */
bool head_passes(const struct head *head, const struct header *header);
bool header_is(const struct header *header, const char *name); /* any case */

#endif
