//! Keys that stand beside several verbs and expectations.

use emulator_core::{Platform, SendControl};

use super::{Field, ValueKind, field};

pub(super) const AS: Field = field("as", ValueKind::Capture, "a name for the result, for use in later steps");
pub(super) const OF: Field =
    field("of", ValueKind::Person, "the person meant, where the scenario has more than one");
pub(super) const TO: Field =
    field("to", ValueKind::Person, "the person meant, where the scenario has more than one");
pub(super) const ON: Field = field("on", ValueKind::Page, "the Page meant, where it is not the first one");
pub(super) const PLATFORM: Field = field(
    "platform",
    ValueKind::Word(Platform::WORDS),
    "the platform whose settings are changed, where the Page is on both",
);
/// The protocols under which a step is played.
pub(crate) const UNDER: Field = field(
    "under",
    ValueKind::OneOrMore(&ValueKind::Word(super::words::PROTOCOLS)),
    "the protocols under which it is played; all of them unless given",
);
pub(super) const METADATA: Field = field("metadata", ValueKind::Text, "a text that the webhook carries");
pub(super) const REFUSED: Field =
    field("refused", ValueKind::FlagOr(REFUSAL), "the call must fail, in this way");
pub(super) const ANSWERS: Field = field("answers", ValueKind::Pattern, "what the answer must hold");
pub(super) const MESSAGING_TYPE: Field =
    field("messaging_type", ValueKind::Text, "the parameter of the Send API");
pub(super) const TAG: Field = field("tag", ValueKind::Text, "the message tag of the Send API");
pub(super) const THREAD_CONTROL: Field = field(
    "thread_control",
    ValueKind::Mapping(SEND_CONTROL),
    "what becomes of control once the message is sent, under routing",
);
/// The keys of `thread_control:`, which are those of the wire.
pub const SEND_CONTROL: &[Field] = &[
    field("control_type", ValueKind::Word(SendControl::WORDS), "release when left out"),
    field(
        "app_id",
        ValueKind::Receiver,
        "who gets control: an app or `inbox`; the default app when left out",
    ),
];
pub(super) const WITHIN: Field =
    field("within", ValueKind::RealTime, "how long to wait for it at most, in real time");

pub(super) const OPTIONAL: Field = field("optional", ValueKind::Bool, "`true` when it need not come");

/// The keys of `refused:`.
pub const REFUSAL: &[Field] = &[
    field("status", ValueKind::Status, "the HTTP status"),
    field("code", ValueKind::Code, "the error code"),
    field("subcode", ValueKind::Subcode, "the error subcode"),
    field("type", ValueKind::Pattern, "the type of the error"),
    field("message", ValueKind::Pattern, "the message on the wire, with its `(#…)` prefix"),
    field("user_title", ValueKind::Pattern, "the title for people"),
    field("user_msg", ValueKind::Pattern, "the explanation for people"),
];
pub(super) const REPLY_TO: Field = field("reply_to", ValueKind::Earlier, "the message that this one answers");
