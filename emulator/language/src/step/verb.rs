//! What people, agents, admins and apps do in a step.

use std::collections::BTreeSet;

use bytes::Bytes;
use emulator_core::{
    AppMode, Feature, FieldSet, Folder, Media, Permission, Protocol, Role as ReceiverRole, RouteId,
};

use crate::node::{Node, Spanned};
use crate::value::parse_duration;
use crate::vocabulary::{RoleWord, SEND_CONTROL, TokenWord, ValueKind, Verb};

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
    /// Comes into the conversation by a link or an ad.
    Opens(Entrance),
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

/// By what a person comes into a conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Entrance {
    /// By a link.
    Link {
        /// Its `ref`.
        link: Node,
    },
    /// By an ad.
    Ad {
        /// The ad's id.
        id: Node,
        /// The `ref` of the ad.
        reference: Option<Node>,
        /// The app that the ad names.
        app: Option<Spanned<String>>,
    },
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
    /// Who is the default app.
    DefaultApp(Role),
    /// The role of an app or of the inbox under the first handover protocol; none takes every role away.
    Role(Spanned<String>, Option<ReceiverRole>),
    /// Handover is switched on or off.
    Handover(bool),
    /// Whether an app may take control.
    TakeControl(Spanned<String>, bool),
    /// Where conversations go that begin in a certain way.
    Routes(RouteNames),
    /// The protocol that the Page follows from now on.
    Protocol(Protocol),
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

/// Where conversations go that begin in a certain way, with the names of apps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteNames {
    /// The app of each link, by its `ref`.
    pub links: Vec<(String, Spanned<String>)>,
    /// The app of each ad, by the ad's id.
    pub ads: Vec<(String, AdRouteNames)>,
    /// The app for people who come otherwise.
    pub organic: Option<Spanned<String>>,
}

/// Where the conversations of an ad go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdRouteNames {
    /// The app.
    pub app: Spanned<String>,
    /// For how long each message keeps it in control, in milliseconds.
    pub control: Option<i64>,
}

impl RouteNames {
    /// Reads routes whose keys were checked.
    pub(crate) fn of(node: &Node) -> Self {
        let entries = |key: &str| node.get(key).and_then(Node::entries).unwrap_or_default().iter();
        let app = |node: &Node| super::spanned(node);
        let links = entries("links").map(|(link, to)| (link.name.clone(), app(to)));
        let ad = |route: &Node| {
            let to = app(route.get("app")?);
            let control = route.get("control").and_then(|length| parse_duration(length).ok());
            Some(AdRouteNames { app: to, control })
        };
        let ads = entries("ads").filter_map(|(id, route)| Some((id.name.clone(), ad(route)?)));
        let organic = node.get("organic").filter(|organic| !organic.is_null()).map(app);
        Self { links: links.collect(), ads: ads.collect(), organic }
    }

    /// The apps that are named.
    pub fn apps(&self) -> impl Iterator<Item = &Spanned<String>> {
        let links = self.links.iter().map(|(_, app)| app);
        links.chain(self.ads.iter().map(|(_, route)| &route.app)).chain(&self.organic)
    }
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
    /// What becomes of control after a message.
    SendControl {
        /// `pass` or `release`.
        control_type: Option<Node>,
        /// Who gets control, as for [`Self::App`].
        app_id: Option<Node>,
    },
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
        } else if kind == ValueKind::Mapping(SEND_CONTROL) {
            Self::SendControl {
                control_type: node.get("control_type").cloned(),
                app_id: node.get("app_id").cloned(),
            }
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
