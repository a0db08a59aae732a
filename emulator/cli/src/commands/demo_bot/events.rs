//! The parts of a webhook body that the demo bot reads.
//!
//! Everything else is skipped. Text is borrowed from the body where it holds no escapes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// A webhook body.
#[derive(Deserialize)]
pub(super) struct Delivery<'a> {
    #[serde(borrow, default)]
    pub(super) entry: Vec<Entry<'a>>,
}

impl<'a> Delivery<'a> {
    /// Reads a body. What is no event that this bot knows the shape of is left out, and the others are there.
    pub(super) fn read(body: &'a [u8]) -> serde_json::Result<Self> {
        match serde_json::from_slice(body) {
            Ok(delivery) if body.trim_ascii_start().starts_with(b"{") => Ok(delivery),
            _ => {
                let object: BTreeMap<Cow<'a, str>, &'a RawValue> = serde_json::from_slice(body)?;
                let entries: Vec<LooseEntry<'a>> = pieces(object.get("entry").copied());
                Ok(Self { entry: entries.into_iter().map(Entry::from).collect() })
            }
        }
    }
}

/// An entry with something unknown in it, to be taken apart piece by piece.
#[derive(Deserialize)]
struct LooseEntry<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    messaging: Option<&'a RawValue>,
    #[serde(borrow)]
    standby: Option<&'a RawValue>,
}

impl<'a> From<LooseEntry<'a>> for Entry<'a> {
    fn from(LooseEntry { id, messaging, standby }: LooseEntry<'a>) -> Self {
        let id = id.and_then(|id| serde_json::from_str(id.get()).ok());
        Self { id, messaging: pieces(messaging), standby: pieces(standby) }
    }
}

/// The items of a list that can be read; none of what is no list.
fn pieces<'a, T: Deserialize<'a>>(list: Option<&'a RawValue>) -> Vec<T> {
    let items: Vec<&'a RawValue> =
        list.and_then(|list| serde_json::from_str(list.get()).ok()).unwrap_or_default();
    items.into_iter().filter_map(|item| serde_json::from_str(item.get()).ok()).collect()
}

/// What happened on one Page.
#[derive(Deserialize)]
pub(super) struct Entry<'a> {
    /// The Page.
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) messaging: Vec<Item<'a>>,
    /// What belongs to another app.
    #[serde(borrow, default)]
    pub(super) standby: Vec<Item<'a>>,
}

impl Entry<'_> {
    /// The id of the Page.
    pub(super) fn page_id(&self) -> Option<&str> {
        self.id.as_ref().map(Text::as_str)
    }
}

/// One event. At most one of the last five is there.
#[derive(Deserialize)]
pub(super) struct Item<'a> {
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    sender: Option<Party<'a>>,
    #[serde(borrow)]
    recipient: Option<Party<'a>>,
    #[serde(borrow)]
    message: Option<Message<'a>>,
    #[serde(borrow)]
    postback: Option<Postback<'a>>,
    #[serde(borrow)]
    pass_thread_control: Option<Control<'a>>,
    #[serde(borrow)]
    take_thread_control: Option<Control<'a>>,
    #[serde(borrow)]
    request_thread_control: Option<Request<'a>>,
}

/// What an event means to this bot.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// The person wrote something, possibly without text.
    Message(Option<Box<str>>),
    /// The person tapped a quick reply, with this payload.
    QuickReply(Box<str>),
    /// The person tapped a button of this bot: others see no payload.
    Postback { title: Box<str>, payload: Box<str> },
    /// This app was given the conversation.
    ControlGained,
    /// Another app has taken the conversation.
    ControlLost,
    /// Another app, with this id, asks for the conversation.
    ControlRequested(Box<str>),
    /// The person talks to another app.
    Overheard,
}

impl Item<'_> {
    /// True when the person asks the bot to break.
    pub(super) fn breaks(&self, word: &str) -> bool {
        let text = self.message.as_ref().filter(|message| !message.is_echo).and_then(|it| it.text.as_ref());
        text.is_some_and(|text| text.as_str().trim().eq_ignore_ascii_case(word))
    }

    /// Tells this event from others, while the platform that delivers it once more sends the same bytes.
    pub(super) fn id(&self) -> Option<u64> {
        let mid = match (&self.message, &self.postback) {
            (Some(message), _) => message.mid.as_ref(),
            (None, postback) => postback.as_ref().and_then(|postback| postback.mid.as_ref()),
        };
        let mut hasher = DefaultHasher::new();
        match (mid, self.timestamp) {
            (Some(mid), _) => mid.as_str().hash(&mut hasher),
            (None, Some(timestamp)) if self.is_about_control() => {
                let kind = (self.pass_thread_control.is_some(), self.take_thread_control.is_some());
                (kind, timestamp.get()).hash(&mut hasher);
            }
            (None, _) => return None,
        }
        Some(hasher.finish())
    }

    fn is_about_control(&self) -> bool {
        self.pass_thread_control.is_some()
            || self.take_thread_control.is_some()
            || self.request_thread_control.is_some()
    }

    /// Returns the person who said or tapped something on `standby`.
    pub(super) fn overheard(&self, page_id: &str) -> Option<&str> {
        let sender = self.sender.as_ref()?.id.as_ref()?.as_str();
        let speaks = self.message.as_ref().is_some_and(|message| !message.is_echo) || self.postback.is_some();
        (speaks && sender != page_id).then_some(sender)
    }

    /// Returns the person and what happened on `messaging`, or `None` when the event is of no interest.
    pub(super) fn read(&self, page_id: &str, app_id: &str) -> Option<(&str, Event)> {
        let sender = self.sender.as_ref()?.id.as_ref()?.as_str();
        if let Some(message) = &self.message {
            let of_a_person = !message.is_echo && sender != page_id;
            return of_a_person.then(|| (sender, message.event()));
        }
        if let Some(Postback { title, payload, mid: _ }) = &self.postback {
            let title = title.as_ref().map(Text::to_boxed).unwrap_or_default();
            return Some((sender, Event::Postback { title, payload: payload.as_ref()?.to_boxed() }));
        }
        let person = if sender == page_id { self.recipient.as_ref()?.id.as_ref()?.as_str() } else { sender };
        if let Some(pass) = &self.pass_thread_control {
            return pass.makes_owner(app_id).then_some((person, Event::ControlGained));
        }
        if let Some(take) = &self.take_thread_control {
            return (!take.makes_owner(app_id)).then_some((person, Event::ControlLost));
        }
        let asks = self.request_thread_control.as_ref()?.requested_owner_app_id.as_ref()?.digits()?;
        Some((person, Event::ControlRequested(asks)))
    }
}

#[derive(Deserialize)]
struct Party<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(default)]
    is_echo: bool,
    #[serde(borrow)]
    mid: Option<Text<'a>>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    #[serde(borrow)]
    quick_reply: Option<QuickReply<'a>>,
}

impl Message<'_> {
    fn event(&self) -> Event {
        match &self.quick_reply {
            Some(QuickReply { payload }) => Event::QuickReply(payload.to_boxed()),
            None => Event::Message(self.text.as_ref().map(Text::to_boxed)),
        }
    }
}

#[derive(Deserialize)]
struct QuickReply<'a> {
    #[serde(borrow)]
    payload: Text<'a>,
}

#[derive(Deserialize)]
struct Postback<'a> {
    #[serde(borrow)]
    title: Option<Text<'a>>,
    #[serde(borrow)]
    payload: Option<Text<'a>>,
    #[serde(borrow)]
    mid: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    requested_owner_app_id: Option<AppId<'a>>,
}

#[derive(Deserialize)]
struct Control<'a> {
    #[serde(borrow)]
    new_owner_app_id: Option<AppId<'a>>,
}

impl Control<'_> {
    fn makes_owner(&self, app_id: &str) -> bool {
        match &self.new_owner_app_id {
            Some(AppId::Number(number)) => app_id.parse() == Ok(*number),
            Some(AppId::Text(text)) => text.as_str() == app_id,
            Some(AppId::Other(_)) | None => false,
        }
    }
}

/// App ids travel as numbers or as strings, depending on event and version.
#[derive(Deserialize)]
#[serde(untagged)]
enum AppId<'a> {
    Number(u64),
    #[serde(borrow)]
    Text(Text<'a>),
    Other(IgnoredAny),
}

impl AppId<'_> {
    fn digits(&self) -> Option<Box<str>> {
        match self {
            Self::Number(number) => Some(number.to_string().into()),
            Self::Text(text) => Some(text.to_boxed()),
            Self::Other(_) => None,
        }
    }
}

/// A string of the body. A bare `Option<Cow<str>>` would always be copied.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Text<'_> {
    fn as_str(&self) -> &str {
        &self.0
    }

    fn to_boxed(&self) -> Box<str> {
        self.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{Delivery, Event};

    const PAGE: &str = "100";
    const APP: &str = "200";

    fn read(item: &str) -> Option<(String, Event)> {
        let body = format!(r#"{{"object":"page","entry":[{{"id":"100","time":1,"messaging":[{item}]}}]}}"#);
        let delivery: Delivery<'_> = serde_json::from_str(&body).unwrap();
        delivery.entry[0].messaging[0].read(PAGE, APP).map(|(person, event)| (person.to_owned(), event))
    }

    fn event(body: &str) -> Option<Event> {
        read(&format!(r#"{{"sender":{{"id":"7"}},"recipient":{{"id":"100"}},"timestamp":1,{body}}}"#))
            .map(|(_, event)| event)
    }

    #[test]
    fn messages_of_a_person_are_read() {
        assert_eq!(event(r#""message":{"mid":"m","text":"a\/b"}"#), Some(Event::Message(Some("a/b".into()))));
        assert_eq!(event(r#""message":{"mid":"m","attachments":[]}"#), Some(Event::Message(None)));
    }

    #[test]
    fn taps_are_read_by_their_payload() {
        let reply = r#""message":{"quick_reply":{"payload":"S"},"mid":"m","text":"Small"}"#;
        assert_eq!(event(reply), Some(Event::QuickReply("S".into())));
        let postback = event(r#""postback":{"title":"Hours","payload":"H","mid":"m"}"#);
        assert_eq!(postback, Some(Event::Postback { title: "Hours".into(), payload: "H".into() }));
        assert_eq!(event(r#""postback":{"title":"Hours","mid":"m"}"#), None, "another app's button");
    }

    #[test]
    fn echoes_receipts_and_other_events_are_not() {
        assert_eq!(event(r#""message":{"mid":"m","is_echo":true,"app_id":200,"text":"x"}"#), None);
        assert_eq!(event(r#""delivery":{"watermark":1}"#), None);
        assert_eq!(event(r#""read":{"watermark":1}"#), None);
        let from_the_page = r#"{"sender":{"id":"100"},"recipient":{"id":"7"},"message":{"text":"x"}}"#;
        assert_eq!(read(from_the_page), None);
        assert_eq!(read(r#"{"recipient":{"id":"100"},"app_roles":{"200":["primary_receiver"]}}"#), None);
    }

    #[test]
    fn an_app_id_may_be_a_number_or_a_string() {
        for (id, gained) in
            [("200", true), (r#""200""#, true), ("201", false), ("null", false), ("{}", false)]
        {
            let pass =
                event(&format!(r#""pass_thread_control":{{"new_owner_app_id":{id},"metadata":null}}"#));
            assert_eq!(pass, gained.then_some(Event::ControlGained), "pass to {id}");
            let take = event(&format!(r#""take_thread_control":{{"new_owner_app_id":{id}}}"#));
            assert_eq!(take, (!gained).then_some(Event::ControlLost), "taken by {id}");
        }
        assert_eq!(
            event(r#""take_thread_control":{"previous_owner_app_id":"200"}"#),
            Some(Event::ControlLost)
        );
    }

    #[test]
    fn a_request_names_the_app_that_asks() {
        for id in ["201", r#""201""#] {
            let request = format!(r#""request_thread_control":{{"requested_owner_app_id":{id}}}"#);
            assert_eq!(event(&request), Some(Event::ControlRequested("201".into())), "{id}");
        }
        assert_eq!(event(r#""request_thread_control":{"metadata":"mine"}"#), None);
    }

    #[test]
    fn an_event_that_comes_once_more_has_the_same_id() {
        let id = |body: &str| -> Option<u64> {
            let text = format!(r#"{{"entry":[{{"messaging":[{{"sender":{{"id":"7"}},{body}}}]}}]}}"#);
            let delivery: Delivery<'_> = serde_json::from_str(&text).unwrap();
            delivery.entry[0].messaging[0].id()
        };
        let said = id(r#""timestamp":1,"message":{"mid":"m","text":"x"}"#);
        assert_eq!(said, id(r#""timestamp":2,"message":{"mid":"m","text":"x"}"#));
        assert_eq!(said, id(r#""timestamp":3,"postback":{"mid":"m","title":"x"}"#));
        assert_ne!(said, id(r#""timestamp":1,"message":{"mid":"n","text":"x"}"#));
        let passed = id(r#""timestamp":1,"pass_thread_control":{"new_owner_app_id":200}"#);
        assert_ne!(passed, id(r#""timestamp":2,"pass_thread_control":{"new_owner_app_id":200}"#));
        assert_ne!(passed, id(r#""timestamp":1,"take_thread_control":{"new_owner_app_id":200}"#));
        for without in
            [r#""timestamp":1,"message":{"text":"x"}"#, r#""pass_thread_control":{}"#, r#""read":{}"#]
        {
            assert_eq!(id(without), None, "{without}");
        }
    }

    #[test]
    fn text_without_escapes_is_borrowed() {
        let body = r#"{"entry":[{"messaging":[{"sender":{"id":"7"},"message":{"text":"hello"}}]}]}"#;
        let delivery: Delivery<'_> = serde_json::from_str(body).unwrap();
        let text = delivery.entry[0].messaging[0].message.as_ref().unwrap().text.as_ref().unwrap();
        assert!(matches!(text.0, Cow::Borrowed("hello")));
    }

    #[test]
    fn what_people_say_is_heard_on_standby() {
        let heard = |body: &str| -> Option<String> {
            let text =
                format!(r#"{{"entry":[{{"standby":[{{"sender":{{"id":"7"}},{body}}}]}},{{"changes":[]}}]}}"#);
            let delivery: Delivery<'_> = serde_json::from_str(&text).unwrap();
            assert!(delivery.entry.iter().all(|entry| entry.messaging.is_empty()));
            delivery.entry[0].standby[0].overheard(PAGE).map(str::to_owned)
        };
        for speaks in [r#""message":{"text":"x"}"#, r#""postback":{"title":"x"}"#] {
            assert_eq!(heard(speaks).as_deref(), Some("7"), "{speaks}");
        }
        for silent in [r#""message":{"is_echo":true,"text":"x"}"#, r#""read":{"watermark":1}"#] {
            assert_eq!(heard(silent), None, "{silent}");
        }
    }
}
