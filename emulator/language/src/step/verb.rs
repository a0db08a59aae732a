//! What people, agents, admins and apps do in a step.

use std::collections::BTreeSet;

use bytes::Bytes;
use emulator_core::{AppMode, Feature, FieldSet, Media, Permission, SenderAction};

use super::Folder;
use crate::node::{Node, Spanned};

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
    /// The Page Inbox.
    Inbox,
    /// Nobody.
    Nobody,
}

/// The state of a Page token, in the words of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenWord {
    /// `valid`.
    Valid,
    /// `expired`: from now on.
    Expired,
    /// `password_changed` by the person behind it.
    PasswordChanged,
    /// `removed`: the person behind it has removed the app.
    Removed,
}

/// What an app does.
#[derive(Clone, Debug, PartialEq)]
pub enum AppVerb {
    /// Sends a message to the person.
    Sends {
        /// The text, or the mapping that is the message; [`crate::value::message`] evaluates both.
        message: Node,
        /// The parameter of this name.
        messaging_type: Option<Node>,
        /// The message tag.
        tag: Option<Node>,
        /// The message that it answers.
        reply_to: Option<Node>,
    },
    /// Passes control on.
    PassesControl {
        /// The name of an app, `inbox`, an id or an expression; without it the parameter is left out.
        to: Option<Node>,
        /// The metadata.
        metadata: Option<Node>,
    },
    /// Takes control.
    TakesControl {
        /// The metadata.
        metadata: Option<Node>,
    },
    /// Releases control.
    ReleasesControl {
        /// The metadata.
        metadata: Option<Node>,
    },
    /// Requests control.
    RequestsControl {
        /// The metadata.
        metadata: Option<Node>,
    },
    /// Extends control.
    ExtendsControl {
        /// The length; [`crate::value::duration`] reads it.
        duration: Node,
    },
    /// Tells another app something.
    PassesMetadata {
        /// Whom, as for [`AppVerb::PassesControl`].
        to: Option<Node>,
        /// What.
        metadata: Option<Node>,
    },
    /// Shows typing, or that the messages were seen.
    Signals(SenderAction),
    /// Asks who owns the conversation.
    AsksOwner,
    /// Asks which apps are secondary receivers.
    AsksReceivers,
    /// Makes any call of the Graph API.
    Calls(Box<RawCall>),
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

macro_rules! app_verbs {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// The kinds of [`AppVerb`], for an expectation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum AppVerbKind {
            $($(#[$doc])* $variant,)+
        }

        impl AppVerbKind {
            /// Gives the word of the language.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// Gives the kind of that name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                [$(Self::$variant),+].into_iter().find(|kind| kind.name() == name)
            }
        }
    };
}

app_verbs! {
    /// `sends`.
    Sends = "sends",
    /// `passes_control`.
    PassesControl = "passes_control",
    /// `takes_control`.
    TakesControl = "takes_control",
    /// `releases_control`.
    ReleasesControl = "releases_control",
    /// `requests_control`.
    RequestsControl = "requests_control",
    /// `extends_control`.
    ExtendsControl = "extends_control",
    /// `passes_metadata`.
    PassesMetadata = "passes_metadata",
    /// `types`.
    Types = "types",
    /// `marks_seen`.
    MarksSeen = "marks_seen",
    /// `asks_owner`.
    AsksOwner = "asks_owner",
    /// `asks_receivers`.
    AsksReceivers = "asks_receivers",
    /// `calls`: as an expectation any call, whatever verb it has beside.
    Calls = "calls",
}

impl AppVerbKind {
    /// True for the edges of conversation control.
    pub const fn is_control(self) -> bool {
        match self {
            Self::PassesControl
            | Self::TakesControl
            | Self::ReleasesControl
            | Self::RequestsControl
            | Self::ExtendsControl
            | Self::PassesMetadata => true,
            Self::Sends
            | Self::Types
            | Self::MarksSeen
            | Self::AsksOwner
            | Self::AsksReceivers
            | Self::Calls => false,
        }
    }
}
