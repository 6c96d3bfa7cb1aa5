#include "kube/discovery.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"

enum { CACHE_MAX_BYTES = 16 << 20, LABEL_MAX = 63, NAME_MAX_BYTES = 253, NAMES_MAX = 4096 };

void kube_found_release(struct kube_found *found)
{
    node_free(found->entry);
    *found = (struct kube_found){0};
}

/* --- names --- */

static bool is_label(const char *text, size_t len)
{
    bool ok = len && len <= LABEL_MAX && text[0] != '-' && text[len - 1] != '-';
    for (size_t i = 0; i < len; i++)
        ok = ok && (text[i] == '-' || isdigit((unsigned char)text[i]) || (text[i] >= 'a' && text[i] <= 'z'));
    return ok;
}

int kube_check_name(const char *what, const char *name, struct err *err)
{
    bool ok = *name && strlen(name) <= NAME_MAX_BYTES;
    for (const char *part = name; ok; part += strcspn(part, ".") + 1) {
        size_t len = strcspn(part, ".");
        ok = is_label(part, len);
        if (!part[len])
            break;
    }
    if (ok)
        return 0;
    CLEANUP(str_release) struct str safe = STR_INIT;
    str_add_safe(&safe, name, strnlen(name, NAME_MAX_BYTES), false);
    err_set(err, ERR_USAGE, "\"%s\" cannot be the name of a %s", safe.buf, what);
    err_why(err, "names have lower case letters, digits and \"-\", begin and end with a letter or digit, and are at most 63 "
                 "bytes between dots (RFC 1123)");
    return -1;
}

int kube_check_object_name(const struct kube_kind *kind, const char *name, struct err *err)
{
    return strcmp(kind->group, "rbac.authorization.k8s.io") == 0 ? 0 : kube_check_name(kind->word, name, err);
}

/* --- what the server has: [{"group", "version", "plural", "kind", "singular", "short": [], "cluster"}] --- */

static node_t *add_entry(node_t *entries, const char *group, const char *version, const char *plural, const char *kind)
{
    if (strchr(plural, '/') || !*plural || !*kind)
        return NULL;
    node_t *entry = node_push(entries, node_new_object());
    AUTOFREE char *word = xstrdup(kind);
    for (char *c = word; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    node_set_str(entry, "group", group);
    node_set_str(entry, "version", version);
    node_set_str(entry, "plural", plural);
    node_set_str(entry, "kind", kind);
    node_set_str(entry, "singular", word);
    return entry;
}

static void add_aggregated(node_t *entries, const node_t *answer)
{
    for (const node_t *group = node_first(node_get(answer, "items")); group; group = node_next(group)) {
        const char *name = node_str(group, "/metadata/name", "");
        for (const node_t *version = node_first(node_get(group, "versions")); version; version = node_next(version))
            for (const node_t *r = node_first(node_get(version, "resources")); r; r = node_next(r)) {
                node_t *entry = add_entry(entries, name, node_str(version, "/version", ""), node_str(r, "/resource", ""),
                                          node_str(r, "/responseKind/kind", ""));
                if (!entry)
                    continue;
                node_set_bool(entry, "cluster", strcmp(node_str(r, "/scope", ""), "Cluster") == 0);
                node_t *names = node_copy(node_get(r, "shortNames"));
                node_set(entry, "short", names ? names : node_new_array());
            }
    }
}

static int add_plain(node_t *entries, struct kube *kube, const char *group, const char *version, struct err *err)
{
    AUTOFREE char *path = *group ? xasprintf("/apis/%s/%s", group, version) : xasprintf("/api/%s", version);
    CLEANUP(node_free) node_t *answer = kube_get(kube, path, "cannot read what kinds the server has", err);
    if (!answer)
        return -1;
    for (const node_t *r = node_first(node_get(answer, "resources")); r; r = node_next(r)) {
        node_t *entry = add_entry(entries, group, version, node_str(r, "/name", ""), node_str(r, "/kind", ""));
        if (!entry)
            continue;
        node_set_bool(entry, "cluster", !node_bool(r, "/namespaced", true));
        node_t *names = node_copy(node_get(r, "shortNames"));
        node_set(entry, "short", names ? names : node_new_array());
    }
    return 0;
}

static int add_plain_groups(node_t *entries, struct kube *kube, const node_t *answer, struct err *err)
{
    for (const node_t *v = node_first(node_get(answer, "versions")); v; v = node_next(v))
        if (add_plain(entries, kube, "", node_text(v) ? node_text(v) : "", err) != 0)
            return -1;
    for (const node_t *group = node_first(node_get(answer, "groups")); group; group = node_next(group))
        for (const node_t *v = node_first(node_get(group, "versions")); v; v = node_next(v)) {
            CLEANUP(err_release) struct err none = ERR_INIT; /* a group whose own server is away hides no other */
            add_plain(entries, kube, node_str(group, "/name", ""), node_str(v, "/version", ""), &none);
        }
    return 0;
}

static int ask_server(struct kube *kube, const char *path, node_t *entries, struct err *err)
{
    static const char failing[] = "cannot read what kinds the server has";
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    struct kube_request request = {
        .path = path,
        .accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json",
    };
    if (kube_send(kube, &request, &res, err) != 0)
        return err_wrap(err, "%s", failing);
    if (kube_check(kube, &request, &res, failing, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *answer = json_parse(res.body.buf, res.body.len, "the answer", err);
    if (!answer)
        return err_wrap(err, "%s", failing);
    if (strcmp(node_str(answer, "/kind", ""), "APIGroupDiscoveryList") != 0)
        return add_plain_groups(entries, kube, answer, err);
    add_aggregated(entries, answer);
    return 0;
}

/* --- kept --- */

static char *cache_path(const struct kube *kube)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    char hash[HASH_HEX];
    if (hash_data(kube->server, strlen(kube->server), hash, &none) != 0)
        return NULL;
    AUTOFREE char *name = xasprintf("discovery/%s.json", hash);
    return path_cache(name);
}

/* A file that others could write is not believed. */
static bool is_usable(const char *path)
{
    struct stat st;
    if (!path || lstat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077))
        return false;
    int64_t age_ms = clock_wall_ms() - (int64_t)st.st_mtim.tv_sec * 1000;
    return age_ms > -1000 && age_ms < KUBE_DISCOVERY_KEPT_MS;
}

static node_t *load_kept(const char *path)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT_MAX(CACHE_MAX_BYTES);
    if (!is_usable(path) || file_read(path, &text, &none) != 0)
        return NULL;
    return json_parse(text.buf, text.len, path, &none);
}

static node_t *renew(struct kube *kube, const char *path, struct err *err)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(node_free) node_t *entries = node_new_array();
    if (ask_server(kube, "/api", entries, err) != 0 || ask_server(kube, "/apis", entries, err) != 0)
        return NULL;
    json_print(entries, &text);
    if (path)
        file_write_atomic(path, text.buf, text.len, 0600, &none);
    return TAKE(entries);
}

/* --- by a word --- */

/* "deployments.v1.apps": the name, and what is behind its first dot. */
struct wanted {
    char *name;
    const char *rest;                   /* "": anything */
    const char *kind, *group, *version; /* or an object's own; NULL */
};

static bool fits_rest(const struct wanted *wanted, const char *group, const char *version)
{
    AUTOFREE char *both = xasprintf("%s.%s", version, group);
    return !*wanted->rest || strcmp(wanted->rest, group) == 0 || strcmp(wanted->rest, both) == 0 ||
           (!*group && strcmp(wanted->rest, version) == 0);
}

static bool has_short(const node_t *entry, const char *name)
{
    for (const node_t *s = node_first(node_get(entry, "short")); s; s = node_next(s))
        if (str_eq(node_text(s), name))
            return true;
    return false;
}

static bool fits(const struct wanted *wanted, const node_t *entry)
{
    const char *group = node_str(entry, "/group", ""), *version = node_str(entry, "/version", "");
    if (wanted->kind)
        return strcmp(node_str(entry, "/kind", ""), wanted->kind) == 0 && strcmp(group, wanted->group) == 0 &&
               strcmp(version, wanted->version) == 0;
    bool named = strcasecmp(node_str(entry, "/plural", ""), wanted->name) == 0 ||
                 strcasecmp(node_str(entry, "/singular", ""), wanted->name) == 0 || has_short(entry, wanted->name);
    return named && fits_rest(wanted, group, version);
}

static bool take_entry(const struct wanted *wanted, const node_t *entries, struct kube_found *ret)
{
    for (const node_t *entry = node_first(entries); entry; entry = node_next(entry)) {
        if (!fits(wanted, entry))
            continue;
        ret->entry = node_copy(entry);
        ret->kind = (struct kube_kind){
            .group = node_str(ret->entry, "/group", ""),
            .version = node_str(ret->entry, "/version", ""),
            .plural = node_str(ret->entry, "/plural", ""),
            .kind = node_str(ret->entry, "/kind", ""),
            .word = node_str(ret->entry, "/singular", ""),
            .cluster_wide = node_bool(ret->entry, "/cluster", false),
        };
        return true;
    }
    return false;
}

/* What aiwf has a table of; of systems that may be missing only by their full names. */
static bool take_known(const struct wanted *wanted, struct kube_found *ret)
{
    for (const struct kube_kind *const *known = kube_known_kinds; *known; known++) {
        const struct kube_kind *kind = *known;
        if (wanted->kind ? strcmp(kind->kind, wanted->kind) != 0 || strcmp(kind->group, wanted->group) != 0 ||
                               strcmp(kind->version, wanted->version) != 0
                         : strcmp(kind->plural, wanted->name) != 0 || !fits_rest(wanted, kind->group, kind->version))
            continue;
        if (kind->system && !wanted->kind && !*wanted->rest)
            continue;
        ret->kind = *kind;
        return true;
    }
    return false;
}

/* The system that would bring it. */
static const struct kube_kind *missing_system(const struct wanted *wanted)
{
    for (const struct kube_kind *const *known = kube_known_kinds; *known; known++)
        if ((*known)->system &&
            (wanted->kind ? strcmp((*known)->kind, wanted->kind) == 0
                          : strcasecmp((*known)->plural, wanted->name) == 0 || strcasecmp((*known)->kind, wanted->name) == 0))
            return *known;
    return NULL;
}

static const char *nearest(const char *word, const node_t *entries)
{
    const char **names = xcalloc(NAMES_MAX, sizeof(*names));
    size_t n = 0;
    for (const node_t *entry = node_first(entries); entry && n < NAMES_MAX; entry = node_next(entry))
        names[n++] = node_str(entry, "/plural", "");
    const char *found = str_nearest(word, names, n);
    free(names);
    return found;
}

static int not_known(const struct wanted *wanted, const node_t *entries, struct err *err)
{
    const char *name = wanted->kind ? wanted->kind : wanted->name;
    const struct kube_kind *missing = missing_system(wanted);
    err_set(err, ERR_NOT_FOUND, "this server has no kind \"%s\"%s%s", name, *wanted->rest ? " in " : "", wanted->rest);
    if (missing) {
        err_why(err, "%s is not installed in this cluster", missing->system);
        return err_hint(err, "%s", missing->remedy);
    }
    const char *near = nearest(name, entries);
    return near ? err_hint(err, "did you mean \"%s\"?", near) : err_hint(err, "aiwf api kube GET /apis");
}

static int find(struct kube *kube, const struct wanted *wanted, struct kube_found *ret, struct err *err)
{
    *ret = (struct kube_found){0};
    if (take_known(wanted, ret))
        return 0;
    AUTOFREE char *path = cache_path(kube);
    CLEANUP(node_free) node_t *kept = load_kept(path);
    if (kept && take_entry(wanted, kept, ret))
        return 0;
    CLEANUP(node_free) node_t *entries = renew(kube, path, err);
    if (!entries)
        return -1;
    return take_entry(wanted, entries, ret) ? 0 : not_known(wanted, entries, err);
}

int kube_find_kind(struct kube *kube, const char *word, struct kube_found *ret, struct err *err)
{
    size_t len = strcspn(word, ".");
    AUTOFREE char *name = xstrndup(word, len);
    struct wanted wanted = {.name = name, .rest = word[len] ? word + len + 1 : ""};
    if (kube_check_name("kind", word, err) != 0 && !isupper((unsigned char)*word))
        return -1;
    err_clear(err);
    return find(kube, &wanted, ret, err);
}

int kube_find_object_kind(struct kube *kube, const node_t *object, struct kube_found *ret, struct err *err)
{
    const char *version = node_str(object, "/apiVersion", ""), *slash = strchr(version, '/');
    AUTOFREE char *group = xstrndup(version, slash ? (size_t)(slash - version) : 0);
    struct wanted wanted = {
        .rest = version, .kind = node_str(object, "/kind", ""), .group = group, .version = slash ? slash + 1 : version};
    if (!*version || !*wanted.kind)
        return err_set(err, ERR_USAGE, "an object needs apiVersion and kind");
    return find(kube, &wanted, ret, err);
}
