#include "train/source.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/unit.h"
#include "kube/podspec.h"
#include "train/kube_job.h"

#define FROM "/aiwf/source"
#define WORK "/aiwf/work"

enum { DEPTH_MAX = 50 };

struct reading {
    struct job_source *to;
    node_t *data;
    int64_t bytes, largest;
    char *largest_path;
};

void job_source_release(struct job_source *source)
{
    node_free(source->config_map);
    node_free(source->items);
}

static bool stays_here(const char *name)
{
    static const char *const names[] = {".", "..", ".git", "__pycache__", NULL};
    return str_index(names, name) >= 0;
}

static int too_large(const struct reading *reading, struct err *err)
{
    CLEANUP(str_release) struct str size = STR_INIT;
    bytes_print(&size, (double)reading->largest);
    err_set(err, ERR_USAGE, "--source has more than %d KiB, or than %d files", SOURCE_MAX_BYTES >> 10, SOURCE_MAX_FILES);
    err_why(err, "the largest file is %s (%s)", reading->largest_path ? reading->largest_path : "-", size.buf);
    return err_hint(err, "keep data in a volume (--dataset NAME) and large code in the image");
}

static int add_file(struct reading *reading, const char *full, const char *path, const struct stat *st, struct err *err)
{
    CLEANUP(str_release) struct str content = STR_INIT_MAX(SOURCE_MAX_BYTES);
    CLEANUP(str_release) struct str encoded = STR_INIT;
    reading->bytes += st->st_size;
    if (st->st_size >= reading->largest) {
        free(reading->largest_path);
        reading->largest_path = xstrdup(path);
        reading->largest = st->st_size;
    }
    if (reading->bytes > SOURCE_MAX_BYTES || node_len(reading->to->items) >= SOURCE_MAX_FILES)
        return too_large(reading, err);
    if (file_read(full, &content, err) != 0)
        return -1;
    AUTOFREE char *key = xasprintf("f%zu", node_len(reading->to->items));
    AUTOFREE char *inside = xasprintf("tree/%s", path);
    base64_encode(&encoded, content.buf, content.len);
    node_set_str(reading->data, key, encoded.buf);
    node_t *item = node_push(reading->to->items, node_new_object());
    node_set_str(item, "key", key);
    node_set_str(item, "path", inside);
    node_set_num(item, "mode", st->st_mode & S_IXUSR ? 0755 : 0644);
    return 0;
}

static int compare(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static int add_folder(struct reading *reading, const char *full, const char *path, int depth, struct err *err);

static int add_entry(struct reading *reading, const char *full, const char *path, int depth, struct err *err)
{
    struct stat st;
    if (lstat(full, &st) != 0)
        return err_sys(err, ERR_FAILED, "cannot read %s", full);
    if (S_ISDIR(st.st_mode))
        return add_folder(reading, full, path, depth + 1, err);
    return S_ISREG(st.st_mode) ? add_file(reading, full, path, &st, err) : 0;
}

static int add_folder(struct reading *reading, const char *full, const char *path, int depth, struct err *err)
{
    struct dirent **entries = NULL;
    int n = depth > DEPTH_MAX ? 0 : scandir(full, &entries, NULL, compare), rc = 0;
    if (n < 0)
        return err_sys(err, ERR_FAILED, "cannot read %s", full);
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        AUTOFREE char *below = path_join(full, name);
        AUTOFREE char *inside = *path ? xasprintf("%s/%s", path, name) : xstrdup(name);
        if (rc == 0 && !stays_here(name))
            rc = add_entry(reading, below, inside, depth, err);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

/* The same content has the same name: made twice, it is there once. */
static int name_it(struct job_source *source, const struct job_spec *spec, const char *ns, node_t *data, struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    char hash[HASH_HEX];
    json_print(data, &text);
    json_print(source->items, &text);
    if (hash_data(text.buf, text.len, hash, err) != 0)
        return -1;
    AUTOFREE char *name = xasprintf("%s-source-%.10s", spec->name, hash);
    source->config_map = kube_object(&kube_config_maps, ns, name);
    node_set_str(kube_mark(source->config_map), LABEL_JOB, spec->name);
    return 0;
}

int job_source_read(struct job_source *ret, const struct job_spec *spec, const char *ns, struct err *err)
{
    if (!spec->source)
        return 0;
    ret->items = node_new_array();
    CLEANUP(node_free) node_t *data = node_new_object();
    struct reading reading = {.to = ret, .data = data};
    int rc = add_folder(&reading, spec->source, "", 0, err);
    free(reading.largest_path);
    if (rc != 0 || name_it(ret, spec, ns, data, err) != 0)
        return -1;
    node_set(ret->config_map, "binaryData", TAKE(data));
    return 0;
}

void job_source_mount(const struct job_source *source, node_t *template)
{
    static const char *const wrapper[] = {"/bin/sh", "-c", "cp -R " FROM "/tree/. " WORK " && cd " WORK " && exec \"$@\"",
                                          "aiwf"};
    if (!source->config_map)
        return;
    node_t *pod = node_get(template, "spec"), *container = node_at(pod, "/containers/0"), *command = node_new_array();
    for (size_t i = 0; i < ARRAY_LEN(wrapper); i++)
        node_push(command, node_new_str(wrapper[i]));
    for (const node_t *word = node_first(node_get(container, "command")); word; word = node_next(word))
        node_push(command, node_copy(word));
    node_set(container, "command", command);
    node_t *volume = node_new_object();
    node_set_str(volume, "name", node_str(source->config_map, "/metadata/name", ""));
    node_set(volume, "items", node_copy(source->items));
    node_set(kube_volume_add(pod, container, &(struct kube_mount){.name = "source", .path = FROM}), "configMap", volume);
    node_set(kube_volume_add(pod, container, &(struct kube_mount){.name = "work", .path = WORK}), "emptyDir", node_new_object());
}

int job_source_create(const struct trainer_env *env, const struct job_source *source, struct err *err)
{
    if (!source->config_map || kube_create(env->kube, &kube_config_maps, source->config_map, NULL, NULL, err) == 0)
        return 0;
    if (err->code != ERR_CONFLICT)
        return -1;
    err_clear(err);
    return 0;
}

int job_own(const struct trainer_env *env, const struct kube_kind *kind, const char *name, const node_t *object, struct err *err)
{
    CLEANUP(node_free) node_t *there = kube_show(env->kube, kind, env->kube->ns, name, err);
    if (!there)
        return -1;
    CLEANUP(node_free) node_t *patch = node_new_object();
    node_t *metadata = node_object(patch, "metadata");
    node_t *owners = node_copy(node_at(there, "/metadata/ownerReferences"));
    owners = node_set(metadata, "ownerReferences", owners ? owners : node_new_array());
    node_set_str(metadata, "resourceVersion", node_str(there, "/metadata/resourceVersion", NULL));
    node_t *owner = node_push(owners, node_new_object());
    node_set_str(owner, "apiVersion", node_str(object, "/apiVersion", ""));
    node_set_str(owner, "kind", node_str(object, "/kind", ""));
    node_set_str(owner, "name", node_str(object, "/metadata/name", ""));
    node_set_str(owner, "uid", node_str(object, "/metadata/uid", ""));
    return kube_patch(env->kube, kind, env->kube->ns, name, patch, err);
}
