"""Fills a new cloud, through the services' own APIs. Runs again without harm.

Usage: seed.py identity | resources
identity needs Keystone alone; resources needs all services and that nova-compute has reported."""
import json
import os
import sys
import urllib.error
import urllib.request

IP, REGION_TWO_IP = os.environ["BED_IP"], os.environ["BED_REGION_TWO_IP"]
# The cloud's floating addresses are on the bed's link, where this machine reaches what serves on them (kubernetes_agent.py).
NET = IP.rpartition(".")[0]
IDENTITY = "http://%s:5000/v3" % IP
# type: name, port, path. RegionTwo has the same servers under another address, without Heat and Placement.
SERVICES = {
    "identity": ("keystone", 5000, "/v3"),
    "container-infra": ("magnum", 9511, "/v1"),
    "image": ("glance", 9292, ""),
    "compute": ("nova", 8774, "/v2.1"),
    "network": ("neutron", 9696, ""),
    "volumev3": ("cinderv3", 8776, "/v3/%(project_id)s"),
    "orchestration": ("heat", 8004, "/v1/%(project_id)s"),
    "placement": ("placement", 8778, ""),
}
ONE_REGION = ("orchestration", "placement")


def call(method, url, body=None, token=None, headers=None, expect=(200, 201, 202, 204)):
    headers = {"Content-Type": "application/json", **(headers or {})}
    if token:
        headers["X-Auth-Token"] = token
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, method=method, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            status, headers, data = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        status, headers, data = error.code, error.headers, error.read()
    if status not in expect:
        sys.exit("%s %s: %d %s" % (method, url, status, data[:500]))
    return (json.loads(data) if data else {}), headers


class Session:
    """One user's login to one project."""

    def __init__(self, user, project):
        auth = {"identity": {"methods": ["password"], "password": {"user": {"name": user, "password": user, "domain": {"id": "default"}}}},
                "scope": {"project": {"name": project, "domain": {"id": "default"}}}}
        answer, headers = call("POST", IDENTITY + "/auth/tokens", {"auth": auth})
        self.token = headers["X-Subject-Token"]
        self.project_id, self.user_id = answer["token"]["project"]["id"], answer["token"]["user"]["id"]

    def url(self, service):
        _, port, path = SERVICES[service]
        return "http://%s:%d%s" % (IP, port, path % {"project_id": self.project_id})

    def call(self, method, service, path, body=None, headers=None, **options):
        return call(method, self.url(service) + path, body, self.token, headers, **options)[0]

    def ensure(self, service, path, one, many, body, headers=None, query=""):
        """The id of the object of this name, made when it is not there."""
        for found in self.call("GET", service, path + query, headers=headers)[many]:
            if found["name"] == body["name"]:
                return found.get("id") or found.get("uuid")
        made = self.call("POST", service, path, {one: body} if one else body, headers)
        made = made[one] if one else made
        return made.get("id") or made.get("uuid")


class Identity(Session):
    def ensure_identity(self, many, one, name, **fields):
        query = "?name=" + name + ("&domain_id=" + fields["domain_id"] if "domain_id" in fields else "")
        return self.ensure("identity", "/" + many, one, many, {"name": name, **fields}, query=query)

    def project(self, name):
        return self.ensure_identity("projects", "project", name, domain_id="default")

    def account(self, name, domain="default", password=None):
        return self.ensure_identity("users", "user", name, domain_id=domain, password=password or name)

    def grant(self, user, role, project=None, domain=None):
        where = "/projects/" + project if project else "/domains/" + domain
        role = self.ensure_identity("roles", "role", role)
        self.call("PUT", "identity", "%s/users/%s/roles/%s" % (where, user, role))

    def endpoint(self, kind, region):
        name, port, path = SERVICES[kind]
        service = self.ensure("identity", "/services", "service", "services", {"name": name, "type": kind}, query="?type=" + kind)
        url = "http://%s:%d%s" % (IP if region == "RegionOne" else REGION_TWO_IP, port, path)
        there = self.call("GET", "identity", "/endpoints?service_id=%s&region_id=%s" % (service, region))["endpoints"]
        for interface in {"public", "internal", "admin"} - {e["interface"] for e in there}:
            self.call("POST", "identity", "/endpoints", {"endpoint": {"service_id": service, "region_id": region, "interface": interface, "url": url}})


def identity():
    cloud = Identity("admin", "admin")
    for role in ("service", "heat_stack_owner", "heat_stack_user", "creator"):
        cloud.ensure_identity("roles", "role", role)
    admin, service = cloud.account("admin"), cloud.account("service")
    for role in ("admin", "member", "heat_stack_owner"):
        for project in ("admin", "demo", "small"):
            cloud.grant(admin, role, cloud.project(project))
    for role in ("admin", "service"):
        cloud.grant(service, role, cloud.project("service"))
    for user, project, roles in (("demo", "demo", ("member", "heat_stack_owner")), ("small", "small", ("member", "heat_stack_owner")),
                                 ("viewer", "demo", ("reader",))):
        for role in roles:
            cloud.grant(cloud.account(user), role, cloud.project(project))
    for name in ("magnum", "heat"):
        domain = cloud.ensure_identity("domains", "domain", name)
        cloud.grant(cloud.account(name + "_domain_admin", domain, name), "admin", domain=domain)
    cloud.call("PUT", "identity", "/regions/RegionTwo", {"region": {"id": "RegionTwo"}}, expect=(200, 201, 409))
    for kind in SERVICES:
        cloud.endpoint(kind, "RegionOne")
        if kind not in ONE_REGION:
            cloud.endpoint(kind, "RegionTwo")
    demo = Identity("demo", "demo")
    for name, unrestricted in (("bed", False), ("bed-unrestricted", True)):
        demo.ensure("identity", "/users/%s/application_credentials" % demo.user_id, "application_credential", "application_credentials",
                    {"name": name, "secret": "bed-secret", "unrestricted": unrestricted})


def flavors(admin):
    for number, (name, vcpus, ram, disk, specs) in enumerate((
            ("m1.small", 1, 2048, 20, {}), ("m1.medium", 2, 4096, 40, {}), ("m1.large", 8, 32768, 100, {}),
            ("g1.a100", 16, 65536, 200, {"resources:VGPU": "1", "trait:CUSTOM_GPU_A100": "required"}),
            ("g8.h100", 64, 1048576, 400, {"pci_passthrough:alias": "h100:8"})), start=1):
        flavor = admin.ensure("compute", "/flavors", "flavor", "flavors", {"id": str(number), "name": name, "vcpus": vcpus, "ram": ram, "disk": disk})
        if specs:
            admin.call("POST", "compute", "/flavors/%s/os-extra_specs" % flavor, {"extra_specs": specs})


def gpus(admin):
    """Eight VGPUs below the fake hypervisor, as Placement has them for a host with an A100."""
    version = {"OpenStack-API-Version": "placement 1.28"}
    providers = {p["name"]: p for p in admin.call("GET", "placement", "/resource_providers", headers=version)["resource_providers"]}
    root = next(p for p in providers.values() if not p["parent_provider_uuid"])
    name = root["name"] + "_pci_0000_84_00_0"
    if name in providers:
        return
    made = admin.call("POST", "placement", "/resource_providers", {"name": name, "parent_provider_uuid": root["uuid"]}, version)
    path = "/resource_providers/" + made["uuid"]
    inventory = {"resource_provider_generation": made["generation"], "inventories": {"VGPU": {"total": 8}}}
    made = admin.call("PUT", "placement", path + "/inventories", inventory, version)
    admin.call("PUT", "placement", "/traits/CUSTOM_GPU_A100", headers=version)
    admin.call("PUT", "placement", path + "/traits", {"resource_provider_generation": made["resource_provider_generation"], "traits": ["CUSTOM_GPU_A100"]}, version)


def image(admin):
    name = "fedora-coreos-35"
    fields = {"name": name, "disk_format": "raw", "container_format": "bare", "visibility": "public", "os_distro": "fedora-coreos", "os_version": "35"}
    made = admin.ensure("image", "/v2/images", None, "images", fields, query="?name=" + name)
    if admin.call("GET", "image", "/v2/images/" + made)["status"] == "queued":
        admin.call("PUT", "image", "/v2/images/%s/file" % made, bytes(1 << 20), {"Content-Type": "application/octet-stream"})
    return made


def networks(admin):
    public = admin.ensure("network", "/v2.0/networks", "network", "networks", {
        "name": "public", "router:external": True, "provider:network_type": "flat", "provider:physical_network": "public"})
    admin.ensure("network", "/v2.0/subnets", "subnet", "subnets", {
        "name": "public-subnet", "network_id": public, "cidr": NET + ".0/24", "ip_version": 4, "enable_dhcp": False,
        "allocation_pools": [{"start": NET + ".100", "end": NET + ".250"}]})
    demo = Session("demo", "demo")
    private = demo.ensure("network", "/v2.0/networks", "network", "networks", {"name": "private"})
    demo.ensure("network", "/v2.0/subnets", "subnet", "subnets", {"name": "private-subnet", "network_id": private, "cidr": "10.20.0.0/24", "ip_version": 4})
    return public


def keypair(user, project, public_key):
    session = Session(user, project)
    names = [k["keypair"]["name"] for k in session.call("GET", "compute", "/os-keypairs")["keypairs"]]
    if "bed" not in names:
        session.call("POST", "compute", "/os-keypairs", {"keypair": {"name": "bed", "public_key": public_key}})


def small_quotas(admin):
    project = Session("small", "small").project_id
    admin.call("PUT", "compute", "/os-quota-sets/" + project, {"quota_set": {"cores": 2, "instances": 1, "ram": 4096}})
    admin.call("PUT", "volumev3", "/os-quota-sets/" + project, {"quota_set": {"volumes": 1, "gigabytes": 10}})
    admin.call("PUT", "network", "/v2.0/quotas/" + project, {"quota": {"network": 1, "floatingip": 1, "port": 5}})
    quota = {"project_id": project, "resource": "Cluster", "hard_limit": 1}
    admin.call("POST", "container-infra", "/quotas", quota, {"OpenStack-API-Version": "container-infra 1.10"}, expect=(201, 409))


def resources():
    admin = Session("admin", "admin")
    flavors(admin)
    gpus(admin)
    base = image(admin)
    public = networks(admin)
    admin.ensure("volumev3", "/types", "volume_type", "volume_types", {"name": "fake"})
    with open(os.environ["BED_PUBLIC_KEY"]) as file:
        public_key = file.read()
    for user, project in (("admin", "admin"), ("demo", "demo"), ("small", "small")):
        keypair(user, project, public_key)
    small_quotas(admin)
    admin.ensure("container-infra", "/clustertemplates", None, "clustertemplates", {
        "name": "kubernetes", "coe": "kubernetes", "image_id": base, "external_network_id": public, "flavor_id": "m1.small", "master_flavor_id": "m1.small",
        "docker_volume_size": 10, "network_driver": "flannel", "public": True, "labels": {"kube_tag": "v1.23.3-rancher1"}},
        {"OpenStack-API-Version": "container-infra 1.10"})


{"identity": identity, "resources": resources}[sys.argv[1]]()
