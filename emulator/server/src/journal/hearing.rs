//! What an app hears: an event as it goes out, or as a file has it.

use emulator_core::{AppId, Channel, Delivery, Field, Psid};

use super::Names;
use super::record::Heard;
use super::row::{Codec, Members};
use super::schema::Form;
use super::value::Json;
use crate::object::Object;
use crate::webhooks;

/// Who hears what, on which channel.
pub(super) enum Event {}

impl Event {
    /// Writes a delivery that was decided here.
    pub(super) fn write_made(delivery: &Delivery, out: &mut Object<'_>, names: &Names) {
        let Delivery { app, person, channel, field, .. } = delivery;
        head((*app, *person, *channel, *field), out, names);
        out.json("event", |out| webhooks::write_event(out, delivery, ""));
    }
}

fn head(
    (app, person, channel, field): (AppId, Option<Psid>, Channel, Field),
    out: &mut Object<'_>,
    names: &Names,
) {
    <AppId as Codec>::write(&app, "app", out, names);
    <Option<Psid> as Codec>::write(&person, "person", out, names);
    <Channel as Codec>::write(&channel, "channel", out, names);
    <Field as Codec>::write(&field, "field", out, names);
}

impl Codec for Event {
    type Value = Heard;

    fn write(value: &Heard, _name: &'static str, out: &mut Object<'_>, names: &Names) {
        let Heard { app, person, channel, field, event } = value;
        head((*app, *person, *channel, *field), out, names);
        <Json as Codec>::write(event, "event", out, names);
    }

    fn read(from: &Members<'_>, _name: &'static str) -> Result<Heard, String> {
        Ok(Heard {
            app: <AppId as Codec>::read(from, "app")?,
            person: <Option<Psid> as Codec>::read(from, "person")?,
            channel: <Channel as Codec>::read(from, "channel")?,
            field: <Field as Codec>::read(from, "field")?,
            event: <Json as Codec>::read(from, "event")?,
        })
    }

    fn describe(_name: &'static str, forms: &mut Vec<Form>) {
        <AppId as Codec>::describe("app", forms);
        <Option<Psid> as Codec>::describe("person", forms);
        <Channel as Codec>::describe("channel", forms);
        <Field as Codec>::describe("field", forms);
        <Json as Codec>::describe("event", forms);
    }
}
