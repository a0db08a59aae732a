//! Calls of apps as lines for people.

use std::cell::OnceCell;

use emulator_core::{AppId, Party, Psid, RuleId};
use emulator_server::graph::RouteAct;
use emulator_server::journal::{Call, CallContent, Entry, Names, RegisteredWebhook};
use serde_json::Value;

use super::said::quoted;
use super::{field_list, line, on, printable};

fn to_person(person: Option<Psid>, names: &Names) -> String {
    person.map_or_else(|| "nobody known".to_owned(), |person| names.person(person))
}

/// A caller that is no app, unless nothing else is known of the call.
const STRANGER: &str = "someone with an unknown token";

/// What a call says of which it is known whether and why it was refused: one without any token, or whose token was not
/// looked at, is told from one with an unknown token by that alone.
pub(crate) fn refused_line(call: &Entry, refusal: &Entry, names: &Names) -> Option<String> {
    let text = line(call, names)?;
    let who = match refusal.rule.filter(|_| call.call().is_some_and(|call| call.app.is_none())) {
        // A call that names no node is refused before its token would be missed.
        Some(RuleId::TokenRequired | RuleId::UnknownNode) => "someone without a token",
        // A call by a foreign name is refused whatever its token is.
        Some(RuleId::ForeignCaller) => "somebody",
        Some(_) | None => return Some(text),
    };
    Some(text.replacen(STRANGER, who, 1))
}

/// A call in the words of the vocabulary.
pub(crate) fn describe_call(call: &Call, names: &Names) -> String {
    let who = call.app.map_or_else(|| STRANGER.to_owned(), |app| names.app(app));
    let person = to_person(call.person, names);
    match &call.content {
        CallContent::Act(act) => format!("{who} {}", sentence(call, act, &person, names)),
        CallContent::Subscribes { fields: Some(fields), webhook, how: _ } => {
            format!("{who} subscribes to {}{}", field_list(*fields), public_callback(webhook.as_deref()))
        }
        CallContent::Subscribes { fields: None, .. } => format!("{who} unsubscribes"),
        CallContent::Request { method, path, asked: _ } => format!("{who} calls {method} /{path}"),
    }
}

/// What an app asked for, as the row of its route says it.
fn sentence(call: &Call, act: &RouteAct, person: &str, names: &Names) -> String {
    let parameters = OnceCell::new();
    let mut out = String::new();
    let mut rest = act.sentence();
    while let Some((before, after)) = rest.split_once('{') {
        let (place, after) = after.split_once('}').unwrap_or((after, ""));
        out += before;
        match (place, call.sends()) {
            ("person", _) => out += person,
            ("page", _) => out += call.page.and_then(|page| names.page(page)).unwrap_or("the Page"),
            ("on_page", _) => out += &call.page.map_or_else(String::new, |page| on(page, names)),
            ("message", Some(sent)) => out += &quoted(sent.message),
            _ => {
                let parameters = parameters.get_or_init(|| Value::Object(act.parameters()));
                let value = parameters.pointer(&format!("/{}", place.replace('.', "/")));
                out += &parameter_text(place, value.unwrap_or(&Value::Null), names);
            }
        }
        rest = after;
    }
    out + rest
}

/// The value of a parameter for people: an app by its name.
fn parameter_text(name: &str, value: &Value, names: &Names) -> String {
    match value {
        Value::String(id) if name == TARGET => {
            id.parse().map_or_else(|_| printable(id), |id| names.party(Party::of(AppId(id))))
        }
        Value::Null => if name == TARGET { "nobody" } else { "nothing" }.to_owned(),
        Value::String(text) => printable(text),
        Value::Array(items) => {
            items.iter().map(|item| parameter_text(name, item, names)).collect::<Vec<_>>().join(", ")
        }
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => printable(&value.to_string()),
    }
}

/// The parameter that names another app.
const TARGET: &str = "target_app_id";

/// An address on the internet that an app registered, and where its deliveries go instead.
fn public_callback(webhook: Option<&RegisteredWebhook>) -> String {
    match webhook {
        Some(RegisteredWebhook { public: Some(public), url, .. }) => {
            format!(" at {}, which is not called: deliveries go on to {url}", printable(public))
        }
        Some(_) | None => String::new(),
    }
}
