//! Every recorded answer of the Send API: brought about again from its trigger and held against the
//! record, or listed with the reason why it cannot be.

use emulator_server::Quiet;
use std::collections::BTreeSet;

use emulator_core::{AdminChange, AppMode, Effect, PersonAct, Span};
use emulator_server::journal::event_to_json;
use serde_json::{Value, json};

use crate::http::{Message, PATIENCE};
use crate::payloads::{Keys, hold_error_against, hold_shape_against, item, items};
use crate::stand::{BOT, LIVECHAT, PAGE, Says as _, Setup, entries, settled};

/// How the world stands when the call is made.
#[derive(Debug, Clone, Copy)]
enum World {
    /// Ann has just written; nobody is in control.
    Open,
    /// Another app is in control.
    OtherOwns,
    /// The Page refuses titles that are too long.
    RefusesLongTitles,
    /// Ann wrote more than a day ago.
    WindowClosed,
    /// Ann has blocked the Page.
    Blocked,
    /// The app is in development and ann has no role on it.
    Development,
}

/// How much of the text is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    /// All of it.
    Same,
    /// Its author cut it here.
    BeginsWith(&'static str),
    /// It is in another language, or has been worded anew since.
    Other,
}

/// A recorded error and what brings it about: the members beside the recipient, or all of them.
struct Reached {
    id: &'static str,
    world: World,
    body: Value,
    text: Text,
}

fn reached(id: &'static str, world: World, body: Value) -> Reached {
    Reached { id, world, body, text: Text::Same }
}

fn template(payload: &Value) -> Value {
    json!({"message": {"attachment": {"type": "template", "payload": payload}}})
}

fn button(button: &Value) -> Value {
    template(&json!({"template_type": "button", "text": "What next?", "buttons": [button]}))
}

/// The item of `send_as` about a type of template that does not exist.
const OTHER_TEMPLATE: usize = 4;

/// What can be brought about by a call of its own making. The items of `send_as` hold their request.
fn all_reached() -> Vec<Reached> {
    use World::{Blocked, Development, Open, OtherOwns, RefusesLongTitles, WindowClosed};
    let text = || json!({"message": {"text": "a"}});
    let tagged = |tag: &str| json!({"message": {"text": "a"}, "messaging_type": "MESSAGE_TAG", "tag": tag});
    let go = json!({"type": "postback", "title": "Go", "payload": "GO"});
    let reply = |title: &str| json!({"content_type": "text", "title": title, "payload": "P"});
    let mut rows = vec![
        reached("obs.send_errors.01", OtherOwns, text()),
        Reached { text: Text::Other, ..reached("obs.send_errors.02", WindowClosed, text()) },
        Reached {
            text: Text::BeginsWith(
                "(#10) This message is sent outside of allowed window. Learn more about the new policy here: https://",
            ),
            ..reached("obs.send_errors.03", WindowClosed, text())
        },
        reached("obs.send_errors.04", WindowClosed, text()),
        reached("obs.send_errors.05", WindowClosed, tagged("NON_PROMOTIONAL_SUBSCRIPTION")),
        reached(
            "obs.send_errors.05",
            WindowClosed,
            json!({"message": {"text": "a"}, "messaging_type": "NON_PROMOTIONAL_SUBSCRIPTION"}),
        ),
        reached(
            "obs.send_errors.06",
            Open,
            json!({"recipient": {"id": PAGE.to_string()}, "message": {"text": "a"}}),
        ),
        reached("obs.send_errors.10", Blocked, text()),
        reached("obs.send_errors.16", Development, text()),
        reached("obs.send_errors.17", Open, json!({"message": {"text": "a", "quickReplies": []}})),
        Reached {
            text: Text::BeginsWith("(#100) Invalid keys \"share_contents\" were found in param"),
            ..reached("obs.send_errors.18", Open, button(&json!({"type": "postback", "share_contents": {}})))
        },
        reached(
            "obs.send_errors.19",
            RefusesLongTitles,
            json!({"message": {"text": "a", "quick_replies": [reply("yes"), reply("x".repeat(21).as_str())]}}),
        ),
        reached(
            "obs.send_errors.20",
            Open,
            template(&json!({"template_type": "button", "text": "a", "buttons": [go, go, go, go]})),
        ),
        reached("obs.send_errors.21", Open, tagged("PAIRING_UPDATE")),
        reached("obs.send_errors.22", Open, tagged("HUMAN_AGENT")),
        reached("obs.send_errors.23", Open, json!({"recipient": {"id": "ann"}, "message": {"text": "a"}})),
        Reached {
            text: Text::BeginsWith("(#100) Message cannot be empty"),
            ..reached("obs.send_errors.24", Open, json!({"message": {"text": ""}}))
        },
        // Recorded without its subcode, like all that is only a message.
        reached("obs.send_errors.25", Open, json!({})),
        reached("obs.send_errors.26", Open, json!({"recipient": {"id": 0}, "message": {"text": "a"}})),
    ];
    for number in (1..=22).filter(|number| *number != OTHER_TEMPLATE) {
        let id: &'static str = format!("send_as.send_errors.{number:02}").leak();
        let mut body = item(id)["request"]["json"].clone();
        body.as_object_mut().unwrap().remove("recipient");
        rows.push(reached(id, Open, body));
    }
    rows
}

/// What cannot be brought about, and why.
const NOT_REACHED: &[(&str, &str)] = &[
    ("send_as.send_errors.04", "a whole body of 2017 has another text, with the subcode 2018026"),
    ("obs.send_errors.07", "2016: the error has a subcode since 2018 (obs.send_errors.06)"),
    ("obs.send_errors.08", "2016: the error has a subcode since 2018 (obs.send_errors.06)"),
    ("obs.send_errors.09", "2016: the error has a subcode since 2018 (obs.send_errors.06)"),
    ("obs.send_errors.11", "told in words; a second kind of unreachable person that no rule describes"),
    ("obs.send_errors.12", "2016: code 551 since 2017 (obs.send_errors.10)"),
    ("obs.send_errors.13", "2017: code 551 since (obs.send_errors.10); conversations cannot be deleted yet"),
    ("obs.send_errors.14", "a failure inside the platform; faults cannot be asked for yet"),
    ("obs.send_errors.15", "a failure inside the platform; faults cannot be asked for yet"),
    ("obs.send_errors.27", "Workplace, which is not Messenger"),
    ("obs.send_errors.28", "another part of Graph"),
    ("obs.send_errors.29", "a failure inside the platform; faults cannot be asked for yet"),
    ("obs.send_errors.30", "copied from the documentation"),
    ("obs.send_errors.31", "copied from the documentation"),
    ("obs.send_errors.32", "copied from the documentation"),
    (
        "file.send_errors.10",
        "message templates are not there yet; a take that is not allowed is held against it",
    ),
    ("file.send_errors.17", "told in words; message templates are not there yet"),
    ("file.send_errors.18", "copied from the documentation"),
    ("file.send_errors.19", "copied from the documentation"),
    ("obs.send_success.01", "copied from the documentation"),
];
/// Recorded successes; each is held by a line of its own below.
const SUCCESSES: &[&str] = &["obs.send_success.02", "obs.send_success.03", "file.send_success.01"];

#[test]
fn every_recorded_answer_of_the_send_api_is_reached_or_has_a_reason() {
    let recorded: BTreeSet<String> =
        ["send_errors", "send_success"].iter().flat_map(|category| items(category)).collect();
    let reached: BTreeSet<String> = all_reached().iter().map(|row| row.id.to_owned()).collect();
    let not_reached: BTreeSet<String> = NOT_REACHED.iter().map(|(id, _)| (*id).to_owned()).collect();
    let successes = SUCCESSES.iter().map(|id| (*id).to_owned());
    assert!(reached.is_disjoint(&not_reached));
    let listed: BTreeSet<String> = reached.into_iter().chain(not_reached).chain(successes).collect();
    assert_eq!(listed, recorded);
}

async fn answer(world: World, body: &Value) -> Message {
    let titles = if let World::RefusesLongTitles = world { "refuse" } else { "cut" };
    let stand = Setup::new().option("long_titles", titles).serve().await;
    let (lane, ann) = stand.lane("recorded");
    lane.person_says(ann, "hi").unwrap();
    match world {
        World::Open | World::RefusesLongTitles => {}
        World::OtherOwns => {
            let take = json!({"recipient": {"id": ann.to_string()}});
            assert_eq!(stand.post(LIVECHAT, "take_thread_control", &take).await.status(), 200);
        }
        World::WindowClosed => {
            lane.advance(lane.after(Span(2 * Span::DAY.0)), Quiet::Auto, PATIENCE).await.unwrap();
        }
        World::Blocked => {
            lane.person_acts(ann, PersonAct::Blocks(true)).result.unwrap();
        }
        World::Development => {
            let change = AdminChange::Mode { app: BOT, mode: AppMode::Development };
            lane.admin_changes(PAGE.messenger(), change).result.unwrap();
        }
    }
    let mut call = json!({"recipient": {"id": ann.to_string()}});
    call.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    stand.post(BOT, "messages", &call).await
}

#[tokio::test]
async fn recorded_errors_are_answered_again() {
    for Reached { id, world, body, text } in all_reached() {
        let answer = answer(world, &body).await;
        assert_ne!(answer.status(), 200, "{id}: {body}");
        match text {
            Text::Same => hold_error_against(&answer, id, &[]),
            Text::BeginsWith(_) | Text::Other => hold_error_against(&answer, id, &["message"]),
        }
        if let Text::BeginsWith(beginning) = text {
            let recorded = item(id)["body"]["error"]["message"].as_str().unwrap().to_owned();
            let ours = answer.json()["error"]["message"].as_str().unwrap().to_owned();
            assert!(recorded.starts_with(beginning) && ours.starts_with(beginning), "{id}: {ours}");
        }
    }
}

#[tokio::test]
async fn recorded_successes_are_answered_again() {
    let stand = Setup::new().serve().await;
    let (lane, ann) = stand.lane("recorded");
    lane.person_says(ann, "hi").unwrap();
    let typing = json!({"recipient": {"id": ann.to_string()}, "sender_action": "typing_on"});
    let shown = stand.post(BOT, "messages", &typing).await;
    assert_eq!(shown.status(), 200);
    hold_shape_against(
        "obs.send_success.02",
        &shown.json(),
        &item("obs.send_success.02")["body"],
        Keys::InOrder,
        &[],
        &[],
    );

    let sent = stand.send(BOT, ann, "a").await;
    assert_eq!(sent.status(), 200);
    hold_shape_against(
        "file.send_success.01",
        &sent.json(),
        &item("file.send_success.01")["body"],
        Keys::InOrder,
        &[],
        &[],
    );
    settled(&lane).await;
    let echo = entries(&lane).iter().rev().find_map(|entry| {
        let Effect::Deliver(delivery) = entry.effect()? else { return None };
        let event: Value = serde_json::from_str(&event_to_json(delivery)).unwrap();
        event["message"]["is_echo"].is_boolean().then(|| event["message"].clone())
    });
    let both = json!({"send_response": sent.json(), "echo_message": echo.expect("there is an echo")});
    assert_eq!(both["send_response"]["message_id"], both["echo_message"]["mid"]);
    hold_shape_against(
        "obs.send_success.03",
        &both,
        &item("obs.send_success.03")["body"],
        Keys::AsSets,
        &["seq"],
        &[],
    );
}
