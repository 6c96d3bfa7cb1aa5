#include <check.h>
#include <string.h>

#include "openstack/gpu.h"
#include "suites.h"

static const struct {
    const char *specs;
    int64_t count; /* 0: none */
    const char *kind, *source, *resource_class, *traits;
} flavors[] = {
    {"", 0, NULL, NULL, NULL, NULL},
    {"'resources:VGPU':'1'", 1, "VGPU", "VGPU", "VGPU", ""},
    {"'resources:VGPU':'1','trait:CUSTOM_GPU_A100':'required'", 1, "A100", "VGPU", "VGPU", "CUSTOM_GPU_A100"},
    {"'trait:CUSTOM_GPU_A100':'required','resources:VGPU':'2'", 2, "A100", "VGPU", "VGPU", "CUSTOM_GPU_A100"},
    {"'trait:CUSTOM_GPU_A100':'forbidden','resources:VGPU':'2'", 2, "VGPU", "VGPU", "VGPU", "!CUSTOM_GPU_A100"},
    {"'trait:CUSTOM_GPU_A100':'preferred','resources:VGPU':'2'", 2, "VGPU", "VGPU", "VGPU", ""},
    {"'trait:CUSTOM_GPU_A100':'required'", 0, NULL, NULL, NULL, NULL},
    {"'trait:HW_CPU_X86_AVX2':'required','resources:PGPU':'4'", 4, "PGPU", "PGPU", "PGPU", "HW_CPU_X86_AVX2"},
    {"'resources:CUSTOM_GPU_H200':'8'", 8, "H200", "CUSTOM_GPU_H200", "CUSTOM_GPU_H200", ""},
    {"'resources:CUSTOM_PCI_10DE_2330':'8'", 8, "PCI_10DE_2330", "CUSTOM_PCI_10DE_2330", "CUSTOM_PCI_10DE_2330", ""},
    {"'resources:CUSTOM_PCI_8086_1572':'1'", 0, NULL, NULL, NULL, NULL},
    {"'resources:VCPU':'4','resources:CUSTOM_LLC':'1'", 0, NULL, NULL, NULL, NULL},
    {"'resources1:VGPU':'1','resources2:VGPU':'1','trait1:CUSTOM_A30':'required'", 2, "A30", "VGPU", "VGPU", "CUSTOM_A30"},
    {"'resources_g:VGPU':'1','trait_n:CUSTOM_A30':'required'", 1, "VGPU", "VGPU", "VGPU", ""},
    {"'resources:VGPU':'0'", 0, NULL, NULL, NULL, NULL},
    {"'resources:VGPU':'many'", 0, NULL, NULL, NULL, NULL},
    {"'resources:VGPU':'99999999999999999999'", 0, NULL, NULL, NULL, NULL},
    {"'pci_passthrough:alias':'h100:8'", 8, "h100", "PCI alias h100", NULL, ""},
    {"'pci_passthrough:alias':'a100'", 1, "a100", "PCI alias a100", NULL, ""},
    {"'pci_passthrough:alias':'a100-sxm:2,nic:1'", 2, "a100-sxm", "PCI alias a100-sxm", NULL, ""},
    {"'pci_passthrough:alias':'a100:2, t4:1'", 3, "a100+t4", "PCI alias a100", NULL, ""},
    {"'pci_passthrough:alias':'sriov-nic:1'", 0, NULL, NULL, NULL, NULL},
    {"'pci_passthrough:alias':'mlx5:1,qat:2,x710:1,e810:1,p0:1,v1:1'", 0, NULL, NULL, NULL, NULL},
    {"'pci_passthrough:alias':'GPU_l40s:2'", 2, "GPU_l40s", "PCI alias GPU_l40s", NULL, ""},
    {"'pci_passthrough:alias':'mi300x:1,gb200:1,rtx4090:1'", 3, "mi300x+gb200+rtx4090", "PCI alias mi300x", NULL, ""},
    {"'pci_passthrough:alias':':::,,'", 0, NULL, NULL, NULL, NULL},
    {"'accel:device_profile':'nvidia-gpu'", -1, "nvidia-gpu", "device profile nvidia-gpu", NULL, ""},
    {"'accel:device_profile':'fpga'", 0, NULL, NULL, NULL, NULL},
    {"'accel:device_profile':'gpu','resources:VGPU':'1'", -1, "gpu+VGPU", "device profile gpu", "VGPU", ""},
    {"'pci_passthrough:alias':8,'resources:VGPU':1", 0, NULL, NULL, NULL, NULL},
};

START_TEST(a_flavor_says_what_gpus_it_has)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *text = xasprintf("{'extra_specs':{%s}}", flavors[_i].specs);
    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    CLEANUP(node_free) node_t *flavor = json_parse(text, strlen(text), "flavor", &err);
    ck_assert_ptr_nonnull(flavor);
    CLEANUP(gpu_release) struct gpu gpu = {0};
    bool has = gpu_of_flavor(flavor, &gpu);
    ck_assert_msg(has == (flavors[_i].count != 0) && gpu.count == flavors[_i].count, "%s: %d, %lld", text, has,
                  (long long)gpu.count);
    CLEANUP(str_release) struct str traits = STR_INIT;
    for (size_t i = 0; i < gpu.traits.n; i++)
        str_addf(&traits, "%s%s", i ? "," : "", gpu.traits.v[i]);
    ck_assert_msg(str_eq(gpu.kind, flavors[_i].kind) && str_eq(gpu.source, flavors[_i].source) &&
                      str_eq(gpu.resource_class, flavors[_i].resource_class) && (!has || str_eq(traits.buf, flavors[_i].traits)),
                  "%s: %s, %s, %s, %s", text, gpu.kind, gpu.source, gpu.resource_class, traits.buf);
}
END_TEST

START_TEST(a_flavor_without_extra_specs_has_none)
{
    CLEANUP(gpu_release) struct gpu gpu = {0};
    ck_assert(!gpu_of_flavor(NULL, &gpu));
    CLEANUP(node_free) node_t *flavor = node_new_object();
    ck_assert(!gpu_of_flavor(flavor, &gpu));
}
END_TEST

Suite *suite_openstack_gpu(void)
{
    Suite *suite = suite_create("openstack_gpu");
    TCase *tcase = tcase_create("flavor");
    tcase_add_loop_test(tcase, a_flavor_says_what_gpus_it_has, 0, (int)ARRAY_LEN(flavors));
    tcase_add_test(tcase, a_flavor_without_extra_specs_has_none);
    suite_add_tcase(suite, tcase);
    return suite;
}
