//! What people, agents and played apps did, as steps.

use emulator_server::journal::Kind;
use serde_json::{Map, Value};

use super::asked;
use super::journal::{Entry, Header, name_of, page_of};
use super::names::Names;
use super::times::duration;
use super::tree::{Line, Tree};

/// What is needed to tell of an entry.
pub(crate) struct Words<'a> {
    pub(crate) names: &'a Names,
    /// What earlier messages are captured as, by their ids.
    pub(crate) captures: &'a std::collections::BTreeMap<String, String>,
    /// Whose journal it is: where there are several people or Pages, steps and expectations say whom they mean.
    pub(crate) header: &'a Header,
}

/// Whether something is to be done again, or to be waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// By a step.
    Again,
    /// By an expectation.
    Awaited,
}

/// Why there is no step for something.
pub(crate) type Untold = String;

impl Words<'_> {
    /// What a person did.
    pub(crate) fn person(&self, entry: &Entry, capture: Option<&str>) -> Result<Line, Untold> {
        let person = entry.person().unwrap_or_default();
        let mut nlp = None;
        let (verb, value, beside) = match entry.kind {
            Kind::Says => {
                let reply = self.earlier("reply_to", entry)?;
                let body = entry.data.get("message");
                nlp = body.and_then(|body| body.get("nlp")).map(|found| ("nlp", self.names.value(found)));
                match body.filter(|body| nlp.is_none() || body.get("attachments").is_some()) {
                    None => ("says", self.names.text(entry.text("text").unwrap_or_default()), reply),
                    Some(body) => ("sends", self.sent(body)?, reply),
                }
            }
            Kind::Taps => {
                let what = self.names.text(entry.text("what").unwrap_or_default());
                ("taps", what, self.earlier("in", entry)?)
            }
            Kind::Reacts => {
                let emoji = match entry.text("emoji") {
                    Some(emoji) => self.names.word(emoji),
                    None => Tree::word("none"),
                };
                ("reacts", emoji, self.earlier("to", entry)?)
            }
            Kind::Reads => ("reads", Tree::Bool(true), None),
            Kind::Opens => {
                let link = self.names.text(entry.text("ref").unwrap_or_default());
                ("opens", Tree::map([Some(("link", link))]), None)
            }
            Kind::Blocks => ("blocks", Tree::Bool(true), None),
            Kind::Unblocks => ("unblocks", Tree::Bool(true), None),
            Kind::Inbox
            | Kind::Page
            | Kind::Declined
            | Kind::Call
            | Kind::Refused
            | Kind::Clock
            | Kind::Timer
            | Kind::Message
            | Kind::Window
            | Kind::Control
            | Kind::ControlProlonged
            | Kind::Folder
            | Kind::Delivery
            | Kind::MarkedDone
            | Kind::Unheard
            | Kind::WebhooksFailing
            | Kind::WebhooksDisabled
            | Kind::Attempt
            | Kind::Bot
            | Kind::Note
            | Kind::Proxied => return Err("no person does such a thing".to_owned()),
        };
        let captured = capture.map(|name| ("as", Tree::name(name)));
        let who = Some(("user", Tree::name(name_of(person))));
        Ok(Line::step([who, Some((verb, value)), nlp, beside, self.on(entry), captured]))
    }

    /// What an agent did in the Page Inbox.
    pub(crate) fn inbox(&self, entry: &Entry, capture: Option<&str>) -> Result<Line, Untold> {
        let who = ("inbox", Tree::name(name_of(entry.person().unwrap_or_default())));
        let verb = match (entry.text("verb"), entry.text("text"), entry.text("folder")) {
            (Some("replies"), Some(text), _) if !entry.data.contains_key("message") => {
                ("replies", self.names.text(text))
            }
            (Some("moves_to"), _, Some(folder)) => ("moves_to", Tree::word(folder)),
            _ => return Err("an agent replied with more than a text".to_owned()),
        };
        let captured = capture.map(|name| ("as", Tree::name(name)));
        Ok(Line::step([Some(who), Some(verb), self.on(entry), captured]))
    }

    /// What a played app called, and how it was refused.
    pub(crate) fn played(
        &self,
        entry: &Entry,
        refusal: Option<&Entry>,
        capture: Option<&str>,
    ) -> Result<Line, Untold> {
        let meant = asked::as_verb(entry, &self.header.people);
        let entry = meant.as_ref().unwrap_or(entry);
        let (verb, value) = self.called(entry, Manner::Again)?;
        let tag = |key| entry.text(key).map(|word| (key, self.names.word(word)));
        // A token that is nobody's does not tell whose step it was, and it does not matter.
        let anybody = || self.header.world["pages"][0]["apps"].as_object()?.keys().next().map(String::as_str);
        Ok(Line::step([
            Some(("app", Tree::name(entry.text("app").or_else(anybody).unwrap_or_default()))),
            self.of(entry.person()).filter(|_| verb != asked::VERB),
            Some((verb, value)),
            tag("messaging_type"),
            tag("tag"),
            self.earlier("reply_to", entry)?,
            self.on(entry),
            refusal.map(|refusal| ("refused", refused(refusal))),
            capture.map(|name| ("as", Tree::name(name))),
        ]))
    }

    /// The person meant, where there are several.
    pub(crate) fn of(&self, person: Option<&str>) -> Option<(&'static str, Tree)> {
        person.filter(|_| self.header.names().len() > 1).map(|person| ("of", Tree::name(name_of(person))))
    }

    /// The Page meant, where it is not the first of several.
    pub(crate) fn on(&self, entry: &Entry) -> Option<(&'static str, Tree)> {
        let of_person = entry.person().and_then(page_of);
        let by_id = || self.header.called(entry.text("page").or(entry.text("id"))?);
        self.on_page(of_person.or_else(by_id))
    }

    /// The same for a Page by its name.
    pub(crate) fn on_page(&self, page: Option<&str>) -> Option<(&'static str, Tree)> {
        page.filter(|page| self.header.first_page() != Some(page)).map(|page| ("on", Tree::name(page)))
    }

    /// A verb of an app and its value.
    pub(crate) fn called(&self, entry: &Entry, manner: Manner) -> Result<(&'static str, Tree), Untold> {
        let names = self.names;
        let text = |said: &str| match manner {
            Manner::Again => names.text(said),
            Manner::Awaited => names.awaited(said),
        };
        let body = |sent: &Value| match manner {
            Manner::Again => names.value(sent),
            Manner::Awaited => names.awaited_value(sent),
        };
        let of = |key: &str| entry.text(key);
        let metadata = || of("metadata").map(|metadata| ("metadata", text(metadata)));
        let flag = |metadata: Option<(&str, Tree)>| match metadata {
            Some(metadata) => Tree::map([Some(metadata)]),
            None => Tree::Bool(true),
        };
        let target = || {
            let to = of("to")?;
            let is_name = to.starts_with(|first: char| !first.is_ascii_digit());
            let secret = names.hidden_in(to) != to;
            Some(("to", if is_name && !secret { Tree::name(to) } else { text(to) }))
        };
        Ok(match of("verb").unwrap_or_default() {
            "sends" => ("sends", message(entry, &text, &body)),
            "passes_control" => ("passes_control", Tree::map([target(), metadata()])),
            "passes_metadata" => ("passes_metadata", Tree::map([target(), metadata()])),
            "takes_control" => ("takes_control", flag(metadata())),
            "requests_control" => ("requests_control", flag(metadata())),
            "releases_control" => ("releases_control", Tree::Bool(true)),
            "extends_control" => {
                let seconds = entry.data.get("seconds").and_then(Value::as_i64);
                let long = seconds.map(|seconds| Tree::word(duration(seconds.saturating_mul(1_000))));
                ("extends_control", long.unwrap_or(Tree::Bool(true)))
            }
            "asks_owner" => ("asks_owner", Tree::Bool(true)),
            "asks_receivers" => ("asks_receivers", Tree::Bool(true)),
            "signals" => match of("action") {
                Some("typing_on") => ("types", Tree::word("on")),
                Some("typing_off") => ("types", Tree::word("off")),
                Some("mark_seen") => ("marks_seen", Tree::Bool(true)),
                Some(_) | None => return Err("it reacts to a message".to_owned()),
            },
            _ => match manner {
                Manner::Again => (asked::VERB, asked::written_out(entry, self.header, names)?),
                Manner::Awaited => (asked::VERB, asked::seen(entry, self.header, names)?),
            },
        })
    }

    /// The key beside a verb that names an earlier message.
    fn earlier(&self, key: &'static str, entry: &Entry) -> Result<Option<(&'static str, Tree)>, Untold> {
        let Some(mid) = entry.text(key) else { return Ok(None) };
        match self.captures.get(mid) {
            Some(name) => Ok(Some((key, Tree::name(name)))),
            None => Err(format!("`{key}` names a message that is not in what is told")),
        }
    }

    /// What a person sent beside text: the other way round than [`emulator_server::person_message`].
    fn sent(&self, body: &Value) -> Result<Tree, Untold> {
        let items = body["attachments"].as_array().filter(|items| !items.is_empty());
        let items = without_doubles(items.ok_or("it holds no attachment")?);
        let shared =
            items.iter().any(|item| item["type"] == "fallback" && item["payload"]["url"] == body["text"]);
        let text = body["text"].as_str().filter(|_| !shared).map(|text| ("text", self.names.text(text)));
        let short: Vec<Option<(&str, Tree)>> = items.iter().map(|item| self.attachment(item)).collect();
        if let [Some((kind, value))] = short.as_slice() {
            return Ok(Tree::map([text, Some((*kind, value.clone()))]));
        }
        let long = |(item, short): (&&Value, Option<(&str, Tree)>)| match short {
            Some(short) => Tree::map([Some(short)]),
            None => self.names.value(item),
        };
        let list = items.iter().zip(short).map(long).collect();
        Ok(Tree::map([text, Some(("attachments", Tree::List(list)))]))
    }

    /// An attachment in the short form, if there is one for it.
    fn attachment<'k>(&self, item: &Value) -> Option<(&'k str, Tree)> {
        let payload = &item["payload"];
        let url = payload["url"].as_str();
        let only = |value: &Value, keys: &[&str]| {
            value.as_object().is_some_and(|members| members.keys().all(|key| keys.contains(&key.as_str())))
        };
        if !only(item, &["type", "payload", "title", "url"]) {
            return None;
        }
        let kind = item["type"].as_str()?;
        let member =
            |from: &Value, key: &'static str| from.get(key).map(|value| (key, self.names.value(value)));
        let sticker = payload.get("sticker_id");
        match kind {
            _ if sticker.is_some() && ["image", "sticker"].contains(&kind) => {
                let id = sticker?;
                let usual = url.is_some_and(|url| url == format!("https://sticker.test/{id}.png"));
                let id_alone = Tree::Number(id.as_number()?.clone());
                Some((
                    "sticker",
                    if usual {
                        id_alone
                    } else {
                        Tree::map([Some(("id", id_alone)), member(payload, "url")])
                    },
                ))
            }
            "image" | "audio" | "video" | "file"
                if only(payload, &["url"]) && item.get("title").is_none() =>
            {
                let kind = ["image", "audio", "video", "file"].into_iter().find(|known| *known == kind)?;
                Some((kind, self.names.text(url?)))
            }
            "location" if only(payload, &["coordinates"]) => {
                let place = &payload["coordinates"];
                let parts =
                    [member(place, "lat"), member(place, "long"), member(item, "title"), member(item, "url")];
                Some(("location", Tree::map(parts)))
            }
            "fallback" if payload.is_null() => Some(("fallback", Tree::Map(Vec::new()))),
            "fallback" if only(payload, &["url", "title"]) => {
                Some(("fallback", Tree::map([member(payload, "url"), member(payload, "title")])))
            }
            _ => None,
        }
    }
}

/// Attachments without the second form that a sticker had for a summer (M-206).
fn without_doubles(items: &[Value]) -> Vec<&Value> {
    let is_double = |index: usize| {
        let before = index.checked_sub(1).and_then(|before| items.get(before));
        before
            .is_some_and(|before| before["type"] == "sticker" && before["payload"] == items[index]["payload"])
    };
    (0..items.len()).filter(|index| !is_double(*index)).filter_map(|index| items.get(index)).collect()
}

/// A message that an app sends: its text, or all that it holds.
pub(crate) fn message(entry: &Entry, text: &dyn Fn(&str) -> Tree, body: &dyn Fn(&Value) -> Tree) -> Tree {
    match (entry.data.get("message"), entry.text("text"), entry.text("metadata")) {
        (Some(sent), _, _) => body(sent),
        (None, Some(said), None) => text(said),
        (None, said, metadata) => {
            let mut members = Map::new();
            members.extend(said.map(|said| ("text".to_owned(), Value::from(said))));
            members.extend(metadata.map(|metadata| ("metadata".to_owned(), Value::from(metadata))));
            body(&Value::Object(members))
        }
    }
}

/// How a call was refused.
pub(crate) fn refused(refusal: &Entry) -> Tree {
    let number = |key| refusal.data.get(key).and_then(Value::as_number).cloned();
    let part = |name, key| number(key).map(|number| (name, Tree::Number(number)));
    Tree::map([part("code", "code"), part("subcode", "subcode")])
}
