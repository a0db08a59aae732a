//! The folders of the Page Inbox.

use crate::word::words;

words! {
    /// A folder of the Page Inbox.
    Folder {
        /// What people at the Page are to look at.
        Main = "main",
        /// What an app deals with, or what an agent has finished.
        Done = "done",
        /// What an agent threw out.
        Spam = "spam",
    }
}
