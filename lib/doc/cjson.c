#include "doc/cjson.h"

#include <stdlib.h>

#include "base/dl.h"
#include "base/mem.h"

struct cjson_lib cjson;

static const struct dl_symbol symbols[] = {
    DL_SYMBOL(struct cjson_lib, init_hooks, "cJSON_InitHooks"),
    DL_SYMBOL(struct cjson_lib, add, "cJSON_AddItemToArray"),
    DL_SYMBOL(struct cjson_lib, add_named, "cJSON_AddItemToObject"),
    DL_SYMBOL(struct cjson_lib, add_reference, "cJSON_AddItemReferenceToArray"),
    DL_SYMBOL(struct cjson_lib, detach, "cJSON_DetachItemViaPointer"),
    DL_SYMBOL(struct cjson_lib, replace, "cJSON_ReplaceItemViaPointer"),
    DL_SYMBOL(struct cjson_lib, replace_named, "cJSON_ReplaceItemInObjectCaseSensitive"),
    DL_SYMBOL(struct cjson_lib, compare, "cJSON_Compare"),
    DL_SYMBOL(struct cjson_lib, free, "cJSON_Delete"),
    {0},
};

void cjson_bind(void)
{
    static const char *const sonames[] = {"libcjson.so.1", NULL};
    static struct dl_library library = {.sonames = sonames, .package = "libcjson1", .symbols = symbols, .table = &cjson};
    cJSON_Hooks hooks = {.malloc_fn = xmalloc, .free_fn = free};
    dl_need(&library);
    cjson.init_hooks(&hooks); /* out of memory ends the program */
}
