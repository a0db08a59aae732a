//! The edges of conversation control.

use crate::word::words;

words! {
    /// An edge with which an app moves control or asks about it.
    ControlEdge {
        /// Gives control to another party.
        Pass = "pass_thread_control",
        /// Takes it.
        Take = "take_thread_control",
        /// Asks for it.
        Request = "request_thread_control",
        /// Gives it up.
        Release = "release_thread_control",
        /// Keeps it for longer.
        Extend = "extend_thread_control",
        /// Tells another app something.
        PassMetadata = "pass_thread_metadata",
        /// Who has it.
        Owner = "thread_owner",
        /// Who are the secondary receivers.
        Receivers = "secondary_receivers",
    }
}
