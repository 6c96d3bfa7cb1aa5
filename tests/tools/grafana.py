"""grafana.py PORT TOKEN: a stand-in after Grafana's HTTP API for dashboards and folders (grafana.com/docs, developers/http_api),
which is not to be had here. Strict: what Grafana refuses is refused. GET /saves tells how often a dashboard was saved."""
import http.server
import json
import sys
from urllib.parse import parse_qs, urlsplit

port, token = int(sys.argv[1]), sys.argv[2]
folders, boards, saves = {}, {}, 0


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def body(self):
        if self.headers.get("Content-Type") != "application/json":
            return None
        try:
            return json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        except ValueError:
            return None

    def begin(self):
        self.parts = urlsplit(self.path)
        if self.parts.path == "/saves":
            return self.answer(200, saves)
        if self.headers.get("Authorization") != "Bearer " + token:
            return self.answer(401, {"message": "Unauthorized"})
        return getattr(self, "do_" + self.command.lower())()

    do_GET = do_POST = do_DELETE = begin

    def uid(self):
        return self.parts.path.removeprefix("/api/dashboards/uid/")

    def do_get(self):
        if self.parts.path == "/api/search":
            tags = parse_qs(self.parts.query).get("tag", [])
            found = [b for b in boards.values() if all(tag in b["dashboard"]["tags"] for tag in tags)]
            rows = [{"uid": b["dashboard"]["uid"], "title": b["dashboard"]["title"], "type": "dash-db", "url": "/d/" + b["dashboard"]["uid"],
                     "folderTitle": folders.get(b["folder"])} for b in found]
            return self.answer(200, rows)
        if self.uid() in boards:
            return self.answer(200, {"dashboard": boards[self.uid()]["dashboard"], "meta": {"folderUid": boards[self.uid()]["folder"]}})
        return self.answer(404, {"message": "Dashboard not found"})

    def do_delete(self):
        board = boards.pop(self.uid(), None)
        if not board:
            return self.answer(404, {"message": "Dashboard not found"})
        return self.answer(200, {"title": board["dashboard"]["title"], "message": "deleted"})

    def do_post(self):
        body = self.body()
        if not isinstance(body, dict):
            return self.answer(400, {"message": "bad request data"})
        if self.parts.path == "/api/folders":
            if body["uid"] in folders:
                return self.answer(409, {"message": "a folder with that uid already exists"})
            folders[body["uid"]] = body["title"]
            return self.answer(200, {"id": len(folders), **body})
        return self.save(body) if self.parts.path == "/api/dashboards/db" else self.answer(404, {"message": "Not found"})

    def save(self, body):
        global saves
        board, uid = body.get("dashboard"), body.get("dashboard", {}).get("uid", "")
        if not board.get("title") or len(uid) > 40:
            return self.answer(400, {"message": "Dashboard title cannot be empty, or its uid is too long"})
        if body.get("folderUid", "") not in folders:
            return self.answer(400, {"message": "folder not found"})
        version = boards[uid]["dashboard"]["version"] if uid in boards else 0
        if version and not body.get("overwrite") and board.get("version") != version:
            return self.answer(412, {"message": "changed by someone else", "status": "version-mismatch"})
        saves += 1
        boards[uid] = {"dashboard": {**board, "id": saves, "version": version + 1}, "folder": body["folderUid"]}
        return self.answer(200, {"id": saves, "uid": uid, "url": "/d/" + uid, "status": "success", "version": version + 1})


http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
