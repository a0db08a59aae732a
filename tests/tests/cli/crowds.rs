//! Bots that can take only so much at a time: they are not flooded, and their queues are nobody's delay.

use crate::support::Folder;

/// A bot of Python's standard library, whose servers listen with a queue of five.
const BOT: &str = r#"
import json, os, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

SERVER = {"single": HTTPServer, "threads": ThreadingHTTPServer}[sys.argv[1]]
WORK = float(sys.argv[2]) / 1000

def send(person, text):
    body = json.dumps({"recipient": {"id": person}, "message": {"text": text}}).encode()
    headers = {"Authorization": "Bearer " + os.environ["PAGE_ACCESS_TOKEN"], "Content-Type": "application/json"}
    urlopen(Request(os.environ["GRAPH_API_URL"] + "/v25.0/me/messages", body, headers), timeout=30).close()

class Webhook(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(parse_qs(urlsplit(self.path).query)["hub.challenge"][0])

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(WORK)
        for event in body["entry"][0]["messaging"]:
            send(event["sender"]["id"], "You said: " + event["message"]["text"])
        self.answer("ok")

    def answer(self, text):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass

SERVER(("127.0.0.1", int(os.environ["PORT"])), Webhook).serve_forever()
"#;

fn folder(server: &str, work_ms: u32, within: &str) -> Folder {
    let folder = Folder::with("bot.py", BOT);
    let text = format!(
        "scenario: talks\nworld: {{apps: {{bot: {{start: python3 bot.py {server} {work_ms}}}}}}}\nsteps:\n  \
         - {{user: user, says: tea}}\n  - expect: {{app: bot, sends: 'You said: tea'{within}}}\n"
    );
    folder.write("play.yaml", text);
    folder
}

#[test]
fn a_threaded_bot_with_a_short_queue_takes_a_hundred_scenarios_at_once() {
    let ended = folder("threads", 0, "").run(&["run", "play.yaml", "--repeat", "100"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn a_bot_with_one_hand_takes_as_many_and_its_queue_does_not_count_as_its_delay() {
    // All of them together take five times as long as each may.
    let ended = folder("single", 50, ", within: 1s").run(&["run", "play.yaml", "--repeat", "100"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn sixty_four_requests_may_be_open_to_a_bot_that_takes_its_time() {
    let text = "scenario: talks\nworld: {apps: {bot: {start: \"${env.TINY_BOT} together 0 64\"}}}\nsteps:\n  \
                - {user: user, says: tea}\n  - expect: {app: bot, sends: At last!}\n";
    // The bot answers nobody before all of them have written.
    let ended = Folder::with("play.yaml", text).run(&["run", "play.yaml", "--repeat", "64"]);
    assert_eq!(ended.code, Some(0), "{}", ended.told());
}

#[test]
fn a_bot_that_reads_and_never_answers_still_fails_in_time() {
    let text = "scenario: talks\nworld: {apps: {bot: {start: \"${env.TINY_BOT} deaf 0\"}}}\nsteps:\n  \
                - {user: user, says: hang}\n  - expect: {app: bot, sends: At last!, within: 300ms}\n";
    let ended = Folder::with("play.yaml", text).run(&["run", "play.yaml"]);
    assert_eq!(ended.code, Some(1), "{}", ended.told());
    assert!(ended.told().contains("it did not come within 0.3 s"), "{}", ended.told());
}
