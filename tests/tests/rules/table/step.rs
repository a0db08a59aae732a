//! What can happen in a row, in the words of scenario files.

use std::collections::BTreeMap;

use emulator_core::{Span, Tag};
use serde::Deserialize;

use super::length::Length;
use super::short::{Extension, FromShort, On, Short, True};
use super::{Fields, FolderName, HumanAgent, PermissionName, Primary, TokenName};

/// One actor doing one thing.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawStep")]
pub(crate) struct Step {
    pub(crate) act: Act,
    /// A name for the message that it makes.
    pub(crate) as_: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) enum Act {
    User { user: String, does: UserDoes },
    Inbox { user: String, does: InboxDoes },
    App { app: String, to: Option<String>, verb: Verb },
    Page(PageChange),
    Webhook { app: String, acknowledged: bool },
    Leaves(String),
    Clock(Span),
}

#[derive(Debug, Clone)]
pub(crate) enum UserDoes {
    Says(Said),
    Taps { what: String, within: Option<String> },
    Reacts { emoji: Option<String>, to: Option<String> },
    Reads,
    Opens { link: String },
    Blocks(bool),
}

#[derive(Debug, Clone)]
pub(crate) enum InboxDoes {
    Replies(Said),
    MovesTo(FolderName),
}

#[derive(Debug, Clone)]
pub(crate) enum Verb {
    Sends { said: Said, tag: Option<TagName> },
    Passes { to: Option<String>, metadata: Option<String> },
    Takes(Metadata),
    Requests(Metadata),
    PassesMetadata { to: String, metadata: String },
    Releases,
    Extends(Option<Span>),
    AsksOwner,
    AsksReceivers,
    AsksProfile { needs: Vec<PermissionName> },
    Types,
    MarksSeen,
    ReactsTo(String),
    Installs(Listed),
    Subscribes(Listed),
}

/// What an admin changes.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum PageChange {
    PrimaryReceiver(Primary),
    Connects(String),
    Removes(String),
    Subscriptions(BTreeMap<String, Fields>),
    Features(BTreeMap<String, Vec<HumanAgent>>),
    Permissions(BTreeMap<String, Vec<PermissionName>>),
    Mode(BTreeMap<String, super::Mode>),
    Token(BTreeMap<String, TokenName>),
}

/// Fields, or `none`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(crate) enum Listed {
    Fields(Fields),
    None(NoneWord),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NoneWord {
    None,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    user: Option<String>,
    says: Option<Short<Said>>,
    taps: Option<String>,
    #[serde(rename = "in")]
    within: Option<String>,
    reacts: Option<String>,
    reads: Option<True>,
    opens: Option<Link>,
    blocks: Option<True>,
    unblocks: Option<True>,
    inbox: Option<String>,
    replies: Option<Short<Said>>,
    moves_to: Option<FolderName>,
    page: Option<PageChange>,
    webhook: Option<String>,
    fails: Option<True>,
    succeeds: Option<True>,
    leaves: Option<String>,
    app: Option<String>,
    to: Option<String>,
    sends: Option<Short<Said>>,
    tag: Option<TagName>,
    passes_control: Option<Pass>,
    takes_control: Option<Short<Metadata>>,
    requests_control: Option<Short<Metadata>>,
    passes_metadata: Option<PassMetadata>,
    releases_control: Option<True>,
    extends_control: Option<Extension>,
    asks_owner: Option<True>,
    asks_receivers: Option<True>,
    asks_profile: Option<Short<Needs>>,
    types: Option<On>,
    marks_seen: Option<True>,
    reacts_to: Option<String>,
    installs: Option<Listed>,
    subscribes: Option<Listed>,
    clock: Option<Length>,
    #[serde(rename = "as")]
    as_: Option<String>,
}

impl TryFrom<RawStep> for Step {
    type Error = &'static str;

    fn try_from(raw: RawStep) -> Result<Self, &'static str> {
        let emoji = |text: String| (text != "none").then_some(text);
        let user = [
            raw.says.map(|Short(said)| UserDoes::Says(said)),
            raw.taps.map(|what| UserDoes::Taps { what, within: raw.within }),
            raw.reacts.map(|text| UserDoes::Reacts { emoji: emoji(text), to: raw.to.clone() }),
            raw.reads.map(|True| UserDoes::Reads),
            raw.opens.map(|Link { link }| UserDoes::Opens { link }),
            raw.blocks.map(|True| UserDoes::Blocks(true)),
            raw.unblocks.map(|True| UserDoes::Blocks(false)),
        ];
        let inbox =
            [raw.replies.map(|Short(said)| InboxDoes::Replies(said)), raw.moves_to.map(InboxDoes::MovesTo)];
        let app = [
            raw.sends.map(|Short(said)| Verb::Sends { said, tag: raw.tag }),
            raw.passes_control.map(|Pass { to, metadata }| Verb::Passes { to, metadata }),
            raw.takes_control.map(|Short(metadata)| Verb::Takes(metadata)),
            raw.requests_control.map(|Short(metadata)| Verb::Requests(metadata)),
            raw.passes_metadata.map(|PassMetadata { to, metadata }| Verb::PassesMetadata { to, metadata }),
            raw.releases_control.map(|True| Verb::Releases),
            raw.extends_control.map(|Extension(by)| Verb::Extends(by)),
            raw.asks_owner.map(|True| Verb::AsksOwner),
            raw.asks_receivers.map(|True| Verb::AsksReceivers),
            raw.asks_profile.map(|Short(Needs { needs })| Verb::AsksProfile { needs }),
            raw.types.map(|On::On| Verb::Types),
            raw.marks_seen.map(|True| Verb::MarksSeen),
            raw.reacts_to.map(Verb::ReactsTo),
            raw.installs.map(Verb::Installs),
            raw.subscribes.map(Verb::Subscribes),
        ];
        let webhook = [raw.fails.map(|True| false), raw.succeeds.map(|True| true)];
        let heads = [
            act(raw.user, one(user)?, |user, does| Act::User { user, does })?,
            act(raw.inbox, one(inbox)?, |user, does| Act::Inbox { user, does })?,
            act(raw.app, one(app)?, |app, verb| Act::App { app, to: raw.to, verb })?,
            act(raw.webhook, one(webhook)?, |app, acknowledged| Act::Webhook { app, acknowledged })?,
            raw.page.map(Act::Page),
            raw.leaves.map(Act::Leaves),
            raw.clock.map(|Length(span)| Act::Clock(span)),
        ];
        let act = one(heads)?.ok_or("a step has no actor")?;
        Ok(Self { act, as_: raw.as_ })
    }
}

fn one<T>(choices: impl IntoIterator<Item = Option<T>>) -> Result<Option<T>, &'static str> {
    let mut choices = choices.into_iter().flatten();
    let first = choices.next();
    if choices.next().is_some() { Err("a step has one actor who does one thing") } else { Ok(first) }
}

fn act<T>(
    who: Option<String>,
    does: Option<T>,
    act: impl FnOnce(String, T) -> Act,
) -> Result<Option<Act>, &'static str> {
    match (who, does) {
        (Some(who), Some(does)) => Ok(Some(act(who, does))),
        (None, None) => Ok(None),
        _ => Err("a step has an actor and a verb of that actor"),
    }
}

/// What somebody writes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) metadata: Option<String>,
    /// Titles and payloads.
    #[serde(default)]
    pub(crate) buttons: BTreeMap<String, String>,
    /// Titles and payloads.
    #[serde(default)]
    pub(crate) quick_replies: BTreeMap<String, String>,
    /// The name of an earlier message.
    #[serde(default)]
    pub(crate) reply_to: Option<String>,
    #[serde(default)]
    pub(crate) template: Option<TemplateName>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TemplateName {
    CustomerFeedback,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct TagName(pub(crate) Tag);

impl TryFrom<String> for TagName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Tag::parse(&name).map(Self).ok_or_else(|| format!("there is no tag `{name}`"))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    link: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pass {
    to: Option<String>,
    metadata: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PassMetadata {
    to: String,
    metadata: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metadata {
    pub(crate) metadata: Option<String>,
}

/// What the fields of a profile need that is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Needs {
    pub(crate) needs: Vec<PermissionName>,
}

impl FromShort for Needs {
    fn from_true() -> Option<Self> {
        Some(Self::default())
    }

    fn from_text(_: &str) -> Option<Self> {
        None
    }
}

impl FromShort for Said {
    fn from_true() -> Option<Self> {
        None
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(Self { text: text.to_owned(), ..Self::default() })
    }
}

impl FromShort for Metadata {
    fn from_true() -> Option<Self> {
        Some(Self::default())
    }

    fn from_text(_: &str) -> Option<Self> {
        None
    }
}
