//! What a message may hold or not as the Page is set up: read from the message alone, decided where the settings are
//! known.

use emulator_core::{LongTitles, Page, https_host};

use super::path::Path;
use crate::graph::error::GraphError;

/// Something about a message that is in order on some Pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// A title of a button or a quick reply is longer than people see (M-77a). The parameter is as errors spell it.
    LongTitle { parameter: Box<str> },
    /// An address is opened with extensions (M-89).
    Extensions { parameter: Box<str>, url: Box<str> },
}

impl Condition {
    /// A title that is too long at that place.
    pub(super) fn long_title(path: Path<'_>) -> Self {
        Self::LongTitle { parameter: path.to_string().into() }
    }

    /// An address that is opened with extensions at that place.
    pub(super) fn extensions(path: Path<'_>, url: &str) -> Self {
        Self::Extensions { parameter: path.to_string().into(), url: url.into() }
    }

    /// Whether the message is in order on the Page.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in the words of the platform.
    pub(crate) fn holds(&self, page: &Page) -> Result<(), GraphError> {
        match self {
            Self::LongTitle { parameter } => match page.main().options().long_titles {
                LongTitles::Cut => Ok(()),
                LongTitles::Refuse => Err(GraphError::long_title(parameter)),
            },
            Self::Extensions { parameter, url } => {
                let host = https_host(url);
                if host.is_some_and(|host| page.whitelisted_domains.contains(&*host.to_lowercase())) {
                    return Ok(());
                }
                Err(GraphError::extensions_not_whitelisted().param(parameter))
            }
        }
    }
}
