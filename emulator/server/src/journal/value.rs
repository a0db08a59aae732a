//! Single values of a journal: how each type is spelt in JSON.

use std::fmt::Write as _;
use std::sync::Arc;

use emulator_core::{
    AppId, AppMode, Asks, Channel, Feature, Field, FieldSet, Folder, Holder, Mid, Missing, Party, Permission,
    Protocol, Role, Tag, Template, TimerKind, Timestamp, TokenState,
};
use serde_json::{Value, json};

use super::Names;
use super::call::Subscribing;
use super::names::{IDLE, Known, NOBODY};
use super::proxied::Passage;
use super::record::BotOrder;
use super::row::{Codec, Members, Scalar, one_of};
use super::schema::Form;
use crate::clock::{parse_rfc3339, rfc3339};
use crate::escape::Dialect;
use crate::object::Object;
use crate::webhooks::WebhookUrl;

impl Scalar for Arc<str> {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        out.text(name, value);
    }

    fn read(value: &Value, _known: &Known) -> Option<Self> {
        value.as_str().map(Self::from)
    }

    fn schema() -> Value {
        json!({"type": "string"})
    }
}

impl Scalar for bool {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        out.bare(name, value);
    }

    fn read(value: &Value, _known: &Known) -> Option<Self> {
        value.as_bool()
    }

    fn schema() -> Value {
        json!({"type": "boolean"})
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {
        $(impl Scalar for $number {
            type Value = Self;

            fn write(value: &Self, name: &'static str, out: &mut Object<'_>, _names: &Names) {
                out.bare(name, value);
            }

            fn read(value: &Value, _known: &Known) -> Option<Self> {
                value.as_u64()?.try_into().ok()
            }

            fn schema() -> Value {
                json!({"type": "integer", "minimum": 0})
            }
        })+
    };
}

numbers!(u16, u32, u64);

/// Words of a closed list, by their names.
macro_rules! words {
    ($($type:ty = [$($all:tt)+];)+) => {
        $(impl Scalar for $type {
            type Value = Self;

            fn write(value: &Self, name: &'static str, out: &mut Object<'_>, _names: &Names) {
                out.text(name, value.name());
            }

            fn read(value: &Value, _known: &Known) -> Option<Self> {
                let word = value.as_str()?;
                $($all)+.iter().copied().find(|known| known.name() == word)
            }

            fn schema() -> Value {
                one_of(&$($all)+.iter().map(|known| known.name()).collect::<Vec<_>>())
            }
        })+
    };
}

words! {
    AppMode = [AppMode::ALL];
    Asks = [[Asks::PhoneNumber, Asks::Email]];
    BotOrder = [BotOrder::ALL];
    Channel = [Channel::ALL];
    Feature = [Feature::ALL];
    Field = [Field::ALL];
    Folder = [Folder::ALL];
    Passage = [Passage::ALL];
    Permission = [Permission::ALL];
    Protocol = [Protocol::ALL];
    Role = [Role::ALL];
    Subscribing = [Subscribing::ALL];
    Tag = [Tag::ALL];
    Template = [Template::ALL];
    TimerKind = [TimerKind::ALL];
}

/// An app by its name, or the id of one that the world does not know.
impl Scalar for AppId {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, names: &Names) {
        out.text(name, &names.app_name(*value));
    }

    fn read(value: &Value, known: &Known) -> Option<Self> {
        known.app(value.as_str()?)
    }

    fn schema() -> Value {
        json!({"type": "string", "description": "the name of an app, or the id of an unknown one"})
    }
}

/// Who can be in control: an app, `inbox`, or the id of another party of the platform.
impl Scalar for Party {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, names: &Names) {
        out.text(name, &names.party_name(*value));
    }

    fn read(value: &Value, known: &Known) -> Option<Self> {
        known.party(value.as_str()?)
    }

    fn schema() -> Value {
        json!({"type": "string", "description": "the name of an app, `inbox`, or the id of an unknown app"})
    }
}

/// Who is in control: a party, `idle`, or `none` while no app can be in control.
impl Scalar for Holder {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, names: &Names) {
        match value {
            Self::Nobody => drop(out.text(name, NOBODY)),
            Self::Idle => drop(out.text(name, IDLE)),
            Self::Party(party) => <Party as Scalar>::write(party, name, out, names),
        }
    }

    fn read(value: &Value, known: &Known) -> Option<Self> {
        match value.as_str()? {
            NOBODY => Some(Self::Nobody),
            IDLE => Some(Self::Idle),
            _ => <Party as Scalar>::read(value, known).map(Self::Party),
        }
    }

    fn schema() -> Value {
        json!({"anyOf": [{"enum": [IDLE, NOBODY]}, <Party as Scalar>::schema()]})
    }
}

/// A value for which a word stands when there is none.
macro_rules! or_word {
    ($($(#[$doc:meta])* $name:ident = $type:ty, $word:expr;)+) => {
        $($(#[$doc])*
        pub(super) enum $name {}

        impl Scalar for $name {
            type Value = Option<$type>;

            fn write(value: &Self::Value, name: &'static str, out: &mut Object<'_>, names: &Names) {
                match value {
                    Some(value) => <$type as Scalar>::write(value, name, out, names),
                    None => {
                        out.text(name, $word);
                    }
                }
            }

            fn read(value: &Value, known: &Known) -> Option<Self::Value> {
                if value == $word { Some(None) } else { <$type as Scalar>::read(value, known).map(Some) }
            }

            fn schema() -> Value {
                json!({"anyOf": [{"const": $word}, <$type as Scalar>::schema()]})
            }
        })+
    };
}

or_word! {
    /// The owner of a conversation, or nobody.
    Owner = Party, IDLE;
    /// A party with a role, or none.
    PartyOrNone = Party, "none";
    /// A role, or none.
    RoleOrNone = Role, "none";
    /// An app with a role, or none.
    AppOrNone = AppId, "none";
    /// When a messaging window closes or closed.
    WindowEnd = Timestamp, "never opened";
}

impl Scalar for Mid {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        out.text(name, &value.0);
    }

    fn read(value: &Value, _known: &Known) -> Option<Self> {
        value.as_str().map(|mid| Self(mid.into()))
    }

    fn schema() -> Value {
        json!({"type": "string", "description": "the id of a message"})
    }
}

impl Scalar for Timestamp {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        out.quoted(name, rfc3339(*value));
    }

    fn read(value: &Value, _known: &Known) -> Option<Self> {
        parse_rfc3339(value.as_str()?)
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "date-time", "description": "a time of RFC 3339"})
    }
}

/// The timestamp of an event, as on the wire.
pub(super) enum Milliseconds {}

impl Scalar for Milliseconds {
    type Value = Timestamp;

    fn write(value: &Timestamp, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        out.bare(name, value.0);
    }

    fn read(value: &Value, _known: &Known) -> Option<Timestamp> {
        value.as_i64().map(Timestamp)
    }

    fn schema() -> Value {
        json!({"type": "integer", "description": "milliseconds since 1970"})
    }
}

/// `true`, or absent.
pub(super) enum Flag {}

impl Codec for Flag {
    type Value = bool;

    fn write(value: &bool, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        if *value {
            out.bare(name, true);
        }
    }

    fn read(from: &Members<'_>, name: &'static str) -> Result<bool, String> {
        Ok(from.scalar::<bool>(name)?.unwrap_or_default())
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        forms.iter_mut().for_each(|form| form.allow(name, json!({"const": true})));
    }
}

impl Scalar for FieldSet {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        out.json(name, |out| {
            out.push('[');
            for (index, field) in value.iter().enumerate() {
                let _ = write!(out, "{}\"{}\"", if index == 0 { "" } else { "," }, field.name());
            }
            out.push(']');
        });
    }

    fn read(value: &Value, _known: &Known) -> Option<Self> {
        value.as_array()?.iter().map(|field| Field::parse(field.as_str()?)).collect()
    }

    fn schema() -> Value {
        json!({"type": "array", "items": Field::schema(), "uniqueItems": true})
    }
}

/// Fields, or `null` for none any more.
pub(super) enum FieldsOrNull {}

impl Scalar for FieldsOrNull {
    type Value = Option<FieldSet>;

    fn write(value: &Self::Value, name: &'static str, out: &mut Object<'_>, names: &Names) {
        match value {
            Some(fields) => <FieldSet as Scalar>::write(fields, name, out, names),
            None => {
                out.bare(name, "null");
            }
        }
    }

    fn read(value: &Value, known: &Known) -> Option<Self::Value> {
        if value.is_null() { Some(None) } else { <FieldSet as Scalar>::read(value, known).map(Some) }
    }

    fn schema() -> Value {
        json!({"oneOf": [FieldSet::schema(), {"type": "null"}]})
    }
}

/// Texts in a list; absent when there are none.
pub(super) enum Texts {}

impl Codec for Texts {
    type Value = Vec<Arc<str>>;

    fn write(value: &Self::Value, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        if !value.is_empty() {
            out.json(name, |out| {
                out.push('[');
                for (index, text) in value.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    Dialect::Graph.string(out, text);
                }
                out.push(']');
            });
        }
    }

    fn read(from: &Members<'_>, name: &'static str) -> Result<Self::Value, String> {
        let Some(value) = from.get(name) else { return Ok(Vec::new()) };
        let texts =
            value.as_array().and_then(|list| list.iter().map(|it| it.as_str().map(Arc::from)).collect());
        texts.ok_or_else(|| format!("`{name}` is {value}, and should be a list of texts"))
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        let schema = json!({"type": "array", "items": {"type": "string"}, "minItems": 1});
        forms.iter_mut().for_each(|form| form.allow(name, schema.clone()));
    }
}

/// JSON that is kept as it came.
pub(super) enum Json {}

impl Scalar for Json {
    type Value = Arc<str>;

    fn write(value: &Arc<str>, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        out.json(name, |out| Dialect::Graph.respell(out, value));
    }

    fn read(value: &Value, _known: &Known) -> Option<Arc<str>> {
        Some(value.to_string().into())
    }

    fn schema() -> Value {
        json!({"type": "object"})
    }
}

/// What an app lacks: the field that it has not subscribed, or a word.
impl Scalar for Missing {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        out.text(name, missing(*value));
    }

    fn read(value: &Value, _known: &Known) -> Option<Self> {
        let word = value.as_str()?;
        let other = MISSING.iter().copied().find(|known| missing(*known) == word);
        other.or_else(|| Field::parse(word).map(Self::Subscription))
    }

    fn schema() -> Value {
        let words = MISSING.iter().map(|known| missing(*known));
        one_of(&Field::ALL.iter().map(|field| field.name()).chain(words).collect::<Vec<_>>())
    }
}

const MISSING: [Missing; 3] = [Missing::Webhooks, Missing::Role, Missing::Control];

const fn missing(missing: Missing) -> &'static str {
    match missing {
        Missing::Subscription(field) => field.name(),
        Missing::Webhooks => "webhooks",
        Missing::Role => "role",
        Missing::Control => "control",
    }
}

/// How a Page token stands; one that expires is the time at which it does.
impl Scalar for TokenState {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        match value {
            Self::Valid => out.text(name, "valid"),
            Self::SessionEnded => out.text(name, "session_ended"),
            Self::Deauthorized => out.text(name, "deauthorized"),
            Self::Expires(at) => out.quoted(name, rfc3339(*at)),
        };
    }

    fn read(value: &Value, _known: &Known) -> Option<Self> {
        Some(match value.as_str()? {
            "valid" => Self::Valid,
            "session_ended" => Self::SessionEnded,
            "deauthorized" => Self::Deauthorized,
            time => Self::Expires(parse_rfc3339(time)?),
        })
    }

    fn schema() -> Value {
        json!({"anyOf": [one_of(&["valid", "session_ended", "deauthorized"]), Timestamp::schema()]})
    }
}

/// Where webhooks go.
impl Scalar for WebhookUrl {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        out.text(name, &value.to_string());
    }

    fn read(value: &Value, _known: &Known) -> Option<Self> {
        value.as_str()?.parse().ok()
    }

    fn schema() -> Value {
        json!({"type": "string", "description": "an address"})
    }
}
