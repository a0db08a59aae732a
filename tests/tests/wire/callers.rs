//! Who may call Graph: by which names, and from which pages.

use emulator_server::Entrance;

use crate::http::{Call, Client};
use crate::stand::{BOT, Setup, Stand, token};

/// The status for one Host and Origin, and the message of a refusal.
async fn called(stand: &Stand, method: &str, host: Option<&str>, origin: Option<&str>) -> (u16, String) {
    let mut client = Client::connect(stand.address).await;
    let mut head = format!("{method} /me?access_token={} HTTP/1.1\r\n", token(BOT));
    if host.is_none() {
        head = head.replace("HTTP/1.1", "HTTP/1.0");
    }
    for (name, value) in [("Host", host), ("Origin", origin)] {
        if let Some(value) = value {
            head.extend([name, ": ", value, "\r\n"]);
        }
    }
    client.write(format!("{head}\r\n").as_bytes()).await;
    let answer = client.answer().await.expect("an answer");
    let message = match answer.status() {
        403 => answer.json()["error"]["message"].as_str().expect("an error of Graph").to_owned(),
        _ => String::new(),
    };
    (answer.status(), message)
}

#[tokio::test]
async fn graph_answers_to_its_own_names_alone() {
    let entrance = Entrance { allowed_hosts: ["bot.test".to_owned()].into(), ..Entrance::default() };
    let stand = Setup::new().serve_behind(entrance).await;
    for host in ["127.0.0.1", "localhost:80", "[::1]:7380", "graph.facebook.com", "bot.test", "Bot.test:443"]
    {
        assert_eq!(called(&stand, "GET", Some(host), None).await.0, 200, "{host}");
    }
    assert_eq!(called(&stand, "GET", None, None).await.0, 200, "HTTP/1.0 needs no Host");
    for host in ["evil.example", "localhost.evil.example", "www.facebook.com", "10.0.0.1"] {
        for method in ["GET", "POST", "OPTIONS"] {
            let (status, message) = called(&stand, method, Some(host), None).await;
            assert_eq!(status, 403, "{method} {host}");
            assert!(message.starts_with(&format!("The Host `{host}` is no name of this")), "{message}");
            assert!(message.contains(&format!("--allow-host {host}")), "{message}");
        }
    }
}

#[tokio::test]
async fn graph_answers_to_pages_of_this_machine_alone() {
    let stand = Setup::new().serve().await;
    let local = Some("127.0.0.1:7380");
    for origin in ["http://localhost:3000", "http://127.0.0.1", "https://[::1]:1"] {
        for method in ["GET", "OPTIONS"] {
            assert_eq!(called(&stand, method, local, Some(origin)).await.0, 200, "{origin}");
        }
    }
    for (origin, why) in [
        ("https://evil.example", "Pages of `https://evil.example` may not call"),
        (
            "null",
            "Pages without an address, such as files and sandboxed frames (Origin `null`), may not call",
        ),
        ("https://localhost.evil.example", "Pages of `https://localhost.evil.example` may not call"),
    ] {
        for method in ["GET", "POST", "OPTIONS"] {
            let (status, message) = called(&stand, method, local, Some(origin)).await;
            assert_eq!(status, 403, "{method} {origin}");
            assert!(message.starts_with(why), "{message}");
        }
    }
    // Files of people are for bots as well.
    let answer = stand.call(&Call::get("/_emulator/media/x").header("Origin", "https://evil.example")).await;
    assert_eq!(answer.status(), 403);
}
