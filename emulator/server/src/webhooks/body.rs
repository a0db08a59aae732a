//! Webhook bodies, byte for byte: order of keys, kinds of values and escapes as observed (C-75a,
//! M-190, M-195, M-200, M-203, M-206, M-230).

use emulator_core::{
    AppIdType, ControlFields, Delivery, Event, Message, MissingMetadata, Party, Platform, Referral, Style,
};
use serde_json::Value;

use super::attachments::attachments;
use crate::escape::Dialect;
use crate::media::with_base;
use crate::object::Object;

/// The body of the POST for one delivery: one entry with one event (M-195). Addresses of kept files begin with the
/// base URL.
pub(crate) fn body(delivery: &Delivery, base_url: &str) -> String {
    let dialect = Dialect::of(delivery.style.escapes);
    let mut out = String::with_capacity(384);
    let mut root = Object::open(&mut out, dialect);
    let object = match delivery.platform() {
        Platform::Messenger => "page",
        Platform::Instagram => "instagram",
    };
    root.text("object", object).json("entry", |out| {
        out.push('[');
        let mut entry = Object::open(out, dialect);
        match delivery.account {
            None => entry.quoted("id", delivery.page).bare("time", delivery.at.0),
            // Recorded in this order (M-283).
            Some(account) => entry.bare("time", delivery.at.0).quoted("id", account),
        };
        entry.json(delivery.channel.name(), |out| {
            out.push('[');
            write_event(out, delivery, base_url);
            out.push(']');
        });
        entry.close();
        out.push(']');
    });
    root.close();
    out
}

/// Appends the event alone, for a journal without a base URL. What people and Pages do and what moves control differ in the order of
/// their keys.
pub(crate) fn write_event(out: &mut String, delivery: &Delivery, base_url: &str) {
    let style = delivery.style;
    let dialect = Dialect::of(style.escapes);
    let mut item = Object::open(out, dialect);
    match &delivery.event {
        Event::Message { mid, message, self_reply, referral } => {
            from_person(&mut item, delivery).object("message", |object| {
                if let Some(payload) = &message.quick_reply {
                    object.object("quick_reply", |object| {
                        object.text("payload", payload);
                    });
                }
                object.quoted("mid", mid);
                text(object, message);
                extras(object, message, dialect, base_url);
                if let Some(mid) = &message.reply_to {
                    object.object("reply_to", |object| {
                        object.quoted("mid", mid).bare("is_self_reply", self_reply);
                    });
                }
                if let Some(referral) = referral {
                    object.object("referral", |object| write_referral(object, referral, delivery.platform()));
                }
            });
        }
        Event::Echo { mid, app: by, message } => {
            from_page(&mut item, delivery).object("message", |object| {
                object.quoted("mid", mid);
                text(object, message);
                let on_messenger = delivery.platform() == Platform::Messenger;
                if on_messenger {
                    object.bare("is_echo", true);
                }
                if let Some(party) = by {
                    object.bare("app_id", party.number_on(delivery.platform()));
                }
                if let Some(metadata) = &message.metadata {
                    object.text("metadata", metadata);
                }
                extras(object, message, dialect, base_url);
                if let Some(mid) = &message.reply_to {
                    object.object("reply_to", |object| {
                        object.quoted("mid", mid);
                    });
                }
                // Recorded as the last member (M-286).
                if !on_messenger {
                    object.bare("is_echo", true);
                }
            });
        }
        Event::Postback { mid, title, payload, made_by: _ } => {
            from_person(&mut item, delivery).object("postback", |object| {
                if let Some(title) = title {
                    object.text("title", title);
                }
                if let Some(payload) = payload {
                    object.text("payload", payload);
                }
                if let Some(mid) = mid {
                    object.quoted("mid", mid);
                }
            });
        }
        Event::Reaction { mid, reaction } => {
            from_person(&mut item, delivery).object("reaction", |object| {
                object.quoted("mid", mid);
                match reaction {
                    Some(reaction) => {
                        object.text("action", "react").text("emoji", &reaction.emoji);
                        object.text("reaction", reaction.name)
                    }
                    None => object.text("action", "unreact"),
                };
            });
        }
        Event::Referral(referral) => {
            // Recorded in the order of control events, unlike anything else that people do.
            control(&mut item, delivery)
                .object("referral", |object| write_referral(object, referral, delivery.platform()));
        }
        Event::Delivered { mids, watermark } => {
            from_person(&mut item, delivery).object("delivery", |object| {
                object.json("mids", |out| {
                    out.push('[');
                    for (index, mid) in mids.iter().enumerate() {
                        out.push_str(if index == 0 { "" } else { "," });
                        dialect.string(out, &mid.0);
                    }
                    out.push(']');
                });
                object.bare("watermark", watermark.0);
            });
        }
        Event::Read { mid, watermark } => {
            from_person(&mut item, delivery).object("read", |object| {
                match delivery.platform() {
                    Platform::Messenger => object.bare("watermark", watermark.0),
                    Platform::Instagram => object.quoted("mid", mid),
                };
            });
        }
        Event::PassThreadControl { previous_owner, new_owner, metadata } => {
            control(&mut item, delivery).object("pass_thread_control", |object| {
                if style.control_fields == ControlFields::Both {
                    app_id(object, "previous_owner_app_id", *previous_owner, delivery, Documented::Text);
                }
                app_id(object, "new_owner_app_id", Some(*new_owner), delivery, Documented::Text);
                given(object, metadata.as_deref(), style);
            });
        }
        Event::TakeThreadControl { previous_owner, new_owner, metadata } => {
            control(&mut item, delivery).object("take_thread_control", |object| {
                app_id(object, "previous_owner_app_id", *previous_owner, delivery, Documented::Text);
                if style.control_fields == ControlFields::Both {
                    app_id(object, "new_owner_app_id", Some(*new_owner), delivery, Documented::Number);
                }
                given(object, metadata.as_deref(), style);
            });
        }
        Event::RequestThreadControl { requested_owner, metadata } => {
            control(&mut item, delivery).object("request_thread_control", |object| {
                app_id(
                    object,
                    "requested_owner_app_id",
                    Some(*requested_owner),
                    delivery,
                    Documented::Number,
                );
                given(object, metadata.as_deref(), style);
            });
        }
        Event::PassThreadMetadata { metadata } => {
            control(&mut item, delivery).object("pass_thread_metadata", |object| {
                object.text("metadata", metadata);
            });
        }
        Event::AppRoles { app, role } => {
            control(&mut item, delivery).object("app_roles", |object| {
                object.json(&app.to_string(), |out| {
                    out.push('[');
                    if let Some(role) = role {
                        dialect.string(out, role.name());
                    }
                    out.push(']');
                });
            });
        }
    }
    item.close();
}

fn write_referral(object: &mut Object<'_>, referral: &Referral, platform: Platform) {
    if let Some(reference) = &referral.reference {
        object.text("ref", reference);
    }
    let source = match (&referral.ad, platform) {
        (Some(ad), _) => {
            object.text("ad_id", &ad.id);
            "ADS"
        }
        (None, Platform::Messenger) => "SHORTLINK",
        (None, Platform::Instagram) => "IGME-SOURCE-LINK",
    };
    object.text("source", source).text("type", "OPEN_THREAD");
}

fn text(object: &mut Object<'_>, message: &Message) {
    if let Some(text) = &message.text {
        object.text("text", text);
    }
}

/// What there is beside the text, made from the message as it was sent.
fn extras(object: &mut Object<'_>, message: &Message, dialect: Dialect, base_url: &str) {
    let Some(body) = message.body.as_deref() else { return };
    let Ok(Value::Object(body)) = serde_json::from_str(body) else { return };
    // What the platform's language processing found; it stands behind the text (M-270).
    if let Some(found) = body.get("nlp") {
        object.json("nlp", |out| dialect.respell(out, &found.to_string()));
    }
    if let Some(mut list) = attachments(&body) {
        with_base(&mut list, base_url);
        object.json("attachments", |out| dialect.respell(out, &list.to_string()));
    }
}

fn id(object: &mut Object<'_>, key: &str, id: u64) {
    object.object(key, |object| {
        object.quoted("id", id);
    });
}

/// The id of the Page, or of its account on Instagram.
fn addressed(delivery: &Delivery) -> u64 {
    delivery.account.map_or(delivery.page.0, |account| account.0)
}

/// The head of what a person does.
fn from_person<'a, 'b>(item: &'b mut Object<'a>, delivery: &Delivery) -> &'b mut Object<'a> {
    if let Some(person) = delivery.person {
        id(item, "sender", person.0);
    }
    id(item, "recipient", addressed(delivery));
    item.bare("timestamp", delivery.at.0)
}

/// The head of what the Page sends.
fn from_page<'a, 'b>(item: &'b mut Object<'a>, delivery: &Delivery) -> &'b mut Object<'a> {
    id(item, "sender", addressed(delivery));
    if let Some(person) = delivery.person {
        id(item, "recipient", person.0);
    }
    item.bare("timestamp", delivery.at.0)
}

/// Control events name the recipient first and the sender, who is the person, last (C-75a);
/// what is about no person has no sender (C-12).
fn control<'a, 'b>(item: &'b mut Object<'a>, delivery: &Delivery) -> &'b mut Object<'a> {
    id(item, "recipient", addressed(delivery));
    item.bare("timestamp", delivery.at.0);
    if let Some(person) = delivery.person {
        id(item, "sender", person.0);
    }
    item
}

/// How the reference prints an app id (C-78).
enum Documented {
    Number,
    Text,
}

fn app_id(
    object: &mut Object<'_>,
    key: &str,
    party: Option<Party>,
    delivery: &Delivery,
    documented: Documented,
) {
    let platform = delivery.platform();
    let Some(app) = party.map(|party| party.number_on(platform)) else {
        object.bare(key, "null");
        return;
    };
    match (delivery.style.app_ids, documented) {
        (AppIdType::AsObserved, _) if platform == Platform::Instagram => object.quoted(key, app),
        (AppIdType::AsObserved | AppIdType::Number, _) | (AppIdType::Mixed, Documented::Number) => {
            object.bare(key, app)
        }
        (AppIdType::String, _) | (AppIdType::Mixed, Documented::Text) => object.quoted(key, app),
    };
}

fn given(object: &mut Object<'_>, metadata: Option<&str>, style: Style) {
    match (metadata, style.missing_metadata) {
        (Some(metadata), _) => object.text("metadata", metadata),
        (None, MissingMetadata::Null) => object.bare("metadata", "null"),
        (None, MissingMetadata::Absent) => object,
    };
}
