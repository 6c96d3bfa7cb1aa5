/* A head that is taken has only what can be passed on safely, and a body is the same in whatever pieces it comes. */
#include "fuzz.h"

#include <string.h>

#include "base/str.h"
#include "local/message.h"

static void check_text(const char *text, size_t len, unsigned char from)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        fuzz_require((c >= from || c == '\t') && c != 0x7f, "no control character is passed on");
    }
}

static void check_head(const struct head *head)
{
    fuzz_require(head->n <= HEAD_MAX_HEADERS, "a bounded number of headers");
    for (size_t i = 0; i < head->n; i++) {
        const struct header *header = &head->headers[i];
        fuzz_require(header->name_len > 0 && !memchr(header->name, ':', header->name_len), "a name is a name");
        check_text(header->name, header->name_len, '!');
        check_text(header->value, header->value_len, ' ');
    }
    fuzz_require(!(head->is_chunked && head->has_length), "one framing");
}

static void collect(const char *data, size_t len, void *arg) { str_addn(arg, data, len); }

/* Reads the body in pieces; false: broken. */
static bool read_body(struct message message, const char *data, size_t len, size_t piece, struct str *body, size_t *ret_used)
{
    *ret_used = 0;
    while (!message.is_complete && *ret_used < len) {
        size_t left = len - *ret_used;
        ssize_t used = message_body(&message, data + *ret_used, piece < left ? piece : left, collect, body);
        if (used < 0)
            return false;
        fuzz_require(used > 0 || message.is_complete, "bytes are used");
        *ret_used += (size_t)used;
    }
    return true;
}

static void check_body(const struct message *message, const char *data, size_t len)
{
    CLEANUP(str_release) struct str whole = STR_INIT;
    CLEANUP(str_release) struct str pieces = STR_INIT;
    size_t used_whole = 0, used_pieces = 0;
    bool ok = read_body(*message, data, len, len, &whole, &used_whole);
    bool ok_pieces = read_body(*message, data, len, 3, &pieces, &used_pieces);
    fuzz_require(ok == ok_pieces, "broken or not, in whatever pieces");
    if (!ok)
        return;
    fuzz_require(used_whole == used_pieces, "the same end");
    fuzz_require(whole.len == pieces.len && memcmp(whole.buf, pieces.buf, whole.len) == 0, "the same body");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct message message;
    struct head head;
    ssize_t len = head_length(text, size);
    if (len <= 0)
        return 0;
    if (message_request(&message, text, (size_t)len, &head) == 0) {
        check_head(&head);
        fuzz_require(head.target[0] == '/', "a target is a path");
        check_text(head.target, head.target_len, '!');
        check_body(&message, text + len, size - (size_t)len);
    } else {
        fuzz_require(head.problem_status >= 400, "a refusal has a status");
    }
    if (message_response(&message, text, (size_t)len, false, &head) == 0) {
        check_head(&head);
        check_body(&message, text + len, size - (size_t)len);
    }
    return 0;
}
