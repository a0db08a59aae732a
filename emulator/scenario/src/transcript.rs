//! Journal entries as lines for people: who did what, to whom, who was in control and by which rule.

mod act;
mod call;
mod effect;
mod lines;
mod said;
mod unheard;

use act::{describe_change, describe_person};
pub(crate) use call::{describe_call, refused_line};
pub(crate) use effect::describe_delivery;
use effect::describe_effect;
use emulator_core::{Channel, Effect, Field, FieldSet, InboxAct, PageId, Platform, RuleId, Subject};
use emulator_server::graph::{self, GraphError};
use emulator_server::journal::{Entry, Names, Passage, Passed, Record};
use emulator_server::rfc3339;
pub use lines::Lines;
use said::quoted;
pub(crate) use unheard::Unheard;

/// The words for a rule: its id and title.
pub fn cite(rule: RuleId) -> String {
    format!("{} {}", rule.rule().code, rule.rule().title)
}

/// What an entry says, alone; entries that say nothing new to people have no line.
pub(crate) fn line(entry: &Entry, names: &Names) -> Option<String> {
    told(entry, names, None)
}

/// What an entry says. Of a try it has to be known what was to be delivered.
fn told(entry: &Entry, names: &Names, tried: Option<&str>) -> Option<String> {
    let text = match &entry.record {
        Record::Person { person, act } => describe_person(&names.person(*person), act),
        Record::Inbox { person, act } => {
            let person = names.person(*person);
            match act {
                InboxAct::Replies(message) => format!("the inbox replies {} to {person}", quoted(message)),
                InboxAct::Moves(folder) => format!("the inbox moves {person} to {}", folder.name()),
            }
        }
        Record::Admin { line, change } => {
            let of = names.page(line.page).map_or_else(String::new, |page| format!(" of {page}"));
            let of = match line.platform {
                Platform::Messenger => of,
                Platform::Instagram => format!("{of} on Instagram"),
            };
            format!("an admin{of} {}", describe_change(change, names))
        }
        Record::Declined(kind) => format!("  not done: {}", graph::declined(*kind)),
        Record::Call(call) => describe_call(call, names),
        Record::Refused { app, error, .. } => {
            let who = app.map_or_else(|| "the caller".to_owned(), |app| names.app(app));
            let subcode = error.subcode.map_or_else(String::new, |subcode| format!("/{subcode}"));
            let facts = facts(entry, names);
            let hint = error.hint.as_ref().map_or_else(String::new, |hint| format!(" ({})", printable(hint)));
            let GraphError { status, code, message, .. } = &**error;
            format!("  refused: {who} gets {status} {code}{subcode} {message}{facts}{hint}")
        }
        Record::Clock { to } => format!("clock moves to {}", rfc3339(*to)),
        Record::Fired(timer) => match timer.subject {
            Subject::Conversation(person) => {
                format!("  time is up: control of {} ends", names.person(person))
            }
            Subject::Webhooks(page, app) => {
                format!("  time is up: webhooks of {}{} fail", names.app(app), on(page, names))
            }
        },
        Record::Effect(Effect::Deliver(delivery)) if entry.rule == Some(RuleId::ChannelAtDelivery) => {
            let channel = match delivery.channel {
                Channel::Messaging => " on messaging",
                Channel::Standby => "",
            };
            let what = describe_delivery(delivery, names);
            format!("  {} hears {what}{channel} instead", names.app(delivery.app))
        }
        Record::Heard(heard) => {
            format!(
                "  {} hears of `{}` on {}",
                names.app(heard.app),
                heard.field.name(),
                heard.channel.name()
            )
        }
        Record::Effect(effect) => describe_effect(effect, entry.saw.owner().flatten(), names)?,
        // At the first try it is what everybody expects.
        Record::Attempt { number: 1, result, .. } if result.is_acknowledged() => return None,
        Record::Attempt { app, number, result, .. } if result.is_acknowledged() => {
            format!("  delivery{} to {} acknowledged (try {number})", of_what(tried), names.app(*app))
        }
        Record::Attempt { app, number, result, .. } => {
            let (app, why) = (names.app(*app), printable(&result.describe()));
            // Once is enough: the tries after it fail in the same way.
            let secret = Some(()).filter(|()| result.is_distrust() && *number == 1);
            let secret = secret.map_or_else(String::new, |()| format!("; {}", ask_for_secret(&app)));
            format!("  delivery{} to {app} failed (try {number}): {why}{secret}", of_what(tried))
        }
        Record::Bot { app, order } => format!("the bot {} {}", names.app(*app), order.name()),
        Record::Note { text } => format!("note: {text}"),
        // The first time is enough: it is news of a host, not of a call.
        Record::Proxied { count: 2.., .. } => return None,
        Record::Proxied { host, passage, passed, .. } => describe_proxied(host, *passage, passed),
    };
    Some(match (&entry.record, entry.rule) {
        (
            Record::Refused { .. }
            | Record::Declined(_)
            | Record::Effect(
                Effect::ControlMoved { .. }
                | Effect::FolderMoved { .. }
                | Effect::Unheard { .. }
                | Effect::WebhooksFailing { .. }
                | Effect::WebhooksDisabled { .. },
            ),
            Some(rule),
        ) => {
            format!("{text}  [{}]", cite(rule))
        }
        (Record::Effect(Effect::Deliver(_)), Some(rule @ RuleId::ChannelAtDelivery)) => {
            format!("{text}  [{}]", cite(rule))
        }
        _ => text,
    })
}

/// What became of a call for another host.
fn describe_proxied(host: &str, passage: Passage, passed: &Passed) -> String {
    let how = match passage {
        Passage::Tunnel => "a tunnel",
        Passage::Forward => "a call",
    };
    match passed {
        Passed::Opened => format!("proxy: {how} to {host} was opened"),
        Passed::Answered { status } => format!("proxy: {how} to {host} was passed on, and answered {status}"),
        Passed::Refused { why } => format!("proxy: refused: {}", printable(why)),
        Passed::Failed { why } => format!("proxy: failed: {}", printable(why)),
    }
}

/// What a delivery is of, where that is known.
fn of_what(tried: Option<&str>) -> String {
    tried.map_or_else(String::new, |tried| format!(" of {tried}"))
}

/// What is asked of an app that does not trust the signature of its deliveries.
pub(crate) fn ask_for_secret(app: &str) -> String {
    format!(
        "is the bot's app secret `{app}-app-secret`, or what `secret:` of the app or --app-secret says instead?"
    )
}

/// Which Page is meant, where there are several.
fn on(page: PageId, names: &Names) -> String {
    names.page(page).map_or_else(String::new, |page| format!(" on {page}"))
}

/// Who owned the conversation when a rule looked, as a remark behind a line.
fn facts(entry: &Entry, names: &Names) -> String {
    match entry.saw.owner() {
        Some(owner) => format!(" (owner: {})", names.owner(owner)),
        None => String::new(),
    }
}

/// The text with everything that a terminal would obey, rather than show, spelt out.
pub fn printable(text: &str) -> String {
    let obeyed = |character: char| {
        character.is_control()
            || matches!(character, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if obeyed(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

fn field_list(fields: FieldSet) -> String {
    fields.iter().map(Field::name).collect::<Vec<_>>().join(", ")
}
