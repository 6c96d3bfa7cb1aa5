#include "kube/config.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"

enum { CONFIG_MAX_BYTES = 16 << 20 };

static const char *const lists[] = {"clusters", "users", "contexts"};
static const char *const words[] = {"cluster", "user", "context"};

enum kind { KIND_TEXT, KIND_BASE64, KIND_BOOL, KIND_TEXTS, KIND_OBJECT, KIND_ARRAY };
static const struct {
    const char *word, *key;
    enum kind kind;
} fields[] = {
    {"cluster", "server", KIND_TEXT},
    {"cluster", "tls-server-name", KIND_TEXT},
    {"cluster", "insecure-skip-tls-verify", KIND_BOOL},
    {"cluster", "certificate-authority", KIND_TEXT},
    {"cluster", "certificate-authority-data", KIND_BASE64},
    {"cluster", "proxy-url", KIND_TEXT},
    {"cluster", "disable-compression", KIND_BOOL},
    {"user", "client-certificate", KIND_TEXT},
    {"user", "client-certificate-data", KIND_BASE64},
    {"user", "client-key", KIND_TEXT},
    {"user", "client-key-data", KIND_BASE64},
    {"user", "token", KIND_TEXT},
    {"user", "tokenFile", KIND_TEXT},
    {"user", "username", KIND_TEXT},
    {"user", "password", KIND_TEXT},
    {"user", "as", KIND_TEXT},
    {"user", "as-uid", KIND_TEXT},
    {"user", "as-groups", KIND_TEXTS},
    {"user", "as-user-extra", KIND_OBJECT},
    {"user", "auth-provider", KIND_OBJECT},
    {"user", "exec", KIND_OBJECT},
    {"context", "cluster", KIND_TEXT},
    {"context", "user", KIND_TEXT},
    {"context", "namespace", KIND_TEXT},
    {"exec", "apiVersion", KIND_TEXT},
    {"exec", "command", KIND_TEXT},
    {"exec", "args", KIND_TEXTS},
    {"exec", "env", KIND_ARRAY},
    {"exec", "installHint", KIND_TEXT},
    {"exec", "provideClusterInfo", KIND_BOOL},
    {"exec", "interactiveMode", KIND_TEXT},
};

/* ---- what a file must look like ---- */

static bool is_base64(const char *text)
{
    CLEANUP(str_release) struct str data = STR_INIT;
    bool is = base64_decode(&data, text);
    explicit_bzero(data.buf, data.len);
    return is;
}

static const char *fault_of(const node_t *node, enum kind kind)
{
    enum node_type type = node_type(node);
    switch (kind) {
    case KIND_TEXT:
        return type == NODE_STRING ? NULL : "must be a string";
    case KIND_BASE64:
        if (type != NODE_STRING)
            return "must be a string";
        return is_base64(node_text(node)) ? NULL : "is not base64";
    case KIND_BOOL:
        return type == NODE_BOOL ? NULL : "must be true or false";
    case KIND_OBJECT:
        return type == NODE_OBJECT ? NULL : "must be a mapping";
    case KIND_ARRAY:
    case KIND_TEXTS:
        break;
    }
    if (type != NODE_ARRAY)
        return "must be a list";
    for (const node_t *item = node_first(node); item && kind == KIND_TEXTS; item = node_next(item))
        if (node_type(item) != NODE_STRING)
            return "must be a list of strings";
    return NULL;
}

static int check_fields(const struct doc *doc, const char *word, const node_t *node, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const node_t *field = strcmp(fields[i].word, word) == 0 ? node_get(node, fields[i].key) : NULL;
        const char *fault = field && node_type(field) != NODE_NULL ? fault_of(field, fields[i].kind) : NULL;
        if (fault)
            return doc_err(doc, field, err, "%s %s", fields[i].key, fault);
    }
    const node_t *exec = strcmp(word, "user") == 0 ? node_get(node, "exec") : NULL;
    return exec ? check_fields(doc, "exec", exec, err) : 0;
}

static int check_item(const struct doc *doc, const node_t *item, const char *word, struct err *err)
{
    if (node_type(item) != NODE_OBJECT)
        return doc_err(doc, item, err, "a %s must be a mapping", word);
    const node_t *name = node_get(item, "name");
    if (node_type(name) != NODE_STRING)
        return doc_err(doc, name ? name : item, err, "a %s must have a name, a string", word);
    const node_t *what = node_get(item, word);
    if (what && node_type(what) != NODE_OBJECT && node_type(what) != NODE_NULL)
        return doc_err(doc, what, err, "%s must be a mapping", word);
    return check_fields(doc, word, what, err);
}

static int check_names(const struct doc *doc, const node_t *list, const char *word, struct err *err)
{
    for (const node_t *item = node_first(list); item; item = node_next(item))
        for (const node_t *before = node_first(list); before != item; before = node_next(before))
            if (strcmp(node_str(before, "/name", ""), node_str(item, "/name", "")) == 0)
                return doc_err(doc, item, err, "there is another %s \"%s\" before it", word, node_str(item, "/name", ""));
    return 0;
}

static int check_list(const struct doc *doc, size_t which, struct err *err)
{
    const node_t *list = node_get(doc->root, lists[which]);
    if (node_type(list) == NODE_NONE || node_type(list) == NODE_NULL)
        return 0;
    if (node_type(list) != NODE_ARRAY)
        return doc_err(doc, list, err, "%s must be a list", lists[which]);
    for (const node_t *item = node_first(list); item; item = node_next(item))
        if (check_item(doc, item, words[which], err) != 0)
            return -1;
    return check_names(doc, list, words[which], err);
}

static int check_head(const struct doc *doc, struct err *err)
{
    if (node_type(doc->root) != NODE_OBJECT)
        return doc_err(doc, doc->root, err, "a kubeconfig must be a mapping");
    if (!str_eq(node_str(doc->root, "/kind", "Config"), "Config") || !str_eq(node_str(doc->root, "/apiVersion", "v1"), "v1"))
        return doc_err(doc, doc->root, err, "this is no kubeconfig: it must be a Config of apiVersion v1");
    const node_t *current = node_get(doc->root, "current-context");
    if (current && node_type(current) != NODE_STRING && node_type(current) != NODE_NULL)
        return doc_err(doc, current, err, "current-context must be a string");
    return 0;
}

static int check(const struct doc *doc, struct err *err)
{
    if (node_type(doc->root) == NODE_NULL)
        return 0;
    if (check_head(doc, err) != 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        if (check_list(doc, i, err) != 0)
            return -1;
    return 0;
}

/* ---- loading ---- */

static int read_doc(struct doc *doc, const char *path, struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT_MAX(CONFIG_MAX_BYTES);
    int rc = file_read(path, &text, err);
    if (rc == 0)
        rc = doc_parse(doc, text.buf, text.len, path, err);
    explicit_bzero(text.buf, text.len);
    return rc;
}

static char *folder_of(const char *path)
{
    char cwd[PATH_MAX] = "";
    const char *slash = strrchr(path, '/');
    AUTOFREE char *folder = xstrndup(path, slash ? (size_t)(slash - path) + (slash == path) : 0);
    if (path[0] == '/')
        return TAKE(folder);
    if (!getcwd(cwd, sizeof(cwd)))
        return xstrdup(folder);
    return slash ? path_join(cwd, folder) : xstrdup(cwd);
}

static int add(struct kube_config *config, const char *path, struct err *err)
{
    GROW(config->v, config->n, config->cap);
    struct kube_file *file = &config->v[config->n];
    *file = (struct kube_file){.doc = DOC_INIT};
    if (read_doc(&file->doc, path, err) != 0)
        return -1;
    config->n++;
    file->folder = folder_of(path);
    return check(&file->doc, err);
}

static int add_if_there(struct kube_config *config, const char *path, struct err *err)
{
    if (file_exists(path))
        return add(config, path, err);
    strv_add(&config->missing, path);
    return 0;
}

static int load(struct kube_config *config, const char *path, struct err *err)
{
    if (path)
        return add(config, path, err);
    CLEANUP(strv_release) struct strv paths = STRV_INIT;
    const char *given = getenv("KUBECONFIG");
    if (given && *given)
        strv_split(&paths, given, ":");
    else
        strv_take(&paths, path_home(".kube/config"));
    for (size_t i = 0; i < paths.n; i++)
        if (add_if_there(config, paths.v[i], err) != 0)
            return -1;
    return 0;
}

int kube_config_load(struct kube_config *config, const char *path, struct err *err)
{
    *config = (struct kube_config){0};
    if (load(config, path, err) == 0)
        return 0;
    kube_config_release(config);
    return -1;
}

void kube_config_release(struct kube_config *config)
{
    for (size_t i = 0; i < config->n; i++) {
        node_wipe(TAKE(config->v[i].doc.root));
        doc_release(&config->v[i].doc);
        free(config->v[i].folder);
    }
    free(config->v);
    strv_release(&config->missing);
    *config = (struct kube_config){0};
}

/* ---- reading ---- */

static const char *word_of(const char *list)
{
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        if (strcmp(lists[i], list) == 0)
            return words[i];
    return "";
}

bool kube_config_find(const struct kube_config *config, const char *list, const char *name, struct kube_entry *ret)
{
    for (size_t i = 0; i < config->n; i++) {
        const struct kube_file *file = &config->v[i];
        for (const node_t *item = node_first(node_get(file->doc.root, list)); item; item = node_next(item)) {
            if (strcmp(node_str(item, "/name", ""), name) != 0)
                continue;
            *ret = (struct kube_entry){.file = file, .item = item, .node = node_get(item, word_of(list))};
            return true;
        }
    }
    return false;
}

void kube_config_names(const struct kube_config *config, const char *list, struct strv *names)
{
    for (size_t i = 0; i < config->n; i++)
        for (const node_t *item = node_first(node_get(config->v[i].doc.root, list)); item; item = node_next(item))
            if (!strv_has(names, node_str(item, "/name", "")))
                strv_add(names, node_str(item, "/name", ""));
}

const char *kube_config_current(const struct kube_config *config)
{
    for (size_t i = 0; i < config->n; i++) {
        const char *name = node_str(config->v[i].doc.root, "/current-context", "");
        if (*name)
            return name;
    }
    return "";
}

/* Lexically, as Go's filepath.Join does: the parts "." and "..", and empty ones, go away. */
static char *clean(const char *path)
{
    CLEANUP(strv_release) struct strv parts = STRV_INIT;
    CLEANUP(strv_release) struct strv kept = STRV_INIT;
    CLEANUP(str_release) struct str s = STR_INIT;
    strv_split(&parts, path, "/");
    for (size_t i = 0; i < parts.n; i++) {
        if (strcmp(parts.v[i], "..") == 0 && kept.n)
            free(kept.v[--kept.n]);
        else if (strcmp(parts.v[i], ".") != 0 && strcmp(parts.v[i], "..") != 0)
            strv_add(&kept, parts.v[i]);
    }
    for (size_t i = 0; i < kept.n; i++)
        str_addf(&s, "/%s", kept.v[i]);
    return s.len ? str_detach(&s) : xstrdup("/");
}

char *kube_config_path(const struct kube_file *file, const char *path)
{
    if (path[0] == '/')
        return xstrdup(path);
    AUTOFREE char *joined = path_join(file->folder, path);
    return clean(joined);
}

void kube_config_say(const struct kube_config *config, struct str *s)
{
    size_t before = s->len;
    for (size_t i = 0; i < config->n; i++)
        str_addf(s, "%s%s", s->len > before ? ", " : "", config->v[i].doc.source);
    for (size_t i = 0; i < config->missing.n && !config->n; i++)
        str_addf(s, "%s%s", s->len > before ? ", " : "", config->missing.v[i]);
}
