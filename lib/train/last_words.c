#include "train/last_words.h"

#include <string.h>

#include "base/mem.h"

static const char *line_of(const char *text, const char *at)
{
    while (at > text && at[-1] != '\n')
        at--;
    return at;
}

size_t last_words_own(const char *text)
{
    static const char report[] = "failed (exitcode: ";
    for (const char *at = text; (at = strstr(at, report)); at++) {
        const char *line = line_of(text, at);
        size_t before = (size_t)(at - line);
        bool is_torchrun = memmem(line, before, "torch.distributed.elastic", strlen("torch.distributed.elastic")) ||
                           memmem(line, before, "torch/distributed/elastic", strlen("torch/distributed/elastic"));
        if (is_torchrun && line > text)
            return (size_t)(line - text);
    }
    return strlen(text);
}

bool last_words_blame_another(const char *text)
{
    static const char *const words[] = {"Connection closed by peer", "Connection reset by peer", "remote process exited",
                                        "Broken pipe"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strstr(text, words[i]))
            return true;
    return false;
}
