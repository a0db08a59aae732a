//! The roles of apps on a Page.

use crate::word::words;

words! {
    /// The role of an app on a Page.
    Role {
        /// It gets idle conversations.
        PrimaryReceiver = "primary_receiver",
        /// It has no special part.
        SecondaryReceiver = "secondary_receiver",
    }
}
