//! Journal entries as lines for people: who did what, to whom, who was in control and by which rule.

use emulator_core::{Channel, Delivery, Effect, Event, Message, Psid, RuleId, Sender, Timestamp};
use emulator_server::journal::{Call, CallKind, Entry, Names, Record};
use emulator_server::rfc3339;

/// The words for a rule: its id and title.
pub fn cite(rule: RuleId) -> String {
    format!("{} {}", rule.rule().code, rule.rule().title)
}

/// The time of day of a moment, as it is shown in front of lines.
pub fn time_of_day(at: Timestamp) -> String {
    let text = rfc3339(at);
    text.split_once('T').map_or(text.clone(), |(_, time)| time.trim_end_matches('Z').to_owned())
}

/// The lines of a transcript in their order; entries that say nothing new for people have none.
pub fn line(entry: &Entry, names: &Names) -> Option<String> {
    let text = match &entry.record {
        Record::Says { person, message } => {
            format!("{} says {}", names.person(*person), quoted(message))
        }
        Record::Call(call) => describe_call(call, names),
        Record::Refused { app, error, .. } => {
            let who = app.map_or_else(|| "the caller".to_owned(), |app| names.app(app));
            let subcode = error.subcode.map_or_else(String::new, |subcode| format!("/{subcode}"));
            let facts = facts(entry, names);
            format!("  refused: {who} gets {} {}{subcode} {}{facts}", error.status, error.code, error.message)
        }
        Record::Clock { to } => format!("clock moves to {}", rfc3339(*to)),
        Record::Fired(timer) => {
            format!("  time is up: control of {} ends", names.person(timer.person))
        }
        Record::Effect(effect) => describe_effect(effect, names)?,
        Record::Attempt { result, .. } if result.is_acknowledged() => return None,
        Record::Attempt { app, number, result, .. } => {
            format!("  delivery to {} failed (try {number}): {}", names.app(*app), result.describe())
        }
        Record::Note { text } => format!("note: {text}"),
    };
    Some(match (&entry.record, entry.rule) {
        (
            Record::Refused { .. }
            | Record::Effect(Effect::ControlMoved { .. } | Effect::FolderMoved { .. } | Effect::Unheard { .. }),
            Some(rule),
        ) => {
            format!("{text}  [{}]", cite(rule))
        }
        _ => text,
    })
}

/// Who owned the conversation when a rule looked, as a remark behind a line.
fn facts(entry: &Entry, names: &Names) -> String {
    match entry.saw.owner {
        Some(owner) => format!(" (owner: {})", names.owner(owner)),
        None => String::new(),
    }
}

fn quoted(message: &Message) -> String {
    message.text.as_ref().map_or_else(|| "something".to_owned(), |text| format!("“{}”", printable(text)))
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

fn to_person(person: Option<Psid>, names: &Names) -> String {
    person.map_or_else(|| "nobody known".to_owned(), |person| names.person(person))
}

/// A call in the words of the vocabulary.
pub(crate) fn describe_call(call: &Call, names: &Names) -> String {
    let who = call.app.map_or_else(|| "someone with an unknown token".to_owned(), |app| names.app(app));
    let person = to_person(call.person, names);
    match &call.kind {
        CallKind::Sends { message, .. } => format!("{who} sends {} to {person}", quoted(message)),
        CallKind::Signals { action } => format!("{who} shows {action} to {person}"),
        CallKind::Controls(act) => {
            use emulator_core::ControlAct::{Extend, Pass, Release, Request, Take};
            match act {
                Pass { to: Some(to), .. } => {
                    format!("{who} passes control of {person} to {}", names.app(*to))
                }
                Pass { to: None, .. } => format!("{who} passes control of {person} to nobody"),
                Take { .. } => format!("{who} takes control of {person}"),
                Request { .. } => format!("{who} requests control of {person}"),
                Release => format!("{who} releases control of {person}"),
                Extend { .. } => format!("{who} extends control of {person}"),
            }
        }
        CallKind::AsksOwner => format!("{who} asks who owns {person}"),
        CallKind::Other { method, path } => format!("{who} calls {method} /{path}"),
    }
}

fn describe_effect(effect: &Effect, names: &Names) -> Option<String> {
    Some(match effect {
        Effect::Message { from: Sender::Person, .. }
        | Effect::WindowOpened { .. }
        | Effect::ControlProlonged { .. } => return None,
        Effect::Message { from: Sender::App(app), person, message, .. } => {
            format!("{} gets {} from {}", names.person(*person), quoted(message), names.app(*app))
        }
        Effect::ControlMoved { person, from, to, .. } => {
            format!("  control of {}: {} → {}", names.person(*person), names.owner(*from), names.owner(*to))
        }
        Effect::FolderMoved { person, from, to } => {
            format!("  folder of {}: {} → {}", names.person(*person), from.name(), to.name())
        }
        Effect::Unheard { app, field, missing, .. } => {
            let what = if field == missing { "control events" } else { field.name() };
            format!("  {} does not hear of it: {what} need the field `{}`", names.app(*app), missing.name())
        }
        Effect::Deliver(delivery) => {
            format!("  {} hears {}", names.app(delivery.app), describe_delivery(delivery, names))
        }
    })
}

/// What an app hears, and how.
pub(crate) fn describe_delivery(delivery: &Delivery, names: &Names) -> String {
    let what = match &delivery.event {
        Event::Message { message, .. } => format!("message {}", quoted(message)),
        Event::Echo { app, message, .. } => format!("echo of {}'s {}", names.app(*app), quoted(message)),
        Event::PassThreadControl { new_owner, .. } => {
            format!("pass_thread_control to {}", names.app(*new_owner))
        }
        Event::TakeThreadControl { new_owner, .. } => {
            format!("take_thread_control by {}", names.app(*new_owner))
        }
        Event::RequestThreadControl { requested_owner, .. } => {
            format!("request_thread_control by {}", names.app(*requested_owner))
        }
    };
    match delivery.channel {
        Channel::Messaging => what,
        Channel::Standby => format!("{what} on standby"),
    }
}
