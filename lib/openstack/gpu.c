#include "openstack/gpu.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT_MAX = 1000000 };

void gpu_release(struct gpu *gpu)
{
    free(gpu->kind);
    free(gpu->source);
    free(gpu->resource_class);
    strv_release(&gpu->traits);
    *gpu = (struct gpu){0};
}

/* ---- is that name a GPU's ---- */

static const char *const words[] = {"gpu", "vgpu", "pgpu", "gpus",   "vgpus",    "pgpus", "nvidia", "tesla",  "quadro", "geforce",
                                    "rtx", "gtx",  "mig",  "radeon", "instinct", "gaudi", "gaudi2", "gaudi3", "10de"};
/* The letters of a model, before its number: A100, H200, GB200, L40S, MI300X, RTX4090. */
static const char *const series[] = {"a", "b", "h", "l", "t", "v", "p", "k", "m", "gb", "gh", "mi", "rtx", "gtx"};

static bool is_series(const char *text, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(series); i++)
        if (strlen(series[i]) == len && strncasecmp(series[i], text, len) == 0)
            return true;
    return false;
}

/* Letters of a series, a number of one to four digits, at most two letters: one digit alone is a model only of the small
 * inference cards ("t4", "l4", "p4", "a2"). */
static bool is_model(const char *text, size_t len)
{
    size_t letters = 0, digits = 0;
    while (letters < len && isalpha((unsigned char)text[letters]))
        letters++;
    while (letters + digits < len && isdigit((unsigned char)text[letters + digits]))
        digits++;
    size_t rest = len - letters - digits;
    if (!is_series(text, letters) || digits < 1 || digits > 4 || rest > 2)
        return false;
    static const char *const small[] = {"t4", "l4", "p4", "a2"};
    for (size_t i = 0; i < ARRAY_LEN(small); i++)
        if (len == 2 && strncasecmp(small[i], text, 2) == 0)
            return true;
    return digits > 1;
}

static bool is_gpu_word(const char *text, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strlen(words[i]) == len && strncasecmp(words[i], text, len) == 0)
            return true;
    return is_model(text, len);
}

static bool is_gpu_name(const char *name)
{
    while (*name) {
        size_t len = 0;
        while (isalnum((unsigned char)name[len]))
            len++;
        if (len && is_gpu_word(name, len))
            return true;
        name += len + (name[len] != '\0');
    }
    return false;
}

/* ---- what is found ---- */

static int64_t count_of(const char *text)
{
    long long count = 0;
    return str_to_int(text, 0, COUNT_MAX, &count) ? count : 0;
}

/* "CUSTOM_GPU_A100" to people is A100. */
static const char *short_name(const char *name)
{
    static const char *const covers[] = {"CUSTOM_", "NVIDIA_", "GPU_", "VGPU_", "PGPU_"};
    for (size_t i = 0; i < ARRAY_LEN(covers); i++)
        if (str_starts(name, covers[i]) && name[strlen(covers[i])])
            name += strlen(covers[i]);
    return name;
}

static void add_word(char **list, const char *word)
{
    char *before = *list;
    *list = before ? xasprintf("%s+%s", before, word) : xstrdup(word);
    free(before);
}

static void add_found(struct gpu *gpu, int64_t count, const char *kind, const char *source)
{
    gpu->count = count < 0 || gpu->count < 0 ? -1 : gpu->count + count;
    add_word(&gpu->kind, kind);
    if (!gpu->source)
        gpu->source = xstrdup(source);
}

/* "a100:2, nic:1" */
static void add_aliases(struct gpu *gpu, const char *text)
{
    CLEANUP(strv_release) struct strv parts = STRV_INIT;
    strv_split(&parts, text, ", ");
    for (size_t i = 0; i < parts.n; i++) {
        char *colon = strchr(parts.v[i], ':');
        int64_t count = colon ? count_of(colon + 1) : 1;
        if (colon)
            *colon = '\0';
        if (!is_gpu_name(parts.v[i]) || !count)
            continue;
        AUTOFREE char *source = xasprintf("PCI alias %s", parts.v[i]);
        add_found(gpu, count, parts.v[i], source);
    }
}

/* "resources:VGPU", "resources1:VGPU", "resources_gpu:VGPU": what follows the colon, *group between; NULL: another key. */
static const char *in_group(const char *key, const char *word, const char **group, size_t *group_len)
{
    const char *colon = str_starts(key, word) ? strchr(key, ':') : NULL;
    if (!colon)
        return NULL;
    *group = key + strlen(word);
    *group_len = (size_t)(colon - *group);
    return colon + 1;
}

static bool is_gpu_class(const char *name)
{
    return strcmp(name, "VGPU") == 0 || strcmp(name, "PGPU") == 0 || (str_starts(name, "CUSTOM_") && is_gpu_name(name));
}

/* Those of the group, and those of no group: Placement looks for them in the whole host. */
static void add_traits(struct gpu *gpu, const node_t *specs, const char *group, size_t group_len)
{
    for (const node_t *spec = node_first(specs); spec; spec = node_next(spec)) {
        const char *own = NULL, *value = node_text(spec);
        size_t own_len = 0;
        const char *trait = in_group(node_key(spec), "trait", &own, &own_len);
        bool ours = trait && (!own_len || (own_len == group_len && strncmp(own, group, own_len) == 0));
        bool required = value && strcmp(value, "required") == 0;
        if (!ours || (!required && !(value && strcmp(value, "forbidden") == 0)))
            continue;
        AUTOFREE char *text = xasprintf("%s%s", required ? "" : "!", trait);
        if (!strv_has(&gpu->traits, text))
            strv_add(&gpu->traits, text);
    }
}

static const char *kind_of_class(const struct gpu *gpu, const char *class_name)
{
    for (size_t i = 0; i < gpu->traits.n; i++)
        if (is_gpu_name(gpu->traits.v[i]) && gpu->traits.v[i][0] != '!')
            return short_name(gpu->traits.v[i]);
    return short_name(class_name);
}

static void add_class(struct gpu *gpu, const node_t *specs, const node_t *spec)
{
    const char *group = NULL, *text = node_text(spec);
    size_t group_len = 0;
    const char *name = in_group(node_key(spec), "resources", &group, &group_len);
    int64_t count = name && text && is_gpu_class(name) ? count_of(text) : 0;
    if (!count)
        return;
    bool another = gpu->resource_class && strcmp(gpu->resource_class, name) != 0;
    if (gpu->resource_class && !another) {
        add_traits(gpu, specs, group, group_len);
        gpu->count += gpu->count < 0 ? 0 : count;
        return;
    }
    if (!another) {
        gpu->resource_class = xstrdup(name);
        add_traits(gpu, specs, group, group_len);
    }
    add_found(gpu, count, another ? short_name(name) : kind_of_class(gpu, name), name);
}

static void add_profile(struct gpu *gpu, const char *name)
{
    AUTOFREE char *source = xasprintf("device profile %s", name);
    if (is_gpu_name(name))
        add_found(gpu, -1, name, source);
}

bool gpu_of_flavor(const node_t *flavor, struct gpu *ret)
{
    *ret = (struct gpu){0};
    const node_t *specs = node_get(flavor, "extra_specs");
    for (const node_t *spec = node_first(specs); spec; spec = node_next(spec)) {
        const char *key = node_key(spec), *text = node_text(spec);
        if (!key || !text)
            continue;
        if (strcmp(key, "pci_passthrough:alias") == 0)
            add_aliases(ret, text);
        else if (strcmp(key, "accel:device_profile") == 0)
            add_profile(ret, text);
        else
            add_class(ret, specs, spec);
    }
    return ret->kind != NULL;
}
