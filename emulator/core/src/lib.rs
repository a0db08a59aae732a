//! The rules of the Messenger platform as pure functions over plain data.
//!
//! One function, [`step`], takes a [`World`], an [`Input`] and a [`Context`] and says what happens:
//! either the effects, each with the rule that decided it and the facts that rule read, or a
//! refusal that leaves the world as it was. It is total: every input in every state has an answer.
//!
//! **Invariant:** nothing here reads a clock, does I/O, blocks, logs, panics on input, iterates a
//! hash map, or knows a JSON field name of Graph. Time comes in through [`Context::now`], chance
//! through [`Ids`], which derives and never draws.

mod authorize;
mod catalogue;
mod channel;
mod conversation;
mod derive;
mod effect;
mod field;
mod folder;
mod handover;
mod ids;
mod input;
mod message;
mod retry;
mod settings;
mod step;
mod time;
mod timers;
mod window;
mod world;

pub use authorize::authorize;
pub use catalogue::{Confidence, Protocol, Rule, RuleId, catalogue};
pub use conversation::{Control, Conversation, Folder, KEPT_MESSAGES, Kept, Sender};
pub use derive::{Digest, IdKind, Ids};
pub use effect::{Accepted, Answer, Decided, Delivery, Effect, Event, Outcome, Refusal, RefusalKind, Saw};
pub use field::{Channel, Field, FieldSet};
pub use handover::{CONTROL_LASTS, EXTEND_AT_MOST};
pub use ids::{AppId, INSTAGRAM_INBOX, LEAD_ADS, Mid, PAGE_INBOX, PageId, ParseIdError, Psid};
pub use input::{ControlAct, Input, Tag};
pub use message::Message;
pub use retry::{GIVES_UP_AFTER, retry_after};
pub use settings::{App, Connection, Feature, Page, Permission, Settings};
pub use step::{Context, step};
pub use time::{Span, Timestamp};
pub use timers::{Timer, TimerKind, Timers};
pub use window::{HUMAN_AGENT_WINDOW, STANDARD_WINDOW};
pub use world::{Person, World};
