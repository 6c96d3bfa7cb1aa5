#!/usr/bin/python3
"""Configurations of OpenStack clouds, and what openstacksdk makes of each: for tests/unit/test_openstack_sdk.c.

usage: cloud_cases.py SEED COUNT, on standard output a JSON line a case; needs Debian's python3-openstacksdk. A case is
  files   path: text      env   name: value      cloud   the name that is asked for, or null
  want    {"error": its words}, or {region, interface, auth_type, verify (true, false or a path), cert, key,
          auth {each option of the login's plugin: text or null}, services {type: {endpoint, interface, region}}}
in which "@" is the folder of the case: @/home is HOME, @/work the working folder.

What aiwf does otherwise on purpose (lib/openstack/clouds.h says what) is not among the cases."""
import importlib
import json
import os
import random
import shutil
import sys
import tempfile
import warnings

import yaml
from openstack.config import loader

FOLDER = tempfile.mkdtemp(prefix="aiwf-clouds.")
SERVICES = ("container-infra", "compute", "block-storage", "image", "orchestration")
SUFFIXES = (".yaml", ".yaml", ".yml", ".json")


def some(chance):
    return random.random() < chance


def word(kind):
    return "%s%d" % (kind, random.randrange(100))


hyphens = False


def spelled(key):
    """In one of the two spellings that openstacksdk knows below auth."""
    return key.replace("_", "-") if hyphens and some(0.4) else key


def domains(auth):
    for what in ("user_domain", "project_domain"):
        if some(0.5):
            auth[spelled(what + random.choice(("_id", "_name")))] = word("dom")
    if some(0.15):
        auth[random.choice(("domain_id", "domain_name"))] = word("dom")
    if some(0.1):
        auth[random.choice(("default_domain_id", "default_domain_name"))] = word("dom")


def login():
    """A cloud's auth and its auth_type, not always complete."""
    auth, kind = {}, None
    if some(0.9):
        auth["auth_url"] = random.choice(("http://k.test:5000", "http://k.test:5000/v3", "https://{region_name}.k.test/identity/v3"))
    way = random.random()
    if way < 0.7:
        kind = random.choice((None, None, "password", "v3password"))
        auth[random.choice(("username", "username", "user_id", "user_name"))] = word("user")
        if some(0.9):
            auth["password"] = random.choice((word("secret"), 1234, 2.5, "with {braces} and: colon", "0123"))
    elif way < 0.8:
        kind = random.choice(("token", "v3token"))
        auth[random.choice(("token", "auth_token"))] = word("token")
    elif way < 0.9:
        kind = "v3applicationcredential"
        auth[random.choice(("application_credential_id", "application_credential_name"))] = word("cred")
        auth["application_credential_secret"] = word("secret")
    else:
        kind = "v3totp"
        auth["username"] = word("user")
        if some(0.5):
            auth["passcode"] = 123456
    if kind != "v3applicationcredential":
        scope = random.random()
        if scope < 0.7:
            auth[spelled(random.choice(("project_name", "project_id", "tenant_name", "tenant_id")))] = random.choice((word("proj"), 42))
        elif scope < 0.8:
            auth["system_scope"] = "all"
        elif scope < 0.85:
            auth["trust_id"] = word("trust")
        domains(auth)
    return auth, kind


def put_beside(cloud, auth):
    """Some of auth's members stand beside it, some twice."""
    for key in list(auth):
        if key == "auth_url" or some(0.85):
            continue
        cloud[key] = auth[key] if some(0.7) else word("other")
        if some(0.7) and key in auth:
            del auth[key]


def transport(cloud):
    if some(0.2):
        cloud["cacert"] = random.choice(("/ca.pem", "~/ca.pem", "ca.pem"))
    if some(0.15):
        cloud["verify"] = some(0.5)
    if some(0.15):
        cloud["insecure"] = random.choice((True, False, "true", "True", "false", "yes"))
    if some(0.15):
        cloud["cert"] = "~/cert.pem"
        if some(0.7):
            cloud["key"] = "/key.pem"


def services(cloud):
    if some(0.3):
        cloud[random.choice(("interface", "endpoint_type"))] = random.choice(("public", "internal", "admin", "internalURL"))
    for service in random.sample(("container_infra", "compute", "block_storage", "volumev3", "container_infrastructure_management", "image"), 2):
        if some(0.25):
            cloud[service + random.choice(("_endpoint_override", "_endpoint_override", "_endpoint"))] = random.choice(
                ("http://%s.test" % word("s"), "http://{region_name}.test/v1"))
        if some(0.1):
            cloud[service + random.choice(("_interface", "_endpoint_type"))] = "admin"
        if some(0.05):
            cloud[service + "_region_name"] = word("R")


def regions(cloud):
    kind = random.random()
    if kind < 0.3:
        cloud[spelled("region_name")] = random.choice(("A", "B", "A,B", 7))
    elif kind < 0.6:
        cloud["regions"] = random.sample(["A", "B", {"name": "C", "values": {"interface": "internal", "auth": {"auth_url": "http://c.test"}}},
                                          {"name": "D", "values": {"compute_endpoint_override": "http://d.test", "cacert": "/d.pem"}}], random.randrange(1, 4))
    if kind < 0.05 and "region_name" in cloud:
        cloud["regions"] = ["B"]


def cloud(profiles):
    auth, kind = login()
    made = {}
    put_beside(made, auth)
    if auth or some(0.5):
        made["auth"] = auth
    if kind:
        made["auth_type"] = kind
        if some(0.1) and "auth_type" in made:
            made["auth_plugin"] = "v3kerberos"
    transport(made)
    services(made)
    regions(made)
    if profiles and some(0.4):
        made[random.choice(("profile", "profile", "cloud"))] = random.choice(profiles)
    elif "auth_url" in auth and some(0.05):
        made["profile"] = "nowhere"
    items = list(made.items())
    random.shuffle(items)
    return dict(items)


def secure(clouds):
    made = {}
    for name in clouds:
        if some(0.7):
            made[name] = {"auth": {"password": word("safe")}}
            if some(0.2):
                made[name]["region_name"] = "A"
            if some(0.2):
                made[name]["auth"]["project_name"] = word("proj")
    if some(0.1):
        made["safeonly"] = cloud([])
    return made


def environment():
    env = {"OS_AUTH_URL": "http://env.test:5000/v3", "OS_USERNAME": "envuser", "OS_PASSWORD": "envsecret"}
    for name, values in {
            "OS_PROJECT_NAME": ("envproj",), "OS_PROJECT_ID": ("77",), "OS_TENANT_NAME": ("envtenant",), "OS_USER_DOMAIN_NAME": ("Default",),
            "OS_PROJECT_DOMAIN_ID": ("default",), "OS_DOMAIN_NAME": ("envdom",), "OS_INTERFACE": ("internal",), "OS_ENDPOINT_TYPE": ("adminURL",),
            "OS_CACERT": ("~/env.pem",), "OS_CERT": ("/c",), "OS_KEY": ("/k",), "OS_INSECURE": ("true", "false", "1"), "OS_TRUST_ID": ("t",),
            "OS_CONTAINER_INFRA_ENDPOINT_OVERRIDE": ("http://env.test/v1",), "OS_USER_ID": ("u",), "OS_AUTH_TYPE": ("v3password", "password"),
            "OS_COMPUTE_ENDPOINT_TYPE": ("internal",), "OS_TEST_X": ("1",), "OS_LOG_PATH": ("/x",), "OS_IDENTITY_API_VERSION": ("3",)}.items():
        if some(0.2):
            env[name] = random.choice(values)
    for name in list(env):
        if some(0.1):
            del env[name]
    return env


def file_at(files, folder, base, document):
    suffix = random.choice(SUFFIXES)
    text = json.dumps(document) if suffix == ".json" else yaml.safe_dump(document, sort_keys=False, default_flow_style=random.choice((True, False, None)))
    files["@/%s/%s%s" % (folder, base, suffix)] = text
    return "@/%s/%s%s" % (folder, base, suffix)


def case():
    global hyphens
    hyphens = some(0.2)  # and then one file alone says it all: openstacksdk merges before it sees that two spellings are the same
    files, env = {}, {}
    folders = ["work", "home/.config/openstack"]
    if some(0.3):
        env["XDG_CONFIG_HOME"] = "@/xdg"
        folders.append("xdg/openstack")
    if some(0.2):
        env["XDG_CONFIG_DIRS"] = "@/site"
        folders.append("site/openstack")
    profiles = {word("p"): cloud([]) for _ in range(random.randrange(3))} if some(0.5) and not hyphens else {}
    for profile in profiles.values():
        profile.pop("profile", None)
        if profile.get("region_name") == "A,B":
            profile["region_name"] = "B"
    names = random.sample(["dc1", "dc2", "lab", "prod"], random.choice((0, 1, 1, 1, 1, 1, 1, 2, 3)))
    clouds = {name: cloud(list(profiles)) for name in names}
    if names or some(0.5):
        path = file_at(files, random.choice(folders), "clouds", {"clouds": clouds})
        if some(0.2):
            file_at(files, random.choice(folders), "clouds", {"clouds": {"other": cloud(list(profiles))}})
        if some(0.1):
            env["OS_CLIENT_CONFIG_FILE"] = random.choice((path, "@/work/missing.yaml", file_at(files, "work/sub", "mine", {"clouds": {"mine": cloud([])}})))
        if some(0.3) and not hyphens:
            path = file_at(files, random.choice(folders), "secure", {"clouds": secure(clouds)})
            if some(0.2):
                env["OS_CLIENT_SECURE_FILE"] = path
    if profiles:
        file_at(files, random.choice(folders), "clouds-public", {"public-clouds": profiles})
    if some(0.25):
        env.update(environment())
        if some(0.2):
            env["OS_CLOUD_NAME"] = random.choice(("mine", "fromenv"))
    if names and some(0.4 if len(names) == 1 else 0.9):
        env["OS_CLOUD"] = random.choice(names)
    if some(0.15):
        env["OS_REGION_NAME"] = random.choice(("A", "A", "B", "C"))
    asked = random.choice(names * 5 + ["envvars", "nosuch"]) if some(0.4) and names else None
    return {"files": files, "env": env, "cloud": asked}


def lenient(config):
    """The login is merged, but need not be complete."""
    def get(settings, real=config._get_auth_loader):
        plugin = real(settings)
        plugin.load_from_options = lambda **options: None
        get.options = [option.dest for option in plugin.get_options()]
        return plugin
    config._get_auth_loader = get
    return get


def text(value):
    return None if value is None or value == "" else str(value)


def answer(asked):
    config = loader.OpenStackConfig()
    options = lenient(config)
    # As the openstack client has it: the variable chooses among a cloud's regions.
    one = config.get_one(cloud=asked, region_name=os.environ.get("OS_REGION_NAME"))
    if one.name in ("", "defaults"):
        return {"error": "no cloud is chosen"}
    verify, certificate = one.get_requests_verify_args()
    cert, key = certificate if isinstance(certificate, tuple) else (certificate, None)
    return {"region": text(one.config["region_name"]), "interface": text(one.config["interface"]), "auth_type": one.config["auth_type"],
            "verify": verify, "cert": cert, "key": key, "auth": {name: text(one.config["auth"].get(name)) for name in options.options},
            "services": {service: {"endpoint": text(one._get_config("endpoint_override", service) or one._get_config("endpoint", service)),
                                   "interface": text(one.get_interface(service)), "region": text(one.get_region_name(service))} for service in SERVICES}}


def child(made, where):
    """In a process of its own: openstacksdk looks at the environment and the working folder when it is loaded."""
    os.environ.clear()
    os.environ.update({"HOME": where + "/home", "PATH": "/usr/bin:/bin"})
    os.environ.update({name: value.replace("@", where) for name, value in made["env"].items()})
    for folder in ("home", "work"):
        os.makedirs(where + "/" + folder)
    for path, content in made["files"].items():
        path = path.replace("@", where)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(content.replace("@", where))
    os.chdir(where + "/work")
    warnings.simplefilter("ignore")
    importlib.reload(loader)
    try:
        return answer(made["cloud"])
    except Exception as error:
        return {"error": "%s: %s" % (type(error).__name__, error)}


def expected(made, number):
    where = "%s/%d" % (FOLDER, number)
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        with os.fdopen(write, "w") as pipe:
            pipe.write(json.dumps(child(made, where)).replace(where, "@"))
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        got = pipe.read()
    os.waitpid(pid, 0)
    shutil.rmtree(where)
    return json.loads(got)


def main():
    random.seed(sys.argv[1])
    for number in range(int(sys.argv[2])):
        made = case()
        made["want"] = expected(made, number)
        print(json.dumps(made))
    os.rmdir(FOLDER)


main()
