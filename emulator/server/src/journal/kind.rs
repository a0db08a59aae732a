//! The table of the entries that a journal can have: one row for each kind. Writing, reading, the class that replay,
//! causal order and recordings go by, whom an entry is about, and the JSON Schema all follow from it.

use std::sync::Arc;

use emulator_core::{
    Ad, AdminChange, AppId, Effect, Field, Folder, Holder, InboxAct, LineId, Mid, Missing, PageId, Party,
    PersonAct, Psid, Reaction, Referral, RefusalKind, Sender, Subject, Timer, Timestamp,
};

use super::Names;
use super::attempt::AttemptResult;
use super::call::Call;
use super::hearing::Event;
use super::message::{Sent, Shown};
use super::proxied::{Passage, Passed};
use super::record::{BotOrder, Record};
use super::refusal::Refused;
use super::row::{Codec, Members, name_of};
use super::schema::Form;
use super::value::Milliseconds;
use crate::object::Object;

/// What makes an entry of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A step: a person, an agent or an admin acts, or somebody moves the clock. Nothing in the lane led to it.
    Act,
    /// An app calls Graph: a step where it is played, else what it does after it heard of something.
    Call,
    /// The answer to a call that was refused.
    Answer,
    /// The platform by itself: a deadline comes, or the proxy is called.
    Platform,
    /// A try of a delivery, which an app answers or does not.
    Attempt,
    /// What an act or a call leads to at once; replay makes it again.
    Effect,
    /// That an app hears of an event, or does not: an effect, decided anew when the event leaves.
    Hearing,
}

/// How an entry of a kind happens again when a journal is replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replay {
    /// Its input is given to core.
    Applies,
    /// It is written down; the world does not hear of it.
    Writes,
    /// In a way of its own: calls, their refusals, moves of the clock, deadlines and tries of deliveries.
    Itself,
    /// The delivery leaves, and its channel is decided.
    Leaves,
    /// It follows from what led to it.
    Follows,
}

macro_rules! kinds {
    ($(
        $(#[doc = $doc:literal])+
        $kind:ident = $name:literal, $class:ident, replay $replay:ident, about $about:expr,
            $(made as [$($made:tt)+] { $made_member:ident: $made_codec:ty })?
            [$($shape:tt)+] { $($member:ident: $codec:ty = $member_name:tt),* $(,)? }
            $(wall { $real:ident: $real_codec:ty = $key:literal })?;
    )+) => {
        /// What an entry is about, as its line says it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The word for it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            /// What makes entries of this kind.
            pub const fn class(self) -> Class {
                match self {
                    $(Self::$kind => Class::$class,)+
                }
            }

            /// How it happens again.
            pub(crate) const fn replay(self) -> Replay {
                match self {
                    $(Self::$kind => Replay::$replay,)+
                }
            }

            pub(super) const fn of(record: &Record) -> Self {
                match record {
                    $(
                        $($($made)+ => {
                            _ = $made_member;
                            Self::$kind
                        })?
                        $($shape)+ => {
                            $(_ = $member;)*
                            $(_ = $real;)?
                            Self::$kind
                        }
                    )+
                }
            }

            /// The person whose conversation it is.
            pub(super) fn about(record: &Record) -> Option<Psid> {
                match record {
                    $(
                        $($($made)+ => $about,)?
                        $($shape)+ => {
                            $(_ = $member;)*
                            $(_ = $real;)?
                            $about
                        }
                    )+
                }
            }

            /// Writes the members of `data`.
            pub(super) fn write(record: &Record, out: &mut Object<'_>, names: &Names) {
                match record {
                    $(
                        $($($made)+ => <$made_codec>::write_made($made_member, out, names),)?
                        $($shape)+ => {
                            $(_ = $real;)?
                            $(<$codec as Codec>::write($member, name_of!($member_name), out, names);)*
                        }
                    )+
                }
            }

            /// Writes the members of `wall` beside the time.
            pub(super) fn write_wall(record: &Record, out: &mut Object<'_>, names: &Names) {
                match record {
                    $(
                        $($($made)+ => _ = $made_member,)?
                        $($shape)+ => {
                            $(<$real_codec as Codec>::write($real, $key, out, names);)?
                            $(<$codec as Codec>::write_wall($member, out, names);)*
                        }
                    )+
                }
            }

            /// Reads an entry of this kind.
            pub(super) fn read(self, from: &Members<'_>) -> Result<Record, String> {
                match self {
                    $(Self::$kind => {
                        $(let $member = <$codec as Codec>::read(from, name_of!($member_name))?;)*
                        $(let $real = <$real_codec as Codec>::read(&from.of_wall(), $key)?;)?
                        Ok($($shape)+)
                    })+
                }
            }

            /// The forms that `data` and `wall` can have.
            pub(super) fn forms(self) -> Vec<Form> {
                let mut forms = vec![Form::default()];
                match self {
                    $(Self::$kind => {
                        $(<$codec as Codec>::describe(name_of!($member_name), &mut forms);)*
                        $(forms.iter_mut().for_each(|form| form.in_wall::<$real_codec>($key));)?
                    })+
                }
                forms
            }

            /// What it means.
            pub(super) const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$kind => concat!($($doc),+),)+
                }
            }
        }
    };
}

kinds! {
    /// A person wrote.
    Says = "says", Act, replay Applies, about Some(*person),
        [Record::Person { person, act: PersonAct::Says(message) }] { person: Psid = _, message: Sent = _ };
    /// A person tapped something.
    Taps = "taps", Act, replay Applies, about Some(*person),
        [Record::Person { person, act: PersonAct::Taps { what, within } }] {
            person: Psid = _, what: Arc<str> = "what", within: Option<Mid> = "in",
        };
    /// A person reacted to a message, or took the reaction back.
    Reacts = "reacts", Act, replay Applies, about Some(*person),
        [Record::Person { person, act: PersonAct::Reacts { to, reaction } }] {
            person: Psid = _, to: Option<Mid> = "to", reaction: Option<Reaction> = _,
        };
    /// A person read the conversation.
    Reads = "reads", Act, replay Applies, about Some(*person),
        [Record::Person { person, act: PersonAct::Reads }] { person: Psid = _ };
    /// A person followed a link.
    Opens = "opens", Act, replay Applies, about Some(*person),
        [Record::Person { person, act: PersonAct::Opens(Referral { reference, ad }) }] {
            person: Psid = _, reference: Option<Arc<str>> = "ref", ad: Option<Ad> = "ad",
        };
    /// A person blocked the Page.
    Blocks = "blocks", Act, replay Applies, about Some(*person),
        [Record::Person { person, act: PersonAct::Blocks(true) }] { person: Psid = _ };
    /// A person unblocked the Page.
    Unblocks = "unblocks", Act, replay Applies, about Some(*person),
        [Record::Person { person, act: PersonAct::Blocks(false) }] { person: Psid = _ };
    /// An agent did something in the Page Inbox.
    Inbox = "inbox", Act, replay Applies, about Some(*person),
        [Record::Inbox { person, act }] { person: Psid = _, act: InboxAct = _ };
    /// An admin changed something.
    Page = "page", Act, replay Applies, about None,
        [Record::Admin { line, change }] { line: LineId = _, change: AdminChange = _ };
    /// What the cause asked for does not happen.
    Declined = "declined", Effect, replay Follows, about None,
        [Record::Declined(reason)] { reason: RefusalKind = "reason" };
    /// An app called the Graph API.
    Call = "call", Call, replay Itself, about call.person,
        [Record::Call(call)] { call: Call = _ };
    /// The call before it was refused.
    Refused = "refused", Answer, replay Itself, about None,
        [Record::Refused { app, error, trace }] {
            app: Option<AppId> = "app", error: Refused = _, trace: Arc<str> = "fbtrace_id",
        };
    /// Somebody moved the clock.
    Clock = "clock", Act, replay Itself, about None,
        [Record::Clock { to }] { to: Timestamp = "to" };
    /// A deadline came.
    Timer = "timer", Platform, replay Itself, about match timer.subject {
            Subject::Conversation(person) => Some(person),
            Subject::Webhooks(..) => None,
        },
        [Record::Fired(timer)] { timer: Timer = _ };
    /// A message stands in the conversation.
    Message = "message", Effect, replay Follows, about Some(*person),
        [Record::Effect(Effect::Message { person, from, mid, at, message })] {
            person: Psid = _, from: Sender = "from", mid: Mid = "mid", at: Milliseconds = "timestamp", message: Shown = _,
        };
    /// The messaging window is open until then.
    Window = "window", Effect, replay Follows, about Some(*person),
        [Record::Effect(Effect::WindowOpened { person, until })] { person: Psid = _, until: Timestamp = "until" };
    /// Control moved.
    Control = "control", Effect, replay Follows, about Some(*person),
        [Record::Effect(Effect::ControlMoved { person, from, to, until })] {
            person: Psid = _, from: Holder = "from", to: Holder = "to", until: Option<Timestamp> = "until",
        };
    /// The owner keeps control for longer.
    ControlProlonged = "control_prolonged", Effect, replay Follows, about Some(*person),
        [Record::Effect(Effect::ControlProlonged { person, owner, until })] {
            person: Psid = _, owner: Party = "owner", until: Timestamp = "until",
        };
    /// The conversation lies in another inbox folder.
    Folder = "folder", Effect, replay Follows, about Some(*person),
        [Record::Effect(Effect::FolderMoved { person, from, to })] {
            person: Psid = _, from: Folder = "from", to: Folder = "to",
        };
    /// An app is to hear of an event.
    Delivery = "delivery", Hearing, replay Leaves, about delivery.person,
        made as [Record::Effect(Effect::Deliver(delivery))] { delivery: Event }
        [Record::Heard(delivery)] { delivery: Event = _ };
    /// The conversation was marked as done, or the mark is gone.
    MarkedDone = "marked_done", Effect, replay Follows, about Some(*person),
        [Record::Effect(Effect::MarkedDone { person, marked })] { person: Psid = _, marked: bool = "marked" };
    /// An app does not hear of an event.
    Unheard = "unheard", Hearing, replay Leaves, about *person,
        [Record::Effect(Effect::Unheard { app, person, field, missing })] {
            app: AppId = "app", person: Option<Psid> = _, field: Field = "field", missing: Missing = "missing",
        };
    /// The webhooks of an app have failed for so long that its developers are told.
    WebhooksFailing = "webhooks_failing", Effect, replay Follows, about None,
        [Record::Effect(Effect::WebhooksFailing { page, app, since })] {
            page: PageId = _, app: AppId = "app", since: Timestamp = "since",
        };
    /// The webhooks of an app are switched off.
    WebhooksDisabled = "webhooks_disabled", Effect, replay Follows, about None,
        [Record::Effect(Effect::WebhooksDisabled { page, app })] { page: PageId = _, app: AppId = "app" };
    /// A delivery was tried.
    Attempt = "attempt", Attempt, replay Itself, about *person,
        [Record::Attempt { app, person, delivery, number, result, took_ms }] {
            app: AppId = "app", person: Option<Psid> = _, delivery: u64 = "delivery", number: u32 = "number",
            result: AttemptResult = _,
        } wall { took_ms: u64 = "took_ms" };
    /// A step had to do with a bot's process.
    Bot = "bot", Act, replay Writes, about None,
        [Record::Bot { app, order }] { app: AppId = "app", order: BotOrder = "verb" };
    /// A remark of the scenario.
    Note = "note", Act, replay Writes, about None,
        [Record::Note { text }] { text: Arc<str> = "text" };
    /// A call for another host came to the proxy.
    Proxied = "proxied", Platform, replay Writes, about None,
        [Record::Proxied { host, passage, passed, count }] {
            host: Arc<str> = "host", passage: Passage = "passage", passed: Passed = _, count: u64 = "count",
        };
}

impl Kind {
    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}
