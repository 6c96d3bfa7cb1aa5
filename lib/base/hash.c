#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/nettle-meta.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dl.h"
#include "base/file.h"
#include "base/str.h"

static struct nettle_lib {
    const struct nettle_hash *sha256, *sha1;
} nettle;

static const struct dl_symbol symbols[] = {
    DL_SYMBOL(struct nettle_lib, sha256, "nettle_sha256"), DL_SYMBOL(struct nettle_lib, sha1, "nettle_sha1"), {0}};
static const char *const sonames[] = {"libnettle.so.8", NULL};
static struct dl_library library = {.sonames = sonames, .package = "libnettle8", .symbols = symbols, .table = &nettle};

/* A SHA-256 sum in the making: its state, for free(); NULL where the library is missing. */
static void *begin(struct err *err)
{
    if (dl_bind(&library, err) != 0)
        return NULL;
    void *state = xmalloc(nettle.sha256->context_size);
    nettle.sha256->init(state);
    return state;
}

static void finish(void *state, char ret[HASH_HEX])
{
    unsigned char digest[(HASH_HEX - 1) / 2];
    nettle.sha256->digest(state, sizeof(digest), digest);
    for (size_t i = 0; i < sizeof(digest); i++)
        snprintf(ret + 2 * i, 3, "%02x", digest[i]);
}

int hash_data(const void *data, size_t len, char ret[HASH_HEX], struct err *err)
{
    AUTOFREE void *state = begin(err);
    if (!state)
        return -1;
    nettle.sha256->update(state, len, data);
    finish(state, ret);
    return 0;
}

int hash_sha1(const void *data, size_t len, unsigned char ret[SHA1_BYTES], struct err *err)
{
    if (dl_bind(&library, err) != 0)
        return -1;
    AUTOFREE void *state = xmalloc(nettle.sha1->context_size);
    nettle.sha1->init(state);
    nettle.sha1->update(state, len, data);
    nettle.sha1->digest(state, SHA1_BYTES, ret);
    return 0;
}

int hash_file(const char *path, char ret[HASH_HEX], struct err *err)
{
    AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "cannot open %s", path);
    AUTOFREE void *state = begin(err);
    if (!state)
        return -1;

    enum { CHUNK = 1 << 16 };
    AUTOFREE char *chunk = xmalloc(CHUNK);
    ssize_t n;
    while ((n = read(fd, chunk, CHUNK)) > 0)
        nettle.sha256->update(state, (size_t)n, (const uint8_t *)chunk);
    if (n < 0)
        err_sys(err, ERR_FAILED, "cannot read %s", path);
    finish(state, ret);
    return n < 0 ? -1 : 0;
}

static int list_folder(const char *path, struct strv *names, struct err *err)
{
    DIR *dir = opendir(path);
    if (!dir)
        return err_sys(err, ERR_FAILED, "cannot list %s", path);
    for (const struct dirent *entry; (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            strv_add(names, entry->d_name);
    closedir(dir);
    strv_sort(names);
    return 0;
}

/* Appends "mode hash name" lines; a folder's hash is that of its own lines. */
static int describe(const char *path, const char *name, struct str *lines, struct err *err)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return err_sys(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "cannot open %s", path);
    char hex[HASH_HEX] = "";
    if (S_ISLNK(st.st_mode)) {
        char target[4096];
        ssize_t len = readlink(path, target, sizeof(target));
        if (len < 0)
            return err_sys(err, ERR_FAILED, "cannot read the link %s", path);
        if (hash_data(target, (size_t)len, hex, err) != 0)
            return -1;
    } else if (hash_tree(path, hex, err) != 0) {
        return -1;
    }
    str_addf(lines, "%o %s %s\n", st.st_mode & (S_IFMT | 0111U), hex, name);
    return 0;
}

int hash_tree(const char *path, char ret[HASH_HEX], struct err *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_sys(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "cannot open %s", path);
    if (S_ISREG(st.st_mode))
        return hash_file(path, ret, err);
    if (!S_ISDIR(st.st_mode))
        return hash_data("", 0, ret, err);

    CLEANUP(strv_release) struct strv names = STRV_INIT;
    if (list_folder(path, &names, err) != 0)
        return -1;
    CLEANUP(str_release) struct str lines = STR_INIT;
    for (size_t i = 0; i < names.n; i++) {
        AUTOFREE char *child = path_join(path, names.v[i]);
        if (describe(child, names.v[i], &lines, err) != 0)
            return -1;
    }
    return hash_data(lines.buf, lines.len, ret, err);
}
