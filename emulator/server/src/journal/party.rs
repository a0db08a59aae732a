//! Apps and other parties in a journal: by name, or by a word where there are none.

use emulator_core::{AppId, Holder, Party, Role, Timestamp};
use serde_json::{Value, json};

use super::Names;
use super::names::{IDLE, Known, NOBODY};
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
