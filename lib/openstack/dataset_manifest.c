#include <ctype.h>
#include <string.h>

#include "openstack/dataset.h"

enum { NAME_MAX_LEN = 63 };

/* A name of Kubernetes (RFC 1123): small letters, digits and dashes, with a letter or digit at each end. */
static char *kube_name(const node_t *dataset)
{
    const char *name = node_str(dataset, "/name", "");
    CLEANUP(str_release) struct str s = STR_INIT;
    for (const char *p = name; *p && s.len < NAME_MAX_LEN; p++) {
        char c = (char)tolower((unsigned char)*p);
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_plain || s.len)
            str_addc(&s, is_plain ? c : '-');
    }
    while (s.len && s.buf[s.len - 1] == '-')
        str_cut(&s, s.len - 1);
    return s.len ? str_detach(&s) : xasprintf("dataset-%s", node_str(dataset, "/id", ""));
}

static node_t *object_of(const char *kind, const char *name, const char *namespace_name)
{
    node_t *object = node_new_object();
    node_set_str(object, "apiVersion", "v1");
    node_set_str(object, "kind", kind);
    node_t *metadata = node_set(object, "metadata", node_new_object());
    node_set_str(metadata, "name", name);
    if (namespace_name)
        node_set_str(metadata, "namespace", namespace_name);
    node_set_str(node_set(metadata, "labels", node_new_object()), DATASET_MARK, name);
    return object;
}

/* No storage class: the claim is for this volume, and nothing makes another. */
static node_t *spec_of(node_t *object, const node_t *dataset)
{
    node_t *spec = node_set(object, "spec", node_new_object());
    bool many = node_bool(dataset, "/multiattach", false);
    node_push(node_set(spec, "accessModes", node_new_array()), node_new_str(many ? "ReadWriteMany" : "ReadWriteOnce"));
    node_set_str(spec, "storageClassName", "");
    return spec;
}

static char *size_of(const node_t *dataset) { return xasprintf("%lldGi", (long long)node_int(dataset, "/size", 0)); }

/* Retain: the data outlives the claim. claimRef: no other claim takes the volume first. */
static node_t *volume_of(const node_t *dataset, const char *name, const struct dataset_claim *claim)
{
    node_t *volume = object_of("PersistentVolume", name, NULL);
    node_t *spec = spec_of(volume, dataset);
    AUTOFREE char *size = size_of(dataset);
    node_set_str(node_set(spec, "capacity", node_new_object()), "storage", size);
    node_set_str(spec, "persistentVolumeReclaimPolicy", "Retain");
    node_t *claim_ref = node_set(spec, "claimRef", node_new_object());
    node_set_str(claim_ref, "namespace", claim->namespace_name);
    node_set_str(claim_ref, "name", name);
    node_t *csi = node_set(spec, "csi", node_new_object());
    node_set_str(csi, "driver", "cinder.csi.openstack.org");
    node_set_str(csi, "volumeHandle", node_str(dataset, "/id", ""));
    node_set_str(csi, "fsType", claim->fs_type);
    return volume;
}

static node_t *claim_of(const node_t *dataset, const char *name, const struct dataset_claim *claim)
{
    node_t *object = object_of("PersistentVolumeClaim", name, claim->namespace_name);
    node_t *spec = spec_of(object, dataset);
    AUTOFREE char *size = size_of(dataset);
    node_set_str(spec, "volumeName", name);
    node_t *resources = node_set(spec, "resources", node_new_object());
    node_set_str(node_set(resources, "requests", node_new_object()), "storage", size);
    return object;
}

node_t *dataset_manifest(const node_t *dataset, const struct dataset_claim *claim)
{
    AUTOFREE char *name = kube_name(dataset);
    node_t *list = node_new_object();
    node_set_str(list, "apiVersion", "v1");
    node_set_str(list, "kind", "List");
    node_t *items = node_set(list, "items", node_new_array());
    node_push(items, volume_of(dataset, name, claim));
    node_push(items, claim_of(dataset, name, claim));
    return list;
}
