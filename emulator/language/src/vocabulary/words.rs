//! The words that stand for something by themselves.

/// The lists of an entry that an event can stand in.
pub const CHANNELS: &[&str] = &["messaging", "standby"];
/// The folders of the inbox.
pub const FOLDERS: &[&str] = &["main", "done", "spam"];
/// The states of the messaging window.
pub const WINDOWS: &[&str] = &["open", "closed"];
/// The owners that are no app.
pub const OWNERS: &[&str] = &["inbox", "idle", "none"];

/// The HTTP methods of a call that is written out.
pub const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];
/// The words for a token other than the Page token of an app.
pub const CALL_TOKENS: &[&str] = &["none", "app", "expired"];
/// The words for tokens that this version lacks.
pub const CALL_TOKENS_NOT_YET: &[&str] = &["user"];

/// The subscription fields an app can have.
pub const WEBHOOK_FIELDS: &[&str] = &[
    "messages",
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "message_edits",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referrals",
    "messaging_handovers",
    "standby",
    "messaging_account_linking",
    "messaging_feedback",
    "messaging_policy_enforcement",
];

/// The modes of an app.
pub const MODES: &[&str] = &["live", "development"];

/// The features an app can be granted.
pub const FEATURES: &[&str] = &["human_agent"];

/// What a Page token can carry.
pub const PERMISSIONS: &[&str] = &[
    "pages_messaging",
    "pages_manage_metadata",
    "pages_read_engagement",
    "pages_show_list",
    "pages_user_locale",
    "pages_user_timezone",
    "pages_user_gender",
    "page_utility_messaging",
];

/// Whether a Page token still holds, and why not.
pub const TOKENS: &[&str] = &["valid", "expired", "password_changed", "removed"];

/// The protocols of this version.
pub const PROTOCOLS: &[&str] = &["handover"];
/// The protocols that this version lacks.
pub const PROTOCOLS_NOT_YET: &[&str] = &["handover-v1", "conversation-routing", "default-behavior"];

/// Words that mean something in an expression or as a state, so that no app and no person can have them as a name.
pub const RESERVED_NAMES: &[&str] = &[
    "inbox", "idle", "none", "page", "now", "vars", "env", "port", "emulator", "main", "done", "spam",
    "true", "false", "null",
];

/// Keys of a message that are text on the wire, so that a scalar behind one of them is taken as it is written.
pub const WIRE_TEXT: &[&str] =
    &["text", "title", "subtitle", "payload", "metadata", "id", "mid", "url", "ref"];

/// Tells whether the value of a key is text on the wire.
#[must_use]
pub fn is_wire_text(key: &str) -> bool {
    WIRE_TEXT.contains(&key)
}
