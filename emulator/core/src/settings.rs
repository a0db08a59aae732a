//! What an admin decides about a Page and its apps. A lane shares its settings with the stage until
//! it first changes them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalogue::Protocol;
use crate::field::FieldSet;
use crate::ids::{AppId, PageId};

/// The settings of a world.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Settings {
    /// Which generation of conversation control the Pages follow.
    pub protocol: Protocol,
    /// The Pages by id.
    pub pages: BTreeMap<PageId, Page>,
    /// The apps by id.
    pub apps: BTreeMap<AppId, App>,
}

/// An app as the platform knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct App {
    /// Its name in the world, in scenarios and in reports.
    pub name: Arc<str>,
}

/// A Page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Page {
    /// The name that people see.
    pub name: Arc<str>,
    /// The app that gets idle conversations when a person writes; none is allowed.
    pub primary_receiver: Option<AppId>,
    /// The apps that are connected to the Page.
    pub apps: BTreeMap<AppId, Connection>,
}

/// How an app is connected to a Page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Connection {
    /// The subscribed webhook fields.
    pub fields: FieldSet,
    /// Features that App Review granted.
    pub features: BTreeSet<Feature>,
    /// What the app's Page token carries.
    pub permissions: BTreeSet<Permission>,
}

/// A feature that App Review grants to an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Sending with the human-agent tag.
    HumanAgent,
}

impl Feature {
    /// Every feature.
    pub const ALL: &'static [Self] = &[Self::HumanAgent];

    /// The feature's name in a world file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HumanAgent => "human_agent",
        }
    }

    /// The feature of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|feature| feature.name() == name)
    }
}

/// A permission of a Page token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Sending messages and moving thread control.
    PagesMessaging,
}

impl Permission {
    /// Every permission.
    pub const ALL: &'static [Self] = &[Self::PagesMessaging];

    /// The permission's name on the platform.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PagesMessaging => "pages_messaging",
        }
    }

    /// The permission of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.name() == name)
    }
}
