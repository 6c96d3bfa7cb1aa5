#include "local/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { DOCUMENT_BYTES = 4 << 20 };

static bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

static bool is_name(const char *name)
{
    size_t len = strlen(name);
    if (!len || len > STORE_NAME_MAX || !is_name_char(name[0]) || !is_name_char(name[len - 1]))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_name_char(name[i]) && name[i] != '-')
            return false;
    return true;
}

int store_name_check(const char *kind, const char *name, struct err *err)
{
    if (name && is_name(name))
        return 0;
    CLEANUP(str_release) struct str shown = STR_INIT;
    str_add_safe(&shown, name ? name : "", name ? strnlen(name, STORE_NAME_MAX + 1) : 0, false);
    err_set(err, ERR_USAGE, "\"%s\" is no name for a %s", shown.buf, kind);
    return err_why(err, "a name is 1 to %d of a-z, 0-9 and '-', and begins and ends with a letter or digit", STORE_NAME_MAX);
}

static char *document_path(const char *folder, const char *name) { return xasprintf("%s/%s.json", folder, name); }

int store_open(const char *folder, struct err *err)
{
    if (dir_make(folder, 0700, err) != 0)
        return -1;
    AUTOFREE char *probe = xasprintf("%s/.probe", folder);
    if (file_write_atomic(probe, "", 0, 0600, err) != 0) {
        err_wrap(err, "the state folder %s cannot be written", folder);
        return err_hint(err, "free some space or mend its permissions, or choose another folder by XDG_STATE_HOME");
    }
    unlink(probe);
    return 0;
}

int store_put(const char *folder, const char *name, const node_t *document, struct err *err)
{
    if (store_name_check("document", name, err) != 0)
        return -1;
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(document, &text);
    str_addc(&text, '\n');
    AUTOFREE char *path = document_path(folder, name);
    return file_write_atomic(path, text.buf, text.len, 0600, err);
}

int store_delete(const char *folder, const char *name, struct err *err)
{
    if (store_name_check("document", name, err) != 0)
        return -1;
    AUTOFREE char *path = document_path(folder, name);
    return unlink(path) == 0 || errno == ENOENT ? 0 : err_sys(err, ERR_FAILED, "cannot remove %s", path);
}

struct load {
    const char *folder;
    int (*fn)(const char *name, const node_t *document, void *arg, struct err *err);
    void *arg;
    struct strv *broken;
};

static int load_document(const struct load *load, const char *name, const char *path, struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT_MAX(DOCUMENT_BYTES);
    if (file_read(path, &text, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *document = json_parse(text.buf, text.len, path, err);
    if (!document)
        return -1;
    if (node_type(document) != NODE_OBJECT)
        return err_set(err, ERR_FAILED, "%s is no JSON object", path);
    return load->fn(name, document, load->arg, err);
}

static void set_aside(const struct load *load, const char *path, const struct err *err)
{
    AUTOFREE char *aside = xasprintf("%s.broken", path);
    bool is_moved = rename(path, aside) == 0;
    strv_addf(load->broken, "%s%s%s (%s %s)", err->what ? err->what : path, err->why ? ": " : "", err->why ? err->why : "",
              is_moved ? "kept as" : "and cannot be renamed to", aside);
}

/* What file_write_atomic had begun when it was killed: NAME.json.abcdef, .probe.abcdef. */
static bool is_leftover(const char *file)
{
    const char *dot = strrchr(file, '.');
    return dot && strlen(dot) == 7 && (strstr(file, ".json.") || str_starts(file, ".probe.")) && !str_ends(file, ".broken");
}

static void load_file(const struct load *load, const char *file)
{
    AUTOFREE char *path = path_join(load->folder, file);
    if (is_leftover(file)) {
        unlink(path);
        return;
    }
    if (!str_ends(file, ".json"))
        return;
    AUTOFREE char *name = xstrndup(file, strlen(file) - strlen(".json"));
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (store_name_check("document", name, &err) != 0 || load_document(load, name, path, &err) != 0)
        set_aside(load, path, &err);
}

int store_load(const char *folder, int (*fn)(const char *name, const node_t *document, void *arg, struct err *err), void *arg,
               struct strv *broken, struct err *err)
{
    struct dirent **files;
    int count = scandir(folder, &files, NULL, alphasort);
    if (count < 0)
        return err_sys(err, ERR_FAILED, "cannot read the state folder %s", folder);
    struct load load = {.folder = folder, .fn = fn, .arg = arg, .broken = broken};
    for (int i = 0; i < count; i++) {
        load_file(&load, files[i]->d_name);
        free(files[i]);
    }
    free(files);
    return 0;
}
