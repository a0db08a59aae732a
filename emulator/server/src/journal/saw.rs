//! The facts that a rule read, as members of an entry.

use emulator_core::{AppId, Fact, FactForm, FactValue, FieldSet, Folder, Saw, Timestamp};
use serde_json::{Map, Value};

use super::Names;
use super::names::Known;
use super::party::{AppOrNone, Owner, WindowEnd};
use super::row::{Scalar, wrong};
use super::schema::Form;
use crate::object::Object;

/// How the value of each form is written, read and described.
macro_rules! forms {
    ($($form:ident = $codec:ty,)+) => {
        fn write_value(value: FactValue, name: &'static str, out: &mut Object<'_>, names: &Names) {
            match value {
                $(FactValue::$form(value) => <$codec as Scalar>::write(&value, name, out, names),)+
            }
        }

        fn read_value(form: FactForm, name: &str, value: &Value, known: &Known) -> Result<FactValue, String> {
            match form {
                $(FactForm::$form => {
                    let read = <$codec as Scalar>::read(value, known).map(FactValue::$form);
                    read.ok_or_else(|| wrong::<$codec>(name, value))
                })+
            }
        }

        fn schema_of(form: FactForm) -> Value {
            match form {
                $(FactForm::$form => <$codec as Scalar>::schema(),)+
            }
        }
    };
}

forms! {
    Owner = Owner,
    Receiver = AppOrNone,
    App = AppId,
    Time = Timestamp,
    Window = WindowEnd,
    Folder = Folder,
    Fields = FieldSet,
    Flag = bool,
}

pub(super) fn write(saw: &Saw, out: &mut Object<'_>, names: &Names) {
    for fact in saw.facts() {
        write_value(fact.value(), fact.name(), out, names);
    }
}

pub(super) fn read(members: &Map<String, Value>, known: &Known) -> Result<Saw, String> {
    let mut saw = Saw::default();
    for (name, value) in members {
        let form = Fact::form(name).ok_or_else(|| format!("`saw` has `{name}`, which no rule reads"))?;
        let value = read_value(form, name, value, known)?;
        saw = Fact::new(name, value).map_or_else(|| saw.clone(), |fact| saw.with(fact));
    }
    Ok(saw)
}

pub(super) fn form() -> Form {
    let mut form = Form::default();
    for (name, _) in Fact::ALL {
        if let Some(of) = Fact::form(name) {
            form.allow(name, schema_of(of));
        }
    }
    form
}
