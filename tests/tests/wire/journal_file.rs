//! The journal on disk: nothing is told before it is written.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use emulator_core::Psid;
use emulator_server::Lane;
use emulator_server::journal::{self, Durability, JournalFile};
use serde_json::{Value, json};

use crate::bot::{Bot, Reaction};
use crate::http::PATIENCE;
use crate::payloads::hold_error_against;
use crate::stand::{BOT, LIVECHAT, Says as _, Setup, settled};

/// The lines behind the header.
fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.ends_with('\n'), "only whole lines are written");
    text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn open(path: &Path, lane: &Lane) -> Arc<JournalFile> {
    Arc::new(journal::open(path, lane, r#"{"format":1}"#, Durability::Process).unwrap().0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_told_is_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let seen = path.clone();
    let bot = Bot::reacting(move |_, arrival| {
        let event = arrival.event();
        let mid = event["message"]["mid"].as_str().unwrap();
        let written = fs::read_to_string(&seen).unwrap();
        let delivery = format!(r#""message":{{"mid":"{mid}""#);
        assert!(written.contains(&delivery), "a webhook is sent after its line was written");
        Reaction::Status(200)
    })
    .await;
    let stand = Setup::new().webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("lane");
    stand.stage.write_to(open(&path, &lane));
    lane.person_says(ann, "hi").unwrap();
    settled(&lane).await;
    for round in 0..50 {
        let answer = stand.send(BOT, ann, &format!("round {round}")).await;
        let written = lines(&path);
        let body = answer.json();
        let stands = |line: &Value| line["kind"] == "message" && line["data"]["mid"] == body["message_id"];
        assert!(written.iter().any(stands), "an answer leaves after its lines were written");
        let refused = stand.send(BOT, Psid(9), "a").await.json();
        let trace = &refused["error"]["fbtrace_id"];
        let refusal = |line: &Value| line["kind"] == "refused" && line["data"]["fbtrace_id"] == *trace;
        assert!(lines(&path).iter().any(refusal), "so does a refusal");
    }
    settled(&lane).await;
    // The one lane there is gets the calls about strangers too.
    assert_eq!(bot.arrivals().len(), 51);
    let written = lines(&path);
    let numbers: Vec<u64> = written.iter().map(|line| line["seq"].as_u64().unwrap()).collect();
    assert!(numbers.iter().enumerate().all(|(index, seq)| *seq == index as u64 + 1), "{numbers:?}");
    assert!(written.iter().all(|line| line["lane"] == "lane"));
    let text = fs::read_to_string(&path).unwrap();
    for secret in ["bot-page-token", "bot-app-secret"] {
        assert!(!text.contains(secret), "{secret} does not belong into a journal");
    }
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_stops_everything() {
    let full = Path::new("/dev/full");
    let bot = Bot::start().await;
    let stand = Setup::new().webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "written while there was no file").unwrap();
    settled(&lane).await;
    let file = open(full, &lane);
    stand.stage.write_to(Arc::clone(&file));

    let answer = stand.send(BOT, ann, "a").await;
    assert_eq!((answer.status(), answer.error()), (500, (2, 0)));
    hold_error_against(&answer, "obs.send_errors.29", &[]);
    assert_eq!(answer.header("content-type"), Some("application/json; charset=UTF-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let challenge = r##"OAuth "Facebook Platform" "unknown_error" "(#2) Service temporarily unavailable""##;
    assert_eq!(answer.header("www-authenticate"), Some(challenge));
    let failed = tokio::time::timeout(PATIENCE, file.keep_written()).await.expect("it is told");
    assert_eq!(failed.path, full);

    // Whoever asks next is told the same, and no webhook leaves any more.
    let body = json!({"recipient": {"id": ann.to_string()}});
    assert_eq!(stand.post(LIVECHAT, "take_thread_control", &body).await.error(), (2, 0));
    lane.person_says(ann, "is anybody there?").unwrap();
    settled(&lane).await;
    assert_eq!(bot.texts(), ["written while there was no file"]);
}
