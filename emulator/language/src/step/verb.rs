//! What people, agents, admins and apps do in a step.

use std::collections::BTreeSet;

use bytes::Bytes;
use emulator_core::{AppMode, Feature, FieldSet, Folder, Media, Permission, RouteId};

use crate::node::{Node, Spanned};
use crate::vocabulary::{RoleWord, TokenWord, ValueKind, Verb};

/// What a person does.
#[derive(Clone, Debug, PartialEq)]
pub enum UserVerb {
    /// Sends a text message.
    Says {
        /// The text.
        text: Node,
        /// What the platform's language processing found in it, as the webhook shows it.
        nlp: Option<Node>,
        /// The message that it answers.
        reply_to: Option<Node>,
    },
    /// Taps a quick reply or a button.
    Taps {
        /// Its title or payload.
        what: Node,
        /// The message that holds it.
        within: Option<Node>,
    },
    /// Sends attachments.
    Sends {
        /// What is sent, a mapping of the attachments and what stands beside them.
        message: Node,
        /// The files that it names by their addresses.
        files: Vec<Media<Bytes>>,
        /// The message that it answers.
        reply_to: Option<Node>,
    },
    /// Follows a link into the conversation.
    Opens {
        /// The `ref` of the link.
        link: Node,
    },
    /// Reacts to a message.
    Reacts {
        /// The emoji; `none` takes the reaction back.
        emoji: Node,
        /// The message.
        to: Option<Node>,
    },
    /// Reads everything.
    Reads,
    /// Blocks the Page.
    Blocks,
    /// Blocks the Page no longer.
    Unblocks,
}

/// What an agent does in the Page Inbox.
#[derive(Clone, Debug, PartialEq)]
pub enum InboxVerb {
    /// Answers the person.
    Replies {
        /// The text.
        text: Node,
    },
    /// Moves the conversation to a folder.
    MovesTo(Folder),
}

/// What becomes of a bot's process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BotVerb {
    /// It ends.
    Stops,
    /// It is started.
    Starts,
    /// It ends if it runs, and is started.
    Restarts,
}

/// One setting that an admin changes. Apps are those of the world, by name.
#[derive(Clone, Debug, PartialEq)]
pub enum PageChange {
    /// Who is primary receiver.
    PrimaryReceiver(Role),
    /// Connects an app.
    Connects(Spanned<String>),
    /// Removes an app.
    Removes(Spanned<String>),
    /// The webhook fields of an app, in place of those before.
    Subscriptions(Spanned<String>, FieldSet),
    /// The features of an app, in place of those before.
    Features(Spanned<String>, BTreeSet<Feature>),
    /// What an app's Page token carries, in place of what it carried before.
    Permissions(Spanned<String>, BTreeSet<Permission>),
    /// Whom an app can reach.
    Mode(Spanned<String>, AppMode),
    /// Whether an app's Page token holds.
    Token(Spanned<String>, TokenWord),
}

/// Who has a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The app of this name.
    App(Spanned<String>),
    /// The inbox, or nobody.
    Word(RoleWord),
}

impl Role {
    /// Reads who has a role; the name was checked.
    pub(crate) fn of(node: &Node) -> Self {
        if node.is_null() {
            return Self::Word(RoleWord::None);
        }
        RoleWord::parse(&node.source).map_or_else(|| Self::App(super::spanned(node)), Self::Word)
    }
}

/// What an app does.
#[derive(Clone, Debug, PartialEq)]
pub enum AppVerb {
    /// Makes the call of a route.
    Route(RouteCall),
    /// Makes any call of the Graph API.
    Calls(Box<RawCall>),
}

impl AppVerb {
    /// True for what may send a message.
    pub(crate) fn may_send(&self) -> bool {
        match self {
            Self::Route(call) => call.verb.sends_message(),
            Self::Calls(_) => true,
        }
    }
}

/// The call of a route, with what the step gives for its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteCall {
    /// The verb that makes it.
    pub verb: &'static Verb,
    /// Which call.
    pub route: RouteId,
    /// The parameters that are given, by their names on the wire, in the order of the row.
    pub arguments: Vec<(&'static str, Argument)>,
}

/// What a step gives for a parameter of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// A text.
    Text(Node),
    /// The name of an app, `inbox`, an id or an expression.
    App(Node),
    /// A message: its text, or the mapping that it is; [`crate::value::message`] evaluates both.
    Message(Node),
    /// A length of virtual time, which goes out in seconds; [`crate::value::duration`] reads it.
    Duration(Node),
    /// A message that an earlier step captured, or the id of one.
    Earlier(Node),
    /// Any value.
    Any(Node),
    /// A word of the wire.
    Word(&'static str),
}

impl Argument {
    /// What a node is for a parameter of this kind.
    pub(crate) fn of(kind: ValueKind, node: Node) -> Self {
        if kind == ValueKind::Text {
            Self::Text(node)
        } else if kind == ValueKind::Receiver {
            Self::App(node)
        } else if kind == ValueKind::Message {
            Self::Message(node)
        } else if kind == ValueKind::Duration {
            Self::Duration(node)
        } else if kind == ValueKind::Earlier {
            Self::Earlier(node)
        } else {
            Self::Any(node)
        }
    }
}

/// A call of the Graph API that is written out.
#[derive(Clone, Debug, PartialEq)]
pub struct RawCall {
    /// The method; by what the call carries without it.
    pub method: Option<Node>,
    /// The path.
    pub path: Node,
    /// The parameters in the query, as a mapping.
    pub query: Option<Node>,
    /// What it carries.
    pub content: CallContent,
    /// With what the app proves itself.
    pub token: CallToken,
}

/// What a call carries.
#[derive(Clone, Debug, PartialEq)]
pub enum CallContent {
    /// Nothing.
    Nothing,
    /// A body of JSON; a text goes out as it is.
    Body(Node),
    /// A form: a mapping of its fields.
    Form(Option<Node>),
    /// Files in parts, and fields beside them.
    Parts {
        /// The fields, as a mapping.
        fields: Option<Node>,
        /// The files.
        files: Vec<CallFile>,
    },
}

/// A file that goes out with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFile {
    /// The name of the parameter.
    pub name: String,
    /// What the file is called.
    pub file_name: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// With what an app proves itself in a call that is written out.
#[derive(Clone, Debug, PartialEq)]
pub enum CallToken {
    /// With its Page token.
    Page,
    /// With nothing.
    Nothing,
    /// With its app token.
    App,
    /// With its Page token, as if that had just expired.
    Expired,
    /// With that text.
    Text(Node),
}
