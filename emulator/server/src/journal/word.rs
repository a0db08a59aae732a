//! Words of closed lists in a journal, and values that are one of several words.

use std::fmt::Write as _;

use emulator_core::{
    AppMode, Asks, Channel, Feature, Field, FieldSet, Folder, Missing, Permission, Platform, Protocol, Role,
    Tag, Template, TimerKind, Timestamp, TokenState,
};
use serde_json::{Value, json};

use super::Names;
use super::call::Subscribing;
use super::names::Known;
use super::proxied::Passage;
use super::record::BotOrder;
use super::row::{Scalar, one_of};
use crate::clock::{parse_rfc3339, rfc3339};
use crate::object::Object;

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
    Platform = [Platform::ALL];
    Protocol = [Protocol::ALL];
    Role = [Role::ALL];
    Subscribing = [Subscribing::ALL];
    Tag = [Tag::ALL];
    Template = [Template::ALL];
    TimerKind = [TimerKind::ALL];
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
pub(crate) enum FieldsOrNull {}

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
