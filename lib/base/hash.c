#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dl.h"
#include "base/file.h"
#include "base/str.h"

typedef struct evp_md_ctx_st ctx_t;

static struct crypto_lib {
    ctx_t *(*ctx_new)(void);
    void (*ctx_free)(ctx_t *);
    const void *(*sha256)(void);
    const void *(*sha1)(void);
    int (*init)(ctx_t *, const void *type, void *engine);
    int (*update)(ctx_t *, const void *data, size_t len);
    int (*final)(ctx_t *, unsigned char *digest, unsigned *len);
} crypto;

static const struct dl_symbol symbols[] = {
    DL_SYMBOL(struct crypto_lib, ctx_new, "EVP_MD_CTX_new"),   DL_SYMBOL(struct crypto_lib, ctx_free, "EVP_MD_CTX_free"),
    DL_SYMBOL(struct crypto_lib, sha256, "EVP_sha256"),        DL_SYMBOL(struct crypto_lib, sha1, "EVP_sha1"),
    DL_SYMBOL(struct crypto_lib, init, "EVP_DigestInit_ex"),   DL_SYMBOL(struct crypto_lib, update, "EVP_DigestUpdate"),
    DL_SYMBOL(struct crypto_lib, final, "EVP_DigestFinal_ex"), {0},
};
static const char *const sonames[] = {"libcrypto.so.3", NULL};
static struct dl_library library = {.sonames = sonames, .package = "libssl3", .symbols = symbols, .table = &crypto};

static int begin(ctx_t **ret, struct err *err)
{
    if (dl_bind(&library, err) != 0)
        return -1;
    ctx_t *ctx = crypto.ctx_new();
    if (!ctx || crypto.init(ctx, crypto.sha256(), NULL) != 1) {
        crypto.ctx_free(ctx);
        return err_set(err, ERR_FAILED, "cannot compute a SHA-256 sum");
    }
    *ret = ctx;
    return 0;
}

static void finish(ctx_t *ctx, char ret[HASH_HEX])
{
    unsigned char digest[64];
    unsigned len = 0;
    crypto.final(ctx, digest, &len);
    crypto.ctx_free(ctx);
    for (unsigned i = 0; i < (HASH_HEX - 1) / 2; i++)
        snprintf(ret + 2 * (size_t)i, 3, "%02x", digest[i]);
}

int hash_data(const void *data, size_t len, char ret[HASH_HEX], struct err *err)
{
    ctx_t *ctx = NULL;
    if (begin(&ctx, err) != 0)
        return -1;
    crypto.update(ctx, data, len);
    finish(ctx, ret);
    return 0;
}

int hash_sha1(const void *data, size_t len, unsigned char ret[SHA1_BYTES], struct err *err)
{
    if (dl_bind(&library, err) != 0)
        return -1;
    ctx_t *ctx = crypto.ctx_new();
    bool ok = ctx && crypto.init(ctx, crypto.sha1(), NULL) == 1;
    if (ok) {
        crypto.update(ctx, data, len);
        crypto.final(ctx, ret, NULL);
    }
    crypto.ctx_free(ctx);
    return ok ? 0 : err_set(err, ERR_FAILED, "cannot compute a SHA-1 sum");
}

int hash_file(const char *path, char ret[HASH_HEX], struct err *err)
{
    AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "cannot open %s", path);
    ctx_t *ctx = NULL;
    if (begin(&ctx, err) != 0)
        return -1;

    enum { CHUNK = 1 << 16 };
    AUTOFREE char *chunk = xmalloc(CHUNK);
    ssize_t n;
    while ((n = read(fd, chunk, CHUNK)) > 0)
        crypto.update(ctx, chunk, (size_t)n);
    if (n < 0)
        err_sys(err, ERR_FAILED, "cannot read %s", path);
    finish(ctx, ret);
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
