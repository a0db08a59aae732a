//! How a table of rows becomes code: each row names a word, what it stands for in Rust, and its members with their
//! types; from that follow writing, reading and the JSON Schema.

use std::cell::Cell;

use emulator_core::{RuleId, Saw, Timestamp};
use serde_json::{Map, Value, json};

use super::names::Known;
use super::{Names, schema::Form};
use crate::object::Object;

/// A member of an entry, or several that belong together: how a value is written, read and described.
///
/// The name is empty for members that name themselves.
pub(crate) trait Codec {
    /// What is written and read.
    type Value;

    fn write(value: &Self::Value, name: &'static str, out: &mut Object<'_>, names: &Names);

    /// Writes what belongs into the part `wall` of the entry.
    fn write_wall(_value: &Self::Value, _out: &mut Object<'_>, _names: &Names) {}

    /// # Errors
    ///
    /// What is wrong, as a sentence that begins with the member.
    fn read(from: &Members<'_>, name: &'static str) -> Result<Self::Value, String>;

    /// Adds the members to each form that an entry can have.
    fn describe(name: &'static str, forms: &mut Vec<Form>);
}

/// A single JSON value.
pub(crate) trait Scalar {
    /// What is written and read.
    type Value;

    fn write(value: &Self::Value, name: &'static str, out: &mut Object<'_>, names: &Names);

    fn read(value: &Value, known: &Known) -> Option<Self::Value>;

    /// Its JSON Schema.
    fn schema() -> Value;
}

impl<T: Scalar> Codec for T {
    type Value = T::Value;

    fn write(value: &Self::Value, name: &'static str, out: &mut Object<'_>, names: &Names) {
        <T as Scalar>::write(value, name, out, names);
    }

    fn read(from: &Members<'_>, name: &'static str) -> Result<Self::Value, String> {
        from.scalar::<T>(name)?.ok_or_else(|| format!("`{name}` is missing"))
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        forms.iter_mut().for_each(|form| form.require(name, T::schema()));
    }
}

/// Something that is told apart by a word.
pub(crate) trait Tagged {
    /// The word.
    fn word(&self) -> &'static str;
}

/// A member that may be absent.
impl<T: Scalar> Codec for Option<T> {
    type Value = Option<T::Value>;

    fn write(value: &Self::Value, name: &'static str, out: &mut Object<'_>, names: &Names) {
        if let Some(value) = value {
            <T as Scalar>::write(value, name, out, names);
        }
    }

    fn read(from: &Members<'_>, name: &'static str) -> Result<Self::Value, String> {
        from.scalar::<T>(name)
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        forms.iter_mut().for_each(|form| form.allow(name, T::schema()));
    }
}

/// The parts of a line that say what happened.
pub(crate) struct Members<'a> {
    data: &'a Map<String, Value>,
    wall: &'a Map<String, Value>,
    pub(super) known: &'a Known,
    pub(super) at: Timestamp,
    pub(super) rule: Option<RuleId>,
    pub(super) saw: &'a Saw,
    /// Which members of `data` were read, by their places.
    read: Cell<u64>,
}

impl<'a> Members<'a> {
    pub(super) const fn new(
        (data, wall): (&'a Map<String, Value>, &'a Map<String, Value>),
        known: &'a Known,
        at: Timestamp,
        (rule, saw): (Option<RuleId>, &'a Saw),
    ) -> Self {
        Self { data, wall, known, at, rule, saw, read: Cell::new(0) }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        let (place, (_, value)) = self.data.iter().enumerate().find(|(_, (key, _))| *key == name)?;
        self.read.set(self.read.get() | 1_u64.checked_shl(u32::try_from(place).ok()?).unwrap_or(0));
        Some(value)
    }

    /// The members of `wall`.
    pub(super) const fn of_wall(&self) -> Self {
        let Self { wall, known, at, rule, saw, .. } = *self;
        Self { data: wall, wall, known, at, rule, saw, read: Cell::new(0) }
    }

    /// The word that says which of several things it is.
    pub(crate) fn word(&self, name: &str) -> Result<&'a str, String> {
        self.get(name).and_then(Value::as_str).ok_or_else(|| format!("`{name}` is missing"))
    }

    /// A value that may be absent.
    pub(super) fn scalar<T: Scalar>(&self, name: &str) -> Result<Option<T::Value>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        T::read(value, self.known).map(Some).ok_or_else(|| wrong::<T>(name, value))
    }

    /// The first member that nothing has read.
    pub(super) fn unread(&self) -> Option<&'a str> {
        let is_read = |place: usize| place < 64 && self.read.get() & (1 << place) != 0;
        self.data.keys().enumerate().find(|(place, _)| !is_read(*place)).map(|(_, key)| key.as_str())
    }
}

/// What is wrong with a value: what it is, and what it should be.
pub(super) fn wrong<T: Scalar>(name: &str, value: &Value) -> String {
    let schema = T::schema();
    let words = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let words: Vec<&str> = words.collect();
    if words.is_empty() {
        let what = schema["description"].as_str().map(str::to_owned);
        let what = what.unwrap_or_else(|| format!("of the type {}", schema["type"]));
        format!("`{name}` is {value}, and should be {what}")
    } else {
        format!("`{name}` is {value}, and should be one of {}", words.join(", "))
    }
}

pub(crate) fn not_one_of(name: &str, word: &str, words: &[&str]) -> String {
    format!("`{name}` is \"{word}\", and should be one of {}", words.join(", "))
}

/// The schema of a word of a closed list.
pub(crate) fn one_of(words: &[&str]) -> Value {
    json!({"enum": words})
}

/// The name of a member; nothing for members that name themselves.
macro_rules! name_of {
    (_) => {
        ""
    };
    ($name:literal) => {
        $name
    };
}

/// Things that are told apart by a word: each row has the word, the pattern, which is the expression as well, and the
/// members of `data` and of `wall`.
macro_rules! tagged {
    ($type:ty, by $tag:literal {
        $($word:literal => [$($shape:tt)+]
            { $($member:ident: $codec:ty = $name:tt),* $(,)? } $(wall { $($real:ident: $real_codec:ty = $key:literal),+ })?
        )+
    }) => {
        impl $crate::journal::row::Tagged for $type {
            fn word(&self) -> &'static str {
                match self {
                    $($($shape)+ => {
                        $(_ = $member;)*
                        $($(_ = $real;)+)?
                        $word
                    })+
                }
            }
        }

        impl $crate::journal::row::Codec for $type {
            type Value = Self;

            fn write(
                value: &Self,
                _name: &'static str,
                out: &mut $crate::object::Object<'_>,
                names: &$crate::journal::Names,
            ) {
                match value {
                    $($($shape)+ => {
                        $($(_ = $real;)+)?
                        out.text($tag, $word);
                        $(<$codec as $crate::journal::row::Codec>::write(
                            $member, $crate::journal::row::name_of!($name), out, names,
                        );)*
                    })+
                }
            }

            fn write_wall(value: &Self, out: &mut $crate::object::Object<'_>, names: &$crate::journal::Names) {
                _ = (&out, names);
                match value {
                    $($($shape)+ => {
                        $(_ = $member;)*
                        $($(<$real_codec as $crate::journal::row::Codec>::write($real, $key, out, names);)+)?
                    })+
                }
            }

            fn read(from: &$crate::journal::row::Members<'_>, _name: &'static str) -> Result<Self, String> {
                match from.word($tag)? {
                    $($word => {
                        $(let $member = <$codec as $crate::journal::row::Codec>::read(
                            from, $crate::journal::row::name_of!($name),
                        )?;)*
                        $($(let $real = <$real_codec as $crate::journal::row::Codec>::read(&from.of_wall(), $key)?;)+)?
                        Ok($($shape)+)
                    })+
                    other => Err($crate::journal::row::not_one_of($tag, other, &[$($word),+])),
                }
            }

            fn describe(_name: &'static str, forms: &mut Vec<$crate::journal::schema::Form>) {
                let before = std::mem::take(forms);
                $({
                    let mut these = before.clone();
                    these.iter_mut().for_each(|form| form.require($tag, serde_json::json!({"const": $word})));
                    $(<$codec as $crate::journal::row::Codec>::describe(
                        $crate::journal::row::name_of!($name), &mut these,
                    );)*
                    $($(these.iter_mut().for_each(|form| form.in_wall::<$real_codec>($key));)+)?
                    forms.append(&mut these);
                })+
            }
        }
    };
}

pub(crate) use name_of;
pub(super) use tagged;
