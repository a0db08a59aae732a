//! Who hears of an action, without names.

use std::collections::BTreeSet;

use super::{Cast, Whom};
use crate::event::EventKind;
use crate::field::Channel;
use crate::ids::AppId;

/// What apps hear of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The event.
    pub event: EventKind,
    /// The channel.
    pub channel: Channel,
    /// Which apps.
    pub by: Hearers,
}

/// Which apps of a Page hear an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hearers {
    /// All of them.
    All,
    /// All but those that hear it on the other channel.
    Others,
    /// Those that have these parts.
    These(Vec<Whom>),
}

impl Hearers {
    /// The words for them.
    pub fn names(&self) -> Vec<&'static str> {
        match self {
            Self::All => vec!["all apps"],
            Self::Others => vec!["the others"],
            Self::These(whom) => whom.iter().map(|whom| whom.name()).collect(),
        }
    }
}

/// Puts together what apps of the Page hear, in the order in which they hear it.
pub(super) fn heard(
    cast: Cast,
    connected: &BTreeSet<AppId>,
    deliveries: &[(EventKind, Channel, AppId)],
) -> Vec<Heard> {
    let mut events: Vec<EventKind> = Vec::new();
    for (event, ..) in deliveries {
        events.extend((!events.contains(event)).then_some(*event));
    }
    let mut heard = Vec::new();
    for event in events {
        let on = |channel: Channel| -> Vec<AppId> {
            let those = deliveries.iter().filter(|(of, on, _)| *of == event && *on == channel);
            those.map(|(.., app)| *app).collect()
        };
        let (messaging, standby) = (on(Channel::Messaging), on(Channel::Standby));
        let all: BTreeSet<AppId> = messaging.iter().chain(&standby).copied().collect();
        let shared = all.len() > 1 && all == *connected;
        let single = messaging.is_empty() || standby.is_empty();
        for (channel, apps) in [(Channel::Messaging, messaging), (Channel::Standby, standby)] {
            let by = match channel {
                _ if apps.is_empty() => continue,
                _ if shared && single => Hearers::All,
                Channel::Standby if shared => Hearers::Others,
                Channel::Messaging | Channel::Standby => {
                    let mut whom: Vec<Whom> = Vec::new();
                    for part in apps.iter().map(|app| cast.whom(*app)) {
                        whom.extend((!whom.contains(&part)).then_some(part));
                    }
                    Hearers::These(whom)
                }
            };
            heard.push(Heard { event, channel, by });
        }
    }
    heard
}
