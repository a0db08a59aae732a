//! What `expect:` and `never:` can be about.

use emulator_core::{Channel, Field as WebhookField, Folder};

use super::app::APP_VERBS;
use super::keys::{AS, OF, ON, OPTIONAL, WITHIN};
use super::verb::{ExpectationHead, Head, Subject};
use super::words::Window;
use super::{Field, ValueKind, field};
use crate::node::Node;
use crate::step::{Awaited, Builder, Position};

type Build = fn(&mut Builder<'_>, &'static ExpectationHead, &Node, &Node, Position<'_>) -> Option<Awaited>;

/// What `expect:` and `never:` can be about; the verbs of an app are listed in [`APP_VERBS`].
pub static EXPECTATIONS: &[ExpectationHead] = &[
    ExpectationHead {
        head: Head {
            name: "app",
            value: ValueKind::App,
            actor: "an app",
            verbs: APP_VERBS,
            beside: &[ON],
            not_yet: &["persona", "thread_control"],
            meaning: "a message that reaches the person, or another call of that app",
        },
        subject: Subject::Call,
        build: |builder, head, node, app, _| builder.awaited_call(&head.head, node, app),
    },
    alone(
        "webhook",
        ValueKind::App,
        &[
            OF,
            ON,
            field(
                "channel",
                ValueKind::Word(Channel::WORDS),
                "the list of the entry that the event stands in",
            ),
            field("event", ValueKind::Pattern, "what the event must hold"),
            field("field", ValueKind::Word(WebhookField::WORDS), "the subscription field it belongs to"),
            field("acknowledged", ValueKind::Bool, "`false` for a delivery that the app did not acknowledge"),
            field(
                "attempts",
                ValueKind::Pattern,
                "how many times it was tried: until it was acknowledged, or in vain so far",
            ),
            WITHIN,
            OPTIONAL,
            AS,
        ],
        "a delivery to that app",
        Subject::Delivery,
        |builder, _, node, app, _| builder.awaited_delivery(node, app),
    ),
    state("owner", ValueKind::Owner, "who controls the conversation", |builder, _, _, value, _| {
        builder.owner(value).map(Awaited::Owner)
    }),
    state(
        "folder",
        ValueKind::Word(Folder::WORDS),
        "the folder the conversation lies in",
        |builder, head, _, value, _| builder.word_of(&head.head, value, Folder::parse).map(Awaited::Folder),
    ),
    state(
        "window",
        ValueKind::Word(Window::WORDS),
        "whether the messaging window is open",
        |builder, head, _, value, _| builder.word_of(&head.head, value, Window::parse).map(Awaited::Window),
    ),
    alone(
        "nothing",
        ValueKind::Flag,
        &[field("for", ValueKind::Needed(&ValueKind::RealTime), "how long it must stay quiet, in real time")],
        "quiet: no message reaches the person and no real app calls anything",
        Subject::Quiet,
        |builder, _, node, value, _| builder.nothing(node, value),
    ),
    combination(
        "any_order",
        Subject::AllOf,
        "all of these, in any order; each is met by another call, delivery or message",
        |builder, head, _, value, position| builder.any_order(&head.head, value, position),
    ),
    combination(
        "one_of",
        Subject::OneOf,
        "one of these: the first that is met",
        |builder, head, _, value, position| builder.items(&head.head, value, position).map(Awaited::OneOf),
    ),
];

/// Keys of expectations that this version lacks.
pub const EXPECTATIONS_NOT_YET: &[&str] = &["inbox", "menu", "profile", "user"];

const fn alone(
    name: &'static str,
    value: ValueKind,
    beside: &'static [Field],
    meaning: &'static str,
    subject: Subject,
    build: Build,
) -> ExpectationHead {
    let head = Head { name, value, actor: "", verbs: &[], beside, not_yet: &[], meaning };
    ExpectationHead { head, subject, build }
}

const fn state(name: &'static str, value: ValueKind, meaning: &'static str, build: Build) -> ExpectationHead {
    alone(name, value, &[OF, ON, WITHIN, OPTIONAL, AS], meaning, Subject::Conversation, build)
}

const fn combination(
    name: &'static str,
    subject: Subject,
    meaning: &'static str,
    build: Build,
) -> ExpectationHead {
    let value = ValueKind::ListOf(&ValueKind::Expectation);
    alone(name, value, &[ON, WITHIN, OPTIONAL, AS], meaning, subject, build)
}
