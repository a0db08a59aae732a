//! What an app does: each verb is a call of Graph, by the name of its route.

use emulator_core::{RouteId, SenderAction};

use super::keys::{
    ANSWERS, AS, MESSAGING_TYPE, METADATA, OF, OPTIONAL, REFUSED, REPLY_TO, TAG, THREAD_CONTROL, TO, WITHIN,
};
use super::verb::{AppDoes, Does, Parameter, Source};
use super::words::METHODS;
use super::{Field, ValueKind, Verb, field};

const HANDS_OVER: &[Field] =
    &[field("to", ValueKind::Receiver, "who gets control: an app or `inbox`"), METADATA];
const TELLS: &[Field] = &[field("to", ValueKind::Receiver, "who gets it: an app or `inbox`"), METADATA];
const WITH_METADATA: &[Field] = &[METADATA];

const APP_BESIDE: &[Field] = &[OF, TO, REFUSED, ANSWERS, AS];
const ABOUT_NOBODY: &[Field] = &[REFUSED, ANSWERS, AS];
const SEND_BESIDE: &[Field] = &[OF, TO, MESSAGING_TYPE, TAG, REPLY_TO, THREAD_CONTROL, REFUSED, ANSWERS, AS];
const CALL_EXPECTED: &[Field] = &[OF, REFUSED, WITHIN, OPTIONAL, AS];
const SEND_EXPECTED: &[Field] = &[OF, MESSAGING_TYPE, TAG, THREAD_CONTROL, REFUSED, WITHIN, OPTIONAL, AS];

const METHOD: Field = field("method", ValueKind::Word(METHODS), "the HTTP method");
/// A call of the Graph API that a step makes.
const CALLED: &[Field] = &[
    field(
        "path",
        ValueKind::Needed(&ValueKind::GraphPath),
        "the path, without a slash before it and with or without a version",
    ),
    field(
        "method",
        ValueKind::Word(METHODS),
        "the HTTP method; GET unless the call carries something, else POST",
    ),
    field("query", ValueKind::Free(&ValueKind::Any), "parameters in the query"),
    field("body", ValueKind::Any, "a body of JSON; a text goes out as it is"),
    field("form", ValueKind::Free(&ValueKind::Any), "a body that is a form"),
    field(
        "files",
        ValueKind::Free(&ValueKind::Path),
        "files to upload, by their paths relative to this file",
    ),
    field("token", ValueKind::Any, "`none`, `app`, `expired` or a text, in place of the app's Page token"),
];
/// A call of the Graph API that an expectation waits for.
const CALL_SEEN: &[Field] =
    &[field("path", ValueKind::GraphPath, "the path, without version and query; the Page is `me`"), METHOD];

/// What an app does.
pub static APP_VERBS: &[Verb] = &[
    Verb {
        name: "sends",
        value: ValueKind::Message,
        expected: ValueKind::Message,
        beside: SEND_BESIDE,
        expected_beside: SEND_EXPECTED,
        meaning: "sends a message to the person",
        does: Does::App(AppDoes::Call(
            RouteId::SendMessage,
            &[
                beside("messaging_type"),
                beside("tag"),
                beside("reply_to"),
                beside("thread_control"),
                Parameter { name: "message", source: Source::Value },
            ],
        )),
    },
    call(
        "passes_control",
        ValueKind::Mapping(HANDS_OVER),
        RouteId::PassThreadControl,
        TARGET_AND_METADATA,
        "passes thread control on",
    ),
    call(
        "takes_control",
        ValueKind::FlagOr(WITH_METADATA),
        RouteId::TakeThreadControl,
        METADATA_ALONE,
        "takes thread control",
    ),
    call(
        "requests_control",
        ValueKind::FlagOr(WITH_METADATA),
        RouteId::RequestThreadControl,
        METADATA_ALONE,
        "requests thread control",
    ),
    call(
        "releases_control",
        ValueKind::FlagOr(WITH_METADATA),
        RouteId::ReleaseThreadControl,
        METADATA_ALONE,
        "releases thread control",
    ),
    call(
        "extends_control",
        ValueKind::Duration,
        RouteId::ExtendThreadControl,
        &[Parameter { name: "duration", source: Source::Value }],
        "extends its thread control",
    ),
    call(
        "passes_metadata",
        ValueKind::Mapping(TELLS),
        RouteId::PassThreadMetadata,
        TARGET_AND_METADATA,
        "tells another app something; control stays where it is",
    ),
    call(
        "types",
        ValueKind::OnOff,
        RouteId::SendMessage,
        &[Parameter {
            name: "sender_action",
            source: Source::Switch { on: SenderAction::TypingOn.name(), off: SenderAction::TypingOff.name() },
        }],
        "shows that it is typing, or that it has stopped",
    ),
    call(
        "marks_seen",
        ValueKind::Flag,
        RouteId::SendMessage,
        &[Parameter { name: "sender_action", source: Source::Word(SenderAction::MarkSeen.name()) }],
        "shows that it has seen the messages",
    ),
    call("asks_owner", ValueKind::Flag, RouteId::ReadThreadOwner, &[], "asks who owns the conversation"),
    Verb {
        name: "asks_receivers",
        value: ValueKind::Flag,
        expected: ValueKind::Flag,
        beside: ABOUT_NOBODY,
        expected_beside: &[REFUSED, WITHIN, OPTIONAL, AS],
        meaning: "asks which apps are secondary receivers",
        does: Does::App(AppDoes::Call(RouteId::ListSecondaryReceivers, &[])),
    },
    Verb {
        name: "calls",
        value: ValueKind::Mapping(CALLED),
        expected: ValueKind::Mapping(CALL_SEEN),
        beside: ABOUT_NOBODY,
        expected_beside: CALL_EXPECTED,
        meaning: "calls the Graph API, whatever path it is",
        does: Does::App(AppDoes::Written),
    },
];

const METADATA_ALONE: &[Parameter] = &[key("metadata", "metadata")];
const TARGET_AND_METADATA: &[Parameter] = &[key("target_app_id", "to"), key("metadata", "metadata")];

/// A parameter at a key of the mapping after the verb.
const fn key(name: &'static str, key: &'static str) -> Parameter {
    Parameter { name, source: Source::Key(key) }
}

/// A parameter at the key of its own name beside the verb.
const fn beside(name: &'static str) -> Parameter {
    Parameter { name, source: Source::Beside(name) }
}

/// A call about one conversation.
const fn call(
    name: &'static str,
    value: ValueKind,
    route: RouteId,
    parameters: &'static [Parameter],
    meaning: &'static str,
) -> Verb {
    Verb {
        name,
        value,
        expected: value,
        beside: APP_BESIDE,
        expected_beside: CALL_EXPECTED,
        meaning,
        does: Does::App(AppDoes::Call(route, parameters)),
    }
}
