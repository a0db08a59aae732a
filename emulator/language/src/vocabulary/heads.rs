//! The first keys of steps.

use super::app::APP_VERBS;
use super::bot::BOT_VERBS;
use super::inbox::INBOX_VERBS;
use super::keys::{AS, ON, PLATFORM};
use super::page::{DECLINED, PAGE_CHANGES};
use super::person::USER_VERBS;
use super::verb::{BuildStep, Head, StepHead};
use super::{Field, ValueKind, Verb, field};
use crate::node::Node;
use crate::step::{Act, Builder, parse};

/// The steps of the language.
pub static HEADS: &[StepHead] = &[
    actor(
        "user",
        "a person",
        ValueKind::Person,
        USER_VERBS,
        &[ON],
        &["edits", "deletes_conversation", "opts_in", "links_account", "answers_survey", "comments"],
        "a person does something",
    ),
    actor(
        "app",
        "an app",
        ValueKind::App,
        APP_VERBS,
        &[ON],
        &["persona", "thread_control"],
        "a played app does something",
    ),
    actor(
        "inbox",
        "the inbox",
        ValueKind::Person,
        INBOX_VERBS,
        &[ON],
        &["reads", "sends"],
        "an agent does something in the Page Inbox, on this person's conversation",
    ),
    alone(
        "page",
        ValueKind::Mapping(PAGE_CHANGES),
        &[ON, PLATFORM, field("refused", ValueKind::FlagOr(DECLINED), "the change must fail, in this way")],
        "an admin changes settings",
        parse::page,
    ),
    actor(
        "bot",
        "a bot",
        ValueKind::App,
        BOT_VERBS,
        &[],
        &[],
        "stops or starts the process of an app's bot, which this run has started",
    ),
    alone("clock", ValueKind::ClockMove, &[AS], "moves the clock of the scenario", |_, _, value| {
        Some(Act::Clock(crate::step::clock_move(value)))
    }),
    alone(
        "expect",
        ValueKind::Expectation,
        &[ON, AS],
        "waits for what someone else must do, or for a state",
        parse::expect,
    ),
    alone(
        "never",
        ValueKind::Prohibition,
        &[field("until", ValueKind::Capture, "the name of a later step (its `as:`) to which it holds"), ON],
        "says what must not happen from here on",
        parse::never,
    ),
    alone("note", ValueKind::Text, &[], "puts a text into the report", |_, _, value| {
        Some(Act::Note(value.clone()))
    }),
    alone("use", ValueKind::Path, &[], "puts the steps of a part in its place", |builder, step, _| {
        builder.unused_part(step)
    }),
];

/// First keys of steps that this version lacks.
pub const HEADS_NOT_YET: &[&str] = &["fault", "clear_faults"];

/// Keys of inner mappings that this version lacks, under the key of the mapping.
const NOT_YET_WITHIN: &[(&str, &[&str])] = &[("opens", &["get_started", "lead_ad"]), ("page", &["options"])];

/// The keys of a mapping that this version lacks.
#[must_use]
pub fn not_yet_within(mapping: &str) -> &'static [&'static str] {
    NOT_YET_WITHIN.iter().find(|(name, _)| *name == mapping).map_or(&[], |(_, keys)| keys)
}

/// An actor: a verb says what the step does.
const fn actor(
    name: &'static str,
    actor: &'static str,
    value: ValueKind,
    verbs: &'static [Verb],
    beside: &'static [Field],
    not_yet: &'static [&'static str],
    meaning: &'static str,
) -> StepHead {
    StepHead { head: Head { name, value, actor, verbs, beside, not_yet, meaning }, build: BuildStep::ByVerb }
}

/// A step that is complete with its own value.
const fn alone(
    name: &'static str,
    value: ValueKind,
    beside: &'static [Field],
    meaning: &'static str,
    build: fn(&mut Builder<'_>, &Node, &Node) -> Option<Act>,
) -> StepHead {
    let head = Head { name, value, actor: "", verbs: &[], beside, not_yet: &[], meaning };
    StepHead { head, build: BuildStep::Alone(build) }
}
