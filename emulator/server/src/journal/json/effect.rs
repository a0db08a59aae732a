//! What happened in a world, as members of a journal entry.

use emulator_core::{Effect, Sender};

use super::{Names, write_message, write_person_of};
use crate::clock::rfc3339;
use crate::object::Object;
use crate::webhooks;

pub(super) fn write_effect(object: &mut Object<'_>, effect: &Effect, names: &Names) {
    match effect {
        Effect::Message { person, from, mid, at, message } => {
            object.text("person", &names.person(*person));
            match from {
                Sender::Person => object.text("from", &names.person(*person)),
                Sender::Party(party) => object.text("from", &names.party(*party)),
            };
            object.quoted("mid", mid).bare("timestamp", at.0);
            write_message(object, message);
        }
        Effect::WindowOpened { person, until } => {
            object.text("person", &names.person(*person)).quoted("until", rfc3339(*until));
        }
        Effect::ControlMoved { person, from, to, until } => {
            object.text("person", &names.person(*person));
            object.text("from", &names.owner(*from)).text("to", &names.owner(*to));
            if let Some(until) = until {
                object.quoted("until", rfc3339(*until));
            }
        }
        Effect::ControlProlonged { person, owner, until } => {
            object.text("person", &names.person(*person)).text("owner", &names.party(*owner));
            object.quoted("until", rfc3339(*until));
        }
        Effect::FolderMoved { person, from, to } => {
            object.text("person", &names.person(*person));
            object.text("from", from.name()).text("to", to.name());
        }
        Effect::Unheard { app, person, field, missing } => {
            object.text("app", &names.app(*app));
            write_person_of(object, *person, names);
            object.text("field", field.name()).text("missing", missing.name());
        }
        Effect::MarkedDone { person, marked } => {
            object.text("person", &names.person(*person)).bare("marked", marked);
        }
        Effect::WebhooksFailing { page, app, since } => {
            object.quoted("page", page).text("app", &names.app(*app)).quoted("since", rfc3339(*since));
        }
        Effect::WebhooksDisabled { page, app } => {
            object.quoted("page", page).text("app", &names.app(*app));
        }
        Effect::Deliver(delivery) => {
            object.text("app", &names.app(delivery.app));
            write_person_of(object, delivery.person, names);
            object.text("channel", delivery.channel.name()).text("field", delivery.field.name());
            object.json("event", |out| webhooks::write_event(out, delivery, ""));
        }
    }
}
