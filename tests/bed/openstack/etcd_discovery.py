"""Stand-in for the public etcd discovery service, which Magnum asks for the URL of a new cluster.

/new?size=N answers a URL of its own; that URL answers an empty folder and the size."""
import http.server
import json
import uuid

ADDRESS = ("127.0.0.1", 5995)


class Discovery(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/new"):
            body = "http://%s:%d/%s" % (*ADDRESS, uuid.uuid4().hex)
        elif self.path.endswith("/_config/size"):
            body = json.dumps({"action": "get", "node": {"key": self.path, "value": "1"}})
        else:
            body = json.dumps({"action": "get", "node": {"key": self.path, "dir": True}})
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


http.server.ThreadingHTTPServer(ADDRESS, Discovery).serve_forever()
