//! The members of a JSON body, values unread.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use super::{LIMIT, Raw};

/// The members of a JSON object in their order, [`LIMIT`] at most.
pub(super) struct Members<'a>(pub(super) Vec<(Cow<'a, str>, Raw<'a>)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(6);
                while let Some(name) = map.next_key::<Name<'de>>()? {
                    if members.len() == LIMIT {
                        return Err(de::Error::custom("too many members"));
                    }
                    members.push((name.0, Raw::Json(Cow::Borrowed(map.next_value()?))));
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
