//! Webhook bodies, byte for byte: order of keys, kinds of values and escapes as observed (C-75a,
//! M-190, M-200 to M-203, M-213).

use emulator_core::{AppId, Delivery, Event};

use crate::escape::Dialect;
use crate::object::Object;

/// The body of the POST for one delivery: one entry with one event (M-195).
pub(crate) fn body(delivery: &Delivery) -> String {
    let mut out = String::with_capacity(384);
    let mut root = Object::open(&mut out, Dialect::Webhook);
    root.text("object", "page").json("entry", |out| {
        out.push('[');
        let mut entry = Object::open(out, Dialect::Webhook);
        entry.quoted("id", delivery.page).bare("time", delivery.at.0);
        entry.json(delivery.channel.name(), |out| {
            out.push('[');
            write_event(out, delivery);
            out.push(']');
        });
        entry.close();
        out.push(']');
    });
    root.close();
    out
}

/// Appends the event alone. Messages and control events differ in the order of their keys.
pub(crate) fn write_event(out: &mut String, delivery: &Delivery) {
    let mut item = Object::open(out, Dialect::Webhook);
    match &delivery.event {
        Event::Message { mid, message } => {
            parties(&mut item, delivery.person.0, delivery.page.0);
            item.bare("timestamp", delivery.at.0).object("message", |object| {
                object.quoted("mid", mid);
                if let Some(text) = &message.text {
                    object.text("text", text);
                }
            });
        }
        Event::Echo { mid, app, message } => {
            parties(&mut item, delivery.page.0, delivery.person.0);
            item.bare("timestamp", delivery.at.0).object("message", |object| {
                object.quoted("mid", mid);
                if let Some(text) = &message.text {
                    object.text("text", text);
                }
                object.bare("is_echo", true).bare("app_id", app);
                if let Some(metadata) = &message.metadata {
                    object.text("metadata", metadata);
                }
            });
        }
        Event::PassThreadControl { previous_owner, new_owner, metadata } => {
            control(&mut item, delivery).object("pass_thread_control", |object| {
                app_or_null(object, "previous_owner_app_id", *previous_owner);
                object.bare("new_owner_app_id", new_owner).text_or_null("metadata", metadata.as_deref());
            });
        }
        Event::TakeThreadControl { previous_owner, new_owner, metadata } => {
            control(&mut item, delivery).object("take_thread_control", |object| {
                app_or_null(object, "previous_owner_app_id", *previous_owner);
                object.bare("new_owner_app_id", new_owner).text_or_null("metadata", metadata.as_deref());
            });
        }
        Event::RequestThreadControl { requested_owner, metadata } => {
            control(&mut item, delivery).object("request_thread_control", |object| {
                object
                    .bare("requested_owner_app_id", requested_owner)
                    .text_or_null("metadata", metadata.as_deref());
            });
        }
    }
    item.close();
}

fn parties(item: &mut Object<'_>, sender: u64, recipient: u64) {
    item.object("sender", |object| {
        object.quoted("id", sender);
    });
    item.object("recipient", |object| {
        object.quoted("id", recipient);
    });
}

/// Control events name the recipient first and the sender, who is always the person, last (C-75a, C-79).
fn control<'a, 'b>(item: &'b mut Object<'a>, delivery: &Delivery) -> &'b mut Object<'a> {
    item.object("recipient", |object| {
        object.quoted("id", delivery.page);
    });
    item.bare("timestamp", delivery.at.0);
    item.object("sender", |object| {
        object.quoted("id", delivery.person);
    })
}

fn app_or_null(object: &mut Object<'_>, key: &str, app: Option<AppId>) {
    match app {
        Some(app) => object.bare(key, app),
        None => object.bare(key, "null"),
    };
}
