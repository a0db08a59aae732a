//! A bot that misbehaves on request: it hangs, answers the verification wrongly, sends late and unasked, or
//! passes control on before it acknowledges or right behind that.
//!
//! The first argument says how, the second how many milliseconds it waits before it sends. One that `calls` answers
//! each message with the call of Graph that the third and fourth say: an edge and its parameters. One that is `mortal`
//! ends when somebody says "die", one that is `deaf` never answers a message with "hang" in it, one that `learns` says
//! the right thing only when the file exists that the third argument names, and makes it, one that
//! `refuses` answers each webhook with the status and the text that the second and third say, one that `types` shows that
//! it types and then does as one that is `slow`, both of which may be given a range such as 5-200 to draw from, one that
//! `relays` says nothing until somebody says so, and then writes to who wrote first, one that
//! `echoes` says something to each message and each echo, one that calls `unnamed` asks for an edge and names nobody, one
//! that `sets-up` asks for the edge and the parameters that the third and fourth say as it starts, and one that wants all
//! `together` answers nobody before as many people as the third argument says have written; so does one that goes `astray`, which
//! answers to somebody else. One that is `frail` ends when an event comes on standby, and one that is `sluggish` waits
//! before it acknowledges a message. Further arguments are
//! ignored, so that a test can mark its process.

#![expect(clippy::print_stderr, reason = "the last output of a bot is part of what is tested")]

use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher, Hasher};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Condvar, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

fn main() {
    let mut arguments = env::args().skip(1);
    let how = arguments.next().unwrap_or_default();
    let range = arguments.next().unwrap_or_default();
    let (least, most) = range.split_once('-').unwrap_or((&range, &range));
    let wait = [least, most].map(|text| text.parse().unwrap_or(0));
    if how == "ends" {
        eprintln!("tiny-bot has no settings");
        std::process::exit(7);
    }
    if how == "silent" {
        eprintln!("tiny-bot never listens");
        loop {
            thread::park();
        }
    }
    let port: u16 = env::var("PORT").expect("PORT").parse().expect("a port");
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    eprintln!("tiny-bot is there");
    if how == "tells" {
        for name in ["PAGE_ACCESS_TOKEN", "APP_SECRET"] {
            eprintln!("{name} is {}", env::var(name).unwrap_or_default());
        }
        // What a terminal would obey and XML cannot hold.
        eprintln!("bell \u{7}, colour \u{1b}[31m, and <&> ]]>");
    }
    if how == "sets-up" {
        thread::spawn(move || {
            thread::sleep(drawn(wait));
            let mut asked = env::args().skip(3);
            let (edge, parameters) = (asked.next().unwrap_or_default(), asked.next().unwrap_or_default());
            post(&edge, &format!("&{parameters}"), "{}");
        });
    }
    for stream in listener.incoming().flatten() {
        let how = how.clone();
        thread::spawn(move || answer(stream, &how, wait));
    }
}

/// A time between two, in milliseconds, another one each time.
fn drawn([least, most]: [u64; 2]) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    Duration::from_millis(least + random % (most - least + 1))
}

/// Answers requests until the caller closes the connection.
fn answer(stream: TcpStream, how: &str, wait: [u64; 2]) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut stream = stream;
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let lower = head.to_lowercase();
        let length = lower.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let body = String::from_utf8_lossy(&body).into_owned();
        let (status, text) = match (how, head.starts_with("GET")) {
            ("hangs", true) => loop {
                thread::park();
            },
            ("forbids", true) => (403, "no".to_owned()),
            ("wrong", true) => (200, "OK, hello".to_owned()),
            (_, true) => (200, between(&head, "hub.challenge=", &['&', ' ']).to_owned()),
            ("refuses", false) => {
                let number = |text: String| text.parse().expect("a status");
                (env::args().nth(2).map_or(500, number), env::args().nth(3).unwrap_or_default())
            }
            (_, false) => (200, String::new()),
        };
        let says = |what: &str| body.contains(what);
        let passes = says("\"messaging\":[") && says("\"message\"") && !says("\"is_echo\"");
        if passes && how == "passes" {
            pass_on(&body);
        }
        if passes {
            match how {
                "mortal" if says("die") => {
                    eprintln!("tiny-bot dies of {}", between(&body, "\"text\":\"", &['"']));
                    std::process::exit(9);
                }
                "sluggish" => thread::sleep(drawn(wait)),
                "deaf" if says("hang") => loop {
                    thread::park();
                },
                "together" | "astray" => together(),
                _ => {}
            }
        }
        if how == "frail" && says("\"standby\":[") {
            eprintln!("tiny-bot: cannot read messaging of undefined");
            std::process::exit(9);
        }
        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{text}", text.len());
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
        if passes && how == "acknowledges" {
            pass_on(&body);
        }
        if passes && how == "relays" {
            relay(sender(&body), says("relay"));
        }
        if passes && how == "unnamed" {
            post("no_such_edge", "", "{}");
        }
        if how == "echoes" && says("\"message\"") {
            call(echoed_to(&body), "messages", "", ",\"message\":{\"text\":\"And you?\"}");
        }
        let unasked = how == "rude" && body.contains("\"standby\"");
        let asked =
            ["slow", "types", "sets-up", "calls", "mortal", "deaf", "learns", "together", "tells", "astray"]
                .contains(&how)
                && body.contains("\"messaging\":[");
        if (unasked || asked) && body.contains("\"message\"") && !body.contains("\"is_echo\"") {
            let person = if how == "astray" { "4242".to_owned() } else { sender(&body).to_owned() };
            let (calls, types) = (how == "calls", how == "types");
            let says = if how == "learns" && !learnt() { "Not yet" } else { "At last!" };
            thread::spawn(move || {
                if types {
                    call(&person, "messages", "", ",\"sender_action\":\"typing_on\"");
                }
                thread::sleep(drawn(wait));
                let mut asked = env::args().skip(3).filter(|_| calls);
                match (asked.next(), asked.next()) {
                    (Some(edge), Some(parameters)) => call(&person, &edge, &format!("&{parameters}"), ""),
                    _ => call(&person, "messages", "", &format!(",\"message\":{{\"text\":\"{says}\"}}")),
                }
            });
        }
    }
}

/// Whether it has been told before; from now on it has.
fn learnt() -> bool {
    let file = env::args().nth(3).expect("a file");
    std::fs::exists(&file).expect("a path") || std::fs::write(&file, "").is_err()
}

/// Waits until as many people have written as there are to be.
fn together() {
    static WAITING: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());
    let all: usize = env::args().nth(3).and_then(|text| text.parse().ok()).expect("a number");
    let (waiting, changed) = &WAITING;
    let mut waiting = waiting.lock().expect("nobody panics");
    *waiting += 1;
    changed.notify_all();
    while *waiting < all {
        waiting = changed.wait(waiting).expect("nobody panics");
    }
}

fn sender(body: &str) -> &str {
    between(body, "\"sender\":{\"id\":\"", &['"'])
}

/// Remembers who wrote first, and writes to that person when somebody asks for it.
fn relay(person: &str, is_asked: bool) {
    static FIRST: OnceLock<String> = OnceLock::new();
    let first = FIRST.get_or_init(|| person.to_owned());
    if is_asked {
        call(first, "messages", "", ",\"message\":{\"text\":\"At last!\"}");
    }
}

/// The person of a message or of an echo.
fn echoed_to(body: &str) -> &str {
    if body.contains("\"is_echo\"") {
        between(body, "\"recipient\":{\"id\":\"", &['"'])
    } else {
        sender(body)
    }
}

/// Says so and passes control to the other app of its world.
fn pass_on(body: &str) {
    let person = sender(body);
    call(person, "messages", "", ",\"message\":{\"text\":\"One moment.\"}");
    let other = env::var("OTHER_APP_ID").expect("OTHER_APP_ID");
    call(person, "pass_thread_control", "", &format!(",\"target_app_id\":{other}"));
}

fn call(person: &str, edge: &str, parameters: &str, members: &str) {
    post(edge, parameters, &format!("{{\"recipient\":{{\"id\":\"{person}\"}}{members}}}"));
}

fn post(edge: &str, parameters: &str, body: &str) {
    let base = env::var("GRAPH_API_URL").expect("GRAPH_API_URL");
    let token = env::var("PAGE_ACCESS_TOKEN").expect("PAGE_ACCESS_TOKEN");
    let host = base.trim_start_matches("http://");
    let request = format!(
        "POST /me/{edge}?access_token={token}{parameters} HTTP/1.1\r\nhost: {host}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let Ok(mut stream) = TcpStream::connect(host) else { return };
    let mut answer = String::new();
    if stream.write_all(request.as_bytes()).is_ok() && stream.read_to_string(&mut answer).is_ok() {
        eprintln!("tiny-bot sent, and got {}", between(&answer, "HTTP/1.1 ", &[' ']));
    }
}

fn between<'a>(text: &'a str, before: &str, behind: &[char]) -> &'a str {
    let rest = text.split_once(before).map_or("", |(_, rest)| rest);
    rest.split(behind).next().unwrap_or_default()
}
