//! What people and agents did, as steps.

use emulator_core::{AppId, InboxAct, Message, Mid, PageId, Party, PersonAct, Psid};
use serde_json::Value;

use super::journal::Heading;
use super::names::Names;
use super::tree::{Line, Tree};

/// What is needed to tell of an entry.
pub(crate) struct Words<'a> {
    pub(crate) names: &'a Names,
    /// What earlier messages are captured as, by their ids.
    pub(crate) captures: &'a std::collections::BTreeMap<String, String>,
    /// Whose journal it is: where there are several people or Pages, steps and expectations say whom they mean.
    pub(crate) heading: &'a Heading,
}

/// Why there is no step for something.
pub(crate) type Untold = String;

impl Words<'_> {
    /// What a person did.
    pub(crate) fn person(
        &self,
        (person, act): (Psid, &PersonAct),
        capture: Option<&str>,
    ) -> Result<Line, Untold> {
        let mut nlp = None;
        let (verb, value, beside) = match act {
            PersonAct::Says(message) => {
                let reply = self.earlier("reply_to", message.reply_to.as_ref())?;
                let body = body_of(message);
                nlp = body.as_ref().and_then(|body| Some(("nlp", self.names.value(body.get("nlp")?))));
                match body.filter(|body| nlp.is_none() || body.get("attachments").is_some()) {
                    None => ("says", self.names.text(message.text.as_deref().unwrap_or_default()), reply),
                    Some(body) => ("sends", self.sent(&body)?, reply),
                }
            }
            PersonAct::Taps { what, within } => {
                ("taps", self.names.text(what), self.earlier("in", within.as_ref())?)
            }
            PersonAct::Reacts { to, reaction } => {
                let emoji = match reaction {
                    Some(reaction) => self.names.word(&reaction.emoji),
                    None => Tree::word("none"),
                };
                ("reacts", emoji, self.earlier("to", to.as_ref())?)
            }
            PersonAct::Reads => ("reads", Tree::Bool(true), None),
            PersonAct::Opens(referral) => {
                let reference = referral.reference.as_deref().map(|text| self.names.text(text));
                let entrance = match &referral.ad {
                    None => ("link", reference.unwrap_or_else(|| self.names.text(""))),
                    Some(ad) => {
                        let app = ad.app.map(|app| ("app", self.app(app)));
                        let id = Some(("id", self.names.text(&ad.id)));
                        ("ad", Tree::map([id, reference.map(|text| ("ref", text)), app]))
                    }
                };
                ("opens", Tree::map([Some(entrance)]), None)
            }
            PersonAct::Blocks(true) => ("blocks", Tree::Bool(true), None),
            PersonAct::Blocks(false) => ("unblocks", Tree::Bool(true), None),
        };
        let captured = capture.map(|name| ("as", Tree::name(name)));
        let who = Some(("user", Tree::name(&self.heading.person(person))));
        Ok(Line::step([who, Some((verb, value)), nlp, beside, self.on_page_of(person), captured]))
    }

    /// What an agent did in the Page Inbox.
    pub(crate) fn inbox(
        &self,
        (person, act): (Psid, &InboxAct),
        capture: Option<&str>,
    ) -> Result<Line, Untold> {
        let who = ("inbox", Tree::name(&self.heading.person(person)));
        let verb = match act {
            InboxAct::Replies(message) => match (&message.text, &message.body) {
                (Some(text), None) => ("replies", self.names.text(text)),
                (None, _) | (Some(_), Some(_)) => {
                    return Err("an agent replied with more than a text".to_owned());
                }
            },
            InboxAct::Moves(folder) => ("moves_to", Tree::word(folder.name())),
        };
        let captured = capture.map(|name| ("as", Tree::name(name)));
        Ok(Line::step([Some(who), Some(verb), self.on_page_of(person), captured]))
    }

    /// The person meant, where there are several.
    pub(crate) fn of(&self, person: Option<Psid>) -> Option<(&'static str, Tree)> {
        let person = person.filter(|_| self.heading.people().len() > 1)?;
        Some(("of", Tree::name(&self.heading.person(person))))
    }

    /// The Page of a person, where it is not the first of several.
    pub(crate) fn on_page_of(&self, person: Psid) -> Option<(&'static str, Tree)> {
        self.on_page(self.heading.page_of(person))
    }

    /// A Page, where it is not the first of several.
    pub(crate) fn on_page_named(&self, page: PageId) -> Option<(&'static str, Tree)> {
        self.on_page(self.heading.page(page))
    }

    fn on_page(&self, page: Option<&str>) -> Option<(&'static str, Tree)> {
        page.filter(|page| self.heading.first_page() != Some(page)).map(|page| ("on", Tree::name(page)))
    }

    /// The name of an app.
    pub(crate) fn app(&self, app: AppId) -> Tree {
        Tree::name(&self.heading.names.app(app))
    }

    /// The name of an app or of the inbox.
    pub(crate) fn party(&self, party: Party) -> Tree {
        Tree::name(&self.heading.names.party(party))
    }

    /// The key beside a verb that names an earlier message.
    pub(crate) fn earlier(
        &self,
        key: &'static str,
        mid: Option<&Mid>,
    ) -> Result<Option<(&'static str, Tree)>, Untold> {
        let Some(mid) = mid else { return Ok(None) };
        match self.captures.get(&*mid.0) {
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

/// A message beside its text, if there is more of it.
pub(crate) fn body_of(message: &Message) -> Option<Value> {
    message.body.as_deref().and_then(|body| serde_json::from_str(body).ok())
}
