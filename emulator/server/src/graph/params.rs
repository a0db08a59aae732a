//! Parameters of a call: query and body merged, whatever the encoding (M-13).

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::error::GraphError;

/// One parameter's value, not yet read.
#[derive(Debug, Clone)]
pub(crate) enum Raw<'a> {
    /// Text from a query or a form; it may hold JSON.
    Text(Cow<'a, str>),
    /// A member of a JSON body.
    Json(&'a RawValue),
}

/// All parameters of a call. Later ones win.
#[derive(Debug, Default)]
pub(crate) struct Params<'a> {
    members: Vec<(Cow<'a, str>, Raw<'a>)>,
}

impl<'a> Params<'a> {
    /// Reads the query and the body. A body that begins with `{` is JSON whatever its header says;
    /// any other is a form.
    pub(crate) fn read(query: Option<&'a str>, body: &'a [u8]) -> Result<Self, GraphError> {
        let mut params = Self::default();
        params.form(query.unwrap_or_default().as_bytes());
        let start = body.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(body.len());
        match body.get(start) {
            None => {}
            Some(b'{') => {
                let Members(members) =
                    serde_json::from_slice(&body[start..]).map_err(|_| GraphError::invalid())?;
                params.members.extend(members);
            }
            Some(_) => params.form(body),
        }
        Ok(params)
    }

    fn form(&mut self, encoded: &'a [u8]) {
        let pairs = form_urlencoded::parse(encoded).map(|(name, value)| (name, Raw::Text(value)));
        self.members.extend(pairs);
    }

    /// The parameter's value; JSON `null` counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&Raw<'a>> {
        let (_, value) = self.members.iter().rev().find(|(member, _)| member == name)?;
        match value {
            Raw::Json(json) if json.get() == "null" => None,
            Raw::Text(_) | Raw::Json(_) => Some(value),
        }
    }

    /// The parameter as text; a JSON number is its digits.
    pub(crate) fn text(&self, name: &str) -> Result<Option<Cow<'_, str>>, GraphError> {
        self.get(name).map(Raw::text).transpose()
    }
}

impl Raw<'_> {
    /// The value as text.
    pub(crate) fn text(&self) -> Result<Cow<'_, str>, GraphError> {
        match self {
            Self::Text(text) => Ok(Cow::Borrowed(text)),
            Self::Json(json) => {
                let Scalar(text) = serde_json::from_str(json.get()).map_err(|_| GraphError::invalid())?;
                Ok(text)
            }
        }
    }

    /// The value as JSON text: text that holds JSON is looked into, also inside a JSON body.
    pub(crate) fn json(&self) -> Result<Cow<'_, str>, GraphError> {
        match self {
            Self::Text(text) => Ok(Cow::Borrowed(text)),
            Self::Json(json) if json.get().starts_with('"') => self.text(),
            Self::Json(json) => Ok(Cow::Borrowed(json.get())),
        }
    }
}

/// The members of a JSON object, values unread.
struct Members<'a>(Vec<(Cow<'a, str>, Raw<'a>)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(6);
                while let Some(name) = map.next_key::<Name<'de>>()? {
                    members.push((name.0, Raw::Json(map.next_value()?)));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// A string, or a number or boolean as its text.
pub(crate) struct Scalar<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Any<'a> {
            type Value = Scalar<'a>;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a text or a number")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(text.to_owned())))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(number.to_string())))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(number.to_string())))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(number.to_string())))
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(value.to_string())))
            }
        }
        deserializer.deserialize_any(Any(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(query: Option<&str>, body: &str, name: &str) -> Option<String> {
        Params::read(query, body.as_bytes()).unwrap().text(name).unwrap().map(Cow::into_owned)
    }

    #[test]
    fn parameters_are_found_wherever_they_stand() {
        assert_eq!(text(Some("a=1%20b"), "", "a").as_deref(), Some("1 b"));
        assert_eq!(text(Some("a=1"), r#"{"a":2}"#, "a").as_deref(), Some("2"));
        assert_eq!(text(None, " {\"a\":\"x\"}", "a").as_deref(), Some("x"));
        assert_eq!(text(None, "a=x&b=y+z", "b").as_deref(), Some("y z"));
        assert_eq!(text(Some("a=1"), r#"{"a":null}"#, "a"), None);
        assert_eq!(text(Some("a=1"), "", "b"), None);
    }

    #[test]
    fn json_text_is_json_in_a_form_and_inside_json() {
        for body in ["r=%7B%22id%22%3A%221%22%7D", r#"{"r":{"id":"1"}}"#, r#"{"r":"{\"id\":\"1\"}"}"#] {
            let params = Params::read(None, body.as_bytes()).unwrap();
            assert_eq!(params.get("r").unwrap().json().unwrap(), r#"{"id":"1"}"#, "{body}");
        }
    }

    #[test]
    fn a_broken_body_is_an_error_and_no_panic() {
        for body in ["{", "{\"a\"", "{\"a\":}", "{]"] {
            assert!(Params::read(None, body.as_bytes()).is_err(), "{body}");
        }
        assert!(Params::read(None, b"\xff\xfe=%zz").is_ok());
    }
}
