//! The rules of the Messenger platform as pure functions over plain data.
//!
//! One function, [`step`], takes a [`World`], an [`Input`] and a [`Context`] and says what happens:
//! either the effects, each with the rule that decided it and the facts that rule read, or a
//! refusal that leaves the world as it was. It is total: every input in every state has an answer.
//!
//! **Invariant:** nothing here reads a clock, does I/O, blocks, logs, panics on input, iterates a
//! hash map, or knows a JSON field name of Graph. Time comes in through [`Context::now`], chance
//! through [`Ids`], which derives and never draws.

mod admin;
mod authorize;
mod catalogue;
mod channel;
mod conversation;
pub mod decisions;
mod derive;
mod edges;
mod effect;
mod field;
mod folder;
mod handover;
mod health;
mod ids;
mod inbox;
mod input;
mod message;
mod options;
mod person;
mod retry;
mod rules_version;
mod sends;
mod set_up;
mod settings;
mod step;
mod time;
mod timers;
mod window;
mod word;
mod world;

pub use admin::MESSAGING_FIELDS;
pub use authorize::{authorize, token_holds, token_is_good};
pub use catalogue::{Confidence, Protocol, Rule, RuleId, catalogue};
pub use channel::rechannelled;
pub use conversation::{Control, Conversation, Folder, KEPT_BUTTONS, KEPT_MESSAGES, Kept, Sender, Tappable};
pub use derive::{Digest, IdKind, Ids};
pub use edges::EXTEND_AT_MOST;
pub use effect::{
    Accepted, Answer, Decided, Delivery, Effect, Event, Missing, Outcome, Refusal, RefusalKind, Role, Saw,
    Style,
};
pub use field::{Channel, Field, FieldSet};
pub use handover::CONTROL_LASTS;
pub use health::TELLS_AFTER;
pub use ids::{AppId, INSTAGRAM_INBOX, LEAD_ADS, Mid, PAGE_INBOX, PageId, ParseIdError, Psid};
pub use input::{AdminChange, AppAct, ControlAct, InboxAct, Input, PersonAct, Reaction, Referral, Tag};
pub use message::{Asks, Button, Message, QuickReply, TITLE_SHOWN, Template, shown_title};
pub use options::{
    Account, Activity, AnnounceImplicitMoves, AppIdType, EchoOrder, EmptyField, Escapes, HumanAgent,
    IdleDelivery, LongTitles, MissingMetadata, OptionError, OptionRule, Options, ProfileFields, RULES_AS_OF,
    Release, ReplyInDone, RequestOnIdle, StandbyPostback, Switch, WhatOneHas, Whom,
};
pub use retry::{GIVES_UP_AFTER, retry_after};
pub use rules_version::RULES_VERSION;
pub use set_up::SetUp;
pub use settings::{App, AppMode, Connection, Feature, Page, Permission, Settings, TokenState};
pub use step::{Context, step};
pub use time::{Span, Timestamp};
pub use timers::{Subject, Timer, TimerKind, Timers};
pub use window::{HUMAN_AGENT_WINDOW, STANDARD_WINDOW};
pub use world::{Person, Profile, World};
