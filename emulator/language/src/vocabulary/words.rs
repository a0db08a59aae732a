//! The words that stand for something by themselves.

use emulator_core::words;

words! {
    /// A state of the messaging window.
    Window {
        /// An app may answer.
        Open = "open",
        /// It may not.
        Closed = "closed",
    }

    /// An owner of a conversation that is not an app.
    OwnerWord {
        /// The Page Inbox.
        Inbox = "inbox",
        /// Nobody, after control has run out or was released.
        Idle = "idle",
        /// Nobody, as there is no handover.
        None = "none",
    }

    /// Who has a role and is not an app.
    RoleWord {
        /// The Page Inbox.
        Inbox = "inbox",
        /// Nobody.
        None = "none",
    }

    /// Whether a Page token still holds.
    TokenWord {
        /// It does.
        Valid = "valid",
        /// It expires now.
        Expired = "expired",
        /// The person whose token it is changed the password.
        PasswordChanged = "password_changed",
        /// The person whose token it is removed the app.
        Removed = "removed",
    }

    /// A token other than the Page token of an app.
    CallTokenWord {
        /// None at all.
        None = "none",
        /// The app token.
        App = "app",
        /// The Page token, as if it had just expired.
        Expired = "expired",
    }

    /// Where the clock goes that is not told by a length or a time.
    ClockWord {
        /// To whatever is due next.
        Next = "next",
    }
}

/// The HTTP methods of a call that is written out.
pub const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];
/// The words for tokens that this version lacks.
pub const CALL_TOKENS_NOT_YET: &[&str] = &["user"];

/// The protocols of this version.
pub const PROTOCOLS: &[&str] = emulator_core::Protocol::WORDS;

/// Words that mean something in an expression or as a state, so that no app and no person can have them as a name.
pub const RESERVED_NAMES: &[&str] = &[
    "inbox", "idle", "none", "page", "now", "vars", "env", "port", "emulator", "main", "done", "spam",
    "true", "false", "null",
];

/// Keys of a message that are text on the wire, so that a scalar after one of them is taken as it is written.
pub const WIRE_TEXT: &[&str] =
    &["text", "title", "subtitle", "payload", "metadata", "id", "mid", "url", "ref"];

/// Tells whether the value of a key is text on the wire.
#[must_use]
pub fn is_wire_text(key: &str) -> bool {
    WIRE_TEXT.contains(&key)
}
