/* Nova's: servers, flavors, hypervisors. */
#include <math.h>

#include "base/unit.h"
#include "infra.h"
#include "openstack/gpu.h"
#include "openstack/nova.h"

/* ---- servers ---- */

/* "private=10.20.0.5,203.0.113.7 other=10.9.0.2" */
static void add_addresses(const node_t *networks, struct str *s)
{
    for (const node_t *network = node_first(networks); network; network = node_next(network)) {
        str_addf(s, "%s%s=", s->len ? " " : "", node_key(network));
        for (const node_t *address = node_first(network); address; address = node_next(address))
            str_addf(s, "%s%s", address == node_first(network) ? "" : ",", node_str(address, "/addr", "?"));
    }
}

static void server_for_people(node_t *server)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    add_addresses(node_get(server, "addresses"), &s);
    node_set_str(server, "addresses_line", s.len ? s.buf : NULL);
}

static const struct column server_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"FLAVOR", "/flavor/original_name", CELL_TEXT, false},
    {"ADDRESSES", "/addresses_line", CELL_TEXT, false},
    {"AGE", "/created", CELL_AGE, false},
    {"ID", "/id", CELL_TEXT, false},
    {"TASK", "/OS-EXT-STS:task_state", CELL_TEXT, true},
    {"ZONE", "/OS-EXT-AZ:availability_zone", CELL_TEXT, true},
    {"HOST", "/OS-EXT-SRV-ATTR:host", CELL_TEXT, true},
    {"IMAGE", "/image/id", CELL_TEXT, true},
    {"KEYPAIR", "/key_name", CELL_TEXT, true},
    {"PROJECT", "/tenant_id", CELL_TEXT, true},
    {0},
};
static const struct column server_show_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"TASK", "/OS-EXT-STS:task_state", CELL_TEXT, false},
    {"FAULT", "/fault/message", CELL_TEXT, false},
    {"FLAVOR", "/flavor/original_name", CELL_TEXT, false},
    {"VCPUS", "/flavor/vcpus", CELL_NUMBER, false},
    {"ADDRESSES", "/addresses_line", CELL_TEXT, false},
    {"IMAGE", "/image/id", CELL_TEXT, false},
    {"KEYPAIR", "/key_name", CELL_TEXT, false},
    {"ZONE", "/OS-EXT-AZ:availability_zone", CELL_TEXT, false},
    {"HOST", "/OS-EXT-SRV-ATTR:host", CELL_TEXT, false},
    {"PROJECT", "/tenant_id", CELL_TEXT, false},
    {"CREATED", "/created", CELL_TEXT, false},
    {"UPDATED", "/updated", CELL_TEXT, false},
    {0},
};
static const struct opt server_opts[] = {ALL_PROJECTS_OPT, {0}};
static const struct example server_examples[] = {
    {"aiwf infra servers", "the project's servers"},
    {"aiwf infra servers --all-projects --sort-by STATUS -o wide", "everybody's, with their hosts"},
    {"aiwf infra servers gpu-1 -o json --jq .fault.message", "why one is in ERROR"},
    {0},
};

const struct infra infra_servers = {
    .cmd = {.name = "servers",
            .help = "virtual machines",
            .args = INFRA_ARGS("show these servers, by name or id"),
            .opts = server_opts,
            .opts_size = sizeof(struct infra_opts),
            .flags = CMD_CONTEXT | CMD_LIST | CMD_WATCHES,
            .columns = server_columns,
            .examples = server_examples,
            .run = infra_run},
    .kind = &nova_server,
    .show_columns = server_show_columns,
    .for_people = server_for_people,
    .who = "administrators",
};

/* ---- flavors ---- */

/* RAM is in MiB, disks are in GiB. */
static void set_bytes(node_t *item, const char *name, const char *pointer, int shift)
{
    node_set_num(item, name, ldexp(node_num(item, pointer, (double)NAN), shift));
}

static void flavor_for_people(node_t *flavor)
{
    set_bytes(flavor, "ram_bytes", "/ram", 20);
    set_bytes(flavor, "disk_bytes", "/disk", 30);
    CLEANUP(gpu_release) struct gpu gpu = {0};
    CLEANUP(str_release) struct str s = STR_INIT;
    if (gpu_of_flavor(flavor, &gpu) && gpu.count > 0)
        str_addf(&s, "%lld %s", (long long)gpu.count, gpu.kind);
    else if (gpu.kind)
        str_add(&s, gpu.kind);
    node_set_str(flavor, "gpu_line", s.len ? s.buf : NULL);
    str_reset(&s);
    const node_t *specs = node_get(flavor, "extra_specs");
    for (const node_t *spec = node_first(specs); spec; spec = node_next(spec))
        str_addf(&s, "%s%s=%s", s.len ? " " : "", node_key(spec), node_text(spec) ? node_text(spec) : "?");
    node_set_str(flavor, "specs_line", s.len ? s.buf : NULL);
}

static const struct column flavor_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"VCPUS", "/vcpus", CELL_NUMBER, false},
    {"RAM", "/ram_bytes", CELL_BYTES, false},
    {"DISK", "/disk_bytes", CELL_BYTES, false},
    {"GPUS", "/gpu_line", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"PUBLIC", "/os-flavor-access:is_public", CELL_TEXT, true},
    {"EXTRA-SPECS", "/specs_line", CELL_TEXT, true},
    {0},
};
static const struct column flavor_show_columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"VCPUS", "/vcpus", CELL_NUMBER, false},
    {"RAM", "/ram_bytes", CELL_BYTES, false},
    {"DISK", "/disk_bytes", CELL_BYTES, false},
    {"GPUS", "/gpu_line", CELL_TEXT, false},
    {"PUBLIC", "/os-flavor-access:is_public", CELL_TEXT, false},
    {"DESCRIPTION", "/description", CELL_TEXT, false},
    {"EXTRA-SPECS", "/specs_line", CELL_TEXT, false},
    {0},
};
static const struct opt flavor_opts[] = {
    {.name = "gpu", .type = OPT_FLAG, OPT(struct infra_opts, gpu), .help = "those with GPUs: which, and how many are free"},
    {0},
};
static const struct example flavor_examples[] = {
    {"aiwf infra flavors", "the sizes that servers come in"},
    {"aiwf infra flavors --gpu", "those with GPUs, and how many of them are free"},
    {"aiwf infra flavors --gpu -o json --jq '.items[] | select(.gpu.free >= 8).name'", "where eight are free, for a script"},
    {0},
};

const struct infra infra_flavors = {
    .cmd = {.name = "flavors",
            .help = "sizes of servers, with their GPUs",
            .about =
                "A flavor's GPUs are what its extra specs ask for: resources:VGPU, PGPU or a CUSTOM_ class of Placement, an\n"
                "alias of a PCI device, a device profile; traits say which model. Names that a cloud has chosen itself count\n"
                "when they name GPUs (\"gpu\", \"h100\", \"l40s\").\n"
                "\n"
                "With --gpu: KIND, GPUS (of one server), FREE (GPUs that are not in use) and FITS (servers that they are enough\n"
                "for) by Placement, which most clouds let only administrators ask. What it does not know is \"-\", null in\n"
                "json (.gpu.free), and is said on stderr.",
            .args = INFRA_ARGS("show these flavors, by name or id"),
            .opts = flavor_opts,
            .opts_size = sizeof(struct infra_opts),
            .flags = CMD_CONTEXT | CMD_LIST | CMD_WATCHES,
            .columns = flavor_columns,
            .examples = flavor_examples,
            .run = infra_run},
    .kind = &nova_flavor,
    .show_columns = flavor_show_columns,
    .for_people = flavor_for_people,
};

/* ---- hypervisors ---- */

static void set_share(node_t *item, const char *name, const char *used, const char *all)
{
    double part = node_num(item, used, (double)NAN), whole = node_num(item, all, (double)NAN);
    AUTOFREE char *text = isnan(part) || isnan(whole) ? NULL : xasprintf("%.0f of %.0f", part, whole);
    node_set_str(item, name, text);
}

static void set_memory_share(node_t *item)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    double part = node_num(item, "/memory_mb_used", (double)NAN), whole = node_num(item, "/memory_mb", (double)NAN);
    if (!isnan(part) && !isnan(whole)) {
        bytes_print(&s, ldexp(part, 20));
        str_add(&s, " of ");
        bytes_print(&s, ldexp(whole, 20));
    }
    node_set_str(item, "memory_line", s.len ? s.buf : NULL);
}

static void hypervisor_for_people(node_t *item)
{
    set_share(item, "vcpus_line", "/vcpus_used", "/vcpus");
    set_memory_share(item);
}

static const struct column hypervisor_columns[] = {
    {"NAME", "/hypervisor_hostname", CELL_TEXT, false},
    {"STATE", "/state", CELL_STATE, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"SERVERS", "/running_vms", CELL_NUMBER, false},
    {"VCPUS", "/vcpus_line", CELL_TEXT, false},
    {"MEMORY", "/memory_line", CELL_TEXT, false},
    {"TYPE", "/hypervisor_type", CELL_TEXT, false},
    {"ADDRESS", "/host_ip", CELL_TEXT, true},
    {"REASON", "/service/disabled_reason", CELL_TEXT, true},
    {"ID", "/id", CELL_TEXT, true},
    {0},
};
static const struct column hypervisor_show_columns[] = {
    {"NAME", "/hypervisor_hostname", CELL_TEXT, false},
    {"ID", "/id", CELL_TEXT, false},
    {"STATE", "/state", CELL_STATE, false},
    {"STATUS", "/status", CELL_STATE, false},
    {"REASON", "/service/disabled_reason", CELL_TEXT, false},
    {"SERVERS", "/running_vms", CELL_NUMBER, false},
    {"VCPUS", "/vcpus_line", CELL_TEXT, false},
    {"MEMORY", "/memory_line", CELL_TEXT, false},
    {"TYPE", "/hypervisor_type", CELL_TEXT, false},
    {"ADDRESS", "/host_ip", CELL_TEXT, false},
    {0},
};
static const struct example hypervisor_examples[] = {
    {"aiwf infra hypervisors", "the hosts, and how full they are"},
    {"aiwf infra hypervisors -o json --jq '.items[] | select(.state != \"up\").hypervisor_hostname'", "those that are down"},
    {0},
};

const struct infra infra_hypervisors = {
    .cmd = {.name = "hypervisors",
            .help = "the hosts that servers run on (administrators)",
            .args = INFRA_ARGS("show these hosts, by name or id"),
            .flags = CMD_CONTEXT | CMD_LIST | CMD_WATCHES,
            .columns = hypervisor_columns,
            .examples = hypervisor_examples,
            .run = infra_run},
    .kind = &nova_hypervisor,
    .show_columns = hypervisor_show_columns,
    .for_people = hypervisor_for_people,
    .who = "administrators",
};
