//! Answers as the Graph API writes them.

use std::fmt::Write as _;

use bytes::Bytes;
use emulator_core::{Answer, Psid, World};

use super::error::GraphError;
use super::node_fields;
use crate::escape::Dialect;
use crate::journal::CallKind;
use crate::object::Object;

/// The body of an accepted call.
pub(super) fn success(answer: &Answer, person: Option<Psid>, kind: &CallKind, world: &World) -> Bytes {
    let mut out = String::with_capacity(128);
    match answer {
        Answer::Message { mid, .. } => {
            let mut object = Object::open(&mut out, Dialect::Graph);
            if let Some(person) = person {
                object.quoted("recipient_id", person);
            }
            object.quoted("message_id", mid);
            object.close();
        }
        Answer::Done if matches!(kind, CallKind::Signals { .. }) => {
            let mut object = Object::open(&mut out, Dialect::Graph);
            if let Some(person) = person {
                object.quoted("recipient_id", person);
            }
            object.close();
        }
        Answer::Profile(shown) => {
            let fields = if let CallKind::AsksProfile { fields: Some(fields) } = kind {
                Some(node_fields::PERSON.named(fields))
            } else {
                None
            };
            let person = person.unwrap_or(Psid(0));
            out = node_fields::profile(shown.as_ref(), person, fields.as_deref());
        }
        // What a person taps is no call.
        Answer::Done | Answer::Tapped { .. } => out.push_str(r#"{"success":true}"#),
        Answer::Receivers(receivers) => {
            out.push_str(r#"{"data":["#);
            for (index, party) in receivers.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                let app = party.app().and_then(|app| world.settings.apps.get(&app));
                let name = app.map_or("Page Inbox", |app| &app.name);
                let mut object = Object::open(&mut out, Dialect::Graph);
                object.quoted("id", party.number()).text("name", name);
                object.close();
            }
            out.push_str("]}");
        }
        Answer::Owner(None) => out.push_str(r#"{"data":[]}"#),
        Answer::Owner(Some((owner, until))) => {
            let (app, seconds) = (owner.number(), until.seconds());
            let _ =
                write!(out, r#"{{"data":[{{"thread_owner":{{"app_id":"{app}","expiration":{seconds}}}}}]}}"#);
        }
    }
    Bytes::from(out)
}

/// The body of an error.
pub(crate) fn error(error: &GraphError, trace: &str) -> Bytes {
    Bytes::from(Dialect::Graph.json(&error.body(trace)))
}

/// How much of a message the header repeats, in characters: some clients give up on long headers.
const CHALLENGE_LIMIT: usize = 1_000;

/// The header that goes with an error (M-27). It is ASCII whatever the message repeats of the call.
pub(crate) fn challenge(error: &GraphError) -> String {
    let mut message = String::with_capacity(error.message.len());
    for character in error.message.chars().take(CHALLENGE_LIMIT) {
        match character {
            '\\' | '"' => message.extend(['\\', character]),
            ' '..='~' => message.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(message, "\\u{unit:04x}");
                }
            }
        }
    }
    format!("OAuth \"Facebook Platform\" \"{}\" \"{message}\"", error.challenge())
}
