//! Single values of a journal: how each type is spelt in JSON.

use std::sync::Arc;

use emulator_core::{Mid, Span, Timestamp};
use serde_json::{Value, json};

use super::Names;
use super::names::Known;
use super::row::{Codec, Members, Scalar};
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

/// A length of time in seconds.
pub(crate) enum Seconds {}

impl Scalar for Seconds {
    type Value = Span;

    fn write(value: &Span, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        out.bare(name, value.0 / Span::SECOND.0);
    }

    fn read(value: &Value, _known: &Known) -> Option<Span> {
        value.as_i64().map(|seconds| Span(seconds.saturating_mul(Span::SECOND.0)))
    }

    fn schema() -> Value {
        json!({"type": "integer"})
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

/// Texts in a list; absent when there are none.
pub(crate) enum Texts {}

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
