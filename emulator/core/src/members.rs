//! The members of messages and events: what Graph accepts and webhooks carry, and what a pattern can name.

/// The members of a message that an app sends. Some of them this version does not support.
pub const MESSAGE_MEMBERS: &[&str] = &[
    "text",
    "attachment",
    "attachments",
    "quick_replies",
    "metadata",
    "dynamic_text",
    "template",
    "sticker_id",
    "receiving_app_id",
    "receiving_app_control_expiration",
];

/// The values of the parameter `messaging_type` (M-143).
pub const MESSAGING_TYPES: &[&str] = &["RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"];

/// The values of `messaging_type` that a call may carry: those of today, and an old one that is still understood.
pub const TAKEN_MESSAGING_TYPES: &[&str] =
    &["RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY", "NON_PROMOTIONAL_SUBSCRIPTION"];

/// The members that events on `messaging` and `standby` have.
pub const EVENT_MEMBERS: &[&str] = &[
    "sender",
    "recipient",
    "timestamp",
    "message",
    "postback",
    "reaction",
    "referral",
    "delivery",
    "read",
    "optin",
    "account_linking",
    "app_roles",
    "pass_thread_control",
    "take_thread_control",
    "request_thread_control",
    "pass_thread_metadata",
    "messaging_feedback",
];
