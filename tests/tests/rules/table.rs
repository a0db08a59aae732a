//! The form of a table of rules: what a file in `fixtures/rules` may say, and nothing else.

use std::collections::BTreeMap;
use std::fmt;

use emulator_core::{AppMode, Feature, Field, FieldSet, Folder, Permission};
use serde::Deserialize;
use serde_saphyr::Spanned;

#[path = "table/event.rs"]
pub(crate) mod event;
#[path = "table/length.rs"]
pub(crate) mod length;
#[path = "table/short.rs"]
mod short;
#[path = "table/step.rs"]
pub(crate) mod step;
#[path = "table/then.rs"]
pub(crate) mod then;

use length::{Length, Wrote};
use short::OneOrMore;
use step::Step;
use then::Then;

/// One file: a family of rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// What the family is about, for readers.
    pub(crate) about: String,
    /// The generation of conversation control that all rows live in.
    pub(crate) protocol: Protocol,
    /// The apps of the Page, unless a row says otherwise.
    pub(crate) apps: BTreeMap<String, App>,
    /// Short names of the sources that rows cite.
    pub(crate) sources: BTreeMap<String, String>,
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Protocol {
    Handover,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct App {
    pub(crate) fields: Fields,
    #[serde(default)]
    pub(crate) features: Vec<HumanAgent>,
    /// What its Page token carries; everything when left out.
    #[serde(default)]
    pub(crate) permissions: Option<Vec<PermissionName>>,
    #[serde(default)]
    pub(crate) mode: Mode,
    #[serde(default)]
    pub(crate) token: TokenName,
    /// Whether its webhooks are switched off.
    #[serde(default)]
    pub(crate) disabled: bool,
}

impl App {
    /// True when App Review granted it the human-agent feature.
    pub(crate) fn is_approved(&self) -> bool {
        self.features.contains(&HumanAgent::HumanAgent)
    }

    /// The app with nothing out of the ordinary but its fields and features.
    pub(crate) fn plain(&self) -> Self {
        Self {
            permissions: None,
            mode: Mode::Live,
            token: TokenName::Valid,
            disabled: false,
            fields: self.fields,
            features: self.features.clone(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HumanAgent {
    HumanAgent,
}

impl From<HumanAgent> for Feature {
    fn from(feature: HumanAgent) -> Self {
        match feature {
            HumanAgent::HumanAgent => Self::HumanAgent,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct PermissionName(pub(crate) Permission);

impl TryFrom<String> for PermissionName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Permission::parse(&name).map(Self).ok_or_else(|| format!("there is no permission `{name}`"))
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    #[default]
    Live,
    Development,
}

impl From<Mode> for AppMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Live => Self::Live,
            Mode::Development => Self::Development,
        }
    }
}

/// Whether a Page token holds. `expires` is an hour after the row begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenName {
    #[default]
    Valid,
    ExpiresInAnHour,
    SessionEnded,
    Deauthorized,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub(crate) struct Fields(pub(crate) FieldSet);

impl TryFrom<Vec<String>> for Fields {
    type Error = String;

    fn try_from(names: Vec<String>) -> Result<Self, String> {
        let parse = |name: &String| Field::parse(name).ok_or_else(|| format!("there is no field `{name}`"));
        names.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }
}

/// One row: one sentence about the platform.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: Spanned<String>,
    /// The rule that the row shows.
    pub(crate) rule: String,
    /// A key of the table's `sources`.
    pub(crate) source: String,
    pub(crate) given: Given,
    pub(crate) when: OneOrMore<Step>,
    pub(crate) then: Then,
    /// Why the emulator does not do this yet. Such a row must fail, so that the word goes when it passes.
    #[serde(default)]
    pub(crate) differs: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    pub(crate) primary: Primary,
    pub(crate) owner: Owner,
    /// When the owner's control ends; in 24 hours when left out.
    #[serde(default)]
    pub(crate) until: Option<Length>,
    pub(crate) wrote: Wrote,
    /// Where the conversation lies; where control filed it when left out.
    #[serde(default)]
    pub(crate) folder: Option<FolderName>,
    #[serde(default)]
    pub(crate) marked_done: bool,
    /// Apps that differ from those of the table.
    #[serde(default)]
    pub(crate) apps: BTreeMap<String, App>,
    /// Switches that are not at their defaults.
    #[serde(default)]
    pub(crate) options: BTreeMap<String, String>,
    /// Apps on which Ana has a role.
    #[serde(default)]
    pub(crate) tests: Vec<String>,
    /// Whether Ana has blocked the Page.
    #[serde(default)]
    pub(crate) blocked: bool,
    /// Whether the Page is registered for news.
    #[serde(default)]
    pub(crate) news: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) enum Primary {
    None,
    App(String),
}

impl From<String> for Primary {
    fn from(name: String) -> Self {
        if name == "none" { Self::None } else { Self::App(name) }
    }
}

impl fmt::Display for Primary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::None => "none",
            Self::App(name) => name,
        })
    }
}

/// Nobody, or an app or the inbox by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) enum Owner {
    Idle,
    By(String),
}

impl From<String> for Owner {
    fn from(name: String) -> Self {
        if name == "idle" { Self::Idle } else { Self::By(name) }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Idle => "idle",
            Self::By(name) => name,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FolderName {
    Main,
    Done,
    Spam,
}

impl From<FolderName> for Folder {
    fn from(name: FolderName) -> Self {
        match name {
            FolderName::Main => Self::Main,
            FolderName::Done => Self::Done,
            FolderName::Spam => Self::Spam,
        }
    }
}

impl From<Folder> for FolderName {
    fn from(folder: Folder) -> Self {
        match folder {
            Folder::Main => Self::Main,
            Folder::Done => Self::Done,
            Folder::Spam => Self::Spam,
        }
    }
}
