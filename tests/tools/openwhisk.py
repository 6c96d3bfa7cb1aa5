"""OpenWhisk as its published API description has it (apache/openwhisk, apiv1swagger.json, docs/rest_api.md, docs/reference.md):
a stand-in, for it cannot be installed here.

    python3 openwhisk.py PORT_FILE REQUEST_LOG [SLOW_RECORDS]

Refuses what the real one refuses: no login, names, limits and kinds that it does not have, bodies that are no JSON
object, a second one of a name, lists of more than 200. Python actions really run, in this process: the first activation of a revision
is a cold one, and later ones are warm. SLOW_RECORDS: an activation's record is there only after so many tries. Writes its
port (of 127.0.0.1) to PORT_FILE once it listens, and one line a request to REQUEST_LOG."""
import base64
import contextlib
import http.server
import io
import json
import os
import re
import secrets
import sys
import threading
import time
import urllib.parse
import zipfile

PORT_FILE, REQUEST_LOG = sys.argv[1:3]
SLOW_RECORDS = int(sys.argv[3]) if len(sys.argv) > 3 else 0
LOGIN = "23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP"
KINDS = {"python:3", "python:default", "nodejs:20", "nodejs:default", "go:default", "blackbox", "sequence"}
NAME = re.compile(r"\A([\w]|[\w][\w@ .-]{0,254}[\w@.-])\Z")
LIMITS = {"timeout": (100, 300000, 60000), "memory": (128, 512, 256), "logs": (0, 10, 10), "concurrency": (1, 1, 1), "instances": (1, 100, 100)}
BODY_KEYS = {"namespace", "name", "version", "publish", "exec", "annotations", "parameters", "limits", "updated"}
actions, packages, activations, warm, tries = {}, {}, [], set(), {}
triggers, rules, alarms = {}, {}, {}
HAS_ALARMS = "NO_ALARMS" not in os.environ
lock = threading.Lock()


class Refused(Exception):
    def __init__(self, status, error):
        self.status, self.error = status, error


def malformed(why):
    return Refused(400, "The request content was malformed:\n" + why)


def limits_of(given):
    if not isinstance(given, dict) or set(given) - set(LIMITS):
        raise malformed("limits malformed")
    limits = {}
    for name, (least, most, usual) in LIMITS.items():
        value = given.get(name, usual)
        if not isinstance(value, int) or isinstance(value, bool):
            raise malformed(f"{name} limit must be whole number")
        if not least <= value <= most:
            word = "exceeds" if value > most else "below"
            raise malformed(f"requirement failed: {name} {value} {word} allowed threshold of {most if value > most else least}")
        limits[name] = value
    return limits


def pairs_of(body, key):
    pairs = body.get(key, [])
    if not isinstance(pairs, list) or any(not isinstance(p, dict) or "key" not in p or set(p) - {"key", "value", "init"} for p in pairs):
        raise malformed(f"{key} malformed!")
    return pairs


def exec_of(body):
    given = body.get("exec")
    if not isinstance(given, dict):
        raise malformed("exec undefined")
    kind = given.get("kind")
    if kind not in KINDS:
        raise malformed(f"kind '{kind}' not in Set({', '.join(sorted(KINDS))})")
    if kind == "blackbox" and not isinstance(given.get("image"), str):
        raise malformed("'image' must be a string defined in 'exec' for 'blackbox' actions")
    if kind not in ("blackbox", "sequence") and not isinstance(given.get("code"), str):
        raise malformed(f"'code' must be a string or attachment object defined in 'exec' for '{kind}' actions")
    if given.get("binary"):
        try:
            base64.b64decode(given["code"], validate=True)
        except (ValueError, KeyError):
            raise malformed("code is no base64")
    return given


def put_action(package, name, body, overwrite):
    if not isinstance(body, dict) or set(body) - BODY_KEYS:
        raise malformed("Object expected with the fields of an action")
    if not NAME.match(name):
        raise Refused(400, "name contains illegal characters or is too long")
    if package and package not in packages:
        raise Refused(404, "The requested resource does not exist.")
    old = actions.get((package, name))
    if old and not overwrite:
        raise Refused(409, "resource already exists")
    execution = exec_of(body)
    version = f"0.0.{int(old['version'].split('.')[2]) + 1}" if old else "0.0.1"
    annotations = [p for p in pairs_of(body, "annotations") if p["key"] != "exec"]
    annotations += [{"key": "exec", "value": execution["kind"]}, {"key": "provide-api-key", "value": False}]
    action = {"namespace": "guest" + (f"/{package}" if package else ""), "name": name, "version": version, "publish": False, "exec": execution,
              "annotations": annotations, "parameters": pairs_of(body, "parameters"), "limits": limits_of(body.get("limits", {})),
              "updated": int(time.time() * 1000), "revision": secrets.token_hex(8)}
    actions[package, name] = action
    return action


def shown(action, code):
    answer = {k: v for k, v in action.items() if k != "revision"}
    if not code:
        answer["exec"] = {k: v for k, v in action["exec"].items() if k != "code"}
    return answer


def source_of(execution):
    if not execution.get("binary"):
        return execution["code"]
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(execution["code"]))) as archive:
        if archive.testzip():
            raise ValueError("a damaged archive")
        return archive.read("__main__.py").decode()


def run(action, given, activation):
    """The result, and which status it has: as the Python runtime does it."""
    out, env = io.StringIO(), {p["key"]: p["value"] for p in action["parameters"] if p.get("init")}
    values = {p["key"]: p["value"] for p in action["parameters"] if not p.get("init")} | given
    try:
        with contextlib.redirect_stdout(out):
            scope = {"__name__": "__main__", "ENV": env}
            exec(source_of(action["exec"]), scope)
            result = scope[action["exec"].get("main", "main")](values)
    except Exception as error:
        return {"error": f"An error has occurred: {error}"}, 2, out.getvalue()
    if not isinstance(result, dict):
        return {"error": "The action did not return a dictionary."}, 2, out.getvalue()
    return result, 1 if "error" in result else 0, out.getvalue()


STATUS = ["success", "application error", "action developer error", "whisk internal error"]


def activate(action, given):
    cold = action["revision"] not in warm
    warm.add(action["revision"])
    time.sleep(0.06 if cold else 0.005)  # in its queue, and until a container is there
    start = int(time.time() * 1000)
    if action["exec"]["kind"].startswith("python"):
        result, code, text = run(action, given, start)
    else:
        result, code, text = {"error": f"The container for '{action['exec'].get('image')}' could not be started."}, 3, ""
    init = 20 if cold and code != 3 else 0
    time.sleep(init * 1.5 / 1000)
    end = int(time.time() * 1000)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(end / 1000)) + f".{end % 1000:03}Z"
    annotations = [{"key": "path", "value": f"{action['namespace']}/{action['name']}"}, {"key": "waitTime", "value": 40 if cold else 3},
                   {"key": "kind", "value": action["exec"]["kind"]}, {"key": "limits", "value": action["limits"]}, {"key": "timeout", "value": False}]
    if init:
        annotations.append({"key": "initTime", "value": init})
    record = {"activationId": secrets.token_hex(16), "namespace": "guest", "name": action["name"], "version": action["version"], "publish": False,
              "subject": "guest", "start": start, "end": end, "duration": end - start, "statusCode": code,
              "response": {"status": STATUS[code], "statusCode": code, "success": code == 0, "result": result},
              "logs": [f"{stamp} stdout: {line}" for line in text.splitlines()], "annotations": annotations}
    activations.insert(0, record)
    return record


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *args):
        pass

    def read_body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def send(self, status, document, headers=()):
        data = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Request-ID", "transaction-1")
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def object(self, body, missing):
        if not body:
            return missing
        if "json" not in self.headers.get("Content-Type", ""):
            raise Refused(415, "The request's Content-Type is not supported.")
        try:
            document = json.loads(body)
        except ValueError as error:
            raise malformed(f"Unexpected character at input index 0: {error}")
        if not isinstance(document, dict):
            raise malformed("Object expected")
        return document

    def number(self, query, name, usual, most):
        text = query.get(name, [str(usual)])[0]
        if not text.lstrip("-").isdigit() or not 0 <= int(text) <= most:
            raise Refused(400, f"The '{name}' parameter is not in the range [0..{most}].")
        return int(text)

    def answer(self):
        body = self.read_body()
        with open(REQUEST_LOG, "a") as log:
            log.write(f"{self.command} {self.path} {len(body)}\n")
        login = self.headers.get("Authorization", "")
        try:
            if login != "Basic " + base64.b64encode(LOGIN.encode()).decode():
                raise Refused(401, "The supplied authentication is invalid")
            url = urllib.parse.urlsplit(self.path)
            parts = [urllib.parse.unquote(p) for p in url.path.split("/")[1:]]
            if parts[:3] != ["api", "v1", "namespaces"] or len(parts) < 5:
                raise Refused(404, "The requested resource could not be found.")
            if parts[3:] == ["whisk.system", "actions", "alarms", "alarm"] and HAS_ALARMS:
                with lock:
                    self.alarm(self.object(body, {}))
                return
            if parts[3] == "whisk.system":
                raise Refused(404, "The requested resource does not exist.")
            if parts[3] not in ("_", "guest"):
                raise Refused(403, "The supplied authentication is not authorized to access this resource.")
            with lock:
                getattr(self, "do_" + parts[4], self.nothing)(parts[5:], urllib.parse.parse_qs(url.query), body)
        except Refused as refused:
            self.send(refused.status, {"error": refused.error, "code": "transaction-1"})

    def nothing(self, *args):
        raise Refused(404, "The requested resource could not be found.")

    def do_packages(self, parts, query, body):
        if self.command != "PUT" or len(parts) != 1:
            raise Refused(405, "HTTP method not allowed, supported methods: PUT")
        self.object(body, {})
        if parts[0] in packages and query.get("overwrite") != ["true"]:
            raise Refused(409, "resource already exists")
        packages[parts[0]] = True
        self.send(200, {"name": parts[0], "namespace": "guest", "version": "0.0.1"})

    def do_actions(self, parts, query, body):
        if not parts:
            limit, skip = self.number(query, "limit", 30, 200), self.number(query, "skip", 0, 1 << 31)
            found = [shown(a, False) for a in actions.values()]
            self.send(200, [{k: v for k, v in a.items() if k not in ("exec", "parameters")} for a in found[skip:skip + (limit or 200)]])
            return
        package, name = (parts + [""])[0:2] if len(parts) == 2 else ("", parts[0])
        if self.command == "PUT":
            self.send(200, shown(put_action(package, name, self.object(body, None), query.get("overwrite") == ["true"]), False))
            return
        action = actions.get((package, name))
        if not action:
            raise Refused(404, "The requested resource does not exist.")
        if self.command == "GET":
            self.send(200, shown(action, query.get("code", ["true"]) == ["true"]))
        elif self.command == "DELETE":
            del actions[package, name]
            self.send(200, shown(action, False))
        else:
            self.invoke(action, query, self.object(body, {}))

    def invoke(self, action, query, given):
        record = activate(action, given)
        headers = [("x-openwhisk-activation-id", record["activationId"])]
        if query.get("blocking") != ["true"] or given.get("slow"):
            self.send(202, {"activationId": record["activationId"]}, headers)
            return
        self.send([200, 502, 502, 500][record["statusCode"]], record["response"]["result"] if query.get("result") == ["true"] else record, headers)

    def alarm(self, given):
        """What the alarms package's feed does, as its README has it."""
        event, name = given.get("lifecycleEvent"), given.get("triggerName", "").split("/")[-1]
        if given.get("authKey") != LOGIN or event not in ("CREATE", "READ", "UPDATE", "DELETE"):
            raise Refused(502, "authentication failed or no lifecycleEvent")
        if event == "CREATE":
            if name not in triggers:
                raise Refused(502, f"Trigger {name} does not exist")
            if len(given.get("cron", "").split()) not in (5, 6):
                raise Refused(502, "cron pattern is not valid")
            alarms[name] = given["cron"]
        elif name not in alarms:
            raise Refused(502, f"No alarm for {name}")
        elif event == "DELETE":
            del alarms[name]
        self.send(200, {"cron": given.get("cron")})

    def listed(self, query, found):
        limit, skip = self.number(query, "limit", 30, 200), self.number(query, "skip", 0, 1 << 31)
        self.send(200, found[skip:skip + (limit or 200)])

    def checked(self, kept, name, query, body, allowed):
        """Of a PUT: what it says, when it may."""
        given = self.object(body, {})
        if set(given) - allowed:
            raise malformed("Object expected with the fields of the entity")
        if not NAME.match(name):
            raise Refused(400, "name contains illegal characters or is too long")
        if name in kept and query.get("overwrite") != ["true"]:
            raise Refused(409, "resource already exists")
        return given

    def do_triggers(self, parts, query, body):
        if not parts:
            self.listed(query, [{k: v for k, v in t.items() if k not in ("parameters", "limits", "rules")} for t in triggers.values()])
            return
        name, method = parts[0], self.command
        if method == "PUT":
            given = self.checked(triggers, name, query, body, {"namespace", "name", "version", "publish", "annotations", "parameters", "limits"})
            old = triggers.get(name, {})
            triggers[name] = {"namespace": "guest", "name": name, "version": "0.0.1", "publish": False, "annotations": pairs_of(given, "annotations"),
                              "parameters": pairs_of(given, "parameters"), "limits": {}, "rules": old.get("rules", {}), "updated": int(time.time() * 1000)}
        elif name not in triggers:
            raise Refused(404, "The requested resource does not exist.")
        if method == "POST":
            self.fire(triggers[name], self.object(body, {}))
            return
        self.send(200, triggers[name])
        if method == "DELETE":
            del triggers[name]

    def fire(self, trigger, given):
        called = [rule["action"] for rule in trigger["rules"].values() if rule["status"] == "active"]
        if not called:
            self.send(204, None)
            return
        values = {p["key"]: p["value"] for p in trigger["parameters"]} | given
        for action in called:
            activate(actions[action["path"].partition("/")[2], action["name"]], values)
        self.send(202, {"activationId": secrets.token_hex(16)})

    def reference(self, text):
        """"/_/vision/hello" as its path and its name."""
        words = text.split("/") if isinstance(text, str) else []
        if len(words) not in (3, 4) or words[0] or words[1] not in ("_", "guest"):
            raise malformed("a fully qualified name is expected")
        return {"path": "/".join(["guest", *words[2:-1]]), "name": words[-1]}

    def do_rules(self, parts, query, body):
        if not parts:
            self.listed(query, [r | {"alarm": alarms.get(r["trigger"]["name"])} for r in rules.values()])
            return
        name, method = parts[0], self.command
        if method == "PUT":
            given = self.checked(rules, name, query, body, {"namespace", "name", "version", "publish", "annotations", "trigger", "action"})
            if "trigger" not in given or "action" not in given:
                raise Refused(400, "rule requires a valid trigger and a valid action")
            trigger, action = self.reference(given["trigger"]), self.reference(given["action"])
            if trigger["name"] not in triggers or (action["path"].partition("/")[2], action["name"]) not in actions:
                raise Refused(400, "The requested resource does not exist.")
            rules[name] = {"namespace": "guest", "name": name, "version": "0.0.1", "publish": False, "annotations": [], "trigger": trigger, "action": action,
                           "updated": int(time.time() * 1000)}
            triggers[trigger["name"]]["rules"][f"guest/{name}"] = {"action": action, "status": "active"}
        elif name not in rules:
            raise Refused(404, "The requested resource does not exist.")
        links = triggers.get(rules[name]["trigger"]["name"], {"rules": {}})["rules"]
        link = links.get(f"guest/{name}", {"status": "inactive"})
        if method == "POST":
            given = self.object(body, {})
            if set(given) != {"status"} or given["status"] not in ("active", "inactive"):
                raise malformed("rule status malformed")
            link["status"] = given["status"]
            self.send(200, None)
            return
        self.send(200, rules[name] | {"status": "inactive" if method == "DELETE" else link["status"]})
        if method == "DELETE":
            links.pop(f"guest/{name}", None)
            del rules[name]

    def do_activations(self, parts, query, body):
        if self.command != "GET":
            raise Refused(405, "HTTP method not allowed, supported methods: GET")
        if not parts:
            limit, since = self.number(query, "limit", 30, 200), self.number(query, "since", 0, 1 << 62)
            name = query.get("name", [""])[0].split("/")[-1]
            found = [a for a in activations if (not name or a["name"] == name) and a["start"] >= since][: limit or 200]
            if query.get("docs") != ["true"]:
                found = [{k: v for k, v in a.items() if k not in ("response", "logs")} for a in found]
            self.send(200, found)
            return
        record = next((a for a in activations if a["activationId"] == parts[0]), None)
        tries[parts[0]] = tries.get(parts[0], 0) + 1
        if not record or tries[parts[0]] <= SLOW_RECORDS:
            raise Refused(404, "The requested resource does not exist.")
        self.send(200, {"logs": record["logs"]} if parts[1:] == ["logs"] else record)

    do_GET = do_PUT = do_POST = do_DELETE = answer


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
with open(PORT_FILE + ".new", "w") as file:
    file.write(str(server.server_address[1]))


os.rename(PORT_FILE + ".new", PORT_FILE)
server.serve_forever()
