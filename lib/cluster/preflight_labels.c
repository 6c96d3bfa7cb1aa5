/* The check of labels: Magnum takes any, and nobody says that a driver does not know one. */

#include "cluster/preflight_parts.h"

/* Of the Heat driver and both Cluster API drivers (facts: magnum's user guide, "labels"; magnum-capi-helm's driver;
 * magnum-cluster-api's docs/user/labels.md). */
static const char *const known[] = {
    "admission_control_list",
    "api_server_cert_sans",
    "audit_log_enabled",
    "auto_healing_controller",
    "auto_healing_enabled",
    "auto_scaling_enabled",
    "autoscaler_tag",
    "availability_zone",
    "boot_volume_availability_zone",
    "boot_volume_size",
    "boot_volume_type",
    "calico_ipv4pool",
    "calico_ipv4pool_ipip",
    "calico_tag",
    "capi_helm_chart_version",
    "cert_manager_api",
    "cgroup_driver",
    "cilium_hubble_ui_enabled",
    "cilium_tag",
    "cinder_csi_enabled",
    "cinder_csi_plugin_tag",
    "cloud_provider_enabled",
    "cloud_provider_tag",
    "container_infra_prefix",
    "container_runtime",
    "containerd_tarball_sha256",
    "containerd_tarball_url",
    "containerd_version",
    "coredns_tag",
    "csi_cinder_availability_zone",
    "docker_volume_type",
    "draino_tag",
    "etcd_blockdevice_size",
    "etcd_blockdevice_type",
    "etcd_blockdevice_volume_az",
    "etcd_blockdevice_volume_type",
    "etcd_tag",
    "etcd_volume_size",
    "etcd_volume_type",
    "fixed_subnet_cidr",
    "flannel_backend",
    "flannel_cni_tag",
    "flannel_network_cidr",
    "flannel_network_subnetlen",
    "flannel_tag",
    "grafana_admin_passwd",
    "grafana_tag",
    "grafana_volume_size",
    "heapster_enabled",
    "heat_container_agent_tag",
    "helm_client_tag",
    "hyperkube_prefix",
    "influx_grafana_dashboard_enabled",
    "ingress_controller",
    "ingress_controller_role",
    "k8s_keystone_auth_tag",
    "keystone_auth_enabled",
    "kube_dashboard_enabled",
    "kube_dashboard_version",
    "kube_tag",
    "kube_version",
    "kubeapi_options",
    "kubecontroller_options",
    "kubelet_options",
    "kubeproxy_options",
    "kubescheduler_options",
    "magnum_auto_healer_tag",
    "manila_csi_enabled",
    "manila_csi_plugin_tag",
    "master_lb_allowed_cidrs",
    "master_lb_floating_ip_enabled",
    "max_node_count",
    "metrics_scraper_tag",
    "metrics_server_enabled",
    "metrics_server_chart_tag",
    "min_node_count",
    "monitoring_enabled",
    "monitoring_retention_days",
    "monitoring_retention_size",
    "monitoring_storage_class_name",
    "nginx_ingress_controller_chart_tag",
    "nginx_ingress_controller_tag",
    "node_problem_detector_tag",
    "npd_enabled",
    "octavia_ingress_controller_tag",
    "octavia_lb_algorithm",
    "octavia_lb_healthcheck",
    "octavia_provider",
    "oidc_client_id",
    "oidc_groups_claim",
    "oidc_groups_prefix",
    "oidc_issuer_url",
    "oidc_username_claim",
    "oidc_username_prefix",
    "ostree_commit",
    "ostree_remote",
    "podsecuritypolicy",
    "prometheus_adapter_enabled",
    "prometheus_monitoring",
    "prometheus_operator_chart_tag",
    "prometheus_tag",
    "project_quota",
    "security_group_rules",
    "selinux_mode",
    "server_group_policies",
    "service_cluster_ip_range",
    "swarm_strategy",
    "tiller_enabled",
    "traefik_ingress_controller_tag",
    "use_podman",
    NULL,
};
enum { N_KNOWN = ARRAY_LEN(known) - 1 };

static bool is_known(const char *name)
{
    return str_index(known, name) >= 0 || str_starts(name, "audit_log_") || str_starts(name, "octavia_") ||
           str_starts(name, "prometheus_");
}

static size_t warn_of_unknown(struct preflight *p, const node_t *labels)
{
    size_t unknown = 0;
    for (const node_t *label = node_first(labels); label; label = node_next(label)) {
        const char *name = node_key(label);
        if (is_known(name))
            continue;
        const char *nearest = str_nearest(name, known, N_KNOWN);
        AUTOFREE char *hint = nearest ? xasprintf("%s?", nearest) : NULL;
        preflight_warn(p, "label", hint, "%s is none that a driver of Magnum's documents", name);
        unknown++;
    }
    return unknown;
}

void preflight_check_labels(struct preflight *p)
{
    const node_t *own = node_get(p->wanted, "labels"), *usual = node_get(p->template, "labels");
    size_t odd = warn_of_unknown(p, own);
    bool lost = node_len(own) && node_len(usual) && !node_bool(p->wanted, "/merge_labels", false);
    if (lost)
        preflight_warn(p, "labels", "--merge-labels keeps them", "the %zu of the template do not count: these take their place",
                       node_len(usual));
    if (!odd && !lost)
        preflight_ok(p, "labels", "%zu of its own, %zu of the template", node_len(own), node_len(usual));
}
