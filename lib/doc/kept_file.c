#include "doc/kept_file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { KEPT_MAX_BYTES = 4 << 20 };

static bool is_ours(const char *path)
{
    struct stat st;
    return path && lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 077);
}

node_t *kept_file_read(const char *path)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT_MAX(KEPT_MAX_BYTES);
    if (!is_ours(path) || file_read(path, &text, &none) != 0)
        return NULL;
    node_t *root = json_parse(text.buf, text.len, path, &none);
    explicit_bzero(text.buf, text.len);
    return root;
}

void kept_file_write(const char *path, const node_t *root)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(root, &text);
    file_write_atomic(path, text.buf, text.len, 0600, &none);
    explicit_bzero(text.buf, text.len);
}
