//! What a journal entry can say.

use std::sync::Arc;

use emulator_core::{
    AdminChange, AppId, Channel, Effect, Field, InboxAct, Input, LineId, PersonAct, Psid, RefusalKind, Timer,
    Timestamp,
};

use super::attempt::AttemptResult;
use super::call::Call;
use super::proxied::{Passage, Passed};
use crate::graph::GraphError;

/// What an entry is about.
#[derive(Debug, Clone)]
pub enum Record {
    /// A person did something.
    Person {
        /// Who.
        person: Psid,
        /// What.
        act: PersonAct,
    },
    /// An agent did something in the Page Inbox.
    Inbox {
        /// On whose conversation.
        person: Psid,
        /// What.
        act: InboxAct,
    },
    /// An admin changed something.
    Admin {
        /// Of which Page, and on which platform where it matters.
        line: LineId,
        /// What.
        change: AdminChange,
    },
    /// What the entry before this asked for does not happen, in the terms of the rules. Calls of apps
    /// are refused in the words of the platform instead.
    Declined(RefusalKind),
    /// An app called the Graph API.
    Call(Call),
    /// The call before this entry was refused.
    Refused {
        /// Which app called; none when its token is unknown.
        app: Option<AppId>,
        /// What it was told.
        error: Arc<GraphError>,
        /// The trace id of the answer.
        trace: Arc<str>,
    },
    /// Somebody moved the clock.
    Clock {
        /// To where.
        to: Timestamp,
    },
    /// A deadline came.
    Fired(Timer),
    /// Something happened in the world.
    Effect(Effect),
    /// What a file says of a delivery that was decided in another run: a [`Record::Effect`] there.
    Heard(Heard),
    /// A webhook delivery was tried.
    Attempt {
        /// Which app.
        app: AppId,
        /// Whose conversation, if it is about one.
        person: Option<Psid>,
        /// The entry of the delivery.
        delivery: u64,
        /// The number of the try, from 1.
        number: u32,
        /// How it went.
        result: AttemptResult,
        /// How long it took, in milliseconds of real time.
        took_ms: u64,
    },
    /// A step had to do with a bot's process.
    Bot {
        /// Whose.
        app: AppId,
        /// What it did.
        order: BotOrder,
    },
    /// A remark of the scenario.
    Note {
        /// Its text.
        text: Arc<str>,
    },
    /// A call for another host came to the proxy.
    Proxied {
        /// The host and its port.
        host: Arc<str>,
        /// How it goes there.
        passage: Passage,
        /// What became of it.
        passed: Passed,
        /// How many calls for that host went so for the same reason so far, this one included.
        count: u64,
    },
}

impl Record {
    /// What a person, an agent or an admin puts into the world.
    pub(crate) fn input(&self) -> Option<Input> {
        if let Self::Person { person, act } = self {
            Some(Input::Person { person: *person, act: act.clone() })
        } else if let Self::Inbox { person, act } = self {
            Some(Input::Inbox { person: *person, act: act.clone() })
        } else if let Self::Admin { line, change } = self {
            Some(Input::Admin { line: *line, change: change.clone() })
        } else {
            None
        }
    }
}

/// What a step does with a bot's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BotOrder {
    /// It ends.
    Stops,
    /// It is started.
    Starts,
    /// It ends if it runs, and is started.
    Restarts,
}

impl BotOrder {
    pub(super) const ALL: &'static [Self] = &[Self::Stops, Self::Starts, Self::Restarts];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stops => "stops",
            Self::Starts => "starts",
            Self::Restarts => "restarts",
        }
    }
}

/// A delivery as a file has it: its event is the text that went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Who hears it.
    pub app: AppId,
    /// Whose conversation, if it is about one.
    pub person: Option<Psid>,
    /// The array in which it travels.
    pub channel: Channel,
    /// The subscription field that lets it through.
    pub field: Field,
    /// The event, as JSON.
    pub event: Arc<str>,
}
