"""Gives clusters a real Kubernetes API, which machines that Nova's fake hypervisor never boots cannot give.

For each cluster that Magnum has an address for, while a switch (a file in BED_SWITCHES) says so, a kube-apiserver of the
bed's serves there: as on a real master, its certificate is signed by the cluster's own authority through Magnum, which is
also who it believes. One etcd has all clusters, each below its UUID. They end with the cluster, and with this process.

Its nodes are the cluster's servers in Nova whose work for Heat is done. No kubelet runs: this registers them and reports
them Ready, once, as nobody (no controller manager is there) would call them lost for their silence. Switches:
  kubernetes       a cluster is given its API; taking the switch away leaves it
  unready-nodes    its nodes are reported not Ready, for the reason that is the switch's text
for all clusters, or for one with its name after it, as in kubernetes-NAME."""
import base64
import ctypes
import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import time
import urllib.error

import pymysql

from cloud import IP, call, token_for, tokens

SWITCHES, BIN, HOME = os.environ["BED_SWITCHES"], os.environ["BED_BIN"], os.environ["BED_KUBERNETES"]
ETCD, ETCD_PEER = 2479, 2480
LABEL = "bed0:kube"  # of the addresses that are this process's
LIBC = ctypes.CDLL(None)
processes = {}  # cluster's uuid, or "etcd" -> Popen
reported = {}  # cluster's uuid -> what its nodes were last told to be


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **options).stdout


def start(name, *command):
    def die_with_parent():
        LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    with open("%s/%s.log" % (HOME, name), "w") as log:
        processes[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)
    print(time.strftime("%T"), "start", name, processes[name].pid, flush=True)


def stop(name):
    process = processes.pop(name, None)
    if process:
        process.kill()
        process.wait()
        print(time.strftime("%T"), "stop", name, flush=True)


def runs(name):
    return name in processes and processes[name].poll() is None


def switch(verb, cluster):
    """The switch's text, None when it is off."""
    for name in (verb, verb + "-" + cluster):
        try:
            with open(SWITCHES + "/" + name) as file:
                return file.read().strip()
        except FileNotFoundError:
            pass
    return None


# ---- what there is ----
def clusters(database):
    with database.cursor(pymysql.cursors.DictCursor) as cursor:
        cursor.execute("SELECT uuid, name, project_id, api_address, ca_cert_ref, stack_id FROM magnum.cluster WHERE api_address LIKE 'https://%'")
        return cursor.fetchall()


def servers(database, cluster):
    """Name and addresses of the cluster's machines whose deployments are all done, below its stack and its node groups'."""
    with database.cursor() as cursor:
        cursor.execute("""
            WITH RECURSIVE tree (id) AS (
                SELECT id FROM heat.stack WHERE id IN (SELECT stack_id FROM magnum.nodegroup WHERE cluster_id = %s UNION SELECT %s)
                UNION SELECT s.id FROM heat.stack s JOIN tree ON s.owner_id = tree.id)
            SELECT DISTINCT i.display_name, GROUP_CONCAT(DISTINCT a.ip_address) FROM tree JOIN heat.resource r ON r.stack_id = tree.id
            JOIN nova.instances i ON i.uuid = r.nova_instance AND i.deleted = 0 AND i.vm_state = 'active'
            LEFT JOIN neutron.ports p ON p.device_id = i.uuid LEFT JOIN neutron.ipallocations a ON a.port_id = p.id
            WHERE NOT EXISTS (SELECT 1 FROM heat.software_deployment d WHERE d.server_id = i.uuid AND d.status <> 'COMPLETE')
            GROUP BY i.display_name""", (cluster["uuid"], cluster["stack_id"]))
        return {name: (addresses or "").split(",") for name, addresses in cursor.fetchall()}


# ---- certificates ----
def certificate(folder, cluster, name, subject, usage, *names):
    """NAME.key and NAME.crt, signed by the cluster's authority."""
    extensions = ["keyUsage=critical,digitalSignature", "extendedKeyUsage=" + usage]
    if names:
        extensions.append("subjectAltName=" + ",".join(names))
    key = "%s/%s.key" % (folder, name)
    command = ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-subj", subject]
    csr = run(*command, *(part for extension in extensions for part in ("-addext", extension)))
    url = "http://%s:9511/v1/certificates" % IP
    signed = call("POST", url, {"cluster_uuid": cluster["uuid"], "csr": csr}, token_for(cluster["project_id"]))[0]
    with open("%s/%s.crt" % (folder, name), "w") as file:
        file.write(signed["pem"])


def certificates(folder, cluster, address):
    """Made anew when Magnum has another authority for the cluster. True when they were."""
    try:
        with open(folder + "/authority") as file:
            if file.read() == cluster["ca_cert_ref"]:
                return False
    except FileNotFoundError:
        pass
    authority = call("GET", "http://%s:9511/v1/certificates/%s" % (IP, cluster["uuid"]), token=token_for(cluster["project_id"]))[0]
    with open(folder + "/ca.crt", "w") as file:
        file.write(authority["pem"])
    certificate(folder, cluster, "server", "/CN=kube-apiserver", "serverAuth", "IP:" + address, "IP:10.254.0.1", "IP:127.0.0.1",
                "DNS:kubernetes", "DNS:kubernetes.default", "DNS:kubernetes.default.svc", "DNS:kubernetes.default.svc.cluster.local")
    certificate(folder, cluster, "admin", "/O=system:masters/CN=admin", "clientAuth")
    if not os.path.exists(folder + "/sa.key"):
        run("openssl", "genrsa", "-out", folder + "/sa.key", "2048")
        run("openssl", "rsa", "-in", folder + "/sa.key", "-pubout", "-out", folder + "/sa.pub")
    with open(folder + "/authority", "w") as file:
        file.write(cluster["ca_cert_ref"])
    return True


# ---- the API server ----
def etcd(method, body):
    connection = http.client.HTTPConnection("127.0.0.1", ETCD, timeout=10)
    connection.request("POST", "/v3/kv/" + method, json.dumps(body))
    return connection.getresponse().status


def need_etcd():
    if runs("etcd"):
        return
    start("etcd", BIN + "/etcd", "--name", "clusters", "--data-dir", HOME + "/etcd", "--listen-client-urls", "http://127.0.0.1:%d" % ETCD,
          "--advertise-client-urls", "http://127.0.0.1:%d" % ETCD, "--listen-peer-urls", "http://127.0.0.1:%d" % ETCD_PEER,
          "--initial-advertise-peer-urls", "http://127.0.0.1:%d" % ETCD_PEER,
          "--initial-cluster", "clusters=http://127.0.0.1:%d" % ETCD_PEER, "--unsafe-no-fsync", "--log-level", "warn")


def addresses():
    lines = run("ip", "-o", "-4", "addr", "show", "dev", "bed0").splitlines()
    return {line.split()[3].partition("/")[0] for line in lines if " %s\\" % LABEL in line}


def serve(folder, cluster, address, port):
    if address not in addresses():
        run("ip", "addr", "add", address + "/32", "dev", "bed0", "label", LABEL)
    need_etcd()
    start(cluster["uuid"], BIN + "/kube-apiserver", "--etcd-servers=http://127.0.0.1:%d" % ETCD, "--etcd-prefix=/" + cluster["uuid"],
          "--bind-address=" + address, "--advertise-address=" + address, "--secure-port=" + port, "--endpoint-reconciler-type=none",
          "--tls-cert-file=%s/server.crt" % folder, "--tls-private-key-file=%s/server.key" % folder, "--client-ca-file=%s/ca.crt" % folder,
          "--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=%s/sa.pub" % folder,
          "--service-account-signing-key-file=%s/sa.key" % folder, "--authorization-mode=Node,RBAC", "--service-cluster-ip-range=10.254.0.0/16",
          "--allow-privileged=true", "--shutdown-delay-duration=0s", "--profiling=false")


def end(uuid):
    stop(uuid)
    reported.pop(uuid, None)
    folder = HOME + "/" + uuid
    try:
        with open(folder + "/address") as file:
            address = file.read()
        if address in addresses():
            run("ip", "addr", "del", address + "/32", "dev", "bed0")
    except FileNotFoundError:
        pass
    if runs("etcd"):
        first, last = ("/%s/" % uuid).encode(), ("/%s0" % uuid).encode()  # "0" is after "/"
        etcd("deleterange", {"key": base64.b64encode(first).decode(), "range_end": base64.b64encode(last).decode()})
    shutil.rmtree(folder, ignore_errors=True)
    if os.path.exists(folder + ".log"):
        os.remove(folder + ".log")


# ---- nodes ----
class Api:
    def __init__(self, folder, address, port):
        context = ssl.create_default_context(cafile=folder + "/ca.crt")
        context.load_cert_chain(folder + "/admin.crt", folder + "/admin.key")
        self.connection = http.client.HTTPSConnection(address, int(port), timeout=10, context=context)

    def call(self, method, path, body=None, kind="application/json"):
        self.connection.request(method, path, body if body is None else json.dumps(body), {"Content-Type": kind})
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 400 and answer.status != 409:
            raise OSError("%s %s: %d %s" % (method, path, answer.status, data[:200]))
        return json.loads(data)


def node(name, cluster):
    role = "master" if "-master-" in name else "worker"
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "magnum.openstack.org/role": role}
    made = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}, "spec": {"providerID": "openstack:///" + name}}
    if role == "master":
        labels["node-role.kubernetes.io/master"] = ""
        made["spec"]["taints"] = [{"key": "node-role.kubernetes.io/master", "effect": "NoSchedule"}]
    return made


def status(addresses, version, unready):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    reason, message = ("KubeletReady", "kubelet is posting ready status") if unready is None else ("KubeletNotReady", unready)
    ready = {"type": "Ready", "status": "True" if unready is None else "False", "reason": reason, "message": message,
             "lastHeartbeatTime": now, "lastTransitionTime": now}
    size = {"cpu": "2", "memory": "4Gi", "pods": "110", "ephemeral-storage": "20Gi"}
    return {"status": {"conditions": [ready], "capacity": size, "allocatable": size,
                       "addresses": [{"type": "InternalIP", "address": address} for address in addresses if address],
                       "nodeInfo": {"kubeletVersion": version, "operatingSystem": "linux", "architecture": "amd64"}}}


def report(folder, cluster, address, port, machines):
    wanted = (machines, switch("unready-nodes", cluster["name"]))
    if reported.get(cluster["uuid"]) == wanted:
        return
    api = Api(folder, address, port)
    version = api.call("GET", "/version")["gitVersion"]
    for old in api.call("GET", "/api/v1/nodes")["items"]:
        if old["metadata"]["name"] not in machines:
            api.call("DELETE", "/api/v1/nodes/" + old["metadata"]["name"])
    for name, there in machines.items():
        api.call("POST", "/api/v1/nodes", node(name, cluster))
        api.call("PATCH", "/api/v1/nodes/%s/status" % name, status(there, version, wanted[1]), "application/strategic-merge-patch+json")
    reported[cluster["uuid"]] = wanted
    print(time.strftime("%T"), cluster["name"], "nodes", *machines, flush=True)


# ---- all of it ----
def look_after(database, cluster):
    uuid, (address, _, port) = cluster["uuid"], cluster["api_address"][len("https://"):].partition(":")
    folder = HOME + "/" + uuid
    if not os.path.isdir(folder):
        if switch("kubernetes", cluster["name"]) is None:
            return
        os.mkdir(folder)
        with open(folder + "/address", "w") as file:
            file.write(address)
    if certificates(folder, cluster, address):
        stop(uuid)
        reported.pop(uuid, None)
    if not runs(uuid):
        serve(folder, cluster, address, port)
    machines = servers(database, cluster)
    try:
        report(folder, cluster, address, port, machines)
    except OSError as error:
        if not isinstance(error, ConnectionRefusedError):  # it is starting
            print(time.strftime("%T"), cluster["name"], repr(error), flush=True)


def main():
    os.umask(0o077)
    os.makedirs(HOME, exist_ok=True)
    database = None
    while True:
        time.sleep(0.5)
        try:
            database = database or pymysql.connect(host="127.0.0.1", user="bed", password="bed", autocommit=True)
            there = clusters(database)
            for cluster in there:
                look_after(database, cluster)
            for uuid in set(name for name in os.listdir(HOME) if len(name) == 36) - {cluster["uuid"] for cluster in there}:
                end(uuid)
        except (OSError, KeyError, subprocess.CalledProcessError, pymysql.Error, urllib.error.URLError, http.client.HTTPException) as error:
            print(time.strftime("%T"), repr(error), flush=True)
            tokens.clear()
            database = None
            time.sleep(1)


main()
