//! What a journal entry can say.

use std::sync::Arc;

use emulator_core::{
    AdminChange, AppAct, AppId, ControlAct, Effect, FieldSet, InboxAct, Input, Message, Mid, PageId,
    PersonAct, Psid, RefusalKind, RuleId, Saw, Subject, Tag, Timer, Timestamp,
};

use super::proxied::{Passage, Passed};
use crate::clock::Wall;
use crate::graph::{GraphError, permissions_of};
use crate::lane::CROWDED_OUT;
use crate::shared::Registration;
use crate::webhooks::WebhookUrl;

/// One line of a journal.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number within the lane, from 1.
    pub seq: u64,
    /// Virtual time.
    pub at: Timestamp,
    /// The entry that led to it.
    pub cause: Option<Cause>,
    /// The rule that decided it.
    pub rule: Option<RuleId>,
    /// What that rule read.
    pub saw: Saw,
    /// What happened.
    pub record: Record,
    /// When it happened in this run.
    pub wall: Wall,
}

/// The entry behind an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// Its number.
    pub seq: u64,
    /// True when it is only the likeliest one: a bot does not say what it answers to.
    pub assumed: bool,
}

impl Cause {
    /// A cause that is certain.
    pub const fn certain(seq: u64) -> Self {
        Self { seq, assumed: false }
    }
}

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
        /// Of which Page.
        page: PageId,
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
    /// A webhook delivery was tried.
    Attempt {
        /// Which app.
        app: AppId,
        /// Whose conversation, if it is about one.
        person: Option<Psid>,
        /// The entry of the delivery.
        delivery: u64,
        /// The how manieth try, from 1.
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
    const ALL: &'static [Self] = &[Self::Stops, Self::Starts, Self::Restarts];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stops => "stops",
            Self::Starts => "starts",
            Self::Restarts => "restarts",
        }
    }

    /// The order of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|order| order.name() == name)
    }
}

/// A call of the Graph API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The app that called; none when the token is unknown.
    pub app: Option<AppId>,
    /// The Page that it is about, which is that of the token; none when the token is of no Page and the call names
    /// none.
    pub page: Option<PageId>,
    /// The person that it is about.
    pub person: Option<Psid>,
    /// What it asked for.
    pub kind: CallKind,
    /// True when a step played the app.
    pub played: bool,
}

/// What a call asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallKind {
    /// To send a message.
    Sends {
        /// What.
        message: Arc<Message>,
        /// `messaging_type`, if it was given.
        messaging_type: Option<&'static str>,
        /// The message tag.
        tag: Option<Tag>,
    },
    /// To show a sender action.
    Signals {
        /// Its name on the wire.
        action: &'static str,
        /// Of a reaction, the message and the reaction; none when it is taken back.
        about: Option<(Mid, Option<Arc<str>>)>,
    },
    /// To change who is in control.
    Controls(ControlAct),
    /// Who is in control.
    AsksOwner,
    /// Who the secondary receivers are.
    AsksReceivers,
    /// What a person shows of herself.
    AsksProfile {
        /// The parameter `fields`.
        fields: Option<Arc<str>>,
    },
    /// To be installed on the Page with webhook fields, or no longer.
    Installs {
        /// The fields; no longer when none.
        fields: Option<FieldSet>,
        /// Fields that no event here belongs to.
        other_fields: Vec<Arc<str>>,
    },
    /// To subscribe to webhooks of Pages as a whole.
    Subscribes {
        /// Whether it wants more, or less.
        how: Subscribing,
        /// The fields; to none any more when none.
        fields: Option<FieldSet>,
        /// Where its webhooks go from then on, if it has any.
        webhook: Option<Box<RegisteredWebhook>>,
    },
    /// Anything else, and calls that were not in order.
    Other {
        /// The HTTP method.
        method: Arc<str>,
        /// The path without version and query.
        path: Arc<str>,
        /// What a step asked for in it, as JSON: its query, its body and its token, by a word.
        asked: Option<Arc<str>>,
    },
}

/// The two ways in which an app changes its subscriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subscribing {
    /// It registers, with POST.
    Registers,
    /// It gives some of them up, or all, with DELETE.
    GivesUp,
}

/// Where an app that registered wants its webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredWebhook {
    /// Where deliveries go.
    pub url: WebhookUrl,
    /// The address on the internet that it named, which is not called (M-186a).
    pub public: Option<Arc<str>>,
    /// Fields that no event here belongs to.
    pub other_fields: Vec<Arc<str>>,
    /// The version of Graph with which it registered.
    pub version: Arc<str>,
}

impl RegisteredWebhook {
    pub(crate) fn of(registration: &Registration) -> Self {
        let Registration { endpoint, public, other_fields, version } = registration;
        let (url, other_fields) = (endpoint.url.clone(), other_fields.clone());
        Self { url, public: public.clone(), other_fields, version: Arc::clone(version) }
    }
}

impl Call {
    /// What it lets happen in the world; nothing when it is about nothing that the world knows of.
    pub(crate) fn input(&self) -> Option<Input> {
        let app = self.app?;
        let act = match &self.kind {
            CallKind::Sends { message, messaging_type: _, tag } => {
                AppAct::Sends { person: self.person?, message: Arc::clone(message), tag: *tag }
            }
            CallKind::Signals { action: _, about: None } => AppAct::Signals { person: self.person? },
            CallKind::Signals { action: _, about: Some((to, _)) } => {
                AppAct::Reacts { person: self.person?, to: to.clone() }
            }
            CallKind::Controls(act) => AppAct::Controls { person: self.person?, act: act.clone() },
            CallKind::AsksOwner => AppAct::AsksOwner { person: self.person? },
            CallKind::AsksReceivers => AppAct::AsksReceivers,
            CallKind::AsksProfile { fields } => {
                let needs = permissions_of(fields.as_deref().unwrap_or_default());
                AppAct::AsksProfile { person: self.person?, needs }
            }
            CallKind::Installs { fields, other_fields } => {
                AppAct::Installs { fields: *fields, other_fields: other_fields.clone() }
            }
            CallKind::Subscribes { fields, how: _, webhook: _ } => {
                return Some(Input::AppSubscribes { app, fields: *fields });
            }
            CallKind::Other { .. } => return None,
        };
        Some(Input::App { page: self.page?, app, act })
    }
}

impl CallKind {
    /// The verb of the vocabulary for it.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Sends { .. } => "sends",
            Self::Signals { .. } => "signals",
            Self::Controls(ControlAct::Pass { .. }) => "passes_control",
            Self::Controls(ControlAct::Take { .. }) => "takes_control",
            Self::Controls(ControlAct::Request { .. }) => "requests_control",
            Self::Controls(ControlAct::Release) => "releases_control",
            Self::Controls(ControlAct::Extend { .. }) => "extends_control",
            Self::Controls(ControlAct::PassMetadata { .. }) => "passes_metadata",
            Self::AsksOwner => "asks_owner",
            Self::AsksReceivers => "asks_receivers",
            Self::AsksProfile { .. } => "asks_profile",
            Self::Installs { .. } => "installs",
            Self::Subscribes { .. } => "subscribes",
            Self::Other { .. } => "calls",
        }
    }

    /// True when it only reads.
    pub fn reads_only(&self) -> bool {
        match self {
            Self::AsksOwner | Self::AsksReceivers | Self::AsksProfile { .. } => true,
            Self::Other { method, .. } => &**method == "GET",
            Self::Sends { .. }
            | Self::Signals { .. }
            | Self::Controls(_)
            | Self::Installs { .. }
            | Self::Subscribes { .. } => false,
        }
    }

    /// True when it may be what an app says to an event: a message or a control call, no sender action.
    pub fn answers(&self) -> bool {
        match self {
            Self::Sends { .. } | Self::Controls(_) => true,
            Self::Other { .. } => !self.reads_only(),
            Self::AsksOwner
            | Self::AsksReceivers
            | Self::AsksProfile { .. }
            | Self::Signals { .. }
            | Self::Installs { .. }
            | Self::Subscribes { .. } => false,
        }
    }
}

/// How one try of a delivery went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptResult {
    /// The app answered with a 2xx.
    Acknowledged {
        /// Which.
        status: u16,
    },
    /// The app answered with something else.
    Refused {
        /// What.
        status: u16,
        /// The beginning of its body in one line of at most 200 characters, without secrets; none when it was empty.
        /// It may differ in each run, so that journals have it under `wall`.
        excerpt: Option<Arc<str>>,
    },
    /// No answer in time.
    TimedOut,
    /// Nobody listens there.
    Unreachable {
        /// What the system says.
        why: Arc<str>,
    },
    /// It was not tried, and will not be.
    Dropped {
        /// Why it was given up.
        why: Arc<str>,
    },
    /// The connection broke before an answer.
    Broken {
        /// What the system says.
        why: Arc<str>,
    },
}

impl AttemptResult {
    /// True when the delivery is done.
    pub const fn is_acknowledged(&self) -> bool {
        matches!(self, Self::Acknowledged { .. })
    }

    /// True when the app should have had it and has not. What an app does not get because its webhooks are switched off
    /// it was not to get.
    pub fn has_failed(&self) -> bool {
        match self {
            Self::Acknowledged { .. } => false,
            Self::Dropped { why } => **why == *CROWDED_OUT,
            Self::Refused { .. } | Self::TimedOut | Self::Unreachable { .. } | Self::Broken { .. } => true,
        }
    }

    /// True when the app answered something, whatever it was.
    pub const fn has_answered(&self) -> bool {
        matches!(self, Self::Acknowledged { .. } | Self::Refused { .. })
    }

    /// True when there was a connection to the app.
    pub const fn has_connected(&self) -> bool {
        match self {
            Self::Acknowledged { .. } | Self::Refused { .. } | Self::TimedOut | Self::Broken { .. } => true,
            Self::Dropped { .. } | Self::Unreachable { .. } => false,
        }
    }

    /// What the app said beside a status that is not 2xx, as far as that is kept.
    pub fn excerpt(&self) -> Option<&str> {
        match self {
            Self::Refused { excerpt, .. } => excerpt.as_deref(),
            Self::Acknowledged { .. }
            | Self::TimedOut
            | Self::Unreachable { .. }
            | Self::Dropped { .. }
            | Self::Broken { .. } => None,
        }
    }

    /// True when the app refused the caller (401 or 403), which usually means that it did not accept the signature.
    pub const fn is_distrust(&self) -> bool {
        matches!(self, Self::Refused { status: 401 | 403, .. })
    }

    /// The word for it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Acknowledged { .. } => "acknowledged",
            Self::Refused { .. } => "refused",
            Self::TimedOut => "timed_out",
            Self::Dropped { .. } => "dropped",
            Self::Unreachable { .. } => "unreachable",
            Self::Broken { .. } => "broken",
        }
    }
}

impl Entry {
    /// The effect that it records.
    pub const fn effect(&self) -> Option<&Effect> {
        if let Record::Effect(effect) = &self.record { Some(effect) } else { None }
    }

    /// The call that it records.
    pub const fn call(&self) -> Option<&Call> {
        if let Record::Call(call) = &self.record { Some(call) } else { None }
    }

    /// The app that it records a delivery to.
    pub const fn delivered_to(&self) -> Option<AppId> {
        if let Record::Effect(Effect::Deliver(delivery)) = &self.record { Some(delivery.app) } else { None }
    }

    /// The delivery that it records a try of.
    pub const fn tried(&self) -> Option<u64> {
        if let Record::Attempt { delivery, .. } = &self.record { Some(*delivery) } else { None }
    }

    /// About how many bytes the entry holds in memory.
    pub(crate) fn size(&self) -> usize {
        let text = |message: &Message| {
            let body = message.body.as_ref().map_or(0, |body| 2 * body.len());
            message.text.as_ref().map_or(0, |text| text.len()) + body
        };
        let content = match &self.record {
            Record::Person { act: PersonAct::Says(message), .. }
            | Record::Inbox { act: InboxAct::Replies(message), .. }
            | Record::Effect(Effect::Message { message, .. })
            | Record::Call(Call { kind: CallKind::Sends { message, .. }, .. }) => text(message),
            Record::Note { text } => text.len(),
            Record::Person { .. }
            | Record::Inbox { .. }
            | Record::Admin { .. }
            | Record::Declined(_)
            | Record::Call(_)
            | Record::Refused { .. }
            | Record::Clock { .. }
            | Record::Fired(_)
            | Record::Effect(_)
            | Record::Bot { .. }
            | Record::Proxied { .. }
            | Record::Attempt { .. } => 64,
        };
        size_of::<Self>() + content
    }

    /// The person whose conversation the entry belongs to.
    pub fn person(&self) -> Option<Psid> {
        match &self.record {
            Record::Person { person, .. } | Record::Inbox { person, .. } => Some(*person),
            Record::Attempt { person, .. } => *person,
            Record::Call(call) => call.person,
            Record::Fired(timer) => match timer.subject {
                Subject::Conversation(person) => Some(person),
                Subject::Webhooks(..) => None,
            },
            Record::Effect(effect) => match effect {
                Effect::Message { person, .. }
                | Effect::WindowOpened { person, .. }
                | Effect::ControlMoved { person, .. }
                | Effect::ControlProlonged { person, .. }
                | Effect::FolderMoved { person, .. }
                | Effect::MarkedDone { person, .. } => Some(*person),
                Effect::Unheard { person, .. } => *person,
                Effect::Deliver(delivery) => delivery.person,
                Effect::WebhooksFailing { .. } | Effect::WebhooksDisabled { .. } => None,
            },
            Record::Admin { .. }
            | Record::Declined(_)
            | Record::Refused { .. }
            | Record::Clock { .. }
            | Record::Bot { .. }
            | Record::Note { .. }
            | Record::Proxied { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stay_small_since_a_busy_lane_makes_two_for_each_message() {
        assert!(size_of::<Entry>() <= 320, "{}", size_of::<Entry>());
    }
}
