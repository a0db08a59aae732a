//! The facts that a rule read, as members of an entry.

use emulator_core::{AppId, FieldSet, Folder, Saw, Timestamp};
use serde_json::{Map, Value, json};

use super::Names;
use super::names::Known;
use super::row::{Codec, Members, Scalar};
use super::schema::Form;
use super::value::{AppOrNone, Owner};
use crate::clock::{parse_rfc3339, rfc3339};
use crate::object::Object;

/// Until when the messaging window is open.
enum Window {}

const NEVER_OPENED: &str = "never opened";

impl Scalar for Window {
    type Value = Option<Timestamp>;

    fn write(value: &Self::Value, name: &'static str, out: &mut Object<'_>, _names: &Names) {
        match value {
            Some(until) => out.quoted(name, rfc3339(*until)),
            None => out.text(name, NEVER_OPENED),
        };
    }

    fn read(value: &Value, _known: &Known) -> Option<Self::Value> {
        match value.as_str()? {
            NEVER_OPENED => Some(None),
            time => parse_rfc3339(time).map(Some),
        }
    }

    fn schema() -> Value {
        json!({"anyOf": [{"const": NEVER_OPENED}, Timestamp::schema()]})
    }
}

macro_rules! facts {
    ($($fact:ident: $codec:ty = $name:literal,)+) => {
        pub(super) fn write(saw: &Saw, out: &mut Object<'_>, names: &Names) {
            let Saw { $($fact),+ } = saw;
            $(<Option<$codec> as Codec>::write($fact, $name, out, names);)+
        }

        pub(super) fn read(from: &Map<String, Value>, known: &Known) -> Result<Saw, String> {
            let saw = Saw::default();
            let from = Members::new((from, from), known, Timestamp(0), (None, &saw));
            let saw = Saw { $($fact: <Option<$codec> as Codec>::read(&from, $name)?),+ };
            match from.unread() {
                Some(name) => Err(format!("`saw` has `{name}`, which no rule reads")),
                None => Ok(saw),
            }
        }

        pub(super) fn form() -> Form {
            let mut forms = vec![Form::default()];
            $(<Option<$codec> as Codec>::describe($name, &mut forms);)+
            forms.swap_remove(0)
        }
    };
}

facts! {
    owner: Owner = "owner",
    expires: Timestamp = "expires",
    primary: AppOrNone = "primary_receiver",
    folder: Folder = "folder",
    window: Window = "window_until",
    fields: FieldSet = "fields",
    human_agent: bool = "human_agent",
    marked_done: bool = "marked_done",
    made_by: AppId = "made_by",
}
