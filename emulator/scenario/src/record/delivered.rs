//! Deliveries as recordings look at them, whether they were decided in this run or read from a file.

use std::borrow::Cow;

use emulator_core::{AppId, Effect, Event, Field, Psid};
use emulator_server::journal::{Entry, Record};
use serde_json::Value;

/// That an app hears of an event.
pub(crate) struct Delivered<'a> {
    pub(crate) app: AppId,
    pub(crate) person: Option<Psid>,
    pub(crate) field: Field,
    /// The timestamp of the event, in milliseconds since 1970.
    pub(crate) at: Option<i64>,
    /// The id of the event, of a tap.
    pub(crate) tap: Option<Cow<'a, str>>,
}

impl<'a> Delivered<'a> {
    /// What an entry says of one, if it does.
    pub(crate) fn of(entry: &'a Entry) -> Option<Self> {
        if let Record::Effect(Effect::Deliver(delivery)) = &entry.record {
            let tap = if let Event::Postback { mid: Some(mid), .. } = &delivery.event {
                Some(Cow::Borrowed(&*mid.0))
            } else {
                None
            };
            let (app, person, field) = (delivery.app, delivery.person, delivery.field);
            Some(Self { app, person, field, at: Some(delivery.at.0), tap })
        } else if let Record::Heard(heard) = &entry.record {
            let event: Value = serde_json::from_str(&heard.event).unwrap_or_default();
            let tap = event["postback"]["mid"].as_str().map(|mid| Cow::Owned(mid.to_owned()));
            let at = event["timestamp"].as_i64();
            Some(Self { app: heard.app, person: heard.person, field: heard.field, at, tap })
        } else {
            None
        }
    }
}
