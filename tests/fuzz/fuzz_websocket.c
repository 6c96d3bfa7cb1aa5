/* Frames are the same in whatever pieces they come, stay within their limits, and none is taken that a server may not send. */
#include "fuzz.h"

#include "net/frame.h"

enum { MESSAGE_MAX = 4096, CONTROL_MAX = 125 };

static void note(const struct frame_reader *reader, enum frame_kind kind, struct str *seen)
{
    const struct str *data = kind < FRAME_CLOSE ? &reader->message : &reader->control;
    if (kind == FRAME_NONE)
        return;
    fuzz_require(kind == FRAME_TEXT || kind == FRAME_BINARY || (kind >= FRAME_CLOSE && kind <= FRAME_PONG), "a known kind");
    fuzz_require(data->len <= (kind < FRAME_CLOSE ? MESSAGE_MAX : CONTROL_MAX), "a bounded length");
    fuzz_require(!data->truncated, "nothing is dropped");
    str_addf(seen, "%d:%zu:", kind, data->len);
    str_addn(seen, data->buf, data->len);
}

static void read_all(const uint8_t *data, size_t size, size_t piece, struct str *seen)
{
    struct frame_reader reader = FRAME_READER_INIT(MESSAGE_MAX);
    for (size_t at = 0; at < size;) {
        enum frame_kind kind;
        size_t n = size - at < piece ? size - at : piece;
        ssize_t used = frame_read(&reader, (const char *)data + at, n, &kind);
        if (used < 0) {
            fuzz_require(reader.problem && reader.close_code, "a refusal says why");
            str_addf(seen, "!%d", reader.close_code);
            break;
        }
        fuzz_require(used > 0 && (size_t)used <= n, "bytes are used");
        at += (size_t)used;
        note(&reader, kind, seen);
    }
    frame_reader_release(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(str_release) struct str whole = STR_INIT;
    CLEANUP(str_release) struct str bytes = STR_INIT;
    CLEANUP(str_release) struct str pieces = STR_INIT;
    read_all(data, size, size, &whole);
    read_all(data, size, 1, &bytes);
    read_all(data, size, 7, &pieces);
    fuzz_require(whole.len == bytes.len && memcmp(whole.buf, bytes.buf, whole.len) == 0, "the same frames, byte by byte");
    fuzz_require(whole.len == pieces.len && memcmp(whole.buf, pieces.buf, whole.len) == 0, "the same frames, in pieces");
    return 0;
}
