/* What json_parse accepts, json_print writes so that it reads back the same, and valid. */
#include "fuzz.h"

#include <string.h>

#include "doc/node.h"

static void check_goes_round(const node_t *node, const struct str *text, void (*print)(const node_t *, struct str *))
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *back = json_parse(text->buf, text->len, "again", &err);
    fuzz_require(back != NULL, "what was printed can be parsed");
    CLEANUP(str_release) struct str again = STR_INIT;
    print(back, &again);
    fuzz_require(strcmp(text->buf, again.buf) == 0, "what was printed reads back the same");
    fuzz_require(node_len(node) == node_len(back), "nothing was lost");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *node = json_parse((const char *)data, size, "input", &err);
    fuzz_require((node != NULL) == (err.what == NULL), "an error exactly when there is no tree");
    if (!node)
        return 0;
    CLEANUP(str_release) struct str s = STR_INIT;
    json_print(node, &s);
    fuzz_require(!strchr(s.buf, '\n') && !strchr(s.buf, '\x1b'), "one line without control characters");
    check_goes_round(node, &s, json_print);
    str_reset(&s);
    json_print_pretty(node, &s);
    check_goes_round(node, &s, json_print_pretty);
    return 0;
}
