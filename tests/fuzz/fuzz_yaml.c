/* What doc_parse accepts, yaml_print writes so that it reads back the same. */
#include "fuzz.h"

#include <string.h>

#include "doc/doc.h"

static int count(struct doc *doc, void *arg, struct err *err)
{
    (void)err;
    size_t *n = arg;
    fuzz_require(doc->root != NULL, "a document has a root");
    (*n)++;
    return 0;
}

static void check_goes_round(const node_t *root)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str yaml = STR_INIT;
    yaml_print(root, &yaml);
    CLEANUP(doc_release) struct doc back = DOC_INIT;
    if (doc_parse(&back, yaml.buf, yaml.len, "again", &err) != 0) {
        /* JSON, the way around libyaml, may be nested a little deeper; names count twice as nodes */
        bool limit = strstr(err.what, "too deeply") || strstr(err.what, "too large");
        fuzz_require(limit, "what was printed can be parsed");
        return;
    }
    CLEANUP(str_release) struct str a = STR_INIT;
    CLEANUP(str_release) struct str b = STR_INIT;
    json_print(root, &a);
    json_print(back.root, &b);
    fuzz_require(strcmp(a.buf, b.buf) == 0, "what was printed reads back the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    int rc = doc_parse(&doc, (const char *)data, size, "input", &err);
    fuzz_require((rc == 0) == (err.what == NULL), "an error exactly on failure");
    if (rc == 0)
        check_goes_round(doc.root);
    size_t documents = 0;
    err_clear(&err);
    if (doc_parse_all((const char *)data, size, "input", count, &documents, &err) == 0)
        fuzz_require(rc != 0 || documents <= 1, "a single document is one");
    return 0;
}
