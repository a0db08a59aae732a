//! Messages and reactions in entries.

use std::sync::Arc;

use emulator_core::{Asks, Button, Message, Mid, QuickReply, Reaction, Template};
use serde_json::{Map, Value, json};

use super::Names;
use super::row::{Codec, Members, Scalar, one_of};
use super::schema::Form;
use super::value::Json;
use crate::escape::Dialect;
use crate::object::Object;

/// A message as it reached the conversation: what people see of it.
pub(super) enum Shown {}

impl Codec for Shown {
    type Value = Arc<Message>;

    fn write(value: &Arc<Message>, _name: &'static str, out: &mut Object<'_>, names: &Names) {
        let Message { text, metadata, quick_reply, reply_to, body, .. } = &**value;
        <Option<Arc<str>> as Codec>::write(text, "text", out, names);
        <Option<Arc<str>> as Codec>::write(metadata, "metadata", out, names);
        <Option<Arc<str>> as Codec>::write(quick_reply, "quick_reply", out, names);
        <Option<Mid> as Codec>::write(reply_to, "reply_to", out, names);
        <Option<Json> as Codec>::write(body, "message", out, names);
    }

    fn read(from: &Members<'_>, _name: &'static str) -> Result<Arc<Message>, String> {
        Ok(Arc::new(Message {
            text: <Option<Arc<str>> as Codec>::read(from, "text")?,
            metadata: <Option<Arc<str>> as Codec>::read(from, "metadata")?,
            quick_reply: <Option<Arc<str>> as Codec>::read(from, "quick_reply")?,
            reply_to: <Option<Mid> as Codec>::read(from, "reply_to")?,
            body: <Option<Json> as Codec>::read(from, "message")?,
            ..Message::default()
        }))
    }

    fn describe(_name: &'static str, forms: &mut Vec<Form>) {
        for text in ["text", "metadata", "quick_reply"] {
            <Option<Arc<str>> as Codec>::describe(text, forms);
        }
        <Option<Mid> as Codec>::describe("reply_to", forms);
        <Option<Json> as Codec>::describe("message", forms);
    }
}

/// A message as it was sent, with all that rules read of it.
pub(crate) enum Sent {}

impl Codec for Sent {
    type Value = Arc<Message>;

    fn write(value: &Arc<Message>, name: &'static str, out: &mut Object<'_>, names: &Names) {
        <Shown as Codec>::write(value, name, out, names);
        let Message { quick_replies, buttons, template, .. } = &**value;
        if !quick_replies.is_empty() {
            let entries =
                quick_replies.iter().map(|QuickReply { title, payload, asks }| (title, payload, *asks));
            list(out, "quick_replies", entries);
        }
        if !buttons.is_empty() {
            list(out, "buttons", buttons.iter().map(|Button { title, payload }| (title, payload, None)));
        }
        <Option<Template> as Codec>::write(template, "template", out, names);
    }

    fn read(from: &Members<'_>, name: &'static str) -> Result<Arc<Message>, String> {
        let shown = <Shown as Codec>::read(from, name)?;
        let quick_replies = entries(from, "quick_replies")?.into_iter();
        let buttons = entries(from, "buttons")?.into_iter();
        Ok(Arc::new(Message {
            quick_replies: quick_replies
                .map(|(title, payload, asks)| QuickReply { title, payload, asks })
                .collect(),
            buttons: buttons.map(|(title, payload, _)| Button { title, payload }).collect(),
            template: <Option<Template> as Codec>::read(from, "template")?,
            ..Arc::unwrap_or_clone(shown)
        }))
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        <Shown as Codec>::describe(name, forms);
        let text = json!({"type": "string"});
        let entries = |properties: Value| {
            let entry = json!({
                "type": "object", "properties": properties, "required": ["title", "payload"],
                "additionalProperties": false,
            });
            json!({"type": "array", "items": entry, "minItems": 1})
        };
        let replies = entries(json!({"title": text, "payload": text, "asks": Asks::schema()}));
        let buttons = entries(json!({"title": text, "payload": text}));
        for form in &mut *forms {
            form.allow("quick_replies", replies.clone());
            form.allow("buttons", buttons.clone());
        }
        <Option<Template> as Codec>::describe("template", forms);
    }
}

/// Something that can be tapped: its title, its payload, and what it asks for.
type Tappable<T> = (T, T, Option<Asks>);

fn list<'a>(out: &mut Object<'_>, name: &str, entries: impl Iterator<Item = Tappable<&'a Arc<str>>>) {
    out.json(name, |out| {
        out.push('[');
        for (index, (title, payload, asks)) in entries.enumerate() {
            out.push_str(if index == 0 { "" } else { "," });
            let mut entry = Object::open(out, Dialect::Graph);
            entry.text("title", title).text("payload", payload);
            if let Some(asks) = asks {
                entry.text("asks", asks.name());
            }
            entry.close();
        }
        out.push(']');
    });
}

fn entries(from: &Members<'_>, name: &str) -> Result<Vec<Tappable<Arc<str>>>, String> {
    let Some(value) = from.get(name) else { return Ok(Vec::new()) };
    let entry = |entry: &Map<String, Value>| {
        let text = |key: &str| entry.get(key)?.as_str().map(Arc::from);
        let asks = match entry.get("asks") {
            Some(asks) => Some(<Asks as Scalar>::read(asks, from.known)?),
            None => None,
        };
        Some((text("title")?, text("payload")?, asks))
    };
    let entries = value.as_array().and_then(|list| list.iter().map(|it| entry(it.as_object()?)).collect());
    entries.ok_or_else(|| format!("`{name}` is {value}, and should be a list of titles and payloads"))
}

/// A reaction: its emoji and its word; the word `null` where it is taken back.
impl Codec for Option<Reaction> {
    type Value = Self;

    fn write(value: &Self, _name: &'static str, out: &mut Object<'_>, _names: &Names) {
        match value {
            Some(reaction) => out.text("emoji", &reaction.emoji).text("reaction", reaction.name),
            None => out.bare("reaction", "null"),
        };
    }

    fn read(from: &Members<'_>, _name: &'static str) -> Result<Self, String> {
        let word = from.get("reaction").ok_or("`reaction` is missing")?;
        let Some(name) = word.as_str() else { return Ok(None) };
        let emoji = <Arc<str> as Codec>::read(from, "emoji")?;
        Reaction::named(emoji, name).map(Some).ok_or_else(|| {
            format!("`reaction` is {word}, and should be one of {}", Reaction::NAMES.join(", "))
        })
    }

    fn describe(_name: &'static str, forms: &mut Vec<Form>) {
        let mut taken_back = forms.clone();
        for form in &mut *forms {
            form.require("emoji", json!({"type": "string"}));
            form.require("reaction", one_of(Reaction::NAMES));
        }
        taken_back.iter_mut().for_each(|form| form.require("reaction", json!({"type": "null"})));
        forms.append(&mut taken_back);
    }
}
