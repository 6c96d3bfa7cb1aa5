/* Changing the configuration file: under its lock, from what it holds then, in one step. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "conf/conf.h"
#include "conf/splice.h"

enum { LOCK_MS = 10000, NAME_MAX_BYTES = 253 };

static int check_name(const char *name, struct err *err)
{
    bool ok = isalnum((unsigned char)name[0]) && strlen(name) <= NAME_MAX_BYTES;
    for (const char *c = name; ok && *c; c++)
        ok = isalnum((unsigned char)*c) || strchr("._-@:/+", *c);
    if (ok)
        return 0;
    err_set(err, ERR_USAGE, "\"%s\" cannot be a context's name", name);
    return err_why(err, "a name starts with a letter or digit and has letters, digits and . _ - @ : / + only");
}

/* What is to be changed. `settings` NULL: the context is removed, or (by use_context) made the current one. */
struct change {
    const char *name;
    const node_t *settings;
    enum conf_set how;
};

/* Changes conf's tree, and writes the text that says the same, as near to the old one as it can, into text. */
typedef int change_fn(struct conf *conf, const struct change *change, struct str *text, struct err *err);

/* The text is taken only if it reads as what is meant: flow style and other layouts are printed anew. */
static bool says(const struct str *text, const node_t *root)
{
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    return doc_parse(&doc, text->buf, text->len, "config.yaml", &ignored) == 0 && node_equal(doc.root, root);
}

static int save(const struct conf *conf, struct str *text, struct err *err)
{
    if (!says(text, conf->doc.root)) {
        str_reset(text);
        yaml_print(conf->doc.root, text);
    }
    AUTOFREE char *target = realpath(conf->path, NULL); /* a link to it stays one */
    return file_write_atomic(target ? target : conf->path, text->buf, text->len, 0600, err);
}

static int change_once(change_fn *fn, const struct change *change, struct err *err)
{
    CLEANUP(conf_release) struct conf conf = {0};
    CLEANUP(str_release) struct str text = STR_INIT;
    if (conf_load(&conf, err) != 0 || fn(&conf, change, &text, err) != 0)
        return -1;
    return save(&conf, &text, err);
}

/* `before`: a change to be made first, under the same lock; NULL: none. */
static int change_file(change_fn *before, change_fn *fn, const struct change *change, struct err *err)
{
    AUTOFREE char *lock_path = path_config("config.yaml.lock");
    AUTOCLOSE int lock = file_lock(lock_path, LOCK_MS, err);
    if (lock < 0 || (before && change_once(before, change, err) != 0))
        return -1;
    return change_once(fn, change, err);
}

static int no_context(const struct conf *conf, const char *name, struct err *err)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    conf_names(conf, &names);
    const char *nearest = str_nearest(name, (const char *const *)names.v, names.n);
    err_set(err, ERR_NOT_FOUND, "no context \"%s\"", name);
    return nearest ? err_hint(err, "did you mean %s?", nearest) : err_hint(err, "aiwf context list");
}

/* before: NULL: it has none. The caller frees. */
static node_t *merged(const node_t *before, const node_t *settings)
{
    node_t *all = before ? node_copy(before) : node_new_object();
    for (const node_t *setting = node_first(settings); setting; setting = node_next(setting))
        if (node_type(setting) == NODE_NULL)
            node_delete(all, node_key(setting));
        else
            node_set(all, node_key(setting), node_copy(setting));
    return all;
}

static int set_context(struct conf *conf, const struct change *change, struct str *text, struct err *err)
{
    const node_t *before = node_get(node_get(conf->doc.root, "contexts"), change->name);
    if (before && change->how == CONF_NEW) {
        err_set(err, ERR_CONFLICT, "the context %s is there already", change->name);
        return err_hint(err, "aiwf context set %s, --replace, or aiwf context show %s", change->name, change->name);
    }
    if (!before && change->how == CONF_MERGE && strcmp(change->name, "local") != 0)
        return no_context(conf, change->name, err);
    node_t *settings = merged(change->how == CONF_MERGE ? before : NULL, change->settings);
    splice_context(conf, change->name, settings, text);
    node_set(node_object(conf->doc.root, "contexts"), change->name, settings);
    return 0;
}

int conf_can_delete(const struct conf *conf, const char *name, struct err *err)
{
    if (node_get(node_get(conf->doc.root, "contexts"), name))
        return 0;
    bool is_local = strcmp(name, "local") == 0;
    return is_local ? err_set(err, ERR_USAGE, "the context local always exists") : no_context(conf, name, err);
}

static int delete_context(struct conf *conf, const struct change *change, struct str *text, struct err *err)
{
    if (conf_can_delete(conf, change->name, err) != 0)
        return -1;
    splice_context(conf, change->name, NULL, text);
    node_delete(node_get(conf->doc.root, "contexts"), change->name);
    return 0;
}

/* A current context that is gone would fail every command: local is the current one then. */
static int forget_current(struct conf *conf, const struct change *change, struct str *text, struct err *err)
{
    (void)err;
    bool is_current = strcmp(node_str(conf->doc.root, "/current-context", ""), change->name) == 0;
    if (!is_current || strcmp(change->name, "local") == 0) {
        str_addn(text, conf->text.buf, conf->text.len);
        return 0;
    }
    splice_current(conf, NULL, text);
    node_delete(conf->doc.root, "current-context");
    return 0;
}

static int use_context(struct conf *conf, const struct change *change, struct str *text, struct err *err)
{
    if (strcmp(change->name, "local") != 0 && !node_get(node_get(conf->doc.root, "contexts"), change->name))
        return no_context(conf, change->name, err);
    splice_current(conf, change->name, text);
    node_set_str(conf->doc.root, "current-context", change->name);
    return 0;
}

int conf_set_context(const char *name, const node_t *settings, enum conf_set how, struct err *err)
{
    if (check_name(name, err) != 0)
        return -1;
    return change_file(NULL, set_context, &(struct change){.name = name, .settings = settings, .how = how}, err);
}

int conf_delete_context(const char *name, struct err *err)
{
    return change_file(forget_current, delete_context, &(struct change){.name = name}, err);
}

int conf_use_context(const char *name, struct err *err)
{
    return change_file(NULL, use_context, &(struct change){.name = name}, err);
}
