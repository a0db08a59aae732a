//! What apps hear, as tables write it.

use std::collections::BTreeMap;
use std::fmt;

use emulator_core::Channel;
use serde::Deserialize;

/// One app hears of one event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Heard {
    pub(crate) app: String,
    pub(crate) channel: ChannelName,
    pub(crate) event: Event,
    /// Switches that decide how it is written, as far as they are not at their defaults.
    #[serde(default)]
    pub(crate) written: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChannelName {
    Messaging,
    Standby,
}

impl From<Channel> for ChannelName {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Messaging => Self::Messaging,
            Channel::Standby => Self::Standby,
        }
    }
}

/// The event in the keys of the wire, with names of apps in place of their ids and lengths of time in
/// place of moments.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Event {
    Message(MessageEvent),
    Postback(PostbackEvent),
    Reaction(ReactionEvent),
    Referral(ReferralEvent),
    Delivery(ReceiptEvent),
    Read(ReceiptEvent),
    PassThreadControl(MoveEvent),
    TakeThreadControl(MoveEvent),
    RequestThreadControl(RequestEvent),
    PassThreadMetadata(MetadataEvent),
    AppRoles(BTreeMap<String, Vec<String>>),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageEvent {
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) is_echo: bool,
    #[serde(default)]
    pub(crate) app_id: Option<String>,
    #[serde(default)]
    pub(crate) metadata: Option<String>,
    /// The payload.
    #[serde(default)]
    pub(crate) quick_reply: Option<String>,
    /// The name of the message.
    #[serde(default)]
    pub(crate) reply_to: Option<String>,
    #[serde(default)]
    pub(crate) is_self_reply: bool,
    /// The link that came before it.
    #[serde(default)]
    pub(crate) referral: Option<ReferralEvent>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostbackEvent {
    #[serde(default)]
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) payload: Option<String>,
    /// Whether it has an id.
    #[serde(default)]
    pub(crate) mid: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReactionEvent {
    /// The name of the message.
    pub(crate) mid: String,
    /// The platform's word; none when it was taken back.
    #[serde(default)]
    pub(crate) reaction: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReferralEvent {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptEvent {
    /// The name of the newest message that it is about.
    pub(crate) watermark: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveEvent {
    /// Null when nobody owned the conversation.
    pub(crate) previous_owner_app_id: Option<String>,
    pub(crate) new_owner_app_id: String,
    #[serde(default)]
    pub(crate) metadata: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestEvent {
    pub(crate) requested_owner_app_id: String,
    #[serde(default)]
    pub(crate) metadata: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetadataEvent {
    pub(crate) metadata: String,
}

impl fmt::Display for Heard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { app, channel, event, written } = self;
        let channel = match channel {
            ChannelName::Messaging => "messaging",
            ChannelName::Standby => "standby",
        };
        write!(out, "{{app: {app}, channel: {channel}, event: {event}")?;
        if !written.is_empty() {
            let pairs: Vec<_> = written.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            write!(out, ", written: {{{}}}", pairs.join(", "))?;
        }
        out.write_str("}")
    }
}

impl fmt::Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, pairs) = match self {
            Self::Message(message) => ("message", message.pairs()),
            Self::Postback(PostbackEvent { title, payload, mid }) => {
                let mut pairs = optional("title", title.as_ref());
                pairs.extend(optional("payload", payload.as_ref()));
                pairs.extend(mid.then(|| ("mid", "true".to_owned())));
                ("postback", pairs)
            }
            Self::Reaction(ReactionEvent { mid, reaction }) => {
                let mut pairs = vec![("mid", mid.clone())];
                pairs.extend(optional("reaction", reaction.as_ref()));
                ("reaction", pairs)
            }
            Self::Referral(ReferralEvent { reference }) => ("referral", vec![("ref", reference.clone())]),
            Self::Delivery(receipt) => ("delivery", vec![("watermark", receipt.watermark.clone())]),
            Self::Read(receipt) => ("read", vec![("watermark", receipt.watermark.clone())]),
            Self::PassThreadControl(moved) => ("pass_thread_control", moved.pairs()),
            Self::TakeThreadControl(moved) => ("take_thread_control", moved.pairs()),
            Self::RequestThreadControl(request) => {
                let mut pairs = vec![("requested_owner_app_id", request.requested_owner_app_id.clone())];
                pairs.extend(optional("metadata", request.metadata.as_ref()));
                ("request_thread_control", pairs)
            }
            Self::PassThreadMetadata(MetadataEvent { metadata }) => {
                ("pass_thread_metadata", vec![("metadata", metadata.clone())])
            }
            Self::AppRoles(roles) => return write!(out, "{{app_roles: {roles:?}}}"),
        };
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        write!(out, "{{{name}: {{{}}}}}", pairs.join(", "))
    }
}

type Pairs = Vec<(&'static str, String)>;

fn optional(key: &'static str, value: Option<&String>) -> Pairs {
    value.map(|value| (key, value.clone())).into_iter().collect()
}

impl MessageEvent {
    fn pairs(&self) -> Pairs {
        let mut pairs = vec![("text", self.text.clone())];
        pairs.extend(self.is_echo.then(|| ("is_echo", "true".to_owned())));
        pairs.extend(optional("app_id", self.app_id.as_ref()));
        pairs.extend(optional("metadata", self.metadata.as_ref()));
        pairs.extend(optional("quick_reply", self.quick_reply.as_ref()));
        pairs.extend(optional("reply_to", self.reply_to.as_ref()));
        pairs.extend(self.is_self_reply.then(|| ("is_self_reply", "true".to_owned())));
        pairs.extend(optional("referral", self.referral.as_ref().map(|referral| &referral.reference)));
        pairs
    }
}

impl MoveEvent {
    fn pairs(&self) -> Pairs {
        let previous = self.previous_owner_app_id.clone().unwrap_or_else(|| "null".to_owned());
        let mut pairs =
            vec![("previous_owner_app_id", previous), ("new_owner_app_id", self.new_owner_app_id.clone())];
        pairs.extend(optional("metadata", self.metadata.as_ref()));
        pairs
    }
}
