//! What a person does.

use super::keys::{AS, REPLY_TO};
use super::verb::{Does, VerbNodes};
use super::{Field, ValueKind, Verb, field};
use crate::diagnostics::Diagnostic;
use crate::node::Node;
use crate::step::{Builder, Entrance, UserVerb, spanned};

const IMAGE: Field = field("image", ValueKind::Media, "a picture");
const VIDEO: Field = field("video", ValueKind::Media, "a video");
const AUDIO: Field = field("audio", ValueKind::Media, "a recording");
const FILE: Field = field("file", ValueKind::Media, "a file");
const STICKER: Field = field("sticker", ValueKind::Any, "a sticker, by its id");
const LOCATION: Field = field("location", ValueKind::Mapping(PLACE), "a place");
const FALLBACK: Field = field("fallback", ValueKind::Mapping(SHARED), "a page that the person shares");
/// What a person sends.
pub(crate) const SENT: &[Field] = &[
    IMAGE,
    VIDEO,
    AUDIO,
    FILE,
    STICKER,
    LOCATION,
    FALLBACK,
    field("text", ValueKind::Text, "a text beside it"),
    field(
        "attachments",
        ValueKind::ListOf(&ValueKind::Mapping(ATTACHED)),
        "several attachments in one message",
    ),
];
/// One of several attachments.
pub(crate) const ATTACHED: &[Field] = &[
    IMAGE,
    VIDEO,
    AUDIO,
    FILE,
    STICKER,
    LOCATION,
    FALLBACK,
    field("type", ValueKind::Text, "a kind of attachment, to be written as the webhook shows it"),
    field("payload", ValueKind::Any, "what the webhook shows of it"),
    field("title", ValueKind::Text, "its title in the webhook"),
    field("url", ValueKind::Text, "its address in the webhook"),
];
const PLACE: &[Field] = &[
    field("lat", ValueKind::Any, "the latitude"),
    field("long", ValueKind::Any, "the longitude"),
    field("title", ValueKind::Text, "what the place is called"),
    field("url", ValueKind::Url, "a map of it"),
];
const SHARED: &[Field] =
    &[field("url", ValueKind::Url, "where it is"), field("title", ValueKind::Text, "what it is called")];

const NLP: Field =
    field("nlp", ValueKind::Any, "what the platform found in the text, as the webhook shows it");
const ENTRANCE: &[Field] = &[
    field("link", ValueKind::Text, "the `ref` of an m.me link"),
    field("ad", ValueKind::Mapping(AD), "a Click-to-Messenger ad"),
];

const AD: &[Field] = &[
    field("id", ValueKind::Needed(&ValueKind::Text), "the ad's id"),
    field("ref", ValueKind::Text, "the `ref` of the ad"),
    field("app", ValueKind::App, "the app that the ad names"),
];

/// What a person does.
pub static USER_VERBS: &[Verb] = &[
    verb("says", ValueKind::Text, &[NLP, REPLY_TO, AS], "sends a text message to the Page", says),
    verb(
        "taps",
        ValueKind::Text,
        &[field("in", ValueKind::Earlier, "the message that holds it, where several fit"), AS],
        "taps a quick reply or a button, by its title or payload",
        |_, nodes| Some(UserVerb::Taps { what: nodes.value.clone(), within: nodes.beside("in") }),
    ),
    verb("sends", ValueKind::Mapping(SENT), &[REPLY_TO, AS], "sends attachments to the Page", sends),
    verb("opens", ValueKind::Mapping(ENTRANCE), &[], "comes into the conversation by a link or an ad", opens),
    verb(
        "reacts",
        ValueKind::Text,
        &[field("to", ValueKind::Earlier, "the message; the newest of the Page unless given")],
        "reacts to a message with an emoji, or takes the reaction back with `none`",
        |_, nodes| Some(UserVerb::Reacts { emoji: nodes.value.clone(), to: nodes.beside("to") }),
    ),
    verb("reads", ValueKind::Flag, &[], "reads everything that the Page has written", |_, _| {
        Some(UserVerb::Reads)
    }),
    verb("blocks", ValueKind::Flag, &[], "blocks the Page", |_, _| Some(UserVerb::Blocks)),
    verb("unblocks", ValueKind::Flag, &[], "unblocks the Page", |_, _| Some(UserVerb::Unblocks)),
];

const fn verb(
    name: &'static str,
    value: ValueKind,
    beside: &'static [Field],
    meaning: &'static str,
    build: super::verb::BuildVerb<UserVerb>,
) -> Verb {
    Verb { name, value, expected: value, beside, expected_beside: &[], meaning, does: Does::Person(build) }
}

fn says(builder: &mut Builder<'_>, nodes: &VerbNodes<'_>) -> Option<UserVerb> {
    let nlp = nodes.beside("nlp");
    if let Some(found) = nlp.as_ref().filter(|found| found.entries().is_none()) {
        let help =
            "write `nlp: {entities: {…}, traits: {…}, detected_locales: […]}`, as the webhook shows it";
        builder.check.wrong("nlp", found, "takes a mapping", help);
        return None;
    }
    Some(UserVerb::Says { text: nodes.value.clone(), nlp, reply_to: nodes.beside("reply_to") })
}

fn sends(builder: &mut Builder<'_>, nodes: &VerbNodes<'_>) -> Option<UserVerb> {
    if nodes.value.entries().is_none_or(<[_]>::is_empty) {
        let problem = Diagnostic::new(nodes.value.span, "`sends` says nothing of what is sent");
        builder.check.report(
            problem.help(
                "write `sends: {image: https://…}` or `sends: {attachments: [{image: …}, {image: …}]}`",
            ),
        );
        return None;
    }
    let (message, files) = builder.with_files(nodes.value);
    Some(UserVerb::Sends { message, files, reply_to: nodes.beside("reply_to") })
}

fn opens(builder: &mut Builder<'_>, nodes: &VerbNodes<'_>) -> Option<UserVerb> {
    let given = |key| nodes.value.get(key).filter(|node: &&Node| !node.is_null());
    match (given("link"), given("ad")) {
        (Some(link), None) => Some(UserVerb::Opens(Entrance::Link { link: link.clone() })),
        (None, Some(ad)) => Some(UserVerb::Opens(Entrance::Ad {
            id: ad.get("id")?.clone(),
            reference: ad.get("ref").cloned(),
            app: ad.get("app").map(spanned),
        })),
        (None, None) | (Some(_), Some(_)) => {
            let problem = Diagnostic::new(nodes.value.span, "`opens` takes a `link` or an `ad`");
            builder.check.report(problem.help("write `opens: {link: …}` or `opens: {ad: {id: …}}`"));
            None
        }
    }
}
