//! Values that a table may write shorter: `true` for an empty mapping, a text for a message.

use std::fmt;
use std::marker::PhantomData;

use emulator_core::Span;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::length::Length;

/// One thing, or a list of them.
#[derive(Debug)]
pub(crate) struct OneOrMore<T>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMore<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = OneOrMore<T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a step or a list of steps")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|one| OneOrMore(vec![one]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(OneOrMore)
            }
        }

        deserializer.deserialize_any(Either(PhantomData))
    }
}

/// A mapping that may be written shorter.
#[derive(Debug)]
pub(crate) struct Short<T>(pub(crate) T);

/// What a mapping means that is written shorter.
pub(crate) trait FromShort: Sized {
    fn from_true() -> Option<Self>;
    fn from_text(text: &str) -> Option<Self>;
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

/// `true`, where a key says all there is to say.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "bool")]
pub(crate) struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, &'static str> {
        if value { Ok(Self) } else { Err("leave it out in place of `false`") }
    }
}

/// `on`, for what is switched on.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum On {
    On,
}

/// A duration, or `true` when the call names none.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Extension(pub(crate) Option<Span>);

impl TryFrom<String> for Extension {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "true" {
            return Ok(Self(None));
        }
        text.parse().map(|Length(span)| Self(Some(span)))
    }
}
