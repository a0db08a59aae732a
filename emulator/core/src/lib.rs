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
mod audience;
mod authorize;
mod case;
mod catalogue;
mod check;
mod columns;
mod conversation;
pub mod decisions;
mod derive;
mod edge;
mod edges;
mod effect;
mod entry;
mod error_codes;
mod event;
mod expiry;
mod fact;
mod field;
mod filing;
mod folder;
mod graph_version;
mod health;
mod ids;
mod inbox;
mod input;
mod line;
mod media;
mod members;
mod message;
mod options;
mod party;
mod person;
mod platform;
mod profile;
mod protocol;
mod protocols;
mod reaction;
mod referral;
mod refusal;
mod retry;
mod role;
mod roles;
mod route;
mod rules_version;
mod secrets;
mod sender_action;
mod sends;
mod set_up;
mod settings;
mod step;
mod time;
mod timers;
mod web_address;
mod window;
mod word;
mod world;
mod writing;

pub use admin::MESSAGING_FIELDS;
pub use audience::rechannelled;
pub use authorize::{authorize, token_holds, token_is_good};
pub use case::Context;
pub use catalogue::{Confidence, Rule, RuleId, Unreached, catalogue};
pub use check::Check;
pub use columns::{OptionError, OptionRule, RULES_AS_OF};
pub use conversation::{
    CONTROL_LASTS, Control, Conversation, Holder, KEPT_BUTTONS, KEPT_MESSAGES, Kept, Sender, Tappable,
};
pub use derive::{Digest, INSTAGRAM_MESSAGE, IdKind, Ids};
pub use edge::ControlEdge;
pub use edges::EXTEND_AT_MOST;
pub use effect::{Accepted, Answer, Decided, Delivery, Effect, Missing, Outcome, Refusal, Style};
pub use error_codes::{codes_with, subcodes, subcodes_of};
pub use event::{Event, EventKind};
pub use fact::{Fact, FactForm, FactValue, Saw};
pub use field::{Channel, Field, FieldSet};
pub use folder::Folder;
pub use graph_version::GraphVersion;
pub use health::TELLS_AFTER;
pub use ids::{AccountId, AppId, Mid, PageId, ParseIdError, Psid};
pub use input::{AdminChange, AppAct, ControlAct, InboxAct, Input, PersonAct, SendControl, Tag};
pub use line::{AdRoute, Line, Routes};
pub use media::{MEDIA_FOLDER, MEDIA_LIMIT, Media, MediaTooLarge};
pub use members::{EVENT_MEMBERS, MESSAGE_MEMBERS, MESSAGING_TYPES, TAKEN_MESSAGING_TYPES};
pub use message::{Asks, Button, Message, QuickReply, TITLE_SHOWN, Template, shown_title};
pub use options::{
    Account, Activity, AnnounceImplicitMoves, AppIdType, Claims, ControlEnds, ControlFields, DoneFolder,
    DoneGives, EchoOrder, EmptyField, Escapes, HumanAgent, IdleDelivery, IdleSends, InboxMain, InboxReply,
    LongTitles, MissingMetadata, OwnerTold, PassReaches, PassWithoutTarget, Passes, ProfileFields, Release,
    ReplyInDone, RequestOnIdle, Requests, RoleLost, StandbyPostback, Switch, TakeFromInbox, Takes, TapHeard,
    WhatOneHas, Whom,
};
pub use party::Party;
pub use platform::{LineId, Platform};
pub use protocol::Protocol;
pub use protocols::{Arrival, Claimant, Fixed, Leader, MessagingFeature, Options, Overrides, Unowned};
pub use reaction::Reaction;
pub use referral::{Ad, Referral};
pub use refusal::RefusalKind;
pub use retry::{GIVES_UP_AFTER, retry_after};
pub use role::Role;
pub use route::RouteId;
pub use rules_version::{Decisions, OptionDecision, RULES_VERSION, RULES_VERSIONS, RulesChange};
pub use secrets::{Hidden, REAL_TOKEN, real_token, without_real_tokens};
pub use sender_action::SenderAction;
pub use set_up::SetUp;
pub use settings::{
    App, AppMode, Connection, Feature, InstagramAccount, Page, Permission, Settings, TokenState,
};
pub use step::step;
pub use time::{Span, Timestamp};
pub use timers::{Subject, Timer, TimerKind, Timers};
pub use web_address::{DOMAINS, DomainError, https_host, is_url, whitelisted_host};
pub use window::{HUMAN_AGENT_WINDOW, STANDARD_WINDOW};
pub use world::{Person, Profile, World};
