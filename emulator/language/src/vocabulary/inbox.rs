//! What an agent does in the Page Inbox.

use emulator_core::Folder;

use super::keys::AS;
use super::verb::{BuildVerb, Does};
use super::{Field, ValueKind, Verb};
use crate::step::InboxVerb;

/// What an agent does in the Page Inbox.
pub static INBOX_VERBS: &[Verb] = &[
    verb("replies", ValueKind::Text, &[AS], "answers the person", |_, nodes| {
        Some(InboxVerb::Replies { text: nodes.value.clone() })
    }),
    verb(
        "moves_to",
        ValueKind::Word(Folder::WORDS),
        &[],
        "moves the conversation; to `done` marks it as done",
        |_, nodes| Folder::parse(&nodes.value.source).map(InboxVerb::MovesTo),
    ),
];

const fn verb(
    name: &'static str,
    value: ValueKind,
    beside: &'static [Field],
    meaning: &'static str,
    build: BuildVerb<InboxVerb>,
) -> Verb {
    Verb { name, value, expected: value, beside, expected_beside: &[], meaning, does: Does::Inbox(build) }
}
