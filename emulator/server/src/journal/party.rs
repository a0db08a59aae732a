//! Apps and other parties in a journal: by name, or by a word where there are none.

use emulator_core::{AppId, Party, Timestamp};
use serde_json::{Value, json};

use super::Names;
use super::names::Known;
use super::row::Scalar;
use crate::object::Object;

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

/// A value for which a word stands when there is none.
macro_rules! or_word {
    ($($(#[$doc:meta])* $name:ident = $type:ty, $word:literal;)+) => {
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
    Owner = Party, "idle";
    /// A party with a role, or none.
    PartyOrNone = Party, "none";
    /// An app with a role, or none.
    AppOrNone = AppId, "none";
    /// When a messaging window closes or closed.
    WindowEnd = Timestamp, "never opened";
}
