//! Calls of steps that were not in order, as the verbs that they were meant to be: their entries say what the step asked
//! for, and not what the platform made of it.

use serde_json::{Map, Value};

use super::calls::{Verb, signal};

/// What a call was meant to be.
pub(crate) enum Meant<'a> {
    Sends {
        text: Option<&'a str>,
        body: Option<&'a Value>,
        messaging_type: Option<&'a str>,
        tag: Option<&'a str>,
        reply_to: Option<&'a str>,
    },
    Signals(Verb),
    Passes {
        to: Option<&'a str>,
        metadata: Option<&'a str>,
    },
    PassesMetadata {
        to: Option<&'a str>,
        metadata: Option<&'a str>,
    },
    Takes {
        metadata: Option<&'a str>,
    },
    Requests {
        metadata: Option<&'a str>,
    },
    Releases,
    Extends {
        seconds: Option<i64>,
    },
    AsksOwner,
    AsksReceivers,
}

/// The members of a body that are to be told.
struct Told<'a> {
    members: &'a Map<String, Value>,
}

impl<'a> Told<'a> {
    /// A text that may be absent; none at all for anything else, which no verb can say.
    fn text(&self, key: &str) -> Option<Option<&'a str>> {
        match self.members.get(key) {
            Some(value) => value.as_str().map(Some),
            None => Some(None),
        }
    }

    /// Whether nothing else stands there.
    fn only(&self, keys: &[&str]) -> Option<()> {
        let known = |key: &String| key == "recipient" || keys.contains(&key.as_str());
        self.members.keys().all(known).then_some(())
    }
}

impl<'a> Meant<'a> {
    /// The verb for a call, if there is one. The id is that of the person whom the step named.
    pub(crate) fn of(method: &str, path: &str, asked: &'a Value, person: Option<&str>) -> Option<Self> {
        let asked = asked.as_object()?;
        let whole = |key: &str| asked.get(key).filter(|_| asked.len() == 1).and_then(Value::as_object);
        match (method, path) {
            ("GET", "me/thread_owner") => {
                let query = whole("query").filter(|query| query.len() == 1)?;
                is_of(query.get("recipient")?, person).then_some(Self::AsksOwner)
            }
            ("GET", "me/secondary_receivers") if asked.is_empty() => Some(Self::AsksReceivers),
            ("POST", path) => Self::posted(path, whole("body")?, person),
            _ => None,
        }
    }

    fn posted(path: &str, body: &'a Map<String, Value>, person: Option<&str>) -> Option<Self> {
        match body.get("recipient") {
            Some(recipient) => {
                let recipient = recipient.as_object().filter(|members| members.len() == 1)?;
                is_of(recipient.get("id")?, person).then_some(())?;
            }
            None if person.is_some() => return None,
            None => {}
        }
        let told = Told { members: body };
        Some(match path {
            "me/messages" if body.contains_key("sender_action") => {
                told.only(&["sender_action"])?;
                Self::Signals(signal(body.get("sender_action")?.as_str()?)?)
            }
            "me/messages" => {
                told.only(&["message", "messaging_type", "tag", "reply_to"])?;
                let message = body.get("message");
                let text = message.and_then(Value::as_object).filter(|message| message.len() == 1);
                let text = text.and_then(|message| message.get("text")?.as_str());
                let reply_to = match body.get("reply_to") {
                    Some(reply_to) => Some(reply_to.get("mid")?.as_str()?),
                    None => None,
                };
                Self::Sends {
                    text,
                    body: message.filter(|_| text.is_none()),
                    messaging_type: told.text("messaging_type")?,
                    tag: told.text("tag")?,
                    reply_to,
                }
            }
            "me/pass_thread_control" => {
                told.only(&["target_app_id", "metadata"])?;
                Self::Passes { to: told.text("target_app_id")?, metadata: told.text("metadata")? }
            }
            "me/pass_thread_metadata" => {
                told.only(&["target_app_id", "metadata"])?;
                Self::PassesMetadata { to: told.text("target_app_id")?, metadata: told.text("metadata")? }
            }
            "me/take_thread_control" => {
                told.only(&["metadata"])?;
                Self::Takes { metadata: told.text("metadata")? }
            }
            "me/request_thread_control" => {
                told.only(&["metadata"])?;
                Self::Requests { metadata: told.text("metadata")? }
            }
            "me/release_thread_control" => {
                told.only(&[])?;
                Self::Releases
            }
            "me/extend_thread_control" => {
                told.only(&["duration"])?;
                let seconds = match body.get("duration") {
                    Some(seconds) => Some(seconds.as_i64()?),
                    None => None,
                };
                Self::Extends { seconds }
            }
            _ => return None,
        })
    }
}

/// Whether an id is that of the person whom the step named.
fn is_of(id: &Value, person: Option<&str>) -> bool {
    person.is_some_and(|person| id == person)
}
