#include "serverless/zip.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

enum { MAX_FILES = 10000, MAX_DEPTH = 32 };

struct zip {
    struct str *out;
    struct str central; /* the directory at the end */
    size_t files, max;
};

static void add16(struct str *s, unsigned value)
{
    str_addc(s, (char)(value & 0xff));
    str_addc(s, (char)(value >> 8 & 0xff));
}

static void add32(struct str *s, uint32_t value)
{
    add16(s, value & 0xffff);
    add16(s, value >> 16);
}

static uint32_t crc32_of(const char *data, size_t len)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

enum { VERSION = 20, VERSION_UNIX = 3 << 8 | VERSION, UTF8_NAMES = 0x800, STORED = 0, DATE_1980 = 0x21 };

/* What a file's own header and the directory's have in common. */
static void add_facts(struct str *s, uint32_t crc, size_t size, size_t name_len)
{
    add16(s, UTF8_NAMES);
    add16(s, STORED);
    add16(s, 0);
    add16(s, DATE_1980);
    add32(s, crc);
    add32(s, (uint32_t)size);
    add32(s, (uint32_t)size);
    add16(s, (unsigned)name_len);
    add16(s, 0);
}

static void add_file(struct zip *zip, const char *name, const struct str *data, mode_t mode)
{
    uint32_t crc = crc32_of(data->buf, data->len);
    size_t at = zip->out->len, len = strlen(name);
    add32(zip->out, 0x04034b50);
    add16(zip->out, VERSION);
    add_facts(zip->out, crc, data->len, len);
    str_addn(zip->out, name, len);
    str_addn(zip->out, data->buf, data->len);
    add32(&zip->central, 0x02014b50);
    add16(&zip->central, VERSION_UNIX);
    add16(&zip->central, VERSION);
    add_facts(&zip->central, crc, data->len, len);
    add16(&zip->central, 0);
    add16(&zip->central, 0);
    add16(&zip->central, 0);
    add32(&zip->central, (uint32_t)mode << 16);
    add32(&zip->central, (uint32_t)at);
    str_addn(&zip->central, name, len);
    zip->files++;
}

static void add_end(struct zip *zip)
{
    size_t at = zip->out->len;
    str_addn(zip->out, zip->central.buf, zip->central.len);
    add32(zip->out, 0x06054b50);
    add32(zip->out, 0);
    add16(zip->out, (unsigned)zip->files);
    add16(zip->out, (unsigned)zip->files);
    add32(zip->out, (uint32_t)zip->central.len);
    add32(zip->out, (uint32_t)at);
    add16(zip->out, 0);
}

static int too_large(const struct zip *zip, const char *folder, struct err *err)
{
    return err_set(err, ERR_CAPACITY, "%s is too large: at most %zu bytes and %d files", folder, zip->max, MAX_FILES);
}

static int add_folder(struct zip *zip, const char *folder, const char *prefix, int depth, struct err *err);

static int add_entry(struct zip *zip, const char *folder, const char *name, int depth, struct err *err)
{
    struct stat st;
    const char *last = strrchr(name, '/');
    AUTOFREE char *path = path_join(folder, last ? last + 1 : name);
    if (stat(path, &st) != 0)
        return err_sys(err, ERR_FAILED, "cannot read %s", path);
    if (S_ISDIR(st.st_mode))
        return add_folder(zip, path, name, depth + 1, err);
    if (!S_ISREG(st.st_mode))
        return 0;
    if (zip->files >= MAX_FILES || (size_t)st.st_size > zip->max ||
        zip->out->len + zip->central.len > zip->max - (size_t)st.st_size)
        return too_large(zip, folder, err);
    CLEANUP(str_release) struct str data = STR_INIT_MAX((size_t)st.st_size + 1);
    if (file_read(path, &data, err) != 0)
        return -1;
    add_file(zip, name, &data, st.st_mode);
    return 0;
}

static int is_wanted(const struct dirent *entry)
{
    static const char *const left_out[] = {".", "..", ".git"};
    for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
        if (strcmp(entry->d_name, left_out[i]) == 0)
            return 0;
    return 1;
}

static int by_bytes(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static int add_folder(struct zip *zip, const char *folder, const char *prefix, int depth, struct err *err)
{
    struct dirent **entries = NULL;
    int n = depth > MAX_DEPTH ? -1 : scandir(folder, &entries, is_wanted, by_bytes), rc = 0;
    if (n < 0 && depth > MAX_DEPTH)
        return err_set(err, ERR_USAGE, "%s is more than %d folders deep (a link to a folder above it?)", folder, MAX_DEPTH);
    if (n < 0)
        return err_sys(err, ERR_FAILED, "cannot read %s", folder);
    for (int i = 0; i < n; i++) {
        AUTOFREE char *name = xasprintf("%s%s%s", prefix, *prefix ? "/" : "", entries[i]->d_name);
        if (rc == 0)
            rc = add_entry(zip, folder, name, depth, err);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

int zip_folder(const char *folder, size_t max, struct str *ret, struct err *err)
{
    struct zip zip = {.out = ret, .central = STR_INIT, .max = max};
    int rc = add_folder(&zip, folder, "", 0, err);
    if (rc == 0 && !zip.files)
        rc = err_set(err, ERR_USAGE, "%s has no file", folder);
    if (rc == 0)
        add_end(&zip);
    str_release(&zip.central);
    if (rc == 0 && ret->len > max)
        rc = too_large(&zip, folder, err);
    return rc;
}
