"""A Messenger bot of the Python standard library alone: it repeats what it hears.

It knows nothing of the emulator; where Graph is and what its secrets are comes from the environment.
"""

import hashlib
import hmac
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

GRAPH = os.environ.get("GRAPH_API_URL", "https://graph.facebook.com")
TOKEN = os.environ["PAGE_ACCESS_TOKEN"]
SECRET = os.environ["APP_SECRET"].encode()
VERIFY_TOKEN = os.environ["VERIFY_TOKEN"]


def send(psid, text):
    body = {"recipient": {"id": psid}, "messaging_type": "RESPONSE", "message": {"text": text}}
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    request = Request(f"{GRAPH}/v25.0/me/messages", json.dumps(body).encode(), headers)
    try:
        urlopen(request, timeout=10).close()
    except HTTPError as error:
        print("refused:", error.read().decode(), flush=True)


class Webhook(BaseHTTPRequestHandler):
    def do_GET(self):
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if query.get("hub.verify_token") == VERIFY_TOKEN:
            self.answer(200, query.get("hub.challenge", ""))
        else:
            self.answer(403, "wrong verify token")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        signature = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, self.headers.get("X-Hub-Signature-256", "")):
            return self.answer(403, "wrong signature")
        self.answer(200, "EVENT_RECEIVED")
        for entry in json.loads(body)["entry"]:
            for event in entry.get("messaging", []):
                message = event.get("message", {})
                if "text" in message and not message.get("is_echo"):
                    send(event["sender"]["id"], "You said: " + message["text"])

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())
        self.wfile.flush()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    address = ("127.0.0.1", int(os.environ.get("PORT", "3000")))
    ThreadingHTTPServer(address, Webhook).serve_forever()
