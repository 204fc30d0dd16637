"""A receiver of webhooks that checks them by itself, as Standard Webhooks has it, and writes what it took into a file, one JSON object a line."""

import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import time

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = b".".join([self.headers["webhook-id"].encode(), self.headers["webhook-timestamp"].encode(), body])
        want = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        fresh = abs(time.time() - int(self.headers["webhook-timestamp"])) < 300
        good = fresh and any(
            version == "v1" and hmac.compare_digest(signature, want)
            for version, _, signature in (s.partition(",") for s in self.headers["webhook-signature"].split())
        )
        if good:
            with open(sys.argv[1], "a", encoding="utf-8") as inbox:
                print(json.dumps({"id": self.headers["webhook-id"], **json.loads(body)}), file=inbox)
        self.send_response(204 if good else 401)
        self.end_headers()

    def log_message(self, *args):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
print(f"Running on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
