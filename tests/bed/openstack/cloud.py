"""How the stand-ins speak to the cloud: as its administrator."""
import json
import os
import urllib.request

IP = os.environ["BED_IP"]
IDENTITY = "http://%s:5000/v3" % IP
tokens = {}


def call(method, url, body=None, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["X-Auth-Token"] = token
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, method=method, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        data = answer.read()
        return (json.loads(data) if data else {}), answer.headers


def login(project):
    user = {"name": "admin", "password": "admin", "domain": {"id": "default"}}
    body = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": project}}
    answer, headers = call("POST", IDENTITY + "/auth/tokens", {"auth": body})
    return headers["X-Subject-Token"], answer["token"]


def token_for(project):
    """The project's token; admin gives itself the role there first."""
    if project not in tokens:
        token, admin = login({"name": "admin", "domain": {"id": "default"}})
        role = next(r["id"] for r in admin["roles"] if r["name"] == "admin")
        call("PUT", "%s/projects/%s/users/%s/roles/%s" % (IDENTITY, project, admin["user"]["id"], role), token=token)
        tokens[project] = login({"id": project})[0]
    return tokens[project]
