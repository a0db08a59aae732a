//! The form of a table of rules: what a file in `fixtures/rules` may say, and nothing else.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use emulator_core::{Channel, Feature, Field, FieldSet, Folder, RefusalKind, Span};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// One file: a family of rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// What the family is about, for readers.
    pub(crate) about: String,
    /// The generation of conversation control that all rows live in.
    pub(crate) protocol: Protocol,
    /// The apps of the Page, unless a row says otherwise.
    pub(crate) apps: BTreeMap<String, App>,
    /// Short names of the sources that rows cite.
    pub(crate) sources: BTreeMap<String, String>,
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Protocol {
    Handover,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct App {
    pub(crate) fields: Fields,
    #[serde(default)]
    pub(crate) features: Vec<HumanAgent>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HumanAgent {
    HumanAgent,
}

impl From<HumanAgent> for Feature {
    fn from(feature: HumanAgent) -> Self {
        match feature {
            HumanAgent::HumanAgent => Self::HumanAgent,
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub(crate) struct Fields(pub(crate) FieldSet);

impl TryFrom<Vec<String>> for Fields {
    type Error = String;

    fn try_from(names: Vec<String>) -> Result<Self, String> {
        let parse = |name: &String| Field::parse(name).ok_or_else(|| format!("there is no field `{name}`"));
        names.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }
}

/// One row: one sentence about the platform.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: Spanned<String>,
    /// The rule that the row shows.
    pub(crate) rule: String,
    /// A key of the table's `sources`.
    pub(crate) source: String,
    pub(crate) given: Given,
    pub(crate) when: Steps,
    pub(crate) then: Then,
    /// Why the emulator does not do this yet. Such a row must fail, so that the word goes when it passes.
    #[serde(default)]
    pub(crate) differs: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    pub(crate) primary: Primary,
    pub(crate) owner: Owner,
    /// When the owner's control ends; in 24 hours when left out.
    #[serde(default)]
    pub(crate) until: Option<Length>,
    pub(crate) wrote: Wrote,
    /// Where the conversation lies; where control filed it when left out.
    #[serde(default)]
    pub(crate) folder: Option<FolderName>,
    /// Apps that differ from those of the table.
    #[serde(default)]
    pub(crate) apps: BTreeMap<String, App>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) enum Primary {
    None,
    App(String),
}

impl From<String> for Primary {
    fn from(name: String) -> Self {
        if name == "none" { Self::None } else { Self::App(name) }
    }
}

/// Nobody, or an app or the inbox by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) enum Owner {
    Idle,
    By(String),
}

impl From<String> for Owner {
    fn from(name: String) -> Self {
        if name == "idle" { Self::Idle } else { Self::By(name) }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Idle => "idle",
            Self::By(name) => name,
        })
    }
}

/// When the person last wrote.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Wrote {
    Never,
    Ago(Span),
}

impl TryFrom<String> for Wrote {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "never" {
            return Ok(Self::Never);
        }
        let length = text.strip_suffix(" ago").ok_or("expected `never` or a time such as `1h ago`")?;
        length.parse().map(|Length(span)| Self::Ago(span))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FolderName {
    Main,
    Done,
    Spam,
}

impl From<FolderName> for Folder {
    fn from(name: FolderName) -> Self {
        match name {
            FolderName::Main => Self::Main,
            FolderName::Done => Self::Done,
            FolderName::Spam => Self::Spam,
        }
    }
}

/// A stretch of time: `24h`, `7d 1s`, `+23h 59m 59s 999ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Length(pub(crate) Span);

const UNITS: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl std::str::FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a time such as `90s`, `24h` or `1d 6h`");
        let mut total = 0;
        for part in text.strip_prefix('+').unwrap_or(text).split(' ') {
            let digits = part.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
            let (count, unit) = part.split_at(digits);
            let (_, worth) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
            total += count.parse::<i64>().map_err(|_| wrong())? * worth;
        }
        Ok(Self(Span(total)))
    }
}

impl TryFrom<String> for Length {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Length {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.0;
        if rest <= 0 {
            return write!(out, "{rest}ms");
        }
        let mut gap = "";
        for (unit, worth) in UNITS {
            // 24h reads better than 1d, and 7d better than 168h.
            let skip = unit == "d" && rest < 2 * worth;
            let count = if skip { 0 } else { rest / worth };
            if count > 0 {
                write!(out, "{gap}{count}{unit}")?;
                (rest, gap) = (rest - count * worth, " ");
            }
        }
        Ok(())
    }
}

/// One step, or several of which the last is the one that the row is about.
#[derive(Debug)]
pub(crate) struct Steps(pub(crate) Vec<Step>);

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;

        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Steps;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a step or a list of steps")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Steps, A::Error> {
                Step::deserialize(MapAccessDeserializer::new(map)).map(|step| Steps(vec![step]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Steps, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Steps)
            }
        }

        deserializer.deserialize_any(OneOrMore)
    }
}

/// One actor doing one thing, in the words of scenario files.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawStep")]
pub(crate) enum Step {
    Says { user: String, text: String },
    App { app: String, to: Option<String>, verb: Verb },
    Clock(Span),
}

#[derive(Debug, Clone)]
pub(crate) enum Verb {
    Sends { said: Said, tag: Option<HumanAgentTag> },
    Passes { to: Option<String>, metadata: Option<String> },
    Takes(Metadata),
    Requests(Metadata),
    Releases,
    Extends(Option<Span>),
    AsksOwner,
    Types,
    MarksSeen,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    user: Option<String>,
    says: Option<String>,
    app: Option<String>,
    to: Option<String>,
    sends: Option<Short<Said>>,
    tag: Option<HumanAgentTag>,
    passes_control: Option<Pass>,
    takes_control: Option<Short<Metadata>>,
    requests_control: Option<Short<Metadata>>,
    releases_control: Option<True>,
    extends_control: Option<Extension>,
    asks_owner: Option<True>,
    types: Option<On>,
    marks_seen: Option<True>,
    clock: Option<Length>,
}

impl TryFrom<RawStep> for Step {
    type Error = &'static str;

    fn try_from(raw: RawStep) -> Result<Self, &'static str> {
        let verbs = [
            raw.sends.map(|Short(said)| Verb::Sends { said, tag: raw.tag }),
            raw.passes_control.map(|Pass { to, metadata }| Verb::Passes { to, metadata }),
            raw.takes_control.map(|Short(metadata)| Verb::Takes(metadata)),
            raw.requests_control.map(|Short(metadata)| Verb::Requests(metadata)),
            raw.releases_control.map(|True| Verb::Releases),
            raw.extends_control.map(|Extension(by)| Verb::Extends(by)),
            raw.asks_owner.map(|True| Verb::AsksOwner),
            raw.types.map(|On::On| Verb::Types),
            raw.marks_seen.map(|True| Verb::MarksSeen),
        ];
        let mut verbs = verbs.into_iter().flatten();
        let step = match (raw.user, raw.says, raw.app, verbs.next(), raw.clock) {
            (Some(user), Some(text), None, None, None) => Self::Says { user, text },
            (None, None, Some(app), Some(verb), None) => Self::App { app, to: raw.to, verb },
            (None, None, None, None, Some(Length(span))) => Self::Clock(span),
            _ => return Err("a step is `user` and `says`, `app` and one verb, or `clock`"),
        };
        if verbs.next().is_some() { Err("a step has one verb") } else { Ok(step) }
    }
}

/// What an app sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) metadata: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) enum HumanAgentTag {
    #[serde(rename = "HUMAN_AGENT")]
    HumanAgent,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pass {
    to: Option<String>,
    metadata: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metadata {
    pub(crate) metadata: Option<String>,
}

/// A mapping that may be written shorter: `true` for an empty one, a text for a message.
#[derive(Debug)]
struct Short<T>(T);

trait FromShort: Sized {
    fn from_true() -> Option<Self>;
    fn from_text(text: &str) -> Option<Self>;
}

impl FromShort for Said {
    fn from_true() -> Option<Self> {
        None
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(Self { text: text.to_owned(), metadata: None })
    }
}

impl FromShort for Metadata {
    fn from_true() -> Option<Self> {
        Some(Self::default())
    }

    fn from_text(_: &str) -> Option<Self> {
        None
    }
}

impl<'de, T: FromShort + Deserialize<'de>> Deserialize<'de> for Short<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ShortOrLong<T>(PhantomData<T>);

        impl<'de, T: FromShort + Deserialize<'de>> Visitor<'de> for ShortOrLong<T> {
            type Value = Short<T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("`true`, a text or a mapping, as the verb has it")
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Short<T>, E> {
                let short = value.then(T::from_true).flatten();
                short.map(Short).ok_or_else(|| E::invalid_value(de::Unexpected::Bool(value), &self))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Short<T>, E> {
                let short = T::from_text(text).map(Short);
                short.ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Short<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Short)
            }
        }

        deserializer.deserialize_any(ShortOrLong(PhantomData))
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "bool")]
pub(crate) struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, &'static str> {
        if value { Ok(Self) } else { Err("leave it out in place of `false`") }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum On {
    On,
}

/// `true` when the call names no duration.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Extension(Option<Span>);

impl TryFrom<String> for Extension {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "true" {
            return Ok(Self(None));
        }
        text.parse().map(|Length(span)| Self(Some(span)))
    }
}

/// What follows from the last step. What is left out stays as it was; no deliveries means none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Then {
    /// The rule that let it through.
    #[serde(default)]
    pub(crate) accepted: Option<String>,
    #[serde(default)]
    pub(crate) refused: Option<Refused>,
    #[serde(default)]
    pub(crate) answer: Option<OwnerAnswer>,
    #[serde(default)]
    pub(crate) owner: Option<Owner>,
    /// In what time control ends.
    #[serde(default)]
    pub(crate) expires: Option<Length>,
    #[serde(default)]
    pub(crate) folder: Option<FolderName>,
    #[serde(default)]
    pub(crate) window: Option<Window>,
    #[serde(default)]
    pub(crate) deliveries: Vec<Heard>,
    /// Who does not hear of it for want of which field; looked at only where a row is about that.
    #[serde(default)]
    pub(crate) unheard: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refused {
    pub(crate) kind: Kind,
    /// The rule that refused it; the row's own when left out.
    #[serde(default)]
    pub(crate) rule: Option<String>,
}

macro_rules! kinds {
    ($($kind:ident $(($any:pat))? $({$rest:tt})?)*) => {
        /// The refusals, as tables spell them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum Kind {
            $($kind,)*
        }

        impl From<RefusalKind> for Kind {
            fn from(kind: RefusalKind) -> Self {
                match kind {
                    $(RefusalKind::$kind $(($any))? $({$rest})? => Self::$kind,)*
                }
            }
        }
    };
}

kinds! {
    AppNotConnected PermissionMissing TokenExpired(_) SessionEnded TokenDeauthorized FieldPermission
    UnknownPerson PersonUnavailable NoRoleOnApp{..} UnknownMessage NothingToTap TagRetired NotANewsPage
    SignalNotAllowed OwnerNotTold TakeByOwner OnlyReceivers ReceiversHidden InboxCannotBePrimary UnknownApp
    AnotherAppInControl OutsideWindow HumanAgentNotApproved CallerNotOwner TargetRequired IncorrectAppId
    TakeNotAllowed OnlyOwnerReleases OnlyOwnerExtends DurationOutOfRange RequestByOwner
}

/// What `thread_owner` answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnerAnswer {
    pub(crate) owner: Owner,
    #[serde(default)]
    pub(crate) expires: Option<Length>,
}

/// The standard window: closed, or open for so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Window {
    Closed,
    Open(Length),
}

impl TryFrom<String> for Window {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "closed" { Ok(Self::Closed) } else { text.parse().map(Self::Open) }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => out.write_str("closed"),
            Self::Open(length) => length.fmt(out),
        }
    }
}

/// One app hears of one event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Heard {
    pub(crate) app: String,
    pub(crate) channel: ChannelName,
    pub(crate) event: Event,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChannelName {
    Messaging,
    Standby,
}

impl From<Channel> for ChannelName {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Messaging => Self::Messaging,
            Channel::Standby => Self::Standby,
        }
    }
}

/// The event in the keys of the wire, with names of apps in place of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Event {
    Message(MessageEvent),
    PassThreadControl(MoveEvent),
    TakeThreadControl(MoveEvent),
    RequestThreadControl(RequestEvent),
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageEvent {
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) is_echo: bool,
    #[serde(default)]
    pub(crate) app_id: Option<String>,
    #[serde(default)]
    pub(crate) metadata: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveEvent {
    /// Null when nobody owned the conversation.
    pub(crate) previous_owner_app_id: Option<String>,
    pub(crate) new_owner_app_id: String,
    #[serde(default)]
    pub(crate) metadata: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestEvent {
    pub(crate) requested_owner_app_id: String,
    #[serde(default)]
    pub(crate) metadata: Option<String>,
}

impl fmt::Display for Heard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { app, channel, event } = self;
        let channel = match channel {
            ChannelName::Messaging => "messaging",
            ChannelName::Standby => "standby",
        };
        write!(out, "{{app: {app}, channel: {channel}, event: {event}}}")
    }
}

impl fmt::Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pairs = Vec::new();
        let name = match self {
            Self::Other(text) => return out.write_str(text),
            Self::Message(message) => {
                pairs.push(("text", message.text.clone()));
                if message.is_echo {
                    pairs.push(("is_echo", "true".to_owned()));
                }
                pairs.extend(message.app_id.clone().map(|app| ("app_id", app)));
                pairs.extend(message.metadata.clone().map(|text| ("metadata", text)));
                "message"
            }
            Self::PassThreadControl(moved) | Self::TakeThreadControl(moved) => {
                let previous = moved.previous_owner_app_id.clone();
                pairs.push(("previous_owner_app_id", previous.unwrap_or_else(|| "null".to_owned())));
                pairs.push(("new_owner_app_id", moved.new_owner_app_id.clone()));
                pairs.extend(moved.metadata.clone().map(|text| ("metadata", text)));
                if matches!(self, Self::PassThreadControl(_)) {
                    "pass_thread_control"
                } else {
                    "take_thread_control"
                }
            }
            Self::RequestThreadControl(request) => {
                pairs.push(("requested_owner_app_id", request.requested_owner_app_id.clone()));
                pairs.extend(request.metadata.clone().map(|text| ("metadata", text)));
                "request_thread_control"
            }
        };
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        write!(out, "{{{name}: {{{}}}}}", pairs.join(", "))
    }
}
