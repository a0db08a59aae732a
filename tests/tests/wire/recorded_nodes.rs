//! Every recorded answer about tokens, profiles and subscriptions: brought about again from its trigger
//! and held against the record, or listed with the reason why it cannot be.

use emulator_server::Quiet;
use std::collections::BTreeSet;

use emulator_core::{AdminChange, Field, Permission, Span, TokenState};
use serde_json::Value;

use crate::bot::{Bot, Reaction};
use crate::http::{Call, Message, PATIENCE};
use crate::nodes::{ANN, get, stand};
use crate::payloads::{Keys, hold_error_against, hold_shape_against, item, items};
use crate::registration::{subscribe, subscriptions};
use crate::stand::{BOT, LIVECHAT, MORNING, PAGE, Says as _, Setup, app_token, sending, settled, token};

/// What is recorded and not brought about again, and why.
const NOT_REACHED: &[(&str, &str)] = &[
    ("obs.auth_errors.05", "a sample of the documentation, which contradicts its own table"),
    ("obs.auth_errors.14", "which calls get code 33 in place of 100/33 is not known"),
    (
        "obs.auth_errors.10",
        "webhooks of Instagram are not there yet, and say so; it is from before they carried messages",
    ),
    ("obs.subscriptions.07", "told in words, without a body"),
    ("obs.debug_token.02", "a sample of the documentation, of a user token"),
    ("file.debug_token.01", "a sample of the documentation, of a user token"),
    ("obs.user_profile.03", "a rule for Europe that held from December 2020 to April 2021"),
    ("obs.user_profile.05", "a sample of the documentation of 2016"),
    ("file.user_profile.03", "a sample of the documentation of 2017"),
];

const REACHED: &[&str] = &[
    "obs.auth_errors.01",
    "obs.auth_errors.02",
    "obs.auth_errors.03",
    "obs.auth_errors.04",
    "obs.auth_errors.06",
    "obs.auth_errors.07",
    "obs.auth_errors.08",
    "obs.auth_errors.09",
    "obs.auth_errors.11",
    "obs.auth_errors.12",
    "obs.auth_errors.13",
    "obs.subscriptions.01",
    "obs.subscriptions.02",
    "obs.subscriptions.03",
    "obs.subscriptions.04",
    "obs.subscriptions.05",
    "obs.subscriptions.06",
    "obs.subscriptions.08",
    "file.subscriptions.01",
    "file.subscriptions.02",
    "file.subscriptions.05",
    "obs.debug_token.01",
    "obs.debug_token.03",
    "obs.debug_token.04",
    "file.debug_token.02",
    "obs.user_profile.01",
    "obs.user_profile.02",
    "obs.user_profile.04",
];

#[test]
fn every_record_is_brought_about_again_or_listed_with_the_reason() {
    let mut known: BTreeSet<&str> = REACHED.iter().copied().collect();
    for (id, reason) in NOT_REACHED {
        assert!(known.insert(id) && !reason.is_empty(), "{id}");
    }
    for category in ["auth_errors", "subscriptions", "debug_token", "user_profile"] {
        for id in items(category) {
            assert!(known.remove(id.as_str()), "{id} is nowhere");
        }
    }
    assert!(known.is_empty(), "not recorded: {known:?}");
}

/// Holds an error against a record from before 2020, or one that somebody cut: the same keys in whatever
/// order, apart from those in `new`, and what they say apart from those in `but`.
fn hold_set_against(answer: &Message, id: &str, but: &[&str], new: &[&str]) {
    let item = item(id);
    let recorded = item["body"]["error"].as_object().unwrap();
    let body = answer.json();
    let ours = body["error"].as_object().unwrap();
    if let Some(status) = item["status"].as_u64() {
        assert_eq!(u64::from(answer.status()), status, "{id}");
    }
    let keys: BTreeSet<&str> = ours.keys().map(String::as_str).filter(|key| !new.contains(key)).collect();
    assert_eq!(keys, recorded.keys().map(String::as_str).collect(), "{id}");
    for (key, value) in
        recorded.iter().filter(|(key, _)| *key != "fbtrace_id" && !but.contains(&key.as_str()))
    {
        assert_eq!(ours[key], *value, "{id}: {key}");
    }
}

#[tokio::test]
async fn errors_of_tokens_are_those_that_were_recorded() {
    let stand = stand(Setup::new()).await;
    let lane = stand.stage.lane("nodes").unwrap();
    let ends =
        |state| lane.admin_changes(PAGE.messenger(), AdminChange::Token { app: BOT, state }).result.unwrap();
    let send = async || stand.send(BOT, ANN.parse().unwrap(), "a").await;
    let body = sending(ANN.parse().unwrap(), "a");

    let unknown = stand.call(&Call::post("/me/messages?access_token=wrong").json(&body)).await;
    // Its text has changed since.
    hold_error_against(&unknown, "obs.auth_errors.01", &["message"]);
    ends(TokenState::Expires(MORNING + Span::HOUR));
    lane.advance(MORNING + Span::DAY, Quiet::Auto, PATIENCE).await.unwrap();
    // Moments were spelt in another way in 2014, and there were no traces.
    hold_set_against(&send().await, "obs.auth_errors.02", &["message"], &["fbtrace_id"]);
    ends(TokenState::SessionEnded);
    hold_error_against(&send().await, "obs.auth_errors.03", &[]);
    hold_error_against(&send().await, "obs.auth_errors.04", &[]);
    ends(TokenState::Valid);
    hold_error_against(&stand.call(&Call::post("/me/messages").json(&body)).await, "obs.auth_errors.06", &[]);
    hold_error_against(&get(&stand, "/me", &app_token(BOT)).await, "obs.auth_errors.07", &[]);
    let proof = "/me/messages?appsecret_proof=0";
    hold_error_against(&get(&stand, proof, &token(BOT)).await, "obs.auth_errors.08", &[]);
    hold_error_against(&get(&stand, proof, &token(BOT)).await, "obs.auth_errors.09", &[]);
    hold_error_against(&get(&stand, "/100002103903577", &token(BOT)).await, "obs.auth_errors.11", &[]);
    let redacted = get(&stand, "/xxxxxx", &token(BOT)).await;
    hold_set_against(&redacted, "obs.auth_errors.12", &[], &["fbtrace_id"]);
    let post = Call::post(&format!("/me?access_token={}", token(BOT)));
    hold_error_against(&stand.call(&post).await, "obs.auth_errors.13", &[]);
}

#[tokio::test]
async fn refused_profiles_are_those_that_were_recorded() {
    let stand = stand(Setup::new().permissions(LIVECHAT, &[Permission::PagesShowList])).await;
    let denied = get(&stand, &format!("/{ANN}"), &token(LIVECHAT)).await;
    hold_error_against(&denied, "obs.user_profile.01", &[]);
    // It had no full stop in 2018.
    hold_error_against(&denied, "obs.user_profile.02", &["message"]);
    // It had no subcode in 2016.
    let unknown = get(&stand, "/1743011632638145", &token(BOT)).await;
    hold_set_against(&unknown, "obs.user_profile.04", &[], &["error_subcode"]);
}

#[tokio::test]
async fn subscriptions_are_answered_as_recorded() {
    let bot = Bot::reacting(|_, _| Reaction::Status(500)).await;
    let fields =
        [Field::Messages, Field::MessagingPostbacks, Field::MessagingOptins, Field::MessagingAccountLinking];
    let stand = Setup::new().webhook(BOT, bot.url()).fields(BOT, &fields).serve().await;
    let (lane, ann) = stand.lane("recorded");
    let held = |answer: &Message, id: &str| {
        hold_shape_against(id, &answer.json(), &item(id)["body"], Keys::InOrder, &[], &[]);
    };
    held(&subscriptions(&stand, BOT).await, "obs.subscriptions.01");
    assert_eq!(subscriptions(&stand, LIVECHAT).await.json(), item("obs.subscriptions.02")["body"]);
    lane.person_says(ann, "hi").unwrap();
    settled(&lane).await;
    lane.advance(lane.after(Span(2 * Span::HOUR.0)), Quiet::Auto, PATIENCE).await.unwrap();
    let disabled = subscriptions(&stand, BOT).await;
    held(&disabled, "file.subscriptions.01");
    assert_eq!(disabled.json()["data"][0]["active"], false);
    let install = |body: &str| {
        Call::post(&format!("/me/subscribed_apps?access_token={}", token(BOT))).body(body.to_owned())
    };
    let installed = stand.call(&install("subscribed_fields=messages")).await;
    assert_eq!(installed.json(), item("obs.subscriptions.03")["body"]);
    held(&subscriptions(&stand, BOT).await, "file.subscriptions.02");
    let missing = stand.call(&install("")).await;
    hold_error_against(&missing, "obs.subscriptions.04", &[]);
    hold_error_against(&missing, "obs.subscriptions.05", &[]);
    let unknown = stand.call(&install("subscribed_fields=messages,feed,messaging_seen")).await;
    // The end of the list was cut, and newer texts repeat what was given.
    hold_set_against(&unknown, "obs.subscriptions.06", &["message"], &["fbtrace_id"]);
    let recorded = item("obs.subscriptions.06")["body"]["error"]["message"].as_str().unwrap().to_owned();
    let begins = recorded.split_once(", ...").unwrap().0;
    let message = unknown.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with(begins), "{message}");
    assert!(message.ends_with("} - got \"messaging_seen\"."), "{message}");
    // In 2011 errors had neither code nor trace, and another type.
    let old = ["code", "fbtrace_id"];
    let malformed = [("object", "page"), ("callback_url", "bot"), ("verify_token", "v")];
    hold_set_against(&subscribe(&stand, BOT, &malformed).await, "obs.subscriptions.08", &["type"], &old);
    let url = bot.url();
    let fails = [("object", "page"), ("callback_url", url.as_str()), ("verify_token", "v")];
    let answer = subscribe(&stand, BOT, &fails).await;
    hold_set_against(&answer, "file.subscriptions.05", &["type", "message"], &old);
    assert_eq!(answer.json()["error"]["code"], 2_200);
}

#[tokio::test]
async fn tokens_are_described_as_recorded() {
    let stand = stand(Setup::new()).await;
    let target = format!("/debug_token?input_token={}", token(BOT));
    let answer = get(&stand, &target, &app_token(BOT)).await.json();
    let ours = answer["data"].as_object().unwrap();
    let kind = |value: &Value| std::mem::discriminant(value);
    // Both are of user tokens, which have a user and no Page.
    for id in ["obs.debug_token.01", "file.debug_token.02"] {
        let item = item(id);
        let recorded = item["body"].as_object().unwrap();
        let shared: Vec<&String> = recorded.keys().filter(|key| *key != "user_id").collect();
        let same: Vec<&String> = ours.keys().filter(|key| recorded.contains_key(*key)).collect();
        assert_eq!(same, shared, "{id}");
        for key in shared {
            assert_eq!(kind(&ours[key]), kind(&recorded[key]), "{id}: {key}");
        }
    }
    let scope = &item("obs.debug_token.03")["body"]["granular_scopes"][0];
    let mut first = ours["granular_scopes"][0].clone();
    first["target_ids"].as_array_mut().unwrap().push("2".into());
    hold_shape_against("obs.debug_token.03", &first, scope, Keys::InOrder, &[], &[]);
    let denied = get(&stand, &target, &token(BOT)).await;
    hold_error_against(&denied, "obs.debug_token.04", &[]);
}
