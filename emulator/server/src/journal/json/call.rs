//! Calls of apps as members of a journal entry.

use emulator_core::{ControlAct, Field, FieldSet, Span};

use super::{Names, write_input};
use crate::escape::Dialect;
use crate::journal::{Call, CallKind, RegisteredWebhook, Subscribing};
use crate::object::Object;

pub(super) fn write_call(object: &mut Object<'_>, call: &Call, names: &Names) {
    let Call { app, page, person, kind, played } = call;
    match app {
        Some(app) => object.text("app", &names.app(*app)),
        None => object.bare("app", "null"),
    };
    object.text("verb", kind.verb());
    if *played {
        object.bare("played", true);
    }
    if let Some(page) = page.filter(|page| names.page(*page).is_some()) {
        object.quoted("page", page);
    }
    if let Some(person) = person {
        object.text("person", &names.person(*person));
    }
    match kind {
        CallKind::Sends { message, messaging_type, tag } => {
            write_input(object, message);
            if let Some(messaging_type) = messaging_type {
                object.text("messaging_type", messaging_type);
            }
            if let Some(tag) = tag {
                object.text("tag", tag.name());
            }
        }
        CallKind::Signals { action, about } => {
            object.text("action", action);
            if let Some((mid, reaction)) = about {
                object.text("to", &mid.0);
                if let Some(reaction) = reaction {
                    object.text("reaction", reaction);
                }
            }
        }
        CallKind::Controls(act) => write_act(object, act, names),
        CallKind::AsksOwner | CallKind::AsksReceivers => {}
        CallKind::AsksProfile { fields } => {
            if let Some(fields) = fields {
                object.text("fields", fields);
            }
        }
        CallKind::Installs { fields, other_fields } => {
            write_fields(object, *fields);
            if !other_fields.is_empty() {
                object.text("other_fields", &other_fields.join(","));
            }
        }
        CallKind::Subscribes { how, fields, webhook } => {
            write_fields(object, *fields);
            // Without fields it cannot be anything else.
            if *how == Subscribing::GivesUp && fields.is_some() {
                object.bare("gives_up", true);
            }
            if let Some(webhook) = webhook {
                let RegisteredWebhook { url, public, other_fields, version } = &**webhook;
                object.text("callback_url", &url.to_string());
                if let Some(public) = public {
                    object.text("public_url", public);
                }
                object.text("version", version);
                if !other_fields.is_empty() {
                    object.text("other_fields", &other_fields.join(","));
                }
            }
        }
        CallKind::Other { method, path, asked } => {
            object.text("method", method).text("path", path);
            if let Some(asked) = asked {
                object.json("asked", |out| Dialect::Graph.respell(out, asked));
            }
        }
    }
}

fn write_fields(object: &mut Object<'_>, fields: Option<FieldSet>) {
    match fields {
        Some(fields) => {
            let list = fields.iter().map(Field::name).collect::<Vec<_>>().join(" ");
            object.text("fields", &list);
        }
        None => {
            object.bare("fields", "null");
        }
    }
}

fn write_act(object: &mut Object<'_>, act: &ControlAct, names: &Names) {
    match act {
        ControlAct::Pass { to, metadata } => {
            if let Some(to) = to {
                object.text("to", &names.party(*to));
            }
            if let Some(metadata) = metadata {
                object.text("metadata", metadata);
            }
        }
        ControlAct::Take { metadata } | ControlAct::Request { metadata } => {
            if let Some(metadata) = metadata {
                object.text("metadata", metadata);
            }
        }
        ControlAct::PassMetadata { to, metadata } => {
            object.text("to", &names.party(*to)).text("metadata", metadata);
        }
        ControlAct::Release => {}
        ControlAct::Extend { by } => {
            if let Some(Span(ms)) = by {
                object.bare("seconds", ms / Span::SECOND.0);
            }
        }
    }
}
