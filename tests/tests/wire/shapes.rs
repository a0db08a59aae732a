//! Messages that nobody thought of: whatever is made of a message that is in order gets an answer, and
//! what was accepted is kept in a form that means the same.

use emulator_server::graph::fuzz;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::messages::in_order;
use crate::stand::{BOT, shared};

/// What is put in place of a part.
fn part() -> impl Strategy<Value = Value> {
    let texts =
        ["", "a", "text", "postback", "web_url", "image", "template", "https://a.test", "true", "7", "m_1"];
    prop_oneof![
        Just(Value::Null),
        Just(json!({})),
        Just(json!([])),
        Just(json!([{}])),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(texts.to_vec()).prop_map(Value::from),
        "[a-z☕\\u{0}/\"]{0,30}".prop_map(Value::from),
    ]
}

/// Every place in the value.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    for (key, value) in value.as_object().into_iter().flatten() {
        places(value, &format!("{at}/{key}"), out);
    }
    for (index, value) in value.as_array().into_iter().flatten().enumerate() {
        places(value, &format!("{at}/{index}"), out);
    }
}

#[derive(Debug, Clone)]
enum Change {
    /// A part becomes something else.
    Replace(prop::sample::Index, Value),
    /// A member is added to an object, or replaced.
    Add(prop::sample::Index, &'static str, Value),
    /// An element or member goes.
    Remove(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let keys = [
        "text",
        "metadata",
        "quick_replies",
        "attachment",
        "attachments",
        "type",
        "payload",
        "title",
        "url",
        "x",
    ];
    prop_oneof![
        (any::<prop::sample::Index>(), part()).prop_map(|(at, part)| Change::Replace(at, part)),
        (any::<prop::sample::Index>(), prop::sample::select(keys.to_vec()), part())
            .prop_map(|(at, key, part)| Change::Add(at, key, part)),
        any::<prop::sample::Index>().prop_map(Change::Remove),
    ]
}

fn changed(mut message: Value, changes: &[Change]) -> Value {
    for change in changes {
        let mut all = Vec::new();
        places(&message, "", &mut all);
        let place = |at: &prop::sample::Index| at.get(&all).clone();
        match change {
            Change::Replace(at, part) => *message.pointer_mut(&place(at)).unwrap() = part.clone(),
            Change::Add(at, key, part) => {
                if let Some(members) = message.pointer_mut(&place(at)).unwrap().as_object_mut() {
                    members.insert((*key).to_owned(), part.clone());
                }
            }
            Change::Remove(at) => {
                let place = place(at);
                let (parent, last) = place.rsplit_once('/').unwrap_or_default();
                let Some(parent) = message.pointer_mut(parent) else { continue };
                if let Some(members) = parent.as_object_mut() {
                    members.shift_remove(last);
                } else if let (Some(items), Ok(index)) = (parent.as_array_mut(), last.parse::<usize>()) {
                    items.remove(index);
                }
            }
        }
    }
    message
}

/// A message in order, changed in a few places or in none.
fn message() -> impl Strategy<Value = Value> {
    let sound: Vec<Value> = in_order().into_iter().map(|(_, call)| call["message"].clone()).collect();
    (prop::sample::select(sound), prop::collection::vec(change(), 0..4))
        .prop_map(|(message, changes)| changed(message, &changes))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_accepted_means_the_same_when_it_is_read_again(message in message()) {
        fuzz::message(message.to_string().as_bytes());
    }

    #[test]
    fn any_text_as_a_message_is_read_or_refused(text in any::<String>()) {
        fuzz::message(text.as_bytes());
        fuzz::message(format!("{{\"text\":\"a\",\"quick_replies\":{text}}}").as_bytes());
    }

    #[test]
    fn any_message_gets_an_answer(message in message()) {
        let (runtime, stand, ann) = shared();
        let call = json!({"recipient": {"id": ann}, "message": message});
        let answer = runtime.block_on(stand.post(BOT, "messages", &call));
        match answer.status() {
            200 => prop_assert!(answer.json()["message_id"].is_string(), "{call}"),
            status => prop_assert!(status == 400 && answer.json()["error"]["code"].is_i64(), "{call} {status}"),
        }
    }
}
